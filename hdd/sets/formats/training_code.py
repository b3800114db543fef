"""A short program for each export that trains on it, in plain PyTorch and without this product."""

from pathlib import Path

from hdd.sets.formats.base import Format
from hdd.sets.synthetic_set import SyntheticSet

_FOLDER_NAME = "how_to_train.py"
_DECODE = (
    "half = images.shape[-1] // 2  # Each stored image holds four images of half its side.",
    "parts = [images[..., y : y + half, x : x + half] for x in (0, half) for y in (0, half)]",
    'images = torch.nn.functional.interpolate(torch.cat(parts), scale_factor=2, mode="bilinear")',
    "labels = torch.cat([labels] * 4)",
)
_MODULES = ("io", "numpy", "pathlib", "PIL.Image", "safetensors.torch", "pyarrow.parquet")


def place(path: Path) -> Path:
    """Where the program of the file or folder at `path` is."""
    return path / _FOLDER_NAME if path.is_dir() else path.with_name(f"{path.name}.{_FOLDER_NAME}")


def training_code(synthetic: SyntheticSet, format: type[Format], path: Path) -> str | None:
    """The program for the set that was written to `path`; None if the format says of none.

    It finds the set by its own place, so both can be moved together.
    """
    within = "." if path.is_dir() else path.name
    loading = format.loading_code("HERE", synthetic)
    if not loading:
        return None
    text = "\n".join(loading)
    used = [name for name in _MODULES if f"{name}." in text or name == "pathlib"]
    normalise = "normalise(" in text
    mean, std = (f"torch.tensor({list(values)}).view(-1, 1, 1)" for values in (synthetic.mean, synthetic.std))
    lines = [
        f"import {', '.join([*used, 'torch'])}",
        "",
        f"MEAN, STD, CLASSES, EPOCHS = {mean}, {std}, {len(synthetic.classes)}, 300",
        f"HERE = pathlib.Path(__file__).parent / {within!r}",
        *(["normalise = lambda pixels: (pixels / 255 - MEAN) / STD"] if normalise else []),
        *loading,
        *(_DECODE if synthetic.decoder == "quadrants" else ()),
        "network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LazyLinear(CLASSES))  # Put your own here.",
        "optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)",
        "for epoch in range(EPOCHS):",
        "    for batch in torch.randperm(len(images)).split(256):",
        "        loss = torch.nn.functional.cross_entropy(network(images[batch]), labels[batch])",
        "        optimiser.zero_grad(), loss.backward(), optimiser.step()",
        'print(f"loss {loss:.3f}; give test images to the network as (pixels / 255 - MEAN) / STD")',
    ]
    return "\n".join([*lines, ""])
