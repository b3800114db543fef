"""A browser session on a source. It is woken, shows the newest state, and waits until the browser has painted that.

It holds the document and the link to the browser; the decisions are made in `workbench.core`.
"""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np
import panel as pn

from hdd.runs.driver_lease import by
from workbench.browser.link import Link
from workbench.compat.guest_cookie import signed_in
from workbench.core import frame_gate
from workbench.core.disk_requests import RETRY_SECONDS, DiskRequest, Projecting
from workbench.core.frame import Frame, Selection, View
from workbench.core.frame_builder import FrameBuilder
from workbench.core.frame_gate import FrameGate, News
from workbench.core.idle_cores import idle_cores
from workbench.core.roles import may_change
from workbench.core.run_source import RunSource
from workbench.core.source import Source
from workbench.core.turns import ROUND_SECONDS, turns
from workbench.document_calls import Caller, DocumentCalls


def person() -> str:
    """Who has signed in on the page of this session; without signing in, the page and its server."""
    return signed_in() or by("page")


def _look(request: DiskRequest, drives: bool) -> Hashable:
    """The part of how a disk shows images that may change because this person has asked for it."""
    look = request.look
    return look if drives else (look.view, look.network, look.geometry.feature_centre)


class Session:
    """A browser session on a source.

    Args:
        source: what is shown.
        projector: computes the disk.
        link: the link to the browser, which must be on the page.
        document: of the session; in a notebook, what replaces it.
        selection: what the session looks at first; None follows the run.
        who: whose changes these are, in words; "" takes the person who has signed in, or else the page.

    Attributes:
        who: as given.
        may_change: whether the person may change anything; those who may not are never in control.
        source, projector: as given.
        selection: what the session looks at.
        views: the views, to which each frame is shown.
        tab: key of the browser tab, "" until the browser has sent it.
        companions: sessions on other sources beside this one, which are closed together with it.
    """

    def __init__(
        self,
        source: Source,
        projector: Projecting,
        link: Link,
        document: Caller | None,
        selection: Selection | None = None,
        who: str = "",
    ) -> None:
        self.source = source
        self.projector = projector
        self.selection = selection or Selection()
        self.views: list[View] = []
        self.tab = link.tab
        self.who = who or person()
        self.may_change = bool(who) or may_change(signed_in())
        self._link = link
        self._calls = DocumentCalls(document)
        self._gate = FrameGate(link.frame, turns)
        self._frames = FrameBuilder(source, projector, self.selection, self._images_came, self.wake)
        self._keys: dict[str, Callable[[], None]] = {}
        self._woken = False
        self._refreshed = self._renewed = 0
        link.listener = self._heard
        self.companions: list[Session] = []
        self._watcher = self.selection.param.watch(lambda *_: self.wake(), list(Selection.param))

    def frame(self, full: bool = False) -> Frame:
        """Builds the frame to show now from what is known, and requests what is missing."""
        return self._frames.build(full)

    def open(self) -> None:
        """Joins the source, and so starts to follow it."""
        self._join()

    def _join(self) -> None:
        """Joins the source; a session without a tab never gets control."""
        self.source.join(self, self.tab if self.may_change else "", self.wake)

    def add(self, view: View) -> None:
        """Adds a view, and shows the newest frame in it.

        Call this while the document is held, and before the view is put on a page, because a React component misses
        changes that are made while it is being added.
        """
        view.update(self.frame(full=True))
        self.views.append(view)

    def close(self) -> None:
        """Leaves the source, and drops the views, keys, images and pending calls."""
        for companion in self.companions:
            companion.close()
        self.companions.clear()
        self.selection.param.unwatch(self._watcher)
        self.source.leave(self)
        self._calls.close()
        self._frames.forget()
        self.views.clear()
        if self._link.listener == self._heard:
            self._link.listener = None
        self._keys.clear()

    def on_keys(self, **actions: Callable[[], None]) -> None:
        """Sets the actions that are called when keys are pressed: space, left, right, home, end, live."""
        self._keys |= actions

    @property
    def document(self) -> Caller | None:
        """The document of the session; None before a browser shows it, and after it is closed."""
        return self._calls.document

    @property
    def run_source(self) -> RunSource:
        """The source, for what needs a run (`SourceComponent.needs_run`)."""
        assert isinstance(self.source, RunSource), f"{self.source.name} is a set without a run"
        return self.source

    @property
    def drives(self) -> bool:
        """Whether this session may steer."""
        return self.may_change and self.source.driver == self.tab

    @property
    def painted(self) -> int:
        """Number of the newest frame that the browser has painted."""
        return self._gate.painted

    def kept_images(self, step: int) -> np.ndarray | None:
        """Images (M, channels, H, W) float32, normalised, of a kept step.

        None until they are read, after which a full frame follows; also None if they have been removed meanwhile.
        """
        found = self._frames.images.get(step)
        return None if found is None else found.images

    def save_file(self, name: str, content: bytes) -> None:
        """Gives a file to the user, whose browser saves it."""
        self._link.save(name, content)

    # Waking up, and showing frames

    def wake(self) -> None:
        """Schedules a tick, unless one is scheduled already; may be called from any thread."""
        if not self._woken and not self._calls.is_closed:
            self._woken = True
            self._calls.next(self.tick)

    def refresh(self) -> None:
        """Schedules a full frame even though the source has not changed; may be called from any thread.

        Views call this when they have more to show. Watchers of widgets must use it, because Panel calls them without
        the document's lock, which is needed to change figures.
        """
        self._refreshed += 1
        self.wake()

    def refresh_in_turn(self) -> None:
        """As `refresh`, for what nobody on the page has asked for; so the frame waits for its turn."""
        self._renewed += 1
        self.wake()

    def _images_came(self) -> None:
        """Schedules a frame with images that were read; those of a run that is followed come for all at once."""
        if self.selection.step is None and self.source.state.live is not None:
            self.refresh_in_turn()
        else:
            self.refresh()

    def refresh_soon(self) -> None:
        """Schedules a full frame in a moment, to show the progress of something that takes long."""
        self._calls.soon(self.refresh, frame_gate.FULL_SECONDS)

    def later(self, action: Callable[[], None], milliseconds: int) -> None:
        """Calls `action` after some time, unless the session has been closed by then."""
        self._calls.later(action, milliseconds)

    def when_done(self, answer: Future, action: Callable[[Future], None]) -> None:
        """Calls `action` with the answer once it is done, unless the session has been closed by then."""
        self._calls.when_done(answer, action)

    def tick(self) -> None:
        """Shows the newest frame, unless the browser has yet to paint the last one, or nothing is new."""
        self._woken = False
        frame = self.frame()
        if frame.disk_problem is not None and self.source.viewing is not None:
            # A run that stands still gives no other occasion to request the disk once more.
            self._calls.soon(self.refresh_in_turn, RETRY_SECONDS)
        # One frame can come with the document, and that should be one with images.
        if not self.tab and frame.images is None and frame.state.reading:
            return
        # Until the browser has sent the key of its tab, Panel drops changes of the document that the browser fetched.
        wait = self._gate.wait(time.monotonic(), self._news(frame), listens=bool(self.tab))
        if wait == 0:
            self.show(frame)
        elif wait is not None:
            self._calls.soon(self.tick, max(ROUND_SECONDS, wait))

    def show(self, frame: Frame | None = None) -> None:
        """Shows `frame`, or builds the newest one, if it differs from the last frame that was shown."""
        frame = frame or self.frame()
        full = self._gate.admit(time.monotonic(), self._news(frame))
        if full:
            self._gate.make_room(idle_cores())
        elif self._gate.owes_words:
            self._calls.soon(self._bring_words, self._gate.full_seconds)
        if full is None:
            return
        frame, started = replace(frame, full=full), time.monotonic()
        with pn.io.hold():
            for view in self.views:
                if full or view.lively:
                    view.update(frame)
            self._link.frame = self._gate.sent
        if self._frames.disks.showed(frame.disk):
            self.wake()
        turns.spent(now := time.monotonic(), now - started)

    def _bring_words(self) -> None:
        """Schedules a frame, in its turn, if those since the last full one left texts and curves out of date."""
        if self._gate.owes_words:
            self.wake()

    def _news(self, frame: Frame) -> News:
        state, asked = frame.state, self._frames.disks.asked
        chosen = tuple(str(value) for value in self.selection.param.values().values())
        drives = self.drives
        return News(
            content=(
                state.version,
                frame.step,
                frame.image_step,
                frame.images is None,
                id(frame.disk),
                frame.disk_problem,
                tuple(self.source.tabs()),
                self._renewed,
            ),
            # What one person does, and who comes and goes, would otherwise be shown to all viewers in the same moment,
            # and all of them would wait.
            asked=(
                state.answers if drives else None,
                chosen,
                self.source.driver,
                self._refreshed,
                frame.sample is None,
            ),
            look=None if frame.disk is None else _look(frame.disk.request, drives),
            next_look=None if asked is None else _look(asked, drives),
            awaited=(drives and state.awaits_answer) or (frame.images is None and bool(state.kept)),
        )

    def _heard(self, message: dict[str, Any]) -> None:
        if "tab" in message:
            self.tab = self._link.tab
            self._join()
            self.wake()
        elif "painted" in message:
            self._gate.painted = int(message["painted"])
            self.wake()
        elif (action := self._keys.get(message.get("key", ""))) is not None:
            action()
