"""The dialog that opens over the page, with a question or a text."""

from collections.abc import Callable, Mapping

import panel as pn
import panel_material_ui as pmui

from workbench.component import Component
from workbench.theme import Text


class Dialogs(Component):
    """The one dialog of a page, which is made when it first opens.

    Args:
        copy: puts a text on the browser's clipboard; None leaves the button out, and users copy the text themselves.
    """

    _panel: pn.Column

    def __init__(self, copy: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self._copy = copy
        self._dialog = pmui.Dialog(open=False, close_on_click=True, title=" ", width_option="md")
        self._panel = pn.Column(height=0, margin=0)

    def ask_rewind(self, newest: int, step: int, action: Callable[[], None]) -> None:
        """Asks before the steps from `step` to `newest` are deleted; calls `action` if the answer is yes."""
        lost = "the step" if newest == step + 1 else f"the {newest - step} steps"
        text = f"Rewind to step {step}? This deletes {lost} after it. Fork instead to keep them."
        yes = pmui.Button(label="Rewind", variant="contained", color="warning", margin=8)

        def confirmed(_: object) -> None:
            self._close()
            action()

        yes.on_click(confirmed)
        self._open("Rewind", Text(text, margin=8), pn.Row(yes, self._closing("Cancel")))

    def confirm(self, title: str, question: str, label: str, action: Callable[[], None]) -> None:
        """Asks before something that cannot be undone; calls `action` if the answer is yes, which `label` names."""
        yes = pmui.Button(label=label, variant="contained", color="warning", margin=8)
        yes.on_click(lambda _: self._act(action))
        self._open(title, Text(question, margin=8), pn.Row(yes, self._closing("Cancel")))

    def choose(self, title: str, question: str, choices: Mapping[str, Callable[[], None]]) -> None:
        """Asks which of several things is meant, and does it; the first one is what most people want."""
        buttons = []
        for label, action in choices.items():
            button = pmui.Button(label=label, variant="outlined" if buttons else "contained", margin=8)
            button.on_click(lambda _, action=action: self._act(action))
            buttons.append(button)
        self._open(title, Text(question, margin=8), pn.Row(*buttons, self._closing("Cancel")))

    def ask_text(self, title: str, label: str, text: str, button: str, action: Callable[[str], None]) -> None:
        """Asks for a line of text, which begins as `text`; calls `action` with it."""
        field = pmui.TextInput(label=label, value=text, width=460, margin=8, size="small")
        # The value itself is only sent when the field loses the focus.
        save = pmui.Button(label=button, variant="contained", margin=8)

        def done(_: object) -> None:
            self._act(lambda: action(str(field.value_input)))

        save.on_click(done)
        field.param.watch(done, "enter_pressed")
        self._open(title, field, pn.Row(save, self._closing("Cancel")))

    def _act(self, action: Callable[[], None]) -> None:
        self._close()
        action()

    def show_text(self, title: str, note: str, text: str) -> None:
        """Shows a note and below it a text, with a button that copies the text."""
        area = pmui.TextAreaInput(label=title, value=text, rows=12, width=760, margin=8)
        buttons = pn.Row(self._closing("Close"))
        copy = self._copy
        if copy is not None:
            button = pmui.Button(label="Copy", icon="content_copy", variant="contained", margin=8)
            button.on_click(lambda _: copy(text))
            buttons.insert(0, button)
        self._open(title, Text(note, variant="body2", margin=8), area, buttons)

    def _closing(self, label: str) -> pmui.Button:
        button = pmui.Button(label=label, variant="text", margin=8)
        button.on_click(lambda _: self._close())
        return button

    def _open(self, title: str, *content: object) -> None:
        self._dialog[:] = list(content)
        self._dialog.param.update(title=title, open=True)
        if not self._panel.objects:
            self._panel[:] = [self._dialog]

    def _close(self) -> None:
        self._dialog.open = False
