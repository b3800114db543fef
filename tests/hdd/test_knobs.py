"""What a knob must say of itself, so that forms can show it."""

import pytest

from hdd.knobs import Number

ABOUT = {"label": "Weight", "doc": "A factor.", "group": "Geometry", "bounds": (-10, 10)}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"scale": "cubic"}, "the scale of the knob 'Weight' is 'cubic': give one of linear, log"),
        ({"scale": "log"}, "needs softbounds on one side of 0"),
        ({"scale": "log", "softbounds": (-1.0, 1.0)}, "needs softbounds on one side of 0"),
        ({"softbounds": (0.0, 1.0)}, "its slider needs a step"),
    ],
)
def test_a_knob_that_no_slider_could_show_is_refused(options, problem):
    with pytest.raises(ValueError, match=problem):
        Number(1.0, **ABOUT, **options)


def test_a_knob_without_softbounds_needs_no_step():
    assert Number(1.0, **ABOUT).step is None
    assert Number(1.0, **ABOUT, softbounds=(0.0, 1.0), step=0.1).softbounds == (0.0, 1.0)
