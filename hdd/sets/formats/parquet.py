"""Tables of Hugging Face: a column of image files and a column of labels, in Parquet, with a card."""

# pyright: standard

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np

from hdd.errors import InvalidInputError, NotInstalledError, StorageError
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.formats.picture_files import natural_key, pixel_losses, pixels_of, png, stack
from hdd.sets.synthetic_set import SyntheticSet

_DATA = "data"
_TABLE = "train-00000-of-00001.parquet"
_IMAGES, _LABELS, _SOFT = ("image", "img"), ("label", "class_id", "labels", "fine_label"), "soft_label"


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise NotInstalledError(
            'Tables of Hugging Face need the package pyarrow: pip install "hdd-workbench[parquet]".'
        ) from None
    return pyarrow, parquet


def _tables(path: Path) -> list[Path]:
    """The Parquet files at `path`: itself, or those of the training part in that folder or its folder data."""
    if path.is_file():
        return [path] if path.suffix.lower() == ".parquet" else []
    if not path.is_dir():
        return []
    found = [each for each in (*path.glob("*.parquet"), *path.glob(f"{_DATA}/*.parquet")) if each.is_file()]
    train = [each for each in found if each.name.startswith("train")]
    return sorted(train or found, key=lambda each: natural_key(each.name))


class Parquet(Format):
    """A dataset of Hugging Face: Parquet with the columns image and label (or class_id), as a file or a folder."""

    options = ("class_count",)

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return bool(_tables(path))

    @classmethod
    def load(cls, path: Path, class_count: int | None = None) -> SyntheticSet:
        """See `Format.load`."""
        pyarrow, parquet = _arrow()
        try:
            table = pyarrow.concat_tables([parquet.read_table(each) for each in _tables(path)])
            image, label = (
                next((name for name in names if name in table.column_names), None) for names in (_IMAGES, _LABELS)
            )
            if image is None or label is None:
                raise StorageError(
                    f"{path} has the columns {', '.join(table.column_names)}, but image and label (or class_id) are "
                    "expected."
                )
            files = [_content(value) for value in table.column(image).to_pylist()]
            labels = np.array(table.column(label).to_pylist())
            if _SOFT in table.column_names:
                labels = np.array(table.column(_SOFT).to_pylist(), np.float32)
            names = _names(table.schema.metadata, label)
        except (OSError, ValueError, TypeError, KeyError, MemoryError, pyarrow.ArrowException) as error:
            raise StorageError(f"{path} is damaged ({type(error).__name__}: {error}): fetch it again.") from None
        if not files:
            raise InvalidInputError(f"The table {path} has no rows: give one with images.")
        images = stack(((f"of row {row} of {path}", content) for row, content in enumerate(files)), len(files))
        return assemble(path, "parquet", images, labels, values=None, classes=names, class_count=class_count)

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        pyarrow, parquet = _arrow()
        files = [{"bytes": png(image), "path": f"{number:05}.png"} for number, image in enumerate(pixels_of(synthetic))]
        columns: dict[str, Any] = {"image": files, "label": synthetic.hard_labels.tolist()}
        names = list(synthetic.classes)
        features: dict[str, Any] = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
        if synthetic.labels.ndim == 2:
            columns[_SOFT] = pyarrow.array(synthetic.labels.tolist(), pyarrow.list_(pyarrow.float32()))
            features[_SOFT] = {"feature": {"dtype": "float32", "_type": "Value"}, "_type": "Sequence"}
        table = pyarrow.table(columns)
        described = {"huggingface": json.dumps({"info": {"features": features}})}
        (path / _DATA).mkdir(parents=True)
        parquet.write_table(table.replace_schema_metadata(described), path / _DATA / _TABLE)
        (path / "README.md").write_text(_card(synthetic), encoding="utf-8", errors="backslashreplace")

    @classmethod
    def losses(cls, synthetic: SyntheticSet) -> list[str]:
        """See `Format.losses`."""
        return pixel_losses(synthetic)

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        column = "label" if synthetic.labels.ndim == 1 else _SOFT
        return [
            f'rows = pyarrow.parquet.read_table({path} / "{_DATA}").to_pylist()',
            'files = [PIL.Image.open(io.BytesIO(row["image"]["bytes"])) for row in rows]',
            "pixels = [torch.tensor(numpy.atleast_3d(file)).permute(2, 0, 1) for file in files]",
            f'images, labels = normalise(torch.stack(pixels)), torch.tensor([row["{column}"] for row in rows])',
        ]


def _content(value: Any) -> bytes:
    """The file in a cell of the column of images."""
    content = cast(dict[str, Any], value).get("bytes") if isinstance(value, dict) else value
    if not isinstance(content, bytes):
        raise InvalidInputError("The images of the table are not in it, but elsewhere: fetch the images themselves.")
    return content


def _names(metadata: dict[bytes, bytes] | None, label: str) -> list[str] | None:
    """The names of the classes that the table tells; None if it tells none."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        names = features[label]["names"]
    except (KeyError, ValueError, TypeError, RecursionError):
        return None
    return [str(name) for name in names] if isinstance(names, list) and names else None


def _card(synthetic: SyntheticSet) -> str:
    """The card of the dataset: its front matter in YAML (JSON is YAML too), and what it is, in words."""
    data = synthetic.provenance.get("data source") or {}
    count, classes = len(synthetic.images), len(synthetic.classes)
    head = {"task_categories": ["image-classification"], "tags": ["dataset-distillation"]}
    lines = ["---", *(f"{key}: {json.dumps(value)}" for key, value in head.items()), "---", ""]
    lines += [
        "# A distilled data set",
        "",
        f"{count} synthetic images of {classes} classes, distilled with HDD Workbench. `manifest.json` says how they "
        "were made, with settings, seed, edits and versions.",
        "",
        f"Train on the images normalised with mean {list(synthetic.mean)} and std {list(synthetic.std)} (pixels in "
        f"[0, 1]); the decoder is {synthetic.decoder}. `how_to_train.py` shows how.",
        "",
        f"Source of the real images: {data.get('source', 'not recorded')}",
        f"Their licence: {data.get('licence', 'not recorded')}",
        "",
    ]
    return "\n".join(lines)
