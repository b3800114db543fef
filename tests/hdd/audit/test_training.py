"""What networks learn from a set, beside what they learn from real images."""

from dataclasses import replace

import numpy as np
import pytest

from hdd.api import evaluate_set
from hdd.audit import METRICS, audit, default_metrics
from hdd.protocol import FULL_REAL, PROTOCOLS, RANDOM_REAL


@pytest.fixture
def brief(monkeypatch):
    """The quick protocol with so few epochs that it takes a second; what is compared stays the same."""
    monkeypatch.setitem(PROTOCOLS, "quick", {"epochs": 2, "networks": 2, "width": 8})


def figures_of(found):
    return {figure.name: figure for figure in found.measures["training"]}


def test_it_is_not_measured_unless_it_is_asked_for():
    assert "training" not in default_metrics()
    assert METRICS.get("training").trains
    assert set(default_metrics()) == set(METRICS.names()) - {"training"}


def test_its_figures_are_those_of_evaluations_in_pairs(brief, fresh, digits, look_at):
    told = []
    found = figures_of(audit(look_at(fresh, progress=lambda *what: told.append(what)), ["training"]))
    made, random, full = (
        np.array(evaluate_set(fresh, None, "quick", data=digits, images=images).accuracies)
        for images in ("synthetic", RANDOM_REAL, FULL_REAL)
    )
    own = found["accuracy of convnet"]
    assert (own.value, own.control) == pytest.approx((made.mean(), random.mean()))
    assert found["improvement over random"].value == pytest.approx(100 * (made - random).mean())
    assert found["hard-label recovery"].value == pytest.approx(100 * (full - made).mean())
    others = [each.value - each.control for name, each in found.items() if name[:8] == "accuracy" and each is not own]
    assert len(others) >= 2
    assert found["transfer"].value == pytest.approx(100 * np.mean(others))
    assert ("training mlp on random real images", 4, 4) in told
    assert all(each.words.endswith(".") for each in found.values())


def test_soft_labels_are_hard_in_the_figures_of_dd_ranking(brief, fresh, digits, look_at):
    soft = 0.3 * np.eye(10, dtype=np.float32)[fresh.labels] + np.float32(0.07)
    found = figures_of(audit(look_at(replace(fresh, labels=soft)), ["training"]))
    hard = np.array(evaluate_set(fresh, None, "quick", data=digits).accuracies)
    random = np.array(evaluate_set(fresh, None, "quick", data=digits, images=RANDOM_REAL).accuracies)
    assert found["improvement over random"].value == pytest.approx(100 * (hard - random).mean())


def test_classes_of_unequal_size_have_no_random_control(brief, fresh, look_at):
    part = replace(fresh, images=fresh.images[1:], labels=fresh.labels[1:])
    found = figures_of(audit(look_at(part), ["training"]))
    assert found["accuracy of convnet"].control is None
    assert "no number of random real ones compares" in found["accuracy of convnet"].words
    assert "improvement over random" not in found and "transfer" not in found
    assert found["hard-label recovery"].value is not None
