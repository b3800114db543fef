"""A selected real image, or several selected images of any kind."""

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench.component import Component
from workbench.core.frame import Frame
from workbench.session import Session
from workbench.theme import HIDDEN, Text, facts, show
from workbench.views.strip import WIDTH, Strip

SHOWN = 8
"""Images in the strip."""


class SelectedImages(Component):
    """One real image with its facts, or several images with a table of their classes.

    Args:
        session: whose selection is shown.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._title = Text("", variant="body2", margin=10)
        self._one = Strip(3, 118, "The selected image:")
        self._many = Strip(SHOWN, 60, "The first of the selected images:")
        self._single, self._strip = (pmui.Column(each, margin=0, sx=HIDDEN) for each in (self._one, self._many))
        self._table = pn.pane.HTML("", width=WIDTH, margin=(4, 8))
        self._panel = pn.Column(self._title, self._single, self._strip, self._table, margin=0)

    def update(self, frame: Frame) -> None:
        """Shows what is selected, as far as it is known."""
        selection, layout = self._session.selection, self._session.source.layout
        images = [image for place in selection.synthetic if (image := layout.image(*place)) is not None]
        sample = frame.sample
        rows = [] if sample is None else [row for number in selection.real if (row := sample.row(number)) is not None]
        single = not images and len(selection.real) == 1
        show(self._single, single)
        show(self._strip, not single)
        pictures: list[np.ndarray] = []
        if frame.images is not None and images:
            pictures += list(self._session.source.to_pixels(frame.images[images[:SHOWN]]))
        if sample is not None:
            pictures += list(sample.pixels[rows[:SHOWN]])
        strip = self._one if single else self._many
        strip.draw(np.stack(pictures[:SHOWN]) if pictures else np.zeros((0, 1, 1, 1), np.uint8), [])
        if single and rows:
            self._describe_one(frame, rows[0], selection.real[0])
        else:
            unseen = len(selection.real) - len(rows)
            self._describe_many(frame, images, rows, unseen)

    def _describe_one(self, frame: Frame, row: int, number: int) -> None:
        assert frame.sample is not None, "the image was found in the sample"
        classes = self._session.source.classes
        self._title.object = "Real image"
        about = [("class", classes[frame.sample.labels[row]]), ("training image", str(number))]
        if frame.disk is not None:
            points = frame.disk.projection
            about += [
                ("√|K|·radius", f"{points.real_radius[row]:#.4g}"),
                ("√|K|·distance to ▢", f"{points.real_distance[row]:#.4g}"),
                ("nearest centroid", classes[points.real_nearest[row]]),
                ("pruning", "kept" if points.kept[row] else "left out of matching"),
            ]
        self._table.object = facts(about)

    def _describe_many(self, frame: Frame, images: list[int], rows: list[int], unseen: int) -> None:
        names, layout = self._session.source.classes, self._session.source.layout
        count = len(images) + len(rows) + unseen
        title = f"{count} images: {len(images)} synthetic, {len(rows) + unseen} real"
        self._title.object = title + (f" ({unseen} not among those drawn)" if unseen else "")
        own = layout.labels[images]
        real = np.zeros(0, int) if frame.sample is None else frame.sample.labels[rows]
        distances = np.full(len(images) + len(rows), np.nan)
        if frame.disk is not None:
            points = frame.disk.projection
            own_distances = layout.by_image(points.synthetic_distance)[images].mean(axis=1)
            distances = np.concatenate([own_distances, points.real_distance[rows]])
        labels = np.concatenate([own, real])
        self._table.object = facts(
            [
                (
                    names[label],
                    str(int((own == label).sum())),
                    str(int((real == label).sum())),
                    "–" if np.isnan(mean := distances[labels == label].mean()) else f"{mean:.3g}",
                )
                for label in np.unique(labels).tolist()
            ],
            ("class", "synthetic", "real", "mean distance to ▢"),
        )
