"""Where an image folder has its training and its test images, and what its classes are; docs/data.md shows the layouts.

The extension of a file decides whether it is an image (`EXTENSIONS`, upper or lower case). Images may be in the class
folder or in folders below it, and they are sorted by their paths. Symbolic links are followed, but no folder is read
twice for a class. Names that start with a dot and files with other extensions are ignored.

This module does not import torch, so that a page can describe a folder.
"""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hdd.draws import generator
from hdd.errors import DataError

EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")

LAYOUTS = (
    "PATH/train/CLASS/ with PATH/test/CLASS/ or PATH/val/CLASS/ (or valid/) or TinyImageNet's "
    "PATH/val/val_annotations.txt, or PATH/train/CLASS/ alone, or PATH/CLASS/"
)

UNREADABLE = (REFUSE, SKIP) = ("refuse", "skip")
"""What can be done about images that cannot be read."""

_ANNOTATIONS = "val_annotations.txt"
_HELD_OUT = 5
_VALIDATION = ("val", "valid", "validation")
SPLIT_NAMES = {"train", "training", "test", "testing", "val", "valid", "validation"}
"""Names of folders, in lower case, that are parts of a data set and no classes."""

# A plain tuple, because named fields would cost a tenth of a second for 60,000 files at every load.
File = tuple[str, int, int]
"""The path of an image, its bytes, and its modification time in ns; −1 and −1 if the file cannot be reached."""

Classes = dict[str, list[File]]
"""The images of each class, by the name of the class and sorted by path."""


class Parts(NamedTuple):
    """Where the two parts of an image folder are.

    train: holds a folder for each class.
    test: the same, or the annotation file of TinyImageNet; None if the test images are held out of `train`.
    notes: sentences on what is read, where that is not plain.
    """

    train: Path
    test: Path | None
    notes: tuple[str, ...]


class Contents(NamedTuple):
    """What an image folder holds.

    train, test: the images; both have the same classes, in the same order, and each class has at least one image.
    names: the names of the classes that people see, all different.
    notes: sentences on what is read, where that is not plain.
    """

    train: Classes
    test: Classes
    names: tuple[str, ...]
    notes: tuple[str, ...]


def find_parts(root: Path) -> Parts:
    """The two parts of an image folder. Hardly more than names of folders is read, so this takes no time.

    Raises:
        DataError: the folder has none of the `LAYOUTS`, or train/ may be a part or a class.
        OSError: it cannot be read.
    """
    train, test = root / "train", root / "test"
    val = next((root / name for name in _VALIDATION if (root / name).is_dir()), root / "val")
    if not root.is_dir():
        raise DataError(f"There is no folder {root}: {_needed()}")
    if not train.is_dir():
        if splits := [name for name in _class_names(root) if name.lower() in SPLIT_NAMES]:
            raise DataError(f"{root} has no folder train, but {_some(splits)}: {_needed()} {_classes_named_so(root)}")
        return Parts(root, None, (_held_out_note("The folder has no train/, test/ or val/"),))
    notes = _beside_parts(root, train, test, val)
    if test.is_dir():
        labelled = not {*_class_names(train)}.isdisjoint(_class_names(test))
        if labelled or not val.is_dir():
            unread = (f"{val.name}/ is not read, because there is test/.",) if val.is_dir() else ()
            return Parts(train, test, (*unread, *notes))
        # TinyImageNet and ImageNet publish their test images without labels.
        notes = ("test/ is not read, because it has no class folder of train/.", *notes)
    if not val.is_dir():
        return Parts(train, None, (_held_out_note("The folder has no test/ or val/"), *notes))
    annotations = val / _ANNOTATIONS
    found = annotations if annotations.is_file() else val
    return Parts(train, found, (*notes, f"The test images are those of {found.relative_to(root).as_posix()}."))


def _beside_parts(root: Path, train: Path, test: Path, val: Path) -> tuple[str, ...]:
    """Sentences on the folders of images beside train/, test/ and val/, which are not read.

    Raises:
        DataError: there is no test/ or val/, so train/ may be a class like the folders beside it, as in
            torchvision's ImageFolder.
    """
    beside = [name for name in _class_names(root) if name not in (train.name, test.name, val.name)]
    unread = [name for name in beside if _holds_image(root / name)]
    classes = [name for name in unread if name.lower() not in SPLIT_NAMES]
    if classes and not test.is_dir() and not val.is_dir():
        raise DataError(
            f"{root} has images in train/ and beside it, in {_some(classes)}, so train may hold the training images or "
            f"be a class. If it holds the training images, move the others out of {root}. {_classes_named_so(root)}"
        )
    return tuple(f"{name}/ is not read, because there is train/." for name in unread)


def _classes_named_so(root: Path) -> str:
    return f"If train, test or val is the name of a class, move all class folders into a new folder {root / 'train'}."


def _holds_image(folder: Path) -> bool:
    return any(_is_image(name) for _, _, names in os.walk(folder) for name in names)


def looks_like_images(folder: Path) -> bool:
    """Whether a folder has train/, or class folders of which the first has an image in it. This takes no time.

    Raises:
        OSError: it cannot be read.
    """
    if (folder / "train").is_dir():
        return True
    names = _class_names(folder)
    return len(names) > 1 and any(_is_image(name) for name in os.listdir(folder / names[0]))  # noqa: PTH208


def scan(root: Path) -> Contents:
    """Finds all images of a folder, without opening them.

    Raises:
        DataError: the folder has none of the `LAYOUTS`, a class has no image, or the parts have different classes.
        OSError: it cannot be read.
    """
    parts = find_parts(root)
    train, notes = _class_folders(parts.train), parts.notes
    if parts.test is None:
        train, test = _hold_out(train)
    elif parts.test.name == _ANNOTATIONS:
        test = _annotated(parts.test)
        images = parts.test.parent / "images"
        known = {Path(path).name for files in test.values() for path, *_ in files}
        if others := [name for name in os.listdir(images) if _is_image(name) and name not in known]:  # noqa: PTH208
            notes += (f"Images of val/images/ without a line in {_ANNOTATIONS} are left out: {_some(others)}.",)
    else:
        test = _class_folders(parts.test)
    if train.keys() != test.keys():
        assert parts.test is not None, "held-out images have the classes of the others"
        other = parts.test.name
        only = {"train": train.keys() - test.keys(), other: test.keys() - train.keys()}
        found = "; ".join(f"only in {part}: {_some(names)}" for part, names in only.items() if names)
        raise DataError(f"The classes of train and {other} in {root} must be the same ({found}): add or remove some.")
    return Contents(train, test, _shown_names(root / "words.txt", tuple(train)), notes)


def _needed() -> str:
    return f"folder:PATH needs {LAYOUTS}."


def _held_out_note(why: str) -> str:
    return (
        f"{why}, so one in {_HELD_OUT} images of each class, and at least one, is held out for testing. "
        "Which ones is drawn with a fixed seed from the sorted paths."
    )


def _class_names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())


def _class_folders(folder: Path) -> Classes:
    names = _class_names(folder)
    if len(names) < 2:
        named_so = f" {_classes_named_so(folder.parent)}" if folder.name.lower() in SPLIT_NAMES else ""
        raise DataError(
            f"{folder} needs a folder for each class and at least two classes; it has {len(names)}. "
            f"{_needed()}{named_so}"
        )
    classes = {name: _images_below(folder / name) for name in names}
    if empty := [name for name, files in classes.items() if not files]:
        raise DataError(
            f"{folder} has no image in {_some(empty)}: each class needs at least one ({' '.join(EXTENSIONS)})."
        )
    return classes


def _images_below(folder: Path) -> list[File]:
    def fail(error: OSError) -> None:
        raise error

    files, seen = [], set()
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=fail):
        if (place := Path(parent).resolve()) in seen:
            folders.clear()
            continue
        seen.add(place)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # With one separator everywhere, every machine sorts the paths in the same order.
        parent = parent.replace(os.sep, "/")
        files += [_file(f"{parent}/{name}") for name in names if _is_image(name)]
    return sorted(files)


def _is_image(name: str) -> bool:
    return name.lower().endswith(EXTENSIONS) and not name.startswith(".")


def _file(path: str) -> File:
    try:
        status = os.stat(path)  # noqa: PTH116 (Path takes as long again, on every load)
    except OSError:
        # When it is read, the reason is told, or the file is left out, as the user has chosen.
        return path, -1, -1
    return path, status.st_size, status.st_mtime_ns


def _hold_out(classes: Classes) -> tuple[Classes, Classes]:
    """Divides the images of each class into a training and a test part."""
    if small := [name for name, files in classes.items() if len(files) < 2]:
        raise DataError(
            f"There is only one image in {_some(small)}: each class needs at least two, because one is held out for "
            "testing. Add images, or a folder test/ with images of each class."
        )
    train, test = {}, {}
    for label, (name, files) in enumerate(classes.items()):
        # Sorting uniform numbers draws the same images with any version of NumPy.
        order = generator(0, "test images of a folder", index=label).random(len(files)).argsort(kind="stable")
        held_out = {*order[: max(1, len(files) // _HELD_OUT)].tolist()}
        train[name] = [file for number, file in enumerate(files) if number not in held_out]
        test[name] = [file for number, file in enumerate(files) if number in held_out]
    return train, test


def _annotated(annotations: Path) -> Classes:
    """The images that TinyImageNet's file names: a line has the file, its class, and a box that is not needed."""
    labels: dict[str, str] = {}
    with annotations.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            name, label, *_ = [*map(str.strip, line.split("\t")), ""]
            if not name or not label or {*name} & {"/", "\\"} or name.startswith("."):
                raise DataError(
                    f"Line {number} of {annotations} is {line.strip()[:80]!r}: it must have the name of a file in "
                    "images/, without a folder, and the class folder of that image in train/, separated by a tab."
                )
            if labels.setdefault(name, label) != label:
                raise DataError(f"{annotations} gives {name} two classes, {labels[name]} and {label}: keep one line.")
    classes: Classes = {label: [] for label in sorted({*labels.values()})}
    folder = (annotations.parent / "images").as_posix()
    for name, label in sorted(labels.items()):
        classes[label].append(_file(f"{folder}/{name}"))
    return classes


def _shown_names(words: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """The first word that WordNet's file words.txt has for each class, or else the name of its folder."""
    # A name in an old encoding has bytes that are no text, which no page and no table could show.
    names = tuple(os.fsencode(name).decode("utf-8", "backslashreplace") for name in names)
    if not words.is_file():
        return names
    with words.open(encoding="utf-8-sig", errors="replace") as lines:
        known = {name: text.split(",")[0].strip() for name, _, text in (line.partition("\t") for line in lines)}
    shown = [known.get(name) or name for name in names]
    counts = Counter(shown)
    return tuple(word if counts[word] == 1 else f"{word} ({name})" for word, name in zip(shown, names, strict=True))


def _some(names: Iterable[str]) -> str:
    first, *others = sorted(names)
    return f"'{first}' and {len(others)} more" if others else f"'{first}'"
