"""A page no longer follows whether the server is busy.

Cause: panel-material-ui's Page follows `pn.state.busy`, which all sessions of the server share, with its own parameter
    `busy`, even without a busy indicator. So every callback of any session changes every page, which costs a walk over
    all models of the page, and the server keeps every page for ever.
Upstream: not reported; `Page.__init__` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/template/base.py
Needed for: panel-material-ui >=0.16.6,<=0.16.6
Without it: the server's memory grows with each visit, and all pages slow down together.
"""

import param
from panel.util.parameters import edit_readonly
from panel_material_ui import Page


def ignore_busy(page: Page) -> None:
    """Makes `page` follow a parameter of its own, which never changes.

    A reference can only be replaced by another reference, so `busy` cannot simply be set to False.
    """
    with param.edit_constant(page), edit_readonly(page):
        page.busy = page.param.loading
