"""The page as users serve it: once with the real engine, and with servers that come and go."""

from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect
from waiting import wait_until

from hdd.runs.history import find_runs
from hdd.runs.run import Run

HERE = Path(__file__).parent.parent
MINUTES = 180_000


def test_start_steer_prune_look_back_and_fork_with_the_real_engine(serve, new_tab, root):
    _, address = serve("workbench/app.py")
    tab = new_tab()
    tab.page.set_default_timeout(MINUTES)
    until = partial(tab.until, seconds=MINUTES / 1000)
    tab.goto(address)
    tab.button("Start the digits run").click()
    first = until(tab.wall)
    until(lambda: tab.wall() != first)
    (run,) = find_runs(root)
    # However quick the machine is, the run is not over before the test.
    run.steer(steps=100_000)
    before = until(tab.points)

    tab.steer("Curvature", "End")
    tab.sees("applied @ step")
    assert run.settings.curvature == -100
    until(lambda: max(tab.points()["radius"]) > 5 * max(before["radius"]))
    tab.steer("Pruning rate", "PageUp")
    until(lambda: run.settings.pruning_rate > 0)
    until(lambda: any(0 in points.get("fill_alpha", ()) for points in tab.figure("disk")))

    # Looking back: every pane shows step 0, and the run goes on meanwhile.
    tab.scrub("Home")
    tab.sees("Looking back at step 0 of 1000")
    tab.sees("images of 16×16 pixels, step 0")
    tab.sees("Step 0: ")
    until(lambda: max(tab.points()["radius"]) < 2 * max(before["radius"]))
    made = run.step
    until(lambda: run.step > made)
    tab.page.get_by_role("button", name="Stop the engine").click()
    tab.sees("Stopped: step")
    tab.button("Fork from here").click()
    tab.sees("Not started: step 0 of 1000")
    tab.button("Resume from step 0").click()
    (forked,) = [each for each in find_runs(root) if "-fork-0-" in each.path.name]
    until(lambda: forked.step > 3)
    tab.sees("Running: step")
    assert forked.settings.curvature == -1
    first = until(tab.wall)
    until(lambda: tab.wall() != first)


@pytest.mark.slow
def test_a_server_that_is_warmed_up_starts_nothing_and_engines_outlive_it(serve, new_tab, root, script):
    script(rate=5)
    server, address = serve(HERE / "scripted_app.py", "--warm", "--args", "--autostart")
    assert find_runs(root) == []
    tab = new_tab()
    tab.goto(address)
    # A browser that asks for it is another matter.
    tab.sees("Running: step")
    (run,) = find_runs(root)
    pid = run.status().pid
    tab.page.context.close()
    server.kill()
    server.wait()
    step = run.step
    wait_until(lambda: run.step > step + 5, 60)

    _, address = serve(HERE / "scripted_app.py")
    tab = new_tab()
    tab.goto(address)
    tab.sees("Running: step")
    total = tab.until(lambda: [each for each in tab.figure("loss linear") or [] if each.get("loss")])[0]
    width = total["step"][0]
    assert total["step"][:-1] == list(range(width, total["step"][-1], width))
    assert total["step"][-1] >= step
    tab.steer("Curvature", "End")
    tab.sees("applied @ step")
    assert run.settings.curvature == -100
    assert run.status().pid == pid
    tab.page.get_by_role("button", name="Stop the engine").click()
    tab.sees("Stopped: step")
    expect(tab.page.get_by_role("button", name="Resume from step")).to_be_enabled(timeout=60_000)
    assert Run(run.path).status().state == "stopped"
