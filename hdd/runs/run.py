"""A run on disk: making its directory, and what its engine writes there.

    RUN/run.db         settings, provenance, edits, metrics, evaluations, events, engine state (hdd.runs.schema)
    RUN/lock           held by the one engine that advances the run
    RUN/snapshots/     images float16 (C, ipc, channels, H, W), normalised, to look back at
    RUN/checkpoints/   everything that the next step depends on, exact
    RUN/initial.safetensors   the images that it was given to start from, exact
    RUN/live/          frame.safetensors, the newest images, while somebody watches
    RUN/synthetic.png, RUN/loss.png

Engines and viewers communicate only through this directory. This module does not import torch.
"""

import json
import os
import shutil
import socket
import sqlite3
import time
import uuid
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import Timeout

from hdd.errors import HDDError, InUseError, StorageError
from hdd.paths import RUN_DATABASE
from hdd.pruning.mask import Mask
from hdd.records import Edit, StepRecord
from hdd.runs.engine_status import advanced_here
from hdd.runs.inbox import Inbox
from hdd.runs.liveness import ProcessId, place_of
from hdd.runs.places import cannot_be_made, check_free
from hdd.runs.reading import INITIAL_IMAGES
from hdd.runs.schema import connect, make_tables, transaction
from hdd.runs.stretches import Stretch
from hdd.runs.tensors import write_tensors
from hdd.sets import marks
from hdd.settings import Settings
from hdd.states import EditStatus, EngineState

HEARTBEAT_SECONDS = 0.5


class Run(Inbox):
    """An existing run: reading it (`RunReader`), requests to its engine (`Inbox`), and what its engine writes."""

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        settings: Settings,
        classes: Iterable[str],
        initial_images: np.ndarray | None = None,
        **meta: Any,
    ) -> "Run":
        """Makes a run directory.

        Args:
            path: a directory that is empty or does not exist.
            settings: the settings that the run starts with.
            classes: class names in label order.
            initial_images: (C, ipc, channels, H, W) float32 to start from; None lets the method draw them.
            meta: other facts to record (provenance, normalisation, parent), JSON-compatible.

        Raises:
            HDDError: the directory already holds something, or cannot be made or written.
        """
        path = Path(path)
        check_free(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_be_made(path, error) from None
        # The file gets the name that marks a run only when it is complete.
        partial = path / "run.db.partial"
        try:
            if initial_images is not None:
                write_tensors(path / INITIAL_IMAGES, {"images": initial_images}, durable=True)
            database = connect(partial)
            make_tables(database)
            facts = {
                "id": uuid.uuid4().hex,
                "created": time.time(),
                "settings": settings.recorded(),
                "classes": list(classes),
                **meta,
            }
            database.executemany("INSERT INTO meta VALUES (?, ?)", [(k, json.dumps(v)) for k, v in facts.items()])
            database.close()
            partial.rename(path / RUN_DATABASE)
        except (OSError, sqlite3.Error) as error:
            shutil.rmtree(path, ignore_errors=True)
            raise cannot_be_made(path, error) from None
        return cls(path)

    @contextmanager
    def advancing(self) -> Generator[None]:
        """Within this context, this process is the run's engine; a run has at most one.

        Raises:
            HDDError: another engine advances the run.
        """
        try:
            lock = self.lock().acquire(timeout=0)
        except Timeout:
            raise InUseError(
                f"{self.path} already has an engine (process {self.status().pid}), and a run can have only one: "
                "stop that engine first, or steer it."
            ) from None
        place = self.path.resolve()
        advanced_here.add(place)
        try:
            with lock:
                yield
        finally:
            advanced_here.discard(place)

    def decide(self, edit: Edit, status: EditStatus, step: int, old: Any = None, reason: str | None = None) -> None:
        """Records what became of an edit."""
        self._writer.execute(
            "UPDATE edits SET status = ?, step = ?, old = ?, reason = ?, decided = ? WHERE id = ?",
            (status, step, json.dumps(old), reason, time.time(), edit.id),
        )

    def write_mask(self, step: int, mask: Mask) -> None:
        """Records which synthetic images are kept from `step` on."""
        kept, scores = mask.kept.astype(np.uint8).tobytes(), mask.scores.astype("<f4").tobytes()
        self._writer.execute("INSERT OR REPLACE INTO masks VALUES (?, ?, ?)", (step, kept, scores))

    def decide_with_mask(self, edit: Edit, step: int, old: Any, mask: Mask) -> None:
        """Records that an edit was applied, and which synthetic images are kept since then; both, or neither."""
        with transaction(self._writer):
            self.decide(edit, EditStatus.APPLIED, step, old)
            self.write_mask(step, mask)

    def write_metrics(self, record: StepRecord) -> None:
        """Records a step; if the step is made again, its record is replaced."""
        names = json.dumps(record.columns)
        in_force = self._columns_of(record.step)
        if in_force == names:
            self._write_record(record)
            return
        with transaction(self._writer):
            # A step made again may have other columns than before. The later steps keep theirs until they are made
            # again.
            if in_force is not None:
                self._writer.execute("INSERT OR IGNORE INTO metric_columns VALUES (?, ?)", (record.step, in_force))
            self._writer.execute("DELETE FROM metric_columns WHERE step = ?", (record.step - 1,))
            if self._columns_of(record.step) != names:
                self._writer.execute("INSERT INTO metric_columns VALUES (?, ?)", (record.step - 1, names))
            self._write_record(record)

    def _columns_of(self, step: int) -> str | None:
        """The column names of the record of `step`, as JSON; None if the run has none for it."""
        row = self._writer.execute(
            "SELECT names FROM metric_columns WHERE step < ? ORDER BY step DESC LIMIT 1", (step,)
        ).fetchone()
        return row and row[0]

    def _write_record(self, record: StepRecord) -> None:
        self._writer.execute(
            "INSERT OR REPLACE INTO metrics (step, loss, feature_scale, seconds, classes) VALUES (?, ?, ?, ?, ?)",
            (record.step, record.loss, record.feature_scale, record.seconds, record.classes.astype("<f4").tobytes()),
        )

    def write_evaluation(
        self,
        step: int,
        protocol: Mapping[str, Any],
        accuracies: list[float],
        took: Mapping[str, Any] | None = None,
        kept_ipc: int | None = None,
    ) -> None:
        """Records the accuracies that networks trained on the images of `step` reached.

        In a run that can only be read here, `evaluations` of this object returns them, and nothing is recorded.

        Args:
            step: whose images were evaluated; 0 for a baseline.
            protocol: see `hdd.protocol.Protocol`.
            accuracies: fractions, one for each network.
            took: the seconds that the evaluation took, and the host that computed it; None if that was not measured.
            kept_ipc: number of images of each class, if distilled pruning left some out.
        """
        about = {"took": took and {**took}, "kept_ipc": kept_ipc}
        if self.read_only:
            made = {"step": step, "time": time.time(), "protocol": {**protocol}, "accuracies": accuracies, **about}
            self.unrecorded.append({"id": 1 + max((each["id"] for each in self.evaluations()), default=0), **made})
            return
        recorded = {**protocol, **{name: value for name, value in about.items() if value is not None}}
        self._writer.execute(
            "INSERT INTO evaluations (step, time, protocol, accuracies) VALUES (?, ?, ?, ?)",
            (step, time.time(), json.dumps(recorded), json.dumps(accuracies)),
        )

    def write_event(self, step: int, text: str) -> None:
        """Records an event."""
        self._writer.execute("INSERT INTO events (time, step, text) VALUES (?, ?, ?)", (time.time(), step, text))

    def write_status(self, state: EngineState, step: int, steps_per_second: float, message: str) -> None:
        """Records the state of the engine, which is this process.

        Raises:
            FileNotFoundError: the run directory is gone.
        """
        # An open file can still be written after it was deleted; without this check the engine would continue for
        # nobody.
        if not self.exists():
            raise FileNotFoundError(self.path)
        process = ProcessId.of(os.getpid())
        with transaction(self._writer):
            self._writer.execute(
                "INSERT OR REPLACE INTO process VALUES (0, ?, ?, ?)", (process.pid, process.machine, process.started)
            )
            place = {"process": [process.pid, process.started], **place_of(self.path)}
            self._writer.execute("INSERT OR REPLACE INTO meta VALUES ('place', ?)", (json.dumps(place),))
            self._writer.execute(
                "INSERT OR REPLACE INTO engine VALUES (0, ?, ?, ?, ?, ?, ?, ?)",
                (process.pid, socket.gethostname(), state, step, steps_per_second, message, time.time()),
            )

    @contextmanager
    def loading(self) -> Generator[None]:
        """Within this context, the run says that its images are loaded; if that fails, it says what it said before.

        Raises:
            HDDError: as within the context.
        """
        said = {table: self._rows(f"SELECT * FROM {table}") for table in ("engine", "process")}
        self.write_status(EngineState.STARTING, self.step, 0.0, "loading the data set")
        try:
            yield
        except HDDError:
            with transaction(self._writer):
                for table, rows in said.items():
                    self._writer.execute(f"DELETE FROM {table}")
                    for row in rows:
                        self._writer.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", tuple(row))
            raise

    def write_stretches(self, stretches: Iterable[Stretch]) -> None:
        """Records on what the steps were computed."""
        found = json.dumps([{"after": each.after, "facts": {**each.facts}} for each in stretches])
        self._writer.execute("INSERT OR REPLACE INTO meta VALUES ('stretches', ?)", (found,))

    def begin_stretch(self, after: int, facts: Mapping[str, str]) -> None:
        """Records on what the steps after `after` are computed from now on."""
        kept = [each for each in self.stretches() if each.after < after]
        if not kept or kept[-1].facts != facts:
            kept.append(Stretch(after, facts))
        self.write_stretches(kept)

    def end(self, state: EngineState, message: str) -> None:
        """Records that the run has no engine any more, and why."""
        self.write_event(self.step, f"{state}: {message}")
        self.write_status(state, self.step, 0.0, message)

    def forget_after(self, step: int, asked: Edit | None = None) -> None:
        """Deletes everything that was recorded after `step`; the later edits stay in the ledger as rewound.

        Pending edits without a due step are marked as rewound too, since they were meant for the steps that are taken
        back. Edits that wait for a certain step stay pending.

        Args:
            step: the step to go back to.
            asked: the edit that requested the rewind. It is recorded as applied, and edits requested after it stay
                pending.
        """
        stood = self.step
        # The files go first: a checkpoint that outlived its records would be taken for one of the steps made again.
        for series in (self.snapshots, self.checkpoints):
            series.drop([other for other in series.steps() if other > step])
        with transaction(self._writer):
            if asked is not None:
                # It is recorded at the step that the run goes back to, so that the rewind does not take itself back.
                self.decide(asked, EditStatus.APPLIED, step, stood)
            self._writer.execute("DELETE FROM metrics WHERE step > ?", (step,))
            self._writer.execute("DELETE FROM metric_columns WHERE step >= ?", (step,))
            self._writer.execute("DELETE FROM evaluations WHERE step > ?", (step,))
            self._writer.execute("DELETE FROM masks WHERE step > ?", (step,))
            self._writer.execute("UPDATE edits SET status = 'rewound' WHERE status = 'applied' AND step > ?", (step,))
            if stood > step:
                first = None if asked is None else asked.id
                self._writer.execute(
                    "UPDATE edits SET status = 'rewound'"
                    " WHERE status = 'pending' AND due IS NULL AND (? IS NULL OR id < ?)",
                    (first, first),
                )
            self.write_stretches(each for each in self.stretches() if each.after < step)
            self._writer.execute("INSERT OR REPLACE INTO meta VALUES ('rewinds', ?)", (str(self.rewinds() + 1),))
        # A damaged file of verdicts keeps nobody from rewinding.
        with suppress(StorageError):
            marks.Marks(marks.place(self.path, True)).forget_after(step)
        self.write_event(step, f"rewound to step {step}")

    def copy_history(self, source: "Run", step: int) -> None:
        """Copies everything that `source` recorded up to `step`."""
        with transaction(self._writer):
            self.write_stretches(each for each in source.stretches() if each.after < step)
            for table, condition in (
                ("metrics", "step <= ?"),
                ("metric_columns", "step < ?"),
                ("evaluations", "step <= ?"),
                ("masks", "step <= ?"),
                ("edits", "step <= ? AND status = 'applied'"),
                ("edit_notes", "id IN (SELECT id FROM edits WHERE step <= ? AND status = 'applied')"),
            ):
                rows = source._rows(f"SELECT * FROM {table} WHERE {condition}", (step,))
                if rows:
                    # A column that a newer version may have added to the source is not copied.
                    names = [row["name"] for row in self._writer.execute(f"PRAGMA table_info({table})")]
                    self._writer.executemany(
                        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                        [[row[name] for name in names] for row in rows],
                    )
        for mine, theirs in ((self.snapshots, source.snapshots), (self.checkpoints, source.checkpoints)):
            mine.folder.mkdir(exist_ok=True)
            for other in theirs.steps():
                # The engine of the source may delete some of its files in the meantime.
                if other <= step:
                    with suppress(FileNotFoundError):
                        shutil.copyfile(theirs.path(other), mine.path(other))
