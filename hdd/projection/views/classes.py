"""Each class in a disk of its own, seen from its centroid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.projection.views.base import View

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from hdd.projection.scene import Drawing, Scene


class Classes(View):
    """One disk for each class: its centroid is in the middle, and all distances from it are exact."""

    title = "Class disks"
    preserves = "Distances from the class centroid, in the middle, are exact; directions are approximate."
    rings = True
    chart = "linear"
    apart = True

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """The plane of each class, (C, D, 2); see `View.learn`."""
        import torch

        from hdd.projection.charts import principal_plane, seen_from

        planes = [
            principal_plane(seen_from(centroid, scene.real[torch.from_numpy(scene.labels == label)]))
            for label, centroid in enumerate(scene.real_centroids)
        ]
        return {"planes": torch.stack(planes)}

    def draw(self, scene: Scene, real: Tensor | None = None) -> Drawing:
        """See `View.draw`."""
        import numpy as np

        from hdd.projection.scene import Drawing

        every = np.arange(len(scene.gap))
        return Drawing(
            self._seen(scene, scene.real, scene.labels) if real is None else real,
            self._seen(scene, scene.synthetic, scene.synthetic_labels),
            self._seen(scene, scene.real_centroids, every),
            self._seen(scene, scene.synthetic_centroids, every),
        )

    def _seen(self, scene: Scene, points: Tensor, labels: np.ndarray) -> Tensor:
        """Points (…, D), each as seen from the centroid of its class, at its exact distance."""
        import torch

        from hdd.geometry.numerics import norm
        from hdd.projection.charts import at_length, seen_from

        own = torch.from_numpy(labels).to(points.device)
        seen = seen_from(scene.real_centroids[own], points)
        return at_length(torch.einsum("nd,nde->ne", seen, self._learned["planes"][own]), norm(seen))
