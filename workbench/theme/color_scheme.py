"""Whether a page is light or dark: as the system is, until the user chooses. The browser remembers it in a cookie."""

import panel as pn

from workbench import browser

TEMPLATE = (
    "{% extends base %}{% block preamble %}{{ super() }}<script>"
    + browser.module("color_scheme.js")
    + "</script>{% endblock %}"
)
"""The template of a page that is loaded again if it was sent in the wrong colours."""


def is_dark() -> bool:
    """Whether the browser that asks for a page wants a dark one."""
    return pn.state.cookies.get("hdd-colors", "").endswith("dark")
