"""Verdicts and tags are kept in a file, and say what of a set is left out."""

import threading

import numpy as np
import pytest

from hdd.errors import InvalidInputError, StorageError
from hdd.sets import SyntheticSet
from hdd.sets.marks import NAME, Mark, Marks, Verdict, left_out, tags_of


def test_verdicts_are_kept_for_each_step_and_can_be_taken_back(tmp_path):
    verdicts = Marks(tmp_path / "verdicts.json")
    assert verdicts.of(3) == {}
    verdicts.judge(3, [1, 2], Verdict.DROP)
    verdicts.judge(3, [2], Verdict.KEEP)
    verdicts.judge(4, [1], Verdict.DOUBT)
    again = Marks(tmp_path / "verdicts.json")
    assert again.of(3) == {1: Mark(Verdict.DROP), 2: Mark(Verdict.KEEP)}
    assert again.of(4) == {1: Mark(Verdict.DOUBT)}
    again.judge(3, [1, 2], None)
    assert Marks(tmp_path / "verdicts.json").of(3) == {}


def test_verdicts_on_later_steps_can_be_forgotten(tmp_path):
    verdicts = Marks(tmp_path / NAME)
    for step in (3, 10, 20):
        verdicts.judge(step, [1], Verdict.DROP)
    verdicts.forget_after(10)
    assert [Marks(tmp_path / NAME).of(step) for step in (3, 10, 20)] == [{1: Mark(Verdict.DROP)}] * 2 + [{}]


BAD_IMAGES = ['["drop"]', '{"1": "burn"}', '{"-1": "drop"}', '{"1": {"tags": 5}}']


@pytest.mark.parametrize("text", ["{", "[]", '{"x": {}}', *(f'{{"3": {each}}}' for each in BAD_IMAGES)])
def test_a_damaged_file_is_named_and_kept(tmp_path, text):
    path = tmp_path / "verdicts.json"
    path.write_text(text)
    with pytest.raises(StorageError, match=r"verdicts\.json"):
        Marks(path)
    assert path.read_text() == text


def test_what_cannot_be_written_is_not_changed(tmp_path):
    (tmp_path / "file").touch()
    verdicts = Marks(tmp_path / "file" / "verdicts.json")
    with pytest.raises(StorageError, match="not changed"):
        verdicts.judge(0, [1], Verdict.DROP)
    assert verdicts.of(0) == {}


def test_tags_stand_beside_the_verdict_and_are_normalised(tmp_path):
    marks = Marks(tmp_path / NAME)
    assert tags_of(" two  words ,odd,, odd") == ("odd", "two words")
    marks.judge(3, [1], Verdict.DROP)
    marks.tag(3, [1, 2], add=["odd", "blurry"])
    marks.tag(3, [2], add=["odd"], remove=["blurry"])
    assert Marks(tmp_path / NAME).of(3) == {1: Mark(Verdict.DROP, ("blurry", "odd")), 2: Mark(None, ("odd",))}
    marks.judge(3, [1], None)
    marks.tag(3, [1, 2], remove=["odd", "blurry"])
    assert Marks(tmp_path / NAME).of(3) == {}
    with pytest.raises(InvalidInputError, match="at most 40 characters"):
        tags_of("x" * 41)


def digits_set(counts, decoder="plain"):
    labels = np.repeat(np.arange(len(counts)), counts)
    images = np.arange(len(labels) * 64, dtype=np.float32).reshape(-1, 1, 8, 8)
    return SyntheticSet(images, labels, ("cat", "dog"), (0.5,), (0.25,), decoder)


def test_what_is_to_be_dropped_is_left_out_and_said():
    made = digits_set([2, 3])
    marks = {0: Mark(Verdict.DROP), 3: Mark(Verdict.DOUBT), 4: Mark(None, ("drop",))}
    found = left_out(made, marks, [Verdict.DROP])
    assert np.array_equal(found.images, made.images[1:]) and found.counts == (1, 3)
    assert found.provenance["images left out"] == [0]
    assert left_out(made, marks, [Verdict.DROP, Verdict.DOUBT]).counts == (1, 2)
    assert left_out(made, {4: Mark(None, ("drop",))}, [Verdict.DROP]) is made


def test_a_part_of_a_stored_image_can_be_left_out():
    made = digits_set([1, 1], "quadrants")
    found = left_out(made, {2: Mark(Verdict.DROP)}, [Verdict.DROP])
    assert (found.decoder, found.counts) == ("plain", (3, 4))
    assert np.array_equal(found.images, np.delete(made.decoded().images, 2, axis=0))


def test_no_class_is_emptied_and_no_other_set_is_taken():
    with pytest.raises(InvalidInputError, match="Class cat would be left without images"):
        left_out(digits_set([1, 3]), {0: Mark(Verdict.DROP)}, [Verdict.DROP])
    with pytest.raises(InvalidInputError, match="image 9, but the set has 4 images"):
        left_out(digits_set([1, 3]), {9: Mark(Verdict.DROP)}, [Verdict.DROP])


def test_two_servers_lose_no_verdict_of_each_other(tmp_path):
    one, other = Marks(tmp_path / NAME), Marks(tmp_path / NAME)
    one.judge(3, [1], Verdict.DROP)
    other.judge(3, [2], Verdict.KEEP)
    assert one.of(3) == other.of(3) == Marks(tmp_path / NAME).of(3) == {1: Mark(Verdict.DROP), 2: Mark(Verdict.KEEP)}
    (tmp_path / NAME).unlink()
    assert one.of(3) == {}


def test_many_who_judge_at_once_lose_nothing(tmp_path):
    start = threading.Barrier(4)

    def judge(image):
        marks = Marks(tmp_path / NAME)
        start.wait()
        marks.judge(3, [image], Verdict.DROP)

    threads = [threading.Thread(target=judge, args=(image,)) for image in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Marks(tmp_path / NAME).of(3)) == [0, 1, 2, 3]


def test_a_file_that_was_damaged_meanwhile_is_told_and_kept(tmp_path):
    marks = Marks(tmp_path / NAME)
    marks.judge(3, [1], Verdict.DROP)
    (tmp_path / NAME).write_text("{oops")
    for act in (lambda: marks.of(3), lambda: marks.judge(3, [2], Verdict.KEEP), lambda: marks.forget_after(0)):
        with pytest.raises(StorageError, match=r"verdicts\.json cannot be read"):
            act()
    assert (tmp_path / NAME).read_text() == "{oops"
