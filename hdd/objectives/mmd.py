"""Maximum mean discrepancy (Gretton et al. 2012, JMLR 13) with the kernel exp(−d/length) of hyperbolic distances d.

That kernel is positive definite for every length, because hyperbolic space is of negative type; exp(−d²/length²) is not
(Feragen et al. 2015, "Geodesic exponential kernels", arXiv 1411.0296).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.knobs import Number
from hdd.objectives.base import GROUP
from hdd.objectives.kernel import KernelDiscrepancy

if TYPE_CHECKING:
    from torch import Tensor


class MMD(KernelDiscrepancy):
    """λ times the squared maximum mean discrepancy, with an exponential kernel of hyperbolic distances."""

    bandwidth = Number(
        1.0,
        bounds=(0, 1e3),
        inclusive_bounds=(False, True),
        softbounds=(0.1, 10.0),
        scale="log",
        label="Bandwidth",
        unit="median distances",
        group=GROUP,
        doc="Length of the kernel exp(−distance/length), relative to the median distance between the real points of "
        "the class in the step.",
    )

    def kernel(self, distances: Tensor, length: Tensor) -> Tensor:
        """exp(−d/length)."""
        return (-distances / length).exp()

    def kernel_length(self, within: Tensor) -> Tensor:
        """The bandwidth times the median over pairs of different real points; times 1/√|K| where that is 0."""
        import torch

        i, j = torch.triu_indices(*within.shape[-2:], offset=1, device=within.device)
        unit = within.new_full(within.shape[:-2], (-self.curvature) ** -0.5)
        median = within[..., i, j].median(dim=-1).values if len(i) else unit
        return self.bandwidth * torch.where(median > 0, median, unit)
