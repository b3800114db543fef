"""What the colours of the disk's points can mean."""

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from bokeh.palettes import Plasma256

from workbench.core.class_layout import ClassLayout
from workbench.core.disk_requests import DrawnDisk
from workbench.core.frame import Frame
from workbench.core.projector import Sample
from workbench.core.run_source import RunState
from workbench.theme import class_colors
from workbench.views.disk_columns import round_up

PALETTE = Plasma256[16:240]
"""From dark blue to yellow, of even steps to the eye; its ends can be seen on white paper and on dark one."""

KEPT, PRUNED, NEITHER = "#3f90da", "#e76300", "#94a4a2"

TITLES = {
    "class": "Class",
    "radius": "√|K|·radius",
    "distance": "√|K|·distance to centroid",
    "kept": "Kept or pruned",
    "nearest": "Class of nearest centroid",
    "loss": "Class's share of the loss (%)",
}
"""Names of what points can be coloured by; distances are those in feature space, and not those drawn."""


@dataclass(frozen=True)
class Scale:
    """What the ends of the palette stand for."""

    low: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> "Scale":
        """A scale with round ends, which stays the same while values change a little."""
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        step = round_up(max(high - low, 1e-6 * max(abs(low), 1.0)) / 5)
        return cls(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)

    def colors(self, values: np.ndarray) -> list[str]:
        """The colours of values; grey where a value is missing."""
        part = (values - self.low) / max(self.high - self.low, 1e-12)
        places = np.nan_to_num(part * (len(PALETTE) - 1)).clip(0, len(PALETTE) - 1).round().astype(int)
        return [PALETTE[place] if there else NEITHER for place, there in zip(places, np.isfinite(part), strict=True)]


@dataclass(frozen=True)
class PointColors:
    """The colours of all points.

    Attributes:
        real: of the N real points.
        synthetic: of the synthetic points.
        scale: what the palette means; None if the colours are those of classes or of two groups.
    """

    real: list[str]
    synthetic: list[str]
    scale: Scale | None = None


def color_points(by: str, disk: DrawnDisk, sample: Sample, layout: ClassLayout, shares: np.ndarray) -> PointColors:
    """The colours of the points of a disk.

    Args:
        by: a key of `TITLES`.
        disk: the disk.
        sample: its real images.
        layout: of its synthetic images.
        shares: see `loss_shares`.
    """
    points, colors = disk.projection, np.array(class_colors(layout.rows))
    if by == "kept":
        synthetic = np.where(disk.kept, KEPT, PRUNED) if disk.request.look.left_out else np.full(len(layout), NEITHER)
        return PointColors(np.where(points.kept, KEPT, PRUNED).tolist(), synthetic.repeat(layout.held).tolist())
    if by in ("class", "nearest"):
        nearest = by == "nearest"
        real = points.real_nearest if nearest else sample.labels
        return PointColors(
            colors[real].tolist(), colors[points.synthetic_nearest if nearest else layout.point_labels].tolist()
        )
    real, synthetic = {
        "radius": (points.real_radius, points.synthetic_radius),
        "distance": (points.real_distance, points.synthetic_distance),
        "loss": (100 * shares[sample.labels], 100 * shares[layout.point_labels]),
    }[by]
    scale = Scale.of(np.concatenate([real, synthetic]))
    return PointColors(scale.colors(real), scale.colors(synthetic), scale)


def loss_shares(frame: Frame, classes: int) -> np.ndarray:
    """(C,) the share of each class in the loss, as recorded near the step that is shown; NaN where it was not."""
    nothing = np.full(classes, np.nan)
    if not isinstance(frame.state, RunState) or not frame.state.columns:
        return nothing
    columns = frame.state.columns
    losses = cast(dict[str, np.ndarray], columns["classes"]).get("loss")
    # Some objectives can have losses below 0, of which there are no shares.
    if losses is None or not len(losses) or (losses < 0).any():
        return nothing
    row = min(int(np.searchsorted(columns["step"], frame.image_step)), len(losses) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return losses[row] / losses[row].sum()
