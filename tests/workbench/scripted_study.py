"""A study whose runs are scripted, made one after another by a test."""

import socket
from contextlib import suppress
from dataclasses import asdict

import scripted
from study_files import writer

from hdd.errors import HDDError
from hdd.runs.run import Run
from hdd.study.declaration import STUDY_FILE, read_study


class ScriptedStudy:
    """The tiny study with other parts, in a folder.

    Attributes:
        folder: of the study.
        study: as it is declared.
    """

    def __init__(self, folder, **parts):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.study = read_study(writer(folder)(STUDY_FILE, **parts))

    def cell(self, arm, seed):
        return next(each for each in self.study.cells() if (each.variant.arm.name, each.seed) == (arm, seed))

    def begin(self, arm, seed, problem=None):
        """Makes a run with all of its steps, or with one step before it fails because of `problem`."""
        cell = self.cell(arm, seed)
        facts = {"fingerprint": "", "mean": [float(scripted.MEAN)], "std": [float(scripted.STD)], "provenance": {}}
        run = Run.create(self.folder / cell.run_name, cell.settings, scripted.SCRIPT["classes"], **facts)
        with suppress(HDDError):
            scripted.advance(run, {**scripted.SCRIPT, "rate": 1e9, "fail": problem and [1, problem]})
        run.close()

    def evaluate(self, arm, seed, accuracy, step=None):
        """Records what the networks of an evaluation reached, at the last step if no other is given."""
        cell = self.cell(arm, seed)
        run = Run(self.folder / cell.run_name)
        step = cell.variant.steps[-1] if step is None else step
        took = {"seconds": 6.0, "host": socket.gethostname()}
        run.write_evaluation(step, asdict(cell.protocol(self.study.protocol)), [accuracy], took)
        run.close()

    def make(self, arm, seed, accuracy):
        """Makes a run, and evaluates it at each of its steps."""
        self.begin(arm, seed)
        for step in self.cell(arm, seed).variant.steps:
            self.evaluate(arm, seed, accuracy, step)
