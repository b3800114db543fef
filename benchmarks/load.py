"""How the server bears many viewers of one run, printed as a table: `python benchmarks/load.py --minutes 10`.

The viewers speak the page's protocol without a browser. Engine, server and viewers share this machine.
"""

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from ui import URL, Bench
from viewers import Viewer

from hdd.runs.run import Run

EDIT_SECONDS = 2.0
SETTLING_SECONDS = 60.0
OPEN_SECONDS = 300.0
"""How long it may take until all of them see frames."""
NEWCOMER_SECONDS = 20.0
"""How often one more viewer opens the page, and leaves again."""


class Load:
    """Viewers on a server, and what is seen of them.

    Args:
        bench: with a server and an engine.
        run: that is watched.
    """

    def __init__(self, bench: Bench, run: Run) -> None:
        self._bench, self._run = bench, run
        self.decided: list[float] = []
        self.opened: list[float] = []

    async def hold(self, answering: int, frozen: int, seconds: float) -> dict[str, str]:
        """The rows of the table, after so many viewers have watched for so long."""
        viewers = [Viewer(URL, place < answering) for place in range(answering + frozen)]
        tasks: list[asyncio.Task] = []
        for place, viewer in enumerate(viewers):
            tasks.append(asyncio.create_task(viewer.watch(f"viewer-{place}")))
            await asyncio.sleep(1)
        begun = time.perf_counter()
        # Until then the server is at work on pages, which is another thing than showing them.
        while not all(viewer.frames for viewer in viewers[:answering]) and time.perf_counter() < begun + OPEN_SECONDS:
            await asyncio.sleep(1)
        await asyncio.sleep(10)
        bench, run = self._bench, self._run
        bench.probe.unlink(missing_ok=True)
        started, first = time.perf_counter(), run.step
        others = [asyncio.create_task(self._steer()), asyncio.create_task(self._open())]
        frames = [viewer.frames for viewer in viewers]
        memory = [0.0, 0.0]
        for part, wait in enumerate((min(SETTLING_SECONDS, seconds / 2), max(seconds - SETTLING_SECONDS, seconds / 2))):
            await asyncio.sleep(wait)
            memory[part] = bench.inside()["memory"]
        took, inside = time.perf_counter() - started, bench.inside()
        shown = [viewer.frames - before for viewer, before in zip(viewers, frames, strict=True)][:answering]
        for task in [*tasks, *others]:
            task.cancel()
        for viewer in viewers:
            viewer.close()
        ends = await asyncio.gather(*tasks, *others, return_exceptions=True)
        wrong = [repr(end) for end in ends if isinstance(end, Exception)]
        return {
            "event loop answers, median": f"{1000 * inside['median_block']:.0f} ms",
            "event loop answers, worst": f"{1000 * inside['longest_block']:.0f} ms",
            "memory after the first minute → at the end": " → ".join(f"{each / 1e6:.0f} MB" for each in memory),
            "a further page opens, median, worst": f"{statistics.median(self.opened):.1f}, {max(self.opened):.1f} s",
            "frames of a viewer": f"{statistics.mean(shown) / took:.1f} /s ({min(shown) / took:.1f} at least)",
            "engine": f"{(run.step - first) / took:.1f} steps/s",
            "edits decided after, median, worst": (
                f"{1000 * statistics.median(self.decided):.0f}, {1000 * max(self.decided):.0f} ms ({len(self.decided)})"
            ),
            "viewers that lost the server, and other errors": f"{len(wrong)} {' '.join({*wrong})}",
        }

    async def _steer(self) -> None:
        """Changes the curvature every two seconds."""
        for turn in range(1_000_000):
            started = time.perf_counter()
            (edit,) = self._run.steer(curvature=-1.0 - (turn % 10) / 10)
            while any(each.id == edit for each in self._run.pending()):
                await asyncio.sleep(0.01)
            self.decided.append(time.perf_counter() - started)
            await asyncio.sleep(EDIT_SECONDS)

    async def _open(self) -> None:
        """Opens the page again and again, as somebody who comes late does."""
        for turn in range(1_000_000):
            viewer = Viewer(URL, True)
            task = asyncio.create_task(viewer.watch(f"late-{turn}"))
            await asyncio.sleep(NEWCOMER_SECONDS / 2)
            self.opened.append(viewer.opened or NEWCOMER_SECONDS / 2)
            task.cancel()
            viewer.close()
            await asyncio.sleep(NEWCOMER_SECONDS / 2)


BUDGETS = {"event loop answers, median": "≤ 50 ms", "event loop answers, worst": "≤ 250 ms"}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--answering", type=int, default=25, help="viewers that acknowledge frames")
    parser.add_argument("--frozen", type=int, default=5, help="viewers that do not read")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        bench = Bench(Path(folder))
        with bench.engine() as run, bench.server():
            rows = asyncio.run(Load(bench, run).hold(given.answering, given.frozen, 60 * given.minutes))
    table = Table("what", "budget", "measured")
    for name, value in rows.items():
        table.add_row(name, BUDGETS.get(name, "–"), value)
    console = Console()
    console.print(table)
    console.print(f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}")


if __name__ == "__main__":
    main()
