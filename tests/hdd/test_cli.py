"""The command line as users meet it: exit codes, one message for a mistake, and the README's commands as processes."""

import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest
from hdd_command import hdd, refused
from PIL import Image

from hdd import api, sets
from hdd.cli.evaluate import chosen_architectures
from hdd.conformance import Conformance
from hdd.methods import METHODS
from hdd.objectives import OBJECTIVES
from hdd.protocol import percent_text
from hdd.published import Distance
from hdd.runs.driver_lease import by
from hdd.runs.run import Run
from hdd.settings import Settings

SMALL = ["--set=network_width=8", "--set=real_batch=16", "--set=threads=1", "--ipc=2"]


def hdd_process(*arguments, cwd=None):
    return subprocess.run([sys.executable, "-m", "hdd", *arguments], capture_output=True, text=True, cwd=cwd)


def written(database):
    """All that a database holds, wherever SQLite keeps it: its file also changes when its log is emptied."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder in which runs/demo was made by the command line."""
    folder = tmp_path_factory.mktemp("demo")
    made = hdd_process(
        "distill", "--dataset", "digits", "--method", "hdd", "--steps", "20", "--seed", "0", "--out", "runs/demo",
        "--set", "curvature=-2", "--at", "10:curvature=-4", *SMALL, cwd=folder,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "finished at step 20 of 20" in made.stdout
    return folder


@pytest.mark.parametrize(
    "command", [["distill", "--set", "curvature=0"], ["resume", "nowhere"], ["distill", "--ipc", "x"]]
)
def test_a_mistake_is_one_message_and_exit_code_2(tmp_path, command):
    process = hdd_process(*command, cwd=tmp_path)
    assert process.returncode == 2
    assert process.stdout == ""
    assert "distilling" not in process.stderr
    assert process.stderr
    assert "Traceback" not in process.stderr


def test_distill_leaves_a_run_worth_looking_at(demo):
    run = Run(demo / "runs/demo")
    assert run.status().state == "finished"
    assert run.settings_at(0).curvature == -2
    assert run.settings.curvature == -4
    for name in ("synthetic.png", "loss.png"):
        with Image.open(run.path / name) as picture:
            picture.verify()


def test_replay_fork_and_lists(demo):
    told = hdd("replay", "runs/demo", "--out", "runs/again", cwd=demo)
    assert "bit-identical to runs/demo over 20 steps" in told.stdout
    hdd("fork", "runs/demo", "--step", "10", "--set", "curvature=-1", "--out", "runs/flat", cwd=demo)
    listed = json.loads(hdd("runs", "list", "--json", cwd=demo).stdout)
    assert [(each["run"], each["state"], each["step"]) for each in listed] == [
        ("runs/again", "finished", 20),
        ("runs/demo", "finished", 20),
        ("runs/flat", "finished", 20),
    ]
    assert "runs/flat" in hdd("runs", "list", cwd=demo).stdout
    shown = json.loads(hdd("runs", "show", "runs/flat", "--json", cwd=demo).stdout)
    assert shown["settings"]["curvature"] == -1
    assert shown["parent"]["step"] == 10
    assert "curvature → -1 (was -4): applied at step 10" in hdd("runs", "show", "runs/flat", cwd=demo).stdout


def test_replay_that_differs_exits_with_1(demo, tmp_path):
    """A ledger that does not tell what happened is found out."""
    hdd("replay", "runs/demo", "--out", str(tmp_path / "run"), cwd=demo)
    run = Run(tmp_path / "run")
    (edit,) = run.edits()
    run.decide(edit, "applied", 12, edit.old)
    told = hdd("replay", str(run.path), "--out", str(tmp_path / "again"), "--json", code=1)
    result = json.loads(told.stdout)
    assert not result["identical"]
    assert result["first_difference"] == 11


def test_rewind_and_resume(demo, tmp_path):
    hdd("fork", "runs/demo", "--step", "5", "--out", str(tmp_path / "run"), cwd=demo)
    told = hdd("rewind", str(tmp_path / "run"), "--step", "9").stdout
    assert "Discarded: steps: 11, evaluations: 0. Edits marked as rewound: 0." in told
    told = json.loads(hdd("rewind", str(tmp_path / "run"), "--step", "8", "--json").stdout)
    assert (told["step"], told["state"]) == (8, "stopped")
    hdd("resume", str(tmp_path / "run"), "--until", "9")
    told = json.loads(hdd("resume", str(tmp_path / "run"), "--steps", "12", "--json").stdout)
    assert (told["step"], told["state"]) == (12, "finished")


def test_evaluate_before_and_after(demo):
    for step in ("0", "20"):
        told = hdd("evaluate", "runs/demo", "--step", step, "--protocol", "quick", "--epochs", "20", "--width", "8",
                   "--json", cwd=demo)  # fmt: skip
        result = json.loads(told.stdout)
        assert result["step"] == int(step)
        assert len(result["accuracies"]) == 2
        assert 0.1 < result["mean"] < 1
    assert [each["step"] for each in Run(demo / "runs/demo").evaluations()] == [0, 20]


def test_a_baseline_is_recorded_beside_the_evaluations(demo):
    quick = ["--protocol", "quick", "--epochs", "2", "--networks", "1", "--width", "8"]
    told = hdd("evaluate", "runs/demo", "--baseline", "random", *quick, cwd=demo).stdout
    assert told.startswith("runs/demo, 2 random real images per class: ")
    assert "±" not in told
    baseline = Run(demo / "runs/demo").evaluations()[-1]
    assert (baseline["step"], baseline["protocol"]["images"]) == (0, "random real")
    assert baseline["took"]["seconds"] > 0 and baseline["took"]["host"]
    assert "random real images evaluated (quick, convnet): " in hdd("runs", "show", "runs/demo", cwd=demo).stdout
    assert "leave the step out" in refused("evaluate", "runs/demo", "--baseline", "random", "--step", "20", cwd=demo)


@pytest.mark.slow
def test_architectures_are_compared_in_a_table_and_with_baselines(demo, tmp_path):
    run = str(shutil.copytree(demo / "runs/demo", tmp_path / "run"))
    short = ["--protocol", "quick", "--epochs", "2", "--width", "8"]
    hdd("evaluate", run, "--baseline", "random", *short)
    told = hdd("evaluate", run, "--baseline", "full", "--protocol", "quick", "--width", "8").stdout
    # 300 steps, of which there are 6 in an epoch of the training part.
    assert "all real training images: " in told and "50 epochs" in told
    told = hdd("evaluate", run, *short, "--architectures", "convnet,mlp", "--json").stdout
    convnet, mlp = json.loads(told)
    assert [each["protocol"]["architecture"] for each in (convnet, mlp)] == ["convnet", "mlp"]
    random, full = (each["accuracies"] for each in Run(run).evaluations()[-4:-2])
    assert convnet["ior"]["mean"] == pytest.approx(convnet["mean"] - statistics.mean(random))
    assert convnet["hlr"]["mean"] == pytest.approx(statistics.mean(full) - convnet["mean"])
    assert mlp["ior"] is mlp["hlr"] is None
    table = hdd("evaluate", run, *short, "--architectures", "mlp,convnet").stdout
    for each in (convnet, mlp):
        (row,) = (line for line in table.splitlines() if f"│ {each['protocol']['architecture']} " in line)
        assert percent_text(each["mean"], each["sd"]) in row
    assert "Mean ± standard deviation over 2 networks, 2 epochs each; quick protocol" in table


def test_architectures_that_do_not_fit_are_left_out_or_refused(demo, tmp_path):
    run = str(shutil.copytree(demo / "runs/demo", tmp_path / "run"))
    before = Run(run).evaluations()
    assert "vgg11 needs images of at least 32×32 pixels" in refused("evaluate", run, "--architectures", "mlp,vgg11")
    assert Run(run).evaluations() == before, "nothing is trained before all are checked"
    assert "There is no network" in refused("evaluate", run, "--architectures", "cnn")
    names = chosen_architectures(Run(run), "all")
    assert names == ["convnet", "mlp", "lenet", "alexnet", "resnet18"]


def test_several_steps_are_evaluated_one_after_another(demo, tmp_path):
    run = str(shutil.copytree(demo / "runs/demo", tmp_path / "run"))
    short = ["--protocol", "quick", "--epochs", "1", "--networks", "1", "--width", "8"]
    found = json.loads(hdd("evaluate", run, "--steps", "0, 20,0", *short, "--json").stdout)
    assert [each["step"] for each in found] == [0, 20]
    table = hdd("evaluate", run, "--every", "10", *short).stdout
    assert [line.split()[1] for line in table.splitlines() if line.startswith("│")] == ["0", "10", "20"]
    recorded = Run(run).evaluations()[-5:]
    assert [each["step"] for each in recorded] == [0, 20, 0, 10, 20]
    assert recorded[0]["accuracies"] == recorded[2]["accuracies"] == found[0]["accuracies"]
    for wrong, told in {
        ("--steps", "0,7"): "No images of step 7 are kept",
        ("--steps", "0,x"): "'x' in --steps is not a step",
        ("--every", "30", "--step", "1"): "give one of them",
        ("--every", "10", "--baseline", "random"): "A baseline belongs to no step",
    }.items():
        assert told in refused("evaluate", run, *wrong)
    assert len(Run(run).evaluations()) == len(recorded) + len(Run(demo / "runs/demo").evaluations())


def test_prune_previews_what_is_kept_and_asks_for_it(demo, tmp_path):
    run = str(shutil.copytree(demo / "runs/demo", tmp_path / "run"))
    sheet = tmp_path / "sheet.png"
    given = ["--rate", "0.5", "--score", "origin", "--keep", "far"]
    found = json.loads(hdd("prune", run, *given, "--distilled", "--sheet", str(sheet), "--json").stdout)
    assert (found["step"], found["images"], found["kept"], found["kept_now"], found["kept_in_both"]) == (
        20,
        20,
        10,
        20,
        10,
    )
    assert all((each["kept"], each["kept_now"]) == (1, 2) for each in found["classes"])
    assert all(0 < each["lowest"] <= each["highest"] for each in found["classes"]) and found["edits"] == []
    with Image.open(sheet) as picture:
        assert picture.height > 10 * 32
    told = hdd("prune", run, "--rate", "0.95", "--distilled").stdout
    assert "rate 0.95, score centroid, lowest scores kept: 10 of 20 synthetic images stay" in told
    assert "At least one image of each class stays" in told
    real = json.loads(hdd("prune", run, "--rate", "0.2", "--json").stdout)
    assert real["kept"] == sum(round(0.8 * each["images"]) for each in real["classes"]) and real["images"] == 1442
    assert "rate 0, score centroid" in hdd("prune", run).stdout
    assert Run(run).edits() == Run(demo / "runs/demo").edits(), "a preview changes nothing"

    assert "pruning can only be previewed" in refused("prune", run, *given, "--distilled", "--apply")
    assert "resume it with more steps than 20" in refused("prune", run, *given, "--apply")
    assert "distilled_pruning_rate=2 is not allowed" in refused("prune", run, "--rate", "2", "--distilled")
    assert "nothing to apply" in refused("prune", run, "--apply")
    hdd("rewind", run, "--step", "10")
    told = hdd("prune", run, *given, "--distilled", "--apply").stdout
    assert "distilled_pruning_rate → 0.5: pending" in told and f"hdd resume {run}" in told
    assert [(edit.name, edit.value, edit.who) for edit in Run(run).pending()] == [
        ("distilled_pruning_rate", 0.5, by("hdd prune")),
        ("distilled_pruning_score", "origin", by("hdd prune")),
        ("distilled_pruning_keep", "far", by("hdd prune")),
    ]


def test_pruning_is_asked_for_at_a_step_with_a_reason(demo, tmp_path):
    run = str(shutil.copytree(demo / "runs/demo", tmp_path / "run"))
    hdd("rewind", run, "--step", "10")
    asked = ("prune", run, "--rate", "0.5", "--distilled")
    assert "give --apply too" in refused(*asked, "--at", "15")
    assert "give --apply too" in refused(*asked, "--note", "why")
    # What cannot be applied is refused before anything is scored or drawn.
    sheet = tmp_path / "sheet.png"
    assert "Step 5 has passed" in refused(*asked, "--apply", "--at", "5", "--sheet", str(sheet))
    assert "Step 20 will never be reached" in refused(*asked, "--apply", "--at", "20")
    assert not sheet.exists() and Run(run).pending() == []
    told = hdd(*asked, "--apply", "--at", "15", "--note", "to see <less>").stdout
    assert "distilled_pruning_rate → 0.5: pending for step 15 (to see <less>)" in told
    (edit,) = Run(run).pending()
    assert (edit.name, edit.value, edit.due, edit.note, edit.who) == (
        "distilled_pruning_rate",
        0.5,
        15,
        "to see <less>",
        by("hdd prune"),
    )
    hdd("resume", run)
    kept = [Run(run).mask_at(step).kept.sum() for step in (14, 16)]
    assert kept == [20, 10]


def test_the_set_of_a_finished_run_is_pruned_by_a_fork_at_its_last_step(demo, tmp_path):
    pruned = str(tmp_path / "pruned")
    hdd("fork", "runs/demo", "--step", "20", "--distilled-pruning-rate", "0.5", "--out", pruned, cwd=demo)
    whole, made = Run(demo / "runs/demo"), Run(pruned)
    mask = made.mask_at(20)
    assert made.status().state == "finished" and made.step == 20 and (mask.kept.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(made.images(20), whole.images(20))
    np.testing.assert_array_equal(made.synthetic().images, whole.images(20)[mask.kept])
    assert made.mask_at(19).kept.all() and made.synthetic(10).counts == (2,) * 10
    assert hdd("export", pruned, "--out", str(tmp_path / "set")).stdout.endswith("10 images of 10 classes, step 20\n")
    np.testing.assert_array_equal(sets.load(tmp_path / "set").images, made.synthetic().images)
    short = ["--protocol", "quick", "--epochs", "1", "--networks", "1", "--width", "8"]
    assert (
        f"{pruned}, 1 random real images per class: " in hdd("evaluate", pruned, "--baseline", "random", *short).stdout
    )
    told = hdd("evaluate", pruned, *short).stdout
    assert told.startswith(f"{pruned} at step 20, 1 images per class kept: ") and "improvement over random" in told
    assert [each["kept_ipc"] for each in made.evaluations()][-2:] == [1, 1]
    assert "improvement" not in hdd("evaluate", pruned, "--step", "10", *short).stdout, (
        "it had two images of each class"
    )


def test_export(demo, tmp_path):
    told = hdd("export", "runs/demo", "--out", str(tmp_path / "set"), cwd=demo)
    assert "20 images of 10 classes, step 20" in told.stdout
    made, run = sets.load(tmp_path / "set"), Run(demo / "runs/demo")
    np.testing.assert_array_equal(made.images.reshape(10, 2, 1, 16, 16), run.images(20))
    assert made.provenance["settings"] == run.settings.recorded()
    assert "is in use" in refused("export", "runs/demo", "--out", str(tmp_path / "set"), cwd=demo)


def test_what_a_message_says_to_set_can_be_set_in_every_command_that_reads_a_set(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(2):
            image = Image.new("RGB", (8 + number, 12), (60 * number, 9, 9))
            image.save(tmp_path / "pets" / name / f"{number}.png")
    made = sets.SyntheticSet(np.zeros((2, 3, 8, 8)), [0, 1], ("cat", "dog"), (0.5,) * 3, (0.25,) * 3)
    sets.save(made, tmp_path / "set")
    folder = f"folder:{tmp_path / 'pets'}"
    short = ("--networks", "1", "--epochs", "1", "--width", "4")
    commands = [("evaluate", "set", *short), ("export", "set", "--out", "out"), ("inspect", "set")]
    for command in commands:
        told = refused(*command, "--dataset", folder, cwd=tmp_path)
        assert "set Image size (--image-size N" in told
    evaluate, export, inspect = ([*each, "--dataset", folder, "--image-size", "8"] for each in commands)
    hdd(*evaluate, cwd=tmp_path)
    hdd(*inspect, cwd=tmp_path, code=1)
    (tmp_path / "pets/cat/x.png").write_bytes(b"")
    assert "--unreadable skip" in refused(*export, cwd=tmp_path)
    hdd(*export, "--unreadable", "skip", cwd=tmp_path)
    assert sets.load(tmp_path / "out").provenance["fitted to"]["dataset"] == folder
    told = refused("export", "set", "--out", "other", "--image-size", "8", cwd=tmp_path)
    assert "image_size is for the images of a data set: name one with --dataset" in told
    few = {"networks": 1, "epochs": 1, "width": 4}
    found = api.evaluate_set(tmp_path / "set", folder, image_size=8, unreadable="skip", **few)
    assert len(found.accuracies) == 1


def test_a_set_is_converted_inspected_evaluated_and_started_from(demo, tmp_path):
    told = hdd("export", "runs/demo@0", "--format", "folder", "--out", str(tmp_path / "images"), cwd=demo).stdout
    assert "20 images of 10 classes, step 0" in told
    (tmp_path / "images" / "manifest.json").unlink()
    hdd("export", "images", "--dataset", "digits", "--format", "kip", "--out", "set.npz", cwd=tmp_path)
    told = json.loads(hdd("inspect", "set.npz", "--dataset", "digits", "--json", cwd=tmp_path).stdout)
    assert told["images per class"] == 2 and told["suggested"] == {}
    lines = hdd("inspect", "set.npz", "--dataset", "digits", "--json-lines", cwd=tmp_path).stdout.splitlines()
    assert json.loads(lines[-1]) == {"result": told}
    lines = hdd("inspect", "no.npz", "--json-lines", cwd=tmp_path, code=2).stdout.splitlines()
    assert "There is no synthetic set at no.npz" in json.loads(lines[-1])["error"]
    told = hdd("inspect", "set.npz", "--dataset", "digits", "--as", "values=pixels", cwd=tmp_path, code=1).stdout
    assert "warning values: " in told and "Suggested: --as values='dataset'" in told
    short = ["--protocol", "quick", "--epochs", "1", "--networks", "1", "--width", "8"]
    told = hdd("evaluate", "set.npz", "--dataset", "digits", *short, cwd=tmp_path).stdout
    assert told.startswith("set.npz: ") and "test accuracy" in told
    assert "name the data set that tests it" in refused("evaluate", "set.npz", cwd=tmp_path)
    assert "leave out --dataset" in refused("evaluate", "runs/demo", "--dataset", "digits", cwd=demo)
    hdd("distill", "--init", "set.npz", "--out", "run", "--steps", "1", *SMALL, cwd=tmp_path)
    wanted = Run(demo / "runs/demo").to_pixels(Run(demo / "runs/demo").images(0))
    np.testing.assert_array_equal(Run(tmp_path / "run").to_pixels(Run(tmp_path / "run").given_initial_images()), wanted)
    assert "give --init SET too" in refused("distill", "--as", "values=unit")


def test_json_lines_of_distill(tmp_path):
    for name in ("train/a", "train/b", "test/a", "test/b"):
        folder = tmp_path / "images" / name
        folder.mkdir(parents=True)
        for number in range(3):
            Image.linear_gradient("L").resize((16, 16)).rotate(30 * number).save(folder / f"{number}.png")
    told = hdd("distill", "--dataset", "folder:images", "--steps=3", "--out=run", "--json-lines", *SMALL, cwd=tmp_path)
    reading, made, *steps, ended = map(json.loads, told.stdout.splitlines())
    assert reading == {"reading": 12, "of": 12}
    assert made == {"run": "run"}
    assert steps and all({*each} == {"step", "of", "loss"} for each in steps)
    assert ended["result"]["state"] == "finished"
    told = hdd("distill", "--out=run", "--json-lines", cwd=tmp_path, code=2)
    assert "holds another run" in json.loads(told.stdout)["error"]
    assert "holds another run" in told.stderr


def test_evaluate_says_how_far_the_published_accuracy_is(demo):
    found = Distance("idm-cifar10-ipc1", "IDM CIFAR-10 IPC 1", 0.456, "a table", 20_000, 0.02)
    small = ["--protocol", "quick", "--epochs", "1", "--width", "8", "--networks", "1"]
    with mock.patch("hdd.cli.evaluate.distance", lambda initial, steered, evaluation: found):
        told = hdd("evaluate", "runs/demo", *small, cwd=demo).stdout
        assert "% is 2.0 points above the published 45.6 % of IDM CIFAR-10 IPC 1 (20,000 steps; a table)" in told
        assert (
            json.loads(hdd("evaluate", "runs/demo", *small, "--json", cwd=demo).stdout)["published"] == found.as_dict()
        )
    assert json.loads(hdd("evaluate", "runs/demo", *small, "--json", cwd=demo).stdout)["published"] is None


def test_json_lines_of_evaluate(demo):
    told = hdd("evaluate", "runs/demo", "--epochs=3", "--networks=1", "--width=8", "--json-lines", cwd=demo)
    named, begun, *progress, ended = map(json.loads, told.stdout.splitlines())
    assert (named, begun) == ({"architectures": ["convnet"]}, {"architecture": "convnet", "accuracies": []})
    assert progress[0] == {"done": 1, "total": 3}
    assert progress[-1] == {"architecture": "convnet", "accuracies": ended["result"]["accuracies"]}
    assert ended["result"]["step"] == 20
    assert len(ended["result"]["accuracies"]) == 1


def test_json_lines_of_several_steps_say_which_step_is_next(demo, tmp_path):
    run = str(shutil.copytree(demo / "runs/demo", tmp_path / "run"))
    short = ["--epochs=1", "--networks=1", "--width=8", "--json-lines"]
    first, *lines = map(json.loads, hdd("evaluate", run, "--steps", "0,20", *short).stdout.splitlines())
    assert first == {"architectures": ["convnet"], "steps": [0, 20]}
    begun = [line["step"] for line in lines if line.get("accuracies") == []]
    assert begun == [line["result"]["step"] for line in lines if "result" in line] == [0, 20]
    assert [line["total"] for line in lines if "total" in line] == [2, 2]


@pytest.mark.parametrize("option", [[], pytest.param(["--json"], marks=pytest.mark.slow), ["--json-lines"]])
def test_output_that_nobody_reads(tmp_path, option):
    """The reader of both streams goes away before the first line, as `2>&1 | head -0` does."""
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "hdd", "distill", "--steps=3", "--out=run", *SMALL, *option],
        stdout=writer, stderr=writer, cwd=tmp_path,
    )  # fmt: skip
    os.close(reader)
    os.close(writer)
    assert process.wait(timeout=120) == 0
    assert Run(tmp_path / "run").status().state == "finished"


def test_steer_without_an_engine_waits_for_one(demo, tmp_path):
    hdd("fork", "runs/demo", "--step", "5", "--set", "steps=8", "--out", str(tmp_path / "run"), cwd=demo)
    hdd("rewind", str(tmp_path / "run"), "--step", "6")
    told = hdd("steer", str(tmp_path / "run"), "--set", "weight=3", "--note", "too flat")
    assert "weight → 3: pending (too flat)" in told.stdout
    assert "hdd resume" in told.stdout
    assert "so go would have no effect: `hdd resume" in refused(
        "steer", str(tmp_path / "run"), "go", "--set", "weight=4"
    )
    hdd("resume", str(tmp_path / "run"))
    assert [edit.value for edit in Run(tmp_path / "run").edits() if edit.name == "weight"] == [3]
    assert "applied at step 6 (too flat)" in hdd("runs", "show", str(tmp_path / "run")).stdout


def test_runs_are_renamed_noted_and_deleted(demo, tmp_path):
    hdd("fork", "runs/demo", "--step", "5", "--set", "steps=8", "--out", str(tmp_path / "fork"), cwd=demo)
    assert "fork is now renamed" in hdd("runs", "rename", "fork", "renamed", cwd=tmp_path).stdout
    hdd("runs", "note", "renamed", "a short one", cwd=tmp_path)
    (listed,) = json.loads(hdd("runs", "list", ".", "--json", cwd=tmp_path).stdout)
    assert (listed["run"], listed["note"], listed["parent"]["step"]) == ("renamed", "a short one", 5)
    table = hdd("runs", "list", ".", cwd=tmp_path).stdout
    assert "note" in table and "accuracy" not in table
    assert "Note: a short one" in hdd("runs", "show", "renamed", cwd=tmp_path).stdout
    assert "Deleted renamed" in hdd("runs", "delete", "renamed", "--yes", cwd=tmp_path).stdout
    assert list(tmp_path.iterdir()) == []


def test_knobs():
    knobs = {each["name"]: each for each in json.loads(hdd("knobs", "--json").stdout)}
    assert tuple(knobs) == Settings.names()
    assert knobs["curvature"] == {
        "name": "curvature",
        "what": "Curvature K",
        "unit": "1/length²",
        "group": "Geometry",
        "default": -1.0,
        "allowed": "a number ≥ -10000 and < 0",
        "steerable": True,
        "doc": Settings.knob("curvature").doc,
    }
    assert not knobs["ipc"]["steerable"]
    assert "curvature" in hdd("knobs").stdout


@pytest.mark.slow
def test_bench():
    told = hdd("bench", "--steps=1", "--set=network_width=4", "--set=real_batch=8", "--ipc=1", "--json")
    result = json.loads(told.stdout)
    assert result["ratio"] > 0
    assert result["command to first recorded step, seconds"] > 0
    assert sum(result["stages of the fastest step, % of its time"].values()) == pytest.approx(100, abs=1)


def test_datasets():
    names = [each["name"] for each in json.loads(hdd("datasets", "--json").stdout)]
    assert names == ["digits", "mnist", "fashion-mnist", "cifar10", "cifar100", "svhn"]
    assert "folder:PATH" in hdd("datasets").stdout


def test_datasets_shows_what_a_folder_holds(tmp_path):
    for name, count in (("[red]cat", 5), ("dog", 2)):
        for number in range(count):
            file = tmp_path / "pets" / name / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.linear_gradient("L").resize((12, 10)).save(file)
    (tmp_path / "pets/dog/9.png").write_bytes(b"")
    assert "dog/9.png (no known image format) cannot be read" in refused("datasets", "folder:pets", cwd=tmp_path)
    assert "unreadable is for the images of a folder" in refused("datasets", "--unreadable", "skip", cwd=tmp_path)
    asked = ("datasets", "folder:pets", "--unreadable", "skip")
    told = hdd(*asked, cwd=tmp_path).stdout
    assert "folder:pets: 2 classes, 5 training and 2 test images of 1×10×12" in told
    assert "[red]cat" in told and "is held out" in told and "are left out: dog/9.png" in told
    found = json.loads(hdd(*asked, "--image-size", "8", "--json", cwd=tmp_path).stdout)
    assert found["shape"] == [1, 8, 8] and len(found["notes"]) == 2
    assert found["classes"] == [{"name": "[red]cat", "train": 4, "test": 1}, {"name": "dog", "train": 1, "test": 1}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "digit"], "Did you mean digits?"),
        (["--dataset", "folder:nowhere"], "nowhere"),
        (["--method", "kip"], "There is no method 'kip'. Give one of dm, idm."),
        (["--objective", "hddd"], "objective='hddd' is not allowed: give one of hdd, mean"),
        (["--method", "dm", "--set", "method=dm"], "method is given twice"),
        (["--preset", "best"], "'best' is not one of"),
        (["--set", "curvature=0"], "curvature=0 is not allowed: give a number ≥ -10000 and < 0"),
        (["--set", "curvature=red"], "curvature='red' is not allowed"),
        (["--set", "curvatur=-1"], "Did you mean curvature?"),
        (["--set", "curvature"], "is not of the form KNOB=VALUE"),
        (["--ipc", "2", "--set", "ipc=3"], "ipc is given twice: as 2, and as 3 by --set"),
        (["--dataset", "mnist", "--set", "dataset=digits"], "dataset is given twice"),
        (["--set", "curvature=-1", "--set", "curvature=-2"], "curvature is given twice"),
        (["--at", "5:steps=5"], "steps=5 is not more than 5"),
        (["--out", "/proc/new"], "The directory /proc/new cannot be made (No such file or directory)"),
        (["--out", __file__], "is a file: give a directory"),
        (["--out", f"{__file__}/new"], "cannot be made (Not a directory)"),
        (["--at", "5:weight=1", "--at", "5:weight=2"], "weight is given twice"),
        (["--at", "curvature=-1"], "is not of the form STEP:KNOB=VALUE"),
        (["--at", "5:ipc=3"], "ipc is fixed when a run is made"),
        (["--at", "5000:curvature=-1"], "There is no step 5000"),
        (["--ipc", "1000"], "ipc=1000 is more than the 140 training images of class"),
        (["--ipc", "0"], "ipc=0 is not allowed"),
        (["--device", "cuda:99"], "device='cuda:99' is not available on this machine"),
        (["--device", "gpu"], "device='gpu' is not allowed: give one of auto, cpu"),
        (["--set", "network_depth=6"], "network_depth=6 is too deep for images of 16×16"),
    ],
)
def test_bad_input_to_distill(tmp_path, arguments, message):
    assert message in refused("distill", "--out", "new", *arguments, cwd=tmp_path)
    assert not (tmp_path / "new" / "run.db").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["distill", "--out", "runs/demo"], "holds another run"),
        (["replay", "runs/demo", "--out", "runs/demo"], "holds another run"),
        (["fork", "runs/demo", "--step", "21", "--out", "new"], "give a step from 0 to 20"),
        (["fork", "runs/demo", "--step", "3", "--set", "ipc=3", "--out", "new"], "ipc is fixed"),
        (["rewind", "runs/demo", "--step", "99"], "give a step from 0 to 20"),
        (["steer", "runs/demo", "--set", "curvature=-1"], "is finished at step 20, so edits have no effect"),
        (["steer", "runs/demo"], "There is nothing to do"),
        (["steer", "runs/demo", "pause", "--note", "why"], "--note says why knobs are changed, but none is"),
        (["runs", "rename", "runs/demo", "../demo"], "'../demo' cannot name a run"),
        (["steer", "runs/demo", "faster"], "give pause, go, step or stop"),
        (["steer", "runs/demo", "pause", "--count", "3"], "--count 3 is allowed only with the command step"),
        (["fork", "runs/demo", "--step", "10", "--set", "steps=10", "--out", "new"], "steps=10 is not more than 10"),
        (["runs", "list", "nothing"], "There is no folder nothing"),
        (["resume", "runs/demo"], "is finished at step 20"),
        (["resume", "runs"], "There is no run in runs"),
        (["evaluate", "runs/demo", "--step", "7"], "No images of step 7 are kept"),
        (["evaluate", "runs/demo", "--protocol", "fast"], "give one of full, quick"),
        (["runs", "show", "runs/nothing"], "There is no run in runs/nothing"),
    ],
)
def test_bad_input_to_a_run(demo, arguments, message):
    before = written(demo / "runs/demo/run.db")
    assert message in refused(*arguments, cwd=demo)
    assert written(demo / "runs/demo/run.db") == before
    assert not (demo / "new").exists()


def test_markup_in_names_is_text(tmp_path):
    assert "[bold]x[/bold]" in refused("resume", "[bold]x[/bold]", cwd=tmp_path)


def test_check_of_everything_leaves_out_what_needs_a_package_that_is_not_installed():
    kept = Conformance("any", (), 1.0)

    def look(name):
        OBJECTIVES.get(name).check()
        return kept

    with (
        mock.patch("hdd.objectives.ot.find_spec", lambda name: None),
        mock.patch("hdd.conformance.check_objective", look),
        mock.patch("hdd.conformance.check_method", lambda name: kept),
    ):
        told = hdd("check")
        assert "objective ot is left out: The objective ot needs the package POT" in " ".join(told.stderr.split())
        assert told.stdout.count("keeps all rules") == len(METHODS.names()) + len(OBJECTIVES.names()) - 1
        assert 'pip install "hdd-workbench[ot]"' in refused("check", "ot")
