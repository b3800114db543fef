import dataclasses
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from waiting import wait_until

from hdd.errors import DivergedError, HDDError
from hdd.methods.dm import DM
from hdd.runs import history
from hdd.runs.resume import resume
from hdd.runs.run import Run


def test_a_run_leaves_pictures_and_a_status(finished_run):
    assert finished_run.status().state == "finished"
    assert finished_run.step == 30
    for name in ("synthetic.png", "loss.png"):
        with Image.open(finished_run.path / name) as picture:
            assert min(picture.size) > 50
            assert len(picture.convert("L").getcolors(256)) > 2


def test_the_curves_have_room_however_much_was_edited(make_run, digits):
    many = {"curvature": -4.0, "weight": 3.0, "image_lr": 0.5, "momentum": 0.25, "pruning_rate": 0.5, "clamp": 8.0}
    many |= {"target_radius": 1.5, "centroid": "karcher", "pruning_score": "random", "pruning_keep": "far"}
    run = make_run("edited", at={1: many})
    resume(run, until=2, data=digits)
    with Image.open(run.path / "loss.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    # The loss is drawn in the first colour of the cycle.
    assert (pixels == [31, 119, 180]).all(axis=1).any()


def test_synthetic_images_move(finished_run):
    assert not np.array_equal(finished_run.images(0), finished_run.images(30))


def test_resume_of_a_finished_run_needs_more_steps(finished_run, digits):
    with pytest.raises(HDDError, match="--steps 60"):
        resume(finished_run, data=digits)
    with pytest.raises(HDDError, match="steps=20 is not more than the 30 steps"):
        resume(finished_run, steps=20, data=digits)
    resume(finished_run, steps=35, data=digits)
    assert finished_run.step == 35
    assert finished_run.status().state == "finished"


def test_stopping_and_going_on_changes_no_bit(make_run, digits, finished_run):
    run = make_run("pieces", at={10: {"curvature": -4.0}, 20: {"image_lr": 0.5}})
    for until in (1, 10, 11, 20, 27):
        resume(run, until=until, data=digits)
        assert run.status().state == "stopped"
    resume(run, data=digits)
    np.testing.assert_array_equal(run.images(30), finished_run.images(30))


def test_checkpoint_that_is_damaged_is_passed_over(make_run, digits, finished_run):
    run = make_run("damaged", at={10: {"curvature": -4.0}, 20: {"image_lr": 0.5}})
    resume(run, until=25, data=digits)
    run.checkpoints.path(25).write_bytes(b"torn")
    warned = []
    resume(run, data=digits, on_warning=warned.append)
    (warning,) = warned
    assert warning.startswith("the checkpoint of step 25 is damaged, and was moved to damaged/: the steps from ")
    assert any(f"warning: {warning}" == event["text"] for event in run.events())
    assert (run.path / "damaged" / "checkpoints" / "000000025.safetensors").exists()
    np.testing.assert_array_equal(run.images(30), finished_run.images(30))


def test_two_edits_of_one_boundary_keep_their_order(make_run, digits):
    run = make_run()
    run.steer(at=5, feature_scale="auto", curvature=-4.0)
    resume(run, until=5, data=digits)
    run.steer(feature_scale=0.1)
    run.steer(feature_scale="auto")
    resume(run, data=digits)
    assert [(e.name, e.value, e.step) for e in run.edits("applied")] == [
        ("feature_scale", "auto", 5),
        ("curvature", -4.0, 5),
        ("feature_scale", 0.1, 5),
        ("feature_scale", "auto", 5),
    ]


def test_other_data_than_the_run_was_made_with(make_run, digits):
    run = make_run()
    with pytest.raises(HDDError, match="images of digits are not those"):
        resume(run, data=dataclasses.replace(digits, fingerprint="0" * 64))
    assert run.status().state == "new"


def test_a_run_that_diverges_stands_before_that_step_and_can_be_steered_or_rewound(make_run, digits):
    run = make_run(at={5: {"image_lr": 3000.0, "momentum": 0.99}})
    with pytest.raises(
        DivergedError, match=r"images of class.* diverge \(objective hdd; .*Lower image_lr, which is 3000"
    ):
        resume(run, data=digits)
    status, stands = run.status(), run.step
    assert stands > 5 and status.state == "failed" and f"Step {stands + 1} was not made" in status.message
    assert f"Rewind {run.path} to step 5, where the loss was lowest" in status.message
    assert stands in run.checkpoints.steps() and stands in run.snapshots.steps()
    assert all(np.isfinite(run.images(step)).all() for step in run.kept_steps())
    # Once again: nothing was changed.
    with pytest.raises(DivergedError, match=f"Step {stands + 1} was not made"):
        resume(run, data=digits)
    forked = history.fork(run, 5, run.path.with_name("fork"), {"image_lr": 1e9})
    with pytest.raises(
        DivergedError, match=r"Step 6 .* image step size .*e\+\d\d, before .* stands at step 5 as it was: steer it"
    ):
        resume(forked, data=digits)
    history.rewind(run, 5)
    for made in (run, forked):
        made.steer(image_lr=0.1, momentum=0.5)
        resume(made, until=8, data=digits)
        again = history.copy_ledger(made, made.path.with_name(f"{made.path.name} again"))
        assert history.first_difference(made, resume(again, until=8, data=digits)) is None


def test_a_method_that_gives_no_loss_stops_before_that_is_recorded(make_run, digits, monkeypatch):
    run = make_run()
    step = DM.step
    monkeypatch.setattr(DM, "step", lambda self: dataclasses.replace(step(self), loss=math.nan))
    with pytest.raises(DivergedError, match=r"The loss of step 1 is nan, by the objective hdd and .* stands at step 0"):
        resume(run, data=digits)
    assert run.step == 0 and run.kept_steps() == [0]
    monkeypatch.undo()
    assert resume(run, until=2, data=digits).step == 2


def test_steering_from_another_process(make_run, engine_process):
    run = make_run(steps=100_000)
    process = engine_process(run)
    wait_until(lambda: run.status().state == "running" and run.step > 3)
    told = subprocess.run(
        [sys.executable, "-m", "hdd", "steer", str(run.path), "--set", "curvature=-9", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    (edit,) = json.loads(told.stdout)
    assert edit["status"] == "applied"
    assert edit["old"] == -1.0
    assert run.settings_at(edit["step"]).curvature == -9

    run.command("pause")
    wait_until(lambda: run.status().state == "paused")
    stands = run.step
    run.command("step", 3)
    wait_until(lambda: run.step == stands + 3 and run.status().state == "paused")
    run.command("rewind", 2)
    wait_until(lambda: run.step == 2 and run.status().state == "paused")
    assert [e.status for e in run.edits() if e.name == "curvature"] == ["rewound"]
    run.command("go")
    wait_until(lambda: run.step > 5)
    run.command("stop")
    assert process.wait(timeout=60) == 0
    assert run.status().state == "stopped"


def test_live_frame_only_while_watched(make_run, engine_process):
    run = make_run(steps=100_000)
    engine_process(run)
    wait_until(lambda: run.step > 5)
    frame = run.path / "live" / "frame.safetensors"
    assert not frame.exists()
    assert run.frame() is None
    run.watch()
    wait_until(frame.exists)
    step, images = run.frame()
    assert images.shape == (10, 2, 1, 16, 16)
    assert images.dtype == np.float32
    assert 0 < step <= run.step
    # A pause shows where the engine stands, and nothing is written while that is there.
    run.command("pause")
    wait_until(lambda: run.status().state == "paused" and run.frame()[0] == run.step)
    written = frame.stat().st_mtime_ns
    heard = run.status().time
    wait_until(lambda: run.status().time > heard + 1)
    assert run.watched()
    assert frame.stat().st_mtime_ns == written
    run.command("rewind", 2)
    wait_until(lambda: run.frame()[0] == 2)


def test_second_engine_is_refused(make_run, engine_process, digits):
    run = make_run(steps=100_000)
    first = engine_process(run)
    wait_until(lambda: run.step > 1)
    with pytest.raises(HDDError, match=f"process {first.pid}.*can have only one"):
        resume(Run(run.path), data=digits)
    second = engine_process(run)
    _, stderr = second.communicate(timeout=60)
    assert second.returncode == 2
    assert "a run can have only one" in stderr
    assert "Traceback" not in stderr
    assert first.poll() is None
    assert run.status().state == "running"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_signal_stops_between_steps(make_run, engine_process, number, code):
    run = make_run(steps=100_000)
    process = engine_process(run)
    wait_until(lambda: run.step > 3)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == code
    assert f"hdd resume {run.path}" in (stderr if code else stdout)
    assert "Traceback" not in stderr
    assert run.status().state == "stopped"
    assert run.checkpoints.read(run.step) is not None


def test_ctrl_c_while_the_data_set_is_loaded(make_run, engine_process, tmp_path, monkeypatch):
    # Without decoded images loading takes long enough to be caught at it.
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path / "empty"))
    run = make_run(steps=100_000)
    process = engine_process(run)
    wait_until(lambda: run.status().message == "loading the data set")
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    # A KeyboardInterrupt that crosses an `exec`, as imports do, has CPython end by the signal: 130 too, says a shell.
    assert process.returncode in (130, -signal.SIGINT), stderr
    assert "hdd resume" in stderr
    assert "Traceback" not in stderr
    assert run.status().state == "stopped"


def test_commands_left_by_a_dead_engine_are_dropped(make_run, digits):
    run = make_run(steps=5)
    with pytest.raises(HDDError, match=r"has no engine now, so go would have no effect: `hdd resume"):
        run.command("go")
    run.request({"stop": None}, "a test", None)
    resume(run, data=digits)
    assert run.status().state == "finished"
    (edit,) = run.edits("refused")
    assert edit.reason == "the engine that it was sent to had ended"


def test_steps_that_are_made_already_are_refused(make_run, digits):
    run = resume(make_run(), until=8, data=digits)
    with pytest.raises(HDDError, match="steps=8 is not more than 8"):
        run.steer(steps=8)
    # It may have been asked for when the run had not come so far.
    run.request({"steps": 7}, "a test", None)
    resume(run, data=digits)
    assert run.step == 30
    (edit,) = run.edits("refused")
    assert "steps=7 is not more than 8" in edit.reason


def test_killed_engine_shows(make_run, engine_process):
    run = make_run(steps=100_000)
    process = engine_process(run)
    wait_until(lambda: run.step > 3)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: run.status().state == "killed", seconds=2)


def test_full_disk_is_one_message_and_nothing_is_lost(make_run, engine_process, finished_run):
    """A limit on file size stands in for the end of the disk: both make write() fail."""
    run = make_run("full", at={10: {"curvature": -4.0}, 20: {"image_lr": 0.5}})
    limit = (run.path / "run.db").stat().st_size + 40_000
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {resource.RLIM_INFINITY}))"
    process = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; sys.argv = ['hdd', 'resume', {str(run.path)!r}]; "
         "from hdd.cli import main; main()"],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert process.returncode == 2, process.stderr
    assert "Cannot write to" in process.stderr
    assert "Traceback" not in process.stderr
    assert not run.engine_alive()
    resume(run)
    np.testing.assert_array_equal(run.images(30), finished_run.images(30))


def test_engine_stops_when_its_run_is_removed(make_run, engine_process):
    run = make_run(steps=100_000)
    process = engine_process(run)
    wait_until(lambda: run.step > 3)
    shutil.rmtree(run.path, ignore_errors=True)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "was removed while its engine ran" in " ".join(stderr.split())
    assert "Traceback" not in stderr
