"""A source gets columns only if they differ from those that it has."""

import numpy as np
import pytest
from bokeh.models import ColumnDataSource

from workbench.views.columns import put

PAIR = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        ({"x": []}, {"x": []}, 0),
        ({"x": []}, {"x": [1]}, 1),
        ({"x": [1, "a"]}, {"x": [1, "a"]}, 0),
        ({"x": [1, "a"]}, {"x": [1, "b"]}, 1),
        ({"x": [1]}, {"y": [1]}, 1),
        ({"x": PAIR}, {"x": PAIR.copy()}, 0),
        ({"x": PAIR}, {"x": 2 * PAIR}, 1),
        ({"x": PAIR}, {"x": [1.0, 2.0]}, 0),
        ({"xs": [PAIR, PAIR[:1]]}, {"xs": [PAIR.copy(), PAIR[:1]]}, 0),
        ({"xs": [PAIR, PAIR]}, {"xs": [PAIR, PAIR[:1]]}, 1),
        ({"xs": [[1, 2]]}, {"xs": [[1, 2]]}, 0),
    ],
)
def test_only_other_columns_are_sent(old, new, sent):
    source, changes = ColumnDataSource(old), []
    source.on_change("data", lambda attr, old, new: changes.append(new))
    put(source, new)
    assert len(changes) == sent and source.data.keys() == new.keys()
