"""How code that takes long reports its progress."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called as progress(done, total)."""

Doing = Callable[[str, int, int], None]
"""Called as doing(what is done, done, total), by code that does several things."""
