"""What Panel puts into a notebook's output, and what it does with messages from there."""

import panel as pn
import panel_material_ui as pmui
import pytest
from bokeh.document import Document
from bokeh.document.events import ModelChangedEvent
from bokeh.protocol import Protocol
from panel.io.notebook import block_comm
from panel.models.comm_manager import CommManager
from panel.models.esm import ReactiveESM
from pyviz_comms import Comm

from workbench.compat.notebook_comm import NotebookPane

MEGABYTE = 2**20


@pytest.fixture(params=[False, True], ids=["without", "with"])
def patched(request):
    return request.param


@pytest.fixture
def shown(patched, monkeypatch):
    """A pane of two texts in an output: the pane, its document, its model and what was sent from then on."""
    monkeypatch.setattr(pn.config, "inline", True)
    sent = []
    if patched:
        pane = NotebookPane(lambda call: call())
        pane[:] = [pmui.Typography("first"), pmui.Typography("second")]
    else:
        pane = pn.Column(pmui.Typography("first"), pmui.Typography("second"))
    document, comm = Document(), Comm(id="comm")
    monkeypatch.setattr(comm, "send", lambda data=None, metadata=None, buffers=(): sent.append(data))
    comm._comm = True
    root = pane._render_model(document, comm)
    document.add_root(root)
    document.hold()
    pn.state._views[root.ref["id"]] = (pane, root, document, comm)
    yield pane, document, root, sent
    pn.state._views.pop(root.ref["id"], None)


def test_each_component_carries_all_code_without_the_patch(shown, patched):
    _, _, root, _ = shown
    code = [len(model.esm) for model in root.references() if isinstance(model, ReactiveESM)]
    assert len(code) > 1
    assert sum(size > MEGABYTE for size in code) == (1 if patched else len(code))


def test_a_message_from_the_browser_spoils_what_waits_to_be_sent_without_the_patch(shown, patched):
    pane, document, root, sent = shown
    if patched:
        pane._heard(root.ref["id"], None, {"listens": True})
    heard = pane[1]._models[root.ref["id"]][0].data
    with block_comm():
        pane[0].object = "waits"
    event = ModelChangedEvent(document, heard, "variant", "h1")
    patch = Protocol().create("PATCH-DOC", [event])
    message = {"header": patch.header, "metadata": patch.metadata, "content": patch.content, "_buffers": None}
    pane._on_msg(root.ref["id"], CommManager(), message)
    assert heard.variant == "h1"
    # Panel takes what waits for the user's doing: the text becomes the HTML that was to be drawn.
    assert (pane[0].object == "waits") == patched
    if patched:
        assert "waits" in str(sent)
