import numpy as np
import pytest
import torch
import torch.nn.functional as F

from hdd.errors import HDDError
from hdd.sets import SyntheticSet

ABOUT = {"classes": ("a", "b", "c"), "mean": (0.5,), "std": (0.25,)}


def images(count, channels=1, side=4):
    return np.random.default_rng(0).standard_normal((count, channels, side, side)).astype(np.float32)


def test_any_number_of_images_a_class():
    made = SyntheticSet(images(4), [2, 0, 2, 2], **ABOUT)
    assert made.counts == (1, 0, 3)
    assert made.labels.dtype == np.int64 and made.hard_labels.tolist() == [2, 0, 2, 2]


def test_soft_labels_count_as_their_heaviest_class():
    made = SyntheticSet(images(2), [[0.2, 0.7, 0.1], [0.5, 0.2, 0.3]], **ABOUT)
    assert made.labels.dtype == np.float32
    assert made.hard_labels.tolist() == [1, 0]
    assert made.counts == (1, 1, 0)


def test_a_grid_goes_class_by_class():
    grid = images(6).reshape(3, 2, 1, 4, 4)
    made = SyntheticSet.of_grid(grid, **ABOUT)
    assert made.labels.tolist() == [0, 0, 1, 1, 2, 2]
    np.testing.assert_array_equal(made.images, grid.reshape(6, 1, 4, 4))
    some = SyntheticSet.of_grid(grid, np.array([[True, False], [False, True], [True, True]]), **ABOUT)
    assert some.labels.tolist() == [0, 1, 2, 2]
    np.testing.assert_array_equal(some.images, grid.reshape(6, 1, 4, 4)[[0, 3, 4, 5]])


def test_plain_images_are_trained_on_as_they_are():
    made = SyntheticSet(images(2), [0, 1], **ABOUT)
    np.testing.assert_array_equal(made.decoded().images, made.images)


def test_quadrants_are_enlarged_in_their_order():
    made = SyntheticSet(images(2, side=8), [2, 0], **ABOUT, decoder="quadrants")
    decoded = made.decoded()
    assert decoded.decoder == "plain"
    assert decoded.labels.tolist() == [2] * 4 + [0] * 4
    corners = [
        (slice(0, 4), slice(0, 4)),
        (slice(4, 8), slice(0, 4)),
        (slice(0, 4), slice(4, 8)),
        (slice(4, 8), slice(4, 8)),
    ]
    for i, (rows, columns) in enumerate(corners):
        part = torch.from_numpy(made.images[1:, :, rows, columns])
        expected = F.interpolate(part, scale_factor=2, mode="bilinear")[0].numpy()
        np.testing.assert_allclose(decoded.images[4 + i], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": [0, 3]}, r"whole numbers from 0 to 2; those of image 1 are not \(the first is 3\)"),
        ({"labels": [0, -1]}, "those of image 1 are not"),
        ({"labels": [0.5, 1]}, r"those of image 0 are not \(the first is 0.5\)"),
        ({"labels": [0, 1, 2]}, r"must have the shape \(2,\), or \(2, 3\) if they are soft, not \(3,\)"),
        ({"labels": [[1, 1, 0], [0, 1, 0]]}, "sum to 1; this does not hold for image 0"),
        ({"labels": [[1.5, -0.5, 0], [0, 1, 0]]}, "≥ 0 and sum to 1"),
        (
            {"images": np.full((2, 1, 4, 4), np.nan)},
            r"2 of 2 images hold numbers that are not finite \(images 0, 1\)",
        ),
        ({"images": np.zeros((2, 4, 4))}, "have the shape"),
        ({"images": np.zeros((0, 1, 4, 4)), "labels": []}, "have the shape"),
        ({"mean": (0.5, 0.5, 0.5)}, "one number per channel: 1 each, not 3 and 1"),
        ({"std": (0.0,)}, "std of a set must be above 0"),
        ({"decoder": "octants"}, "no decoder 'octants' for images: give one of plain, quadrants"),
    ],
)
def test_what_is_no_set_is_refused(changes, message):
    with pytest.raises(HDDError, match=message):
        SyntheticSet(**{"images": images(2), "labels": [0, 1], **ABOUT, **changes})
