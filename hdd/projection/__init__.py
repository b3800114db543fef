"""High-dimensional points drawn in the hyperbolic plane, through a fixed viewing network.

`ViewingSpace` (hdd.projection.space) makes the drawings and needs torch; what it hands out, below, does not.
"""

from hdd.projection.records import VIEWS, Faithfulness, Geometry, Nearest, Neighbours, Projection, Pruning, Viewing

__all__ = ["VIEWS", "Faithfulness", "Geometry", "Nearest", "Neighbours", "Projection", "Pruning", "Viewing"]
