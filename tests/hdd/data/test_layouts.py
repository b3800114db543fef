import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import ImageFolder
from torchvision.datasets.folder import IMG_EXTENSIONS

from hdd.data import load
from hdd.data.layouts import EXTENSIONS, find_parts, looks_like_images
from hdd.errors import HDDError

WNIDS = ("n01443537", "n01629819", "n01641577")


def paint(path, value=0):
    """Writes a picture whose every pixel has the value, so that it can be told from others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), (value, 0, 0)).save(path)


def values(images):
    return images[:, 0, 0, 0].tolist()


def write_annotations(root, pairs, end="\n"):
    lines = [f"{name}\t{wnid}\t0\t32\t44\t62{end}" for name, wnid in pairs]
    (root / "val/val_annotations.txt").write_bytes("".join(lines).encode())


@pytest.fixture
def tiny(tmp_path):
    """A folder as TinyImageNet is published: 3 classes with 4 training images, 6 validation images, unlabelled ones."""
    root = tmp_path / "tiny"
    for label, wnid in enumerate(WNIDS):
        for number in range(4):
            paint(root / f"train/{wnid}/images/{wnid}_{number}.png", 10 * label + number)
        (root / f"train/{wnid}/{wnid}_boxes.txt").write_text("0\t0\t8\t8\n")
    for number in range(6):
        paint(root / f"val/images/val_{number}.png", 100 + number)
        paint(root / f"test/images/test_{number}.png", 200 + number)
    # The file is in no order.
    write_annotations(root, [(f"val_{number}.png", WNIDS[(number + 1) % 3]) for number in (3, 0, 5, 1, 2, 4)])
    (root / "wnids.txt").write_text("\n".join(reversed(WNIDS)))
    return root


@pytest.fixture
def flat(tmp_path):
    """Class folders directly below the path: 13 cats and 4 dogs."""
    for number in range(13):
        paint(tmp_path / f"flat/cat/{number:02}.png", number)
    for number in range(4):
        paint(tmp_path / f"flat/dog/{number:02}.png", 100 + number)
    return tmp_path / "flat"


def fails(path, *parts):
    with pytest.raises(HDDError) as caught:
        load(f"folder:{path}")
    for part in parts:
        assert part in str(caught.value)


class TestTinyImageNet:
    """PATH/train/WNID/images/ with PATH/val/images/ and PATH/val/val_annotations.txt."""

    def test_labels_are_those_of_the_annotations(self, tiny):
        data = load(f"folder:{tiny}")
        assert data.classes == WNIDS
        assert values(data.train_images) == [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]
        assert data.train_labels.tolist() == [0] * 4 + [1] * 4 + [2] * 4
        assert values(data.test_images) == [102, 105, 100, 103, 101, 104]
        assert data.test_labels.tolist() == [0, 0, 1, 1, 2, 2]
        assert data.notes == (
            "test/ is not read, because it has no class folder of train/.",
            "The test images are those of val/val_annotations.txt.",
        )

    def test_the_order_is_that_of_image_folder(self, tiny):
        data, other = load(f"folder:{tiny}"), ImageFolder(str(tiny / "train"))
        assert list(data.classes) == other.classes
        assert data.train_labels.tolist() == other.targets
        assert values(data.train_images) == [np.array(image)[0, 0, 0] for image, _ in other]

    def test_words_are_shown(self, tiny):
        words = ["n01443537\tgoldfish, Carassius auratus", "n01629819\tcrane", "n01641577\tcrane, lifting device"]
        (tiny / "words.txt").write_bytes("\r\n".join(["n00001740\tentity", *words]).encode())
        assert load(f"folder:{tiny}").classes == ("goldfish", "crane (n01629819)", "crane (n01641577)")
        (tiny / "words.txt").write_text("n01629819\tsalamander\n")
        assert load(f"folder:{tiny}").classes == (WNIDS[0], "salamander", WNIDS[2])

    @pytest.mark.parametrize("end", ["\r\n", "\n\n", "\r"])
    def test_line_ends_of_other_systems(self, end, tiny):
        before = load(f"folder:{tiny}")
        write_annotations(tiny, [(f"val_{number}.png", WNIDS[(number + 1) % 3]) for number in range(6)], end)
        after = load(f"folder:{tiny}")
        assert after.fingerprint == before.fingerprint

    def test_a_byte_order_mark_and_lines_without_a_box(self, tiny):
        before = load(f"folder:{tiny}").fingerprint
        lines = [f"val_{number}.png\t{WNIDS[(number + 1) % 3]}" for number in range(6)]
        (tiny / "val/val_annotations.txt").write_text("\n".join(lines), encoding="utf-8-sig")
        assert load(f"folder:{tiny}").fingerprint == before

    def test_changed_annotations_are_noticed(self, tiny):
        before = load(f"folder:{tiny}")
        write_annotations(tiny, [(f"val_{number}.png", WNIDS[number % 3]) for number in range(6)])
        after = load(f"folder:{tiny}")
        assert values(after.test_images) == [100, 103, 101, 104, 102, 105] and before.fingerprint != after.fingerprint

    def test_missing_images_are_named_or_skipped(self, tiny):
        (tiny / "val/images/val_4.png").unlink()
        fails(tiny, "val/images/val_4.png (", "No such file", "--unreadable skip")
        data = load(f"folder:{tiny}", unreadable="skip")
        assert values(data.test_images) == [102, 105, 100, 103, 101]
        assert data.notes[-1].startswith("1 of 18 images cannot be read and are left out: val/images/val_4.png (")

    def test_unknown_classes_are_named(self, tiny):
        with (tiny / "val/val_annotations.txt").open("a") as file:
            file.write("val_9.png\tn09999999\t0\t0\t1\t1\n")
        fails(tiny, "classes of train and val_annotations.txt", "(only in val_annotations.txt: 'n09999999')")
        shutil.rmtree(tiny / "train" / WNIDS[0])
        fails(tiny, "(only in val_annotations.txt: 'n01443537' and 1 more)")

    def test_images_without_a_line_are_said(self, tiny):
        paint(tiny / "val/images/another.png")
        (tiny / "val/images/.hidden.png").touch()
        (tiny / "val/images/notes.txt").touch()
        data = load(f"folder:{tiny}")
        assert len(data.test_images) == 6
        assert (
            data.notes[-1] == "Images of val/images/ without a line in val_annotations.txt are left out: 'another.png'."
        )

    @pytest.mark.parametrize(
        "name", ["../../secret.png", "/etc/secret.png", "a/b.png", "..\\secret.png", "..", ".x.png", ""]
    )
    def test_only_files_in_the_folder_are_read(self, name, tiny, tmp_path):
        paint(tmp_path / "secret.png", 255)
        with (tiny / "val/val_annotations.txt").open("a") as file:
            file.write(f"{name}\t{WNIDS[0]}\n")
        fails(tiny, "Line 7 of", "val_annotations.txt is", "the name of a file in images/, without a folder")

    def test_lines_of_another_form_are_named(self, tiny):
        with (tiny / "val/val_annotations.txt").open("a") as file:
            file.write("val_1.png n01443537 0 0\n")
        fails(tiny, "Line 7 of", "'val_1.png n01443537 0 0'", "separated by a tab")

    def test_two_classes_of_one_image_are_named(self, tiny):
        with (tiny / "val/val_annotations.txt").open("a") as file:
            file.write(f"val_0.png\t{WNIDS[1]}\nval_0.png\t{WNIDS[2]}\n")
        fails(tiny, "gives val_0.png two classes, n01629819 and n01641577")

    def test_no_images_folder(self, tiny):
        shutil.rmtree(tiny / "val/images")
        fails(tiny, "cannot be read", "val/images")

    def test_a_val_folder_with_class_folders_made_by_a_script(self, tiny):
        """Many scripts sort the validation images into class folders and leave the unlabelled test images."""
        (tiny / "val/val_annotations.txt").unlink()
        for number in range(6):
            paint(tiny / f"val/{WNIDS[(number + 1) % 3]}/images/val_{number}.png", 100 + number)
        shutil.rmtree(tiny / "val/images")
        assert values(load(f"folder:{tiny}").test_images) == [102, 105, 100, 103, 101, 104]


class TestVal:
    """PATH/train/CLASS and PATH/val/CLASS, as ImageNet is kept."""

    def test_val_is_the_test_part(self, image_folder):
        path = image_folder()
        plain = load(f"folder:{path}")
        assert plain.notes == ()
        (path / "test").rename(path / "val")
        data = load(f"folder:{path}")
        assert data.fingerprint == plain.fingerprint
        assert data.notes == ("The test images are those of val.",)

    @pytest.mark.parametrize("name", ["valid", "validation"])
    def test_val_may_have_a_longer_name(self, name, image_folder):
        path = image_folder()
        plain = load(f"folder:{path}")
        (path / "test").rename(path / name)
        data = load(f"folder:{path}")
        assert data.fingerprint == plain.fingerprint
        assert data.notes == (f"The test images are those of {name}.",)

    def test_test_goes_before_val(self, image_folder):
        path = image_folder()
        plain = load(f"folder:{path}").fingerprint
        for name in ("cat", "dog"):
            paint(path / "val" / name / "0.png")
        data = load(f"folder:{path}")
        assert data.fingerprint == plain
        assert data.notes == ("val/ is not read, because there is test/.",), "though the images are those of before"

    def test_test_images_without_labels_are_left_out(self, image_folder):
        path = image_folder()
        (path / "test").rename(path / "val")
        before = load(f"folder:{path}").fingerprint
        for file in ("test/0.png", "test/all/0.png"):
            paint(path / file)
            data = load(f"folder:{path}")
            assert data.fingerprint == before
            assert data.notes[0] == "test/ is not read, because it has no class folder of train/."

    def test_validation_images_without_labels(self, image_folder):
        path = image_folder()
        shutil.rmtree(path / "test")
        paint(path / "val/0.png")
        fails(path, "val needs a folder for each class", "it has 0", "val_annotations.txt")

    def test_classes_are_joined_by_name(self, image_folder):
        path = image_folder(classes=("cat", "dog", "eel"))
        (path / "test").rename(path / "val")
        for name, value in (("eel", 3), ("cat", 1), ("dog", 2)):
            paint(path / "val" / name / "0.png", value)
            Image.new("RGB", (12, 10), (value, 0, 0)).save(path / "val" / name / "0.png")
        assert values(load(f"folder:{path}").test_images) == [1, 2, 3]

    def test_classes_in_one_part_only(self, image_folder):
        path = image_folder()
        (path / "test").rename(path / "val")
        (path / "val/cat").rename(path / "val/eel")
        fails(path, "classes of train and val in", "(only in train: 'cat'; only in val: 'eel')")


class TestHeldOut:
    """PATH/train/CLASS alone, or PATH/CLASS: test images are held out."""

    def test_a_fifth_of_each_class_is_held_out(self, flat):
        data = load(f"folder:{flat}")
        assert data.test_labels.tolist() == [0, 0, 1] and data.train_labels.bincount().tolist() == [11, 3]
        assert sorted(values(data.train_images) + values(data.test_images)) == [*range(13), *range(100, 104)]
        assert values(data.train_images) == sorted(values(data.train_images)), "the order of the files is kept"
        assert data.notes == (
            "The folder has no train/, test/ or val/, so one in 5 images of each class, and at least one, is held out "
            "for testing. Which ones is drawn with a fixed seed from the sorted paths.",
        )

    def test_which_is_always_the_same(self, flat):
        """These were drawn once; runs that were made since must find the same images on any machine."""
        assert values(load(f"folder:{flat}").test_images) == [0, 10, 100]

    def test_it_does_not_depend_on_the_place_or_the_names(self, flat, tmp_path):
        first = load(f"folder:{flat}")
        copy = tmp_path / "elsewhere"
        shutil.copytree(flat, copy)
        assert load(f"folder:{copy}").fingerprint == first.fingerprint
        (tmp_path / "nested").mkdir()
        copy.rename(tmp_path / "nested/train")
        nested = load(f"folder:{tmp_path / 'nested'}")
        assert nested.fingerprint == first.fingerprint
        assert nested.notes[0].startswith("The folder has no test/ or val/, so one in 5")

    def test_it_is_a_draw(self, tmp_path):
        for number in range(200):
            for name in "abcdef":
                paint(tmp_path / f"set/{name}/{number:03}.png", number)
        data = load(f"folder:{tmp_path / 'set'}")
        drawn = [values(data.test_images[data.test_labels == label]) for label in range(6)]
        assert all(len(each) == 40 for each in drawn)
        assert len({tuple(each) for each in drawn}) == 6, "each class has a draw of its own"
        # The mean of 240 of the numbers 0 to 199 is 99.5 with a standard error of 3.4.
        assert abs(np.mean(drawn) - 99.5) < 10

    def test_two_images_are_the_least(self, tmp_path):
        for name in ("a/0", "a/1", "b/0", "c/0"):
            paint(tmp_path / f"set/{name}.png")
        fails(tmp_path / "set", "only one image in 'b' and 1 more", "at least two")
        paint(tmp_path / "set/b/1.png")
        paint(tmp_path / "set/c/1.png")
        data = load(f"folder:{tmp_path / 'set'}")
        assert data.train_labels.tolist() == data.test_labels.tolist() == [0, 1, 2]

    def test_an_unreadable_image_moves_no_other(self, flat):
        before = load(f"folder:{flat}")
        (flat / "cat/00.png").write_bytes(b"")
        after = load(f"folder:{flat}", unreadable="skip")
        assert values(after.test_images) == [value for value in values(before.test_images) if value]

    @pytest.mark.parametrize("names", [("Train", "Test"), ("training", "validation"), ("test", "val")])
    def test_folders_that_look_like_parts_are_no_classes(self, names, flat, tmp_path):
        (tmp_path / "set").mkdir()
        for name in names:
            shutil.copytree(flat, tmp_path / "set" / name)
        fails(tmp_path / "set", f"has no folder train, but '{min(names)}' and 1 more", "PATH/train/CLASS/")


class TestBesideTrain:
    """Folders of images beside train/: it may be a part, or a class among others."""

    @pytest.mark.parametrize("below", ["", "a/"])
    def test_a_class_that_is_called_train_does_not_swallow_the_others(self, below, tmp_path):
        for name in ("bus", "car", "train"):
            for number in range(2):
                paint(tmp_path / f"set/{name}/{below}{number}.png", 10 * number)
                paint(tmp_path / f"set/{name}/{below and 'b/'}{number}.png", 10 * number)
        fails(
            tmp_path / "set",
            "images in train/ and beside it, in 'bus' and 1 more",
            "move the others out of",
            f"move all class folders into a new folder {tmp_path}/set/train.",
        )
        (tmp_path / "set").rename(tmp_path / "train")
        (tmp_path / "set").mkdir()
        (tmp_path / "train").rename(tmp_path / "set/train")
        assert load(f"folder:{tmp_path}/set").classes == ("bus", "car", "train")

    def test_what_is_not_read_beside_two_parts_is_said(self, image_folder):
        path = image_folder()
        plain = load(f"folder:{path}").fingerprint
        for file in ("extra/a/0.png", "valid/0.png", "validation/0.png"):
            paint(path / file)
        (path / "labels").mkdir()
        data = load(f"folder:{path}")
        assert data.fingerprint == plain
        assert data.notes == (
            "valid/ is not read, because there is test/.",
            "extra/ is not read, because there is train/.",
            "validation/ is not read, because there is train/.",
        )

    def test_folders_without_images_are_nothing(self, flat, tmp_path):
        (tmp_path / "set/labels").mkdir(parents=True)
        (tmp_path / "set/labels/0.txt").touch()
        shutil.copytree(flat, tmp_path / "set/train")
        assert load(f"folder:{tmp_path}/set").classes == ("cat", "dog")

    def test_classes_that_are_called_like_parts_are_told_where_they_may_lie(self, flat, tmp_path):
        shutil.copytree(flat / "cat", tmp_path / "set/test")
        shutil.copytree(flat / "dog", tmp_path / "set/dog")
        fails(tmp_path / "set", "has no folder train, but 'test'", "move all class folders into a new folder")
        shutil.copytree(flat / "dog", tmp_path / "set/train")
        fails(tmp_path / "set", "train needs a folder for each class", "move all class folders into a new folder")


class TestErrors:
    """Each says what is there and which layouts are read."""

    def test_no_such_path(self, tmp_path):
        fails(tmp_path / "nothing", f"no folder {tmp_path}/nothing", "PATH/train/CLASS/", "PATH/CLASS/")

    def test_a_file(self, tmp_path):
        (tmp_path / "x.zip").touch()
        fails(tmp_path / "x.zip", "no folder", "PATH/train/CLASS/")

    def test_images_without_class_folders(self, tmp_path):
        paint(tmp_path / "set/0.png")
        fails(tmp_path / "set", "set needs a folder for each class", "it has 0", "PATH/train/CLASS/")

    def test_one_class(self, image_folder):
        fails(image_folder(classes=("cat",)), "train needs a folder for each class", "at least two classes; it has 1")

    @pytest.mark.parametrize("part", ["train", "test"])
    def test_empty_class(self, part, image_folder):
        path = image_folder()
        for file in (path / part / "dog").iterdir():
            file.rename(file.with_suffix(".gif"))
        fails(path, f"{part} has no image in 'dog'", "at least one (.jpg .jpeg .png")

    def test_other_classes_in_test(self, image_folder):
        path = image_folder()
        (path / "test/cat").rename(path / "test/eel")
        fails(path, "must be the same", "only in train: 'cat'; only in test: 'eel'")
        shutil.rmtree(path / "test/dog")
        shutil.copytree(path / "test/eel", path / "test/fox")
        fails(path, "only in train: 'cat' and 1 more; only in test: 'eel' and 1 more")


def test_one_name_in_both_parts_is_two_images(tmp_path):
    for part, value in (("train", 1), ("test", 2)):
        for name in "ab":
            paint(tmp_path / f"set/{part}/{name}/same.png", value)
    data = load(f"folder:{tmp_path / 'set'}")
    assert values(data.train_images) == [1, 1] and values(data.test_images) == [2, 2]


def test_linked_class_folders_are_read(flat, tmp_path):
    (tmp_path / "linked").mkdir()
    for name in ("cat", "dog"):
        (tmp_path / "linked" / name).symlink_to(flat / name)
    assert load(f"folder:{tmp_path / 'linked'}").fingerprint == load(f"folder:{flat}").fingerprint


def test_extensions_are_those_of_torchvision():
    assert set(EXTENSIONS) == set(IMG_EXTENSIONS)


def test_folders_that_look_like_images(tiny, flat, tmp_path):
    assert looks_like_images(tiny) and looks_like_images(flat)
    assert not looks_like_images(tmp_path), "a folder of data sets is none itself"
    (tmp_path / "empty").mkdir()
    assert not looks_like_images(tmp_path / "empty")


def test_parts_are_found_without_torch(tiny):
    """The server describes folders, and does not load torch for that."""
    code = (
        "import sys; from pathlib import Path; from hdd.data.layouts import find_parts; "
        "print(find_parts(Path(sys.argv[1])).test, 'torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code, tiny], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [str(find_parts(tiny).test), "False"]


def test_splits_share_no_memory_of_images_that_were_skipped(flat):
    (flat / "cat/00.png").write_bytes(b"")
    data = load(f"folder:{flat}", unreadable="skip")
    assert data.train_images.is_contiguous() and data.test_images.is_contiguous()
    assert torch.equal(data.train_labels, data.train_labels.sort().values)
