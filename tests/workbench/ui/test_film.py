"""The film of a run, as a browser opens it from the disk."""

import pytest
from playwright.sync_api import expect

from hdd.api import distill
from hdd.film import save_film


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film")
    small = {"ipc": 2, "steps": 4, "network_width": 8, "real_batch": 16, "threads": 1, "snapshot_every": 1}
    save_film(distill("digits", out=folder / "run", **small), folder / "film.html")
    return folder / "film.html"


def test_the_timeline_moves_images_disk_and_words(new_tab, film):
    page = new_tab().page
    page.goto(film.as_uri())
    step, picture = page.locator("#step"), page.locator("#picture")
    expect(step).to_have_text("Step 4 of 4")
    last, disk = picture.get_attribute("src"), page.evaluate("find('disk').toDataURL()")
    page.keyboard.press("Home")
    expect(step).to_have_text("Step 0 of 4")
    assert picture.get_attribute("src") != last
    assert page.evaluate("find('disk').toDataURL()") != disk
    page.get_by_role("slider", name="Step").fill("2")
    expect(step).to_have_text("Step 2 of 4")
    page.get_by_role("button", name="Play").click()
    expect(step).to_have_text("Step 4 of 4")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert picture.get_attribute("src") == last
    plain = page.evaluate("find('disk').toDataURL()")
    picture.hover()
    assert page.evaluate("find('disk').toDataURL()") != plain
