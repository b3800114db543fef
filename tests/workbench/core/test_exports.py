"""Files hold what the page shows."""

import csv
import io
import json
import zipfile

import numpy as np
from PIL import Image

from workbench.core import exports
from workbench.core.class_layout import ClassLayout
from workbench.core.frame import Selection

PIXELS = np.arange(5 * 3 * 4 * 4, dtype=np.uint8).reshape(5, 3, 4, 4)
LAYOUT = ClassLayout(np.array([1, 0, 1, 1, 0]), 2)


def test_a_sheet_has_a_row_of_images_for_each_class():
    sheet = np.asarray(Image.open(io.BytesIO(exports.images_sheet(PIXELS, LAYOUT))))
    assert sheet.shape == (2 + 2 * 6, 2 + 3 * 6, 3)
    assert np.array_equal(sheet[8:12, 8:12], PIXELS[2].transpose(1, 2, 0))


def test_a_folder_has_an_exact_picture_of_each_image():
    archive = zipfile.ZipFile(io.BytesIO(exports.images_folder(PIXELS, LAYOUT, ["a/cat", "dog"])))
    assert archive.namelist() == [
        "001-dog/0000.png", "000-a_cat/0000.png", "001-dog/0001.png", "001-dog/0002.png", "000-a_cat/0001.png",
    ]  # fmt: skip
    image = np.asarray(Image.open(archive.open("001-dog/0002.png")))
    assert np.array_equal(image, PIXELS[3].transpose(1, 2, 0))


def test_curves_have_a_line_for_each_step(make_run):
    run = make_run("run", steps=12)
    lines = list(csv.DictReader(io.StringIO(exports.curves_table(run).decode())))
    assert [int(line["step"]) for line in lines] == list(range(1, 13))
    record = run.metrics()[4]
    assert float(lines[4]["loss"]) == record.loss
    assert float(lines[4][f"loss: {run.classes[3]}"]) == record.column("loss")[3]
    run.close()


def test_a_selection_names_what_is_selected():
    chosen = json.loads(
        exports.selection_text({"run": "run", "step": 7}, Selection(synthetic=[(3, 1)], classes=["cat"]))
    )
    assert (chosen["run"], chosen["step"], chosen["synthetic"], chosen["classes"]) == ("run", 7, [[3, 1]], ["cat"])
