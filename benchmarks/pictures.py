"""Makes the README's pictures: a real digits run, started, steered and forked in a real Chromium."""

import io
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
PORT = 5089
ADDRESS = f"http://127.0.0.1:{PORT}/app"
GIF_SIZE = (960, 600)
FRAME_MILLISECONDS = 250


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


def play(page: Page, assets: Path) -> None:
    """The path of a first visit."""
    page.goto(ADDRESS)
    page.get_by_role("button", name="Start the digits run").click(timeout=60_000)
    page.get_by_text("classes × 10 images").wait_for(timeout=60_000)
    film = Film(page)
    film.take(10)
    # A quick machine would make all steps before the first disk is there.
    page.get_by_role("button", name="Pause").click()
    page.get_by_text(re.compile("from ▢ to ★|Until then")).first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Resume").click()
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
    page.get_by_text("By features").wait_for(timeout=60_000)
    film.take(6)
    film.save(assets / "workbench.gif")
    page.wait_for_timeout(8000)
    page.screenshot(path=assets / "workbench.png")
    page.get_by_role("button", name="Toggle theme").click()
    page.wait_for_timeout(8000)
    page.screenshot(path=assets / "workbench-dark.png")


def main() -> None:
    """Serves, films, and ends what it started."""
    sys.path.insert(0, str(ROOT / "tests" / "workbench"))
    from chromium import chromium_path

    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HDD_RUNS": folder + "/runs", "HDD_CACHE_DIR": folder + "/cache"}
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
                page = browser.new_page(viewport={"width": 1600, "height": 1000})
                play(page, ROOT / "assets")
                # On a quick machine the run is over by now.
                if (stop := page.get_by_role("button", name="Stop")).count():
                    stop.click()
                    page.get_by_text("Stopped").first.wait_for(timeout=60_000)
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
