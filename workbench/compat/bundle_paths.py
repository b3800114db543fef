"""The files of a component and of its design are looked for once for each class.

Cause: whenever a component is made, Panel asks the file system for the code and the styles of its class some twenty
    times, and for those of its theme. Each time Python lets another thread run, and then the event loop waits for its
    turn again. Whenever a page is served, it works out anew where the styles of all classes are.
Upstream: not reported; `ReactiveESM._bundle_path` and `_bundle_css` in
    https://github.com/holoviz/panel/blob/v1.9.4/panel/custom.py, `component_resource_path` in
    https://github.com/holoviz/panel/blob/v1.9.4/panel/io/resources.py, and `MaterialComponent._bundle_css` and
    `MaterialDesign._get_modifiers` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/
Needed for: panel >=1.9.4,<=1.9.4; panel-material-ui >=0.16.6,<=0.16.6
Without it: making the document of a page takes twice as long, and other sessions wait for it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import panel as pn
from bokeh.embed.bundle import extension_dirs
from panel.custom import ReactiveESM
from panel.io import resources
from panel.util import classproperty
from panel_material_ui.base import MaterialComponent
from panel_material_ui.theme import MaterialDesign

_found: dict[Any, Any] = {}


def _once(key: Any, find: Callable[[], Any]) -> Any:
    """What `find` returns; it is called once for each key."""
    # While files are reloaded as they change, they may also appear.
    if key not in _found or pn.config.autoreload:
        _found[key] = find()
    return _found[key]


def _kept(find: Callable[[type], Any]) -> Callable[[type], Any]:
    def look_up(kind: type) -> Any:
        return _once((find, kind), lambda: find(kind))

    return look_up


_find_modifiers = vars(MaterialDesign)["_get_modifiers"].__func__


@wraps(_find_modifiers)
def _kept_modifiers(kind: type, viewable: Any, theme: Any, isolated: bool | None = None) -> tuple[dict[str, Any], Any]:
    document = pn.state.curdoc
    where = document is not None and bool(document.session_context), pn.state.rel_path
    key = kind, type(viewable), theme if isinstance(theme, type) else type(theme), isolated, where
    modifiers, of_children = _once(key, lambda: _find_modifiers(kind, viewable, theme, isolated))
    # Panel adds to what it is given.
    return {name: [*value] if isinstance(value, list) else value for name, value in modifiers.items()}, of_children


_find_address = resources.component_resource_path


@wraps(_find_address)
def _kept_address(component: Any, attr: str, path: Any) -> str:
    kind = component if isinstance(component, type) else type(component)
    key = kind, attr, str(path), pn.state.rel_path, len(extension_dirs)
    return _once(key, lambda: _find_address(kind, attr, path))


def keep_paths() -> None:
    """Keeps what was found; calling it again changes nothing."""
    for kind in (ReactiveESM, MaterialComponent):
        for name in ("_bundle_path", "_bundle_css"):
            find = vars(kind)[name].f
            if find.__name__ != "look_up":
                setattr(kind, name, classproperty(_kept(find)))
    resources.component_resource_path = _kept_address
    MaterialDesign._get_modifiers = classmethod(_kept_modifiers)  # pyright: ignore[reportAttributeAccessIssue]
