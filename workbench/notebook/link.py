"""The link from the output of a notebook cell to the kernel."""

import uuid

from hdd.runs.driver_lease import by
from workbench import browser, compat
from workbench.browser.link import Link

KEY = uuid.uuid4().hex
"""The tab key of all views of a kernel, which therefore share the driver lease."""

WHO = by("notebook")
"""The author of their edits."""


class NotebookLink(Link):
    """Tells the kernel when the browser listens, when a frame has been painted, and when the cell is cleared.

    It is a text that is empty as long as the kernel answers. It takes no keys, since those belong to the notebook.
    """

    _esm = browser.module(compat.HERE / "echoing_comm.js", "notebook_link.js")

    def __init__(self) -> None:
        super().__init__(width=None, height=None, sizing_mode="stretch_width", margin=(0, 10))
        self.tab = KEY
