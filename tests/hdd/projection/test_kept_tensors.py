import logging
import stat

import torch

from hdd.projection.kept_tensors import kept_file, read_kept, write_kept

CPU = torch.device("cpu")


def test_what_is_written_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path))
    path = kept_file("views", "plane", 3)
    assert path.is_relative_to(tmp_path) and path != kept_file("views", "plane", 4)
    assert read_kept(path, CPU) is None
    tensors = {"a": torch.arange(6.0).view(2, 3).T, "b": torch.tensor(0.5)}
    write_kept(path, tensors)
    found = read_kept(path, CPU)
    assert found.keys() == tensors.keys() and all(torch.equal(found[name], tensors[name]) for name in tensors)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_damaged_file_is_reported_and_made_again(tmp_path, caplog):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"no tensors")
    with caplog.at_level(logging.WARNING):
        assert read_kept(path, CPU) is None
    assert f"{path} cannot be read and will be made again" in caplog.text


def test_a_folder_that_cannot_be_written_is_reported(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        write_kept(tmp_path / "file" / "x.safetensors", {"a": torch.zeros(1)})
    assert "cannot be written" in caplog.text
    assert stat.S_ISREG((tmp_path / "file").stat().st_mode)
