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
    epochs_of_as_many_steps,
    evaluate_full,
    evaluate_images,
    evaluate_random,
    train,
)
from hdd.networks import make_network
from hdd.networks.convnet import ConvNet
from hdd.protocol import FULL_REAL, RANDOM_REAL, Evaluation, Protocol, accuracy_text, make_protocol
from hdd.sets import SyntheticSet

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


def test_soft_labels_that_are_certain_teach_what_hard_ones_do(ten_a_class, digits, tiny):
    images, labels = ten_a_class
    assert evaluate_images(images, F.one_hot(labels, 10).float(), digits, tiny.protocol) == tiny


def test_soft_labels_are_learned_by_the_soft_cross_entropy(ten_a_class, digits):
    images, labels = ten_a_class
    soft = torch.full((len(labels), 10), 0.05)
    soft[torch.arange(len(labels)), labels] = 0.45
    soft[torch.arange(len(labels)), (labels + 1) % 10] += 0.10
    protocol = Protocol(epochs=1, networks=1, width=4, augmentation="none")
    network, plain = (ConvNet(1, (16, 16), 10, 4).draw(generator(0, "network")) for _ in range(2))
    assert list(train(network, images, soft, protocol)) == [1]
    loss = -(soft * plain(images).log_softmax(1)).sum(1).mean()
    for weight, gradient in zip(plain.parameters(), torch.autograd.grad(loss, list(plain.parameters())), strict=True):
        with torch.no_grad():
            weight -= LEARNING_RATE * (gradient + WEIGHT_DECAY * weight)
    for got, expected in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-6)


def test_a_set_with_soft_labels_is_evaluated(ten_a_class, digits):
    images, labels = ten_a_class
    about = {"classes": digits.classes, "mean": digits.mean, "std": digits.std}
    soft = SyntheticSet(images.numpy(), 0.9 * F.one_hot(labels, 10).numpy() + 0.01, **about).decoded()
    protocol = Protocol(**TINY | {"networks": 1})
    found = evaluate_images(torch.as_tensor(soft.images), torch.as_tensor(soft.labels), digits, protocol)
    assert 0.6 < found.mean < 1, "chance is 0.1"


@pytest.mark.parametrize("name", ["mlp", "lenet", "alexnet"])
def test_another_architecture_is_trained_and_tested(ten_a_class, digits, name):
    protocol = Protocol(epochs=3, networks=1, width=16, augmentation="none", architecture=name)
    found = evaluate_images(*ten_a_class, digits, protocol)
    network = make_network(name, 1, (16, 16), 10, width=16).draw(generator(0, "evaluation network"))
    for _ in train(network, *ten_a_class, protocol):
        pass
    assert found.accuracies == [accuracy(network, digits)]
    assert str(found).count("width") == (name == "mlp")


def test_batch_norm_is_trained_on_batches_and_tested_with_what_they_taught(ten_a_class, digits):
    network = make_network("convnet", 1, (16, 16), 10, width=16, norm="batch").draw(generator(0, "network"))
    for _ in train(network, *ten_a_class, Protocol(epochs=30, width=16, augmentation="none")):
        assert network.training
    assert accuracy(network, digits) > 0.5 and not network.training
    logits = network(digits.normalise(digits.test_images))
    right = (logits.argmax(1) == digits.test_labels).float().mean().item()
    assert accuracy(network, digits) == pytest.approx(right)


def test_all_real_images_teach_more_than_a_few(digits, tiny):
    epochs = epochs_of_as_many_steps(100, tiny.protocol, len(digits.train_labels))
    assert epochs == 5, "30 steps, of which there are 6 in each epoch of up to 1536 images"
    protocol = Protocol(**TINY | {"epochs": epochs}, images=FULL_REAL)
    seen = []
    found = evaluate_full(digits, protocol, torch.device("cpu"), on_network=lambda far: seen.append(far))
    assert found.mean > tiny.mean and seen == [found.accuracies[:1], found.accuracies]
    images, labels = digits.normalise(digits.train_images), digits.train_labels
    assert evaluate_images(images, labels, digits, protocol) == found, "normalised beforehand or batch by batch"


def test_each_network_is_told_when_it_is_done(ten_a_class, digits, tiny):
    seen = []
    protocol = Protocol(**TINY)
    told = {"on_epoch": lambda done, _: seen.append(done), "on_network": lambda far: seen.append([*far])}
    evaluate_images(*ten_a_class, digits, protocol, **told)
    assert seen == [*range(1, 31), tiny.accuracies[:1], *range(31, 61), tiny.accuracies]


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
    assert text.startswith("60.0 ± 10.0 % test accuracy (3 networks, ± sd, convnet, ")
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
        ({"images": "mine"}, "images='mine' is not allowed in an evaluation: give one of synthetic, random real, full"),
        ({"architecture": "resnet"}, r"There is no network 'resnet'\. Did you mean resnet18"),
        ({"augmentation": "flp"}, "augmentation='flp' is not allowed"),
        ({"learning_rate": 1.0}, "An evaluation protocol has no setting 'learning_rate'"),
    ],
)
def test_protocol_is_checked(changes, message):
    with pytest.raises(HDDError, match=message):
        make_protocol("quick", **changes)
