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
