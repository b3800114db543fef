"""What a film shows of a run: pictures of the kept steps, where their images are on the disk, curves, edits."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import torch
from PIL import Image

from hdd.geometry import to_ball
from hdd.paths import data_set_title
from hdd.pixels import faint, sheet
from hdd.progress import Progress
from hdd.projection import VIEWS, Geometry, Pruning, Viewing
from hdd.projection.space import ViewingSpace
from hdd.protocol import accuracy_text, is_baseline
from hdd.runs.real_images import load_real_images
from hdd.runs.run import Run
from hdd.sets.decoders import DECODERS

REAL_POINTS = 500
CURVE_POINTS = 600
ENCODINGS = ((16_383, "webp", {"quality": 50, "method": 4}), (65_500, "jpeg", {"quality": 70}), (2**31 - 1, "png", {}))
"""How sheets are encoded: the longest side in pixels that a format can hold, its name, and its options."""

UNITS = 1000
"""Places on the disk are whole numbers, from −UNITS to UNITS."""

GAP = 1
"""Pixels between images on a sheet."""


def film_content(run: Run, frames: int, on_frame: Progress | None = None, place: str | None = None) -> dict[str, Any]:
    """All that a film shows, JSON-compatible; arguments are as in `hdd.film.save_film`."""
    kept = run.kept_steps()
    steps = [kept[place] for place in np.unique(np.linspace(0, len(kept) - 1, min(frames, len(kept))).astype(int))]
    data = load_real_images(run, place)
    settings = run.initial_settings
    space = ViewingSpace(data, Viewing.of(settings, decoder=run.decoder), REAL_POINTS)
    records = run.metrics()
    scales = {record.step: record.feature_scale for record in records}
    held = DECODERS[run.decoder].held
    labels = np.repeat(np.arange(len(run.classes)), settings.ipc * held)
    encoding = ""
    drawings: list[dict[str, Any]] = []
    worlds: dict[tuple[Geometry, Pruning], int] = {}
    reals: list[dict[str, Any]] = []
    for number, step in enumerate(steps):
        if on_frame is not None:
            on_frame(number, len(steps))
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
        encoding, picture = _encoded(sheet(pixels, GAP))
        drawings.append({
            "step": step, "picture": picture, "world": worlds[world],
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
        "encoding": encoding,
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


def _encoded(picture: np.ndarray) -> tuple[str, str]:
    """A picture in base64 in the smallest format that holds its size, with the name of that format before it."""
    name, options = next((name, options) for side, name, options in ENCODINGS if max(picture.shape) <= side)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format=name, **options)
    return name, base64.b64encode(buffer.getvalue()).decode()


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
