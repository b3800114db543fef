"""The colour and the shape of each class. Both tell it, because nobody can tell many classes by colour alone.

Up to ten classes have ten colours that colour-blind people can tell apart (Petroff 2021, "Accessible color sequences
for data visualization"). Two classes share each shape: those whose colours differ most, also to colour-blind people.

More classes come in ten families of neighbouring labels, because neighbours are often related, as in ImageNet. A family
has one hue; its classes differ by lightness, and each has another shape than the next one.
"""

import math

import numpy as np

TEN = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd")
MARKERS = ("circle", "triangle", "diamond", "inverted_triangle", "plus")
"""Shapes of Bokeh that can be filled, and are neither the square nor the star of the centroids."""
_SHARED = (0, 1, 2, 3, 3, 4, 0, 2, 1, 4)
"""Which of `MARKERS` each of `TEN` has."""
_FAMILY_SHAPES = (0, 1, 2, 3, 4, 0, 1, 2, 4, 3)
"""Which of `MARKERS` the first class of each family has."""
LIGHTNESS = 0.42, 0.88
CHROMA = 0.14

# Ottosson (2020), "A perceptual color space for image processing": OKLab to linear sRGB.
_TO_CONE = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.291485548]]
)
_TO_LINEAR = np.array([
    [4.0767416621, -3.3077115913, 0.2309699292],
    [-1.2684380046, 2.6097574011, -0.3413193965],
    [-0.0041960863, -0.7034186147, 1.707614701],
])  # fmt: skip


def class_colors(count: int) -> list[str]:
    """A colour for each of `count` classes, as #rrggbb."""
    if count <= len(TEN):
        return list(TEN[:count])
    size = math.ceil(count / len(_FAMILY_SHAPES))
    low, high = LIGHTNESS
    places = [divmod(label, size) for label in range(count)]
    return [
        _oklch(low + (high - low) * step / max(size - 1, 1), CHROMA, 2 * math.pi * (family + 0.5) / len(_FAMILY_SHAPES))
        for family, step in places
    ]


def class_markers(count: int) -> list[str]:
    """A shape of Bokeh for each of `count` classes."""
    if count <= len(TEN):
        return [MARKERS[shape] for shape in _SHARED[:count]]
    size = math.ceil(count / len(_FAMILY_SHAPES))
    places = [divmod(label, size) for label in range(count)]
    return [MARKERS[(_FAMILY_SHAPES[family] + step) % len(MARKERS)] for family, step in places]


def _oklch(lightness: float, chroma: float, hue: float) -> str:
    """A colour of the OKLCh space; colours that no screen can show get the largest chroma that it can show."""
    while True:
        lab = np.array([lightness, chroma * math.cos(hue), chroma * math.sin(hue)])
        linear = _TO_LINEAR @ (_TO_CONE @ lab) ** 3
        if (linear >= 0).all() and (linear <= 1).all():
            break
        chroma *= 0.97
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * value):02x}" for value in encoded)
