"""How smoothly the figures of the playground are dragged: a real Chromium, printed as a table.

In every frame the page gets one pointer event, as from a fast mouse, that drags round the disk. The budget is 50 frames
a second on a disk with 300 points.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "workbench"))

from chromium import chromium_path

from workbench.views.playground import FIGURES, Playground

POINTS = 300
SECONDS = 4
DRAG = """
async (seconds) => {
  const root = document.querySelector("#figure").shadowRoot
  root.querySelector(".choices button")?.click()
  const svg = root.querySelector("svg"), handle = root.querySelector(".handle")
  const box = svg.getBoundingClientRect(), middle = [box.x + box.width / 2, box.y + box.height / 2]
  const send = (type, x, y) =>
    svg.dispatchEvent(new PointerEvent(type, {clientX: x, clientY: y, pointerId: 1, bubbles: true, isPrimary: true}))
  // A pointer that does not exist cannot be captured.
  svg.setPointerCapture = () => {}
  svg.hasPointerCapture = () => true
  const place = handle?.getBoundingClientRect()
  const background = [middle[0], middle[1] + box.height * 0.3]
  const from = %s && place ? [place.x + place.width / 2, place.y + place.height / 2] : background
  send("pointerdown", ...from)
  const times = []
  const start = performance.now()
  while (performance.now() - start < 1000 * seconds) {
    const angle = (performance.now() - start) / 400
    send("pointermove", middle[0] + 0.3 * box.width * Math.sin(angle), middle[1] + 0.3 * box.height * Math.cos(angle))
    times.push(await new Promise(requestAnimationFrame))
  }
  const gaps = times.slice(1).map((time, i) => time - times[i]).sort((p, q) => p - q)
  return [1000 / (gaps.reduce((p, q) => p + q) / gaps.length), gaps[Math.floor(0.95 * gaps.length)], gaps.at(-1)]
}
"""


def main() -> None:
    """Measures all figures, then prints a table."""
    random = np.random.default_rng(0)
    angles, radii = random.uniform(0, 2 * np.pi, POINTS), random.uniform(0, 4, POINTS)
    points = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1)
    cloud = {"name": f"{POINTS} points", "real": points[: POINTS - 50], "synthetic": points[POINTS - 50 :]}
    table = Table("figure", "dragged", "frames /s", "95 % of frames within", "longest frame")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for name in FIGURES:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            path = Path(folder) / f"{name}.html"
            Playground(name, cloud=cloud).save(path)
            for what in ("plane", "point"):
                page.goto(path.as_uri())
                rate, most, longest = page.evaluate(DRAG % ("true" if what == "point" else "false"), SECONDS)
                table.add_row(name, what, f"{rate:.0f}", f"{most:.0f} ms", f"{longest:.0f} ms")
            page.close()
        browser.close()
    Console().print(table)


if __name__ == "__main__":
    main()
