import dataclasses
import json
import sqlite3

import numpy as np
import pytest
from safetensors.numpy import save

from hdd.errors import HDDError
from hdd.records import StepRecord
from hdd.runs.history import first_difference, fork, rewind
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.settings import Settings


def test_no_run(tmp_path):
    with pytest.raises(HDDError, match="There is no run in"):
        Run(tmp_path)


def test_create_refuses_a_directory_in_use(make_run, tmp_path):
    make_run("one")
    with pytest.raises(HDDError, match="holds another run"):
        make_run("one")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("precious")
    with pytest.raises(HDDError, match="is not empty"):
        make_run("full")
    assert (tmp_path / "full" / "thesis.tex").read_text() == "precious"


def test_failed_creation_leaves_nothing(make_run, tmp_path):
    with pytest.raises(HDDError, match="step 30"):
        make_run("late", at={30: {"curvature": -2.0}})
    with pytest.raises(HDDError, match="curvature=1"):
        make_run("bad", at={3: {"curvature": 1.0}})
    with pytest.raises(HDDError, match=r"ipc=5000 is more than the 1.. training images of class"):
        make_run("many", ipc=5000)
    assert list(tmp_path.iterdir()) == []


def test_newer_schema_is_refused_and_untouched(make_run):
    run = make_run()
    run.close()
    database = sqlite3.connect(run.path / "run.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = (run.path / "run.db").read_bytes()
    with pytest.raises(HDDError, match=r"schema 99.*Upgrade"):
        Run(run.path)
    assert (run.path / "run.db").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no database, but some text that is long enough to be read" * 20])
def test_foreign_database_is_refused(tmp_path, content):
    (tmp_path / "run.db").write_bytes(content)
    with pytest.raises(HDDError, match="not a run's database"):
        Run(tmp_path)


def test_a_metrics_table_of_unknown_columns_is_read(make_run, digits, tmp_path):
    run = resume(make_run(), until=4, data=digits)
    kept = run.metrics()[-1]
    names = (*kept.columns, "surprise")
    run.write_metrics(
        dataclasses.replace(kept, step=5, classes=np.full((10, len(names)), 3, np.float32), columns=names)
    )
    run.write_metrics(dataclasses.replace(kept, step=6))
    # Another version may keep more beside the record itself.
    with sqlite3.connect(run.path / "run.db") as database:
        database.execute("ALTER TABLE metrics ADD COLUMN joules REAL")
    database.close()
    records = run.metrics()
    assert [record.columns for record in records] == [kept.columns] * 4 + [names, kept.columns]
    assert (records[4].column("surprise") == 3).all()
    assert np.isnan(records[3].column("surprise")).all()
    child = fork(run, 5, tmp_path / "child")
    assert [record.columns for record in child.metrics()] == [kept.columns] * 4 + [names]
    resume(run, until=8, data=digits)
    assert run.step == 8
    rewind(run, 4)
    resume(run, until=6, data=digits)
    assert {record.columns for record in run.metrics()} == {kept.columns}
    assert first_difference(run, child) == 5


def test_a_step_made_again_with_other_columns_leaves_those_that_follow(make_run):
    run = make_run()
    old, new = ("a", "b"), ("a", "b", "c")
    for step in range(1, 5):
        run.write_metrics(StepRecord(step, 1.0, 1.0, 0.1, np.full((10, 2), step, np.float32), old))
    for step in (2, 3):
        run.write_metrics(StepRecord(step, 1.0, 1.0, 0.1, np.full((10, 3), step, np.float32), new))
    assert [record.columns for record in run.metrics()] == [old, new, new, old]
    assert [record.column("b")[0] for record in run.metrics()] == [1, 2, 3, 4]


def test_a_record_that_does_not_fit_its_columns_is_one_message(make_run):
    run = make_run()
    run.write_metrics(StepRecord(1, 1.0, 1.0, 0.1, np.zeros((10, 2), np.float32), ("a", "b")))
    with sqlite3.connect(run.path / "run.db") as database:
        database.execute("UPDATE metric_columns SET names = ?", (json.dumps(["a", "b", "c"]),))
    database.close()
    with pytest.raises(HDDError, match=r"The record of step 1 in .* does not have the 3 columns"):
        run.metrics()


def test_steer_checks_before_it_writes(make_run):
    run = make_run()
    for changes, message in (
        ({"curvature": 0.5}, "curvature=0.5"),
        ({"weight": 3.0, "ipc": 4}, "ipc is fixed"),
        ({"curvatur": -1.0}, "Did you mean curvature"),
    ):
        with pytest.raises(HDDError, match=message):
            run.steer(**changes)
    assert run.edits() == []


def test_ledger_and_settings(finished_run):
    run = finished_run
    assert [(e.name, e.old, e.value, e.step, e.status, e.who) for e in run.edits()] == [
        ("curvature", -1.0, -4.0, 10, "applied", "python"),
        ("image_lr", 1.0, 0.5, 20, "applied", "python"),
    ]
    assert [run.settings_at(step).curvature for step in (0, 9, 10, 30)] == [-1.0, -1.0, -4.0, -4.0]
    assert run.settings.image_lr == 0.5
    assert run.initial_settings.values() == Settings(**run.initial_settings.values()).values()


def test_edits_act_from_the_step_after_theirs(finished_run):
    radius = [record.column("real_radius_q50").mean() for record in finished_run.metrics()]
    # Steps 1 to 10 ran at K = −1, so √|K|·radius doubles from step 11 on.
    assert np.median(radius[10:]) / np.median(radius[:10]) == pytest.approx(2, rel=0.05)
    assert radius[9] == pytest.approx(2, rel=0.15)
    assert radius[10] == pytest.approx(4, rel=0.15)


def test_images_of_kept_and_other_steps(finished_run):
    run = finished_run
    assert {0, 5, 10, 30} <= set(run.kept_steps())
    images = run.images(5)
    assert images.shape == (10, 2, 1, 16, 16)
    assert images.dtype == np.float32
    pixels = run.to_pixels(images)
    assert pixels.dtype == np.uint8
    with pytest.raises(HDDError, match=r"No images of step 7 are kept.*nearest"):
        run.images(7)


def test_finished_run_takes_no_edit(finished_run):
    with pytest.raises(HDDError, match=r"is finished at step 30.*fork"):
        finished_run.steer(curvature=-2.0)
    with pytest.raises(HDDError, match="is finished"):
        finished_run.command("pause")
    assert len(finished_run.edits()) == 2


def test_edit_of_a_passed_step(make_run, digits):
    run = resume(make_run(), until=8, data=digits)
    with pytest.raises(HDDError, match=r"Step 3 has passed, because .* is at step 8"):
        run.steer(at=3, curvature=-2.0)


def test_edit_of_a_step_that_never_comes(make_run):
    run = make_run()
    with pytest.raises(HDDError, match=r"Step 30 will never be reached, because .* has 30 steps"):
        run.steer(at=30, curvature=-2.0)
    run.steer(steps=40)
    run.steer(at=39, curvature=-2.0)
    run.steer(at=45, curvature=-2.0, steps=50)


def test_metrics_slices(finished_run):
    assert [record.step for record in finished_run.metrics(after=10, until=13)] == [11, 12, 13]
    record = finished_run.metrics()[0]
    assert record.classes.shape == (10, len(record.columns))
    assert record.loss == pytest.approx(record.column("loss").sum(), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hurry", None, "There is no command 'hurry'"),
        ("rewind", None, "rewind takes a number of steps ≥ 0, not None"),
        ("step", 0, "step takes a number of steps ≥ 1, not 0"),
        ("pause", 3, "pause takes no value, not 3"),
    ],
)
def test_commands_are_checked(make_run, name, value, message):
    run = make_run()
    with pytest.raises(HDDError, match=message):
        run.command(name, value)
    assert run.edits() == []


def test_damaged_or_older_frame_reads_as_none(make_run):
    run = make_run()
    run.watch()
    clipped = {"images": np.zeros((10, 2, 1, 16, 16), np.uint8), "step": np.array(3)}
    for content in (b"", b"\x00" * 40, save({"images": np.zeros(3)}), save(clipped)):
        (run.path / "live" / "frame.safetensors").write_bytes(content)
        assert run.frame() is None


def test_version_tells_of_what_others_write(make_run):
    run = make_run()
    before = run.version()
    assert run.version() == before
    other = Run(run.path)
    other.steer(curvature=-2.0)
    assert run.version() != before


def test_rewinds_are_counted(finished_run):
    assert finished_run.rewinds() == 0
    rewind(finished_run, 20)
    rewind(finished_run, 20)
    assert finished_run.rewinds() == 2
