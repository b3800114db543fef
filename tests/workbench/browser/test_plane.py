"""The plane in the browser is the plane of `hdd.geometry`, to 1e-12 up to radius 5."""

import math

import numpy as np
import pytest
import torch

from hdd import geometry
from workbench import browser as scripts

CLOSE = 1e-12


@pytest.fixture(scope="module")
def ask(browser):
    """Evaluates an expression that uses `plane` and the arguments `a`, in a browser."""
    page = browser.new_page()
    code = scripts.module("plane.js")
    yield lambda expression, *a: page.evaluate(f"a => {{ {code}\n return {expression} }}", list(a))
    page.close()


def points(count, seed, farthest=5.0):
    random = np.random.default_rng(seed)
    angles, radii = random.uniform(0, 2 * np.pi, count), random.uniform(0, farthest, count)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1)


X, Y, Z = (points(300, seed) for seed in range(3))
NEAR = X + 1e-6 * points(300, 3)


def each(ask, expression, *arrays):
    """The expression in x, y, … for each row of the arrays."""
    names = "xyzw"[: len(arrays)]
    rows = ", ".join(f"{name} = a[{place}][i]" for place, name in enumerate(names))
    return np.array(
        ask(f"a[0].map((_, i) => {{ const {rows}; return {expression} }})", *(array.tolist() for array in arrays))
    )


def tensor(array):
    return torch.from_numpy(np.asarray(array, float))


def close(found, expected, size=None):
    expected = np.asarray(expected)
    size = np.maximum(np.abs(expected) if size is None else size, 1e-300)
    assert np.isfinite(found).all()
    assert (np.abs(found - expected) / size).max() < CLOSE


@pytest.mark.parametrize("other", [Y, NEAR, -X], ids=["generic", "near", "opposite"])
def test_distance(ask, other):
    close(each(ask, "plane.distance(x, y)", X, other), geometry.distance(tensor(X), tensor(other)))


@pytest.mark.parametrize("other", [Y, NEAR], ids=["generic", "near"])
def test_translate_and_logarithm(ask, other):
    moved = geometry.translate(tensor(other), -tensor(X)).numpy()
    size = np.linalg.norm(moved, axis=-1, keepdims=True)
    close(each(ask, "plane.log(x, y)", X, other), moved, size)
    close(each(ask, "plane.translate(y, plane.times(-1, x))", X, other), moved, size)


def test_geodesics(ask):
    for t in (0.0, 0.3, 1.0, 1.5):
        found = each(ask, f"plane.exp(x, plane.times({t}, plane.log(x, y)))", X, Y)
        close(found, geometry.geodesic(tensor(X), tensor(Y), t), 5.0)


def test_charts(ask):
    for name, there, back in (
        ("Disk", geometry.to_ball, geometry.from_ball),
        ("Klein", geometry.to_klein, geometry.from_klein),
    ):
        places = there(tensor(X)).numpy()
        close(each(ask, f"plane.to{name}(x)", X), places, 1.0)
        close(each(ask, f"plane.from{name}(x)", places), back(tensor(places)), 5.0)
    ambient = geometry.exp0(tensor(X)).numpy()
    close(each(ask, "plane.toHyperboloid(x)", X), np.roll(ambient, -1, axis=-1), ambient[:, :1])
    close(each(ask, "plane.fromHyperboloid(plane.toHyperboloid(x))", X), X, 5.0)
    ball = geometry.to_ball(tensor(X)).numpy()
    z = ball[:, 0] + 1j * ball[:, 1]
    half = 1j * (1 - 1j * z) / (1 + 1j * z)
    close(each(ask, "plane.toHalfPlane(x)", X), np.stack([half.real, half.imag], -1), np.abs(half)[:, None] * 1e2)
    close(each(ask, "plane.fromHalfPlane(plane.toHalfPlane(x))", X), X, 5.0)


def test_centroids(ask):
    weights = np.linspace(0.1, 2, len(X))
    close(ask("plane.centroid(a[0])", X.tolist()), geometry.centroid(tensor(X)))
    close(
        ask("plane.centroid(a[0], a[1])", X.tolist(), weights.tolist()),
        geometry.centroid(tensor(X), tensor(weights)),
    )
    close(ask("plane.frechet(a[0])", X.tolist()), geometry.centroid(tensor(X), kind="karcher"), 1.0)
    assert ask("plane.centroid([[1, 0], [-1, 0]])") == [0, 0]


def test_horocycles(ask):
    direction = tensor([[math.cos(0.7), math.sin(0.7)]])
    close(each(ask, "plane.busemann(x, 0.7)", X), geometry.busemann(tensor(X), direction)[..., 0], 5.0)


def test_isometries(ask):
    """Composed, inverted and applied, as translations one after the other."""
    both = geometry.translate(geometry.translate(tensor(Z), tensor(Y)), tensor(X))
    found = each(ask, "plane.apply(plane.compose({by: x, turn: 0}, {by: y, turn: 0}), z)", X, Y, Z)
    # The radius is at most 15, and coordinates in the disk are exact to e^−5.
    close(found, both, 15.0)
    back = "(m => plane.apply(plane.inverse(m), plane.apply(m, z)))({by: x, turn: y[0]})"
    close(each(ask, back, X, Y, Z), Z, 15.0)
    close(each(ask, "plane.apply(plane.carry(x, y), x)", X, Y), Y, 15.0)


def test_turning_is_parallel_transport(ask):
    w = tensor([[1.0, 0.0]])
    expected = geometry.transport(w, tensor(X), tensor(Y)).numpy()
    close(each(ask, "plane.rotate([1, 0], plane.turning(x, y))", X, Y), expected, 1.0)


def test_the_angles_and_the_area_of_a_triangle_make_pi(ask):
    found = each(
        ask, "plane.angle(x, y, z) + plane.angle(y, z, x) + plane.angle(z, x, y) + plane.area(x, y, z)", X, Y, Z
    )
    close(found, np.full(len(X), math.pi))


def test_reflections_keep_distances_and_the_line(ask):
    close(each(ask, "plane.reflect(plane.reflect(x, y, z), y, z)", X, Y, Z), X, 5.0)
    close(each(ask, "plane.distance(plane.reflect(x, y, z), y)", X, Y, Z), geometry.distance(tensor(X), tensor(Y)), 5.0)
    line = geometry.geodesic(tensor(Y), tensor(Z), 0.3).numpy()
    close(each(ask, "plane.reflect(x, y, z)", line, Y, Z), line, 5.0)


def test_nothing_is_undefined_where_points_coincide(ask):
    assert ask("[plane.distance([1, 2], [1, 2]), ...plane.log([1, 2], [1, 2])]") == [0, 0, 0]
    assert ask("plane.translate([0, 0], [0, 0])") == [0, 0]
    assert ask("plane.area([1, 0], [1, 0], [0, 1])") == 0
    close(ask("plane.reflect([3, 0], [1, 0], [1, 0])"), [-1, 0], 1.0)
    assert ask("plane.frechet([[2, 1], [2, 1]])") == pytest.approx([2, 1])
