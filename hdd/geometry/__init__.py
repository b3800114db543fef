"""Hyperbolic geometry as pure functions on tangent vectors at the origin."""

from hdd.geometry.lorentz import centroid, distance

__all__ = ["centroid", "distance"]
