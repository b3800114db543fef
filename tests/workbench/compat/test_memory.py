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
from waiting import wait_until

from workbench.compat.kept_notifications import forget_notifications
from workbench.compat.page_busy import ignore_busy


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
from workbench.compat.late_collection import collect_soon

if "patched" in sys.argv:
    collect_soon()
    collect_soon()
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
