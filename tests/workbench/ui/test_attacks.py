"""What SECURITY.md promises, against messages that no button of the page would send."""

import asyncio
import hashlib
import http.client
import json
import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from bokeh.server.tornado import DEFAULT_WEBSOCKET_MAX_MESSAGE_SIZE_BYTES as LONGEST_MESSAGE
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect
from waiting import wait_until

from hdd.errors import HDDError
from hdd.runs.run import Run
from workbench.core.jobs import Engines
from workbench.core.set_folder import SetFolder
from workbench.run_names import run_directory

ATTACK = """() => {
  // Everything that a session of the page holds: the models, and the data of React components.
  const models = Bokeh.documents.flatMap((each) => [...each._all_models.values()])
  let sent = 0
  for (const model of models) {
    const has = (name) => name in model.properties
    const put = (name, value) => { try { model[name] = value; sent++ } catch (error) {} }
    if (has("disabled")) put("disabled", false)
    if (has("clicks")) put("clicks", model.clicks + 1)
    if (has("value") && typeof model.value == "number") put("value", model.value - 1)
    if (has("value") && typeof model.value == "string") put("value", "0.123")
    if (has("selected") && Array.isArray(model.selected)) put("selected", ["../victim", "victim"])
    for (const message of [
        {tab: ""}, {tab: "driver"}, {key: "space"}, {key: "home"}, {verdict: "drop", image: 0}, {open: "../victim"},
        {type: "click"}, "click"]) {
      try { model.send_msg?.(message); model.send_event?.("click", {type: "click"}); sent++ } catch (error) {}
    }
  }
  return sent
}"""


def everything(path):
    """The files of a run without its database: this process, which is the server too, would lose its locks on it."""
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.parent.name != "live" and not file.name.startswith("run.db")
    }


@pytest.mark.parametrize(
    ("shown", "sign"),
    [
        ("", "steps kept"),
        pytest.param("&tab=runs", "runs in", marks=pytest.mark.slow),
        pytest.param("&tab=compare", "Compare", marks=pytest.mark.slow),
    ],
)
def test_a_viewer_cannot_steer_by_any_message(open_tab, make_run, browser, server, root, shown, sign):
    make_run("other", steps=10)
    run = make_run("victim", steps=20, of=40)
    driver = open_tab()
    driver.goto(f"{server}?runs={root}&run=victim")
    driver.sees("You are in control")
    before, note = everything(run.path), run.note
    # Complaints are not collected: what is sent here makes no sense, and browser and server may say so.
    viewer = browser.new_page()
    viewer.goto(f"{server}?runs={root}&run=victim{shown}", timeout=60_000)
    for text in ("You are watching", sign):
        viewer.get_by_text(text).first.wait_for(timeout=60_000)
    # The second time, what the first has opened is there too, such as dialogs that ask whether one is sure.
    for _ in range(2):
        assert viewer.evaluate(ATTACK) > 100
        time.sleep(2)
    viewer.close()
    assert run.edits() == [edit for edit in run.edits() if edit.name == "steps"]
    assert (run.path.exists(), run.note, run.step, run.status().state) == (True, note, 20, "stopped")
    assert everything(run.path) == before
    driver.sees("You are in control")


def page_token(address):
    """The token of a new session, which whoever can read the page finds in it."""
    with urllib.request.urlopen(address, timeout=60) as page:
        return re.search(r'"token":"([^"]+)"', page.read().decode())[1]


@pytest.fixture
def socket_of(server, root, make_run):
    """Calls a coroutine function with a socket of a new session, and returns its result: None if that has ended."""
    make_run(steps=10)

    async def use(function):
        request = HTTPRequest(f"{server.replace('http', 'ws')}/ws", headers={"Origin": server.removesuffix("/app")})
        socket = await websocket_connect(request, subprotocols=["bokeh", page_token(f"{server}?runs={root}")])
        found = await function(socket)
        socket.close()
        if found is not None:
            await end_of(socket)
        return found

    # A browser of another test may have its loop in this thread.
    with ThreadPoolExecutor(1) as other:
        yield lambda function: other.submit(asyncio.run, use(function)).result(60)


async def first_message(socket):
    return json.loads(await socket.read_message())["msgtype"]


async def end_of(socket):
    while await socket.read_message() is not None:
        pass


def test_pages_of_other_sites_get_no_socket(socket_of, server, root):
    assert socket_of(first_message) == "ACK"
    address = urlsplit(server)
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"http://{address.netloc}.evil.example"):
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Origin": origin}
        headers |= {"Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw=="}
        headers |= {"Sec-WebSocket-Protocol": f"bokeh, {page_token(f'{server}?runs={root}')}"}
        connection.request("GET", f"{address.path}/ws", headers=headers)
        assert connection.getresponse().status == 403, origin
        connection.close()


def test_a_message_that_is_too_long_ends_its_connection_and_no_other(socket_of):
    async def send_too_much(socket):
        assert await first_message(socket) == "ACK"
        with suppress(WebSocketClosedError):
            await socket.write_message("x" * (LONGEST_MESSAGE + 1))
        await asyncio.wait_for(end_of(socket), 30)

    assert socket_of(send_too_much) is None
    assert socket_of(first_message) == "ACK"


@pytest.mark.parametrize("name", ["..", "../other", "/etc", "a/b", "a\\b", "a\0b", "", ".hidden", "x" * 101])
def test_no_name_of_a_run_leads_out_of_the_folder(tmp_path, name):
    for ask in (Engines(tmp_path).directory, lambda given: run_directory(tmp_path, given)):
        with pytest.raises(HDDError, match="cannot name a run"):
            ask(name)


@pytest.mark.parametrize("text", ["../secret", "/etc/passwd", "a/../../secret", "a\0b", "link/secret", "link", ".", ""])
def test_no_path_of_a_set_leads_out_of_the_folder(tmp_path, text):
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "sets"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(HDDError, match="does not lie in"):
        SetFolder(folder).find(text)


def test_a_folder_of_images_that_is_not_offered_is_not_read(open_tab, make_run, root, tmp_path):
    from workbench.controls.launch import Launch

    said = []
    launch = Launch(Engines(root), said.append, root)
    notice = launch.notice_for(type("Button", (), {"loading": False})())
    launch.start("new", {"dataset": f"folder:{tmp_path}"}, "geometric")
    assert "none of the image folders" in notice.object and not (root / "new").exists()
    launch.start("../new", {"dataset": "digits"}, "geometric")
    assert "cannot name a run" in notice.object and not (root.parent / "new").exists()


def test_markup_in_names_is_text(open_tab, make_run):
    evil = "<img src=x onerror=\"document.title='owned'\"> $$x^2$$"
    make_run("<b onclick=x>&amp;", steps=20, classes=[evil, *(f"class {label}" for label in range(1, 10))])
    Run(make_run("other", steps=10).path).write_note("<script>document.title='owned'</script>")
    tab = open_tab()
    tab.page.goto(f"{tab.page.url}&run=%3Cb onclick%3Dx%3E%26amp;")
    tab.until(tab.wall)
    tab.sees("<img src=x")
    tab.page.get_by_role("tab", name="Runs").click()
    tab.sees("<script>document.title='owned'</script>")
    tab.sees("<b onclick=x>&amp;")
    assert "owned" not in tab.page.title()


def test_notes_are_limited(make_run):
    run = make_run(steps=10)
    with pytest.raises(HDDError, match="give at most 4000"):
        run.write_note("x" * 4001)
    run.write_note("x" * 4000)


def test_nothing_is_asked_of_other_hosts(open_tab, make_run):
    make_run(steps=20)
    tab, asked = open_tab(), []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.reload()
    tab.until(tab.wall)
    for name in ("Hierarchy", "Audit", "Runs", "Studies", "Compare", "Live"):
        tab.page.get_by_role("tab", name=name).click()
        tab.page.wait_for_timeout(500)
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    wait_until(lambda: asked, 10)
