"""Texts, against panes of panel-material-ui as they are."""

from html import unescape

import panel_material_ui as pmui
import pytest
from bokeh.document import Document

from workbench.compat.echoed_text import ServerText
from workbench.compat.plain_text import PlainAlert, PlainTypography

WORDS = "<i>a</i> *b*"
PLAIN = {pmui.Typography: PlainTypography, pmui.Alert: PlainAlert}

per_pane = pytest.mark.parametrize("pane", PLAIN, ids=lambda pane: pane.__name__)


def drawn(pane):
    """What the browser takes for HTML."""
    return unescape(pane.get_root(Document()).data.object)


@per_pane
def test_words_are_taken_for_markdown_without_the_patch(pane):
    assert "<em>b</em>" in drawn(pane(object=WORDS))
    assert drawn(PLAIN[pane](object=WORDS)) == "<p>&lt;i&gt;a&lt;/i&gt; *b*</p>"


@per_pane
def test_what_a_browser_gives_back_replaces_newer_words_without_the_patch(pane):
    class Told(ServerText, pane):
        pass

    for kind, kept in ((pane, False), (Told, True)):
        shown = kind(object="first")
        data = shown.get_root(Document()).data
        older = data.object
        shown.object = "second"
        newer = data.object
        data.object = older
        assert (shown.object == "second") == kept
        assert (data.object == newer) == kept
