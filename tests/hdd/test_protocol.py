"""Which evaluations can be compared."""

import pytest

from hdd.networks import DEFAULT
from hdd.protocol import (
    FULL_REAL,
    IMAGES,
    RANDOM_REAL,
    SYNTHETIC,
    architecture,
    baseline_of,
    comparable,
    is_baseline,
    of_steps,
)


def evaluation(step=0, **changes):
    protocol = {"name": "quick", "epochs": 300, "networks": 2, "width": 128, "depth": 3, "augmentation": "none"}
    return {"step": step, "protocol": {**protocol, **changes}, "accuracies": [0.5, 0.6]}


def test_an_evaluation_without_an_architecture_is_one_by_convnets():
    assert architecture(evaluation()) == DEFAULT == "convnet"
    old, new = evaluation(1), evaluation(2, architecture="convnet", images=SYNTHETIC, seed=3, networks=5)
    assert comparable([old, new]) == [old, new]


def test_what_was_trained_on_tells_a_baseline():
    assert [is_baseline(evaluation(images=images)) for images in IMAGES] == [False, True, True]
    made = [evaluation(images=images) for images in IMAGES]
    assert of_steps(made) == made[:1] and of_steps([evaluation()]) == [evaluation()]


@pytest.mark.parametrize(
    "other", [{"name": "full"}, {"epochs": 301}, {"width": 64}, {"depth": 2}, {"augmentation": "flip"}]
)
def test_only_equal_protocols_are_compared(other):
    first, second, third = evaluation(1), evaluation(2, **other), evaluation(3)
    assert comparable([first, second, third]) == [first, third]
    assert comparable([first, second]) == [second], "the newest protocol is shown"
    assert comparable([first, second], like=third) == [first]
    assert baseline_of(first, [evaluation(images=RANDOM_REAL, **other)]) is None


def test_convnets_are_preferred_to_newer_networks_of_another_kind():
    usual, other = evaluation(1), evaluation(2, architecture="mlp")
    assert comparable([usual, other]) == [usual]
    assert comparable([other]) == [other]
    assert comparable([]) == []


def test_the_newest_baseline_under_the_same_protocol():
    random = [evaluation(images=RANDOM_REAL, seed=seed) for seed in (1, 2)]
    full = [evaluation(images=FULL_REAL, epochs=epochs) for epochs in (2, 4)]
    elsewhere = evaluation(images=RANDOM_REAL, architecture="mlp")
    made = [*random, *full, elsewhere]
    assert baseline_of(evaluation(9), made) is random[1]
    assert baseline_of(evaluation(9), made, FULL_REAL) is full[1]
    assert baseline_of(evaluation(9, architecture="mlp"), made) is elsewhere
    assert baseline_of(evaluation(9, architecture="mlp"), made, FULL_REAL) is None
