"""The folder whose distilled sets a page may open, and no others."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hdd.errors import HDDError, InvalidInputError, NotFoundError, StorageError
from hdd.paths import holds_run
from hdd.sets import FORMATS

DEPTH, MOST = 3, 500
"""How many folders deep sets are looked for, and how many entries are looked at: users can type the path of others."""


class SetFolder:
    """Finds distilled sets below a folder.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def find(self, text: str) -> Path:
        """Where a set lies that a user names.

        Args:
            text: a path below the folder, also with the folder's own path before it; or RUN@STEP.

        Raises:
            HDDError: the path leads out of the folder, also by a symbolic link, of the path or within the set; or
                nothing is there.
        """
        refused = InvalidInputError(f"{text!r} does not lie in {self.root}: give the path of a set below that folder.")
        if not text or "\0" in text or ".." in Path(text).parts:
            raise refused
        named = self.root / text
        try:
            opened = named if named.exists() else _run_of(named)
            inside = self._holds(opened) and opened != self.root
            there = inside and opened.exists()
            astray = next((link for link in _links(opened) if not self._holds(link)), None) if there else None
        except PermissionError as error:
            raise StorageError(f"{text!r} in {self.root} cannot be read here ({error.strerror}).") from None
        except (OSError, RuntimeError):
            raise refused from None
        if not inside:
            raise refused
        if not there:
            raise NotFoundError(f"There is no set {text!r} in {self.root}: give the path of a file or folder there.")
        if astray is not None:
            raise InvalidInputError(
                f"{text!r} holds a link, {str(astray.relative_to(opened))!r}, that leads out of {self.root}: put the "
                "file itself there."
            )
        return named

    def _holds(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root)

    def listed(self) -> list[str]:
        """The sets in the folder, as `find` takes them, in alphabetical order; this takes long, as it opens files."""
        found: list[str] = []
        looked = 0
        waiting = [(self.root, 0)]
        while waiting and looked < MOST:
            folder, depth = waiting.pop(0)
            for each in _entries(folder):
                looked += 1
                if _holds_set(each):
                    found.append(str(each.relative_to(self.root)))
                elif depth + 1 < DEPTH and each.is_dir() and not each.is_symlink() and not holds_run(each):
                    waiting.append((each, depth + 1))
        return sorted(found)


def _links(path: Path) -> Iterator[Path]:
    """The symbolic links in a folder, however deep; links to folders are not followed."""
    for folder, folders, files in os.walk(path):
        yield from (each for name in (*folders, *files) if (each := Path(folder, name)).is_symlink())


def _run_of(path: Path) -> Path:
    """The run that is opened for RUN@STEP; other paths as they are."""
    run = path.with_name(path.name.rpartition("@")[0] or path.name)
    return run if holds_run(run) else path


def _entries(folder: Path) -> Iterator[Path]:
    """What a folder holds, but for what is hidden."""
    with suppress(OSError):
        yield from (each for each in sorted(folder.iterdir()) if not each.name.startswith("."))


def _holds_set(path: Path) -> bool:
    """Whether a format recognises it; a damaged file is also one."""
    if holds_run(path) or path.is_symlink():
        return False
    try:
        return any(found.knows(path) for found in FORMATS.all())
    except HDDError:
        return True
    except OSError:
        return False
