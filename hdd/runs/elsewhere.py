"""Notices when a run goes on where its steps can get other bits than where it was made before."""

from collections.abc import Mapping

from hdd.records import StepRecord
from hdd.runs.run import Run
from hdd.runs.stretches import differences, stretch_of


class Elsewhere:
    """Compares on what the steps of a run are computed with what they were computed on before.

    Args:
        run: the run.

    Attributes:
        differs: whether anything does.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._is_compared = False
        self.differs = False

    def begin(self, step: int, recorded: int, facts: Mapping[str, str]) -> str:
        """Records on what the coming steps are computed; returns a warning, "" if that is as before.

        Args:
            step: number of completed steps of the method.
            recorded: number of recorded steps; those after `step` are made again.
            facts: as `hdd.provenance.computing_on` returns them.
        """
        known = stretch_of(self._run.stretches(), recorded) if recorded else None
        found = [] if known is None else differences(known.facts, facts)
        self.differs = bool(found)
        self._run.begin_stretch(step, facts)
        if not found:
            return ""
        again = f"Steps {step + 1} to {recorded} are made again here. " if step < recorded else ""
        return (
            f"The run was computed elsewhere ({'; '.join(found)}). {again}From step {step + 1} on, its bits can differ "
            "from those that the other machine would make, and a replay may repeat neither."
        )

    def compare(self, record: StepRecord) -> str:
        """What to say of the first step that is made again, but not as it was recorded; "" of all others."""
        if not self.differs or self._is_compared:
            return ""
        (before,) = self._run.metrics(after=record.step - 1, until=record.step)
        if before.loss == record.loss:
            return ""
        self._is_compared = True
        return (
            f"Step {record.step}, made again, has the loss {record.loss!r} and not {before.loss!r} as it was recorded: "
            "from here on, the recorded steps are replaced."
        )
