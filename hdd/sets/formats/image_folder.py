"""Folders of image files, one folder for each class, as RDED, SRe2L and others publish, and the same as a ZIP."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from hdd.errors import HDDError, InvalidInputError, StorageError
from hdd.files import read_regular
from hdd.sets.fitting import FOLDER_NUMBERS, LEFT_OUT, NAMES_UNKNOWN
from hdd.sets.formats import manifest
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.formats.class_folders import Images, classes_of, files_below, has_images, images_of
from hdd.sets.formats.picture_files import (
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


def _content(file: Path) -> bytes:
    try:
        return read_regular(file)
    except OSError as error:
        raise StorageError(
            f"The image {file} cannot be read ({error.strerror or error}): fetch the set again, or remove the image."
        ) from None


def _files_within(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by their paths with the separator /; nothing is unpacked to disk.

    Raises:
        HDDError: a name leads out of the archive.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts:
            raise StorageError(f"{archive.filename} holds the name {member.filename!r}, which leads out of it.")
        if not member.is_dir():
            found[place.as_posix()] = member
    return found


class ImageFolder(Format):
    """A folder, or a ZIP, with a folder of image files for each class, as RDED and SRe2L publish."""

    options = ("class_count",)

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        if path.is_dir():
            return has_images(path)
        if path.suffix.lower() != ".zip" or not path.is_file():
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                return bool(images_of(path, _files_within(archive), wrapped=True).files)
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, HDDError):
            # `load` says what is wrong with it.
            return True

    @classmethod
    def load(cls, path: Path, class_count: int | None = None) -> SyntheticSet:
        """See `Format.load`; `hdd.sets.formats.class_folders` says which class an image belongs to."""
        found, images = cls._load_folder(path) if path.is_dir() else cls._load_archive(path)
        folders = [folder for folder, _ in found.files]
        all_labels = manifest.read(path) is not None
        labels, names, named = classes_of(sorted(set(folders), key=natural_key), all_labels)
        facts: dict[str, Any] = {} if named else {NAMES_UNKNOWN: FOLDER_NUMBERS}
        if found.left_out:
            facts[LEFT_OUT] = found.left_out
        return assemble(
            path, "folder", images, np.array([labels[folder] for folder in folders]),
            values=None, classes=names, class_count=class_count, facts=facts,
        )  # fmt: skip

    @staticmethod
    def _load_folder(path: Path) -> tuple[Images, np.ndarray]:
        found = images_of(path, files_below(path), wrapped=False)
        return found, stack(((str(path / file), _content(path / file)) for _, file in found.files), len(found.files))

    @staticmethod
    def _load_archive(path: Path) -> tuple[Images, np.ndarray]:
        try:
            with zipfile.ZipFile(path) as archive:
                members = _files_within(archive)
                found = images_of(path, members, wrapped=True)
                if not found.files:
                    raise StorageError(f"{path} holds no folders of images.")
                read = [members[file] for _, file in found.files]
                for member in read:
                    if member.file_size > _LARGEST_IMAGE:
                        raise StorageError(f"{path} holds {member.filename!r}, which is too large for an image.")
                return found, stack(((member.filename, archive.read(member)) for member in read), len(read))
        except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise StorageError(f"{path} is damaged ({type(error).__name__}: {error}): fetch it again.") from None

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
