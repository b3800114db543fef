"""One steerable knob on the page: a control, and what became of the last change."""

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
    """Round values between two of one sign, evenly spread in orders of magnitude."""
    sign = math.copysign(1, start)
    low, high = math.log10(abs(start)), math.log10(abs(end))
    count = round((high - low) * STEPS_A_DECADE)
    return [sign * float(f"{10 ** (low + (high - low) * i / count):.3g}") for i in range(count + 1)]


class KnobControl(Component):
    """A knob's control.

    Args:
        name: of the knob.
        value: that is in force.
        request: called as request(name, value) whenever the user chose a value; None where nobody wants to know.
    """

    def __init__(self, name: str, value: Any, request: Callable[[str, Any], None] | None = None) -> None:
        super().__init__(name=name)
        self._request = request
        self._setting = False
        self._knob = Settings.knob(name)
        self._control, self._read, self._write = self._make(value)
        report_at_once(self._control)
        self._control.param.watch(self._chosen, "value")
        # Under what is dragged a line is kept free, so that nothing moves away from the mouse.
        self._untold = {"minHeight": "20px"} if _is_dragged(self._knob) else HIDDEN
        # Here from the start: a browser can miss what becomes of a component while it comes.
        self._state = Text("", variant="caption", margin=(-6, 10, 4, 10), sx=self._untold)
        self._panel = pmui.Column(self._control, self._state, sizing_mode="stretch_width", margin=0)

    def _make(self, value: Any) -> tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]:
        """The control, and how its value and the knob's turn into each other."""
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
                # A value from a command line may lie between two positions or beyond: the label tells it exactly.
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
            low, high = knob.bounds
            # A browser's whole numbers are exact below 2⁵³.
            high = None if high is None else min(high, 2**53 - 1)
            return pmui.IntInput(value=value, start=low, end=high, **common), int, int
        # A text that stands for no value is left for the ledger to refuse by name.
        return pmui.TextInput(value=to_text(value), **common), partial(_from_field, knob), to_text

    def _chosen(self, event: Any) -> None:
        if self._setting or event.new is None or self._request is None:
            return
        self._request(self.name, self._read(event.new))

    @property
    def value(self) -> Any:
        """What is chosen; a text that stands for no value is given as it is."""
        return self._read(self._control.value)

    def put(self, value: Any) -> None:
        """Shows the value in force, without requesting it."""
        shown = self._write(value)
        if self._control.value != shown:
            self._setting = True
            self._control.value = shown
            self._setting = False
        if _is_dragged(self._knob) and self._knob.scale == "log":
            # The slider names its own position.
            label = self._knob.title if shown == value else f"{self._knob.title} = {value:g}, near"
            if self._control.label != label:
                self._control.label = label

    def tell(self, status: str, text: str) -> None:
        """Says what became of a request: pending, applied, refused, or nothing yet ("")."""
        if self._state.object != text:
            self._state.object = text
            self._state.sx = {"color": _COLORS[status]} if text else self._untold

    def show(self, shown: bool) -> None:
        """Shows the control, or hides it while the run's objective does not have the knob."""
        show(self._panel, shown)

    def enable(self, enabled: bool) -> None:
        """Lets the user change it or not."""
        if self._control.disabled == enabled:
            self._control.disabled = not enabled


def _operations(strategy: str) -> list[str]:
    return [] if strategy == "none" else strategy.split("_")


def _is_dragged(knob: Knob) -> bool:
    """Whether a slider chooses the value: there are bounds within which people look for it."""
    return getattr(knob, "softbounds", None) is not None


def _from_field(knob: Knob, text: str) -> Any:
    return from_text(knob, text.strip() or "none")
