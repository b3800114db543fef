import json

import numpy as np
import pytest

from hdd import sets
from hdd.errors import HDDError
from hdd.sets import SyntheticSet


@pytest.fixture(params=["hard", "soft"])
def made(request):
    random = np.random.default_rng(0)
    soft = np.full((5, 2), 0.5, np.float32)
    return SyntheticSet(
        5 * random.standard_normal((5, 3, 8, 6)),
        [0, 1, 1, 1, 0] if request.param == "hard" else soft,
        ("one <b>", "zwei"),
        (0.1, 0.2, 0.3),
        (0.5, 0.25, 1 / 3),
        "quadrants",
        {"step": 3, "settings": {"clamp": None}},
    )


def test_a_set_that_was_saved_is_the_same_again(made, tmp_path):
    sets.save(made, tmp_path / "a set" / "of mine")
    again = sets.load(tmp_path / "a set" / "of mine")
    for name, value in vars(made).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(getattr(again, name), value)
            assert getattr(again, name).dtype == value.dtype
        else:
            assert getattr(again, name) == value


def test_a_place_in_use_is_left_as_it_is(made, tmp_path):
    (tmp_path / "mine").write_text("notes")
    for path in (tmp_path, tmp_path / "mine"):
        with pytest.raises(HDDError, match="is in use"):
            sets.save(made, path)
    with pytest.raises(HDDError, match="cannot be written"):
        sets.save(made, tmp_path / "mine" / "set")
    assert (tmp_path / "mine").read_text() == "notes"


@pytest.mark.parametrize("spoil", ["set.safetensors", "set.json"])
def test_what_is_damaged_is_named(made, tmp_path, spoil):
    sets.save(made, tmp_path)
    path = tmp_path / spoil
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(HDDError, match=f"The synthetic set in {tmp_path} is damaged"):
        sets.load(tmp_path)


def test_what_is_no_set(tmp_path):
    with pytest.raises(HDDError, match=r"is not in a known format\. Known formats are: export: A folder with"):
        sets.load(tmp_path)
    with pytest.raises(HDDError, match="There is no synthetic set at"):
        sets.load(tmp_path / "nowhere")


def test_an_export_of_a_newer_version_is_refused(made, tmp_path):
    sets.save(made, tmp_path)
    about = json.loads((tmp_path / "set.json").read_text())
    (tmp_path / "set.json").write_text(json.dumps(about | {"version": 2}))
    with pytest.raises(HDDError, match="Upgrade hdd-workbench"):
        sets.load(tmp_path)
