"""A pane for notebook outputs that loses no message in either direction.

Cause: Panel sends each change through a comm separately and immediately, from the thread that makes it, even if the
    browser has not drawn the plot yet and so does not listen; the message that opens the comm may come later still. A
    message from the browser is handled in whatever thread JupyterLab chooses, and changes that wait to be sent are
    then taken for changes by the user, or are dropped. The kernel is not told when an output is cleared.
Upstream: not reported; `MimeRenderMixin._on_msg` in https://github.com/holoviz/panel/blob/v1.9.4/panel/viewable.py and
    `push` in https://github.com/holoviz/panel/blob/v1.9.4/panel/io/notebook.py
Needed for: panel >=1.9.4,<=1.9.4; bokeh >=3.9.2,<=3.9.2
Without it: views in a notebook stand still, or show parts of different steps.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import panel as pn
from bokeh.document import Document
from bokeh.io.doc import patch_curdoc
from bokeh.model import Model
from panel.io.model import patch_cds_msg
from panel.io.notebook import block_comm, push

from workbench.compat import material_bundle


class NotebookPane(pn.Column):
    """A column for the outputs of cells; its changes are sent together.

    Its outputs must contain notebook_link.js, which tells it when a browser listens and when an output is cleared.

    Args:
        later: schedules a call of a function in the one thread that may change the pane.
        params: parameters of the column.
    """

    def __init__(self, later: Callable[[Callable[[], None]], None], **params: Any) -> None:
        super().__init__(**params)
        self._later = later
        self._listening: set[str] = set()

    def fill(self) -> None:
        """Adds the content of the pane, before its first output; the first object must be a Material component."""

    def on_listening(self) -> None:
        """Called when a browser says that it listens; it does so again after a long silence."""

    def on_ended(self) -> None:
        """Called when no output shows the pane any more."""

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Inside, the pane may be changed; the changes are then sent in one message to each browser that listens."""
        with block_comm(), pn.config.set(inline=False):
            yield
        for ref in self._listening & self._models.keys():
            _, _, doc, comm = pn.state._views[ref]
            assert comm is not None
            material_bundle.embed_in_added(doc)
            push(doc, comm)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Any:
        if not len(self):
            self.fill()
        shown = super()._repr_mimebundle_(include, exclude)
        # If another thread sent the message that opens the comm, it could arrive after the first message in the comm.
        for comm, client in self._comms.values():
            client._on_open = lambda _, comm=comm: self._later(comm.init)
        return shown

    def _render_model(self, doc: Document, comm: Any = None) -> Model:
        with material_bundle.without_code(doc):
            root = super()._render_model(doc, comm)
        with doc.models.freeze():
            first = self[0]._models[root.ref["id"]][0]  # pyright: ignore[reportAttributeAccessIssue]
            material_bundle.embed_code(root.references(), first)
        return root

    def _on_msg(self, ref: str, manager: Any, msg: Any) -> None:
        self._later(partial(self._heard, ref, manager, msg))

    def _heard(self, ref: str, manager: Any, msg: Any) -> None:
        """Handles a message from a browser like Panel's own `_on_msg`, but keeps the changes that wait to be sent."""
        if ref not in pn.state._views:
            return
        _, root, doc, comm = pn.state._views[ref]
        assert comm is not None
        if "gone" in msg:
            del pn.state._views[ref]
            self._cleanup(root)
            return
        if "listens" in msg:
            self._listening.add(ref)
            self.on_listening()
            return
        callbacks = doc.callbacks
        with self.changing():
            patch_cds_msg(root, msg)
            manager.assemble(msg).apply_to_document(doc, comm.id)
            asked = [event for event in callbacks._held_events if event.setter == comm.id]
            callbacks._held_events = [event for event in callbacks._held_events if event.setter != comm.id]
            with patch_curdoc(doc):
                for event in asked:
                    if event.callback_invoker is not None:
                        event.callback_invoker()

    def _cleanup(self, root: Model | None = None) -> None:
        super()._cleanup(root)
        if not self._models:
            self.on_ended()
