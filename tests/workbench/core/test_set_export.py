"""A set is downloaded in each format, with what belongs to it."""

import io
import zipfile

import numpy as np
import pytest
import scripted

from hdd.errors import HDDError
from hdd.sets import FORMATS, Reading, SyntheticSet, load, save
from workbench.core.set_export import saved
from workbench.core.set_place import SetPlace


@pytest.mark.parametrize("format", sorted({*FORMATS.names()} - {"sheet"}))
def test_a_step_of_a_run_is_read_again_from_the_download(make_run, root, tmp_path, format):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    run = make_run("run", steps=20, classes=["a <b>", "b"], ipc=3)
    made = saved(root, SetPlace("run@10"), "run-step10", format)
    assert made.name == f"run-step10-{format}.zip"
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        archive.extractall(tmp_path / "unpacked")
    written = tmp_path / "unpacked" / f"run-step10{FORMATS.get(format).suffix}"
    found = load(written)
    # Some formats have pixels of 8 bits.
    np.testing.assert_allclose(found.images, scripted.images(10, 2, 3), atol=0.5 / 255 / scripted.STD + 1e-3)
    assert (found.classes, found.provenance["step"]) == (tuple(run.classes), 10)
    assert [*(tmp_path / "unpacked").rglob("*how_to_train.py")] != []


def test_a_file_is_written_as_it_was_read(tmp_path):
    images = np.linspace(0, 1, 2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4)
    save(SyntheticSet(images, [0, 1], ("a", "b"), (0.5,) * 3, (0.25,) * 3), tmp_path / "set.npz", "kip")
    made = saved(tmp_path, SetPlace("set.npz", reading=Reading(channels="bgr")), "set", "safetensors")
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        archive.extractall(tmp_path / "unpacked")
    np.testing.assert_allclose(load(tmp_path / "unpacked" / "set.safetensors").images, images[:, ::-1], atol=1e-6)


def test_what_a_format_cannot_hold_is_said(tmp_path):
    soft = np.full((2, 2), 0.5, np.float32)
    save(SyntheticSet(np.zeros((2, 1, 8, 8)), soft, ("a", "b"), (0.5,), (0.25,)), tmp_path / "set")
    assert saved(tmp_path, SetPlace("set"), "set", "sheet").losses != []
    with pytest.raises(HDDError, match="has soft ones"):
        saved(tmp_path, SetPlace("set"), "set", "condensation")
