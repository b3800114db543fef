"""Files `res_*.pt` of Dataset Condensation and its successors: DC, DSA, DM, IDM, HDD, DataDAM."""

# pyright: standard

from pathlib import Path
from typing import Any, cast

from hdd.errors import InvalidInputError
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.formats.torch_file import SUFFIXES, array_of, explain_damage, is_tensor, read, write
from hdd.sets.reading import DATASET
from hdd.sets.synthetic_set import SyntheticSet


def _experiments(found: Any) -> list[Any] | None:
    """The experiments of a file, each with images and labels; None if it holds something else."""
    data = cast(dict[Any, Any], found).get("data") if isinstance(found, dict) else None
    return cast(list[Any], data) if isinstance(data, list) else None


class Condensation(Format):
    """A file res_*.pt with images and labels of each experiment, as DC, DSA, DM, IDM, HDD and DataDAM publish."""

    options = ("experiment", "class_count", "scores")
    suffix = ".pt"

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return path.is_file() and path.suffix.lower() in SUFFIXES and _experiments(read(path)) is not None

    @classmethod
    def load(
        cls, path: Path, experiment: int | None = None, class_count: int | None = None, scores: str | None = None
    ) -> SyntheticSet:
        """See `Format.load`."""
        found = read(path)
        experiments = _experiments(found) or []
        chosen = experiment or 0
        if chosen >= len(experiments):
            raise InvalidInputError(
                f"{path} has no experiment {chosen}: it has {len(experiments)}, which are counted from 0."
            )
        pair = experiments[chosen]
        if not (isinstance(pair, list | tuple) and len(cast(list[Any], pair)) == 2 and all(map(is_tensor, pair))):
            raise InvalidInputError(f"Experiment {chosen} of {path} is not a pair of images and labels.")
        with explain_damage(path):
            images, labels = (array_of(part) for part in pair)
        assert images is not None and labels is not None, "both are tensors"
        facts: dict[str, Any] = {"experiment": chosen, "experiments": len(experiments)}
        if accuracies := _accuracies(found):
            facts["accuracies in the file"] = accuracies
        return assemble(
            path, "condensation", images, labels, values=DATASET, class_count=class_count, scores=scores, facts=facts
        )

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        if synthetic.labels.ndim == 2:
            raise InvalidInputError(
                "Files res_*.pt hold hard labels, but this set has soft ones: choose the format export, kip or "
                "safetensors."
            )
        write({"data": [[synthetic.images, synthetic.labels]], "accs_all_exps": {}}, path)

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        return [f'images, labels = torch.load({path}, weights_only=True)["data"][0]']


def _accuracies(found: dict[Any, Any]) -> dict[str, list[float]]:
    """The accuracies that the file reports, by architecture."""
    reported = found.get("accs_all_exps")
    if not isinstance(reported, dict):
        return {}
    accuracies = {
        str(name): [float(value) for value in cast(list[Any], values)]
        for name, values in cast(dict[Any, Any], reported).items()
        if isinstance(values, list) and all(map(_is_accuracy, cast(list[Any], values)))
    }
    return {name: values for name, values in accuracies.items() if values}


def _is_accuracy(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 100
