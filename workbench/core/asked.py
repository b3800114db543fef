"""What the address of a page asks for as a whole: a run or a set, a tab, and what of it to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from hdd.errors import HDDError
from workbench.core import address
from workbench.core.address import Query
from workbench.core.set_place import SetPlace


@dataclass(frozen=True)
class Asked:
    """What an address asks for.

    Attributes:
        run, tab: their names, "" if none is asked for.
        place: the set, None if none is asked for.
        selection: see `workbench.core.address.read`.
        problems: what the address asks for in vain, in words.
    """

    run: str
    tab: str
    place: SetPlace | None
    selection: dict[str, Any]
    problems: list[str]

    @classmethod
    def read(cls, query: Query, tabs: Sequence[str]) -> Self:
        """Reads an address; `tabs` are the names of the tabs that there are."""
        run, tab = (query.get(name, [b""])[0].decode(errors="replace") for name in ("run", "tab"))
        selection, problems = address.read(query)
        place = None
        try:
            place = SetPlace.read(query)
        except HDDError as error:
            problems.append(str(error))
        if tab not in ("", *tabs):
            problems.append(f"There is no tab “{tab}”: there are {', '.join(tabs)}.")
            tab = ""
        return cls(run, tab, place, selection, problems)
