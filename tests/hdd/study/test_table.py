"""The table, from results that are made up: what it chooses, compares and refuses to compare."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from hdd.study import report
from hdd.study.plot import save_plot
from hdd.study.results import CellResult
from hdd.study.table import make_table

MEAN = {"objective": "mean"}


def tabulate(study, accuracy, problem=lambda cell: ""):
    """The table in which a cell has the accuracy `accuracy(cell)` at its last step; None leaves it unfinished."""
    results = []
    for cell in study.cells():
        value = accuracy(cell)
        steps = study.steps if cell.variant.arm.is_baseline else cell.variant.steps
        found = {} if value is None else dict.fromkeys(steps, value)
        results.append(CellResult(cell, found, problem=problem(cell)))
    return make_table(study, results)


def by_label(table):
    return {row.label: row for row in table.rows}


def test_differences_are_those_of_a_paired_t_test(declare):
    drawn = np.random.default_rng(0).uniform(0.4, 0.6, (5, 3))
    study = declare(arms={"mean": MEAN, "hdd": {}, "energy": {"objective": "energy"}}, seeds=5)
    arms = ["mean", "hdd", "energy"]
    rows = by_label(tabulate(study, lambda cell: drawn[cell.seed, arms.index(cell.variant.arm.name)]))
    assert rows["mean"].is_control and rows["mean"].difference is None
    for place, name in enumerate(arms):
        assert rows[name].accuracy.mean == pytest.approx(drawn[:, place].mean())
        assert rows[name].accuracy.sd == pytest.approx(drawn[:, place].std(ddof=1))
    for place in (1, 2):
        found = rows[arms[place]].difference
        test = ttest_rel(drawn[:, place], drawn[:, 0]).confidence_interval()
        assert found.as_dict()["interval"] == pytest.approx([*test])
        low, high = 100 * np.array(test)
        text = f"{100 * found.mean:+.2f} [{low:+.2f}, {high:+.2f}]"
        assert report.main_table(tabulate(study, lambda cell: 0.5))[0][3] == "difference (points) [95 %]"
        assert report.difference_of(found) == text


def test_seeds_that_are_not_done_are_left_out_and_told(declare):
    study = declare(seeds=3)
    row = by_label(tabulate(study, lambda cell: None if cell.run_name == "hdd,seed=1" else 0.1 * cell.seed))["hdd"]
    assert (row.accuracy.values, row.difference.values) == ((0.0, 0.2), (0.0, 0.0))
    assert row.remarks == ["2 of 3 seeds"]


def test_a_remark_ends_with_one_full_stop(declare):
    table = tabulate(declare(), lambda cell: None, lambda cell: "It diverged." if cell.run_name == "hdd,seed=1" else "")
    assert report.remark_lines(table) == ["hdd: hdd: 1 of 2 seeds failed: It diverged."]


def test_rows_are_compared_with_the_control_at_the_same_point_of_the_grid(declare):
    study = declare(grid={"curvature": [-1, -4]}, seeds=1)
    values = {("mean", -1): 0.1, ("mean", -4): 0.2, ("hdd", -1): 0.4, ("hdd", -4): 0.8}
    rows = by_label(tabulate(study, lambda cell: values[cell.variant.arm.name, cell.variant.point["curvature"]]))
    assert rows["hdd, curvature=-1"].difference.values == pytest.approx((0.3,))
    assert rows["hdd, curvature=-4"].difference.values == pytest.approx((0.6,))
    assert [row.is_control for row in rows.values()] == [True, True, False, False]


def test_a_control_that_the_grid_does_not_multiply_is_that_of_every_row(declare):
    study = declare(arms={"mean": {**MEAN, "curvature": -1}, "hdd": {}}, grid={"curvature": [-1, -4]}, seeds=1)
    rows = by_label(tabulate(study, lambda cell: {"mean": 0.1, "hdd": 0.3}[cell.variant.arm.name]))
    assert [row.difference and row.difference.values for row in rows.values()] == [
        None,
        pytest.approx((0.2,)),
        pytest.approx((0.2,)),
    ]


def test_an_arm_at_which_the_control_has_no_row_has_no_difference(declare):
    study = declare(arms={"mean": MEAN, "hdd": {"curvature": -2}}, grid={"curvature": [-1, -4]}, seeds=1)
    assert by_label(tabulate(study, lambda cell: 0.5))["hdd"].difference is None


TUNED = {"grid": {"image_lr": [0.1, 1, 10]}, "tune": ["image_lr"], "seeds": 4}


def test_a_tuned_value_is_chosen_by_the_other_seeds(declare):
    rates = [0.1, 1, 10]
    drawn = np.random.default_rng(4).uniform(0.4, 0.6, (2, 4, 3))
    study = declare(**TUNED)

    def place(cell):
        return (["mean", "hdd"].index(cell.variant.arm.name), cell.seed, rates.index(cell.variant.point["image_lr"]))

    rows = by_label(tabulate(study, lambda cell: drawn[place(cell)]))
    expected = [[arm[seed, np.argmax(np.delete(arm, seed, axis=0).mean(axis=0))] for seed in range(4)] for arm in drawn]
    assert len({np.argmax(np.delete(drawn[1], seed, axis=0).mean(axis=0)) for seed in range(4)}) > 1
    assert rows["mean"].accuracy.values == tuple(expected[0])
    assert rows["hdd"].accuracy.values == tuple(expected[1])
    assert rows["hdd"].difference.values == pytest.approx(np.subtract(expected[1], expected[0]))


def test_the_choice_is_told_and_whether_it_is_at_the_edge(declare):
    best = {"mean": 1, "hdd": 10}
    study = declare(**TUNED)
    table = tabulate(study, lambda cell: 0.5 - 0.1 * (cell.variant.point["image_lr"] != best[cell.variant.arm.name]))
    rows = by_label(table)
    assert rows["mean"].remarks == ["chosen image_lr=1"]
    assert rows["hdd"].remarks == [
        "chosen image_lr=10",
        "image_lr is at the edge of the grid, so a better value may lie beyond it",
    ]
    assert (
        "for each seed by the mean accuracy of the other seeds, on the same test images"
        in report.method_lines(table)[-1]
    )
    _, lines = report.candidates_table(table)
    assert [line[:2] for line in lines[:3]] == [
        ["mean, image_lr=0.1", "40.0 ± 0.0"],
        ["mean, image_lr=1", "50.0 ± 0.0"],
        ["mean, image_lr=10", "40.0 ± 0.0"],
    ]  # fmt: skip


def test_nothing_is_chosen_before_all_runs_of_an_arm_have_ended(declare):
    study = declare(**TUNED)
    rows = by_label(tabulate(study, lambda cell: None if cell.run_name == "hdd,image_lr=10,seed=3" else 0.5))
    assert rows["hdd"].accuracy is None and rows["hdd"].difference is None
    assert rows["hdd"].remarks == ["to be chosen when all of its runs have ended"]
    assert rows["mean"].accuracy.n == 4


def test_a_value_of_which_a_run_failed_is_not_chosen(declare):
    study = declare(**TUNED)
    failed = "hdd,image_lr=10,seed=3"
    rows = by_label(
        tabulate(
            study,
            lambda cell: None if cell.run_name == failed else 0.05 * cell.variant.point["image_lr"],
            lambda cell: "The images diverge." if cell.run_name == failed else "",
        )
    )
    assert rows["hdd"].accuracy.values == (0.05,) * 4
    assert rows["hdd"].remarks[-1] == "hdd, image_lr=10: 1 of 4 seeds failed: The images diverge."


def test_a_single_seed_chooses_for_itself_and_that_is_told(declare):
    table = tabulate(declare(**{**TUNED, "seeds": 1}), lambda cell: cell.variant.point["image_lr"] / 20)
    assert by_label(table)["hdd"].accuracy.values == (0.5,)
    assert "so accuracies are too high" in report.method_lines(table)[-1]


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"steps": 8}, "Steps 8, control 4"),
        ({"real_batch": 8}, "Real batch (images per class) 8, control 4"),
        ({"ipc": 2}, "Images per class 2, control 1"),
        ({"network_width": 8, "steps": 5}, "Network width (feature maps) 8, control 4; Steps 5, control 4"),
        ({"method": "idm", "queue_batch": 8}, "Training batch (images) 8, control none"),
    ],
)
def test_no_difference_is_given_between_unequal_budgets(declare, knobs, said):
    arms = {"mean": MEAN, "hdd": {}, "more": knobs}
    table = tabulate(declare(arms=arms), lambda cell: 0.5)
    rows = by_label(table)
    assert rows["hdd"].difference is not None and rows["more"].difference is None
    assert report.main_table(table)[1][2][3] == "unequal budgets"
    (line,) = [line for line in report.budget_lines(table) if line.startswith("Unequal budgets, more: ")]
    assert said in line and "So no difference is given; unequal_budgets: true" in line

    table = tabulate(declare(arms=arms, unequal_budgets=True), lambda cell: 0.5)
    assert by_label(table)["more"].difference.values == (0, 0)
    assert report.main_table(table)[1][2][3].endswith("≠")
    assert "The difference is given because the study says unequal_budgets: true" in " ".join(
        report.budget_lines(table)
    )


def test_trying_more_values_is_a_budget_too(declare):
    study = declare(arms={"mean": {**MEAN, "image_lr": 1}, "hdd": {}}, **TUNED)
    table = tabulate(study, lambda cell: 0.5)
    assert by_label(table)["hdd"].differing == {"values tried": (3, 1)}


def test_random_real_images_are_bound_to_the_number_of_images_alone(declare):
    arms = {"mean": MEAN, "real": {"baseline": "random"}, "two": {"baseline": "random", "ipc": 2}}
    rows = by_label(tabulate(declare(arms=arms), lambda cell: 0.5))
    assert rows["real"].differing == {} and rows["real"].difference is not None
    assert rows["two"].differing == {"ipc": (2, 1)}


def test_the_report_escapes_and_shows_the_declaration(declare, tmp_path):
    study = declare(arms={"mean": MEAN, "a|b": {}}, title="Odd")
    text = report.markdown(tabulate(study, lambda cell: 0.5), tmp_path / "odd")
    assert text.startswith("# Odd\n") and "| a\\|b | 50.0 ± 0.0 | 2 |" in text
    assert study.text() in text


@pytest.mark.parametrize("steps", [[], [2]], ids=["points", "lines"])
def test_the_plot_names_its_rows_and_depends_on_the_table_alone(declare, tmp_path, steps):
    arms = {"mean": MEAN, "a $b_c$ & <i>": {}, "real": {"baseline": "random"}}
    study = declare(arms=arms, control="a $b_c$ & <i>", evaluate={"steps": steps})
    for name in ("one.svg", "two.svg"):
        assert save_plot(tabulate(study, lambda cell: 0.5 + 0.1 * cell.seed), tmp_path / name)
    drawn = (tmp_path / "one.svg").read_bytes()
    assert drawn == (tmp_path / "two.svg").read_bytes()
    assert b">a $b_c$ &amp; &lt;i&gt;<" in drawn and b">mean<" in drawn and b">real<" in drawn
    assert not save_plot(tabulate(study, lambda cell: None), tmp_path / "none.svg")
    assert not (tmp_path / "none.svg").exists()
