import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hdd.data import ClassPool
from hdd.errors import HDDError


def generators(seed=0):
    return lambda label: np.random.Generator(np.random.Philox(key=[seed, label]))


@st.composite
def pools(draw):
    """Shuffled labels of up to four classes, and a mask that keeps at least one image of each."""
    counts = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    labels = draw(st.permutations([label for label, count in enumerate(counts) for _ in range(count)]))
    mask = draw(st.lists(st.booleans(), min_size=len(labels), max_size=len(labels)))
    for label in range(len(counts)):
        mask[labels.index(label)] = True
    return torch.tensor(labels), torch.tensor(mask), len(counts)


@given(pools(), st.integers(1, 30), st.integers(0, 2**32))
def test_draw_takes_kept_images_of_each_class_equally_often(pool, batch, seed):
    labels, mask, class_count = pool
    pool = ClassPool(labels, class_count)
    pool.set_mask(mask)
    drawn = pool.draw(generators(seed), batch)
    assert drawn.dtype == torch.int64
    assert drawn.shape == (class_count, min(batch, max(pool.kept_counts)))
    for label, row in enumerate(drawn):
        assert (labels[row] == label).all() and mask[row].all()
        times = row.bincount(minlength=len(labels))[mask & (labels == label)]
        assert times.max() - times.min() <= 1
        count = pool.kept_counts[label]
        for start in range(0, len(row), count):
            one_pass = row[start : start + count]
            assert len(one_pass.unique()) == len(one_pass), "each pass is without replacement"


@given(pools(), st.integers(1, 30))
def test_draw_depends_on_its_inputs_alone(pool, batch):
    labels, mask, class_count = pool
    first, second = ClassPool(labels, class_count), ClassPool(labels, class_count)
    first.set_mask(mask)
    second.draw(generators(1), batch)
    second.set_mask(mask)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    assert torch.equal(first.draw(generators(), batch), second.draw(generators(), batch))
    assert torch.equal(before, torch.get_rng_state())


@given(pools())
def test_counts_and_mask(pool):
    labels, mask, class_count = pool
    pool = ClassPool(labels, class_count)
    everything = tuple(labels.bincount().tolist())
    assert pool.counts == pool.kept_counts == everything and pool.mask.all()
    pool.set_mask(mask)
    assert pool.counts == everything
    assert pool.kept_counts == tuple(labels[mask].bincount().tolist())
    assert torch.equal(pool.mask, mask)
    pool.set_mask(None)
    assert pool.kept_counts == everything and pool.mask.all()


def test_draws_are_uniform():
    pool = ClassPool(torch.zeros(10, dtype=torch.int64), 1)
    random = np.random.default_rng(0)
    times = sum(pool.draw(lambda label: random, 3)[0].bincount(minlength=10) for _ in range(3000))
    assert (times - 900).abs().max() < 5 * 25, "five standard deviations of a binomial count"


def test_passes_come_in_new_orders():
    pool = ClassPool(torch.tensor([0] * 60 + [1] * 6), 2)
    passes = pool.draw(generators(), 60)[1].view(10, 6)
    assert len({tuple(order) for order in passes.tolist()}) > 5


def test_classes_draw_independently():
    labels = torch.tensor([0, 1] * 20)
    drawn = ClassPool(labels, 2).draw(generators(), 8)
    alone = ClassPool(torch.tensor([0, 1] * 20), 2).draw(lambda label: generators(0 if label else 9)(label), 8)
    assert torch.equal(drawn[1], alone[1]) and not torch.equal(drawn[0], alone[0])


def test_later_changes_of_the_mask_tensor_are_not_seen():
    pool, mask = ClassPool(torch.tensor([0, 0, 1]), 2), torch.tensor([True, False, True])
    pool.set_mask(mask)
    mask[0] = False
    assert pool.mask.tolist() == [True, False, True]


def test_every_class_keeps_an_image():
    pool = ClassPool(torch.tensor([0, 0, 1]), 2)
    pool.set_mask(torch.tensor([True, False, True]))
    with pytest.raises(HDDError, match="1 of 2 classes keep no image, class 1 first: each needs at least one"):
        pool.set_mask(torch.tensor([True, True, False]))
    assert pool.kept_counts == (1, 1), "a refused mask changes nothing"


def test_every_class_has_an_image():
    with pytest.raises(HDDError, match="class 2 first"):
        ClassPool(torch.tensor([0, 0, 1]), 4)


@pytest.mark.parametrize("mask", [torch.ones(2, dtype=torch.bool), torch.ones(3), torch.ones(3, 1, dtype=torch.bool)])
def test_mask_must_fit(mask):
    with pytest.raises(HDDError, match="one bool for each of the 3 images"):
        ClassPool(torch.tensor([0, 0, 1]), 2).set_mask(mask)


@pytest.mark.parametrize("batch", [0, -1])
def test_batch_is_positive(batch):
    with pytest.raises(HDDError, match="at least 1"):
        ClassPool(torch.tensor([0, 0, 1]), 2).draw(generators(), batch)
