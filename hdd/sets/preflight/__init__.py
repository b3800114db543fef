"""Checks a set that somebody published against the real images that it stands for.

Each check is a file of its own. What it suggests is applied by nobody but the user, by a `hdd.sets.Reading`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from hdd.errors import HDDError
from hdd.sets.preflight import channels, classes, duplicates, labels, quadrants, values, whitening
from hdd.sets.preflight.base import Alternative, Finding, Severity, Subject
from hdd.sets.synthetic_set import SyntheticSet

if TYPE_CHECKING:
    from hdd.data import Dataset

__all__ = ["Alternative", "Finding", "Report", "Severity", "preflight"]

CHECKS: tuple[Callable[[Subject], list[Finding]], ...] = (
    values.check,
    whitening.check,
    channels.check,
    quadrants.check,
    classes.check,
    labels.check,
    duplicates.check,
)


@dataclass(frozen=True)
class Report:
    """What the checks found.

    Attributes:
        fitted: the set as images of the data set; None if it does not fit.
    """

    findings: tuple[Finding, ...]
    fitted: SyntheticSet | None

    @property
    def clean(self) -> bool:
        """Whether nothing has to be looked into."""
        return all(each.severity == Severity.NOTE for each in self.findings)

    @property
    def suggested(self) -> dict[str, str]:
        """The likeliest other reading of each finding, together."""
        return {
            name: value
            for each in self.findings
            for other in each.alternatives[:1]
            for name, value in other.reading.items()
        }

    def as_dicts(self) -> list[dict[str, Any]]:
        """The findings as JSON-compatible values."""
        return [asdict(each) for each in self.findings]


def preflight(synthetic: SyntheticSet, data: Dataset) -> Report:
    """Compares a set with the real images that it was distilled from.

    Args:
        synthetic: the set, as `hdd.sets.load` returns it.
        data: the real images.
    """
    try:
        subject = Subject(synthetic, data)
    except HDDError as error:
        return Report((Finding("fit", Severity.PROBLEM, str(error)),), None)
    return Report(tuple(finding for check in CHECKS for finding in check(subject)), subject.fitted)
