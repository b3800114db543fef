"""The choice of the run that the page shows."""

import panel_material_ui as pmui

from workbench.controls.run_choice import RunChoice


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
    assert select.options == []
