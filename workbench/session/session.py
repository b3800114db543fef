"""What one browser session shows of a run: it is woken, pulls the newest state, and waits for the browser to paint it.

Bokeh has no back-pressure: sent blindly, frames queue up in the browser for seconds. So at most one frame is on its
way, and what the run does meanwhile is skipped: the newest wins.
"""

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextvars import Context
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import panel as pn
import param
from bokeh.document import Document

from hdd.errors import HDDError
from hdd.projection import VIEWS, Geometry, Projection
from hdd.runs.reading import ALIVE
from hdd.settings import Settings
from workbench.browser.link import Link
from workbench.core import projector
from workbench.core.projector import Projector, Sample
from workbench.core.run_source import RunSource, State

FRAMES_PER_SECOND = 11
FULL_SECONDS = 0.5
UNPAINTED_SECONDS = 5.0
HOLD_SECONDS = 0.25
RETRY_SECONDS = 5.0
KEPT_IN_MEMORY = 24


class Selection(param.Parameterized):
    """What this session looks at; one for all its views."""

    step = param.Integer(None, allow_None=True, doc="Step that is shown; None follows the run.")
    image = param.Tuple(None, length=2, allow_None=True, doc="(class, index) of the selected synthetic image.")
    classes = param.List([], doc="Classes that the disk shows; empty is all.")
    view = param.Selector(default="radius", objects=list(VIEWS), doc="Projection of the disk.")


@dataclass(frozen=True)
class Disk:
    """A projection and what it was made from.

    Attributes:
        key: (image step, geometry, view, pruning, rewinds so far) that were asked for.
        step: of the images.
        geometry: under which features are points.
        projection: the points.
        kept: (N,) bool, real points that pruning keeps.
    """

    key: tuple
    step: int
    geometry: Geometry
    projection: Projection
    kept: np.ndarray

    @property
    def view(self) -> str:
        """Name of the projection."""
        return self.projection.view


@dataclass(frozen=True)
class Frame:
    """All that views show at one moment.

    Attributes:
        state: of the run.
        step: that is looked at.
        live: whether that is the newest.
        settings: in force at `step`.
        images: (C, ipc, channels, H, W) float32, normalised, None before the first.
        image_step: whose images they are: the nearest kept step not after `step`.
        disk: newest projection that is ready, None before the first.
        disk_problem: why there is none, None if nothing is wrong.
        sample: real images that are drawn, None until they are known.
        full: whether words and curves are due too, and not only pictures: they are read, so twice a second will do.
    """

    state: State
    step: int
    live: bool
    settings: Settings
    images: np.ndarray | None
    image_step: int
    disk: Disk | None
    disk_problem: str | None
    sample: Sample | None
    full: bool


class View(Protocol):
    """A part of the page that shows frames.

    Attributes:
        lively: whether it shows every frame, and not only full ones.
    """

    lively: bool

    def show(self, frame: Frame) -> None:
        """Brings the view up to date; called with the document held."""


class Session:
    """One session on one run.

    Args:
        source: of the run.
        projector: that computes the disk.
        link: to the browser, which must be on the page.
        document: of the session; None in a notebook, where `tick` is driven by a timer.

    Attributes:
        selection: what is looked at.
        views: that show each frame.
        tab: key of the browser tab, "" until it has said so.
        painted: number of frames that the browser has painted.
    """

    def __init__(self, source: RunSource, projector: Projector, link: Link, document: Document | None) -> None:
        self.source = source
        self.selection = Selection()
        self.views: list[View] = []
        self.tab = link.tab
        self.painted = link.frame
        self._link = link
        link.listener = self._heard
        self._keys: dict[str, Callable[[], None]] = {}
        self._projector = projector
        self._document = document
        self._woken = False
        self._waiting: set[Callable[[], None]] = set()
        self._sent_at = 0.0
        self._shown: tuple | None = None
        self._asked_for: tuple | None = None
        self._drawn: tuple | None = None
        self._held_at: float | None = None
        self._refreshed = 0
        self._full_at = 0.0
        self._full_shown = False
        self._disk: Disk | None = None
        self._disk_problem: str | None = None
        self._sample: Sample | None = None
        self._retry_at = 0.0
        self._asked: tuple | None = None
        self._looked_back: dict[int, np.ndarray] = {}
        self._rewinds = 0
        self.selection.param.watch(lambda *_: self.wake(), list(Selection.param))

    def open(self) -> None:
        """Starts to follow the run."""
        self.source.join(self, self.tab, self.wake)
        if self._link.tab:
            self.source.lease.take(self.tab)

    def add(self, view: View) -> None:
        """Shows the newest frame in a view, before it is put on a page, and all that follow; with the document held.

        A React component misses what changes while it comes.
        """
        view.show(self._frame(self.source.state, True))
        self.views.append(view)

    def close(self) -> None:
        """Leaves nothing behind."""
        self.source.leave(self)
        self._document = None
        self.views.clear()
        if self._link.listener == self._heard:
            self._link.listener = None
        self._keys.clear()

    def on_keys(self, **actions: Callable[[], None]) -> None:
        """Calls an action when its key is pressed: space, left, right, home, end, live."""
        self._keys |= actions

    @property
    def drives(self) -> bool:
        """Whether this session may steer."""
        return self.source.lease.driver == self.tab

    def later(self, action: Callable[[], None], milliseconds: int) -> None:
        """Calls `action` after some time, if the session is still there."""
        if self._document is not None:
            self._document.add_timeout_callback(action, milliseconds)

    # Wake, pull, acknowledge

    def wake(self) -> None:
        """Asks for a tick; from any thread, any number of times."""
        document = self._document
        if document is None or self._woken:
            return
        self._woken = True
        # Woken by another session's callback, the tick must not inherit that one's current document.
        Context().run(document.add_next_tick_callback, self.tick)

    def tick(self) -> None:
        """Shows the newest frame, unless the browser has not painted the last one or nothing is new."""
        self._woken = False
        now = time.monotonic()
        # The next disk is computed while the last frame is on its way.
        frame = self._frame(self.source.state, False)
        # Before the browser has said which tab it is, Panel drops whatever changes in a document that it fetched.
        if self._link.frame > self.painted and (not self.tab or now < self._sent_at + UNPAINTED_SECONDS):
            return
        answered = frame.disk is not None and frame.disk.key[1:] != self._drawn
        asked = self._asking(frame.state) != self._asked_for
        wait = 0 if answered or asked else self._sent_at + 1 / FRAMES_PER_SECOND - now
        if not self._awaits(frame):
            self._held_at = None
        else:
            self._held_at = self._held_at or now
            wait = max(wait, self._held_at + HOLD_SECONDS - now)
        if wait <= 0:
            self.show(frame)
        else:
            self._soon(self.tick, max(0.001, wait))

    def _awaits(self, frame: Frame) -> bool:
        """Whether what somebody asked for is about to come: a frame before it would only hold it up."""
        if frame.state.status.state in ALIVE and any(
            edit.status == "pending" and edit.due is None for edit in frame.state.edits
        ):
            return True
        return self._asked is not None and self._drawn is not None and self._asked[1:] != self._drawn

    def show(self, frame: Frame | None = None) -> None:
        """Shows the newest frame, made already or not, if it differs from the last one."""
        frame = frame or self._frame(self.source.state, False)
        state, now = frame.state, time.monotonic()
        asked_for = self._asking(state)
        full = asked_for != self._asked_for or now > self._full_at + FULL_SECONDS
        frame = replace(frame, full=full)
        shown = (state.version, frame.step, frame.image_step, id(frame.disk), asked_for, full or self._full_shown)
        if shown == self._shown:
            return
        self._shown, self._asked_for, self._full_shown = shown, asked_for, full
        self._sent_at = now
        self._drawn = None if frame.disk is None else frame.disk.key[1:]
        if full:
            self._full_at = now
        else:
            self._soon(self._make_full, FULL_SECONDS)
        with pn.io.hold():
            for view in self.views:
                if full or view.lively:
                    view.show(frame)
            self._link.frame += 1

    def _make_full(self) -> None:
        """Brings the words up to date after frames that left them."""
        if not self._full_shown:
            self.refresh()

    def refresh(self) -> None:
        """Shows a full frame though the run has not changed, since a view knows more; from any thread.

        Widgets' watchers must come this way: Panel calls them without the document's lock, which figures need.
        """
        self._refreshed += 1
        self.wake()

    def refresh_soon(self) -> None:
        """Shows a full frame again in a moment, since something that takes long says how far it is."""
        self._soon(self.refresh, FULL_SECONDS)

    def _soon(self, action: Callable[[], None], seconds: float) -> None:
        """As `later`, unless the action is waited for already."""
        if action not in self._waiting:
            self._waiting.add(action)
            self.later(partial(self._due, action), int(1000 * seconds))

    def _due(self, action: Callable[[], None]) -> None:
        self._waiting.discard(action)
        action()

    def _asking(self, state: State) -> tuple:
        """What differs once somebody asked for something, or was answered: it is shown without waiting its turn."""
        return state.edits, state.status.state, state.problem, self._selected(), self._seat(), self._refreshed

    def _selected(self) -> tuple:
        return tuple(str(value) for value in self.selection.param.values().values())

    def _seat(self) -> tuple:
        return self.source.lease.driver, tuple(self.source.tabs())

    def _heard(self, message: dict[str, Any]) -> None:
        if "tab" in message:
            self.tab = self._link.tab
            self.source.join(self, self.tab, self.wake)
            self.source.lease.take(self.tab)
            self.wake()
        elif "painted" in message:
            self.painted = int(message["painted"])
            self.wake()
        elif (action := self._keys.get(message.get("key"))) is not None:
            action()

    # What is shown

    def _frame(self, state: State, full: bool) -> Frame:
        step = state.step if self.selection.step is None else min(self.selection.step, state.step)
        live = self.selection.step is None
        images, image_step = self._images(state, step)
        settings = state.settings if live else state.settings_at(step, self.source.initial_settings)
        if images is not None:
            self._ask_disk(state, settings, images, image_step)
        return Frame(
            state, step, live, settings, images, image_step, self._disk, self._disk_problem, self._sample, full
        )

    def _images(self, state: State, step: int) -> tuple[np.ndarray | None, int]:
        if state.rewinds != self._rewinds:
            self._rewinds = state.rewinds
            self._looked_back.clear()
        earlier = [kept for kept in state.kept if kept <= step]
        # The frame of an engine that has ended may show what was rewound since.
        if state.frame is not None and state.status.state in ALIVE:
            shown, images = state.frame
            if max(earlier, default=0) <= shown <= step:
                return images, shown
        if not earlier:
            return None, 0
        return self.kept_images(earlier[-1]), earlier[-1]

    def kept_images(self, step: int) -> np.ndarray | None:
        """Images (C, ipc, channels, H, W) float32, normalised, of a kept step; None if they are gone meanwhile."""
        if step not in self._looked_back:
            try:
                images = self.source.run.images(step)
            except (HDDError, OSError):
                return None
            if len(self._looked_back) > KEPT_IN_MEMORY:
                self._looked_back.pop(next(key for key in self._looked_back if key))
            self._looked_back[step] = images
        return self._looked_back[step]

    def _feature_scale(self, state: State, settings: Settings, step: int) -> float | None:
        if settings.feature_scale != "auto":
            return settings.feature_scale
        if step == state.step and state.feature_scale is not None:
            return state.feature_scale
        records = self.source.run.metrics(after=max(step, 1) - 1, until=max(step, 1))
        return records[0].feature_scale if records else None

    # The disk

    def _ask_disk(self, state: State, settings: Settings, images: np.ndarray, step: int) -> None:
        scale = self._feature_scale(state, settings, step)
        geometry = (settings.curvature, scale, settings.clamp, settings.centroid)
        pruning = (settings.pruning_rate, settings.pruning_score, settings.pruning_keep)
        key = (step, geometry, self.selection.view, pruning, state.rewinds)
        if self._asked is not None or (self._disk is not None and self._disk.key == key):
            return
        if time.monotonic() < self._retry_at:
            return
        path = str(self.source.run.path)
        if self._sample is None:
            asked = self.source.shared("sample", lambda: self._projector.live(projector.sample, path))
            asked.add_done_callback(self._got_sample)
        self._asked = key
        view = self.selection.view
        ask = self._projector.study if view == "umap" else self._projector.live
        previous = self._disk.projection if view == "umap" and self._disk and self._disk.view == view else None
        asked = self.source.shared(key, lambda: ask(projector.look, path, images, geometry, view, pruning, previous))
        asked.add_done_callback(partial(self._answered, key, step))

    def _got_sample(self, future: Future) -> None:
        if not future.cancelled() and future.exception() is None:
            self._sample = future.result()
            self.refresh()

    def _answered(self, key: tuple, step: int, future: Future) -> None:
        """Takes a projection in; called from another thread."""
        try:
            self._disk = Disk(key, step, *future.result())
            self._disk_problem = None
        except CancelledError:
            pass
        except Exception as error:
            # Whatever went wrong over there must be said here, and tried again.
            self._disk_problem = str(error) or type(error).__name__
            self._retry_at = time.monotonic() + RETRY_SECONDS
        self._asked = None
        self.wake()
