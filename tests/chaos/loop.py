"""Lets the events of a plan happen to a stage, one after the other, and takes down what came of each."""

import re
import time
import traceback
from dataclasses import dataclass

from chaos.plan import Event
from chaos.stage import FAR_ON


@dataclass(frozen=True)
class Outcome:
    """What came of an event.

    Attributes:
        event: the event.
        told: what the person whom it concerns was told.
        said: the line of it that must be there, "" if it is not.
        seconds: from the end of the fault until the run made steps again, and the page showed them.
        lost: why the run or the page did not come back, "" if it did.
        wrong: what was not as in the undisturbed run, "" if everything was.
    """

    event: Event
    told: str
    said: str
    seconds: float
    lost: str
    wrong: str

    @property
    def is_good(self):
        return bool(self.said) and not self.lost and not self.wrong


def happen(stage, event):
    """Lets an event happen, and returns its outcome."""
    if stage.run.step >= FAR_ON:
        stage.new_run()
    told, said, lost, wrong, seconds = "", "", "", "", 0.0
    try:
        told = event.fault.act(stage, event.random()).replace(str(stage.path), "RUN")
        ended = time.monotonic()
        found = re.search(event.fault.says, told)
        # The whole line or paragraph in which the words are.
        said = next((line for line in told.splitlines() if found and found[0] in line), found[0]) if found else ""
        stage.recover()
        seconds = time.monotonic() - ended
        wrong = stage.wrong()
    except Exception:
        lost = traceback.format_exc()
    if lost or wrong:
        stage.new_run()
    return Outcome(event, told, said, seconds, lost, wrong)
