"""The disk's isometry in the browser against that of the library."""

import numpy as np
import torch

from hdd.geometry import mobius_add, to_ball

FIRE = "(plot, event, x, y) => plot.js_event_callbacks[event][0].execute({x, y})"
RIM = "plot => plot.js_event_callbacks.pan[0].args.motion.data.rim[0]"


def ball(points):
    """Where the drawn points lie in the unit ball, from their tangent vectors."""
    return to_ball(torch.tensor([points["hx"], points["hy"]], dtype=torch.float64).T)


def drawn(points, rim):
    """The same from where they are drawn."""
    place = torch.tensor([points["x"], points["y"]], dtype=torch.float64).T
    return to_ball(rim * place) if rim else place


def test_dragging_translates_and_double_clicking_centres(open_tab, make_run):
    make_run("done", steps=20)
    tab = open_tab()
    tab.until(tab.points)
    check(tab, rim=tab.ask("disk", RIM))
    tab.choose("Disk", "Poincaré, at the centroid")
    tab.sees("The view from the centroid of the real points")
    check(tab, rim=0)


def check(tab, rim):
    start = ball(tab.points())
    torch.testing.assert_close(drawn(tab.points(), rim), start, rtol=0, atol=1e-12)

    def at(x, y):
        place = torch.tensor([x, y], dtype=torch.float64)
        return to_ball(rim * place) if rim else place

    for event, x, y in [("panstart", 0.3, 0.1), ("pan", 0.2, 0.4), ("pan", -0.1, 0.5)]:
        tab.ask("disk", FIRE, event, x, y)
    moved = start
    for here, there in [((0.3, 0.1), (0.2, 0.4)), ((0.2, 0.4), (-0.1, 0.5))]:
        moved = mobius_add(at(*there), mobius_add(-at(*here), moved))
    torch.testing.assert_close(drawn(tab.points(), rim), moved, rtol=0, atol=1e-9)
    tab.ask("disk", FIRE, "doubletap", 0.25, -0.3)
    moved = mobius_add(-at(0.25, -0.3), moved)
    torch.testing.assert_close(drawn(tab.points(), rim), moved, rtol=0, atol=1e-9)
    tab.page.get_by_role("button", name="Reset").click()
    tab.until(lambda: torch.allclose(drawn(tab.points(), rim), start, rtol=0, atol=1e-9))

    # The pointer itself: what it grabs goes where it goes.
    to_page = tab.edges("disk")
    x, y = tab.points()["x"][30], tab.points()["y"][30]
    tab.page.mouse.move(*to_page(x, y))
    tab.page.mouse.down()
    for part in np.linspace(0.1, 1, 10):
        tab.page.mouse.move(*to_page(x * (1 - 0.8 * part), y * (1 - 0.8 * part)))
    tab.page.mouse.up()
    tab.until(lambda: abs(tab.points()["x"][30] - 0.2 * x) + abs(tab.points()["y"][30] - 0.2 * y) < 0.1)
    tab.page.get_by_role("button", name="Reset").click()
    tab.until(lambda: torch.allclose(drawn(tab.points(), rim), start, rtol=0, atol=1e-9))
