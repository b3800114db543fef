"""Stored images that hold four images each."""

import pytest
import torch
import torch.nn.functional as F

from hdd.errors import HDDError
from hdd.sets import SyntheticSet
from hdd.sets.decoders import DECODERS, pack_quadrants, unpack_quadrants

STORED = torch.tensor([[[[1.0, 1, 3, 3], [1, 1, 3, 3], [2, 2, 4, 4], [2, 2, 4, 4]]]])


def test_quadrants_come_top_left_bottom_left_top_right_bottom_right():
    held = unpack_quadrants(STORED)
    assert torch.equal(held, torch.arange(1.0, 5).view(4, 1, 1, 1).expand(4, 1, 4, 4))
    quarters = torch.arange(1.0, 5).view(4, 1, 1, 1, 1).expand(4, 1, 1, 2, 2)
    assert torch.equal(pack_quadrants(quarters), STORED)


def test_quadrants_are_enlarged_as_torch_does_it():
    stored = torch.randn(3, 2, 6, 8, generator=torch.Generator().manual_seed(0))
    held = unpack_quadrants(stored).view(3, 4, 2, 6, 8)
    for place, (rows, columns) in enumerate([(0, 0), (3, 0), (0, 4), (3, 4)]):
        part = stored[:, :, rows : rows + 3, columns : columns + 4]
        expected = F.interpolate(part, size=(6, 8), mode="bilinear", align_corners=False)
        torch.testing.assert_close(held[:, place], expected)
    torch.testing.assert_close(torch.from_numpy(DECODERS["quadrants"].decode(stored.numpy())), held.flatten(0, 1))


def test_the_gradient_reaches_every_stored_pixel_as_often():
    # Bilinear enlargement to twice the side shares four units among the pixels; inside, each gets its four.
    stored = torch.zeros(1, 1, 8, 8, requires_grad=True)
    (gradient,) = torch.autograd.grad(unpack_quadrants(stored).sum(), stored)
    assert gradient.sum() == 4 * 64
    torch.testing.assert_close(gradient, torch.full_like(gradient, 4.0))


@pytest.mark.parametrize("size", [(5, 4), (4, 7)])
def test_odd_sides_are_refused_in_one_message(size):
    made = SyntheticSet(torch.zeros(1, 1, *size).numpy(), [0], ["a"], mean=[0], std=[1], decoder="quadrants")
    message = f"Images of {size[0]}×{size[1]} pixels cannot hold four images of half their side: both sides must be"
    with pytest.raises(HDDError, match=message):
        made.decoded()
