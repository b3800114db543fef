"""Time to equal accuracy: how long other knobs take to reach the accuracy that the first ones reach.

    python benchmarks/to_accuracy.py [--dataset NAME] [--set KNOB=VALUE …] [--variant "KNOB=VALUE …" …]
        [--steps N] [--seeds N] [--marks N] [--networks N] [--epochs N] [--width N] [--threads N]

Runs with the knobs of `--set` alone come first; each variant is made with the same seeds, and so starts from the same
images. Their images are evaluated at marks: the steps are divided into equal parts. Two times are measured: of the
clock, and of the processor, which other work on the machine disturbs less. Both are of steps alone. The accuracy to be
reached is that of the first runs after their last step; between marks it is interpolated.
"""

import argparse
import time
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from hdd.data import Dataset, load_chosen
from hdd.evaluation import evaluate_images
from hdd.methods import METHODS
from hdd.process import tune
from hdd.protocol import Protocol, accuracy_text, make_protocol
from hdd.settings import Settings, initial_settings, parse

WIDTH = 120
COMMON = {"ipc": 10, "network_width": 64, "real_batch": 64, "device": "cpu"}


def knobs_of(texts: list[str]) -> dict[str, Any]:
    """Values of knobs from texts KNOB=VALUE."""
    pairs = [text.split("=", 1) for text in texts]
    return {name: parse(name, value) for name, value in pairs}


def curve(data: Dataset, settings: Settings, marks: list[int], protocol: Protocol) -> list[tuple[float, float, float]]:
    """Seconds of the clock, seconds of the processor, and accuracy at each mark."""
    method = METHODS.get(settings.method)(data, settings)
    clock = processor = 0.0
    found: list[tuple[float, float, float]] = []
    for mark in marks:
        started = time.perf_counter(), time.process_time()
        while method.step_count < mark:
            method.step()
        clock, processor = clock + time.perf_counter() - started[0], processor + time.process_time() - started[1]
        made = method.synthetic().decoded()
        images, labels = torch.as_tensor(made.images), torch.as_tensor(made.labels)
        found.append((clock, processor, evaluate_images(images, labels, data, protocol).mean))
    return found


def seconds_to(accuracy: float, seconds: list[float], accuracies: list[float]) -> float | None:
    """When a curve first reaches an accuracy; None if it does not."""
    for index, reached in enumerate(accuracies):
        if reached >= accuracy:
            if index == 0:
                return seconds[0]
            part = (accuracy - accuracies[index - 1]) / (reached - accuracies[index - 1])
            return seconds[index - 1] + part * (seconds[index] - seconds[index - 1])
    return None


def main() -> None:
    """Makes the runs, evaluates them, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--set", dest="common", action="append", default=[], metavar="KNOB=VALUE")
    parser.add_argument("--variant", dest="variants", action="append", default=[], metavar="KNOB=VALUE …")
    for name, default in {"steps": 300, "seeds": 2, "marks": 3, "networks": 1, "epochs": 300, "width": 64}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    tune()
    common = {**COMMON, "dataset": chosen.dataset, "threads": chosen.threads, **knobs_of(chosen.common)}
    data = load_chosen(initial_settings(**common))
    marks = [round(chosen.steps * (index + 1) / chosen.marks) for index in range(chosen.marks)]
    protocol = make_protocol("quick", networks=chosen.networks, epochs=chosen.epochs, width=chosen.width)
    table = Table("knobs", "steps", "seconds", "processor", "accuracy over seeds", "seconds to equal", "ratio")
    goal = first = None
    for text in ["", *chosen.variants]:
        knobs = {**common, **knobs_of(text.split())}
        curves = np.array(
            [curve(data, initial_settings(**knobs, seed=seed), marks, protocol) for seed in range(chosen.seeds)]
        )
        accuracies = curves[:, :, 2].mean(axis=0).tolist()
        clock, processor = curves[:, :, :2].mean(axis=0).T.tolist()
        if goal is None:
            goal, first = accuracies[-1], processor[-1]
        equal = seconds_to(goal, processor, accuracies)
        for index, mark in enumerate(marks):
            last = index == len(marks) - 1
            table.add_row(
                (text or "as set") if index == 0 else "",
                str(mark),
                f"{clock[index]:.0f}",
                f"{processor[index]:.0f}",
                accuracy_text(curves[:, index, 2].tolist()),
                ("–" if equal is None else f"{equal:.0f}") if last else "",
                ("–" if equal is None else f"{first / equal:.2f}") if last else "",
            )
        Console(width=WIDTH).print(table)


if __name__ == "__main__":
    main()
