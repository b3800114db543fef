"""Verdicts are kept in a file."""

import pytest

from hdd.errors import StorageError
from hdd.sets.verdicts import NAME, Verdict, Verdicts


def test_verdicts_are_kept_for_each_step_and_can_be_taken_back(tmp_path):
    verdicts = Verdicts(tmp_path / "verdicts.json")
    assert verdicts.of(3) == {}
    verdicts.give(3, [1, 2], Verdict.DROP)
    verdicts.give(3, [2], Verdict.KEEP)
    verdicts.give(4, [1], Verdict.DOUBT)
    again = Verdicts(tmp_path / "verdicts.json")
    assert again.of(3) == {1: "drop", 2: "keep"}
    assert again.of(4) == {1: "doubt"}
    again.give(3, [1, 2], None)
    assert Verdicts(tmp_path / "verdicts.json").of(3) == {}


def test_verdicts_on_later_steps_can_be_forgotten(tmp_path):
    verdicts = Verdicts(tmp_path / NAME)
    for step in (3, 10, 20):
        verdicts.give(step, [1], Verdict.DROP)
    verdicts.forget_after(10)
    assert [Verdicts(tmp_path / NAME).of(step) for step in (3, 10, 20)] == [{1: "drop"}, {1: "drop"}, {}]


@pytest.mark.parametrize("text", ["{", "[]", '{"3": ["drop"]}', '{"3": {"1": "burn"}}', '{"x": {}}'])
def test_a_damaged_file_is_named_and_kept(tmp_path, text):
    path = tmp_path / "verdicts.json"
    path.write_text(text)
    with pytest.raises(StorageError, match=r"verdicts\.json"):
        Verdicts(path)
    assert path.read_text() == text


def test_what_cannot_be_written_is_not_changed(tmp_path):
    (tmp_path / "file").touch()
    verdicts = Verdicts(tmp_path / "file" / "verdicts.json")
    with pytest.raises(StorageError, match="not changed"):
        verdicts.give(0, [1], Verdict.DROP)
    assert verdicts.of(0) == {}
