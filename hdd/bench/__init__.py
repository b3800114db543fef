"""`hdd bench`: the speed and memory of a step on this machine.

A step is compared with that of a plain loop, which does what the papers' code does: one class at a time, in float32,
with PyTorch's default memory layout and allocator (`hdd.bench.race`). Other figures tell where its time goes
(`hdd.bench.stages`) and how it grows (`hdd.bench.growth`).
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hdd.bench.growth import measure_growth
from hdd.bench.race import Fastest, how_ended, race, reuses_real_features
from hdd.bench.stages import StageClock
from hdd.data import Dataset, load_chosen
from hdd.errors import HDDError
from hdd.knobs.text import to_text
from hdd.methods import METHODS
from hdd.methods.batches import Batches
from hdd.networks import PRECISIONS
from hdd.paths import holds_run, temporary_folder
from hdd.process import tune
from hdd.runs.engine import Engine
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import Settings, initial_settings


def run(steps: int, knobs: Mapping[str, Any], on_progress: Callable[[str], None], grow: bool = False) -> dict[str, Any]:
    """Makes all measurements and returns them as JSON-compatible values by name.

    Args:
        steps: timed steps in each round.
        knobs: settings, as for `hdd distill`.
        on_progress: called with a description of what is being measured.
        grow: whether to measure how a step grows with its task too.

    Raises:
        HDDError: as in `hdd distill`.
    """
    settings = initial_settings(**{"device": "cpu", **knobs})
    settings = Settings(**{**settings.values(), "threads": settings.threads or torch.get_num_threads()})
    data = load_chosen(settings)
    METHODS.get(settings.method).check(data, settings)
    result: dict[str, Any] = {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "torch": f"{torch.__version__}, {settings.threads} threads",
        "task": f"{settings.dataset}, method {settings.method}, ipc {settings.ipc}, width {settings.network_width}, "
        f"{settings.real_batch} real images per class",
        **compared(settings, race(settings, steps, on_progress)),
    }
    if settings.real_precision != PRECISIONS[0]:
        on_progress("features in low precision")
        result |= _precision_error(data, settings)
    tune()
    with temporary_folder() as folder:
        on_progress("from the command to the first step")
        result["command to first recorded step, seconds"] = round(_first_step_seconds(settings, Path(folder)), 2)
        on_progress("stages and storage")
        made = create(Path(folder) / "run", Settings(**{**settings.values(), "steps": max(20, 4 * steps)}), data)
        result |= _stages_and_storage(made, data)
    if grow:
        for axis, table in measure_growth(data, settings, on_progress).items():
            result[f"growth with {axis}, milliseconds per step"] = table
    return result


def compared(settings: Settings, best: Mapping[str, Fastest]) -> dict[str, Any]:
    """What a race says, by name; a step in the middle of the uses of real features has its share in computing them."""
    plain, ours = best.get("plain loop"), best["step"]
    seconds, found = ours.seconds, {}
    if reuses_real_features(settings):
        again, uses = best["reuse"].seconds, settings.real_uses
        seconds = (seconds + (uses - 1) * again) / uses
        found = {
            "hdd, seconds of a step that computes real features": round(ours.seconds, 4),
            f"hdd, seconds of each of the {uses - 1} steps that use them again": round(again, 4),
        }
    memory = {"hdd, peak memory of the process, MB": round(ours.megabytes)}
    found |= {"hdd, seconds per step": round(seconds, 4), "hdd, steps per second": round(1 / seconds, 2)}
    if plain is None:
        return {"plain loop": f"there is none for the method {settings.method}", **found, **memory}
    return {
        "plain loop, seconds per step": round(plain.seconds, 4),
        **found,
        "ratio": round(plain.seconds / seconds, 2),
        "plain loop, peak memory of the process, MB": round(plain.megabytes),
        **memory,
    }


def _precision_error(data: Dataset, settings: Settings) -> dict[str, float]:
    """How far features of the first step's real images, and their means over a class, are from those in float32."""
    found: list[Tensor] = []
    for precision in (PRECISIONS[0], settings.real_precision):
        chosen = Settings(**{**settings.values(), "real_precision": precision})
        batches = Batches(data, chosen, torch.device("cpu"))
        batches.draw_network(0)
        found.append(batches.real_features(0, settings.real_batch, settings.augmentation))
    compared = {"features": found, "mean features": [features.mean(dim=1) for features in found]}
    return {
        f"{what} of real images, relative difference from float32": round(
            float(((low - high).norm(dim=-1) / high.norm(dim=-1)).mean()), 5
        )
        for what, (high, low) in compared.items()
    }


def _first_step_seconds(settings: Settings, folder: Path) -> float:
    """Seconds from the start of the command `hdd distill` until its first step is recorded.

    Raises:
        HDDError: it ended without a step; with its own message.
    """
    out = folder / "first"
    sets = [f"--set={name}={to_text(value)}" for name, value in settings.values().items()]
    started = time.perf_counter()
    # Nobody reads while it works, so a pipe could fill up and stop it.
    with (folder / "messages").open("wb") as messages:
        process = subprocess.Popen(
            [sys.executable, "-m", "hdd", "distill", "--out", str(out), *sets],
            stdout=subprocess.DEVNULL,
            stderr=messages,
        )
    try:
        while process.poll() is None:
            if holds_run(out) and Run(out).step > 0:
                return time.perf_counter() - started
            time.sleep(0.01)
        said = (folder / "messages").read_text(errors="replace").strip()
        raise HDDError(f"hdd distill ended without a step, {how_ended(process.returncode)}: {said}")
    finally:
        process.kill()
        process.wait()


def _stages_and_storage(run: Run, data: Dataset) -> dict[str, Any]:
    """The stages of the fastest step of a run that is made to its end, and the share of the time that storage takes."""
    clock, laps = StageClock(run.initial_settings), []
    engine = Engine(run, data)
    with clock.measuring():
        engine.advance(on_step=lambda _: laps.append(clock.take()))
    fastest = min(laps, key=lambda lap: sum(lap.values()))
    computing = sum(record.seconds for record in run.metrics())
    share = engine.storage_seconds / (engine.storage_seconds + computing)
    return {
        "stages of the fastest step, % of its time": {
            stage: round(100 * seconds / sum(fastest.values()), 1)
            for stage, seconds in sorted(fastest.items(), key=lambda item: -item[1])
        },
        "ledger, snapshots and checkpoints, % of time": round(100 * share, 2),
    }
