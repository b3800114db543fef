"""Writes a distilled set in a format of `hdd.sets.FORMATS`, as a file to download.

Some formats need torch, so call `saved` by `Projector.study`.
"""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hdd.runs.open_set import marks_of
from hdd.sets import FORMATS, save
from hdd.sets.marks import Verdict, left_out
from workbench.core.set_opening import stored
from workbench.core.set_place import SetPlace


@dataclass(frozen=True)
class SavedSet:
    """A set as a file.

    Attributes:
        name: of the file.
        data: what is in it.
        losses: what the format cannot hold of the set: sentences for users.
    """

    name: str
    data: bytes
    losses: list[str]


def saved(root: Path, place: SetPlace, stem: str, format: str, without: tuple[Verdict, ...] = ()) -> SavedSet:
    """Writes a set, with its manifest and the program that trains on it, as `hdd export` does.

    Args:
        root: the folder of the set.
        place: the set in it; RUN@STEP is a step of a run.
        stem: name of what is written, without a suffix.
        format: a name in `hdd.sets.FORMATS`.
        without: the verdicts whose images are left out.

    Returns:
        A ZIP, unless the format is a single file with nothing beside it.

    Raises:
        HDDError: the set cannot be read, a class would be left without images, or the format cannot hold the set.
    """
    opened = stored(root, place)
    found = (
        left_out(opened.synthetic, marks_of(opened.path, opened.synthetic), without) if without else opened.synthetic
    )
    with TemporaryDirectory() as folder:
        written = Path(folder) / f"{stem}{FORMATS.get(format).suffix}"
        losses = save(found, written, format)
        files = sorted(each for each in Path(folder).rglob("*") if each.is_file())
        if files == [written]:
            return SavedSet(written.name, written.read_bytes(), losses)
        archived = io.BytesIO()
        with zipfile.ZipFile(archived, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(folder))
    return SavedSet(f"{stem}-{format}.zip", archived.getvalue(), losses)
