import os
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets.folder import IMG_EXTENSIONS

from hdd.data import load
from hdd.data.folder import EXTENSIONS
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


def test_class_names_that_are_no_unicode_are_kept(image_folder):
    path = image_folder()
    for split in ("train", "test"):
        (path / split / "cat").rename(os.fsdecode(os.fsencode(path / split) + b"/caf\xe9"))
    for _ in range(2):
        assert load(f"folder:{path}").classes == ("caf\udce9", "dog")


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
    with pytest.raises(HDDError, match=r"No such file.*train/cat/gone\.png"):
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


def test_extensions_are_those_of_torchvision():
    assert set(EXTENSIONS) == set(IMG_EXTENSIONS)


def test_palettes_and_transparency(image_folder):
    path = image_folder()
    pixels = np.zeros((10, 12, 4), np.uint8)
    pixels[..., 0] = 200
    Image.fromarray(pixels).save(path / "train/cat/0.png")
    palette = Image.new("P", (12, 10), 1)
    palette.putpalette([0, 0, 0, 7, 8, 9])
    palette.save(path / "train/cat/1.png", transparency=b"\x00\x80")
    data = load(f"folder:{path}")
    assert data.train_images[0, :, 0, 0].tolist() == [200, 0, 0]
    assert data.train_images[1, :, 0, 0].tolist() == [7, 8, 9]


def test_images_are_turned_upright(image_folder):
    path = image_folder(size=(12, 12))
    stored = np.zeros((12, 12, 3), np.uint8)
    stored[:6] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is on the right of the stored image
    Image.fromarray(stored).save(path / "train/cat/0.png", exif=exif)
    upright = load(f"folder:{path}").train_images[0, 0]
    assert upright[:, 6:].min() == 255 and upright[:, :6].max() == 0


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


class TestErrors:
    """Each names the input at fault, what is allowed, and what to do."""

    def fails(self, path, *parts, **options):
        with pytest.raises(HDDError) as caught:
            load(f"folder:{path}", **options)
        for part in parts:
            assert re.search(part, str(caught.value)), caught.value

    def test_no_such_path(self, tmp_path):
        self.fails(tmp_path / "nothing", "no folder .*nothing/train", "PATH/train and PATH/test")

    @pytest.mark.parametrize("split", ["train", "test"])
    def test_no_split(self, split, image_folder):
        path = image_folder()
        (path / split).rename(path / "val")
        self.fails(path, f"no folder .*pictures/{split}: ", "PATH/train and PATH/test")

    def test_one_class(self, image_folder):
        self.fails(image_folder(classes=("cat",)), "at least two classes; it has 1")

    def test_no_class(self, tmp_path):
        (tmp_path / "flat/train").mkdir(parents=True)
        self.fails(tmp_path / "flat", "flat/train needs a folder for each class.*it has 0")

    def test_empty_class(self, image_folder):
        path = image_folder()
        for file in (path / "train/dog").iterdir():
            file.rename(file.with_suffix(".gif"))
        self.fails(path, "no image in 'dog'", r"at least one \(\.jpg \.jpeg \.png")

    def test_other_classes_in_test(self, image_folder):
        path = image_folder()
        (path / "test/cat").rename(path / "test/eel")
        self.fails(path, "must be the same", "only in train: 'cat'; only in test: 'eel'")

    def test_unreadable_images(self, image_folder):
        path = image_folder()
        (path / "train/cat/1.png").write_bytes((path / "train/cat/1.png").read_bytes()[:90])
        (path / "train/dog/0.png").write_text("<html>")
        self.fails(path, "train/cat/1.png cannot be read", "repair or remove it", "1 more of the 8 images have")
        (path / "train/cat/1.png").unlink()
        self.fails(path, r"train/dog/0.png cannot be read as an image \(no known image format\)", "remove it.$")

    def test_every_image_unreadable(self, image_folder):
        path = image_folder()
        for file in path.rglob("*.png"):
            file.write_bytes(b"")
        self.fails(path, "7 more of the 8 images")

    def test_other_formats_behind_a_known_extension(self, image_folder):
        path = image_folder()
        (path / "train/cat/0.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 12 10\n")
        self.fails(path, "train/cat/0.png cannot be read")

    def test_deep_pixels(self, image_folder):
        path = image_folder()
        Image.fromarray(np.full((10, 12), 4000, np.uint16)).save(path / "train/cat/0.png")
        self.fails(path, "train/cat/0.png cannot be read", "not 8-bit but of mode I")

    def test_mixed_sizes(self, image_folder):
        path = image_folder()
        Image.new("RGB", (20, 30)).save(path / "train/dog/0.png")
        self.fails(path, r"train/dog/0.png is 20×30 pixels but .*train/cat/0.png is 12×10", "--set image_size=N")

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
