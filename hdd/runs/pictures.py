"""PNG pictures of a run: its synthetic set and its curves, which an engine writes into the run directory.

Those are made when an engine stops or finishes, but not while it is running and not when it is killed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from hdd.files import replace_file
from hdd.pixels import faint, sheet
from hdd.runs.run import Run

SHEET_SIDE = 32
"""On the sheet, smaller images are enlarged by a whole factor, to at most this side in pixels."""

LONGEST_NAME = 20

HEADING = 24
"""Pixels above a sheet with headings."""

EDITS_NAMED = 3
"""If many edits lie close together, only this many are named."""


def save_pictures(run: Run) -> None:
    """Writes synthetic.png (one named row per class) and loss.png (loss, radii and edits over the steps).

    Images that distilled pruning leaves out are faint.
    """
    save_figure(run.path / "synthetic.png", _draw_sheet(run))
    if run.step:
        save_figure(run.path / "loss.png", _draw_curves(run))


def save_figure(path: Path, figure: Figure) -> None:
    """Writes a figure as PNG, one pixel for each of its pixels; see `hdd.files.replace_file`."""
    with replace_file(path) as partial:
        figure.savefig(partial, format="png", dpi=100)


def _draw_sheet(run: Run) -> Figure:
    step = run.kept_steps()[-1]
    pixels = run.to_pixels(run.images(step))
    left_out = ~run.mask_at(step).kept
    pixels[left_out] = faint(pixels[left_out])
    return named_rows(enlarged(sheet(pixels), pixels.shape[-1]), run.classes)


def enlarged(picture: np.ndarray, side: int) -> np.ndarray:
    """A picture (height, width, 3) of images with this side in pixels, which are enlarged to about `SHEET_SIDE`."""
    factor = max(1, SHEET_SIDE // side)
    return picture.repeat(factor, axis=0).repeat(factor, axis=1)


def named_rows(picture: np.ndarray, classes: Sequence[str], headings: Mapping[int, str] | None = None) -> Figure:
    """A picture with a row for each class, and the names of the classes beside it.

    Args:
        picture: uint8 (height, width, 3).
        classes: the names, from the first row to the last.
        headings: texts above the picture, by the pixel at which they begin.
    """
    height, width, _ = picture.shape
    names = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name in classes]
    margin, above = 16 + 7 * max(map(len, names)), HEADING if headings else 0
    figure = Figure(figsize=((width + margin) / 100, (height + above) / 100), facecolor="white")
    figure.figimage(picture, margin, 0)
    row = height / len(names)
    for label, name in enumerate(names):
        figure.text(
            (margin - 8) / (width + margin), (height - (label + 0.5) * row) / (height + above), name, ha="right",
            va="center", fontsize=8, parse_math=False,
        )  # fmt: skip
    for left, text in (headings or {}).items():
        figure.text((margin + left) / (width + margin), (height + above / 2) / (height + above), text, va="center",
                    fontsize=9, parse_math=False)  # fmt: skip
    return figure


def _draw_curves(run: Run) -> Figure:
    records = run.metrics()
    steps = [record.step for record in records]

    def recorded(column: str) -> np.ndarray:
        return np.stack([record.column(column) for record in records])

    figure = Figure(figsize=(9, 6), layout="constrained")
    loss, radius = figure.subplots(2, 1, sharex=True)
    per_class = recorded("loss")
    loss.plot(steps, per_class, color="0.75", linewidth=0.5)
    loss.plot(steps, per_class.mean(axis=1), color="C0", label="mean of the classes (elsewhere the loss is their sum)")
    loss.set(ylabel="loss of a class", yscale="log" if per_class.min() > 0 else "linear")
    for color, side in (("C0", "real"), ("C1", "synthetic")):
        low, middle, high = (recorded(f"{side}_radius_q{q}").mean(axis=1) for q in (10, 50, 90))
        radius.fill_between(steps, low, high, color=color, alpha=0.2, linewidth=0)
        radius.plot(steps, middle, color=color, label=f"{side}: median, 10 to 90 %")
    radius.set(ylabel="√|K|·radius of features", xlabel="step", ylim=(0, None))
    for step, names in _edit_marks(run, closest=steps[-1] / 40):
        for axes in (loss, radius):
            axes.axvline(step, color="C3", linewidth=0.8, linestyle=":")
        more = [f"… {len(names) - EDITS_NAMED} more"] if len(names) > EDITS_NAMED else []
        named = loss.annotate(
            ", ".join(names[:EDITS_NAMED] + more), (step, 1), xycoords=("data", "axes fraction"), rotation=90,
            xytext=(2, -4), textcoords="offset points", va="top", fontsize=7, color="C3", parse_math=False,
        )  # fmt: skip
        named.set_in_layout(False)
    for axes in (loss, radius):
        axes.legend(loc="lower left", fontsize=8, frameon=False)
    return figure


def _edit_marks(run: Run, closest: float) -> list[tuple[int, list[str]]]:
    """Steps at which knobs were changed, with the changes. Changes within `closest` steps of a mark share that mark."""
    marks: list[tuple[int, list[str]]] = []
    for edit in run.steered():
        if not marks or edit.applied_at - marks[-1][0] > closest:
            marks.append((edit.applied_at, []))
        marks[-1][1].append(f"{edit.name}={edit.value}")
    return marks
