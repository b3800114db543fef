"""Makes the pictures of the README and of docs/page.md: real runs of the digits in a real Chromium.

python benchmarks/pictures.py          the first visit, for the README, into assets
python benchmarks/pictures.py --tabs   each tab, for docs/page.md, into docs/pictures
"""

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).parent.parent
PORT = 5089
ADDRESS = f"http://127.0.0.1:{PORT}/app"
GIF_SIZE = (960, 600)
FRAME_MILLISECONDS = 250
STUDY = """
title: Three curvatures on the digits
base: {dataset: digits, ipc: 1, steps: 40, real_batch: 64, network_width: 16, threads: 1}
arms:
  mean: {objective: mean}
  K = -0.25: {curvature: -0.25}
  K = -1: {curvature: -1}
  K = -4: {curvature: -4}
  random real: {baseline: random}
seeds: 3
evaluate: {protocol: quick, epochs: 30, networks: 2, width: 16, steps: [10, 20]}
control: mean
"""


class Film:
    """Pictures of a page, one after the other."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[Image.Image] = []

    def take(self, frames: int) -> None:
        """Films so many frames, as quick as the browser gives them: its work is the run's loss."""
        for _ in range(frames):
            picture = Image.open(io.BytesIO(self._page.screenshot(type="jpeg", quality=92))).convert("RGB")
            self._frames.append(picture.resize(GIF_SIZE, Image.Resampling.LANCZOS))
            time.sleep(FRAME_MILLISECONDS / 1000)

    def save(self, path: Path) -> None:
        """Writes a GIF of one palette, whose frames keep only what changed."""
        palette = self._frames[-1].quantize(96)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self._frames]
        frames[0].save(
            path, save_all=True, append_images=frames[1:], duration=FRAME_MILLISECONDS, loop=0, optimize=True
        )


def small_png(taken: bytes) -> bytes:
    """A picture of a page as a PNG file of 256 colours."""
    file = io.BytesIO()
    # The other ways to quantise spend the palette on greys, and take the colours of classes for one another.
    small = (
        Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    )
    small.save(file, "PNG", optimize=True)
    return file.getvalue()


def play(page: Page, assets: Path) -> None:
    """The path of a first visit."""
    page.goto(ADDRESS)
    page.get_by_role("button", name="Start the digits run").click(timeout=60_000)
    page.get_by_text("classes × 10 images").wait_for(timeout=60_000)
    film = Film(page)
    film.take(10)
    # A quick machine would make all steps before the first disk is there.
    page.get_by_role("button", name="Pause or resume").click()
    page.get_by_text(re.compile("from ▢ to ★|Until then")).first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Pause or resume").click()
    film.take(6)
    curvature = page.get_by_role("slider", name="Curvature")
    for _ in range(5):
        for _ in range(4):
            curvature.press("ArrowRight")
        film.take(3)
    page.get_by_text("applied @").first.wait_for(timeout=60_000)
    film.take(4)
    page.get_by_text("Laying out the real images").wait_for(state="hidden", timeout=200_000)
    film.take(3)
    page.locator(".bk-Figure").first.click(position={"x": 250, "y": 210})
    page.get_by_text("by features").first.wait_for(timeout=60_000)
    film.take(6)
    film.save(assets / "workbench.gif")
    page.wait_for_timeout(8000)
    page.screenshot(path=assets / "workbench.png")
    page.get_by_role("button", name="Toggle theme").click()
    page.wait_for_timeout(8000)
    page.screenshot(path=assets / "workbench-dark.png")


def prepare(runs: Path, environment: dict[str, str]) -> None:
    """Makes what the tabs show: a run that is steered, a fork of it, and a small study."""
    declared = runs.parent / "curvatures.yaml"
    declared.write_text(STUDY, encoding="utf-8")
    for command in (
        f"distill --dataset digits --steps 200 --at 100:curvature=-4 --out {runs}/geometric",
        f"fork {runs}/geometric --step 100 --curvature -0.25 --out {runs}/flat",
        f"study {declared} --out {runs}/curvatures",
    ):
        subprocess.run([sys.executable, "-m", "hdd", *shlex.split(command)], cwd=ROOT, env=environment, check=True)


def show_tabs(page: Page, folder: Path) -> None:
    """Takes a picture of each tab once it shows what it is for."""
    folder.mkdir(exist_ok=True)

    def take(name: str, shown: Locator) -> None:
        shown.wait_for(timeout=300_000)
        # What moves comes to rest, and what is large arrives.
        page.wait_for_timeout(8000)
        (folder / f"{name}.png").write_bytes(small_png(page.screenshot()))

    def open_tab(name: str) -> None:
        page.get_by_role("tab", name=name).click()

    page.goto(f"{ADDRESS}?run=geometric&step=150")
    page.get_by_text("from ▢ to ★").first.wait_for(timeout=300_000)
    page.get_by_text("Laying out the real images").wait_for(state="hidden", timeout=300_000)
    page.locator(".bk-Figure").first.click(position={"x": 250, "y": 210})
    take("live", page.get_by_text("By features").first)
    open_tab("Hierarchy")
    take("hierarchy", page.get_by_text("from the root").first)
    open_tab("Audit")
    page.get_by_role("button", name="Audit step").click()
    take("audit", page.get_by_text("Step 150, 100 images").first)
    open_tab("Runs")
    take("runs", page.get_by_role("checkbox", name="Select flat"))
    open_tab("Studies")
    take("studies", page.get_by_role("button", name="random real").first)
    page.goto(f"{ADDRESS}?run=geometric&step=150&tab=compare&compared=flat")
    page.get_by_role("button", name="Fork from here").wait_for(timeout=300_000)
    page.get_by_text("apart on average").first.wait_for(timeout=300_000)
    # The disk of the second run.
    take("compare", page.get_by_text("from ▢ to ★").nth(1))
    open_tab("Learn")
    page.get_by_role("button", name="Triangles", exact=True).click(timeout=60_000)
    take("learn", page.get_by_role("button", name="Down to 0°"))


@contextmanager
def served(environment: dict[str, str]) -> Iterator[Page]:
    """The page of a server that runs meanwhile, in a Chromium."""
    sys.path.insert(0, str(ROOT / "tests" / "workbench"))
    from chromium import chromium_path

    command = ["serve", "workbench/app.py", "--address", "127.0.0.1", "--port", str(PORT)]
    server = subprocess.Popen([sys.executable, "-m", "panel", *command], cwd=ROOT, env=environment)
    try:
        while True:
            try:
                urllib.request.urlopen(ADDRESS, timeout=30).close()
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            yield browser.new_page(viewport={"width": 1600, "height": 1000})
            browser.close()
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Serves, takes the pictures, and ends what it started."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HDD_RUNS": folder + "/runs", "HDD_CACHE_DIR": folder + "/cache"}
        if tabs := sys.argv[1:] == ["--tabs"]:
            prepare(Path(folder) / "runs", environment)
        with served(environment) as page:
            if tabs:
                show_tabs(page, ROOT / "docs" / "pictures")
                return
            play(page, ROOT / "assets")
            # On a quick machine the run is over by now.
            if (stop := page.get_by_role("button", name="Stop")).count():
                stop.click()
                page.get_by_text("Stopped").first.wait_for(timeout=60_000)


if __name__ == "__main__":
    main()
