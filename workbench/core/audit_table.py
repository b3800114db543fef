"""What an audit found, as a table with a row for each image, that can be sorted, filtered and read page by page."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hdd.sets.marks import Mark, Verdict
from hdd.sets.preflight import Severity

SEVERITIES = tuple(str(each) for each in reversed(Severity))
"""From the most serious one on."""

SHOWS = ("all images", "with issues", "without a verdict", *(f"verdict: {each}" for each in Verdict))
"""What the table can be filtered by, apart from the tags."""

TAG = "tag: "
NOTHING = Mark()

PAGE = 40
"""Rows that are shown at a time."""

ISSUE, VERDICT = "issue", "verdict"


@dataclass(frozen=True)
class Order:
    """How the rows are ordered: by the column of this title, falling or rising."""

    title: str = ISSUE
    falls: bool = True


@dataclass(frozen=True)
class Row:
    """An image of the set.

    Attributes:
        image: its number in the set, after decoding.
        name: its class and its number within the class.
        severity: of its worst issue; "" if it has none.
        words: all its issues.
        values: its figures, in the order of the titles, in words.
    """

    image: int
    name: str
    severity: str
    words: str
    values: tuple[str, ...]


class AuditTable:
    """What an audit of one step found.

    Args:
        result: what `hdd audit --json` gives.
        places: returns the class and the number within the class of an image, by its number in the set after decoding.
        classes: the names of the classes.

    Attributes:
        images: (R,) the images that were looked at.
        figures: the figures of the whole set, as `hdd.audit.Measure.as_dict` has them.
        titles: the names of the figures that single images have.
    """

    def __init__(self, result: Mapping[str, Any], places: Callable[[int], tuple[int, int]], classes: list[str]) -> None:
        self.images = np.asarray(result["looked at"], np.int64)
        self.of = int(result["images"])
        self.figures: list[dict[str, Any]] = result["figures"]
        self.preflight: list[dict[str, Any]] = result["preflight"]
        single = [figure for figure in self.figures if figure["per image"] is not None]
        self.titles = tuple(figure["name"] for figure in single)
        self.values = np.array([figure["per image"] for figure in single], float).reshape(len(single), -1).T
        self._places = [places(int(image)) for image in self.images]
        self._classes = classes
        self._issues: dict[int, list[dict[str, Any]]] = {}
        for issue in result["issues"]:
            self._issues.setdefault(issue["image"], []).append(issue)

    @cached_property
    def _seriousness(self) -> np.ndarray:
        """(R,) larger for images with worse issues, 0 for those without any."""
        found: list[float] = []
        for image in self.images.tolist():
            issues = self._issues.get(image, [])
            ranks = [(len(SEVERITIES) - SEVERITIES.index(each["severity"]), each["beyond"]) for each in issues]
            rank, beyond = max(ranks, default=(0, 0.0))
            found.append(rank + (beyond / (1 + beyond)) if rank else 0.0)
        return np.array(found)

    def count(self, severity: str) -> int:
        """How many images have an issue of this severity."""
        return sum(any(each["severity"] == severity for each in issues) for issues in self._issues.values())

    def rows(self, order: Order, shows: str, marks: Mapping[int, Mark]) -> list[int]:
        """The positions of the rows to show, in order.

        Args:
            order: how they are ordered; equal ones keep the order of the set.
            shows: one of `SHOWS`, or `TAG` and a tag.
            marks: by image.
        """
        keys = self._seriousness
        if order.title in self.titles:
            keys = self.values[:, self.titles.index(order.title)]
        elif order.title == VERDICT:
            ranks = {None: 0, Verdict.KEEP: 1, Verdict.DOUBT: 2, Verdict.DROP: 3}
            keys = np.array([ranks[marks.get(int(image), NOTHING).verdict] for image in self.images])
        elif order.title != ISSUE:
            keys = np.arange(len(self.images))
        shown = np.argsort(-keys if order.falls else keys, kind="stable")
        return [int(row) for row in shown if self._is_shown(int(self.images[row]), shows, marks)]

    def _is_shown(self, image: int, shows: str, marks: Mapping[int, Mark]) -> bool:
        mark = marks.get(image, NOTHING)
        if shows == "with issues":
            return image in self._issues
        if shows == "without a verdict":
            return mark.verdict is None
        return shows in ("all images", f"verdict: {mark.verdict}", *(f"{TAG}{tag}" for tag in mark.tags))

    def row(self, position: int) -> Row:
        """A row by its position in `images`."""
        image = int(self.images[position])
        label, number = self._places[position]
        issues = sorted(self._issues.get(image, []), key=lambda each: SEVERITIES.index(each["severity"]))
        return Row(
            image,
            f"{self._classes[label]} #{number + 1}",
            issues[0]["severity"] if issues else "",
            " ".join(each["words"] for each in issues),
            tuple("" if np.isnan(value) else f"{value:.3g}" for value in self.values[position]),
        )

    def place(self, position: int) -> tuple[int, int]:
        """The class of the image in a row, and its number within the class."""
        return self._places[position]

    def as_csv(self, marks: Mapping[int, Mark]) -> bytes:
        """All images with their figures, issues, verdicts and tags."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(["image", "class", "number", *self.titles, "severity", "issues", "verdict", "tags"])
        for position in range(len(self.images)):
            row, (label, number) = self.row(position), self._places[position]
            mark = marks.get(row.image, NOTHING)
            values = ["" if np.isnan(each) else each for each in self.values[position].tolist()]
            about = [row.image, self._classes[label], number, *values]
            writer.writerow([*about, row.severity, row.words, mark.verdict or "", ", ".join(mark.tags)])
        return file.getvalue().encode()
