import numpy as np
import pytest

from workbench.core.class_layout import ClassLayout


def test_images_of_any_order_and_number_stand_in_the_row_of_their_class():
    layout = ClassLayout(np.array([2, 0, 2, 2, 0]), classes=4)
    assert (len(layout), layout.rows, layout.columns) == (5, 4, 3)
    assert layout.counts.tolist() == [2, 0, 3, 0]
    assert [layout.place(image) for image in range(5)] == [(2, 0), (0, 0), (2, 1), (2, 2), (0, 1)]
    assert all(layout.image(*layout.place(image)) == image for image in range(5))
    assert layout.members(2).tolist() == [0, 2, 3]
    assert layout.grid(np.arange(1, 6)).tolist() == [[2, 5, 0], [0, 0, 0], [1, 3, 4], [0, 0, 0]]


@pytest.mark.parametrize("place", [(0, 2), (1, 0), (4, 0), (-1, 0), (0, -1)])
def test_where_nothing_stands_there_is_no_image(place):
    assert ClassLayout(np.array([2, 0, 2, 2, 0]), classes=4).image(*place) is None


def test_a_run_has_as_many_of_each():
    layout = ClassLayout.of_equal(3, 2)
    assert layout.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert layout.place(3) == (1, 1)
