"""The form of a new run: data set, method, preset and the knobs that are fixed once it is made."""

import os
from pathlib import Path
from typing import Any

import panel_material_ui as pmui
import param

from hdd.objectives import OBJECTIVES
from hdd.settings import PRESETS, Settings, allowed, initial_settings
from workbench.controls.launch import Launch
from workbench.core.jobs import SPARE_CORES

FIXED = ("ipc", "steps", "seed", "network_width", "network_depth", "threads")
PRESET_SAYS = {"geometric": "geometric: where geometry acts", "released": "released: what the authors' code does"}


def image_folders() -> dict[str, str]:
    """What the page offers of the folders in $HDD_FOLDERS: "folder:PATH" by name, where there is train/ and test/."""
    found = {}
    for root in filter(None, os.environ.get("HDD_FOLDERS", "").split(os.pathsep)):
        for folder in [Path(root), *sorted(Path(root).glob("*/"))]:
            if (folder / "train").is_dir() and (folder / "test").is_dir():
                found[f"folder {folder.name}"] = f"folder:{folder.resolve()}"
    return found


class Setup:
    """The form of a new run.

    Args:
        launch: that starts it.

    Attributes:
        panel: what to put on a page.
    """

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        common = {"sizing_mode": "stretch_width", "size": "small", "margin": (7, 10, 3, 10)}
        self._dataset = pmui.Select(
            label="Data set", options={"digits (bundled)": "digits", **image_folders()}, value="digits", **common
        )
        self._dataset.param.watch(lambda _: self._defaults(), "value")
        self._method = pmui.Select(label="Method", options=list(OBJECTIVES), value="hdd", **common)
        self._preset = pmui.Select(
            label="Preset", options={PRESET_SAYS[name]: name for name in PRESETS}, value="geometric", **common
        )
        self._fields = {name: self._field(name, common) for name in FIXED}
        self._device = pmui.TextInput(label="Device", value="auto", description=Settings.param.device.doc, **common)
        self._name = pmui.TextInput(
            label="Name of the run", value="", placeholder="made from data set and time", **common
        )
        self._share = pmui.Checkbox(label="Start beside other runs on the device, not after them", margin=(0, 10))
        self._start = pmui.Button(label="Start this run", icon="play_arrow", variant="contained", margin=(8, 10))
        self._start.on_click(lambda _: self._submit())
        self._defaults()
        self.panel = pmui.Column(
            self._dataset,
            self._method,
            self._preset,
            *self._fields.values(),
            self._device,
            self._name,
            self._share,
            self._start,
            launch.place(self._start),
            sizing_mode="stretch_width",
        )

    def _field(self, name: str, common: dict[str, Any]) -> pmui.IntInput:
        knob: param.Integer = Settings.param[name]
        low, high = knob.bounds
        # A browser's whole numbers are exact below 2⁵³.
        high = None if high is None else min(high, 2**53 - 1)
        about = f"{knob.doc} Allowed: {allowed(name)}."
        return pmui.IntInput(label=knob.label, value=knob.default, start=low, end=high, description=about, **common)

    def _defaults(self) -> None:
        """Takes over what the data set asks for."""
        settings = initial_settings(self._dataset.value)
        self._fields["network_width"].value = settings.network_width
        self._fields["threads"].value = SPARE_CORES

    def offer(self, listed: list[dict[str, Any]]) -> None:
        """Offers the data sets that this machine can have; see `Engines.datasets`."""
        named = {f"{each['name']} ({each['status']})": each["name"] for each in listed}
        self._dataset.options = {**named, **image_folders()}

    def _submit(self) -> None:
        settings = {name: field.value for name, field in self._fields.items()}
        settings |= {"dataset": self._dataset.value, "objective": self._method.value, "device": self._device.value}
        self._launch.start(self._name.value.strip(), settings, self._preset.value, self._share.value)
