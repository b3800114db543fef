"""The plots of a study, from results that are made up."""

import pytest
from study_files import writer

from hdd.study.declaration import read_study
from hdd.study.results import CellResult
from hdd.study.table import make_table
from workbench.core.arm_plots import make_plots, round_numbers


@pytest.fixture
def plot(tmp_path):
    """The plots of the tiny study with other parts, for what its runs have found: `found(arm, seed)`, by step."""

    def make(found, prefix="", problem=lambda arm, seed: "", **parts):
        study = read_study(writer(tmp_path)(**parts))
        results = []
        for cell in study.cells():
            place = cell.variant.label, cell.seed
            known = found(*place)
            begun = {} if known is None else {"threads": 1, "fingerprint": ""}
            results.append(CellResult(cell, known or {}, step=3, problem=problem(*place), made_by=begun))
        return make_plots(make_table(study, results), prefix)

    return make


def test_accuracies_over_steps_with_mean_and_spread_of_the_seeds_and_the_mean_of_the_control(plot):
    values = {"mean": (0.2, 0.4), "hdd": (0.5, 0.7)}
    found = plot(lambda arm, seed: {2: 0.1, 4: values[arm][seed]}, evaluate={"epochs": 2, "networks": 2, "steps": [2]})
    control, hdd = found.plots
    assert [run.points for run in hdd.runs] == [((2.0, 10.0), (4.0, 50.0)), ((2.0, 10.0), (4.0, 70.0))]
    spread = 100 * 0.1 * 2**0.5
    assert [*map(list, hdd.mean)] == [[2, 10, 10, 10], pytest.approx([4, 60, 60 - spread, 60 + spread])]
    assert [*map(list, hdd.control)] == [[2, 10], pytest.approx([4, 30])]
    assert control.control == ()
    assert hdd.about == "60.0 ± 14.1 %"
    # All of it lies within the axes that the plots share.
    assert found.x.start < 2 < 4 < found.x.end and found.x.label == "step"
    assert found.y.start < 10 and 60 + spread < found.y.end
    assert [text for _, text in found.x.ticks] == ["2", "3", "4"]


def test_with_a_single_step_the_seeds_stand_side_by_side(plot):
    found = plot(lambda arm, seed: {4: 0.1 * seed}, seeds=[7, 3])
    _, hdd = found.plots
    assert [run.points for run in hdd.runs] == [((0.0, pytest.approx(70)),), ((1.0, pytest.approx(30)),)]
    assert (found.x.label, found.x.ticks) == ("seed", ((0.0, "7"), (1.0, "3")))
    assert [where for where, *_ in hdd.mean] == [found.x.start, found.x.end]


def test_each_run_says_how_far_it_is_and_where_the_page_finds_it(plot):
    known = {0: {4: 0.5}, 1: {}, 2: None, 3: {}}
    found = plot(
        lambda arm, seed: known[seed],
        prefix="a study/",
        problem=lambda arm, seed: "It diverged." if seed == 3 else "",
        seeds=4,
    )
    _, hdd = found.plots
    assert [(run.state, run.run, run.about) for run in hdd.runs] == [
        ("done", "a study/hdd,seed=0", "hdd, seed 0: 50.0 %"),
        ("begun", "a study/hdd,seed=1", "hdd, seed 1: step 3 of 4"),
        ("waiting", "", "hdd, seed 2: not begun"),
        ("failed", "a study/hdd,seed=3", "hdd, seed 3: It diverged."),
    ]
    assert hdd.run == "a study/hdd,seed=0"


def test_before_anything_is_found_there_are_axes_and_no_run_to_show(plot):
    found = plot(lambda arm, seed: None)
    assert [(plot.mean, plot.control, plot.run, plot.about) for plot in found.plots] == [((), (), "", "")] * 2
    assert (found.y.start, found.y.end) == (0, 100)


def test_a_random_baseline_is_a_line_over_all_steps(plot):
    arms = {"mean": {"objective": "mean"}, "real": {"baseline": "random"}}
    steps = {"epochs": 2, "networks": 2, "steps": [2]}
    found = plot(lambda arm, seed: {2: 0.3, 4: 0.3}, arms=arms, evaluate=steps)
    assert found.plots[1].runs[0].points == ((2.0, 30.0), (4.0, 30.0))


def test_until_a_value_is_chosen_all_values_are_drawn_and_then_the_chosen_one(plot):
    accuracy = {"image_lr=0.5": 0.2, "image_lr=1.0": 0.6}
    grid = {"grid": {"image_lr": [0.5, 1.0]}, "tune": ["image_lr"]}

    def found(arm, seed, until=2):
        return {4: accuracy[arm.split(", ")[1]]} if seed < until else None

    _, hdd = plot(lambda arm, seed: found(arm, seed, 1), **grid).plots
    assert [run.about for run in hdd.runs if run.points] == [
        "hdd, image_lr=0.5, seed 0: 20.0 %",
        "hdd, image_lr=1.0, seed 0: 60.0 %",
    ]
    assert len(hdd.runs) == 4 and hdd.mean == () and hdd.about == ""
    _, hdd = plot(found, **grid).plots
    assert [run.run for run in hdd.runs] == ["hdd,image_lr=1.0,seed=0", "hdd,image_lr=1.0,seed=1"]
    assert hdd.about == "60.0 ± 0.0 %"


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 100), (12.1, 12.2), (-3.0, 97.5), (0, 12_345)])
def test_ticks_are_few_round_and_within_the_axis(low, high):
    found = round_numbers(low, high, 5)
    assert 2 <= len(found) <= 6 and low <= found[0] and found[-1] <= high
    assert all(len(f"{value:g}") <= 6 for value in found)
