import json
import statistics

import pytest
import torch
import torch.nn.functional as F

from hdd.draws import generator
from hdd.errors import HDDError
from hdd.evaluation import (
    BATCH,
    LEARNING_RATE,
    MOMENTUM,
    WEIGHT_DECAY,
    accuracy,
    evaluate_images,
    evaluate_random,
)
from hdd.networks.convnet import ConvNet
from hdd.protocol import RANDOM_REAL, Evaluation, Protocol, accuracy_text, make_protocol

TINY = {"epochs": 30, "networks": 2, "width": 16, "augmentation": "none"}


@pytest.fixture(scope="module")
def ten_a_class(digits):
    """Normalised real images, ten of each class, and their labels."""
    chosen = torch.cat([torch.nonzero(digits.train_labels == label)[:10, 0] for label in range(10)])
    return digits.normalise(digits.train_images[chosen]), digits.train_labels[chosen]


@pytest.fixture(scope="module")
def tiny(ten_a_class, digits):
    return evaluate_images(*ten_a_class, digits, Protocol(**TINY))


def plain_accuracy(images, labels, data, protocol, index):
    """All images in one batch, and SGD with momentum written out."""
    network = ConvNet(images.shape[1], tuple(images.shape[2:]), len(data.classes), protocol.width, protocol.depth)
    network.draw(generator(protocol.seed, "evaluation network", 0, index))
    velocity = {name: 0 for name, _ in network.named_parameters()}
    for epoch in range(protocol.epochs):
        lr = 0.01 if epoch <= protocol.epochs // 2 else 0.001
        gradients = torch.autograd.grad(F.cross_entropy(network(images), labels), list(network.parameters()))
        with torch.no_grad():
            for (name, weight), gradient in zip(network.named_parameters(), gradients, strict=True):
                velocity[name] = 0.9 * velocity[name] + gradient + 5e-4 * weight
                weight -= lr * velocity[name]
    with torch.no_grad():
        return (network(data.normalise(data.test_images)).argmax(1) == data.test_labels).float().mean().item()


def test_real_digits_teach_digits(tiny):
    assert len(tiny.accuracies) == 2
    assert all(0.6 < value < 1 for value in tiny.accuracies), "chance is 0.1"


def test_wrong_labels_teach_nothing(ten_a_class, digits):
    images, labels = ten_a_class
    result = evaluate_images(images, (labels + 1) % 10, digits, Protocol(**TINY | {"networks": 1}))
    assert result.mean < 0.1


def test_training_is_plain_sgd_with_one_drop(tiny, ten_a_class, digits):
    for index, value in enumerate(tiny.accuracies):
        plain = plain_accuracy(*ten_a_class, digits, tiny.protocol, index)
        assert value == pytest.approx(plain, abs=2 / len(digits.test_labels)), "up to two images on the border"


def test_augmentation_is_used_and_reproducible(ten_a_class, digits, tiny):
    protocol = Protocol(epochs=30, networks=1, width=16, augmentation="color_crop_cutout_scale_rotate")
    first, second = (evaluate_images(*ten_a_class, digits, protocol) for _ in range(2))
    assert first == second
    assert first.accuracies[0] > 0.4 and first.accuracies[0] != tiny.accuracies[0]


def test_same_seed_same_accuracies_whatever_the_global_state(tiny, ten_a_class, digits):
    torch.manual_seed(7)
    assert evaluate_images(*ten_a_class, digits, tiny.protocol) == tiny


def test_each_network_is_drawn_from_the_seed_and_its_number(tiny, ten_a_class, digits):
    assert tiny.accuracies[0] != tiny.accuracies[1]
    one = evaluate_images(*ten_a_class, digits, Protocol(**TINY | {"networks": 1}))
    assert one.accuracies == tiny.accuracies[:1]
    other = evaluate_images(*ten_a_class, digits, Protocol(**TINY | {"networks": 1, "seed": 1}))
    assert other.accuracies != one.accuracies


def test_two_sets_start_from_the_same_networks(ten_a_class, digits):
    images, labels = ten_a_class
    untrained = Protocol(**TINY | {"epochs": 0, "networks": 3})
    first = evaluate_images(images, labels, digits, untrained)
    assert evaluate_images(images[:20] * 2, labels[:20], digits, untrained) == first
    assert max(first.accuracies) < 0.4


def test_more_images_than_a_batch(digits):
    images, labels = digits.normalise(digits.train_images[:600]), digits.train_labels[:600]
    result = evaluate_images(images, labels, digits, Protocol(epochs=6, networks=1, width=32, augmentation="none"))
    assert result.mean > 0.6, "six epochs of three batches"


def test_images_are_not_changed(ten_a_class, digits):
    images, labels = ten_a_class
    before = images.clone()
    evaluate_images(images, labels, digits, Protocol(epochs=2, networks=1, width=4, augmentation="color"))
    assert torch.equal(images, before)


def test_progress_counts_epochs_over_all_networks(ten_a_class, digits):
    seen = []
    protocol = Protocol(epochs=3, networks=2, width=2, augmentation="none")
    evaluate_images(*ten_a_class, digits, protocol, lambda done, total: seen.append((done, total)))
    assert seen == [(done, 6) for done in range(1, 7)]


def test_accuracy_is_the_share_of_right_answers(toy_dataset):
    data = toy_dataset((1200, 400, 100), side=2)
    network = ConvNet(1, (2, 2), 3, 2, 1)
    with torch.no_grad():
        network.classifier.weight.zero_()
        network.classifier.bias.copy_(torch.tensor([0.0, 1.0, 0.0]))
    assert accuracy(network, data) == pytest.approx(400 / 1700, abs=1e-12)


def test_optimiser_is_that_of_the_literature():
    assert (LEARNING_RATE, MOMENTUM, WEIGHT_DECAY, BATCH) == (0.01, 0.9, 5e-4, 256)


def test_protocols():
    full, quick = make_protocol("full"), make_protocol("quick")
    assert (full.name, full.epochs, full.networks, full.width, full.depth) == ("full", 1000, 5, 128, 3)
    assert full.augmentation == "color_crop_cutout_flip_scale_rotate"
    assert (quick.name, quick.epochs, quick.networks, quick.width) == ("quick", 300, 2, 128)
    changed = make_protocol("quick", networks=3, augmentation="none")
    assert (changed.epochs, changed.networks, changed.augmentation) == (300, 3, "none")


def test_unknown_protocol_is_refused():
    with pytest.raises(HDDError, match="no evaluation protocol 'fast': give one of full, quick"):
        make_protocol("fast")


@pytest.mark.parametrize("name", ["quick", "full"])
def test_text_says_what_was_done(name):
    text = str(Evaluation(make_protocol(name, networks=3, epochs=77, width=9), [0.5, 0.6, 0.7]))
    assert text.startswith("60.0 ± 10.0 % test accuracy")
    assert all(part in text for part in ("3 networks", "77 epochs", "width 9", "augmented", f"{name} protocol"))
    assert "no augmentation" in str(Evaluation(make_protocol(name, augmentation="none"), [0.5]))


def test_one_network_has_no_spread():
    one = Evaluation(make_protocol("quick", networks=1), [0.4])
    assert (one.sd, one.as_dict()["sd"]) == (None, None)
    assert str(one).startswith("40.0 % test accuracy (1 network")
    assert accuracy_text([0.4]) == "40.0 %"
    assert accuracy_text([0.987, 0.991]) == "98.9 ± 0.3 %"


def test_a_baseline_trains_each_network_on_other_real_images(digits):
    cpu = torch.device("cpu")
    protocol = Protocol(**TINY, images=RANDOM_REAL)
    found = evaluate_random(digits, 10, protocol, cpu)
    assert all(0.6 < value < 1 for value in found.accuracies), "chance is 0.1"
    assert found == evaluate_random(digits, 10, protocol, cpu)
    one = evaluate_random(digits, 10, Protocol(**TINY | {"networks": 1}, images=RANDOM_REAL), cpu)
    assert one.accuracies == found.accuracies[:1]
    untrained = Protocol(**TINY | {"epochs": 0}, images=RANDOM_REAL)
    seen = []
    evaluate_random(digits, 1, Protocol(**TINY | {"epochs": 1}), cpu, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]
    assert evaluate_random(digits, 1, untrained, cpu).accuracies != found.accuracies


def test_mean_spread_and_record():
    values = [0.41, 0.47, 0.5]
    result = Evaluation(make_protocol("quick"), values)
    assert result.mean == pytest.approx(statistics.mean(values)) and result.sd == pytest.approx(
        statistics.stdev(values)
    )
    record = json.loads(json.dumps(result.as_dict()))
    assert record["accuracies"] == values and record["mean"] == result.mean and record["sd"] == result.sd
    assert Protocol(**record["protocol"]) == result.protocol


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"networks": 0}, "networks=0 is not allowed in an evaluation: give a whole number ≥ 1"),
        ({"epochs": -1}, "epochs=-1 is not allowed"),
        ({"images": "mine"}, "images='mine' is not allowed in an evaluation: give synthetic or random real"),
        ({"augmentation": "flp"}, "augmentation='flp' is not allowed"),
        ({"learning_rate": 1.0}, "An evaluation protocol has no setting 'learning_rate'"),
    ],
)
def test_protocol_is_checked(changes, message):
    with pytest.raises(HDDError, match=message):
        make_protocol("quick", **changes)
