"""A page takes the style sheets of Panel from its own server, however its session came about.

Cause: Panel sets the address of its files when a session's HTML page is made. A slow browser connects after that
    session has expired, gets a new one without asking for the page again, and is then sent addresses on the internet.
Upstream: not reported; `server_html_page_for_session` in
    https://github.com/holoviz/panel/blob/v1.9.4/panel/io/server.py
Needed for: panel >=1.9.4,<=1.9.4
Without it: a page that was slow to load asks cdn.holoviz.org for style sheets.
"""

import panel as pn
from bokeh.document import Document
from panel.io.resources import LOCAL_DIST


def use_local_files(document: Document) -> None:
    """Sets where the document's page finds Panel's files; to be called before its components are made."""
    prefix = f"{pn.state.rel_path}/" if pn.state.rel_path else ""
    document.template_variables["dist_url"] = prefix + LOCAL_DIST
