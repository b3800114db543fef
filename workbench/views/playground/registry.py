"""The figures of the playground, in the order in which they teach."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A figure that the file `figures/NAME.js` draws.

    Attributes:
        title: what it shows.
        notice: one sentence of what to notice.
        points: names of the points that it can be given to begin with.
        sets: names of the sets of points that it can be given.
        numbers: (least, largest) of the numbers that it can be given, by name.
    """

    title: str
    notice: str
    points: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    numbers: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def values(self) -> tuple[str, ...]:
        """The names of all that users change in it, with which it can also begin."""
        return (*self.points, *self.sets, *self.numbers)

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of all that it can be given; every figure can be given the points of a class, as `cloud`."""
        return (*self.values, "cloud")


FIGURES = {
    "translate": Figure(
        "Move the plane",
        "Everything shrinks towards the rim, and nothing changes: each tile is as large as every other.",
        points=("a", "b"),
    ),
    "geodesic": Figure(
        "Shortest paths",
        "The shortest path between two points bends towards the middle of the disk.",
        points=("a", "b"),
    ),
    "triangle": Figure(
        "Triangles",
        "The angles of a triangle add up to less than 180°, and what is missing is exactly its area.",
        points=("a", "b", "c"),
    ),
    "circle": Figure(
        "Circles",
        "The circumference grows as e to the radius, so nearly everything in a circle is near its edge.",
        points=("centre", "edge"),
    ),
    "holonomy": Figure(
        "Carry an arrow",
        "An arrow that is carried round a loop, always straight on, comes back turned: by the area of the loop.",
        points=("a", "b", "c"),
        numbers={"way": (0, 1)},
    ),
    "models": Figure(
        "Four pictures",
        "Four pictures of one plane, of which each is true to something and distorts the rest.",
        points=("a", "b", "c", "d"),
    ),
    "curvature": Figure(
        "Curvature",
        "As the curvature goes to 0, the disk grows without end and the plane becomes the flat one.",
        points=("a", "b", "c"),
        numbers={"curvature": (-4, 0)},
    ),
    "tree": Figure(
        "Trees",
        "A tree finds room in the hyperbolic plane; in the flat plane its leaves have to crowd together.",
        numbers={"branching": (2, 5), "depth": (1, 7), "edge": (0.2, 4)},
    ),
    "numerics": Figure(
        "Float32",
        "Far from the middle the usual formulas lose all digits in float32, and the polar form loses none.",
        numbers={"radius": (1, 40), "apart": (0.001, 2)},
    ),
    "centroid": Figure(
        "Centroids",
        "The centroid of points at the rim lies well inside, and the farthest points pull it the most.",
        sets=("points",),
        numbers={"reach": (0.1, 3)},
    ),
    "canvas": Figure(
        "Free drawing",
        "Shapes follow the points that they hang on, and moving the whole plane changes none of them.",
        sets=("points",),
    ),
}
"""All figures by name."""
