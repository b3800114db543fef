"""Where the compiled code of a component lies is looked up once for each class.

Cause: for each component that it makes, and for each class of components whenever it sends a page, Panel looks for the
    file of the compiled code in the folders of the class, of its module and of all packages above it.
Upstream: not reported; `ReactiveESM._bundle_path` and `_bundle_css` in
    https://github.com/holoviz/panel/blob/v1.9.4/panel/custom.py, and `MaterialComponent._bundle_css` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/base.py
Needed for: panel >=1.9.4,<=1.9.4; panel-material-ui >=0.16.6,<=0.16.6
Without it: making the document of a page takes a fifth longer, and other sessions wait for it.
"""

from functools import cache

from panel.custom import ReactiveESM
from panel_material_ui.base import MaterialComponent


def look_up_once() -> None:
    """Keeps what is found for each class; calling it again changes nothing."""
    for kind, name in ((ReactiveESM, "_bundle_path"), (ReactiveESM, "_bundle_css"), (MaterialComponent, "_bundle_css")):
        found = vars(kind)[name]
        if not hasattr(found.f, "cache_info"):
            found.f = cache(found.f)
