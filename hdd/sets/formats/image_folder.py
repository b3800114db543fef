"""Folders of image files, one folder for each class, as RDED, SRe2L and others publish, and the same as a ZIP."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from hdd.errors import InvalidInputError, StorageError
from hdd.paths import holds_run
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.formats.picture_files import (
    SUFFIXES,
    class_folder,
    image_file,
    natural_key,
    pixel_losses,
    pixels_of,
    png,
    stack,
)
from hdd.sets.synthetic_set import SyntheticSet

_LARGEST_IMAGE = 2**28
"""Bytes of an image file in an archive, at most."""


def _images_below(path: Path) -> Iterator[tuple[str, Path]]:
    """Folders of classes, each with its image files, in natural order."""
    for folder in sorted(path.iterdir(), key=lambda each: natural_key(each.name)):
        if folder.is_dir() and not holds_run(folder):
            for file in sorted(folder.iterdir(), key=lambda each: natural_key(each.name)):
                if file.suffix.lower() in SUFFIXES:
                    yield folder.name, file


def _images_within(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    """As `_images_below`, of an archive; nothing is unpacked to disk.

    Raises:
        HDDError: a name leads out of the archive.
    """
    found: list[tuple[str, zipfile.ZipInfo]] = []
    for member in archive.infolist():
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts:
            raise StorageError(f"{archive.filename} holds the name {member.filename!r}, which leads out of it.")
        if place.suffix.lower() in SUFFIXES and len(place.parts) > 1:
            found.append((place.parent.name, member))
    return sorted(found, key=lambda each: (natural_key(each[0]), natural_key(each[1].filename)))


class ImageFolder(Format):
    """A folder, or a ZIP, with a folder of image files for each class, as RDED and SRe2L publish."""

    options = ("class_count",)

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        if path.is_dir():
            return next(_images_below(path), None) is not None
        if path.suffix != ".zip" or not path.is_file():
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                return bool(_images_within(archive))
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
            # `load` says what is wrong with it.
            return True

    @classmethod
    def load(cls, path: Path, class_count: int | None = None) -> SyntheticSet:
        """See `Format.load`.

        Folders whose names are numbers, or end in one after the same text (00003, new007), belong to the class of that
        number. Folders that this product writes (003-cat) tell the number and the name. Other folders are classes by
        their names, in natural order.
        """
        if path.is_dir():
            found = list(_images_below(path))
            folders = [folder for folder, _ in found]
            images = stack((str(file), file.read_bytes()) for _, file in found)
        else:
            folders, images = cls._load_archive(path)
        labels, names = _classes(sorted(set(folders), key=natural_key))
        return assemble(
            path, "folder", images, np.array([labels[folder] for folder in folders]),
            values=None, classes=names, class_count=class_count,
        )  # fmt: skip

    @staticmethod
    def _load_archive(path: Path) -> tuple[list[str], np.ndarray]:
        try:
            with zipfile.ZipFile(path) as archive:
                found = _images_within(archive)
                if not found:
                    raise StorageError(f"{path} holds no folders of images.")
                for _, member in found:
                    if member.file_size > _LARGEST_IMAGE:
                        raise StorageError(f"{path} holds {member.filename!r}, which is too large for an image.")
                images = stack((member.filename, archive.read(member)) for _, member in found)
        except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise StorageError(f"{path} is damaged ({type(error).__name__}: {error}): fetch it again.") from None
        return [folder for folder, _ in found], images

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        if synthetic.labels.ndim == 2:
            raise InvalidInputError(
                "Image folders hold hard labels, but this set has soft ones: choose the format export, kip, parquet or "
                "safetensors."
            )
        pixels = pixels_of(synthetic)
        for label, name in enumerate(synthetic.classes):
            folder = path / class_folder(label, name)
            folder.mkdir(parents=True)
            for number, image in enumerate(pixels[synthetic.labels == label]):
                (folder / image_file(number)).write_bytes(png(image))

    @classmethod
    def losses(cls, synthetic: SyntheticSet) -> list[str]:
        """See `Format.losses`."""
        losses = pixel_losses(synthetic)
        if (np.diff(synthetic.hard_labels) < 0).any():
            losses.append("The order of the images: they are sorted by class.")
        return losses

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        return [
            f"folders = sorted(p for p in pathlib.Path({path}).iterdir() if p.is_dir())",
            "files = [(label, file) for label, p in enumerate(folders) for file in sorted(p.glob('*.png'))]",
            "pixels = [torch.tensor(numpy.atleast_3d(PIL.Image.open(file))).permute(2, 0, 1) for _, file in files]",
            "images, labels = normalise(torch.stack(pixels)), torch.tensor([label for label, _ in files])",
        ]


def _classes(folders: list[str]) -> tuple[dict[str, int], list[str] | None]:
    """The label of each folder, and names of the classes, None if the folders have only numbers.

    Args:
        folders: names in natural order.
    """
    written = [re.fullmatch(r"(\d+)-(.*)", folder, re.DOTALL) for folder in folders]
    if [match and int(match[1]) for match in written] == list(range(len(folders))):
        return {folder: label for label, folder in enumerate(folders)}, [match[2] for match in written if match]
    numbered = [re.fullmatch(r"(\D*)(\d{1,9})", folder) for folder in folders]
    numbers = [int(match[2]) for match in numbered if match]
    texts = {match[1] for match in numbered if match}
    # Numbers far above the count of the folders are no labels, but names such as those of WordNet.
    if len(numbers) == len(folders) == len(set(numbers)) and len(texts) == 1 and max(numbers) < 2 * len(folders) + 10:
        return dict(zip(folders, numbers, strict=True)), None
    return {folder: label for label, folder in enumerate(folders)}, folders
