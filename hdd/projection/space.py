"""Real and synthetic images as points of the hyperbolic plane, seen through one fixed network.

Every step of a run matches the features of a new network, with which the points would jump at every step. The viewing
network has the run's width and depth but is drawn only once, from the seed, so that points hold still and steps can be
compared.
"""

import dataclasses
import functools
import math

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
from hdd.networks.convnet import ConvNet
from hdd.progress import Progress
from hdd.projection.centroids import class_centroids
from hdd.projection.charts import geodesics, within_reach
from hdd.projection.faithfulness import faithfulness
from hdd.projection.kept_tensors import kept_file, read_kept, write_kept
from hdd.projection.nearest import nearest_rows, train_features
from hdd.projection.records import Faithfulness, Geometry, Nearest, Projection, Pruning, Viewing
from hdd.projection.sample import first_of_each, sample_classes
from hdd.projection.scene import Drawing, Scene
from hdd.projection.spread import class_quantiles
from hdd.projection.viewing_network import viewing_network
from hdd.projection.views import VIEWS, View
from hdd.pruning.scores import pruning_mask, score_images

FEATURE_NUMBERS = 2**23
"""Bounds the size of the real sample: its features have at most this many numbers (images × dimensions)."""

EMBEDDED_AT_A_TIME = 200
GEODESIC_SAMPLES = 17
COMPARED_POINTS = 300
GEOMETRIES_KEPT = 8
ALL_KEPT = Pruning(0.0, "random", "near")


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
        sample_features: (N, D) float64, the features of the sample.
        network_accuracy: the test accuracy of a trained network, 0 to 1; None for a random one.
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
        self._network, self.network_accuracy = viewing_network(data, viewing, self.device, progress)
        per_class = max(1, min(points, FEATURE_NUMBERS // self._network.embedding_size) // len(data.classes))
        labels = data.train_labels.numpy()
        chosen = sample_classes(labels, len(data.classes), per_class, viewing.seed)
        self._counts = [len(images) for images in chosen]
        self.indices = np.concatenate(chosen)
        self.labels = labels[self.indices]
        parts = in_parts(data.train_images[torch.from_numpy(self.indices)], EMBEDDED_AT_A_TIME, progress)
        features = [self.features(data.normalise(part.to(self.device))) for part in parts]
        self.sample_features = to_float64(torch.cat(features))
        self._train: Tensor | None = None
        self._scores: dict[str, Tensor] | None = None
        self._views: dict[str, View] = {}
        self._real = functools.lru_cache(GEOMETRIES_KEPT)(self._place_real)
        self._real_drawn = functools.lru_cache(GEOMETRIES_KEPT)(self._draw_real)
        self._real_nearest = functools.lru_cache(GEOMETRIES_KEPT)(self._nearest_classes_of_real)
        self._real_distances = functools.lru_cache(GEOMETRIES_KEPT)(self._distances_of_real)
        self._real_quantiles = functools.lru_cache(GEOMETRIES_KEPT)(self._quantiles_of_real)

    def features(self, images: Tensor) -> Tensor:
        """The features (B, D), float32, that the viewing network gives for normalised images (B, channels, H, W)."""
        return self._network.embed_frozen(images.to(self.device, torch.float32))

    def features_of_another(self, rows: np.ndarray, number: int) -> Tensor:
        """The features (n, D) float64 of rows of the sample through another random network of the same kind.

        Args:
            rows: (n,).
            number: of the network, ≥ 1; each has other weights.
        """
        data, viewing = self._data, self._viewing
        network = ConvNet(data.channels, data.size, len(data.classes), viewing.network_width, viewing.network_depth)
        network.draw(generator(viewing.seed, "viewing", number)).to(self.device).requires_grad_(False)
        parts = data.train_images[torch.from_numpy(self.indices[rows])].split(EMBEDDED_AT_A_TIME)
        return to_float64(torch.cat([network.embed_frozen(data.normalise(part.to(self.device))) for part in parts]))

    def logits(self, features: Tensor) -> Tensor:
        """What the classifier of the viewing network gives for features (B, D): (B, C) float32, on the CPU."""
        return self._network.classifier(features.to(self.device, torch.float32)).cpu()

    def project(
        self,
        images: Tensor | np.ndarray,
        labels: np.ndarray,
        geometry: Geometry,
        view: str = next(iter(VIEWS)),
        pruning: Pruning = ALL_KEPT,
        matched: np.ndarray | None = None,
    ) -> Projection:
        """Draws the real sample and synthetic images.

        Args:
            images: (M, channels, H, W), normalised, in any order and with any number of each class.
            labels: (M,), the labels of the images.
            geometry: the geometry in which features are points; a missing scale is filled in by `measured`.
            view: a key of `VIEWS`. A view draws a point in the same place whatever else is drawn.
            pruning: of the real images. All are drawn, but centroids are those of the kept ones.
            matched: (M,) bool, the synthetic images that distilled pruning keeps; None means all. All are drawn, but
                centroids are those of the kept ones.

        Returns:
            The drawing. It is finite except for the NaN of classes without synthetic images. Everything that is
            computed by isometries (centroids, gaps, drawn points) uses √|K|·radius 700 for larger radii; the returned
            radii are exact.

        Raises:
            HDDError: there is no such view.
        """
        geometry = self.measured(geometry)
        scene, unclamped = self.scene(images, labels, geometry, pruning, matched)
        drawing = self.draw(scene, view, geometry, pruning)
        distances = _numpy(_to_own_centroid(scene, scene.synthetic, scene.synthetic_labels))
        kept = slice(None) if matched is None else matched
        return Projection(
            view,
            scene.kept.copy(),
            _numpy(drawing.real),
            _numpy(drawing.synthetic),
            _numpy(drawing.real_centroids),
            _numpy(drawing.synthetic_centroids),
            _numpy(geodesics(drawing.real_centroids, drawing.synthetic_centroids, GEODESIC_SAMPLES)),
            _numpy(norm(scene.real)),
            _numpy(norm(scene.synthetic)),
            _numpy(norm(unclamped) > (geometry.clamp or math.inf)),
            self._real_distances(geometry, pruning).copy(),
            distances,
            self._real_quantiles(geometry, pruning).copy(),
            class_quantiles(distances[kept], labels[kept], len(self._counts)),
            _numpy(scene.gap),
            self._real_nearest(geometry, pruning).copy(),
            _nearest_classes(scene, scene.synthetic),
            np.zeros((0, 2)) if geometry.clamp is None else _numpy(self._view(view).clamp_ring(scene, geometry.clamp)),
        )

    def draw(self, scene: Scene, view: str, geometry: Geometry, pruning: Pruning = ALL_KEPT) -> Drawing:
        """The places of the points of a scene in a view; the other arguments are those that `scene` was given."""
        return self._view(view).draw(scene, self._real_drawn(view, self.measured(geometry), pruning))

    def _draw_real(self, view: str, geometry: Geometry, pruning: Pruning) -> Tensor:
        """(N, 2) the real points in a view."""
        scene, _ = self._real(geometry, pruning)
        return self._view(view).draw(scene).real

    def _nearest_classes_of_real(self, geometry: Geometry, pruning: Pruning) -> np.ndarray:
        """(N,) the class whose real centroid is nearest to each real point."""
        scene, _ = self._real(geometry, pruning)
        return _nearest_classes(scene, scene.real)

    def _distances_of_real(self, geometry: Geometry, pruning: Pruning) -> np.ndarray:
        """(N,) the distance of each real point to the real centroid of its class."""
        scene, _ = self._real(geometry, pruning)
        return _numpy(_to_own_centroid(scene, scene.real, scene.labels))

    def _quantiles_of_real(self, geometry: Geometry, pruning: Pruning) -> np.ndarray:
        """(C + 1, 5) how the distances of the kept real points are spread."""
        kept = self.kept(pruning)
        return class_quantiles(self._real_distances(geometry, pruning)[kept], self.labels[kept], len(self._counts))

    def scene(
        self,
        images: Tensor | np.ndarray,
        labels: np.ndarray,
        geometry: Geometry,
        pruning: Pruning = ALL_KEPT,
        matched: np.ndarray | None = None,
    ) -> tuple[Scene, Tensor]:
        """The points of the real sample and of synthetic images, as `project` takes them.

        Returns:
            The scene, and the points (M, D) of the synthetic images before the clamp.
        """
        geometry = self.measured(geometry)
        real, centre = self._real(geometry, pruning)
        unclamped = self._unclamped(to_float64(self.features(torch.as_tensor(images))), geometry, centre)
        synthetic = clamp_radius(unclamped, -1.0, geometry.clamp)
        kept = slice(None) if matched is None else torch.from_numpy(matched)
        own = labels if matched is None else labels[matched]
        centroids = class_centroids(within_reach(synthetic[kept]), own, len(self._counts), geometry.centroid)
        scene = dataclasses.replace(
            real,
            synthetic=synthetic,
            synthetic_labels=labels,
            synthetic_centroids=centroids,
            gap=distance(real.real_centroids, centroids),
        )
        return scene, unclamped

    def faithfulness(
        self,
        images: Tensor | np.ndarray,
        labels: np.ndarray,
        geometry: Geometry,
        projection: Projection,
        pruning: Pruning = ALL_KEPT,
    ) -> Faithfulness:
        """How well a drawing that `project` made of the same images, labels, geometry and pruning preserves the space.

        Hyperbolic distances are compared, for at most about 300 real and 300 synthetic points, the same number of each
        class.
        """
        some = max(1, COMPARED_POINTS // len(self._counts))
        compared = np.concatenate([np.flatnonzero(labels == label)[:some] for label in range(len(self._counts))])
        scene, _ = self.scene(images[compared], labels[compared], geometry, pruning)
        real = first_of_each(self._counts, some)
        points = torch.cat([scene.real[torch.from_numpy(real)], scene.synthetic])
        drawn = torch.from_numpy(np.concatenate([projection.real[real], projection.synthetic[compared]]))
        classes = np.concatenate([self.labels[real], labels[compared]])
        return faithfulness(points, drawn, classes, apart=VIEWS[projection.view].apart)

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
        """The same geometry; if it has no feature scale, with the initial one for its feature centre.

        If `viewing` gives no scale for that centre, it is measured on the real sample.
        """
        initial = self._viewing.geometry
        if geometry.feature_scale is not None:
            return geometry
        if initial.feature_scale is not None and initial.feature_centre == geometry.feature_centre:
            return dataclasses.replace(geometry, feature_scale=initial.feature_scale)
        features = self.sample_features - self._centre(geometry, ALL_KEPT)
        scale = auto_feature_scale(features, initial.curvature, self._viewing.target_radius)
        return dataclasses.replace(geometry, feature_scale=scale)

    @functools.cached_property
    def initial_geometry(self) -> Geometry:
        """The geometry that `viewing` gives, `measured`."""
        return self.measured(self._viewing.geometry)

    def _view(self, name: str) -> View:
        """The view with a name, which has learned from the real sample under the initial geometry."""
        if name not in self._views:
            if name not in VIEWS:
                raise InvalidInputError(f"There is no view {name!r}: give one of {', '.join(VIEWS)}.")
            kind = VIEWS[name]
            path = kept_file("views", name, self._data.fingerprint, dataclasses.asdict(self._viewing), len(self.labels))
            learned = read_kept(path, torch.device("cpu")) if kind.slow else None
            if learned is None:
                learned = kind.learn(self._real(self.initial_geometry, ALL_KEPT)[0], self._viewing.seed)
                if kind.slow:
                    write_kept(path, learned)
            self._views[name] = kind(learned)
        return self._views[name]

    def learn(self, view: str) -> None:
        """Lets a view learn, which takes seconds if it is slow and was never used for these images."""
        self._view(view)

    def _centre(self, geometry: Geometry, pruning: Pruning) -> Tensor:
        """What is subtracted from all features, (D,)."""
        if geometry.feature_centre == "none":
            return torch.zeros_like(self.sample_features[0])
        return self.sample_features[torch.from_numpy(self.kept(pruning))].mean(dim=0)

    def _unclamped(self, features: Tensor, geometry: Geometry, centre: Tensor) -> Tensor:
        """Features (…, D) as points in units of 1/√|K|, before the clamp."""
        assert geometry.feature_scale is not None, "a geometry is measured before it is looked at"
        return (features - centre) * (geometry.feature_scale * math.sqrt(-geometry.curvature))

    def _place_real(self, geometry: Geometry, pruning: Pruning) -> tuple[Scene, Tensor]:
        """The scene without synthetic images, and what is subtracted from all features."""
        centre = self._centre(geometry, pruning)
        points = clamp_radius(self._unclamped(self.sample_features, geometry, centre), -1.0, geometry.clamp)
        kept = self.kept(pruning)
        near = within_reach(points[torch.from_numpy(kept)])
        centroids = class_centroids(near, self.labels[kept], len(self._counts), geometry.centroid)
        nothing = points[:0]
        scene = Scene(
            points,
            self.labels,
            kept,
            centroids,
            centroid(near),
            nothing,
            self.labels[:0],
            torch.full_like(centroids, math.nan),
            torch.full_like(centroids[:, 0], math.nan),
        )
        return scene, centre


def _to_own_centroid(scene: Scene, points: Tensor, labels: np.ndarray) -> Tensor:
    """The distances of points to the real centroids of their classes."""
    return distance(within_reach(points), scene.real_centroids[torch.from_numpy(labels).to(points.device)])


def _nearest_classes(scene: Scene, points: Tensor) -> np.ndarray:
    """The classes whose real centroids are nearest to the points."""
    distances = pairwise_distance(within_reach(points), scene.real_centroids)
    return _numpy(distances.nan_to_num(nan=math.inf).argmin(dim=1))


def _device(name: str) -> torch.device:
    try:
        return pick_device(name)
    except HDDError:
        return torch.device("cpu")


def _numpy(values: Tensor) -> np.ndarray:
    # A copy, so that no caller can change cached values.
    return values.cpu().numpy().copy()
