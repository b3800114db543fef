"""Runs Python where files can be read but not written, whoever runs the tests."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

AS_ANYBODY = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.getuid() == 0 else []
"""Root may write what nobody may, until it gives that up."""

needs_setpriv = pytest.mark.skipif(bool(AS_ANYBODY) and shutil.which("setpriv") is None, reason="needs setpriv")


@contextmanager
def write_protected(folder):
    """Within this context, nothing in the folder can be written by `python`."""
    paths = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in zip(paths, modes, strict=True):
            if path.exists():
                path.chmod(mode)


def python(script, *arguments, **options):
    """Starts a Python script that has no more rights than the modes of files give."""
    return subprocess.Popen(
        [*AS_ANYBODY, sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **{"env": {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}, **options},
    )


def output(script, *arguments, **options):
    """What the script prints."""
    process = python(script, *arguments, **options)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out
