"""Presets for rows of published tables: the settings of the released code, and the accuracy that was reported.

Accuracies are those of a ConvNet-3 of width 128 after 1000 epochs, from Table 1 of NCFM (Wang et al., CVPR 2025) for DM
and IDM, and from Li et al. (NeurIPS 2025) for DM+HDD and IDM+HDD, and for DM and IDM on SVHN and Fashion-MNIST.

The settings of IDM and IDM+HDD on SVHN and Fashion-MNIST are not known. These rows have those of CIFAR-10, and their
labels say so. TinyImageNet has no rows; `docs/published-rows.md` says why.
"""

from collections.abc import Mapping
from typing import Any

from hdd.knobs import Preset, Published

_NCFM, _HDD = "NCFM, Table 1", "HDD, NeurIPS 2025"
_TITLES = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "svhn": "SVHN", "fashion-mnist": "Fashion-MNIST"}


_CONVNET = {
    "network": "convnet",
    "network_width": 128,
    "network_depth": 3,
    "network_norm": "instance",
    "network_activation": "relu",
    "network_pooling": "avg",
    "real_precision": "float32",
}


def class_by_class(image_lr: float, momentum: float, classes: int) -> dict[str, float]:
    """The joint step that moves images as the released IDM code does, which steps once for each class in turn.

    There, the gradient of a class is followed when it is the turn of this class, but each of the C turns moves the
    images of all classes by their momentum. From one gradient of a class to the next, its step v is therefore made C
    times, as v, m·v, m²·v, …, which adds up to (1 − m^C)/(1 − m)·v, and m^C·v is left. So its images, each time their
    gradient is computed, are those of a joint step with

        momentum m^C and learning rate image_lr·(1 − m^C)/(1 − m).

    Args:
        image_lr, momentum: those of the released code, momentum < 1.
        classes: number of classes C.
    """
    left = momentum**classes
    return {"image_lr": image_lr * (1 - left) / (1 - momentum), "momentum": left}


def _presets(
    method: str,
    dataset: str,
    percents: Mapping[int, float],
    source: str,
    settings: Mapping[int, Mapping[str, Any]],
    caveat: str = "",
) -> dict[str, Preset]:
    """The presets of a table's row.

    Args:
        method: such as "IDM+HDD".
        dataset: the name of the data set.
        percents: the accuracies in percent, by images per class.
        source: where they were reported.
        settings: the values of knobs by images per class.
        caveat: the end of the labels, what is not known of the row.
    """
    return {
        f"{method.lower().replace('+', '-')}-{dataset}-ipc{ipc}": Preset(
            f"{method} {_TITLES[dataset]} IPC {ipc}{caveat}",
            {"ipc": ipc, "init": "real", "gradient_norm": None, **_CONVNET, **settings[ipc]},
            dataset,
            Published(round(percent / 100, 4), source),
        )
        for ipc, percent in percents.items()
    }


_ALL = "color_crop_cutout_flip_scale_rotate"
_NO_FLIP = "color_crop_cutout_scale_rotate"
_UNPRUNED = {"pruning_rate": 0.0, "distilled_pruning_rate": 0.0}
_MEAN = {"objective": "mean", "feature_centre": "none"}


def _hdd(k: float, weight: float) -> dict[str, Any]:
    """The objective of the released HDD code, whose k is −1/K."""
    return {
        "objective": "hdd",
        "curvature": -1 / k,
        "weight": weight,
        "feature_scale": 1.0,
        "feature_centre": "none",
        "clamp": 10.0,
        "centroid": "closed",
    }


_FRESH = {"real_uses": 1, "network_pool": 1}
_DM = {
    ipc: {"image_lr": 1.0, "momentum": 0.5, "real_batch": 256, "steps": 20_000, **_UNPRUNED, **_FRESH}
    for ipc in (1, 10, 50)
}


def _dm(objective: Mapping[str, Any], augmentation: str = _ALL) -> dict[int, dict[str, Any]]:
    return {ipc: {**values, **objective, "augmentation": augmentation} for ipc, values in _DM.items()}


DM_PRESETS = {
    **_presets("DM", "cifar10", {1: 26.0, 10: 48.9, 50: 63.0}, _NCFM, _dm(_MEAN)),
    **_presets("DM", "cifar100", {1: 11.4, 10: 29.7, 50: 43.6}, _NCFM, _dm(_MEAN)),
    **_presets("DM", "svhn", {1: 21.9}, _HDD, _dm(_MEAN, _NO_FLIP)),
    **_presets("DM+HDD", "cifar10", {1: 28.7, 10: 50.3}, _HDD, _dm(_hdd(1.0, 20.0))),
    **_presets("DM+HDD", "svhn", {1: 25.0}, _HDD, _dm(_hdd(1.0, 20.0), _NO_FLIP)),
}
"""Presets of the method "dm", by name."""


def _idm(
    classes: int,
    steps: int,
    objective: Mapping[str, Any],
    *,
    image_lr: tuple[float, float, float],
    ce_weight: tuple[float, float, float],
    queue_steps: tuple[int, int, int] = (10, 10, 10),
    augmentation: str = _ALL,
) -> dict[int, dict[str, Any]]:
    """Values by images per class, from triples for 1, 10 and 50."""
    queue = {"queue_size": 100, "queue_start": 3, "queue_trained": 2, "queue_batch": 256, "queue_lr": 0.01}
    return {
        ipc: {
            **{name: round(value, 6) for name, value in class_by_class(lr, 0.5, classes).items()},
            **queue,
            **objective,
            "ce_weight": weight,
            "queue_steps": trained,
            "queue_interval": 5 if ipc == 1 else 30,
            "queue_accuracy_interval": 500 if ipc == 50 else 100,
            "real_batch": 5000 if ipc == 1 else 256,
            "augmentation": augmentation,
            **_UNPRUNED,
            "steps": steps,
        }
        for ipc, lr, weight, trained in zip((1, 10, 50), image_lr, ce_weight, queue_steps, strict=True)
    }


_CIFAR10 = {"classes": 10, "ce_weight": (0.5, 0.5, 0.1)}
_CIFAR100 = {"classes": 100, "ce_weight": (0.5, 0.1, 0.1), "queue_steps": (10, 50, 10)}
_IDM_LR = (0.2, 0.2, 0.2)

_IDM_CIFAR10 = {"steps": 20_000, "objective": _MEAN, "image_lr": _IDM_LR, **_CIFAR10}
_HDD_CIFAR10 = {"steps": 10_000, "objective": _hdd(2.4, 100.0), "image_lr": (0.5, 1.0, 0.2), **_CIFAR10}
_AS_CIFAR10 = " (settings of CIFAR-10; its own are unknown)"

IDM_PRESETS = {
    **_presets(
        "IDM", "cifar10", {1: 45.6, 10: 58.6, 50: 67.5}, _NCFM,
        _idm(**_IDM_CIFAR10),
    ),
    **_presets(
        "IDM", "cifar100", {1: 20.1, 10: 45.1, 50: 50.0}, _NCFM,
        _idm(steps=20_000, objective=_MEAN, image_lr=_IDM_LR, **_CIFAR100),
    ),
    **_presets(
        "IDM+HDD", "cifar10", {1: 47.0, 10: 61.3, 50: 69.7}, _HDD,
        _idm(**_HDD_CIFAR10),
    ),
    **_presets(
        "IDM+HDD", "cifar100", {1: 25.3}, _HDD,
        _idm(steps=20_000, objective=_hdd(2.0, 100.0), image_lr=(0.5, 0.2, 0.2), **_CIFAR100),
    ),
    **_presets("IDM", "fashion-mnist", {1: 77.4}, _HDD, _idm(**_IDM_CIFAR10), _AS_CIFAR10),
    **_presets("IDM", "svhn", {1: 65.3}, _HDD, _idm(augmentation=_NO_FLIP, **_IDM_CIFAR10), _AS_CIFAR10),
    **_presets("IDM+HDD", "fashion-mnist", {1: 78.5}, _HDD, _idm(**_HDD_CIFAR10), _AS_CIFAR10),
    **_presets("IDM+HDD", "svhn", {1: 67.8}, _HDD, _idm(augmentation=_NO_FLIP, **_HDD_CIFAR10), _AS_CIFAR10),
}  # fmt: skip
"""Presets of the method "idm", by name."""
