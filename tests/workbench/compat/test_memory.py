"""What a server would keep of pages that are gone."""

import gc
import subprocess
import sys
import time
import urllib.request
import weakref

import panel as pn
import panel_material_ui as pmui
import pytest
from panel.io import document as panel_document
from waiting import wait_until

from workbench.compat.kept_notifications import forget_notifications
from workbench.compat.page_busy import ignore_busy
from workbench.compat.session_remains import note_components, take_apart


@pytest.fixture
def kept(serve, monkeypatch):
    """Whether the server still has a page or its document after a visit, with the patches that `mend` applies."""

    def visit(mend):
        monkeypatch.setattr(pn.config, "notifications", True)
        visited, ended = [], []

        def app():
            page = pmui.Page(main=[pmui.Button(label="a button")])
            mend(page, weakref.ref(pn.state.curdoc))
            visited.extend([weakref.ref(page), weakref.ref(pn.state.curdoc)])
            pn.state.on_session_destroyed(lambda _: ended.append(True))
            return page

        address = serve(app, unused_session_lifetime_milliseconds=1, check_unused_sessions_milliseconds=100)
        urllib.request.urlopen(address, timeout=60).close()
        wait_until(lambda: ended)
        deadline = time.monotonic() + 2
        while any(each() for each in visited) and time.monotonic() < deadline:
            time.sleep(0.1)
            gc.collect()
        return any(each() for each in visited)

    return visit


def end(document):
    pn.state.on_session_destroyed(lambda _: forget_notifications(document()))


@pytest.mark.parametrize(
    ("mend", "expected"),
    [
        (lambda page, document: end(document), True),
        (lambda page, document: ignore_busy(page), True),
        (lambda page, document: (ignore_busy(page), end(document)), False),
    ],
    ids=["without page_busy", "without kept_notifications", "with both"],
)
def test_a_page_that_is_gone_is_forgotten(kept, mend, expected):
    assert kept(mend) == expected


COLLECTED = """
import asyncio
import gc
import sys
from bokeh.document import Document
from panel.io import document
from workbench.compat.session_remains import note_components

if "patched" in sys.argv:
    note_components()
    note_components()
document.GC_DEBOUNCE, collected = 0.2, []

async def sessions_end():
    gc.disable()
    gc.callbacks.append(lambda phase, told: collected.append(told["generation"]))
    for _ in range(10):
        ended = Document()
        ended.destroy = None
        document._destroy_document(ended, None)
        await asyncio.sleep(0.15)

asyncio.run(sessions_end())
print(2 in collected)
"""


@pytest.mark.parametrize("how", ["as it is", "patched"])
def test_nothing_is_collected_while_sessions_go_on_ending_without_the_patch(how):
    told = subprocess.run([sys.executable, "-c", COLLECTED, how], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [str(how == "patched")]


@pytest.mark.parametrize("mend", [lambda document: None, take_apart], ids=["as it is", "patched"])
def test_a_page_that_is_gone_is_freed_only_by_a_look_at_everything_without_the_patch(serve, monkeypatch, mend):
    monkeypatch.setattr(gc, "collect", lambda: None)
    ended, visited = [], []

    def app():
        document = pn.state.curdoc
        page = pn.Column(pmui.Button(label="a button"))
        visited.extend(weakref.ref(each) for each in (page, page[0]))
        pn.state.on_session_destroyed(lambda _: (mend(document), ended.append(True)))
        return page

    note_components()
    gc.disable()
    try:
        address = serve(app, unused_session_lifetime_milliseconds=1, check_unused_sessions_milliseconds=100)
        urllib.request.urlopen(address, timeout=60).close()
        wait_until(lambda: ended)
        panel_document._garbage_collect()
        assert all(each() is None for each in visited) == (mend is take_apart)
    finally:
        gc.enable()
        gc.unfreeze()


SETTLED = """
import gc
import sys
import weakref
import panel as pn
from bokeh.document import Document
from panel.io.state import set_curdoc
from workbench.compat.session_remains import note_components, settle, take_apart

class Circle:
    def __init__(self):
        self.itself = self

def left_behind():
    circle = Circle()
    settle()
    return weakref.ref(circle)

gc.disable()
note_components()
document = Document()
with set_curdoc(document):
    page = pn.Column()
left = left_behind()
gc.collect()
found = [left() is None]
for _ in range(8):
    settle(replaced=True)
found.append(left() is None)
left = left_behind()
settle()
found.append(left() is None)
take_apart(document)
settle()
found.append(left() is None)
print(*found)
"""


def test_what_has_settled_is_passed_over_until_much_is_left_behind_or_no_page_is_open():
    told = subprocess.run([sys.executable, "-c", SETTLED], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True", "False", "True"]
