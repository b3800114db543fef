import logging

import pytest

from hdd.data import load


@pytest.fixture
def cached(image_folder, tmp_path):
    """A folder's data set, a function that loads it again, and the path of its cache file."""
    name = f"folder:{image_folder()}"
    first = load(name)
    (path,) = (tmp_path / "cache/images").iterdir()
    return first, lambda: load(name), path


def rebuilt(caplog):
    return [record for record in caplog.records if "rebuilt" in record.message]


def test_cached_images_are_used_without_a_word(cached, caplog):
    first, again, path = cached
    written = path.stat().st_mtime_ns
    with caplog.at_level(logging.DEBUG):
        assert again().fingerprint == first.fingerprint
    assert path.stat().st_mtime_ns == written and not caplog.records


@pytest.mark.parametrize("length", [0, 3, 8, 100, -1])
def test_cut_file_is_rebuilt(length, cached, caplog):
    first, again, path = cached
    path.write_bytes(path.read_bytes()[:length])
    assert again().fingerprint == first.fingerprint
    assert again().fingerprint == first.fingerprint
    assert len(rebuilt(caplog)) == 1, "the second load finds a whole file"


def test_changed_bytes_never_change_what_is_loaded(cached):
    first, again, path = cached
    whole = path.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    for position in [*range(0, header, 7), *range(header, len(whole), 211), len(whole) - 1]:
        damaged = bytearray(whole)
        damaged[position] ^= 1
        path.write_bytes(damaged)
        loaded = again()
        assert (loaded.fingerprint, loaded.classes) == (first.fingerprint, first.classes), position
        assert loaded.train_images.equal(first.train_images), position


def test_foreign_file_is_replaced(cached, caplog):
    first, again, path = cached
    path.write_bytes((2).to_bytes(8, "little") + b"{}")
    assert again().fingerprint == first.fingerprint
    assert len(rebuilt(caplog)) == 1


def test_directory_in_the_way_is_survived(cached, caplog):
    first, again, path = cached
    path.unlink()
    path.mkdir()
    (path / "x").touch()
    assert again().fingerprint == first.fingerprint
    assert any("cannot be written" in record.message for record in caplog.records)
    assert list(path.parent.iterdir()) == [path], "nothing is left behind"


@pytest.mark.parametrize("place", ["file/cache", "/proc/none"])
def test_unwritable_directory_is_survived(place, image_folder, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path / place))
    name = f"folder:{image_folder()}"
    assert load(name).fingerprint == load(name).fingerprint
    assert any("cannot be written" in record.message for record in caplog.records)


def test_default_is_below_the_home_directory(image_folder, tmp_path, monkeypatch):
    monkeypatch.delenv("HDD_CACHE_DIR")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    load(f"folder:{image_folder()}")
    assert [path.suffix for path in (tmp_path / "home/.cache/hdd/images").iterdir()] == [".safetensors"]
