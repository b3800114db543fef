"""Requests to the engine of a run, and what people note about it: all that viewers write.

An edit waits in run.db until the engine decides on it at a step boundary. This module does not import torch.
"""

import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hdd.errors import InvalidInputError, RunStateError
from hdd.records import Edit
from hdd.runs.reading import RunReader
from hdd.runs.schema import transaction
from hdd.settings import Settings
from hdd.states import Command, EditStatus, EngineState

WATCHED_SECONDS = 5.0
NOTE_CHARACTERS = 4000


def _check_note(note: str) -> None:
    if len(note) > NOTE_CHARACTERS:
        raise InvalidInputError(f"The note has {len(note)} characters: give at most {NOTE_CHARACTERS}.")


def check_steps(changes: Mapping[str, Any], step: int) -> None:
    """Checks that after these changes at `step` the run has at least one more step to make.

    Raises:
        HDDError: the new number of steps is not more than `step`.
    """
    if changes.get("steps", step + 1) <= step:
        raise InvalidInputError(
            f"steps={changes['steps']} is not more than {step}, the number of steps completed by then: give "
            "more, or stop the run."
        )


class Inbox(RunReader):
    """An existing run, as it is to those who do not advance it: reading it, and requests to its engine."""

    @property
    def _writer(self) -> sqlite3.Connection:
        """The connection that writes.

        Raises:
            HDDError: the run can only be read here.
        """
        return self._database.writer

    def steer(self, who: str = "python", at: int | None = None, note: str = "", **changes: Any) -> list[int]:
        """Requests new values of steerable knobs.

        Args:
            who: the author that is recorded for the edits.
            at: apply them when this many steps are completed; None applies them at the next step boundary.
            note: says why.
            changes: knobs and their new values.

        Returns:
            Ids of the edits; `edits()` says what became of them.

        Raises:
            HDDError: a knob is unknown or fixed, a value is outside its bounds, the run is finished, or the step has
                passed or will never come.
        """
        self.check_steer(changes, at)
        return self.request(changes, who, at, note)

    def check_steer(self, changes: Mapping[str, Any], at: int | None = None) -> None:
        """Checks what `steer` checks, and requests nothing.

        Raises:
            HDDError: as in `steer`.
        """
        self.check_writable()
        self.initial_settings.changed(**changes)
        self._check_unfinished()
        if at is not None:
            self._check_ahead(at, changes)
        check_steps(changes, self.step if at is None else at)

    def _check_ahead(self, at: int, changes: Mapping[str, Any]) -> None:
        if at < self.step:
            raise InvalidInputError(
                f"Step {at} has passed, because {self.path} is at step {self.step}: fork or rewind it to edit there."
            )
        asked = [edit.value for edit in self.pending() if edit.name == "steps"]
        last = max([self.settings.steps, *asked, changes.get("steps", 0)])
        if at >= last:
            raise InvalidInputError(
                f"Step {at} will never be reached, because {self.path} has {last} steps: edit at an earlier "
                "step, or give the run more steps."
            )

    def command(self, name: str, value: int | None = None, who: str = "python") -> int:
        """Sends a `hdd.states.Command` to the engine; returns the id of the edit.

        Raises:
            HDDError: as in `check_command`.
        """
        self.check_command(name, value)
        return self.request({name: value}, who, None)[0]

    def check_command(self, name: str, value: int | None = None) -> None:
        """Checks that the engine can carry out a command.

        Raises:
            HDDError: the command is unknown, its value does not fit, the run is finished, or it has no engine.
        """
        if name not in list(Command):
            raise InvalidInputError(f"There is no command {name!r}: give one of {', '.join(Command)}.")
        lowest = {Command.STEP: 1, Command.REWIND: 0}.get(Command(name))
        if (value is None) != (lowest is None) or (value is not None and lowest is not None and value < lowest):
            needs = "no value" if lowest is None else f"a number of steps ≥ {lowest}"
            raise InvalidInputError(f"The command {name} takes {needs}, not {value!r}.")
        self.check_writable()
        self._check_unfinished()
        if not self.engine_alive():
            raise RunStateError(
                f"{self.path} has no engine now, so {name} would have no effect: `hdd resume {self.path}` starts one."
            )

    def _check_unfinished(self) -> None:
        if self.status().state == EngineState.FINISHED:
            raise RunStateError(
                f"{self.path} is finished at step {self.step}, so edits have no effect. "
                "Resume it with more steps, rewind it, or fork it."
            )

    def request(self, changes: Mapping[str, Any], who: str, due: int | None, note: str = "") -> list[int]:
        """Writes values or commands, which were checked already, into the inbox; returns the ids of the edits."""
        _check_note(note)
        ids: list[int] = []
        with transaction(self._writer):
            for name, value in changes.items():
                row = self._writer.execute(
                    "INSERT INTO edits (name, value, due, who, requested, status) VALUES (?, ?, ?, ?, ?, 'pending')",
                    (name, json.dumps(value), due, who, time.time()),
                ).lastrowid
                assert row is not None, "SQLite gives the id of each row that it inserts"
                ids.append(row)
                self.note_edit(row, note)
        return ids

    def note_edit(self, edit: int, note: str) -> None:
        """Writes why the edit with the id `edit` was made; "" removes the note. It has no effect on the steps.

        Raises:
            HDDError: the note is too long.
        """
        _check_note(note)
        self._writer.execute("DELETE FROM edit_notes WHERE id = ?", (edit,))
        self._writer.execute("INSERT INTO edit_notes SELECT ?, ? WHERE ? <> ''", (edit, note, note))

    def write_note(self, note: str) -> None:
        """Writes what is to be remembered about the run. It has no effect on the steps.

        Raises:
            HDDError: the note is too long.
        """
        _check_note(note)
        self._writer.execute("INSERT OR REPLACE INTO meta VALUES ('note', ?)", (json.dumps(note),))

    def move_data(self, dataset: str) -> None:
        """Takes down where the real images are now; a run that can only be read here remembers it in this object."""
        if not self.read_only:
            self._writer.execute("INSERT OR REPLACE INTO meta VALUES ('moved data', ?)", (json.dumps(dataset),))
        self.initial_settings = Settings.stored({**self.initial_settings.recorded(), "dataset": dataset})

    def watch(self) -> None:
        """Tells the engine that somebody watches; for `WATCHED_SECONDS` it keeps writing the live frame."""
        flag = self.path / "live" / "watched"
        # If the run cannot be written, it has no engine that would read this.
        with suppress(OSError):
            flag.parent.mkdir(exist_ok=True)
            flag.touch()

    def watched(self) -> bool:
        """Whether somebody watches."""
        try:
            # If the clock was set back, the flag is from the future until somebody who watches renews it.
            return abs(time.time() - (self.path / "live" / "watched").stat().st_mtime) < WATCHED_SECONDS
        except OSError:
            return False

    def pending(self) -> list[Edit]:
        """The edits that the engine has not decided on yet."""
        if not self._rows("SELECT 1 FROM edits WHERE status = 'pending' LIMIT 1"):
            return []
        return self.edits(EditStatus.PENDING)
