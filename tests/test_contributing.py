"""What CONTRIBUTING.md shows works: its files are those of the toys, and its tests and commands are run here."""

import configparser
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hdd.settings import Settings, grouped

ROOT = Path(__file__).parent.parent
TOYS = Path(__file__).parent / "toys"
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = re.findall(r"^hdd .*", "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)), re.MULTILINE)


@pytest.fixture(scope="module")
def with_toys():
    """The environment of somebody who installed the toys."""
    path = [str(TOYS), str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def test_the_page_shows_the_toys_as_they_are():
    assert {name for name in FILES if name.startswith("toy_")} == {path.name for path in TOYS.glob("*.py")}
    for path in TOYS.glob("*.py"):
        assert FILES[path.name] == path.read_text(encoding="utf-8"), path.name


def test_the_package_of_the_page_has_the_entry_points_of_the_toys():
    shown = tomllib.loads(FILES["pyproject.toml"])
    installed = configparser.ConfigParser()
    installed.read(TOYS / "hdd_toys-1.0.dist-info" / "entry_points.txt")
    assert shown["project"]["entry-points"] == {group: dict(installed[group]) for group in installed.sections()}
    assert {f"{name}.py" for name in shown["tool"]["setuptools"]["py-modules"]} == {
        path.name for path in TOYS.glob("*.py")
    }


@pytest.mark.slow
def test_the_tests_of_the_page_pass(tmp_path, with_toys):
    names = [name for name in FILES if name.startswith("test_")]
    assert len(names) == 4
    for name in names:
        (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=with_toys,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_commands_of_the_page_work(tmp_path, with_toys):
    assert len(COMMANDS) == 8
    # In one process, which loads torch once.
    code = (
        "import shlex, sys\nfrom hdd.cli.app import app\n"
        "for command in sys.argv[1:]:\n"
        "    assert not app(shlex.split(command)[1:], standalone_mode=False), command\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, *COMMANDS], capture_output=True, text=True, cwd=tmp_path, env=with_toys
    )
    assert told.returncode == 0, told.stderr
    assert "runs/again: bit-identical to runs/sharpened over 20 steps" in told.stdout


def test_the_page_names_all_groups_of_knobs():
    for group in grouped(Settings.names()):
        assert f"*{group}*" in PAGE
