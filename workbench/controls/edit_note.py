"""A field for the reason of the newest change of a knob."""

from typing import Any

import panel_material_ui as pmui

from hdd.knobs.text import to_text
from hdd.records import Edit
from hdd.settings import Settings
from hdd.states import EditStatus
from workbench.component import Component
from workbench.controls.notices import attempt
from workbench.core.frame import Frame
from workbench.session import Session


class EditNote(Component):
    """Asks why the newest edit up to the shown step was made, and writes the answer beside it in the ledger.

    Args:
        session: the session that shows the run.
    """

    _panel: pmui.TextInput

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._edit: Edit | None = None
        self._panel = pmui.TextInput(
            label="Why?",
            value="",
            placeholder="A note on the newest change",
            disabled=True,
            size="small",
            sizing_mode="stretch_width",
            margin=(10, 10, 4, 10),
        )
        self._panel.param.watch(self._written, "value")

    def update(self, frame: Frame) -> None:
        """Shows the note on the newest edit of a knob, up to the step that is shown."""
        state = frame.run_state
        asked = [
            edit for edit in state.edits if edit.status == EditStatus.PENDING and edit.name in Settings.steerable()
        ]
        made = [edit for edit in state.steered if edit.applied_at <= frame.step]
        # More steps change nothing about the steps before, and need no reason.
        found = [each for each in [*made, *(asked if frame.live else [])] if each.name != "steps"]
        edit = max(found, key=lambda each: each.id, default=None)
        self._panel.disabled = edit is None or not self._session.drives or state.problem is not None
        before, self._edit = self._edit, edit
        if edit is None and before is not None:
            self._panel.param.update(label="Why?", value="")
        # What is being typed must stay while the edit is decided on.
        if edit is not None and (before is None or (before.id, before.note) != (edit.id, edit.note)):
            label = f"Why {Settings.knob(edit.name).label} → {to_text(edit.value)}?"
            self._panel.param.update(label=label, value=edit.note or "")

    def _written(self, event: Any) -> None:
        edit, note = self._edit, event.new.strip()
        if edit is None or note == (edit.note or "") or not self._session.drives:
            return
        answer = self._session.run_source.ask(lambda run: run.note_edit(edit.id, note))
        self._session.when_done(answer, lambda done: attempt(done.result))
