"""What the pixels of a set are like: numbers beyond black and white, and fine detail."""

import numpy as np
import torch
from torch import Tensor

from hdd.audit.base import Issue, Measure, Metric, by_class
from hdd.audit.subject import Subject
from hdd.sets.preflight import Severity

TOLERANCE = 1 / 510
"""Half of a step of 8-bit pictures."""

MANY = 0.5
"""Share of an image's numbers beyond black and white from which on a picture of it shows something else."""


def fine_share(pixels: Tensor) -> np.ndarray:
    """The share (M,) of the spectral power of images (M, channels, H, W) beyond half the Nyquist frequency.

    The mean of each channel does not count; an image without any contrast has 0.
    """
    height, width = pixels.shape[2:]
    rows, columns = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
    fine = (rows.square() + columns.square()).sqrt() > 0.25
    # In a half spectrum, columns between the first and the Nyquist one stand for two each.
    twice = torch.where((columns == 0) | (columns == 0.5), 1.0, 2.0)
    power = torch.fft.rfft2(pixels.double() - pixels.double().mean(dim=(2, 3), keepdim=True)).abs().square() * twice
    total = power.sum(dim=(1, 2, 3))
    share = (power * fine).sum(dim=(1, 2, 3)) / total.clamp(min=1e-30)
    return torch.where(total > 1e-12, share, 0.0).numpy()


def measure(subject: Subject) -> list[Measure]:
    """Looks at the pixels of the set, and at those of unseen real images for fine detail."""
    pixels, labels, classes = subject.images.pixels, subject.labels, len(subject.classes)
    beyond = ((pixels < -TOLERANCE) | (pixels > 1 + TOLERANCE)).double().mean(dim=(1, 2, 3)).numpy()
    issues = [
        Issue(
            image,
            Severity.WARNING,
            float(beyond[image]) / MANY,
            f"{100 * beyond[image]:.0f} % of its numbers are beyond black and white, so no picture shows what is "
            "trained on.",
        )
        for image in np.flatnonzero(beyond > MANY).tolist()
    ]
    fine, control = fine_share(pixels), fine_share(subject.held_out.pixels)
    return [
        Measure(
            "out of range",
            float(beyond.mean()),
            f"{100 * beyond.mean():.1f} % of the numbers are beyond black and white, which pictures clip.",
            control=0.0,
            per_class=by_class(beyond, labels, classes),
            per_image=beyond,
            issues=tuple(issues),
        ),
        Measure(
            "fine detail",
            float(fine.mean()),
            f"{100 * fine.mean():.1f} % of the power is beyond half the Nyquist frequency; in unseen real images, "
            f"{100 * control.mean():.1f} %.",
            control=float(control.mean()),
            per_class=by_class(fine, labels, classes),
            per_image=fine,
        ),
    ]


METRIC = Metric(
    "Pixels",
    "Shows what pictures cannot hold, and whether images have more fine detail than real ones, as noise and "
    "adversarial patterns do. Neither is a fault where networks train on the numbers themselves.",
    "Power spectrum by the discrete Fourier transform",
    measure,
)
