import dataclasses

import pytest
import torch

from hdd.projection import Viewing, viewing_network
from hdd.projection.viewing_network import viewing_network as make
from hdd.settings import Settings

CPU = torch.device("cpu")


@pytest.fixture
def trained(monkeypatch, tmp_path):
    """How a small network is to be trained; kept in a folder of its own."""
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path))
    run = Settings(network_width=8, network_depth=2, device="cpu", seed=3)
    return dataclasses.replace(Viewing.of(run), network="trained")


def test_a_network_is_trained_once_and_told_how_far(toy_dataset, trained, monkeypatch):
    data = toy_dataset((30, 20, 25), channels=3)
    told = []
    network, accuracy = make(data, trained, CPU, lambda *far: told.append(far))
    assert told[-1] == (told[-1][1],) * 2 and 0.8 < accuracy <= 1
    assert not any(parameter.requires_grad for parameter in network.parameters())
    random, none = make(data, dataclasses.replace(trained, network="random"), CPU)
    assert none is None and not torch.equal(random.classifier.weight, network.classifier.weight)

    monkeypatch.setattr(viewing_network, "_train", lambda *_: pytest.fail("it was trained again"))
    again, kept = make(data, trained, CPU)
    assert kept == pytest.approx(accuracy)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))


def test_networks_differ_by_seed(toy_dataset, trained, monkeypatch):
    monkeypatch.setattr(viewing_network, "VISITS", 300)
    data = toy_dataset((9, 7, 11), channels=3)
    one, other = (make(data, dataclasses.replace(trained, seed=seed), CPU)[0] for seed in (3, 4))
    assert not torch.equal(one.classifier.weight, other.classifier.weight)
