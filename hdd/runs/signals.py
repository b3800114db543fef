"""Ctrl-C and a polite kill, taken note of so that an engine can end where it loses nothing."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager


class StopSignal:
    """Whether the process was asked to stop.

    Attributes:
        number: of the signal, None before one came.
    """

    def __init__(self) -> None:
        self.number: int | None = None

    @property
    def came(self) -> bool:
        """Whether a signal came."""
        return self.number is not None

    @contextmanager
    def noted(self, at_once: bool = False) -> Generator[None]:
        """Inside, the first SIGINT or SIGTERM is only noted; a second one acts as ever. Main thread only.

        Args:
            at_once: the first one acts too; it is noted since whatever runs, an import say, may swallow the exception.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def handle(number: int, frame: object) -> None:
            self.number = number
            signal.signal(number, before[signal.Signals(number)])
            if at_once:
                signal.raise_signal(number)

        for number in before:
            signal.signal(number, handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
