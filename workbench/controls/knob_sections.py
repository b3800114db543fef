"""The controls of many knobs in sections that can be folded, one for each group of knobs."""

from collections.abc import Callable, Collection

import panel as pn
import panel_material_ui as pmui

from hdd.settings import grouped
from workbench.component import Component
from workbench.controls.knob import KnobControl

MADE_AT_ONCE = 2
"""How many controls one call of `show` makes."""


class KnobSections(Component):
    """The controls of those knobs that are in force, in sections. A control is made when it is first seen.

    Args:
        names: of all knobs that may come into force.
        make: makes the control of the knob of that name.
        opened: called when `show` must be called, soon: a section was opened, or is still to be filled.
        margin: as Panel takes it.
    """

    _panel: pmui.Accordion

    def __init__(
        self,
        names: tuple[str, ...],
        make: Callable[[str], KnobControl],
        opened: Callable[[], None],
        margin: tuple[int, ...] = (0, 4),
    ) -> None:
        super().__init__()
        self._make = make
        self._opened = opened
        self._was_shown = False
        self._made: dict[str, KnobControl] = {}
        self._groups = grouped(names)
        self._columns = [pn.Column(sizing_mode="stretch_width", margin=0) for _ in self._groups]
        # A column holds what its controls are drawn with, not the controls, so it cannot tell which ones it has.
        self._shown: list[list[str]] = [[] for _ in self._groups]
        self._panel = pmui.Accordion(
            *zip(self._groups, self._columns, strict=True),
            active=[],
            sizing_mode="stretch_width",
            margin=margin,
            disable_gutters=True,
            square=True,
            title_variant="subtitle2",
        )
        self._panel.param.watch(lambda _: opened(), "active")

    def open(self, sections: list[int]) -> None:
        """Opens the sections with these numbers, from 0, and folds the others."""
        self._panel.active = sections

    def show(self, in_force: Collection[str]) -> None:
        """Shows the controls of the knobs with these names in the open sections, and hides the sections that have none.

        Only some controls are made at a time, and none by the first call, after which the sections are put on the page:
        other sessions of the server wait meanwhile. A browser can miss what changes while a control is being added, so
        whatever the new controls are to show must be sent together with them.
        """
        wanted = [[name for name in group if name in in_force] for group in self._groups.values()]
        missing = [name for index in self._panel.active for name in wanted[index] if name not in self._made]
        for name in missing[: MADE_AT_ONCE if self._was_shown else 0]:
            self._made[name] = self._make(name)
        self._was_shown = True
        for index in self._panel.active:
            shown = [name for name in wanted[index] if name in self._made]
            if self._shown[index] != shown:
                self._shown[index] = shown
                self._columns[index][:] = [self._made[name] for name in shown]
        rules = [
            f".MuiAccordion-root:nth-of-type({n}) {{ display: none }}" for n, each in enumerate(wanted, 1) if not each
        ]
        if self._panel.stylesheets != rules:
            self._panel.stylesheets = rules
        if any(name not in self._made for name in missing):
            self._opened()
