"""What is measured on the images of a run is measured on what its optimiser has, and not on pixels."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from session_parts import Document, Inline, StillSource, View

from hdd.projection import Viewing
from hdd.projection.space import ViewingSpace
from hdd.runs.resume import resume
from hdd.runs.start import create
from hdd.settings import initial_settings
from hdd.states import EngineState
from workbench.browser.link import Link
from workbench.core import projector
from workbench.core.source import StepImages
from workbench.session import Session

STEPS = 12


@pytest.fixture(scope="module")
def run(tmp_path_factory, digits):
    """A run whose images go far beyond black and white; each of its steps is kept, and some were shown live."""
    small = {"ipc": 2, "network_width": 8, "real_batch": 16, "threads": 1}
    settings = initial_settings(steps=STEPS, snapshot_every=1, image_lr=50.0, **small)
    run = create(tmp_path_factory.mktemp("bright") / "run", settings, digits)
    run.watch()
    resume(run, data=digits)
    return run


@pytest.fixture(scope="module")
def space(run, digits):
    return ViewingSpace(digits, Viewing.of(run.initial_settings))


@pytest.fixture
def show(run, monkeypatch):
    """Shows a step of the run, by the frame that its engine left or by what was kept."""
    monkeypatch.setattr(projector, "_tell", None)
    source, view, document = StillSource(run.path), View(), Document()
    source.read_all()
    session = Session(source, Inline(), Link(), document)
    session.views.append(view)
    session.open()

    def look(step, live):
        kept = tuple(each for each in run.kept_steps() if each != step or not live)
        frame = StepImages(step, rows(run.frame()[1])) if live else None
        status = replace(run.status(), state=EngineState.RUNNING)
        scale = run.metrics(after=step - 1, until=step)[0].feature_scale
        source.put(step=step, kept=kept, frame=frame, status=status, feature_scale=scale)
        for _ in range(3):
            document.run(later=True)
            session._link.listener({"painted": session._link.frame})
        assert view.frames[-1].image_step == view.frames[-1].disk.step == step
        return view.frames[-1]

    yield look
    session.close()


def rows(images):
    """Images (C, ipc, …) as (C·ipc, …)."""
    return images.reshape(-1, *images.shape[2:])


def clipped(run, images):
    fractions = images * np.float32(run.meta("std"))[:, None, None] + np.float32(run.meta("mean"))[:, None, None]
    return ((fractions < 0) | (fractions > 1)).mean()


def test_the_disk_tells_the_exact_gap_where_pixels_would_be_clipped(run, space, digits, show):
    images, labels = rows(run.images(STEPS)), np.repeat(np.arange(10), 2)
    assert clipped(run, images) > 0.2
    disk = show(STEPS, live=False).disk
    exact = space.project(images, labels, disk.geometry)
    np.testing.assert_array_equal(disk.projection.gap, exact.gap)
    np.testing.assert_array_equal(disk.projection.synthetic_radius, exact.synthetic_radius)
    pixels = digits.normalise(torch.from_numpy(run.to_pixels(images)))
    assert abs(space.project(pixels, labels, disk.geometry).gap - exact.gap).max() > 0.01


def test_a_step_shows_the_same_live_and_looked_back(run, show):
    step, _ = run.frame()
    assert step > 0
    live, back = show(step, live=True), show(step, live=False)
    assert clipped(run, live.images) > 0.05
    # Snapshots are kept in half precision.
    np.testing.assert_allclose(back.images, live.images, rtol=2**-10, atol=1e-6)
    for name in ("gap", "synthetic_radius"):
        shown, kept = getattr(live.disk.projection, name), getattr(back.disk.projection, name)
        np.testing.assert_allclose(kept, shown, rtol=5e-3, atol=5e-3)
    assert live.disk.projection.synthetic_clamped.tolist() == back.disk.projection.synthetic_clamped.tolist()
