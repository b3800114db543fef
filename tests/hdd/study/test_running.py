"""Studies that are run, killed, continued and refused, on the digits."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest
from filelock import FileLock
from hdd_command import refused
from study_files import TINY
from waiting import wait_until

from hdd import api
from hdd.cli.study import study as command
from hdd.errors import InUseError, InvalidInputError, RunStateError
from hdd.paths import holds_run
from hdd.runs.history import find_runs, first_difference
from hdd.runs.run import Run
from hdd.study.declaration import STUDY_FILE, read_study
from hdd.study.pace import seconds_left
from hdd.study.results import read_results
from hdd.study.running import OnStudy, run_study
from hdd.study.table import make_table

LONGER = {**TINY["base"], "steps": 6}
EVALUATE = TINY["evaluate"]
ARMS = {"mean": {"objective": "mean"}, "hdd": {}, "real": {"baseline": "random"}}


class Told:
    """What a study that runs tells."""

    def __init__(self):
        self.cells, self.left = [], []
        self.steps = self.epochs = 0

    def callbacks(self):
        return OnStudy(self.on_start, self.on_cell, self.on_step, self.on_epoch, self.on_done)

    def on_start(self, results):
        self.left.append(seconds_left(results))

    def on_cell(self, cell):
        self.cells.append(cell.label)

    def on_step(self, record):
        self.steps += 1

    def on_epoch(self, done, total):
        self.epochs += 1

    def on_done(self, cell, results):
        self.left.append(seconds_left(results))


@pytest.mark.parametrize("there", [False, True])
def test_a_study_whose_data_cannot_be_loaded_leaves_nothing(write, tmp_path, there):
    declared = write(base={**TINY["base"], "dataset": f"folder:{tmp_path / 'nowhere'}"})
    if there:
        (tmp_path / "runs" / "own").mkdir(parents=True)
    before = {*tmp_path.rglob("*")}
    told = refused("study", str(declared), "--out", str(tmp_path / "runs" / "own"))
    assert "There is no folder" in told
    assert {*tmp_path.rglob("*")} == before


def run(study, folder):
    told = Told()
    run_study(study, folder, told.callbacks())
    return told


@pytest.fixture
def hdd_process():
    """Starts `hdd` in a process of its own; ended with the test."""
    started = []

    def start(*arguments):
        command = [sys.executable, "-m", "hdd", *map(str, arguments)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def finished(tmp_path_factory, module_write):
    """A finished study with a baseline and two steps, its folder, and what it told."""
    study = read_study(module_write(arms=ARMS, base=LONGER, evaluate={**EVALUATE, "steps": [2]}))
    folder = tmp_path_factory.mktemp("studies") / "tiny"
    return study, folder, run(study, folder)


def test_each_cell_is_an_ordinary_run_with_its_evaluations(finished):
    study, folder, told = finished
    assert told.cells == [cell.label for cell in study.cells()]
    assert (told.steps, told.epochs) == (6 * 4, 2 * 2 * (4 * 2 + 2))
    assert {each.path.name for each in find_runs(folder)} == {cell.run_name for cell in study.cells()}
    made = Run(folder / "hdd,seed=1")
    assert (made.status().state, made.step, made.initial_settings.seed) == ("finished", 6, 1)
    assert [(each["step"], each["protocol"]["seed"]) for each in made.evaluations()] == [(2, 1), (6, 1)]
    again = api.evaluate(made, step=6, protocol="full", epochs=2, networks=2, width=4, seed=1)
    assert again.accuracies == made.evaluations()[1]["accuracies"]
    (baseline,) = Run(folder / "real,seed=0").evaluations()
    assert (baseline["step"], baseline["protocol"]["images"]) == (0, "random real")


def test_the_table_is_worked_out_from_the_runs(finished):
    study, folder, _ = finished
    rows = {row.label: row for row in make_table(study, read_results(study, folder)).rows}
    found = [[np.mean(Run(folder / f"{arm},seed={s}").evaluations()[-1]["accuracies"]) for s in (0, 1)] for arm in ARMS]
    assert [rows[arm].accuracy.values for arm in ARMS] == [tuple(each) for each in found]
    assert rows["hdd"].difference.values == pytest.approx(np.subtract(found[1], found[0]))
    assert rows["real"].accuracy_at(2) == rows["real"].accuracy_at(6) == rows["real"].accuracy
    records = Run(folder / "hdd,seed=0").metrics() + Run(folder / "hdd,seed=1").metrics()
    assert rows["hdd"].step_size == pytest.approx(np.mean([record.column("gradient_norm") for record in records]))
    assert rows["hdd"].seconds[0] == pytest.approx(sum(record.seconds for record in records) / 2)
    assert rows["real"].step_size is None


def test_a_finished_study_makes_nothing_again(finished):
    study, folder, _ = finished

    def recorded():
        return [(each.path.name, each.metrics(), each.evaluations(), each.events()) for each in find_runs(folder)]

    before = recorded()
    told = run(study, folder)
    assert (told.cells, told.steps, told.epochs, told.left) == ([], 0, 0, [0.0])
    assert len(before) == len(study.cells())
    assert str(recorded()) == str(before)


def test_time_left_is_told_once_a_run_is_done_and_falls_to_nothing(finished):
    *_, told = finished
    assert told.left[0] is None and told.left[1] > 0 and told.left[-1] == 0


def test_show_says_how_long_the_rest_will_take(finished, module_write, capsys):
    study, folder, _ = finished
    more = module_write("more.yaml", arms=ARMS, base=LONGER, evaluate={**EVALUATE, "steps": [2]}, seeds=3)
    for path, left in ((more, True), (folder, False)):
        command(path, out=folder, sets=None, show=True, as_json=False)
        said = capsys.readouterr().out
        assert (" left." in said) is left and ("- About " in said) is left
    assert len(find_runs(folder)) == len(study.cells()), "it runs nothing"


def test_a_run_that_the_study_no_longer_declares_is_refused(finished, module_write):
    _, folder, _ = finished
    changed = read_study(module_write("changed.yaml", base=LONGER, arms={**ARMS, "hdd": {"curvature": -2}}))
    with pytest.raises(InUseError, match=r"hdd,seed=0 was made with curvature=-1.0, and the study says curvature=-2"):
        run(changed, folder)


def test_another_protocol_makes_no_run_again(finished, module_write):
    _, folder, _ = finished
    more = {"arms": ARMS, "base": LONGER, "seeds": [1], "evaluate": {"epochs": 1, "networks": 1, "width": 4}}
    told = run(read_study(module_write("more.yaml", **more)), folder)
    assert (told.steps, told.epochs) == (0, 3)
    more["evaluate"] = {**EVALUATE, "steps": [5]}
    with pytest.raises(RunStateError, match="has gone past step 5, and its exact images were not kept"):
        run(read_study(module_write("between.yaml", **more)), folder)


def test_a_second_process_is_refused(finished):
    study, folder, _ = finished
    with FileLock(folder / "study.lock"), pytest.raises(InUseError, match="Another process is running the study in"):
        run(study, folder)


def test_data_and_settings_that_do_not_fit_are_refused_before_anything_is_made(declare, tmp_path):
    study = declare(arms={"mean": {"objective": "mean"}, "many": {"ipc": 1000}})
    with pytest.raises(InvalidInputError, match=r"ipc=1000 is more than the 140 training images"):
        run(study, tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_a_run_that_was_steered_is_no_longer_the_one_that_is_declared(declare, tmp_path):
    study = declare(seeds=1)
    told = Told()

    class Stop(Exception):
        pass

    def on_step(record):
        raise Stop

    with pytest.raises(Stop):
        run_study(study, tmp_path / "s", OnStudy(told.on_start, told.on_cell, on_step, told.on_epoch, told.on_done))
    Run(tmp_path / "s/mean,seed=0").steer(curvature=-3)
    with pytest.raises(RunStateError, match=r"was steered \(curvature=-3\)"):
        read_results(study, tmp_path / "s")


def test_a_run_that_diverges_is_told_and_the_others_are_made(declare, tmp_path):
    study = declare(arms={"wild": {"image_lr": 1e9}, "mean": {"objective": "mean"}}, seeds=1)
    run(study, tmp_path / "s")
    rows = {row.label: row for row in make_table(study, read_results(study, tmp_path / "s")).rows}
    assert rows["wild"].accuracy is None and rows["mean"].accuracy is not None
    assert "Step 1 was not made because the images of classes" in rows["wild"].remarks[0]


def test_kill_9_and_ctrl_c_lose_nothing(write, hdd_process, tmp_path, capsys):
    path = write(base={**LONGER, "steps": 100}, arms=ARMS, seeds=1)
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"

    def going(name):
        return holds_run(killed / name) and Run(killed / name).step > 0

    process = hdd_process("study", path, "--out", killed)
    wait_until(lambda: going("mean,seed=0"))
    process.kill()
    process.wait()
    # A run that was being made when the study was killed is in nobody's way.
    (killed / ".new").mkdir()
    (killed / ".new/run.db.partial").write_bytes(b"")

    process = hdd_process("study", killed)
    wait_until(lambda: going("hdd,seed=0"))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert f"Continue with: hdd study {killed}" in " ".join(said.split())

    command(killed, out=None, sets=None, show=False, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["runs"] == {"done": 3, "of": 3}
    assert (killed / "study.svg").read_bytes().startswith(b"<?xml") and (killed / "study.md").is_file()

    study = read_study(killed / STUDY_FILE)
    run(study, undisturbed)
    for cell in study.cells():
        one, other = Run(undisturbed / cell.run_name), Run(killed / cell.run_name)
        assert first_difference(one, other) is None and one.step == other.step
        assert [e["accuracies"] for e in one.evaluations()] == [e["accuracies"] for e in other.evaluations()]
