import json
import math
import subprocess
import sys

import numpy as np
import param
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd import augment
from hdd.errors import HDDError
from hdd.knobs import NumberOrAuto, Operations
from hdd.knobs.types import Uninstalled
from hdd.methods import METHODS
from hdd.methods.knobs import AUGMENTATIONS
from hdd.objectives import OBJECTIVES
from hdd.settings import (
    PRESETS,
    Settings,
    allowed,
    check_steerable,
    grouped,
    initial_settings,
    method_and_objective,
    parse,
)

NAMES = Settings.names()
FIXED = {
    "dataset",
    "method",
    "image_size",
    "unreadable",
    "ipc",
    "init",
    "seed",
    "network",
    "network_width",
    "network_depth",
    "network_norm",
    "network_activation",
    "network_pooling",
    "real_precision",
    "queue_start",
    "device",
    "threads",
    "snapshot_every",
}
NUMBERS = [name for name in NAMES if isinstance(Settings.knob(name), param.Number)]


def values_of(name):
    """Hypothesis strategy: every kind of value that the knob's declaration allows."""
    knob = Settings.knob(name)
    if isinstance(knob, param.Selector):
        return st.sampled_from(knob.objects)
    if isinstance(knob, Operations):
        joined = st.lists(st.sampled_from(AUGMENTATIONS), min_size=1, unique=True).map("_".join)
        return st.just("none") | joined
    if isinstance(knob, param.Integer):
        numbers = st.integers(*knob.bounds)
    elif isinstance(knob, param.Number):
        low, high = knob.bounds
        open_low, open_high = (not inclusive for inclusive in knob.inclusive_bounds)
        # Down to 1e-300: a subnormal curvature is of no use to anybody.
        numbers = st.floats(low, high, exclude_min=open_low, exclude_max=open_high, allow_subnormal=False)
        numbers |= st.integers(math.ceil(low) + open_low, math.floor(high) - open_high)
    elif name == "device":
        return st.sampled_from(["auto", "cpu", "mps", "cuda"]) | st.integers(0, 99).map("cuda:{}".format)
    else:
        return st.text(max_size=30)
    if isinstance(knob, NumberOrAuto):
        numbers |= st.just("auto")
    return numbers | st.none() if knob.allow_None else numbers


all_values = st.fixed_dictionaries({}, optional={name: values_of(name) for name in NAMES})


def bad_values(name):
    """Values just outside what the knob allows, and of other types."""
    knob = Settings.knob(name)
    if isinstance(knob, param.Number):
        bad = [True, False, math.nan, "", "many", "AUTO", [1], {}, 10**400]
        (low, high), (low_in, high_in) = knob.bounds, knob.inclusive_bounds
        step = 1 if isinstance(knob, param.Integer) else None
        if low is not None:
            bad += [-math.inf, (low - step if step else math.nextafter(low, -math.inf)) if low_in else low]
        if high is not None:
            bad += [math.inf, (high + step if step else math.nextafter(high, math.inf)) if high_in else high]
        if high is None:
            bad.remove(10**400)
        if step:
            bad += [2.5, 10.0]
        return bad + ([] if knob.allow_None else [None]) + ([] if isinstance(knob, NumberOrAuto) else ["auto"])
    bad = [None, 1, True, ["hdd"]]
    if isinstance(knob, param.Selector):
        bad += ["", "unknown", knob.objects[0].upper(), knob.objects[0] + " "]
    if isinstance(knob, Operations):
        bad += ["", "flip_", "_flip", "flip_flip", "flip_none", "flip color", "flip,crop", "mirror", "FLIP"]
    if name == "device":
        bad += [
            "",
            "gpu",
            "cuda:",
            "cuda:-1",
            "cuda:x",
            "CPU",
            "cpu ",
            " cpu",
            "cpu\n",
            "xcpu",
            "cuda:1 cuda:2",
            "cpu:0:0",
        ]
    return bad


BAD = [(name, value) for name in NAMES for value in bad_values(name)]


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_explains_itself(name):
    knob = Settings.knob(name)
    assert knob.doc.endswith(".") and len(knob.doc) > 20
    assert knob.label[0].isupper() and knob.label.isprintable()
    assert name != knob.label
    assert allowed(name)


def test_labels_tell_knobs_apart():
    assert len({Settings.knob(name).label for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NUMBERS)
def test_allowed_shows_bounds(name):
    knob = Settings.knob(name)
    text = allowed(name)
    assert text.startswith("a whole number" if isinstance(knob, param.Integer) else "a number")
    for bound, inclusive, signs in zip(knob.bounds, knob.inclusive_bounds, (">≥", "<≤"), strict=True):
        if bound is not None:
            assert f"{signs[inclusive]} {bound if isinstance(bound, int) else format(bound, 'g')}" in text
        else:
            assert not set(signs) & set(text)
    assert text.endswith(", or auto") == isinstance(knob, NumberOrAuto)
    assert (", or none" in text) == bool(knob.allow_None)


def test_allowed_in_full():
    assert allowed("momentum") == "a number ≥ 0 and < 1"
    assert allowed("ipc") == "a whole number ≥ 1 and ≤ 10000"
    assert allowed("threads") == "a whole number ≥ 1 and ≤ 1024, or none"
    assert allowed("feature_scale") == "a number > 0 and ≤ 1e+06, or auto"
    assert allowed("init") == "one of real, noise"
    assert allowed("device") == "one of auto, cpu, mps, cuda, cuda:N"
    assert all(operation in allowed("augmentation") for operation in (*AUGMENTATIONS, "none"))


def test_which_knobs_are_fixed():
    assert set(NAMES) - set(Settings.steerable()) == FIXED
    assert tuple(name for name in NAMES if name not in FIXED) == Settings.steerable()
    assert set(NAMES[: len(FIXED)]) == FIXED, "fixed ones come first"


def test_defaults_are_the_geometric_preset():
    values = Settings().values()
    assert {name: values[name] for name in PRESETS["geometric"].values} == PRESETS["geometric"].values


def test_released_preset_is_the_released_code():
    released = initial_settings("cifar10", "released")
    assert (released.curvature, released.weight, released.clamp) == (-1, 20, 10)
    assert (released.feature_scale, released.centroid, released.objective) == (1, "closed", "hdd")
    assert (released.image_lr, released.real_batch, released.momentum) == (1, 256, 0.5)
    assert (released.network_width, released.network_depth) == (128, 3)
    assert released.augmentation == "color_crop_cutout_flip_scale_rotate"


@pytest.mark.parametrize("preset", ["geometric", "released"])
@pytest.mark.parametrize("dataset", ["digits", "mnist", "svhn", "cifar10", "folder:pictures"])
def test_initial_settings_layer_defaults_preset_and_values(dataset, preset):
    chosen = initial_settings(dataset, preset)
    expected = Settings().values() | METHODS.get("dm").defaults(dataset) | PRESETS[preset].values
    assert chosen.network_width == (32 if dataset == "digits" else 128)
    assert chosen.values() == expected | {"dataset": dataset}
    assert initial_settings(dataset, preset, curvature=-3, network_width=7).values() == expected | {
        "dataset": dataset,
        "curvature": -3,
        "network_width": 7,
    }


@pytest.mark.parametrize("dataset", ["digits", "mnist", "svhn"])
def test_digits_are_not_mirrored(dataset):
    assert initial_settings(dataset).augmentation == "color_crop_cutout_scale_rotate"


def test_presets_for_any_data_set_name_steerable_knobs_only():
    for preset in PRESETS.values():
        assert preset.dataset is not None or set(preset.values) <= set(Settings.steerable())


def test_a_preset_brings_its_data_set_and_its_method_with_it():
    chosen = initial_settings(preset="idm-cifar10-ipc10")
    assert (chosen.dataset, chosen.method, chosen.ipc) == ("cifar10", "idm", 10)
    assert initial_settings(preset="idm-cifar10-ipc10", method="dm", queue_lr=0.5).method == "dm"
    assert initial_settings().dataset == "digits"


def test_unknown_preset_is_refused():
    with pytest.raises(HDDError, match="no preset 'relaesed': give one of geometric, released"):
        initial_settings("digits", "relaesed")


def test_methods_and_objectives_are_the_registries():
    assert Settings.knob("method").objects == list(METHODS.names()) == ["dm", "idm"]
    assert Settings.knob("objective").objects == list(OBJECTIVES.names())
    assert Settings.knob("objective").objects[:2] == ["hdd", "mean"]


def test_every_knob_of_every_part_is_a_setting():
    for objective in map(OBJECTIVES.get, OBJECTIVES.names()):
        assert set(objective.knobs()) <= set(NAMES)
    assert {"weight", "curvature"} <= set(Settings().in_force())
    assert "weight" not in Settings(objective="mean").in_force()
    assert "curvature" in Settings(objective="mean").in_force(), "every run is looked at under a geometry"


def test_groups_are_derived():
    groups = grouped(NAMES)
    assert sorted(name for names in groups.values() for name in names) == sorted(NAMES)
    pruned = [f"Pruning of the {kind} images" for kind in ("real", "synthetic")]
    steered = ["Geometry", *pruned, "Optimisation", "Network queue", "Automatic rules"]
    assert list(grouped(Settings.steerable())) == steered


@pytest.mark.parametrize(
    ("method", "objective", "meant"),
    [
        (None, None, {}),
        (None, "mean", {"objective": "mean"}),
        ("dm", None, {"method": "dm", "objective": "mean"}),
        ("dm", "hdd", {"method": "dm", "objective": "hdd"}),
        ("hdd", None, {"method": "dm", "objective": "hdd"}),
    ],
)
def test_a_method_alone_is_as_published_and_earlier_names_are_understood(method, objective, meant):
    assert method_and_objective(method, objective) == meant


def test_an_objective_is_known_by_its_earlier_name():
    assert Settings(objective="dm").objective == Settings.stored({"objective": "dm"}).objective == "mean"
    assert Settings().changed(objective="dm").values()["objective"] == parse("objective", "dm") == "mean"


@pytest.mark.parametrize(("method", "objective"), [("kip", None), ("hdd", "mean")])
def test_an_unknown_method_is_refused(method, objective):
    with pytest.raises(HDDError, match=f"There is no method '{method}'|method='{method}' is not allowed"):
        initial_settings(**method_and_objective(method, objective))


def test_a_stored_run_may_name_what_is_not_installed_here():
    values = {**Settings().values(), "method": "kip", "objective": "sharpened", "sharpness": 3}
    stored = Settings.stored(values)
    assert stored.recorded() == values
    assert json.loads(json.dumps(stored.recorded())) == values
    assert stored.uninstalled() == {"method": "kip", "objective": "sharpened"}
    assert stored.unknown == {"sharpness": 3}
    assert stored.changed(curvature=-2.0).objective == "sharpened"


def test_a_stored_run_may_match_through_a_network_that_is_not_installed_here():
    values = {**Settings().recorded(), "network": "transformer"}
    stored = Settings.stored(values)
    assert stored.recorded() == values and stored.uninstalled() == {"network": "transformer"}
    with pytest.raises(HDDError, match="network='transformer' is not allowed: give one of convnet, mlp"):
        Settings(network="transformer")


def test_what_is_recorded_is_what_a_run_depends_on():
    recorded = Settings(objective="mean").recorded()
    assert "weight" not in recorded and recorded["objective"] == "mean"
    assert Settings(objective="mean", weight=3.0).recorded()["weight"] == 3.0
    assert Settings.stored(recorded).values() == Settings(objective="mean").values()


def test_augmentations_are_the_operations():
    assert set(AUGMENTATIONS) == set(augment._OPERATIONS)


@pytest.mark.parametrize("module", ["hdd", "hdd.settings", "hdd.objectives", "hdd.records", "hdd.runs.run", "hdd.cli"])
def test_importing_it_loads_no_torch(module):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("name", "hint"),
    [("curvatur", "Did you mean curvature"), ("lr_image", "image_lr"), ("zzz", "Knobs are: dataset, image_size")],
)
def test_unknown_knob_is_named_with_a_suggestion(name, hint):
    for refuse in (
        lambda: Settings(**{name: 1}),
        lambda: Settings().changed(**{name: 1}),
        lambda: parse(name, "1"),
        lambda: allowed(name),
        lambda: check_steerable(name),
    ):
        with pytest.raises(HDDError, match=f"no knob '{name}'.*{hint}"):
            refuse()


def test_name_of_param_is_no_knob():
    assert "name" not in NAMES
    with pytest.raises(HDDError, match="no knob 'name'"):
        Settings(name="mine")


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={str(value)[:20]!r}" for name, value in BAD])
def test_bad_value_is_refused_by_name(name, value):
    with pytest.raises(HDDError) as refusal:
        Settings(**{name: value})
    assert f"{name}={value!r} is not allowed" in str(refusal.value)
    assert allowed(name) in str(refusal.value)


@pytest.mark.parametrize("name", NUMBERS)
def test_inclusive_bounds_are_allowed(name):
    knob = Settings.knob(name)
    for bound, inclusive in zip(knob.bounds, knob.inclusive_bounds, strict=True):
        if bound is not None and inclusive:
            assert getattr(Settings(**{name: bound}), name) == bound


@settings(max_examples=50)
@given(all_values)
def test_values_make_the_same_settings_again(values):
    made = Settings(**values)
    assert made.values() == Settings().values() | values
    assert Settings(**made.values()).values() == made.values()
    assert Settings(**json.loads(json.dumps(made.values()))).values() == made.values()


@pytest.mark.parametrize(
    ("name", "value"),
    [("curvature", np.float32(-2)), ("curvature", np.float64(-2)), ("ipc", np.int64(3)), ("weight", np.int32(5))],
)
def test_numbers_of_numpy_become_plain_ones(name, value):
    values = Settings(**{name: value}).values()
    assert values[name] == value
    assert json.loads(json.dumps(values)) == values


@settings(max_examples=40)
@given(st.data())
def test_text_of_a_value_parses_to_it(data):
    for name in NAMES:
        value = data.draw(values_of(name), name)
        assert parse(name, str(value)) == value
        assert type(parse(name, str(value))) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("ipc", "10", 10),
        ("steps", "1e3", 1000),
        ("curvature", "-2.5", -2.5),
        ("curvature", "-1e-3", -0.001),
        ("clamp", "none", None),
        ("clamp", "None", None),
        ("clamp", "10", 10),
        ("image_size", "none", None),
        ("threads", "NONE", None),
        ("feature_scale", "auto", "auto"),
        ("feature_scale", "0.5", 0.5),
        ("objective", "mean", "mean"),
        ("clamp", ".5", 0.5),
        ("augmentation", "flip_crop", "flip_crop"),
        ("augmentation", "none", "none"),
        ("dataset", "folder:a b", "folder:a b"),
        ("dataset", "none", "none"),
    ],
)
def test_parse(name, text, value):
    assert parse(name, text) == value
    assert type(parse(name, text)) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ipc", "ten"),
        ("ipc", "2.5"),
        ("ipc", "none"),
        ("ipc", "auto"),
        ("ipc", "true"),
        ("ipc", ""),
        ("ipc", "[1]"),
        ("ipc", "null"),
        ("seed", "1e400"),
        ("seed", "9" * 5000),
        ("curvature", "NaN"),
        ("curvature", "-Infinity"),
        ("curvature", "0"),
        ("feature_scale", "none"),
        ("clamp", "auto"),
        ("objective", "hddd"),
        ("augmentation", "flip_flip"),
        ("device", "gpu"),
    ],
)
def test_parse_refuses_with_what_is_allowed(name, text):
    with pytest.raises(HDDError) as refusal:
        parse(name, text)
    assert str(refusal.value).startswith(f"{name}=") and allowed(name) in str(refusal.value)


@settings(max_examples=50)
@given(all_values, all_values)
def test_changed_changes_what_it_is_told(values, changes):
    changes = {name: value for name, value in changes.items() if name not in FIXED}
    old = Settings(**values)
    before = old.values()
    assert old.changed(**changes).values() == before | changes
    assert old.values() == before, "the old settings stay"


@pytest.mark.parametrize("name", sorted(FIXED))
def test_changed_refuses_fixed_knobs(name):
    old = Settings()
    with pytest.raises(HDDError, match=f"^{name} is fixed when a run is made.*or steer one of: .*curvature"):
        old.changed(curvature=-2, **{name: getattr(old, name)})
    assert old.curvature == -1


def test_changed_refuses_bad_values():
    with pytest.raises(HDDError, match="momentum=1 is not allowed: give a number ≥ 0 and < 1"):
        Settings().changed(momentum=1)


@pytest.mark.parametrize("name", sorted(FIXED))
def test_fixed_knobs_cannot_be_assigned(name):
    made = Settings()
    other = {
        "dataset": "mnist",
        "method": Uninstalled("kip"),
        "init": "noise",
        "unreadable": "skip",
        "device": "cpu",
        "network": "mlp",
        "network_depth": 2,
        "network_norm": "none",
        "network_activation": "sigmoid",
        "network_pooling": "max",
        "real_precision": "bfloat16",
    }.get(name, 9)
    with pytest.raises(TypeError, match="Constant"):
        setattr(made, name, other)
