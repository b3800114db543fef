"""The timeline: a slider over all recorded steps, from any of which the run can be rewound or forked."""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import panel as pn
import panel_material_ui as pmui

from hdd.protocol import of_steps
from workbench.component import SourceComponent
from workbench.core.frame import Frame
from workbench.core.run_source import RunState
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import Text

PLAY_MILLISECONDS = 200
MARKS_SHOWN = 40
SHORTEST_SLIDER = 100
"""The slider has at least this many steps, unless the run has fewer."""
PUT_BACK_MILLISECONDS = 250
ECHOES = 24
"""How many of the slider's last positions a slow browser may still send back."""


class Timeline(SourceComponent):
    """Chooses the recorded step that all views show.

    Args:
        shown: see `SourceComponent`.
        rewind: called with the step to take the run back to; None leaves the button out.
        fork: called with the step to fork the run at; None leaves the button out.
    """

    needs_run = True

    def __init__(
        self,
        shown: Session | Shown,
        rewind: Callable[[int], None] | None = None,
        fork: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__(shown)
        self._marks: tuple | None = None
        self._follows = False
        self._shown: deque[int] = deque(maxlen=ECHOES)
        self._scrubs = 0
        self._kept: tuple[int, ...] = ()
        self._frame: Frame | None = None
        self._playing = pn.state.add_periodic_callback(self._forward, PLAY_MILLISECONDS, start=False)
        self._slider = pmui.IntSlider(
            label="Step",
            start=0,
            end=1,
            value=0,
            sizing_mode="stretch_width",
            size="small",
            margin=(4, 18),
            disabled=True,
            # While a run goes on, a thumb that glides to each step would have the browser paint without pause.
            sx={"& .MuiSlider-thumb, & .MuiSlider-track": {"transition": "none"}},
        )
        self._slider.param.watch(self._moved, "value")
        self._slider.param.watch(lambda event: self._scrub(event.new), "value_throttled")
        button = {"size": "small", "margin": (10, 3)}
        self._play = pmui.Toggle(
            label="Play",
            icon="play_arrow",
            color="primary",
            width=96,
            # Otherwise it is grey until it is pressed, as if it could not be.
            sx={"color": "primary.main", "borderColor": "primary.main"},
            **button,
        )
        self._play.param.watch(self._pressed_play, "value")
        self._live = pmui.Button(label="Live", icon="sensors", variant="contained", **button)
        self._live.on_click(lambda _: self.follow())
        self._rewind = pmui.Button(label="Rewind to here", icon="history", variant="outlined", disabled=True, **button)
        if rewind is not None:
            self._rewind.on_click(lambda _: rewind(self.step))
        self._fork = pmui.Button(label="Fork from here", icon="call_split", variant="outlined", disabled=True, **button)
        if fork is not None:
            self._fork.on_click(lambda _: fork(self.step))
        self._status = Text("", variant="caption", margin=(0, 18))
        self._panel = pn.Column(
            pn.Row(
                self._play,
                self._live,
                self._slider,
                *([] if rewind is None else [self._rewind]),
                *([] if fork is None else [self._fork]),
                sizing_mode="stretch_width",
                align="center",
            ),
            self._status,
            sizing_mode="stretch_width",
            margin=0,
        )

    @property
    def step(self) -> int:
        """The step that is shown."""
        frame = self._frame
        return frame.step if frame else 0

    def follow(self) -> None:
        """Shows the newest step, and follows the run from now on."""
        self._play.value = False
        self._session.selection.step = None

    def move(self, kept: int) -> None:
        """Moves by this many kept steps, backward if negative; forward from the last one, it follows the run."""
        frame, chosen = self._frame, self._session.selection.step
        if frame is None or not self._kept or (kept > 0 and chosen is None):
            return
        # What is shown may be a moment behind what was chosen.
        shown: Any = frame.image_step if chosen is None else chosen
        if kept > 0 and shown >= self._kept[-1]:
            self.follow()
            return
        index = min(range(len(self._kept)), key=lambda i: abs(self._kept[i] - shown)) + kept
        self.jump(self._kept[max(0, min(index, len(self._kept) - 1))])

    def jump(self, step: int) -> None:
        """Shows one step."""
        self._session.selection.step = step

    def _moved(self, event: Any) -> None:
        """Follows each position of a drag, but ignores those that a slow browser merely echoes.

        A React component sends the value that it has drawn to the server, even if the server has sent the next one
        meanwhile. The position at which a user lets go (`value_throttled`) is never such an echo.
        """
        if self._follows:
            return
        if event.new not in self._shown:
            self._scrub(event.new)
        elif event.new != self._shown[-1]:
            # The browser may have stopped at the echoed step, and the next step of the run can take long.
            self._session.refresh()

    def _scrub(self, step: int) -> None:
        self._session.selection.step = min(step, self._session.source.state.step)
        self._scrubs += 1
        self._session.later(partial(self._put_back, self._scrubs), PUT_BACK_MILLISECONDS)

    def _put_back(self, scrubs: int) -> None:
        """Moves the slider to the chosen step once the user pauses.

        A value that the server sent may have reached the browser after the user's own move, and replaced it.
        """
        step = self._session.selection.step
        if step is not None and scrubs == self._scrubs:
            self._put(step - 1 if step else 1)
            self._put(step)

    def _put(self, step: int) -> None:
        """Moves the slider without this counting as a move by the user."""
        self._follows = True
        self._shown.append(step)
        self._slider.value = step
        self._follows = False

    def _pressed_play(self, event: Any) -> None:
        self._play.label, self._play.icon = ("Playing", "pause") if event.new else ("Play", "play_arrow")
        if event.new:
            if self._frame is not None and (self._frame.live or self._frame.step >= self._frame.state.step):
                self.jump(0)
            self._playing.start()
        else:
            self._playing.stop()

    def _forward(self) -> None:
        later = [step for step in self._kept if step > self.step]
        if later:
            self.jump(later[0])
        else:
            self._play.value = False

    def update(self, frame: Frame) -> None:
        """Brings the timeline up to date."""
        self._frame = frame
        state = frame.run_state
        self._kept = state.kept
        end = _end(state.step, state.settings.steps)
        if self._slider.end != end:
            self._slider.end = end
        if self._slider.value != frame.step:
            self._put(frame.step)
        self._slider.disabled = state.step == 0
        self._live.variant = "contained" if frame.live else "outlined"
        self._rewind.disabled = frame.live or not self._session.drives
        self._fork.disabled = state.step == 0
        self._mark(state)
        self._status.object = self._status_text(frame)

    def _mark(self, state: RunState) -> None:
        """Puts ticks at kept steps, and signs at edits and evaluations."""
        signs = {edit.applied_at: "◆" for edit in state.steered} | {
            each["step"]: "★" for each in of_steps(state.evaluations)
        }
        kept = state.kept[:: 1 + len(state.kept) // MARKS_SHOWN]
        # A blank keeps the row of signs open before there is a sign, so that nothing below it moves later.
        marks = tuple((step, signs.get(step, "\u00a0")) for step in sorted({*kept, *sorted(signs)[-MARKS_SHOWN:]}))
        if marks != self._marks:
            self._marks = marks
            self._slider.marks = [{"value": step, "label": sign} for step, sign in marks]

    def _status_text(self, frame: Frame) -> str:
        if frame.state.step == 0:
            return "Steps appear here as they are completed."
        edits = [edit for edit in frame.run_state.steered if edit.step == frame.step]
        parts = [f"{'Live: step' if frame.live else 'Looking back at step'} {frame.step} of {frame.run_settings.steps}"]
        if not frame.live and frame.image_step < frame.step:
            parts.append(f"images of step {frame.image_step}, the nearest kept step before it")
        parts += [
            f"◆ {edit.name}: {edit.old} → {edit.value} by {edit.who}{f' ({edit.note})' if edit.note else ''}"
            for edit in edits
        ]
        parts.append(f"{len(frame.state.kept)} steps kept (ticks); ◆ edits, ★ evaluations")
        return " · ".join(parts)


def _end(step: int, steps: int) -> int:
    """The last step on the slider. It changes rarely, because a browser takes a changed length for a user's move."""
    end = SHORTEST_SLIDER
    while end < step:
        end *= 2
    return max(min(end, steps), step, 1)
