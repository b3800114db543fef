"""Tabs that other packages bring."""

import logging

import pytest
from step_count_tab import TAB

from hdd.errors import HDDError
from workbench.tabs import audit, compare, hierarchy, learn, live, runs, studies
from workbench.tabs.base import Tab
from workbench.tabs.registry import TABS

OWN = (live.TAB, hierarchy.TAB, audit.TAB, runs.TAB, studies.TAB, compare.TAB, learn.TAB)


def test_without_other_packages_there_are_our_own_tabs():
    assert TABS.all() == OWN


def test_a_package_brings_a_tab_by_an_entry_point(install_package):
    install_package("toy-tabs", {"step-count": "step_count_tab:TAB"})
    assert TABS.all() == (*OWN, TAB)


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("broken", "import a_module_that_is_not_here", "No module named 'a_module_that_is_not_here'"),
        ("broken", "", "has no attribute 'TAB'"),
        ("broken", "TAB = 3", "it is a int, not a workbench.tabs.base.Tab"),
        ("broken", "from step_count_tab import TAB", "the tab's own name is 'step-count'"),
        ("live", "from step_count_tab import TAB", "that name is in use"),
    ],
)
def test_a_tab_that_cannot_be_had_is_named_in_one_warning_and_left_out(install_package, caplog, name, code, said):
    install_package("broken-tabs", {name: "broken_tab:TAB"}, broken_tab=code)
    install_package("toy-tabs", {"step-count": "step_count_tab:TAB"})
    with caplog.at_level(logging.WARNING):
        assert TABS.all() == (*OWN, TAB)
        TABS.all()
    (record,) = caplog.records
    assert f"The tab {name!r} of the package broken-tabs 1.0 is left out" in record.getMessage()
    assert said in record.getMessage()


@pytest.mark.parametrize("name", ["", "Two words", "a/b", "-a", "ä"])
def test_the_name_of_a_tab_can_stand_in_an_address(name):
    with pytest.raises(HDDError, match="cannot name a tab"):
        Tab(name, "A tab", live.build)
