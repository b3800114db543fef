"""Whether each stored image holds four of half its side, as IDM, IDC, DREAM, DANCE and NCFM store them."""

import numpy as np

from hdd.sets.preflight.base import Alternative, Finding, Severity, Subject

CHECK = "quadrants"
SEAM, NO_SEAM = 1.5, 1.15


def _seam(images: np.ndarray) -> float:
    """Mean difference between the two middle rows, over the median of that between other neighbouring rows."""
    steps = np.abs(np.diff(images, axis=2)).mean(axis=(0, 1, 3))
    middle = len(steps) // 2
    others = float(np.median(np.delete(steps, middle)))
    return float(steps[middle]) / others if others > 0 else 1.0


def check(subject: Subject) -> list[Finding]:
    """Looks for seams in the middle of the images."""
    images = subject.fractions
    height, width = images.shape[2:]
    if height % 2 or width % 2 or min(height, width) < 8:
        return []
    seams = {"rows": _seam(images), "columns": _seam(images.transpose(0, 1, 3, 2))}
    lowest, decoder = min(seams.values()), subject.synthetic.decoder
    numbers = (
        f"pixels differ across the middle {seams['rows']:.2f} (rows) and {seams['columns']:.2f} (columns) times as "
        "much as elsewhere"
    )
    evidence = {"seams": seams, "decoder": decoder}
    if decoder == "plain" and lowest > SEAM:
        other = Alternative({"decoder": "quadrants"}, "cut each stored image into four, and enlarge them")
        words = f"Each image seems to hold four ({numbers})."
        return [Finding(CHECK, Severity.WARNING, words, evidence, (other,))]
    if decoder == "quadrants" and lowest < NO_SEAM:
        other = Alternative({"decoder": "plain"}, "take each stored image as one")
        words = f"The images are read as four each, but no seam is seen ({numbers})."
        return [Finding(CHECK, Severity.WARNING, words, evidence, (other,))]
    fits = "four images each" if decoder == "quadrants" else "one image each"
    return [Finding(CHECK, Severity.NOTE, f"Stored images are read as {fits}, which fits: {numbers}.", evidence)]
