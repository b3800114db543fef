"""Rules that keep the parts apart, read from the source itself."""

import ast
import re
import shlex
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HDD = sorted((ROOT / "hdd").rglob("*.py"))
WORKBENCH = sorted((ROOT / "workbench").rglob("*.py"))
PRODUCT = HDD + WORKBENCH
UI_LIBRARIES = {"panel", "panel_material_ui", "bokeh", "holoviews", "hvplot", "ipywidgets", "jupyter_bokeh"}
LONGEST = {"hdd": 400, "workbench": 300}

# The names under which conda-forge has what PyPI calls otherwise.
CONDA_NAMES = {"torch": "pytorch"}

per_file = pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))


def imported(path):
    """Top-level packages that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            names = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            yield from (str(name).partition(".")[0] for name in names)


@pytest.mark.parametrize("path", HDD, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_knows_no_user_interface(path):
    assert not set(imported(path)) & {*UI_LIBRARIES, "workbench"}


@pytest.mark.parametrize("path", sorted((ROOT / "workbench" / "core").rglob("*.py")), ids=lambda path: path.name)
def test_the_core_of_the_page_knows_no_user_interface(path):
    assert not set(imported(path)) & UI_LIBRARIES


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in PRODUCT}


def imported_first(path):
    """Modules of ours that a file needs before it is complete; what functions and type checkers import is not."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                part = f"{node.module}.{alias.name}"
                yield from [part] if part in MODULES else [node.module] if node.module in MODULES else []


def test_no_module_needs_itself():
    graph = {name: set(imported_first(path)) - {name} for name, path in MODULES.items()}
    # It raises a CycleError that names the modules.
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@per_file
def test_nothing_unpickles_or_runs_text(path):
    assert not set(imported(path)) & {
        "pickle",
        "cPickle",
        "_pickle",
        "dill",
        "cloudpickle",
        "joblib",
        "marshal",
        "shelve",
    }
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            call = ast.unparse(node.func)
            assert call not in ("eval", "exec", "builtins.eval", "builtins.exec"), f"line {node.lineno}"
            assert call != "torch.load", f"line {node.lineno}"
            # Sets are written for others to read, in one place; what is read from them never runs.
            assert call != "torch.save" or path.name == "torch_file.py", f"line {node.lineno}"
            pickles = [word for word in node.keywords if word.arg == "allow_pickle"]
            assert all(getattr(word.value, "value", True) is False for word in pickles), f"line {node.lineno}"


@per_file
def test_no_file_is_long(path):
    lines = len(path.read_text().splitlines())
    name = path.relative_to(ROOT)
    assert lines <= LONGEST[name.parts[0]], f"{name} has {lines} lines"


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def split(requirement):
    """Name and version specifier; extras are left out, since conda has none."""
    name, specifier = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(.*)", requirement).groups()
    return name.lower(), specifier


def test_conda_environment_has_the_pins_of_the_project(project, conda):
    extras = project["optional-dependencies"]
    wanted = dict(
        split(text) for text in [*project["dependencies"], *extras["notebooks"], *extras["docs"], *extras["tests"]]
    )
    # The tests build the documentation, so their extra has that of the documentation in it.
    del wanted["hdd-workbench"]
    wanted = {CONDA_NAMES.get(name, name): specifier for name, specifier in wanted.items()}
    given = dict(split(text) for text in conda if isinstance(text, str))
    assert given.pop("python") == project["requires-python"]
    assert given.pop("pip") == ""
    assert given == wanted


def test_conda_environment_installs_the_project_itself_and_nothing_else_by_pip(conda):
    (by_pip,) = (entry["pip"] for entry in conda if isinstance(entry, dict))
    (line,) = by_pip
    words = shlex.split(line)
    assert words[-1] == "." and {"-e", "--editable"} & set(words)


def test_every_test_of_a_module_lies_where_the_module_does():
    """tests/hdd mirrors hdd: every folder there is a folder of the package."""
    for package in ("hdd", "workbench"):
        for path in (ROOT / "tests" / package).rglob("test_*.py"):
            folder = path.parent.relative_to(ROOT / "tests")
            if folder == Path("workbench/ui"):
                # The page as a whole, in a browser.
                continue
            assert (ROOT / folder).is_dir(), f"{path.name} tests a package that is not there"
