"""The files of a component are looked for once for each class.

Cause: whenever a component is made, Panel asks the file system for the code and the styles of its class some twenty
    times. Each time Python lets another thread run, and then the event loop waits for its turn again.
Upstream: not reported; `ReactiveESM._bundle_path` and `_bundle_css` in
    https://github.com/holoviz/panel/blob/v1.9.4/panel/custom.py, and `MaterialComponent._bundle_css` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/base.py
Needed for: panel >=1.9.4,<=1.9.4; panel-material-ui >=0.16.6,<=0.16.6
Without it: making the document of a page takes half as long again, and other sessions wait for it.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import panel as pn
from panel.custom import ReactiveESM
from panel.util import classproperty
from panel_material_ui.base import MaterialComponent

KINDS = ReactiveESM, MaterialComponent


def _kept(find: Callable[[type], Any]) -> Callable[[type], Any]:
    found = cache(find)

    def look_up(kind: type) -> Any:
        # While files are reloaded as they change, they may also appear.
        return find(kind) if pn.config.autoreload else found(kind)

    return look_up


def keep_paths() -> None:
    """Keeps what was found; calling it again changes nothing."""
    for kind in KINDS:
        for name in ("_bundle_path", "_bundle_css"):
            find = vars(kind)[name].f
            if find.__name__ != "look_up":
                setattr(kind, name, classproperty(_kept(find)))
