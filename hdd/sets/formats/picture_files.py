"""Images of a set as PNG files, and image files as arrays; what folders, archives and tables of images share."""

import base64
import io
import re
from collections.abc import Iterable

import numpy as np
from PIL import Image

from hdd.errors import StorageError
from hdd.memory import check_memory
from hdd.pixels import to_pixels
from hdd.sets.synthetic_set import SyntheticSet

LONGEST_NAME = 100
_BYTES = 9
"""For each number of an image: its own, and twice 4 as float32 in two orders."""


def png(pixels: np.ndarray) -> bytes:
    """A PNG of uint8 (1 or 3 channels, H, W)."""
    file = io.BytesIO()
    Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)).save(file, "png")
    return file.getvalue()


def png_address(pixels: np.ndarray) -> str:
    """A PNG of uint8 (1 or 3 channels, H, W) as an address that a page shows without a server."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()


def class_folder(label: int, name: str) -> str:
    """The name of the folder of a class: its label, and its name without characters that file systems may refuse."""
    kept = "".join(each if each.isalnum() or each in " -_" else "_" for each in name)
    return f"{label:03}-{kept[:LONGEST_NAME]}"


def image_file(number: int) -> str:
    """The name of the file of an image within the folder of its class."""
    return f"{number:04}.png"


def pixels_of(synthetic: SyntheticSet) -> np.ndarray:
    """The images of the set as uint8 pixels."""
    return to_pixels(synthetic.images, np.asarray(synthetic.mean), np.asarray(synthetic.std))


def pixel_losses(synthetic: SyntheticSet) -> list[str]:
    """What pixels of 8 bits do not hold of the images, in words."""
    mean, std = (np.asarray(values)[:, None, None] for values in (synthetic.mean, synthetic.std))
    fractions = synthetic.images * std + mean
    if np.allclose(fractions * 255, pixels_of(synthetic), atol=1e-3):
        return []
    beyond = float(((fractions < 0) | (fractions > 1)).mean())
    return [
        f"The exact numbers of the images: pixels have 8 bits, and the {100 * beyond:.1f} % of the numbers that are "
        "beyond black and white are clipped. Networks that are trained on pixels may be a little less accurate."
    ]


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """The key that sorts names as people do: numbers within them by their value, so 2 comes before 11."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(0, int(part), part) if part[0].isdigit() else (1, 0, part) for part in parts]


def stack(pictures: Iterable[tuple[str, bytes]], count: int) -> np.ndarray:
    """The images in `count` files, given with their names: uint8 (M, 1 or 3, H, W), grey if all of them are.

    Raises:
        HDDError: an image cannot be read, has more than 8 bits, or is of another size than the first; or there is no
            image, or too little memory for all.
    """
    from hdd.data.pictures import decode_picture

    read: list[np.ndarray] = []
    grey = True
    for name, content in pictures:
        picture = decode_picture(content)
        if isinstance(picture, str):
            raise StorageError(
                f"The image {name} cannot be read ({picture}): fetch the set again, or remove the image."
            )
        if picture.pixels.dtype != np.uint8:
            raise StorageError(f"The image {name} has more than 8 bits for each pixel: save it with 8 bits.")
        if read and picture.pixels.shape != read[0].shape:
            sides = ["×".join(map(str, each.shape[1::-1])) for each in (picture.pixels, read[0])]
            raise StorageError(f"The image {name} has {sides[0]} pixels, but others have {sides[1]}: give one size.")
        if not read:
            needed = count * picture.pixels.size * _BYTES
            check_memory(needed, f"{count:,} images such as {name}", "give fewer or smaller images")
        read.append(picture.pixels)
        grey &= picture.grey
    if not read:
        raise StorageError("The set has no images: fetch it again.")
    images = np.stack(read).transpose(0, 3, 1, 2)
    return images[:, :1] if grey else images
