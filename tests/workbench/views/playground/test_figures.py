"""The figures of the playground as pages of their own, in a real browser: dragged, moved by keys, and read."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hdd import geometry
from hdd.errors import HDDError
from workbench.views.playground import FIGURES, Playground
from workbench.views.playground.figure_comm import EXEC
from workbench.views.playground.scripts import script, words

LARGEST = 300_000
GUIDE = Path(__file__).parents[4] / "docs" / "playground.md"
every_figure = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture
def open_figure(new_tab, tmp_path):
    """Opens the page of a figure."""

    def open_(name, **given):
        path = tmp_path / f"{name}.html"
        Playground(name, **given).save(path)
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

    def handle(self, label):
        return self.page.locator(f".handle[aria-label^='{label}']").first

    def drag(self, label, dx, dy):
        box = self.handle(label).locator("circle").first.bounding_box()
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
    size = Playground(name).save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert size == len(page.encode()) < LARGEST
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "") and "src=" not in page


@every_figure
def test_what_is_moved_by_keys_is_drawn_and_said(name, open_figure):
    shown = open_figure(name)
    if shown.page.locator(".choices").count():
        shown.answer(0)
    before, said = shown.everything(), shown.text()
    controls = shown.page.locator(".handle, input[type=range]")
    controls.first.focus()
    for _ in range(4):
        shown.page.keyboard.press("ArrowLeft")
    shown.tab.until(lambda: shown.text() != said)
    # It is read out once nothing moves any more.
    shown.tab.until(lambda: shown.page.locator(".spoken").inner_text() == shown.text())
    assert shown.everything() != before


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ("tree", "numerics")])
def test_what_is_dragged_follows_the_pointer(name, open_figure):
    shown = open_figure(name)
    before = shown.page.locator(".handle").first.locator("circle").first.bounding_box()
    label = shown.page.locator(".handle").first.get_attribute("aria-label").split(",")[0]
    shown.drag(label, 18, -12)
    shown.settle()
    after = shown.page.locator(".handle").first.locator("circle").first.bounding_box()
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((18, -12), abs=1)


def test_a_finger_drags_a_point_and_not_the_page(open_figure):
    shown = open_figure("geodesic")
    # The page is longer than its window.
    shown.page.set_viewport_size({"width": 500, "height": 400})
    shown.settle()
    handle, page = shown.handle("Point"), shown.page.context.new_cdp_session(shown.page)
    before, box = handle.get_attribute("transform"), handle.locator("circle").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, points in (("Start", [(0, 0)]), ("Move", [(10, -20)]), ("Move", [(20, -60)]), ("End", [])):
        touched = [{"x": x + dx, "y": y + dy} for dx, dy in points]
        page.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touched})
    shown.tab.until(lambda: handle.get_attribute("transform") != before)
    assert shown.page.evaluate("scrollY") == 0


@every_figure
def test_nothing_undefined_is_ever_drawn(name, open_figure):
    shown = open_figure(name)
    if shown.page.locator(".choices").count():
        shown.answer(0)
    handles = shown.page.locator(".handle")
    for place in range(min(handles.count(), 4)):
        label = handles.nth(place).get_attribute("aria-label").split(",")[0]
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


def test_the_tiles_move_with_the_plane_and_never_end(open_figure):
    shown = open_figure("translate")
    box = shown.page.locator("svg").first.bounding_box()
    scale = box["width"] / 400

    def middles():
        shown.settle()
        path = shown.page.locator("path.dots.tile").get_attribute("d")
        return [tuple(map(float, place)) for place in re.findall(r"M(\S+) (\S+)h0", path)]

    def drag(*way):
        places = [(box["x"] + scale * x, box["y"] + scale * y) for x, y in way]
        shown.page.mouse.move(*places[0])
        shown.page.mouse.down()
        shown.page.mouse.move(*places[1], steps=5)
        shown.page.mouse.up()

    def near(x, y):
        return min(math.hypot(x - p, y - q) for p, q in middles())

    assert near(200, 200) == 0
    # The tile that was in the middle is where it was dragged to.
    drag((200, 200), (290, 140))
    assert near(290, 140) < 0.5
    for _ in range(4):
        drag((200, 250), (290, 100))
    # Its inner radius is 0.545, on the picture 51 pixels.
    assert near(200, 200) < 60


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
    box = shown.handle("Point A").locator("circle").first.bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.page.mouse.down()
    shown.page.mouse.move(5, 5, steps=3)
    shown.tab.sees("The rim is infinitely far away")
    shown.page.mouse.up()
    label = shown.handle("Point A").get_attribute("aria-label")
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


def test_an_arrow_comes_back_turned_by_the_area(open_figure):
    shown = open_figure("holonomy", a=(1.2, 0), b=(0, 0), c=(0, 1.2), way=1)
    shown.answer(1)
    area = math.pi / 2 - 2 * math.atan(1 / math.cosh(1.2))
    assert float(shown.number("Turned when back")[:-1]) == pytest.approx(math.degrees(area), abs=0.06)
    assert float(shown.number("Area of the triangle")) == pytest.approx(area, abs=5e-3)
    shown.page.get_by_role("slider", name="Part of the way").press("Home")
    shown.tab.sees("The arrow is 0 % of the way round the area")
    shown.page.get_by_role("button", name="Carry it round").click()
    shown.tab.sees("Back at A, the arrow is turned by")


PICTURES = {"Poincaré disk": geometry.to_ball, "Klein disk": geometry.to_klein}


def test_a_point_that_is_dragged_in_one_picture_moves_in_all(open_figure):
    shown = open_figure("models")
    handles = shown.page.locator(".handle[aria-label^='Corner A']")
    assert handles.count() == 4
    for place in range(4):
        before = [handles.nth(other).get_attribute("transform") for other in range(4)]
        box = handles.nth(place).locator("circle").first.bounding_box()
        shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        shown.page.mouse.down()
        shown.page.mouse.move(box["x"] + box["width"] / 2 + 9, box["y"] + box["height"] / 2 - 4, steps=3)
        shown.page.mouse.up()
        shown.settle()
        after = [handles.nth(other).get_attribute("transform") for other in range(4)]
        assert all(old != new for old, new in zip(before, after, strict=True)), place
        # In the picture where it is dragged, it is under the pointer.
        moved = handles.nth(place).locator("circle").first.bounding_box()
        assert (moved["x"] - box["x"], moved["y"] - box["y"]) == pytest.approx((9, -4), abs=1)


def test_every_picture_has_the_coordinates_of_the_library(open_figure):
    corner = torch.tensor([-0.9, -0.5], dtype=torch.float64)
    shown = open_figure("models", a=corner.tolist())

    def coordinates(name):
        return [float(part) for part in shown.number(name).strip("()").replace("−", "-").split(", ")]

    assert coordinates("Poincaré") == pytest.approx(geometry.to_ball(corner).tolist(), abs=0.006)
    assert coordinates("Klein") == pytest.approx(geometry.to_klein(corner).tolist(), abs=0.006)
    assert coordinates("hyperboloid") == pytest.approx(geometry.exp0(corner).roll(-1).tolist(), abs=0.06)


def test_without_curvature_the_plane_is_flat(open_figure):
    shown = open_figure("curvature", a=(0.5, 1.3))
    shown.answer(1)

    def place():
        return re.findall(r"[\d.]+", shown.handle("Corner A").get_attribute("transform"))

    slider = shown.page.get_by_role("slider", name="Curvature K")
    assert float(shown.number("Circle of radius 2")) == pytest.approx(2 * math.pi * math.sinh(2), abs=0.06)
    slider.press("Home")
    assert float(shown.number("Circle of radius 2")) == pytest.approx(math.pi * math.sinh(4), abs=0.6)
    slider.press("End")
    assert shown.number("Sum of the angles") == "180.0°"
    assert shown.number("Curvature radius") == "∞"
    assert shown.number("Circle of radius 2") == shown.number("in the flat plane") == "12.6"
    # Lengths are 72 pixels each, everywhere.
    assert place() == ["236.0", "106.4"]
    before = shown.handle("Corner A").get_attribute("transform")
    shown.drag("Corner A", 40, 30)
    shown.settle()
    assert shown.handle("Corner A").get_attribute("transform") != before


def test_a_tree_keeps_its_distances_only_where_there_is_room(open_figure):
    shown = open_figure("tree", branching=3, depth=3, edge=3)
    shown.answer(1)
    assert shown.number("Nodes") == "40"
    percent = [
        float(shown.number(name).split()[0]) for name in ("Mean distortion, hyperbolic", "Mean distortion, flat")
    ]
    assert percent[0] < 5 < percent[1]
    shown.page.get_by_role("slider", name="Depth").press("End")
    shown.tab.sees("Drawn to depth 5: deeper, it would have more than 400 nodes")


def test_the_usual_formulas_fail_where_the_polar_one_does_not(open_figure):
    shown = open_figure("numerics", radius=30)
    shown.answer(0)
    assert shown.number("True distance") == "1"
    assert float(shown.number("Polar")) == pytest.approx(1, abs=1e-6)
    for name in ("Lorentz", "arcosh(1 +", "artanh"):
        value = shown.number(name)
        assert value in ("no number", "∞") or abs(float(value) - 1) > 0.5
    shown.page.get_by_role("slider", name="Radius r").press("Home")
    shown.tab.sees("all formulas are right to within 1 %")


def test_centroids_are_those_of_the_library(open_figure):
    points = [[2.6, 1.0], [2.9, -0.4], [-1.0, 2.0]]
    shown = open_figure("centroid", points=points)
    assert shown.number("Closed-form") == "?"
    shown.answer(1)
    at = torch.tensor(points, dtype=torch.float64)
    for name, kind in (("Closed-form", "closed"), ("Fréchet", "karcher")):
        expected = float(geometry.centroid(at, kind=kind).norm())
        assert float(shown.number(name)) == pytest.approx(expected, rel=6e-3)
    before = shown.number("Closed-form")
    shown.handle("Point 1").press("Shift+ArrowLeft")
    assert shown.number("Closed-form") != before


def test_points_in_one_place_pull_nowhere(open_figure):
    shown = open_figure("centroid", points=[[1.0, 0.5], [1.0, 0.5]])
    shown.answer(1)
    shown.tab.sees("All points are in one place")


def test_the_points_of_a_class_are_taken(open_figure):
    cloud = {"name": "digit 3", "real": [(1, 0), (0, 1), (-0.5, 0.2)], "synthetic": [(0.3, 0.3)]}
    shown = open_figure("centroid", cloud=cloud)
    assert shown.page.locator(".handle").count() == 3
    shown.answer(1)
    expected = geometry.centroid(torch.tensor(cloud["real"], dtype=torch.float64)).norm()
    assert float(shown.number("Closed-form")) == pytest.approx(float(expected), rel=6e-3)
    assert float(shown.number("Synthetic")) == pytest.approx(math.hypot(0.3, 0.3), rel=6e-3)


class Sheet(Shown):
    """The free drawing."""

    def tool(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def press_at(self, *places):
        """Presses places of the picture, as fractions of its sides."""
        box = self.page.locator("svg").first.bounding_box()
        for x, y in places:
            self.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        self.settle()

    def paths(self, look):
        return self.page.eval_on_selector_all(f"path{look}", "paths => paths.map((path) => path.getAttribute('d'))")


@pytest.fixture
def sheet(open_figure):
    shown = open_figure("canvas")
    shown.__class__ = Sheet
    shown.tool("Clear")
    return shown


def test_every_tool_draws_its_shape_which_follows_its_points(sheet):
    corners = {"Segment": 2, "Line": 2, "Circle": 2, "Horocycle": 2, "Triangle": 3}
    for place, (tool, count) in enumerate(corners.items(), 1):
        sheet.tool(tool)
        sheet.press_at(*[(0.3 + 0.13 * i, 0.2 + 0.11 * place + 0.05 * (i % 2)) for i in range(count)])
        assert sheet.number("Newest shape") == tool
    assert sheet.number("Points") == "11"
    sheet.tool("Move")
    before = sheet.paths(".green")
    sheet.drag("Point E", 20, 10)
    sheet.settle()
    assert sheet.paths(".green") != before


def test_a_figure_is_reflected_and_its_image_follows(sheet):
    sheet.tool("Segment")
    sheet.press_at((0.3, 0.3), (0.35, 0.45))
    sheet.tool("Reflect")
    sheet.press_at((0.5, 0.25), (0.5, 0.75))
    (image,) = sheet.paths(".orange.thick")
    sheet.tool("Move")
    sheet.drag("Point A", -15, 5)
    sheet.settle()
    assert sheet.paths(".orange.thick") != [image]
    sheet.tool("Centre")
    box = sheet.handle("Point A").locator("circle").first.bounding_box()
    sheet.page.mouse.click(box["x"] + 12, box["y"] + 12)
    sheet.settle()
    assert sheet.handle("Point A").get_attribute("transform") == "translate(200.0 200.0)"


def test_a_sheet_is_drawn_by_keys_and_taken_back(sheet):
    sheet.tool("Circle")
    sheet.page.locator("svg").first.focus()
    for key in ("ArrowRight", "Enter", "Shift+ArrowUp", "Enter"):
        sheet.page.keyboard.press(key)
    assert sheet.number("Newest shape") == "Circle"
    assert float(sheet.number("Radius")) == pytest.approx(0.5, abs=0.01)
    sheet.tool("Undo")
    assert sheet.number("Newest shape") == "none"
    sheet.tool("Undo")
    assert sheet.number("Points") == "3", "before it was cleared"
    sheet.handle("Point C").press("Delete")
    assert (sheet.number("Points"), sheet.number("Newest shape")) == ("2", "none")


def test_a_shape_without_extent_is_said(sheet):
    sheet.tool("Line")
    sheet.press_at((0.4, 0.4), (0.6, 0.6))
    sheet.tool("Move")
    sheet.drag("Point A", 900, 0)
    box = [sheet.handle(f"Point {name}").locator("circle").first.bounding_box() for name in "AB"]
    sheet.drag("Point A", box[1]["x"] - box[0]["x"], box[1]["y"] - box[0]["y"])
    for _ in range(3):
        sheet.settle()
    assert "NaN" not in sheet.everything()


def test_a_wrong_guess_is_answered(open_figure):
    shown = open_figure("triangle")
    shown.answer(0)
    shown.tab.sees("Not quite. Towards the rim")


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("triangle", {"a": (math.nan, 0)}, "a must be two finite numbers"),
        ("triangle", {"a": (1, 2, 3)}, "a must be two finite numbers"),
        ("triangle", {"a": 3}, "a must be two finite numbers"),
        ("triangle", {"a": (50, 0)}, "a: nothing can be farther than 40"),
        ("triangle", {"z": (1, 0)}, "cannot be given 'z': it takes a, b, c, cloud"),
        ("centroid", {"points": []}, "points must be points"),
        ("tree", {"depth": 9}, "depth must be a number from 1 to 7, not 9"),
        ("curvature", {"curvature": math.nan}, "curvature must be a number from -4 to 0"),
        ("triangle", {"cloud": {"real": [(1, 0)]}}, "cloud must be a dictionary"),
        ("triangle", {"cloud": {"name": "a", "real": [(1, "x")], "synthetic": []}}, "cloud's real points must be"),
    ],
)
def test_what_cannot_be_shown_is_refused(name, given, says):
    with pytest.raises(HDDError, match=says):
        Playground(name, **given)


def test_values_are_what_a_figure_began_with_until_something_comes_back(capsys):
    figure = Playground("triangle", a=(0, 1.5))
    assert figure.values == {"a": [0, 1.5]}
    assert "Nothing has come back from the figure yet: drag something in it" in capsys.readouterr().out
    figure.hear("triangle", {"a": [0.5, 1.0], "b": [-1.0, 0], "c": [1.0, 0]})
    assert figure.values == {"a": [0.5, 1.0], "b": [-1.0, 0], "c": [1.0, 0]}
    assert capsys.readouterr().out == ""
    # They begin another figure.
    assert Playground("triangle", **figure.values).given == figure.values
    with pytest.raises(HDDError, match="a must be two finite numbers"):
        figure.hear("triangle", {"a": ["x", 0]})


@pytest.mark.parametrize("name", FIGURES)
def test_an_output_asks_jupyterlab_for_a_connection_and_is_a_figure_elsewhere(name):
    data, about = Playground(name)._repr_mimebundle_()
    assert data.keys() == {"text/html", EXEC}
    assert f'<div id="{about[EXEC]["id"]}">' in data["text/html"] and "makeTeller" in data["text/html"]
    assert "makeTeller" not in Playground(name)._repr_html_()


def test_a_figure_that_is_not_there_is_named():
    with pytest.raises(HDDError, match="There is no figure 'square': choose from translate"):
        Playground("square")


def test_what_is_given_cannot_end_the_script(tmp_path):
    Playground("translate", cloud={"name": "</script><b>", "real": [(1, 0)], "synthetic": [(0, 1)]}).save(
        tmp_path / "page.html"
    )
    assert "</script><b>" not in (tmp_path / "page.html").read_text()


def test_the_figure_of_the_guide_works(new_tab, tmp_path):
    (code,) = re.findall(r"```js\n(.*?)```", GUIDE.read_text(), re.S)
    example = {"name": "example", "title": "Example", "notice": "How far it is.", "values": ["a"]}
    start = f"let told; mount(document.getElementById('figure'), [{example}], {{}}, (name, values) => (told = values))"
    page = f"{script(())}\nfigures.example = (() => {{{code}\nreturn figure}})()\n{start}"
    (tmp_path / "page.html").write_text(f"<meta charset='utf-8'><div id='figure'></div><script>{page}</script>")
    tab = new_tab()
    tab.goto((tmp_path / "page.html").as_uri())
    shown = Shown(tab)
    assert float(shown.number("Distance")) == pytest.approx(math.hypot(1, 0.5), abs=0.01)
    shown.handle("Point A").press("ArrowRight")
    assert float(shown.number("Distance")) == pytest.approx(math.hypot(1, 0.5) + 0.09, abs=0.01)
    told = shown.page.evaluate("told")
    assert math.hypot(*told["a"]) == pytest.approx(math.hypot(1, 0.5) + 0.09, abs=0.01)


def test_every_figure_tells_values_with_which_it_can_begin(new_tab, tmp_path):
    names = tuple(FIGURES)
    told = "const told = {}, tell = (name, values) => (told[name] = values)"
    start = f"mount(document.getElementById('figure'), {json.dumps(words(names))}, {{}}, tell)"
    page = f"<meta charset='utf-8'><div id='figure'></div><script>{told}\n{script(names)}\n{start}</script>"
    (tmp_path / "page.html").write_text(page)
    tab = new_tab()
    tab.goto((tmp_path / "page.html").as_uri())
    shown = Shown(tab)
    for name, figure in FIGURES.items():
        shown.page.get_by_role("button", name=figure.title, exact=True).click()
        shown.settle()
        values = shown.page.evaluate("told")[name]
        assert values.keys() == set(figure.values)
        assert Playground(name, **values).given == values


def test_the_guide_names_every_figure():
    assert re.findall(r"^\| `(\w+)` \|", GUIDE.read_text(), re.M) == list(FIGURES)


def test_every_figure_has_a_picture_for_saved_notebooks():
    for name in FIGURES:
        assert 'src="data:image/png;base64,' in Playground(name)._repr_html_()


def test_pages_are_written_into_a_folder(tmp_path):
    command = [sys.executable, "-m", "workbench.views.playground"]
    subprocess.run([*command, str(tmp_path / "pages")], check=True)
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {
        "index.html",
        *(f"{name}.html" for name in FIGURES),
    }
    assert (tmp_path / "pages" / "index.html").stat().st_size < LARGEST
    (tmp_path / "file").touch()
    for wrong in ([], [str(tmp_path / "file" / "pages")]):
        failed = subprocess.run([*command, *wrong], capture_output=True, text=True)
        assert failed.returncode in (1, 2) and "Traceback" not in failed.stderr and failed.stderr
