"""Calls on a document, also while Bokeh takes it apart."""

from unittest.mock import Mock

from bokeh.document import Document

from workbench.document_calls import DocumentCalls


def test_a_document_that_is_taken_apart_is_not_called_any_more():
    document, server = Document(), Mock()
    document.on_change_dispatch_to(server)
    calls = DocumentCalls(document)
    calls.next(print)
    assert len(document.session_callbacks) == 1 and not calls.is_closed
    # This is what Bokeh's server does before it says that the session has ended.
    document.destroy(server)
    calls.next(print)
    assert calls.is_closed
