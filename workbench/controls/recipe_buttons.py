"""The buttons that show how to replay the run."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.component import Component
from workbench.controls.dialogs import Dialogs
from workbench.controls.recipe import as_command, as_python
from workbench.session import Session


class RecipeButtons(Component):
    """Shows in a dialog the command or the Python code that replays the run.

    Args:
        session: the session that shows the run.
        dialogs: shows the text.
    """

    def __init__(self, session: Session, dialogs: Dialogs) -> None:
        super().__init__()
        self._session = session
        self._dialogs = dialogs
        button = {"size": "small", "variant": "text", "margin": (0, 3)}
        command = pmui.Button(label="Copy as command", icon="terminal", **button)
        python = pmui.Button(label="Copy as Python", icon="code", **button)
        command.on_click(lambda _: self._show("As a command", as_command))
        python.on_click(lambda _: self._show("As Python", as_python))
        self._panel = pn.Row(command, python, margin=(0, 6))

    def _show(self, title: str, make: Callable[..., str]) -> None:
        source = self._session.run_source
        text = make(source.initial_settings, source.state, f"{source.run.path.name}-again")
        note = f"This replays the run bit for bit. The run is at step {source.state.step} now."
        self._dialogs.show_text(title, note, text)
