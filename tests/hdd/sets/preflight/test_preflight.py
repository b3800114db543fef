"""Sets of which it is known what is wrong with them: real digits and made-up colours, coded as published files are."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from hdd import sets
from hdd.data import Dataset, load
from hdd.errors import HDDError
from hdd.sets import Reading, SyntheticSet, fitted
from hdd.sets.fitting import corrected
from hdd.sets.preflight import Severity, preflight
from hdd.sets.whitening import unwhitened, whitened

IPC = 5


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def colours():
    """Twelve classes of smooth pictures, each with a tint and a bright corner of its own."""
    random = np.random.default_rng(0)
    classes, each = 12, 30
    labels = np.repeat(np.arange(classes), each)
    base = random.random((classes, 3, 5, 5))[labels] + 0.15 * random.standard_normal((classes * each, 3, 5, 5))
    smooth = torch.nn.functional.interpolate(torch.tensor(base), size=(16, 16), mode="bicubic")
    images = (smooth + 0.02 * torch.tensor(random.standard_normal(smooth.shape))).clamp(0, 1).mul(255).byte()
    mean, std = (getattr(images.double().div(255), what)((0, 2, 3)).float() for what in ("mean", "std"))
    train, label = torch.arange(len(labels)) % 3 != 0, torch.tensor(labels)
    names = tuple(f"class {letter}" for letter in "lkjihgfedcba")
    return Dataset("made up", images[train], label[train], images[~train], label[~train], names, mean, std, "0" * 64)


def real_set(data, code=lambda pixels, normalised: normalised, meaning=None, values="dataset", count=IPC):
    """Real test images as a published file without names would hold them; label i stands for class meaning[i]."""
    classes = len(data.classes)
    places = np.concatenate([np.flatnonzero(data.test_labels.numpy() == c)[:count] for c in range(classes)])
    pixels = data.test_images[places].float() / 255
    images = code(pixels.numpy(), data.normalise(data.test_images[places]).numpy())
    labels = np.argsort(range(classes) if meaning is None else meaning)[data.test_labels[places].numpy()]
    about = {"class names unknown": "in order"} | ({"values": values} if values else {})
    zeros, ones = (0,) * data.channels, (1,) * data.channels
    return SyntheticSet(images, labels, map(str, range(classes)), zeros, ones, provenance={"file": about})


def warned(report):
    return {each.check for each in report.findings if each.severity != Severity.NOTE}


def test_a_set_that_is_right_has_only_notes(digits, colours):
    for data in (digits, colours):
        report = preflight(real_set(data), data)
        assert report.clean and report.suggested == {}, [each.words for each in report.findings]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ("unit", lambda pixels, normalised: pixels),
        ("pixels", lambda pixels, normalised: 255 * pixels),
        ("symmetric", lambda pixels, normalised: 2 * pixels - 1),
    ],
)
def test_the_meaning_of_the_numbers(digits, values, code):
    report = preflight(real_set(digits, code), digits)
    assert report.suggested == {"values": values}
    mended = corrected(real_set(digits, code), Reading.of_texts([f"values={values}"]))
    assert preflight(mended, digits).clean
    np.testing.assert_allclose(fitted(mended, digits).images, fitted(real_set(digits), digits).images, atol=1e-5)


def test_red_and_blue_exchanged(colours):
    exchanged = real_set(colours, lambda pixels, normalised: normalised[:, ::-1])
    assert preflight(exchanged, colours).suggested["channels"] == "bgr"
    # The normalisation of the data set belongs to its own order of channels, so the numbers are exchanged back.
    mended = corrected(exchanged, Reading(channels="bgr"))
    np.testing.assert_array_equal(fitted(mended, colours).images, real_set(colours).images)
    with pytest.raises(HDDError, match="have no colours"):
        corrected(real_set(load("digits")), Reading(channels="bgr"))


@pytest.mark.parametrize("order", ["string order", "alphabetical"])
def test_classes_in_another_order(colours, order):
    names = colours.classes
    meaning = {
        "string order": [int(each) for each in sorted(map(str, range(12)))],
        "alphabetical": sorted(range(12), key=names.__getitem__),
    }[order]
    other = real_set(colours, meaning=meaning)
    assert preflight(other, colours).suggested == {"classes": order}
    mended = fitted(corrected(other, Reading(classes=order)), colours)
    np.testing.assert_array_equal(mended.labels, fitted(real_set(colours), colours).labels)


def test_some_classes_in_another_order(digits):
    """Most labels are right, so the set is not as bad as chance, but it is clearly worse than real images."""
    report = preflight(real_set(digits, meaning=[0, 1, 2, 3, 5, 6, 7, 8, 9, 4]), digits)
    assert warned(report) == {"classes"} and report.suggested == {}
    assert "Fewer images look like the classes of their labels" in " ".join(each.words for each in report.findings)


def test_folders_named_by_the_numbers_of_the_data_set(colours, tmp_path):
    """The classes of a folder of real images are in the order of texts: 0, 1, 10, 11, 2, …"""
    names = sorted(map(str, range(12)))
    numbered = replace(colours, classes=tuple(names))
    for label, name in enumerate(names):
        (tmp_path / name).mkdir()
        image = colours.test_images[colours.test_labels == label][0]
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(tmp_path / name / "0.png")
    assert fitted(sets.load(tmp_path), numbered).labels.tolist() == [names.index(str(label)) for label in range(12)]
    assert fitted(sets.load(tmp_path), colours).labels.tolist() == list(range(12)), "no names of the data set"
    said = sets.load(tmp_path, Reading(classes="in order"))
    assert fitted(said, numbered).labels.tolist() == list(range(12)), "the user knows better"
    said = sets.load(tmp_path, Reading(classes="string order"))
    assert fitted(said, numbered).labels.tolist() == [int(name) for name in names]
    (tmp_path / "3" / "0.png").unlink()
    assert fitted(sets.load(tmp_path, Reading(class_count=12)), numbered).counts[names.index("3")] == 0


def test_labels_that_say_nothing(digits):
    report = preflight(real_set(digits, meaning=[3, 4, 5, 6, 7, 8, 9, 0, 1, 2]), digits)
    assert warned(report) == {"classes"} and report.suggested == {}


def test_whitened_images(digits):
    made = real_set(digits, lambda pixels, normalised: whitened(pixels, digits))
    report = preflight(made, digits)
    assert "whitening" in warned(report) and report.suggested["values"] == "zca"
    mended = fitted(corrected(made, Reading(values="zca")), digits)
    np.testing.assert_allclose(mended.images, real_set(digits).images, atol=2e-3)


def test_whitening_is_that_of_its_formula(digits):
    """U (Λ + 0.1)^(−1/2) Uᵀ (x − μ), by another decomposition, in double precision."""
    pixels = digits.train_images.flatten(1).double().numpy() / 255
    left, values, _ = np.linalg.svd(np.cov(pixels.T))
    images = digits.test_images[:4].numpy() / np.float32(255)
    wanted = (images.reshape(4, -1) - pixels.mean(0)) @ left @ np.diag((values + 0.1) ** -0.5) @ left.T
    np.testing.assert_allclose(whitened(images, digits).reshape(4, -1), wanted, atol=1e-4)
    np.testing.assert_allclose(unwhitened(whitened(images, digits), digits), images, atol=1e-4)


def test_four_images_in_each(colours):
    ramp = np.linspace(-1, 1, 16)[:, None] + np.linspace(-1, 1, 16)

    def plain(pixels, normalised):
        return normalised.mean(axis=(2, 3), keepdims=True) + ramp

    def coded(pixels, normalised):
        return np.tile(plain(pixels, normalised)[:, :, ::2, ::2], (2, 2))

    assert preflight(real_set(colours, coded), colours).suggested["decoder"] == "quadrants"
    right = real_set(colours, plain)
    assert "decoder" not in preflight(right, colours).suggested
    other = corrected(right, Reading(decoder="quadrants"))
    assert preflight(other, colours).suggested["decoder"] == "plain"


def test_duplicates_missing_classes_and_scores(digits):
    one = real_set(digits, count=2)
    images = one.images.copy()
    images[1] = images[0]
    about = {"file": {**one.provenance["file"], "scores": "argmax", "lowest score": -1.0, "highest score": 2.0}}
    made = SyntheticSet(images[:-2], one.labels[:-2], one.classes, one.mean, one.std, provenance=about)
    report = preflight(made, digits)
    assert warned(report) == {"duplicates", "classes", "labels"}
    words = " ".join(each.words for each in report.findings)
    assert "1 of 10 classes have no images: 9." in words and "1 images repeat others" in words
    images[-1] = images[0]
    crossing = SyntheticSet(images, one.labels, one.classes, one.mean, one.std, provenance=one.provenance)
    assert "contradict each other" in " ".join(each.words for each in preflight(crossing, digits).findings)


def test_soft_labels_have_an_entropy(digits):
    one = real_set(digits)
    soft = SyntheticSet(one.images, np.full((50, 10), 0.1), one.classes, one.mean, one.std, provenance=one.provenance)
    (found,) = [each for each in preflight(soft, digits).findings if each.check == "labels"]
    assert found.evidence["mean entropy in bits"] == pytest.approx(np.log2(10))


def test_a_set_that_does_not_fit(digits, colours):
    report = preflight(real_set(colours), digits)
    assert report.fitted is None and "3×16×16, but those of digits are 1×16×16" in report.findings[0].words
    more = SyntheticSet(np.zeros((1, 1, 16, 16)), [10], map(str, range(11)), (0,), (1,), provenance={})
    with pytest.raises(HDDError, match="has the class '10', but digits does not"):
        fitted(more, digits)
    unnamed = SyntheticSet(
        more.images, [10], more.classes, (0,), (1,), provenance={"file": {"class names unknown": "in order"}}
    )
    with pytest.raises(HDDError, match="labels of the set go up to 10, but digits has only the classes 0 to 9"):
        fitted(unnamed, digits)


def test_labels_that_count_from_one(digits):
    one = real_set(digits)
    other = replace(one, labels=one.labels + 1, classes=(*one.classes, "10"))
    with pytest.raises(HDDError, match="count the classes from 1, read it with classes='from one'"):
        fitted(other, digits)
    mended = fitted(corrected(other, Reading(classes="from one")), digits)
    np.testing.assert_array_equal(mended.labels, fitted(one, digits).labels)
    with pytest.raises(HDDError, match="an image with the label 0"):
        corrected(one, Reading(classes="from one"))


def test_classes_are_fitted_by_name(digits):
    images = np.zeros((2, 1, 16, 16))
    made = SyntheticSet(images, [0, 1], ("7", "2"), digits.mean.tolist(), digits.std.tolist())
    assert fitted(made, digits).labels.tolist() == [7, 2]
    soft = SyntheticSet(images, [[0.75, 0.25]] * 2, ("7", "2"), digits.mean.tolist(), digits.std.tolist())
    assert fitted(soft, digits).labels[0, [7, 2]].tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["values=wide"], "give one of dataset, unit"),
        (["values=0.5/0"], "give one of dataset, unit"),
        (["channels=grb"], "give one of rgb, bgr"),
        (["experiment=-1"], "whole number ≥ 0"),
        (["colour=red"], "write NAME=VALUE"),
        (["scores=argmax", "scores=softmax"], "each once"),
        (["classes"], "write NAME=VALUE"),
    ],
)
def test_readings_that_are_not_allowed(texts, message):
    with pytest.raises(HDDError, match=message):
        Reading.of_texts(texts)
