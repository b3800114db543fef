"""The distance of an evaluation from a published accuracy."""

from dataclasses import asdict

import pytest

from hdd.protocol import RANDOM_REAL, Protocol
from hdd.published import distance
from hdd.records import Edit
from hdd.settings import initial_settings
from hdd.states import EditStatus

ROW = initial_settings(preset="idm-cifar10-ipc10", seed=5, steps=300, threads=2)


def evaluation(step=300, accuracies=(0.56, 0.57), **protocol):
    return {"step": step, "protocol": asdict(Protocol(**protocol)), "accuracies": list(accuracies)}


def edit(name, step):
    return Edit(1, name, 1.0, None, "test", 0.0, EditStatus.APPLIED, step, None, None, None)


def test_it_is_told_in_points():
    found = distance(ROW, [], evaluation())
    assert found.difference == pytest.approx(0.565 - 0.586)
    assert str(found) == ("2.1 points below the published 58.6 % of IDM CIFAR-10 IPC 10 (20,000 steps; NCFM, Table 1)")
    assert found.as_dict()["preset"] == "idm-cifar10-ipc10"
    assert str(distance(ROW, [], evaluation(accuracies=[0.6]))).startswith("1.4 points above the published")
    assert str(distance(ROW, [], evaluation(accuracies=[0.5861]))).startswith("at the published 58.6 %")


@pytest.mark.parametrize(
    "changes", [{"ce_weight": 0.4}, {"init": "noise"}, {"network_width": 64}, {"pruning_rate": 0.2}], ids=str
)
def test_a_run_with_other_settings_has_none(changes):
    other = initial_settings(preset="idm-cifar10-ipc10", **changes)
    assert distance(other, [], evaluation()) is None


@pytest.mark.parametrize(
    "protocol",
    [{"width": 64}, {"depth": 2}, {"architecture": "mlp"}, {"augmentation": "none"}, {"images": RANDOM_REAL}],
)
def test_an_evaluation_by_other_means_has_none(protocol):
    assert distance(ROW, [], evaluation(**protocol)) is None
    assert distance(ROW, [], evaluation(networks=1, epochs=30)) is not None


def test_a_run_that_was_steered_before_has_none():
    assert distance(ROW, [edit("ce_weight", 299)], evaluation()) is None
    assert distance(ROW, [edit("ce_weight", 300)], evaluation()) is not None
    assert distance(ROW, [edit("steps", 10)], evaluation()) is not None
