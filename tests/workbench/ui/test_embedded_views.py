"""Views in a page that is not ours."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from stand_in import StandIn
from waiting import wait_until

from workbench import embedded_session
from workbench.core.jobs import Engines
from workbench.core.run_source import source_of

ENGINE = (sys.executable, str(Path(__file__).parent.parent / "scripted.py"))


@pytest.mark.slow
def test_a_disk_and_a_wall_move_in_a_plain_column_and_leave_nothing(new_tab, server, make_run, root, monkeypatch):
    monkeypatch.setattr(embedded_session, "shared_projector", lambda: StandIn(ThreadPoolExecutor(1)))
    run = make_run("run", steps=30, of=100_000)
    job = Engines(root, ENGINE).resume(run.path)
    tab = new_tab()
    tab.goto(f"{server.replace('/app', '/embedding')}?{urlencode({'run': run.path})}")
    tab.sees("Somebody's own page")
    first, points = tab.until(tab.wall), tab.until(tab.points)
    tab.until(lambda: tab.wall() != first)
    tab.until(lambda: tab.points()["radius"] != points["radius"])
    tab.sees("10 classes × 10 images of 8×8 pixels, step")
    tab.sees("from ▢ to ★")
    # Each view has a session of its own; the page around them keeps its address and its keys.
    source = source_of(run.path)
    assert len(source.audience) == 2 and len(source.tabs()) == 1
    assert tab.page.url.endswith(urlencode({"run": run.path}))
    tab.press("Home")
    tab.sees("10 classes × 10 images of 8×8 pixels, step")
    assert tab.page.get_by_text("pixels, step 0").count() == 0
    # A view's own choices work there too.
    tab.choose("Disk", "Plane of the classes")
    tab.page.get_by_role("button", name="What does this view keep?").click()
    tab.sees("Projection onto the plane")
    tab.page.context.close()
    wait_until(lambda: len(source.audience) == 0, 60)
    job.stop()
    wait_until(lambda: not job.poll(), 60)
