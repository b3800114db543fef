"""`hdd bench`: speed and memory of a step, against a plain loop, in one go on one machine.

The plain loop is what the papers' code does: one class at a time, float32, PyTorch's default memory layout and
allocator. Each side runs in processes of its own, turn by turn, so that neither warms the other's caches and the
settings of `hdd.process` touch one side alone.
"""

import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from hdd.augment import siamese
from hdd.data import ClassPool, Dataset, load
from hdd.distillers.dm import Distiller
from hdd.draws import generator
from hdd.networks import ConvNet
from hdd.objectives.lorentz import hdd
from hdd.process import tune
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.runs.stepping import Engine
from hdd.settings import Settings, initial_settings

TURNS = 3
WARM_UP_STEPS = 2


def plain_loop(data: Dataset, settings: Settings, steps: int) -> list[float]:
    """Seconds of each of `steps` steps of DM+HDD as papers' code makes them, on the CPU.

    Real images are normalised and kept as float32 beforehand, as that code does.
    """
    pool = ClassPool(data.train_labels, len(data.classes))
    real_images = data.normalise(data.train_images)
    chosen = pool.draw(lambda label: generator(settings.seed, "initial images", 0, label), settings.ipc)
    synthetic = real_images[chosen].requires_grad_()
    optimizer = torch.optim.SGD([synthetic], lr=settings.image_lr, momentum=settings.momentum)
    seconds = []
    for step in range(steps):
        started = time.perf_counter()
        network = ConvNet(data.channels, data.size, len(chosen), settings.network_width, settings.network_depth)
        layers = network.features.to(memory_format=torch.contiguous_format).requires_grad_(False)
        drawn = pool.draw(lambda label: generator(settings.seed, "real", step, label), settings.real_batch)  # noqa: B023
        loss = torch.zeros(())
        for label, indices in enumerate(drawn):
            features = []
            for images in (real_images[indices], synthetic[label]):
                draws = [generator(settings.seed, "augmentation", step, label)]
                features.append(layers(siamese(images[None], settings.augmentation, draws)[0]).flatten(1))
            loss = (
                loss
                + hdd(
                    features[0].detach()[None], features[1][None], curvature=settings.curvature, weight=settings.weight
                ).sum()
            )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - started)
    return seconds


def _distiller_steps(data: Dataset, settings: Settings, steps: int) -> list[float]:
    tune()
    distiller = Distiller(data, settings)
    return [distiller.step().seconds for _ in range(steps)]


_SIDES = {"plain loop": plain_loop, "step": _distiller_steps}


def _measure(side: str, settings: dict[str, Any], steps: int, results: multiprocessing.Queue) -> None:
    chosen = Settings(**settings)
    data = load(chosen.dataset, size=chosen.image_size)
    torch.set_num_threads(chosen.threads)
    seconds = _SIDES[side](data, chosen, WARM_UP_STEPS + steps)[WARM_UP_STEPS:]
    results.put((seconds, _peak_megabytes()))


def _peak_megabytes() -> float:
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _first_step_seconds(settings: Settings, folder: Path) -> float:
    """From the start of the command `hdd distill` to the record of the first step."""
    out = folder / "first"
    sets = [
        f"--set={name}={value}" for name, value in settings.values().items() if name != "dataset" and value is not None
    ]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "hdd.cli", "distill", "--dataset", settings.dataset, "--out", str(out), *sets],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None:
            if (out / "run.db").exists() and Run(out).step > 0:
                return time.perf_counter() - started
            time.sleep(0.01)
        return float("nan")
    finally:
        process.kill()
        process.wait()


def run(dataset: str, ipc: int, steps: int, knobs: dict[str, Any]) -> dict[str, Any]:
    """Measures; the result is JSON-compatible.

    Args:
        dataset: as for `hdd distill`.
        ipc: images per class.
        steps: timed steps a turn; the median over all turns counts.
        knobs: further settings.

    Raises:
        HDDError: as for `hdd distill`.
    """
    settings = initial_settings(dataset, **{"ipc": ipc, "device": "cpu", **knobs})
    settings = Settings(**{**settings.values(), "threads": settings.threads or torch.get_num_threads()})
    data = load(dataset, size=settings.image_size)
    context = multiprocessing.get_context("spawn")
    seconds: dict[str, list[float]] = {side: [] for side in _SIDES}
    peak: dict[str, float] = {}
    for _ in range(TURNS):
        for side in _SIDES:
            results = context.Queue()
            process = context.Process(target=_measure, args=(side, settings.values(), steps, results))
            process.start()
            timed, megabytes = results.get()
            process.join()
            seconds[side] += timed
            peak[side] = max(peak.get(side, 0.0), megabytes)
    median = {side: float(torch.tensor(values).median()) for side, values in seconds.items()}

    tune()
    with tempfile.TemporaryDirectory() as folder:
        first = _first_step_seconds(settings, Path(folder))
        made = create(Path(folder) / "run", Settings(**{**settings.values(), "steps": max(20, 4 * steps)}), data)
        engine = Engine(made, data)
        engine.advance()
        computing = sum(record.seconds for record in made.metrics())
        share = engine.storage_seconds / (engine.storage_seconds + computing)
    return {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "torch": f"{torch.__version__}, {settings.threads} threads",
        "task": f"{dataset}, ipc {ipc}, width {settings.network_width}, {settings.real_batch} real images a class",
        "plain loop, seconds a step": round(median["plain loop"], 4),
        "hdd, seconds a step": round(median["step"], 4),
        "hdd, steps a second": round(1 / median["step"], 2),
        "ratio": round(median["plain loop"] / median["step"], 2),
        "plain loop, peak memory of the process, MB": round(peak["plain loop"]),
        "hdd, peak memory of the process, MB": round(peak["step"]),
        "command to first recorded step, seconds": round(first, 2),
        "ledger, snapshots and checkpoints, % of time": round(100 * share, 2),
    }
