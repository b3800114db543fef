"""The evaluations in the control panel."""

import sys

import pytest
import scripted
from session_parts import StillSource
from waiting import wait_until

from workbench.controls.evaluator import Evaluator
from workbench.core.jobs import Engines
from workbench.theme import Html

SECONDS = 60


@pytest.fixture
def source(make_run):
    source = StillSource(make_run(steps=10).path)
    source.read_all()
    return source


@pytest.fixture
def evaluator(session, root):
    engines = Engines(root, (sys.executable, scripted.__file__))
    yield Evaluator(session, engines)
    for job in engines.jobs:
        job.stop()
        wait_until(lambda job=job: not job.poll(), SECONDS)


def table(evaluator):
    (found,) = evaluator.__panel__().select(Html)
    return found.object


def test_architectures_are_listed_beside_each_other(evaluator, session, source):
    protocol = {"name": "quick", "epochs": 300, "networks": 2}
    source.run.write_evaluation(10, protocol, [0.5, 0.75])
    source.put(evaluations=tuple(source.run.evaluations()))
    evaluator.update(session.frame(full=True))
    assert table(evaluator) == ""
    source.run.write_evaluation(10, {**protocol, "architecture": "resnet18"}, [0.25, 0.5])
    source.put(evaluations=tuple(source.run.evaluations()))
    evaluator.update(session.frame(full=True))
    for part in ("Quick, step 10", "convnet", "62.5 ± 17.7 %", "resnet18", "37.5 ± 17.7 %"):
        assert part in table(evaluator)


def test_an_evaluation_is_cancelled_at_once(evaluator, session, source, script):
    script(epoch_seconds=30.0)
    evaluator.update(session.frame(full=True))
    evaluator.evaluate("quick")
    (job,) = evaluator._engines.jobs
    wait_until(lambda: job.poll() and "total" in job.progress, SECONDS)
    evaluator.cancel()
    wait_until(lambda: not job.poll(), 10)
    assert job.cancelled and source.run.evaluations() == []
