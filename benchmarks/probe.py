"""A look inside a server of the page: twice a second it writes to $HDD_PROBE how it does.

longest_block: seconds in which the event loop did not answer, since $HDD_PROBE was last removed. median_block: the same
for the newest ANSWERS. sessions: that feeds have. documents: that the server has. feeds: threads that read runs.
memory: resident bytes; garbage is collected when $HDD_PROBE was removed.
"""

import asyncio
import gc
import json
import os
import statistics
import threading
import time
from collections import deque
from pathlib import Path

import panel as pn
from bokeh.application.application import ServerContext

from workbench.core import run_source

PROBE_SECONDS = 0.01
WRITE_SECONDS = 0.5
ANSWERS = 6000


def watch(loop: asyncio.AbstractEventLoop, server: ServerContext, path: Path) -> None:
    """Measures how late the loop answers and writes it down, for ever."""
    longest, written = 0.0, 0.0
    # To sort more of them would itself hold up the loop.
    newest: deque[float] = deque(maxlen=ANSWERS)
    while True:
        answered, asked = threading.Event(), time.perf_counter()
        loop.call_soon_threadsafe(answered.set)
        answered.wait()
        newest.append(time.perf_counter() - asked)
        longest = max(longest, newest[-1])
        time.sleep(PROBE_SECONDS)
        if time.perf_counter() > written + WRITE_SECONDS:
            written = time.perf_counter()
            if not path.exists():
                longest = 0.0
                newest.clear()
                gc.collect()
            write(server, path, longest, statistics.median(newest or [0.0]))


def write(server: ServerContext, path: Path, longest: float, median: float) -> None:
    """Puts what is known into `path`."""
    sources = run_source.open_sources()
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("feed ")]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    found = {
        "longest_block": longest,
        "median_block": median,
        "sessions": sum(len(each.audience) for each in sources),
        "documents": len(server.sessions),
        "feeds": len(threads),
        "memory": pages * os.sysconf("SC_PAGE_SIZE"),
    }
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(found))
    partial.replace(path)


def start() -> None:
    """Starts to watch the server that a session of is being made; once a server."""
    if "probe" not in pn.state.cache:
        sessions = pn.state.curdoc.session_context.server_context
        arguments = (asyncio.get_running_loop(), sessions, Path(os.environ["HDD_PROBE"]))
        pn.state.cache["probe"] = threading.Thread(target=watch, args=arguments, daemon=True)
        pn.state.cache["probe"].start()
