"""On what the steps of a run were computed: one entry for each stretch of steps that were made on the same.

Bits are the same again only where the processor's instructions, the libraries, the number of threads and the device
are. This module does not import torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hdd.runs.reading import RunReader


@dataclass(frozen=True)
class Stretch:
    """Steps that were made on the same.

    Attributes:
        after: the steps after this one, up to and including that of the next stretch.
        facts: on what they were computed, as `hdd.provenance.computing_on` returns it.
    """

    after: int
    facts: Mapping[str, str]


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs, each as "threads: 2 there, 4 here"."""
    names = [name for name in {**before, **now} if before.get(name, "") != now.get(name, "")]
    return [f"{name}: {before.get(name) or 'none'} there, {now.get(name) or 'none'} here" for name in names]


def stretch_of(stretches: Sequence[Stretch], step: int) -> Stretch | None:
    """The stretch to which a step belongs; None if it was not recorded."""
    return next((each for each in reversed(stretches) if each.after < step), None)


def why_different(run: "RunReader", again: "RunReader", step: int) -> str:
    """Why a replay differs from its run at a step, so far as that is known, in one or two sentences."""
    made, here = stretch_of(run.stretches(), step), stretch_of(again.stretches(), step)
    if made is None or here is None:
        return (
            "The version that made the steps of the run did not record on what they were computed, so the cause is not "
            "known."
        )
    found = differences(made.facts, here.facts)
    if not found:
        others = differences(run.stretches()[0].facts, here.facts) if run.stretches() else []
        if others:
            return f"Earlier steps of the run were computed elsewhere ({'; '.join(others)})."
        return (
            "Nothing that is recorded of the two machines differs; `hdd check` tries whether the method repeats itself."
        )
    last = next((each.after for each in run.stretches() if each.after >= step), run.step)
    return f"Steps {made.after + 1} to {last} of the run were computed elsewhere ({'; '.join(found)})."
