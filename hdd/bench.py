"""`hdd bench`: compares the speed and memory of a step with those of a plain loop, on the same machine.

The plain loop does what the papers' code does: one class at a time, in float32, with PyTorch's default memory layout
and allocator. Each side runs in a process of its own, so that the settings of `hdd.process` affect only one side. The
two sides take turns in short rounds, and the fastest step of each side counts, so that other work on the machine slows
down both sides or neither.
"""

import itertools
import multiprocessing
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hdd.augment import siamese
from hdd.data import ClassPool, Dataset, load_chosen
from hdd.draws import generator
from hdd.errors import HDDError
from hdd.knobs.text import to_text
from hdd.methods import METHODS
from hdd.methods.batches import Batches
from hdd.networks import PRECISIONS
from hdd.networks.convnet import ConvNet
from hdd.networks.layers import InstanceNorm
from hdd.objectives.hdd import HDD
from hdd.paths import holds_run
from hdd.process import tune
from hdd.runs.engine import Engine
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import Settings, initial_settings

ROUNDS = 5
WARM_UP_STEPS = 2


def plain_loop(data: Dataset, settings: Settings) -> Iterator[float]:
    """Makes steps of DM+HDD as the papers' code does, on the CPU, and yields how many seconds each step took.

    As in that code, the real images are normalised beforehand and kept as float32.
    """
    pool = ClassPool(data.train_labels, len(data.classes))
    real_images = data.normalise(data.train_images)
    chosen = pool.draw(lambda label: generator(settings.seed, "initial images", 0, label), settings.ipc)
    synthetic = real_images[chosen].requires_grad_()
    optimizer = torch.optim.SGD([synthetic], lr=settings.image_lr, momentum=settings.momentum)
    objective = HDD(curvature=settings.curvature, weight=settings.weight, feature_scale=1.0)
    for step in itertools.count():
        started = time.perf_counter()
        network = ConvNet(data.channels, data.size, len(chosen), settings.network_width, settings.network_depth)
        layers = [
            torch.nn.GroupNorm(layer.num_groups, layer.num_channels) if isinstance(layer, InstanceNorm) else layer
            for layer in network.features.children()
        ]
        plain = torch.nn.Sequential(*layers).to(memory_format=torch.contiguous_format).requires_grad_(False)  # pyright: ignore[reportCallIssue]
        drawn = pool.draw(lambda label: generator(settings.seed, "real", step, label), settings.real_batch)  # noqa: B023
        loss = torch.zeros(())
        for label, indices in enumerate(drawn):
            features = []
            for images in (real_images[indices], synthetic[label]):
                draws = [generator(settings.seed, "augmentation", step, label)]
                features.append(plain(siamese(images[None], settings.augmentation, draws)[0]).flatten(1))
            loss = loss + objective.loss(features[0].detach()[None], features[1][None]).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield time.perf_counter() - started


def _method_steps(data: Dataset, settings: Settings) -> Iterator[float]:
    tune()
    method = METHODS.get(settings.method)(data, settings)
    while True:
        yield method.step().seconds


_SIDES = {"plain loop": plain_loop, "step": _method_steps}


def _serve(side: str, settings: dict[str, Any], steps: int, connection: Connection) -> None:
    """Makes a round of steps for each request, and answers with the time of the fastest step and the peak memory."""
    # Ctrl-C reaches all processes of a terminal; only the requesting process reports it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    chosen = Settings(**settings)
    data = load_chosen(chosen)
    torch.set_num_threads(chosen.threads)
    made = _SIDES[side](data, chosen)
    for _ in itertools.islice(made, WARM_UP_STEPS):
        pass
    # The requesting process closes its end of the connection when it has all rounds.
    with suppress(EOFError):
        while True:
            connection.recv_bytes()
            connection.send((min(itertools.islice(made, steps)), _peak_megabytes()))


def _race(settings: Settings, steps: int, on_progress: Callable[[str], None]) -> dict[str, tuple[float, float]]:
    """The seconds of the fastest step and the peak megabytes of each side."""
    context = multiprocessing.get_context("spawn")
    best: dict[str, tuple[float, float]] = {}
    with ExitStack() as stack:
        sides = {}
        for side in _SIDES:
            connection, other = context.Pipe()
            process = context.Process(target=_serve, args=(side, settings.values(), steps, other), daemon=True)
            process.start()
            other.close()
            stack.callback(process.join)
            sides[side] = stack.enter_context(connection)
        for turn in range(ROUNDS):
            for side, connection in sides.items():
                on_progress(f"round {turn + 1} of {ROUNDS}: {side}")
                try:
                    connection.send_bytes(b"")
                    seconds, megabytes = connection.recv()
                except (EOFError, OSError):
                    raise HDDError(f"The process of the {side} ended early; it may have run out of memory.") from None
                best[side] = min(seconds, best.get(side, (seconds,))[0]), megabytes
    return best


def _peak_megabytes() -> float:
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _first_step_seconds(settings: Settings, folder: Path) -> float:
    """Seconds from the start of the command `hdd distill` until its first step is recorded."""
    out = folder / "first"
    sets = [f"--set={name}={to_text(value)}" for name, value in settings.values().items()]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "hdd", "distill", "--out", str(out), *sets],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None:
            if holds_run(out) and Run(out).step > 0:
                return time.perf_counter() - started
            time.sleep(0.01)
        return float("nan")
    finally:
        process.kill()
        process.wait()


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


def run(steps: int, knobs: Mapping[str, Any], on_progress: Callable[[str], None]) -> dict[str, Any]:
    """Makes all measurements and returns them as JSON-compatible values by name.

    Args:
        steps: timed steps in each round.
        knobs: settings, as for `hdd distill`.
        on_progress: called with a description of what is being measured.

    Raises:
        HDDError: as in `hdd distill`.
    """
    settings = initial_settings(**{"device": "cpu", **knobs})
    settings = Settings(**{**settings.values(), "threads": settings.threads or torch.get_num_threads()})
    data = load_chosen(settings)
    METHODS.get(settings.method).check(data, settings)
    best = _race(settings, steps, on_progress)
    (plain, plain_peak), (ours, our_peak) = best["plain loop"], best["step"]

    error: dict[str, float] = {}
    if settings.real_precision != PRECISIONS[0]:
        on_progress("features in low precision")
        error = _precision_error(data, settings)
    tune()
    with tempfile.TemporaryDirectory() as folder:
        on_progress("from the command to the first step")
        first = _first_step_seconds(settings, Path(folder))
        made = create(Path(folder) / "run", Settings(**{**settings.values(), "steps": max(20, 4 * steps)}), data)
        on_progress("storage")
        engine = Engine(made, data)
        engine.advance()
        computing = sum(record.seconds for record in made.metrics())
        share = engine.storage_seconds / (engine.storage_seconds + computing)
    return {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "torch": f"{torch.__version__}, {settings.threads} threads",
        "task": f"{settings.dataset}, ipc {settings.ipc}, width {settings.network_width}, "
        f"{settings.real_batch} real images per class",
        "plain loop, seconds per step": round(plain, 4),
        "hdd, seconds per step": round(ours, 4),
        "hdd, steps per second": round(1 / ours, 2),
        "ratio": round(plain / ours, 2),
        **error,
        "plain loop, peak memory of the process, MB": round(plain_peak),
        "hdd, peak memory of the process, MB": round(our_peak),
        "command to first recorded step, seconds": round(first, 2),
        "ledger, snapshots and checkpoints, % of time": round(100 * share, 2),
    }
