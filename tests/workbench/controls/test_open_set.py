"""The form that opens a distilled set."""

import panel_material_ui as pmui

from workbench.controls.open_set import OpenSet
from workbench.core.set_place import SetPlace
from workbench.theme import HIDDEN


def test_what_a_message_about_a_folder_says_to_set_can_be_set(tmp_path, monkeypatch):
    (tmp_path / "pets" / "train").mkdir(parents=True)
    monkeypatch.setenv("HDD_FOLDERS", str(tmp_path))
    shown = []
    form = OpenSet("the folder of sets", shown.append)
    dataset, unreadable = (
        next(each for each in form.__panel__().select(pmui.Select) if each.label == label)
        for label in ("Distilled from", "Unreadable images")
    )
    (path,) = form.__panel__().select(pmui.AutocompleteInput)
    (button,) = form.__panel__().select(pmui.Button)
    path.value_input = "set.pt"
    dataset.value, unreadable.value = "digits", "skip"
    assert unreadable.sx == HIDDEN
    button.param.trigger("clicks")
    dataset.value = folder = f"folder:{tmp_path / 'pets'}"
    assert unreadable.sx != HIDDEN
    button.param.trigger("clicks")
    assert shown == [SetPlace("set.pt", "digits"), SetPlace("set.pt", folder, unreadable="skip")]
