"""What a model takes its defaults from is worked out once for each class.

Cause: whenever a default is read, Bokeh merges the overridden defaults of all base classes and prepares the value
    anew, and whenever a model is serialized, it asks each property of the model anew whether its default can change.
Upstream: not reported; `HasProps._overridden_defaults` in
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


def keep_defaults() -> None:
    """Keeps what is worked out about the defaults of models; calling it again changes nothing."""
    HasProps._overridden_defaults = classmethod(_overridden)  # pyright: ignore[reportAttributeAccessIssue]
    PropertyDescriptor.has_unstable_default = lambda self, obj: _is_unstable(self, type(obj))
    PropertyDescriptor.instance_default = _instance_default
