"""The tab "Learn": the playground, and the points of a class of the run in it."""

import re

import numpy as np
import pytest

from hdd.sets import SyntheticSet, save


def opened(tab):
    tab.page.get_by_role("tab", name="Learn").click()
    tab.page.get_by_role("heading", name="Move the plane").wait_for()


def test_a_figure_is_dragged_without_the_server(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    opened(tab)
    tab.page.get_by_role("button", name="Triangles", exact=True).click()
    tab.page.get_by_role("button", name="Down to 0°").click()
    handle = tab.page.locator(".handle[aria-label^='Corner A']")
    handle.wait_for()
    # The address names the figure, so a reload shows it again.
    tab.page.wait_for_url(re.compile("tab=learn.*figure=triangle"))
    # Whatever the figure would tell the server, it would say through the document. So does the server what it still
    # adds to the page.
    tab.page.evaluate(
        "() => { for (const each of Bokeh.documents) each.on_change(() => { window.told++; window.at = Date.now() }) }"
    )
    tab.page.evaluate("window.at = Date.now()")
    tab.until(lambda: tab.page.evaluate("Date.now() - window.at > 2000"))
    tab.page.evaluate("window.told = 0")
    before = handle.get_attribute("transform")
    box = handle.locator("circle").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 40, y + 30, steps=5)
    tab.page.mouse.up()
    tab.until(lambda: handle.get_attribute("transform") != before)
    tab.sees("The angles add up to")
    assert tab.page.evaluate("window.told") == 0
    tab.page.reload()
    tab.page.get_by_role("heading", name="Triangles").wait_for()


def test_a_class_of_the_run_is_taken_into_the_playground(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    opened(tab)
    tab.choose("Points of class", "digit 7")
    tab.sees("digit 7 at step 40: 6 real and 10 synthetic images")
    tab.sees("digit 7: 6 real points in grey, 10 synthetic ones in orange")
    tab.page.get_by_role("button", name="Centroids", exact=True).click()
    assert tab.page.locator(".handle").count() == 6
    # Another step is taken only when it is asked for.
    tab.scrub("Home")
    tab.sees("digit 7 at step 40")
    tab.button("Take them again").click()
    tab.sees("digit 7 at step 0: 6 real")
    tab.choose("Points of class", "Example points")
    tab.until(lambda: tab.page.locator(".handle").count() == 5)


@pytest.mark.slow
def test_the_class_that_alone_is_chosen_in_the_legend_is_taken(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    tab.until(tab.points)
    tab.page.get_by_role("button", name="digit 3").first.click()
    opened(tab)
    tab.sees("digit 3 at step 40: 6 real and 10 synthetic images")


def test_a_set_without_real_images_has_the_figures_too(new_tab, server, root):
    images = np.zeros((4, 1, 8, 8), np.float32)
    save(
        SyntheticSet(images, [0, 0, 1, 1], ["cat", "dog"], mean=[0.5], std=[0.5]),
        root / "set.safetensors",
        "safetensors",
    )
    tab = new_tab()
    tab.goto(f"{server}?runs={root}&set=set.safetensors")
    opened(tab)
    assert tab.page.get_by_role("combobox", name="Points of class").count() == 0
