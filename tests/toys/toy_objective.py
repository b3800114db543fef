"""The smallest objective with a knob of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.knobs import Number
from hdd.objectives import Objective

if TYPE_CHECKING:
    from torch import Tensor


class Sharpened(Objective):
    """A power of the distance of the mean features."""

    sharpness = Number(
        2.0,
        bounds=(1, 8),
        softbounds=(1.0, 8.0),
        step=0.5,
        label="Sharpness",
        unit="exponent",
        group="Geometry",
        doc="Exponent of the distance of the means; 2 is plain matching.",
    )

    columns = (*Objective.columns, "largest_difference")

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """The sum over dimensions of |μ_real − μ_synthetic|^sharpness."""
        return (real.mean(dim=-2) - synthetic.mean(dim=-2)).abs().pow(self.sharpness).sum(dim=-1)

    def diagnostics(self, real: Tensor, synthetic: Tensor, losses: Tensor) -> dict[str, Tensor]:
        """Records the largest |μ_real − μ_synthetic| too; see `Objective.diagnostics`."""
        largest = (real.mean(dim=-2) - synthetic.mean(dim=-2)).abs().amax(dim=-1)
        return super().diagnostics(real, synthetic, losses) | {"largest_difference": largest}
