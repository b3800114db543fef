"""Makes the pixels of images once for all sessions that show them."""

import numpy as np

from hdd.pixels import to_pixels

ARRAYS_KEPT = 2


class SharedPixels:
    """The pixels of the arrays of images that were asked for last; safe to use from any thread.

    Args:
        mean, std: (channels,), the normalisation of the images.
    """

    def __init__(self, mean: np.ndarray, std: np.ndarray) -> None:
        self._mean, self._std = mean, std
        self._kept: tuple[tuple[np.ndarray, np.ndarray], ...] = ()

    def of(self, images: np.ndarray) -> np.ndarray:
        """The pixels of images, which must never change; a copy, as in `hdd.pixels.to_pixels`."""
        for known, pixels in self._kept:
            if known is images:
                return pixels.copy()
        pixels = to_pixels(images, self._mean, self._std)
        self._kept = ((images, pixels), *self._kept[: ARRAYS_KEPT - 1])
        return pixels.copy()

    def clear(self) -> None:
        """Forgets all pixels."""
        self._kept = ()
