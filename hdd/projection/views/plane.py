"""The shadow of all points on one geodesic plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.projection.views.base import View

if TYPE_CHECKING:
    from hdd.projection.scene import Drawing, Scene


class Plane(View):
    """Orthogonal projection on the geodesic plane, through the centre, in which the class centroids vary most."""

    title = "Plane of the classes"
    preserves = (
        "The shadow on the plane in which the class centroids differ most: no distance is drawn longer than it is, "
        "but what lies behind each other in the other dimensions is drawn together."
    )
    root = "the centroid of the real images"
    rings = True

    def __init__(self, scene: Scene, seed: int) -> None:
        from hdd.projection.charts import principal_plane, seen_from

        self._plane = principal_plane(seen_from(scene.centre, scene.real_centroids))

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        from hdd.projection.charts import seen_from, shadow
        from hdd.projection.scene import Drawing

        parts = (scene.real, scene.synthetic, scene.real_centroids, scene.synthetic_centroids)
        return Drawing(*(shadow(seen_from(scene.centre, points), self._plane) for points in parts))
