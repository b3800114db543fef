import itertools

import pytest

from hdd import bench
from hdd.bench import compared, growth, stages
from hdd.bench.race import Fastest, how_ended, race
from hdd.data import ClassPool
from hdd.errors import HDDError
from hdd.methods.batches import Batches
from hdd.methods.dm import DM
from hdd.methods.idm import IDM
from hdd.methods.quadrant_batches import QuadrantBatches
from hdd.settings import Settings

SMALL = {"ipc": 2, "network_width": 4, "network_depth": 2, "real_batch": 5, "device": "cpu", "threads": 1}
QUEUE = {"queue_size": 2, "queue_start": 1, "queue_steps": 1, "queue_batch": 4}
STAGES = {"draws of networks and images", "augmentation", "real pass", "synthetic pass", "objective", "backward"}
STAGES |= {"update", stages.OTHER}


@pytest.fixture(scope="module")
def data(toy_dataset):
    return toy_dataset((9, 7, 11))


@pytest.mark.parametrize(
    ("method", "more"), [(DM, set()), (IDM, {"training of networks"})], ids=lambda value: getattr(value, "__name__", "")
)
def test_stages_are_parts_of_the_time_of_a_step(data, monkeypatch, method, more):
    settings = Settings(**SMALL, **QUEUE, method=method.__name__.lower())
    made = method(data, settings)
    ticks = itertools.count(1.0)
    monkeypatch.setattr(stages.time, "perf_counter", lambda: next(ticks))
    clock = stages.StageClock(settings)
    with clock.measuring():
        before = next(ticks)
        made.step()
        taken = clock.take()
        after = next(ticks)
    assert taken.keys() == STAGES | more and min(taken.values()) > 0
    # The clock is read once before the first of these ticks and once before the last.
    assert sum(taken.values()) == after - before
    made.step()
    assert sum(clock.take().values()) > 0


def test_nothing_is_measured_afterwards(data):
    owners = [Batches, QuadrantBatches, ClassPool, type(DM(data, Settings(**SMALL)))]
    before = [dict(vars(owner)) for owner in owners]
    with stages.StageClock(Settings(**SMALL)).measuring():
        assert vars(Batches) != before[0]
    assert [dict(vars(owner)) for owner in owners] == before


def test_growth_is_measured_within_the_time(data):
    settings = Settings(**SMALL)
    found = growth.measure_growth(data, settings, lambda what: None, seconds=1e-3)
    assert {axis: list(table) for axis, table in found.items()} == {
        "images per class": ["2", "4", "8"],
        "classes": ["3", "6", "12"],
        "resolution": ["8", "16", "32"],
        "width": ["4", "8", "16"],
    }
    for table in found.values():
        first, *others = table.values()
        assert isinstance(first, float) and set(others) == {growth.TOO_LONG}


def test_growth_of_a_network_without_width(data):
    settings = Settings(**SMALL, network="alexnet", objective="mean")
    found = growth.measure_growth(data, settings, lambda what: None, seconds=1e9)
    assert found.keys() == {"images per class", "classes", "resolution"}
    assert all(isinstance(value, float) for table in found.values() for value in table.values())


def test_a_step_has_its_share_in_real_features():
    best = {"plain loop": Fastest(2.0, 9.6), "step": Fastest(1.0, 5.0), "reuse": Fastest(0.25, 5.0)}
    assert compared(Settings(), best)["ratio"] == 2.0
    again = compared(Settings(real_uses=3), best)
    assert again["hdd, seconds per step"] == 0.5 and again["hdd, steps per second"] == 2.0
    assert again["ratio"] == 4.0 and again["plain loop, peak memory of the process, MB"] == 10


def test_a_method_without_a_plain_loop_is_compared_with_none():
    found = compared(Settings(method="idm", real_uses=3), {"step": Fastest(0.5, 5.0)})
    assert found["plain loop"] == "there is none for the method idm" and "ratio" not in found
    assert found["hdd, seconds per step"] == 0.5


def test_a_way_that_fails_says_why():
    settings = Settings(**SMALL, dataset="folder:/nowhere")
    with pytest.raises(HDDError, match=r"The plain loop cannot be measured: .*/nowhere"):
        race(settings, 1, lambda what: None)


def test_how_a_process_ended_is_not_guessed():
    assert how_ended(1) == "with the exit code 1"
    assert how_ended(-15) == "killed by signal 15"
    assert how_ended(-9) == "killed by signal 9, perhaps because memory ran out"


def test_a_command_that_makes_no_step_says_why(tmp_path, monkeypatch):
    command = tmp_path / "command"
    command.write_text("#!/bin/sh\necho error: The moon is full. >&2\nexit 2\n")
    command.chmod(0o755)
    monkeypatch.setattr("hdd.bench.race", lambda *_: {"step": Fastest(1.0, 5.0)})
    monkeypatch.setattr("sys.executable", str(command))
    with pytest.raises(HDDError, match=r"without a step, with the exit code 2: error: The moon is full\."):
        bench.run(1, {"dataset": "digits", **SMALL}, lambda what: None)
