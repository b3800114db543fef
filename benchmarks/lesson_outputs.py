"""Runs the first lesson in a real JupyterLab and keeps in it what its cells show; of live views, a picture."""

import base64
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "workbench"))

from chromium import chromium_path
from lab import Lab, serve_lab
from pictures import small_png
from tab import Tab

ROOT = Path(__file__).parent.parent
LESSON = ROOT / "notebooks" / "01-first-distillation.ipynb"
LIVE = "Workbench(run)", "Disk(released)", "ImageWall(forks[-4.0])"
"""The last lines of the cells with a live view."""
SECONDS = 600


def picture(page: Page, line: str) -> str:
    """A PNG file of what the cell that ends with `line` shows, in base 64, once it has come to rest."""
    cell = page.locator(".jp-CodeCell").filter(has_text=line).first
    shown = cell.locator(".jp-OutputArea-executeResult .jp-OutputArea-output")
    shown.scroll_into_view_if_needed()
    page.get_by_text("Laying out the real images").wait_for(state="hidden")
    page.wait_for_timeout(8000)
    return base64.b64encode(small_png(shown.screenshot())).decode()


def outputs(cell: dict[str, Any], pictures: dict[str, str]) -> list[dict[str, Any]]:
    """What is kept of the outputs of a cell that was run: words and pictures, but no scripts."""
    last = "".join(cell["source"]).rsplit("\n", 1)[-1]
    words = [each for each in cell["outputs"] if each["output_type"] == "stream"]
    if last in pictures:
        data = {"image/png": pictures[last], "text/plain": [last]}
        return [*words, {"output_type": "display_data", "data": data, "metadata": {}}]
    return words + [each for each in cell["outputs"] if "image/png" in each.get("data", {})]


def main() -> None:
    """Runs the lesson in a folder of its own and writes the outputs into the notebook."""
    with tempfile.TemporaryDirectory() as parent, sync_playwright() as playwright:
        folder = Path(parent) / "work"
        folder.mkdir()
        ran = folder / LESSON.name
        shutil.copy(LESSON, ran)
        (Path(parent) / "assets").symlink_to(ROOT / "assets")
        with serve_lab(folder, Path(parent) / "lab.log") as address:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1500, "height": 1300})
            lab = Lab(Tab(page, []), address, LESSON.name)
            lab.menu("Run", "Run All Cells")
            measured = page.locator(".jp-OutputArea-output").get_by_text("random real digits: ")
            measured.wait_for(state="attached", timeout=1000 * SECONDS)
            pictures = {line: picture(page, line) for line in LIVE}
            cells = lab.save(ran)["cells"]
            browser.close()
    kept = json.loads(LESSON.read_text(encoding="utf-8"))
    for cell, made in zip(kept["cells"], cells, strict=True):
        if cell["cell_type"] == "code":
            cell["outputs"] = outputs(made, pictures)
            cell["execution_count"] = made["execution_count"]
    LESSON.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
