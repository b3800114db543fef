"""What a session leaves behind is freed without a look at all that other sessions have.

Cause: the components and models of a page refer to each other in circles, so Python frees them only when it collects
    garbage. That visits every object of every session, some sixty thousand each, while all of them wait. Panel
    collects five seconds after a session has ended, or later while others end.
Upstream: not reported; `_garbage_collect` in https://github.com/holoviz/panel/blob/v1.9.4/panel/io/document.py, and
    `Model.destroy` in https://github.com/bokeh/bokeh/blob/3.9.2/src/bokeh/model/model.py
Needed for: panel >=1.9.4,<=1.9.4; bokeh >=3.9.2,<=3.9.2
Without it: with thirty pages open, all of them stand still for a second whenever one more is opened or closed; and
    while pages are closed every few seconds, those that are gone add up, at some five megabytes each.
"""

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import panel as pn
from bokeh.document import Document
from bokeh.model import Model
from panel.io import document as panel_document
from panel.reactive import Syncable
from panel.viewable import Viewer

LEFT = 0.05
"""How much of a page `take_apart` misses: a few circles of objects that are no components."""
LEFT_AT_MOST = 7
"""Once as much as so many pages has been left behind, everything is visited once more."""

_components: WeakKeyDictionary[Document, WeakSet[Any]] = WeakKeyDictionary()
_ended: list[Any] = []
_left = 0.0
_destroy = Model.destroy


def _noting(init: Callable[..., None]) -> Callable[..., None]:
    @wraps(init)
    def noted(self: Any, **params: Any) -> None:
        document = pn.state.curdoc
        if document is not None:
            _components.setdefault(document, WeakSet()).add(self)
        init(self, **params)

    return noted


_inits = {kind: _noting(kind.__init__) for kind in (Syncable, Viewer)}


@wraps(_destroy)
def _destroy_whole(self: Model) -> None:
    _destroy(self)
    # What is in there knows its model.
    self._unstable_default_values.clear()
    self._callbacks.clear()
    self._event_callbacks.clear()


def note_components() -> None:
    """Notes which components each document has, from now on; calling it again changes nothing."""
    for kind, noting in _inits.items():
        kind.__init__ = noting
    Model.destroy = _destroy_whole
    panel_document._garbage_collect = _free


def take_apart(document: Document) -> None:
    """Has the components of a document freed some seconds later; to be called at the end of its session.

    The document must not share components with another.
    """
    global _left
    _ended.extend(_components.pop(document, ()))
    _left += LEFT


def _free() -> None:
    for each in _ended:
        vars(each).clear()
    _ended.clear()
    settle()


def settle(replaced: bool = False) -> None:
    """Collects garbage, and has later calls pass over all objects that there are now, until much has been left behind.

    Args:
        replaced: whether a page shows something else than before, so that what it showed is garbage now.
    """
    global _left
    _left += replaced
    if _left > LEFT_AT_MOST or not _components:
        gc.unfreeze()
        _left = 0.0
    gc.collect()
    gc.freeze()
