"""Two runs side by side in a browser."""

import re

import pytest

from workbench.core.run_source import open_sources


def figures(tab, name):
    """How many figures of this name are on the page."""
    return tab.page.evaluate(
        """name => Bokeh.documents.flatMap((each) => [...each._all_models.values()])
          .filter((each) => each.type == "Figure" && each.name == name && Bokeh.index.find_one(each)).length""",
        name,
    )


@pytest.mark.slow
def test_two_runs_follow_one_timeline(open_tab, make_run):
    make_run("<i>other", steps=60)
    make_run("run", steps=40)
    tab = open_tab()
    tab.sees("Optimisation")
    tab.page.get_by_role("tab", name="Runs").click()
    tab.page.get_by_role("checkbox", name="Select <i>other", exact=True).check()
    tab.button("Compare").click()
    tab.page.wait_for_url("**tab=compare&compared=*")
    tab.sees("Left: run. Right: <i>other.")
    tab.sees("Step 60 of <i>other less step 40 of run")
    tab.until(lambda: figures(tab, "wall") == 3)
    tab.until(lambda: figures(tab, "disk") == 2)
    tab.until(lambda: any("<i>other" in each["name"] for each in tab.figure("loss linear") if "dash" in each))
    # A comparison that nobody sees follows nothing, and comes back.
    tab.page.get_by_role("tab", name="Live").click()
    tab.until(lambda: [each.name for each in open_sources()] == ["run"])
    tab.page.get_by_role("tab", name="Compare").click()
    tab.until(lambda: figures(tab, "wall") == 3)
    tab.sees("Step 60 of <i>other less step 40 of run")
    tab.scrub("Home")
    tab.sees("Step 0 of <i>other less step 0 of run: 0 apart on average")
    tab.sees("10 classes × 10 images of 8×8 pixels, step 0")
    tab.page.get_by_role("button", name=re.compile("Swap")).click()
    tab.sees("Left: <i>other. Right: run.")
    tab.sees("of run less step")
    tab.choose("Run", "run")
    tab.sees("Choose a run to compare with")
