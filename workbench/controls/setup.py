"""A new run: data set, method, preset and the knobs that are fixed once it is made."""

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import panel_material_ui as pmui
import param

from hdd.errors import HDDError
from hdd.objectives import OBJECTIVES
from hdd.settings import PRESETS, Settings, allowed, initial_settings
from workbench.engine import SPARE_CORES, Engines, Job
from workbench.theme import HIDDEN, Notice, show

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
        engines: that make it.
        opened: called with the directory of a run that was made here.

    Attributes:
        panel: what to put on a page.
    """

    def __init__(self, engines: Engines, opened: Callable[[Path], None]) -> None:
        self._engines = engines
        self._opened = opened
        self._job: Job | None = None
        self._started = 0.0
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
        self._says = Notice("", severity="info", sx=HIDDEN, margin=(4, 10), sizing_mode="stretch_width")
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
            self._says,
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

    def start_first(self) -> None:
        """Starts the digits run, with nothing to type."""
        first = {"dataset": "digits", "ipc": 10, "steps": 1000, "threads": SPARE_CORES}
        self._begin(_free_name(self._engines, "digits-hdd"), first, "geometric")

    def _submit(self) -> None:
        settings = {name: field.value for name, field in self._fields.items()}
        dataset = self._dataset.value
        base = _free_name(self._engines, f"{Path(dataset.removeprefix('folder:')).name}-{self._method.value}")
        settings |= {"dataset": dataset, "objective": self._method.value, "device": self._device.value}
        self._begin(self._name.value.strip() or base, settings, self._preset.value)

    def _begin(self, name: str, settings: dict[str, Any], preset: str) -> None:
        if self._job is not None:
            return
        try:
            initial_settings(settings["dataset"], preset, **{k: v for k, v in settings.items() if k != "dataset"})
            self._job = self._engines.distill(name, settings, preset, self._share.value)
        except (HDDError, OSError) as error:
            self._say("error", str(error))
            return
        self._started = time.monotonic()
        self._start.disabled = True
        self._say("info", f"Making {name}: loading torch and the data set …")

    def _say(self, severity: str, text: str) -> None:
        self._says.param.update(severity=severity, object=text)
        show(self._says, bool(text))

    def watch_job(self) -> None:
        """Looks after the run that is being made; called twice a second."""
        job = self._job
        if job is None:
            return
        going = job.poll()
        if (job.run / "run.db").exists():
            self._job = None
            self._start.disabled = False
            self._say("info", "")
            self._opened(job.run)
        elif not going:
            self._job = None
            self._start.disabled = False
            self._say("error", job.failure or f"{job.about} ended before it was made.")
        elif "reading" in job.progress:
            done, total = job.progress["reading"], job.progress.get("of", 0)
            self._say("info", f"Reading images: {done} of {total}")


def _free_name(engines: Engines, base: str) -> str:
    """A name that no run has: `base` with the time, and a number if even that is taken."""
    name = f"{base[:60]}-{datetime.now():%Y%m%d-%H%M%S}".lstrip(".")
    taken = [number for number in range(2, 100) if (engines.root / f"{name}-{number}").exists()]
    return name if not (engines.root / name).exists() else f"{name}-{max(taken, default=1) + 1}"
