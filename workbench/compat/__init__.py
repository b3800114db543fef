"""Every patch of Panel, Bokeh, Material UI and Jupyter, a file each; no other package patches (a test guards it).

Each file says at its top what is wrong upstream (Cause), where that is known or comes from (Upstream), for which
versions it was checked (Needed for), and what a user would lose (Without it). Each has a test that fails once the
library does without the patch, and another fails once a version is installed that nobody has checked.

Patches that act once are applied here: `in_process` in the server, and the files of `PAGE` in a page. The others are
what views and notebooks use in place of a library's own part.
"""

from pathlib import Path

from workbench.compat.nagle import send_at_once

HERE = Path(__file__).parent

PAGE = tuple(HERE / name for name in ("unlaid_figures.js", "rewritten_styles.js", "open_menus.js"))
"""JavaScript that mends what a page loads, once in each page."""


def in_process() -> None:
    """Mends what is loaded in this process; calling it again changes nothing."""
    send_at_once()
