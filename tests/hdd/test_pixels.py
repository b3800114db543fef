import numpy as np

from hdd.pixels import to_pixels

MEAN, STD = [0.5, 0.25, 0.0], [0.25, 0.5, 1.0]


def test_pixels_are_rounded_clipped_and_of_each_channel():
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16).repeat(3, axis=1)
    mean, std = (np.float32(values)[:, None, None] for values in (MEAN, STD))
    images = (pixels.astype(np.float32) / 255 - mean) / std
    assert np.array_equal(to_pixels(images, MEAN, STD), pixels)
    # Within rounding, and as a snapshot keeps them.
    assert np.array_equal(to_pixels(images + 0.3 / 255, MEAN, STD), pixels)
    assert np.array_equal(to_pixels(images[..., :8].astype(np.float16), MEAN, STD), pixels[..., :8])
    beyond = np.float32([-1e9, 1e9, np.inf, -np.inf, np.nan]).reshape(5, 1, 1, 1)
    assert to_pixels(beyond, [0.5], [0.25]).ravel().tolist() == [0, 255, 255, 0, 0]


def test_the_input_is_left_alone():
    images = np.ones((2, 1, 4, 4), np.float32)
    to_pixels(images, [0.5], [0.25])
    assert (images == 1).all()
