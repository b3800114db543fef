"""Which faults there are, and which of them come in which order, by a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Fault:
    """A way in which something goes wrong.

    Attributes:
        kind: "kills", "links", "disks" or "clocks".
        name: what happens, for people.
        act: brings it about to a stage, at a moment that the generator of random numbers chooses; undoes what somebody
            would repair (a full disk is emptied), and returns what the person whom it concerns was told meanwhile.
        to: who that is, and where it is read.
        says: regular expression for what must be told.
        weight: how often it comes, relative to the others.
        on_page: whether it needs the page.
        needs_mounts: whether it needs a disk of its own.
    """

    kind: str
    name: str
    act: Callable[[Any, Random], str]
    to: str
    says: str
    weight: int = 2
    on_page: bool = False
    needs_mounts: bool = False


@dataclass(frozen=True)
class Event:
    """A fault of a plan: the event `number` of the seed."""

    number: int
    fault: Fault
    seed: int

    def random(self):
        """Generator of the random numbers of this event alone."""
        return Random(f"{self.seed} {self.number}")


def plan(faults, count, seed):
    """The events of a seed, in random order: each fault once, so far as `count` allows, and others by their weights."""
    random = Random(seed)
    chosen = [*random.sample(faults, min(count, len(faults)))]
    chosen += random.choices(faults, [fault.weight for fault in faults], k=count - len(chosen))
    random.shuffle(chosen)
    return [Event(number, fault, seed) for number, fault in enumerate(chosen, 1)]
