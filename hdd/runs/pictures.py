"""PNG pictures that an engine writes into the run directory: the synthetic set and its curves.

They are made when an engine stops or finishes, but not while it is running and not when it is killed.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from hdd.files import replace_file
from hdd.pixels import sheet
from hdd.runs.run import Run

SHEET_SIDE = 32
"""On the sheet, smaller images are enlarged by a whole factor, to at most this side in pixels."""

LONGEST_NAME = 20

EDITS_NAMED = 3
"""If many edits lie close together, only this many are named."""


def save_pictures(run: Run) -> None:
    """Writes synthetic.png (one named row per class) and loss.png (loss, radii and edits over the steps)."""
    _save(run.path / "synthetic.png", _draw_sheet(run))
    if run.step:
        _save(run.path / "loss.png", _draw_curves(run))


def _save(path: Path, figure: Figure) -> None:
    with replace_file(path) as partial:
        figure.savefig(partial, format="png", dpi=100)


def _draw_sheet(run: Run) -> Figure:
    pixels = run.to_pixels(run.images(run.kept_steps()[-1]))
    enlarge = max(1, SHEET_SIDE // pixels.shape[-1])
    picture = Image.fromarray(sheet(pixels))
    picture = picture.resize((picture.width * enlarge, picture.height * enlarge), Image.Resampling.NEAREST)
    names = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name in run.classes]
    margin = 16 + 7 * max(map(len, names))
    figure = Figure(figsize=((picture.width + margin) / 100, picture.height / 100), facecolor="white")
    figure.figimage(np.asarray(picture), margin, 0)
    row = 1 / pixels.shape[0]
    for label, name in enumerate(names):
        figure.text(
            (margin - 8) / (picture.width + margin), 1 - (label + 0.5) * row, name, ha="right", va="center",
            fontsize=8, parse_math=False,
        )  # fmt: skip
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
