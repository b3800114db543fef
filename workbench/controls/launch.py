"""Starts a new run, and shows the progress until the run exists."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import panel_material_ui as pmui

from hdd.errors import HDDError, InvalidInputError, NotFoundError
from hdd.paths import FOLDER, data_set_title, holds_run
from hdd.settings import initial_settings
from workbench.controls.notices import check_may_change
from workbench.core.image_folders import image_folders
from workbench.core.job import Job
from workbench.core.jobs import SPARE_CORES, Engines
from workbench.core.set_folder import SetFolder
from workbench.core.set_place import SetPlace
from workbench.theme import HIDDEN, Notice, show


class Launch:
    """Starts new runs, one at a time.

    Args:
        engines: starts the process that makes the run.
        opened: called with the directory of the run once it exists.
        sets_root: the folder of the distilled sets from which runs may start.
        may_change: whether the person of the session may start runs.
    """

    def __init__(
        self, engines: Engines, opened: Callable[[Path], None], sets_root: Path, may_change: bool = True
    ) -> None:
        self._engines = engines
        self._may_change = may_change
        self._sets_root = sets_root
        self._opened = opened
        self._job: Job | None = None
        self._message = ("info", "")
        self._places: list[tuple[pmui.Button, Notice]] = []

    def notice_for(self, start: pmui.Button) -> Notice:
        """Makes the notice beside a button that starts a run: it shows the progress, while the button is loading."""
        notice = Notice("", sx=HIDDEN, margin=(4, 10), sizing_mode="stretch_width")
        self._places.append((start, notice))
        self._say(*self._message)
        return notice

    def start_first(self) -> None:
        """Starts the digits run without asking for anything."""
        self.start("", {"dataset": "digits", "ipc": 10, "steps": 1000, "threads": SPARE_CORES}, "geometric")

    def start(
        self, name: str, settings: dict[str, Any], preset: str, share: bool = False, initial: SetPlace | None = None
    ) -> None:
        """Starts a run, unless one is being made already.

        Args:
            name: of its directory; "" makes a name from data set, objective and time.
            settings: knob values by name; "dataset" must be among them.
            preset: a key of `hdd.settings.PRESETS`.
            share: whether to run in parallel with other runs on the device; otherwise the run queues.
            initial: the distilled set from whose images the run starts, or a step of a run; None for none.
        """
        if self._job is not None:
            return
        dataset = settings["dataset"]
        try:
            check_may_change(self._may_change)
            # The browser offers no others, but it can send any.
            if dataset.startswith(FOLDER) and dataset not in image_folders().values():
                raise InvalidInputError(f"{dataset!r} is none of the image folders that HDD_FOLDERS offers.")
            made = initial_settings(dataset, preset, **{k: v for k, v in settings.items() if k != "dataset"})
            name = name or self._free_name(dataset, made.objective)
            start = None if initial is None else self._find(initial.path)
            read_as = () if initial is None else initial.read_as
            self._job = self._engines.distill(name, settings, preset, share, start, read_as)
        except (HDDError, OSError) as error:
            self._say("error", str(error))
            return
        self._say("info", f"Making {name}: loading PyTorch and the data set …")

    def _find(self, path: str) -> Path:
        """Where a set is, or in the folder of the runs a step of a run."""
        try:
            return SetFolder(self._sets_root).find(path)
        except NotFoundError:
            return SetFolder(self._engines.root).find(path)

    def _free_name(self, dataset: str, objective: str) -> str:
        """A name that no run has yet: data set, objective and time, and a number if that name is taken."""
        base = f"{data_set_title(dataset)}-{objective}"
        name = f"{base[:60]}-{datetime.now():%Y%m%d-%H%M%S}".lstrip(".")
        taken = [number for number in range(2, 100) if (self._engines.root / f"{name}-{number}").exists()]
        return name if not (self._engines.root / name).exists() else f"{name}-{max(taken, default=1) + 1}"

    def _say(self, severity: str, text: str) -> None:
        self._message = severity, text
        for start, notice in self._places:
            start.loading = self._job is not None
            notice.param.update(severity=severity, object=text)
            show(notice, bool(text))

    def watch_job(self) -> None:
        """Checks how far the run is that is being made; to be called every `JOBS_MILLISECONDS`."""
        job = self._job
        if job is None:
            return
        going = job.poll()
        if holds_run(job.run):
            self._job = None
            self._say("info", "")
            self._opened(job.run)
        elif not going:
            self._job = None
            self._say("error", job.failure or f"{job.about} ended before it was made.")
        elif "reading" in job.progress:
            done, total = job.progress["reading"], job.progress.get("of", 0)
            self._say("info", f"Reading images: {done} of {total}")
