"""How well each view of the disk shows what it is looked at for: a table, from runs on disk.

    python benchmarks/views.py RUN [RUN …]

For each run, viewing network, and feature centre, views draw the run's first, middle and last kept step. The table has
the worst of the three steps. docs/views.md says what the columns mean.
"""

import argparse
import dataclasses
import itertools
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from scipy.stats import spearmanr
from view_candidates import CANDIDATES

from hdd.data import load_chosen
from hdd.geometry import distance, to_ball
from hdd.geometry.numerics import norm
from hdd.projection import VIEWS, Geometry, View, Viewing
from hdd.projection.faithfulness import faithfulness
from hdd.projection.scene import Drawing, Scene
from hdd.projection.space import ViewingSpace
from hdd.runs.run import Run

COMPARED = 60
"""Real images of each class that are compared, with as many synthetic ones as there are."""

COLUMNS = (
    "trust",
    "continuity",
    "class",
    "class in space",
    "gap ranks",
    "longest",
    "pair ranks",
    "moved",
    "learn",
    "draw",
)


def measure(scene: Scene, drawing: Drawing, apart: bool) -> dict[str, float]:
    """The figures of one drawing."""
    rows = np.concatenate([np.flatnonzero(scene.labels == label)[:COMPARED] for label in np.unique(scene.labels)])
    points = torch.cat([scene.real[torch.from_numpy(rows)], scene.synthetic])
    drawn = torch.cat([drawing.real[torch.from_numpy(rows)], drawing.synthetic])
    found = faithfulness(points, drawn, np.concatenate([scene.labels[rows], scene.synthetic_labels]), apart)
    gap = distance(drawing.real_centroids, drawing.synthetic_centroids).numpy()
    exact = scene.gap.numpy()
    one, other = np.triu_indices(len(exact), 1)
    pairs = [
        distance(centroids[one], centroids[other]).numpy()
        for centroids in (scene.real_centroids, drawing.real_centroids)
    ]
    return {
        "trust": found.trustworthiness,
        "continuity": found.continuity,
        "class": np.nan if found.class_accuracy is None else found.class_accuracy,
        "class in space": np.nan if found.own_class_accuracy is None else found.own_class_accuracy,
        "gap ranks": float(spearmanr(exact, gap).statistic),
        "longest": float((gap / exact).max()),
        "pair ranks": np.nan if apart else float(spearmanr(*pairs).statistic),
    }


def look(name: str, kind: type[View], scenes: list[Scene], initial: Scene, seed: int) -> list[str]:
    """The cells of a row: the worst of the scenes."""
    started = time.perf_counter()
    view = kind(kind.learn(initial, seed))
    learned = time.perf_counter() - started
    found, drawings = [], []
    for scene in scenes:
        started = time.perf_counter()
        drawings.append(view.draw(scene))
        drawn = time.perf_counter() - started
        found.append(measure(scene, drawings[-1], kind.apart) | {"draw": drawn})
    moved = max(
        float(norm(to_ball(one.real) - to_ball(other.real)).quantile(0.95))
        for one, other in itertools.pairwise(drawings)
    )
    worst = {key: (max if key in ("longest", "draw") else min)(each[key] for each in found) for key in found[0]}
    worst |= {"moved": moved / 2, "learn": learned}
    return [name, *(cell(column, worst[column]) for column in COLUMNS)]


def cell(column: str, value: float) -> str:
    """A figure as the table shows it."""
    if np.isnan(value):
        return "–"
    if column in ("learn", "draw"):
        return f"{value:.2f} s"
    return f"{100 * value:.1f} %" if column == "moved" else f"{value:.2f}"


def tables(path: Path, console: Console) -> None:
    """Prints the tables of one run."""
    run = Run(path)
    data = load_chosen(run.settings)
    kept = sorted(run.kept_steps())
    steps = [kept[0], kept[len(kept) // 2], kept[-1]]
    for network in ("random", "trained"):
        viewing = dataclasses.replace(Viewing.of(run.initial_settings), network=network)
        for centre in ("none", "mean"):
            geometry = dataclasses.replace(Geometry.of(run.initial_settings, None), feature_centre=centre)
            space = ViewingSpace(data, dataclasses.replace(viewing, geometry=geometry))
            sets = [run.synthetic(step) for step in steps]
            scenes = [space.scene(made.images, made.hard_labels, geometry)[0] for made in sets]
            accuracy = (
                "" if space.network_accuracy is None else f" ({100 * space.network_accuracy:.1f} % test accuracy)"
            )
            console.print(
                f"\n{data.name}, {network} network{accuracy}, feature centre {centre}, steps {steps}\n", highlight=False
            )
            console.print("| view | " + " | ".join(COLUMNS) + " |")
            console.print("|---" * (len(COLUMNS) + 1) + "|")
            for name, kind in {**VIEWS, **CANDIDATES}.items():
                console.print(
                    "| " + " | ".join(look(name, kind, scenes, scenes[0], viewing.seed)) + " |", highlight=False
                )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    console = Console(width=250)
    for path in parser.parse_args().runs:
        tables(path, console)


if __name__ == "__main__":
    main()
