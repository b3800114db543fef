"""The choice of the run that the page shows."""

import panel_material_ui as pmui

from workbench.controls.run_choice import RunChoice
from workbench.theme import HIDDEN


def test_a_run_that_is_offered_no_longer_makes_no_other_run_the_chosen_one():
    chosen = []
    choice = RunChoice(chosen.append)
    (select,) = choice.__panel__().select(pmui.Select)
    choice.offer(["first", "second"])
    choice.put("second")
    choice.offer(["first", "second", "third"])
    assert (select.value, chosen) == ("second", ["second"])
    choice.offer(["first", "third"])
    assert (select.value, chosen) == ("second", ["second"])
    choice.put("third")
    assert (select.value, select.options, chosen) == ("third", ["first", "third"], ["second", "third"])
    choice.offer([])
    assert choice.__panel__().sx == HIDDEN
    assert chosen == ["second", "third"]


def test_nothing_is_chosen_before_somebody_chooses():
    chosen = []
    choice = RunChoice(chosen.append)
    choice.offer(["first", "second"])
    panel = choice.__panel__()
    root = panel.get_root()
    (select,) = panel.select(pmui.Select)
    (shown,) = [model for model in root.select({"type": type(root)}) if model.class_name == "Select"]
    assert (select.value, shown.data.value, chosen) == ("", "", [])
    choice.put("first")
    assert (select.value, shown.data.value, chosen) == ("first", "first", ["first"])
