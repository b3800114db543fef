"""Real and synthetic images as points of the hyperbolic plane, seen through one fixed network.

Every step of a run matches the features of a new network, with which the points would jump at every step. The viewing
network has the run's width and depth but is drawn only once, from the seed, so that points hold still and steps can be
compared.
"""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hdd.data import Dataset
from hdd.data.parts import in_parts
from hdd.devices import pick_device
from hdd.draws import generator
from hdd.errors import HDDError, InvalidInputError
from hdd.geometry import centroid, distance, pairwise_distance
from hdd.geometry.embed import auto_feature_scale, clamp_radius
from hdd.geometry.numerics import norm, to_float64
from hdd.networks import ConvNet
from hdd.progress import Progress
from hdd.projection.charts import directions, inner_path, polar, principal_plane, seen_from, tangent, within_reach
from hdd.projection.nearest import nearest_rows, train_features
from hdd.projection.ranks import faithfulness
from hdd.projection.records import VIEWS, Faithfulness, Geometry, Nearest, Projection, Pruning, Viewing
from hdd.projection.umap_layout import start_layout, umap_layout
from hdd.pruning.scores import pruning_mask, score_images

FEATURE_NUMBERS = 2**23
"""Bounds the size of the real sample: its features have at most this many numbers (images × dimensions)."""

EMBEDDED_AT_A_TIME = 200
GEODESIC_SAMPLES = 17
UMAP_POINTS = 500
COMPARED_POINTS = 300
GEOMETRIES_KEPT = 8


class _RealSample(NamedTuple):
    """The real sample under one geometry: exact radii (N,), centroids (C, D), and the centroid (D,) of all points."""

    radius: Tensor
    centroids: Tensor
    centre: Tensor


class ViewingSpace:
    """Draws real and synthetic images under any geometry.

    Args:
        data: the real images, of C classes.
        viewing: the network and the sample. What it says about the data set is ignored.
        points: number of real images to draw; at least one of each class is drawn.
        progress: called as progress(real images embedded, real images to embed).

    Raises:
        HDDError: the images are too small for the network.

    Attributes:
        indices: (N,) int64, indices of the training images in the sample, sorted by class: points // C of each class,
            or the whole class if it is smaller. The first few of a class are a random sample of that class too.
        labels: (N,) int64.
        device: the device of the network: the run's own, or the CPU if this machine does not have that device.
    """

    def __init__(
        self,
        data: Dataset,
        viewing: Viewing,
        points: int = 2000,
        progress: Progress | None = None,
    ) -> None:
        self._data, self._viewing = data, viewing
        self.device = _device(viewing.device)
        network = ConvNet(
            data.channels, data.size, len(data.classes), viewing.network_width, viewing.network_depth
        ).draw(generator(viewing.seed, "viewing"))
        self._network = network.requires_grad_(False).to(self.device)
        per_class = max(1, min(points, FEATURE_NUMBERS // network.embedding_size) // len(data.classes))
        labels = data.train_labels.numpy()
        chosen = [
            generator(viewing.seed, "viewing sample", 0, label).permutation(np.flatnonzero(labels == label))
            for label in range(len(data.classes))
        ]
        self._counts = [min(per_class, len(images)) for images in chosen]
        self.indices = np.concatenate([images[:per_class] for images in chosen])
        self.labels = labels[self.indices]
        parts = in_parts(data.train_images[torch.from_numpy(self.indices)], EMBEDDED_AT_A_TIME, progress)
        self._features = to_float64(torch.cat([self.features(data.normalise(part.to(self.device))) for part in parts]))
        headings = directions(self._features)
        self._mean_direction, self._direction_plane = headings.mean(dim=0), principal_plane(headings)
        self._train: Tensor | None = None
        self._scores: dict[str, Tensor] | None = None
        self._real = functools.lru_cache(GEOMETRIES_KEPT)(self._place_real)
        self._real_drawn = functools.lru_cache(GEOMETRIES_KEPT)(self._draw_real)

    def features(self, images: Tensor) -> Tensor:
        """The features (B, D), float32, that the viewing network gives for normalised images (B, channels, H, W)."""
        return self._network.embed_frozen(images.to(self.device, torch.float32))

    def project(
        self,
        images: Tensor | np.ndarray,
        labels: np.ndarray,
        geometry: Geometry,
        view: str = "radius",
        previous: Projection | None = None,
    ) -> Projection:
        """Draws the real sample and synthetic images.

        Args:
            images: (M, channels, H, W), normalised, in any order and with any number of each class.
            labels: (M,), the labels of the images.
            geometry: the geometry in which features are points; a missing scale is filled in by `measured`.
            view: a key of `VIEWS`. "radius" and "poincare" draw a point in the same place whatever else is drawn;
                "umap" takes seconds, draws at most about 500 real images, and leaves the others NaN.
            previous: an earlier drawing of the same number of images in the view "umap". UMAP starts from it, so that
                points move little. The other views do not use it.

        Returns:
            The drawing. It is finite except for the NaN of "umap" and of classes without synthetic images. Everything
            that is computed by isometries (centroids, geodesics, gaps, the views "poincare" and "umap") uses
            √|K|·radius 1000 for larger radii; the returned radii are exact.

        Raises:
            HDDError: the view is unknown, or a Karcher mean was not reached because points are too far out.
        """
        if view not in VIEWS:
            raise InvalidInputError(f"There is no view {view!r}: give one of {', '.join(VIEWS)}.")
        geometry, classes = self.measured(geometry), len(self._counts)
        curvature, scale = geometry.curvature, math.sqrt(-geometry.curvature)
        unclamped, points = self._synthetic(images, geometry)
        centroids = self._centroids(within_reach(points, curvature), labels, curvature, geometry.centroid)
        real = self._real(geometry)
        if view == "umap":
            drawn_real, drawn = self._umap(points, geometry, previous)
            shown = self._subset(UMAP_POINTS)
            start = self._centroids(drawn_real[shown], self.labels[shown])
            end = self._centroids(drawn, labels)
            path = inner_path(start, end, GEODESIC_SAMPLES, -1.0)
        else:
            drawn_real = self._real_drawn(geometry, view)
            path = inner_path(real.centroids, centroids, GEODESIC_SAMPLES, curvature)
            rows = torch.cat([points, real.centroids, centroids, path.flatten(0, 1)])
            drawn, start, end, path = self._chart(geometry, view)(rows).split(
                [len(points), classes, classes, len(rows) - len(points) - 2 * classes]
            )
            path = path.view(classes, -1, 2)
        return Projection(
            view,
            _numpy(drawn_real),
            _numpy(drawn),
            _numpy(start),
            _numpy(end),
            _numpy(torch.cat([start[:, None], path, end[:, None]], dim=1)),
            _numpy(real.radius),
            _numpy(scale * norm(points)),
            _numpy(scale * norm(unclamped) > (geometry.clamp or math.inf)),
            _numpy(scale * distance(real.centroids, centroids, curvature)),
        )

    def faithfulness(
        self, images: Tensor | np.ndarray, labels: np.ndarray, geometry: Geometry, projection: Projection
    ) -> Faithfulness:
        """How well a drawing that `project` made of the same images, labels and geometry preserves distances and radii.

        Hyperbolic distances are compared, for at most about 300 real and 300 synthetic points, the same number of each
        class. In the view "poincare" radii are measured from the centroid of the real points, otherwise from the
        origin.
        """
        geometry = self.measured(geometry)
        curvature, scale = geometry.curvature, math.sqrt(-geometry.curvature)
        some = max(1, COMPARED_POINTS // len(self._counts))
        compared = np.concatenate([np.flatnonzero(labels == label)[:some] for label in range(len(self._counts))])
        _, synthetic = self._synthetic(images[compared], geometry)
        real = self._subset(COMPARED_POINTS)
        real = real[np.isfinite(projection.real[real, 0])]
        points = torch.cat([self._points(self._features[torch.from_numpy(real)], geometry), synthetic])
        drawn = torch.from_numpy(np.concatenate([projection.real[real], projection.synthetic[compared]]))
        if projection.view == "poincare":
            radius = distance(within_reach(points, curvature), self._real(geometry).centre, curvature)
        else:
            radius = norm(points)
        # In float32 far fewer pairs need the slow, exact formula.
        before, after = within_reach(points, curvature).float(), within_reach(drawn, -1.0).float()
        return faithfulness(
            _numpy(scale * pairwise_distance(before, before, curvature)),
            _numpy(pairwise_distance(after, after)),
            _numpy(scale * radius),
            _numpy(norm(drawn)),
        )

    def nearest(self, image: Tensor | np.ndarray, count: int = 5, progress: Progress | None = None) -> Nearest:
        """The training images nearest to a normalised image (channels, H, W), among all and not only in the sample.

        The first call computes the features of the whole train set; `progress` is then called as progress(images
        done, images in total).
        """
        if self._train is None:
            self._train = train_features(self._data, self.features, self.device, progress)
        image = torch.as_tensor(image)
        pixels, labels = self._data.train_images, self._data.train_labels
        shown = self._data.to_pixels(image).flatten()
        feature = self.features(image[None])[0]
        return Nearest(
            nearest_rows(pixels.flatten(1), shown, labels, count, 255 * math.sqrt(len(shown))),
            nearest_rows(self._train, feature, labels, count, 1.0),
        )

    def kept(self, pruning: Pruning, progress: Progress | None = None) -> np.ndarray:
        """Which real images of the sample are kept by pruning, (N,) bool.

        The first call that prunes scores the whole train set; `progress` is then called as progress(images done,
        images in total).
        """
        if pruning.rate == 0:
            return np.ones(len(self.indices), bool)
        if self._scores is None:
            viewing = self._viewing
            self._scores = score_images(self._data, viewing.seed, viewing.network_depth, self.device, progress)
        scores = self._scores[pruning.score]
        return pruning_mask(scores, self._data.train_labels, pruning.rate, pruning.keep).numpy()[self.indices]

    def measured(self, geometry: Geometry) -> Geometry:
        """The same geometry; if it has no feature scale, with the initial one."""
        if geometry.feature_scale is not None:
            return geometry
        return dataclasses.replace(geometry, feature_scale=self.initial_geometry.feature_scale)

    def _points(self, features: Tensor, geometry: Geometry) -> Tensor:
        return clamp_radius(features * _scale(geometry), geometry.curvature, geometry.clamp)

    def _synthetic(self, images: Tensor | np.ndarray, geometry: Geometry) -> tuple[Tensor, Tensor]:
        """Scaled features (M, D) of images (M, …), before and after the clamp."""
        features = to_float64(self.features(torch.as_tensor(images)))
        return features * _scale(geometry), self._points(features, geometry)

    def _subset(self, count: int) -> np.ndarray:
        """Positions in the sample of about `count` images, the same number of each class."""
        per_class = max(1, count // len(self._counts))
        starts = np.cumsum([0, *self._counts[:-1]])
        return np.concatenate(
            [start + np.arange(min(per_class, own)) for start, own in zip(starts, self._counts, strict=True)]
        )

    def _centroids(self, points: Tensor, labels: np.ndarray, curvature: float = -1.0, kind: str = "closed") -> Tensor:
        """Centroids (C, D) of the points (M, D) of each class; NaN for a class without points."""
        classes = [np.flatnonzero(labels == label) for label in range(len(self._counts))]
        there = [label for label, own in enumerate(classes) if len(own)]
        # Smaller classes are padded with points of weight 0, so that all classes can be averaged at once.
        place, counts = np.arange(max(map(len, classes))), np.array([[len(classes[label])] for label in there])
        members = np.stack([classes[label][np.minimum(place, len(classes[label]) - 1)] for label in there])
        weights = torch.from_numpy((place < counts).astype(float)).to(points.device)
        found = torch.full((len(classes), points.shape[1]), math.nan, dtype=points.dtype, device=points.device)
        found[there] = centroid(points[torch.from_numpy(members)], weights, curvature, kind)
        return found

    def _place_real(self, geometry: Geometry) -> _RealSample:
        points = self._points(self._features, geometry)
        near = within_reach(points, geometry.curvature)
        centroids = self._centroids(near, self.labels, geometry.curvature, geometry.centroid)
        radius = math.sqrt(-geometry.curvature) * norm(points)
        return _RealSample(radius, centroids, centroid(near, curvature=geometry.curvature))

    def _chart(self, geometry: Geometry, view: str) -> Callable[[Tensor], Tensor]:
        if view == "radius":
            chart, base, plane = polar, self._mean_direction, self._direction_plane
        else:
            chart, base, plane = tangent, self._real(geometry).centre, self._tangent_plane
        return lambda points: chart(points, geometry.curvature, base, plane)

    def _draw_real(self, geometry: Geometry, view: str) -> Tensor:
        return self._chart(geometry, view)(self._points(self._features, geometry))

    @functools.cached_property
    def initial_geometry(self) -> Geometry:
        """The geometry that `viewing` gives; if it has no feature scale, one is measured on the real sample."""
        geometry = self._viewing.geometry
        if geometry.feature_scale is not None:
            return geometry
        scale = auto_feature_scale(self._features, geometry.curvature, self._viewing.target_radius)
        return dataclasses.replace(geometry, feature_scale=scale)

    @functools.cached_property
    def _tangent_plane(self) -> Tensor:
        """Principal plane of the tangent vectors at the centroid, under the initial geometry."""
        geometry = self.initial_geometry
        points = self._points(self._features, geometry)
        return principal_plane(seen_from(self._real(geometry).centre, points, geometry.curvature))

    def _umap(self, points: Tensor, geometry: Geometry, previous: Projection | None) -> tuple[Tensor, Tensor]:
        """The drawn real points (N, 2), NaN for those left out, and the synthetic points (M, 2); on the CPU."""
        shown = self._subset(UMAP_POINTS)
        warm = False
        if previous is not None and previous.view == "umap" and len(previous.synthetic) == len(points):
            warm = True
            start = torch.from_numpy(np.concatenate([previous.real[shown], previous.synthetic]))
        else:
            drawn = torch.cat(
                [self._real_drawn(geometry, "poincare")[shown], self._chart(geometry, "poincare")(points)]
            )
            start = start_layout(drawn.cpu())
        near = self._points(self._features[torch.from_numpy(shown)], geometry)
        near = within_reach(torch.cat([near, points]), geometry.curvature).float()
        distances = _numpy(pairwise_distance(near, near, geometry.curvature))
        drawn = umap_layout(distances, start, self._viewing.seed, warm)
        real = torch.full((len(self.indices), 2), math.nan, dtype=drawn.dtype)
        real[shown] = drawn[: len(shown)]
        return real, drawn[len(shown) :]


def _scale(geometry: Geometry) -> float:
    assert geometry.feature_scale is not None, "a geometry is measured before it is looked at"
    return geometry.feature_scale


def _device(name: str) -> torch.device:
    try:
        return pick_device(name)
    except HDDError:
        return torch.device("cpu")


def _numpy(values: Tensor) -> np.ndarray:
    # A copy, so that no caller can change cached values.
    return values.cpu().numpy().copy()
