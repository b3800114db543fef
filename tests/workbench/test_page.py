import panel as pn
from bokeh.document import Document
from panel.io.state import set_curdoc

from workbench.engine import Engines
from workbench.page import Workbench
from workbench.projector import Projector


def watching():
    """How many want to know whether the server is busy."""
    return len(pn.state.param.watchers.get("busy", {}).get("value", ()))


def test_the_server_keeps_nothing_of_a_page_that_is_gone(tmp_path):
    before = watching()
    document = Document()
    with set_curdoc(document):
        page = Workbench(Engines(tmp_path), Projector()).page
        page.get_root(document)
    assert any(view[2] is document for view in pn.state._views.values())
    for destroyed in document.session_destroyed_callbacks:
        destroyed(None)
    assert not any(view[2] is document for view in pn.state._views.values())
    assert watching() == before
