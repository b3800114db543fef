"""Presets for rows of published tables."""

import pytest
import torch

from hdd.errors import HDDError
from hdd.methods.published import class_by_class
from hdd.runs.rule_knobs import RuleKnobs
from hdd.settings import PRESETS, Settings, initial_settings, presets_for

ROWS = {name: preset for name, preset in PRESETS.items() if preset.published}


@pytest.mark.parametrize(("image_lr", "momentum", "classes"), [(0.2, 0.5, 10), (1.0, 0.9, 3), (0.5, 0.0, 4)])
def test_a_joint_step_moves_images_as_steps_class_by_class_do(image_lr, momentum, classes):
    def loss(images, label):
        """Of one class only; anything that is not quadratic."""
        return (images[label] - label).square().add(1).sqrt().sum()

    start = torch.linspace(-1, 1, 2 * classes, dtype=torch.float64).view(classes, 2)
    turns = start.clone().requires_grad_()
    released = torch.optim.SGD([turns], image_lr / 10, momentum=momentum)
    equal = class_by_class(image_lr / 10, momentum, classes)
    joint = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([joint], equal["image_lr"], momentum=equal["momentum"])
    for _ in range(6):
        at_turn = []
        for label in range(classes):
            at_turn.append(turns[label].detach().clone())
            released.zero_grad()
            loss(turns, label).backward()
            released.step()
        torch.testing.assert_close(joint.detach(), torch.stack(at_turn))
        optimizer.zero_grad()
        sum(loss(joint, label) for label in range(classes)).backward()
        optimizer.step()


def test_rows_are_named_after_their_table():
    labels = {preset.label for preset in ROWS.values()}
    assert {"DM CIFAR-10 IPC 50", "DM+HDD CIFAR-10 IPC 1", "IDM CIFAR-100 IPC 1", "IDM+HDD CIFAR-10 IPC 10"} <= labels
    accuracies = {name: preset.published.accuracy for name, preset in ROWS.items()}
    assert accuracies["idm-cifar10-ipc10"] == 0.586 and accuracies["idm-hdd-cifar10-ipc1"] == 0.47
    assert accuracies["dm-cifar100-ipc10"] == 0.297 and accuracies["dm-hdd-cifar10-ipc10"] == 0.503
    assert ROWS["dm-cifar10-ipc1"].published.source == "NCFM, Table 1"


@pytest.mark.parametrize(
    ("dataset", "idm", "hdd", "flips"), [("fashion-mnist", 0.774, 0.785, True), ("svhn", 0.653, 0.678, False)]
)
def test_rows_without_settings_of_their_own_say_so(dataset, idm, hdd, flips):
    for name, accuracy in ((f"idm-{dataset}-ipc1", idm), (f"idm-hdd-{dataset}-ipc1", hdd)):
        preset = ROWS[name]
        assert preset.published.accuracy == accuracy and preset.label.endswith(
            "IPC 1 (settings of CIFAR-10; its own are unknown)"
        )
        other = PRESETS[name.replace(dataset, "cifar10")].values
        assert {knob for knob in other if other[knob] != preset.values[knob]} == (set() if flips else {"augmentation"})
        assert ("flip" in preset.values["augmentation"]) is flips


@pytest.mark.parametrize("name", ROWS)
def test_a_row_sets_every_knob_that_its_figure_depends_on(name):
    settings = initial_settings(preset=name)
    free = {
        "dataset",
        "image_size",
        "unreadable",
        "seed",
        "device",
        "threads",
        "snapshot_every",
        "pruning_score",
        "pruning_keep",
        *RuleKnobs.param,
        "distilled_pruning_score",
        "distilled_pruning_keep",
    }
    unused = {"curvature", "feature_scale", "clamp", "centroid"} if settings.objective == "mean" else set()
    assert set(settings.in_force()) - free - unused - {"target_radius"} == set(ROWS[name].values)


def test_settings_are_those_of_the_released_code():
    idm = initial_settings(preset="idm-cifar10-ipc1")
    assert (idm.method, idm.objective, idm.ce_weight, idm.real_batch, idm.queue_interval) == (
        "idm",
        "mean",
        0.5,
        5000,
        5,
    )
    assert idm.image_lr == pytest.approx(0.4, rel=2e-3) and idm.momentum < 0.001
    assert (idm.queue_size, idm.queue_start, idm.queue_trained, idm.queue_steps) == (100, 3, 2, 10)
    hdd = initial_settings(preset="idm-hdd-cifar10-ipc50")
    assert (hdd.curvature, hdd.weight, hdd.clamp, hdd.ce_weight, hdd.steps) == (-1 / 2.4, 100, 10, 0.1, 10_000)
    dm = initial_settings(preset="dm-hdd-cifar10-ipc10")
    assert (dm.curvature, dm.weight, dm.image_lr, dm.momentum, dm.real_batch) == (-1, 20, 1, 0.5, 256)


@pytest.mark.parametrize(
    ("dataset", "values", "message"),
    [
        (
            "digits",
            {},
            "The preset idm-cifar10-ipc10 is for dataset=cifar10, not for dataset=digits: leave dataset out",
        ),
        ("cifar10", {"ipc": 50}, "is for ipc=10, not for ipc=50: leave ipc out, or give another preset"),
    ],
)
def test_a_row_is_for_its_data_set_and_images_per_class(dataset, values, message):
    with pytest.raises(HDDError, match=message):
        initial_settings(dataset, "idm-cifar10-ipc10", **values)
    assert initial_settings("cifar10", "idm-cifar10-ipc10", ipc=10, seed=3).ipc == 10


def test_only_fitting_presets_are_offered():
    assert list(presets_for("digits")) == ["geometric", "released"]
    assert "dm-svhn-ipc1" in presets_for("svhn") and "dm-svhn-ipc1" not in presets_for("cifar10")
    assert set(PRESETS["idm-cifar10-ipc1"].values) <= set(Settings.names())
