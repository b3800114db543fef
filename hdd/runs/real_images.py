"""The real images of a run, wherever they are now. Torch is imported only when they are loaded."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from hdd.data.layouts import find_parts
from hdd.errors import DataError, InvalidInputError
from hdd.paths import FOLDER, absolute_data_set
from hdd.progress import Progress
from hdd.runs.run import Run
from hdd.settings import Settings

if TYPE_CHECKING:
    from hdd.data import Dataset


def load_real_images(run: Run, place: str | None = None, progress: Progress | None = None) -> Dataset:
    """Loads the real images of a run, and checks that they are those that it was made with.

    Args:
        run: the run. If its images are found in another place, it remembers that, so far as it can be written.
        place: the folder in which they are now; None takes the one that the run remembers.
        progress: called as progress(images done, images in total) while a folder is decoded.

    Raises:
        HDDError: there are no such images, or they are others. Nothing is changed then.
    """
    from hdd.data import load_chosen

    settings = run.initial_settings
    if place is not None:
        if not settings.dataset.startswith(FOLDER):
            raise InvalidInputError(
                f"The images of {run.path} are no folder but the data set {settings.dataset}: leave out --data. "
                "HDD_DATA_DIR says where downloaded data sets are."
            )
        moved = absolute_data_set(f"{FOLDER}{place.removeprefix(FOLDER)}")
        settings = Settings.stored({**settings.recorded(), "dataset": moved})
    try:
        data = load_chosen(settings, progress)
    except DataError as error:
        if place is not None or not settings.dataset.startswith(FOLDER):
            raise
        raise DataError(f"{error} {_elsewhere(run)}") from None
    check_real_images(run, data, settings.dataset)
    if place is not None:
        run.move_data(settings.dataset)
    return data


def check_real_images(run: Run, data: Dataset, place: str) -> None:
    """Checks that images are those that a run was made with.

    Raises:
        HDDError: they are others.
    """
    if data.fingerprint != run.meta("fingerprint"):
        raise DataError(
            f"The images of {place} are not those that {run.path} was made with: their fingerprint is "
            f"{data.fingerprint[:12]}, and the run has {run.meta('fingerprint')[:12]}. "
            "Restore the images, or start a new run."
        )


def check_place_of_run(is_run: bool, place: str | None) -> None:
    """Checks that the place of real images is given for a run and not for a set in a file.

    Raises:
        HDDError: it is given for a file.
    """
    if place is not None and not is_run:
        raise InvalidInputError(
            "--data (in Python place) is for runs: name the data set of a file by --dataset, as in folder:PATH."
        )


def check_images(path: Path) -> None:
    """Checks that the real images of the run in `path` can be loaded, and are those that it was made with.

    It loads them all, and then lets them go: call it where torch may be imported, and where that may take long.

    Raises:
        HDDError: as in `load_real_images`.
    """
    with closing(Run(path)) as run:
        load_real_images(run)


def check_place(run: Run) -> None:
    """Checks that the image folder of a run is there, without reading any image.

    Raises:
        HDDError: it is not.
    """
    dataset = run.initial_settings.dataset
    if dataset.startswith(FOLDER):
        try:
            find_parts(Path(dataset.removeprefix(FOLDER)).expanduser())
        except (DataError, OSError, RuntimeError) as error:
            raise DataError(f"{error} {_elsewhere(run)}") from None


def _elsewhere(run: Run) -> str:
    return (
        f"If the images of {run.path} are in another folder now, name it with --data PATH (in Python place=PATH), "
        "once: the run remembers it."
    )
