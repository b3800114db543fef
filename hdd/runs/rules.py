"""Rules by which a run pauses itself. Does not import torch.

A rule is a function of recorded steps and knobs, so a run that is made again is paused at the same steps. What it does
is an edit in the ledger like anybody's: the command "pause", by "rule: NAME", with a note that says why.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hdd.objectives.base import CLAMPED
from hdd.records import StepRecord
from hdd.runs.reading import RunReader
from hdd.settings import Settings
from hdd.states import EditStatus

BY = "rule: "
"""The author of an edit that a rule made is this and the name of the rule."""


def _loss(record: StepRecord) -> float:
    return record.loss


def _clamped_share(record: StepRecord) -> float:
    """The larger share of clamped features, of the real and the synthetic ones; NaN where none was recorded."""
    return float(np.max([record.column(name).mean(dtype=float) for name in CLAMPED]))


def plateau(before: float, last: float, percent: float) -> str | None:
    """Says why, if the mean loss of the last window is not `percent` below that of the window before."""
    if before - last >= percent / 100 * abs(before):
        return None
    return f"the mean loss went from {before:.4g} to {last:.4g}, which is not {percent:g} % less"


def divergence(before: float, last: float, factor: float) -> str | None:
    """Says why, if the mean loss of the last window is more than `factor` times that of the window before."""
    if last - before <= (factor - 1) * abs(before):
        return None
    return f"the mean loss went from {before:.4g} to {last:.4g}, which is more than {factor:g} times as much"


def clamped(_: float, last: float, share: float) -> str | None:
    """Says why, if the mean share of clamped features in the last window is more than `share`."""
    if not last > share:
        return None
    return f"{100 * last:.3g} % of the features are clamped, which is more than {100 * share:g} %"


@dataclass(frozen=True)
class Rule:
    """What a rule looks at.

    Attributes:
        knob: the knob with its limit; the rule is off while that is None.
        number: what it looks at in each step.
        windows: how many windows of steps it needs: 2, or 1 if it does not look at the one before.
        finds: takes the means of the number in the window before, in the last window, and the limit; says why the run
            is to be paused, or None.
    """

    knob: str
    number: Callable[[StepRecord], float]
    windows: int
    finds: Callable[[float, float, float], str | None]


RULES = {
    "plateau": Rule("plateau_below", _loss, 2, plateau),
    "divergence": Rule("divergence_above", _loss, 2, divergence),
    "clamped": Rule("clamped_above", _clamped_share, 1, clamped),
}
"""The rules by name."""


class RuleWatch:
    """What the rules can see of a run: its steps since a knob was last steered or a rule last paused it.

    Args:
        run: its ledger and its last steps are read; `add` tells of later ones.
    """

    def __init__(self, run: RunReader) -> None:
        by_rules = [edit for edit in run.edits(EditStatus.APPLIED) if edit.who.startswith(BY)]
        since = max((edit.applied_at for edit in [*run.steered(), *by_rules]), default=0)
        seen = 2 * run.settings.rule_window
        self._records: deque[StepRecord] = deque(run.metrics(after=max(since, run.step - seen)), maxlen=seen)
        # The steps that a replay makes again have been judged already.
        self._judged = (run.meta("parent") or {}).get("repeats", 0)

    def add(self, record: StepRecord) -> None:
        """Shows the rules the next step."""
        self._records.append(record)

    def look(self, settings: Settings) -> dict[str, str]:
        """Why the run is to be paused after the last step, by the names of the rules that say so.

        If there are any, the rules begin to look anew.
        """
        found: dict[str, str] = {}
        window = settings.rule_window
        if self._records and self._records[-1].step > self._judged:
            for name, rule in RULES.items():
                limit = getattr(settings, rule.knob)
                if limit is None or len(self._records) < rule.windows * window:
                    continue
                numbers = np.array([rule.number(record) for record in self._records])
                before, last = numbers[-2 * window : -window], numbers[-window:]
                why = rule.finds(float(before.mean()) if len(before) else 0.0, float(last.mean()), limit)
                if why is not None:
                    found[name] = f"in {window} steps, {why}"
        if found:
            self._records.clear()
        return found
