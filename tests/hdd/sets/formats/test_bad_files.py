"""Files that are damaged, hostile or no sets: one message each, and nothing in them runs."""

import io
import os
import pickle
import struct
import zipfile

import numpy as np
import published
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdd import memory, sets
from hdd.errors import HDDError
from hdd.sets import Reading


class Attack:
    """When it is unpickled, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def attacks(path):
    """The attack as a plain pickle, and within archives of torch, old and new."""
    yield "plain.pkl", pickle.dumps(Attack(path))
    yield "protocol0.pkl", pickle.dumps(Attack(path), 0)
    for legacy in (False, True):
        file = io.BytesIO()
        torch.save({"data": [[torch.zeros(1), Attack(path)]]}, file, _use_new_zipfile_serialization=not legacy)
        yield f"res_{legacy}.pt", file.getvalue()
    # What torch itself would read within a tensor of a plain pickle.
    inner = pickle.dumps((torch.zeros(2),)).replace(
        b"collections\x94\x8c\x0bOrderedDict", b"builtins\x94\x8c\x04eval\x94000"
    )
    yield "inner.pkl", inner


def test_code_in_a_pickle_never_runs(tmp_path):
    made = tmp_path / "made by the attack"
    for name, content in attacks(made):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(HDDError, match=f"{name} cannot be read"):
            sets.load(tmp_path / name)
    assert not made.exists()
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(Attack(made)))
    with pytest.raises(HDDError, match=r"it would run posix\.mkdir, which is no tensor|it would run nt\.mkdir"):
        sets.load(tmp_path / "plain.pkl")


def of_stored(path, change):
    """Rewrites the archive of torch at `path` with the content that `change(name, content)` returns."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, change(name, content))


def test_a_tensor_larger_than_the_file_takes_no_memory(tmp_path):
    path = published.pair(tmp_path / "data_best.pt")
    small, huge = struct.pack("<BH", ord("M"), 6 * 3 * 8 * 8), struct.pack("<Bi", ord("J"), 2**31 - 1)

    def declare(name, content):
        return content.replace(small, huge) if name.endswith("data.pkl") else content

    of_stored(path, declare)
    with pytest.raises(HDDError, match="2147483647 numbers are declared, but there are only"):
        sets.load(path)


def test_an_array_larger_than_the_file_takes_no_memory(tmp_path):
    with zipfile.ZipFile(tmp_path / "set.npz", "w") as archive:
        for name in ("images.npy", "labels.npy"):
            file = io.BytesIO()
            header = {"descr": "<f4", "fortran_order": False, "shape": (2**40, 8, 8, 3)}
            np.lib.format.write_array_header_1_0(file, header)
            archive.writestr(name, file.getvalue())
    with pytest.raises(HDDError, match="larger than the file"):
        sets.load(tmp_path / "set.npz")


def test_arrays_that_the_memory_cannot_hold_are_not_read(tmp_path, monkeypatch):
    path = tmp_path / "black.npz"
    np.savez_compressed(path, images=np.zeros((64, 64, 64, 3)), labels=np.zeros(64, int))
    assert sets.load(path).counts == (64,), "a set that is compressed well is a set"
    monkeypatch.setattr(memory, "available", lambda: 12e6)
    with pytest.raises(HDDError, match=r"The images\.npy in .*black\.npz would take 0\.0 GiB .*give a smaller set"):
        sets.load(path)


@pytest.mark.parametrize("put", ["item", "items", "dictionary", "ordered"])
def test_keys_that_are_nested_deeply_are_refused(tmp_path, put):
    """Python goes through such a key without a limit, which ends the process."""
    deep = b")" + b"\x85" * 200_000
    content = {
        "item": b"}" + deep + b"K\x01s",
        "items": b"}(" + deep + b"K\x01u",
        "dictionary": b"(" + deep + b"K\x01d",
        "ordered": b"ccollections\nOrderedDict\n]" + deep + b"K\x01\x86a\x85R",
    }[put]
    (tmp_path / "deep.pkl").write_bytes(b"\x80\x02" + content + b".")
    with pytest.raises(HDDError, match="a dictionary whose keys are neither texts nor numbers"):
        sets.load(tmp_path / "deep.pkl")


def test_numbers_of_a_type_that_is_not_read_are_named(tmp_path):
    for kind, name in ((torch.float8_e4m3fn, "float8_e4m3fn"), (torch.complex64, "ComplexFloatStorage")):
        torch.save([torch.zeros(6, 3, 8, 8).to(kind), torch.tensor(published.LABELS)], tmp_path / "data_x.pt")
        with pytest.raises(
            HDDError, match=f"data_x.pt holds numbers of the type torch.{name}, .* save them as torch.float32.$"
        ):
            sets.load(tmp_path / "data_x.pt")


def test_arrays_of_objects_are_refused(tmp_path):
    np.savez(tmp_path / "set.npz", images=np.array([{}]), labels=np.zeros(1), allow_pickle=True)
    with zipfile.ZipFile(tmp_path / "set.npz") as archive:
        parts = {name: archive.read(name) for name in ("images.npy", "labels.npy")}
    with zipfile.ZipFile(tmp_path / "set.npz", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(HDDError, match="is no array of numbers"):
        sets.load(tmp_path / "set.npz")


@pytest.mark.parametrize("name", ["../1/x.png", "/0/x.png", "0\\..\\..\\x.png"])
def test_archives_do_not_lead_out_of_themselves(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr(name, b"")
    with pytest.raises(HDDError, match="leads out of it"):
        sets.load(tmp_path / "set.zip")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((6, 8, 8, 3)), published.LABELS, r"images have the shape \(6, 8, 8, 3\)"),
        (np.zeros((6, 3, 8)), published.LABELS, r"images have the shape"),
        (np.full((6, 3, 8, 8), np.nan), published.LABELS, "6 of 6 images hold numbers that are not finite"),
        (np.zeros((6, 3, 8, 8)), published.LABELS[:5], "labels of 6 images"),
        (np.zeros((6, 3, 8, 8)), published.LABELS - 1, "labels of 2 classes must be whole numbers from 0 to 1"),
        (np.zeros((6, 3, 8, 8)), published.LABELS + 0.5, "must be whole numbers"),
        (np.zeros((6, 3, 8, 8)), np.full(6, np.nan), "not all finite"),
        (np.zeros((6, 3, 8, 8)), published.LABELS + 10**9, "at most 100000 classes"),
        (np.zeros((0, 3, 8, 8)), published.LABELS[:0], "must have the shape"),
        (np.zeros((6, 3, 8, 8)), np.zeros((6, 0)), r"labels have the shape \(6, 0\), but \(count,\) is expected"),
        (np.zeros((6, 3, 8, 8)), np.array(1), r"labels have the shape \(\)"),
        (
            np.full((6, 3, 8, 8), -1, np.int16),
            published.LABELS,
            "whole numbers from -1 to -1, which are neither pixels",
        ),
        (np.full((6, 3, 8, 8), 65536), published.LABELS, "save pixels as whole numbers from 0 to 255"),
    ],
)
def test_arrays_that_are_no_set(tmp_path, images, labels, message):
    path = tmp_path / "data_best.pt"
    torch.save([torch.tensor(images), torch.tensor(labels)], path)
    with pytest.raises(HDDError, match=message) as told:
        sets.load(path)
    assert str(path) in str(told.value)


def test_arrays_of_the_wrong_order_are_told_as_they_are(tmp_path):
    np.savez(tmp_path / "set.npz", images=published.images(), labels=published.LABELS)
    with pytest.raises(HDDError, match=r"shape \(6, 3, 8, 8\).*save images\.transpose\(0, 2, 3, 1\)"):
        sets.load(tmp_path / "set.npz")
    np.savez(tmp_path / "set.npz", images=published.images().transpose(0, 2, 3, 1) * 1j, labels=published.LABELS)
    with pytest.raises(HDDError, match=r"is damaged .*no array of numbers"):
        sets.load(tmp_path / "set.npz")


def test_an_option_that_the_format_has_not(tmp_path):
    path = published.pair(tmp_path / "data_best.pt")
    with pytest.raises(HDDError, match="experiment=1 is not allowed for the format pair"):
        sets.load(path, Reading(experiment=1))


def test_images_that_the_memory_cannot_hold_are_not_read(tmp_path, monkeypatch):
    path, _ = published.family("zip", tmp_path)
    monkeypatch.setattr(memory, "available", lambda: 1e3)
    for place in (path, tmp_path / "here"):
        with pytest.raises(HDDError, match=r"4 images such as .*class0\.png would take .* give fewer or smaller"):
            sets.load(place)


def test_a_pipe_among_the_images(tmp_path):
    published.class_folders(tmp_path, ["0", "1"])
    os.mkfifo(tmp_path / "1" / "pipe.png")
    with pytest.raises(HDDError, match=r"1/pipe\.png cannot be read \(it is no regular file"):
        sets.load(tmp_path)


def test_a_table_without_rows(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(
        pyarrow.table({"image": pyarrow.array([], pyarrow.binary()), "label": []}), tmp_path / "x.parquet"
    )
    with pytest.raises(HDDError, match=r"x\.parquet has no rows"):
        sets.load(tmp_path / "x.parquet")


def test_images_that_cannot_be_read_are_named(tmp_path):
    published.class_folders(tmp_path, ["0", "1"])
    (tmp_path / "1" / "class0.png").write_bytes(b"no image")
    with pytest.raises(HDDError, match=r"class0\.png cannot be read \(no known image format\)"):
        sets.load(tmp_path)


@pytest.fixture(scope="module", params=published.FAMILIES)
def valid(request, tmp_path_factory):
    path, file = published.family(request.param, tmp_path_factory.mktemp(request.param))
    sets.load(path)
    return path, file, file.read_bytes()


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_give_one_message_or_a_set(valid, data):
    path, file, content = valid
    if data.draw(st.booleans()):
        damaged = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        changed = bytearray(content)
        # The numbers of the images fill most of a file, so the places near its ends are drawn more often.
        places = st.one_of(st.integers(0, min(2000, len(content) - 1)), st.integers(0, len(content) - 1))
        for place in data.draw(st.lists(places, min_size=1, max_size=4)):
            changed[place] = data.draw(st.integers(0, 255))
        damaged = bytes(changed)
    file.write_bytes(damaged)
    try:
        assert isinstance(sets.load(path, Reading(class_count=3)), sets.SyntheticSet)
    except HDDError as error:
        assert str(error)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=60))
def test_any_bytes_as_a_pickle_give_one_message(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.pkl"
    path.write_bytes(b"\x80\x04" + content)
    with pytest.raises(HDDError):
        sets.load(path)
