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

    def draw(self, scene: Scene, real: Tensor | None = None) -> Drawing:
        """See `View.draw`."""
        from hdd.projection.charts import seen_from, shadow
        from hdd.projection.scene import Drawing

        def drawn(points: Tensor) -> Tensor:
            return shadow(seen_from(scene.centre, points), self._learned["plane"])

        return Drawing(
            drawn(scene.real) if real is None else real,
            drawn(scene.synthetic),
            drawn(scene.real_centroids),
            drawn(scene.synthetic_centroids),
        )

    def clamp_ring(self, scene: Scene, clamp: float) -> Tensor:
        """The rim of the shadow of the ball of radius `clamp` about the origin of the space; see `View.clamp_ring`.

        The shadow is a disk about the origin's own shadow. Between the origin, at height h over the plane, and the rim
        lies a quadrilateral with three right angles, so that sinh(clamp) = sinh(radius)·cosh(h).
        """
        import math

        import torch

        from hdd.geometry import translate
        from hdd.geometry.numerics import norm
        from hdd.projection.charts import seen_from, shadow

        origin = seen_from(scene.centre, torch.zeros_like(scene.centre)[None])
        middle = shadow(origin, self._learned["plane"])
        height = (norm(origin).cosh() / norm(middle).cosh()).clamp(min=1)
        radius = (math.sinh(min(clamp, 300.0)) / height).asinh()
        angle = torch.linspace(0, 2 * math.pi, 97, dtype=middle.dtype, device=middle.device)
        circle = radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=-1)
        return translate(circle, middle.expand_as(circle))
