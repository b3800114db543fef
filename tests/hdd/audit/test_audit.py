"""Planted faults are found, and fresh real images are not accused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hdd.audit import METRICS, Severity, audit
from hdd.audit import subject as subject_module
from hdd.errors import InvalidInputError


def issues_of(found, metric):
    return [issue for figure in found.measures[metric] for issue in figure.issues]


def figure_of(found, name):
    (figure,) = [each for each in found.figures if each.name == name]
    return figure


def test_fresh_real_images_are_not_accused(fresh, look_at):
    found = audit(look_at(fresh))
    assert not found.images_with(Severity.PROBLEM)
    assert len(found.images_with(Severity.WARNING)) <= 8
    assert abs(figure_of(found, "data-copying z, pixels").value) < 3
    for figure in found.figures:
        assert figure.words.endswith(".")
        assert figure.per_image is None or figure.per_image.shape == (80,)
        assert figure.per_class is None or figure.per_class.shape == (10,)
        if figure.interval is not None:
            assert figure.interval[0] <= figure.value <= figure.interval[1]
    # Every image of the set is its own control here, so figures and controls agree.
    for name in ("precision", "recall", "label agreement"):
        assert figure_of(found, name).value == pytest.approx(figure_of(found, name).control, abs=0.12)
    assert figure_of(found, "KID").value == pytest.approx(0, abs=0.02)
    assert figure_of(found, "spread").value == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_copy_of_a_training_image_is_found(digits, fresh, look_at, noise):
    copied = digits.normalise(digits.train_images[100]).numpy()
    images = fresh.images.copy()
    images[5] = copied + noise * np.random.default_rng(0).standard_normal(copied.shape)
    labels = fresh.labels.copy()
    labels[5] = int(digits.train_labels[100])
    found = audit(look_at(replace(fresh, images=images, labels=labels)), ["copies"]).issues
    (issue,) = [each for each in found if each.image == 5]
    assert issue.real == 100
    assert issue.severity == (Severity.WARNING if noise else Severity.PROBLEM)
    assert "training image 100" in issue.words


def test_a_set_of_copies_fails_the_test_of_the_whole_set(digits, fresh, look_at):
    labels = digits.train_labels.numpy()
    chosen = np.concatenate([np.flatnonzero(labels == label)[:8] for label in range(10)])
    copies = replace(fresh, images=digits.normalise(digits.train_images[chosen]).numpy(), labels=labels[chosen])
    found = audit(look_at(copies), ["copies", "feature-copies"])
    assert found.images_with(Severity.PROBLEM) == set(range(80))
    assert figure_of(found, "data-copying z, pixels").value < -3


def test_images_that_repeat_others_are_found_and_contradictions_are_worse(fresh, look_at):
    images = fresh.images.copy()
    images[1] = images[0] + 0.001
    images[20] = images[40]
    found = audit(look_at(replace(fresh, images=images)), ["redundancy"])
    pairs = {(issue.image, issue.other, issue.severity) for issue in issues_of(found, "redundancy")}
    assert {(0, 1, Severity.WARNING), (1, 0, Severity.WARNING)} <= pairs
    assert {(20, 40, Severity.PROBLEM), (40, 20, Severity.PROBLEM)} <= pairs
    assert {0, 1, 20, 40} == {image for image, *_ in pairs}


@pytest.mark.parametrize("network", ["random", "trained"])
def test_a_wrong_label_is_doubted(fresh, look_at, network):
    labels = fresh.labels.copy()
    labels[3] = 7
    found = audit(look_at(replace(fresh, labels=labels), network=network), ["agreement"])
    doubted = {issue.image: issue.words for issue in found.issues}
    assert 3 in doubted and len(doubted) <= 3
    assert "labelled 7" in doubted[3] and "sees 0" in doubted[3]
    assert ("a trained network" if network == "trained" else "real neighbours") in doubted[3]


def test_drift_needs_the_initial_images(fresh, look_at):
    assert figure_of(audit(look_at(fresh), ["drift"]), "drift").value is None
    moved = fresh.images.copy()
    moved[10:] += 0.5
    found = audit(look_at(replace(fresh, images=moved), initial=fresh), ["drift"])
    drift = figure_of(found, "drift")
    expected = 0.5 * fresh.std[0]
    assert drift.per_image == pytest.approx([0] * 10 + [expected] * 70, abs=1e-6)
    assert {issue.image for issue in found.issues} == set(range(10))


def test_a_collapsed_class_has_no_spread_and_one_image(fresh, look_at):
    images = fresh.images.copy()
    images[:8] = images[0]
    found = audit(look_at(replace(fresh, images=images)), ["spread", "redundancy"])
    assert figure_of(found, "spread").per_class[0] == pytest.approx(0, abs=1e-9)
    assert figure_of(found, "Vendi score").per_class[0] == pytest.approx(1, abs=1e-9)
    assert figure_of(found, "Vendi score").per_class[1] > 1.5


def test_numbers_beyond_black_and_white_are_counted(fresh, look_at):
    images = fresh.images.copy()
    images[2] = 30.0
    found = audit(look_at(replace(fresh, images=images)), ["pixels"])
    assert [issue.image for issue in found.issues] == [2]
    assert figure_of(found, "out of range").value == pytest.approx(1 / 80)


def test_one_image_and_a_class_without_images_are_no_trouble(fresh, look_at):
    one = replace(fresh, images=fresh.images[:1], labels=fresh.labels[:1])
    found = audit(look_at(one))
    assert figure_of(found, "precision").value is None
    assert figure_of(found, "balance").value == 0
    json.dumps(found.as_dict(), allow_nan=False)


def test_of_a_large_set_evenly_spaced_images_are_looked_at(fresh, look_at, monkeypatch):
    monkeypatch.setattr(subject_module, "IMAGES", 20)
    images = fresh.images.copy()
    images[79] = images[0]
    labels = fresh.labels.copy()
    labels[79] = labels[0]
    found = audit(look_at(replace(fresh, images=images, labels=labels)), ["redundancy"]).as_dict()
    assert found["images"] == 80
    assert found["looked at"] == [4 * place + place * 3 // 19 for place in range(20)]
    assert {(each["image"], each["other"]) for each in found["issues"]} == {(0, 79), (79, 0)}


def test_an_unknown_metric_is_named(fresh, look_at):
    with pytest.raises(InvalidInputError, match="Did you mean copies"):
        audit(look_at(fresh), ["copys"])


def test_all_metrics_say_what_they_show():
    for metric in METRICS.all():
        assert metric.title and metric.source and metric.shows.endswith(".")


def test_progress_names_each_metric(fresh, look_at):
    told = []
    audit(look_at(fresh, progress=lambda *what: told.append(what)), ["pixels", "kid"])
    assert told[-2:] == [("Pixels", 0, 2), ("Kernel inception distance", 1, 2)]
