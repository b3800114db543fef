"""The figures of the playground, in the order in which they teach."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What stands over a figure.

    Attributes:
        title: what it shows.
        notice: one sentence of what to notice.
    """

    title: str
    notice: str


FIGURES = {
    "translate": Words(
        "Move the plane",
        "Everything shrinks towards the rim, and nothing changes: each tile is as large as every other.",
    ),
    "geodesic": Words("Shortest paths", "The shortest path between two points bends towards the middle of the disk."),
    "triangle": Words(
        "Triangles", "The angles of a triangle add up to less than 180°, and what is missing is exactly its area."
    ),
    "circle": Words(
        "Circles", "The circumference grows as e to the radius, so nearly everything in a circle is near its edge."
    ),
}
"""Words by name; the file `figures/NAME.js` draws the figure."""
