"""How the images of a folder are read is recorded in its runs, so resuming and replaying read the same."""

import numpy as np
import pytest
from PIL import Image

import hdd
from hdd.errors import DataError

SMALL = {"ipc": 1, "network_width": 4, "network_depth": 1, "real_batch": 2, "device": "cpu", "threads": 1}


@pytest.fixture
def folder(tmp_path):
    """Two classes of five images without test images; one file cannot be read."""
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        for number in range(5):
            file = tmp_path / "pets" / name / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(file)
    (tmp_path / "pets/cat/x.png").write_bytes(b"")
    return tmp_path / "pets"


def test_unreadable_images_are_refused_unless_a_run_skips_them(folder, tmp_path):
    with pytest.raises(DataError, match=r"cat/x\.png .* cannot be read.*unreadable=skip"):
        hdd.distill(f"folder:{folder}", steps=2, out=tmp_path / "run", **SMALL)
    assert not (tmp_path / "run").exists()
    run = hdd.distill(f"folder:{folder}", steps=2, out=tmp_path / "run", unreadable="skip", **SMALL)
    told = run.meta("provenance")["data"]
    assert told.startswith("The folder has no train/, test/ or val/, so one in 5 images of each class")
    assert "1 of 11 images cannot be read and are left out: cat/x.png (" in told
    again, difference = hdd.replay(run, tmp_path / "again")
    assert difference is None and again.initial_settings.unreadable == "skip"
    assert again.meta("provenance")["data"] == told
    assert hdd.resume(run, steps=3).step == 3


def test_a_repaired_image_is_noticed(folder, tmp_path):
    run = hdd.distill(f"folder:{folder}", steps=2, out=tmp_path / "run", unreadable="skip", **SMALL)
    Image.new("RGB", (8, 8)).save(folder / "cat/x.png")
    with pytest.raises(DataError, match=r"are not those that .* was made with"):
        hdd.resume(run, steps=3)


def test_nothing_is_said_about_plain_data_sets(tmp_path):
    run = hdd.distill("digits", steps=1, out=tmp_path / "run", **SMALL)
    assert "data" not in run.meta("provenance")
