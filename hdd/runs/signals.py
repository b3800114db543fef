"""Records SIGINT (Ctrl-C) and SIGTERM, so that an engine can stop at a step boundary, where nothing is lost."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager


class StopSignal:
    """Whether the process was asked to stop.

    Attributes:
        number: number of the received signal; None if none was received.
    """

    def __init__(self) -> None:
        self.number: int | None = None

    @property
    def received(self) -> bool:
        """Whether a signal was received."""
        return self.number is not None

    @contextmanager
    def recording(self, raise_too: bool = False) -> Generator[None]:
        """Within this context, the first SIGINT or SIGTERM is only recorded; a second one acts as usual.

        Outside the main thread this has no effect.

        Args:
            raise_too: the first signal also acts as usual. It is recorded as well because the code that is running, for
                example an import, may swallow the exception.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def handle(number: int, frame: object) -> None:
            self.number = number
            signal.signal(number, before[signal.Signals(number)])
            if raise_too:
                signal.raise_signal(number)

        for number in before:
            signal.signal(number, handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
