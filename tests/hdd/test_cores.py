"""How many cores may be used, by the files of control groups as Linux writes them."""

import math
import os
import subprocess
import sys

import pytest

from hdd.cores import quota, usable_cores


def groups(folder, own, **files):
    """Makes the folder of control groups; returns it with the file that names those of a process."""
    for name, text in files.items():
        path = folder / "cgroup" / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "own").write_text(own)
    return folder / "cgroup", folder / "own"


def test_a_quota_of_the_second_version_counts_in_every_group_above(tmp_path):
    found = groups(
        tmp_path, "0::/pod/box\n", **{"cpu_max": "max 100000\n", "pod__cpu_max": "150000 100000\n"},
        **{"pod__box__cpu_max": "400000 100000\n"},
    )  # fmt: skip
    assert quota(*found) == 1.5


def test_a_container_sees_its_own_limit_at_the_root(tmp_path):
    assert quota(*groups(tmp_path, "0::/../../elsewhere\n", cpu_max="200000 100000\n")) == 2


def test_a_quota_of_the_first_version(tmp_path):
    folder, own = groups(tmp_path, "4:memory:/box\n3:cpu,cpuacct:/box\n")
    (folder / "cpu" / "box").mkdir(parents=True)
    (folder / "cpu" / "box" / "cpu.cfs_quota_us").write_text("50000\n")
    (folder / "cpu" / "box" / "cpu.cfs_period_us").write_text("100000\n")
    assert quota(folder, own) == 0.5
    (folder / "cpu" / "box" / "cpu.cfs_quota_us").write_text("-1\n")
    assert quota(folder, own) == math.inf


@pytest.mark.parametrize("text", ["", "max 100000", "0 100000", "nonsense", "1 0"])
def test_without_a_limit_all_cores_may_be_used(tmp_path, text):
    assert quota(*groups(tmp_path, "0::/\n", cpu_max=text)) == math.inf
    assert quota(tmp_path / "nowhere", tmp_path / "nowhere") == math.inf


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs the affinity of Linux")
def test_the_affinity_of_a_process_counts():
    core = min(os.sched_getaffinity(0))
    script = f"import os; os.sched_setaffinity(0, [{core}]); from hdd.cores import usable_cores; print(usable_cores())"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "1\n"
    assert 1 <= usable_cores() <= os.cpu_count()
