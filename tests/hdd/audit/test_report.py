"""The report, and the command that writes it."""

import json
import re
import shutil
from dataclasses import replace

import pytest
from hdd_command import hdd, refused

from hdd import sets
from hdd.api import distill
from hdd.audit import audit
from hdd.audit.opening import open_subject
from hdd.audit.report import save_report
from hdd.errors import InvalidInputError, StorageError
from hdd.runs.history import rewind
from hdd.runs.run import Run
from hdd.sets.marks import NAME, Mark, Marks, Verdict
from hdd.sets.preflight import preflight

QUICK = "pixels,spread"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "small"
    distill("digits", out=path, ipc=2, steps=3, network_width=8, real_batch=16, threads=1)
    return path


@pytest.fixture
def exported(run, tmp_path):
    sets.save(Run(run).synthetic(), tmp_path / "set", "export")
    return tmp_path / "set"


def test_a_run_is_compared_with_the_images_that_it_began_as(run):
    subject, report = open_subject(run)
    assert report.findings
    (drift,) = audit(subject, ["drift"]).figures
    assert drift.value > 0
    still, _ = open_subject(f"{run}@0")
    (drift,) = audit(still, ["drift"]).figures
    assert drift.value == 0
    assert len(drift.issues) == 20


def test_a_file_needs_the_name_of_its_data_set_and_a_run_refuses_one(run, exported):
    subject, _ = open_subject(exported, "digits")
    assert subject.initial is None
    with pytest.raises(InvalidInputError, match="name the data set"):
        open_subject(exported)
    with pytest.raises(InvalidInputError, match="leave the data set out"):
        open_subject(run, "digits")


def test_the_report_needs_nothing_else_and_escapes_every_name(fresh, look_at, digits, tmp_path):
    images = fresh.images.copy()
    images[1] = images[0]
    markup = "<script>alert('x')</script>"
    made = replace(fresh, images=images, provenance={"note": markup})
    path = tmp_path / "report.html"
    save_report(audit(look_at(made)), preflight(made, digits), markup, path)
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3
    # Names of XML vocabularies are no addresses that a browser opens.
    outside = set(re.findall(r'(?:href|src)="(?!#|data:)[^"]*"', page)) | set(re.findall(r"url\((?!#)[^)]*\)", page))
    assert outside == set()
    assert "It repeats image 0 of its class." in page
    assert "unseen real images" in page
    assert "nan" not in re.sub(r"[A-Za-z0-9+/]{60,}", "", page).lower().split()


def test_a_report_that_cannot_be_written_says_so(fresh, look_at, digits, tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        save_report(audit(look_at(fresh), ["spread"]), preflight(fresh, digits), "set", tmp_path)


def test_the_command_prints_figures_and_writes_the_report(exported, tmp_path):
    told = hdd("audit", str(exported), "--dataset", "digits", "--metrics", QUICK, "--html", str(tmp_path / "page.html"))
    assert "out of range" in told.stdout and "Report:" in told.stdout
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_the_command_gates_a_pipeline(run):
    found = json.loads(hdd("audit", str(run), "--metrics", QUICK, "--json", "--require", "spread>=0").stdout)
    assert found["missed"] == []
    assert {each["name"] for each in found["figures"]} == {"out of range", "fine detail", "balance", "spread"}
    told = hdd("audit", str(run), "--metrics", QUICK, "--require", "spread>1000", "--require", "balance <= 1", code=1)
    assert re.search(r"required: spread is [\d.]+, which is not > 1000", told.stdout)
    hdd("audit", f"{run}@0", "--metrics", "drift", "--fail-on", "warning", code=1)
    hdd("audit", f"{run}@0", "--metrics", "drift", code=0)
    hdd("audit", f"{run}@0", "--metrics", "drift", "--fail-on", "warning", "--fail-on", "never", code=0)


def test_programs_are_told_the_progress_and_every_image(run):
    told = [
        json.loads(line) for line in hdd("audit", str(run), "--json-lines", "--fail-on", "never").stdout.splitlines()
    ]
    assert {"doing", "done", "total"} == set(told[0])
    result = told[-1]["result"]
    assert result["looked at"] == list(range(20))
    (root,) = [each for each in result["figures"] if each["name"] == "distance to the root"]
    assert len(root["per image"]) == 20 and len(root["per class"]) == 10


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--require", "spread"], "is no condition"),
        (["--require", "spread>much"], "is no condition"),
        (["--metrics", QUICK, "--require", "recal>=1"], "There is no figure 'recal'"),
        (["--metrics", "pixel"], "Did you mean pixels?"),
        (["--dataset", "digits"], "leave the data set out"),
    ],
)
def test_a_mistake_gives_one_message(run, options, words):
    assert words in refused("audit", str(run), *options)


def test_a_figure_without_a_value_cannot_be_required(exported):
    told = refused("audit", str(exported), "--dataset", "digits", "--metrics", "drift", "--require", "drift>0")
    assert "drift has no value here" in told


def test_a_rewind_takes_back_the_verdicts_on_what_it_deletes(run, tmp_path):
    path = tmp_path / "copy"
    shutil.copytree(run, path)
    verdicts = Marks(path / NAME)
    verdicts.judge(0, [1], Verdict.DROP)
    verdicts.judge(3, [1], Verdict.DROP)
    rewind(Run(path), 0)
    assert (Marks(path / NAME).of(0), Marks(path / NAME).of(3)) == ({1: Mark(Verdict.DROP)}, {})


def test_an_export_leaves_out_what_was_dropped(run, tmp_path):
    path = tmp_path / "run"
    shutil.copytree(run, path)
    Marks(path / NAME).judge(3, [1, 2], Verdict.DROP)
    Marks(path / NAME).judge(3, [5], Verdict.DOUBT)
    hdd("export", f"{path}@3", "--out", str(tmp_path / "part"), "--without", "drop")
    assert sets.load(tmp_path / "part").counts == (1, 1, *[2] * 8)
    hdd("export", f"{path}@0", "--out", str(tmp_path / "all"), "--without", "drop")
    assert sets.load(tmp_path / "all").counts == (2,) * 10
    Marks(path / NAME).judge(3, [0], Verdict.DROP)
    assert "Class 0 would be left without images" in refused(
        "export", str(path), "--out", str(tmp_path / "none"), "--without", "drop"
    )
    assert not (tmp_path / "none").exists()
