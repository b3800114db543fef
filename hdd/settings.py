"""Every knob of a run, once: its bounds, unit, meaning, and whether it may change while the run goes on.

A parameter marked `constant` is fixed when the run is made; every other one is steerable. This module imports no
torch, so that the command line and the dashboard can validate before anything heavy is loaded.
"""

import difflib
import json
from typing import Any

import numpy as np
import param

from hdd.errors import HDDError
from hdd.objectives import OBJECTIVES

AUGMENTATIONS = ("color", "crop", "cutout", "flip", "scale", "rotate")


class NumberOrAuto(param.Number):
    """A bounded number, or the word "auto"."""

    def _validate_value(self, val: Any, allow_None: bool) -> None:
        if val != "auto":
            super()._validate_value(val, allow_None)

    def _validate_bounds(self, val: Any, bounds: Any, inclusive_bounds: Any) -> None:
        if val != "auto":
            super()._validate_bounds(val, bounds, inclusive_bounds)


class Strategy(param.String):
    """Augmentation operations joined by "_", or "none"."""

    def _validate_value(self, val: Any, allow_None: bool) -> None:
        super()._validate_value(val, allow_None)
        operations = val.split("_")
        if val != "none" and (not set(operations) <= set(AUGMENTATIONS) or len(set(operations)) < len(operations)):
            raise ValueError("unknown or repeated operation")


class Settings(param.Parameterized):
    """The knobs of one run. Defaults are those of the preset "geometric"; `initial_settings` adds the data set's own.

    Raises:
        HDDError: an unknown knob, or a value outside its bounds, by name.
    """

    dataset = param.String(
        "digits",
        constant=True,
        label="Data set",
        doc="Name of a data set (`hdd datasets` lists them) or folder:PATH with train/ and test/ class folders.",
    )
    image_size = param.Integer(
        None,
        bounds=(8, 1024),
        allow_None=True,
        constant=True,
        label="Image size (pixels)",
        doc="Side to which the images of a folder are brought; none takes them as they are.",
    )
    ipc = param.Integer(
        10,
        bounds=(1, None),
        constant=True,
        label="Images per class",
        doc="Synthetic images of each class; at most the real images of the smallest class.",
    )
    init = param.Selector(
        default="real",
        objects=["real", "noise"],
        constant=True,
        label="Initial images",
        doc="Start from random real images of each class, or from Gaussian noise.",
    )
    seed = param.Integer(
        0,
        bounds=(0, 2**63 - 1),
        constant=True,
        label="Seed",
        doc="Key of every random draw; the same seed, settings and edits give the same run.",
    )
    network_width = param.Integer(
        32,
        bounds=(1, 2048),
        constant=True,
        label="Network width (feature maps)",
        doc="Width of the randomly drawn ConvNet whose features are matched; 128 in the papers.",
    )
    network_depth = param.Integer(
        3, bounds=(1, 6), constant=True, label="Network depth (blocks)", doc="Blocks of that ConvNet; 3 in the papers."
    )
    device = param.String(
        "auto",
        constant=True,
        regex=r"\A(auto|cpu|mps|cuda(:\d{1,3})?)\Z",
        label="Device",
        doc="auto takes CUDA, else MPS, else the CPU; or cpu, mps, cuda, cuda:N.",
    )
    threads = param.Integer(
        None,
        bounds=(1, 1024),
        allow_None=True,
        constant=True,
        label="CPU threads",
        doc="Threads of the engine; bits depend on it, so a run keeps the number it was made with.",
    )
    snapshot_every = param.Integer(
        10,
        bounds=(1, 10**6),
        constant=True,
        label="Snapshot every (steps)",
        doc="Steps between recorded images; doubled as a long run grows, so that at most 500 are kept.",
    )

    steps = param.Integer(1000, bounds=(1, 10**8), label="Steps", doc="Steps after which the run is finished.")
    objective = param.Selector(
        default="hdd",
        objects=list(OBJECTIVES),
        label="Objective",
        doc="Discrepancy of real and synthetic features: hdd (Lorentz centroids) or dm (Euclidean means).",
    )
    curvature = param.Number(
        -1.0,
        bounds=(-1e4, 0),
        inclusive_bounds=(True, False),
        label="Curvature K (1/length²)",
        doc="Sectional curvature of the hyperbolic space, below 0; the released code's k is −1/K.",
    )
    feature_scale = NumberOrAuto(
        "auto",
        bounds=(0, 1e6),
        inclusive_bounds=(False, True),
        label="Feature scale (factor)",
        doc="Factor on the features before the geometry. auto sets it, when chosen, so that the median √|K|·radius of "
        "the real features is the target radius under the curvature then in force, and holds it.",
    )
    target_radius = param.Number(
        2.0,
        bounds=(0, 100),
        inclusive_bounds=(False, True),
        label="Target radius (√|K|·radius)",
        doc="Where an automatic feature scale brings the median real feature, measured once, when one of the two is "
        "chosen: a change of K moves it. 1 to 4 is where geometry acts.",
    )
    weight = param.Number(
        20.0,
        bounds=(0, 1e9),
        inclusive_bounds=(False, True),
        label="Weight λ (factor)",
        doc="Factor λ on the hyperbolic distance of the centroids; 20 in the released DM+HDD.",
    )
    clamp = param.Number(
        None,
        bounds=(0, 1e6),
        inclusive_bounds=(False, True),
        allow_None=True,
        label="Clamp (√|K|·radius)",
        doc="Radius at which features are cut off, or none. 10 in the released code, where it cuts off every feature.",
    )
    centroid = param.Selector(
        default="closed",
        objects=["closed", "karcher"],
        label="Centroid",
        doc="closed (Law et al. 2019, weighs far points more) or karcher (least summed squared distance).",
    )
    image_lr = param.Number(
        1.0, bounds=(0, 1e9), label="Image learning rate (per step)", doc="Step size on the normalised images."
    )
    momentum = param.Number(
        0.5,
        bounds=(0, 1),
        inclusive_bounds=(True, False),
        label="Momentum (fraction)",
        doc="Share of the previous image step that is carried on.",
    )
    real_batch = param.Integer(
        256,
        bounds=(1, 10**6),
        label="Real batch (images per class)",
        doc="Real images of each class drawn a step; all kept ones where a class has fewer.",
    )
    augmentation = Strategy(
        "_".join(AUGMENTATIONS),
        label="Augmentation",
        doc="Siamese operations joined by _, of color crop cutout flip scale rotate; or none.",
    )
    pruning_rate = param.Number(
        0.0,
        bounds=(0, 0.95),
        label="Pruning rate (fraction)",
        doc="Share of each class's real images left out of matching.",
    )
    pruning_score = param.Selector(
        default="centroid",
        objects=["origin", "centroid", "euclidean", "random"],
        label="Pruning score",
        doc="Distance of a real image's feature to the origin, to its class's Lorentz centroid, to its class's mean, "
        "or a random number. Features come from one ConvNet of width 32 drawn from the seed.",
    )
    pruning_keep = param.Selector(
        default="near", objects=["near", "far"], label="Pruning keeps", doc="Keep the images of low or of high score."
    )

    def __init__(self, **values: Any) -> None:
        given = {}
        for name, value in values.items():
            knob = _knob(name)
            given[name] = value.item() if isinstance(value, np.generic) else value
            # param takes True for 1, and functions.
            if isinstance(knob, param.Number) and type(given[name]) not in (int, float, str, type(None)):
                raise _not_allowed(name, value)
        try:
            # All at once and here alone: param lets constants be set in no other way that is safe with threads.
            super().__init__(**given)
        except ValueError:
            for name, value in given.items():
                try:
                    param.Parameterized.__init__(object.__new__(Settings), **{name: value})
                except ValueError:
                    raise _not_allowed(name, values[name]) from None
            raise

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """All knobs, fixed ones first."""
        return tuple(name for name in cls.param if name != "name")

    @classmethod
    def steerable(cls) -> tuple[str, ...]:
        """The knobs that may change while a run goes on."""
        return tuple(name for name in cls.names() if not cls.param[name].constant)

    def values(self) -> dict[str, Any]:
        """All knobs by name, as JSON-compatible values."""
        return {name: getattr(self, name) for name in self.names()}

    def changed(self, **changes: Any) -> "Settings":
        """These settings with steerable knobs changed.

        Raises:
            HDDError: an unknown or fixed knob, or a value outside its bounds.
        """
        for name in changes:
            check_steerable(name)
        return Settings(**{**self.values(), **changes})


def _knob(name: str) -> param.Parameter:
    if name not in Settings.names():
        near = difflib.get_close_matches(name, Settings.names(), n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Knobs are: {', '.join(Settings.names())}."
        raise HDDError(f"There is no knob {name!r}. {hint}")
    return Settings.param[name]


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def _not_allowed(name: str, value: Any) -> HDDError:
    return HDDError(f"{name}={value!r} is not allowed: give {allowed(name)}.")


def allowed(name: str) -> str:
    """What the knob `name` may be, in words, for messages and tooltips."""
    knob = _knob(name)
    if isinstance(knob, param.Selector):
        return "one of " + ", ".join(knob.objects)
    if isinstance(knob, Strategy):
        return "operations joined by _ of " + " ".join(AUGMENTATIONS) + ", each at most once; or none"
    if isinstance(knob, param.Number):
        low, high = knob.bounds
        above = "" if low is None else f" {'≥' if knob.inclusive_bounds[0] else '>'} {_number(low)}"
        below = "" if high is None else f" {'≤' if knob.inclusive_bounds[1] else '<'} {_number(high)}"
        kind = "a whole number" if isinstance(knob, param.Integer) else "a number"
        other = ", or auto" if isinstance(knob, NumberOrAuto) else ", or none" if knob.allow_None else ""
        return kind + " and".join(filter(None, (above, below))) + other
    return "one of auto, cpu, mps, cuda, cuda:N" if name == "device" else "text"


def describe(name: str) -> dict[str, Any]:
    """What a knob is, JSON-compatible: name, what (its label), unit, default, allowed, steerable and doc."""
    knob = _knob(name)
    what, _, unit = knob.label.partition(" (")
    return {
        "name": name,
        "what": what,
        "unit": unit.removesuffix(")") or None,
        "default": knob.default,
        "allowed": allowed(name),
        "steerable": not knob.constant,
        "doc": knob.doc,
    }


def check_steerable(name: str) -> None:
    """Checks that a knob may change while a run goes on.

    Raises:
        HDDError: unknown or fixed knob.
    """
    if _knob(name).constant:
        raise HDDError(
            f"{name} is fixed when a run is made. Start a new run to change it; "
            f"steerable are: {', '.join(Settings.steerable())}."
        )


def parse(name: str, text: str) -> Any:
    """The value that `text` from a command line stands for, checked.

    Raises:
        HDDError: unknown knob, or a value that it does not allow.
    """
    knob = _knob(name)
    value: Any = text
    if isinstance(knob, param.Number):
        try:
            value = None if text.lower() == "none" and knob.allow_None else json.loads(text)
        except (ValueError, RecursionError):
            value = text
        if isinstance(value, float) and isinstance(knob, param.Integer) and value.is_integer():
            value = int(value)
    Settings(**{name: value})
    return value


PRESETS: dict[str, dict[str, Any]] = {
    "geometric": {
        "objective": "hdd",
        "curvature": -1.0,
        "weight": 20.0,
        "clamp": None,
        "feature_scale": "auto",
        "target_radius": 2.0,
        "centroid": "closed",
    },
    "released": {
        "objective": "hdd",
        "curvature": -1.0,
        "weight": 20.0,
        "clamp": 10.0,
        "feature_scale": 1.0,
        "centroid": "closed",
    },
}
"""Named sets of values: "released" is what the authors' code does, "geometric" is where geometry acts."""

_NO_FLIP = "_".join(operation for operation in AUGMENTATIONS if operation != "flip")

DATASET_DEFAULTS: dict[str, dict[str, Any]] = {
    "digits": {"network_width": 32, "real_batch": 64, "augmentation": _NO_FLIP},
    "mnist": {"network_width": 128, "augmentation": _NO_FLIP},
    "svhn": {"network_width": 128, "augmentation": _NO_FLIP},
}
"""Where a data set asks for other defaults: a mirrored digit is none, and the 140 small images of a bundled digit's
class need neither a wide network nor a batch of all of them to show on a laptop how a run goes."""


def initial_settings(dataset: str = "digits", preset: str = "geometric", **values: Any) -> Settings:
    """Settings of a new run: the data set's defaults, then the preset, then the values given.

    Raises:
        HDDError: an unknown preset or knob, or a value outside its bounds.
    """
    if preset not in PRESETS:
        raise HDDError(f"There is no preset {preset!r}: give one of {', '.join(PRESETS)}.")
    defaults = DATASET_DEFAULTS.get(dataset, {"network_width": 128})
    return Settings(**{**defaults, **PRESETS[preset], **values, "dataset": dataset})
