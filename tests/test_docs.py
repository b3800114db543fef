"""Pages in docs/ say what the code does."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def load_make():
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = load_make()


@pytest.mark.parametrize("name", make.PAGES)
def test_a_page_that_is_made_from_the_code_is_up_to_date(name):
    assert (DOCS / name).read_text(encoding="utf-8") == make.PAGES[name](), f"{name} is stale: python docs/make.py"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_index_links_every_page():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    for path in DOCS.glob("*.md"):
        assert path.name == "README.md" or f"]({path.name})" in index


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_says_its_status_and_its_date(path):
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+", path.stem)
    assert re.match(r"# .+\n\nStatus: (proposed|accepted|superseded by \S+)\nDate: \d{4}-\d\d-\d\d\n\n", text)


def test_numbers_of_decisions_are_their_own():
    numbers = [path.name[:4] for path in (DOCS / "decisions").glob("*.md")]
    assert len(set(numbers)) == len(numbers)


def test_python_pages_can_be_made(tmp_path):
    make.api(tmp_path)
    for name in make.PUBLIC:
        assert (tmp_path / f"{name.replace('.', '/')}.html").is_file()
    front = (tmp_path / "hdd.html").read_text(encoding="utf-8")
    assert "Makes a run and advances it to its end" in front
