"""Makes the pictures of the playground's figures, which a saved notebook shows where no script may run."""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "workbench"))

from chromium import chromium_path

from workbench.views.playground import FIGURES, Playground

PICTURES = Path(__file__).parent.parent / "workbench" / "views" / "playground" / "pictures"
COLORS = 48


def main() -> None:
    """Takes one of each figure, on white."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for name in FIGURES:
            # A static page, in which what is to be guessed first is shown.
            page = browser.new_page(viewport={"width": 960, "height": 640})
            path = Path(folder) / f"{name}.html"
            Playground(name).save(path)
            page.goto(path.as_uri())
            if page.locator(".choices button").count():
                page.locator(".choices button").last.click()
            page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            taken = Image.open(io.BytesIO(page.locator(".pictures").screenshot())).convert("RGB")
            taken.quantize(COLORS, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
