"""Points and images that one can work with: hovering, selecting, highlighting, and colours, by pointer and by keys."""

import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

REAL_PICKED = "plot => plot.renderers[2].data_source.selected.indices"
ALPHA = """plot => plot.renderers.find((each) => each.name == "real").data_source.data"""
TOOLTIP = """plot => {
  const tip = Bokeh.index.find_one(plot).shadow_el.querySelector(".point-tooltip")
  return tip && tip.style.display != "none" ? [tip.innerText, tip.querySelector("canvas").width] : null
}"""
CANVAS = """plot => {
  const element = Bokeh.index.find_one(plot).canvas_view.events_el
  const live = Bokeh.index.find_one(plot).shadow_el.querySelector(".live-words")
  return [element.getAttribute("role"), element.getAttribute("aria-label"), live?.textContent]
}"""
DOUBLE_CLICK_MILLISECONDS = 400
"""Bokeh takes two clicks within 300 ms for one double click, also on two images."""
FOCUS = "plot => Bokeh.index.find_one(plot).canvas_view.events_el.focus()"


@pytest.fixture
def tab(open_tab, make_run):
    make_run("done", steps=20)
    tab = open_tab()
    tab.until(tab.points)
    tab.sees("Optimisation")
    return tab


def real_place(tab, row):
    """Where a real point is on the page."""
    points = tab.figure("disk")[2]
    return tab.edges("disk")(points["x"][row], points["y"][row])


def canvas(tab, name):
    """Role, label and live text of a figure."""
    return tab.ask(name, CANVAS)


def choose_class(tab, name):
    tab.button(name).click()


def test_a_real_point_is_hovered_with_its_picture_and_clicked(tab):
    # Class by class, so that no other point lies near.
    choose_class(tab, "digit 3")
    tab.until(lambda: len(tab.figure("disk")[2]["number"]) == 6)
    tab.page.mouse.move(*real_place(tab, 0), steps=3)
    text, width = tab.until(lambda: (tip := tab.ask("disk", TOOLTIP)) and tip[1] and tip)
    assert text.startswith("digit 3, real image 1018") and "√|K|·distance to ▢" in text and width == 8
    tab.page.mouse.click(*real_place(tab, 0))
    tab.sees("Real image")
    tab.sees("training image")
    tab.sees("1018", exact=True)
    tab.sees("nearest centroid")
    tab.sees("kept")
    assert tab.ask("disk", REAL_PICKED) == [0]
    # The wall marks it too where it shows real images, and its next click selects another one.
    tab.button("real").click()
    tab.until(lambda: tab.marks() == [(0.5, 6.5)])
    tab.page.mouse.click(*tab.at_rest("wall")(4.5, 6.5))
    tab.until(lambda: tab.ask("disk", REAL_PICKED) == [4])


def click_with(key, tab, x, y):
    """Clicks while a key is held down, so long after an earlier click that both are no double click."""
    tab.page.wait_for_timeout(DOUBLE_CLICK_MILLISECONDS)
    tab.page.keyboard.down(key)
    tab.page.mouse.click(x, y)
    tab.page.keyboard.up(key)


def test_several_images_are_selected_by_shift_by_box_and_by_lasso_and_escape_clears(tab):
    at = tab.edges("wall")
    tab.page.mouse.click(*at(0.5, 9.5))
    tab.until(lambda: tab.marks() == [(0.5, 9.5)])
    # The inspector has taken some of the room.
    tab.sees("radius rank in class")
    at = tab.at_rest("wall")
    click_with("Shift", tab, *at(2.5, 9.5))
    tab.sees("2 images: 2 synthetic, 0 real")
    click_with("Control", tab, *at(5.5, 3.5))
    tab.sees("3 images: 3 synthetic, 0 real")
    tab.until(lambda: sorted(tab.selected_points()) == [0, 2, 65])
    click_with("Shift", tab, *at(2.5, 9.5))
    tab.sees("2 images: 2 synthetic, 0 real")
    tab.page.keyboard.press("Escape")
    tab.until(lambda: tab.marks() == [] and tab.selected_points() == [])

    for drag, path in (("Box", [(-1, -1), (1, 1)]), ("Lasso", [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)])):
        tab.button(drag).click()
        tab.until(lambda drag=drag: tab.ask("disk", "plot => plot.toolbar.active_drag?.type ?? ''").startswith(drag))
        before = tab.points()["x"]
        to_page = tab.at_rest("disk")
        points = tab.points()
        around = 1.03 * max(map(abs, points["x"] + points["y"]))
        inside = [(around * x, around * y) for x, y in path]
        tab.page.mouse.move(*to_page(*inside[0]))
        tab.page.mouse.down()
        for x, y in inside[1:]:
            tab.page.mouse.move(*to_page(x, y), steps=8)
        tab.page.mouse.up()
        tab.sees("synthetic, 60 real")
        tab.until(lambda: len(tab.marks()) > 50)
        assert tab.points()["x"] == before, "the disk is not moved as well"
        tab.page.keyboard.press("Escape")
        tab.until(lambda: tab.marks() == [])


def test_keys_go_from_image_to_image_and_select(tab):
    role, label, _ = canvas(tab, "wall")
    assert role == "application" and label.startswith("Wall of images") and "Nothing is selected" in label
    tab.ask("wall", FOCUS)
    tab.page.keyboard.press("Home")
    tab.until(lambda: canvas(tab, "wall")[2] == "digit 0, image 1 of 10")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        tab.page.keyboard.press(key)
    tab.until(lambda: canvas(tab, "wall")[2] == "digit 1, image 3 of 10")
    tab.page.keyboard.press("Enter")
    tab.until(lambda: tab.marks() == [(2.5, 8.5)])
    tab.until(lambda: canvas(tab, "wall")[2] == "digit 1, image 3 of 10, selected")
    tab.page.keyboard.press("End")
    tab.page.keyboard.press("Shift+Enter")
    tab.until(lambda: tab.marks() == [(2.5, 8.5), (9.5, 8.5)])
    assert "Live" in tab.page.get_by_text("Live: step 20").first.inner_text(), "the timeline kept its step"

    tab.ask("disk", FOCUS)
    assert canvas(tab, "disk")[0] == "application"
    tab.page.keyboard.press("Home")
    tab.page.keyboard.press("r")
    tab.until(lambda: ", real image 10" in canvas(tab, "disk")[2])
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Enter")
    tab.sees("Real image")
    tab.until(lambda: "Selected: real image 10" in canvas(tab, "disk")[1])
    tab.page.keyboard.press("Escape")
    tab.until(lambda: "Nothing is selected" in canvas(tab, "disk")[1])


def test_the_legend_highlights_a_class_and_filters(tab):
    tab.button("digit 4").hover()
    data = tab.until(lambda: min((now := tab.ask("disk", ALPHA))["fill_alpha"]) < 0.1 and now)
    assert {label for label, alpha in zip(data["label"], data["fill_alpha"], strict=True) if alpha > 0.5} == {4}
    tab.page.mouse.move(5, 5, steps=3)
    tab.until(lambda: min(tab.ask("disk", ALPHA)["fill_alpha"]) > 0.5)
    for name, images in (("digit 4", 10), ("digit 8", 20)):
        choose_class(tab, name)
        tab.until(lambda images=images: len(tab.points()["name"]) == images)
    expect(tab.button("digit 4")).to_have_attribute("aria-pressed", "true", timeout=TIMEOUT)
    tab.button("Show all classes").click()
    tab.until(lambda: len(tab.points()["name"]) == 100)


@pytest.mark.parametrize(
    ("by", "shown"),
    [
        pytest.param("√|K|·radius", "img", marks=pytest.mark.slow),
        pytest.param("√|K|·distance to centroid", "img", marks=pytest.mark.slow),
        ("Class's share of the loss (%)", "img"),
        pytest.param("Kept or pruned", "pruned (hollow)", marks=pytest.mark.slow),
    ],
)
def test_points_are_coloured_by_what_is_chosen(tab, by, shown):
    colors = tab.points()["color"]
    tab.choose("Colour by", by)
    if shown == "img":
        expect(tab.page.get_by_role("img", name=f"Colours: {by}")).to_be_visible(timeout=TIMEOUT)
    else:
        tab.sees(shown)
    tab.until(lambda: tab.points()["color"] != colors)
