"""Lines, circles, tilings and trees of the playground, as they must be by their definitions."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from hdd import geometry
from workbench import browser as scripts
from workbench.views import playground

HERE = Path(playground.__file__).parent


@pytest.fixture(scope="module")
def ask(browser):
    page = browser.new_page()
    code = scripts.module("plane.js", HERE / "shapes.js")
    yield lambda expression: page.evaluate(f"() => {{ {code}\n return {expression} }}")
    page.close()


def distances(u, v):
    return geometry.distance(torch.tensor(u, dtype=torch.float64), torch.tensor(v, dtype=torch.float64)).numpy()


@pytest.mark.parametrize(("p", "q"), [(7, 3), (5, 4), (4, 5), (3, 7), (8, 3)])
def test_a_tiling_has_equal_edges_and_q_of_them_at_each_corner(ask, p, q):
    found = ask(f"shapes.tiling({p}, {q})")
    corners, edges = np.array(found["corners"]), np.array(found["edges"])
    side = 2 * math.acosh(math.cos(math.pi / p) / math.sin(math.pi / q))
    assert distances(corners[edges[:, 0]], corners[edges[:, 1]]) == pytest.approx(side)
    inner = np.hypot(*corners.T) < 2.5
    degrees = np.bincount(edges.ravel(), minlength=len(corners))
    assert inner.sum() >= p and (degrees[inner] == q).all()
    # A tile's neighbours are twice the inner radius away.
    inner_radius = math.acosh(math.cos(math.pi / q) / math.sin(math.pi / p))
    middles = np.array(found["middles"])
    assert np.sort(np.hypot(*middles.T))[1 : p + 1] == pytest.approx(2 * inner_radius)


def test_polygons_that_do_not_fit_make_no_tiling(ask):
    assert ask("[shapes.tiling(4, 4), shapes.tiling(3, 5)]") == [None, None]


def test_a_tree_has_edges_of_one_length_and_counts_its_hops(ask):
    found = ask("(tree => ({...tree, hops: shapes.hops(tree).map((row) => [...row])}))(shapes.tree(3, 3, 1.5))")
    points, parents = np.array(found["points"]), np.array(found["parents"])
    assert len(points) == 1 + 3 + 9 + 27
    assert distances(points[1:], points[parents[1:]]) == pytest.approx(1.5)
    hops = np.array(found["hops"])
    assert (hops == hops.T).all() and hops[0].tolist() == found["level"]
    # No path is longer than the tree's; with long edges none is much shorter.
    every = distances(points[:, None], points[None])
    assert (every <= 1.5 * hops + 1e-9).all()


def test_a_line_goes_through_its_points_and_ends_at_the_rim(ask):
    for u, v in (([0.5, 1.0], [-2.0, 0.3]), ([-1.0, 0.0], [2.0, 0.0]), ([3.0, 0.1], [3.0, 0.2])):
        line = np.array(ask(f"shapes.line({u}, {v})"))
        assert np.hypot(*line[[0, -1]].T).min() > 8
        # Each point is its own image in the line.
        same = np.array(ask(f"shapes.line({u}, {v}).map((w) => plane.reflect(w, {u}, {v}))"))
        assert same == pytest.approx(line, abs=1e-6)
    assert ask("shapes.line([1, 1], [1, 1])") == []


def test_a_circle_has_one_radius_and_a_horocycle_one_height(ask):
    circle = np.array(ask("shapes.circle([0.7, -1.2], 1.3)"))
    assert distances(circle, [0.7, -1.2]) == pytest.approx(1.3)
    horocycle = torch.tensor(ask("shapes.horocycle(0.9, [0.4, -0.3])"), dtype=torch.float64)
    direction = torch.tensor([[math.cos(0.9), math.sin(0.9)]], dtype=torch.float64)
    height = geometry.busemann(torch.tensor([[0.4, -0.3]], dtype=torch.float64), direction)
    assert geometry.busemann(horocycle, direction).numpy() == pytest.approx(float(height), abs=1e-8)
