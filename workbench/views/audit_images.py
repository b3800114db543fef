"""The images of an audit as a table, with what stands out, and what people decide about them."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from hdd.sets.formats.picture_files import png_address
from hdd.sets.marks import Mark, Verdict
from workbench.component import Component
from workbench.controls.notices import attempt, may_judge, notify
from workbench.core.audit_table import NOTHING, PAGE, SHOWS, TAG, AuditTable, Order
from workbench.core.marking import Marking
from workbench.session import Session
from workbench.theme import Text
from workbench.views.image_table import ImageTableView


class AuditImages(Component):
    """The table, the choice of what it shows, and its pages.

    Args:
        session: whose selection is that of the table.
        marking: keeps the marks.
        save: gives a file to the user, from its content and a name for the step.
    """

    def __init__(self, session: Session, marking: Marking, save: Callable[[bytes, int], None]) -> None:
        super().__init__()
        self._session, self._marking, self._save_as = session, marking, save
        self._table: AuditTable | None = None
        self._question: Hashable = None
        self._step = 0
        self._order, self._page = Order(), 0
        self._stored: dict[int, int] = {}
        """The number of the stored image that holds an image, by the number of that."""
        self._drawn: tuple[Any, ...] = ()
        self._damaged = ""
        self._filter = pmui.Select(
            label="Show", options=list(SHOWS), value=SHOWS[0], size="small", width=170, margin=(10, 10)
        )
        self._filter.param.watch(lambda _: self._turn(0), "value")
        button: dict[str, Any] = {"size": "small", "variant": "outlined", "margin": (10, 3)}
        self._back = pmui.Button(label="Back", icon="chevron_left", **button)
        self._next = pmui.Button(label="Next", icon="chevron_right", **button)
        self._back.on_click(lambda _: self._turn(self._page - 1))
        self._next.on_click(lambda _: self._turn(self._page + 1))
        self._place = Text("", variant="caption", margin=(18, 10))
        self._save = pmui.Button(label="Table (CSV)", icon="download", size="small", variant="text", margin=(10, 3))
        self._save.on_click(lambda _: self._save_table())
        self._view = ImageTableView(sizing_mode="stretch_both", margin=(0, 10))
        self._view.listener = self._heard
        controls = pn.FlexBox(self._filter, self._back, self._next, self._place, self._save)
        self._panel = pn.Column(controls, self._view, sizing_mode="stretch_both", margin=0)
        session.selection.param.watch(lambda *_: session.refresh(), ["synthetic"])

    def open(self, table: AuditTable, question: Hashable, step: int, stored: dict[int, int]) -> None:
        """Shows the images of an audit from the first page on.

        Args:
            table: of the audit.
            question: that the audit answers.
            step: whose images it looked at.
            stored: see `Marking.stored`.
        """
        self._table, self._question, self._step, self._page, self._stored = table, question, step, 0, stored

    @property
    def _marks(self) -> Mapping[int, Mark]:
        try:
            return self._marking.of(self._step)
        except HDDError as error:
            if self._damaged != str(error):
                self._damaged = str(error)
                notify("error", self._damaged)
            return {}

    def _turn(self, page: int) -> None:
        self._page = page
        self._session.refresh()

    def draw(self) -> None:
        """Puts a page of the table on the screen, if anything of it has changed."""
        table, images = self._table, self._session.kept_images(self._step)
        if table is None or images is None:
            return
        marks, source = self._marks, self._session.source
        tags = sorted({f"{TAG}{tag}" for mark in marks.values() for tag in mark.tags})
        if self._filter.options != [*SHOWS, *tags]:
            self._filter.options = [*SHOWS, *tags]
        shows, selected = str(self._filter.value), frozenset(self._session.selection.synthetic)
        drawn = (self._question, self._order, shows, self._page, tuple(marks.items()), selected)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        order = table.rows(self._order, shows, marks)
        pages = max(1, -(-len(order) // PAGE))
        self._page = min(max(self._page, 0), pages - 1)
        shown = order[self._page * PAGE : (self._page + 1) * PAGE]
        rows = []
        for position in shown:
            row = table.row(position)
            mark = marks.get(row.image, NOTHING)
            pixels = source.to_pixels(images[self._stored[row.image]][None])[0]
            rows.append(
                {
                    "image": row.image,
                    "name": row.name,
                    "picture": png_address(pixels),
                    "verdict": str(mark.verdict or ""),
                    "tags": list(mark.tags),
                    "severity": row.severity,
                    "words": row.words,
                    "values": list(row.values),
                    "chosen": table.place(position) in selected,
                }
            )
        self._view.put(titles=list(table.titles), rows=rows, sorted=self._order.title, falls=self._order.falls)
        self._back.disabled, self._next.disabled = self._page == 0, self._page == pages - 1
        first = self._page * PAGE
        some = f"{first + 1} to {first + len(shown)} of {len(order)} images"
        self._place.object = some if shown else "No image is like that."

    def _heard(self, asked: dict[str, Any]) -> None:
        table, image = self._table, asked.get("image", asked.get("choose"))
        if table is None:
            return
        if "sort" in asked:
            title = str(asked["sort"])
            self._order = Order(title, not self._order.falls if title == self._order.title else title != "image")
            self._page = 0
        elif image not in self._stored:
            return
        elif "choose" in asked:
            place = self._session.source.layout.place(self._stored[image])
            self._session.selection.click(bool(asked.get("add")), synthetic=place)
        elif "verdict" in asked and may_judge(self._session):
            said = str(asked["verdict"])
            verdict = Verdict(said) if said in list(Verdict) else None
            attempt(lambda: self._marking.judge(self._step, [image], verdict))
        self._session.refresh()

    def _save_table(self) -> None:
        if self._table is not None:
            self._save_as(self._table.as_csv(self._marks), self._step)
