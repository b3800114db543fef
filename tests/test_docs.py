"""Pages in docs/ say what the code does."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from chromium import chromium_path
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGE_SUFFIXES = {".md", ".ipynb"}
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


def files_of(entries):
    """The files that a part of the table of contents names."""
    for entry in entries:
        if "glob" in entry:
            yield from (
                str(path.relative_to(ROOT)) for path in ROOT.glob(entry["glob"]) if path.suffix in PAGE_SUFFIXES
            )
        else:
            (path,) = ROOT.glob(f"{entry['file']}.*")
            yield str(path.relative_to(ROOT))
        yield from files_of(entry.get("entries", []))


def test_the_site_has_every_page():
    contents = yaml.safe_load((DOCS / "_toc.yml").read_text(encoding="utf-8"))
    (subtree,) = contents["subtrees"]
    named = {"docs/README.md", *files_of(subtree["entries"])}
    assert contents["root"] == "docs/README"
    assert named == {str(path.relative_to(ROOT)) for path in [*PAGES, *(ROOT / "notebooks").glob("*.ipynb")]}


@pytest.mark.parametrize("path", sorted((DOCS / "pictures").glob("*")), ids=lambda path: path.name)
def test_a_picture_of_the_page_is_large_and_light(path):
    assert path.stat().st_size < 150_000
    with Image.open(path) as picture:
        assert picture.size == (1600, 1000)


def test_each_tab_has_its_picture():
    page = (DOCS / "page.md").read_text(encoding="utf-8")
    for path in (ROOT / "workbench" / "tabs").glob("*.py"):
        if "\nTAB = " in path.read_text(encoding="utf-8"):
            assert f"](pictures/{path.stem}.png)" in page


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, as `make docs` makes it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
    told = subprocess.run(
        [*command, "-c", "docs", "-d", str(folder / "doctrees"), ".", str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    return folder / "html"


@pytest.mark.slow
def test_the_site_is_whole_and_fetches_nothing(site):
    for name in ("index", "docs/knobs", "docs/api/hdd.geometry", "docs/decisions/0001-one-table-for-inbox-and-ledger"):
        assert (site / f"{name}.html").is_file()
    assert "from A to B: 3.153" in (site / "notebooks" / "02-hyperbolic-space.html").read_text(encoding="utf-8")
    geometry = (site / "docs" / "api" / "hdd.geometry.html").read_text(encoding="utf-8")
    assert "Weighted centroid over the last axis but one." in geometry
    for path in site.rglob("*.html"):
        tags = re.findall(r"<(?:script|link|img|iframe|source|video)\b[^>]*>", path.read_text(encoding="utf-8"))
        assert not [tag for tag in tags if re.search(r"(?:src|href)=\"(?:https?:)?//", tag)], path
    for path in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")), path


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(chromium_path() is None, reason="No Chromium: set CHROMIUM to one, or install the package chromium")
@pytest.mark.parametrize("name", ["docs/playground", "notebooks/02-hyperbolic-space"])
def test_figures_live_in_the_pages_of_the_site(site, name):
    complaints, requests = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: complaints.extend([message.text] if message.type == "error" else []))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto((site / f"{name}.html").as_uri())
        point = page.get_by_role("button", name="Point A").first
        before = point.bounding_box()
        point.press("ArrowRight")
        page.wait_for_function(
            "([a, x]) => a.getBoundingClientRect().x != x", arg=[point.element_handle(), before["x"]]
        )
        browser.close()
    assert complaints == []
    assert not [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
