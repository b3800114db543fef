"""Public data sets. Their published files are downloaded once, verified by checksum, and read without unpickling."""

import gzip
import http.client
import tarfile
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from hdd.data.cache import Source
from hdd.data.splits import Splits
from hdd.errors import DataError

DIGIT_NAMES = tuple("0123456789")
CLOTHES_NAMES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


class RemoteFile(NamedTuple):
    """A published file: its name, its MD5 checksum, and the addresses to try in turn."""

    name: str
    md5: str
    urls: tuple[str, ...]


class RemoteSet(NamedTuple):
    """A published data set.

    shape: (C, H, W) of an image.
    mean, std: one number per channel, for pixels in [0, 1]: the constants with which the distillation literature
        normalises (Dataset Condensation, Zhao et al. 2021, and its successors).
    read: reads the set; called with the paths of `files`, in their order.
    """

    about: str
    shape: tuple[int, int, int]
    class_count: int
    train_count: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    files: tuple[RemoteFile, ...]
    read: Callable[[list[Path]], Splits]


def remote_source(name: str, root: Path) -> Source:
    """The data set `name` of `REMOTE_SETS`; its files are kept in root/name.

    Files that exist and are intact are not downloaded again. The checksums are the manifest, so that a set which is
    decoded and cached can be used without its files.

    Reading the source raises HDDError if a file can be neither found nor downloaded.
    """
    remote = REMOTE_SETS[name]
    folder = root / name
    manifest = " ".join(file.md5 for file in remote.files)
    return Source(name, manifest, lambda: remote.read([_fetch(name, file, folder) for file in remote.files]))


def _fetch(name: str, file: RemoteFile, folder: Path) -> Path:
    # Imported here because it takes two seconds and is rarely needed.
    from torchvision.datasets.utils import check_integrity, download_url

    path = folder / file.name
    if check_integrity(path, file.md5):
        return path
    tried = []
    for url in file.urls:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                download_url(url, scratch, file.name)
                new = Path(scratch) / file.name
                if check_integrity(new, file.md5):
                    return new.replace(path)
            tried.append(f"{url}: the MD5 checksum shows that the downloaded file is not the published one")
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            tried.append(f"{url}: {error}")
    state = "is not the published file" if path.exists() else "is missing"
    raise DataError(
        f"Data set {name}: {path} {state} and could not be downloaded ({'; '.join(tried)}). "
        "Put the published file there, or use digits or folder:PATH, which need no network."
    )


def _images(records: np.ndarray, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(records.copy()).view(-1, *shape)


def _labels(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.int64))


def _read_idx(paths: list[Path], classes: tuple[str, ...]) -> Splits:
    """MNIST's format: 16 bytes of header before row-major images, 8 before labels."""
    contents = [np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8) for path in paths]
    train_images, train_labels, test_images, test_labels = contents
    shape = (1, 28, 28)
    return Splits(
        _images(train_images[16:], shape),
        _labels(train_labels[8:]),
        _images(test_images[16:], shape),
        _labels(test_labels[8:]),
        classes,
    )


def _read_cifar(paths: list[Path], train: tuple[str, ...], test: str, names: str, label_bytes: int) -> Splits:
    """CIFAR's binary version: each record has `label_bytes` labels, the last one the finest, and 3×32×32 bytes."""
    with tarfile.open(paths[0]) as archive:
        members = {
            Path(member.name).name: file.read()
            for member in archive
            if member.isfile() and (file := archive.extractfile(member)) is not None
        }
    train_records, test_records = (
        np.frombuffer(b"".join(members[batch] for batch in batches), np.uint8).reshape(-1, label_bytes + 3072)
        for batches in (train, (test,))
    )
    return Splits(
        _images(train_records[:, label_bytes:], (3, 32, 32)),
        _labels(train_records[:, label_bytes - 1]),
        _images(test_records[:, label_bytes:], (3, 32, 32)),
        _labels(test_records[:, label_bytes - 1]),
        tuple(members[names].decode().split()),
    )


def _read_svhn(paths: list[Path]) -> Splits:
    """SVHN's cropped digits: MATLAB arrays X (H, W, C, N) and y, where the label 10 means the digit 0."""
    from scipy.io import loadmat

    train, test = (loadmat(path) for path in paths)
    return Splits(
        _images(train["X"].transpose(3, 2, 0, 1), (3, 32, 32)),
        _labels(train["y"].ravel() % 10),
        _images(test["X"].transpose(3, 2, 0, 1), (3, 32, 32)),
        _labels(test["y"].ravel() % 10),
        DIGIT_NAMES,
    )


def _idx_files(md5s: tuple[str, ...], *mirrors: str) -> tuple[RemoteFile, ...]:
    parts = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    names = [f"{part}-ubyte.gz" for part in parts]
    return tuple(
        RemoteFile(name, md5, tuple(mirror + name for mirror in mirrors)) for name, md5 in zip(names, md5s, strict=True)
    )


REMOTE_SETS = {
    "mnist": RemoteSet(
        about="handwritten digits (LeCun et al. 1998), 12 MB",
        shape=(1, 28, 28),
        class_count=10,
        train_count=60_000,
        mean=(0.1307,),
        std=(0.3081,),
        files=_idx_files(
            (
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "d53e105ee54ea40749a09fcbcd1e9432",
                "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c",
            ),
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
        read=partial(_read_idx, classes=DIGIT_NAMES),
    ),
    "fashion-mnist": RemoteSet(
        about="clothes (Xiao et al. 2017), 31 MB",
        shape=(1, 28, 28),
        class_count=10,
        train_count=60_000,
        mean=(0.2861,),
        std=(0.3530,),
        files=_idx_files(
            (
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        read=partial(_read_idx, classes=CLOTHES_NAMES),
    ),
    "cifar10": RemoteSet(
        about="animals and vehicles (Krizhevsky 2009), 170 MB",
        shape=(3, 32, 32),
        class_count=10,
        train_count=50_000,
        mean=(0.4914, 0.4822, 0.4465),
        std=(0.2023, 0.1994, 0.2010),
        files=(
            RemoteFile(
                "cifar-10-binary.tar.gz",
                "c32a1d4ab5d03f1284b67883e8d87530",
                ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
            ),
        ),
        read=partial(
            _read_cifar,
            train=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
            test="test_batch.bin",
            names="batches.meta.txt",
            label_bytes=1,
        ),
    ),
    "cifar100": RemoteSet(
        about="100 kinds of objects and living things (Krizhevsky 2009), 169 MB",
        shape=(3, 32, 32),
        class_count=100,
        train_count=50_000,
        mean=(0.5071, 0.4866, 0.4409),
        std=(0.2673, 0.2564, 0.2762),
        files=(
            RemoteFile(
                "cifar-100-binary.tar.gz",
                "03b5dce01913d631647c71ecec9e9cb8",
                ("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",),
            ),
        ),
        read=partial(_read_cifar, train=("train.bin",), test="test.bin", names="fine_label_names.txt", label_bytes=2),
    ),
    "svhn": RemoteSet(
        about="house numbers, cropped digits (Netzer et al. 2011), 246 MB",
        shape=(3, 32, 32),
        class_count=10,
        train_count=73_257,
        mean=(0.4377, 0.4438, 0.4728),
        std=(0.1980, 0.2010, 0.1970),
        files=(
            RemoteFile(
                "train_32x32.mat",
                "e26dedcc434d2e4c54c9b2d4a06d8373",
                ("http://ufldl.stanford.edu/housenumbers/train_32x32.mat",),
            ),
            RemoteFile(
                "test_32x32.mat",
                "eb5a983be6a315427106f1b164d9cef3",
                ("http://ufldl.stanford.edu/housenumbers/test_32x32.mat",),
            ),
        ),
        read=_read_svhn,
    ),
}
