"""What is exported comes back, with its manifest, and the program beside it trains."""

import json
import runpy

import numpy as np
import pytest

from hdd import sets
from hdd.errors import HDDError
from hdd.pixels import to_pixels
from hdd.sets import FORMATS, SyntheticSet

NAMES = ("one <b>/..", "zwei — two")
EXACT = ("export", "condensation", "trajectory", "pair", "ddranking", "kip", "safetensors")
IN_PIXELS = ("folder", "parquet")
HARD_ONLY = ("condensation", "folder")


def needs(name):
    return pytest.importorskip("pyarrow") if name == "parquet" else None


def example(soft=False, channels=3, decoder="quadrants", spread=5.0):
    random = np.random.default_rng(0)
    labels = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.25, 0.75]], np.float32) if soft else [0, 0, 1, 1]
    mean, std = (0.1, 0.2, 0.3)[:channels], (0.5, 0.25, 1 / 3)[:channels]
    images = spread * random.standard_normal((4, channels, 8, 8))
    return SyntheticSet(images, labels, NAMES, mean, std, decoder, {"step": 3, "settings": {"seed": 1}})


def saved(made, name, folder):
    path = folder / f"set{FORMATS.get(name).suffix}"
    return path, sets.save(made, path, name)


def same(one, other):
    facts = ("classes", "mean", "std", "decoder", "provenance")
    return all(getattr(one, name) == getattr(other, name) for name in facts)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("name", EXACT)
def test_formats_of_numbers_are_exact(tmp_path, name, soft, channels):
    made = example(soft, channels)
    if soft and name == "condensation":
        with pytest.raises(HDDError, match="hold hard labels"):
            saved(made, name, tmp_path)
        return
    path, losses = saved(made, name, tmp_path)
    again = sets.load(path)
    assert losses == [] and same(made, again)
    np.testing.assert_array_equal(made.images, again.images)
    np.testing.assert_array_equal(made.labels, again.labels)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", IN_PIXELS)
def test_formats_of_pixels_keep_the_pixels(tmp_path, name, channels):
    needs(name)
    made = example(channels=channels)
    path, losses = saved(made, name, tmp_path)
    again = sets.load(path)
    assert same(made, again) and again.labels.tolist() == [0, 0, 1, 1]
    pixels = [to_pixels(each.images, np.array(made.mean), np.array(made.std)) for each in (made, again)]
    np.testing.assert_array_equal(*pixels)
    assert (
        "clipped" in losses[0] and json.loads((path / "manifest.json").read_text())["not held by the format"] == losses
    )
    # What came from pixels loses nothing.
    assert sets.save(again, tmp_path / "again", name) == []


def test_soft_labels_go_to_tables_but_not_to_folders(tmp_path):
    with pytest.raises(HDDError, match="Image folders hold hard labels"):
        saved(example(soft=True), "folder", tmp_path)
    needs("parquet")
    path, _ = saved(example(soft=True), "parquet", tmp_path)
    np.testing.assert_array_equal(sets.load(path).labels, example(soft=True).labels)


def test_images_that_are_not_in_class_order(tmp_path):
    given = example()
    made = SyntheticSet(given.images, [1, 0, 1, 0], NAMES, given.mean, given.std)
    for name in ("ddranking", "folder"):
        path, losses = saved(made, name, tmp_path / name)
        assert "order of the images" in losses[-1]
        assert sets.load(path).labels.tolist() == [0, 0, 1, 1]
    with pytest.raises(HDDError, match="as many images of each class, but this set has 1 to 3"):
        saved(SyntheticSet(given.images, [1, 0, 1, 1], NAMES, given.mean, given.std), "ddranking", tmp_path)


def test_a_sheet_is_only_for_looking_at(tmp_path):
    path, losses = saved(example(), "sheet", tmp_path)
    assert "only for looking at" in losses[0]
    with pytest.raises(HDDError, match="not in a known format"):
        sets.load(path)


def test_a_manifest_belongs_to_one_file(tmp_path):
    path, _ = saved(example(), "safetensors", tmp_path)
    other, _ = saved(example(spread=1.0), "safetensors", tmp_path / "other")
    path.write_bytes(other.read_bytes())
    with pytest.raises(HDDError, match="is not that of set"):
        sets.load(path)
    (tmp_path / "set.safetensors.manifest.json").write_text("[")
    with pytest.raises(HDDError, match=r"manifest\.json is damaged"):
        sets.load(path)
    (tmp_path / "set.safetensors.manifest.json").unlink()
    assert sets.load(path).mean == (0, 0, 0)


def test_what_lies_there_is_left_as_it_is(tmp_path):
    (tmp_path / "set.npz.manifest.json").write_text("mine")
    with pytest.raises(HDDError, match="is in use"):
        saved(example(), "kip", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(HDDError, match=r"the format kip is one file: give a name that ends in \.npz"):
        sets.save(example(), tmp_path / "empty", "kip")


@pytest.mark.parametrize(
    ("name", "soft", "decoder"),
    [
        (name, soft, decoder)
        for name in (*EXACT, *IN_PIXELS)
        for soft, decoder in ((False, "plain"), (False, "quadrants"), (True, "plain"))
        if not (soft and name in HARD_ONLY)
    ],
)
def test_the_program_beside_an_export_trains(tmp_path, name, soft, decoder, capsys):
    needs(name)
    decoded = example(soft, decoder=decoder).decoded()
    path, _ = saved(example(soft, decoder=decoder), name, tmp_path)
    program = path / "how_to_train.py" if path.is_dir() else tmp_path / f"{path.name}.how_to_train.py"
    program.write_text(program.read_text().replace("2, 300\n", "2, 2\n"))
    result = runpy.run_path(str(program))
    assert result["images"].shape == decoded.images.shape
    np.testing.assert_allclose(result["labels"].sum(), decoded.labels.sum(), rtol=1e-6)
    if name in EXACT:
        np.testing.assert_allclose(result["images"].sum(), decoded.images.sum(), rtol=1e-4)
    assert "loss" in capsys.readouterr().out
