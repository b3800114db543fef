"""What a model takes its defaults from is worked out once for each class.

Cause: whenever a default is read, Bokeh looks for the values of a theme by an attribute that is missing, merges the
    overridden defaults of all base classes, and prepares the value anew; and whenever a model is serialized, it asks
    each property of the model anew whether its default can change.
Upstream: not reported; `HasProps._overridden_defaults` and `themed_values` in
    https://github.com/bokeh/bokeh/blob/3.9.2/src/bokeh/core/has_props.py,
    `PropertyDescriptor.has_unstable_default` and `instance_default` in
    https://github.com/bokeh/bokeh/blob/3.9.2/src/bokeh/core/property/descriptors.py
Needed for: bokeh >=3.9.2,<=3.9.2
Without it: making the document of a page takes a third longer, and other sessions wait for it.
"""

from functools import cache
from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.property.descriptors import PropertyDescriptor


@cache
def _overridden(kind: type[HasProps]) -> dict[str, Any]:
    defaults: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        defaults.update(getattr(base, "__overridden_defaults__", {}))
    return defaults


@cache
def _is_unstable(descriptor: PropertyDescriptor, kind: type[HasProps]) -> bool:
    of_property = descriptor.property._may_have_unstable_default()
    return of_property or descriptor.is_unstable(kind.__overridden_defaults__.get(descriptor.name))


@cache
def _stable_default(descriptor: PropertyDescriptor, kind: type[HasProps]) -> Any:
    return descriptor.class_default(kind)


def _instance_default(self: PropertyDescriptor, obj: HasProps) -> Any:
    themed = obj.themed_values()
    if _is_unstable(self, type(obj)) or (themed is not None and self.name in themed):
        return self.property.themed_default(type(obj), self.name, themed)
    return _stable_default(self, type(obj))


def _themed_values(self: HasProps) -> dict[str, Any] | None:
    return vars(self).get("__themed_values__")


def _get_default(self: PropertyDescriptor, obj: HasProps) -> Any:
    if obj.themed_values() is None and not _is_unstable(self, type(obj)):
        return _stable_default(self, type(obj))
    return _get_any_default(self, obj)


_get_any_default = PropertyDescriptor._get_default


def keep_defaults() -> None:
    """Keeps what is worked out about the defaults of models; calling it again changes nothing."""
    HasProps.themed_values = _themed_values
    PropertyDescriptor._get_default = _get_default
    HasProps._overridden_defaults = classmethod(_overridden)  # pyright: ignore[reportAttributeAccessIssue]
    PropertyDescriptor.has_unstable_default = lambda self, obj: _is_unstable(self, type(obj))
    PropertyDescriptor.instance_default = _instance_default
