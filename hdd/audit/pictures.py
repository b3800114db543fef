"""The pictures of a report: images as PNG, and the disk as SVG, as texts that stand in a page."""

import io

import matplotlib
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from hdd.audit.subject import Subject
from hdd.geometry import to_ball
from hdd.pixels import sheet
from hdd.projection.views import VIEWS
from hdd.runs.pictures import enlarged
from hdd.sets.formats.picture_files import pixels_of, png_address

SIDE = 64
"""Pixels to which the side of a single image is enlarged, by a whole factor."""

COLUMNS, ROWS = 20, 100
"""Images of a class, and classes, that the sheet shows at most."""

REAL_POINTS = 600
"""Real images that the disk shows, at most."""


def colour_of(label: int) -> tuple[float, float, float, float]:
    """The colour of a class; after twenty classes they repeat."""
    return matplotlib.colormaps["tab20"](label % 20)


def as_png(pixels: np.ndarray) -> str:
    """An image (channels, H, W) uint8 as the address of a PNG, enlarged to about `SIDE` pixels."""
    factor = max(1, SIDE // pixels.shape[-1])
    return png_address(pixels.repeat(factor, axis=1).repeat(factor, axis=2))


def as_sheet(subject: Subject) -> str:
    """The images of the set, a row for each class, as the address of a PNG."""
    pixels, labels = pixels_of(subject.synthetic), subject.labels
    present = np.unique(labels)[:ROWS]
    rows = np.full((len(present), COLUMNS, *pixels.shape[1:]), 255, np.uint8)
    for row, label in enumerate(present):
        own = np.flatnonzero(labels == label)[:COLUMNS]
        rows[row, : len(own)] = pixels[own]
    used = int(min(COLUMNS, np.bincount(labels).max()))
    return png_address(enlarged(sheet(rows[:, :used]), pixels.shape[-1]).transpose(2, 0, 1))


def as_disk(subject: Subject) -> str:
    """The set and real images in the first view, as SVG."""
    space = subject.space
    drawn = space.project(subject.images.normalised, subject.labels, space.initial_geometry, next(iter(VIEWS)))
    every = max(1, -(-len(drawn.real) // REAL_POINTS))
    figure = Figure(figsize=(6, 6), facecolor="none")
    axes = figure.add_axes((0, 0, 1, 1))
    layers = ((drawn.real[::every], space.labels[::every], 6, 0.35), (drawn.synthetic, subject.labels, 26, 1.0))
    for points, labels, size, alpha in layers:
        x, y = to_ball(torch.from_numpy(points)).numpy().T
        axes.scatter(x, y, size, [colour_of(label) for label in labels], alpha=alpha, linewidths=0)
    for points, marker in ((drawn.real_centroids, "s"), (drawn.synthetic_centroids, "*")):
        there = ~np.isnan(points).any(axis=1)
        x, y = to_ball(torch.from_numpy(points[there])).numpy().T
        edges = [colour_of(label) for label in np.flatnonzero(there).tolist()]
        axes.scatter(x, y, 90, "none" if marker == "s" else edges, marker=marker, edgecolors=edges, linewidths=1.5)
    axes.add_patch(Circle((0, 0), 1, fill=False, color="0.5"))
    axes.set(xlim=(-1.02, 1.02), ylim=(-1.02, 1.02), aspect="equal")
    axes.axis("off")
    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "hdd audit", "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    found = text.getvalue()
    return found[found.index("<svg") :]
