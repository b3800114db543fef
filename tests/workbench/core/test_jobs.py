"""Processes that the page starts."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest
import scripted
from waiting import wait_until

from hdd.errors import HDDError
from hdd.runs.run import Run
from workbench.core.jobs import MOST_JOBS, Engines

SECONDS = 60
SCRIPTED = (sys.executable, scripted.__file__)


def saying(code):
    """A command that runs Python instead of `hdd`."""
    return (sys.executable, "-c", f"import json, os, signal, sys, time\n{code}")


def ended(job):
    wait_until(lambda: not job.poll(), SECONDS)
    return job


def test_a_new_run_is_made_as_asked(root):
    engines = Engines(root, saying("print(json.dumps({'words': sys.argv[1:]}))"))
    settings = {
        "dataset": "folder:a b",
        "objective": "mean",
        "ipc": 3,
        "steps": 5,
        "seed": 7,
        "clamp": None,
        "threads": 2,
    }
    words = ended(engines.distill("my run", settings, "released")).progress["words"]
    assert words == [
        "distill", "--out", str(root / "my run"), "--preset", "released", "--set=dataset=folder:a b",
        "--set=objective=mean", "--set=ipc=3", "--set=steps=5", "--set=seed=7", "--set=clamp=none", "--set=threads=2",
        "--json-lines", "--queue",
    ]  # fmt: skip
    assert ended(engines.distill("x", {}, "released", share=True)).progress["words"][-1] == "--json-lines"
    from_set = engines.distill("y", {}, "released", initial=root / "a.pt", read_as=["values=unit"])
    assert ended(from_set).progress["words"][5:8] == ["--init", str(root / "a.pt"), "--as=values=unit"]
    resumed = ended(engines.resume(root / "my run", steps=9)).progress["words"]
    assert resumed == ["resume", str(root / "my run"), "--steps", "9", "--queue", "--json"]
    for_alice = ended(engines.resume(root / "my run", steps=9, who="-alice")).progress["words"]
    assert for_alice == [*resumed[:4], "--by=-alice", "--queue", "--json"]
    evaluated = ended(engines.evaluate(root / "my run", [20], "quick")).progress["words"]
    assert evaluated == ["evaluate", str(root / "my run"), "--steps", "20", "--protocol", "quick", "--json-lines"]
    baseline = ended(engines.evaluate(root / "my run", None, "full")).progress["words"]
    assert baseline == ["evaluate", str(root / "my run"), "--baseline", "random", "--protocol", "full", "--json-lines"]
    by_several = engines.evaluate(root / "my run", [20], "quick", ["mlp", "lenet"])
    assert ended(by_several).progress["words"] == [*evaluated[:-1], "--architectures", "mlp,lenet", "--json-lines"]
    assert by_several.about == "The quick evaluation of step 20 by mlp, lenet"
    by_all = ended(engines.evaluate(root / "my run", None, "quick", ["all"]))
    assert by_all.about == "The quick baseline by all architectures"


def test_a_set_is_inspected_once_at_a_time(root):
    engines = Engines(root, saying("print(json.dumps({'words': sys.argv[1:]})); sys.stdin.read(); time.sleep(0.5)"))
    job = engines.inspect(root / "a b.pt", "digits", ["values=unit", "classes=in order"])
    assert engines.inspect(root / "a b.pt", "digits", ["values=unit", "classes=in order"]) is job
    other = engines.inspect(root / "a b.pt", "folder:pets", [], image_size=32, unreadable="skip")
    assert ended(job).progress["words"] == [
        "inspect", str(root / "a b.pt"), "--dataset", "digits", "--as=values=unit", "--as=classes=in order",
        "--json-lines",
    ]  # fmt: skip
    size = ["--image-size", "32", "--unreadable", "skip"]
    words = ["inspect", str(root / "a b.pt"), "--dataset", "folder:pets", *size, "--json-lines"]
    assert ended(other).progress["words"] == words
    assert ended(engines.inspect(root / "a b.pt", "digits", ["values=unit", "classes=in order"])) is not job


def test_progress_is_the_newest_of_each_thing(root):
    code = """
for line in ['{"done": 1, "total": 4}', "Warning: no JSON", '[1]', '{"done": 3}']:
    print(line, flush=True)
sys.stdout.write('{"done": 4'); sys.stdout.flush()
sys.stdin.read(); time.sleep(0.2); print("}")
"""
    job = ended(Engines(root, saying(code)).evaluate(root / "run", [0], "quick"))
    assert job.progress == {"done": 4, "total": 4}
    assert job.failure is None
    assert job.time_left(0, 4) is None
    assert job.time_left(4, 4) == 0
    assert job.time_left(1, 4) > 0


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print(json.dumps({'error': 'No such digits.'})); sys.exit(2)", "No such digits."),
        ("sys.exit('first line\\nthe reason')", "The engine ended with code 1: the reason"),
        ("sys.exit(3)", "The engine ended with code 3: no message"),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            r"The engine was terminated \(SIGKILL\); the system may have run out of memory\.$",
        ),
        ("os.kill(os.getpid(), signal.SIGTERM)", r"The engine was terminated \(SIGTERM\)\.$"),
        ("print('x' * 100_000); sys.exit('at the end')", "The engine ended with code 1: at the end"),
    ],
)
def test_why_a_job_failed_is_told(root, code, message):
    job = Engines(root, saying(code)).resume(root / "run")
    assert re.match(message, ended(job).failure)


def test_a_cancelled_job_has_not_failed(root):
    job = Engines(root, saying("time.sleep(600)")).evaluate(root / "run", [3], "quick")
    job.cancel()
    ended(job)
    assert (job.cancelled, job.failure) == (True, None)
    assert job.about == "The quick evaluation of step 3"


def test_a_job_that_was_done_before_it_was_cancelled_is_done(root):
    job = ended(Engines(root, saying("pass")).evaluate(root / "run", None, "full"))
    job.cancel()
    assert (job.cancelled, job.failure) == (False, None)


def test_the_time_left_is_measured_from_the_first_progress_on(root):
    code = """
time.sleep(1)
for done in range(1, 4):
    print(json.dumps({"done": done, "total": 1000}), flush=True); time.sleep(0.02)
sys.stdin.read()
"""
    job = Engines(root, saying(code)).evaluate(root / "run", [0], "quick")
    wait_until(lambda: job.poll() and job.progress.get("done"), SECONDS)
    ended(job)
    assert job.time_left(job.progress["done"], 1000) < 200


def test_each_architecture_has_a_pace_of_its_own(root):
    code = """
for name, epochs, seconds in (("mlp", (0, 1000), 0.01), ("resnet18", (1001, 1002, 1003), 0.3)):
    print(json.dumps({"architecture": name, "result": {"by": name}}), flush=True)
    for done in epochs:
        print(json.dumps({"done": done, "total": 2000}), flush=True); time.sleep(seconds)
"""
    job = Engines(root, saying(code)).evaluate(root / "run", [0], "quick")
    wait_until(lambda: not job.poll(), SECONDS)
    assert 0.1 < job.time_left(1003, 1004) < 3, "what is left goes at the pace of the second"
    assert job.results == [{"by": "mlp"}, {"by": "resnet18"}]


def test_a_job_that_prints_much_never_waits_for_a_reader(root):
    job = Engines(root, saying("sys.stdout.write('x' * 10_000_000); sys.exit(5)")).resume(root / "run")
    os.waitid(os.P_PID, job.pid, os.WEXITED | os.WNOWAIT)
    assert ended(job).failure.startswith("The engine ended with code 5: xxx")


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "../out", "a/b", "/etc", "a\\b", " a", "a ", "a\0b", "x" * 101, "a\n"]
)
def test_a_name_that_would_lead_out_of_the_root_is_refused(root, name):
    engines = Engines(root, SCRIPTED)
    with pytest.raises(HDDError, match="cannot name a run"):
        engines.distill(name, {}, "geometric")
    assert engines.jobs == []


@pytest.mark.parametrize("name", ["a", "x" * 100, "ein Lauf", "<b>", "-rf", "--out", "$(date)", "été"])
def test_any_other_name_makes_a_run_in_the_root(root, name):
    assert Engines(root, SCRIPTED).directory(name) == root / name


def test_a_taken_name_is_refused(root, make_run):
    make_run("taken", steps=1)
    with pytest.raises(HDDError, match="There is a run called 'taken' already"):
        Engines(root, SCRIPTED).distill("taken", {}, "geometric")


def test_jobs_of_a_run_are_known_while_they_go(root, script):
    script(rate=50)
    engines = Engines(root, SCRIPTED)
    job = engines.distill("run", {"dataset": "digits", "steps": 10**6}, "geometric")
    wait_until(lambda: (root / "run" / "run.db").exists() and Run(root / "run").step, SECONDS)
    assert engines.going(root / "run") == [job]
    assert engines.going(root / "other") == []
    os.kill(job.pid, signal.SIGKILL)
    ended(job)
    assert engines.going(root / "run") == []
    assert Run(root / "run").status().state == "killed"


def test_an_engine_outlives_whoever_started_it(root, script):
    script(rate=50)
    code = f"""
import os, signal, sys
from pathlib import Path
from workbench.core.jobs import MOST_JOBS, Engines
job = Engines(Path({str(root)!r}), {SCRIPTED!r}).distill("run", {{"dataset": "digits", "steps": 10**6}}, "geometric")
print(job.pid, flush=True)
os.killpg(0, signal.SIGKILL)
"""
    starter = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True, timeout=SECONDS
    )
    assert starter.returncode == -signal.SIGKILL
    wait_until((root / "run" / "run.db").exists, SECONDS)
    run = Run(root / "run")
    made = wait_until(lambda: run.step, SECONDS)
    wait_until(lambda: run.step > made + 5, SECONDS)
    assert run.status().pid == int(starter.stdout)


def test_data_sets_are_listed(root):
    listed = {each["name"]: each for each in Engines(root, SCRIPTED).datasets()}
    assert json.dumps(listed["digits"])
    assert listed["digits"]["status"] == "bundled"


def test_processes_are_limited(root):
    engines = Engines(root, saying("time.sleep(300)"))
    jobs = [engines.audit(root / f"set {number}", None, "random", False) for number in range(MOST_JOBS)]
    try:
        with pytest.raises(HDDError, match=f"{MOST_JOBS} processes are running already"):
            engines.audit(root / "one more", None, "random", False)
        jobs[0].stop()
        ended(jobs[0])
        jobs.append(engines.audit(root / "one more", None, "random", False))
    finally:
        for job in jobs:
            job.stop()
        for job in jobs:
            ended(job)
