"""Writes the command line, or the Python code, that replays a run up to where it stands."""

import shlex
from typing import Any

from hdd.cli.knob_options import flag
from hdd.knobs.text import to_text
from hdd.settings import Settings
from workbench.core.run_source import RunState


def _parts(initial: Settings, state: RunState) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
    """The initial settings, but with the number of steps that the run has now, and all other edits by step."""
    values = {**initial.recorded(), "steps": state.settings.steps}
    edits: dict[int, dict[str, Any]] = {}
    for edit in state.steered:
        # Giving a run more steps does not change the steps before, so it need not be an edit.
        if edit.name != "steps":
            edits.setdefault(edit.applied_at, {})[edit.name] = edit.value
    return values, edits


def as_command(initial: Settings, state: RunState, out: str) -> str:
    """The `hdd` command that replays the run in the directory `out`."""
    values, edits = _parts(initial, state)
    words = ["hdd", "distill"]
    for name, value in values.items():
        words += [flag(name), to_text(value)]
    for step, changes in edits.items():
        for name, value in changes.items():
            words += ["--at", f"{step}:{name}={to_text(value)}"]
    return shlex.join([*words, "--out", out])


def as_python(initial: Settings, state: RunState, out: str) -> str:
    """The Python code that replays the run in the directory `out`."""
    values, edits = _parts(initial, state)
    lines = [f"    {name}={value!r}," for name, value in values.items()]
    lines += [f"    at={edits!r},", f"    out={out!r},"]
    return "\n".join(["import hdd", "", "run = hdd.distill(", *lines, ")"])
