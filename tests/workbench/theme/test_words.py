from html import unescape

import pytest
from bokeh.document import Document

from workbench.theme import Notice, Text


@pytest.mark.parametrize("pane", [Text, Notice])
@pytest.mark.parametrize("words", ["<img src=x onerror=alert(1)>", "*a* _b_ `c` [d](e)", "a & b &lt; c", "# 1. x", ""])
def test_words_are_shown_as_they_are(pane, words):
    model = pane(object=words).get_root(Document())
    # The browser decodes this once, and takes what comes of it for HTML.
    html = unescape(model.data.object)
    assert unescape(html.removeprefix("<p>").removesuffix("</p>")) == words
    assert "<" not in html.removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize("pane", [Text, Notice])
def test_words_that_a_browser_gives_back_do_not_replace_newer_ones(pane):
    shown = pane(object="first")
    data = shown.get_root(Document()).data
    older = data.object
    shown.object = "second"
    newer = data.object
    data.object = older
    assert shown.object == "second"
    assert data.object == newer
