"""What one browser session shows of a source: it is woken, reads the newest state, and waits until that is painted.

It holds the document and the line to the browser; what it decides by is in `workbench.core`.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np
import panel as pn
from bokeh.document import Document

from workbench.browser.link import Link
from workbench.core import frame_gate
from workbench.core.disk_requests import Projecting
from workbench.core.frame import Frame, Selection, View
from workbench.core.frame_builder import FrameBuilder
from workbench.core.frame_gate import FrameGate, News
from workbench.core.run_source import RunSource
from workbench.core.source import Source
from workbench.document_calls import DocumentCalls


class Session:
    """One session on one source.

    Args:
        source: of what is shown.
        projector: computes the disk.
        link: to the browser, which must be on the page.
        document: of the session; in a notebook, what stands in for it.

    Attributes:
        source, projector: as given.
        selection: what is looked at.
        views: that show each frame.
        tab: key of the browser tab, "" until it has said so.
    """

    def __init__(self, source: Source, projector: Projecting, link: Link, document: Document | None) -> None:
        self.source = source
        self.projector = projector
        self.selection = Selection()
        self.views: list[View] = []
        self.tab = link.tab
        self._link = link
        self._calls = DocumentCalls(document)
        self._gate = FrameGate(link.frame)
        self._frames = FrameBuilder(source, projector, self.selection, self.refresh, self.wake)
        self._keys: dict[str, Callable[[], None]] = {}
        self._woken = False
        self._refreshed = 0
        link.listener = self._heard
        self.selection.param.watch(lambda *_: self.wake(), list(Selection.param))

    def frame(self, full: bool = False) -> Frame:
        """All that there is to show now; what is missing is asked for."""
        return self._frames.build(full)

    def open(self) -> None:
        """Starts to follow the source."""
        self.source.join(self, self.tab, self.wake)

    def add(self, view: View) -> None:
        """Shows the newest frame in a view, and all that follow; with the document held, before it is put on a page.

        A React component misses what changes while it comes.
        """
        view.update(self.frame(full=True))
        self.views.append(view)

    def close(self) -> None:
        """Leaves nothing behind."""
        self.source.leave(self)
        self._calls.close()
        self.views.clear()
        if self._link.listener == self._heard:
            self._link.listener = None
        self._keys.clear()

    def on_keys(self, **actions: Callable[[], None]) -> None:
        """Calls an action when its key is pressed: space, left, right, home, end, live."""
        self._keys |= actions

    @property
    def run_source(self) -> RunSource:
        """The source, for what needs a run (`SourceComponent.needs_run`)."""
        assert isinstance(self.source, RunSource), f"{self.source.name} is a set without a run"
        return self.source

    @property
    def drives(self) -> bool:
        """Whether this session may steer."""
        return self.source.driver == self.tab

    @property
    def painted(self) -> int:
        """Number of the newest frame that the browser has painted."""
        return self._gate.painted

    def kept_images(self, step: int) -> np.ndarray | None:
        """Images (M, channels, H, W) float32, normalised, of a kept step.

        None until they are read, when a full frame follows, or if they are gone meanwhile.
        """
        found = self._frames.images.get(step)
        return None if found is None else found.images

    # Wake, read, wait until it is painted

    def wake(self) -> None:
        """Asks for a tick; from any thread, any number of times."""
        if not self._woken and not self._calls.is_closed:
            self._woken = True
            self._calls.next(self.tick)

    def refresh(self) -> None:
        """Shows a full frame though the source has not changed, since a view knows more; from any thread.

        Widgets' watchers must come this way: Panel calls them without the document's lock, which figures need.
        """
        self._refreshed += 1
        self.wake()

    def refresh_soon(self) -> None:
        """Shows a full frame again in a moment, since something that takes long says how far it is."""
        self._calls.soon(self.refresh, frame_gate.FULL_SECONDS)

    def later(self, action: Callable[[], None], milliseconds: int) -> None:
        """Calls `action` after some time, if the session is still there."""
        self._calls.later(action, milliseconds)

    def when_done(self, answer: Future, action: Callable[[Future], None]) -> None:
        """Calls `action` with an answer once it is there: at once, or later if the session is still there then."""
        self._calls.when_done(answer, action)

    def tick(self) -> None:
        """Shows the newest frame, unless the browser has not painted the last one or nothing is new."""
        self._woken = False
        # The next disk is computed while the last frame is on its way.
        frame = self.frame()
        # Before the browser has said which tab it is, Panel drops whatever changes in a document that it fetched.
        wait = self._gate.wait(time.monotonic(), self._news(frame), listens=bool(self.tab))
        if wait == 0:
            self.show(frame)
        elif wait is not None:
            self._calls.soon(self.tick, max(0.001, wait))

    def show(self, frame: Frame | None = None) -> None:
        """Shows the newest frame, made already or not, if it differs from the last one."""
        frame = frame or self.frame()
        full = self._gate.admit(time.monotonic(), self._news(frame))
        if full is None:
            return
        if not full:
            self._calls.soon(self._bring_words, frame_gate.FULL_SECONDS)
        frame = replace(frame, full=full)
        with pn.io.hold():
            for view in self.views:
                if full or view.lively:
                    view.update(frame)
            self._link.frame = self._gate.sent

    def _bring_words(self) -> None:
        """Brings the words up to date after frames that left them."""
        if self._gate.owes_words:
            self.refresh()

    def _news(self, frame: Frame) -> News:
        state, asked = frame.state, self._frames.disks.asked
        chosen = tuple(str(value) for value in self.selection.param.values().values())
        seat = self.source.driver, tuple(self.source.tabs())
        return News(
            content=(state.version, frame.step, frame.image_step, frame.images is None, id(frame.disk)),
            asked=(state.answers, chosen, seat, self._refreshed, frame.sample is None),
            look=None if frame.disk is None else frame.disk.request.look,
            next_look=None if asked is None else asked.look,
            awaited=state.awaits_answer or (frame.images is None and bool(state.kept)),
        )

    def _heard(self, message: dict[str, Any]) -> None:
        if "tab" in message:
            self.tab = self._link.tab
            self.source.join(self, self.tab, self.wake)
            self.wake()
        elif "painted" in message:
            self._gate.painted = int(message["painted"])
            self.wake()
        elif (action := self._keys.get(message.get("key"))) is not None:
            action()
