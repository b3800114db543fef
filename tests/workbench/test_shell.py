from concurrent.futures import ThreadPoolExecutor

import panel as pn
import panel_material_ui as pmui
from bokeh.document import Document
from bokeh.models import ColumnDataSource
from panel.io.state import set_curdoc
from stand_in import StandIn
from waiting import wait_until

from workbench.core.jobs import Engines
from workbench.core.projector import Projector
from workbench.core.run_source import source_of
from workbench.shell import Shell
from workbench.tabs.registry import TABS


def watching():
    """How many want to know whether the server is busy."""
    return len(pn.state.param.watchers.get("busy", {}).get("value", ()))


def test_the_server_keeps_nothing_of_a_page_that_is_gone(tmp_path):
    before = watching()
    document = Document()
    with set_curdoc(document):
        page = Shell(Engines(tmp_path), Projector()).page
        page.get_root(document)
    assert any(view[2] is document for view in pn.state._views.values())
    for destroyed in document.session_destroyed_callbacks:
        destroyed(None)
    assert not any(view[2] is document for view in pn.state._views.values())
    assert watching() == before


def test_the_images_of_a_run_come_with_the_page_before_a_browser_is_there(make_run, root):
    run = make_run("run", steps=20)
    document = Document()
    with set_curdoc(document):
        page = Shell(Engines(root), StandIn(ThreadPoolExecutor(1)))
        shown = page.page.get_root(document)

        def images_after_ticks():
            for each in document.session_callbacks:
                if each.callback.__name__ in ("tick", "_build"):
                    each.callback()
            sheets = [each for each in shown.select({"type": ColumnDataSource}) if "dw" in each.data]
            return sheets and list(sheets[0].data["image"])

        assert len(wait_until(images_after_ticks, 60)) == 1
    # Nobody is watching yet.
    assert source_of(run.path).tabs() == []
    assert len(source_of(run.path).audience) == 1
    for destroyed in document.session_destroyed_callbacks:
        destroyed(None)
    assert not source_of(run.path).audience


def test_a_lone_tab_is_not_named(make_run, root):
    make_run("run", steps=20)
    document = Document()
    with set_curdoc(document):
        strips = {}
        for tabs in (["live"], ["live", "runs"]):
            page = Shell(Engines(root), StandIn(ThreadPoolExecutor(1)), tabs=[TABS.get(name) for name in tabs])
            strips[len(tabs)] = len(page.page.main[0].select(pmui.Tabs))
            page.close()
    assert strips == {1: 0, 2: 1}
