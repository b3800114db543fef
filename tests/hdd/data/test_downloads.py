import functools
import gzip
import hashlib
import http.server
import io
import socket
import tarfile
import threading

import numpy as np
import pytest
import scipy.io
import torch
import torchvision

from hdd.data import available, load
from hdd.data.downloads import CLOTHES_NAMES, REMOTE_SETS
from hdd.errors import HDDError

random = np.random.default_rng(0)
TRAIN = random.integers(0, 256, (20, 3, 32, 32), dtype=np.uint8)
TEST = random.integers(0, 256, (10, 3, 32, 32), dtype=np.uint8)
TRAIN_LABELS = np.arange(20, dtype=np.uint8) % 10
TEST_LABELS = np.arange(10, dtype=np.uint8)[::-1].copy()


def tar(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def records(labels, images):
    return b"".join(bytes(label) + image.tobytes() for label, image in zip(labels, images, strict=True))


def cifar10():
    batches = {
        f"cifar-10-batches-bin/data_batch_{n + 1}.bin": records(
            TRAIN_LABELS[4 * n : 4 * n + 4, None], TRAIN[4 * n : 4 * n + 4]
        )
        for n in reversed(range(5))
    }
    return {
        "cifar-10-binary.tar.gz": tar(
            {
                "cifar-10-batches-bin/readme.html": b"",
                **batches,
                "cifar-10-batches-bin/test_batch.bin": records(TEST_LABELS[:, None], TEST),
                "cifar-10-batches-bin/batches.meta.txt": "\n".join("abcdefghij").encode() + b"\n\n",
            }
        )
    }


def cifar100():
    def with_coarse(labels):
        return np.stack([np.full_like(labels, 99), labels], axis=1)

    return {
        "cifar-100-binary.tar.gz": tar(
            {
                "cifar-100-binary/fine_label_names.txt": "\n".join("abcdefghij").encode() + b"\n",
                "cifar-100-binary/coarse_label_names.txt": b"wrong\n",
                "cifar-100-binary/train.bin": records(with_coarse(TRAIN_LABELS), TRAIN),
                "cifar-100-binary/test.bin": records(with_coarse(TEST_LABELS), TEST),
            }
        )
    }


def mnist():
    def idx(kind, values):
        header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
        return gzip.compress(header + values.tobytes(), mtime=0)

    return {
        "train-images-idx3-ubyte.gz": idx("images", TRAIN[:, 0, :28, :28]),
        "train-labels-idx1-ubyte.gz": idx("labels", TRAIN_LABELS),
        "t10k-images-idx3-ubyte.gz": idx("images", TEST[:, 0, :28, :28]),
        "t10k-labels-idx1-ubyte.gz": idx("labels", TEST_LABELS),
    }


def svhn():
    def mat(images, labels):
        buffer = io.BytesIO()
        labels = np.where(labels == 0, 10, labels)[:, None]
        scipy.io.savemat(buffer, {"X": images.transpose(2, 3, 1, 0), "y": labels})
        return buffer.getvalue()

    return {"train_32x32.mat": mat(TRAIN, TRAIN_LABELS), "test_32x32.mat": mat(TEST, TEST_LABELS)}


PUBLISHED = {"mnist": mnist, "fashion-mnist": mnist, "cifar10": cifar10, "cifar100": cifar100, "svhn": svhn}


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server on this machine: the folder it serves, its address, and the paths it was asked for."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "published"
    folder.mkdir()
    asked = set()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            asked.add(self.path)

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder))
    ) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield folder, f"http://127.0.0.1:{serving.server_port}/", asked
        serving.shutdown()
        thread.join()


def publish(monkeypatch, name, address, folder):
    """Puts a small set in the place of a published one."""
    files = []
    for file_name, content in PUBLISHED[name]().items():
        (folder / file_name).write_bytes(content)
        published = next(file for file in REMOTE_SETS[name].files if file.name == file_name)
        md5 = hashlib.md5(content).hexdigest()
        files.append(published._replace(md5=md5, urls=(f"{address}{file_name}",)))
    monkeypatch.setitem(REMOTE_SETS, name, REMOTE_SETS[name]._replace(files=tuple(files)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_set_is_downloaded_and_read(name, server, monkeypatch, tmp_path):
    folder, address, asked = server
    publish(monkeypatch, name, address, folder)
    data = load(name)
    cut = np.s_[:, :1, :28, :28] if data.channels == 1 else np.s_[:]
    assert np.array_equal(data.train_images, TRAIN[cut])
    assert np.array_equal(data.test_images, TEST[cut])
    assert data.train_labels.tolist() == TRAIN_LABELS.tolist()
    assert data.test_labels.tolist() == TEST_LABELS.tolist()
    assert data.train_images.is_contiguous()
    remote = REMOTE_SETS[name]
    assert (data.channels, *data.size) == remote.shape
    assert data.mean.tolist() == torch.tensor(remote.mean).tolist()
    assert data.std.tolist() == torch.tensor(remote.std).tolist()
    assert len(data.mean) == len(data.std) == data.channels
    if name.startswith("cifar"):
        assert data.classes == tuple("abcdefghij")
    assert len(data.classes) == 10
    assert len(asked) == len(remote.files)
    kept = {path.name for path in (tmp_path / "downloads" / name).iterdir()}
    assert kept == {file.name for file in remote.files}
    assert next(listing for listing in available() if listing.name == name).status == "ready"


def test_what_is_there_is_not_downloaded_again(server, monkeypatch, tmp_path):
    folder, address, asked = server
    publish(monkeypatch, "svhn", address, folder)
    first = load("svhn", root=tmp_path / "mine")
    assert len(asked) == 2
    asked.clear()
    load("svhn", root=tmp_path / "mine")
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path / "new cache"))
    assert load("svhn", root=tmp_path / "mine").fingerprint == first.fingerprint
    # Decoded images in the cache are enough: neither files nor network are needed.
    assert load("svhn", root=tmp_path / "elsewhere").fingerprint == first.fingerprint
    assert not asked


def test_damaged_download_is_fetched_again(server, monkeypatch, tmp_path):
    folder, address, asked = server
    publish(monkeypatch, "cifar10", address, folder)
    archive = tmp_path / "downloads/cifar10/cifar-10-binary.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes((folder / archive.name).read_bytes()[:-10])
    assert len(load("cifar10").train_images) == 20
    assert len(asked) == 1
    assert archive.read_bytes() == (folder / archive.name).read_bytes()


def test_wrong_checksum_is_refused_and_leaves_nothing(server, monkeypatch, tmp_path):
    folder, address, _ = server
    publish(monkeypatch, "cifar10", address, folder)
    (folder / "cifar-10-binary.tar.gz").write_bytes(b"a captive portal's page")
    with pytest.raises(HDDError, match=r"cifar10: .* is missing .*MD5 checksum.*digits or folder:PATH"):
        load("cifar10")
    assert not list((tmp_path / "downloads/cifar10").iterdir())


def test_mirrors_are_tried_in_turn(server, monkeypatch):
    folder, address, _ = server
    publish(monkeypatch, "cifar10", address, folder)
    (file,) = REMOTE_SETS["cifar10"].files
    mirrored = file._replace(urls=(f"{address}gone/{file.name}", *file.urls))
    monkeypatch.setitem(REMOTE_SETS, "cifar10", REMOTE_SETS["cifar10"]._replace(files=(mirrored,)))
    assert len(load("cifar10").train_images) == 20


def test_offline_says_what_was_tried_and_what_to_do(monkeypatch, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    (tmp_path / "published").mkdir()
    publish(monkeypatch, "mnist", address, tmp_path / "published")
    missing = tmp_path / "downloads/mnist/train-images-idx3-ubyte.gz"
    with pytest.raises(HDDError) as caught:
        load("mnist")
    message = str(caught.value)
    assert f"Data set mnist: {missing} is missing" in message
    assert f"{address}train-images-idx3-ubyte.gz: " in message and "refused" in message
    assert "Put the published file there, or use digits or folder:PATH" in message
    # Doing what it says helps.
    for file in (tmp_path / "published").iterdir():
        file.rename(missing.parent / file.name)
    assert len(load("mnist").train_images) == 20


def test_unwritable_root_is_explained(server, monkeypatch, tmp_path):
    folder, address, _ = server
    publish(monkeypatch, "cifar10", address, folder)
    (tmp_path / "file").touch()
    with pytest.raises(HDDError, match=r"cifar10.*Not a directory"):
        load("cifar10", root=tmp_path / "file")


def test_checksums_are_those_of_torchvision():
    for name, published in {
        "mnist": torchvision.datasets.MNIST,
        "fashion-mnist": torchvision.datasets.FashionMNIST,
    }.items():
        assert [(file.name, file.md5) for file in REMOTE_SETS[name].files] == published.resources
    assert tuple(torchvision.datasets.FashionMNIST.classes) == CLOTHES_NAMES
    splits = [torchvision.datasets.SVHN.split_list[split] for split in ("train", "test")]
    assert [[*file.urls, file.name, file.md5] for file in REMOTE_SETS["svhn"].files] == splits
