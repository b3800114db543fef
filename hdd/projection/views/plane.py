"""The shadow of all points on one geodesic plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.projection.views.base import View

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.projection.scene import Drawing, Scene


class Plane(View):
    """Orthogonal projection on the geodesic plane, through the centre, in which the class centroids vary most."""

    title = "Plane of the classes"
    preserves = (
        "Projection onto the plane in which the class centroids differ most: no distance is drawn longer than it is."
    )
    rings = True

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """The plane, (D, 2); see `View.learn`."""
        from hdd.projection.charts import principal_plane, seen_from

        return {"plane": principal_plane(seen_from(scene.centre, scene.real_centroids))}

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        from hdd.projection.charts import seen_from, shadow
        from hdd.projection.scene import Drawing

        parts = (scene.real, scene.synthetic, scene.real_centroids, scene.synthetic_centroids)
        return Drawing(*(shadow(seen_from(scene.centre, points), self._learned["plane"]) for points in parts))
