"""Images that occur twice, or are real ones."""

from collections import defaultdict

import numpy as np

from hdd.sets.preflight.base import Finding, Severity, Subject

CHECK = "duplicates"


def check(subject: Subject) -> list[Finding]:
    """Compares the images, and their pixels with all real training images."""
    labels = subject.fitted.hard_labels
    places: dict[bytes, list[int]] = defaultdict(list)
    for place, image in enumerate(subject.synthetic.images):
        places[image.tobytes()].append(place)
    groups = [group for group in places.values() if len(group) > 1]
    crossing = [group for group in groups if len(set(labels[group].tolist())) > 1]
    extra = sum(len(group) - 1 for group in groups)
    pixels = np.rint(subject.fractions * 255)
    exact = np.abs(pixels - subject.fractions * 255).max(axis=(1, 2, 3)) < 1e-2
    own = {image.astype(np.uint8).tobytes() for image in pixels[exact]}
    real = sum(image.tobytes() in own for image in subject.data.train_images.numpy()) if own else 0
    evidence = {"repeated": extra, "in several classes": len(crossing), "real training images": real}
    if crossing:
        words = f"{len(crossing)} images occur in several classes, so their labels contradict each other."
        return [Finding(CHECK, Severity.WARNING, words, evidence)]
    found = [f"{extra} images repeat others"] if extra else []
    found += [f"{real} real training images are among them"] if real else []
    severity = Severity.WARNING if extra else Severity.NOTE
    words = f"{' and '.join(found).capitalize()}." if found else "No image occurs twice, and none is a real one."
    return [Finding(CHECK, severity, words, evidence)]
