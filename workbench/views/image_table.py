"""The table of images in the browser."""

from collections.abc import Callable
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from workbench import browser


class ImageTableView(JSComponent):
    """A page of a table with a row for each image.

    It is an HTML table: docs/decisions/0015-the-table-of-runs-is-plain-html.md says why.

    Attributes:
        listener: called with what the user asks for: {"sort": title}, {"choose": image, "add": whether it joins the
            others}, or {"verdict": one of `hdd.sets.marks.Verdict` or "", "image": image}.
    """

    titles = param.List([], doc="The titles of the columns with figures.")
    rows = param.List([], doc="Rows with image, name, picture, verdict, tags, severity, words, values and chosen.")
    sorted = param.String("", doc="The title of the column that the rows are sorted by.")
    falls = param.Boolean(True, doc="Whether the largest values come first.")

    _esm = browser.module("elements.js", "image_table.js")
    _stylesheets: ClassVar[list[str]] = [browser.module("image_table.css")]

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.listener: Callable[[dict[str, Any]], None] | None = None
        self.on_msg(self._heard)

    def put(self, **values: Any) -> None:
        """Shows values of the parameters; only what has changed is sent."""
        self.param.update(**{name: value for name, value in values.items() if value != getattr(self, name)})

    def _heard(self, event: Any) -> None:
        if self.listener is not None and isinstance(event.data, dict):
            self.listener(event.data)
