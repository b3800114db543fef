"""The choice of the run that the page shows, in the app bar."""

from collections.abc import Callable, Sequence

import panel_material_ui as pmui

from workbench.component import Component
from workbench.theme import HIDDEN, ON_BAR, show


class RunChoice(Component):
    """A menu of the runs; it is hidden while there are none.

    Args:
        chosen: called with the name of the run when the user chooses one.
    """

    _panel: pmui.Row

    def __init__(self, chosen: Callable[[str], None]) -> None:
        super().__init__()
        self._names: list[str] = []
        self._select = pmui.Select(
            label="Run",
            options=[""],
            value="",
            size="small",
            width=320,
            margin=(6, 10),
            variant="outlined",
            theme_config=ON_BAR,
        )
        self._select.param.watch(lambda event: event.new and chosen(event.new), "value")
        self._panel = pmui.Row(self._select, margin=0, sx=HIDDEN)

    def offer(self, names: Sequence[str]) -> None:
        """Offers the runs with these names; the chosen one stays until `put` says which one takes its place."""
        self._names = list(names)
        chosen = self._select.value
        # Without its value among its options, the select would choose the first of them, as if the user had.
        options = [*names, *([] if chosen in names else [chosen])]
        if options != self._select.options:
            self._select.options = options
            show(self._panel, bool(names))

    def put(self, name: str) -> None:
        """Shows this run, which is offered, as the chosen one."""
        self._select.param.update(options=self._names, value=name)
