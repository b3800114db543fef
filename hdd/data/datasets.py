"""The data sets that can be distilled, by name. Images are held in memory, with what is needed to normalise them."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from hdd.data.cache import Source, cache_file, read_cached
from hdd.data.downloads import DIGIT_NAMES, REMOTE_SETS, remote_source
from hdd.data.folder import folder_source
from hdd.data.layouts import REFUSE, UNREADABLE
from hdd.data.splits import Splits
from hdd.errors import InvalidInputError
from hdd.paths import FOLDER, user_folder
from hdd.pixels import to_pixels
from hdd.progress import Progress

if TYPE_CHECKING:
    from hdd.projection import Viewing
    from hdd.settings import Settings


@dataclass(frozen=True, eq=False)
class Dataset:
    """A labelled set of images in two splits.

    Attributes:
        name: the name under which it was loaded.
        train_images, test_images: uint8, (N, C, H, W).
        train_labels, test_labels: int64, (N,), in [0, len(classes)); every class occurs in both splits.
        classes: the class names, exactly as their source spells them (any characters).
        mean, std: float32, (C,), for pixels in [0, 1]. For downloaded sets these are the constants that the
            distillation literature uses (Dataset Condensation, Zhao et al. 2021, and its successors); for digits and
            folders they are computed from the train split, and std is at least 1/255 so that a constant channel can be
            normalised.
        fingerprint: SHA-256, in hex, of the shapes, labels, class names and image bytes of both splits. Equal content
            has an equal fingerprint, whatever its name and wherever it is stored.
        notes: sentences on how the images were read, where that is not plain: what was held out, scaled or left out.
    """

    name: str
    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    classes: tuple[str, ...]
    mean: torch.Tensor
    std: torch.Tensor
    fingerprint: str
    notes: tuple[str, ...] = ()

    @property
    def channels(self) -> int:
        """Channels of an image: 1 or 3."""
        return self.train_images.shape[1]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of an image, in pixels."""
        height, width = self.train_images.shape[2:]
        return height, width

    def normalise(self, images: torch.Tensor) -> torch.Tensor:
        """Turns pixels, uint8 (…, C, H, W), into float32 (pixels/255 − mean)/std."""
        mean, std = (values.to(images.device).view(-1, 1, 1) for values in (self.mean, self.std))
        return (images.float() / 255 - mean) / std

    def to_pixels(self, images: torch.Tensor) -> torch.Tensor:
        """Turns normalised images, float (…, C, H, W), into uint8 pixels on the CPU; see `hdd.pixels.to_pixels`.

        This inverts `normalise` exactly.
        """
        return torch.from_numpy(to_pixels(images.detach().cpu().numpy(), self.mean.numpy(), self.std.numpy()))


class Listing(NamedTuple):
    """A data set that can be loaded by name.

    Attributes:
        shape: (C, H, W) of an image.
        train_count: number of training images.
        status: "bundled", "ready" (the published files or the decoded images are on this machine; their checksums have
            not been verified for this) or "needs download".
    """

    name: str
    about: str
    shape: tuple[int, int, int]
    class_count: int
    status: str
    train_count: int


def available(root: str | Path | None = None) -> list[Listing]:
    """The data sets that have a name, the bundled one first. `root` is as in `load`."""
    place = _data_root(root)
    listings = [Listing("digits", "handwritten digits, bundled with scikit-learn", (1, 16, 16), 10, "bundled", 1442)]
    for name, remote in REMOTE_SETS.items():
        files = [place / name / file.name for file in remote.files]
        status = "ready" if cache_file(name).exists() or all(map(Path.exists, files)) else "needs download"
        listings.append(Listing(name, remote.about, remote.shape, remote.class_count, status, remote.train_count))
    return listings


def load(
    name: str,
    *,
    root: str | Path | None = None,
    size: int | None = None,
    unreadable: str = REFUSE,
    progress: Progress | None = None,
) -> Dataset:
    """Loads a data set that `available` lists, or "folder:PATH" (docs/data.md shows which folders are read, and how).

    Args:
        root: where downloads are kept, one folder for each data set. Default: HDD_DATA_DIR, else ~/.cache/hdd/data.
        size: only for folders: resize the largest square at the centre of each image to size×size pixels (8 to 1024),
            bilinearly and with antialiasing. Default: keep the images as they are; then all must have the same size.
        unreadable: only for folders: "refuse" raises an error if an image cannot be read; "skip" leaves such images
            out, and `Dataset.notes` counts and names them.
        progress: called as progress(images done, images in total) while a folder is decoded.

    Decoded images are kept in a cache (`hdd.data.cache`), so that only the first load takes long.

    Raises:
        HDDError: the name is unknown, the data set can be neither found nor downloaded, or the folder breaks the rules.
    """
    splits, fingerprint = read_cached(_source(name, _data_root(root), size, unreadable, progress))
    remote = REMOTE_SETS.get(name)
    if remote is None:
        mean, std = _channel_statistics(splits.train_images)
    else:
        mean, std = torch.tensor(remote.mean), torch.tensor(remote.std)
    return Dataset(name, *splits[:5], mean, std, fingerprint, splits.notes)


def load_chosen(chosen: "Settings | Viewing", progress: Progress | None = None) -> Dataset:
    """The real images of a run's settings, or of a view of a run; see `load`."""
    return load(chosen.dataset, size=chosen.image_size, unreadable=chosen.unreadable, progress=progress)


def _source(name: str, root: Path, size: int | None, unreadable: str, progress: Progress | None) -> Source:
    if unreadable not in UNREADABLE:
        raise InvalidInputError(f"unreadable={unreadable!r} is not allowed: give {' or '.join(UNREADABLE)}.")
    if name.startswith(FOLDER):
        return folder_source(name.removeprefix(FOLDER), size, unreadable, progress)
    names = ["digits", *REMOTE_SETS]
    if name not in names:
        close = difflib.get_close_matches(name.lower(), names, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise InvalidInputError(f"There is no data set '{name}': use one of {', '.join(names)}, or folder:PATH.{hint}")
    if size is not None:
        raise InvalidInputError(
            f"size={size} is not allowed, because the images of {name} have one size: give a size only for folder:PATH."
        )
    if unreadable != REFUSE:
        raise InvalidInputError(
            f"unreadable={unreadable} is not allowed, because {name} has no unreadable images: give it only for "
            "folder:PATH."
        )
    if name == "digits":
        return Source("digits", "16×16, every fifth is test", _read_digits)
    return remote_source(name, root)


def _data_root(root: str | Path | None) -> Path:
    return Path(root).expanduser() if root else user_folder("HDD_DATA_DIR", ".cache/hdd/data")


def _read_digits() -> Splits:
    """The 1,797 test digits of Alpaydin and Kaynak (1998) that scikit-learn contains: 8×8 pixels with 17 levels.

    They are upsampled bilinearly to 16×16. Every fifth image of a class, in file order, is a test image.
    """
    from sklearn.datasets import load_digits  # Takes two seconds to import and is needed once.

    digits: Any = load_digits()
    labels = torch.from_numpy(digits.target).long()
    levels = torch.from_numpy(digits.images).unsqueeze(1) * (255 / 16)
    images = torch.nn.functional.interpolate(levels, size=(16, 16), mode="bilinear").round().to(torch.uint8)
    rank_in_class = (torch.nn.functional.one_hot(labels).cumsum(0) - 1).gather(1, labels[:, None])[:, 0]
    test = rank_in_class % 5 == 4
    return Splits(images[~test], labels[~test], images[test], labels[test], DIGIT_NAMES)


def _channel_statistics(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of each channel, from exact counts, so the bits do not depend on the threads."""
    levels = torch.arange(256, dtype=torch.float64) / 255
    counts = torch.stack([channel.flatten().bincount(minlength=256) for channel in images.unbind(1)])
    shares = counts.double() / counts.sum(1, keepdim=True)
    mean = (shares * levels).sum(1)
    std = (shares * (levels - mean[:, None]).square()).sum(1).sqrt()
    return mean.float(), std.clamp_min(1 / 255).float()
