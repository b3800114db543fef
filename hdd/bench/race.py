"""Ways to make a step, each in a process of its own, that take turns in short rounds.

The settings of `hdd.process` then affect only one of them, and other work on the machine slows down all of them or
none. The fastest step of each counts.
"""

import itertools
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import torch

from hdd.bench.plain_loops import PLAIN_LOOPS
from hdd.data import Dataset, load_chosen
from hdd.errors import HDDError
from hdd.methods import METHODS
from hdd.process import tune
from hdd.settings import Settings

ROUNDS = 5
WARM_UP_STEPS = 2
ALWAYS = 10**6
"""Uses of real features after which none are computed in a race."""

Steps = Callable[[Dataset, Settings], Iterator[float]]


@dataclass(frozen=True)
class Fastest:
    """The fastest step of a way to make steps, and the peak memory of its process."""

    seconds: float
    megabytes: float


def method_steps(data: Dataset, settings: Settings) -> Iterator[float]:
    """Makes steps of the method, and yields how many seconds each one took."""
    tune()
    method = METHODS.get(settings.method)(data, settings)
    while True:
        yield method.step().seconds


def reuses_real_features(settings: Settings) -> bool:
    """Whether some steps use real features that an earlier step has computed."""
    return "real_uses" in settings.in_force() and settings.real_uses > 1


def race(settings: Settings, steps: int, on_progress: Callable[[str], None]) -> dict[str, Fastest]:
    """Lets them take turns.

    Args:
        settings: what is measured.
        steps: timed steps in each round.
        on_progress: called with a description of what is being measured.

    Returns:
        "step", and if there are such, "plain loop" and "reuse", which is a step that computes no real features.

    Raises:
        HDDError: a process failed, with its own message, or was killed.
    """
    values = settings.values()
    sides: dict[str, tuple[Steps, dict[str, Any]]] = {}
    if settings.method in PLAIN_LOOPS:
        sides["plain loop"] = PLAIN_LOOPS[settings.method], values
    sides["step"] = method_steps, values
    if reuses_real_features(settings):
        sides["step"] = method_steps, {**values, "real_uses": 1}
        sides["reuse"] = method_steps, {**values, "real_uses": ALWAYS, "network_pool": 1}
    context = multiprocessing.get_context("spawn")
    best: dict[str, Fastest] = {}
    with ExitStack() as stack:
        workers = {}
        for side, (made, given) in sides.items():
            connection, other = context.Pipe()
            process = context.Process(target=_serve, args=(made, given, steps, other), daemon=True)
            process.start()
            other.close()
            stack.callback(process.join)
            workers[side] = process, stack.enter_context(connection)
        for turn in range(ROUNDS):
            for side, (process, connection) in workers.items():
                on_progress(f"round {turn + 1} of {ROUNDS}: {side}")
                seconds, megabytes = _round(side, process, connection)
                best[side] = Fastest(min(seconds, best[side].seconds if side in best else seconds), megabytes)
    return best


def _round(side: str, process: BaseProcess, connection: Connection) -> tuple[float, float]:
    """Has a process make a round of steps; returns what it answers.

    Raises:
        HDDError: it failed, with its own message, or was killed.
    """
    try:
        # A process that failed has said so before it was asked.
        with suppress(OSError):
            connection.send_bytes(b"")
        answer = connection.recv()
    except (EOFError, OSError):
        process.join()
        raise HDDError(f"The process of the {side} ended without a message, {how_ended(process.exitcode)}.") from None
    if isinstance(answer, str):
        raise HDDError(f"The {side} cannot be measured: {answer}")
    return answer


def how_ended(code: int | None) -> str:
    """How a process ended that should not have, by its exit code."""
    if code is None or code >= 0:
        return f"with the exit code {code}"
    perhaps = ", perhaps because memory ran out" if -code == getattr(signal, "SIGKILL", None) else ""
    return f"killed by signal {-code}{perhaps}"


def _serve(steps_of: Steps, values: dict[str, Any], steps: int, connection: Connection) -> None:
    """Makes a round of steps for each request, and answers with the time of the fastest step and the peak memory.

    If it fails, it answers with why.
    """
    # Ctrl-C reaches all processes of a terminal; only the requesting process reports it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _answer(steps_of, values, steps, connection)
    except Exception as error:
        why = str(error) if isinstance(error, HDDError) else f"{type(error).__name__}: {error}"
        # The requesting process may have gone.
        with suppress(OSError):
            connection.send(why)


def _answer(steps_of: Steps, values: dict[str, Any], steps: int, connection: Connection) -> None:
    settings = Settings(**values)
    data = load_chosen(settings)
    torch.set_num_threads(settings.threads)
    made = steps_of(data, settings)
    for _ in itertools.islice(made, WARM_UP_STEPS):
        pass
    # The requesting process closes its end of the connection when it has all rounds.
    with suppress(EOFError):
        while True:
            connection.recv_bytes()
            connection.send((min(itertools.islice(made, steps)), _peak_megabytes()))


def _peak_megabytes() -> float:
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
