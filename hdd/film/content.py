"""What a film shows of a run: pictures of the kept steps, where their images are on the disk, curves, edits."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import torch
from PIL import Image

from hdd.data import load_chosen
from hdd.errors import DataError
from hdd.geometry import to_ball
from hdd.paths import data_set_title
from hdd.pixels import faint, sheet
from hdd.progress import Progress
from hdd.projection import VIEWS, Geometry, Pruning, Viewing
from hdd.projection.space import ViewingSpace
from hdd.protocol import accuracy_text, is_baseline
from hdd.runs.run import Run
from hdd.sets.decoders import DECODERS

REAL_POINTS = 500
CURVE_POINTS = 600
QUALITY = 50
"""Of the WebP pictures, 0 to 100."""

UNITS = 1000
"""Places on the disk are whole numbers, from −UNITS to UNITS."""

GAP = 1
"""Pixels between images on a sheet."""


def film_content(run: Run, frames: int, on_frame: Progress | None = None) -> dict[str, Any]:
    """All that a film shows, JSON-compatible; arguments are as in `hdd.film.save_film`."""
    kept = run.kept_steps()
    steps = [kept[place] for place in np.unique(np.linspace(0, len(kept) - 1, min(frames, len(kept))).astype(int))]
    settings = run.initial_settings
    data = load_chosen(settings)
    if data.fingerprint != run.meta("fingerprint"):
        raise DataError(f"The images of {settings.dataset} are not those that the run was made with: restore them.")
    space = ViewingSpace(data, Viewing.of(settings, decoder=run.decoder), REAL_POINTS)
    records = run.metrics()
    scales = {record.step: record.feature_scale for record in records}
    held = DECODERS[run.decoder].held
    labels = np.repeat(np.arange(len(run.classes)), settings.ipc * held)
    drawings: list[dict[str, Any]] = []
    worlds: dict[tuple[Geometry, Pruning], int] = {}
    reals: list[dict[str, Any]] = []
    for place, step in enumerate(steps):
        if on_frame is not None:
            on_frame(place, len(steps))
        stored = run.images(step)
        mask = run.mask_at(step).kept
        now = run.settings_at(step)
        scale = now.feature_scale if now.feature_scale != "auto" else scales.get(max(step, 1))
        world = space.measured(Geometry.of(now, scale)), Pruning.of(now)
        images = DECODERS[run.decoder].decode(stored.reshape(-1, *stored.shape[2:]))
        drawn = space.project(images, labels, world[0], next(iter(VIEWS)), world[1], mask.ravel().repeat(held))
        if world not in worlds:
            worlds[world] = len(reals)
            reals.append({
                "points": _places(drawn.real), "centroids": _places(drawn.real_centroids),
                "kept": drawn.kept.astype(int).tolist(), "curvature": world[0].curvature,
            })  # fmt: skip
        pixels = run.to_pixels(stored)
        pixels[~mask] = faint(pixels[~mask])
        drawings.append({
            "step": step, "picture": _webp(sheet(pixels, GAP)), "world": worlds[world],
            "points": _places(drawn.synthetic), "centroids": _places(drawn.synthetic_centroids),
            "gap": float(np.nanmean(drawn.gap)),
        })  # fmt: skip
    how = f"{settings.method} with {settings.objective}"
    return {
        "name": run.path.name,
        "classes": list(run.classes),
        "ipc": settings.ipc,
        "held": held,
        "labels": space.labels.tolist(),
        "frames": drawings,
        "worlds": reals,
        "view": VIEWS[next(iter(VIEWS))].title,
        "preserves": VIEWS[next(iter(VIEWS))].preserves,
        "curves": _curves(records),
        "edits": [[edit.applied_at, f"{edit.name} → {edit.value}"] for edit in run.steered()],
        "evaluations": [
            [each["step"], accuracy_text(each["accuracies"])] for each in run.evaluations() if not is_baseline(each)
        ],
        "about": f"{data_set_title(settings.dataset)}, {settings.ipc} images per class, {how}",
    }


def _places(points: np.ndarray) -> list[list[int] | None]:
    """Tangent vectors (n, 2) as places in the disk; None for a centroid that is missing."""
    there = to_ball(torch.from_numpy(np.nan_to_num(points))).numpy()
    missing = np.isnan(points[:, 0])
    whole = np.rint(UNITS * there).astype(int).tolist()
    return [None if gone else place for gone, place in zip(missing, whole, strict=True)]


def _webp(picture: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="WEBP", quality=QUALITY, method=4)
    return base64.b64encode(buffer.getvalue()).decode()


def _curves(records: list[Any]) -> dict[str, list[float]]:
    """Loss and median radii over the steps; of many steps, evenly spaced ones."""
    places = np.unique(np.linspace(0, len(records) - 1, min(CURVE_POINTS, len(records))).astype(int)) if records else []
    chosen = [records[place] for place in places]
    return {
        "step": [record.step for record in chosen],
        "loss": [_number(record.loss) for record in chosen],
        "real radius": [_number(record.column("real_radius_q50").mean()) for record in chosen],
        "synthetic radius": [_number(record.column("synthetic_radius_q50").mean()) for record in chosen],
    }


def _number(value: float) -> float:
    return float(f"{value:.4g}")
