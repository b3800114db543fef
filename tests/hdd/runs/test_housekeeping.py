"""Runs are renamed and deleted only while no engine advances them."""

import pytest

from hdd.errors import HDDError
from hdd.runs import housekeeping
from hdd.runs.history import fork
from hdd.runs.overview import family_tree, read_facts
from hdd.runs.run import Run


@pytest.fixture
def run(make_run):
    return make_run("demo")


def test_a_renamed_run_is_the_same_run_and_its_forks_still_know_it(run, tmp_path):
    run.write_note("the first one")
    child = fork(run, 0, tmp_path / "child")
    path = housekeeping.rename(run.path, "the best")
    assert path == tmp_path / "the best" and not run.path.exists()
    renamed = Run(path)
    assert (renamed.meta("id"), renamed.note) == (run.meta("id"), "the first one")
    tree = family_tree([read_facts(child.path), read_facts(path)])
    assert [(depth, facts.name) for depth, facts in tree] == [(0, "the best"), (1, "child")]


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", " padded", "x" * 101])
def test_a_name_that_cannot_be_is_refused(run, name):
    with pytest.raises(HDDError, match="cannot name a run"):
        housekeeping.rename(run.path, name)
    assert run.exists()


def test_a_name_that_is_taken_is_refused(run, tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(HDDError, match=r"something called 'taken' in .* already"):
        housekeeping.rename(run.path, "taken")
    assert run.exists()


def test_a_deleted_run_is_gone(run):
    housekeeping.delete(run.path)
    assert not run.path.exists()
    with pytest.raises(HDDError, match="There is no run in"):
        housekeeping.delete(run.path)


def test_a_link_is_not_followed(run, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(run.path, target_is_directory=True)
    with pytest.raises(HDDError, match="is a link to"):
        housekeeping.delete(link)
    assert run.exists()


def test_a_run_with_an_engine_is_neither_renamed_nor_deleted(run):
    with run.advancing():
        run.write_status("running", 0, 0.0, "")
        with pytest.raises(HDDError, match="stop it first, then rename"):
            housekeeping.rename(run.path, "other")
        with pytest.raises(HDDError, match="stop it first, then delete"):
            housekeeping.delete(run.path)
    assert run.exists()
