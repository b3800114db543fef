import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.draws import generator
from hdd.errors import HDDError
from hdd.networks.convnet import ConvNet

GOLDENS = os.environ.get("HDD_GOLDENS_DIR")


def drawn(*args, seed=0, **kwargs):
    return ConvNet(*args, **kwargs).draw(generator(seed, "network"))


def plain_embed(network, images, padding):
    """The network in functional form, in float64."""
    state = {name: value.double() for name, value in network.state_dict().items()}
    maps = images.double()
    for block in range(sum(name.endswith("weight") for name in state) // 2):
        weight, bias = (state[f"features.{4 * block}.{part}"] for part in ("weight", "bias"))
        maps = F.conv2d(maps, weight, bias, padding=padding if block == 0 else 1)
        maps = (maps - maps.mean((2, 3), keepdim=True)) / (maps.var((2, 3), keepdim=True, correction=0) + 1e-5).sqrt()
        gain, shift = (state[f"features.{4 * block + 1}.{part}"] for part in ("weight", "bias"))
        maps = F.avg_pool2d(F.relu(maps * gain.view(-1, 1, 1) + shift.view(-1, 1, 1)), 2)
    return maps.flatten(1)


@pytest.mark.skipif(GOLDENS is None, reason="HDD_GOLDENS_DIR does not name the folder of reference numbers")
def test_features_and_logits_are_those_of_the_released_network():
    golden = np.load(Path(GOLDENS) / "convnet_32x32x3.npz")
    network = ConvNet(3, (32, 32), 10)
    state = {name[2:]: torch.from_numpy(golden[name]) for name in golden.files if name.startswith("w_")}
    assert list(network.state_dict()) == list(state)
    network.load_state_dict(state)
    images = torch.from_numpy(golden["x"])
    with torch.no_grad():
        np.testing.assert_allclose(network.embed(images), golden["embed"], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(network(images), golden["logits"], rtol=1e-4, atol=1e-4)


def test_names_and_shapes_of_the_weights():
    shapes = {name: tuple(value.shape) for name, value in ConvNet(3, (32, 32), 10).state_dict().items()}
    blocks = {}
    for block, channels in enumerate((3, 128, 128)):
        blocks |= {
            f"features.{4 * block}.weight": (128, channels, 3, 3),
            f"features.{4 * block}.bias": (128,),
            f"features.{4 * block + 1}.weight": (128,),
            f"features.{4 * block + 1}.bias": (128,),
        }
    assert shapes == blocks | {"classifier.weight": (10, 2048), "classifier.bias": (10,)}


@settings(max_examples=20)
@given(
    channels=st.sampled_from([1, 3]),
    height=st.integers(8, 20),
    width=st.integers(8, 20),
    maps=st.sampled_from([1, 4, 5, 64]),
    depth=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_features_are_those_of_a_plain_forward_pass(channels, height, width, maps, depth, seed):
    network = drawn(channels, (height, width), 3, maps, depth, seed=seed)
    images = torch.from_numpy(np.random.default_rng(seed).standard_normal((2, channels, height, width))).float()
    embedding = network.embed(images)
    assert embedding.shape == (2, network.embedding_size)
    plain = plain_embed(network, images, padding=1)
    # The variance of a map that is nearly constant is known to few digits.
    torch.testing.assert_close(embedding.double(), plain, rtol=1e-3, atol=1e-3)
    logits = plain @ network.classifier.weight.double().T + network.classifier.bias.double()
    torch.testing.assert_close(network(images).double(), logits, rtol=1e-3, atol=2e-3)


def test_28_pixel_gray_images_are_padded_to_32():
    small, large = drawn(1, (28, 28), 10, 8), drawn(1, (32, 32), 10, 8)
    assert small.embedding_size == large.embedding_size == 8 * 4 * 4
    images = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(small.embed(images), large.embed(F.pad(images, (2, 2, 2, 2))))
    torch.testing.assert_close(
        small.embed(images).double(), plain_embed(small, images, padding=3), rtol=1e-4, atol=1e-4
    )
    assert ConvNet(3, (28, 28), 10, 8).embedding_size == 8 * 3 * 3, "colour images are not padded"


@pytest.mark.parametrize(
    ("channels", "size", "depth", "most"),
    [(1, (16, 16), 5, 4), (3, (32, 32), 6, 5), (3, (8, 64), 4, 3), (3, (31, 31), 5, 4), (1, (28, 28), 6, 5)],
)
def test_too_deep_is_refused_with_what_fits(channels, size, depth, most):
    with pytest.raises(HDDError, match=f"network_depth={depth} is too deep .*{size[0]}×{size[1]}.*depth ≤ {most} "):
        ConvNet(channels, size, 10, 4, depth)
    network = drawn(channels, size, 10, 4, most)
    assert network.embed(torch.zeros(1, channels, *size)).shape == (1, network.embedding_size)


def test_images_that_no_depth_fits():
    with pytest.raises(HDDError, match=r"too deep for images of 1×300, .* them\. Use larger images\."):
        ConvNet(3, (1, 300), 10, 4, 1)


def test_draw_is_a_function_of_its_generator_alone():
    torch.manual_seed(0)
    network = ConvNet(3, (16, 16), 10, 16)
    first = {name: value.clone() for name, value in network.draw(generator(0, "network", 5)).state_dict().items()}
    network.draw(generator(0, "network", 6))
    with torch.no_grad():
        network.features[1].weight += 1
    different = network.state_dict()["features.0.weight"].clone()
    torch.manual_seed(1)
    state = torch.get_rng_state()
    network.draw(generator(0, "network", 5))
    assert torch.equal(state, torch.get_rng_state())
    again = ConvNet(3, (16, 16), 10, 16).draw(generator(0, "network", 5)).state_dict()
    for name, value in network.state_dict().items():
        assert torch.equal(value, first[name]) and torch.equal(again[name], first[name])
    assert not torch.equal(different, first["features.0.weight"])


@pytest.mark.parametrize("width", [32, 128])
def test_drawn_weights_are_uniform_between_one_over_root_fan_in(width):
    network = drawn(3, (32, 32), 10, width)
    for name, value in network.named_parameters():
        module = network.get_submodule(name.rpartition(".")[0])
        if isinstance(module, torch.nn.GroupNorm):
            assert (value == (1 if name.endswith("weight") else 0)).all()
            continue
        bound = module.weight[0].numel() ** -0.5
        assert value.abs().max() <= bound * (1 + 1e-6)
        if value.numel() > 500:
            assert value.abs().max() > 0.99 * bound
            # Five standard errors of mean and variance of a uniform distribution.
            assert abs(value.mean() / bound) < 5 / (3 * value.numel()) ** 0.5
            assert abs(3 * value.var() / bound**2 - 1) < 5 * (0.8 / value.numel()) ** 0.5


def test_draw_is_that_of_pytorch_in_distribution():
    """PyTorch's own initialisation of these layers has the same range and spread."""
    ours, theirs = drawn(3, (32, 32), 10, 64), ConvNet(3, (32, 32), 10, 64)
    for (name, value), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        if value.numel() > 5000:
            assert abs(value.std() / other.std() - 1) < 0.05, name
            assert abs(value.abs().max() / other.abs().max() - 1) < 0.01, name


@pytest.mark.parametrize("width", [8, 64])
@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 130])
def test_embed_frozen_is_embed_without_gradient(count, width):
    network = drawn(1, (8, 8), 10, width, 2)
    images = torch.randn(count, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    frozen = network.embed_frozen(images)
    assert not frozen.requires_grad
    torch.testing.assert_close(frozen, network.embed(images).detach(), rtol=1e-5, atol=1e-5)


def test_in_bfloat16_features_are_off_by_a_hundredth_and_their_mean_by_less():
    network = drawn(3, (32, 32), 10, 64)
    images = torch.randn(200, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    exact, low = network.embed_frozen(images), network.embed_frozen(images, "bfloat16")
    assert low.dtype == torch.float32
    error = (low - exact).norm(dim=1) / exact.norm(dim=1)
    assert 1e-4 < error.max() < 1.5e-2
    assert (low - exact).mean(0).norm() < 3e-3 * exact.mean(0).norm()
    assert torch.equal(low, network.embed_frozen(images, "bfloat16"))


def test_layout_of_the_input_does_not_matter():
    network = drawn(3, (8, 8), 10, 64, 2)
    images = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    last = images.contiguous(memory_format=torch.channels_last)
    assert torch.equal(network.embed(images), network.embed(last))
