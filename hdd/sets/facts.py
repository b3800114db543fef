"""What a set says of itself, in short. Does not import torch."""

from typing import Any

from hdd.sets.fitting import about_file
from hdd.sets.synthetic_set import SyntheticSet


def facts_of(synthetic: SyntheticSet) -> dict[str, Any]:
    """What the set itself says, by name, JSON-compatible: its format, shape, classes, labels, decoder and numbers."""
    file, counts = about_file(synthetic), synthetic.counts
    return {
        "format": file.get("format", "with a manifest"),
        "images": "×".join(map(str, synthetic.images.shape)),
        "classes": len(synthetic.classes),
        "images per class": counts[0] if len(set(counts)) == 1 else f"{min(counts)} to {max(counts)}",
        "labels": "hard" if synthetic.labels.ndim == 1 else "soft",
        "decoder": synthetic.decoder,
        "numbers": f"{synthetic.images.min():.3g} to {synthetic.images.max():.3g}",
        **{name: value for name, value in file.items() if name not in ("format", "name", "sha256")},
    }
