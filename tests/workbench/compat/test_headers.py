"""What each patch says of itself, and whether anybody has checked it with what is installed."""

import ast
import re
from importlib.metadata import version

import pytest
from packaging.specifiers import SpecifierSet

from workbench import compat

FIELDS = ("Cause", "Upstream", "Needed for", "Without it")
PATCHES = sorted(path for path in compat.HERE.iterdir() if path.suffix in (".py", ".js") and path.stem != "__init__")
LIBRARIES = {"panel", "bokeh", "panel-material-ui", "param"}

per_patch = pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.name)


def header(path):
    """The docstring of a module, or the comment with which a script begins."""
    text = path.read_text()
    if path.suffix == ".py":
        return ast.get_docstring(ast.parse(text))
    return "\n".join(line[2:].strip() for line in re.match(r"(//.*\n)+", text)[0].splitlines())


def fields(path):
    """What the header says, by field."""
    parts = re.split(rf"^({'|'.join(FIELDS)}):", header(path), flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


@per_patch
def test_a_patch_says_why_it_is_there_and_what_would_be_lost(path):
    said = fields(path)
    assert tuple(said) == FIELDS
    assert all(said.values())
    assert "https://github.com/" in said["Upstream"]


@per_patch
def test_a_patch_was_checked_with_what_is_installed(path):
    for requirement in fields(path)["Needed for"].split(";"):
        library, checked = requirement.split(maxsplit=1)
        assert library in LIBRARIES
        assert version(library) in SpecifierSet(checked), (
            f"{library} {version(library)} is installed, but workbench/compat/{path.name} was checked for {checked} "
            "only. Run its test: if the fault is gone, delete the patch and its test; if it is still there, widen "
            "“Needed for”."
        )
