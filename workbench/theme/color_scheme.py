"""Whether a page is light or dark: as the system is, until the user chooses. The browser remembers it in a cookie."""

import panel as pn

from workbench import browser

SCRIPT = browser.module("color_scheme.js")
"""Loads a page again that was sent in the wrong colours; it comes first in a page."""


def is_dark() -> bool:
    """Whether the browser that asks for a page wants a dark one."""
    return pn.state.cookies.get("hdd-colors", "").endswith("dark")
