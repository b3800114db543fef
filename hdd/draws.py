"""Every random number of the library is a pure function of (seed, purpose, step, index).

Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") is a counter-based generator: a key and a
counter select its stream, and there is no hidden state. So a draw does not depend on what was drawn before. This is why
a run can be resumed, rewound, replayed and divided by class.
"""

import hashlib

import numpy as np


def generator(seed: int, purpose: str, step: int = 0, index: int = 0) -> np.random.Generator:
    """Returns the generator of one draw.

    Args:
        seed: the run's seed, 0 ≤ seed < 2⁶⁴.
        purpose: what is drawn ("network", "augmentation", …); different purposes are independent.
        step: steps completed before the draw, 0 ≤ step < 2⁶⁴.
        index: number of the class, network or image within the step, 0 ≤ index < 2⁶⁴.

    Returns:
        A fresh generator; the same arguments always give the same stream.

    >>> generator(0, "network", step=7).random() == generator(0, "network", step=7).random()
    True
    >>> generator(0, "network", step=7).random() == generator(0, "network", step=8).random()
    False
    """
    purpose_key = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "little")
    # The lowest word of the counter stays 0 here, because drawing advances it.
    return np.random.Generator(
        np.random.Philox(
            key=np.array([seed, purpose_key], dtype=np.uint64),
            counter=np.array([0, step, index, 0], dtype=np.uint64),
        )
    )
