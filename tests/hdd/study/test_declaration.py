"""What a study file may hold, and what is said about the rest."""

from pathlib import Path

import pytest

from hdd.errors import HDDError
from hdd.study.declaration import read_study
from hdd.study.grid import points

MEAN = {"objective": "mean"}


def labels(study):
    return [variant.label for variant in study.variants]


def test_arms_are_multiplied_by_the_grid_and_by_seeds(declare):
    study = declare(
        arms={"mean": MEAN, "hdd": {}, "slow": {"image_lr": 0.1}, "real": {"baseline": "random"}},
        grid={"image_lr": [0.3, 1], "curvature": [-1, -2]},
        seeds=[3, 5],
    )
    assert labels(study)[:4] == [f"mean, image_lr={lr}, curvature={k}" for lr in (0.3, 1) for k in (-1, -2)]
    assert labels(study)[8:] == ["slow, curvature=-1", "slow, curvature=-2", "real"]
    cells = study.cells()
    assert [cell.seed for cell in cells] == [3] * 11 + [5] * 11
    assert len({cell.run_name for cell in cells}) == 22
    one = cells[1]
    assert one.run_name == "mean,image_lr=0.3,curvature=-2,seed=3"
    assert (one.settings.image_lr, one.settings.curvature, one.settings.seed) == (0.3, -2, 3)
    assert (one.settings.objective, one.settings.ipc, one.settings.steps) == ("mean", 1, 4)


def test_a_grid_without_knobs_has_one_point():
    assert points({}) == [{}]
    assert points({"a": [1, 2], "b": [3]}) == [{"a": 1, "b": 3}, {"a": 2, "b": 3}]


def test_explicit_values_win_over_presets_and_arms_over_the_base(declare):
    base = {"preset": "released", "weight": 7, "steps": 9}
    study = declare(base=base, arms={"mean": MEAN, "a": {}, "b": {"preset": "geometric"}, "c": {"weight": 3}})
    released, geometric, own = (variant.settings for variant in study.variants[1:])
    assert (released.clamp, released.weight, geometric.clamp, geometric.weight, own.weight) == (10, 7, None, 7, 3)
    assert {variant.settings.steps for variant in study.variants} == {9}


def test_a_method_alone_means_its_own_objective_as_on_the_command_line(declare):
    study = declare(arms={"idm": {"method": "idm"}, "both": {"method": "idm", "objective": "hdd"}}, control="idm")
    assert [(each.settings.method, each.settings.objective) for each in study.variants] == [
        ("idm", "mean"),
        ("idm", "hdd"),
    ]


def test_texts_of_values_are_those_of_the_command_line(write):
    path = write()
    path.write_text(
        "base: {clamp: none, gradient_norm: auto, image_lr: 1e-3, steps: 1e1}\narms: {a: {}}\ncontrol: a\nseeds: 1\n"
    )
    settings = read_study(path).variants[0].settings
    assert (settings.clamp, settings.gradient_norm, settings.image_lr, settings.steps) == (None, "auto", 0.001, 10)


def test_all_arms_are_evaluated_like_the_base(declare):
    study = declare(
        arms={"mean": MEAN, "other": {"augmentation": "flip", "network_depth": 2}}, evaluate={"protocol": "quick"}
    )
    assert (study.protocol.epochs, study.protocol.depth) == (300, 1)
    assert study.protocol.augmentation == study.variants[0].settings.augmentation
    assert [cell.protocol(study.protocol).seed for cell in study.cells()] == [0, 0, 1, 1]


def test_the_last_step_of_each_arm_is_always_evaluated(declare):
    study = declare(arms={"mean": MEAN, "long": {"steps": 6}}, evaluate={"steps": [0, 2]})
    assert [variant.steps for variant in study.variants] == [(0, 2, 4), (0, 2, 6)]
    assert study.steps == [0, 2, 4, 6]


def test_values_from_the_command_line_replace_those_of_the_base(write):
    study = read_study(write(), {"steps": 3})
    assert {variant.settings.steps for variant in study.variants} == {3}
    assert "steps: 3" in study.text()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"arm": {}}, "There is no 'arm' in a study: give some of title, base, arms"),
        ({"arms": None}, "The part arms is missing"),
        ({"seeds": None}, "The part seeds is missing"),
        ({"arms": {}}, "arms: There is no arm"),
        ({"arms": {"mean": {"curvatur": -1}}}, "arms: mean: curvatur: There is no knob 'curvatur'. Did you"),
        ({"arms": {"mean": {"curvature": 1}}}, "arms: mean: curvature: curvature=1 is not allowed: give a number ≥"),
        ({"arms": {"mean": {"steps": True}}}, "arms: mean: steps: steps=True is not allowed"),
        ({"arms": {"mean": {"centroid": ["closed"]}}}, "arms: mean: centroid: .* is not allowed: give one of closed"),
        ({"arms": {"mean": {"seed": 1}}}, "arms: mean: seed: seed is not allowed here"),
        ({"arms": {"mean": {"preset": "best"}}}, "arms: mean: preset: There is no preset 'best': give one"),
        ({"arms": {"mean": {"baseline": "full"}}}, "arms: mean: baseline: 'full' is not allowed: give random"),
        ({"arms": {"mean": 3}}, "arms: mean: 3 is not allowed here: give names with values"),
        ({"arms": {"a/b": {}}}, "arms: a/b: 'a/b' cannot name a run"),
        ({"arms": {"mean": {}, "Mean": {}}}, "2 runs would be called mean,seed=0"),
        ({"arms": {"mean": {"preset": "dm-svhn-ipc1", "dataset": "digits"}}}, "arms: mean: The preset dm-"),
        ({"base": {"datasett": "digits"}}, "base: datasett: There is no knob"),
        ({"grid": {}}, "grid: The grid is empty"),
        ({"grid": {"image_lr": []}}, r"grid: image_lr: \[\] is not allowed: give a list"),
        ({"grid": {"image_lr": 1}}, "grid: image_lr: 1 is not allowed: give a list"),
        ({"grid": {"image_lr": [1, 1.0]}}, "grid: image_lr: 1 is given 2 times"),
        ({"grid": {"preset": ["released"]}}, "grid: preset: A preset is no knob"),
        ({"grid": {"image_lr": [1, -1]}}, "grid: image_lr: image_lr=-1 is not allowed"),
        ({"tune": ["image_lr"]}, "tune: 'image_lr' is not in the grid: give some of a grid first"),
        ({"tune": "image_lr"}, "tune: 'image_lr' is not allowed: give a list"),
        ({"seeds": 0}, "seeds: 0 is not allowed"),
        ({"seeds": [0, 0]}, "seeds: 0 is given 2 times"),
        ({"seeds": [-1]}, "seeds: seed=-1 is not allowed"),
        ({"seeds": "three"}, "seeds: 'three' is not allowed: give a list"),
        ({"control": "dm"}, "control: there is no arm 'dm': give one of mean, hdd"),
        ({"evaluate": {"protocol": "fast"}}, "evaluate: There is no evaluation protocol 'fast'"),
        ({"evaluate": {"epoch": 3}}, "evaluate: There is no 'epoch' in an evaluation: give some of protocol, steps"),
        ({"evaluate": {"networks": 0}}, "evaluate: networks=0 is not allowed"),
        ({"evaluate": {"architecture": "vit"}}, "evaluate: .*vit"),
        ({"evaluate": {"steps": [5]}}, "arms: mean: It has 4 steps, so there is no step 5 to evaluate"),
        ({"evaluate": {"steps": [1.5]}}, "evaluate: steps: 1.5 is not allowed"),
        ({"evaluate": {"steps": [1, 1]}}, "evaluate: steps: 1 is not allowed: give whole numbers ≥ 0, each once"),
        ({"unequal_budgets": "yes"}, "unequal_budgets: 'yes' is not allowed: give true or false"),
        ({"title": 3}, "title: 3 is not allowed"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(write, parts, message):
    path = write(**parts)
    with pytest.raises(HDDError, match=rf"^{path}: {message}"):
        read_study(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arms: {a: {}, a: {}}", "line 1: a is given 2 times. Give it once."),
        ("arms: [", "This is not YAML"),
        ("just words", "'just words' is not allowed here"),
        ("", "None is not allowed here"),
        ("!!python/object/apply:os.system ['true']", "This is not YAML"),
        ("arms: {1: {}}\ncontrol: 1\nseeds: 1", "arms: .* is not allowed here"),
    ],
)
def test_a_file_that_is_no_declaration_is_refused(write, text, message):
    path = write()
    path.write_text(text)
    with pytest.raises(HDDError, match=message):
        read_study(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(HDDError, match=r"There is no study file .*nowhere"):
        read_study(tmp_path / "nowhere.yaml")


STUDIES = Path(__file__).parents[3] / "docs" / "studies"


@pytest.mark.parametrize("path", sorted(STUDIES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_study_of_the_product_can_be_read_and_is_listed_with_its_runs(path):
    study = read_study(path)
    assert study.title and len(study.seeds) >= 3
    (line,) = [line for line in (STUDIES / "README.md").read_text().splitlines() if f"]({path.name})" in line]
    assert line.split("|")[3].strip() == str(len(study.cells()))
