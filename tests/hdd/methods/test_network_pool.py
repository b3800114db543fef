from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hdd.methods.dm import DM
from hdd.methods.idm import IDM
from hdd.methods.network_pool import NetworkPool
from hdd.networks.convnet import ConvNet
from hdd.settings import Settings

SMALL = {"ipc": 2, "network_width": 6, "network_depth": 2, "real_batch": 8, "device": "cpu", "image_lr": 0.1}
POOL = {"network_pool": 2, "real_uses": 3}
SIZES = st.integers(1, 12)


@pytest.fixture(scope="module")
def gray(toy_dataset):
    return toy_dataset((9, 7, 11))


def make(data, steps=0, method=DM, **knobs):
    made = method(data, Settings(**SMALL | knobs))
    for _ in range(steps):
        made.step()
    return made


def assert_same_bits(first, second):
    one, two = first.state(), second.state()
    assert one.keys() == two.keys()
    assert all(torch.equal(value, two[name]) for name, value in one.items())


@given(SIZES, SIZES)
def test_networks_take_turns_and_each_is_used_as_often_as_asked(networks, uses):
    pool, steps = NetworkPool(networks, uses), 6 * networks * uses
    drawn = [pool.drawn_at(step) for step in range(steps)]
    assert all(at <= step and at % networks == step % networks for step, at in enumerate(drawn))
    assert all(drawn[at] == at for at in drawn), "a network serves from the step at which it was drawn"
    used = Counter(drawn)
    assert max(used.values()) <= uses
    settled = [count for at, count in used.items() if networks * uses <= at < steps - networks * uses]
    assert set(settled) == {uses}


@given(SIZES)
def test_with_one_use_everything_is_drawn_anew(networks):
    assert [NetworkPool(networks, 1).drawn_at(step) for step in range(50)] == list(range(50))


@pytest.mark.parametrize("knobs", [{}, {"network_norm": "batch"}, {"objective": "horospherical"}], ids=str)
def test_features_that_are_kept_are_those_that_would_be_computed(gray, knobs):
    whole, resumed = make(gray, **POOL, **knobs), make(gray, **POOL, **knobs)
    for _ in range(9):
        whole.step()
        resumed.step()
        state, resumed = resumed.state(), make(gray, **POOL, **knobs)
        resumed.load_state(state)
    assert_same_bits(whole, resumed)


@pytest.mark.parametrize(
    "changes",
    [{"real_batch": 5}, {"augmentation": "flip"}, {"pruning_rate": 0.5}, {"feature_scale": "auto"}, {"real_uses": 1}],
    ids=str,
)
def test_steering_acts_on_features_that_are_kept(gray, changes):
    steered = make(gray, steps=5, **POOL)
    steered.steer(**changes)
    fresh = DM(gray, steered.settings)
    fresh.load_state(steered.state())
    for made in (steered, fresh):
        for _ in range(3):
            made.step()
    assert_same_bits(steered, fresh)


def test_real_images_are_embedded_once_for_each_network(gray, monkeypatch):
    embedded = []
    embed = ConvNet.embed_frozen
    monkeypatch.setattr(ConvNet, "embed_frozen", lambda *given: embedded.append(1) or embed(*given))
    made = make(gray, steps=12, **POOL)
    assert len(embedded) == len({NetworkPool(2, 3).drawn_at(step) for step in range(12)})
    made.steer(real_uses=1)
    made.step()
    made.step()
    assert len(embedded) == len({NetworkPool(2, 3).drawn_at(step) for step in range(12)}) + 2


def test_idm_has_no_use_for_the_pool(gray):
    knobs = {"queue_size": 2, "queue_start": 1, "queue_steps": 1, "queue_batch": 4}
    assert_same_bits(*(make(gray, 4, IDM, **knobs, **pool) for pool in ({}, POOL)))
