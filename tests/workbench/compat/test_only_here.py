"""Nobody else patches: outside `workbench/compat` nothing reaches into the private parts of another library."""

import ast
import re

import panel as pn
import panel_material_ui as pmui
import pytest
from panel.custom import JSComponent

from workbench import compat

WORKBENCH = compat.HERE.parent
OUTSIDE = sorted(path for path in WORKBENCH.rglob("*") if compat.HERE not in path.parents)
SETTINGS = ("pn.state.", "pn.config.", "settings.")
"""Objects of Panel and Bokeh whose public attributes are there to be set."""

OWN = {"workbench", "hdd", "os"}
"""Packages of this project, and one whose `_exit` is documented."""

OFFERED = {"_esm", "_send_msg"}
"""What Panel documents for components of one's own, though it is named like a private part."""


def names(path):
    return path.relative_to(WORKBENCH).as_posix()


def is_private(name):
    return name.startswith("_") and not name.startswith("__")


HOOKS = {name for kind in (pn.Column, JSComponent, pmui.Typography) for name in dir(kind) if is_private(name)} - OFFERED


def imports(tree):
    """{name in the file: package that it comes from}."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(alias.asname or alias.name).partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: node.module for alias in node.names}
    return found


def root(node):
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def replaced(tree):
    """Attributes of other libraries' modules and classes that are assigned to."""
    others = {name for name, package in imports(tree).items() if package.partition(".")[0] not in OWN}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) and root(node) in others:
            text = ast.unparse(node)
            if not text.startswith(SETTINGS):
                yield text
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr" and root(node.args[0]) in others:
            yield ast.unparse(node)


def reached_into(tree):
    """Private attributes of anything but the object itself."""
    own = {
        "self",
        "cls",
        "super()",
        *(name for name, package in imports(tree).items() if package.partition(".")[0] in OWN),
    }
    defined = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and root(node) == "self"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            of_itself = ast.unparse(node.value) in own
            if not of_itself and node.attr not in defined - HOOKS:
                yield ast.unparse(node)


def overridden(tree):
    """Hooks that a class takes over from Panel."""
    known = imports(tree)
    kinds = {name for name, package in known.items() if package.partition(".")[0] in ("panel", "panel_material_ui")}
    kinds |= {name for name, package in known.items() if package.startswith(("workbench.compat", "workbench.browser"))}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(root(base) in kinds for base in node.bases):
            kinds.add(node.name)
            for part in ast.walk(node):
                used = part.name if isinstance(part, ast.FunctionDef) else getattr(part, "attr", "")
                if used in HOOKS:
                    yield f"{node.name}.{used}"


@pytest.mark.parametrize("path", [path for path in OUTSIDE if path.suffix == ".py"], ids=names)
def test_python_outside_reaches_into_no_library(path):
    tree = ast.parse(path.read_text())
    assert [*replaced(tree), *reached_into(tree), *overridden(tree)] == []


@pytest.mark.parametrize("path", [path for path in OUTSIDE if path.suffix == ".js"], ids=names)
def test_javascript_outside_reaches_into_no_library(path):
    assert re.findall(r"\bprototype\b|\bgetPrototypeOf\b|\.__?[a-z]\w*", path.read_text()) == []


@pytest.mark.parametrize("path", [path for path in OUTSIDE if path.suffix == ".py"], ids=names)
def test_javascript_has_files_of_its_own(path):
    scripts = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count("\n") > 3
        if re.search(r"=>|\bfunction\b *\w*\(|\bconst \w", node.value)
    ]
    assert scripts == []


def test_the_guard_finds_what_it_is_for():
    patching = """
import panel as pn
from bokeh.server.views.ws import WSHandler
WSHandler.open = print
setattr(pn, "serve", print)
pn.state._views
doc.callbacks._held_events = []
pn.config.inline = True
class Pane(pn.Column):
    def _cleanup(self, root=None): ...
"""
    tree = ast.parse(patching)
    assert [*replaced(tree)] == ["WSHandler.open", "setattr(pn, 'serve', print)"]
    assert [*reached_into(tree)] == ["pn.state._views", "doc.callbacks._held_events"]
    assert [*overridden(tree)] == ["Pane._cleanup"]
