"""How long a study will still take, in words."""

from hdd.study.pace import left_text
from hdd.study.results import CellResult


def results(study, done, failed=0):
    """Results of which the first ones are done, each in 60 seconds, and the next ones have failed."""
    found = []
    for place, cell in enumerate(study.cells()):
        steps = cell.variant.steps
        if place < done:
            spent = {"step": 4, "step_seconds": 40.0, "evaluation_seconds": 20.0}
            found.append(CellResult(cell, dict.fromkeys(steps, 0.5), **spent))
        else:
            found.append(CellResult(cell, problem="It diverged." if place < done + failed else ""))
    return found


def test_time_left_is_unknown_before_the_first_run_is_done_and_nothing_after_the_last(declare):
    study = declare(seeds=3)
    assert left_text(results(study, 0)) == "time left: known after the first run"
    assert left_text(results(study, 1)) == "about 5 min left"
    assert left_text(results(study, 5)) == "about 60 s left"
    assert left_text(results(study, 6)) == ""


def test_runs_that_failed_take_no_more_time(declare):
    study = declare(seeds=3)
    assert left_text(results(study, 4, failed=1)) == "about 60 s left"
    assert left_text(results(study, 4, failed=2)) == ""
