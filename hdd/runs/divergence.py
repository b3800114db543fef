"""What is said of a run that diverged: where it stands, and how it gets out of that."""

from hdd.runs.run import Run


def way_out(run: Run) -> str:
    """What to do about a run whose next step cannot be made, as one sentence.

    It names the step to rewind to: the one whose images had the lowest loss since a knob was last steered, because
    losses before that cannot be compared with it.
    """
    steered = max((edit.applied_at for edit in run.steered()), default=0)
    lowest = min(run.metrics(after=steered), key=lambda record: record.loss, default=None)
    if lowest is None:
        return f"{run.path} stands at step {run.step} as it was: steer it, then resume it."
    return f"Rewind {run.path} to step {lowest.step - 1}, where the loss was lowest, steer it, then resume it."
