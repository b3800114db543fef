"""How many processor cores this process may use. Does not import torch.

A container on a large machine often has the time of a few cores (a quota of its control group), while the system still
shows all cores. Threads for all of them would wait for each other.
"""

import math
import os
from functools import cache
from pathlib import Path, PurePosixPath

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


@cache
def usable_cores() -> int:
    """The number of cores that this process may use, at least 1: by its affinity and the quota of its control group."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = quota(CGROUPS, OWN_CGROUP)
    return affinity if math.isinf(share) else max(1, min(affinity, math.ceil(share)))


def quota(cgroups: Path, own: Path) -> float:
    """The cores whose time a process may use, infinity without a limit.

    Args:
        cgroups: where control groups are mounted.
        own: the file that names the groups of the process.
    """
    try:
        lines = [line.split(":", 2) for line in own.read_text().splitlines()]
    except OSError:
        lines = []
    limits = [math.inf]
    for _, controllers, name in (line for line in lines if len(line) == 3):
        group = PurePosixPath(name.lstrip("/"))
        # A limit of any group above holds too. In a container the names are often those outside of it.
        for each in (group, *group.parents):
            if not controllers:
                limits.append(_share(cgroups / each / "cpu.max"))
            elif "cpu" in controllers.split(","):
                folder = cgroups / "cpu" / each
                limits.append(_share(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us"))
    return min(limits)


def _share(*files: Path) -> float:
    """The quota in the files over the period in them."""
    try:
        allowed, period = " ".join(file.read_text().strip() for file in files).split()
        share = float(allowed) / float(period)
    except (OSError, ValueError, ZeroDivisionError):
        return math.inf
    return share if share > 0 else math.inf
