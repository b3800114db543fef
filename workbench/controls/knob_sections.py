"""The controls of many knobs in sections that can be folded, one for each group of knobs."""

from collections.abc import Callable, Collection

import panel as pn
import panel_material_ui as pmui

from hdd.settings import grouped
from workbench.component import Component
from workbench.controls.knob import KnobControl


class KnobSections(Component):
    """The controls of knobs in sections, which are made when their section is opened for the first time.

    Args:
        names: of the knobs.
        make: makes the control of the knob of that name.
        made: called after controls were made, and before they are put on the page.
        margin: as Panel takes it.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        make: Callable[[str], KnobControl],
        made: Callable[[], None],
        margin: tuple[int, ...] = (0, 4),
    ) -> None:
        super().__init__()
        self._make = make
        self._made = made
        self._groups = grouped(names)
        self._columns = [pn.Column(sizing_mode="stretch_width", margin=0) for _ in self._groups]
        self._panel = pmui.Accordion(
            *zip(self._groups, self._columns, strict=True),
            active=[],
            sizing_mode="stretch_width",
            margin=margin,
            disable_gutters=True,
            square=True,
            title_variant="subtitle2",
        )
        self._panel.param.watch(lambda event: self._fill(event.new), "active")

    def open(self, sections: list[int]) -> None:
        """Opens the sections with these numbers, from 0, and folds the others."""
        self._panel.active = sections

    def _fill(self, opened: list[int]) -> None:
        for index in opened:
            if not len(self._columns[index]):
                controls = [self._make(name) for name in list(self._groups.values())[index]]
                self._made()
                self._columns[index][:] = controls

    def show(self, names: Collection[str]) -> None:
        """Shows the sections that hold at least one of these knobs, and hides the others."""
        empty = [n for n, group in enumerate(self._groups.values(), 1) if not set(group) & set(names)]
        rules = [f".MuiAccordion-root:nth-of-type({n}) {{ display: none }}" for n in empty]
        if self._panel.stylesheets != rules:
            self._panel.stylesheets = rules
