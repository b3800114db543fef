"""Figures of DD-Ranking, which tell what distillation adds from what the training of networks adds.

Li et al. (2025), "DD-Ranking: Rethinking the Evaluation of Dataset Distillation", arXiv 2505.13300; their library
computes both for each of several networks, and gives mean and spread. The images of a run have hard labels, so that one
evaluation serves both figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from hdd.protocol import FULL_REAL, RANDOM_REAL, baseline_of, is_baseline, spread


@dataclass(frozen=True)
class Difference:
    """A difference of accuracies, as a fraction.

    Attributes:
        mean: over the pairs of networks.
        sd: standard deviation over the pairs (n − 1 in the denominator); None for one pair, which has none.
    """

    mean: float
    sd: float | None

    def __str__(self) -> str:
        """In percentage points, for example "+12.0 ± 0.7 points"."""
        sd = "" if self.sd is None else f" ± {100 * self.sd:.1f}"
        return f"{100 * self.mean:+.1f}{sd} points"


def _difference(higher: Mapping[str, Any], lower: Mapping[str, Any]) -> Difference:
    """Of two evaluations, network by network; a network that only one of them has is left out."""
    pairs = [a - b for a, b in zip(higher["accuracies"], lower["accuracies"], strict=False)]
    return Difference(fmean(pairs), spread(pairs))


def improvement_over_random(evaluation: Mapping[str, Any], evaluations: Iterable[dict[str, Any]]) -> Difference | None:
    """IOR: accuracy with the synthetic images less that with random real ones; higher is better.

    Args:
        evaluation: of synthetic images, as `Run.evaluations` returns it.
        evaluations: of the same run.

    Returns:
        None if that baseline was not evaluated under the same protocol.
    """
    baseline = baseline_of(evaluation, evaluations, RANDOM_REAL)
    return None if baseline is None else _difference(evaluation, baseline)


def hard_label_recovery(evaluation: Mapping[str, Any], evaluations: Iterable[dict[str, Any]]) -> Difference | None:
    """HLR: accuracy with all real images less that with the synthetic ones, both with hard labels; lower is better.

    Arguments and result are as in `improvement_over_random`. The epochs of the baseline may be others, and too few of
    them make the recovery look better than it is.
    """
    baseline = baseline_of(evaluation, evaluations, FULL_REAL)
    return None if baseline is None else _difference(baseline, evaluation)


def figures(evaluation: Mapping[str, Any], evaluations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """IOR and HLR by "ior" and "hlr", JSON-compatible: mean and sd, or None where the baseline is missing."""
    if is_baseline(evaluation):
        return {"ior": None, "hlr": None}
    ior, hlr = improvement_over_random(evaluation, evaluations), hard_label_recovery(evaluation, evaluations)
    return {"ior": ior and asdict(ior), "hlr": hlr and asdict(hlr)}
