"""A set is opened as images of its data set, or shown as it is where it is none."""

from dataclasses import replace

import numpy as np
import pytest

from hdd.errors import HDDError, NotFoundError
from hdd.sets import Reading, SyntheticSet, save
from hdd.sets.formats import manifest
from workbench.core.set_opening import PICTURES, listed, opened, pictures
from workbench.core.set_place import SetPlace


@pytest.fixture
def unit(digits, tmp_path):
    """Two images of each digit, as pixels from 0 to 1, in a file that does not say so."""
    places = np.concatenate([np.flatnonzero(digits.train_labels == label)[:2] for label in range(10)])
    pixels = digits.train_images[places].float().numpy() / 255
    labels = digits.train_labels[places].numpy()
    save(SyntheticSet(pixels, labels, map(str, range(10)), (0,), (1,)), tmp_path / "set.safetensors", "safetensors")
    manifest.place(tmp_path / "set.safetensors").unlink()
    return places, pixels


def test_a_set_is_fitted_to_its_data_set(digits, unit, tmp_path):
    places, _ = unit
    assert listed(tmp_path) == ["set.safetensors"]
    found = opened(tmp_path, SetPlace("set.safetensors", "digits", Reading(values="unit")))
    assert (found.misfit, found.facts["format"], found.images.classes) == ("", "safetensors", digits.classes)
    np.testing.assert_allclose(found.images.images, digits.normalise(digits.train_images[places]).numpy(), atol=1e-5)


def test_without_a_data_set_it_is_shown_as_its_file_has_it(unit, tmp_path):
    found = opened(tmp_path, SetPlace("set.safetensors"))
    np.testing.assert_array_equal(found.images.images, unit[1])
    assert found.facts["images"] == "20×1×16×16"


def test_images_that_hold_several_are_shown_one_by_one(unit, tmp_path):
    for dataset in ("", "digits"):
        found = opened(tmp_path, SetPlace("set.safetensors", dataset, Reading(decoder="quadrants")))
        assert (found.images.decoder, len(found.images.images)) == ("plain", 80)


def test_a_set_of_other_images_is_shown_with_the_reason_why_it_does_not_fit(tmp_path):
    save(SyntheticSet(np.zeros((2, 3, 8, 8)), [0, 1], ("a", "b"), (0.5,) * 3, (0.25,) * 3), tmp_path / "set")
    found = opened(tmp_path, SetPlace("set", "digits"))
    assert "3×8×8, but those of digits are 1×16×16" in found.misfit
    assert found.images.images.shape == (2, 3, 8, 8)


def test_a_folder_of_images_is_a_data_set_only_if_the_page_offers_it(tmp_path, monkeypatch):
    from PIL import Image

    for part in ("train", "test"):
        for name in ("cat", "dog"):
            (tmp_path / "pets" / part / name).mkdir(parents=True)
            for number in range(2):
                image = Image.fromarray(np.full((20, 20, 3), 60 * number, np.uint8))
                image.save(tmp_path / "pets" / part / name / f"{number}.png")
    save(SyntheticSet(np.zeros((2, 3, 16, 16)), [0, 1], ("cat", "dog"), (0.5,) * 3, (0.25,) * 3), tmp_path / "set")
    place = SetPlace("set", f"folder:{tmp_path / 'pets'}")
    with pytest.raises(HDDError, match="none of the image folders that the page offers"):
        opened(tmp_path, place)
    monkeypatch.setenv("HDD_FOLDERS", str(tmp_path))
    (tmp_path / "pets" / "test" / "cat" / "x.png").write_bytes(b"")
    with pytest.raises(HDDError, match="set Unreadable images to skip"):
        opened(tmp_path, place)
    assert opened(tmp_path, replace(place, unreadable="skip")).misfit == ""
    (tmp_path / "pets" / "test" / "cat" / "x.png").unlink()
    found = opened(tmp_path, place)
    assert (found.misfit, found.image_size) == ("", 16)


def test_a_set_that_is_not_square_is_shown_beside_its_folder(tmp_path, monkeypatch):
    from PIL import Image

    for name in ("cat", "dog"):
        (tmp_path / "wide" / name).mkdir(parents=True)
        for number in range(2):
            Image.new("RGB", (24, 16), (60 * number, 9, 9)).save(tmp_path / "wide" / name / f"{number}.png")
    save(SyntheticSet(np.zeros((2, 3, 16, 24)), [0, 1], ("cat", "dog"), (0.5,) * 3, (0.25,) * 3), tmp_path / "set")
    monkeypatch.setenv("HDD_FOLDERS", str(tmp_path))
    found = opened(tmp_path, SetPlace("set", f"folder:{tmp_path / 'wide'}"))
    assert (found.misfit, found.image_size, found.images.classes) == ("", None, ("cat", "dog"))


def test_what_cannot_be_opened_is_said_in_one_message(tmp_path):
    with pytest.raises(NotFoundError, match="There is no set"):
        opened(tmp_path, SetPlace("set.pt"))
    (tmp_path / "set.pt").write_bytes(b"damaged")
    with pytest.raises(HDDError, match="cannot be read as a distilled set"):
        opened(tmp_path, SetPlace("set.pt"))


def test_pictures_show_the_first_images_of_classes_under_each_reading(digits, unit, tmp_path):
    place = SetPlace("set.safetensors", "digits")
    right, wrong, none = pictures(
        tmp_path, [place.with_reading(values="unit"), place, place.with_reading(values="0.5,0.5,0.5/1,1,1")]
    )
    assert none is None
    assert right.classes == wrong.classes == list(digits.classes[:PICTURES])
    np.testing.assert_array_equal(right.pixels, digits.train_images[unit[0][: 2 * PICTURES : 2]].numpy())
    assert wrong.pixels.min() > 0
