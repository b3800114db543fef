"""Whether the labels number the classes as the data set does, and how many images each class has."""

# pyright: standard

from typing import Any

import numpy as np

from hdd.sets.decoders import DECODERS
from hdd.sets.fitting import NAMES_UNKNOWN, about_file
from hdd.sets.preflight.base import Alternative, Finding, Severity, Subject
from hdd.sets.reading import ALPHABETICAL, IN_ORDER, STRING_ORDER

CHECK = "classes"
SHARE = 0.5
"""Of what a linear classifier does better than chance on real images, it should do this share on the set."""
CLEAR = 3.0
"""Standard deviations by which another order must be better, or this one no better than chance."""


def _orders(names: tuple[str, ...]) -> dict[str, list[int]]:
    """For each order that is common in published files, the class that each label then stands for."""
    count = len(names)
    return {
        IN_ORDER: list(range(count)),
        ALPHABETICAL: sorted(range(count), key=names.__getitem__),
        STRING_ORDER: [int(each) for each in sorted(map(str, range(count)))],
    }


def check(subject: Subject) -> list[Finding]:
    """Asks a linear classifier of the real images which classes the images look like."""
    return [*_counts(subject), *_order(subject)]


def _counts(subject: Subject) -> list[Finding]:
    counts, names = subject.fitted.counts, subject.fitted.classes
    missing = [name for name, count in zip(names, counts, strict=True) if count == 0]
    evidence = {"images per class": list(counts), "missing": missing}
    if missing:
        shown = ", ".join(missing[:5]) + (", …" if missing[5:] else "")
        words = (
            f"{len(missing)} of {len(names)} classes have no images: {shown}. A network cannot learn them from the set."
        )
        return [Finding(CHECK, Severity.WARNING, words, evidence)]
    low, high = min(counts), max(counts)
    each = f"{low} images" if low == high else f"{low} to {high} images"
    return [Finding(CHECK, Severity.NOTE, f"Each of the {len(names)} classes has {each}.", evidence)]


def _order(subject: Subject) -> list[Finding]:
    # Loaded here, as the page reads findings and would wait for scipy when it opens.
    from scipy.optimize import linear_sum_assignment

    decoder = DECODERS[subject.fitted.decoder]
    stored = np.repeat(subject.synthetic.hard_labels, decoder.held)
    labels, seen = (
        np.repeat(subject.fitted.hard_labels, decoder.held),
        subject.predicted(decoder.decode(subject.fractions)),
    )
    count, classes = len(labels), len(subject.fitted.classes)
    own = float((seen == labels).mean())
    chance = 1 / classes
    spread = float(np.sqrt(chance * (1 - chance) / count))
    table = np.zeros((classes, classes))
    np.add.at(table, (labels, seen), 1)
    rows, columns = linear_sum_assignment(-table)
    evidence: dict[str, Any] = {
        "right as read": own,
        "right on real test images": subject.real_accuracy,
        "chance": chance,
        "right with the best order": float(table[rows, columns].sum() / count),
    }
    numbers = (
        f"a linear classifier of real images is right for {100 * own:.0f} % of the {count} images; on real test images "
        f"for {100 * subject.real_accuracy:.0f} %, by chance for {100 * chance:.1f} %"
    )
    # Only a file whose labels have no names can be in another order.
    current = about_file(subject.synthetic).get(NAMES_UNKNOWN)
    if current is not None and len(subject.synthetic.classes) == classes:
        tried = {
            order: float((seen == np.asarray(meaning)[stored]).mean())
            for order, meaning in _orders(subject.fitted.classes).items()
        }
        evidence["right in each order"] = tried
        best = max(tried, key=tried.__getitem__)
        if tried[best] - own > CLEAR * np.sqrt(max(own * (1 - own), chance * (1 - chance)) / count):
            words = (
                f"The labels fit the classes better in another order ({numbers}; {best}: {100 * tried[best]:.0f} %)."
            )
            other = Alternative({"classes": best}, f"right for {100 * tried[best]:.0f} %")
            return [Finding(CHECK, Severity.WARNING, words, evidence, (other,))]
    real = subject.real_accuracy
    if real > chance + 0.1 and own < chance + spread and count >= 3 * classes:
        words = f"The images do not look like the classes of their labels: {numbers}."
        return [Finding(CHECK, Severity.WARNING, words, evidence)]
    worse = real - own > CLEAR * np.sqrt(max(real * (1 - real), chance * (1 - chance)) / count)
    if real > chance + 0.1 and worse and own - chance < SHARE * (real - chance) and count >= 2 * classes:
        words = (
            f"Fewer images look like the classes of their labels than real ones do: {numbers}. Some labels may number "
            "other classes than those of the data set: if so, name the classes in label order with classes=…"
        )
        return [Finding(CHECK, Severity.WARNING, words, evidence)]
    return [Finding(CHECK, Severity.NOTE, f"The labels are taken in the order of the data set: {numbers}.", evidence)]
