"""What a click does to the selection, and where the keyboard goes."""

import numpy as np
import pytest

from workbench.core.cursor import Cursor
from workbench.core.frame import Selection


def chosen(selection):
    return selection.synthetic, selection.real


def test_a_click_selects_one_image_and_a_second_click_none():
    selection = Selection()
    selection.click(False, synthetic=(1, 2))
    assert chosen(selection) == ([(1, 2)], []) and selection.image == (1, 2)
    selection.click(False, real=700)
    assert chosen(selection) == ([], [700]) and selection.image is None
    selection.click(False, real=700)
    assert selection.count == 0


def test_more_images_are_added_and_taken_out():
    selection = Selection()
    selection.click(True, synthetic=(0, 0))
    selection.click(True, synthetic=(3, 1))
    selection.click(True, real=5)
    assert chosen(selection) == ([(0, 0), (3, 1)], [5]) and selection.count == 3 and selection.image is None
    selection.click(True, synthetic=(0, 0))
    assert chosen(selection) == ([(3, 1)], [5])
    selection.click(False, synthetic=(3, 1))
    assert chosen(selection) == ([(3, 1)], [])
    selection.clear()
    assert selection.count == 0


def test_setting_the_image_selects_it_alone():
    selection = Selection(real=[1, 2], synthetic=[(0, 1)])
    selection.image = (4, 4)
    assert chosen(selection) == ([(4, 4)], [])
    selection.image = None
    assert selection.count == 0


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["ArrowRight", "ArrowRight", "ArrowLeft"], (0, 1)),
        (["ArrowLeft"], (0, 0)),
        (["End"], (0, 4)),
        (["End", "ArrowDown"], (2, 1)),
        (["ArrowDown", "ArrowDown", "ArrowDown"], (3, 0)),
        (["ArrowDown", "ArrowUp", "ArrowUp"], (0, 0)),
        (["ArrowDown", "End", "Home"], (2, 0)),
    ],
)
def test_keys_stay_among_the_images_and_pass_over_empty_rows(keys, place):
    cursor = Cursor()
    for key in keys:
        cursor = cursor.moved(key, np.array([5, 0, 2, 3]))
    assert (cursor.label, cursor.index) == place


def test_without_images_the_keyboard_stays_where_it_is():
    assert Cursor(2, 1).moved("ArrowDown", np.zeros(4, int)) == Cursor(2, 1)
