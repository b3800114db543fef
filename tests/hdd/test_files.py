import pytest

from hdd.files import replace_file


@pytest.mark.parametrize("durable", [False, True])
def test_file_appears_as_a_whole(tmp_path, durable):
    path = tmp_path / "folder" / "file"
    with replace_file(path, durable) as partial:
        partial.write_bytes(b"new")
        assert not path.exists() and partial.parent == path.parent
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_failed_write_keeps_the_old_file_and_leaves_none_behind(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="disk"), replace_file(path) as partial:
        partial.write_bytes(b"ne")
        raise OSError("disk")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_no_folder_is_made_where_the_one_above_is_gone(tmp_path):
    with pytest.raises(FileNotFoundError), replace_file(tmp_path / "gone" / "live" / "file"):
        pass


def test_others_may_read_the_file_as_any_new_one(tmp_path):
    (tmp_path / "plain").touch()
    with replace_file(tmp_path / "file") as partial:
        partial.write_bytes(b"new")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode
