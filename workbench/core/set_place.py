"""Which distilled set a page shows, and how it is read: what its address holds."""

from dataclasses import dataclass, field, replace

from hdd.data.layouts import REFUSE, SKIP
from hdd.sets import Reading
from workbench.core.address import Query

NAMES = ("set", "dataset", "as", "unreadable")
"""The names in the query of an address."""


@dataclass(frozen=True)
class SetPlace:
    """A distilled set, and how it is read.

    Attributes:
        path: of its file or folder below the folder of sets, or RUN@STEP; not checked, see `SetFolder.find`.
        dataset: name of the data set that it was distilled from, "" if that is not known.
        reading: how it is read.
        unreadable: what is done about images of a folder that cannot be read, as the knob of that name.
    """

    path: str
    dataset: str = ""
    reading: Reading = field(default_factory=Reading)
    unreadable: str = REFUSE

    @property
    def read_as(self) -> list[str]:
        """What the reading gives, as texts NAME=VALUE."""
        return [f"{name}={value}" for name, value in self.reading.given().items()]

    def with_reading(self, **changes: str) -> "SetPlace":
        """The same set, read in another way: as before, but for `changes`.

        Raises:
            HDDError: a change is not allowed.
        """
        values = {**self.reading.given(), **changes}
        reading = Reading.of_texts(f"{name}={value}" for name, value in values.items())
        return replace(self, reading=reading)

    def write(self) -> list[tuple[str, str]]:
        """The query of an address that shows it, as pairs."""
        dataset = [("dataset", self.dataset)] if self.dataset else []
        skipping = [("unreadable", self.unreadable)] if self.unreadable != REFUSE else []
        return [("set", self.path), *dataset, *(("as", text) for text in self.read_as), *skipping]

    @classmethod
    def read(cls, query: Query) -> "SetPlace | None":
        """The set that an address asks for, None if it asks for none.

        Raises:
            HDDError: the address names a way of reading that is not allowed.
        """
        path, dataset = ("".join(_texts(query, name)[:1]) for name in ("set", "dataset"))
        unreadable = SKIP if SKIP in _texts(query, "unreadable") else REFUSE
        return cls(path, dataset, Reading.of_texts(_texts(query, "as")), unreadable) if path else None


def _texts(query: Query, name: str) -> list[str]:
    return [text.decode(errors="replace") for text in query.get(name, ())]
