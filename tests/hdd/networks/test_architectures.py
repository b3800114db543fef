import inspect

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from hdd.draws import generator
from hdd.errors import HDDError
from hdd.networks import ACTIVATIONS, NETWORKS, NORMS, POOLINGS, make_network, users

IMAGES = {"gray 28": (1, (28, 28)), "colour 32": (3, (32, 32)), "colour 64": (3, (64, 64))}

# Weights for ten classes, counted by hand from the layers of the literature's code. Those of ConvNet-3, LeNet, VGG-11
# and ResNet-18 on 32×32 are also published.
COUNTS = {
    ("convnet", "gray 28"): 317_706,
    ("convnet", "colour 32"): 320_010,
    ("mlp", "gray 28"): 118_282,
    ("mlp", "colour 32"): 411_146,
    ("lenet", "gray 28"): 61_706,
    ("lenet", "colour 32"): 62_006,
    ("alexnet", "gray 28"): 1_865_802,
    ("alexnet", "colour 32"): 1_872_202,
    ("vgg11", "gray 28"): 9_229_962,
    ("vgg11", "colour 32"): 9_231_114,
    ("resnet18", "gray 28"): 11_172_810,
    ("resnet18", "colour 32"): 11_173_962,
}
EMBEDDING = {  # of gray 28, colour 32 and colour 64
    "convnet": (2048, 2048, 8192),
    "mlp": (128, 128, 128),
    "lenet": (84, 84, 84),
    "alexnet": (3072, 3072, 12288),
    "vgg11": (512, 512, 2048),
    "resnet18": (512, 512, 512),
}

every = pytest.mark.parametrize("name", NETWORKS.names())


def images_of(kind, count=2, seed=0):
    channels, size = IMAGES[kind]
    return torch.from_numpy(generator(seed, "images").standard_normal((count, channels, *size), dtype=np.float32))


def make(name, kind="gray 28", **options):
    return make_network(name, *IMAGES[kind], 10, **options).draw(generator(0, "network"))


@pytest.mark.parametrize(("name", "kind"), COUNTS)
def test_weights_are_as_many_as_in_the_literature(name, kind):
    with torch.device("meta"):
        network = make_network(name, *IMAGES[kind], 10)
    assert sum(weight.numel() for weight in network.parameters()) == COUNTS[name, kind]


@every
@pytest.mark.parametrize("kind", IMAGES)
def test_features_logits_and_gradients(name, kind):
    network, images = make(name, kind), images_of(kind).requires_grad_()
    features = network.embed(images)
    assert features.shape == (2, network.embedding_size) == (2, EMBEDDING[name][[*IMAGES].index(kind)])
    expected = features @ network.classifier.weight.T + network.classifier.bias
    torch.testing.assert_close(network(images), expected)
    assert features.std(dim=0).max() > 0, "features differ between images"
    (gradient,) = torch.autograd.grad(features.square().sum(), images)
    assert gradient.isfinite().all() and (gradient.flatten(1).norm(dim=1) > 0).all()
    frozen = network.embed_frozen(images)
    assert not frozen.requires_grad
    torch.testing.assert_close(frozen, features.detach(), rtol=1e-4, atol=1e-5)


@every
def test_draw_is_a_function_of_its_generator_alone(name):
    network, other = make(name), make_network(name, *IMAGES["gray 28"], 10)
    first = {key: value.clone() for key, value in network.state_dict().items()}
    state = torch.get_rng_state()
    network.draw(generator(0, "network", 1))
    assert not torch.equal(network.classifier.weight, first["classifier.weight"])
    for again in (network, other):
        again.draw(generator(0, "network"))
        assert all(torch.equal(value, first[key]) for key, value in again.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())


def plain_resnet18(state, images):
    """The residual blocks written out, with two-pass instance norms, in float64."""
    weights = {name.removeprefix("features."): value.double() for name, value in state.items()}

    def layer(maps, conv, norm, stride=1):
        maps = F.conv2d(
            maps, weights[f"{conv}.weight"], stride=stride, padding=weights[f"{conv}.weight"].shape[-1] // 2
        )
        return F.instance_norm(maps, weight=weights[f"{norm}.weight"], bias=weights[f"{norm}.bias"])

    maps = F.relu(layer(images.double(), "conv1", "bn1"))
    for stage in range(1, 5):
        for block in range(2):
            place, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            inner = F.relu(layer(maps, f"{place}.conv1", f"{place}.bn1", stride))
            inner = layer(inner, f"{place}.conv2", f"{place}.bn2")
            if stride == 2:
                maps = layer(maps, f"{place}.downsample.0", f"{place}.downsample.1", 2)
            maps = F.relu(inner + maps)
    return maps.mean(dim=(2, 3))


def test_resnet18_is_that_of_the_literature():
    network, images = make("resnet18", "colour 32"), images_of("colour 32")
    plain = plain_resnet18(network.state_dict(), images)
    torch.testing.assert_close(network.embed(images).double(), plain, rtol=1e-3, atol=1e-3)


def test_lenet_is_that_of_the_literature():
    network, images = make("lenet", "colour 32"), images_of("colour 32")
    first, second, third, fourth = (
        [value.double() for value in layer.parameters()]
        for layer in network.features
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear)
    )
    maps = F.max_pool2d(F.relu(F.conv2d(images.double(), *first)), 2)
    maps = F.max_pool2d(F.relu(F.conv2d(maps, *second)), 2)
    plain = F.relu(F.linear(F.relu(F.linear(maps.flatten(1), *third)), *fourth))
    torch.testing.assert_close(network.embed(images).double(), plain, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "channels", "side", "message"),
    [
        ("lenet", 3, 15, "lenet needs images of at least 16×16 .* have 15×15.*that fit: convnet, mlp, alexnet, resnet"),
        ("alexnet", 1, 7, "alexnet needs images of at least 8×8 pixels.*that fit: mlp"),
        ("vgg11", 3, 31, "vgg11 needs images of at least 32×32 .*that fit: convnet, mlp, lenet, alexnet, resnet18"),
        ("vgg11", 1, 27, "vgg11 needs images of at least 32×32"),
        ("resnet18", 1, 8, "resnet18 needs images of at least 9×9 .*that fit: convnet, mlp, alexnet"),
    ],
)
def test_images_that_are_too_small_are_refused_with_what_fits(name, channels, side, message):
    with pytest.raises(HDDError, match=message):
        make_network(name, channels, (side, side), 10)
    fitting = (28, 28) if (name, channels) == ("vgg11", 1) else (side + 1, side + 1)
    network = make_network(name, channels, fitting, 3).draw(generator(0, "network"))
    features = network.embed(torch.from_numpy(generator(0, "images").random((2, channels, *fitting), dtype=np.float32)))
    assert features.shape == (2, network.embedding_size) and not torch.equal(*features)


def test_an_architecture_takes_the_options_that_it_uses():
    assert users("width") == ("convnet", "mlp") and users("depth") == users("pooling") == ("convnet",)
    assert users("norm") == ("convnet", "vgg11", "resnet18") and users("activation") == ("convnet", "mlp")
    options = {"width": 8, "depth": 2, "norm": "batch", "activation": "sigmoid", "pooling": "max"}
    for name in NETWORKS.names():
        network = make_network(name, 3, (32, 32), 4, **options)
        kinds = {type(module).__name__ for module in network.modules()}
        assert ("BatchNorm2d" in kinds) == (name in users("norm"))
        assert ("Sigmoid" in kinds) == (name in users("activation"))


def test_unknown_names_are_refused():
    with pytest.raises(HDDError, match=r"There is no network 'resnet'. Did you mean resnet18"):
        make_network("resnet", 3, (32, 32), 10)
    for option, known in {"norm": NORMS, "activation": ACTIVATIONS, "pooling": POOLINGS}.items():
        with pytest.raises(HDDError, match=f"network_{option}='mine' is not allowed: give one of {', '.join(known)}"):
            make_network("convnet", 3, (32, 32), 10, **{option: "mine"})


def test_a_function_that_makes_no_network_is_not_registered():
    def documented(channels, size, classes, wide):
        """It has an option that no knob sets."""

    for unfit, reason in [
        (3, "it is not a function"),
        (documented, "its parameters are not channels, size, classes and some of width"),
        (lambda channels, size, classes: None, "it has no docstring"),
    ]:
        assert reason in NETWORKS._check("mine", unfit)
    for name in NETWORKS.names():
        assert NETWORKS._check(name, NETWORKS.get(name)) is None and inspect.getdoc(NETWORKS.get(name))
