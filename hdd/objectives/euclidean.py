"""Distribution matching in Euclidean feature space (Zhao & Bilen, WACV 2023, arXiv 2110.04181)."""

from torch import Tensor


def dm(real: Tensor, synthetic: Tensor) -> Tensor:
    """Squared distance between the mean features, ‖μ_real − μ_synthetic‖² (eq. 4 of the paper, one class a row).

    Args:
        real: (C, N, D) features.
        synthetic: (C, M, D) features.

    Returns:
        (C,) losses ≥ 0.
    """
    return (real.mean(dim=-2) - synthetic.mean(dim=-2)).square().sum(dim=-1)
