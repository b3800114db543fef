"""How quick the page is: a real Chromium on a real digits run, printed as a table. `make bench-ui` runs it.

Engine, server and browser share this machine. The slow-down of the engine is measured twice: with all of them on the
same cores, where the browser's own work counts too, and with the engine on other cores than the rest.
With `--stream MINUTES` it watches one page for so long instead, and prints what memory it took.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cores import pin, threads_of
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from hdd.runs.inbox import WATCHED_SECONDS
from hdd.runs.run import Run
from workbench.core.jobs import SPARE_CORES

ROOT = Path(__file__).parent.parent
PORT = 5087
URL = f"http://127.0.0.1:{PORT}/served"
STEPS = 100_000
WINDOW_SECONDS = 10.0
TURNS = 3
TURN_SECONDS = 6.0
DRAGS = 30
SESSIONS = 20
SETTLING_SECONDS = 120.0
DISK_WORDS = "from ▢ to ★"
"""The page says so once a disk is drawn."""
BUDGETS = {
    "server started → page ready": "≤ 6 s",
    "URL → first live frame, cold": "≤ 2.5 s",
    "URL → first live frame, warm": "≤ 1.5 s",
    "control → pending, p50": "≤ 100 ms",
    "control → effect, p50": "≤ 200 ms",
    "control → effect, p95": "≤ 400 ms + a step",
    "frames painted": "≥ 10 /s",
    "engine slow-down, server without viewers": "< 1 %",
    "engine slow-down, 1 viewer, same cores": "≤ 15 %",
    "engine slow-down, 1 viewer, other cores": "< 3 %",
    "engine slow-down, 4 viewers, same cores": "",
    "engine slow-down, 4 viewers, other cores": "< 5 %",
    "longest block of the event loop, 1 viewer": "< 100 ms",
    "longest block of the event loop, sessions opening": "< 100 ms",
    f"{SESSIONS} sessions opened and closed: left": "0 views, 0 watchers",
    f"{SESSIONS} sessions opened and closed: memory": "< 5 MB",
    "console errors, failed requests, page errors": "0",
}
STREAM_BUDGETS = {
    "frames painted": BUDGETS["frames painted"],
    "memory of the server": "< +10 %",
    "JavaScript heap of the page": "< +10 %",
    "console errors, failed requests, page errors": BUDGETS["console errors, failed requests, page errors"],
}

# The first slider is the curvature's. What it waits for is seen by the page itself, to the frame.
DRAG = """
async () => {
    const models = [...Bokeh.documents[0]._all_models.values()]
    const real = models.find((m) => m.type === "ColumnDataSource" && "fill" in m.data)
    const inside = (element) => (element.shadowRoot ? [element, ...deep(element.shadowRoot)] : [element])
    const deep = (root) => [...root.querySelectorAll("*")].flatMap(inside)
    const slider = deep(document).find((e) => e.matches("input[type=range]"))
    const said = () => deep(document).some((e) => !e.children.length && /^pending/.test(e.textContent))
    const started = performance.now()
    const effect = new Promise((done) => real.properties.data.change.connect(function seen() {
        real.properties.data.change.disconnect(seen)
        requestAnimationFrame(() => done(performance.now() - started))
    }))
    slider.focus()
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set
    set.call(slider, Number(slider.value) + (Number(slider.value) > 100 ? -1 : 1))
    slider.dispatchEvent(new Event("change", {bubbles: true}))
    let pending = null
    while (pending === null && performance.now() - started < 5000) {
        await new Promise(requestAnimationFrame)
        if (said()) pending = performance.now() - started
    }
    const late = new Promise((done) => setTimeout(() => done(null), 10000))
    return [pending, await Promise.race([effect, late])]
}
"""
PAINTED = """
() => {
    const links = [...Bokeh.documents[0]._all_models.values()].filter((m) => "frame" in (m.data?.attributes ?? {}))
    return Math.max(...links.map((m) => m.data.frame))
}
"""


class Bench:
    """One measuring session: a folder of runs, an engine, a server, a browser."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.probe = folder / "probe.json"
        self.wrong: list[str] = []
        self.rows: dict[str, str] = {}
        self._server = self._engine = 0
        self.environment = {
            **os.environ,
            "HDD_RUNS": str(folder / "runs"),
            "HDD_PROBE": str(self.probe),
            "HDD_CACHE_DIR": str(folder / "cache"),
        }

    @contextmanager
    def engine(self) -> Iterator[Run]:
        """A digits run that goes on, started as the page starts one."""
        out = self.folder / "runs" / "digits"
        command = [
            "distill",
            "--out",
            str(out),
            "--steps",
            str(STEPS),
            "--set",
            f"threads={SPARE_CORES}",
            "--json-lines",
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "hdd", *command], env=self.environment, stdout=subprocess.DEVNULL
        )
        self._engine = process.pid
        wait_for(lambda: (out / "run.db").exists() and Run(out).step > 20, process)
        try:
            yield Run(out)
        finally:
            process.terminate()
            process.wait()

    @contextmanager
    def server(self) -> Iterator[float]:
        """A server; gives the moment at which it was started."""
        started = time.perf_counter()
        command = ["serve", "benchmarks/served.py", "--address", "127.0.0.1", "--port", str(PORT)]
        lifetimes = ["--unused-session-lifetime", "5000", "--check-unused-sessions", "500"]
        process = subprocess.Popen(
            [sys.executable, "-m", "panel", *command, *lifetimes],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def answers() -> bool:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5).close()
            except OSError:
                return False
            return True

        wait_for(answers, process)
        self._server = process.pid
        try:
            yield started
        finally:
            process.terminate()
            process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside, the server and its projectors stand still, and so do the pages that they feed."""
        os.killpg(self._server, signal.SIGSTOP)
        try:
            # So long the engine still makes frames for them.
            time.sleep(WATCHED_SECONDS)
            yield
        finally:
            os.killpg(self._server, signal.SIGCONT)
            time.sleep(1)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Inside, the engine runs on the first core, and server and browser on the others."""
        cores = os.sched_getaffinity(0)
        engine = threads_of(self._engine)
        others = threads_of(os.getpid()) - engine
        pin(engine, {min(cores)})
        pin(others, cores - {min(cores)})
        try:
            yield
        finally:
            pin(threads_of(os.getpid()), cores)

    def slow_down(self, run: Run) -> str:
        """Of the engine by the server and its viewers; measured in turns, since a machine's pace drifts."""
        alone, watched = [], []
        for _ in range(TURNS):
            with self.frozen():
                alone.append(steps_per_second(run, TURN_SECONDS))
            watched.append(steps_per_second(run, TURN_SECONDS))
        base, rate = statistics.mean(alone), statistics.mean(watched)
        return f"{100 * (1 - rate / base):.0f} % ({base:.1f} → {rate:.1f} steps/s)"

    def open(self, context: BrowserContext) -> Page:
        """A page whose errors are noted."""
        page = context.new_page()
        page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", lambda request: self.wrong.append(request.url))
        return page

    def inside(self, fresh: bool = False) -> dict[str, float]:
        """What the server says of itself; `fresh` forgets the longest block and collects garbage first."""
        if fresh:
            self.probe.unlink(missing_ok=True)
        wait_for(self.probe.exists)
        return json.loads(self.probe.read_text())

    def memory(self, page: Page) -> dict[str, float]:
        """Bytes that are in use once garbage is collected."""
        devtools = page.context.new_cdp_session(page)
        devtools.send("HeapProfiler.collectGarbage")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
        devtools.detach()
        return {"memory of the server": self.inside(fresh=True)["memory"], "JavaScript heap of the page": heap}


def wait_for(condition: Callable[[], bool], process: subprocess.Popen | None = None, seconds: float = 120) -> None:
    """Waits until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with code {process.returncode}")
        if time.monotonic() > end:
            raise TimeoutError(f"{condition} did not come true in {seconds} s")
        time.sleep(0.02)


def steps_per_second(run: Run, seconds: float) -> float:
    """Of the engine, over a window from now."""
    first, started = run.step, time.perf_counter()
    time.sleep(seconds)
    return (run.step - first) / (time.perf_counter() - started)


def live(page: Page) -> float:
    """Seconds from asking for the URL until live images are painted."""
    started = time.perf_counter()
    page.goto(URL)
    page.wait_for_function(f"window.Bokeh?.documents?.[0] && ({PAINTED})() > 0", timeout=60_000)
    page.get_by_text("classes × 10 images").wait_for(timeout=60_000)
    return time.perf_counter() - started


def steer(page: Page) -> tuple[list[float], list[float]]:
    """Milliseconds from moving the curvature to "pending", and to moved points, over many moves."""
    pending, effect = [], []
    for _ in range(DRAGS):
        said, seen = page.evaluate(DRAG)
        pending += [] if said is None else [said]
        effect += [] if seen is None else [seen]
        page.wait_for_timeout(700)
    return pending, effect


def newcomer(browser: Browser) -> BrowserContext:
    """A browser whose cache is empty."""
    return browser.new_context(viewport={"width": 1600, "height": 1000})


def measure(bench: Bench, browser: Browser) -> None:
    """Fills the rows."""
    rows, context = bench.rows, newcomer(browser)
    with bench.server() as started:
        page = bench.open(context)
        page.goto(URL)
        page.get_by_role("button", name="Start the digits run").wait_for(timeout=60_000)
        rows["server started → page ready"] = f"{time.perf_counter() - started:.1f} s"
        page.close()
    with bench.engine() as run:
        with bench.server():
            rows["engine slow-down, server without viewers"] = bench.slow_down(run)
            context = newcomer(browser)
            page = bench.open(context)
            rows["URL → first live frame, cold"] = f"{live(page):.1f} s"
            page.get_by_text(DISK_WORDS).wait_for(timeout=60_000)
            page.close()
            # Until its session has ended that page keeps the driver's seat.
            wait_for(lambda: bench.inside()["sessions"] == 0)
            page = bench.open(context)
            rows["URL → first live frame, warm"] = f"{live(page):.1f} s"
            page.get_by_text(DISK_WORDS).wait_for(timeout=60_000)
            page.wait_for_timeout(3000)
            bench.inside(fresh=True)
            first = page.evaluate(PAINTED)
            time.sleep(WINDOW_SECONDS)
            rows["frames painted"] = f"{(page.evaluate(PAINTED) - first) / WINDOW_SECONDS:.1f} /s"
            pending, effect = steer(page)
            p95 = sorted(effect)[int(0.95 * len(effect))]
            rows["control → pending, p50"] = f"{statistics.median(pending):.0f} ms"
            rows["control → effect, p50"] = f"{statistics.median(effect):.0f} ms"
            rows["control → effect, p95"] = f"{p95:.0f} ms ({len(effect)} of {DRAGS} moves)"
            rows["longest block of the event loop, 1 viewer"] = f"{1000 * bench.inside()['longest_block']:.0f} ms"
            rows["engine slow-down, 1 viewer, same cores"] = bench.slow_down(run)
            with bench.apart():
                rows["engine slow-down, 1 viewer, other cores"] = bench.slow_down(run)
            others = [bench.open(context) for _ in range(3)]
            for other in others:
                live(other)
            page.wait_for_timeout(3000)
            rows["engine slow-down, 4 viewers, same cores"] = bench.slow_down(run)
            with bench.apart():
                rows["engine slow-down, 4 viewers, other cores"] = bench.slow_down(run)
            for other in [*others, page]:
                other.close()
            wait_for(lambda: bench.inside()["sessions"] == 0)
            before = bench.inside(fresh=True)["memory"]
            for _ in range(SESSIONS):
                page = bench.open(context)
                live(page)
                page.close()
            wait_for(lambda: bench.inside()["documents"] == 0)
            left = bench.inside()
            after = bench.inside(fresh=True)["memory"]
        rows["longest block of the event loop, sessions opening"] = f"{1000 * left['longest_block']:.0f} ms"
        rows[f"{SESSIONS} sessions opened and closed: left"] = f"{left['sessions']} views, {left['feeds']} watchers"
        rows[f"{SESSIONS} sessions opened and closed: memory"] = f"{(after - before) / 1e6:+.1f} MB"


def stream(bench: Bench, browser: Browser, minutes: float) -> None:
    """Fills the rows of a page that is watched for a long time."""
    with bench.engine(), bench.server():
        page = bench.open(newcomer(browser))
        live(page)
        page.get_by_text(DISK_WORDS).wait_for(timeout=60_000)
        time.sleep(SETTLING_SECONDS)
        first, before = page.evaluate(PAINTED), bench.memory(page)
        time.sleep(60 * minutes)
        frames, after = page.evaluate(PAINTED) - first, bench.memory(page)
        page.close()
    bench.rows["frames painted"] = f"{frames / (60 * minutes):.1f} /s ({frames} frames)"
    for name in before:
        grown = 100 * (after[name] / before[name] - 1)
        bench.rows[name] = f"{grown:+.1f} % ({before[name] / 1e6:.1f} → {after[name] / 1e6:.1f} MB)"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stream", type=float, metavar="MINUTES")
    minutes = parser.parse_args().stream
    sys.path.insert(0, str(ROOT / "tests" / "workbench"))
    from chromium import chromium_path

    folder = Path(tempfile.mkdtemp())
    bench = Bench(folder)
    try:
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
            if minutes is None:
                measure(bench, browser)
            else:
                stream(bench, browser, minutes)
            bench.rows["console errors, failed requests, page errors"] = str(len(bench.wrong))
            version = browser.version
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        console = Console()
        table = Table("what", "budget", "measured")
        for name, budget in (BUDGETS if minutes is None else STREAM_BUDGETS).items():
            table.add_row(name, budget or "–", bench.rows.get(name, "not measured"))
        console.print(table)
    console.print(f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}, Chromium {version}")
    for wrong in bench.wrong:
        console.print(wrong, markup=False)


if __name__ == "__main__":
    main()
