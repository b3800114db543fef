"""The control of one knob, with the state of the last change below it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import panel as pn
import panel_material_ui as pmui

from hdd.knobs import Choice, Integer, Knob, Operations
from hdd.knobs.text import from_text, to_text
from hdd.settings import Settings, allowed
from workbench.compat.debounced_values import report_at_once
from workbench.component import Component
from workbench.controls.slider_field import SliderField
from workbench.theme import HIDDEN, Text

_COLORS = {"pending": "warning.main", "applied": "success.main", "refused": "error.main", "": "text.secondary"}


class KnobControl(Component):
    """The control of a knob.

    Args:
        name: of the knob.
        value: the one in force.
        request: called as request(name, value) whenever the user chooses a value; None calls nothing.
    """

    def __init__(self, name: str, value: Any, request: Callable[[str, Any], None] | None = None) -> None:
        super().__init__(name=name)
        self._request = request
        self._setting = False
        self._knob = Settings.knob(name)
        self._control, self._read, self._write = self._make(value)
        if not isinstance(self._control, SliderField):
            report_at_once(self._control)
            self._control.param.watch(self._chosen, "value")
        # A slider always has an empty line below it, so that nothing moves under the pointer while it is dragged.
        self._empty = {"minHeight": "20px"} if _is_dragged(self._knob) else HIDDEN
        # The text is on the page from the start, because a browser can miss changes of a component that is just being
        # added.
        self._state = Text("", variant="caption", margin=(-6, 10, 4, 10), sx=self._empty)
        self._panel = pn.Column(self._control, self._state, sizing_mode="stretch_width", margin=0)

    def _make(self, value: Any) -> tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]:
        """The control, and two functions: the control's value to the knob's, and the knob's to the control's."""
        knob = self._knob
        description = f"{knob.doc} Allowed: {allowed(self.name)}."
        if _is_dragged(knob):
            return SliderField(knob, value, self._ask, description), _as_it_is, _as_it_is
        common = {
            "label": knob.title,
            "description": description,
            "sizing_mode": "stretch_width",
            "size": "small",
            "margin": (7, 10, 3, 10),
        }
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
        if not self._setting and event.new is not None:
            self._ask(self._read(event.new))

    def _ask(self, value: Any) -> None:
        if self._request is not None:
            self._request(self.name, value)

    @property
    def value(self) -> Any:
        """The chosen value; a text that is no value of the knob is returned as it is."""
        return self._read(self._control.value)

    def put(self, value: Any) -> None:
        """Shows the value in force, without making a request."""
        if isinstance(self._control, SliderField):
            self._control.put(value)
            return
        shown = self._write(value)
        if self._control.value != shown:
            self._setting = True
            self._control.value = shown
            self._setting = False

    def show_state(self, status: str, text: str) -> None:
        """Shows the state of a request below the control, in the colour of `status`.

        Args:
            status: "pending", "applied", "refused", or "" where nothing was requested.
            text: says the same in words.
        """
        if self._state.object != text:
            self._state.object = text
            self._state.sx = {"color": _COLORS[status]} if text else self._empty

    def enable(self, enabled: bool) -> None:
        """Whether the user may change the value."""
        if self._control.disabled == enabled:
            self._control.disabled = not enabled


def _as_it_is(value: Any) -> Any:
    return value


def _operations(strategy: str) -> list[str]:
    return [] if strategy == "none" else strategy.split("_")


def _is_dragged(knob: Knob) -> bool:
    """Whether the control is a slider, which a knob has if it declares the range of its usual values."""
    return getattr(knob, "softbounds", None) is not None


def _from_field(knob: Knob, text: str) -> Any:
    return from_text(knob, text.strip() or "none")
