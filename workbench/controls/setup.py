"""The form for a new run: data set, preset, objective, and the knobs that are fixed once the run is made."""

import os
from pathlib import Path
from typing import Any

import panel_material_ui as pmui

from hdd.settings import PRESETS, Settings, initial_settings
from workbench.component import Component
from workbench.controls.knob import KnobControl
from workbench.controls.launch import Launch
from workbench.core.jobs import SPARE_CORES

CHANGEABLE = ("objective", "steps")
"""The steerable knobs that the form offers, because most people set them at the start."""


def image_folders() -> dict[str, str]:
    """The image folders in $HDD_FOLDERS that have train/ and test/ in them, as label → "folder:PATH"."""
    found = {}
    for root in filter(None, os.environ.get("HDD_FOLDERS", "").split(os.pathsep)):
        for folder in [Path(root), *sorted(Path(root).glob("*/"))]:
            if (folder / "train").is_dir() and (folder / "test").is_dir():
                found[f"folder {folder.name}"] = f"folder:{folder.resolve()}"
    return found


class Setup(Component):
    """The form for a new run.

    Args:
        launch: starts the run.
    """

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self._launch = launch
        common = {"sizing_mode": "stretch_width", "size": "small", "margin": (7, 10, 3, 10)}
        self._dataset = pmui.Select(
            label="Data set", options={"digits (bundled)": "digits", **image_folders()}, value="digits", **common
        )
        self._dataset.param.watch(lambda _: self._defaults(), "value")
        self._preset = pmui.Select(
            label="Preset", options={PRESETS[name].label: name for name in PRESETS}, value=next(iter(PRESETS)), **common
        )
        self._preset.param.watch(lambda _: self._defaults(), "value")
        self._knobs = {name: KnobControl(name, Settings.knob(name).default) for name in _form_knobs()}
        self._name = pmui.TextInput(
            label="Name of the run", value="", placeholder="data set, objective and time", **common
        )
        self._share = pmui.Checkbox(label="Run in parallel (don't queue)", margin=(0, 10))
        self._start = pmui.Button(label="Start this run", icon="play_arrow", variant="contained", margin=(8, 10))
        self._start.on_click(lambda _: self._submit())
        self._defaults()
        self._panel = pmui.Column(
            self._dataset,
            self._preset,
            *self._knobs.values(),
            self._name,
            self._share,
            self._start,
            launch.notice_for(self._start),
            sizing_mode="stretch_width",
        )

    def _defaults(self) -> None:
        """Sets all knobs to the values that the data set and the preset give them."""
        settings = initial_settings(self._dataset.value, self._preset.value, threads=SPARE_CORES)
        for name, knob in self._knobs.items():
            knob.put(getattr(settings, name))

    def offer(self, listed: list[dict[str, Any]]) -> None:
        """Offers these data sets, as `Engines.datasets` lists them, and the image folders."""
        named = {f"{each['name']} ({each['status']})": each["name"] for each in listed}
        self._dataset.options = {**named, **image_folders()}

    def _submit(self) -> None:
        settings = {"dataset": self._dataset.value, **{name: knob.value for name, knob in self._knobs.items()}}
        self._launch.start(self._name.value.strip(), settings, self._preset.value, self._share.value)


def _form_knobs() -> list[str]:
    """The names of the knobs that the form shows, in order; the data set is not among them, as it has its own menu."""
    fixed = [name for name in Settings.names() if name not in Settings.steerable() and name != "dataset"]
    return [*CHANGEABLE, *fixed]
