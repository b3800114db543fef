"""IDM: stored images that hold four, networks that are trained a little, and the cross-entropy."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from hdd import api
from hdd.augment import siamese
from hdd.data import ClassPool
from hdd.draws import generator
from hdd.errors import DivergedError, HDDError
from hdd.methods.idm import IDM, IDMKnobs
from hdd.methods.knobs import MatchingKnobs
from hdd.networks import NETWORKS
from hdd.networks.base import Network
from hdd.networks.convnet import ConvNet
from hdd.objectives import OBJECTIVES
from hdd.runs.history import first_difference, rewind
from hdd.runs.resume import resume
from hdd.runs.start import create
from hdd.settings import Settings, initial_settings

SMALL = {
    "method": "idm", "ipc": 2, "network_width": 6, "network_depth": 2, "real_batch": 8, "device": "cpu",
    "image_lr": 0.1, "queue_size": 4, "queue_interval": 2, "queue_steps": 3, "queue_batch": 10, "queue_lr": 0.1,
    "queue_accuracy_interval": 5,
}  # fmt: skip
QUEUE_CHANGES = {
    "queue_size": 2, "queue_interval": 1, "queue_trained": 1, "queue_steps": 1, "queue_batch": 5, "queue_lr": 0.5,
    "queue_accuracy_interval": 2, "ce_weight": 3.0,
}  # fmt: skip


@pytest.fixture(scope="module", params=[1, 3], ids=["gray", "colour"])
def data(request, toy_dataset):
    return toy_dataset((9, 7, 11), channels=request.param)


@pytest.fixture(scope="module")
def gray(toy_dataset):
    return toy_dataset((9, 7, 11))


def make_idm(data, steps=0, **knobs):
    made = IDM(data, Settings(**SMALL | {"objective": "mean"} | knobs))
    for _ in range(steps):
        made.step()
    return made


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


# The queue as the released code has it: networks and optimisers that live on.


class PlainQueue:
    def __init__(self, data, settings):
        self.data, self.settings, self.made, self.members = data, settings, 0, []
        for _ in range(settings.queue_start + 1):
            self.push()

    def push(self):
        data, settings = self.data, self.settings
        if len(self.members) == settings.queue_size:
            self.members.pop(0)
        network = ConvNet(data.channels, data.size, len(data.classes), settings.network_width, settings.network_depth)
        network.draw(generator(settings.seed, "queued network", 0, self.made))
        optimizer = torch.optim.SGD(network.parameters(), settings.queue_lr, momentum=0.9, weight_decay=5e-4)
        self.members.append([network, optimizer, 0, 0, self.made])
        self.made += 1

    def at(self, step):
        draws = generator(self.settings.seed, "matching network", step)
        network, _, right, seen, _ = self.members[draws.integers(len(self.members))]
        return network, 100 * right / seen if seen else 0.0

    def finish(self, step):
        """What follows the image step: training, and what is due before the next step."""
        data, settings = self.data, self.settings
        order = generator(settings.seed, "trained networks", step).permutation(len(self.members))
        for index in order[: settings.queue_trained]:
            network, optimizer, *_, number = member = self.members[index]
            draws = generator(settings.seed, "network training", step, number)
            for _ in range(settings.queue_steps):
                chosen = torch.from_numpy(draws.choice(len(data.train_labels), settings.queue_batch, replace=False))
                logits = network(data.normalise(data.train_images[chosen]))
                optimizer.zero_grad()
                F.cross_entropy(logits, data.train_labels[chosen]).backward()
                optimizer.step()
                member[2] += int((logits.argmax(1) == data.train_labels[chosen]).sum())
                member[3] += len(chosen)
        if (step + 1) % settings.queue_accuracy_interval == 0:
            for member in self.members:
                member[2:4] = 0, 0
        if (step + 1) % settings.queue_interval == 0:
            self.push()


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def test_the_queue_is_that_of_the_released_code(data):
    made = make_idm(data)
    plain = PlainQueue(data, made.settings)
    trained = set()
    for step in range(11):
        state = made.state()
        assert int(state["queue_first"]) == plain.members[0][-1]
        assert state["queue_counts"].tolist() == [member[2:4] for member in plain.members]
        rows = iter(state["queue_networks"])
        for (network, optimizer, *_, number), was_trained in zip(
            plain.members, state["queue_was_trained"], strict=True
        ):
            assert bool(was_trained) == (number in trained)
            if was_trained:
                weights, momentum = next(rows)
                torch.testing.assert_close(weights, flat(network.parameters()), rtol=1e-5, atol=1e-6)
                buffers = [optimizer.state[each]["momentum_buffer"] for each in network.parameters()]
                torch.testing.assert_close(momentum, flat(buffers), rtol=1e-4, atol=1e-5)
        record = made.step()
        _, accuracy = plain.at(step)
        np.testing.assert_allclose(record.column("cross_entropy_weight"), 0.5 * accuracy, rtol=1e-6)
        before = [tuple(member[2:4]) for member in plain.members], [member[-1] for member in plain.members]
        order = generator(0, "trained networks", step).permutation(len(before[1]))[:2]
        trained |= {before[1][index] for index in order}
        plain.finish(step)
    assert len(plain.members) == 4 and plain.members[0][-1] > 0, "networks have left the queue"


@pytest.mark.parametrize("objective", OBJECTIVES.names())
@pytest.mark.parametrize("knobs", [{}, {"feature_centre": "mean", "augmentation": "none"}], ids=["", "centred"])
def test_a_step_matches_what_stored_images_hold_and_adds_the_cross_entropy(data, objective, knobs):
    made = make_idm(data, steps=5, objective=objective, ce_weight=0.02, queue_accuracy_interval=100, **knobs)
    before, settings, scale = made.state(), made.settings, made.feature_scale
    plain = PlainQueue(data, settings)
    for step in range(5):
        plain.finish(step)
    network, accuracy = plain.at(5)
    assert accuracy > 0, "the case has a cross-entropy"
    pool = ClassPool(data.train_labels, 3)
    indices = pool.draw(lambda label: generator(0, "real", 5, label), settings.real_batch)
    leaf = before["images"].clone().requires_grad_()
    draws = [[generator(0, "augmentation", 5, label) for label in range(3)] for _ in range(2)]
    real_images = torch.stack([data.normalise(data.train_images[each]) for each in indices])
    half = leaf.shape[-1] // 2
    held = [leaf[..., rows, columns] for columns in (slice(half), slice(half, None))
            for rows in (slice(half), slice(half, None))]  # fmt: skip
    held = torch.stack(held, dim=2).flatten(1, 2)
    held = F.interpolate(held.flatten(0, 1), scale_factor=2, mode="bilinear").view(3, 8, *leaf.shape[2:])

    def embed(images, draws):
        images = siamese(images, settings.augmentation, draws)
        return network.embed(images.flatten(0, 1)).view(*images.shape[:2], -1)

    real, features = embed(real_images, draws[0]).detach(), embed(held, draws[1])
    entropy = torch.stack([
        F.cross_entropy(network.classifier(features[label]), torch.full((8,), label)) for label in range(3)
    ])  # fmt: skip
    centre = real.flatten(0, 1).mean(0) if settings.feature_centre == "mean" else 0
    matching = OBJECTIVES.get(objective).under(settings, scale, 5).loss(real - centre, features - centre)
    losses = matching + 0.02 * accuracy * entropy
    (gradient,) = torch.autograd.grad(losses.sum(), leaf)

    record = made.step()
    np.testing.assert_allclose(record.column("matching_loss"), matching.detach(), rtol=1e-4)
    np.testing.assert_allclose(record.column("cross_entropy"), entropy.detach(), rtol=1e-4)
    np.testing.assert_allclose(record.column("loss"), losses.detach(), rtol=1e-4)
    expected = before["images"] - 0.1 * (settings.momentum * before["momentum"] + gradient)
    torch.testing.assert_close(made.images, expected, rtol=1e-3, atol=2e-4 * gradient.abs().max().item())


def test_without_a_weight_nothing_but_the_objective_is_followed(gray):
    made = make_idm(gray, steps=4, ce_weight=0.0)
    record = made.step()
    assert (record.column("loss") == record.column("matching_loss")).all()
    assert (record.column("cross_entropy") > 0).all()


def test_each_quadrant_begins_as_a_real_image_of_its_class_at_half_size(data):
    images = make_idm(data).images
    assert images.shape == (3, 2, *data.train_images.shape[1:])
    halved = F.interpolate(data.normalise(data.train_images), scale_factor=0.5, mode="bilinear")
    found = []
    for label in range(3):
        own = halved[data.train_labels == label]
        for stored in images[label]:
            for rows in (slice(4), slice(4, None)):
                for columns in (slice(4), slice(4, None)):
                    difference = (own - stored[:, rows, columns]).abs().amax(dim=(1, 2, 3))
                    assert difference.min() < 1e-5
                    found.append((label, int(difference.argmin())))
    assert len(set(found)) > 12, "they are different ones, for the most part"


def test_noise_is_of_full_size(gray):
    images = make_idm(gray, init="noise").images
    assert images.shape == (3, 2, 1, 8, 8) and 0.8 < images.std() < 1.2


@pytest.mark.parametrize("knobs", [{}, {"network_norm": "batch"}], ids=["instance norm", "batch norm"])
@pytest.mark.parametrize("pause", range(8))
def test_a_run_continues_with_the_same_bits_from_any_step(gray, pause, knobs):
    knobs = {"objective": "hdd", **knobs}
    whole, part = make_idm(gray, steps=8, **knobs), make_idm(gray, steps=pause, **knobs)
    state = {name: value.clone() for name, value in part.state().items()}
    resumed = make_idm(gray, **knobs)
    resumed.load_state(state)
    part.step()
    for _ in range(8 - pause):
        resumed.step()
    assert same(resumed.state(), whole.state())
    resumed.load_state(state)
    assert same(resumed.state(), make_idm(gray, steps=pause, **knobs).state())


LARGE = ("vgg11", "resnet18")


@pytest.mark.parametrize(
    "network",
    [
        pytest.param(name, marks=pytest.mark.slow if name in LARGE else ())
        for name in NETWORKS.names()
        if name != "convnet"
    ],
)
def test_networks_of_any_architecture_queue(toy_dataset, network):
    data = toy_dataset((9, 7, 11), side=32)
    made = make_idm(data, steps=3, network=network, network_width=4, queue_steps=1, queue_batch=4)
    resumed = make_idm(data, network=network, network_width=4, queue_steps=1, queue_batch=4)
    resumed.load_state(made.state())
    assert np.array_equal(made.step().classes, resumed.step().classes)
    assert same(made.state(), resumed.state())


def test_a_checkpoint_holds_trained_networks_only(gray):
    made = make_idm(gray, queue_start=50, queue_size=100, queue_trained=1)
    size = sum(each.numel() for each in ConvNet(1, (8, 8), 3, 6, 2).parameters())
    assert made.state()["queue_networks"].shape == (0, 2, size)
    made.step()
    assert made.state()["queue_networks"].shape == (1, 2, size)
    untrained = make_idm(gray, steps=3, queue_trained=0)
    assert len(untrained.state()["queue_networks"]) == 0
    assert len(make_idm(gray, steps=3, queue_steps=0).state()["queue_networks"]) == 0


def test_every_knob_of_its_own_is_tried():
    own = set(IDMKnobs.param) - set(MatchingKnobs.param)
    assert own - {"queue_start"} == set(QUEUE_CHANGES)
    assert own <= set(Settings(method="idm").in_force()) and not own & set(Settings(method="dm").in_force())


@pytest.mark.parametrize("knob", QUEUE_CHANGES)
def test_steering_is_a_fresh_start_with_those_settings(gray, knob):
    left, steered = make_idm(gray, steps=3), make_idm(gray, steps=3)
    steered.steer(**{knob: QUEUE_CHANGES[knob]})
    fresh = IDM(gray, Settings(**steered.settings.values()))
    fresh.load_state(steered.state())
    for _ in range(4):
        left.step()
        assert np.array_equal(steered.step().classes, fresh.step().classes)
    assert same(steered.state(), fresh.state())
    assert not same(steered.state(), left.state())


@pytest.mark.parametrize("value", [1, 3])
def test_a_smaller_queue_drops_the_oldest_when_the_next_one_comes(gray, value):
    made = make_idm(gray, steps=3)
    made.steer(queue_size=value)
    made.step()
    state = made.state()
    assert len(state["queue_counts"]) == value
    assert int(state["queue_first"]) + value == 3 + 1 + 2, "those of the start, of step 2 and of step 4"


def test_an_automatic_scale_is_measured_on_the_network_that_matches(gray):
    measured = [make_idm(gray, steps=steps, objective="hdd", target_radius=1.5) for steps in (0, 1)]
    measured[0].state()
    assert measured[0].feature_scale == measured[1].feature_scale


def test_a_step_that_fails_changes_nothing(gray, monkeypatch):
    made = make_idm(gray, steps=3)
    before = made.state()
    made.steer(image_lr=1e9)
    with pytest.raises(DivergedError, match="Lower image_lr"):
        made.step()
    assert same(made.state(), before)

    usual = {name: getattr(made.settings, name) for name in ("queue_lr", "queue_steps")}
    made.steer(image_lr=0.1, queue_lr=1e3, queue_steps=20)
    with pytest.raises(DivergedError, match=r"Network \d of the queue diverges in training: lower queue_lr"):
        made.step()
    assert same(made.state(), before)
    made.steer(**usual)

    def no_memory(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with monkeypatch.context() as patch:
        patch.setattr(Network, "forward", no_memory)
        with pytest.raises(HDDError, match="Out of memory"):
            made.step()
    assert same(made.state(), before)
    made.step()
    assert same(made.state(), make_idm(gray, steps=4).state())


def test_pruning_leaves_the_training_of_networks_alone(gray):
    pruned, whole = make_idm(gray, steps=3, pruning_rate=0.5), make_idm(gray, steps=3)
    assert torch.equal(pruned.state()["queue_networks"], whole.state()["queue_networks"])
    assert not torch.equal(pruned.images, whole.images)


def test_a_batch_takes_at_most_all_images(gray):
    made = make_idm(gray, steps=1, queue_batch=10_000, queue_steps=2, queue_trained=1)
    assert made.state()["queue_counts"][:, 1].max() == 2 * 27


def test_odd_images_are_refused_in_one_message(toy_dataset):
    odd = toy_dataset((4, 4), side=9)
    for refuse in (lambda: IDM.check(odd, Settings(**SMALL)), lambda: IDM(odd, Settings(**SMALL))):
        with pytest.raises(HDDError, match=r"Images of 9×9 pixels cannot hold four .*must be even.*image_size=8"):
            refuse()


def test_what_dm_refuses_is_refused_too(gray):
    with pytest.raises(HDDError, match="ipc=8 is more than the 7 training images"):
        IDM.check(gray, Settings(**SMALL | {"ipc": 8}))
    with pytest.raises(HDDError, match="network_depth=4 is too deep"):
        IDM.check(gray, Settings(**SMALL | {"network_depth": 4}))


@pytest.mark.parametrize(
    "bad",
    [
        {"ce_weight": -0.1}, {"ce_weight": "much"}, {"queue_size": 0}, {"queue_start": 0}, {"queue_interval": 0},
        {"queue_trained": -1}, {"queue_steps": -1}, {"queue_steps": 1.5}, {"queue_batch": 0}, {"queue_lr": -1.0},
        {"queue_accuracy_interval": 0}, {"queue_lr": float("nan")},
    ],
    ids=str,
)  # fmt: skip
def test_values_out_of_bounds_are_refused_by_name(bad):
    ((name, value),) = bad.items()
    with pytest.raises(HDDError, match=rf"{name}={value!r} is not allowed: give a"):
        Settings(**bad)


def test_the_number_at_the_start_is_fixed(gray):
    with pytest.raises(HDDError, match="queue_start is fixed"):
        make_idm(gray).steer(queue_start=4)


# Runs


RUN = {**SMALL, "dataset": "digits", "steps": 12, "threads": 1, "snapshot_every": 4, "objective": "hdd"}
EDITS = {
    3: {"ce_weight": 1.0, "queue_interval": 1},
    5: {"distilled_pruning_rate": 0.5},
    7: {"objective": "mean", "queue_trained": 3},
    10: {"distilled_pruning_rate": 0.0},
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory, digits):
    path = tmp_path_factory.mktemp("idm") / "run"
    return resume(create(path, initial_settings(**RUN), digits, EDITS), data=digits)


def test_a_steered_run_replays_forks_and_rewinds_bit_for_bit(finished, digits, tmp_path):
    again, difference = api.replay(finished, tmp_path / "again")
    assert difference is None and again.step == 12

    pieces = create(tmp_path / "pieces", initial_settings(**RUN), digits, EDITS)
    for until in (1, 3, 4, 8):
        resume(pieces, until=until, data=digits)
    rewind(pieces, 6)
    resume(pieces, data=digits, until=7)
    assert first_difference(pieces, finished) is None
    child = api.fork(finished, 5, tmp_path / "child", {"queue_lr": 0.01})
    _, difference = api.replay(child, tmp_path / "child again")
    assert difference is None
    one, other = finished.checkpoints.read(12), child.checkpoints.read(12)
    assert not np.array_equal(one["queue_networks"], other["queue_networks"])


def test_pieces_of_a_run_are_the_run(finished, digits, tmp_path):
    pieces = create(tmp_path / "pieces", initial_settings(**RUN), digits, EDITS)
    for until in (1, 3, 4, 8, 12):
        resume(pieces, until=until, data=digits)
    one, other = finished.checkpoints.read(12), pieces.checkpoints.read(12)
    assert one.keys() == other.keys() and all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_a_run_says_how_its_images_are_stored(finished):
    made = finished.synthetic()
    assert made.decoder == finished.decoder == "quadrants"
    assert made.counts == (2,) * 10 and made.decoded().counts == (8,) * 10
    assert finished.synthetic(8).decoded().counts == (4,) * 10, "the half of the stored images is left out"


def test_networks_are_evaluated_on_what_the_images_hold(finished, monkeypatch):
    seen = []
    monkeypatch.setattr(api, "evaluate_images", lambda images, labels, *_: seen.append((images, labels)) or api_stop())

    class StopHere(Exception):
        pass

    def api_stop():
        raise StopHere

    with pytest.raises(StopHere):
        api.evaluate(finished, protocol="quick")
    ((images, labels),) = seen
    assert images.shape == (80, 1, 16, 16) and labels.tolist() == [label for label in range(10) for _ in range(8)]
    np.testing.assert_array_equal(images.cpu(), finished.synthetic().decoded().images)
