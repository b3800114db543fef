"""The form for a new run: data set, preset, and every knob that its method and its objective have."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from hdd.paths import FOLDER
from hdd.settings import PRESETS, Settings, initial_settings, presets_for
from workbench.component import Component
from workbench.controls import dataset_text
from workbench.controls.knob import KnobControl
from workbench.controls.knob_sections import KnobSections
from workbench.controls.launch import Launch
from workbench.core.image_folders import image_folders
from workbench.core.jobs import SPARE_CORES
from workbench.core.set_place import SetPlace
from workbench.theme import HIDDEN, Text, show

FOLDER_KNOBS = ("image_size", "unreadable")
"""The knobs that only image folders have; they are below the data set while a folder is chosen."""

FIRST = ("method", "objective", "ipc", "steps")
"""The knobs that are always visible; all others are in sections, which are closed at first."""


class Setup(Component):
    """The form for a new run.

    What the user has chosen stays when the data set or the preset changes; the other knobs follow these.

    Args:
        launch: starts the run.
    """

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self._launch = launch
        self._listed: dict[str, dict[str, Any]] = {}
        self._notes = ""
        self._chosen: dict[str, Any] = {}
        """The values that the user has chosen, also those that are not allowed."""
        common = {"sizing_mode": "stretch_width", "size": "small", "margin": (7, 10, 3, 10)}
        self._dataset = pmui.Select(
            label="Data set", options={"digits (bundled)": "digits", **image_folders()}, value="digits", **common
        )
        self._dataset.param.watch(lambda _: self._choose_dataset(), "value")
        self._about = Text("", variant="caption", margin=(0, 10))
        self._changes = Text("", variant="caption", margin=(0, 10), sx=HIDDEN)
        self._preset = pmui.Select(
            label="Preset", options=_preset_options("digits"), value=next(iter(PRESETS)), **common
        )
        self._preset.param.watch(lambda _: self._choose_preset(), "value")
        self._settings = self._computed()
        self._knobs: dict[str, KnobControl] = {}
        self._of_folder = pn.Column(sizing_mode="stretch_width", margin=0)
        self._sections = KnobSections(_folded(), self._control, self._show_soon, margin=(4, 4))
        self._initial = pmui.TextInput(
            label="Start from a distilled set",
            value="",
            placeholder="file, folder, or RUN@STEP",
            description="Starts from the images of a set in the folder of sets, or of a step of a run. It must have "
            "equally many of each class; that is the number of images per class, unless you choose another.",
            **common,
        )
        self._read_as = Text("", variant="caption", margin=(0, 10), sx=HIDDEN)
        self._initial_place = SetPlace("")
        self._initial.param.watch(lambda _: self._show_reading(), "value")
        self._name = pmui.TextInput(
            label="Name of the run", value="", placeholder="data set, objective and time", **common
        )
        self._share = pmui.Checkbox(label="Run in parallel (don't queue)", margin=(0, 10))
        self._start = pmui.Button(label="Start this run", icon="play_arrow", variant="contained", margin=(8, 10))
        self._start.on_click(lambda _: self._submit())
        self._panel = pn.Column(
            self._dataset,
            self._about,
            self._of_folder,
            self._preset,
            self._changes,
            *map(self._control, FIRST),
            self._initial,
            self._read_as,
            self._sections,
            self._name,
            self._share,
            self._start,
            launch.notice_for(self._start),
            sizing_mode="stretch_width",
        )
        self._show()

    def start_from(self, place: SetPlace) -> None:
        """Fills in a set to start from, its data set, and how it is read."""
        self._initial_place = place
        self._initial.value = place.path
        self._show_reading()
        self._choose_dataset_of_set()

    def _choose_dataset_of_set(self) -> None:
        """Chooses the data set of the set that was filled in, once that is offered."""
        if self._initial_set() is self._initial_place and self._initial_place.dataset in self._dataset.options.values():
            self._dataset.value = self._initial_place.dataset

    def _initial_set(self) -> SetPlace | None:
        """The set to start from, None for none. What the user types is read as its file says."""
        path = self._initial.value.strip()
        if not path:
            return None
        return self._initial_place if path == self._initial_place.path else SetPlace(path)

    def _show_reading(self) -> None:
        start = self._initial_set()
        words = "" if start is None else ", ".join(start.read_as)
        self._read_as.object = f"It is read as {words}." if words else ""
        show(self._read_as, bool(words))

    def offer(self, listed: list[dict[str, Any]]) -> None:
        """Offers these data sets, as `Engines.datasets` lists them, and the image folders."""
        self._listed = {each["name"]: each for each in listed}
        named = {f"{each['name']} ({each['status']})": each["name"] for each in listed}
        self._dataset.options = {**named, **image_folders()}
        self._choose_dataset_of_set()
        self._show()

    def _control(self, name: str) -> KnobControl:
        self._knobs[name] = KnobControl(name, getattr(self._settings, name), self._choose)
        return self._knobs[name]

    def _computed(self) -> Settings:
        """The settings of the new run, without those of the chosen values that are not allowed."""
        values = {name: value for name, value in self._chosen.items() if self._problem(name, value) is None}
        return initial_settings(self._dataset.value, self._preset.value, **{"threads": SPARE_CORES, **values})

    def _problem(self, name: str, value: Any) -> str | None:
        """Why a knob does not allow a value, or the preset does not; None if both do."""
        try:
            initial_settings(self._dataset.value, self._preset.value, **{name: value})
        except HDDError as error:
            return str(error)
        return None

    def _choose(self, name: str, value: Any) -> None:
        """Takes a value that the user has chosen, and says below its control if it is not allowed."""
        self._chosen[name] = value
        problem = self._problem(name, value)
        self._knobs[name].show_state("" if problem is None else "refused", problem or "")
        self._settings = self._computed()
        self._show()

    def _choose_dataset(self) -> None:
        if not self._dataset.value.startswith(FOLDER):
            for name in FOLDER_KNOBS:
                self._chosen.pop(name, None)
        self._notes = dataset_text.folder_notes(self._dataset.value)
        options = _preset_options(self._dataset.value)
        value = self._preset.value if self._preset.value in options.values() else next(iter(PRESETS))
        self._preset.param.update(options=options, value=value)
        self._follow()

    def _choose_preset(self) -> None:
        for name in PRESETS[self._preset.value].values:
            self._chosen.pop(name, None)
        self._follow()

    def _follow(self) -> None:
        """Sets the knobs to what the data set and the preset give them, and says which of them that has changed."""
        before, self._settings = self._settings, self._computed()
        self._changes.object = dataset_text.changes(before, self._settings)
        show(self._changes, bool(self._changes.object))
        self._show()

    def _show_soon(self) -> None:
        pn.state.execute(self._show, schedule=True)

    def _show(self) -> None:
        """Brings the controls up to date."""
        for name, knob in self._knobs.items():
            if name not in self._chosen or self._problem(name, self._chosen[name]) is None:
                knob.put(getattr(self._settings, name))
        if bool(self._of_folder) != self._dataset.value.startswith(FOLDER):
            own = [self._knobs.get(name) or self._control(name) for name in FOLDER_KNOBS]
            self._of_folder[:] = [] if self._of_folder else own
        self._sections.show({*self._settings.in_force()})
        self._about.object = dataset_text.about(self._listed.get(self._dataset.value), self._settings, self._notes)

    def _submit(self) -> None:
        values = {name: getattr(self._settings, name) for name in self._settings.in_force()} | self._chosen
        in_force = {name: values[name] for name in self._settings.in_force()}
        settings = {**in_force, "dataset": self._dataset.value}
        start = self._initial_set()
        if start is not None:
            # The set takes the place of `init`, and has a number of images of each class.
            left_out = {"init"} if "ipc" in self._chosen else {"init", "ipc"}
            settings = {name: value for name, value in settings.items() if name not in left_out}
        self._launch.start(self._name.value.strip(), settings, self._preset.value, self._share.value, start)


def _preset_options(dataset: str) -> dict[str, str]:
    """The presets for a data set, as label → name."""
    return {preset.label: name for name, preset in presets_for(dataset).items()}


def _folded() -> tuple[str, ...]:
    """The names of the knobs in the sections, in the order of the steering panel; the fixed ones come last."""
    fixed = [name for name in Settings.names() if name not in Settings.steerable()]
    # The data set has its own menu, and below it what only folders have.
    return tuple(name for name in (*Settings.steerable(), *fixed) if name not in (*FIRST, *FOLDER_KNOBS, "dataset"))
