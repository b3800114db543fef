"""Writes an audit as one page of HTML that needs nothing else."""

import json
import os
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.colors import to_hex

from hdd.audit import METRICS, Audit, Issue, Measure, Severity
from hdd.audit.pictures import COLUMNS, ROWS, as_disk, as_png, as_sheet, colour_of
from hdd.pages import write_page
from hdd.projection.views import VIEWS
from hdd.sets.formats.picture_files import pixels_of
from hdd.sets.preflight import Report

ISSUES_SHOWN = 60
CLASSES_NAMED = 20
TEMPLATE = Path(__file__).with_name("report.html")


def save_report(audit: Audit, preflight: Report, name: str, path: str | os.PathLike[str]) -> None:
    """Writes the report of an audit.

    Args:
        audit: what was measured.
        preflight: what the checks of the file found.
        name: of the set, for people.
        path: of the file.

    Raises:
        HDDError: the file cannot be written.
    """
    write_page(TEMPLATE, path, **_content(audit, preflight, name))


def _content(audit: Audit, preflight: Report, name: str) -> dict[str, Any]:
    subject, issues = audit.subject, audit.issues
    made, labels, accuracy = subject.synthetic, subject.labels, subject.space.network_accuracy
    _, channels, height, width = made.images.shape
    network = "a random network" if accuracy is None else f"a network with {100 * accuracy:.0f} % on real test images"
    pixels, there = pixels_of(made), np.unique(labels)
    problems, warnings = (audit.images_with(each) for each in (Severity.PROBLEM, Severity.WARNING))
    return {
        "name": name,
        "shape": f"{subject.of} images of {channels}×{height}×{width} numbers, {len(subject.classes)} classes",
        "dataset": subject.data.name,
        "network": f"features of {network}",
        "made": f"{datetime.now():%Y-%m-%d %H:%M}, hdd-workbench {version('hdd-workbench')}",
        "counts": {"problem": len(problems), "warning": len(warnings - problems)},
        "of": subject.of,
        "looked_at": len(labels),
        "findings": preflight.findings,
        "sheet": as_sheet(subject),
        "sheet_part": len(there) > ROWS or int(np.bincount(labels).max()) > COLUMNS,
        "disk": Markup(as_disk(subject)),
        "view": VIEWS[next(iter(VIEWS))].title,
        "key": [
            {"name": each, "colour": to_hex(colour_of(label))}
            for label, each in enumerate(subject.classes[:CLASSES_NAMED])
        ],
        "issues": [_issue(audit, each, pixels) for each in issues[:ISSUES_SHOWN]],
        "more": max(0, len(issues) - ISSUES_SHOWN),
        "figures": [_figure(each) for each in audit.figures],
        "metrics": [METRICS.get(each) for each in audit.measures],
        "provenance": json.dumps(dict(made.provenance), indent=2, ensure_ascii=False, default=str),
    }


def _issue(audit: Audit, issue: Issue, pixels: np.ndarray) -> dict[str, Any]:
    """What the page shows of an issue: the image, and beside it the one that shows the issue."""
    subject, other, name = audit.subject, "", ""
    if issue.real is not None:
        other = as_png(subject.data.train_images[issue.real].numpy())
        label = int(subject.data.train_labels[issue.real])
        name = f"training image {issue.real}, {subject.classes[label]}"
    elif issue.other is not None:
        other = as_png(pixels[issue.other])
        name = f"{subject.chosen[issue.other]}, {subject.classes[subject.labels[issue.other]]}"
    return {
        "image": int(subject.chosen[issue.image]),
        "label": subject.classes[subject.labels[issue.image]],
        "picture": as_png(pixels[issue.image]),
        "other": other,
        "other_name": name,
        "severity": issue.severity,
        "words": issue.words,
    }


def _figure(figure: Measure) -> dict[str, str]:
    return {
        "name": figure.name,
        "unit": figure.unit,
        "value": _number(figure.value),
        "interval": "" if figure.interval is None else " to ".join(map(_number, figure.interval)),
        "control": _number(figure.control),
        "words": figure.words,
    }


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")
