import numpy as np
import torch
from sklearn.manifold import trustworthiness

from hdd.projection.umap_layout import start_layout, umap_layout


def test_umap_keeps_neighbours_and_depends_only_on_its_arguments():
    """One test, since compiling takes most of its time."""
    random = np.random.default_rng(0)
    points = random.standard_normal((240, 8)) + 6 * np.eye(8)[np.repeat(np.arange(8), 30)]
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
    start = start_layout(torch.from_numpy(points[:, :2]))
    layout = umap_layout(distances, start, 0)
    assert layout.shape == (240, 2) and layout.dtype == torch.float64
    assert trustworthiness(distances, layout.numpy(), n_neighbors=10, metric="precomputed") > 0.9
    np.random.seed(1)  # noqa: NPY002
    assert torch.equal(umap_layout(distances, start, 0), layout)
    assert not torch.equal(umap_layout(distances, start, 1), layout)
    few = umap_layout(np.zeros((2, 2)), torch.zeros(2, 2).double(), 0)
    assert torch.isfinite(few).all()
