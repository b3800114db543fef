"""The tab "Hierarchy": a class from root to leaf, at every step, with the one selection."""

import pytest
from tab import TIMEOUT


def opened(tab):
    tab.page.get_by_role("tab", name="Hierarchy").click()
    tab.sees("digit 0: real images are 0.5 to 1 from the root")


def images(tab):
    """The places of the images on the disk, and how thick their frames are."""
    figure = tab.figure("hierarchy")
    return next(each for each in figure or [] if "width" in each)


@pytest.mark.slow
def test_the_images_of_a_class_stand_at_their_distances_around_the_root(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    opened(tab)
    tab.sees("the order is within the noise of the network")
    # The farthest one, at 1.45, stands on the rim.
    frames = tab.until(lambda: images(tab) if images(tab)["x"] else None)
    radii = [(x**2 + y**2) ** 0.5 for x, y in zip(frames["x"], frames["y"], strict=True)]
    assert len(radii) == 16
    assert max(radii) == radii[-1] == 1
    assert abs(radii[0] - 0.5 / 1.45) < 1e-9
    lines = next(each for each in tab.figure("hierarchy") if set(each) == {"xs", "ys"})
    assert lines["xs"][0] == [0, frames["x"][0]]
    assert lines["xs"][3] == [frames["x"][2], frames["x"][3]]
    tab.choose("Class", "digit 7")
    tab.sees("Step 40. digit 7: real images")
    tab.scrub("Home")
    tab.sees("Step 0. digit 7: real images")


def test_what_is_clicked_is_selected_everywhere(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    opened(tab)
    frames = tab.until(lambda: images(tab) if images(tab)["x"] else None)
    to_page = tab.edges("hierarchy")
    tab.page.mouse.click(*to_page(frames["x"][-1], frames["y"][-1]))
    tab.sees("Inspector")
    tab.until(lambda: images(tab)["width"][-1] == 4)
    tab.page.get_by_role("tab", name="Live").click()
    tab.until(lambda: tab.wall() and tab.marks() == [(9.5, 9.5)], TIMEOUT / 1000)
