"""The section of the side bar with the form for a new run."""

import asyncio
from functools import partial

import panel as pn

from hdd.errors import HDDError
from workbench.controls.folded import Folded
from workbench.controls.launch import Launch
from workbench.controls.notices import notify
from workbench.controls.setup import Setup
from workbench.core.jobs import Engines
from workbench.core.set_place import SetPlace


class NewRun(Folded):
    """Makes the form when it is first opened.

    Only then are the data sets listed, because that keeps a core busy for seconds.

    Args:
        launch: starts the run.
        engines: lists the data sets.
    """

    def __init__(self, launch: Launch, engines: Engines) -> None:
        super().__init__("New run", self._form)
        self._launch = launch
        self._engines = engines
        self._setup: Setup | None = None

    def start_from(self, place: SetPlace) -> None:
        """Opens the form, filled in for a run that starts from a distilled set."""
        self.unfold()
        assert self._setup is not None
        self._setup.start_from(place)

    def _form(self) -> Setup:
        setup = self._setup = Setup(self._launch)
        pn.state.execute(partial(self._offer_datasets, setup))
        return setup

    async def _offer_datasets(self, setup: Setup) -> None:
        try:
            listed = await asyncio.to_thread(self._engines.datasets)
        except HDDError as error:
            notify("warning", str(error))
        else:
            setup.offer(listed)
