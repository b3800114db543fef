"""Panes are maximised and saved, and what the page shows is handed over as files."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from tab import TIMEOUT


def width(tab, name):
    return tab.ask(name, "plot => Bokeh.index.find_one(plot).el.getBoundingClientRect().width")


def test_a_pane_is_maximised_by_a_key_and_saved_by_its_buttons(open_tab, make_run):
    make_run("run", steps=20)
    tab = open_tab()
    tab.until(tab.points)
    tab.sees("Optimisation")
    before = width(tab, "disk")
    tab.page.mouse.move(*tab.edges("disk")(0, 0))
    tab.press("m")
    tab.until(lambda: width(tab, "disk") > 1.8 * before)
    tab.press("Escape")
    tab.until(lambda: abs(width(tab, "disk") - before) < 2)
    tab.page.mouse.move(*tab.edges("wall")(5, 5))
    buttons = tab.page.locator(".hdd-pane", has=tab.page.get_by_text("Synthetic images", exact=True))
    buttons.get_by_role("button", name="Maximise").click()
    tab.until(lambda: width(tab, "wall") > 1200)
    buttons.get_by_role("button", name="Restore").click()
    tab.until(lambda: width(tab, "wall") < 1000)
    with tab.page.expect_download() as png:
        buttons.get_by_role("button", name="Save as PNG").click()
    assert png.value.suggested_filename == "wall.png"
    assert len(np.unique(np.asarray(Image.open(png.value.path())).reshape(-1, 4), axis=0)) > 20
    with tab.page.expect_download() as svg:
        buttons.get_by_role("button", name="Save as SVG").click()
    assert svg.value.path().read_text().startswith("<svg")


def test_images_and_curves_are_exported(open_tab, make_run):
    run = make_run("run", steps=20)
    tab = open_tab()
    tab.until(tab.wall)

    def exported(label):
        with tab.page.expect_download() as download:
            tab.button("Export").click()
            tab.page.get_by_role("menuitem", name=label, exact=True).click()
        return download.value.suggested_filename, download.value.path().read_bytes()

    name, data = exported("Images, a folder (ZIP)")
    assert name == "run-step20.zip"
    archive = zipfile.ZipFile(io.BytesIO(data))
    image = np.asarray(Image.open(archive.open(f"003-{run.classes[3]}/0001.png")))
    assert np.array_equal(image, run.to_pixels(run.images(20))[3, 1, 0])
    assert exported("Images, one picture (PNG)")[0] == "run-step20.png"
    assert exported("Curves (CSV)")[1].startswith(b"step,loss,")
    assert b'"run": "run"' in exported("Selection (JSON)")[1]


def test_a_page_is_dark_if_the_system_is_until_the_user_chooses(browser, server, root, make_run):
    make_run("run", steps=20)
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{server}?runs={root}")
    dark, light = "rgb(28, 32, 37)", "rgb(255, 255, 255)"
    sheet = page.locator(".hdd-pane").first
    page.get_by_text("steps kept").first.wait_for(timeout=TIMEOUT)
    expect(sheet).to_have_css("background-color", dark, timeout=TIMEOUT)
    page.get_by_role("button", name="Toggle theme").click()
    expect(sheet).to_have_css("background-color", light, timeout=TIMEOUT)
    page.wait_for_function("document.cookie.includes('hdd-colors=light')")
    page.reload()
    page.get_by_text("steps kept").first.wait_for(timeout=TIMEOUT)
    expect(sheet).to_have_css("background-color", light)
    context.close()


@pytest.mark.slow
def test_bars_between_panes_share_the_room_and_are_kept(open_tab, make_run):
    make_run("run", steps=20)
    tab = open_tab()

    def shown():
        tab.until(tab.points)
        tab.sees("Optimisation")
        return tab.page.get_by_role("separator", name="Width of the images")

    bar = shown()
    before = width(tab, "disk")
    for _ in range(5):
        bar.press("ArrowRight")
    tab.until(lambda: width(tab, "disk") < 0.85 * before)
    smaller = width(tab, "disk")
    place = bar.bounding_box()
    tab.page.mouse.move(place["x"] + 4, place["y"] + 50)
    tab.page.mouse.down()
    tab.page.mouse.move(place["x"] - 2000, place["y"] + 50, steps=4)
    tab.page.mouse.up()
    tab.until(lambda: width(tab, "disk") > 1.2 * before)
    wide = width(tab, "disk")
    assert width(tab, "wall") > 150 and wide > smaller
    tab.page.reload()
    bar = shown()
    tab.until(lambda: abs(width(tab, "disk") - wide) < 2)
    bar.dblclick()
    tab.until(lambda: abs(width(tab, "disk") - before) < 2)
    curves = tab.page.get_by_role("separator", name="Height of the curves")
    low = tab.ask("radius", "plot => Bokeh.index.find_one(plot).el.getBoundingClientRect().height")
    curves.press("ArrowUp")
    tab.until(lambda: tab.ask("radius", "plot => Bokeh.index.find_one(plot).el.getBoundingClientRect().height") > low)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "is_over"), [(1280, False), (1024, True)])
def test_the_inspector_lies_over_a_narrow_page_and_takes_room_from_a_wide_one(open_tab, make_run, page, is_over):
    make_run("run", steps=20)
    tab = open_tab()
    tab.page.set_viewport_size({"width": page, "height": 768})
    tab.until(tab.points)
    before = width(tab, "wall")
    tab.page.mouse.click(*tab.edges("wall")(1.5, 8.5))
    tab.sees("radius rank in class")
    tab.until(lambda: (width(tab, "wall") == before) == is_over)
    # The timeline can be used beside or under it.
    tab.page.get_by_role("button", name="Fork from here").click()
    tab.sees("Fork")
