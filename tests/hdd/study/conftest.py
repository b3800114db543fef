import copy

import pytest
import yaml

from hdd.study.declaration import read_study

TINY = {
    "title": "Tiny",
    "base": {"ipc": 1, "steps": 4, "network_width": 4, "network_depth": 1, "real_batch": 4, "threads": 1},
    "arms": {"mean": {"objective": "mean"}, "hdd": {}},
    "seeds": 2,
    "evaluate": {"epochs": 2, "networks": 2, "width": 4},
    "control": "mean",
}


@pytest.fixture
def write(tmp_path):
    """Writes a study file: the tiny one with other parts; None leaves a part out."""

    def make(name="tiny.yaml", **parts):
        document = {**copy.deepcopy(TINY), **parts}
        path = tmp_path / name
        path.write_text(yaml.safe_dump({k: v for k, v in document.items() if v is not None}, sort_keys=False))
        return path

    return make


@pytest.fixture
def declare(write):
    """Reads a study: the tiny one with other parts."""
    return lambda **parts: read_study(write(**parts))
