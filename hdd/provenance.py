"""What made a run; it is recorded so that one can later tell why two runs differ."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path


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


def _processor() -> str:
    """The model of the processor; "" if the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
