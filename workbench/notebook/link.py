"""The line from a notebook's output to the kernel."""

from workbench import browser, compat
from workbench.browser.link import Link

WHO = "notebook"
"""All views of a kernel are one tab: they share the driver's seat."""


class NotebookLink(Link):
    """Tells the kernel when its browser listens, that a frame was painted, and when the cell is cleared.

    Keys stay with the notebook.
    """

    _esm = browser.module(compat.HERE / "echoing_comm.js", "notebook_link.js")

    def __init__(self) -> None:
        super().__init__()
        self.tab = WHO
