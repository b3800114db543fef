"""Synthetic images that are left out, in a browser."""

import pytest

from hdd.runs.run import Run


@pytest.mark.slow
def test_what_is_left_out_is_faint_on_the_wall_and_on_the_disk_and_the_inspector_says_why(open_tab, make_run, root):
    make_run("run", steps=20, of=100_000)
    tab = open_tab()
    before = tab.until(tab.wall)
    tab.until(tab.points)
    tab.page.get_by_role("button", name="Pruning of the synthetic images").click()
    tab.button("Resume from step 20").click()
    tab.steer("Distilled pruning rate", "PageUp")
    tab.sees("applied @ step")
    tab.page.get_by_role("button", name="Stop the engine").click()
    tab.sees("Stopped: step")
    run = Run(root / "run")
    out = run.mask_at(run.step).left_out
    assert 0 < out < 100
    tab.sees(f"{out} of 100 images are left out (faint)")
    assert tab.until(tab.wall) != before
    faded = tab.until(lambda: (points := tab.points()) and [each < 1 for each in points["full"]])
    assert sum(faded) == out and faded[9] and not faded[0]
    # The scripted engine keeps the first images of each class.
    tab.page.mouse.click(*tab.edges("wall")(9.5, 9.5))
    per_class = 10 - out // 10
    tab.sees(f"left out: its centroid score, 9, is not among the {per_class} of 10 lowest scores")
