"""The table of an audit: order, filter and what a row says."""

import csv
import io

import pytest

from hdd.sets.marks import Mark, Verdict
from workbench.core.audit_table import ISSUE, SHOWS, VERDICT, AuditTable, Order

CLASSES = ["cat", "a, dog"]


def issue(image, severity, beyond=1.0):
    return {"image": image, "severity": severity, "beyond": beyond, "words": f"{severity} {beyond}.", "real": None}


@pytest.fixture
def table():
    result = {
        "images": 8,
        "looked at": [0, 2, 4, 6],
        "preflight": [],
        "figures": [
            {"name": "drift", "per image": [0.5, 0.25, 0.125, 1.0]},
            {"name": "KID", "per image": None},
            {"name": "root", "per image": [3.0, None, 1.0, 2.0]},
        ],
        "issues": [issue(2, "warning", 9.0), issue(4, "problem"), issue(2, "note"), issue(6, "warning", 2.0)],
    }
    return AuditTable(result, lambda image: (image // 4, image % 4), CLASSES)


def images(table, *order, shows=SHOWS[0], marks=None):
    return [int(table.images[row]) for row in table.rows(Order(*order), shows, marks or {})]


def test_the_worst_issues_come_first(table):
    assert images(table) == [4, 2, 6, 0]
    assert images(table, ISSUE, False) == [0, 6, 2, 4]
    assert (table.count("problem"), table.count("warning"), table.count("note")) == (1, 2, 1)


def test_rows_are_ordered_by_figure_number_and_verdict(table):
    assert images(table, "drift", True) == [6, 0, 2, 4]
    assert images(table, "root", False)[:3] == [4, 6, 0]
    assert images(table, "image", False) == [0, 2, 4, 6]
    assert images(table, VERDICT, True, marks={2: Mark(Verdict.DROP), 6: Mark(Verdict.KEEP)}) == [2, 6, 0, 4]


def test_rows_are_filtered(table):
    marks = {2: Mark(Verdict.DROP, ("odd",)), 0: Mark(Verdict.KEEP), 6: Mark(None, ("far", "odd"))}
    assert images(table, shows="with issues") == [4, 2, 6]
    assert images(table, shows="without a verdict", marks=marks) == [4, 6]
    assert images(table, shows="verdict: drop", marks=marks) == [2]
    assert images(table, shows="verdict: doubt", marks=marks) == []
    assert images(table, shows="tag: odd", marks=marks) == [2, 6]


def test_a_row_says_all_of_an_image(table):
    row = table.row(1)
    assert (row.image, row.name, row.severity) == (2, "cat #3", "warning")
    assert row.words == "warning 9.0. note 1.0."
    assert row.values == ("0.25", "")
    assert table.place(3) == (1, 2)
    assert table.row(0).severity == "" == table.row(0).words


def test_the_csv_has_every_image(table):
    first, *rows = csv.reader(io.StringIO(table.as_csv({4: Mark(Verdict.DOUBT, ("far", "odd"))}).decode()))
    assert first == ["image", "class", "number", "drift", "root", "severity", "issues", "verdict", "tags"]
    assert rows[2] == ["4", "a, dog", "0", "0.125", "1.0", "problem", "problem 1.0.", "doubt", "far, odd"]
    assert rows[1][4] == ""
    assert len(rows) == 4
