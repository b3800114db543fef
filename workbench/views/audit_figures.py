"""The figures of an audit beside those of unseen real images, and beside those of another audit."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.component import Component
from workbench.core.audit_table import AuditTable
from workbench.core.jobs import Engines
from workbench.theme import Html
from workbench.views.audit_words import figures_html

ALONE = "unseen real images only"


class AuditFigures(Component):
    """The figures of the audit that is shown.

    Args:
        engines: keeps what was found, for all sessions.
    """

    def __init__(self, engines: Engines) -> None:
        super().__init__()
        self._engines = engines
        self._table: AuditTable | None = None
        self._question: Hashable = None
        self._others: dict[str, dict[str, Any]] = {}
        self._beside = pmui.Select(
            label="Compare with",
            options=[ALONE],
            value=ALONE,
            description="Another audit that was made here since the server started: of another step, such as step 0, "
            "of another run, or of a set",
            size="small",
            margin=(10, 10, 4, 10),
            sizing_mode="stretch_width",
        )
        self._beside.param.watch(lambda _: self._draw(), "value")
        self._figures = Html("", variant="body2", margin=(4, 10), sizing_mode="stretch_width")
        self._panel = pn.Column(
            self._beside, self._figures, sizing_mode="stretch_both", styles={"overflow-y": "auto"}, margin=0
        )

    def open(self, table: AuditTable, question: Hashable) -> None:
        """Shows the figures of an audit, which answers a question."""
        self._table, self._question = table, question
        self.offer()
        self._draw()

    def offer(self) -> None:
        """Offers the audits that were made meanwhile."""
        others = {
            _name(result): result for question, result in self._engines.audits.items() if question != self._question
        }
        if [*others] != [*self._others]:
            chosen = str(self._beside.value)
            self._others = others
            self._beside.param.update(options=[ALONE, *others], value=chosen if chosen in others else ALONE)

    def _draw(self) -> None:
        if self._table is None:
            return
        name = str(self._beside.value)
        other = self._others.get(name)
        beside = None if other is None else (name, {each["name"]: each["value"] for each in other["figures"]})
        self._figures.object = figures_html(self._table, beside)


def _name(result: dict[str, Any]) -> str:
    """What an audit is of: "demo@40, random network"."""
    return f"{Path(result['set']).name}, {'random' if result['network accuracy'] is None else 'trained'} network"
