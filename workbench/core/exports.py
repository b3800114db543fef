"""Files that the page gives to its users: images and curves."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping

import numpy as np

from hdd.pixels import sheet
from hdd.runs.run import Run
from hdd.sets.formats.picture_files import class_folder, image_file, png
from workbench.core.class_layout import ClassLayout
from workbench.core.frame import Selection


def images_sheet(pixels: np.ndarray, layout: ClassLayout) -> bytes:
    """All images in one PNG, at their own size, with one row per class.

    Args:
        pixels: uint8 (M, 1 or 3, H, W), in the order of the layout.
        layout: of the images.
    """
    return png(sheet(layout.grid(pixels)).transpose(2, 0, 1))


def images_folder(
    pixels: np.ndarray, layout: ClassLayout, classes: list[str], images: Iterable[int] | None = None
) -> bytes:
    """A ZIP of one PNG per image, in a folder per class, as the format folder of `hdd.sets` writes and reads it.

    Args:
        pixels: uint8 (M, 1 or 3, H, W), in the order of the layout.
        layout: of the images.
        classes: C names; characters that a file system may refuse are replaced.
        images: the numbers of those to write; None writes all.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for image in range(len(layout)) if images is None else images:
            label, number = layout.place(image)
            archive.writestr(f"{class_folder(label, classes[label])}/{image_file(number)}", png(pixels[image]))
    return file.getvalue()


def curves_table(run: Run) -> bytes:
    """A CSV with one line per step: the loss, and of each recorded column the mean over the classes and every class."""
    records = run.metrics()
    names = list(dict.fromkeys(name for record in records for name in record.columns))
    file = io.StringIO()
    writer = csv.writer(file)
    by_class = [f"{name}: {each}" for name in names for each in run.classes]
    writer.writerow(
        ["step", "loss", "feature_scale", "seconds", *(f"{name}: mean of classes" for name in names), *by_class]
    )
    for record in records:
        columns = [record.column(name) for name in names]
        means = [np.mean(column, dtype=float) for column in columns]
        own = record.step, record.loss, record.feature_scale, record.seconds
        writer.writerow([*own, *means, *np.concatenate(columns)])
    return file.getvalue().encode()


def selection_text(shown: Mapping[str, str | int], selection: Selection) -> bytes:
    """A JSON text that says what is shown, such as a run and a step of it, and all that is selected."""
    chosen = {name: value for name, value in selection.param.values().items() if name not in ("name", "step")}
    return json.dumps({**shown, **chosen}, indent=1).encode()
