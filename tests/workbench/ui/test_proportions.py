"""Images that are not square, on the page of a finished run."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import workbench
from hdd import api

APP = Path(workbench.__file__).parent / "app.py"
WIDTH, HEIGHT = 48, 16

PROPORTIONS = """() => Bokeh.documents.flatMap((each) => [...each._all_models.values()])
  .filter((each) => each.type == "Figure" && Bokeh.index.find_one(each)).flatMap((plot) => {
    const {x_scale, y_scale} = Bokeh.index.find_one(plot).frame
    const unit = Math.abs((x_scale.compute(1) - x_scale.compute(0)) / (y_scale.compute(1) - y_scale.compute(0)))
    return plot.renderers.filter((each) => each.glyph?.type == "ImageRGBA").flatMap(({glyph, data_source: {data}}) => {
      const size = (side, i) => glyph[side].field ? data[glyph[side].field][i] : glyph[side].value
      return Array.from(data.image).map((image, i) => [
        plot.name ?? "", image.shape[1] / image.shape[0], unit * size("dw", i) / size("dh", i)])
    })
  })"""
"""Of every picture that is drawn: the figure, the proportions of its pixels, and those at which it is drawn."""


@pytest.fixture
def wide_run(root, tmp_path):
    random = np.random.default_rng(0)
    for part, count in (("train", 4), ("test", 1)):
        for label in range(3):
            folder = tmp_path / "wide" / part / f"class {label}"
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    small = {"ipc": 2, "steps": 2, "network_width": 8, "threads": 1}
    return api.distill(f"folder:{tmp_path / 'wide'}", out=root / "wide", **small)


def test_no_picture_is_stretched(serve, new_tab, wide_run):
    _, address = serve(APP)
    tab = new_tab()
    tab.goto(f"{address}?run=wide")
    tab.until(tab.wall)
    tab.sees(f"images of {WIDTH}×{HEIGHT} pixels")

    def drawn(count, *names):
        found = tab.page.evaluate(PROPORTIONS)
        return found if len(found) >= count and {*names} <= {name for name, *_ in found} else None

    # A click while the page is still being built can be lost.
    tab.until(tab.points)
    tab.page.mouse.move(*tab.edges("wall")(0.5, 0.5))
    tab.page.mouse.click(*tab.edges("wall")(0.5, 0.5))
    tab.sees("Classes by features")
    # The wall, the enlarged image, three pictures of the selected one, its history, and the nearest images.
    found = tab.until(lambda: drawn(2 + 3 + 1 + 5 + 5))
    tab.page.get_by_role("tab", name="Hierarchy").click()
    found += tab.until(lambda: drawn(1, "hierarchy"))
    for name, of_pixels, on_screen in found:
        # The sheet of the wall has a transparent line beside each image.
        assert on_screen == pytest.approx(of_pixels, rel=0.08), name
