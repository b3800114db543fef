"""Where a page finds Panel's style sheets if its browser connects after the session has expired."""

import panel as pn
import pytest
from bokeh.client import pull_session
from bokeh.models import ImportedStyleSheet

from workbench.compat.local_files import use_local_files


@pytest.mark.parametrize("patched", [False, True])
def test_a_session_that_has_no_page_asks_the_internet_without_the_patch(serve, patched):
    def app():
        if patched:
            use_local_files(pn.state.curdoc)
        return pn.Column("text")

    # This connects without asking for the page.
    session = pull_session(url=serve(app))
    sheets = [each for each in session.document.models if isinstance(each, ImportedStyleSheet)]
    session.close()
    assert sheets
    assert any("cdn.holoviz.org" in each.url for each in sheets) != patched
