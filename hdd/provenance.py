"""What made a run; it is recorded so that one can later tell why two runs differ."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_LIMITS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR", "CUBLAS_WORKSPACE_CONFIG")


def provenance() -> dict[str, str]:
    """Versions, the machine, and the commit of the source if it is a git checkout."""
    packages = ("hdd-workbench", "torch", "numpy", "safetensors", "scikit-learn", "pillow")
    facts = {name: version(name) for name in packages}
    facts |= {"python": platform.python_version(), "machine": platform.machine(), "system": platform.platform()}
    facts["processor"] = _processor()
    try:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=5,
        )
        facts["commit"] = commit.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        facts["commit"] = ""
    return facts


def computing_on(device: "torch.device") -> dict[str, str]:
    """On what steps are computed now: all on which their bits depend beside the run itself."""
    import torch

    # The version of torch that it tells itself names the build too.
    facts = {"hdd-workbench": version("hdd-workbench"), "torch": torch.__version__, "numpy": version("numpy")}
    name = device.type
    if device.type == "cuda":
        versions = f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
        name = f"cuda ({torch.cuda.get_device_name(device)}, {versions})"
    facts |= {"device": name, "threads": str(torch.get_num_threads()), "processor": _processor()}
    facts["instructions"] = torch.backends.cpu.get_cpu_capability()
    # They hold back libraries that choose their instructions themselves.
    facts |= {name: os.environ[name] for name in _LIMITS if name in os.environ}
    return facts


def _processor() -> str:
    """The model of the processor; "" if the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
