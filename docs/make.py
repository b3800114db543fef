"""Makes docs/knobs.md, docs/cli.md and docs/decisions.md from what they list; a test fails when they are stale."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from hdd.cli.app import app
from hdd.cli.knob_options import flag
from hdd.knobs import Preset
from hdd.knobs.text import to_text
from hdd.methods import METHODS
from hdd.objectives import OBJECTIVES
from hdd.settings import PRESETS, Settings, allowed, grouped

DOCS = Path(__file__).parent

_MADE = "<!-- Made by `python docs/make.py`; change what it is made from instead. -->\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_row(*head), "|" + "---|" * len(head), *(_row(*row) for row in rows)]


def _only_with(name: str) -> str:
    """The methods or objectives whose runs depend on a knob, where not all of them do."""
    found = []
    for kind, registry in (("method", METHODS), ("objective", OBJECTIVES)):
        having = [each for each in registry.names() if name in Settings(**{kind: each}).in_force()]
        if 0 < len(having) < len(registry.names()):
            found.append(f"{kind} {', '.join(having)}")
    return "; ".join(found)


def _knob(name: str) -> list[str]:
    knob = Settings.knob(name)
    facts = [f"{allowed(name)}{f' ({knob.unit})' if knob.unit else ''}", f"default `{to_text(knob.default)}`"]
    facts += ["steerable" if knob.steerable else "fixed"] + (
        [f"only with {only}"] if (only := _only_with(name)) else []
    )
    return [f"`{name}`", str(knob.label), str(knob.doc), "; ".join(facts)]


def knobs() -> str:
    """The page of all knobs, under the headings that forms and tables have."""
    lines = [
        _MADE,
        "# Knobs",
        "",
        "A run holds a value of every knob. Give one with a flag (`--image-lr 0.5`), with `--set image_lr=0.5`, as an "
        "argument in Python, or on the page. A steerable knob may change while the run goes on, from the next step; a "
        "fixed one may not. Methods may have other defaults for a data set: `hdd runs show` tells those of a run.",
    ]
    for group, names in grouped(Settings.names()).items():
        lines += [
            "",
            f"## {group}",
            "",
            *_table(("knob", "name", "what it does", "values"), [_knob(name) for name in names]),
        ]
    presets = [(f"`{name}`", preset.label, _published(preset), _values(preset)) for name, preset in PRESETS.items()]
    head = ("preset", "name", "published accuracy", "values")
    return "\n".join([*lines, "", "## Presets", "", *_table(head, presets), ""])


def _published(preset: Preset) -> str:
    found = preset.published
    return "" if found is None else f"{100 * found.accuracy:.1f} % ({found.source})"


def _values(preset: Preset) -> str:
    own = {} if preset.dataset is None else {"dataset": preset.dataset}
    return ", ".join(f"`{knob}={to_text(value)}`" for knob, value in {**own, **preset.values}.items())


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _usage(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _row_of(option: Any) -> list[str]:
    """An argument by what usage calls it, an option by its flags."""
    if option.param_type_name == "argument":
        return [f"`{_usage(option)}`", option.help or "", ""]
    metavar = f" {option.metavar}" if option.metavar else ""
    names = " / ".join(f"`{name}{metavar}`" for name in (*option.opts, *option.secondary_opts))
    shown = option.show_default if isinstance(option.show_default, str) else option.default
    default = "" if shown is None or shown is False else f"default `{getattr(shown, 'value', shown)}`"
    return [names, option.help or "", "required" if option.required else default]


def _command(path: str, command: Any) -> list[str]:
    knobs = [each.name for each in command.params if each.rich_help_panel and each.name in Settings.names()]
    own = [each for each in command.params if each.name not in knobs and not getattr(each, "hidden", False)]
    arguments = [_usage(each) for each in own if each.param_type_name == "argument"]
    lines = ["", f"## {path}", "", f"`{' '.join([path, '[OPTIONS]', *arguments])}`", "", command.help, ""]
    lines += _table(("", "what", ""), [_row_of(each) for each in own])
    if knobs:
        which = "steerable knob" if set(knobs) <= set(Settings.steerable()) else "knob"
        lines += ["", f"And an option for each {which} of [knobs.md](knobs.md), such as `{flag(knobs[-1])} VALUE`."]
    return lines


def cli() -> str:
    """The page of all commands."""
    lines = [
        _MADE,
        "# Command line",
        "",
        "`hdd COMMAND --help` says the same for one command. Exit codes: 0 done, 1 a comparison or check that fails, 2 "
        "a problem that the message says how to mend, 130 stopped by Ctrl-C.",
    ]
    for path, command in _commands(typer.main.get_command(app), "hdd"):
        lines += _command(path, command)
    return "\n".join([*lines, ""])


def decisions() -> str:
    """The page of all decisions."""
    lines = [
        _MADE,
        "# Decisions",
        "",
        "What is not obvious from the code, and what somebody would undo who does not know why it is so.",
        "",
    ]
    rows = []
    for path in sorted((DOCS / "decisions").glob("*.md")):
        title, _, status, date = path.read_text(encoding="utf-8").splitlines()[:4]
        rows.append([path.stem[:4], f"[{title[2:]}](decisions/{path.name})", status[8:], date[6:]])
    return "\n".join([*lines, *_table(("number", "decision", "status", "date"), rows), ""])


PAGES = {"knobs.md": knobs, "cli.md": cli, "decisions.md": decisions}
"""What is written to docs/, by the function that makes it."""


def main() -> None:
    """Writes all pages."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
