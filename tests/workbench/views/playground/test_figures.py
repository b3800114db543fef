"""The figures of the playground as pages of their own, in a real browser: dragged, moved by keys, and read."""

import math
import re

import pytest
import torch

from hdd import geometry
from hdd.errors import HDDError
from workbench.views.playground import FIGURES, Figure

LARGEST = 300_000
every_figure = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture
def open_figure(new_tab, tmp_path):
    """Opens the page of a figure."""

    def open_(name, **given):
        path = tmp_path / f"{name}.html"
        Figure(name, **given).save(path)
        tab = new_tab()
        tab.goto(path.as_uri())
        return Shown(tab)

    return open_


class Shown:
    """A figure on a page."""

    def __init__(self, tab):
        self.tab, self.page = tab, tab.page
        self.page.wait_for_function(
            "document.querySelector('#figure').shadowRoot.querySelector('.caption').textContent"
        )

    def text(self):
        return self.page.locator(".caption").inner_text()

    def settle(self):
        """Waits until the page has drawn all changes."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def number(self, name):
        """The number beside a name."""
        self.settle()
        return self.page.locator("dt", has_text=name).locator("xpath=following-sibling::dd[1]").inner_text()

    def answer(self, choice):
        self.page.locator(".choices button").nth(choice).click()
        self.settle()

    def grip(self, label):
        return self.page.locator(f".grip[aria-label^='{label}']").first

    def drag(self, label, dx, dy):
        box = self.grip(label).locator("circle").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=4)
        self.page.mouse.up()

    def push(self, dx, dy):
        """Drags the plane by its background."""
        box = self.page.locator("svg").first.bounding_box()
        x, y = box["x"] + 0.5 * box["width"], box["y"] + 0.78 * box["height"]
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=6)
        self.page.mouse.up()

    def everything(self):
        """All that is drawn and said."""
        return self.page.evaluate("document.querySelector('#figure').shadowRoot.querySelector('.playground').outerHTML")


@every_figure
def test_a_page_is_small_and_needs_nothing_else(name, tmp_path):
    size = Figure(name).save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert size == len(page.encode()) < LARGEST
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "") and "src=" not in page


@every_figure
def test_what_is_moved_by_keys_is_drawn_and_said(name, open_figure):
    shown = open_figure(name)
    if shown.page.locator(".choices").count():
        shown.answer(0)
    before, said = shown.everything(), shown.text()
    controls = shown.page.locator(".grip, input[type=range]")
    controls.first.focus()
    for _ in range(4):
        shown.page.keyboard.press("ArrowLeft")
    shown.tab.until(lambda: shown.text() != said)
    # It is read out once nothing moves any more.
    shown.tab.until(lambda: shown.page.locator(".spoken").inner_text() == shown.text())
    assert shown.everything() != before


@every_figure
def test_nothing_undefined_is_ever_drawn(name, open_figure):
    shown = open_figure(name)
    if shown.page.locator(".choices").count():
        shown.answer(0)
    grips = shown.page.locator(".grip")
    for place in range(min(grips.count(), 4)):
        label = grips.nth(place).get_attribute("aria-label").split(",")[0]
        # Onto the middle, and far out of the picture.
        shown.drag(label, 900, 0)
        shown.drag(label, -900, -700)
    for place in range(shown.page.locator("input[type=range]").count()):
        slider = shown.page.locator("input[type=range]").nth(place)
        for key in ("Home", "End"):
            slider.press(key)
    shown.settle()
    drawn = shown.everything()
    assert not [word for word in ("NaN", "Infinity", "undefined<", "[object", "null,") if word in drawn]


def test_a_segment_keeps_its_length_wherever_the_plane_is(open_figure):
    shown = open_figure("translate")
    assert shown.number("Distance from A to B") == "?"
    shown.answer(1)
    expected = geometry.distance(torch.tensor([-0.55, -0.35]), torch.tensor([0.75, 0.45]))
    assert float(shown.number("Distance from A to B")) == pytest.approx(float(expected), abs=5e-3)
    seen = float(shown.number("on the picture"))
    shown.push(150, -300)
    assert float(shown.number("on the picture")) < seen / 2
    assert float(shown.number("Distance from A to B")) == pytest.approx(float(expected), abs=5e-3)
    shown.page.get_by_role("button", name="Back to the middle").click()
    assert float(shown.number("on the picture")) == seen


def test_squares_of_the_flat_plane_tile_nothing_here(open_figure):
    shown = open_figure("translate")
    shown.page.get_by_role("combobox", name="Tiles").select_option("4,4")
    shown.tab.sees("tile the flat plane")


def test_the_arc_is_the_shortest_path(open_figure):
    shown = open_figure("geodesic", a=(-1.6, -0.5), b=(1.1, -1.5))
    shown.answer(1)
    arc, straight, middle = (float(shown.number(name)) for name in ("Along", "Straight", "middle"))
    expected = geometry.distance(torch.tensor([-1.6, -0.5]), torch.tensor([1.1, -1.5]))
    assert arc == pytest.approx(float(expected), abs=5e-3)
    assert arc < straight and arc < middle


def test_a_point_outside_of_the_disk_stays_inside(open_figure):
    shown = open_figure("geodesic")
    shown.answer(1)
    box = shown.grip("Point A").locator("circle").first.bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.page.mouse.down()
    shown.page.mouse.move(5, 5, steps=3)
    shown.tab.sees("The rim is infinitely far away")
    shown.page.mouse.up()
    label = shown.grip("Point A").get_attribute("aria-label")
    assert 6.9 < float(re.search(r"at distance ([\d.]+)", label)[1]) <= 7


def test_the_angles_of_a_triangle_and_its_area(open_figure):
    shown = open_figure("triangle", a=(1.2, 0), b=(0, 0), c=(0, 1.2))
    shown.answer(2)
    # A right angle between legs of 1.2: the other angles have tan = tanh 1.2 / sinh 1.2 = 1 / cosh 1.2.
    other = math.degrees(math.atan(1 / math.cosh(1.2)))
    angles = [float(shown.number(f"Angle at {corner}")[:-1]) for corner in "ABC"]
    assert angles == pytest.approx([other, 90, other], abs=0.06)
    assert float(shown.number("Area")) == pytest.approx(math.radians(90 - 2 * other), abs=5e-3)


@pytest.mark.parametrize(
    ("corners", "says"),
    [
        ({"a": (1, 0), "b": (1, 0), "c": (0, 1)}, "so there is no triangle"),
        ({"a": (-1, 0), "b": (0.3, 0), "c": (1, 0)}, "lie on one line"),
    ],
)
def test_what_is_no_triangle_is_said(corners, says, open_figure):
    shown = open_figure("triangle", **corners)
    shown.answer(2)
    shown.tab.sees(says)


def test_a_circle_is_as_long_as_the_formula_says(open_figure):
    shown = open_figure("circle", centre=(0.5, 0.2), edge=(0.5, 0.2))
    shown.tab.sees("A circle of radius 0 is a point")
    shown.answer(2)
    shown.drag("Edge of the circle", 80, 0)
    radius = float(shown.number("Radius r"))
    assert radius > 0.3
    assert float(shown.number("Circumference")) == pytest.approx(2 * math.pi * math.sinh(radius), rel=0.02)


def test_a_wrong_guess_is_answered(open_figure):
    shown = open_figure("triangle")
    shown.answer(0)
    shown.tab.sees("Not quite. Towards the rim")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"a": (math.nan, 0)}, "two finite numbers"),
        ({"a": (1, 2, 3)}, "two finite numbers"),
        ({"a": (50, 0)}, "farther than 40"),
        ({"cloud": {"real": [(1, "x")]}}, "cloud.real must be"),
    ],
)
def test_points_that_cannot_be_shown_are_refused(given, says):
    with pytest.raises(HDDError, match=says):
        Figure("triangle", **given)


def test_a_figure_that_is_not_there_is_named():
    with pytest.raises(HDDError, match="There is no figure 'square': choose from translate"):
        Figure("square")


def test_what_is_given_cannot_end_the_script(tmp_path):
    Figure("translate", cloud={"name": "</script><b>", "real": [(1, 0)], "synthetic": [(0, 1)]}).save(
        tmp_path / "page.html"
    )
    assert "</script><b>" not in (tmp_path / "page.html").read_text()
