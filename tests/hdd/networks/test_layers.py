import numpy as np
import pytest
import torch
import torch.nn.functional as F

from hdd.draws import generator
from hdd.errors import HDDError
from hdd.networks import ACTIVATIONS, NORMS, POOLINGS, make_network
from hdd.networks.layers import normalisation


def random(*shape, seed=0):
    return torch.from_numpy(generator(seed, "layers").standard_normal(shape, dtype=np.float32))


def mean_and_variance(values, kind):
    """Of (B, 8, H, W) in float64, over what each norm averages, by hand."""
    if kind == "group":
        parts = values.unflatten(1, (4, 2))
        mean, variance = parts.mean((2, 3, 4), keepdim=True), parts.var((2, 3, 4), keepdim=True, correction=0)
        return (each.expand(-1, -1, 2, -1, -1).flatten(1, 2) for each in (mean, variance))
    over = {"instance": (2, 3), "batch": (0, 2, 3), "layer": (1, 2, 3)}[kind]
    return values.mean(over, keepdim=True), values.var(over, keepdim=True, correction=0)


@pytest.mark.parametrize("kind", [kind for kind in NORMS if kind != "none"])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_norm_averages_over_what_its_name_says(kind, layout):
    layer = normalisation(kind, 8, (3, 5))
    values = 2 * random(4, 8, 3, 5) + 1
    for parameter, seed in zip(layer.parameters(), (1, 2), strict=True):
        with torch.no_grad():
            parameter.copy_(random(*parameter.shape, seed=seed))
    mean, variance = mean_and_variance(values.double(), kind)
    gain, shift = (each.double() if kind == "layer" else each.double()[:, None, None] for each in layer.parameters())
    expected = (values.double() - mean) / (variance + 1e-5).sqrt() * gain + shift
    given = values.contiguous(memory_format=layout)
    torch.testing.assert_close(layer(given).double(), expected.detach(), rtol=1e-4, atol=1e-4)


def test_none_changes_nothing():
    values = random(2, 8, 3, 3)
    assert torch.equal(normalisation("none", 8, (3, 3))(values), values)


def test_group_norm_needs_maps_in_fours():
    with pytest.raises(HDDError, match=r"network_norm=group makes 4 groups.* 6 maps.*multiple of 4"):
        make_network("convnet", 3, (32, 32), 10, width=6, norm="group")


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_convnet_has_the_layers_that_are_asked_for(activation, pooling):
    network = make_network("convnet", 3, (12, 8), 10, width=4, depth=2, activation=activation, pooling=pooling)
    network.draw(generator(0, "network"))
    images = random(3, 3, 12, 8)
    act = {"relu": F.relu, "leaky_relu": lambda maps: F.leaky_relu(maps, 0.01), "sigmoid": torch.sigmoid}[activation]
    pool = {"avg": F.avg_pool2d, "max": F.max_pool2d, "none": lambda maps, _: maps}[pooling]
    state, maps = network.state_dict(), images
    for block in range(2):
        maps = F.conv2d(maps, state[f"features.{4 * block}.weight"], state[f"features.{4 * block}.bias"], padding=1)
        maps = pool(act(F.instance_norm(maps)), 2)
    torch.testing.assert_close(network.embed(images), maps.flatten(1), rtol=1e-4, atol=1e-4)
    assert network.embedding_size == 4 * (12 * 8 if pooling == "none" else 3 * 2)


def test_without_pooling_any_depth_fits():
    assert make_network("convnet", 1, (8, 8), 2, width=2, depth=6, pooling="none").embedding_size == 2 * 64


def test_measured_statistics_hold_until_the_next_draw():
    network = make_network("convnet", 1, (8, 8), 2, width=4, depth=1, norm="batch").draw(generator(0, "network"))
    measured, images = random(9, 1, 8, 8), random(3, 1, 8, 8, seed=1)
    network.measure_statistics(measured)
    assert network.has_batch_norm and not make_network("convnet", 1, (8, 8), 2).has_batch_norm
    convolution = network.features[0]
    seen = convolution(measured)
    mean, variance = seen.mean((0, 2, 3), keepdim=True), seen.var((0, 2, 3), keepdim=True)
    expected = F.avg_pool2d(F.relu((convolution(images) - mean) / (variance + 1e-5).sqrt()), 2).flatten(1)
    torch.testing.assert_close(network.embed(images), expected, rtol=1e-4, atol=1e-5)
    for part, alone in zip(images, network.embed(images), strict=True):
        torch.testing.assert_close(network.embed(part[None])[0], alone, rtol=1e-4, atol=1e-5)
    network.draw(generator(0, "network"))
    assert (network.features[1].running_mean == 0).all() and (network.features[1].running_var == 1).all()
