"""Registries of methods, objectives and other things by name: our own, and those of other packages."""

import difflib
import logging
import pkgutil
import traceback
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from hdd.errors import InvalidInputError

T = TypeVar("T")

_log = logging.getLogger(__name__)


def _place(error: Exception, module: str) -> str:
    """The last line of another package's module that an exception passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).stem == module.rpartition(".")[2]]
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else module


class Registry(Generic[T]):
    """Classes or objects of one kind, by name. They are imported when the registry is first used.

    Other packages register theirs by Python entry points. An entry point that cannot be imported, does not fit, or has
    a name that is already in use is left out with one warning in the log, and everything else keeps working.

    Args:
        kind: what is registered, in the singular, for messages.
        group: the group of entry points in which other packages register.
        builtin: "module:class" by name.
        check: returns the reason why an object cannot be registered under a name, or None if it can.

    >>> paths = Registry("path", "example.paths", {"pure": "pathlib:PurePath"}, lambda name, found: None)
    >>> paths.names(), paths.get("pure").__name__
    (('pure',), 'PurePath')
    >>> paths.get("pur")
    Traceback (most recent call last):
    hdd.errors.InvalidInputError: There is no path 'pur'. Did you mean pure?
    """

    def __init__(
        self, kind: str, group: str, builtin: Mapping[str, str], check: Callable[[str, Any], str | None]
    ) -> None:
        self.kind = kind
        self.group = group
        self._builtin = builtin
        self._check = check
        self._found: dict[str, T] | None = None
        self._packages: dict[str, str] = {}
        self._left_out: dict[str, str] = {}

    def _load(self) -> dict[str, T]:
        if self._found is None:
            self._found = {name: pkgutil.resolve_name(path) for name, path in self._builtin.items()}
            for entry in sorted(entry_points(group=self.group), key=lambda entry: (entry.name, entry.value)):
                self._add(entry, self._found)
        return self._found

    def _add(self, entry: EntryPoint, found: dict[str, T]) -> None:
        package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.module
        loaded, reason = None, "that name is in use"
        if entry.name not in found:
            try:
                loaded = entry.load()
                reason = self._check(entry.name, loaded)
            except Exception as error:
                # Importing another package can raise anything, and the rest must keep working.
                reason = f"{type(error).__name__}: {error} ({_place(error, entry.module)})"
        if loaded is not None and reason is None:
            found[entry.name] = loaded
            self._packages[entry.name] = package
        else:
            self._warn(entry.name, package, reason)

    def _warn(self, name: str, package: str, reason: str | None) -> None:
        self._left_out[name] = f"The {self.kind} {name!r} of the package {package} is left out: {reason}"
        _log.warning("%s", self._left_out[name])

    def leave_out(self, name: str, reason: str) -> None:
        """Removes a class that conflicts with the others, and writes a warning to the log."""
        del self._load()[name]
        self._warn(name, self._packages.pop(name), reason)

    def check_left_out(self, name: str) -> None:
        """Checks that nothing of this name was left out.

        Raises:
            HDDError: it was; the message says why.
        """
        if name in self._left_out:
            raise InvalidInputError(f"{self._left_out[name]}. Fix that package, or use another {self.kind}.")

    def names(self) -> tuple[str, ...]:
        """All registered names, our own first."""
        return tuple(self._load())

    def all(self) -> tuple[T, ...]:
        """All registered objects, our own first."""
        return tuple(self._load().values())

    def refresh(self) -> None:
        """Looks for entry points again when the registry is next used, to find packages installed since."""
        self._found = None
        self._packages.clear()
        self._left_out.clear()

    def __contains__(self, name: object) -> bool:
        """Whether something is registered under `name`."""
        return name in self._load()

    def get(self, name: str) -> T:
        """Returns what is registered under `name`.

        Raises:
            HDDError: nothing is registered under it.
        """
        found = self._load()
        if name not in found:
            self.check_left_out(name)
            near = difflib.get_close_matches(name, found, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Give one of {', '.join(found)}."
            raise InvalidInputError(f"There is no {self.kind} {name!r}. {hint}")
        return found[name]

    def summary(self) -> str:
        """Every name with the first line of its docstring, for forms and tables."""
        lines = {
            name: (found.__doc__ or "").strip().splitlines()[0].rstrip(".") for name, found in self._load().items()
        }
        return "; ".join(f"{name}: {line}" for name, line in lines.items()) + "."

    def packages(self) -> dict[str, str]:
        """By name, the package (with its version) of each registered object that is not our own."""
        self._load()
        return dict(self._packages)
