"""How far an evaluation is from the published accuracy, if the run has the settings of a published row. No torch."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from hdd.knobs import Preset
from hdd.protocol import Protocol
from hdd.records import Edit
from hdd.runs.rule_knobs import RuleKnobs
from hdd.settings import PRESETS, Settings, initial_settings

_FREE = {"seed", "device", "threads", "snapshot_every", "steps", *RuleKnobs.param}
"""Knobs that may differ from those of a row; the number of steps is told instead."""


@dataclass(frozen=True)
class Distance:
    """An accuracy beside the published one.

    Attributes:
        preset: the name of the preset.
        label: what it stands for, such as "IDM CIFAR-10 IPC 10".
        accuracy: the published accuracy, 0 to 1.
        source: where it was published.
        steps: after how many steps it was measured.
        difference: what the evaluation found, less the published accuracy.
    """

    preset: str
    label: str
    accuracy: float
    source: str
    steps: int
    difference: float

    def __str__(self) -> str:
        """For example "2.1 points below the published 58.6 % of IDM CIFAR-10 IPC 10 (20,000 steps; NCFM, Table 1)"."""
        points = round(100 * self.difference, 1)
        far = "at" if not points else f"{abs(points):.1f} points {'above' if points > 0 else 'below'}"
        published = f"the published {100 * self.accuracy:.1f} % of {self.label}"
        return f"{far} {published} ({self.steps:,} steps; {self.source})"

    def as_dict(self) -> dict[str, Any]:
        """The attributes as JSON-compatible values."""
        return asdict(self)


@cache
def _rows() -> dict[str, tuple[Preset, Settings]]:
    """The presets with a published accuracy, and their settings."""
    return {name: (preset, initial_settings(preset=name)) for name, preset in PRESETS.items() if preset.published}


def distance(initial: Settings, steered: Iterable[Edit], evaluation: Mapping[str, Any]) -> Distance | None:
    """How far an evaluation is from the published row whose settings its run has; None if there is no such row.

    A published accuracy is that of ConvNets of the default width and depth, trained with augmentation on synthetic
    images. The protocol's numbers of epochs and networks may differ: they are told with the accuracy.

    Args:
        initial: the settings with which the run began.
        steered: the edits that changed knobs of the run.
        evaluation: its step, protocol and accuracies, as `Run.evaluations` returns them.
    """
    usual = asdict(Protocol())
    protocol = {**usual, **evaluation["protocol"]}
    if any(protocol[name] != usual[name] for name in ("images", "architecture", "width", "depth")):
        return None
    if protocol["augmentation"] == "none" or evaluation.get("kept_ipc") is not None:
        return None
    if any(edit.name not in _FREE and edit.applied_at < evaluation["step"] for edit in steered):
        return None
    for name, (preset, row) in _rows().items():
        if all(getattr(initial, knob) == getattr(row, knob) for knob in row.in_force() if knob not in _FREE):
            assert preset.published is not None, "rows have a published accuracy"
            accuracy, source = preset.published.accuracy, preset.published.source
            found = sum(evaluation["accuracies"]) / len(evaluation["accuracies"])
            return Distance(name, preset.label, accuracy, source, row.steps, found - accuracy)
    return None
