"""How code that takes long says how far it is."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called as progress(done, in all)."""
