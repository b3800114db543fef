"""How long a study will still take, measured from its runs that have ended. No torch."""

from collections.abc import Sequence
from statistics import fmean

from hdd.study.results import CellResult


def seconds_left(results: Sequence[CellResult]) -> float | None:
    """Seconds until all runs are done at the pace of those that are.

    The pace of an arm is that of its own runs, if one is done, or else that of all. Loading and recording, which are
    usually little, are not counted.

    Returns:
        None before that can be said, because no run that makes steps is done.
    """
    left = [result for result in results if not result.is_decided]
    done = [result for result in results if result.is_done]
    makes_steps = [result for result in done if result.step]
    if not done or (not makes_steps and any(not result.cell.variant.arm.is_baseline for result in left)):
        return None
    total = 0.0
    for result in left:
        variant = result.cell.variant
        same = [each for each in done if each.cell.variant.arm == variant.arm]
        if not variant.arm.is_baseline:
            per_step = fmean(each.step_seconds / each.step for each in same or makes_steps)
            total += (variant.settings.steps - result.step) * per_step
        per_evaluation = fmean(each.evaluation_seconds / len(each.cell.variant.steps) for each in same or done)
        total += (len(variant.steps) - len(result.accuracies)) * per_evaluation
    return total


def left_text(results: Sequence[CellResult]) -> str:
    """How long the runs that are not decided yet will take, for example "about 12 min left"; "" if there are none."""
    if all(result.is_decided for result in results):
        return ""
    seconds = seconds_left(results)
    return "time left: known after the first run" if seconds is None else f"about {duration_text(seconds)} left"


def duration_text(seconds: float) -> str:
    """For example "40 s", "12 min", "3 h 05 min".

    >>> duration_text(40), duration_text(700), duration_text(11_100)
    ('40 s', '12 min', '3 h 05 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
