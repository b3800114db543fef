"""The control of one knob, with the state of the last change below it."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import panel_material_ui as pmui

from hdd.knobs import Choice, Integer, Knob, Operations
from hdd.knobs.text import from_text, to_text
from hdd.settings import Settings, allowed
from workbench.compat.debounced_values import report_at_once
from workbench.component import Component
from workbench.theme import HIDDEN, Text, show

STEPS_A_DECADE = 40
_COLORS = {"pending": "warning.main", "applied": "success.main", "refused": "error.main", "": "text.secondary"}


def _log_values(start: float, end: float) -> list[float]:
    """Round values from `start` to `end`, which have the same sign, spaced evenly on a logarithmic scale."""
    sign = math.copysign(1, start)
    low, high = math.log10(abs(start)), math.log10(abs(end))
    count = round((high - low) * STEPS_A_DECADE)
    return [sign * float(f"{10 ** (low + (high - low) * i / count):.3g}") for i in range(count + 1)]


class KnobControl(Component):
    """The control of a knob.

    Args:
        name: of the knob.
        value: the one in force.
        request: called as request(name, value) whenever the user chooses a value; None calls nothing.
    """

    _panel: pmui.Column

    def __init__(self, name: str, value: Any, request: Callable[[str, Any], None] | None = None) -> None:
        super().__init__(name=name)
        self._request = request
        self._setting = False
        self._knob = Settings.knob(name)
        self._control, self._read, self._write = self._make(value)
        report_at_once(self._control)
        self._control.param.watch(self._chosen, "value")
        # A slider always has an empty line below it, so that nothing moves under the pointer while it is dragged.
        self._empty = {"minHeight": "20px"} if _is_dragged(self._knob) else HIDDEN
        # The text is on the page from the start, because a browser can miss changes of a component that is just being
        # added.
        self._state = Text("", variant="caption", margin=(-6, 10, 4, 10), sx=self._empty)
        self._panel = pmui.Column(self._control, self._state, sizing_mode="stretch_width", margin=0)

    def _make(self, value: Any) -> tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]:
        """The control, and two functions: the control's value to the knob's, and the knob's to the control's."""
        knob = self._knob
        common = {
            "label": knob.title,
            "description": f"{knob.doc} Allowed: {allowed(self.name)}.",
            "sizing_mode": "stretch_width",
            "size": "small",
            "margin": (7, 10, 3, 10),
        }
        if _is_dragged(knob) and knob.scale == "log":
            values = _log_values(*sorted(knob.softbounds, key=abs))
            options = {f"{each:g}": each for each in values}

            def nearest(value: float) -> float:
                # A value from the command line may lie between two positions or outside of the slider's range. Then the
                # label gives the exact value.
                return min(values, key=lambda each: abs(math.log(abs(each)) - math.log(max(abs(value), 1e-12))))

            return pmui.DiscreteSlider(options=options, value=nearest(value), **common), float, nearest
        if _is_dragged(knob):
            start, end = knob.softbounds

            def within(value: float) -> float:
                return min(max(value, start), end)

            slider = pmui.FloatSlider(start=start, end=end, step=knob.step, value=within(value), **common)
            return slider, float, within
        if isinstance(knob, Operations):
            del common["size"]
            choices = pmui.MultiChoice(options=list(knob.operations), value=_operations(value), **common)
            return choices, lambda chosen: "_".join(o for o in knob.operations if o in chosen) or "none", _operations
        if isinstance(knob, Choice):
            options = {knob.labels.get(each, each): each for each in knob.objects}
            return pmui.Select(options=options, value=value, **common), str, str
        if isinstance(knob, Integer) and not knob.allow_None:
            low, high = knob.bounds or (None, None)
            # JavaScript's integers are exact only below 2⁵³.
            high = None if high is None else min(high, 2**53 - 1)
            return pmui.IntInput(value=value, start=low, end=high, **common), int, int
        # A text that is no value of the knob is passed on: the ledger refuses it with a message that names the knob.
        return pmui.TextInput(value=to_text(value), **common), partial(_from_field, knob), to_text

    def _chosen(self, event: Any) -> None:
        if self._setting or event.new is None or self._request is None:
            return
        self._request(self.name, self._read(event.new))

    @property
    def value(self) -> Any:
        """The chosen value; a text that is no value of the knob is returned as it is."""
        return self._read(self._control.value)

    def put(self, value: Any) -> None:
        """Shows the value in force, without making a request."""
        shown = self._write(value)
        if self._control.value != shown:
            self._setting = True
            self._control.value = shown
            self._setting = False
        if _is_dragged(self._knob) and self._knob.scale == "log":
            # The slider shows its own position after the label.
            label = self._knob.title if shown == value else f"{self._knob.title} = {value:g}, near"
            if self._control.label != label:
                self._control.label = label

    def show_state(self, status: str, text: str) -> None:
        """Shows the state of a request below the control, in the colour of `status`.

        Args:
            status: "pending", "applied", "refused", or "" where nothing was requested.
            text: says the same in words.
        """
        if self._state.object != text:
            self._state.object = text
            self._state.sx = {"color": _COLORS[status]} if text else self._empty

    def show(self, shown: bool) -> None:
        """Shows or hides the control; it is hidden while the run's objective does not use the knob."""
        show(self._panel, shown)

    def enable(self, enabled: bool) -> None:
        """Whether the user may change the value."""
        if self._control.disabled == enabled:
            self._control.disabled = not enabled


def _operations(strategy: str) -> list[str]:
    return [] if strategy == "none" else strategy.split("_")


def _is_dragged(knob: Knob) -> bool:
    """Whether the control is a slider, which a knob has if it declares the range of its usual values."""
    return getattr(knob, "softbounds", None) is not None


def _from_field(knob: Knob, text: str) -> Any:
    return from_text(knob, text.strip() or "none")
