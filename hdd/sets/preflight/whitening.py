"""Whether the images are whitened (ZCA), as trajectory matching and KIP often publish them."""

from typing import Any

from hdd.errors import HDDError
from hdd.sets.preflight.base import Alternative, Finding, Severity, Subject, smoothness
from hdd.sets.reading import ZCA
from hdd.sets.whitening import unwhitened

CHECK = "whitening"
LITTLE = 0.75
"""Images with less than this share of what is coarse in real images of the same smoothness are suspected."""


def check(subject: Subject) -> list[Finding]:
    """Compares how much of the images is coarse with real images, and if it is little, tries to undo a whitening."""
    real, own = smoothness(subject.real.numpy()), smoothness(subject.fractions)
    evidence: dict[str, Any] = {"images": own, "real images": real}
    numbers = (
        f"{100 * own['coarse']:.0f} % of their variance is coarse, and neighbouring pixels are correlated by "
        f"{own['neighbours']:.2f}; real images {100 * real['coarse']:.0f} % and {real['neighbours']:.2f}"
    )
    if own["coarse of smooth"] >= LITTLE * real["coarse of smooth"]:
        return [Finding(CHECK, Severity.NOTE, f"The images do not look whitened: {numbers}.", evidence)]
    words = f"The images have little that is coarse, as whitened ones (ZCA): {numbers}."
    if subject.values == ZCA:
        return [Finding(CHECK, Severity.WARNING, f"{words} Their whitening is already undone.", evidence)]
    try:
        undone = unwhitened(subject.synthetic.images, subject.data)
    except HDDError:
        return [Finding(CHECK, Severity.WARNING, words, evidence)]
    again, within = smoothness(undone), float(((undone >= -0.05) & (undone <= 1.05)).mean())
    evidence |= {"undone": {**again, "share in 0 to 1": within}}
    words += f" Undone, {100 * again['coarse']:.0f} % is coarse, and {100 * within:.0f} % of the numbers are pixels."
    likely = within > 0.7 and again["coarse of smooth"] > own["coarse of smooth"]
    others = (Alternative({"values": ZCA}, "undo the whitening by the real training images"),) if likely else ()
    return [Finding(CHECK, Severity.WARNING, words, evidence, others)]
