"""Names of files and folders on which several parts must agree."""

import os
import tempfile
from pathlib import Path

from hdd.errors import InvalidInputError, StorageError

RUN_DATABASE = "run.db"
"""The file that makes a directory a run directory."""


FOLDER = "folder:"
"""What the name of a data set starts with if it is an image folder; its path follows."""


def holds_run(path: Path) -> bool:
    """Whether a directory is a run directory."""
    return (path / RUN_DATABASE).is_file()


def data_set_title(name: str) -> str:
    """A data set's name without "folder:" and the folders above, for names of runs, without bytes that are no text."""
    path = name.removeprefix(FOLDER)
    return name if path == name else os.fsencode(Path(path).expanduser().resolve().name).decode("utf-8", "ignore")


def absolute_data_set(name: str) -> str:
    """A data set's name by which it is found from any folder: the path of an image folder becomes absolute.

    Raises:
        HDDError: the path starts with the home of a user who has none.
    """
    path = name.removeprefix(FOLDER)
    if name == path:
        return name
    try:
        # Links are kept, since they are what stays when data sets are moved.
        return f"{FOLDER}{os.path.abspath(Path(path).expanduser())}"  # noqa: PTH100
    except RuntimeError as error:
        raise InvalidInputError(f"The image folder {path!r} cannot be found: {error}.") from None


def runs_folder() -> Path:
    """The folder of runs for the page and for notebooks: HDD_RUNS, or ./runs."""
    return Path(os.environ.get("HDD_RUNS", "runs"))


def sets_folder() -> Path:
    """The folder whose distilled sets the page opens: HDD_SETS, or that of the runs."""
    return Path(os.environ.get("HDD_SETS") or runs_folder())


def user_folder(variable: str, default: str) -> Path:
    """A folder that the user may name in an environment variable.

    Where it does not, and the user has no home either, as in some containers and services, a folder for temporary files
    takes its place.

    Args:
        variable: of the environment.
        default: where the folder is otherwise, below the user's home.
    """
    named = os.environ.get(variable)
    try:
        return Path(named).expanduser() if named else Path.home() / default
    except RuntimeError:
        pass
    try:
        temporary = Path(tempfile.gettempdir())
    except FileNotFoundError:
        # Nothing can be written anywhere, which need not keep anybody from looking what is there.
        temporary = Path("/tmp")
    return temporary / Path(default).relative_to(".cache")


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder that is removed at the end of its context.

    Raises:
        HDDError: there is no place for temporary files.
    """
    try:
        return tempfile.TemporaryDirectory(prefix="hdd-")
    except OSError as error:
        raise StorageError(
            f"There is no folder for temporary files ({error.strerror or error}): set TMPDIR to a folder that can be "
            "written."
        ) from None


def cache_folder() -> Path:
    """The folder for files that can be deleted at any time: HDD_CACHE_DIR, or ~/.cache/hdd."""
    return user_folder("HDD_CACHE_DIR", ".cache/hdd")
