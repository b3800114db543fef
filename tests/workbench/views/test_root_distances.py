"""The distances to the centroids are those of the projections, of kept real images, and of step 0 for comparison."""

from concurrent.futures import Future

import numpy as np
import pytest
from session_parts import StillSource
from stand_in import StandIn, sample

from hdd.projection import Pruning
from hdd.projection.spread import QUANTILES
from workbench.browser.link import Link
from workbench.core import projector
from workbench.core.disk_requests import DrawnDisk
from workbench.session import Session
from workbench.views.root_distances import RootDistances


class Pool:
    """Computes at once."""

    def submit(self, function, *arguments):
        future = Future()
        future.set_result(function(*arguments))
        return future


@pytest.fixture
def session(make_run, document):
    run = make_run(steps=40, of=100)
    source = StillSource(run.path)
    source.read_all()
    session = Session(source, StandIn(Pool()), Link(), document)
    session.open()
    yield session
    session.close()


def bars(view):
    data = {name: np.asarray(values) for name, values in view._bars.data.items()}
    return {what: {name: values[[f", {what}:" in each for each in data["what"]]] for name, values in data.items()}
            for what in ("real", "step 0", "step 40")}  # fmt: skip


def test_bars_are_quantiles_of_each_class(session):
    view = RootDistances(session)
    for _ in range(3):
        view.update(session.frame(full=True))
    frame = session.frame(full=True)
    disk, found = frame.disk, bars(view)
    assert isinstance(disk, DrawnDisk) and disk.step == 40
    labels = session.source.layout.labels
    for what, distances, own in (
        ("real", disk.projection.real_distance, sample(None).labels),
        ("step 40", disk.projection.synthetic_distance, labels),
    ):
        assert len(found[what]["x"]) == 10
        for label in range(10):
            expected = np.quantile(distances[own == label], QUANTILES)
            bar = [found[what][name][label] for name in ("low", "quarter", "median", "three_quarters", "high")]
            np.testing.assert_allclose(bar, expected)
    initial = session.projector.live(
        projector.look, session.source.viewing, session.kept_images(0), labels, disk.geometry, disk.view,
        Pruning(0.0, "centroid", "near"),
    ).result()[1]  # fmt: skip
    np.testing.assert_allclose(
        found["step 0"]["median"], [np.median(initial.synthetic_distance[labels == label]) for label in range(10)]
    )
    medians = [np.median(each) for each in (disk.projection.real_distance, initial.synthetic_distance)]
    assert view._summary.object.startswith(
        f"Median over all classes: {medians[0]:.3g} real · {medians[1]:.3g} step 0 · "
    )


def test_bars_of_step_0_that_are_not_there_yet_are_announced(session, monkeypatch):
    pending = Future()
    monkeypatch.setattr(session.projector, "study", lambda *_: pending)
    view = RootDistances(session)
    for _ in range(3):
        view.update(session.frame(full=True))
    found = bars(view)
    assert len(found["step 0"]["x"]) == 0
    assert len(found["real"]["x"]) == len(found["step 40"]["x"]) == 10
    assert view._summary.object.endswith(" step 40. Those of step 0 are being computed.")
    pending.set_exception(ValueError("for a test"))
    view.update(session.frame(full=True))
    assert "Those of step 0 cannot be computed" in view._summary.object
