"""Reads a run directory: the part of `hdd.runs.run.Run` that changes nothing. Does not import torch."""

import json
import os
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from hdd.data.sources import data_source
from hdd.errors import NotFoundError, NotInstalledError, StorageError
from hdd.paths import RUN_DATABASE, holds_run
from hdd.pixels import to_pixels
from hdd.pruning.mask import Mask
from hdd.records import Edit, EngineStatus, StepRecord
from hdd.runs import recorded
from hdd.runs.database import RunDatabase, damaged
from hdd.runs.engine_status import engine_status
from hdd.runs.ledger import mask_at, steered
from hdd.runs.schema import LOCKED_SECONDS
from hdd.runs.stretches import Stretch
from hdd.runs.tensors import TensorSeries, read_tensors
from hdd.sets import SyntheticSet
from hdd.settings import Settings
from hdd.states import EditStatus, EngineState

LIVE_FRAME = Path("live", "frame.safetensors")
INITIAL_IMAGES = "initial.safetensors"


class RunReader:
    """Reads an existing run. Use the subclass `Run`.

    Args:
        path: its directory.
        patience: how many seconds to wait at most for another process that holds the database.

    Raises:
        HDDError: there is no run in the directory, it cannot be read, or a newer version made it.

    Attributes:
        path: as given.
        initial_settings: the settings with which it started; `dataset` says where its real images are now.
        unrecorded: evaluations that were made with this object of a run that can only be read here.
    """

    def __init__(self, path: str | os.PathLike[str], patience: float = LOCKED_SECONDS) -> None:
        self.path = Path(path)
        database = self.path / RUN_DATABASE
        if not database.is_file():
            raise NotFoundError(f"There is no run in {self.path}. `hdd runs list FOLDER` shows the runs in a folder.")
        self._database = RunDatabase(database, patience)
        self.unrecorded: list[dict[str, Any]] = []
        self.snapshots = TensorSeries(self.path / "snapshots")
        self.checkpoints = TensorSeries(self.path / "checkpoints")
        moved = {"dataset": self.meta("moved data")} if self.meta("moved data") else {}
        self.initial_settings = recorded.stored_settings(database, self.meta("settings") | moved)

    def __repr__(self) -> str:
        """For example Run('runs/demo')."""
        return f"Run({str(self.path)!r})"

    def close(self) -> None:
        """Closes the database; the object cannot be used any more."""
        self._database.close()

    def _rows(self, query: str, values: Iterable[Any] = ()) -> list[sqlite3.Row]:
        """What a query finds in the database.

        Raises:
            HDDError: the database is damaged there.
        """
        try:
            return self._database.connection.execute(query, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:
            # A statement that SQLite does not take asks for a table or a column that is not there.
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            raise damaged(self._database.path, str(error)) from None

    def _understood(self, what: str) -> AbstractContextManager[None]:
        return recorded.understood(self._database.path, what)

    @property
    def read_only(self) -> str:
        """Why the run can be read but not changed here, such as "Read-only file system"; "" if it can be changed."""
        return self._database.read_only

    def check_writable(self) -> None:
        """Checks that the run can be changed here.

        Raises:
            HDDError: it can only be read; the message says why, and what to do.
        """
        self._database.check_writable()

    def meta(self, key: str) -> Any:
        """A fact that was recorded under `key` when the run was made; None if there is none."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        with self._understood(f"the fact {key!r}"):
            return recorded.fact_of(key, rows)

    def version(self) -> int:
        """A number that changes whenever another connection has written to the run."""
        return self._database.version()

    def stretches(self) -> list[Stretch]:
        """On what the steps were computed, in their order; empty if an earlier version made all of them."""
        found: list[dict[str, Any]] = self.meta("stretches") or []
        with self._understood("the fact 'stretches'"):
            return [Stretch(each["after"], each["facts"]) for each in found]

    def rewinds(self) -> int:
        """How often the run was rewound. When this grows, steps that were read before may be gone or made again."""
        return self.meta("rewinds") or 0

    @property
    def note(self) -> str:
        """What somebody wrote about the run, "" if nobody did."""
        return self.meta("note") or ""

    def exists(self) -> bool:
        """Whether the run directory still exists."""
        return holds_run(self.path)

    @property
    def classes(self) -> list[str]:
        """Class names in label order."""
        return self.meta("classes")

    @cached_property
    def _grid(self) -> tuple[int, int]:
        """The numbers of classes and of images of each, with which all grids of images begin."""
        return len(self.classes), self.initial_settings.ipc

    @property
    def decoder(self) -> str:
        """How its stored images become images to train on, a key of `hdd.sets.decoders.DECODERS`."""
        return self.meta("decoder") or "plain"

    # Reading

    def edits(self, status: EditStatus | None = None) -> list[Edit]:
        """The ledger, in the order of the requests; if `status` is given, only the edits with that status."""
        return self._edits("? IS NULL OR status = ?", status, status)

    def edits_after(self, newest: int, also: Iterable[int] = ()) -> list[Edit]:
        """The edits whose ids are above `newest` or among `also`, in the order of the requests."""
        return self._edits("id > ? OR id IN (SELECT value FROM json_each(?))", newest, json.dumps(list(also)))

    def _edits(self, condition: str, *values: Any) -> list[Edit]:
        rows = self._rows(
            f"SELECT edits.*, note FROM edits LEFT JOIN edit_notes USING (id) WHERE {condition} ORDER BY id", values
        )
        with self._understood("the ledger"):
            return [recorded.edit_of(row) for row in rows]

    def edit_notes(self) -> dict[int, str]:
        """The notes on edits, by the id of the edit. Unlike an edit that was decided on, a note can change."""
        return {row["id"]: row["note"] for row in self._rows("SELECT id, note FROM edit_notes")}

    def settings_at(self, step: int) -> Settings:
        """The settings after `step` completed steps, including the edits made at that step."""
        made = {edit.name: edit.value for edit in self.steered() if edit.applied_at <= step}
        return self.initial_settings.as_steered(made)

    def steered(self) -> list[Edit]:
        """The applied edits that changed knobs, in the order in which they were applied."""
        return steered(self.edits(EditStatus.APPLIED))

    @property
    def settings(self) -> Settings:
        """The settings at the last completed step of the run."""
        return self.settings_at(self.step)

    def masks(self) -> dict[int, Mask]:
        """Which synthetic images distilled pruning keeps: the masks, by the step from which each is in force."""
        rows = self._rows("SELECT step, kept, scores FROM masks ORDER BY step")
        with self._understood("the masks"):
            return {row["step"]: recorded.mask_of(row, self._grid) for row in rows}

    def mask_at(self, step: int) -> Mask:
        """The mask after `step` completed steps, with the edits made at that step; all images are kept without one."""
        return mask_at(self.masks(), step, len(self.classes), self.initial_settings.ipc)

    @property
    def step(self) -> int:
        """Number of completed steps that are recorded."""
        applied = "SELECT ifnull(max(step), 0) FROM edits WHERE status = 'applied'"
        steps = self._rows(f"SELECT max((SELECT ifnull(max(step), 0) FROM metrics), ({applied}))")
        with self._understood("the number of steps"):
            return int(steps[0][0])

    def metrics(self, after: int = 0, until: int | None = None) -> list[StepRecord]:
        """Records of the steps in (after, until], ascending; None for `until` means up to the newest step."""
        last = self.step if until is None else until
        query = "SELECT * FROM metrics WHERE step > ? AND step <= ? ORDER BY step"
        named = self._rows("SELECT step, names FROM metric_columns ORDER BY step")
        rows = self._rows(query, (after, last))
        records: list[StepRecord] = []
        with self._understood("the records of the steps"):
            names = [tuple(json.loads(row["names"])) for row in named]
            starts = [row["step"] for row in named]
            for row in rows:
                columns = names[bisect_left(starts, row["step"]) - 1] if starts and starts[0] < row["step"] else ()
                if not columns or len(row["classes"]) % (4 * len(columns)):
                    raise StorageError(
                        f"The record of step {row['step']} in {self.path} does not have the {len(columns)} columns "
                        "that the run names for it: its database is damaged. Rewind or fork the run at an earlier step."
                    )
                records.append(recorded.step_record_of(row, columns))
        return records

    def evaluations(self, after: int = 0) -> list[dict[str, Any]]:
        """Evaluations in order of time: id, step, time, protocol (dict), accuracies (fractions), took and kept_ipc.

        took says how many seconds the evaluation took, and on which host; it is None if that was not recorded. kept_ipc
        is the number of images of each class that networks were trained on, if some were left out, and else None.

        Args:
            after: only evaluations whose id is larger are returned.
        """
        rows = self._rows("SELECT * FROM evaluations WHERE id > ? ORDER BY id", (after,))
        with self._understood("the evaluations"):
            found = [recorded.evaluation_of(row) for row in rows]
        return found + [each for each in self.unrecorded if each["id"] > after]

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """The events of the run, in order: id, time, step and text; only those whose id is larger than `after`."""
        rows = self._rows("SELECT id, time, step, text FROM events WHERE id > ? ORDER BY id", (after,))
        return [dict(row) for row in rows]

    def kept_steps(self) -> list[int]:
        """Steps whose images are kept, ascending."""
        return sorted({*self.checkpoints.steps(), *self.snapshots.steps()})

    def steps_without_records(self) -> list[int]:
        """Kept steps after the last recorded one, ascending.

        There are some after a power cut, and if the run was copied without its log, `run.db-wal`.
        """
        last = self.step
        return [step for step in self.kept_steps() if step > last]

    def images(self, step: int) -> np.ndarray:
        """Synthetic images (C, ipc, channels, H, W) float32, normalised, after `step` completed steps.

        They are exact if there is a checkpoint of that step; otherwise the snapshot has rounded them to half precision.

        Raises:
            HDDError: neither was kept at that step, and the message names the nearest kept step; or they are damaged.
        """
        for series in (self.checkpoints, self.snapshots):
            tensors = series.read(step) or {}
            if (images := tensors.get("images")) is not None and images.shape[:2] == self._grid:
                return images.astype(np.float32)
        kept = self.kept_steps()
        if not kept:
            raise NotFoundError(f"No images of any step are kept in {self.path} yet: resume the run to make some.")
        if step in kept:
            raise StorageError(
                f"The images of step {step} in {self.path} are damaged, perhaps because the run was copied while it "
                "went: fork the run there to make them again, or give another kept step."
            )
        nearest = min(kept, key=lambda other: abs(other - step))
        raise NotFoundError(
            f"No images of step {step} are kept in {self.path}: give a kept step (the nearest is {nearest}), "
            "or fork the run there to make the images again."
        )

    def synthetic(self, step: int | None = None) -> SyntheticSet:
        """The synthetic set after `step` completed steps, without the images that distilled pruning leaves out.

        Args:
            step: a kept step; None takes the newest one.

        Raises:
            HDDError: as in `images`.
        """
        step = max(self.kept_steps(), default=0) if step is None else step
        return SyntheticSet.of_grid(
            self.images(step),
            self.mask_at(step).kept,
            classes=self.classes,
            mean=self.meta("mean"),
            std=self.meta("std"),
            decoder=self.decoder,
            provenance={
                "run": self.meta("id"),
                "step": step,
                "settings": self.settings_at(step).recorded(),
                "edits": [
                    {"step": edit.applied_at, "name": edit.name, "old": edit.old, "value": edit.value, "who": edit.who}
                    for edit in self.steered()
                    if edit.applied_at <= step
                ],
                **({"initial images": initial} if (initial := self.meta("initial")) else {}),
                "data source": data_source(self.initial_settings.dataset),
                "data": self.meta("fingerprint"),
                "made by": self.meta("provenance"),
            },
        )

    def given_initial_images(self) -> np.ndarray | None:
        """The images (C, ipc, channels, H, W) float32 that the run was given to start from; None if it drew its own.

        Raises:
            HDDError: it was given some, but their file is missing or damaged.
        """
        if self.meta("initial") is None:
            return None
        tensors = read_tensors(self.path / INITIAL_IMAGES)
        if tensors is None or "images" not in tensors:
            raise StorageError(
                f"The images that {self.path} started from ({INITIAL_IMAGES}) are missing or damaged: restore the "
                "file, or start a new run."
            )
        return tensors["images"]

    def frame(self) -> tuple[int, np.ndarray] | None:
        """The live frame that an engine left for viewers; None if there is none, or if it cannot be read.

        Returns:
            Its step, and the images (C, ipc, channels, H, W) float32, normalised, as the optimiser has them. While
            `Run.watch` is called, the engine keeps writing new ones.
        """
        try:
            tensors = read_tensors(self.path / LIVE_FRAME)
        except StorageError:
            # Where a file cannot be read while it is replaced, the next one will do.
            return None
        if tensors is None or not {"step", "images"} <= tensors.keys():
            return None
        step, images = tensors["step"], tensors["images"]
        # Earlier versions wrote clipped pixels, from which radii and gaps cannot be measured.
        if step.size != 1 or images.dtype != np.float32 or images.ndim != 5 or images.shape[:2] != self._grid:
            return None
        return int(step.item()), images

    def to_pixels(self, images: np.ndarray) -> np.ndarray:
        """Turns normalised images (…, channels, H, W) into uint8 pixels."""
        return to_pixels(images, self.meta("mean"), self.meta("std"))

    # The engine, seen from outside

    def check_installed(self) -> None:
        """Checks that the method and the objective of the run are installed; without them it can only be viewed.

        Raises:
            HDDError: one of them is not installed; the message says what to install.
        """
        packages: dict[str, str] = self.meta("packages") or {}
        for kind, name in self.settings.uninstalled().items():
            package = packages.get(f"{kind} {name}", f"the package that has this {kind}")
            raise NotInstalledError(
                f"The {kind} {name!r} of {self.path} is not installed here: "
                f"install {package} to resume, rewind, fork or replay the run."
            )

    def lock(self) -> FileLock:
        """The lock that the engine of a run holds. The system frees it however the engine ends.

        Raises:
            HDDError: the run can only be read here.
        """
        self.check_writable()
        return FileLock(self.path / "lock")

    def engine_alive(self) -> bool:
        """Whether an engine is advancing the run."""
        return self.status().state.is_alive

    def status(self) -> EngineStatus:
        """The engine's state; see `EngineStatus`."""
        with self._understood("the state of the engine"):
            new = EngineStatus(EngineState.NEW, self.step, 0.0, "", 0, 0.0)
            return recorded.checked(engine_status(self.path, self._rows) or new)

    def summary(self) -> dict[str, Any]:
        """A short summary, JSON-compatible: run, dataset, objective, ipc, state, step, steps, loss and message."""
        settings, status, step = self.settings, self.status(), self.step
        newest = self.metrics(after=step - 1)
        return {
            "run": str(self.path),
            "dataset": settings.dataset,
            "objective": settings.objective,
            "ipc": settings.ipc,
            "state": status.state,
            "step": step,
            "steps": settings.steps,
            "loss": newest[-1].loss if newest else None,
            "message": status.message,
        }
