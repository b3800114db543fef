"""How code that takes long reports its progress."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called as progress(done, total)."""
