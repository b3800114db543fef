"""What users change in the figures of a notebook comes back to the kernel.

IPython is imported only where a notebook runs, since servers show figures without it.
"""

from typing import Any, Protocol
from weakref import WeakValueDictionary

EXEC = "application/vnd.holoviews_exec.v0+json"
"""The type of outputs to which the extension pyviz_comms of JupyterLab gives a connection to the kernel."""

_TARGET = "hdd-playground"


_NOTHING_YET = (
    "Nothing has come back from the figure yet: drag something in it, in JupyterLab or Notebook 7 with pyviz_comms, "
    "since VS Code and Colab do not pass it on."
)


class Heard(Protocol):
    """What hears from figures."""

    def hear(self, shown: str, values: dict[str, Any]) -> None:
        """Called with the name of the figure that is shown, and with the values that it has now."""


_shown: WeakValueDictionary[str, Heard] = WeakValueDictionary()
"""Who hears from the figure in an output, by the name of the output."""


def listen(place: str, heard: Heard) -> None:
    """From now on `heard` hears from the figure in the output of that name; outside of a notebook, nothing happens."""
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is not None:
        _shown[place] = heard
        kernel.comm_manager.register_target(_TARGET, _opened)


def say_nothing_came() -> None:
    """Says below the running cell, in a sentence, why a figure may not have told anything."""
    from IPython.display import display

    display({"text/plain": _NOTHING_YET}, raw=True)


def _opened(comm: Any, message: Any) -> None:
    comm.on_msg(_told)


def _told(message: Any) -> None:
    data = message["content"]["data"]
    heard = _shown.get(data["place"])
    if heard is not None:
        heard.hear(data["shown"], data["values"])
