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
    source = StillSource(make_run(steps=40).path)
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
    source.run.write_evaluation(40, protocol, [0.5, 0.75])
    source.put(evaluations=tuple(source.run.evaluations()))
    evaluator.update(session.frame(full=True))
    assert table(evaluator) == ""
    source.run.write_evaluation(40, {**protocol, "architecture": "resnet18"}, [0.25, 0.5])
    source.put(evaluations=tuple(source.run.evaluations()))
    evaluator.update(session.frame(full=True))
    for part in ("Quick, step 40", "convnet", "62.5 ± 17.7 %", "resnet18", "37.5 ± 17.7 %"):
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
            f"The quick evaluation of step 40{about}: {figures}"
            if about
            else "Quick evaluation, step 40, mlp: 62.5 ± 17.7 %"
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
    assert evaluator._progress_text.object.startswith("The quick evaluation of step 40 by mlp, lenet: lenet (2 of 2), ")
    assert "of 3 epochs, " in evaluator._progress_text.object and evaluator._progress.value >= 67
    evaluator.cancel()
    wait_until(lambda: not job.poll(), 10)
    evaluator._watch.look()
    text = "The quick evaluation of step 40 by mlp, lenet was cancelled. Found before that: mlp 62.5 ± 17.7 %."
    assert told == [("info", text)] and evaluator._outcome == text


def test_every_so_many_kept_steps_are_evaluated_with_their_time_and_can_be_cancelled(
    session, root, source, script, monkeypatch
):
    told = []
    monkeypatch.setattr("workbench.controls.evaluator.notify", lambda kind, text: told.append((kind, text)))
    kept = source.run.kept_steps()
    assert len(kept) > 2 and kept[-1] == 40
    evaluator = Evaluator(session, Engines(root, (sys.executable, scripted.__file__)))
    evaluator.update(session.frame(full=True))
    assert "steps" not in evaluator._times.object
    evaluator._every.value = 2
    evaluator.update(session.frame(full=True))
    wanted = sorted(kept[::-1][::2])
    about = f"{len(wanted)} steps, {wanted[0]} to 40."
    assert evaluator._times.object == about
    evaluator.evaluate("quick")
    (job,) = evaluator._watch.jobs
    wait_until(lambda: not job.poll(), SECONDS)
    evaluator._watch.look()
    made = source.run.evaluations()
    assert [each["step"] for each in made] == wanted
    figures = ", ".join(f"step {step}: 62.5 ± 17.7 %" for step in wanted)
    assert told == [("success", f"The quick evaluation of {len(wanted)} steps: {figures}")]
    # What was measured tells how long the next one takes.
    source.put(evaluations=tuple(made))
    evaluator.update(session.frame(full=True))
    seconds = 6 / 2 * 600 * len(wanted)
    assert evaluator._times.object.startswith(f"{about} Expected time: quick about {seconds / 3600:.1f} h")

    script(epoch_seconds=0.5)
    told.clear()
    evaluator.evaluate("quick")
    (job,) = evaluator._watch.jobs
    wait_until(lambda: job.poll() and job.progress.get("step") == wanted[1] and job.progress["done"] > 3, SECONDS)
    evaluator._show_progress()
    assert f"steps: step {wanted[1]} (2 of {len(wanted)}), " in evaluator._progress_text.object
    evaluator.cancel()
    wait_until(lambda: not job.poll(), 10)
    evaluator._watch.look()
    (kind, text) = told.pop()
    assert kind == "info" and text.endswith(f"was cancelled. Found before that: step {wanted[0]}: 62.5 ± 17.7 %.")


def test_the_shown_step_or_a_baseline_is_evaluated_alone(evaluator, session, source):
    evaluator.update(session.frame(full=True))
    session.selection.step = source.run.kept_steps()[0]
    evaluator.update(session.frame(full=True))
    for baseline, about in ((False, "The quick evaluation of step 0"), (True, "The quick baseline")):
        evaluator._every.value = int(baseline)
        evaluator.evaluate("quick", baseline=baseline)
        (job,) = evaluator._watch.jobs
        assert job.about == about
        wait_until(lambda job=job: not job.poll(), SECONDS)
        evaluator._watch.look()
