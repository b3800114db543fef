"""Methods move the synthetic images, step by step. Each has its own file; see `hdd.methods.base.Method`.

Another package adds a method by an entry point in the group `hdd.methods`; its name is the name of the method.
"""

from hdd.methods.base import Method
from hdd.registry import Registry

__all__ = ["METHODS", "Method"]


def _rejection_reason(name: str, found: object) -> str | None:
    if not (isinstance(found, type) and issubclass(found, Method)):
        return "it is not a subclass of hdd.methods.Method"
    if missing := sorted(found.__abstractmethods__):
        return f"it does not define {', '.join(missing)}"
    return None if found.__doc__ else "it has no docstring; forms show its first line"


METHODS: Registry[type[Method]] = Registry(
    "method", "hdd.methods", {"dm": "hdd.methods.dm:DM", "idm": "hdd.methods.idm:IDM"}, _rejection_reason
)
"""All methods by name."""
