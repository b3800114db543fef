"""Marks by the images of the wall: of stored images that hold several, of pruned sets, and of sessions side by side."""

from types import SimpleNamespace

import numpy as np
import pytest

from hdd.errors import StorageError
from hdd.pruning.mask import Mask
from hdd.sets.marks import Mark, Marks, Verdict
from workbench.core.audited import Audited
from workbench.core.class_layout import ClassLayout
from workbench.core.marking import Marking


@pytest.fixture
def make(tmp_path):
    """The marks of a source of three stored images with four images each, of which the second is left out."""

    def make_(rewinds=0):
        kept = np.array([True, False, True])
        source = SimpleNamespace(
            layout=ClassLayout(np.array([0, 0, 1]), 2, held=4),
            state=SimpleNamespace(rewinds=rewinds),
            mask_at=lambda state, step: Mask(kept, np.zeros(3, np.float32)),
        )
        return Marking(source, Audited(tmp_path, (), tmp_path / "verdicts.json", "id", True))

    return make_


def test_an_image_of_the_wall_is_all_that_it_holds(make, tmp_path):
    marking = make()
    marking.judge_images(5, [2], Verdict.DROP)
    marking.tag_images(5, [0], ["odd"], [])
    assert Marks(tmp_path / "verdicts.json").of(5) == {
        **{image: Mark(None, ("odd",)) for image in range(4)},
        **{image: Mark(Verdict.DROP) for image in range(4, 8)},
    }
    assert marking.of_images(5, [2]) == [Mark(Verdict.DROP)] * 4
    assert marking.of_images(5, [1]) == []
    assert marking.stored(5)[7] == 2


def test_sessions_see_what_others_mark_until_a_rewind_takes_it_back(make, tmp_path):
    one, other = make(), make()
    assert other.of(5) == {}
    one.judge(5, [3], Verdict.KEEP)
    assert other.of(5) == {3: Mark(Verdict.KEEP)}
    Marks(tmp_path / "verdicts.json").forget_after(0)
    assert make(rewinds=1).of(5) == {}


def test_damaged_marks_are_told_and_kept(make, tmp_path):
    (tmp_path / "verdicts.json").write_text("{")
    with pytest.raises(StorageError, match="repair or remove"):
        make().judge(5, [3], Verdict.KEEP)
    assert (tmp_path / "verdicts.json").read_text() == "{"
