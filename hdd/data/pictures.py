"""Reads an image file into pixels.

- Images are turned upright by their EXIF orientation, and only the first of several frames is read.
- Transparency, of alpha channels and of palettes, is drawn over white, as on a page of paper or in a browser.
- Shades of grey are Pillow's modes 1, L and LA, and those with more than 8 bits (I;16, I). All other images are RGB.
- Pixels of more than 8 bits keep their levels, because what 8 bits can hold of them depends on the whole data set.
  Pillow itself reduces colours of 16 bits to their upper 8 bits.
- A transparent shade of PNGs with 2 or 4 bits is scaled as Pillow scales their pixels, and levels of a PGM, which
  Pillow scales to 16 bits, are scaled back.
- Floating-point pixels (mode F) are refused, because nothing says which numbers are black and white. So are pixels with
  a sign, those with more than 8 bits of which 0 is white, planes of more than 8 bits, and colours of 16 bits of which
  one is transparent, because Pillow would read them wrongly.

Whatever is left out or converted on the way is a remark, which the data set counts.
"""

import io
from typing import Any, NamedTuple, cast

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from hdd.files import read_regular

_FORMATS = ("JPEG", "PNG", "PPM", "BMP", "TIFF", "WEBP")
_GREY_MODES = ("1", "L", "LA")
_LEVELS = 65_536
DEEP_COLOUR = "have colours or transparency with more than 8 bits, of which the upper 8 are kept"
"""The remark on pictures that may hold fewer bits than their files have room for, and then are dark."""
_TIFF = (b"II*\0", b"MM\0*")
_FACTORS = {"L;2": 85, "L;4": 17}
"""By what Pillow multiplies the levels of grey PNGs with few bits."""
_SIGNED, _WHITE_IS_ZERO = 2, 0
"""Values of TIFF's tags SampleFormat and PhotometricInterpretation."""


class Picture(NamedTuple):
    """An image in memory.

    pixels: uint8 (H, W, 3), or uint16 (H, W) if the file has more than 8 bits for each pixel.
    grey: whether the file holds shades of grey.
    remarks: what was done to it, as the ends of sentences that begin with "3 of 10 images".
    """

    pixels: np.ndarray
    grey: bool
    remarks: tuple[str, ...] = ()


def read_picture(path: str, size: int | None) -> Picture | str:
    """The picture in a file, or the reason why it cannot be read.

    Args:
        path: of the file.
        size: the side in pixels to which the largest square at the centre is resized; None keeps the picture as it is.
    """
    try:
        # The file is read at once, because Pillow's many small reads take longer than decoding a small image.
        content = read_regular(path)
    except OSError as error:
        return error.strerror or str(error)
    return decode_picture(content, size)


def picture_size(path: str) -> tuple[int, int] | None:
    """Width and height of the picture in a file, as it is stored; None if it cannot be read. No pixel is decoded."""
    try:
        with Image.open(io.BytesIO(read_regular(path)), formats=_FORMATS) as image:
            return image.size
    except Exception:  # On damaged files Pillow's decoders can raise anything.
        return None


def decode_picture(content: bytes, size: int | None = None) -> Picture | str:
    """The picture in the bytes of a file, or the reason why it cannot be read; `size` is as in `read_picture`."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if refused := _refused(image):
                return refused
            remarks, highest = _remarks(image), _highest_level(image)
            _scale_transparent_shade(image)
            ImageOps.exif_transpose(image, in_place=True)
            if image.mode.startswith("I"):
                deep = _deep(image, size, highest)
                return deep if isinstance(deep, str) else deep._replace(remarks=remarks)
            grey, pixels = image.mode in _GREY_MODES, _opaque(image)
    except UnidentifiedImageError:
        if content.startswith(_TIFF):
            return "a TIFF with pixels of a kind that is not read; save it as PNG"
        return "no known image format"
    except OSError as error:
        return error.strerror or str(error)
    except Exception as error:  # On damaged files Pillow's decoders can raise anything.
        return str(error) or type(error).__name__
    return Picture(np.asarray(_fitted(pixels, size)), grey, remarks)


def _refused(image: Image.Image) -> str:
    """Why the pixels of an opened file cannot be used; "" if they can."""
    if image.mode == "F":
        return (
            "its pixels are floating-point numbers, whose black and white are unknown; scale them to 0 to 65535 and "
            "save them with 16 bits"
        )
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        deep = image.mode.startswith("I")
        if _is_signed(image) and not deep:
            return "its pixels have a sign; save it with levels from 0 to 255"
        bits = int(np.max(image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, 1)))
        if bits > 8 and not deep and not _is_deep(image):
            return f"its colours have {bits} bits in a form that is not read, such as in planes; save it with 8 bits"
        if deep and image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO:
            return "its white is 0, and its black the highest level; save it with black as 0"
    if image.format == "PNG" and image.mode == "RGB" and "transparency" in image.info and _is_deep(image):
        return "it has colours with 16 bits, of which one is transparent; save it without transparency, or with 8 bits"
    return ""


def _remarks(image: Image.Image) -> tuple[str, ...]:
    """What is done to the pixels of an opened file."""
    found: list[str] = []
    if getattr(image, "n_frames", 1) > 1:
        found.append("have several pages or frames, of which the first is read")
    if image.has_transparency_data and not image.mode.startswith("I"):
        found.append("have transparency, which is drawn over white")
    if image.mode not in (*_GREY_MODES, "P", "PA", "RGB", "RGBA") and not image.mode.startswith("I"):
        found.append(f"are stored as {image.mode}, which is converted to RGB")
    if image.mode in ("LA", "RGB", "RGBA", "CMYK") and _is_deep(image):
        found.append(DEEP_COLOUR)
    return tuple(found)


def _is_signed(image: TiffImagePlugin.TiffImageFile) -> bool:
    return _SIGNED in np.atleast_1d(image.tag_v2.get(TiffImagePlugin.SAMPLEFORMAT, 1))


def _arguments(image: Image.Image) -> Any:
    """What Pillow gives its decoder of the pixels of an opened file; None if it is not known."""
    return next((arguments for *_, arguments in getattr(image, "tile", ())), None)


def _scale_transparent_shade(image: Image.Image) -> None:
    """Scales the shade of a grey PNG that is transparent as Pillow scales the pixels."""
    factor = _FACTORS.get(str(_arguments(image))) if image.format == "PNG" else None
    if factor is not None and isinstance(shade := image.info.get("transparency"), int):
        image.info["transparency"] = shade * factor


def _highest_level(image: Image.Image) -> int | None:
    """The highest level of a PGM that Pillow scales to 16 bits; None if it scales nothing."""
    arguments = _arguments(image) if image.format == "PPM" else None
    levels = cast(tuple[Any, ...], arguments) if isinstance(arguments, tuple) else ()
    return next((level for level in levels if isinstance(level, int) and 255 < level < _LEVELS - 1), None)


def _is_deep(image: Image.Image) -> bool:
    """Whether a file has more than 8 bits for each colour, which Pillow reduces when it reads them."""
    for *_, arguments in getattr(image, "tile", ()):
        mode, *others = arguments if isinstance(arguments, tuple) else (arguments,)
        # The reader of PPM is given the highest level, that of others is given the bits with the mode.
        if ";16" in str(mode) or (image.format == "PPM" and any(isinstance(o, int) and o > 255 for o in others)):
            return True
    return False


def to_8_bits(levels: np.ndarray, top: int) -> np.ndarray:
    """The integers (…) from 0 to `top`, scaled to uint8 from 0 to 255 and rounded to the nearest."""
    table = (np.arange(top + 1) * 510 + top) // (2 * top)
    return table.astype(np.uint8)[levels]


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def _deep(image: Image.Image, size: int | None, highest: int | None) -> Picture | str:
    if image.has_transparency_data:
        return "it has more than 8 bits and a transparent shade; save it without transparency"
    # Pillow resizes 32-bit integers correctly, but not 16-bit ones whose bytes are in the other order.
    levels = np.asarray(image).astype(np.int64)
    if isinstance(image, TiffImagePlugin.TiffImageFile) and not _is_signed(image):
        levels %= 2**32  # Pillow has only signed integers.
    if levels.min() < 0 or levels.max() >= _LEVELS:
        return (
            f"its pixels go from {levels.min()} to {levels.max()}, and only 0 to {_LEVELS - 1} is read; scale them to "
            "that range and save them with 16 bits"
        )
    if highest is not None:
        levels = (levels * highest + (_LEVELS - 1) // 2) // (_LEVELS - 1)
    levels = levels.astype(np.int32)
    return Picture(np.asarray(_fitted(Image.fromarray(levels), size)).astype(np.uint16), True)


def _fitted(image: Image.Image, size: int | None) -> Image.Image:
    return image if size is None else ImageOps.fit(image, (size, size), Image.Resampling.BILINEAR)
