"""Views that were tried for the disk and not chosen. `benchmarks/views.py` measures them beside those that were."""

import torch
from torch import Tensor

from hdd.geometry import exp0, log0, pairwise_distance
from hdd.geometry.numerics import norm
from hdd.projection import View
from hdd.projection.centroids import class_centroids
from hdd.projection.charts import at_length, directions, principal_plane, seen_from, shadow
from hdd.projection.scene import Drawing, Scene
from hdd.projection.umap_layout import start_layout, umap_layout


def _parts(scene: Scene) -> tuple[Tensor, ...]:
    return scene.real, scene.synthetic, scene.real_centroids, scene.synthetic_centroids


class ExactRadius(View):
    """The exact distance from the origin, with the angle of the direction in a principal plane."""

    title = preserves = "exact radius, angle of a principal plane"

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """See `View.learn`."""
        headings = directions(scene.real)
        return {"mean": headings.mean(dim=0), "plane": principal_plane(headings)}

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        mean, plane = self._learned["mean"], self._learned["plane"]
        return Drawing(*(at_length((directions(part) - mean) @ plane, norm(part)) for part in _parts(scene)))


class StretchedRadius(View):
    """The angle of UMAP; the exact radius, stretched so that its 5 % to 95 % fill the disk from 0.5 to 3."""

    title = preserves = "stretched exact radius, angle of UMAP"

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """See `View.learn`."""
        seen = seen_from(scene.centre, scene.real)
        distances = pairwise_distance(seen.float(), seen.float()).numpy()
        layout = umap_layout(distances, start_layout(seen @ principal_plane(seen)), seed)
        return {"layout": layout, "ends": norm(scene.real).quantile(torch.tensor([0.05, 0.95]).double())}

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        far = pairwise_distance(scene.synthetic.float(), scene.real.float())
        layout, (low, high) = self._learned["layout"], self._learned["ends"]
        angles = (layout, layout[far.argmin(dim=1)])
        real, synthetic = (
            at_length(angle, 0.5 + 2.5 * (norm(part) - low) / (high - low).clamp(min=1e-9))
            for angle, part in zip(angles, (scene.real, scene.synthetic), strict=True)
        )
        return _with_centroids(scene, real, synthetic)


class TangentPlane(View):
    """Tangent vectors at the centre, projected on their principal plane."""

    title = preserves = "tangent vectors at the centre, principal plane"

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """See `View.learn`."""
        return {"plane": principal_plane(seen_from(scene.centre, scene.real))}

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        return Drawing(*(seen_from(scene.centre, part) @ self._learned["plane"] for part in _parts(scene)))


class HoroPCA(View):
    """HoroPCA (Chami, Gu, Nguyen, Ré 2021): two ideal points whose Busemann coordinates spread the points most."""

    title = preserves = "HoroPCA"

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """See `View.learn`."""
        seen = seen_from(scene.centre, scene.real)[:: max(1, len(scene.real) // 400)]
        axes = torch.linalg.svd(seen - seen.mean(dim=0), full_matrices=False)[2][:30].T
        points = exp0(seen)
        weights = torch.eye(axes.shape[1], 2, dtype=seen.dtype).add_(0.01).requires_grad_()
        optimizer = torch.optim.Adam([weights], lr=0.05)
        for _ in range(100):
            flat = cls._project(points, torch.linalg.qr(axes @ weights)[0])
            inner = flat[:, :1] * flat[:, 0] - flat[:, 1:] @ flat[:, 1:].T
            spread = torch.acosh(inner.clamp(min=1 + 1e-9)).square().mean()
            optimizer.zero_grad()
            (-spread).backward()
            optimizer.step()
        return {"ideal": torch.linalg.qr(axes @ weights.detach())[0]}

    @staticmethod
    def _project(points: Tensor, ideal: Tensor) -> Tensor:
        """The points of the plane, on its side of the centre, on the same horospheres about both ideal points."""
        horospheres = points[:, :1] - points[:, 1:] @ ideal
        first = horospheres.sum(dim=1) - (2 * horospheres.prod(dim=1) - 1).clamp(min=1e-12).sqrt()
        rest = first[:, None] - horospheres
        return torch.cat([(1 + rest.square().sum(dim=1, keepdim=True)).sqrt(), rest], dim=1)

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        ideal = self._learned["ideal"]
        return Drawing(*(log0(self._project(exp0(seen_from(scene.centre, part)), ideal)) for part in _parts(scene)))


class Discriminant(View):
    """The shadow on the plane of Fisher's linear discriminant, of the tangent vectors' first 60 components."""

    title = preserves = "geodesic plane of the linear discriminant"

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """See `View.learn`."""
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

        seen = seen_from(scene.centre, scene.real)
        axes = torch.linalg.svd(seen - seen.mean(dim=0), full_matrices=False)[2][:60].T
        found = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto").fit((seen @ axes).numpy(), scene.labels)
        return {"plane": torch.linalg.qr(axes @ torch.from_numpy(found.scalings_[:, :2].copy()))[0]}

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        return Drawing(*(shadow(seen_from(scene.centre, part), self._learned["plane"]) for part in _parts(scene)))


class JointUMAP(View):
    """UMAP of the real images together with the synthetic ones, made anew for every drawing."""

    title = preserves = "UMAP of real and synthetic images together"

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """See `View.learn`."""
        return {"plane": principal_plane(seen_from(scene.centre, scene.real)), "seed": torch.tensor(seed)}

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        seen = seen_from(scene.centre, torch.cat([scene.real, scene.synthetic]))
        distances = pairwise_distance(seen.float(), seen.float()).numpy()
        drawn = umap_layout(distances, start_layout(seen @ self._learned["plane"]), int(self._learned["seed"]))
        return _with_centroids(scene, drawn[: len(scene.real)], drawn[len(scene.real) :])


class COSNE(View):
    """CO-SNE (Guo, Guo, Yu 2022): t-SNE with hyperbolic distances on both sides, whose points also keep their norms.

    The similarities of drawn points are hyperbolic Cauchy of scale 0.1, and the second term pulls the norms in the ball
    to those of the points. Synthetic images lie at the nearest real one.
    """

    title = preserves = "CO-SNE"

    @classmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """See `View.learn`."""
        near = scene.real.float()
        similar = cls._similarities(pairwise_distance(near, near).double().square())
        norms = (norm(scene.real) / 2).tanh().square()
        seen = seen_from(scene.centre, scene.real)
        drawn = start_layout(seen @ principal_plane(seen)).float().requires_grad_()
        optimizer = torch.optim.Adam([drawn], lr=0.02)
        others = ~torch.eye(len(near), dtype=torch.bool)
        for _ in range(200):
            points = exp0(drawn)
            inner = points[:, :1] * points[:, 0] - points[:, 1:] @ points[:, 1:].T
            far = torch.acosh(inner.clamp(min=1 + 1e-6)).square()
            close = (1 / (far + 0.01))[others]
            divergence = -(similar[others] * (close / close.sum()).log()).sum()
            ball = (drawn.norm(dim=1) / 2).tanh().square()
            loss = 10 * divergence + 0.01 * (ball - norms).square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return {"layout": drawn.detach().double()}

    @staticmethod
    def _similarities(squares: Tensor, perplexity: float = 30.0) -> Tensor:
        """Of t-SNE: symmetric, with sum 1; each point has about `perplexity` neighbours."""
        squares = squares.fill_diagonal_(torch.inf)
        low, high = torch.full((2, len(squares), 1), -20.0).double() * torch.tensor([1.0, -1.0])[:, None, None]
        for _ in range(40):
            middle = (low + high) / 2
            chances = (-squares * middle.exp()).softmax(dim=1)
            entropy = torch.special.entr(chances).sum(dim=1, keepdim=True)
            too_wide = entropy.exp() > perplexity
            low, high = torch.where(too_wide, middle, low), torch.where(too_wide, high, middle)
        return ((chances + chances.T) / (2 * len(chances))).float()

    def draw(self, scene: Scene) -> Drawing:
        """See `View.draw`."""
        far = pairwise_distance(scene.synthetic.float(), scene.real.float())
        layout = self._learned["layout"]
        return _with_centroids(scene, layout, layout[far.argmin(dim=1)])


def _with_centroids(scene: Scene, real: Tensor, synthetic: Tensor) -> Drawing:
    """With the centroids of the drawn points, where a view cannot draw a centroid of the space."""
    kept = torch.from_numpy(scene.kept)
    classes = len(scene.gap)
    return Drawing(
        real,
        synthetic,
        class_centroids(real[kept], scene.labels[scene.kept], classes),
        class_centroids(synthetic, scene.synthetic_labels, classes),
    )


CANDIDATES: dict[str, type[View]] = {
    "exact radius": ExactRadius,
    "stretched radius": StretchedRadius,
    "tangent plane": TangentPlane,
    "HoroPCA": HoroPCA,
    "discriminant": Discriminant,
    "joint UMAP": JointUMAP,
    "CO-SNE": COSNE,
}
