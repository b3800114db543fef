"""The changes of a page reach its browser in the order in which they were made.

Cause: a message names a model that an earlier message has brought, without describing it again. But the order in which
    messages are sent is not the order in which they are made: Bokeh sends its own when the callback has ended, and not
    at all when the callback fails; Panel sends its own immediately, or, while another is on its way, in a later turn
    of the event loop, or only with the next one that it makes.
Upstream: not reported; `unlocked` and `_dispatch_msgs` in
    https://github.com/holoviz/panel/blob/v1.9.4/panel/io/document.py and `_needs_document_lock` in
    https://github.com/bokeh/bokeh/blob/3.9.2/src/bokeh/server/session.py
Needed for: panel >=1.9.4,<=1.9.4; bokeh >=3.9.2,<=3.9.2
Without it: on a busy machine a page now and then drops changes ("reference p1234 isn't known"), and parts of it stay
    empty or out of date.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Iterable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from bokeh.document.events import DocumentPatchedEvent
from bokeh.protocol.message import Message
from bokeh.server.connection import ServerConnection
from panel.io import document as panel_document

_unsent: WeakKeyDictionary[ServerConnection, deque[Message]] = WeakKeyDictionary()


def keep_order() -> None:
    """Sends messages to the browsers of this process in order; calling it again changes nothing."""
    ServerConnection.send_patch_document = _send_change  # pyright: ignore[reportAttributeAccessIssue]
    panel_document.write_events = panel_document.schedule_write_events = _send_changes


@wraps(ServerConnection.send_patch_document)
def _send_change(connection: ServerConnection, event: DocumentPatchedEvent) -> Awaitable[None]:
    """In place of Bokeh's: makes the message now, and sends it in the next turn of the loop, awaited or not."""
    _queue(connection, [event])
    return asyncio.ensure_future(_flush(connection))


@wraps(panel_document.write_events)
def _send_changes(document: Any, connections: Iterable[ServerConnection], events: list[DocumentPatchedEvent]) -> None:
    """In place of Panel's: makes the messages now, and sends them in the next turn of the loop."""
    for connection in connections:
        _queue(connection, events)
        panel_document._dispatch_write_task(document, _flush, connection)


def _queue(connection: ServerConnection, events: list[DocumentPatchedEvent]) -> None:
    _unsent.setdefault(connection, deque()).append(connection.protocol.create("PATCH-DOC", events))


async def _flush(connection: ServerConnection) -> None:
    """Sends what is queued for a connection, in order, for the lock that a message waits for is given in turn."""
    messages = _unsent[connection]
    while messages:
        await connection._socket.send_message(messages.popleft())
