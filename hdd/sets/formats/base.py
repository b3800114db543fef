"""What a format of distilled sets is."""

from abc import ABC, abstractmethod
from pathlib import Path

from hdd.sets.synthetic_set import SyntheticSet


class Format(ABC):
    """A way in which distilled sets lie on disk. The first line of the docstring names it in messages.

    Nothing is ever unpickled, whatever a format's files are called.
    """

    @classmethod
    @abstractmethod
    def knows(cls, path: Path) -> bool:
        """Whether what lies at `path` is in this format, by its names alone: nothing large is read."""

    @classmethod
    @abstractmethod
    def load(cls, path: Path) -> SyntheticSet:
        """Reads a set.

        Raises:
            HDDError: it is damaged, or holds what no set may hold; the message names the file.
        """

    @classmethod
    @abstractmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """Writes a set, so that `load` gives the same again.

        Raises:
            HDDError: the format cannot hold it.
            OSError: it cannot be written.
        """
