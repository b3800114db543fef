"""The section of the side bar with the form for a new run; it is closed at first."""

import asyncio
from functools import partial
from typing import Any

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from workbench.component import Component
from workbench.controls.launch import Launch
from workbench.controls.notices import notify
from workbench.controls.setup import Setup
from workbench.core.jobs import Engines


class NewRun(Component):
    """Makes the form when it is first opened.

    Only then are the data sets listed, because that keeps a core busy for seconds.

    Args:
        launch: starts the run.
        engines: lists the data sets.
    """

    _panel: pmui.Accordion

    def __init__(self, launch: Launch, engines: Engines) -> None:
        super().__init__()
        self._launch = launch
        self._engines = engines
        self._setup: Setup | None = None
        self._form = pn.Column(sizing_mode="stretch_width", margin=0)
        self._panel = pmui.Accordion(
            ("New run", self._form),
            active=[],
            sizing_mode="stretch_width",
            margin=(0, 4),
            square=True,
            title_variant="subtitle2",
        )
        self._panel.param.watch(self._opened, "active")

    def fold(self) -> None:
        """Closes the form."""
        self._panel.active = []

    def _opened(self, event: Any) -> None:
        if event.new and self._setup is None:
            self._setup = Setup(self._launch)
            self._form[:] = [self._setup]
            pn.state.execute(partial(self._offer_datasets, self._setup))

    async def _offer_datasets(self, setup: Setup) -> None:
        try:
            listed = await asyncio.to_thread(self._engines.datasets)
        except HDDError as error:
            notify("warning", str(error))
        else:
            setup.offer(listed)
