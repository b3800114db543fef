import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from hdd.runs.tensors import (
    SNAPSHOTS_KEPT,
    TensorSeries,
    checkpoint_spread,
    checkpoints_to_drop,
    read_tensors,
    snapshot_spacing,
    write_tensors,
)


def test_series_round_trip(tmp_path):
    series = TensorSeries(tmp_path / "series")
    assert series.steps() == []
    for step in (20, 3):
        series.write(step, {"x": np.arange(6, dtype=np.float32).reshape(2, 3).T * step}, durable=True)
    assert series.steps() == [3, 20]
    np.testing.assert_array_equal(series.read(20)["x"], 20 * np.arange(6, dtype=np.float32).reshape(2, 3).T)
    series.drop([3, 7])
    assert series.steps() == [20]


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"not tensors at all"])
def test_damaged_file_reads_as_missing(tmp_path, damage):
    series = TensorSeries(tmp_path)
    series.write(1, {"x": np.zeros(3)})
    series.path(1).write_bytes(damage)
    assert series.read(1) is None
    assert series.read(2) is None


@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_wrong_bit_is_noticed(tmp_path_factory, place, bit):
    path = tmp_path_factory.mktemp("tensors") / "one.safetensors"
    tensors = {"images": np.arange(40, dtype=np.float16).reshape(2, 20), "kept": np.array([True]), "step": np.array(7)}
    write_tensors(path, tensors)
    content = bytearray(path.read_bytes())
    first = 8 + int.from_bytes(content[:8], "little")
    content[first + place % (len(content) - first)] ^= 1 << bit
    path.write_bytes(content)
    assert read_tensors(path) is None


def test_files_of_earlier_versions_have_no_checksum(tmp_path):
    (tmp_path / "old").write_bytes(save({"images": np.zeros(3)}))
    np.testing.assert_array_equal(read_tensors(tmp_path / "old")["images"], np.zeros(3))


@given(every=st.integers(1, 50), step=st.integers(0, 10**7))
def test_snapshots_stay_bounded(every, step):
    spacing = snapshot_spacing(every, step)
    assert spacing % every == 0
    assert step // spacing <= SNAPSHOTS_KEPT
    assert spacing == every or step // (spacing // 2) > SNAPSHOTS_KEPT


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=200), st.integers(2, 16))
def test_thinning_keeps_ends_and_gaps_in_proportion_to_age(steps, spread):
    steps = sorted(steps)
    kept = sorted(set(steps) - set(checkpoints_to_drop(steps, spread)))
    assert kept[0] == steps[0]
    assert kept[-1] == steps[-1]
    for step in steps:
        below = max(other for other in kept if other <= step)
        assert step - below <= (steps[-1] - below) / spread


@pytest.mark.parametrize(
    ("size", "spread", "most"), [(1000, 16, 150), (2**24, 16, 150), (2**26, 4, 50), (2**28, 2, 20), (2**34, 2, 20)]
)
def test_thinning_bounds_the_checkpoints_and_more_so_if_they_are_large(size, spread, most):
    assert checkpoint_spread(size) == spread
    kept = []
    for step in range(0, 20000, 10):
        kept.append(step)
        dropped = set(checkpoints_to_drop(kept, spread))
        kept = [each for each in kept if each not in dropped]
    assert len(kept) < most
