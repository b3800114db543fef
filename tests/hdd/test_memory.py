import math

import pytest

from hdd import memory
from hdd.errors import HDDError


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of which 8 GiB are available, with one control group."""
    (tmp_path / "meminfo").write_text("MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n")
    (tmp_path / "own").write_text("0::/one/two\n")
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "OWN_CGROUP", tmp_path / "own")
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    return tmp_path


def limit(folder, limit):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(limit)
    (folder / "memory.current").write_text(str(3 * 2**30))
    (folder / "memory.stat").write_text(f"anon 5\nactive_file {2**30}\ninactive_file {2**30}\n")


def test_what_the_system_has_left(machine):
    assert memory.available() == 8 * 2**30
    limit(machine / "one/two", "max")
    assert memory.available() == 8 * 2**30
    (machine / "meminfo").unlink()
    assert math.isinf(memory.available())


@pytest.mark.parametrize("group", ["one/two", "one", ""])
def test_what_a_limit_leaves(machine, group):
    """Of the 3 GiB that are used, 2 are files that are kept as long as there is room."""
    limit(machine / group, str(4 * 2**30))
    assert memory.available() == 3 * 2**30


def test_what_would_take_more_is_refused(machine):
    memory.check_memory(8 * 2**30, "The images", "give fewer")
    with pytest.raises(
        HDDError, match=r"The images would take 9\.0 GiB .*, but only 8\.0 GiB are available: give fewer"
    ):
        memory.check_memory(9 * 2**30, "The images", "give fewer")
