"""The disk's isometry in the browser against that of the library."""

import numpy as np
import torch

from hdd.geometry import mobius_add, to_ball

FIRE = "(plot, event, x, y) => plot.js_event_callbacks[event][0].execute({x, y})"
MOTION = "plot => plot.js_event_callbacks.pan[0].args.motion.data"


def test_dragging_translates_and_double_clicking_centres(open_tab, make_run):
    make_run("done", steps=20)
    tab = open_tab()
    tab.sees("from ▢ to ★")
    check(Places(tab))
    tab.choose("Disk", "Class disks")
    tab.until(lambda: len(tab.ask("disk", MOTION)["x"]) == 10)
    check(Places(tab))


class Places:
    """Places in the unit ball, from those in the figure's disks."""

    def __init__(self, tab):
        self.tab, motion = tab, tab.ask("disk", MOTION)
        self.rim = motion["rim"][0] if motion["chart"][0] == "linear" else 0
        self.size, self.middle = motion["size"][0], (motion["x"][-1], motion["y"][-1])

    def at(self, x, y):
        place = torch.tensor([x, y], dtype=torch.float64)
        return to_ball(self.rim * place) if self.rim else place

    def given(self):
        """The synthetic points before they are moved, from their tangent vectors."""
        points = self.tab.points()
        return to_ball(torch.tensor([points["hx"], points["hy"]], dtype=torch.float64).T)

    def drawn(self):
        """The synthetic points from where they are drawn."""
        points = self.tab.points()
        place = torch.tensor([points["x"], points["y"]], dtype=torch.float64).T
        place = (place - torch.tensor([points["ox"], points["oy"]], dtype=torch.float64).T) / self.size
        return to_ball(self.rim * place) if self.rim else place

    def fire(self, event, x, y):
        """An event at a place of the last disk."""
        self.tab.ask("disk", FIRE, event, self.middle[0] + self.size * x, self.middle[1] + self.size * y)


def check(places):
    tab, at, start = places.tab, places.at, places.given()
    inside = start.norm(dim=1) < 0.99
    near = {"rtol": 0, "atol": 1e-9}
    torch.testing.assert_close(places.drawn()[inside], start[inside], rtol=0, atol=1e-12)
    for event, x, y in [("panstart", 0.3, 0.1), ("pan", 0.2, 0.4), ("pan", -0.1, 0.3)]:
        places.fire(event, x, y)
    moved = start
    for here, there in [((0.3, 0.1), (0.2, 0.4)), ((0.2, 0.4), (-0.1, 0.3))]:
        moved = mobius_add(at(*there), mobius_add(-at(*here), moved))
    edge = 0.999 if not places.rim else float(at(1, 0).norm())
    inside &= moved.norm(dim=1) < edge
    assert inside.any()
    torch.testing.assert_close(places.drawn()[inside], moved[inside], **near)
    places.fire("doubletap", 0.25, -0.3)
    moved = mobius_add(-at(0.25, -0.3), moved)
    inside &= moved.norm(dim=1) < edge
    assert inside.any()
    torch.testing.assert_close(places.drawn()[inside], moved[inside], **near)
    # Wherever one clicks or drags to, nothing leaves its disk.
    before = places.drawn()
    places.fire("doubletap", 1.05, 0.4)
    places.fire("panstart", 0.1, 0.1)
    places.fire("pan", 1.5, 1.5)
    torch.testing.assert_close(places.drawn(), before, **near)
    places.fire("doubletap", 0.999, 0.0)
    assert (places.drawn().norm(dim=1) <= 1).all()
    tab.page.get_by_role("button", name="Reset").click()
    tab.until(lambda: torch.allclose(places.drawn()[inside], start[inside], **near))

    # The pointer itself: what it grabs goes where it goes.
    to_page = tab.edges("disk")
    points = tab.points()
    number = int(torch.where(inside)[0][-1])
    x, y, ox, oy = (points[name][number] for name in ("x", "y", "ox", "oy"))
    tab.page.mouse.move(*to_page(x, y))
    tab.page.mouse.down()
    for part in np.linspace(0.1, 1, 10):
        tab.page.mouse.move(*to_page(*(o + (p - o) * (1 - 0.8 * part) for p, o in ((x, ox), (y, oy)))))
    tab.page.mouse.up()
    aim = ox + 0.2 * (x - ox), oy + 0.2 * (y - oy)
    tab.until(lambda: np.hypot(tab.points()["x"][number] - aim[0], tab.points()["y"][number] - aim[1]) < 0.1)
    tab.page.get_by_role("button", name="Reset").click()
    tab.until(lambda: torch.allclose(places.drawn()[inside], start[inside], **near))
