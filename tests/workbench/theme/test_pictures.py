import numpy as np
import pytest

from workbench.theme import class_colors, tile, to_rgba


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("gap", [0, 1, 2])
def test_a_sheet_holds_every_pixel_where_it_belongs(channels, gap):
    rows, columns, height, width = 3, 4, 5, 6
    images = np.random.default_rng(0).integers(0, 256, (rows, columns, channels, height, width)).astype(np.uint8)
    sheet = tile(images, gap)
    assert (sheet.shape, sheet.dtype) == ((rows * (height + gap), columns * (width + gap)), np.uint32)
    picture = sheet[::-1].copy().view(np.uint8).reshape(*sheet.shape, 4)
    seen = np.zeros(sheet.shape, bool)
    for row, column, y, x in np.ndindex(rows, columns, height, width):
        at = row * (height + gap) + y, column * (width + gap) + x
        colour = images[row, column, :, y, x]
        assert picture[at].tolist() == [*(colour if channels == 3 else colour.repeat(3)), 255]
        seen[at] = True
    assert not picture[~seen].any()


def test_a_grey_image_becomes_opaque():
    assert to_rgba(np.array([[[7]]], np.uint8)).tolist() == [[[7, 7, 7, 255]]]


@pytest.mark.parametrize("count", [1, 2, 10, 11, 100, 1000])
def test_every_class_has_a_colour_and_few_classes_have_different_ones(count):
    colors = class_colors(count)
    assert len(colors) == count
    assert all(len(color) == 7 and color[0] == "#" and int(color[1:], 16) >= 0 for color in colors)
    assert len(set(colors)) == count
