"""Processes many images a few at a time."""

from collections.abc import Iterator

from torch import Tensor

from hdd.progress import Progress


def in_parts(images: Tensor, count: int, progress: Progress | None = None) -> Iterator[Tensor]:
    """Yields `images` (N, …) in parts of `count`; progress(images done, N) is called after each part is used."""
    done = 0
    for part in images.split(count):
        yield part
        done += len(part)
        if progress is not None:
            progress(done, len(images))
