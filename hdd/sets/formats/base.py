"""The base class of the formats of synthetic sets."""

from abc import ABC, abstractmethod
from pathlib import Path

from hdd.sets.synthetic_set import SyntheticSet


class Format(ABC):
    """A way to store synthetic sets on disk. Messages show the first line of a format's docstring.

    A format must never unpickle anything, whatever its files are called.
    """

    @classmethod
    @abstractmethod
    def knows(cls, path: Path) -> bool:
        """Whether the files at `path` are in this format. Only their names are looked at; nothing large is read."""

    @classmethod
    @abstractmethod
    def load(cls, path: Path) -> SyntheticSet:
        """Reads a set.

        Raises:
            HDDError: the set is damaged or holds values that are not allowed; the message names the file.
        """

    @classmethod
    @abstractmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """Writes a set so that `load` returns the same set.

        Raises:
            HDDError: the format cannot hold the set.
            OSError: the set cannot be written.
        """
