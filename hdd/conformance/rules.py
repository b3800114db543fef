"""How a rule is checked, and the rules that methods and objectives have in common."""

import inspect
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hdd.knobs import Integer, Number

CLASSES = 3
"""Number of classes of the small data on which methods and objectives are tried."""

NO_TORCH = "its module must not import torch, because forms and command lines read its knobs"


class BrokenRule(Exception):
    """A rule is broken; the message says what was found."""


def expect(holds: bool, found: str) -> None:
    """Raises `BrokenRule` with what was found unless the rule holds."""
    if not holds:
        raise BrokenRule(found)


def broken_rules(rules: Mapping[str, Callable[[Any], None]], part: type[Any]) -> list[str]:
    """The rules that a method or objective breaks, each with what was found."""
    broken: list[str] = []
    for rule, check in rules.items():
        try:
            check(part)
        except BrokenRule as found:
            broken.append(f"{rule}; {found}")
        except Exception as error:
            # A part of another package can raise anything, and the other rules must still be checked.
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame for frame in frames if frame.filename == inspect.getfile(part)]
            where = (own or frames)[-1]
            place = f"{Path(where.filename).name}, line {where.lineno}"
            broken.append(f"{rule}; it raised {type(error).__name__}: {error} ({place})")
    return broken


def unfit_knobs(knobs: Mapping[str, Any]) -> list[str]:
    """What the declarations of knobs lack."""
    lacks: list[str] = []
    for name, knob in knobs.items():
        missing = [fact for fact in ("label", "group", "doc") if not getattr(knob, fact)]
        if knob.doc and not knob.doc.endswith("."):
            missing.append("a full stop at the end of doc")
        if isinstance(knob, Number | Integer) and knob.bounds is None:
            missing.append("bounds")
        if missing:
            lacks.append(f"every knob must be described, and {name} lacks {', '.join(missing)}")
    return lacks


def imports_no_torch(part: type[Any]) -> None:
    """Checks that the module of a method or objective can be imported without torch."""
    told = _import_alone(part.__module__)
    problem = "".join(told.stderr.splitlines()[-1:])
    expect(told.returncode == 0, f"{part.__module__} cannot be imported by itself: {problem}")
    expect(told.stdout.strip() == "False", f"{part.__module__} imports it: import it inside functions")


@cache
def _import_alone(module: str) -> subprocess.CompletedProcess[str]:
    """Imports a module in a process of its own, because this one has imported torch; it prints whether torch came."""
    code = "import importlib, sys; importlib.import_module(sys.argv[1]); print('torch' in sys.modules)"
    return subprocess.run([sys.executable, "-c", code, module], capture_output=True, text=True, check=False)
