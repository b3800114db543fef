"""A run as one page: what is in it, and what it refuses."""

import base64
import io
import json
import re

import numpy as np
import pytest
from hdd_command import hdd, refused
from PIL import Image

from hdd.api import distill
from hdd.errors import RunStateError
from hdd.film import save_film
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import initial_settings


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "steered"
    small = {"ipc": 2, "steps": 6, "network_width": 8, "real_batch": 16, "threads": 1, "snapshot_every": 1}
    return distill("digits", out=path, at={3: {"curvature": -4.0}}, **small)


def content(path):
    page = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="film">(.*?)</script>', page, re.DOTALL)[1])


def test_the_film_shows_every_kept_step_in_the_geometry_in_force(run, tmp_path):
    told = []
    size = save_film(run, tmp_path / "film.html", on_frame=lambda *what: told.append(what))
    assert size == (tmp_path / "film.html").stat().st_size
    film = content(tmp_path / "film.html")
    assert [frame["step"] for frame in film["frames"]] == run.kept_steps() == list(range(7))
    assert told == [(place, 7) for place in range(7)]
    curvature = [film["worlds"][frame["world"]]["curvature"] for frame in film["frames"]]
    assert curvature == [-1, -1, -1, -4, -4, -4, -4]
    assert film["edits"] == [[3, "curvature → -4.0"]]
    assert film["curves"]["step"] == [1, 2, 3, 4, 5, 6]
    for frame in film["frames"]:
        assert np.abs(np.array(frame["points"])).max() <= 1000 and len(frame["points"]) == 20
    picture = Image.open(io.BytesIO(base64.b64decode(film["frames"][-1]["picture"])))
    assert picture.size == (2 * 17 + 1, 10 * 17 + 1)


def test_a_sheet_that_is_too_large_for_webp_is_shown_all_the_same(tmp_path):
    shades = [Image.new("L", (8, 32), shade) for shade in (0, 255)]
    for label in range(512):
        (tmp_path / "many" / f"{label:03}").mkdir(parents=True)
        for number, shade in enumerate(shades):
            shade.save(tmp_path / "many" / f"{label:03}" / f"{number}.bmp")
    small = {"ipc": 1, "steps": 1, "network_width": 1, "network_depth": 1, "real_batch": 1, "threads": 1}
    made = distill(f"folder:{tmp_path / 'many'}", out=tmp_path / "large", **small)
    save_film(made, tmp_path / "film.html", frames=1)
    film = content(tmp_path / "film.html")
    picture = Image.open(io.BytesIO(base64.b64decode(film["frames"][-1]["picture"])))
    assert picture.size == (9 + 1, 512 * 33 + 1)
    assert film["encoding"] == picture.format.lower() == "jpeg"


def test_of_many_steps_evenly_spaced_ones_are_shown(run, tmp_path):
    save_film(run, tmp_path / "film.html", frames=3)
    assert [frame["step"] for frame in content(tmp_path / "film.html")["frames"]] == [0, 3, 6]


def test_the_page_needs_nothing_else(run, tmp_path):
    save_film(run, tmp_path / "film.html")
    page = (tmp_path / "film.html").read_text(encoding="utf-8")
    assert not re.findall(r"(?:https?:)?//[a-z]", page.split('id="film">')[0])
    assert "import " not in page and "fetch(" not in page


def test_a_run_without_images_says_so(digits, tmp_path):
    made = create(tmp_path / "new", initial_settings("digits", ipc=1, steps=1), digits)
    for step in made.kept_steps():
        made.snapshots.drop([step])
        made.checkpoints.drop([step])
    with pytest.raises(RunStateError, match="no images yet"):
        save_film(made, tmp_path / "film.html")


def test_the_command_writes_it_and_refuses_what_does_not_go_with_it(run, tmp_path):
    told = hdd("export", str(run.path), "--html", str(tmp_path / "film.html"))
    assert "opens in any browser" in told.stdout
    assert len(content(tmp_path / "film.html")["frames"]) == 7
    assert "--out PLACE" in refused("export", str(run.path))
    assert "--out PLACE" in refused("export", str(run.path), "--html", "a", "--out", "b")
    assert "give nothing else" in refused("export", str(run.path), "--html", "a", "--step", "1")
    assert Run(run.path).step == 6
