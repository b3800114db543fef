import math
import re

import numpy as np
import pytest
import torch

from hdd.augment import siamese
from hdd.data import ClassPool
from hdd.devices import pick_device
from hdd.draws import generator
from hdd.errors import DivergedError, HDDError
from hdd.methods import batches
from hdd.methods.dm import DM
from hdd.networks import OPTIONS, make_network
from hdd.networks.convnet import ConvNet
from hdd.objectives import OBJECTIVES
from hdd.objectives.mean import Mean
from hdd.runs.rule_knobs import RuleKnobs
from hdd.settings import PRESETS, Settings

SMALL = {"ipc": 2, "network_width": 6, "network_depth": 2, "real_batch": 8, "device": "cpu", "image_lr": 0.1}

# One change of every steerable knob that a step depends on.
CHANGES = {
    "objective": {"objective": "mean"},
    "curvature": {"curvature": -4.0},
    "feature_scale": {"feature_scale": 0.1},
    "feature_scale auto": {"feature_scale": "auto"},
    "feature_centre": {"feature_centre": "mean"},
    "target_radius": {"target_radius": 1.0},
    "weight": {"weight": 5.0},
    "clamp": {"clamp": 1.0},
    "centroid": {"centroid": "karcher"},
    "image_lr": {"image_lr": 0.3},
    "momentum": {"momentum": 0.9},
    "real_batch": {"real_batch": 5},
    "real_uses": {"real_uses": 3},
    "network_pool": {"real_uses": 3, "network_pool": 2},
    "augmentation": {"augmentation": "flip"},
    "gradient_norm": {"gradient_norm": 0.5},
    "gradient_norm auto": {"gradient_norm": "auto", "objective": "mean"},
    "transport_order": {"objective": "ot", "transport_order": 1},
    "directions": {"objective": "horospherical", "directions": 3},
    "divergence": {"objective": "gaussian", "divergence": "kl"},
    "shrinkage": {"objective": "gaussian", "shrinkage": 0.5},
    "bandwidth": {"objective": "mmd", "bandwidth": 3.0},
    "pruning_rate": {"pruning_rate": 0.5},
    "pruning_score": {"pruning_rate": 0.5, "pruning_score": "random"},
    "pruning_keep": {"pruning_rate": 0.5, "pruning_keep": "far"},
    "distilled_pruning_rate": {"distilled_pruning_rate": 0.5},
    "distilled_pruning_score": {"distilled_pruning_rate": 0.5, "distilled_pruning_score": "random"},
    "distilled_pruning_keep": {"distilled_pruning_rate": 0.5, "distilled_pruning_keep": "far"},
}
every_change = pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)


@pytest.fixture(scope="module", params=[1, 3], ids=["gray", "colour"])
def data(request, toy_dataset):
    return toy_dataset((9, 7, 11), channels=request.param)


@pytest.fixture(scope="module")
def gray(toy_dataset):
    return toy_dataset((9, 7, 11))


def make_dm(data, steps=0, **knobs):
    made = DM(data, Settings(**SMALL | knobs))
    for _ in range(steps):
        made.step()
    return made


def assert_same_bits(first, second):
    one, two = first.state(), second.state()
    assert set(one) == set(two)
    for name, value in one.items():
        assert torch.equal(value, two[name]), name


def column(record, name):
    return record.column(name)


# The step as the papers write it: a loop over classes, features in float64, hyperbolic space in ambient coordinates.


def plain_distance(real, synthetic, settings, scale):
    root, centroids = math.sqrt(-settings.curvature), []
    for features in (real, synthetic):
        vectors = root * scale * features
        radius = vectors.norm(dim=1, keepdim=True)
        angle = radius if settings.clamp is None else radius.clamp(max=settings.clamp)
        points = torch.cat([angle.cosh(), angle.sinh() * vectors / radius], dim=1)
        mean = points.mean(dim=0)
        centroids.append(mean / (mean[0] ** 2 - mean[1:].square().sum()).sqrt())
    x, y = centroids
    return torch.acosh(x[0] * y[0] - x[1:] @ y[1:]) / root


def plain_step(data, settings, images, step, scale):
    """Loss, gradient, distance and features of each class."""
    channels, *size = data.train_images.shape[1:]
    options = {option: getattr(settings, f"network_{option}") for option in OPTIONS}
    network = make_network(settings.network, channels, tuple(size), len(data.classes), **options)
    network.draw(generator(settings.seed, "network", step)).double()
    pool = ClassPool(data.train_labels, len(data.classes))
    if settings.network_norm == "batch":
        chosen = pool.draw(lambda label: generator(settings.seed, "batch statistics", step, label), 16).flatten()
        network.measure_statistics(data.normalise(data.train_images[chosen]).double())
    indices = pool.draw(lambda label: generator(settings.seed, "real", step, label), settings.real_batch)

    def embed(part, label):
        draws = generator(settings.seed, "augmentation", step, label)
        return network.embed(siamese(part[None], settings.augmentation, [draws])[0])

    labels = range(len(data.classes))
    real = [embed(data.normalise(data.train_images[indices[label]]).double(), label).detach() for label in labels]
    centre = torch.cat(real).mean(0) if settings.feature_centre == "mean" else 0
    for label in labels:
        leaf = images[label].double().requires_grad_()
        features = [real[label] - centre, embed(leaf, label) - centre]
        distance = plain_distance(*features, settings, scale)
        if settings.objective == "hdd":
            loss = settings.weight * distance
        else:
            loss = (features[0].mean(0) - features[1].mean(0)).square().sum()
        (gradient,) = torch.autograd.grad(loss, leaf)
        yield loss.item(), gradient, distance.item(), [part.detach() for part in features]


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"objective": "mean"},
        {"clamp": "median", "weight": 3.0},
        {"curvature": -3.0, "feature_scale": 0.2, "augmentation": "none"},
        {"objective": "mean", "clamp": "median", "ipc": 1, "real_batch": 100},
        {"feature_centre": "mean"},
        {"network": "alexnet", "objective": "mean"},
        {"network_norm": "batch"},
        {"network_norm": "none", "network_activation": "leaky_relu", "network_pooling": "max"},
    ],
    ids=["hdd", "mean", "clamped", "curved", "one image", "centred", "alexnet", "batch norm", "other layers"],
)
def test_step_is_a_plain_loop_over_classes(data, knobs):
    clamped = knobs.get("clamp") == "median"
    if clamped:
        record = make_dm(data, steps=2, **knobs | {"clamp": None}).step()
        knobs = knobs | {"clamp": 1.001 * float(np.median(column(record, "real_radius_q50")))}
    made = make_dm(data, steps=2, **knobs)
    before, record = made.state(), made.step()
    settings, scale = made.settings, made.feature_scale
    classes = list(plain_step(data, settings, before["images"], 2, scale))
    gradient = torch.stack([gradient for _, gradient, _, _ in classes])

    # The first derivative of variances of few, nearly constant pixels keeps four digits in float32.
    close = {"rtol": 2e-3, "atol": 2e-3 * gradient.abs().max().item()}
    momentum = settings.momentum * before["momentum"].double() + gradient
    torch.testing.assert_close(made.momentum.double(), momentum, **close)
    torch.testing.assert_close(made.images, before["images"] - settings.image_lr * made.momentum)
    np.testing.assert_allclose(column(record, "loss"), [loss for loss, *_ in classes], rtol=1e-4)
    np.testing.assert_allclose(column(record, "centroid_distance"), [gap for _, _, gap, _ in classes], rtol=1e-4)
    norms = gradient.flatten(2).norm(dim=2).mean(dim=1)
    np.testing.assert_allclose(column(record, "gradient_norm"), norms, rtol=1e-3)
    for part, name in enumerate(("real", "synthetic")):
        radii = [
            math.sqrt(-settings.curvature) * scale * np.linalg.norm(features[part], axis=1) for *_, features in classes
        ]
        clamp = math.inf if settings.clamp is None else settings.clamp
        np.testing.assert_allclose(column(record, f"{name}_clamped"), [(r > clamp).mean() for r in radii], rtol=1e-6)
        for q in (10, 50, 90):
            expected = [np.quantile(r, q / 100) for r in radii]
            np.testing.assert_allclose(column(record, f"{name}_radius_q{q}"), expected, rtol=1e-4)
    if clamped:
        assert 0 < column(record, "real_clamped").mean() < 1, "the case tells beyond from within"


def test_record(data):
    made = make_dm(data, steps=3)
    record = made.step()
    assert record.step == made.step_count == 4
    assert record.classes.shape == (3, len(record.columns)) and record.classes.dtype == np.float32
    assert record.loss == pytest.approx(column(record, "loss").sum(), rel=1e-6)
    assert record.feature_scale == made.feature_scale and record.seconds > 0
    assert np.isfinite(record.classes).all()


@pytest.mark.parametrize("objective", ["hdd", "mean"])
def test_steps_are_the_same_bits_whatever_the_global_state(data, objective):
    torch.manual_seed(0)
    first = make_dm(data, objective=objective)
    torch.manual_seed(1)
    second = make_dm(data, objective=objective)
    for _ in range(4):
        one = first.step()
        torch.rand(3)
        two = second.step()
        assert np.array_equal(one.classes, two.classes) and (one.loss, one.step) == (two.loss, two.step)
    assert_same_bits(first, second)


def test_bfloat16_is_refused_where_the_device_has_none(data, monkeypatch):
    monkeypatch.setattr(batches, "has_bfloat16", lambda device: False)
    with pytest.raises(HDDError, match="real_precision=bfloat16 is not available on cpu: give float32"):
        make_dm(data, real_precision="bfloat16")


def test_real_features_in_bfloat16_are_the_same_bits_again_and_almost_those_in_float32(data, monkeypatch):
    # Torch computes the same on any CPU, on some only slowly.
    monkeypatch.setattr(batches, "has_bfloat16", lambda device: True)
    low, again, exact = (make_dm(data, real_precision=each) for each in ("bfloat16", "bfloat16", "float32"))
    records = [each.step() for each in (low, again, exact)]
    assert_same_bits(low, again)
    assert records[0].loss == pytest.approx(records[2].loss, rel=0.05)
    assert records[0].loss != records[2].loss


def test_seeds_make_different_runs(gray):
    assert not torch.equal(make_dm(gray, seed=1).images, make_dm(gray, seed=2).images)
    noise = [make_dm(gray, init="noise", seed=seed).images for seed in (1, 2)]
    assert not torch.equal(*noise)


def test_a_loaded_state_goes_on_with_the_same_bits(data):
    whole, part = make_dm(data, steps=6), make_dm(data, steps=3)
    state = {name: value.clone() for name, value in part.state().items()}
    assert all(value.device.type == "cpu" for value in state.values())
    part.step()
    resumed = make_dm(data)
    resumed.load_state(state)
    assert resumed.step_count == 3
    for _ in range(3):
        resumed.step()
    assert_same_bits(resumed, whole)
    resumed.load_state(state)
    assert_same_bits(resumed, make_dm(data, steps=3))


def test_a_state_is_not_changed_by_later_steps(gray):
    made = make_dm(gray, steps=2)
    state = made.state()
    copy = {name: value.clone() for name, value in state.items()}
    made.step()
    other = make_dm(gray)
    other.load_state(state)
    other.step()
    assert all(torch.equal(state[name], copy[name]) for name in copy)


def test_every_steerable_knob_is_tried():
    tried = {name for changes in CHANGES.values() for name in changes}
    in_force = {name for objective in OBJECTIVES.names() for name in Settings(objective=objective).in_force()}
    assert tried == in_force & set(Settings.steerable()) - {"steps", *RuleKnobs.param}


@every_change
def test_steering_acts_from_the_next_step_on(gray, changes):
    left, steered = make_dm(gray, steps=2), make_dm(gray, steps=2)
    steered.steer(**changes)
    assert steered.settings.values() == left.settings.values() | changes
    assert torch.equal(steered.images, left.images)
    left.step()
    steered.step()
    assert not torch.equal(steered.images, left.images)


@every_change
def test_a_steered_distiller_is_a_fresh_one_with_those_settings(gray, changes):
    steered = make_dm(gray, steps=2)
    steered.steer(**changes)
    fresh = DM(gray, Settings(**steered.settings.values()))
    fresh.load_state(steered.state())
    for _ in range(2):
        assert np.array_equal(steered.step().classes, fresh.step().classes)
    assert_same_bits(steered, fresh)


@pytest.mark.parametrize("gradient_norm", [0.3, 1e3])
@pytest.mark.parametrize("objective", OBJECTIVES.names())
def test_the_gradient_of_each_class_has_the_norm_that_is_asked_for(gray, objective, gradient_norm):
    knobs = {"objective": objective, "momentum": 0.0, "image_lr": 1e-3}
    plain, scaled = (make_dm(gray, gradient_norm=norm, **knobs) for norm in (None, gradient_norm))
    for _ in range(2):
        # Only the first of the steps starts from the same images.
        before = scaled.images
        record = scaled.step()
        moved = (scaled.images - before).flatten(2).norm(dim=-1).mean(dim=-1)
        np.testing.assert_allclose(moved, 1e-3 * gradient_norm, rtol=1e-3)
        np.testing.assert_allclose(column(record, "gradient_norm"), gradient_norm, rtol=1e-5)
    first = plain.step()
    assert (column(first, "gradient_factor") == 1).all()
    again = make_dm(gray, gradient_norm=gradient_norm, **knobs).step()
    own = column(again, "gradient_norm") / column(again, "gradient_factor")
    np.testing.assert_allclose(own, column(first, "gradient_norm"), rtol=1e-5)


def test_a_switch_of_objectives_keeps_the_norm_of_the_gradient(gray):
    made = make_dm(gray, steps=2, objective="mean", gradient_norm="auto")
    last = made.step()
    assert (column(last, "gradient_factor") == 1).all()
    made.steer(objective="hdd")
    switched = made.step()
    np.testing.assert_allclose(column(switched, "gradient_norm"), column(last, "gradient_norm"), rtol=1e-5)
    factors = column(switched, "gradient_factor")
    assert (factors != 1).all()
    later = [made.step() for _ in range(2)]
    assert all((column(record, "gradient_factor") == factors).all() for record in later)
    assert not np.allclose(column(later[0], "gradient_norm"), column(switched, "gradient_norm"), rtol=1e-3)
    made.steer(weight=made.settings.weight)
    assert (column(made.step(), "gradient_factor") == factors).all()
    made.steer(gradient_norm=None)
    assert (column(made.step(), "gradient_factor") == 1).all()


def test_it_does_not_matter_which_of_objective_and_norm_is_steered_first(gray):
    one, other = (make_dm(gray, steps=2, objective="mean") for _ in range(2))
    one.steer(objective="hdd")
    one.steer(gradient_norm="auto")
    other.steer(gradient_norm="auto")
    other.steer(objective="hdd")
    # An edit that is made again changes nothing.
    other.steer(objective="hdd")
    assert (column(one.step(), "gradient_factor") != 1).all()
    other.step()
    assert_same_bits(one, other)


def test_a_switch_before_the_first_step_has_no_norm_to_keep(gray):
    made = make_dm(gray, objective="mean", gradient_norm="auto")
    made.steer(objective="hdd")
    assert (column(made.step(), "gradient_factor") == 1).all()


def test_a_gradient_of_0_stays_0(gray):
    """Images that are all real ones, and are not augmented, have no gradient left."""
    made = make_dm(gray, objective="mean", gradient_norm=1.0, augmentation="none", ipc=7, real_batch=7)
    before = made.images
    record = made.step()
    at_rest = column(record, "gradient_norm") == 0
    assert torch.equal(made.images[at_rest], before[at_rest]) and np.isfinite(record.classes).all()


def test_a_state_of_version_0_1_is_loaded(gray):
    made, left = make_dm(gray, steps=2), make_dm(gray, steps=2)
    state = {name: value for name, value in made.state().items() if not name.startswith("gradient")}
    made = make_dm(gray)
    made.load_state(state)
    made.step()
    left.step()
    assert_same_bits(made, left)


@every_change
def test_steering_back_undoes_it(gray, changes):
    left, steered = make_dm(gray, steps=1), make_dm(gray, steps=1)
    scale = steered.feature_scale
    steered.steer(**changes)
    steered.steer(**{name: getattr(left.settings, name) for name in changes} | {"feature_scale": scale})
    left.steer(feature_scale=scale)
    steered.step()
    left.step()
    assert_same_bits(steered, left)


def test_steps_may_be_steered_and_change_nothing(gray):
    left, steered = make_dm(gray, steps=1), make_dm(gray, steps=1)
    steered.steer(steps=5)
    left.step()
    steered.step()
    assert_same_bits(steered, left)


@pytest.mark.parametrize("changes", [{"curvature": 1.0}, {"ipc": 3}, {"curvatur": -1.0}], ids=str)
def test_refused_steering_changes_nothing(gray, changes):
    left, steered = make_dm(gray, steps=1), make_dm(gray, steps=1)
    with pytest.raises(HDDError):
        steered.steer(weight=3.0, pruning_rate=0.5, distilled_pruning_rate=0.5, **changes)
    assert steered.settings.values() == left.settings.values()
    left.step()
    steered.step()
    assert_same_bits(steered, left)


@pytest.mark.parametrize(
    "changes",
    [{"pruning_rate": 0.5}, {"distilled_pruning_rate": 0.5}, {"feature_scale": "auto", "weight": 3.0}],
    ids=str,
)
def test_steering_for_which_there_is_no_memory_changes_nothing(gray, monkeypatch, changes):
    # A seed of its own, whose scores are not at hand yet.
    left, steered = (make_dm(gray, steps=1, seed=77) for _ in range(2))
    with monkeypatch.context() as patch:
        patch.setattr(ConvNet, "embed_frozen", run_out_of_memory)
        with pytest.raises(HDDError, match="Out of memory"):
            steered.steer(**changes)
    assert steered.settings.values() == left.settings.values()
    left.step()
    steered.step()
    assert_same_bits(steered, left)


@pytest.fixture(scope="module")
def one_class(toy_dataset):
    """One class, and an odd number of images, so that the median of a class is that of all."""
    return toy_dataset((9,))


@pytest.mark.parametrize("curvature", [-1.0, -0.2])
def test_automatic_scale_brings_the_median_to_the_target(one_class, curvature):
    made = make_dm(one_class, curvature=curvature, target_radius=1.5, real_batch=9)
    assert column(made.step(), "real_radius_q50") == pytest.approx(1.5, rel=1e-6)


def test_automatic_scale_is_held_until_it_is_set_again(one_class):
    left, steered = (make_dm(one_class, steps=2, real_batch=9) for _ in range(2))
    scale = steered.feature_scale
    steered.steer(curvature=-4.0)
    assert steered.feature_scale == scale
    radius, doubled = (column(made.step(), "real_radius_q50") for made in (left, steered))
    np.testing.assert_allclose(doubled, 2 * radius, rtol=1e-6)
    assert steered.feature_scale == scale, "steps do not touch it either"

    steered.steer(feature_scale="auto")
    assert steered.feature_scale != scale
    assert column(steered.step(), "real_radius_q50") == pytest.approx(2.0, rel=1e-6)
    steered.steer(target_radius=3.0)
    assert column(steered.step(), "real_radius_q50") == pytest.approx(3.0, rel=1e-6)
    steered.steer(feature_centre="mean")
    assert column(steered.step(), "real_radius_q50") == pytest.approx(3.0, rel=1e-6)


def test_an_automatic_scale_that_would_be_too_large_is_refused(one_class):
    made = make_dm(one_class, curvature=-1e-300)
    with pytest.raises(
        HDDError, match=r"curvature=-1e-300 and target_radius=2 the automatic feature scale would be \d"
    ):
        made.step()
    made = make_dm(one_class, steps=1, curvature=-1e-300, feature_scale=1.0)
    before = made.state()
    with pytest.raises(HDDError, match="give a curvature further from 0"):
        made.steer(feature_scale="auto")
    made.steer(target_radius=1.0)
    assert made.settings.feature_scale == 1.0 and torch.equal(made.state()["images"], before["images"])


def test_mean_matching_does_not_depend_on_the_feature_centre(gray):
    plain, centred = (make_dm(gray, steps=2, objective="mean", feature_centre=each) for each in ("none", "mean"))
    torch.testing.assert_close(centred.images, plain.images, rtol=1e-4, atol=1e-5)


def test_scale_set_with_the_curvature_is_measured_under_it(one_class):
    made = make_dm(one_class, steps=1, real_batch=9)
    made.steer(feature_scale="auto", curvature=-9.0)
    assert column(made.step(), "real_radius_q50") == pytest.approx(2.0, rel=1e-6)


def test_target_radius_means_nothing_to_a_scale_that_is_given(gray):
    made = make_dm(gray, feature_scale=0.3)
    made.steer(target_radius=1.0)
    assert made.feature_scale == 0.3
    assert made.step().feature_scale == 0.3


def test_released_preset_clamps_every_feature(gray):
    made = make_dm(gray, **PRESETS["released"].values | {"feature_scale": 1e4})
    record = made.step()
    assert (column(record, "real_clamped") == 1).all() and (column(record, "synthetic_clamped") == 1).all()


def test_pruning_leaves_matching_to_the_images_kept(gray):
    """At the strongest pruning a class matches one image, which it draws again and again."""
    made = make_dm(gray, steps=1, pruning_rate=0.95, augmentation="none", objective="mean")
    record = made.step()
    assert (column(record, "real_radius_q10") == column(record, "real_radius_q90")).all()
    made.steer(pruning_rate=0.0)
    record = made.step()
    assert (column(record, "real_radius_q10") < column(record, "real_radius_q90")).all()


def test_pruning_knows_no_curvature(gray):
    flat, curved = (
        make_dm(gray, steps=3, objective="mean", pruning_rate=0.5, curvature=curvature) for curvature in (-1.0, -50.0)
    )
    assert torch.equal(flat.images, curved.images)


def test_pruning_score_without_a_rate_changes_nothing(gray):
    left, steered = make_dm(gray, steps=1), make_dm(gray, steps=1)
    steered.steer(pruning_score="origin", pruning_keep="far")
    left.step()
    steered.step()
    assert_same_bits(steered, left)


@pytest.mark.parametrize("keep", ["near", "far"])
def test_distilled_pruning_leaves_the_step_to_the_images_kept(gray, keep):
    """The step is that of a set without the others, which keep their places and their momentum."""
    made = make_dm(gray, steps=2, ipc=5)
    made.steer(distilled_pruning_rate=0.4, distilled_pruning_keep=keep)
    kept = torch.from_numpy(made.mask.kept)
    assert (kept.sum(dim=1) == 3).all()
    before, record = made.state(), made.step()
    shape = 3, 3, *before["images"].shape[2:]
    classes = [*plain_step(gray, made.settings, before["images"][kept].view(shape), 2, made.feature_scale)]
    gradient = torch.stack([gradient for _, gradient, _, _ in classes])
    momentum = made.settings.momentum * before["momentum"][kept].view(shape).double() + gradient
    close = {"rtol": 2e-3, "atol": 2e-3 * gradient.abs().max().item()}
    torch.testing.assert_close(made.momentum[kept].view(shape).double(), momentum, **close)
    norms = gradient.flatten(2).norm(dim=2).mean(dim=1)
    np.testing.assert_allclose(column(record, "gradient_norm"), norms, rtol=1e-3)
    made.step()
    for name in ("images", "momentum"):
        assert torch.equal(made.state()[name][~kept], before[name][~kept])
    assert before["momentum"][~kept].abs().max() > 0
    np.testing.assert_array_equal(made.synthetic().images, made.images[kept])
    made.steer(distilled_pruning_rate=0.0)
    stood = made.state()
    made.step()
    expected = stood["images"] - made.settings.image_lr * made.momentum
    torch.testing.assert_close(made.images, expected)
    assert not torch.equal(made.images[~kept], before["images"][~kept])


def test_a_run_can_begin_with_images_left_out(gray):
    begun, steered = make_dm(gray, distilled_pruning_rate=0.5), make_dm(gray)
    steered.steer(distilled_pruning_rate=0.5)
    begun.step()
    steered.step()
    assert_same_bits(begun, steered)
    assert begun.mask.left_out == 3


def test_distilled_pruning_score_without_a_rate_changes_nothing(gray):
    left, steered = make_dm(gray, steps=1), make_dm(gray, steps=1)
    steered.steer(distilled_pruning_score="origin", distilled_pruning_keep="far")
    left.step()
    steered.step()
    assert_same_bits(steered, left)


def test_initial_images_are_different_real_ones_of_their_class(data):
    images = make_dm(data, ipc=7).images
    assert images.shape == (3, 7, *data.train_images.shape[1:]) and images.dtype == torch.float32
    pixels = data.to_pixels(images)
    for label in range(3):
        own = {tuple(image.flatten().tolist()) for image in data.train_images[data.train_labels == label]}
        started = {tuple(image.flatten().tolist()) for image in pixels[label]}
        assert started <= own and len(started) == 7


def test_initial_noise_is_standard_normal(toy_dataset):
    images = make_dm(toy_dataset((50, 50), side=16), ipc=50, init="noise").images
    assert images.shape == (2, 50, 1, 16, 16) and images.dtype == torch.float32
    count = images.numel()
    assert abs(images.mean()) < 4 / math.sqrt(count) and abs(images.var() - 1) < 4 * math.sqrt(2 / count)
    assert abs((images[0] * images[1]).mean()) < 4 / math.sqrt(count / 2), "classes are independent"


@pytest.mark.parametrize("objective", ["hdd", "mean"])
def test_noise_comes_nearer_to_real_images(digits, objective):
    made = DM(
        digits,
        Settings(init="noise", ipc=2, network_width=8, real_batch=32, objective=objective, image_lr=1.0, device="cpu"),
    )
    losses = [made.step().loss for _ in range(30)]
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])


def test_blocks_of_real_images_give_the_same_step(gray, monkeypatch):
    whole = make_dm(gray, steps=1)
    monkeypatch.setattr(batches, "REAL_BLOCK", 9)
    parts = make_dm(gray, steps=1)
    torch.testing.assert_close(parts.images, whole.images, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("spoil", ["images", "momentum"])
@pytest.mark.parametrize("value", [math.nan, math.inf, 3e38])
def test_images_that_diverge_are_refused_and_stay(gray, spoil, value):
    made = make_dm(gray, steps=2)
    state = made.state()
    state[spoil][1] = value
    made.load_state(state)
    with pytest.raises(DivergedError, match=r"Step 3 was .* the images of class 'class 1' diverge \(.*Lower"):
        made.step()
    assert made.step_count == 2
    for name, kept in made.state().items():
        torch.testing.assert_close(kept, state[name], rtol=0, atol=0, equal_nan=True)


class InfiniteGradient(torch.autograd.Function):
    """Changes nothing, but the gradient of class 1 is infinite."""

    @staticmethod
    def forward(ctx, losses):
        return losses.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient * torch.tensor([1, math.inf, 1])


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (lambda losses: losses * torch.tensor([1, math.nan, 1]), "the loss of class 'class 1' is not finite"),
        (lambda losses: losses + torch.tensor([math.inf, 0, -math.inf]), "the loss of classes 'class 0', 'class 2' is"),
        (lambda losses: losses + 3e38, "the loss of classes 'class 0', 'class 1', 'class 2' is not finite"),
        (InfiniteGradient.apply, "the gradient of the loss of class 'class 1' is not finite"),
    ],
    ids=["nan loss", "infinite losses", "infinite sum", "infinite gradient"],
)
def test_a_step_that_is_not_finite_says_why_and_changes_nothing(gray, monkeypatch, spoilt, told):
    made = make_dm(gray, steps=2, objective="mean", image_lr=0.5)
    before, plain = made.state(), Mean.loss
    moved = 0.5 * before["momentum"][1].flatten(1).norm(dim=-1).mean()
    with monkeypatch.context() as patch:
        patch.setattr(Mean, "loss", lambda self, real, synthetic: spoilt(plain(self, real, synthetic)))
        with pytest.raises(DivergedError) as error:
            made.step()
    message = str(error.value)
    assert message.startswith(f"Step 3 was not made because {told}") and "image_lr, which is 0.5." in message
    assert "(objective mean; median √|K|·radius 2" in message, "the automatic scale brings the real ones to 2"
    if "of class 'class 1'" in told:
        assert re.search(rf"image step size (nan|inf), before that {moved:.3g}\)", message)
    assert all(torch.equal(value, before[name]) for name, value in made.state().items())
    made.step()


def test_too_large_a_learning_rate_is_reported_before_the_images_are_lost(gray):
    made = make_dm(gray, image_lr=1e9)
    before = made.images
    with pytest.raises(HDDError, match="Lower image_lr"):
        for _ in range(5):
            before = made.images
            made.step()
    assert torch.equal(made.images, before) and torch.isfinite(made.images).all()
    made.steer(image_lr=0.1)
    made.step()


def run_out_of_memory(*arguments):
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes."),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_memory_is_reported_with_what_helps(gray, monkeypatch, error):
    def fail(*arguments):
        raise error

    made = make_dm(gray, steps=1)
    before = made.state()
    with monkeypatch.context() as patch:
        patch.setattr(ConvNet, "embed_frozen", fail)
        with pytest.raises(HDDError, match="Out of memory on cpu: lower real_batch, ipc or network_width"):
            made.step()
        with pytest.raises(HDDError, match="Out of memory"):
            make_dm(gray).state()
    assert all(torch.equal(value, before[name]) for name, value in made.state().items())


def test_other_errors_are_not_hidden(gray, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("shapes do not match")

    made = make_dm(gray)
    monkeypatch.setattr(ConvNet, "embed_frozen", fail)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        made.step()


def test_more_images_than_the_smallest_class_has_are_refused(gray):
    DM.check(gray, Settings(**SMALL | {"ipc": 7}))
    for refuse in (lambda: DM.check(gray, Settings(**SMALL | {"ipc": 8})), lambda: make_dm(gray, ipc=8)):
        with pytest.raises(HDDError, match="ipc=8 is more than the 7 training images of class 'class 1': give ipc ≤ 7"):
            refuse()


def test_images_too_small_for_the_network_are_refused(gray):
    for refuse in (
        lambda: DM.check(gray, Settings(**SMALL | {"network_depth": 4})),
        lambda: make_dm(gray, network_depth=4),
    ):
        with pytest.raises(HDDError, match="network_depth=4 is too deep"):
            refuse()
    with pytest.raises(HDDError, match=r"lenet needs images of at least 16×16 .*that fit: convnet, mlp, alexnet"):
        DM.check(gray, Settings(**SMALL | {"network": "lenet"}))


@pytest.mark.parametrize("name", ["cuda:99", *([] if torch.cuda.is_available() else ["cuda", "cuda:0"])])
def test_devices_that_are_not_here_are_refused(gray, name):
    settings = Settings(**SMALL | {"device": name})
    for refuse in (lambda: pick_device(name), lambda: DM.check(gray, settings), lambda: DM(gray, settings)):
        with pytest.raises(HDDError, match=f"device='{name}' is not available on this machine: give auto, cpu or"):
            refuse()


def test_devices_that_are_here():
    assert pick_device("cpu") == torch.device("cpu")
    assert torch.zeros(1, device=pick_device("auto")).device.type == pick_device("auto").type
