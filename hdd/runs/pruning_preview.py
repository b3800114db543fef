"""What pruning would leave out of a run, before anybody asks its engine for it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hdd.data import Dataset
from hdd.devices import pick_device
from hdd.errors import InvalidInputError
from hdd.methods import METHODS
from hdd.progress import Progress
from hdd.pruning.distilled import distilled_mask
from hdd.pruning.distilled_knobs import NAMES as DISTILLED_PRUNING
from hdd.pruning.knobs import NAMES as PRUNING
from hdd.pruning.scores import pruning_mask, score_images
from hdd.runs.real_images import load_real_images
from hdd.runs.run import Run


@dataclass(frozen=True)
class ClassPreview:
    """What pruning would do to one class.

    Attributes:
        name: of the class.
        images: number of its images.
        kept: how many of them would be kept.
        kept_now: how many are kept by the mask in force.
        kept_in_both: how many of these would still be kept.
        lowest, highest: the range of their scores; None if nothing was scored, as all would be kept.
    """

    name: str
    images: int
    kept: int
    kept_now: int
    kept_in_both: int
    lowest: float | None
    highest: float | None


@dataclass(frozen=True, eq=False)
class PruningPreview:
    """What pruning would leave out, of N images.

    Attributes:
        distilled: whether synthetic images would be left out, and not real ones.
        step: the kept step whose synthetic images were scored; an edit scores those of the step at which it is applied.
        rate, score, keep: the values of the knobs.
        labels: (N,) class of each image.
        scores: (N,) float32.
        kept, kept_now: (N,) bool, the images that would be kept, and those that are kept by the mask in force.
        pixels: (N, channels, H, W) uint8.
        classes: what would happen to each class.
    """

    distilled: bool
    step: int
    rate: float
    score: str
    keep: str
    labels: np.ndarray
    scores: np.ndarray
    kept: np.ndarray
    kept_now: np.ndarray
    pixels: np.ndarray
    classes: tuple[ClassPreview, ...]

    def as_dict(self) -> dict[str, Any]:
        """What is found, without the images, as JSON-compatible values."""
        names = ("distilled", "step", "rate", "score", "keep")
        totals = {
            "images": len(self.kept),
            "kept": int(self.kept.sum()),
            "kept_now": int(self.kept_now.sum()),
            "kept_in_both": int((self.kept & self.kept_now).sum()),
        }
        return {name: getattr(self, name) for name in names} | totals | {"classes": [*map(asdict, self.classes)]}


def preview_pruning(
    run: Run,
    distilled: bool = False,
    changes: Mapping[str, Any] | None = None,
    data: Dataset | None = None,
    progress: Progress | None = None,
    place: str | None = None,
) -> PruningPreview:
    """Finds what pruning would leave out of a run. The run is not changed, but it remembers a `place`.

    Args:
        run: the run; an engine may be advancing it.
        distilled: prune the newest kept synthetic images instead of the real ones.
        changes: knobs of pruning and their new values; the others are those in force.
        data: the run's real images, if they are already loaded.
        progress: called as progress(images done, images in total) while real images are scored.
        place: the folder in which the real images are now, if it was moved.

    Raises:
        HDDError: a value is not allowed, the method of the run leaves no synthetic images out, or no images of any step
            are kept.
    """
    run.check_installed()
    now = run.settings
    then = now.changed(**(changes or {}))
    method = METHODS.get(now.method)
    if distilled and "distilled_pruning_rate" not in now.in_force():
        raise InvalidInputError(
            f"The method {now.method} of {run.path} cannot leave synthetic images out: prune the real images instead."
        )
    step = max(run.kept_steps(), default=0)
    device = pick_device(now.device)
    data = data or load_real_images(run, place)
    if distilled:
        images = run.images(step)
        mask = distilled_mask(data, then, images, method.decoder, device, progress)
        labels = np.repeat(np.arange(images.shape[0]), images.shape[1])
        pixels = run.to_pixels(images).reshape(-1, *images.shape[2:])
        kept, kept_now, scores = mask.kept.ravel(), run.mask_at(step).kept.ravel(), mask.scores.ravel()
    else:
        labels, pixels = data.train_labels.numpy(), data.train_images.numpy()
        found = score_images(data, now.seed, now.network_depth, device, progress)
        kept, kept_now = (
            pruning_mask(found[each.pruning_score], data.train_labels, each.pruning_rate, each.pruning_keep).numpy()
            for each in (then, now)
        )
        scores = found[then.pruning_score].numpy()
    rate, score, keep = (getattr(then, name) for name in (DISTILLED_PRUNING if distilled else PRUNING))
    classes = [
        _preview_of(name, labels == label, kept, kept_now, scores if rate else None)
        for label, name in enumerate(run.classes)
    ]
    return PruningPreview(
        distilled, step, rate, score, keep, labels, scores, kept, kept_now, pixels, tuple(classes)
    )  # fmt: skip


def _preview_of(
    name: str, own: np.ndarray, kept: np.ndarray, kept_now: np.ndarray, scores: np.ndarray | None
) -> ClassPreview:
    return ClassPreview(
        name,
        int(own.sum()),
        int(kept[own].sum()),
        int(kept_now[own].sum()),
        int((kept & kept_now)[own].sum()),
        None if scores is None else float(scores[own].min()),
        None if scores is None else float(scores[own].max()),
    )
