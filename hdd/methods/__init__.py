"""Methods: what moves the synthetic images, step by step, one a file; see `hdd.methods.base.Method`.

Another package brings one by an entry point of the group `hdd.methods`, whose name is the method's.
"""

from hdd.methods.base import Method
from hdd.registry import Registry

__all__ = ["METHODS", "Method"]


def _misfit(name: str, found: object) -> str | None:
    if not (isinstance(found, type) and issubclass(found, Method)):
        return "it is no subclass of hdd.methods.Method"
    if missing := sorted(found.__abstractmethods__):
        return f"it lacks {', '.join(missing)}"
    return None if found.__doc__ else "it has no docstring, whose first line names it in forms"


METHODS: Registry[type[Method]] = Registry("method", "hdd.methods", {"dm": "hdd.methods.dm:DM"}, _misfit)
"""All methods by name."""
