"""The runs of a folder, by name."""

from contextlib import suppress
from pathlib import Path

from hdd.errors import StorageError
from hdd.paths import RUN_DATABASE
from hdd.runs.places import check_name


def run_directory(root: Path, name: str) -> Path:
    """The directory of the run called `name`; names come from browsers.

    Raises:
        HDDError: the name is not allowed, as it would lead out of the folder.
    """
    check_name(name)
    return root / name


def run_names(root: Path) -> list[str]:
    """The names of the runs in a folder, the most recently written first. Viewing a run does not change the order.

    Raises:
        HDDError: the folder cannot be read.
    """
    written: dict[str, float] = {}
    try:
        found = list(root.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(f"The folder of the runs, {root}, cannot be read ({error.strerror or error}).") from None
    for path in found:
        # The run may be removed at this very moment, and it may belong to somebody who lets nobody in.
        with suppress(OSError):
            written[path.name] = (path / RUN_DATABASE).stat().st_mtime
    return sorted(written, key=written.__getitem__, reverse=True)
