"""What makes a run again as it stands, as a command line and as Python."""

import shlex
from typing import Any

from hdd.settings import Settings
from workbench.core.run_source import RunState

_OPTIONS = {
    "dataset": "--dataset",
    "objective": "--method",
    "ipc": "--ipc",
    "steps": "--steps",
    "seed": "--seed",
    "device": "--device",
}


def _parts(initial: Settings, state: RunState) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
    """Initial knobs, with the number of steps the run has now, and the other edits by step."""
    values = {**initial.values(), "steps": state.settings.steps}
    edits: dict[int, dict[str, Any]] = {}
    for edit in state.steered:
        # More steps change no step that was made.
        if edit.name != "steps":
            edits.setdefault(edit.step, {})[edit.name] = edit.value
    return values, edits


def as_command(initial: Settings, state: RunState, out: str) -> str:
    """The `hdd` command that makes the run again in the directory `out`."""
    values, edits = _parts(initial, state)
    words = ["hdd", "distill"]
    for name, option in _OPTIONS.items():
        words += [option, str(values[name])]
    for name, value in values.items():
        if name not in _OPTIONS and not (value is None and Settings.param[name].default is None):
            words += ["--set", f"{name}={_text(value)}"]
    for step, changes in edits.items():
        for name, value in changes.items():
            words += ["--at", f"{step}:{name}={_text(value)}"]
    return shlex.join([*words, "--out", out])


def as_python(initial: Settings, state: RunState, out: str) -> str:
    """The same as Python."""
    values, edits = _parts(initial, state)
    method = values.pop("objective")
    lines = [f"    dataset={values.pop('dataset')!r},", f"    method={method!r},"]
    lines += [f"    {name}={value!r}," for name, value in values.items()]
    lines += [f"    at={edits!r},", f"    out={out!r},"]
    return "\n".join(["import hdd", "", "run = hdd.distill(", *lines, ")"])


def _text(value: Any) -> str:
    return "none" if value is None else str(value)
