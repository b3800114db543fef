"""The curves: overlays, smoothing, zooming, and clicks."""

import re

import numpy as np
import panel as pn
import panel_material_ui as pmui
import pytest
from bokeh.events import Tap
from bokeh.models import MultiLine
from waiting import wait_until

from hdd.runs.run import Run
from workbench.core.run_source import source_of
from workbench.theme import Html
from workbench.views.curves import Curves
from workbench.views.run_overlay import Overlays


@pytest.fixture
def source(make_run, root):
    make_run("longer", steps=60)
    make_run("<i>other", steps=20)
    return source_of(make_run("run", steps=40).path)


@pytest.fixture
def read(session):
    """Waits until the source has read its run."""

    def wait():
        while session.source.state.reading:
            pass
        return session.frame(full=True)

    return wait


@pytest.fixture
def curves(session, read):
    view = Curves(session)
    view.update(read())
    return view


def plots(view):
    return {pane.object.name: pane.object for pane in view.__panel__().select(pn.pane.Bokeh)}


def control(view, kind, label):
    return next(each for each in view.__panel__().select(kind) if each.label == label)


def overlay(view, document, read, names):
    """Chooses the other runs, and waits until they are drawn."""
    control(view, pmui.MultiChoice, "Overlay runs").value = names
    wait_until(lambda: document.run() or [each.name for each in view._overlays] == names, 60)
    view.update(read())


def dashed(plot):
    """The lines of other runs, (name, number of points)."""
    (data,) = [
        each.data_source.data
        for each in plot.renderers
        if isinstance(each.glyph, MultiLine) and "dash" in each.data_source.data
    ]
    return [(name, len(xs)) for name, xs in zip(data["name"], data["xs"], strict=True)]


def total(plot):
    """The data of the total loss."""
    found = [each.data_source.data for each in plot.renderers]
    return next(data for data in found if "low" in data)


def test_overlays_act_on_all_curves_and_are_named_in_the_legend(curves, document, read):
    overlay(curves, document, read, ["longer", "<i>other"])
    found = plots(curves)
    assert dashed(found["loss linear"]) == [("longer", 60), ("<i>other", 20)]
    assert dashed(found["radius"])[:2] == [("longer: real", 60), ("longer: synthetic", 60)]
    assert [name for name, _ in dashed(found["percent"])] == ["longer: clamped", "<i>other: clamped"]
    legend = curves.__panel__().select(Html)[0].object
    assert re.findall(r"</svg> (.*?)</span>", legend) == ["run", "longer", "&lt;i&gt;other"]
    assert found["radius"].x_range.end == pytest.approx(1.02 * 60)
    control(curves, pmui.Select, "Curve").value = "loss"
    curves.update(read())
    assert len(dashed(plots(curves)["loss linear"])) == 20
    overlay(curves, document, read, [])
    assert dashed(plots(curves)["loss linear"]) == []


def test_accuracies_of_all_runs_are_in_one_figure_on_an_axis_of_their_own(curves, document, read, make_run, root):
    pruned = make_run("pruned", steps=40, distilled_pruning_rate=0.4)
    for run, found in ((Run(root / "run"), ([0.5, 0.5], [0.6, 0.7])), (pruned, ([0.3, 0.5], [0.55, 0.55]))):
        for step, accuracies in zip((0, 40), found, strict=True):
            run.write_evaluation(step, {"name": "quick"}, accuracies)
        run.write_evaluation(40, {"name": "full"}, [0.9]) if run is pruned else None
    wait_until(lambda: len(read().run_state.evaluations) == 2, 60)
    control(curves, pmui.Select, "Curve").value = "accuracy"
    overlay(curves, document, read, ["pruned"])
    found = plots(curves)["accuracy"]
    (lines,) = [each.data_source.data for each in found.renderers if isinstance(each.glyph, MultiLine)]
    assert lines["xs"] == [[0, 40], [0, 40]] and lines["dash"] == ["solid", "dashed"]
    np.testing.assert_allclose(lines["ys"], [[50, 65], [40, 55]])
    assert 20 < found.y_range.start < 26 and 72 < found.y_range.end < 78
    assert "loss linear" not in plots(curves)
    legend = curves.__panel__().select(Html)[0].object
    assert re.findall(r"</svg> (.*?)</span>", legend) == [
        "run (Distilled pruning rate 0.0)",
        "pruned (Distilled pruning rate 0.4)",
    ]


def test_smoothing_keeps_the_raw_curve(curves, read):
    raw = total(plots(curves)["loss linear"])["loss"]
    assert total(plots(curves)["loss linear"])["smooth"].tolist() == raw.tolist()
    control(curves, pmui.FloatSlider, "Smoothing").value = 0.9
    curves.update(read())
    data = total(plots(curves)["loss linear"])
    assert data["loss"].tolist() == raw.tolist()
    # The losses fall, and their average lags behind.
    assert data["smooth"][0] == raw[0] and all(data["smooth"][1:] > raw[1:])


def test_a_click_shows_the_step_there(curves, session):
    plot = plots(curves)["radius"]
    for x, step in ((12.4, 12), (-3, 0), (999, 40)):
        plot._trigger_event(Tap(plot, x=x, y=0))
        assert session.selection.step == step


def test_a_zoom_stays_until_it_is_undone_and_then_the_run_is_followed(curves, session, read):
    steps = plots(curves)["radius"].x_range
    button = control(curves, pmui.Button, "All steps")
    assert (steps.start, steps.end, button.disabled) == (0, pytest.approx(1.02 * 40), True)
    steps.update(start=10, end=20)
    curves.update(read())
    assert (steps.start, steps.end, button.disabled) == (10, 20, False)
    # The loss is 10 / step, and the figure shows what lies between the steps 10 and 20.
    levels = plots(curves)["loss linear"].y_range
    assert 0.4 < levels.start < 0.5 and 1 < levels.end < 1.1
    button.clicks += 1
    curves.update(read())
    assert (steps.start, steps.end, button.disabled) == (0, pytest.approx(1.02 * 40), True)


def test_an_overlay_follows_its_run_and_one_that_is_gone_is_left_out(make_run, root):
    run = make_run("going", steps=20, of=30)
    overlays = Overlays(root)
    (first,) = overlays.ask(["going"]).result(60)
    assert first.newest == 20 and overlays.ask(["going"]).result(60)[0].columns is first.columns
    run.write_evaluation(20, {"name": "quick"}, [0.5, 0.75])
    (second,) = overlays.ask(["going", "never there"]).result(60)
    assert [str(each) for each in second.accuracies()] == ["62.5 ± 17.7 % @ 20"]
    assert overlays.ask([]).result(60) == []
