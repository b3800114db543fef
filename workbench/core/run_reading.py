"""Reads what is new in a run since the last time."""

import time
from pathlib import Path
from typing import Any

from hdd.records import Edit
from hdd.runs.ledger import steered
from hdd.runs.run import Run
from hdd.states import EditStatus
from workbench.core.curve_buckets import CurveBuckets
from workbench.core.source import StepImages

STATUS_SECONDS = 0.4
RECORDS_AT_A_TIME = 2000


class RunReading:
    """Reads a run again and again, each time only what is new; after a rewind it reads everything again.

    Args:
        run: the run; no other thread may use this object.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._initial = run.initial_settings
        self._seen: dict[str, Any] = {}
        self._status_due = 0.0
        self._behind = True
        self._forget()

    def _forget(self) -> None:
        self._buckets = CurveBuckets(len(self._run.classes))
        self._edits: dict[int, Edit] = {}
        self._notes: dict[int, str] = {}
        self._fields: dict[str, Any] = {
            "settings": self._initial,
            "edits": (),
            "masks": {},
            "evaluations": (),
            "events": (),
        }

    def _new(self, name: str, value: Any) -> bool:
        """Whether `value` differs from the one that was given under this name before."""
        changed = self._seen.get(name) != value
        self._seen[name] = value
        return changed

    def changes(self) -> dict[str, Any]:
        """The fields of `RunState` that have changed, with their new values; empty if nothing has.

        Raises:
            HDDError: the run cannot be read, or cannot be understood; the next call tries all of it again.
        """
        try:
            return self._changes()
        except BaseException:
            self._seen.clear()
            self._forget()
            raise

    def _changes(self) -> dict[str, Any]:
        run = self._run
        changes: dict[str, Any] = {}
        if self._new("frame", _stamp(run.path / "live" / "frame.safetensors")):
            frame = run.frame()
            if frame is not None:
                step, images = frame
                changes["frame"] = StepImages(step, images.reshape(-1, *images.shape[2:]))
        if time.monotonic() > self._status_due:
            self._status_due = time.monotonic() + STATUS_SECONDS
            status = run.status()
            if self._new("status", status):
                changes["status"] = status
        if self._new("version", run.version()) or self._behind:
            changes |= self._records()
        kept_stamp = [_stamp(series.folder) for series in (run.snapshots, run.checkpoints)]
        if self._new("kept", kept_stamp):
            changes["kept"] = tuple(run.kept_steps())
        return changes

    def _records(self) -> dict[str, Any]:
        run = self._run
        rewinds = run.rewinds()
        if self._new("rewinds", rewinds):
            self._forget()
        newest = self._buckets.newest
        made = newest.step if newest else 0
        records = run.metrics(after=made, until=made + RECORDS_AT_A_TIME)
        for record in records:
            self._buckets.add(record)
        self._behind = len(records) == RECORDS_AT_A_TIME
        self._read_ledger()
        newest = self._buckets.newest
        status = run.status()
        self._new("status", status)
        return {
            "rewinds": rewinds,
            "step": run.step,
            "status": status,
            "columns": self._buckets.columns(),
            "feature_scale": newest.feature_scale if newest else None,
            "reading": self._behind,
            **self._fields,
        }

    def _read_ledger(self) -> None:
        """Reads new edits, those that were pending or had another note before, and new evaluations and events."""
        run, fields = self._run, self._fields
        waiting = [edit.id for edit in self._edits.values() if edit.status == EditStatus.PENDING]
        before, self._notes = self._notes, run.edit_notes()
        noted = [edit for edit in {*before, *self._notes} if before.get(edit) != self._notes.get(edit)]
        found = run.edits_after(max(self._edits, default=0), [*waiting, *noted])
        changed = {edit.id: edit for edit in found if self._edits.get(edit.id) != edit}
        if changed:
            self._edits |= changed
            fields["edits"] = tuple(self._edits.values())
            applied = steered(edit for edit in fields["edits"] if edit.status == EditStatus.APPLIED)
            fields["settings"] = self._initial.as_steered({edit.name: edit.value for edit in applied})
        if changed or not fields["masks"]:
            fields["masks"] = run.masks()
        for name, read in (("evaluations", run.evaluations), ("events", run.events)):
            fields[name] += tuple(read(after=fields[name][-1]["id"] if fields[name] else 0))


def _stamp(path: Path) -> tuple[int, int] | None:
    """A value that changes when a file is replaced, or when the content of a folder changes; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
