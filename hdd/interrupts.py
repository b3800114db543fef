"""What Ctrl-C does while modules are being imported."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def end_silently() -> Generator[None]:
    """Within this context, Ctrl-C ends the process immediately and silently. Has no effect outside the main thread.

    An interrupted import leaves nothing to clean up, and an exception there would print a long traceback.
    """
    before = signal.getsignal(signal.SIGINT)
    # A shell makes its background processes ignore SIGINT, and that must stay so.
    if before == signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
