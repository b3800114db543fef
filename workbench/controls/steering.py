"""The controls of the steerable knobs, each with the state of its last change: pending, applied @ step or refused."""

import sqlite3
from concurrent.futures import Future
from functools import partial
from typing import Any

import panel as pn

from hdd.errors import HDDError
from hdd.records import Edit
from hdd.settings import Settings
from hdd.states import EditStatus, EngineState
from workbench.component import SourceComponent
from workbench.controls.edit_note import EditNote
from workbench.controls.knob import KnobControl
from workbench.controls.knob_sections import KnobSections
from workbench.controls.notices import why_not
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, Text, show

SETTLED_MILLISECONDS = 300
OPEN_AT_FIRST = [0, 1]


class Steering(SourceComponent):
    """Requests changes of knobs. One request of each knob is open at most; a later choice waits until it is answered.

    Args:
        shown: see `SourceComponent`.
    """

    needs_run = True

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        self._knobs: dict[str, KnobControl] = {}
        self._sent: dict[str, int | None] = {}
        """The open request of each knob: the id of its edit, None while the edit is being written."""
        self._next: dict[str, Any] = {}
        self._shown_states: dict[str, tuple] = {}
        self._sections = KnobSections(Settings.steerable(), self._control, self._session.refresh)
        self._sections.open(OPEN_AT_FIRST)
        self._note = Text("", variant="caption", margin=(2, 10), sx=HIDDEN)
        self._why = EditNote(self._session)
        self._panel = pn.Column(
            self._note,
            self._why,
            self._sections,
            sizing_mode="stretch_width",
        )

    def _control(self, name: str) -> KnobControl:
        settings = self._session.run_source.state.settings
        self._knobs[name] = KnobControl(name, getattr(settings, name), self.request)
        return self._knobs[name]

    def request(self, name: str, value: Any) -> None:
        """Requests a value, now or once the engine has answered the last request of this knob."""
        if not self._session.drives:
            return
        self._knobs[name].show_state("pending", f"pending: {value}")
        if name in self._sent:
            self._next[name] = value
            self._session.later(partial(self._settle, name, value), SETTLED_MILLISECONDS)
            return
        self._sent[name] = None
        answer = self._session.run_source.ask(lambda run: run.steer(who=self._session.who, **{name: value}))
        self._session.when_done(answer, partial(self._written, name))

    def _written(self, name: str, answer: Future) -> None:
        """Remembers the edit that was written to the ledger, or shows why none was."""
        try:
            (self._sent[name],) = answer.result()
        except (HDDError, OSError, sqlite3.Error) as error:
            del self._sent[name]
            self._knobs[name].show_state("refused", f"refused: {error}")
            self._knobs[name].put(getattr(self._session.run_source.state.settings, name))
            if name in self._next:
                self.request(name, self._next.pop(name))

    def _settle(self, name: str, value: Any) -> None:
        """Requests the value at which the user has stopped, although the last request is open.

        This happens only while no engine runs that could answer the last request.
        """
        rests = name in self._next and self._next[name] == value
        if rests and self._sent.get(name) is None:
            self._session.later(partial(self._settle, name, value), SETTLED_MILLISECONDS)
        elif rests and not self._session.run_source.state.status.state.takes_edits:
            del self._next[name], self._sent[name]
            self.request(name, value)

    def update(self, frame: Frame) -> None:
        """Brings the controls up to date."""
        state = frame.run_state
        made = (edit for edit in state.steered if edit.applied_at <= frame.step)
        newest: dict[str, Edit] = {edit.name: edit for edit in (state.edits if frame.live else made)}
        self._sections.show(frame.run_settings.in_force())
        for name, knob in self._knobs.items():
            edit = newest.get(name)
            sent = self._sent.get(name)
            if sent is not None and edit is not None and edit.id >= sent and edit.status != EditStatus.PENDING:
                del self._sent[name]
                if name in self._next:
                    self.request(name, self._next.pop(name))
            if name not in self._sent:
                if frame.live and edit is not None and edit.status == EditStatus.PENDING and edit.due is None:
                    knob.put(edit.value)
                else:
                    knob.put(getattr(frame.settings, name))
            if edit is None and self._shown_states.pop(name, None):
                knob.show_state("", "")
            elif edit is not None and name not in self._next and not self._is_older(edit):
                self._tell(edit, state.status.state)
            knob.enable(self._session.drives and frame.live and state.problem is None)
        self._why.update(frame)
        note = why_not(self._session)
        if not frame.live:
            note = f"These are the values at step {frame.step}. To steer, press “Live”, or fork from here."
        show(self._note, bool(note))
        self._note.object = note

    def _is_older(self, edit: Edit) -> bool:
        """Whether an edit came before the open request, so that its state need not be shown any more."""
        sent = self._sent.get(edit.name, 0)
        return sent is None or edit.id < sent

    def _tell(self, edit: Edit, engine: EngineState) -> None:
        told = (edit.id, edit.status, engine if edit.status == EditStatus.PENDING else "")
        if self._shown_states.get(edit.name) == told:
            return
        self._shown_states[edit.name] = told
        if edit.status == EditStatus.PENDING:
            due = f" for step {edit.due}" if edit.due is not None else ""
            waits = "" if engine.is_alive else " until the run is resumed"
            self._knobs[edit.name].show_state("pending", f"pending{due}{waits}: {edit.value}")
        elif edit.status == EditStatus.APPLIED:
            self._knobs[edit.name].show_state("applied", f"applied @ step {edit.step}")
        elif edit.status == EditStatus.REFUSED:
            self._knobs[edit.name].show_state("refused", f"refused @ step {edit.step}: {edit.reason}")
        else:
            self._knobs[edit.name].show_state("", "")
