"""The evaluations in the control panel."""

import sys

import pytest
import scripted
from session_parts import StillSource
from waiting import wait_until

from workbench.controls.evaluator import ALL, Evaluator
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


def test_chosen_architectures_are_trained_one_after_another(evaluator, session, source, script, monkeypatch):
    told = []
    monkeypatch.setattr("workbench.controls.evaluator.notify", lambda kind, text: told.append((kind, text)))
    evaluator.update(session.frame(full=True))
    evaluator._chosen.value = []
    evaluator.update(session.frame(full=True))
    assert evaluator._evaluate["quick"].disabled and evaluator._baseline["quick"].disabled
    for chosen, trained, about in (
        (["mlp"], ["mlp"], ""),
        (["lenet", "vgg11"], ["lenet", "vgg11"], " by lenet, vgg11"),
        (["mlp", ALL], ["convnet", "mlp"], " by all architectures"),
    ):
        evaluator._chosen.value = chosen
        evaluator.update(session.frame(full=True))
        assert not evaluator._evaluate["quick"].disabled
        before = len(source.run.evaluations())
        evaluator.evaluate("quick")
        (job,) = evaluator._watch.jobs
        wait_until(lambda job=job: not job.poll(), SECONDS)
        evaluator._watch.look()
        made = source.run.evaluations()[before:]
        assert [each["protocol"]["architecture"] for each in made] == trained
        figures = ", ".join(f"{name} 62.5 ± 17.7 %" for name in trained)
        expected = (
            f"The quick evaluation of step 10{about}: {figures}"
            if about
            else "Quick evaluation, step 10, mlp: 62.5 ± 17.7 %"
        )
        assert told.pop() == ("success", expected) and told == []


def test_a_cancelled_evaluation_says_what_it_had_found(evaluator, session, source, script, monkeypatch):
    told = []
    monkeypatch.setattr("workbench.controls.evaluator.notify", lambda kind, text: told.append((kind, text)))
    script(epoch_seconds=0.5)
    evaluator.update(session.frame(full=True))
    evaluator._chosen.value = ["mlp", "lenet"]
    evaluator.evaluate("quick")
    (job,) = evaluator._watch.jobs
    wait_until(lambda: job.poll() and job.progress.get("architecture") == "lenet" and job.progress["done"] > 3, SECONDS)
    evaluator._show_progress()
    assert evaluator._progress_text.object.startswith("The quick evaluation of step 10 by mlp, lenet: lenet (2 of 2), ")
    assert "of 3 epochs, " in evaluator._progress_text.object and evaluator._progress.value >= 67
    evaluator.cancel()
    wait_until(lambda: not job.poll(), 10)
    evaluator._watch.look()
    text = "The quick evaluation of step 10 by mlp, lenet was cancelled. Found before that: mlp 62.5 ± 17.7 %."
    assert told == [("info", text)] and evaluator._outcome == text
