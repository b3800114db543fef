"""What would hold up the making of a page, and messages between a server and a browser."""

import gc
import inspect
import socket
import subprocess
import sys
import urllib.request

import panel as pn
import panel_material_ui as pmui
import pytest
from bokeh.client import pull_session
from bokeh.server.callbacks import TimeoutCallback
from bokeh.server.views.ws import WSHandler
from waiting import wait_until

from workbench.compat.debounced_values import report_at_once
from workbench.compat.nagle import send_at_once


def waits(connection):
    """Whether a connection waits for what was sent before to be acknowledged."""
    return not connection.ws_connection.stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def patched(opening):
    return hasattr(opening, "sends_at_once")


def connections(address):
    found = [each for each in gc.get_objects() if issubclass(type(each), WSHandler) and each.ws_connection]
    return [each for each in found if each.request.host in address]


def test_connections_wait_for_acknowledgements_without_the_patch(serve, monkeypatch):
    monkeypatch.setattr(WSHandler, "open", inspect.unwrap(WSHandler.open, stop=lambda each: not patched(each)))
    for patch, expected in ((lambda: None, True), (send_at_once, False), (send_at_once, False)):
        patch()
        address = serve(lambda: pn.Column("text"))
        session = pull_session(url=address)
        assert [waits(each) for each in connections(address)] == [expected]
        session.close()


@pytest.mark.parametrize("patched", [False, True])
def test_a_change_is_held_back_without_the_patch(serve, patched):
    documents, waiting = [], []

    def app():
        slider = pmui.IntSlider(value=0, end=10)
        if patched:
            report_at_once(slider)
        documents.append(pn.state.curdoc)
        return slider

    urllib.request.urlopen(serve(app), timeout=60).close()
    (document,) = documents

    def change():
        (slider,) = [each for each in document.roots if getattr(each, "class_name", "") == "IntSlider"]
        slider.data.value = 1
        waiting.append([each.timeout for each in document.session_callbacks if isinstance(each, TimeoutCallback)])

    document.add_next_tick_callback(change)
    wait_until(lambda: waiting)
    assert waiting == ([[]] if patched else [[50]])


WORKED_OUT = """
import sys
from bokeh.core.serialization import Serializer
from bokeh.models import ColumnDataSource
from workbench.compat.property_defaults import keep_defaults

def called(function):
    found = []
    sys.setprofile(lambda frame, event, _: found.append(frame.f_code.co_name) if event == "call" else None)
    function()
    sys.setprofile(None)
    return found

if "patched" in sys.argv:
    keep_defaults()
    keep_defaults()
source = ColumnDataSource()
encode, read = lambda: Serializer().encode(source), lambda: source.name
encode()
encoding, reading = called(encode), called(read)
print("_overridden_defaults" in encoding, "_may_have_unstable_default" in encoding, "prepare_value" in reading)
"""


@pytest.mark.parametrize("how", ["as it is", "patched"])
def test_where_defaults_come_from_is_worked_out_for_every_model_without_the_patch(how):
    told = subprocess.run([sys.executable, "-c", WORKED_OUT, how], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [str(how != "patched")] * 3


COUNTED = """
import sys
import panel as pn
from bokeh.document import Document
from bokeh.events import ButtonClick
from workbench.compat.busy_count import count_nothing

if "patched" in sys.argv:
    count_nothing()
    count_nothing()
state = sys.modules["panel.io.state"]
unlocked, unlock = [], state.edit_readonly
state.edit_readonly = lambda kept: unlocked.append(kept) or unlock(kept)
pn.widgets.Button()._process_bokeh_event(Document(), ButtonClick(model=None))
print(len(unlocked))
"""


@pytest.mark.parametrize("how", ["as it is", "patched"])
def test_each_message_of_a_browser_unlocks_all_parameters_many_times_without_the_patch(how):
    told = subprocess.run([sys.executable, "-c", COUNTED, how], capture_output=True, text=True, check=True)
    assert (int(told.stdout) > 4) == (how != "patched")


LOOKED_FOR = """
import os
import pathlib
import sys
import panel as pn
import panel_material_ui
from panel.custom import JSComponent
from panel.io.resources import Resources
from workbench.compat.bundle_paths import keep_paths

class Own(JSComponent):
    _esm = "export function render() {}"

if "patched" in sys.argv:
    keep_paths()
    keep_paths()
make = {
    "component": lambda: Own().get_root(),
    "theme": lambda: pn.Row().get_root(),
    "page": lambda: Resources(mode="server").css_files,
}[sys.argv[2]]
made = make()
looked, by_name, by_path, absolute = [], os.path.isfile, pathlib.Path.is_file, os.path.abspath
os.path.isfile = lambda path: looked.append(path) or by_name(path)
os.path.abspath = lambda path: looked.append(path) or absolute(path)
pathlib.Path.is_file = lambda path: looked.append(path) or by_path(path)
again = make()
print(len(looked), sys.argv[2] != "page" or again == made)
"""


@pytest.mark.parametrize("what", ["component", "theme", "page"])
@pytest.mark.parametrize("how", ["as it is", "patched"])
def test_files_are_looked_for_again_and_again_without_the_patch(how, what, tmp_path):
    # Panel looks beside the file in which a class is defined.
    script = tmp_path / "script.py"
    script.write_text(LOOKED_FOR)
    told = subprocess.run([sys.executable, script, how, what], capture_output=True, text=True, check=True)
    count, is_same = told.stdout.split()
    others = 5 if what == "page" else 0
    assert (int(count) > others) == (how != "patched")
    assert is_same == "True"


COPIED = """
import sys
import panel as pn
import panel_material_ui as pmui
from workbench.compat.shared_parameters import share_parameters

if "patched" in sys.argv:
    share_parameters()
    share_parameters()
button = pmui.Button(label="a button")
before = {*button._param__private.params}
pmui.Row(button).get_root()
print(len({*button._param__private.params} - before))
# Where a component's own parameter differs from that of its class, it has a copy all the same.
button.param.label.constant = True
print(pmui.Button.param.label.constant, button.param.label.constant)
"""


@pytest.mark.parametrize("how", ["as it is", "patched"])
def test_making_a_model_copies_all_parameters_without_the_patch(how):
    told = subprocess.run([sys.executable, "-c", COPIED, how], capture_output=True, text=True, check=True)
    copies, *own = told.stdout.split()
    assert (int(copies) > 20) == (how != "patched")
    assert own == ["False", "True"]
