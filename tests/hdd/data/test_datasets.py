import pytest
import torch
from sklearn.datasets import load_digits

from hdd.data import available, load
from hdd.data.sources import NAMES
from hdd.errors import HDDError


def test_digits_are_the_bundled_ones_upsampled():
    digits = load("digits")
    assert (digits.name, digits.channels, digits.size) == ("digits", 1, (16, 16))
    assert digits.classes == tuple("0123456789")
    assert digits.train_images.dtype == digits.test_images.dtype == torch.uint8
    assert digits.train_labels.dtype == digits.test_labels.dtype == torch.int64
    assert len(digits.train_images) == len(digits.train_labels)
    original = load_digits()
    # Block means undo bilinear upsampling up to a blur, so each image stays closest to its own original.
    shrunk = torch.nn.functional.avg_pool2d(digits.train_images[:40].float(), 2)[:, 0] / 255 * 16
    nearest = torch.cdist(shrunk.flatten(1), torch.tensor(original.data).float()).argmin(1)
    assert torch.equal(torch.tensor(original.target)[nearest], digits.train_labels[:40])
    assert digits.train_images.min() == 0 and digits.train_images.max() == 255


def test_every_fifth_digit_of_a_class_is_a_test_image():
    digits = load("digits")
    counts = torch.tensor(load_digits().target).bincount()
    assert torch.equal(digits.test_labels.bincount(), counts // 5)
    assert torch.equal(digits.train_labels.bincount(), counts - counts // 5)


def test_statistics_are_those_of_the_train_split():
    digits = load("digits")
    pixels = digits.train_images.double() / 255
    torch.testing.assert_close(digits.mean, pixels.mean((0, 2, 3)).float())
    torch.testing.assert_close(digits.std, pixels.std((0, 2, 3), correction=0).float())
    assert digits.mean.dtype == digits.std.dtype == torch.float32


def test_loading_twice_gives_the_same_content():
    first, second = load("digits"), load("digits")
    assert first.fingerprint == second.fingerprint
    assert torch.equal(first.train_images, second.train_images)
    assert torch.equal(first.mean, second.mean) and torch.equal(first.std, second.std)
    assert len(first.fingerprint) == 64


def test_fingerprint_is_of_content_alone(image_folder, tmp_path):
    here, there = image_folder("here"), image_folder("there")
    renamed = image_folder("renamed", classes=("cat", "eel"))
    other = image_folder("other")
    (other / "test/dog/0.png").write_bytes((other / "test/cat/0.png").read_bytes())
    prints = [load(f"folder:{path}").fingerprint for path in (here, there, renamed, other)]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_to_pixels_inverts_normalise():
    digits = load("digits")
    normalised = digits.normalise(digits.train_images)
    assert normalised.dtype == torch.float32
    assert abs(normalised.mean()) < 1e-3 and abs(normalised.std() - 1) < 1e-3
    assert torch.equal(digits.to_pixels(normalised), digits.train_images)


def test_normalise_leaves_its_input_alone():
    digits = load("digits")
    images = digits.train_images[:2].float()
    digits.normalise(images)
    assert torch.equal(images, digits.train_images[:2].float())


def test_to_pixels_clips_and_takes_any_number():
    digits = load("digits")
    images = torch.tensor([-1e9, 1e9, float("inf"), float("-inf"), float("nan")]).view(-1, 1, 1, 1)
    images.requires_grad_()
    assert digits.to_pixels(images).flatten().tolist() == [0, 255, 255, 0, 0]


@pytest.mark.parametrize("name, hint", [("cifar-10", "cifar10"), ("MNIST", "mnist"), ("fashion", "fashion-mnist")])
def test_unknown_name_lists_the_known_ones(name, hint):
    with pytest.raises(HDDError, match=f"'{name}'.*digits, mnist, .*folder:PATH.*Did you mean {hint}"):
        load(name)


def test_size_is_for_folders():
    with pytest.raises(HDDError, match="digits have one size"):
        load("digits", size=32)


def test_available_lists_what_load_takes(tmp_path):
    listings = {listing.name: listing for listing in available()}
    assert tuple(listings) == NAMES
    assert list(listings) == ["digits", "mnist", "fashion-mnist", "cifar10", "cifar100", "svhn"]
    assert listings["digits"].status == "bundled"
    assert listings["cifar100"][2:] == ((3, 32, 32), 100, "needs download", 50_000)
    digits = load("digits")
    assert listings["digits"].shape == (digits.channels, *digits.size)
    assert listings["digits"].class_count == len(digits.classes)
    assert listings["digits"].train_count == len(digits.train_images)
    assert (listings["cifar10"].train_count, listings["svhn"].train_count) == (50_000, 73_257)
    (tmp_path / "downloads/cifar10").mkdir(parents=True)
    (tmp_path / "downloads/cifar10/cifar-10-binary.tar.gz").touch()
    assert {listing.name for listing in available() if listing.status == "ready"} == {"cifar10"}
    assert not [listing for listing in available(tmp_path / "elsewhere") if listing.status == "ready"]
