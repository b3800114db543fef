"""Hyperbolic geometry as pure functions on tangent vectors at the origin: see `hdd.geometry.lorentz`."""

from hdd.geometry.busemann import busemann
from hdd.geometry.centroids import centroid
from hdd.geometry.isometry import geodesic, translate, transport
from hdd.geometry.logarithm import logarithm
from hdd.geometry.lorentz import distance, exp0, log0
from hdd.geometry.pairwise import pairwise_distance
from hdd.geometry.poincare import (
    circle,
    circle_path,
    from_ball,
    from_klein,
    geodesic_path,
    mobius_add,
    recentre,
    to_ball,
    to_klein,
)

__all__ = [
    "busemann",
    "centroid",
    "circle",
    "circle_path",
    "distance",
    "exp0",
    "from_ball",
    "from_klein",
    "geodesic",
    "geodesic_path",
    "log0",
    "logarithm",
    "mobius_add",
    "pairwise_distance",
    "recentre",
    "to_ball",
    "to_klein",
    "translate",
    "transport",
]
