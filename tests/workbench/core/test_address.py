"""What an address says is what a page shows."""

from urllib.parse import parse_qs, urlencode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdd.projection import VIEWS
from workbench.core import address
from workbench.core.class_layout import ClassLayout
from workbench.core.frame import COLOR_BY, Selection


class Pets:
    """As much of a source as an address needs: three cats and a dog."""

    classes = ("cat", "dog & “co”")
    layout = ClassLayout(np.array([0, 0, 0, 1]), 2)
    viewing = "cats and dogs"
    changes = True


def query(pairs):
    """The pairs as Panel gives the query of an address that holds them."""
    return {name: [text.encode() for text in texts] for name, texts in parse_qs(urlencode(pairs)).items()}


@given(
    step=st.none() | st.integers(0, 10**9),
    synthetic=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), unique=True),
    real=st.lists(st.integers(0, 10**6), unique=True),
    color_by=st.sampled_from(COLOR_BY),
    classes=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True),
    view=st.sampled_from(list(VIEWS)),
    network=st.sampled_from(["random", "trained"]),
    figure=st.sampled_from(["", "triangle"]),
    centred=st.booleans(),
)
def test_an_address_brings_back_what_it_was_made_of(**values):
    pairs = address.write([("run", "a run")], "compare", Selection(**values))
    assert pairs[:2] == [("run", "a run"), ("tab", "compare")]
    read, problems = address.read(query(pairs))
    assert problems == []
    assert Selection(**read).param.values() | {"name": ""} == Selection(**values).param.values() | {"name": ""}


def test_what_a_page_begins_with_is_not_in_its_address():
    assert address.write([("run", "run")], "", Selection()) == [("run", "run")]


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("step", "-1", "a step of the run"),
        ("step", "ten", "a step of the run"),
        ("synthetic", "3", "class and number, such as 3-0"),
        ("synthetic", "a-b", "class and number, such as 3-0"),
        ("real", "first", "numbers of real images"),
        ("color_by", "taste", f"one of {', '.join(COLOR_BY)}"),
        ("view", "torus", f"one of {', '.join(VIEWS)}"),
        ("network", "vgg", "one of random, trained"),
        ("centred", "perhaps", "yes"),
    ],
)
def test_what_means_nothing_is_said_and_left_out(name, text, allowed):
    read, problems = address.read({name: [text.encode()], "centre": [b"5"], "step" if name != "step" else "x": [b"4"]})
    assert name not in read
    assert problems == [f"The address asks for {name} “{text}”; allowed: {allowed}."]


def test_only_what_a_source_has_is_kept():
    values = {
        "view": "plane",
        "classes": ["dog & “co”", "horse"],
        "synthetic": [(0, 2), (1, 1)],
        "real": [5],
        "step": 7,
    }
    assert address.fitting(values, Pets) == values | {"classes": ["dog & “co”"], "synthetic": [(0, 2)]}
