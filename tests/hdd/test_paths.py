"""Folders and names on which several parts agree."""

import errno
import tempfile
from pathlib import Path

import pytest

from hdd.data import available
from hdd.errors import StorageError
from hdd.paths import cache_folder, data_set_title, temporary_folder


@pytest.fixture
def homeless(monkeypatch):
    """A user without a home, as in some containers and services."""
    for variable in ("HOME", "HDD_CACHE_DIR", "HDD_DATA_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda user: {}[user])


@pytest.fixture
def no_temporary_folder(monkeypatch):
    def fail():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in []")

    monkeypatch.setattr("tempfile.gettempdir", fail)


def test_a_user_without_a_home_has_temporary_folders(homeless):
    assert cache_folder() == Path(tempfile.gettempdir()) / "hdd"
    assert available()


def test_what_there_is_can_be_listed_without_any_folder_to_write(homeless, no_temporary_folder):
    assert available()


def test_without_a_folder_for_temporary_files_one_is_asked_for(no_temporary_folder):
    with pytest.raises(StorageError, match=r"no folder for temporary files .* set TMPDIR"):
        temporary_folder()


def test_a_named_folder_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path))
    assert cache_folder() == tmp_path


def test_a_folder_is_called_what_it_is_called_from_outside(monkeypatch, tmp_path):
    (tmp_path / "cats" / "train").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "cats")
    assert data_set_title("folder:.") == "cats"
    assert data_set_title("folder:train") == "train"
    assert data_set_title("folder:..") == tmp_path.name
    assert data_set_title("cifar10") == "cifar10"
