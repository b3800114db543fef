"""The disk by keyboard, and in words for those who do not see it."""

from collections.abc import Callable

import numpy as np

from workbench.core.cursor import Cursor
from workbench.core.frame import Frame
from workbench.session import Session
from workbench.views.canvas_access import CanvasAccess
from workbench.views.disk_plot import DiskPlot
from workbench.views.selection_words import selection_text


class DiskKeys:
    """Moves a ring from point to point by keys, and selects the point inside it.

    Args:
        session: whose selection changes.
        plot: the disk.
        frame: returns the frame that the disk shows, None before the first.
    """

    def __init__(self, session: Session, plot: DiskPlot, frame: Callable[[], Frame | None]) -> None:
        self._session = session
        self._plot = plot
        self._cursor: Cursor | None = None
        self._last = Cursor()
        self._frame = frame
        self._access = CanvasAccess(
            plot.figure, "Disk of real and synthetic images. Arrow keys go from point to point.", self._pressed
        )

    def update(self, summary: str) -> None:
        """Shows the ring where the keyboard is, and tells what is shown and selected."""
        selection = self._session.selection
        shown = f"Showing {', '.join(selection.classes)}. " if selection.classes else ""
        self._access.say(
            f"{summary} {shown}{selection_text(selection, self._session.source.classes)}", self._cursor_text()
        )
        image, number = self._point(self._cursor)
        self._plot.put_cursor(image, number)

    def _pressed(self, key: str, add: bool) -> None:
        selection, cursor = self._session.selection, self._cursor or self._last
        if key == "blur":
            self._cursor = None
        elif key == "Escape":
            selection.clear()
        elif key in ("Enter", " ") and self._cursor is not None:
            image, number = self._point(cursor)
            if number is not None or image is not None:
                selection.click(add, None if image is None else (cursor.label, cursor.index), number)
        elif key == "r":
            self._cursor = Cursor(cursor.label, 0, not cursor.real).moved("", self._counts(not cursor.real))
        else:
            self._cursor = cursor.moved("" if self._cursor is None else key, self._counts(cursor.real))
        self._last = self._cursor or self._last
        self._session.refresh()

    def _counts(self, real: bool) -> np.ndarray:
        """(C,) the numbers of images of the classes that are drawn."""
        classes, chosen = self._session.source.classes, self._session.selection.classes
        counts = self._session.source.layout.counts
        if real:
            frame = self._frame()
            sample = None if frame is None else frame.sample
            labels = np.zeros(0, int) if sample is None else sample.labels
            counts = np.bincount(labels, minlength=len(classes))[: len(classes)]
        return counts * np.array([not chosen or name in chosen for name in classes])

    def _point(self, cursor: Cursor | None) -> tuple[int | None, int | None]:
        """The synthetic image at a place, or the index of the real one."""
        if cursor is None:
            return None, None
        if not cursor.real:
            return self._session.source.layout.image(cursor.label, cursor.index), None
        frame = self._frame()
        sample = None if frame is None else frame.sample
        if sample is None:
            return None, None
        own = sample.indices[sample.labels == cursor.label]
        return None, int(own[cursor.index]) if cursor.index < len(own) else None

    def _cursor_text(self) -> str:
        cursor, frame = self._cursor, self._frame()
        image, number = self._point(cursor)
        if cursor is None or frame is None or frame.disk is None or (image is None and number is None):
            return ""
        points, selection, layout = frame.disk.projection, self._session.selection, self._session.source.layout
        name = self._session.source.classes[cursor.label]
        if image is not None:
            chosen = (cursor.label, cursor.index) in selection.synthetic
            distance = layout.by_image(points.synthetic_distance)[image].mean()
            what = f"synthetic image {cursor.index + 1}"
        else:
            assert number is not None and frame.sample is not None
            row = frame.sample.row(number)
            chosen = number in selection.real
            what, distance = f"real image {number}", np.nan if row is None else points.real_distance[row]
        return f"{name}, {what}, {distance:.3g} from its centroid{', selected' if chosen else ''}"
