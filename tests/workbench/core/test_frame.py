import numpy as np
import pytest

from workbench.core.frame import nearest_images, shown_step
from workbench.core.source import SourceState, StepImages


class Live(SourceState):
    """A source that goes on, whose newest images are those of step 46."""

    frame = StepImages(46, np.zeros((1, 1, 2, 2), np.float32))

    @property
    def live(self):
        return self.frame


@pytest.mark.parametrize(("selected", "step"), [(None, 47), (14, 14), (10**6, 47), (0, 0)])
def test_the_step_that_is_looked_at_is_one_that_there_is(selected, step):
    assert shown_step(SourceState(step=47), selected) == step


@pytest.mark.parametrize(("step", "kept"), [(0, 0), (9, 0), (10, 10), (39, 10), (1000, 40)])
def test_images_are_those_of_the_nearest_kept_step_before(step, kept):
    assert nearest_images(SourceState(step=1000, kept=(0, 10, 40)), step) == kept


def test_nothing_kept_is_nothing_to_show():
    assert nearest_images(SourceState(), 5) is None
    assert nearest_images(SourceState(kept=(10,)), 5) is None


def test_a_live_frame_is_shown_where_it_is_the_newest_that_is_not_later():
    assert nearest_images(Live(step=47, kept=(0, 40)), 47) is Live.frame
    assert nearest_images(Live(step=47, kept=()), 47) is Live.frame
    assert nearest_images(Live(step=47, kept=(0, 40)), 45) == 40
    assert nearest_images(Live(step=47, kept=(0, 40, 47)), 47) == 47
