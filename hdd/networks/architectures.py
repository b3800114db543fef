"""The architectures of the dataset-distillation literature, as in the code of Zhao et al. (2021) for 32×32 images.

Each is generalised to other sizes in the obvious way: the layer after the last feature maps has as many inputs as these
have numbers. Gray images of 28×28 are padded to the size of 32×32 ones (`hdd.networks.layers.extra_padding`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hdd.networks import TooSmallError

if TYPE_CHECKING:
    from torch import nn

    from hdd.networks.base import Network

Size = tuple[int, int]

RESNET_STAGES = (64, 128, 256, 512)


def _check_size(architecture: str, size: Size, least: int) -> None:
    if min(size) < least:
        raise TooSmallError(
            f"{architecture} needs images of at least {least}×{least} pixels, and these have {size[0]}×{size[1]}."
        )


def convnet(
    channels: int,
    size: Size,
    classes: int,
    width: int = 128,
    depth: int = 3,
    norm: str = "instance",
    activation: str = "relu",
    pooling: str = "avg",
) -> Network:
    """Blocks of convolution, norm, activation and pooling, as in the papers."""
    from hdd.networks.convnet import ConvNet

    return ConvNet(channels, size, classes, width, depth, norm, activation, pooling)


def mlp(channels: int, size: Size, classes: int, width: int = 128, activation: str = "relu") -> Network:
    """Two hidden layers of `width` units."""
    from torch import nn

    from hdd.networks import layers
    from hdd.networks.base import Network

    pixels = channels * size[0] * size[1]
    features = nn.Sequential(
        nn.Flatten(),
        nn.Linear(pixels, width),
        layers.activation(activation),
        nn.Linear(width, width),
        layers.activation(activation),
    )
    return Network(features, width, classes, max(pixels, width))


def lenet(channels: int, size: Size, classes: int) -> Network:
    """LeNet-5 with ReLU and max pooling."""
    from torch import nn

    from hdd.networks.base import Network
    from hdd.networks.layers import extra_padding

    _check_size("lenet", size, 16)
    extra = extra_padding(channels, size)
    height, length = (((side + 2 * extra - 4) // 2 - 4) // 2 for side in size)
    features = nn.Sequential(
        nn.Conv2d(channels, 6, 5, padding=extra),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * height * length, 120),
        nn.ReLU(inplace=True),
        nn.Linear(120, 84),
        nn.ReLU(inplace=True),
    )
    return Network(features, 84, classes, 6 * size[0] * size[1])


def alexnet(channels: int, size: Size, classes: int) -> Network:
    """AlexNet with five convolutions, for small images."""
    from torch import nn

    from hdd.networks.base import Network
    from hdd.networks.layers import extra_padding

    _check_size("alexnet", size, 8)
    extra = extra_padding(channels, size)
    height, length = ((side + 2 * extra) // 8 for side in size)
    features = nn.Sequential(
        nn.Conv2d(channels, 128, 5, padding=2 + extra),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(128, 192, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(192, 256, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(256, 192, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(192, 192, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
    )
    return Network(features, 192 * height * length, classes, 128 * size[0] * size[1])


def vgg11(channels: int, size: Size, classes: int, norm: str = "instance") -> Network:
    """VGG-11 with a norm after each convolution, and one linear layer."""
    from torch import nn

    from hdd.networks.base import Network
    from hdd.networks.layers import extra_padding, normalisation

    extra = extra_padding(channels, size)
    height, length = (side + 2 * extra for side in size)
    # A gray image of 28×28 is padded to 32×32.
    _check_size("vgg11", size, 32 - 2 * extra)
    layers: list[nn.Module] = []
    before = channels
    for stage in ((64,), (128,), (256, 256), (512, 512), (512, 512)):
        for maps in stage:
            padding = 1 if layers else 1 + extra
            norm_layer = normalisation(norm, maps, (height, length))
            layers += [nn.Conv2d(before, maps, 3, padding=padding), norm_layer, nn.ReLU(inplace=True)]
            before = maps
        layers.append(nn.MaxPool2d(2))
        height, length = height // 2, length // 2
    return Network(nn.Sequential(*layers), 512 * height * length, classes, 64 * size[0] * size[1])


def resnet18(channels: int, size: Size, classes: int, norm: str = "instance") -> Network:
    """ResNet-18 with a 3×3 stem that keeps the size of the images."""
    from torch import nn
    from torchvision.models import resnet18 as torchvision_resnet18

    from hdd.networks.base import Network
    from hdd.networks.layers import normalisation

    # The last stage has an eighth of the pixels on a side, and instance norm leaves nothing of a single one.
    _check_size("resnet18", size, 9)

    def norm_layer(maps: int) -> nn.Module:
        halved = 2 ** RESNET_STAGES.index(maps)
        return normalisation(norm, maps, (math.ceil(size[0] / halved), math.ceil(size[1] / halved)))

    features = torchvision_resnet18(norm_layer=norm_layer)
    features.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
    for left_out in ("maxpool", "fc"):
        setattr(features, left_out, nn.Identity())
    return Network(features, 512, classes, 64 * size[0] * size[1])
