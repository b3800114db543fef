"""A look inside a server of the page: twice a second it writes to $HDD_PROBE how it does.

longest_block, median_block: seconds in which the event loop did not answer, since $HDD_PROBE was last removed.
sessions: that feeds have. documents: that the server has. feeds: threads that read runs. memory: resident bytes;
garbage is collected when $HDD_PROBE was removed.
"""

import asyncio
import gc
import json
import os
import statistics
import threading
import time
from pathlib import Path

import panel as pn
from bokeh.application.application import ServerContext

from workbench.core import run_source

PROBE_SECONDS = 0.01
WRITE_SECONDS = 0.5


def watch(loop: asyncio.AbstractEventLoop, server: ServerContext, path: Path) -> None:
    """Measures how late the loop answers and writes it down, for ever."""
    waits: list[float] = []
    written = 0.0
    while True:
        answered, asked = threading.Event(), time.perf_counter()
        loop.call_soon_threadsafe(answered.set)
        answered.wait()
        waits.append(time.perf_counter() - asked)
        time.sleep(PROBE_SECONDS)
        if time.perf_counter() > written + WRITE_SECONDS:
            written = time.perf_counter()
            if not path.exists():
                waits.clear()
                gc.collect()
            write(server, path, waits)


def write(server: ServerContext, path: Path, waits: list[float]) -> None:
    """Puts what is known into `path`."""
    sources = run_source.open_sources()
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("feed ")]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    found = {
        "longest_block": max(waits, default=0.0),
        "median_block": statistics.median(waits) if waits else 0.0,
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
