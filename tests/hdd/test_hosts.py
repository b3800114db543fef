"""The command line on hosts with other encodings, names and users than those of its authors."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from read_only import output

import hdd
from hdd.data import load
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import initial_settings

SMALL = {"ipc": 1, "network_width": 4, "network_depth": 1, "real_batch": 1, "threads": 1}


def run(*arguments, **environment):
    """The `hdd` command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hdd", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_output_is_printed_in_any_encoding(encoding):
    told = run("knobs", PYTHONIOENCODING=encoding)
    assert told.returncode == 0, told.stderr
    text = told.stdout.decode(encoding)
    assert ("≥" in text) == (encoding == "utf-8")
    assert (">=" in text) == (encoding != "utf-8")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"COLUMNS": "20"}, {"TERM": "dumb"}])
def test_any_terminal_will_do(environment):
    told = run("datasets", **environment)
    assert told.returncode == 0 and b"\x1b" not in told.stdout + told.stderr
    assert "…" not in told.stdout.decode()


def test_a_message_with_a_name_that_is_no_text_is_printed():
    told = run(b"runs", b"show", b"caf\xe9", PYTHONIOENCODING="utf-8")
    assert told.returncode == 2
    assert told.stderr.decode() == (
        "error: There is no run in caf\\udce9. `hdd runs list FOLDER` shows the runs in a folder.\n"
    )


@pytest.fixture
def odd_folder(tmp_path):
    """An image folder whose own name, a class and the files are named in Latin-1."""
    random = np.random.default_rng(0)
    folder = tmp_path / os.fsdecode(b"pi\xf1as")
    for name in (b"caf\xe9", "grün".encode()):
        (folder / os.fsdecode(name)).mkdir(parents=True)
        for number in range(3):
            image = Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
            image.save(folder / os.fsdecode(name) / os.fsdecode(b"\xe9%d.png" % number))
    return folder


def test_without_a_queue_no_run_is_made_for_it(tmp_path):
    made = create(tmp_path / "made", initial_settings(**SMALL), load("digits"))
    made.close()
    (tmp_path / "file").touch()
    for command in (["distill"], ["fork", str(made.path), "--step=0"], ["resume", str(made.path)]):
        out = [] if command[0] == "resume" else [f"--out={tmp_path / 'run'}"]
        told = run(*command, *out, "--queue", HDD_CACHE_DIR=str(tmp_path / "file"))
        assert (
            told.returncode == 2 and b"Cannot queue for the device" in told.stderr and b"HDD_CACHE_DIR" in told.stderr
        )
        assert not (tmp_path / "run").exists()
    assert Run(made.path).status().state == "new"


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def run_into_full(*arguments, **streams):
    with Path("/dev/full").open("w") as full:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {name: full for name in streams}
        return subprocess.run([sys.executable, "-m", "hdd", *arguments], timeout=120, text=True, **streams)


@FULL
@pytest.mark.parametrize("arguments", [["knobs"], ["knobs", "--json"], ["datasets"]])
def test_a_full_standard_output_is_told(arguments):
    told = run_into_full(*arguments, stdout=True)
    assert told.returncode == 2 and " ".join(told.stderr.split()).startswith(
        "error: Standard output cannot be written (No space left on device): send it to a file"
    )


@FULL
def test_a_full_standard_output_is_no_full_disk_of_the_run(tmp_path):
    small = [f"--set={name}={value}" for name, value in SMALL.items()]
    out = tmp_path / "run"
    told = run_into_full("distill", *small, "--steps=3", f"--out={out}", "--json-lines", stdout=True)
    assert told.returncode == 2 and "Standard output cannot be written" in told.stderr
    assert "Traceback" not in told.stderr and "Cannot write to" not in told.stderr
    assert run_into_full("resume", str(out)).returncode == 0


@FULL
def test_progress_that_cannot_be_written_ends_no_run(tmp_path):
    small = [f"--set={name}={value}" for name, value in SMALL.items()]
    told = run_into_full("distill", *small, "--steps=3", f"--out={tmp_path / 'run'}", stderr=True)
    assert told.returncode == 0 and "finished at step 3 of 3" in told.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", ["<&-", ">&- </dev/null"])
def test_nobody_is_asked_where_nobody_can_answer(tmp_path, digits, closed):
    path = create(tmp_path / "run", initial_settings(**SMALL), digits).path
    command = f'exec "{sys.executable}" -m hdd runs delete "{path}" {closed}'
    told = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, timeout=120)
    assert (told.returncode, b"give --yes" in told.stderr.lower()) == (2, True), told.stderr
    assert Run(path).step == 0


def test_more_runs_are_listed_than_files_can_be_opened(tmp_path):
    made = create(tmp_path / "run-0", initial_settings(**SMALL), load("digits"))
    made.close()
    for number in range(1, 50):
        shutil.copytree(made.path, tmp_path / f"run-{number}")
    command = f"ulimit -n 40; exec {sys.executable} -m hdd runs list {tmp_path} --json"
    told = subprocess.run(["sh", "-c", command], capture_output=True, timeout=120)
    assert told.returncode == 0 and not told.stderr, told.stderr
    assert len(json.loads(told.stdout)) == 50


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_names_that_are_no_text_go_all_the_way(odd_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = hdd.distill(f"folder:{odd_folder}", steps=1, **SMALL)
    assert made.path.name.startswith("pias-hdd-")
    assert made.classes == ["caf\\xe9", "grün"]
    out = os.fsdecode(b"\xe9")
    again, difference = hdd.replay(made, out)
    assert difference is None and again.path.name == out
    for arguments in (["export", out, "--out", "set"], ["runs", "show", out], ["runs", "list", "."]):
        told = run(*arguments)
        assert told.returncode == 0, told.stderr


def test_a_user_without_a_name_or_a_home_makes_a_run_with_an_install_of_others(tmp_path):
    """As in a container with `docker run --user 12345`."""
    script = """
import os, pwd, sys
def unknown(user):
    raise KeyError(user)
pwd.getpwuid = unknown
from hdd_command import hdd
small = ["--ipc", "1", "--steps", "2", "--network-width", "4", "--real-batch", "4"]
print(hdd("distill", *small, "--out", sys.argv[1]).stdout)
"""
    bare = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    bare["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent.parent), *sys.path])
    told = output(script, tmp_path / "run", env={**bare, "TMPDIR": str(tmp_path)})
    assert "finished at step 2 of 2" in told
