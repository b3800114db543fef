"""Draws the features of a fixed viewing network, which have many dimensions, in the hyperbolic plane.

`ViewingSpace` (in hdd.projection.space) makes the drawings and needs torch. The records that it returns, which this
package exports, do not.
"""

from hdd.projection.records import VIEWS, Faithfulness, Geometry, Nearest, Neighbours, Projection, Pruning, Viewing

__all__ = ["VIEWS", "Faithfulness", "Geometry", "Nearest", "Neighbours", "Projection", "Pruning", "Viewing"]
