"""The form for a new run offers every knob, and says what a choice changes."""

from types import SimpleNamespace

import panel_material_ui as pmui
import pytest

from hdd.sets import Reading
from hdd.settings import Settings, grouped
from workbench.controls.setup import Setup
from workbench.core.set_place import SetPlace
from workbench.theme import HIDDEN, Notice

LISTED = [
    {"name": "digits", "shape": [1, 16, 16], "class_count": 10, "train_count": 1442, "status": "bundled"},
    {"name": "cifar100", "shape": [3, 32, 32], "class_count": 100, "train_count": 50_000, "status": "needs download"},
]


@pytest.fixture
def form(monkeypatch, tmp_path):
    """A form with all sections open, and what it starts."""
    for part in ("train/a", "test/a"):
        (tmp_path / "flowers" / part).mkdir(parents=True)
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "0.png").touch()
    monkeypatch.setenv("HDD_FOLDERS", str(tmp_path))
    started = []
    launch = SimpleNamespace(notice_for=lambda _: Notice(""), start=lambda *given: started.append(given))
    setup = Setup(launch)
    panel = setup.__panel__()
    (sections,) = panel.select(pmui.Accordion)
    sections.active = list(range(len(sections)))
    setup.offer(LISTED)

    def control(label, kind=None):
        found = [each for each in panel.select(kind) if getattr(each, "label", None) == label]
        return found[-1]

    def start():
        control("Start this run").clicks += 1
        return started[-1]

    return SimpleNamespace(
        setup=setup, panel=panel, sections=sections, control=control, start=start, started=started,
        texts=lambda: [each.object for each in panel.select(pmui.Typography) if each.object and each.sx != HIDDEN],
        folder=f"folder:{(tmp_path / 'flowers').resolve()}",
    )  # fmt: skip


def test_every_knob_is_offered_in_the_groups_of_the_steering_panel(form):
    form.control("Data set", pmui.Select).value = form.folder
    offered = set()
    for method in ("dm", "idm"):
        form.control("Method", pmui.Select).value = method
        labels = {each.label for each in form.panel.select() if getattr(each, "label", None)}
        in_force = set(Settings(method=method).in_force())
        assert {Settings.knob(name).title for name in in_force - {"dataset"}} <= labels
        assert not {Settings.knob(name).title for name in set(Settings.names()) - in_force} & labels
        offered |= in_force
    assert {"queue_size", "weight", "image_size"} <= offered
    assert list(form.sections._names)[:3] == list(grouped(Settings.steerable()))[:3]


def test_what_only_folders_need_stands_below_the_data_set(form):
    def labels():
        return [label for each in form.panel.select() if (label := getattr(each, "label", None))]

    assert "Image size (pixels)" not in labels()
    form.control("Data set", pmui.Select).value = form.folder
    shown = labels()
    place = shown.index("Data set")
    assert shown[place + 1 : place + 3] == ["Image size (pixels)", "Unreadable images"]
    form.control("Image size (pixels)", pmui.TextInput).value = "32"
    form.control("Unreadable images", pmui.Select).value = "skip"
    _, settings, *_ = form.start()
    assert (settings["image_size"], settings["unreadable"]) == (32, "skip")
    form.control("Data set", pmui.Select).value = "digits"
    assert "Image size (pixels)" not in labels()
    _, settings, *_ = form.start()
    assert (settings["image_size"], settings["unreadable"]) == (None, "refuse")


def test_a_run_can_be_pruned_from_its_first_step_on(form):
    form.control("Pruning rate (fraction)", pmui.TextInput).value = "0.5"
    form.control("Keep", pmui.Select).value = "far"
    form.control("Curvature K (1/length²)", pmui.TextInput).value = "-4"
    form.control("Images per class", pmui.IntInput).value = 3
    name, settings, preset, share, _ = form.start()
    assert (name, preset, share, settings["dataset"]) == ("", "geometric", False, "digits")
    assert (settings["pruning_rate"], settings["pruning_keep"], settings["curvature"], settings["ipc"]) == (
        0.5, "far", -4.0, 3,
    )  # fmt: skip
    assert set(settings) == set(Settings().in_force())


def test_a_value_that_is_not_allowed_is_said_below_its_control(form):
    field = form.control("Pruning rate (fraction)", pmui.TextInput)
    field.value = "2"
    (said,) = [text for text in form.texts() if "pruning_rate" in text]
    assert "pruning_rate=2.0 is not allowed: give a number ≥ 0 and ≤ 0.95" in said
    assert form.start()[1]["pruning_rate"] == 2.0, "the start refuses it"
    field.value = "0.25"
    assert not any("pruning_rate" in text for text in form.texts())
    assert form.start()[1]["pruning_rate"] == 0.25


def test_another_data_set_says_what_it_changes_and_keeps_what_was_chosen(form):
    assert any("10 classes of 16×16 grey images, 1,442 for training." in text for text in form.texts())
    form.control("Steps", pmui.IntInput).value = 77
    form.control("Momentum (fraction)", pmui.TextInput).value = "0.75"
    form.control("Data set", pmui.Select).value = "cifar100"
    (about,) = [text for text in form.texts() if "classes of" in text]
    assert about == (
        "100 classes of 32×32 colour images, 50,000 for training. They are downloaded first. A step computes with "
        "25,600 real images. Pruning scores all training images once, before its first step."
    )
    (changed,) = [text for text in form.texts() if text.startswith("This has changed: ")]
    assert "Network width: 32 → 128; Real batch: 64 → 256" in changed
    assert "Steps" not in changed and "Momentum" not in changed
    settings = form.start()[1]
    assert (settings["steps"], settings["momentum"], settings["network_width"]) == (77, 0.75, 128)


def test_only_folders_have_an_image_size(form):
    assert not [each for each in form.panel.select(pmui.TextInput) if each.label == "Image size (pixels)"]
    form.control("Data set", pmui.Select).value = form.folder
    size = form.control("Image size (pixels)", pmui.TextInput)
    size.value = "32"
    assert form.start()[1]["image_size"] == 32
    assert any(text.startswith("Classes and image sizes are read when the run starts.") for text in form.texts())
    form.control("Unreadable images", pmui.Select).value = "skip"
    assert form.start()[1]["unreadable"] == "skip"
    form.control("Data set", pmui.Select).value = "digits"
    settings = form.start()[1]
    assert settings["image_size"] is None and settings["unreadable"] == "refuse"


def test_a_folder_says_where_its_test_images_come_from(form, tmp_path):
    (tmp_path / "notes").mkdir()
    offered = form.control("Data set", pmui.Select).options
    assert {name for name in offered if name.startswith("folder")} == {"folder flowers", "folder pets"}
    form.control("Data set", pmui.Select).value = offered["folder pets"]
    (about,) = [text for text in form.texts() if text.startswith("Classes and image sizes are read")]
    assert "The folder has no train/, test/ or val/, so one in 5 images of each class" in about
    form.control("Data set", pmui.Select).value = form.folder
    assert not any("held out" in text for text in form.texts())


def test_a_preset_overrules_what_was_chosen_of_its_own_knobs(form):
    form.control("Curvature K (1/length²)", pmui.TextInput).value = "-4"
    form.control("Momentum (fraction)", pmui.TextInput).value = "0.75"
    form.control("Preset", pmui.Select).value = "released"
    settings = form.start()[1]
    assert (settings["curvature"], settings["clamp"], settings["momentum"]) == (-1.0, 10.0, 0.75)
    (changed,) = [text for text in form.texts() if text.startswith("This has changed: ")]
    assert "Curvature K: -4.0 → -1.0" in changed and "Clamp: none → 10.0" in changed


def test_knobs_of_another_objective_are_not_offered(form):
    weight = form.control("Weight λ (factor)", pmui.TextInput)
    form.control("Objective", pmui.Select).value = "mean"
    assert "weight" not in form.start()[1]
    assert weight not in form.panel.select(pmui.TextInput)


def test_presets_of_another_data_set_are_not_offered(form):
    presets = form.control("Preset", pmui.Select)
    assert list(presets.options.values()) == ["geometric", "released"]
    form.control("Data set", pmui.Select).value = "cifar100"
    assert presets.options["IDM CIFAR-100 IPC 10"] == "idm-cifar100-ipc10"
    presets.value = "idm-cifar100-ipc10"
    _, settings, preset, *_ = form.start()
    assert (preset, settings["method"], settings["objective"], settings["ipc"]) == (
        "idm-cifar100-ipc10", "idm", "mean", 10,
    )  # fmt: skip
    form.control("Data set", pmui.Select).value = "digits"
    assert presets.value == "geometric"
    assert form.start()[1]["method"] == "dm"


def test_a_published_row_has_its_own_number_of_images_per_class(form):
    form.control("Data set", pmui.Select).value = "cifar100"
    form.control("Preset", pmui.Select).value = "idm-cifar100-ipc10"
    form.control("Images per class", pmui.IntInput).value = 3
    assert any("is for ipc=10, not for ipc=3: leave ipc out, or give another preset" in text for text in form.texts())


def test_a_run_starts_from_a_set_that_is_typed(form):
    form.control("Start from a distilled set").value = " run@20 "
    _, settings, _, _, start = form.start()
    assert start == SetPlace("run@20")
    # The set has a number of images of each class, and takes the place of the knob `init`.
    assert not {"init", "ipc"} & settings.keys()
    form.control("Images per class").value = 3
    assert form.start()[1]["ipc"] == 3


def test_a_set_is_filled_in_with_its_data_set_and_how_it_is_read(form):
    place = SetPlace("res.pt", "cifar100", Reading(values="unit"))
    form.setup.start_from(place)
    assert "It is read as values=unit." in form.texts()
    assert form.start()[1]["dataset"] == "cifar100"
    assert form.start()[4] == place
    # Another set need not be read so.
    form.control("Start from a distilled set").value = "other.pt"
    assert form.start()[4] == SetPlace("other.pt")
    assert not any(text.startswith("It is read") for text in form.texts())
    form.control("Start from a distilled set").value = ""
    assert form.start()[4] is None
    assert {"init", "ipc"} <= form.start()[1].keys()
