"""Judges a distilled set, whoever made it: one metric a file, each against unseen real images as a control.

Another package adds a metric by an entry point of the group `hdd_workbench.metrics`, which has the name of the metric.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from hdd.audit.base import Issue, Measure, Metric
from hdd.audit.subject import Subject
from hdd.registry import Registry
from hdd.sets.preflight import Severity

__all__ = ["METRICS", "Audit", "Issue", "Measure", "Metric", "Severity", "Subject", "audit", "default_metrics"]

METRICS: Registry[Metric] = Registry(
    "metric",
    "hdd_workbench.metrics",
    {
        "copies": "hdd.audit.copies:PIXELS",
        "feature-copies": "hdd.audit.copies:FEATURES",
        "redundancy": "hdd.audit.redundancy:METRIC",
        "agreement": "hdd.audit.agreement:METRIC",
        "drift": "hdd.audit.drift:METRIC",
        "manifolds": "hdd.audit.manifolds:METRIC",
        "kid": "hdd.audit.kid:METRIC",
        "spread": "hdd.audit.spread:METRIC",
        "pixels": "hdd.audit.pixels:METRIC",
        "level": "hdd.audit.level:METRIC",
        "training": "hdd.audit.training:METRIC",
    },
    lambda _, found: None if isinstance(found, Metric) else "it is no hdd.audit.Metric",
)

_ORDER = tuple(reversed(Severity))


@dataclass(frozen=True, eq=False)
class Audit:
    """What the metrics found.

    Attributes:
        subject: what was looked at.
        measures: by the name of the metric, in the order of the registry.
    """

    subject: Subject
    measures: dict[str, list[Measure]]

    @property
    def figures(self) -> list[Measure]:
        """All figures."""
        return [figure for found in self.measures.values() for figure in found]

    @property
    def issues(self) -> list[Issue]:
        """All issues of single images, the worst first."""
        found = [issue for figure in self.figures for issue in figure.issues]
        return sorted(found, key=lambda issue: (_ORDER.index(issue.severity), -issue.beyond, issue.image))

    def images_with(self, severity: Severity) -> set[int]:
        """The images of the set that have an issue of this severity."""
        return {issue.image for issue in self.issues if issue.severity == severity}

    def as_dict(self) -> dict[str, Any]:
        """The audit, JSON-compatible. Images are named by their index in the given set, after decoding."""
        chosen = self.subject.chosen
        issues = [{**asdict(issue), "image": int(chosen[issue.image])} for issue in self.issues]
        for issue in issues:
            if issue["other"] is not None:
                issue["other"] = int(chosen[issue["other"]])
        return {
            "images": self.subject.of,
            "looked at": chosen.tolist(),
            "network accuracy": self.subject.space.network_accuracy,
            "figures": [{"metric": name} | each.as_dict() for name, found in self.measures.items() for each in found],
            "issues": issues,
        }


def default_metrics() -> tuple[str, ...]:
    """The names of the metrics that train nothing."""
    return tuple(name for name in METRICS.names() if not METRICS.get(name).trains)


def audit(subject: Subject, metrics: Iterable[str] | None = None) -> Audit:
    """Measures a set. The progress of `subject` is told before each metric, and while one trains.

    Args:
        subject: the set.
        metrics: names in `METRICS`; None takes all that train nothing.

    Raises:
        HDDError: there is no such metric.
    """
    names = default_metrics() if metrics is None else tuple(metrics)
    chosen = {name: METRICS.get(name) for name in names}
    measures: dict[str, list[Measure]] = {}
    for place, (name, metric) in enumerate(chosen.items()):
        if subject.progress is not None:
            subject.progress(metric.title, place, len(chosen))
        measures[name] = metric.measure(subject)
    return Audit(subject, measures)
