import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hdd.draws import generator

words = st.integers(0, 2**64 - 1)
keys = st.tuples(words, st.text(max_size=20), words, words)


@settings(max_examples=50)
@given(keys)
def test_equal_arguments_give_equal_streams(key):
    first, second = generator(*key), generator(*key)
    assert np.array_equal(first.random(50), second.random(50))
    assert np.array_equal(first.permutation(20), second.permutation(20))


@given(keys, keys, st.integers(0, 3))
def test_any_other_argument_gives_another_stream(key, other, place):
    assume(key[place] != other[place])
    changed = (*key[:place], other[place], *key[place + 1 :])
    # 100 numbers of 64 bits: no overlap at all, not even shifted.
    assert not set(generator(*key).integers(2**63, size=100)) & set(generator(*changed).integers(2**63, size=100))


def test_neighbouring_arguments_are_not_mixed_up():
    streams = {
        tuple(generator(seed, purpose, step, index).integers(2**63, size=4))
        for seed in range(4)
        for purpose in ("a", "b", "")
        for step in range(4)
        for index in range(4)
    }
    assert len(streams) == 4 * 3 * 4 * 4


def test_step_and_index_are_zero_unless_given():
    assert np.array_equal(generator(3, "real").random(5), generator(3, "real", 0, 0).random(5))


def test_long_streams_of_neighbours_do_not_overlap():
    streams = [
        generator(0, "real", step, index).integers(2**63, size=20_000) for step in range(3) for index in range(3)
    ]
    assert len(np.unique(np.concatenate(streams))) == 9 * 20_000


def test_global_state_is_neither_read_nor_changed():
    seen = []
    for seed in (0, 1):
        np.random.seed(seed)  # noqa: NPY002
        torch.manual_seed(seed)
        before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
        seen.append(generator(5, "network", 7, 1).random(20))
        assert np.array_equal(before[0], np.random.get_state()[1])  # noqa: NPY002
        assert torch.equal(before[1], torch.get_rng_state())
    assert np.array_equal(*seen)


def test_values_are_those_that_old_runs_were_made_with():
    draws = generator(1, "network", 2, 3)
    assert draws.integers(2**63, size=3).tolist() == [3394299894861494265, 8249388636358058664, 32612943135373475]
    assert draws.random(2).tolist() == [0.12199469666889307, 0.973087987229484]
    assert draws.permutation(8).tolist() == [2, 1, 4, 7, 5, 3, 0, 6]


def test_uniforms_are_uniform_and_uncorrelated_between_streams():
    streams = np.stack([generator(0, "real", step).random(5000) for step in range(20)])
    # Kolmogorov–Smirnov over all of them: 1.95/√n is exceeded once in a thousand seeds, and the seed is fixed.
    numbers = np.sort(streams.ravel())
    ranks = np.arange(len(numbers) + 1) / len(numbers)
    distance = max(np.abs(numbers - ranks[1:]).max(), np.abs(numbers - ranks[:-1]).max())
    assert distance < 1.95 / np.sqrt(len(numbers))
    correlation = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(correlation).max() < 4.5 / np.sqrt(5000)


@pytest.mark.parametrize("firsts", [{"step": None}, {"index": None}], ids=["step", "index"])
def test_first_values_of_successive_streams_are_uniform(firsts):
    (name,) = firsts
    values = np.array([generator(0, "real", **{name: number}).random() for number in range(4000)])
    counts = np.histogram(values, bins=20, range=(0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 43.8, "chi-square with 19 degrees of freedom, one in a thousand"
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 4 / np.sqrt(4000)


def test_arguments_that_do_not_fit_are_refused():
    for seed, step in ((-1, 0), (2**64, 0), (0, -1)):
        with pytest.raises(OverflowError):
            generator(seed, "real", step)
