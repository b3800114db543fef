"""One steerable knob on the page: a control, and what became of the last change."""

import math
from collections.abc import Callable
from typing import Any

import panel_material_ui as pmui
import param

from hdd.settings import AUGMENTATIONS, Settings, allowed
from workbench.theme import HIDDEN, Text

LOGARITHMIC = {"curvature": (-0.01, -100.0), "weight": (0.1, 1000.0), "image_lr": (0.001, 1000.0)}
"""Knobs that are dragged in orders of magnitude, from … to."""

LINEAR = {"target_radius": (0.1, 10.0, 0.1), "momentum": (0.0, 0.99, 0.01), "pruning_rate": (0.0, 0.95, 0.05)}
"""Knobs that are dragged evenly: from, to, step."""

STEPS_A_DECADE = 40
_COLORS = {"pending": "warning.main", "applied": "success.main", "refused": "error.main", "": "text.secondary"}


def _log_values(start: float, end: float) -> list[float]:
    """Round values between two of one sign, evenly spread in orders of magnitude."""
    sign = math.copysign(1, start)
    low, high = math.log10(abs(start)), math.log10(abs(end))
    count = round((high - low) * STEPS_A_DECADE)
    return [sign * float(f"{10 ** (low + (high - low) * i / count):.3g}") for i in range(count + 1)]


class KnobControl:
    """A knob's control.

    Args:
        name: of the knob.
        value: that is in force.
        request: called as request(name, value) whenever the user chose a value.

    Attributes:
        panel: what to put on a page.
    """

    def __init__(self, name: str, value: Any, request: Callable[[str, Any], None]) -> None:
        self.name = name
        self._request = request
        self._setting = False
        self._knob = Settings.param[name]
        self._control, self._read, self._write = self._make(value)
        # Panel 1.9 sits on a change for 50 ms to join it with others; whoever is asked here joins them anyway.
        self._control._priority_changes = ["value"]
        self._control.param.watch(self._chosen, "value")
        # Under what is dragged a line is kept free, so that nothing moves away from the mouse.
        self._untold = {"minHeight": "20px"} if name in LOGARITHMIC or name in LINEAR else HIDDEN
        # Here from the start: a browser can miss what becomes of a component while it comes.
        self._state = Text("", variant="caption", margin=(-6, 10, 4, 10), sx=self._untold)
        self.panel = pmui.Column(self._control, self._state, sizing_mode="stretch_width", margin=0)

    def _make(self, value: Any) -> tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]:
        """The control, and how its value and the knob's turn into each other."""
        name, knob = self.name, self._knob
        common = {
            "label": knob.label,
            "description": f"{knob.doc} Allowed: {allowed(name)}.",
            "sizing_mode": "stretch_width",
            "size": "small",
            "margin": (7, 10, 3, 10),
        }
        if name in LOGARITHMIC:
            values = _log_values(*LOGARITHMIC[name])
            options = {f"{each:g}": each for each in values}

            def nearest(value: float) -> float:
                # A value from a command line may lie between two positions or beyond: the label tells it exactly.
                return min(values, key=lambda each: abs(math.log(abs(each)) - math.log(max(abs(value), 1e-12))))

            return pmui.DiscreteSlider(options=options, value=nearest(value), **common), float, nearest
        if name in LINEAR:
            start, end, step = LINEAR[name]

            def within(value: float) -> float:
                return min(max(value, start), end)

            return pmui.FloatSlider(start=start, end=end, step=step, value=within(value), **common), float, within
        if name == "augmentation":
            del common["size"]
            choices = pmui.MultiChoice(options=list(AUGMENTATIONS), value=_operations(value), **common)
            return choices, lambda chosen: "_".join(o for o in AUGMENTATIONS if o in chosen) or "none", _operations
        if isinstance(knob, param.Selector):
            return pmui.Select(options=list(knob.objects), value=value, **common), str, str
        if isinstance(knob, param.Integer):
            return pmui.IntInput(value=value, start=knob.bounds[0], end=knob.bounds[1], **common), int, int
        return pmui.TextInput(value=_words(value), **common), _number, _words

    def _chosen(self, event: Any) -> None:
        if self._setting or event.new is None:
            return
        self._request(self.name, self._read(event.new))

    def put(self, value: Any) -> None:
        """Shows the value in force, without requesting it."""
        shown = self._write(value)
        if self._control.value != shown:
            self._setting = True
            self._control.value = shown
            self._setting = False
        if self.name in LOGARITHMIC:
            # The slider names its own position.
            label = self._knob.label if shown == value else f"{self._knob.label} = {value:g}, near"
            if self._control.label != label:
                self._control.label = label

    def tell(self, status: str, text: str) -> None:
        """Says what became of a request: pending, applied, refused, or nothing yet ("")."""
        if self._state.object != text:
            self._state.object = text
            self._state.sx = {"color": _COLORS[status]} if text else self._untold

    def enable(self, enabled: bool) -> None:
        """Lets the user change it or not."""
        if self._control.disabled == enabled:
            self._control.disabled = not enabled


def _operations(strategy: str) -> list[str]:
    return [] if strategy == "none" else strategy.split("_")


def _words(value: Any) -> str:
    return "none" if value is None else str(value)


def _number(text: str) -> Any:
    """What a text in a number's field means; a text that means nothing is left for the ledger to refuse by name."""
    text = text.strip()
    if text.lower() in ("", "none"):
        return None
    try:
        return float(text)
    except ValueError:
        return text
