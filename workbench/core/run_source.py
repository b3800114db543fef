"""The source of a run, shared by all sessions that show it: a thread polls the run and publishes what it finds.

A published `RunState` never changes, so sessions read it without locks. They are only woken when there is a new state,
and read it when they are ready.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hdd.errors import HDDError, StorageError
from hdd.pixels import to_pixels
from hdd.projection import Geometry, Pruning, Viewing
from hdd.pruning.mask import Mask
from hdd.records import Edit, EngineStatus
from hdd.runs.driver_lease import DriverLease
from hdd.runs.ledger import mask_at, steered
from hdd.runs.run import Run
from hdd.sets.decoders import DECODERS
from hdd.settings import Settings
from hdd.states import EditStatus, EngineState
from workbench.core.audience import Audience
from workbench.core.class_layout import ClassLayout
from workbench.core.run_reading import STATUS_SECONDS, RunReading
from workbench.core.run_thread import Answer, RunThread
from workbench.core.shared_answers import SharedAnswers
from workbench.core.shared_pixels import SharedPixels
from workbench.core.source import SourceState, StepImages

POLL_SECONDS = 0.015
WATCH_SECONDS = 2.0
UNWATCHED_SECONDS = 30.0
"""A source that has had no session for this long is forgotten."""


@dataclass(frozen=True)
class RunState(SourceState):
    """The state of a run at one moment; `step` is the number of completed steps.

    Attributes:
        status: of the engine.
        settings: in force at `step`.
        edits: the ledger, in the order of the requests.
        masks: which synthetic images are kept, by the step from which each mask is in force; see `Run.masks`.
        evaluations, events: as returned by `Run.evaluations` and `Run.events`.
        columns: of the curves, see `CurveBuckets.columns`.
        feature_scale: in force when the newest step was made, None before the first step.
        frame: the newest live frame of the engine, None if there is none.
    """

    status: EngineStatus = field(default_factory=lambda: EngineStatus(EngineState.NEW, 0, 0.0, "", 0, 0.0))
    settings: Settings = field(default_factory=Settings)
    edits: tuple[Edit, ...] = ()
    masks: Mapping[int, Mask] = field(default_factory=dict[int, Mask])
    evaluations: tuple[dict[str, Any], ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    feature_scale: float | None = None
    frame: StepImages | None = None

    @property
    def live(self) -> StepImages | None:
        """As `SourceState.live`; None without an engine, as the run may have been rewound since its last live frame."""
        return self.frame if self.status.state.is_alive else None

    @property
    def awaits_answer(self) -> bool:
        """As `SourceState.awaits_answer`: the engine decides on a requested change of a knob at its next step."""
        return self.status.state.is_alive and any(
            edit.status == EditStatus.PENDING and edit.due is None for edit in self.edits
        )

    @property
    def answers(self) -> Hashable:
        """As `SourceState.answers`."""
        return self.edits, self.status.state, self.problem

    @cached_property
    def steered(self) -> list[Edit]:
        """The applied changes of knobs, in the order in which they took effect."""
        return steered(edit for edit in self.edits if edit.status == EditStatus.APPLIED)

    def settings_at(self, step: int, initial: Settings) -> Settings:
        """The settings in force after `step` steps, from the initial ones and the ledger."""
        return initial.as_steered({edit.name: edit.value for edit in self.steered if edit.applied_at <= step})


class RunSource:
    """What sessions know of one run. A session joins it, and reads `state` whenever it is woken.

    Args:
        path: directory of an existing run.

    Raises:
        HDDError: there is no run there.

    Attributes:
        run: its methods may be called from any thread, one at a time; those that must not wait for it use `ask`.
        lease: says who may steer the run.
        audience: the sessions that show it.
        mean, std: (channels,) of the images' normalisation.
        state: the newest one.
    """

    changes = True

    def __init__(self, path: Path) -> None:
        self.run = Run(path)
        self.name = self.run.path.name
        self.classes = self.run.classes
        self.mean, self.std = (np.array(self.run.meta(key), np.float32) for key in ("mean", "std"))
        self.initial_settings = self.run.initial_settings
        decoder = self.run.decoder
        self.layout = ClassLayout.of_equal(len(self.classes), self.initial_settings.ipc, DECODERS[decoder].held)
        self.viewing: Viewing | None = Viewing.of(self.initial_settings, self.run.meta("fingerprint"), decoder)
        self.lease = DriverLease(path, POLL_SECONDS)
        self.state = RunState(settings=self.initial_settings, reading=True)
        self.lock = threading.RLock()
        self.audience = Audience()
        self._answers = SharedAnswers()
        self._pixels = SharedPixels(self.mean, self.std)
        self._run_thread = RunThread(path)
        self._thread: threading.Thread | None = None
        self._forgotten = self._forget_later()

    def _forget_later(self) -> threading.Timer:
        """Has the source forgotten after `UNWATCHED_SECONDS`, if no session has joined by then."""
        timer = threading.Timer(UNWATCHED_SECONDS, _forget, [self])
        timer.daemon = True
        timer.start()
        return timer

    def to_pixels(self, images: np.ndarray) -> np.ndarray:
        """Images of the run as pictures; see `hdd.pixels.to_pixels`."""
        # Sessions share all images of a step; a few images would only take the place of those that are kept.
        return self._pixels.of(images) if len(images) == len(self.layout) else to_pixels(images, self.mean, self.std)

    def settings_at(self, state: SourceState, step: int) -> Settings:
        """As `Source.settings_at`."""
        assert isinstance(state, RunState)
        if step == state.step:
            return state.settings
        return state.settings_at(step, self.initial_settings)

    def mask_at(self, state: SourceState, step: int) -> Mask:
        """As `Source.mask_at`."""
        assert isinstance(state, RunState)
        mask = mask_at(state.masks, step, len(self.classes), self.initial_settings.ipc)
        return Mask(mask.kept.ravel(), mask.scores.ravel())

    def look_at(self, state: SourceState, step: int, images: StepImages) -> tuple[Geometry, Pruning]:
        """As `Source.look_at`: those in force at the step."""
        assert isinstance(state, RunState)
        settings, scale = self.settings_at(state, step), images.feature_scale
        if scale is None or images.step == state.step:
            scale = state.feature_scale
        if settings.feature_scale != "auto":
            scale = settings.feature_scale
        return Geometry.of(settings, scale), Pruning.of(settings)

    def read(self, step: int) -> "Future[StepImages]":
        """As `Source.read`."""
        question = ("images", step, self.state.rewinds)
        return self.shared(question, lambda: self.ask(lambda run: _read(run, step)))

    def ask(self, function: Callable[[Run], Answer]) -> "Future[Answer]":
        """The result of a function of the run, for callers that must not wait for storage; see `RunThread.ask`."""
        return self._run_thread.ask(function)

    # Sessions

    @property
    def driver(self) -> str | None:
        """As `Source.driver`. The lease of a tab of this server is kept from expiring."""
        self.lease.keep(*self.tabs())
        return self.lease.driver

    def join(self, session: object, tab: str, wake: Callable[[], None]) -> None:
        """As `Source.join`; `wake` is called from another thread."""
        if tab:
            self.lease.take(tab, getattr(session, "who", ""))
        with self.lock:
            self.audience.join(session, tab, wake)
            self._forgotten.cancel()
            if self._thread is None:
                self._thread = threading.Thread(target=self._read, daemon=True, name=f"feed {self.run.path.name}")
                self._thread.start()
        self.audience.wake()

    def leave(self, session: object) -> None:
        """Removes a session. A tab without sessions loses the lease, and a source without sessions ends its thread."""
        with self.lock:
            gone = self.audience.leave(session)
            if gone is not None:
                self.lease.leave(gone)
            if not self.audience:
                self._answers.clear()
                self._pixels.clear()
                self._run_thread.close()
                self._forgotten.cancel()
                self._forgotten = self._forget_later()
        self.audience.wake()

    def tabs(self) -> list[str]:
        """As `Source.tabs`."""
        return self.audience.tabs()

    def shared(self, question: Hashable, ask: Callable[[], Future[Any]]) -> Future[Any]:
        """As `Source.shared`."""
        return self._answers.share(question, ask)

    # The reading thread

    def _read(self) -> None:
        try:
            run = Run(self.run.path)
        except (HDDError, OSError, sqlite3.Error) as error:
            self._publish(problem=str(error), reading=False)
            with self.lock:
                self._thread = None
            return
        reader = RunReading(run)
        watched = -WATCH_SECONDS
        driver = self.driver
        while True:
            with self.lock:
                if not self.audience:
                    self._thread = None
                    break
            try:
                if not run.exists():
                    raise StorageError(f"The run's directory {run.path} is gone: it was removed or renamed.")
                if time.monotonic() > watched + WATCH_SECONDS:
                    watched = time.monotonic()
                    run.watch()
                if driver != self.driver:
                    driver = self.driver
                    self.audience.wake()
                changes = reader.changes()
                if changes:
                    self._publish(problem=None, **changes)
            except Exception as error:
                # A damaged or vanishing directory can raise anything. The page must show it, and the thread must go on.
                if str(error) != self.state.problem:
                    self._publish(problem=str(error), reading=False)
                time.sleep(STATUS_SECONDS)
            time.sleep(0 if self.state.reading and not self.state.problem else POLL_SECONDS)
        run.close()

    def _publish(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes, version=self.state.version + 1)
        self.audience.wake()


def _read(run: Run, step: int) -> StepImages:
    """The images of a kept step, with the feature scale that was in force when the step was made."""
    images, records = run.images(step), run.metrics(after=max(step, 1) - 1, until=max(step, 1))
    return StepImages(step, images.reshape(-1, *images.shape[2:]), records[0].feature_scale if records else None)


_sources: dict[Path, RunSource] = {}
_sources_lock = threading.Lock()


def source_of(path: Path) -> RunSource:
    """The source of the run at `path`, one for all sessions of this process.

    Raises:
        HDDError: there is no run there.
    """
    path = path.resolve()
    with _sources_lock:
        source = _sources.get(path)
        # A run that was removed and made again under the same name is another run, with another id.
        if source is None or (not source.audience and source.run.meta("id") != Run(path).meta("id")):
            source = _sources[path] = RunSource(path)
        return source


def _forget(source: RunSource) -> None:
    """Drops a source that has no sessions; the next session gets a new one."""
    with _sources_lock:
        if not source.audience:
            for path in [path for path, other in _sources.items() if other is source]:
                del _sources[path]


def open_sources() -> list[RunSource]:
    """The sources of this process."""
    return list(_sources.values())
