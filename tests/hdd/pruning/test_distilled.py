import numpy as np
import pytest
import torch

from hdd.draws import generator
from hdd.geometry import centroid, distance
from hdd.networks.convnet import ConvNet
from hdd.pruning.distilled import distilled_mask
from hdd.pruning.knobs import SCORES
from hdd.sets.decoders import DECODERS
from hdd.settings import Settings

CPU = torch.device("cpu")
IPC = 5


@pytest.fixture(scope="module")
def data(toy_dataset):
    return toy_dataset((9, 7, 11))


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).standard_normal((3, IPC, 1, 8, 8), dtype=np.float32)


def mask_of(data, images, decoder="plain", **knobs):
    settings = Settings(**{"network_depth": 2, "seed": 5, "distilled_pruning_rate": 0.4, **knobs})
    return distilled_mask(data, settings, images, decoder, CPU)


@pytest.mark.parametrize("decoder", DECODERS)
def test_distances_are_those_to_the_real_images_of_the_class(data, images, decoder):
    """Of a stored image that holds several, the mean of theirs."""
    network = ConvNet(1, (8, 8), 3, 32, 2).draw(generator(5, "scoring"))
    real = network.embed_frozen(data.normalise(data.train_images)).double()
    scale = 2 / real.norm(dim=1).median()
    real *= scale
    found = {name: mask_of(data, images, decoder, distilled_pruning_score=name).scores for name in SCORES}
    for label in range(3):
        own = real[data.train_labels == label]
        for index in range(IPC):
            held = DECODERS[decoder].decode(images[label, index][None])
            features = network.embed_frozen(torch.from_numpy(held)).double() * scale
            expected = {
                "origin": features.norm(dim=1),
                "centroid": distance(features, centroid(own)),
                "euclidean": (features - own.mean(dim=0)).norm(dim=1),
            }
            for name, values in expected.items():
                assert found[name][label, index] == pytest.approx(float(values.mean()), rel=1e-4), name
    assert found["random"].min() >= 0 and found["random"].max() < 1 and len(np.unique(found["random"])) == 3 * IPC


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(("rate", "count"), [(0.0, 5), (0.2, 4), (0.5, 2), (0.95, 1)])
def test_each_class_keeps_its_best_and_at_least_one(data, images, score, rate, count):
    near, far = (
        mask_of(data, images, distilled_pruning_rate=rate, distilled_pruning_score=score, distilled_pruning_keep=keep)
        for keep in ("near", "far")
    )
    np.testing.assert_array_equal(near.scores, far.scores)
    for mask, better in ((near, np.less_equal), (far, np.greater_equal)):
        assert (mask.kept.sum(axis=1) == count).all() and mask.left_out == 3 * (IPC - count)
        for kept, scores in zip(mask.kept, mask.scores, strict=True):
            assert better.outer(scores[kept], scores[~kept]).all()


def test_nothing_is_scored_while_all_are_kept(data, images):
    mask = mask_of(data, images, distilled_pruning_rate=0.0)
    assert mask.kept.all() and not mask.scores.any()


def test_the_random_choice_is_that_of_the_seed_and_nested(data, images):
    small, large = (
        mask_of(data, images, distilled_pruning_score="random", distilled_pruning_rate=rate) for rate in (0.2, 0.6)
    )
    assert (small.kept | ~large.kept).all()
    moved = mask_of(data, images + 1, distilled_pruning_score="random", distilled_pruning_rate=0.2)
    other = mask_of(data, images, distilled_pruning_score="random", distilled_pruning_rate=0.2, seed=6)
    assert moved.same_as(small) and not other.same_as(small)
