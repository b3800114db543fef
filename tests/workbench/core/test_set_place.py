"""An address brings back the set and how it was read."""

from urllib.parse import parse_qs, urlencode

import pytest

from hdd.errors import HDDError
from hdd.sets import Reading
from workbench.core.set_place import NAMES, SetPlace


@pytest.mark.parametrize(
    "place",
    [
        SetPlace("res.pt"),
        SetPlace("res.pt", "folder:pets", Reading(values="unit"), "skip"),
        SetPlace("a & b/res=1.pt", "cifar10", Reading(values="0.5,0.5,0.5/0.25,0.25,0.25", class_count=10)),
        SetPlace("kip.npz", "folder:/tmp/ä", Reading(classes="cat,dog & “co”", channels="bgr")),
    ],
)
def test_an_address_brings_back_what_it_was_made_of(place):
    assert {name for name, _ in place.write()} <= {*NAMES}
    query = {name: [text.encode() for text in texts] for name, texts in parse_qs(urlencode(place.write())).items()}
    assert SetPlace.read(query) == place


def test_an_address_without_a_set_asks_for_none():
    assert SetPlace.read({"dataset": [b"digits"], "run": [b"run"]}) is None
    assert SetPlace.read({"set": [b""]}) is None


def test_a_reading_that_is_not_allowed_is_refused():
    with pytest.raises(HDDError, match="write NAME=VALUE"):
        SetPlace.read({"set": [b"res.pt"], "as": [b"taste=sweet"]})
    with pytest.raises(HDDError, match="values='loud' is not allowed"):
        SetPlace("res.pt").with_reading(values="loud")


def test_another_reading_keeps_what_was_read_before():
    place = SetPlace("res.pt", "digits", Reading(experiment=2, values="unit"))
    assert place.with_reading(values="pixels", class_count="10") == SetPlace(
        "res.pt", "digits", Reading(experiment=2, values="pixels", class_count=10)
    )
