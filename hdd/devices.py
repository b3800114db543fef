"""Devices to compute on, and the message when their memory is full. Torch is loaded only when it is needed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdd.errors import InvalidInputError, OutOfMemoryError

if TYPE_CHECKING:
    import torch


def pick_device(name: str) -> torch.device:
    """The device called `name`; "auto" is CUDA, else MPS, else the CPU.

    Raises:
        HDDError: this machine does not have that device.
    """
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    device = torch.device(name)
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}[device.type]
    if here and device.type == "cuda":
        here = (device.index or 0) < torch.cuda.device_count()
    if not here:
        raise InvalidInputError(
            f"device={name!r} is not available on this machine: give auto, cpu or a device that torch sees."
        )
    return device


def has_bfloat16(device: torch.device) -> bool:
    """Whether a device computes in bfloat16 itself; others convert to float32 and back, which takes long."""
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        found = torch.cpu.get_capabilities()
        return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return True


@contextmanager
def explain_out_of_memory(device: torch.device) -> Generator[None]:
    """Turns the out-of-memory errors of torch and Python into one message that says what helps.

    Raises:
        HDDError: in place of these errors.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        text = str(error).lower()
        if isinstance(error, RuntimeError) and "out of memory" not in text and "allocate memory" not in text:
            raise
        raise OutOfMemoryError(
            f"Out of memory on {device}: lower real_batch, ipc or network_width, or choose another device."
        ) from None
