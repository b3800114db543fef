import os
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from hdd import memory
from hdd.data import load
from hdd.data.layouts import EXTENSIONS
from hdd.errors import HDDError

REAL = Path(os.environ.get("HDD_DATA_DIR", "")) / "cifar10"
STRANGE_NAMES = ("<img src=x onerror=alert(1)>", "$(rm -rf .) 'q' \"q\"", "ねこ 🐈", "a\nb")


def pixels_of(path):
    return torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)


def test_pixels_and_labels_are_the_files(image_folder):
    path = image_folder()
    data = load(f"folder:{path}")
    assert (data.name, data.channels, data.size) == (f"folder:{path}", 3, (10, 12))
    assert data.classes == ("cat", "dog")
    assert data.train_labels.tolist() == [0, 0, 0, 1, 1, 1] and data.test_labels.tolist() == [0, 1]
    assert data.train_labels.dtype == torch.int64
    files = [path / "train" / label / f"{number}.png" for label in ("cat", "dog") for number in range(3)]
    assert torch.equal(data.train_images, torch.stack([pixels_of(file) for file in files]))
    assert torch.equal(data.test_images[1], pixels_of(path / "test/dog/0.png"))
    fractions = data.train_images.double() / 255
    torch.testing.assert_close(data.mean, fractions.mean((0, 2, 3)).float())
    torch.testing.assert_close(data.std, fractions.std((0, 2, 3), correction=0).float())


def test_what_is_no_regular_file_is_said(image_folder):
    path = image_folder()
    os.mkfifo(path / "train/cat/8.png")
    with pytest.raises(HDDError, match=r"cat/8\.png \(it is no regular file, but a folder, a pipe or a device\)"):
        load(f"folder:{path}")
    assert len(load(f"folder:{path}", unreadable="skip").train_images) == 6


def test_images_that_the_memory_cannot_hold(image_folder, monkeypatch):
    path = image_folder()
    monkeypatch.setattr(memory, "available", lambda: 5000)
    with pytest.raises(HDDError, match=r"The 8 images in .*, with 12×10 pixels each, would take .*image_size=N"):
        load(f"folder:{path}")
    assert load(f"folder:{path}", size=8).size == (8, 8)
    with pytest.raises(HDDError, match="with 64×64 pixels each"):
        load(f"folder:{path}", size=64)


def test_a_size_that_is_no_whole_number(image_folder):
    with pytest.raises(HDDError, match=r"image size 8\.0 is not a whole number from 8 to 1024"):
        load(f"folder:{image_folder()}", size=8.0)
    assert load(f"folder:{image_folder('other')}", size=np.int64(8)).size == (8, 8)


def test_twelve_bits_are_the_same_in_each_format(tmp_path):
    levels = np.arange(0, 4096, 64, dtype=np.uint16).reshape(8, 8)
    for label in "ab":
        folder = tmp_path / "deep" / label
        folder.mkdir(parents=True)
        Image.fromarray(levels).save(folder / "0.png")
        (folder / "1.pgm").write_bytes(b"P5 8 8 4095\n" + levels.astype(">u2").tobytes())
    data = load(f"folder:{tmp_path / 'deep'}")
    (first, *_), (second, *_) = data.train_images, data.test_images
    assert torch.equal(first, second) and first.max() == 251


def test_second_load_reads_no_image(image_folder):
    path, calls = image_folder(), []
    first = load(f"folder:{path}", progress=lambda done, total: calls.append((done, total)))
    assert calls == [(8, 8)]
    second = load(f"folder:{path}", progress=lambda done, total: calls.append((done, total)))
    assert calls == [(8, 8)]
    assert second.fingerprint == first.fingerprint and second.classes == first.classes
    assert torch.equal(second.train_images, first.train_images)


def change(path):
    Image.new("RGB", (12, 10)).save(path / "train/cat/0.png")


def add(path):
    Image.new("RGB", (12, 10)).save(path / "train/cat/9.png")


def remove(path):
    (path / "train/cat/2.png").unlink()


def rename(path):
    (path / "train/cat/0.png").rename(path / "train/cat/9.png")


def touch(path):
    swapped = (path / "train/cat/1.png").read_bytes()
    (path / "train/cat/1.png").write_bytes(swapped)


def rename_class(path):
    for split in ("train", "test"):
        (path / split / "cat").rename(path / split / "eel")


@pytest.mark.parametrize("edit", [change, add, remove, rename, touch, rename_class])
def test_any_change_of_the_files_is_noticed(edit, image_folder):
    path, calls = image_folder(), []
    load(f"folder:{path}")
    edit(path)
    after = load(f"folder:{path}", progress=lambda done, total: calls.append(total))
    files = sorted((path / "train").rglob("*.png"))
    assert calls == [len(files) + 2]
    assert torch.equal(after.train_images, torch.stack([pixels_of(file) for file in files]))


def test_relative_paths_and_home_are_resolved(image_folder, monkeypatch):
    path = image_folder()
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("HOME", str(path.parent))
    prints = {load(name).fingerprint for name in (f"folder:{path}", "folder:pictures", "folder:~/pictures")}
    assert len(prints) == 1
    assert len(list((path.parent / "cache/images").iterdir())) == 1


def test_class_names_are_kept_as_given(image_folder):
    path = image_folder(classes=STRANGE_NAMES)
    assert load(f"folder:{path}").classes == tuple(sorted(STRANGE_NAMES))
    assert load(f"folder:{path}").classes == tuple(sorted(STRANGE_NAMES)), "from the cache"


def test_class_names_that_are_no_unicode_are_written_so_that_every_page_shows_them(image_folder):
    path = image_folder()
    for split in ("train", "test"):
        (path / split / "cat").rename(os.fsdecode(os.fsencode(path / split) + b"/caf\xe9"))
    for _ in range(2):
        assert load(f"folder:{path}").classes == ("caf\\xe9", "dog")


def test_images_below_a_class_folder_count(image_folder):
    path = image_folder()
    (path / "train/cat/images").mkdir()
    (path / "train/cat/2.png").rename(path / "train/cat/images/2.PNG")
    assert load(f"folder:{path}").train_labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_other_files_and_loops_are_ignored(image_folder):
    path = image_folder()
    before = load(f"folder:{path}").fingerprint
    for name in (".DS_Store", "._0.png", "Thumbs.db", "notes.txt"):
        (path / "train/cat" / name).write_bytes(b"\0")
    (path / "train" / ".ipynb_checkpoints").mkdir()
    (path / "train/README.md").touch()
    (path / "train/cat/again").symlink_to(path / "train/cat")
    (path / "train/cat/up").symlink_to("..")
    (path / "train/dog/self").symlink_to("self")
    calls = []
    # "up" leads to dog's images, too: a link to a folder is followed, but not round and round.
    data = load(f"folder:{path}", progress=lambda done, total: calls.append(total))
    assert data.train_labels.bincount().tolist() == [6, 3]
    (path / "train/cat/up").unlink()
    assert load(f"folder:{path}").fingerprint == before


def test_broken_link_is_named(image_folder):
    path = image_folder()
    (path / "train/cat/gone.png").symlink_to("nowhere.png")
    with pytest.raises(HDDError, match=r"train/cat/gone\.png \(.*No such file.*cannot be read"):
        load(f"folder:{path}")


def test_grey_images_give_one_channel(image_folder):
    path = image_folder(mode="L")
    data = load(f"folder:{path}")
    assert (data.channels, data.mean.shape) == (1, (1,))
    assert torch.equal(data.test_images[0], pixels_of(path / "test/cat/0.png")[:1])


def test_one_coloured_image_makes_all_three_channelled(image_folder):
    path = image_folder(mode="L")
    grey = load(f"folder:{path}")
    Image.new("RGB", (12, 10), (10, 20, 30)).save(path / "test/dog/0.png")
    data = load(f"folder:{path}")
    assert torch.equal(data.train_images, grey.train_images.expand(-1, 3, -1, -1))
    assert data.test_images[1, :, 0, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize("suffix", EXTENSIONS)
def test_formats(suffix, image_folder):
    path = image_folder(suffix=suffix, mode="L" if suffix == ".pgm" else "RGB")
    data = load(f"folder:{path}")
    expected = pixels_of(path / "test/cat/0.png".replace(".png", suffix))[: data.channels]
    assert torch.equal(data.test_images[0], expected)


def test_size_crops_the_centre_and_resizes(image_folder):
    path = image_folder(size=(64, 32))
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, :16] = 255  # left of the centre square
    picture[:, 16:48, 1] = np.arange(32) % 2 * 200
    Image.fromarray(picture).save(path / "train/cat/0.png")
    data = load(f"folder:{path}", size=8)
    assert data.size == (8, 8)
    assert data.train_images[0, 0, :, 1:].max() == 0
    assert data.train_images[0, 0, :, 0].max() < 64, "the filter reaches a little over the edge of the crop"
    assert (data.train_images[0, 1].float() - 100).abs().max() < 30, "stripes are averaged, not sampled"


def test_sizes_are_cached_apart_and_mix(image_folder):
    path = image_folder()
    Image.new("RGB", (40, 30)).save(path / "test/dog/0.png")
    small, large = load(f"folder:{path}", size=8), load(f"folder:{path}", size=16)
    assert (small.size, large.size) == ((8, 8), (16, 16))
    assert load(f"folder:{path}", size=8).fingerprint == small.fingerprint != large.fingerprint


@pytest.mark.parametrize("size", [0, 7, -3, 1025, "8"])
def test_size_has_bounds(size, image_folder):
    with pytest.raises(HDDError, match=f"{size} is not a whole number from 8 to 1024"):
        load(f"folder:{image_folder()}", size=size)


def test_constant_images_can_be_normalised(image_folder):
    path = image_folder()
    for file in path.rglob("*.png"):
        Image.new("RGB", (12, 10), (255, 255, 255)).save(file)
    data = load(f"folder:{path}")
    assert torch.equal(data.to_pixels(data.normalise(data.train_images)), data.train_images)
    assert data.normalise(data.train_images).isfinite().all()


def test_large_images_are_read_in_order_by_several_threads(image_folder):
    path = image_folder(size=(100, 90))
    assert (path / "train/cat/0.png").stat().st_size > 16_384
    files = sorted((path / "train").rglob("*.png"))
    assert torch.equal(load(f"folder:{path}").train_images, torch.stack([pixels_of(file) for file in files]))


def noise(path, size=(12, 10)):
    """A picture of more bytes than its header needs, so that it can be cut short."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(len(path.name)).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


class TestSkipping:
    """Unreadable images are left out, counted and named if the user asks for that."""

    @pytest.fixture
    def damaged(self, image_folder):
        path = image_folder()
        noise(path / "train/cat/3.jpg")
        whole = (path / "train/cat/3.jpg").read_bytes()
        (path / "train/cat/3.jpg").write_bytes(whole[: len(whole) * 3 // 4])
        (path / "train/cat/0.png").write_text("<html>")
        (path / "test/dog/1.png").symlink_to("gone.png")
        return path

    def test_the_others_are_as_without_them(self, damaged):
        data = load(f"folder:{damaged}", unreadable="skip")
        assert data.train_labels.tolist() == [0, 0, 1, 1, 1] and data.test_labels.tolist() == [0, 1]
        (note,) = data.notes
        assert note.startswith("3 of 10 images cannot be read and are left out: train/cat/0.png (no known image format")
        assert "; train/cat/3.jpg (" in note and note.endswith("; test/dog/1.png (No such file or directory).")
        for name in ("train/cat/3.jpg", "train/cat/0.png", "test/dog/1.png"):
            (damaged / name).unlink()
        alone = load(f"folder:{damaged}")
        assert alone.fingerprint == data.fingerprint and alone.notes == ()

    def test_the_cache_keeps_what_was_left_out(self, damaged):
        calls = []
        first = load(f"folder:{damaged}", unreadable="skip")
        second = load(f"folder:{damaged}", unreadable="skip", progress=lambda *done: calls.append(done))
        assert not calls and second.notes == first.notes
        with pytest.raises(HDDError, match="cannot be read"):
            load(f"folder:{damaged}")

    def test_a_file_that_was_repaired_comes_back(self, damaged):
        before = load(f"folder:{damaged}", unreadable="skip")
        noise(damaged / "train/cat/0.png")
        after = load(f"folder:{damaged}", unreadable="skip")
        assert len(after.train_images) == len(before.train_images) + 1
        assert torch.equal(after.train_images[0], pixels_of(damaged / "train/cat/0.png"))

    def test_many_are_counted_and_the_first_named(self, image_folder):
        path = image_folder()
        for number in range(25):
            (path / f"train/dog/x{number:02}.png").touch()
        (note,) = load(f"folder:{path}", unreadable="skip").notes
        assert note.startswith("25 of 33 images cannot be read") and note.endswith("; and 15 more.")
        assert "train/dog/x09.png" in note and "train/dog/x10.png" not in note

    @pytest.mark.parametrize(("part", "name"), [("train", "training"), ("test", "test")])
    def test_a_class_keeps_an_image_in_each_part(self, part, name, image_folder):
        path = image_folder()
        for file in (path / part / "dog").iterdir():
            file.write_bytes(b"")
        with pytest.raises(HDDError, match=f"No {name} image of the class 'dog' can be read"):
            load(f"folder:{path}", unreadable="skip")

    def test_other_sizes_are_no_reason_to_leave_an_image_out(self, damaged):
        noise(damaged / "train/dog/9.png", (20, 30))
        with pytest.raises(HDDError, match=r"train/dog/9\.png is 20×30 pixels"):
            load(f"folder:{damaged}", unreadable="skip")

    def test_it_is_for_folders_and_has_two_values(self, image_folder):
        with pytest.raises(HDDError, match="unreadable=skip is not allowed, because digits"):
            load("digits", unreadable="skip")
        with pytest.raises(HDDError, match="unreadable='maybe' is not allowed: give refuse or skip"):
            load(f"folder:{image_folder()}", unreadable="maybe")


class TestDeepGreys:
    """Grey levels of more than 8 bits are scaled by one rule for all images of a set."""

    def save(self, path, top, dtype=np.uint16):
        levels = np.linspace(0, top, 120).round().astype(dtype).reshape(10, 12)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(levels).save(path)
        return levels.astype(np.int64)

    @pytest.mark.parametrize(("top", "full"), [(65535, 65535), (4000, 4095), (1023, 1023), (200, 255)])
    @pytest.mark.parametrize(
        ("suffix", "dtype"), [(".png", np.uint16), (".tif", np.uint16), (".tif", ">u2"), (".tif", np.int32)]
    )
    def test_the_bits_in_use_decide(self, top, full, suffix, dtype, tmp_path):
        levels = {}
        for part in ("train", "test"):
            for name, share in (("a", 1), ("b", 3)):
                levels[part, name] = self.save(tmp_path / "set" / part / name / f"0{suffix}", top // share, dtype)
        data = load(f"folder:{tmp_path / 'set'}")
        assert (data.channels, data.size) == (1, (10, 12))
        for label, name in enumerate("ab"):
            expected = [round(Fraction(int(level) * 255, full)) for level in levels["train", name].flat]
            assert data.train_images[label].flatten().tolist() == expected, "the same rule for bright and dark images"
        (note,) = data.notes
        assert note == f"4 of 4 images have pixels of more than 8 bits: 0 to {full:,} becomes 0 to 255."

    def test_8_bit_images_beside_them_stay_as_they_are(self, image_folder):
        path = image_folder(mode="L")
        levels = self.save(path / "train/cat/0.png", 65535)
        data = load(f"folder:{path}")
        assert data.train_images[0, 0].flatten().tolist() == [round(Fraction(int(v), 257)) for v in levels.flat]
        assert torch.equal(data.train_images[1], pixels_of(path / "train/cat/1.png")[:1])
        assert (
            data.notes[0].startswith("1 of 8 images have pixels of more than 8 bits: 0 to 65,535")
            and data.channels == 1
        )

    def test_they_have_three_channels_beside_coloured_ones(self, image_folder):
        path = image_folder()
        self.save(path / "train/cat/0.png", 65535)
        data = load(f"folder:{path}")
        assert torch.equal(data.train_images[0], data.train_images[0, :1].expand(3, -1, -1))
        assert data.train_images[0].max() == 255

    def test_levels_are_averaged_before_they_are_rounded(self, tmp_path):
        for part in ("train", "test"):
            for name in "ab":
                file = tmp_path / "set" / part / name / "0.tif"
                file.parent.mkdir(parents=True)
                # In 8 bits 100 would be 0, and 65435 would be 255.
                pixels = np.tile(np.array([[100, 65435], [65435, 100]], ">u2"), (16, 16))
                Image.fromarray(pixels).save(file)
        data = load(f"folder:{tmp_path / 'set'}", size=8)
        assert (data.train_images.float() - 127.5).abs().max() <= 1.5


class TestErrors:
    """Each names the input at fault, what is allowed, and what to do."""

    def fails(self, path, *parts, **options):
        with pytest.raises(HDDError) as caught:
            load(f"folder:{path}", **options)
        for part in parts:
            assert re.search(part, str(caught.value)), caught.value

    def test_unreadable_images(self, image_folder):
        path = image_folder()
        (path / "train/cat/1.png").write_bytes((path / "train/cat/1.png").read_bytes()[:90])
        (path / "train/dog/0.png").write_text("<html>")
        self.fails(
            path,
            r"pictures/train/cat/1.png \(.+\) cannot be read: repair or remove it",
            r"or set Unreadable images to skip \(--unreadable skip, .*\)\. 1 more of the 8 images have problems\.$",
        )
        (path / "train/cat/1.png").unlink()
        self.fails(path, r"train/dog/0.png \(no known image format\) cannot be read", r"unreadable='skip'\)\.$")

    def test_every_image_unreadable(self, image_folder):
        path = image_folder()
        for file in path.rglob("*.png"):
            file.write_bytes(b"")
        for unreadable in ("refuse", "skip"):
            self.fails(path, "None of the 8 images in .*pictures can be read", "train/cat/0.png", unreadable=unreadable)

    def test_other_formats_behind_a_known_extension(self, image_folder):
        path = image_folder()
        (path / "train/cat/0.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 12 10\n")
        self.fails(path, r"train/cat/0.png \(no known image format\) cannot be read")

    def test_mixed_sizes(self, image_folder):
        path = image_folder()
        Image.new("RGB", (20, 30)).save(path / "train/dog/0.png")
        self.fails(
            path,
            r"train/dog/0.png is 20×30 pixels but .*train/cat/0.png is 12×10",
            r"set Image size \(--image-size N, in Python image_size=N\)",
        )

    def test_strange_paths(self, tmp_path):
        self.fails("a\0b", "cannot be read")
        self.fails("~nobody-of-that-name/x", "cannot be read")
        (tmp_path / "loop").symlink_to("loop")
        self.fails(tmp_path / "loop", "loop")

    def test_nothing_is_cached_after_an_error(self, image_folder, tmp_path):
        path = image_folder()
        (path / "train/cat/1.png").write_bytes(b"")
        self.fails(path, "cannot be read")
        assert not (tmp_path / "cache").exists()


@pytest.mark.skipif(not (REAL / "train").is_dir(), reason="HDD_DATA_DIR holds no cifar10/train with JPEG class folders")
def test_cifar10_as_a_folder_of_jpeg_files(tmp_path):
    for split, count in (("train", 50), ("test", 10)):
        for folder in (REAL / split).iterdir():
            copy = tmp_path / "subset" / split / folder.name
            copy.mkdir(parents=True)
            for file in sorted(folder.iterdir())[:count]:
                (copy / file.name).symlink_to(file)
    data = load(f"folder:{tmp_path / 'subset'}")
    assert data.classes[:3] == ("airplane", "automobile", "bird") and len(data.classes) == 10
    assert data.train_images.shape == (500, 3, 32, 32) and data.test_images.shape == (100, 3, 32, 32)
    assert data.train_labels.bincount().tolist() == [50] * 10
    # The mean of the whole set is .4914 .4822 .4465; 500 images have a standard error of about .006.
    assert (data.mean - torch.tensor([0.4914, 0.4822, 0.4465])).abs().max() < 0.03
