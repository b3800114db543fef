"""The command line in this process."""

import contextlib
import io
import sys
from dataclasses import dataclass
from unittest import mock

import pytest

from hdd.cli import main


@dataclass
class Told:
    stdout: str
    stderr: str


def hdd(*arguments, cwd=".", code=0):
    """What the command prints, run in this process; an exception that `main` lets through fails the test."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "argv", ["hdd", *arguments]),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert (ended.value.code or 0) == code, err.getvalue()
    return Told(out.getvalue(), err.getvalue())


def refused(*arguments, cwd="."):
    """The message of a command that a user's mistake ends."""
    return " ".join(hdd(*arguments, cwd=cwd, code=2).stderr.split())
