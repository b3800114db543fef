"""A layout in which neighbours stay neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.projection.views.base import View

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.projection.scene import Drawing, Scene

NEIGHBOURS = 15
"""Real images between which a synthetic image is placed."""


class Neighbourhoods(View):
    """UMAP of the real images; synthetic images among their nearest real ones; centroids at their exact distance."""

    title = "Neighbourhoods"
    preserves = (
        "UMAP of the real images: only neighbourhoods are meaningful here, but each ★ is at its exact distance from "
        "the ▢ of its class."
    )
    slow = True

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """The places of the real images, (N, 2); see `View.learn`."""
        from hdd.geometry import pairwise_distance
        from hdd.projection.umap_layout import start_layout, umap_layout
        from hdd.projection.views.plane import Plane

        near = scene.real.float()
        distances = pairwise_distance(near, near).cpu().numpy()
        # From this start, classes that are near each other in the space stay so in the layout.
        start = Plane(Plane.learn(scene, seed)).draw(scene).real.cpu()
        return {"layout": umap_layout(distances, start_layout(start), seed)}

    def draw(self, scene: Scene, real: Tensor | None = None) -> Drawing:
        """See `View.draw`."""
        import torch

        from hdd.projection.centroids import class_centroids
        from hdd.projection.scene import Drawing

        kept, layout = torch.from_numpy(scene.kept), self._learned["layout"]
        synthetic = self._among_nearest(scene)
        real_centroids = class_centroids(layout[kept], scene.labels[scene.kept], len(scene.gap))
        towards = class_centroids(synthetic, scene.synthetic_labels, len(scene.gap))
        return Drawing(layout, synthetic, real_centroids, _at_distance(real_centroids, towards, scene.gap.cpu()))

    def _among_nearest(self, scene: Scene) -> Tensor:
        """(M, 2): the centroid of each synthetic image's nearest real ones, of which the nearer ones weigh more."""
        from hdd.geometry import centroid
        from hdd.projection.charts import within_reach

        near, indices = _nearest(within_reach(scene.synthetic), within_reach(scene.real), NEIGHBOURS)
        excess = near - near[:, :1]
        weights = (-excess / excess.mean(dim=1, keepdim=True).clamp(min=1e-12)).exp()
        return centroid(self._learned["layout"][indices], weights)


def _nearest(points: Tensor, others: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The nearest of `others` (N, D) to each of `points` (M, D), for radii up to 700: distances, indices (M, count).

    By the law of cosines, sinh²(d/2) = sinh²((a − b)/2) + sinh a · sinh b · sin²(θ/2). The cosine of θ is a float32
    product, which is quick, but d is off by up to 4e-4·√(sinh a · sinh b) near 0; for exact distances take
    `hdd.geometry.pairwise_distance`.
    """
    from hdd.geometry.numerics import norm
    from hdd.projection.charts import directions

    a, b = norm(points)[:, None], norm(others)
    cosines = (directions(points).float() @ directions(others).float().T).double()
    sinh_a = a.sinh().clamp(min=1e-12)
    # Divided by sinh a, so that nothing overflows.
    ratio = ((a - b) / 2).sinh().square() / sinh_a + b.sinh() * (1 - cosines).clamp(min=0) / 2
    least, indices = ratio.topk(min(count, len(others)), largest=False)
    return 2 * (least.sqrt() * sinh_a.sqrt()).asinh().cpu(), indices.cpu()


def _at_distance(start: Tensor, towards: Tensor, length: Tensor) -> Tensor:
    """The points (C, 2) at given distances (C,) from `start`, in the directions of `towards`."""
    from hdd.geometry import translate
    from hdd.projection.charts import at_length

    return translate(at_length(translate(towards, -start), length), start)
