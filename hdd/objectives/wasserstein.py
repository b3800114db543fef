"""What objectives by optimal transport have in common."""

from hdd.knobs import Integer
from hdd.objectives.base import GROUP
from hdd.objectives.weighted import Weighted


class Wasserstein(Weighted):
    """An objective that is a Wasserstein distance W_p, to the power of p."""

    transport_order = Integer(
        2,
        bounds=(1, 2),
        label="Transport order",
        unit="exponent",
        group=GROUP,
        doc="Exponent p of the distances in the Wasserstein distance. 2 moves a single image to the mean of the real "
        "ones, 1 to their median.",
    )
