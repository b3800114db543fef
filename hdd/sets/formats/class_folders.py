"""Which class each image of a folder, or of an archive, belongs to, by the path of its file.

One rule holds for folders and archives, and it is that of real images (`hdd.data.layouts`): a class is a folder, and
its images may lie in folders below it too. Names that start with a dot are ignored.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from hdd.data.layouts import EXTENSIONS, SPLIT_NAMES
from hdd.errors import InvalidInputError
from hdd.paths import holds_run
from hdd.sets.formats.picture_files import natural_key


class Images(NamedTuple):
    """Images in class folders.

    files: the class folder and the path of each image, in natural order.
    left_out: what was found besides, in words; "" if nothing was.
    """

    files: list[tuple[str, str]]
    left_out: str


def files_below(root: Path) -> Iterator[str]:
    """The paths of all files below `root`, relative to it, but for those in runs and under names with a dot first.

    Links are followed, but no folder is read twice.

    Raises:
        OSError: a folder cannot be read.
    """

    def fail(error: OSError) -> None:
        raise error

    seen: set[Path] = set()
    for parent, folders, names in os.walk(root, followlinks=True, onerror=fail):
        place = Path(parent)
        if (real := place.resolve()) in seen or (place != root and holds_run(place)):
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from ((place / name).relative_to(root).as_posix() for name in names)


def has_images(root: Path) -> bool:
    """Whether a folder has a class folder with an image right in it. This takes no time, also in a large tree."""
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and not holds_run(folder):
            names = (each.name for each in folder.iterdir())
            if any(name.lower().endswith(EXTENSIONS) and not name.startswith(".") for name in names):
                return True
    return False


def images_of(root: Path, paths: Iterable[str], wrapped: bool) -> Images:
    """The images among files, which are given by their paths with the separator /.

    Args:
        root: the folder or archive that holds the files, for messages.
        paths: of files.
        wrapped: whether the classes may be in one folder around all of them, as in most archives.

    Raises:
        HDDError: their folders are parts of a data set, such as train and test, and no classes.
    """
    files = [parts for parts in (PurePosixPath(path).parts for path in paths) if parts and not _is_hidden(parts)]
    images = [parts for parts in files if parts[-1].lower().endswith(EXTENSIONS)]
    above = 0
    while wrapped and len({parts[above] for parts in images if len(parts) > above + 1}) == 1:
        if any(len(parts) == above + 2 for parts in images):
            break
        above += 1
    within = [parts for parts in images if len(parts) > above + 1]
    classes = {parts[above] for parts in within}
    if classes and {name.lower() for name in classes} <= SPLIT_NAMES:
        raise InvalidInputError(
            f"{root} holds {', '.join(sorted(classes))}, which are parts of a data set and no classes: give the folder "
            "of one part, or an archive of it."
        )
    found = [(parts[above], "/".join(parts)) for parts in within]
    others = sum(len(parts) > above + 1 for parts in files) - len(within)
    left_out = [f"{len(images) - len(within)} images that are in no class folder"] * (len(images) > len(within))
    left_out += [f"{others} files whose names end in none of {' '.join(EXTENSIONS)}"] * (others > 0)
    return Images(sorted(found, key=lambda each: [natural_key(name) for name in each]), "; ".join(left_out))


def _is_hidden(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") for part in parts)


def classes_of(folders: list[str], all_labels: bool) -> tuple[dict[str, int], list[str] | None, bool]:
    """The label of each folder, the names of the classes, and whether these are names at all.

    Folders that this product writes (003-cat) tell the number and the name. Folders whose names are numbers, or end in
    one after the same text (00003, new007), belong to the class of that number. Others are classes by their names.

    Args:
        folders: names in natural order.
        all_labels: whether any number can be a label, because something else says how many classes there are.
    """
    written = [re.fullmatch(r"(\d{3,9})-(.*)", folder, re.DOTALL) for folder in folders]
    labels = _labels([match and match[1] for match in written], all_labels)
    if labels is not None and all(match and match[1] == f"{int(match[1]):03}" for match in written):
        return _named(folders, labels, [match[2] for match in written if match])
    numbered = [re.fullmatch(r"(\D*)(\d{1,9})", folder) for folder in folders]
    labels = _labels([match and match[2] for match in numbered], all_labels)
    if labels is not None and len({match[1] for match in numbered if match}) == 1:
        return *_named(folders, labels, folders)[:2], False
    return _named(folders, list(range(len(folders))), folders)


def _labels(numbers: list[str | None], all_labels: bool) -> list[int] | None:
    """The labels that numbers in names of folders are; None if they are none."""
    labels = [int(number) for number in numbers if number is not None]
    if not labels or not len(labels) == len(numbers) == len(set(labels)):
        return None
    # Numbers far above the count of the folders are no labels, but names such as those of WordNet.
    return labels if all_labels or max(labels) < 2 * len(labels) + 10 else None


def _named(folders: list[str], labels: list[int], names: list[str]) -> tuple[dict[str, int], list[str], bool]:
    classes = list(map(str, range(max(labels) + 1)))
    for label, name in zip(labels, names, strict=True):
        classes[label] = name
    return dict(zip(folders, labels, strict=True)), classes, True
