"""Draws the features of a fixed viewing network, which have many dimensions, in the hyperbolic plane.

`ViewingSpace` (in hdd.projection.space) makes the drawings and needs torch. The views, and the records that it returns,
do not.
"""

from hdd.projection.records import (
    Faithfulness,
    Geometry,
    Hierarchy,
    Nearest,
    Neighbours,
    Projection,
    Pruning,
    Viewing,
)
from hdd.projection.views import VIEWS, View

__all__ = [
    "VIEWS",
    "Faithfulness",
    "Geometry",
    "Hierarchy",
    "Nearest",
    "Neighbours",
    "Projection",
    "Pruning",
    "View",
    "Viewing",
]
