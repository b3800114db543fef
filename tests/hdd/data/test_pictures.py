import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from hdd.data.pictures import read_picture, to_8_bits


def read(image, path, **options):
    image.save(path, **options)
    return read_picture(str(path), None)


def why_not(path):
    reason = read_picture(str(path), None)
    assert isinstance(reason, str)
    return reason


def png(path, color_type, pixels, bits=16, transparent=()):
    """Writes PNGs that Pillow can read but not write: pixels (H, W, channels), or bytes (H, N) with several in each."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    height, width = len(pixels), pixels.shape[1] * (1 if bits == 16 else 8 // bits)
    rows = b"".join(b"\0" + row.astype(">u2" if bits == 16 else np.uint8).tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    parts = chunk(b"IHDR", header)
    if transparent:
        parts += chunk(b"tRNS", np.array(transparent, ">u2").tobytes())
    parts += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)


def tiff(path, pixels, photometric=1, sample_format=1):
    """Writes grey TIFFs that Pillow does not write: pixels (H, W)."""
    (height, width), content = pixels.shape, pixels.tobytes()
    tags = {256: width, 257: height, 258: 8 * pixels.itemsize, 259: 1, 262: photometric, 273: 8, 277: 1, 278: height}
    tags |= {279: len(content), 339: sample_format}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    start = b"II*\0" + struct.pack("<I", 8 + len(content))
    path.write_bytes(start + content + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0))


def planes_tiff(path, planes):
    """Writes TIFFs of one plane for each colour: planes uint8 or uint16 (3, H, W)."""
    (_, height, width), bits, size = planes.shape, 8 * planes.itemsize, planes[0].nbytes
    tags = {256: (4, 1, width), 257: (4, 1, height), 258: (3, 3, 8), 259: (3, 1, 1), 262: (3, 1, 2), 273: (4, 3, 14)}
    tags |= {277: (3, 1, 3), 278: (4, 1, height), 279: (4, 3, 26), 284: (3, 1, 2)}
    beside = struct.pack("<HHH", bits, bits, bits) + struct.pack("<III", *(38 + number * size for number in range(3)))
    beside += struct.pack("<III", size, size, size)
    entries = b"".join(struct.pack("<HHII", tag, *values) for tag, values in tags.items())
    content = beside + planes.tobytes()
    start = b"II*\0" + struct.pack("<I", 8 + len(content))
    path.write_bytes(start + content + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0))


def test_planes_of_8_bits_are_read(tmp_path):
    planes = np.arange(192, dtype=np.uint8).reshape(3, 8, 8)
    planes_tiff(tmp_path / "x.tif", planes)
    assert (read_picture(str(tmp_path / "x.tif"), None).pixels == planes.transpose(1, 2, 0)).all()


def test_only_regular_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "device.png").symlink_to("/dev/zero")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "device.png", "folder.png"):
        assert why_not(tmp_path / name) == "it is no regular file, but a folder, a pipe or a device"


def test_levels_that_would_be_read_wrongly_are_refused(tmp_path):
    levels = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000
    tiff(tmp_path / "ink.tif", levels, photometric=0)
    assert why_not(tmp_path / "ink.tif") == "its white is 0, and its black the highest level; save it with black as 0"
    tiff(tmp_path / "signed.tif", np.arange(64, dtype=np.int8).reshape(8, 8), sample_format=2)
    assert why_not(tmp_path / "signed.tif") == "its pixels have a sign; save it with levels from 0 to 255"
    tiff(tmp_path / "long.tif", levels.astype(np.float64), sample_format=3)
    assert why_not(tmp_path / "long.tif") == "a TIFF with pixels of a kind that is not read; save it as PNG"
    tiff(tmp_path / "wide.tif", levels.astype(np.uint32) * 60_000)
    assert why_not(tmp_path / "wide.tif") == (
        "its pixels go from 0 to 3780000000, and only 0 to 65535 is read; scale them to that range and save them with "
        "16 bits"
    )
    planes_tiff(tmp_path / "planes.tif", np.zeros((3, 8, 8), np.uint16))
    assert why_not(tmp_path / "planes.tif") == (
        "its colours have 16 bits in a form that is not read, such as in planes; save it with 8 bits"
    )
    tiff(tmp_path / "plain.tif", levels)
    assert (read_picture(str(tmp_path / "plain.tif"), None).pixels == levels).all()


def test_what_is_done_to_a_picture_is_remarked(tmp_path):
    grey = Image.new("L", (4, 4))
    assert read(grey, tmp_path / "x.png").remarks == ()
    assert read(Image.new("RGB", (4, 4)), tmp_path / "x.jpg").remarks == ()
    pages = read(grey, tmp_path / "x.tif", save_all=True, append_images=[Image.new("L", (4, 4), 9)])
    assert pages.remarks == ("have several pages or frames, of which the first is read",) and pages.pixels.max() == 0
    assert read(Image.new("LA", (4, 4)), tmp_path / "x.png").remarks == (
        "have transparency, which is drawn over white",
    )
    assert read(Image.new("CMYK", (4, 4)), tmp_path / "x.jpg").remarks == (
        "are stored as CMYK, which is converted to RGB",
    )
    png(tmp_path / "deep.png", 2, np.zeros((2, 2, 3)))
    (tmp_path / "deep.ppm").write_bytes(b"P6 2 2 1023\n" + bytes(24))
    for name in ("deep.png", "deep.ppm"):
        (remark,) = read_picture(str(tmp_path / name), None).remarks
        assert remark == "have colours or transparency with more than 8 bits, of which the upper 8 are kept"


def test_transparency_is_drawn_over_white(tmp_path):
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[:] = (200, 0, 100, 0)
    pixels[0, 1, 3], pixels[0, 2, 3] = 255, 51
    picture = read(Image.fromarray(pixels), tmp_path / "x.png")
    assert picture.pixels[1, 0].tolist() == [255, 255, 255] and picture.pixels[0, 1].tolist() == [200, 0, 100]
    assert picture.pixels[0, 2].tolist() == [244, 204, 224], "a fifth of the colour and four fifths of white"
    assert not picture.grey


def test_grey_with_transparency_stays_grey(tmp_path):
    picture = read(Image.fromarray(np.array([[[0, 0], [0, 255], [100, 51]]], np.uint8)), tmp_path / "x.png")
    assert picture.grey and picture.pixels[0, :, 0].tolist() == [255, 0, 224]
    assert (picture.pixels == picture.pixels[..., :1]).all()


@pytest.mark.parametrize("mode", ["1", "L"])
def test_a_shade_that_stands_for_transparent_is_white(mode, tmp_path):
    picture = read(Image.new(mode, (2, 2), 0), tmp_path / "x.png", transparency=0)
    assert picture.grey and picture.pixels.min() == 255


def test_a_shade_of_few_bits_that_stands_for_transparent_is_white(tmp_path):
    png(tmp_path / "x.png", 0, np.array([[0b00_01_10_11]]), bits=2, transparent=[1])
    assert read_picture(str(tmp_path / "x.png"), None).pixels[0, :, 0].tolist() == [0, 255, 170, 255]
    png(tmp_path / "x.png", 0, np.array([[0x05, 0xAF]]), bits=4, transparent=[5])
    assert read_picture(str(tmp_path / "x.png"), None).pixels[0, :, 0].tolist() == [0, 255, 170, 255]
    png(tmp_path / "x.png", 2, np.zeros((1, 1, 3)), transparent=[0, 0, 0])
    assert "colours with 16 bits, of which one is transparent; save it without" in why_not(tmp_path / "x.png")


def test_a_colour_that_stands_for_transparent_is_white(tmp_path):
    image = Image.new("RGB", (2, 1), (1, 2, 3))
    image.putpixel((1, 0), (1, 2, 4))
    assert read(image, tmp_path / "x.png", transparency=(1, 2, 3)).pixels[0].tolist() == [[255] * 3, [1, 2, 4]]


def test_palettes_with_and_without_transparency(tmp_path):
    palette = Image.new("P", (2, 1), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    palette.putpixel((1, 0), 0)
    assert read(palette, tmp_path / "x.png").pixels[0].tolist() == [[10, 20, 30], [0, 0, 0]]
    mixed = read(palette, tmp_path / "x.png", transparency=b"\x00\x33")
    assert mixed.pixels[0].tolist() == [[206, 208, 210], [255, 255, 255]]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_two_levels_are_black_and_white(suffix, tmp_path):
    picture = read(Image.fromarray(np.array([[True, False]])), tmp_path / f"x{suffix}")
    assert picture.grey and picture.pixels[0].tolist() == [[255] * 3, [0] * 3]


def test_printing_colours(tmp_path):
    """A JPEG of cyan, magenta, yellow and black: white paper is white, and full cyan has no red."""
    for ink, expected in (((0, 0, 0, 0), (255, 255, 255)), ((255, 0, 0, 0), (0, 255, 255)), ((0, 0, 0, 255), (0,) * 3)):
        picture = read(Image.new("CMYK", (16, 16), ink), tmp_path / "x.jpg", quality=95)
        assert np.abs(picture.pixels.astype(int) - expected).max() <= 3
        assert not picture.grey


@pytest.mark.parametrize(("mode", "suffix"), [("RGB", ".png"), ("RGB", ".jpg"), ("I;16", ".png"), ("I;16", ".tif")])
def test_images_are_turned_upright(mode, suffix, tmp_path):
    stored = np.zeros((16, 16), np.uint16 if mode == "I;16" else np.uint8)
    stored[:8] = 255
    image = Image.fromarray(stored)
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is on the right of the stored image
    if suffix == ".tif":
        picture = read(image, tmp_path / f"x{suffix}", tiffinfo={0x0112: 6})
    else:
        picture = read(image if mode == "I;16" else image.convert("RGB"), tmp_path / f"x{suffix}", exif=exif)
    upright = picture.pixels.reshape(16, 16, -1)[..., 0]
    assert upright[:, 8:].min() >= 250 and upright[:, :8].max() <= 5


def test_deep_greys_keep_their_levels(tmp_path):
    levels = np.array([[0, 1, 300, 65535]], np.uint16)
    for suffix, dtype in (
        (".png", np.uint16),
        (".tif", np.uint16),
        (".tif", ">u2"),
        (".tif", np.int32),
        (".pgm", np.uint16),
    ):
        picture = read(Image.fromarray(levels.astype(dtype)), tmp_path / f"x{suffix}")
        assert picture.grey and picture.pixels.dtype == np.uint16 and picture.pixels.tolist() == levels.tolist()


def test_levels_of_a_pgm_are_those_of_its_file(tmp_path):
    """Pillow scales those of files whose highest level is not 65535."""
    levels = np.arange(0, 4096, 5, dtype=np.uint16)
    (tmp_path / "x.pgm").write_bytes(b"P5 %d 1 4095\n" % len(levels) + levels.astype(">u2").tobytes())
    (tmp_path / "text.pgm").write_text(f"P2 {len(levels)} 1 4095 " + " ".join(map(str, levels)))
    for name in ("x.pgm", "text.pgm"):
        assert read_picture(str(tmp_path / name), None).pixels[0].tolist() == levels.tolist()


@pytest.mark.parametrize("levels", [[-1, 5], [0, 65536]])
def test_levels_beyond_16_bits_are_refused(levels, tmp_path):
    Image.fromarray(np.array([levels], np.int32)).save(tmp_path / "x.tif")
    assert f"its pixels go from {levels[0]} to {levels[1]}, and only 0 to 65535 is read" in why_not(tmp_path / "x.tif")


def test_floating_point_is_refused(tmp_path):
    Image.fromarray(np.array([[0.5, 1.0]], np.float32)).save(tmp_path / "x.tif")
    assert "floating-point numbers, whose black and white are unknown" in why_not(tmp_path / "x.tif")


def test_a_deep_transparent_shade_is_refused(tmp_path):
    Image.fromarray(np.array([[0, 1000]], np.uint16)).save(tmp_path / "x.png", transparency=1000)
    assert "more than 8 bits and a transparent shade" in why_not(tmp_path / "x.png")


def test_colours_of_16_bits_keep_their_upper_bits(tmp_path):
    png(tmp_path / "x.png", 2, np.array([[[200 * 256 + 50, 3 * 256 + 200, 65535]]]))
    assert read_picture(str(tmp_path / "x.png"), None).pixels.tolist() == [[[200, 3, 255]]]
    png(tmp_path / "x.png", 4, np.array([[[200 * 256 + 50, 0]]]))
    assert read_picture(str(tmp_path / "x.png"), None).pixels.tolist() == [[[255, 255, 255]]]


def test_the_first_of_several_frames_is_read(tmp_path):
    frames = [Image.new("RGB", (2, 2), (value, 0, 0)) for value in (10, 200)]
    picture = read(frames[0], tmp_path / "x.tif", save_all=True, append_images=frames[1:])
    assert picture.pixels[0, 0].tolist() == [10, 0, 0]


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
def test_a_truncated_file_has_a_reason(share, tmp_path):
    path = tmp_path / "x.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert why_not(path)


def test_a_missing_file_has_a_reason(tmp_path):
    assert "No such file" in why_not(tmp_path / "x.jpg")


@pytest.mark.parametrize("top", [1, 255, 1023, 65535])
def test_scaling_to_8_bits_rounds_to_the_nearest(top):
    scaled = to_8_bits(np.arange(top + 1), top)
    exact = np.arange(top + 1) * 255 / top
    assert scaled.dtype == np.uint8 and (scaled[0], scaled[-1]) == (0, 255)
    assert np.abs(scaled - exact).max() <= 0.5
