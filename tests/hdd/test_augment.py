import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.augment import augment, siamese
from hdd.draws import generator
from hdd.methods.knobs import AUGMENTATIONS

ALL = "_".join(AUGMENTATIONS)
just_below_one = float(np.nextafter(1, 0))


def pictures(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def generators(count, step=0):
    return [generator(0, "augmentation", step, label) for label in range(count)]


def parameters(*rows):
    """One group's three uniforms a row."""
    return np.array([[*row, *[0.5] * (3 - len(row))] for row in rows])


# An implementation of each operation for one image (C, H, W) in plain NumPy, loops where that is plainer.


def plain_color(image, uniforms):
    brightness, saturation, contrast = uniforms
    image = image + (brightness - 0.5)
    gray = image.mean(axis=0)
    image = np.stack([gray + 2 * saturation * (channel - gray) for channel in image])
    return image.mean() + (0.5 + contrast) * (image - image.mean())


def plain_shift(image, down, right):
    """What was at (y, x) comes to (y + down, x + right); zeros come in."""
    shifted = np.zeros_like(image)
    height, width = image.shape[1:]
    for y in range(height):
        for x in range(width):
            if 0 <= y - down < height and 0 <= x - right < width:
                shifted[:, y, x] = image[:, y - down, x - right]
    return shifted


def plain_sample(image, matrix):
    """Output pixel p takes the bilinear value at matrix·p, in coordinates with the corner pixels' centres at ±1."""
    out = np.zeros_like(image)
    height, width = image.shape[1:]
    for row in range(height):
        for column in range(width):
            at = np.array([2 * column / (width - 1) - 1, 2 * row / (height - 1) - 1])
            x, y = (matrix @ at + 1) / 2 * (width - 1, height - 1)
            for j in (int(np.floor(y)), int(np.floor(y)) + 1):
                for i in (int(np.floor(x)), int(np.floor(x)) + 1):
                    if 0 <= j < height and 0 <= i < width:
                        out[:, row, column] += (1 - abs(x - i)) * (1 - abs(y - j)) * image[:, j, i]
    return out


def plain_scale(image, uniforms):
    smallest, largest = 1 / 1.2, 1.2
    return plain_sample(image, np.diag(smallest + uniforms[:2] * (largest - smallest)))


def plain_rotate(image, uniforms):
    """A turn in pixels, so that a picture that is not square keeps its angles."""
    angle = np.radians(30 * uniforms[0] - 15)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    half = np.diag([(image.shape[2] - 1) / 2, (image.shape[1] - 1) / 2])
    return plain_sample(image, np.linalg.inv(half) @ turn @ half)


def plain_flip(image, uniforms):
    return image[:, :, ::-1] if uniforms[0] < 0.5 else image


PLAIN = {"color": plain_color, "scale": plain_scale, "rotate": plain_rotate, "flip": plain_flip}

unit = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize("operation", PLAIN)
@settings(max_examples=25)
@given(
    shape=st.tuples(st.sampled_from([1, 3]), st.integers(2, 9), st.integers(2, 9)),
    groups=st.lists(st.tuples(unit, unit, unit), min_size=1, max_size=3),
    count=st.integers(1, 3),
)
def test_operation_is_the_plain_one_image_by_image(operation, shape, groups, count):
    uniforms = np.array(groups)
    images = pictures(len(groups), count, *shape)
    changed = augment(images, operation, uniforms)
    for group, changed_group, row in zip(images.numpy(), changed.numpy(), uniforms, strict=True):
        for image, changed_image in zip(group, changed_group, strict=True):
            np.testing.assert_allclose(changed_image, PLAIN[operation](image, row), atol=1e-10)


@pytest.mark.parametrize(("height", "width", "reach_y", "reach_x"), [(32, 16, 4, 2), (8, 12, 1, 2), (28, 28, 4, 4)])
def test_crop_shifts_by_up_to_an_eighth_every_way_alike(height, width, reach_y, reach_x):
    image = 1 + pictures(1, 1, 1, height, width).abs()
    rows, columns = 2 * reach_y + 1, 2 * reach_x + 1
    # Three uniforms in each equal share of [0, 1): every shift must come three times along an axis.
    grid = [
        ((i + part) / rows, (j + part) / columns) for i in range(rows) for j in range(columns) for part in (0.01, 0.9)
    ]
    seen = {}
    for y, x in grid:
        changed = augment(image, "crop", parameters((y, x)))[0, 0].numpy()
        filled = np.argwhere(changed[0] != 0)
        (top, left), (bottom, right) = filled.min(0), filled.max(0)
        down = top if top else bottom - (height - 1)
        across = left if left else right - (width - 1)
        assert abs(down) <= reach_y and abs(across) <= reach_x
        np.testing.assert_array_equal(changed, plain_shift(image[0, 0].numpy(), down, across))
        seen[down, across] = seen.get((down, across), 0) + 1
    assert len(seen) == rows * columns and set(seen.values()) == {2}
    augment(image, "crop", parameters((just_below_one, just_below_one)))


@pytest.mark.parametrize(("height", "width"), [(16, 16), (8, 12), (9, 9), (10, 10), (7, 11)])
def test_cutout_is_a_square_of_half_the_side(height, width):
    hole_y, hole_x = int(height / 2 + 0.5), int(width / 2 + 0.5)
    image = 1 + pictures(1, 2, 3, height, width).abs()
    steps = np.linspace(0, just_below_one, 25)
    cut_rows, cut_columns = np.zeros(height), np.zeros(width)
    whole = 0
    for first in steps:
        for second in steps:
            changed = augment(image, "cutout", np.array([[second, first, second]]))
            hole = (changed == 0).numpy()
            assert (hole == hole[0, 0, 0]).all(), "one place for all images and channels of the group"
            assert torch.equal(changed[~torch.from_numpy(hole)], image[~torch.from_numpy(hole)])
            rows, columns = (np.flatnonzero(hole[0, 0, 0].any(axis)) for axis in (1, 0))
            assert hole[0, 0, 0].sum() == len(rows) * len(columns), "a rectangle"
            assert len(rows) <= hole_y and len(columns) <= hole_x
            # Less than half the side only where the border cuts it, and never less than a quarter of the side.
            assert len(rows) == hole_y or 0 in rows or height - 1 in rows
            assert len(columns) == hole_x or 0 in columns or width - 1 in columns
            assert len(rows) >= hole_y // 2 and len(columns) >= hole_x // 2
            whole += len(rows) == hole_y and len(columns) == hole_x
            cut_rows[rows] += 1
            cut_columns[columns] += 1
    assert whole
    for cut in (cut_rows, cut_columns):
        assert cut.min() > 0, "every pixel is cut sometimes"
        assert np.allclose(cut, cut[::-1], atol=0.1 * cut.max()), "no side is preferred"


def test_flip_is_even():
    image = pictures(1, 1, 1, 4, 4)
    flipped = [torch.equal(augment(image, "flip", parameters((u,))), image.flip(-1)) for u in (0, 0.49, 0.5, 0.99)]
    assert flipped == [True, True, False, False]


@pytest.mark.parametrize(("uniform", "factor"), [(0.0, 1 / 1.2), (just_below_one, 1.2)])
def test_scale_range(uniform, factor):
    """A ramp through the centre stays a ramp, of another slope."""
    ramp = torch.linspace(-1, 1, 41, dtype=torch.float64).expand(1, 1, 1, 41, 41)
    middle = (..., slice(15, 26), slice(15, 26))
    assert torch.allclose(augment(ramp, "scale", parameters((uniform, 0.3)))[middle], ramp[middle] * factor)
    ramp = ramp.mT
    assert torch.allclose(augment(ramp, "scale", parameters((0.3, uniform)))[middle], ramp[middle] * factor)


@pytest.mark.parametrize(("uniform", "degrees"), [(0.0, -15), (0.25, -7.5), (0.5, 0), (just_below_one, 15)])
def test_rotation_angle(uniform, degrees):
    x = torch.linspace(-1, 1, 41, dtype=torch.float64).expand(41, 41)
    turned = augment(torch.stack([x, x.mT])[None, None], "rotate", parameters((uniform,)))[0, 0, :, 15:26, 15:26]
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y = x[15:26, 15:26], x.mT[15:26, 15:26]
    assert torch.allclose(turned, torch.stack([cos * x - sin * y, sin * x + cos * y]), atol=1e-12)


def test_color_ranges():
    gray = torch.zeros(1, 1, 3, 2, 2, dtype=torch.float64)
    assert augment(gray, "color", np.array([[0, 0.5, 0.5]])).mean() == -0.5
    assert augment(gray, "color", np.array([[1, 0.5, 0.5]])).mean() == 0.5
    image = pictures(1, 1, 3, 4, 4)
    assert torch.allclose(augment(image, "color", np.full((1, 3), 0.5)), image)
    no_color = augment(image, "color", np.array([[0.5, 0, 0.5]]))[0, 0]
    assert torch.allclose(no_color, image[0, 0].mean(0).expand(3, 4, 4)), "saturation 0 is gray"
    for uniform, factor in ((0, 0.5), (1, 1.5)):
        spread = augment(image, "color", np.array([[0.5, 0.5, uniform]])).std() / image.std()
        assert torch.allclose(spread, torch.tensor(factor, dtype=torch.float64))


@pytest.mark.parametrize("operation", AUGMENTATIONS)
@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 5, 3)])
def test_gradient(operation, shape):
    images = pictures(2, 2, *shape).requires_grad_()
    uniforms = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]])
    assert torch.autograd.gradcheck(lambda images: augment(images, operation, uniforms), images)


@pytest.mark.parametrize("operation", AUGMENTATIONS)
def test_groups_of_one_image_are_changed_one_by_one(operation):
    images = pictures(6, 3, 9, 8).float()
    uniforms = np.random.default_rng(1).random((6, 3))
    together = augment(images[:, None], operation, uniforms).squeeze(1)
    for number in range(6):
        alone = augment(images[None, number : number + 1], operation, uniforms[number : number + 1])[0, 0]
        assert torch.equal(together[number], alone)
    assert len({tuple(image.flatten().tolist()) for image in together}) == 6


@pytest.mark.parametrize("operation", AUGMENTATIONS)
def test_shape_type_and_input_are_kept(operation):
    for dtype in (torch.float32, torch.float64):
        images = pictures(2, 3, 1, 8, 8).to(dtype)
        before = images.clone()
        changed = augment(images, operation, np.random.default_rng(0).random((2, 3)))
        assert changed.shape == images.shape and changed.dtype == dtype
        assert torch.equal(images, before)


@pytest.mark.parametrize("strategy", [*AUGMENTATIONS, ALL])
def test_real_and_synthetic_images_are_changed_alike(strategy):
    synthetic = pictures(5, 2, 3, 8, 8).float()
    real = torch.cat([pictures(5, 4, 3, 8, 8, seed=1).float(), synthetic], dim=1)
    changed = siamese(synthetic, strategy, generators(5))
    assert torch.equal(siamese(real, strategy, generators(5))[:, 4:], changed)
    assert not torch.equal(siamese(synthetic, strategy, generators(5, step=1)), changed)


def test_each_class_takes_its_own_operation_and_parameters():
    classes = 60
    images = pictures(1, 2, 3, 8, 8).expand(classes, -1, -1, -1, -1)
    changed = siamese(images, ALL, generators(classes))
    taken = []
    for label, draws in enumerate(generators(classes)):
        operation = AUGMENTATIONS[draws.integers(len(AUGMENTATIONS))]
        taken.append(operation)
        assert torch.equal(changed[label : label + 1], augment(images[:1], operation, draws.random((1, 3))))
    assert set(taken) == set(AUGMENTATIONS)


def test_operations_are_drawn_equally_often():
    classes = 2000
    images = pictures(1, 1, 1, 4, 4).expand(classes, -1, -1, -1, -1)
    values = siamese(images, "flip_color", generators(classes)).flatten(1).sort().values
    flips = (values == images[0].flatten().sort().values).all(1).sum()
    assert abs(flips - classes / 2) < 4 * np.sqrt(classes) / 2


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(AUGMENTATIONS), min_size=1, unique=True).map("_".join),
    st.lists(st.integers(0, 9), min_size=1, max_size=10, unique=True),
    st.integers(0, 2**32),
)
def test_a_class_does_not_depend_on_the_others(strategy, shard, step):
    images = pictures(10, 2, 1, 6, 7).float()
    everything = siamese(images, strategy, generators(10, step))
    part = siamese(images[shard], strategy, [generators(10, step)[label] for label in shard])
    assert torch.equal(part, everything[shard])


def test_siamese_is_differentiable_back_to_each_class():
    images = pictures(6, 1, 1, 5, 5).requires_grad_()
    assert torch.autograd.gradcheck(lambda images: siamese(images, ALL, generators(6)), images)
    (gradient,) = torch.autograd.grad(siamese(images, ALL, generators(6))[2].square().sum(), images)
    assert gradient[2].any() and not gradient[[0, 1, 3, 4, 5]].any()


def test_none_is_the_identity():
    images = pictures(3, 2, 1, 5, 5)
    assert torch.equal(siamese(images, "none", generators(3)), images)
