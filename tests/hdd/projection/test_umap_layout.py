import numpy as np
import pytest
import torch
from sklearn.manifold import trustworthiness

from hdd.projection import umap_layout as module
from hdd.projection.umap_layout import neighbour_graph, start_layout, umap_layout


def points_in_groups(groups=8, each=30):
    random = np.random.default_rng(0)
    return random.standard_normal((groups * each, 8)) + 6 * np.eye(8)[np.repeat(np.arange(groups), each)]


def distances_of(points):
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def test_neighbours_stay_neighbours_and_the_layout_depends_only_on_its_arguments():
    points = points_in_groups()
    distances = distances_of(points)
    start = start_layout(torch.from_numpy(points[:, :2]))
    layout = umap_layout(distances, start, 0)
    assert layout.shape == (240, 2) and layout.dtype == torch.float64
    assert trustworthiness(distances, layout.numpy(), n_neighbors=10, metric="precomputed") > 0.9
    np.random.seed(1)  # noqa: NPY002
    assert torch.equal(umap_layout(distances, start, 0), layout)
    assert not torch.equal(umap_layout(distances, start, 1), layout)


@pytest.mark.parametrize("count", [2, 3, 20])
def test_points_in_one_place_have_a_layout(count):
    start = torch.zeros(count, 2).double()
    assert torch.isfinite(umap_layout(np.zeros((count, count)), start, 0)).all()


@pytest.mark.parametrize("repeated", [1, 20], ids=["distinct", "some points repeated"])
@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
def test_graph_and_curve_are_those_of_umap_learn(repeated):
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set

    points = points_in_groups()
    points[:repeated] = points[0]
    distances = distances_of(points)
    nearest = (distances - np.eye(len(points))).argsort(axis=1, kind="stable")[:, :15]
    near = np.take_along_axis(distances, nearest, axis=1)
    expected, *_ = fuzzy_simplicial_set(
        distances, 15, None, "precomputed", knn_indices=nearest, knn_dists=near.astype(np.float32)
    )
    assert abs(neighbour_graph(nearest, near).tocsr() - expected).max() < 2e-5
    assert find_ab_params(1.0, 0.1) == pytest.approx((module.A, module.B))
