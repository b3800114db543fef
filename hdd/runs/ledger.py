"""What follows from the ledger of a run: which edits steered it, and which images it keeps. Does not import torch."""

from collections.abc import Iterable, Mapping

from hdd.pruning.mask import Mask
from hdd.records import Edit
from hdd.states import Command


def steered(applied: Iterable[Edit]) -> list[Edit]:
    """Those of the applied edits that changed knobs, in the order in which they were applied."""
    commands = set(Command)
    return sorted((edit for edit in applied if edit.name not in commands), key=lambda edit: (edit.applied_at, edit.id))


def mask_at(masks: Mapping[int, Mask], step: int, classes: int, ipc: int) -> Mask:
    """The mask in force at a step.

    Args:
        masks: by the step from which each is in force, as `RunReader.masks` returns them.
        step: number of completed steps.
        classes, ipc: number of classes, and of images of each.
    """
    newest = max((each for each in masks if each <= step), default=None)
    return Mask.of_all(classes, ipc) if newest is None else masks[newest]
