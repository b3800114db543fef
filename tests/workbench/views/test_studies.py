"""The view of studies follows the folder while it is visible, and only then."""

import pytest
from scripted_study import ScriptedStudy
from session_parts import StillSource
from waiting import wait_until

from workbench.core.jobs import Engines
from workbench.views.studies import StudiesView


@pytest.fixture
def source(make_run):
    source = StillSource(make_run(steps=10).path)
    source.read_all()
    return source


@pytest.fixture
def study(root):
    return ScriptedStudy(root / "tiny")


@pytest.fixture
def shown():
    return []


@pytest.fixture
def view(session, root, study, shown):
    view = StudiesView(session, Engines(root), lambda run: shown.append(run))
    session.add(view)
    return view


def texts(view):
    return [each.object for each in view.__panel__() if hasattr(each, "object")]


def look(document, view, text):
    """Lets time pass until the view shows a text."""

    def seen():
        document.run(later=True)
        return any(each.startswith(text) for each in texts(view))

    wait_until(seen, 30)


def test_it_follows_the_folder(view, document, study):
    look(document, view, "0 of 4 runs are done.")
    assert view._plots.shown["plots"][1]["label"] == "hdd"
    study.make("hdd", 0, 0.5)
    look(document, view, "1 of 4 runs are done. About")
    assert view._tables[0].table["lines"][1][1] == "50.0"
    (first, *_) = view._plots.shown["plots"][1]["runs"]
    assert first["state"] == "done"


def test_while_another_tab_is_shown_nothing_is_read_and_nothing_is_waited_for(view, document, session, study):
    look(document, view, "0 of 4 runs are done.")
    asked = []
    ask = view._list.ask
    view._list.ask = lambda *arguments: asked.append(arguments) or ask(*arguments)
    session.views.remove(view)
    view.hide()
    study.make("hdd", 0, 0.5)
    while document.next or document.later:
        document.run(later=True)
    assert asked == []
    # It is up to date soon after it is shown again.
    session.add(view)
    look(document, view, "1 of 4 runs are done.")


def test_a_view_that_is_left_and_shown_again_at_once_looks_once_at_a_time(view, document, session):
    look(document, view, "0 of 4 runs are done.")
    for _ in range(3):
        session.views.remove(view)
        view.hide()
        session.add(view)
    document.run()
    assert len(document.later) <= 1


def test_a_click_shows_the_run(view, document, shown, study):
    study.make("hdd", 0, 0.5)
    look(document, view, "1 of 4 runs are done.")
    view._plots.listener(view._plots.shown["plots"][1]["run"])
    view._tables[0].listener(view._tables[0].table["runs"][1])
    assert shown == ["tiny/hdd,seed=0"] * 2


def test_a_bad_file_shows_one_message_in_place_of_everything_else(view, document, study):
    look(document, view, "0 of 4 runs are done.")
    (study.folder / "study.yaml").write_text("arms: {hdd: {}, ")
    look(document, view, f"{study.folder}/study.yaml: This is not YAML")
    assert (view._plots.shown, view._tables[0].table) == ({}, {})
    assert (
        len([each for each in view.__panel__() if getattr(each, "object", "") and each.sx != {"display": "none"}]) == 1
    )


def test_a_folder_without_studies_says_how_to_make_one(view, document, study, root):
    (study.folder / "study.yaml").unlink()
    look(document, view, f"There is no study in {root}. To make one there: hdd study FILE.yaml --out {root}/NAME")
