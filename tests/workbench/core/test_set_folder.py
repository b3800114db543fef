"""Only what lies below the folder can be opened."""

import pytest
import scripted

from hdd.errors import InvalidInputError, NotFoundError
from hdd.sets import SyntheticSet, save
from workbench.core.set_folder import SetFolder


@pytest.fixture
def digits():
    return SyntheticSet(scripted.images(0)[:2], [0, 1], ("a", "b"), (0.5,), (0.25,))


@pytest.fixture
def folder(tmp_path, digits):
    root = tmp_path / "root"
    save(digits, root / "a <b>.safetensors", "safetensors")
    save(digits, root / "deep" / "set")
    save(digits, tmp_path / "outside.safetensors", "safetensors")
    return SetFolder(root)


@pytest.mark.parametrize("text", ["a <b>.safetensors", "deep/set", "./deep/set/"])
def test_a_set_below_the_folder_is_found(folder, text):
    assert folder.find(text).samefile(folder.root / text)
    assert folder.find(str(folder.root / text)).samefile(folder.root / text)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "../outside.safetensors", "deep/../../outside.safetensors", "/etc/passwd", "a\0b", "x" * 999],
)
def test_what_lies_elsewhere_is_refused_whether_it_exists_or_not(folder, text):
    with pytest.raises(InvalidInputError, match=r"does not lie in .*: give the path of a set below that folder"):
        folder.find(text)


def test_links_are_followed_only_within_the_folder(folder, tmp_path, make_run):
    (folder.root / "out").symlink_to(tmp_path / "outside.safetensors")
    (folder.root / "up").symlink_to(tmp_path)
    (folder.root / "loop").symlink_to(folder.root / "loop")
    (folder.root / "far").symlink_to(make_run("run", steps=20).path)
    (folder.root / "within").symlink_to(folder.root / "deep")
    for text in ("out", "up/outside.safetensors", "loop", "far", "far@20"):
        with pytest.raises(InvalidInputError, match="does not lie in"):
            folder.find(text)
    assert folder.find("within/set").is_dir()


def test_a_set_holds_no_links_out_of_the_folder(folder, tmp_path):
    inside = folder.root / "images" / "cat"
    inside.mkdir(parents=True)
    (inside / "1.png").symlink_to(folder.root / "a <b>.safetensors")
    assert folder.find("images").is_dir()
    (inside / "2.png").symlink_to(tmp_path / "outside.safetensors")
    with pytest.raises(InvalidInputError, match=r"'images' holds a link, 'cat/2\.png', that leads out of"):
        folder.find("images")
    (inside / "2.png").unlink()
    (folder.root / "images" / "dog").symlink_to(tmp_path)
    with pytest.raises(InvalidInputError, match="'dog'"):
        folder.find("images")


def test_a_step_of_a_run_is_found(root, make_run):
    make_run("run", steps=20)
    assert SetFolder(root).find("run@20").name == "run@20"
    assert SetFolder(root).find("run").name == "run"


def test_what_is_not_there_is_said(folder):
    with pytest.raises(NotFoundError, match=r"There is no set 'b\.pt'"):
        folder.find("b.pt")


def test_the_list_has_sets_and_no_runs_links_or_hidden_files(folder, digits, root, make_run):
    (folder.root / "notes.txt").write_text("no set")
    (folder.root / "broken.pt").write_bytes(b"no set either")
    (folder.root / "out").symlink_to(folder.root / "deep" / "set")
    save(digits, folder.root / ".hidden" / "set")
    make_run("run", steps=20)
    assert folder.listed() == ["a <b>.safetensors", "broken.pt", "deep/set"]
    assert SetFolder(root).listed() == []
    assert SetFolder(root / "no folder").listed() == []
