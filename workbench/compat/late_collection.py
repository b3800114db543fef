"""Garbage is collected five seconds after a session has ended, whatever other sessions do.

Cause: Panel collects garbage five seconds after a session has ended, unless another one ended in the meantime. Then it
    waits again, for as long as that is ago instead of for the rest of the five seconds.
Upstream: not reported; `_garbage_collect` in https://github.com/holoviz/panel/blob/v1.9.4/panel/io/document.py
Needed for: panel >=1.9.4,<=1.9.4
Without it: while sessions end every few seconds, those that have ended add up, at some five megabytes each.
"""

import gc

from panel.io import document


def _collect() -> None:
    gc.collect()


def collect_soon() -> None:
    """Collects when Panel first wants to; calling it again changes nothing."""
    document._garbage_collect = _collect
