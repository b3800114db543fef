"""A further tab, which another package brings, in a browser."""

from step_count_tab import StepCount


def test_a_tab_of_another_package_is_built_when_shown_and_the_live_tab_returns_up_to_date(
    install_package, open_tab, make_run, script
):
    install_package("toy-tabs", {"step-count": "step_count_tab:TAB"})
    StepCount.made.clear()
    script(rate=20)
    run = make_run("run", steps=30, of=100_000)
    tab = open_tab()
    tab.until(tab.points)
    tab.button("Resume from step 30").click()
    tab.sees("Running: step")
    assert [each.text_content() for each in tab.page.get_by_role("tab").all()] == [
        "Live",
        "Hierarchy",
        "Audit",
        "Runs",
        "Studies",
        "Compare",
        "Learn",
        "Step count",
    ]
    assert StepCount.made == []
    tab.page.get_by_role("tab", name="Step count").click()
    tab.sees("steps were made.")
    tab.until(lambda: not tab.figure("wall"))
    # The timeline goes on under every tab.
    tab.sees("Live: step")
    (view,) = StepCount.made
    fed = len(view.frames)
    tab.until(lambda: len(view.frames) > fed)
    step = run.step
    tab.page.get_by_role("tab", name="Live").click()
    first = tab.until(tab.wall)
    tab.until(lambda: tab.wall() != first)
    tab.until(lambda: max(max(each["step"]) for each in tab.figure("radius") if len(each.get("step", []))) >= step)
    fed = len(view.frames)
    tab.scrub("Home")
    tab.sees("Looking back at step 0 of")
    tab.sees("10 classes × 10 images of 8×8 pixels, step 0")
    assert len(view.frames) == fed
