"""What the set that is shown says of itself, and how it is read."""

from collections.abc import Callable
from dataclasses import replace

import panel as pn
import panel_material_ui as pmui

from hdd.sets import Reading
from workbench.component import Component
from workbench.core.set_opening import OpenedSet
from workbench.core.set_place import SetPlace
from workbench.theme import Text, facts
from workbench.views.strip import WIDTH


class SetFacts(Component):
    """A table of the facts, with a button that reads the set again as its file says.

    Args:
        place: which set it is, and how it is read.
        opened: what was found there.
        show: shows a set.
    """

    def __init__(self, place: SetPlace, opened: OpenedSet, show: Callable[[SetPlace], None]) -> None:
        super().__init__()
        rows = [("set", place.path), ("data set", place.dataset or "not named")]
        rows += [(name, str(value)) for name, value in opened.facts.items()]
        rows += [("read as", ", ".join(place.read_as))] if place.read_as else []
        parts = [
            Text("Distilled set", variant="subtitle2", margin=(8, 10, 0, 10)),
            pn.pane.HTML(facts(rows), width=WIDTH, margin=(2, 10), stylesheets=["td {overflow-wrap: anywhere}"]),
        ]
        if place.read_as:
            undo = pmui.Button(label="Read as the file says", icon="undo", size="small", variant="text", margin=(0, 6))
            undo.on_click(lambda _: show(replace(place, reading=Reading())))
            parts.append(undo)
        self._panel = pn.Column(*parts, sizing_mode="stretch_width", margin=0)
