"""Files `data_*.pt` of IDC and its successors (DREAM, DANCE, NCFM), and pickled pairs, as IDM stores its best sets."""

# pyright: standard

from pathlib import Path
from typing import Any, cast

from hdd.errors import InvalidInputError
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.formats.torch_file import SUFFIXES, array_of, explain_damage, is_tensor, read, write
from hdd.sets.reading import DATASET
from hdd.sets.synthetic_set import SyntheticSet

_PICKLES = (".pkl", ".pickle")


def _is_pair(found: Any) -> bool:
    return isinstance(found, list | tuple) and len(cast(list[Any], found)) == 2 and all(map(is_tensor, found))


class Pair(Format):
    """A file data_*.pt, or a pickle, of a list with images and labels, as DREAM, DANCE, NCFM and IDM publish."""

    options = ("class_count", "scores")
    suffix = ".pt"

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return path.is_file() and path.suffix.lower() in SUFFIXES and _is_pair(read(path))

    @classmethod
    def load(cls, path: Path, class_count: int | None = None, scores: str | None = None) -> SyntheticSet:
        """See `Format.load`."""
        found = read(path)
        if not _is_pair(found):
            raise InvalidInputError(f"{path} is not a list of images and labels.")
        with explain_damage(path):
            images, labels = (array_of(part) for part in found)
        assert images is not None and labels is not None, "both are tensors"
        # What IDM pickles is normalised; the others keep pixels from 0 to 1 and normalise when they train.
        values = DATASET if path.suffix.lower() in _PICKLES else None
        return assemble(path, "pair", images, labels, values=values, class_count=class_count, scores=scores)

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        write([synthetic.images, synthetic.labels], path)

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        return [f"images, labels = torch.load({path}, weights_only=True)"]
