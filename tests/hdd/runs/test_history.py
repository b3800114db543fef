import numpy as np
import pytest
from waiting import wait_until

from hdd import api
from hdd.errors import HDDError
from hdd.objectives import OBJECTIVES
from hdd.runs.history import find_runs, first_difference, fork, rewind
from hdd.runs.resume import resume


def test_replay_is_bit_identical(finished_run, tmp_path):
    again, difference = api.replay(finished_run, tmp_path / "again")
    assert difference is None
    np.testing.assert_array_equal(again.images(30), finished_run.images(30))
    assert [(e.name, e.value, e.step) for e in again.edits()] == [
        (e.name, e.value, e.step) for e in finished_run.edits()
    ]


def test_a_run_steered_ten_times_from_another_process_replays(make_run, engine_process, tmp_path):
    run = make_run(steps=100_000)
    process = engine_process(run)
    changes = [
        {"curvature": -4.0},
        {"weight": 5.0},
        {"pruning_rate": 0.7},
        {"pruning_keep": "far"},
        {"feature_scale": "auto"},
        {"centroid": "karcher"},
        {"objective": "mean"},
        {"image_lr": 0.2},
        {"augmentation": "crop_rotate"},
        {"real_batch": 9, "clamp": 2.0},
    ]
    for change in changes:
        stands = run.step
        wait_until(lambda: run.step > stands + 2)  # noqa: B023
        run.steer(who="another process", **change)
        wait_until(lambda: not run.pending())
    run.command("stop")
    assert process.wait(timeout=60) == 0
    assert [name for change in changes for name in change] == [e.name for e in run.edits("applied")][:-1]
    _, difference = api.replay(run, tmp_path / "again")
    assert difference is None


def test_comparison_finds_the_first_difference(finished_run, make_run, digits):
    other = resume(make_run("other", at={10: {"curvature": -4.0}}), data=digits)
    # image_lr changes at 20, so step 20 is the last that is the same in both.
    assert first_difference(finished_run, other) == 22
    assert first_difference(finished_run, finished_run) is None


def test_a_stop_right_after_an_edit_is_no_difference(make_run, digits, tmp_path):
    """The one run's last checkpoint is written after the edit of its step, the other's first one before it."""
    run = resume(make_run(at={12: {"curvature": -4.0, "feature_scale": "auto"}}), until=12, data=digits)
    other = resume(make_run("other", at={12: {"curvature": -4.0, "feature_scale": "auto"}}), until=13, data=digits)
    before = other.checkpoints.read(13) | {"step": np.int64(12), "images": run.checkpoints.read(12)["images"]}
    other.checkpoints.write(12, before | {"feature_scale": np.float64(1.0)})
    assert first_difference(run, other) is None
    assert first_difference(other, run) is None


# They share all that is tested here, so one of them stands for the others in the quick tests.
@pytest.mark.parametrize(
    "objective",
    [pytest.param(each, marks=() if each == "energy" else pytest.mark.slow) for each in OBJECTIVES.names()[1:]],
)
def test_a_switch_of_objectives_is_resumed_rewound_and_replayed(make_run, digits, tmp_path, objective):
    at = {4: {"objective": objective, "gradient_norm": "auto"}, 8: {"objective": "hdd"}}
    run = resume(make_run(at=at), until=12, data=digits)
    last, first = run.metrics()[7:9]
    np.testing.assert_allclose(first.column("gradient_norm"), last.column("gradient_norm"), rtol=1e-5)
    pieces = make_run("pieces", at=at)
    for until in (4, 5, 8, 12):
        resume(pieces, until=until, data=digits)
    assert first_difference(run, pieces) is None
    before = run.images(12)
    rewind(run, 8)
    resume(run, until=12, data=digits)
    np.testing.assert_array_equal(run.images(12), before)
    assert first_difference(run, pieces) is None
    assert api.replay(run, tmp_path / "again")[1] is None


def test_replay_of_an_unfinished_run_stops_where_it_stands(make_run, digits, tmp_path):
    run = resume(make_run(), until=12, data=digits)
    again, difference = api.replay(run, tmp_path / "again")
    assert difference is None
    assert again.step == 12


def test_fork_shares_the_past_and_leaves_the_parent(finished_run, tmp_path):
    before = finished_run.metrics()[-1]
    child = api.fork(finished_run, 15, tmp_path / "child", {"curvature": -0.5})
    assert child.step == 30
    assert [e.name for e in child.edits("applied")] == ["curvature", "curvature"]
    assert child.settings_at(14).curvature == -4.0
    assert child.settings.curvature == -0.5
    assert child.settings.image_lr == 1.0
    for mine, theirs in zip(child.metrics(until=15), finished_run.metrics(until=15), strict=True):
        assert mine.classes.tobytes() == theirs.classes.tobytes()
    assert child.meta("parent")["step"] == 15
    assert first_difference(finished_run, child) == 16
    assert finished_run.metrics()[-1].loss == before.loss
    again, difference = api.replay(child, tmp_path / "again")
    assert difference is None
    assert again.step == 30


def test_fork_without_edits_is_the_same_run(make_run, digits, finished_run, tmp_path):
    child = api.fork(finished_run, 25, tmp_path / "same")
    assert first_difference(finished_run, child) is None
    np.testing.assert_array_equal(child.images(30), finished_run.images(30))


def test_rewind_then_other_edits(finished_run, digits, tmp_path):
    rewind(finished_run, 15)
    assert finished_run.step == 15
    assert finished_run.status().state == "stopped"
    assert max(finished_run.kept_steps()) <= 15
    assert [e.status for e in finished_run.edits()] == ["applied", "rewound"]
    finished_run.steer(weight=5.0)
    resume(finished_run, data=digits)
    assert finished_run.step == 30
    _, difference = api.replay(finished_run, tmp_path / "again")
    assert difference is None


def test_rewind_and_the_same_way_again_changes_no_bit(finished_run, digits):
    images = finished_run.images(30)
    rewind(finished_run, 7)
    for step, change in ((10, {"curvature": -4.0}), (20, {"image_lr": 0.5})):
        finished_run.steer(at=step, **change)
    resume(finished_run, data=digits)
    np.testing.assert_array_equal(finished_run.images(30), images)


def test_what_waits_at_a_rewind(make_run, digits, tmp_path):
    """What was to act at once was meant for what is taken back; what waits for a step goes on waiting."""
    run = resume(make_run(at={20: {"curvature": -4.0}}), until=12, data=digits)
    run.steer(weight=3.0)
    rewind(run, 12)
    assert [edit.status for edit in run.edits()] == ["pending", "pending"]
    rewind(run, 8)
    assert [edit.status for edit in run.edits()] == ["pending", "rewound"]
    run.steer(weight=5.0)
    resume(run, data=digits)
    assert [(e.name, e.value, e.step) for e in run.steered()] == [("weight", 5.0, 8), ("curvature", -4.0, 20)]
    _, difference = api.replay(run, tmp_path / "again")
    assert difference is None


def test_what_waits_at_a_rewind_of_an_engine(make_run, digits):
    run = resume(make_run(), until=12, data=digits)
    # From a damaged checkpoint the engine first catches up, and what acts at once waits meanwhile.
    run.checkpoints.drop(run.checkpoints.steps())
    before = run.request({"weight": 3.0}, "a test", None)
    told = []

    def on_step(record):
        if not told:
            told.append(run.command("rewind", 5))
            told.extend(run.steer(weight=5.0))
            run.command("go")

    resume(run, data=digits, on_step=on_step)
    assert {edit.id: edit.status for edit in run.edits()} == dict.fromkeys([*told, told[-1] + 1], "applied") | {
        before[0]: "rewound"
    }
    assert [(e.value, e.step) for e in run.steered()] == [(5.0, 5)]


@pytest.mark.parametrize("step", [-1, 31])
def test_steps_that_are_not_there(finished_run, tmp_path, step):
    with pytest.raises(HDDError, match="give a step from 0 to 30"):
        rewind(finished_run, step)
    with pytest.raises(HDDError, match="give a step from 0 to 30"):
        fork(finished_run, step, tmp_path / "child")
    assert not (tmp_path / "child").exists()


def test_fork_checks_edits_first(finished_run, tmp_path):
    with pytest.raises(HDDError, match="curvature=3"):
        fork(finished_run, 10, tmp_path / "child", {"curvature": 3.0})
    with pytest.raises(HDDError, match="ipc is fixed"):
        fork(finished_run, 10, tmp_path / "child", {"ipc": 3})
    assert not (tmp_path / "child").exists()


def test_pruning_is_replayed(make_run, digits, tmp_path):
    run = make_run(at={3: {"pruning_rate": 0.5, "pruning_keep": "far"}, 6: {"pruning_rate": 0.0}}, steps=9)
    resume(run, data=digits)
    _, difference = api.replay(run, tmp_path / "again")
    assert difference is None


def test_find_runs(make_run, tmp_path):
    make_run("b")
    make_run("a")
    (tmp_path / "c").mkdir()
    assert [run.path.name for run in find_runs(tmp_path)] == ["a", "b"]
    assert [run.path.name for run in find_runs(tmp_path / "a")] == ["a"]
    assert find_runs(tmp_path / "nowhere") == []


def test_an_edit_at_the_checkpoint_that_a_rewind_restores_is_made_again(make_run, digits, tmp_path):
    run = resume(make_run(), until=10, data=digits)
    assert run.checkpoints.steps()[-1] == 10
    run.steer(curvature=-9.0)
    told = []

    def on_step(record):
        if record.step == 20 and not told:
            told.append(run.command("rewind", 12))
            run.command("go")

    resume(run, data=digits, on_step=on_step)
    assert run.rewinds() == 1
    assert [(edit.step, edit.value) for edit in run.steered()] == [(10, -9.0)]
    _, difference = api.replay(run, tmp_path / "again")
    assert difference is None
