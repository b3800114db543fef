import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from hdd import sets
from hdd.errors import HDDError
from hdd.sets import SyntheticSet

DEEP = []
for _ in range(150):
    DEEP = [DEEP]


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


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("provenance", [], "provenance no object"),
        ("provenance", None, "provenance no object"),
        ("provenance", {"deep": DEEP}, "nested too deeply"),
        ("decoder", [], "decoder is no text"),
        ("classes", "ab", "classes are no list of texts"),
        ("classes", [["a"], "b"], "classes are no list of texts"),
        ("mean", [10**400] * 3, "mean is no list of finite numbers"),
        ("mean", [float("nan")] * 3, "mean is no list of finite numbers"),
        ("mean", ["x"], "mean is no list of finite numbers"),
        ("mean", [[0.1]], "mean is no list of finite numbers"),
        ("mean", [None], "mean is no list of finite numbers"),
        ("mean", 0.5, "mean is no list of finite numbers"),
        ("std", [float("inf")] * 3, "std is no list of finite numbers"),
        ("std", [0, 1, 1], "std is not above 0"),
        ("version", float("inf"), "version is inf, but a whole number"),
        ("version", None, "version is None, but a whole number"),
    ],
)
def test_a_record_that_says_what_is_not_allowed(tmp_path, name, value, message):
    made = SyntheticSet(np.zeros((2, 3, 8, 8)), [0, 1], ("a", "b"), (0.5,) * 3, (0.5,) * 3)
    sets.save(made, tmp_path / "own")
    sets.save(made, tmp_path / "set.npz", "kip")
    for path, record in (("own", "own/set.json"), ("set.npz", "set.npz.manifest.json")):
        about = json.loads((tmp_path / record).read_text())
        (tmp_path / record).write_text(json.dumps(about | {name: value}))
        with pytest.raises(HDDError, match=f"{path}.* is damaged .*{message}"):
            sets.load(tmp_path / path)
        (tmp_path / record).write_text("[" * 100_000)
        with pytest.raises(HDDError, match=f"{path}.* is damaged .*nested too deeply"):
            sets.load(tmp_path / path)
        (tmp_path / record).write_text("{}")
        with pytest.raises(HDDError, match=f"{path}.* is damaged .*it lacks version, classes"):
            sets.load(tmp_path / path)


def test_means_of_other_channels_are_refused(tmp_path):
    for channels, count in ((1, 3), (1, 2), (3, 1)):
        about = {"mean": [0.5] * count, "std": [0.5] * count}
        made = SyntheticSet(np.zeros((2, channels, 8, 8)), [0, 1], "ab", (0.5,) * channels, (0.5,) * channels)
        for name, record in (("export", "set.json"), ("folder", "manifest.json")):
            folder = tmp_path / f"{name} {channels} {count}"
            sets.save(made, folder, name)
            (folder / record).write_text(json.dumps(json.loads((folder / record).read_text()) | about))
            with pytest.raises(HDDError, match="mean"):
                sets.load(folder)


def test_pixels_are_no_normalised_images(made, tmp_path):
    sets.save(made, tmp_path)
    save_file({"images": np.zeros((5, 3, 8, 6), np.uint8), "labels": made.labels}, tmp_path / "set.safetensors")
    with pytest.raises(HDDError, match=r"images of the type uint8 .* but normalised floating-point numbers"):
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
