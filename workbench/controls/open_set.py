"""The form that opens a distilled set, beside that for a new run."""

from collections.abc import Callable
from concurrent.futures import Future

import panel as pn
import panel_material_ui as pmui

from hdd.data.layouts import REFUSE, UNREADABLE
from hdd.data.sources import NAMES
from hdd.paths import FOLDER
from hdd.sets import Reading
from hdd.settings import Settings
from workbench.component import Component
from workbench.controls.notices import attempt
from workbench.core.image_folders import image_folders
from workbench.core.set_place import SetPlace
from workbench.theme import HIDDEN, Text, show

UNKNOWN = "not known"


class OpenSet(Component):
    """Asks for the path of a set, and for its data set.

    Args:
        root: the folder in which sets are looked for.
        show_set: shows a set.
    """

    def __init__(self, root: str, show_set: Callable[[SetPlace], None]) -> None:
        super().__init__()
        self._show = show_set
        common = {"sizing_mode": "stretch_width", "size": "small", "margin": (7, 10, 3, 10)}
        # Users may also give a path that is not among the options, such as RUN@STEP.
        self._path = pmui.AutocompleteInput(
            label="File or folder",
            options=[],
            restrict=False,
            min_characters=0,
            case_sensitive=False,
            search_strategy="includes",
            **common,
        )
        self._dataset = pmui.Select(
            label="Distilled from",
            options={UNKNOWN: "", **{name: name for name in NAMES}, **image_folders()},
            value="",
            **common,
        )
        self._unreadable = pmui.Select(
            label=Settings.knob("unreadable").label,
            description=Settings.knob("unreadable").doc,
            options=list(UNREADABLE),
            value=REFUSE,
            sx=HIDDEN,
            **common,
        )
        self._dataset.param.watch(lambda _: show(self._unreadable, self._of_folder()), "value")
        self._reading = pmui.TextInput(
            label="Read as (optional)",
            placeholder="values=unit; channels=bgr",
            description="How the file is to be read where it does not say so, or says it wrongly: NAME=VALUE, joined "
            "by semicolons, with the names of docs/formats.md. The checks offer other readings too.",
            **common,
        )
        self._open = pmui.Button(label="Open", icon="folder_open", variant="contained", margin=(8, 10))
        self._open.on_click(lambda _: self._submit())
        self._panel = pn.Column(
            Text(f"A distilled set that anybody published, in {root}", variant="caption", margin=(0, 10)),
            self._path,
            self._dataset,
            self._unreadable,
            self._reading,
            Text(
                "With its data set, the colours are right, and there are a disk and checks.",
                variant="caption",
                margin=(0, 10),
            ),
            self._open,
            sizing_mode="stretch_width",
        )

    def offer(self, listed: "Future[list[str]]") -> None:
        """Offers the sets that were found in the folder; without them, users can still type a path."""
        if listed.exception() is None:
            self._path.options = listed.result()

    def _of_folder(self) -> bool:
        return str(self._dataset.value).startswith(FOLDER)

    def _submit(self) -> None:
        # The value itself is only sent when an option is chosen.
        path = str(self._path.value_input or self._path.value or "").strip()
        texts = [text.strip() for text in str(self._reading.value_input or "").split(";") if text.strip()]
        dataset = str(self._dataset.value)
        unreadable = str(self._unreadable.value) if self._of_folder() else REFUSE
        attempt(lambda: self._show(SetPlace(path, dataset, Reading.of_texts(texts), unreadable)))
