"""What centring does: radii of the features, and accuracy at matched step size of the images, as a table.

    python benchmarks/centring.py DATASET [DATASET …] [--steps N] [--seeds N]

Each run is made twice, with feature_centre none and mean. As accuracy follows the step size of the images before it
follows anything else, λ of the second is chosen so that its mean gradient norm is that of the first; a short pilot run
measures it. docs/centring.md has the table.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import hdd
from hdd.data import Dataset, load
from hdd.protocol import accuracy_text
from hdd.runs.run import Run

PILOT_STEPS = 60
WEIGHT = 20.0
CENTRES = ("none", "mean")
COMMON: dict[str, Any] = {"ipc": 10, "snapshot_every": 1000}
SMALLER: dict[str, Any] = {"network_width": 64, "real_batch": 64}
"""For colour images, which would take four times as long with the settings of the paper."""
RADII = ("real_radius_q10", "real_radius_q50", "real_radius_q90")


def mean_of(runs: list[Run], column: str) -> float:
    """The mean of a column of the metrics over runs, steps and classes."""
    return float(np.mean([each.classes[:, each.columns.index(column)] for run in runs for each in run.metrics()]))


def main() -> None:
    """Makes the runs, evaluates them, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    table = Table("data set", "feature centre", "λ", "gradient norm", "√|K|·radius: 10, 50, 90 %", "accuracy")
    with tempfile.TemporaryDirectory() as folder:
        for dataset in chosen.datasets:
            place = Path(folder) / dataset.replace("/", "-")
            data = load(dataset)

            def runs_of(name: str, count: int, place: Path = place, data: Dataset = data, **settings: Any) -> list[Run]:
                every = {**COMMON, **(SMALLER if data.channels == 3 else {}), **settings}
                return [
                    hdd.distill(data.name, out=place / f"{name}-{seed}", data=data, seed=seed, **every)
                    for seed in range(count)
                ]

            norms = [
                mean_of(runs_of(f"pilot-{centre}", 1, steps=PILOT_STEPS, feature_centre=centre), "gradient_norm")
                for centre in CENTRES
            ]
            for centre, norm in zip(CENTRES, norms, strict=True):
                weight = WEIGHT * norms[0] / norm
                runs = runs_of(centre, chosen.seeds, steps=chosen.steps, feature_centre=centre, weight=weight)
                accuracies = [hdd.evaluate(run, protocol="quick").mean for run in runs]
                table.add_row(
                    dataset,
                    centre,
                    f"{weight:.3g}",
                    f"{mean_of(runs, 'gradient_norm'):.3g}",
                    ", ".join(f"{mean_of(runs, name):.2f}" for name in RADII),
                    accuracy_text(accuracies),
                )
    Console().print(table)


if __name__ == "__main__":
    main()
