"""Study files for tests."""

import copy

import yaml

TINY = {
    "title": "Tiny",
    "base": {"ipc": 1, "steps": 4, "network_width": 4, "network_depth": 1, "real_batch": 4, "threads": 1},
    "arms": {"mean": {"objective": "mean"}, "hdd": {}},
    "seeds": 2,
    "evaluate": {"epochs": 2, "networks": 2, "width": 4},
    "control": "mean",
}


def writer(folder):
    """Writes study files into a folder: the tiny one with other parts; None leaves a part out."""

    def make(name="tiny.yaml", **parts):
        document = {**copy.deepcopy(TINY), **parts}
        path = folder / name
        path.write_text(yaml.safe_dump({k: v for k, v in document.items() if v is not None}, sort_keys=False))
        return path

    return make
