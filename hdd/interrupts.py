"""Ctrl-C while modules are imported."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def end_silently() -> Generator[None]:
    """Inside, Ctrl-C ends the process at once and without a word. Main thread only.

    Half an import has nothing to clean up, and an exception there comes out as a long traceback.
    """
    before = signal.getsignal(signal.SIGINT)
    # A shell has its background processes ignore it, and they go on doing so.
    if before == signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
