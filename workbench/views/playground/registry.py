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
    "holonomy": Words(
        "Carry an arrow",
        "An arrow that is carried round a loop, always straight on, comes back turned: by the area of the loop.",
    ),
    "models": Words(
        "Four pictures", "Four pictures of one plane, of which each is true to something and distorts the rest."
    ),
    "curvature": Words(
        "Curvature", "As the curvature goes to 0, the disk grows without end and the plane becomes the flat one."
    ),
    "tree": Words(
        "Trees", "A tree finds room in the hyperbolic plane; in the flat plane its leaves have to crowd together."
    ),
    "numerics": Words(
        "Float32", "Far from the middle the usual formulas lose all digits in float32, and the polar form loses none."
    ),
    "centroid": Words(
        "Centroids", "The centroid of points at the rim lies well inside, and the farthest points pull it the most."
    ),
    "canvas": Words(
        "Free drawing", "Shapes follow the points that they hang on, and moving the whole plane changes none of them."
    ),
}
"""Words by name; the file `figures/NAME.js` draws the figure."""
