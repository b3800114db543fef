"""The base class of the formats of synthetic sets."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from hdd.sets.synthetic_set import SyntheticSet


class Format(ABC):
    """A way to store synthetic sets on disk. Messages show the first line of a format's docstring.

    A format must never unpickle anything, whatever its files are called.

    Attributes:
        options: what `load` can be told about a file, names of attributes of `hdd.sets.Reading`.
        has_manifest: whether the files themselves hold names, normalisation and provenance. If not, `hdd.sets.save`
            writes a manifest beside them, see `hdd.sets.formats.manifest`.
        suffix: how the names of its files end; "" for a folder.
    """

    options: ClassVar[tuple[str, ...]] = ()
    has_manifest: ClassVar[bool] = False
    suffix: ClassVar[str] = ""

    @classmethod
    @abstractmethod
    def knows(cls, path: Path) -> bool:
        """Whether the files at `path` are in this format. Names and headers are looked at; nothing large is read.

        Raises:
            HDDError: a file that only this format could have is damaged.
        """

    @classmethod
    @abstractmethod
    def load(cls, path: Path) -> SyntheticSet:
        """Reads a set. A format with `options` takes them as keyword arguments, each None if it is not given.

        Raises:
            HDDError: the set is damaged or holds values that are not allowed; the message names the file.
        """

    @classmethod
    @abstractmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """Writes a set so that `load` returns the same set, but for what `losses` says.

        Raises:
            HDDError: the format cannot hold the set.
            OSError: the set cannot be written.
        """

    @classmethod
    def losses(cls, synthetic: SyntheticSet) -> list[str]:
        """What the format cannot hold of this set: sentences for users; [] if it holds everything."""
        return []

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """Lines of Python that load `images` and `labels` of a set as tensors, with nothing but public packages.

        `path` is the expression of where the set was written. [] if the format says of none.
        """
        return []
