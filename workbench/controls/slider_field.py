"""A slider with a field beside it, for a number that can be dragged, and typed exactly."""

import math
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from hdd.knobs import Integer, Knob
from hdd.knobs.text import from_text, to_text
from workbench.compat.debounced_values import report_at_once
from workbench.component import Component

STEPS_A_DECADE = 40
FIELD_WIDTH = 80
# The label may be longer than the slider: it goes on above the field.
_SLIDER_STYLE = {"& .MuiFormLabel-root": {"fontSize": "13px", "whiteSpace": "nowrap"}}
_FIELD_STYLE = {
    # The slider shows the label already, so here only screen readers get it.
    "& .MuiInputLabel-root": {"clip": "rect(0 0 0 0)", "overflow": "hidden", "width": "1px", "height": "1px"},
    "& legend": {"display": "none"},
    "& fieldset": {"top": 0},
    "& input": {"padding": "5px 8px", "textAlign": "right"},
}


def log_values(start: float, end: float) -> list[float]:
    """Values with two digits from `start` to `end`, which have the same sign, spaced about evenly on a log scale."""
    sign = math.copysign(1, start)
    low, high = math.log10(abs(start)), math.log10(abs(end))
    count = round((high - low) * STEPS_A_DECADE)
    values = [sign * float(f"{10 ** (low + (high - low) * i / count):.2g}") for i in range(count + 1)]
    return list(dict.fromkeys(values))


class SliderField(Component):
    """A slider and a field that show one value of a knob with softbounds.

    The field may hold any value; then the slider stands at the nearest position that it has. While the slider is
    dragged, the field waits until it is released: a slow browser may send back a text that it has drawn as if the user
    had typed it.

    Args:
        knob: its softbounds are the ends of the slider.
        value: to begin with.
        chosen: called with each value that the user chooses; a text that is no number is passed on as it is.
        description: what the knob does, for the tooltip.

    Attributes:
        slider, field: the widgets.
    """

    _panel: pn.Row

    def __init__(self, knob: Knob[Any], value: Any, chosen: Callable[[Any], None], description: str) -> None:
        super().__init__()
        self._knob = knob
        self._chosen = chosen
        self._value = value
        self._is_setting = False
        common: dict[str, Any] = {"label": knob.title, "size": "small"}
        start, end = sorted(knob.softbounds, key=abs) if knob.scale == "log" else knob.softbounds  # pyright: ignore[reportAttributeAccessIssue]
        slider = {"description": description, "show_value": False, "sizing_mode": "stretch_width", **common}
        slider["sx"] = _SLIDER_STYLE
        if knob.scale == "log":
            self._positions = log_values(start, end)
            options = {f"{each:g}": each for each in self._positions}
            place = self._position(value)
            self.slider = pmui.DiscreteSlider(options=options, value=place, margin=(7, 4, 3, 10), **slider)
        else:
            self._positions = []
            self._ends = start, end
            place, step = self._position(value), knob.step  # pyright: ignore[reportAttributeAccessIssue]
            self.slider = pmui.FloatSlider(start=start, end=end, step=step, value=place, margin=(7, 4, 3, 10), **slider)
        self.field = pmui.TextInput(
            value=_as_text(value), width=FIELD_WIDTH, margin=(25, 10, 0, 2), sx=_FIELD_STYLE, **common
        )
        widgets: list[Any] = [self.slider, self.field]
        for widget in widgets:
            report_at_once(widget)
        self.slider.param.watch(self._dragged, "value")
        self.slider.param.watch(lambda _: self._write_field(), "value_throttled")
        self.field.param.watch(self._typed, "value")
        self._panel = pn.Row(self.slider, self.field, sizing_mode="stretch_width", margin=0)

    @property
    def value(self) -> Any:
        """The value that was chosen or put last."""
        return self._value

    def put(self, value: Any) -> None:
        """Shows a value without calling `chosen`."""
        self._value = value
        self._move_slider()
        self._write_field()

    @property
    def disabled(self) -> bool:
        """Whether the user cannot change the value."""
        return self.slider.disabled

    @disabled.setter
    def disabled(self, disabled: bool) -> None:
        self.slider.disabled = self.field.disabled = disabled

    def _position(self, value: Any) -> float:
        """The position of the slider that is nearest to `value`."""
        if not isinstance(value, int | float):
            return self.slider.value
        if self._positions:
            level = math.log(max(abs(value), 1e-12))
            return min(self._positions, key=lambda each: abs(math.log(abs(each)) - level))
        start, end = self._ends
        return min(max(value, start), end)

    def _dragged(self, event: Any) -> None:
        if not self._is_setting:
            self._value = float(event.new)
            self._chosen(self._value)

    def _typed(self, event: Any) -> None:
        if self._is_setting or event.new == _as_text(self._value):
            return
        value = from_text(self._knob, event.new.strip() or "none")
        self._value = float(value) if isinstance(value, int) and not isinstance(self._knob, Integer) else value
        self._move_slider()
        self._chosen(self._value)

    def _move_slider(self) -> None:
        place = self._position(self._value)
        if self.slider.value != place:
            self._is_setting = True
            self.slider.value = place
            self._is_setting = False

    def _write_field(self) -> None:
        text = _as_text(self._value)
        if self.field.value != text:
            self._is_setting = True
            self.field.value = text
            self._is_setting = False


def _as_text(value: Any) -> str:
    return to_text(value).removesuffix(".0")
