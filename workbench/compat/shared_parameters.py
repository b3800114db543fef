"""The model of a component is made without a copy of each of the component's parameters.

Cause: to read the parameters of a component, Panel asks for those of the instance, and so Param copies each of them,
    some forty a component. Nothing changes these copies afterwards.
Upstream: not reported; `ReactiveESM._get_properties` and `_get_children` in
    https://github.com/holoviz/panel/blob/v1.9.4/panel/custom.py, and `_instantiated_parameter` in
    https://github.com/holoviz/param/blob/v2.4.2/param/parameterized.py
Needed for: panel >=1.9.4,<=1.9.4; param >=2.4.2,<=2.4.2
Without it: making a part of a page takes a quarter longer, and other sessions wait for it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from panel.custom import ReactiveESM


def _with_shared(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def shared(self: ReactiveESM, *arguments: Any) -> Any:
        private = type(self)._param__private
        before = private.disable_instance_params
        private.disable_instance_params = True
        try:
            return method(self, *arguments)
        finally:
            private.disable_instance_params = before

    return shared


_shared = {name: _with_shared(vars(ReactiveESM)[name]) for name in ("_get_properties", "_get_children")}


def share_parameters() -> None:
    """Has models made so; calling it again changes nothing."""
    for name, method in _shared.items():
        setattr(ReactiveESM, name, method)
