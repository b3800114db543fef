"""The figures of DD-Ranking."""

import numpy as np
import pytest

from hdd.protocol import FULL_REAL, RANDOM_REAL
from hdd.ranking import Difference, figures, hard_label_recovery, improvement_over_random

SYNTHETIC, RANDOM, FULL = [0.61, 0.64, 0.6], [0.41, 0.4, 0.43], [0.84, 0.85, 0.83]


def evaluation(accuracies, **changes):
    protocol = {"name": "quick", "epochs": 300, "width": 128, "augmentation": "none", **changes}
    return {"step": 20, "protocol": protocol, "accuracies": accuracies}


def of_dd_ranking(synthetic, random, full):
    """As their `compute_metrics` does: in percent, for one evaluation after another, then numpy's mean and std."""
    recovery, improvement = [], []
    for i in range(len(synthetic)):
        recovery.append(1.00 * (100 * full[i] - 100 * synthetic[i]))
        improvement.append(1.00 * (100 * synthetic[i] - 100 * random[i]))
    return [(np.mean(values), np.std(values)) for values in (improvement, recovery)]


def test_both_figures_are_those_of_dd_ranking():
    made = [evaluation(RANDOM, images=RANDOM_REAL), evaluation(FULL, images=FULL_REAL, epochs=2), evaluation(SYNTHETIC)]
    ours = improvement_over_random(made[-1], made), hard_label_recovery(made[-1], made)
    for difference, (mean, sd) in zip(ours, of_dd_ranking(SYNTHETIC, RANDOM, FULL), strict=True):
        assert 100 * difference.mean == pytest.approx(mean)
        # Theirs divides by n, and ours, like all spreads here, by n − 1.
        assert 100 * difference.sd == pytest.approx(sd * (3 / 2) ** 0.5)
    assert figures(made[-1], made) == {
        name: {"mean": each.mean, "sd": each.sd} for name, each in zip(("ior", "hlr"), ours, strict=True)
    }


def test_without_a_baseline_there_is_no_figure():
    made = [evaluation(RANDOM, images=RANDOM_REAL, architecture="mlp"), evaluation(SYNTHETIC)]
    assert figures(made[1], made) == figures(made[0], made) == {"ior": None, "hlr": None}
    one = [evaluation(RANDOM[:1], images=RANDOM_REAL), evaluation(SYNTHETIC)]
    ior = improvement_over_random(one[1], one)
    assert ior.mean == pytest.approx(0.2) and ior.sd is None, "one pair has no spread"


def test_a_difference_in_words():
    assert str(Difference(0.12, 0.007)) == "+12.0 ± 0.7 points"
    assert str(Difference(-0.001, None)) == "-0.1 points"
