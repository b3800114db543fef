"""A stand-in for the `hdd` command that needs no torch: its runs speak the protocol of a run directory, and their
images are a formula. A file `script.json` beside the runs tells it how to behave; see `SCRIPT`.
"""

import argparse
import json
import os
import resource
import signal
import socket
import sqlite3
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

from hdd.errors import HDDError
from hdd.objectives import Objective
from hdd.pruning.mask import Mask
from hdd.records import StepRecord
from hdd.runs.open_set import open_set
from hdd.runs.reading import LIVE_FRAME
from hdd.runs.run import Run
from hdd.runs.storage import explain_storage_errors
from hdd.runs.tensors import write_tensors
from hdd.settings import initial_settings, parse
from hdd.states import Command, EngineState

SIDE = 8
COLUMNS = ("loss", "gradient_norm", *Objective.columns)
MEAN, STD = np.float32(0.5), np.float32(0.25)
PROTOCOL = {"epochs": 1, "networks": 2, "width": 128}
SCRIPT = {
    "rate": float(os.environ.get("SCRIPTED_RATE", "20")),  # steps a second
    "classes": [f"digit {digit}" for digit in range(10)],
    "refuse_at_once": None,  # message with which a new run is not even made
    "fail": None,  # [step, message]
    "refuse": [],  # knobs of which every change is refused
    "deaf": False,  # decides on no knob
    "epoch_seconds": 0.0,  # of an evaluation
    "accuracies": [0.5, 0.75],  # that an evaluation finds
    "architectures": ["convnet", "mlp"],  # that fit its images
    "findings": [],  # of the inspection of a set
    "file_bytes": None,  # largest file that it can write, as if the disk were full
}


def say(**facts):
    sys.stdout.write(json.dumps(facts) + "\n")


def read_script(root):
    path = Path(root) / "script.json"
    return {**SCRIPT, **(json.loads(path.read_text()) if path.exists() else {})}


def pixels(step, classes=10, ipc=10):
    """The images (C, ipc, 1, SIDE, SIDE) uint8 when `step` steps were completed."""
    start = np.random.default_rng(0).integers(0, 256, (classes, ipc, 1, SIDE, SIDE))
    return ((start + 5 * step) % 256).astype(np.uint8)


def images(step, classes=10, ipc=10):
    """The same as the optimiser has them: (C·ipc, 1, SIDE, SIDE) float32, normalised by MEAN and STD."""
    return ((pixels(step, classes, ipc).astype(np.float32) / 255 - MEAN) / STD).reshape(-1, 1, SIDE, SIDE)


def mask(rate, classes=10, ipc=10):
    """The first images of each class are kept; the score of an image is its number."""
    number = np.tile(np.arange(ipc, dtype=np.float32), (classes, 1))
    return Mask(number < round((1 - rate) * ipc), number)


def record(step, classes=10):
    table = np.arange(classes * len(COLUMNS), dtype=np.float32).reshape(classes, -1) / 100 + 1 / step
    return StepRecord(step, 10 / step, 1.0, 0.05, table.astype(np.float32), COLUMNS)


def make(path, script=SCRIPT, **values):
    """A scripted run that has not gone yet."""
    return Run.create(
        path, initial_settings(**values), script["classes"], fingerprint="", mean=[float(MEAN)], std=[float(STD)]
    )


class Engine:
    def __init__(self, run, script):
        self.run, self.script = run, script
        self.step, self.state, self.left = run.step, "running", None

    def keep_images(self):
        self.run.snapshots.write(self.step, {"images": self.images().astype(np.float16)})

    def images(self):
        return images(self.step, *self.shape).reshape(*self.shape, 1, SIDE, SIDE)

    def show(self):
        if self.run.watched():
            frame = {"images": self.images(), "step": np.int64(self.step)}
            write_tensors(self.run.path / LIVE_FRAME, frame)

    @property
    def shape(self):
        return len(self.script["classes"]), self.run.initial_settings.ipc

    def take_edits(self):
        """Whether it was told to stop."""
        for edit in self.run.pending():
            if edit.name in list(Command):
                if edit.name == "rewind":
                    self.run.forget_after(edit.value, asked=edit)
                    self.step = edit.value
                else:
                    self.run.decide(edit, "applied", self.step)
                if edit.name == "stop":
                    return True
                self.left = edit.value if edit.name == "step" else None
                self.state = "running" if edit.name in ("go", "step") else "paused"
            elif not self.script["deaf"] and (edit.due is None or edit.due <= self.step):
                if edit.name in self.script["refuse"]:
                    self.run.decide(edit, "refused", self.step, reason=f"{edit.name} is not wanted")
                else:
                    old = getattr(self.run.settings_at(self.step), edit.name)
                    if edit.name == "distilled_pruning_rate":
                        self.run.decide_with_mask(edit, self.step, old, mask(edit.value, *self.shape))
                    else:
                        self.run.decide(edit, "applied", self.step, old)
                    self.keep_images()
        return False

    def make_step(self):
        fail = self.script["fail"]
        if fail is not None and self.step == fail[0]:
            raise HDDError(fail[1])
        self.step += 1
        self.run.write_metrics(record(self.step, self.shape[0]))
        if self.step % self.run.initial_settings.snapshot_every == 0:
            self.keep_images()
        if self.left is not None:
            self.left -= 1
            self.state = "running" if self.left else "paused"

    def advance(self):
        rate = self.script["rate"]
        self.run.write_event(self.step, "engine started")
        if self.step == 0:
            self.keep_images()
        due = time.monotonic()
        while True:
            if self.take_edits():
                return "stopped"
            if self.step >= self.run.settings.steps:
                return "finished"
            if self.state == "running":
                self.make_step()
            self.show()
            self.run.write_status(self.state, self.step, rate, "")
            due = max(due + 1 / rate, time.monotonic())
            time.sleep(max(0, due - time.monotonic()))


def advance(run, script):
    with run.advancing():
        run.write_status(EngineState.STARTING, run.step, 0.0, "")
        if script["file_bytes"] is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (script["file_bytes"],) * 2)
        engine = Engine(run, script)
        try:
            with explain_storage_errors(run):
                ended = engine.advance()
                engine.keep_images()
                run.write_status(ended, run.step, 0.0, "")
        except HDDError as error:
            with suppress(OSError, sqlite3.Error):
                run.end("failed", str(error))
            raise


def evaluate(run, script, steps, protocol, architectures):
    """Evaluates images of some steps, or random real ones for the step None."""
    names = script["architectures"] if architectures == "all" else architectures.split(",")
    images = "random real" if steps == [None] else "synthetic"
    several = len(steps) > 1
    say(architectures=names, **({"steps": steps} if several else {}))
    jobs = [(step, name) for step in steps for name in names]
    for place, (step, name) in enumerate(jobs):
        say(**({"step": step} if several else {}), architecture=name, accuracies=[])
        for done in range(3):
            say(done=3 * place + done, total=3 * len(jobs))
            time.sleep(script["epoch_seconds"])
        accuracies = script["accuracies"]
        made = {"name": protocol, "images": images, "architecture": name, **PROTOCOL}
        run.write_evaluation(step or 0, made, accuracies, {"seconds": 6.0, "host": socket.gethostname()})
        say(result={"step": step or 0, "protocol": made, "accuracies": accuracies})


def audit(where, script):
    """Audits a step of a run, or a set: image 12 repeats image 11, and image 3 is a copy."""
    count, step = len(open_set(where).images), int(where.rpartition("@")[2] or 0) if "@" in where else 0
    for done in range(3):
        say(doing="Copies, in pixels", done=done, total=3)
        time.sleep(script["epoch_seconds"])

    def figure(name, value, per_image=None):
        words = f"The {name} is {value} <b>."
        about = {"name": name, "value": value, "unit": "", "interval": None, "control": 0.5, "words": words}
        return {**about, "per class": None, "per image": per_image, "metric": "copies"}

    def issue(image, severity, words):
        return {"image": image, "severity": severity, "beyond": 2.0, "words": words, "real": None, "other": None}

    result = {
        "set": where,
        "network accuracy": None,
        "images": count,
        "looked at": list(range(count)),
        "preflight": [{"check": "values", "severity": "warning", "words": "They are strange."}],
        "figures": [
            figure("drift", step / 100, [(7 * image) % count / 10 for image in range(count)]),
            figure("KID", -0.25),
        ],
        "issues": [issue(12, "warning", "It repeats image 11."), issue(3, "problem", "It is training image 5.")],
    }
    say(result=result)


def main(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--as", action="append")
    for flag in ("--queue", "--json", "--json-lines", "--train"):
        parser.add_argument(flag, action="store_true")
    for name in (
        "--out",
        "--preset",
        "--protocol",
        "--baseline",
        "--dataset",
        "--init",
        "--network",
        "--fail-on",
        "--by",
    ):
        parser.add_argument(name)
    parser.add_argument("--architectures", default="convnet")
    parser.add_argument("--steps")
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args(words)
    path = given.run or Path(given.out)
    script = read_script(path.parent)
    if given.command == "audit":
        audit(str(path), script)
        return
    if given.command == "distill":
        if script["refuse_at_once"]:
            raise HDDError(script["refuse_at_once"])
        knobs = {name: parse(name, text) for name, _, text in (word.partition("=") for word in given.set)}
        advance(make(path, script, preset=given.preset, **knobs), script)
    elif given.command == "resume":
        run = Run(path)
        if given.steps:
            run.end("stopped", "reopened")
            run.steer(who=given.by or "python", steps=int(given.steps))
        advance(run, script)
    elif given.command == "inspect":
        say(result={"set": str(path), "findings": script["findings"]})
        sys.exit(any(each["severity"] != "note" for each in script["findings"]))
    elif given.command == "evaluate":
        steps = [None] if given.baseline else [*map(int, given.steps.split(","))]
        evaluate(Run(path), script, steps, given.protocol, given.architectures)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HDDError as error:
        say(error=str(error))
        sys.exit(2)
