"""Every random number of the library: a pure function of (seed, purpose, step, index).

Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") is a counter-based generator: its
stream is selected by a key and a counter instead of by hidden state, so a draw does not depend on what was
drawn before. That is what makes a run resumable, rewindable, replayable and divisible by class.
"""

import hashlib

import numpy as np


def generator(seed: int, purpose: str, step: int = 0, index: int = 0) -> np.random.Generator:
    """The generator of one draw.

    Args:
        seed: of the run, 0 ≤ seed < 2⁶⁴.
        purpose: what is drawn ("network", "augmentation", …); different purposes are independent.
        step: steps completed before the draw, 0 ≤ step < 2⁶⁴.
        index: class, network or image number within the step, 0 ≤ index < 2⁶⁴.

    Returns:
        A fresh generator; the same arguments always give the same stream.

    >>> generator(0, "network", step=7).random() == generator(0, "network", step=7).random()
    True
    >>> generator(0, "network", step=7).random() == generator(0, "network", step=8).random()
    False
    """
    purpose_key = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "little")
    # The lowest counter word is the one that drawing itself advances.
    return np.random.Generator(
        np.random.Philox(
            key=np.array([seed, purpose_key], dtype=np.uint64),
            counter=np.array([0, step, index, 0], dtype=np.uint64),
        )
    )
