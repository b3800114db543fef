import gc
import inspect
import math
import weakref
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hdd.draws import generator
from hdd.geometry import centroid, distance
from hdd.networks.convnet import ConvNet
from hdd.pruning.scores import pruning_mask, score_images
from hdd.settings import Settings

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(toy_dataset):
    return toy_dataset((9, 7, 11), channels=3)


@pytest.fixture(scope="module")
def scores(data):
    return score_images(data, 5, 2, CPU)


@st.composite
def scored_labels(draw):
    """Scores with ties, and shuffled labels of up to four classes."""
    counts = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    labels = draw(st.permutations([label for label, count in enumerate(counts) for _ in range(count)]))
    scores = draw(st.lists(st.integers(0, 6), min_size=len(labels), max_size=len(labels)))
    return torch.tensor(scores).float(), torch.tensor(labels)


@given(scored_labels(), st.floats(0, 0.95), st.sampled_from(["near", "far"]))
def test_mask_keeps_the_best_of_each_class(scored, rate, keep):
    scores, labels = scored
    mask = pruning_mask(scores, labels, rate, keep)
    assert mask.shape == labels.shape and mask.dtype == torch.bool
    for label in labels.unique():
        own = labels == label
        kept, pruned = scores[own & mask], scores[own & ~mask]
        assert len(kept) >= 1
        assert len(kept) == 1 or abs(len(kept) - (1 - rate) * int(own.sum())) <= 0.5 + 1e-9
        if len(pruned):
            assert kept.max() <= pruned.min() if keep == "near" else kept.min() >= pruned.max()


@given(scored_labels(), st.floats(0, 0.95), st.sampled_from(["near", "far"]))
def test_a_class_is_pruned_on_its_own_scores_alone(scored, rate, keep):
    scores, labels = scored
    mask = pruning_mask(scores, labels, rate, keep)
    for label in labels.unique():
        own = labels == label
        alone = pruning_mask(scores[own] * 100 + 7, labels[own], rate, keep)
        assert torch.equal(mask[own], alone)


@given(scored_labels(), st.sampled_from(["near", "far"]))
def test_stronger_pruning_keeps_a_subset(scored, keep):
    masks = [pruning_mask(*scored, rate, keep) for rate in (0.0, 0.2, 0.5, 0.8, 0.95)]
    assert masks[0].all()
    for weaker, stronger in pairwise(masks):
        assert (weaker | ~stronger).all()


def test_scores_are_what_they_are_called(data, scores):
    """In float64 and ambient coordinates, one class and one image at a time."""
    network = ConvNet(3, (8, 8), 3, 32, 2).draw(generator(5, "scoring"))
    with torch.no_grad():
        features = network.embed(data.normalise(data.train_images)).double().numpy()
    features *= 2 / np.sort(np.linalg.norm(features, axis=1))[(len(features) - 1) // 2]
    radii = np.linalg.norm(features, axis=1)
    points = np.column_stack([np.cosh(radii), np.sinh(radii)[:, None] * features / radii[:, None]])
    np.testing.assert_allclose(scores["origin"], radii, rtol=1e-4)
    for label in range(3):
        own = np.flatnonzero(data.train_labels.numpy() == label)
        mean = points[own].mean(axis=0)
        mean /= math.sqrt(mean[0] ** 2 - (mean[1:] ** 2).sum())
        far = [math.acosh(points[i, 0] * mean[0] - points[i, 1:] @ mean[1:]) for i in own]
        np.testing.assert_allclose(scores["centroid"][own], far, rtol=1e-4)
        far = np.linalg.norm(features[own] - features[own].mean(axis=0), axis=1)
        np.testing.assert_allclose(scores["euclidean"][own], far, rtol=1e-4)
    assert set(scores) == set(Settings.param.pruning_score.objects)
    for values in scores.values():
        assert values.shape == data.train_labels.shape and values.dtype == torch.float32


def test_random_scores_are_uniform(toy_dataset):
    random = score_images(toy_dataset((1500, 1500), side=2), 0, 1, CPU)["random"].numpy()
    assert random.min() >= 0 and random.max() < 1
    ranks = np.arange(1, len(random) + 1) / len(random)
    assert np.abs(np.sort(random) - ranks).max() < 1.95 / math.sqrt(len(random)), "Kolmogorov–Smirnov, 0.1 %"


def test_scores_come_from_the_seed_alone(data, scores):
    torch.manual_seed(1)
    # In this order the last scores are computed anew, whether or not the newest are kept.
    other, again = score_images(data, 6, 2, CPU), score_images(data, 5, 2, CPU)
    for name, values in scores.items():
        assert torch.equal(values, again[name])
        assert not torch.equal(values, other[name])


@pytest.mark.parametrize("curvature", [-0.01, -9.0])
def test_no_curvature_changes_the_order(data, scores, curvature):
    """Scores know no curvature, since at a scaled radius none would change them but by a factor."""
    assert "curvature" not in inspect.signature(score_images).parameters
    network = ConvNet(3, (8, 8), 3, 32, 2).draw(generator(5, "scoring"))
    features = network.embed_frozen(data.normalise(data.train_images)).double()
    root = math.sqrt(-curvature)
    features *= 2 / (root * features.norm(dim=-1).median())
    for label in range(3):
        own = features[data.train_labels == label]
        curved = root * distance(own, centroid(own, curvature=curvature), curvature)
        np.testing.assert_allclose(curved, scores["centroid"][data.train_labels == label], rtol=1e-4)


def test_scores_keep_no_data_set_alive(toy_dataset):
    data = toy_dataset()
    first = score_images(data, 0, 1, torch.device("cpu"))
    assert score_images(data, 0, 1, torch.device("cpu")) is first
    watch = weakref.ref(data)
    del data
    gc.collect()
    assert watch() is None
