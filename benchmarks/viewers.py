"""Viewers of the page without a browser: they speak its protocol, and so a machine can have many of them."""

import json
import re
import time
from typing import Any

from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

TOKEN = re.compile(r'"token":\s*"([^"]+)"')
PAGE_SECONDS = 60.0


class Viewer:
    """One viewer of a page.

    Args:
        url: of the page.
        answers: whether it acknowledges frames as a browser does; otherwise it reads nothing after the first, as one
            that is frozen.

    Attributes:
        frames: how many frames it was sent.
        opened: seconds from asking for the page until it had the document.
    """

    def __init__(self, url: str, answers: bool) -> None:
        self._url, self._answers = url, answers
        self._socket: WebSocketClientConnection | None = None
        self._sent = 0
        self.frames = 0
        self.opened = 0.0

    async def watch(self, tab: str) -> None:
        """Opens the page and watches until `close`; `tab` is the key of its browser tab."""
        started = time.perf_counter()
        page = await AsyncHTTPClient().fetch(self._url, request_timeout=PAGE_SECONDS)
        found = TOKEN.search(page.body.decode())
        assert found is not None, "the page has no token"
        self._socket = await websocket_connect(
            f"{self._url.replace('http', 'ws', 1)}/ws",
            subprotocols=["bokeh", found[1]],
            max_message_size=1 << 30,
        )
        await self._message()
        await self._send("PULL-DOC-REQ", {})
        reply = await self._message()
        while "doc" not in reply:
            reply = await self._message()
        self.opened = time.perf_counter() - started
        link, numbers = find_link(reply["doc"])
        await self._event("document_ready", [])
        await self._tell(link, {"tab": tab})
        await self._tell(link, {"painted": 0})
        if not self._answers:
            return
        while True:
            content = await self._message()
            for event in content.get("events", ()):
                if event.get("attr") == "frame" and event.get("model", {}).get("id") == numbers:
                    self.frames += 1
                    await self._tell(link, {"painted": event["new"]})

    def close(self) -> None:
        """Leaves the page."""
        if self._socket is not None:
            self._socket.close()

    async def _part(self) -> str | bytes:
        assert self._socket is not None
        part = await self._socket.read_message()
        if part is None:
            raise ConnectionError("the server has closed the connection")
        return part

    async def _message(self) -> dict[str, Any]:
        """The content of the next message; its buffers are read and dropped."""
        header = json.loads(await self._part())
        await self._part()
        content = json.loads(await self._part())
        for _ in range(2 * header.get("num_buffers", 0)):
            await self._part()
        return content

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        assert self._socket is not None
        self._sent += 1
        for part in ({"msgid": f"v{self._sent}", "msgtype": kind}, {}, content):
            await self._socket.write_message(json.dumps(part))

    async def _tell(self, link: str, data: dict[str, Any]) -> None:
        """Sends a message of the page's link."""
        await self._event(
            "data_event", [["model", {"id": link}], ["data", {"type": "map", "entries": [*data.items()]}]]
        )

    async def _event(self, name: str, values: list[Any]) -> None:
        event = {"type": "event", "name": name, "values": {"type": "map", "entries": values}}
        change = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
        await self._send("PATCH-DOC", {"events": [change]})


def find_link(document: Any) -> tuple[str, str]:
    """The identifiers of the page's link, and of the data in which it has the number of the newest frame."""
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            about = part.get("attributes")
            if isinstance(about, dict) and about.get("class_name") == "Link":
                return part["id"], about["data"]["id"]
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    raise ValueError("the page has no link")
