"""Classes can be told apart by colour and shape, also by people who are colour-blind."""

from itertools import combinations

import numpy as np
import pytest

from workbench.theme.classes import MARKERS, class_colors, class_markers

# Machado et al. (2009), severity 1, on linear sRGB.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
OKLAB = [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
]


def seen(color, vision):
    """What somebody sees of a colour, in OKLab; black and white are 1 apart."""
    encoded = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return OKLAB @ np.cbrt(CONES @ np.clip(np.array(VISION[vision]) @ linear, 0, 1))


def differences(count, vision):
    """How far the colours of each two classes with the same shape are apart."""
    colors, markers = class_colors(count), class_markers(count)
    points = [seen(color, vision) for color in colors]
    pairs = combinations(range(count), 2)
    return [np.linalg.norm(points[a] - points[b]) for a, b in pairs if markers[a] == markers[b]]


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(("count", "least"), [(2, 0), (10, 0.2), (11, 0.075), (20, 0.075), (40, 0.075)])
def test_two_classes_with_the_same_shape_have_colours_that_differ_to_everybody(count, least, vision):
    assert min(differences(count, vision), default=1) > least


def test_the_pairs_that_are_hard_to_tell_have_other_shapes():
    colors, markers = class_colors(10), class_markers(10)
    hard = [
        (a, b)
        for a, b in combinations(range(10), 2)
        if np.linalg.norm(seen(colors[a], "deuteranopia") - seen(colors[b], "deuteranopia")) < 0.15
    ]
    assert (5, 8) in hard and len(hard) > 5
    assert all(markers[a] != markers[b] for a, b in hard)


@pytest.mark.parametrize("count", [11, 20, 100])
def test_neighbouring_labels_share_a_hue_and_differ_in_lightness_and_shape(count):
    colors, markers = [seen(color, "normal") for color in class_colors(count)], class_markers(count)
    size = -(-count // 10)
    for label in range(count - 1):
        if (label + 1) % size:
            hues = [np.arctan2(*colors[each][:0:-1]) for each in (label, label + 1)]
            assert abs(np.angle(np.exp(1j * (hues[0] - hues[1])))) < 0.1
            assert colors[label][0] < colors[label + 1][0]
            assert markers[label] != markers[label + 1]


@pytest.mark.parametrize("count", [1, 10, 11, 1000])
def test_every_class_has_a_shape_that_can_be_filled(count):
    assert len(class_markers(count)) == count and set(class_markers(count)) <= set(MARKERS)
