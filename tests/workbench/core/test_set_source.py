"""A distilled set without a run, as the views see it."""

from dataclasses import replace

import numpy as np
import pytest
from session_parts import Document, Inline

from hdd import sets
from hdd.projection import Viewing
from hdd.projection.space import ViewingSpace
from hdd.sets import SyntheticSet
from hdd.settings import initial_settings
from workbench.browser.link import Link
from workbench.core import projector
from workbench.core.disk_requests import NO_REAL_IMAGES
from workbench.core.set_source import SetSource
from workbench.session import Session
from workbench.theme import tile
from workbench.views.disk import Disk
from workbench.views.image_wall import ImageWall
from workbench.views.inspector import Inspector


@pytest.fixture(scope="module")
def made(digits):
    """Five images of three of the ten digits in no order, some far beyond black and white; label 7 is a soft one."""
    labels = np.array([7, 0, 7, 3, 7])
    chosen = [np.flatnonzero(digits.train_labels == label)[place] for place, label in enumerate(labels)]
    images = 2 * digits.normalise(digits.train_images[chosen]).numpy()
    soft = np.full((5, 10), 0.02, np.float32)
    soft[np.arange(5), labels] = 0.82
    return SyntheticSet(images, soft, digits.classes, digits.mean.numpy(), digits.std.numpy())


@pytest.fixture
def show(monkeypatch):
    """Shows a source in a wall, a disk and an inspector, and lets all be computed and painted."""
    monkeypatch.setattr(projector, "_tell", None)
    sessions = []

    def show_(source):
        document, projecting = Document(), Inline()
        session = Session(source, projecting, Link(), document)
        sessions.append(session)
        views = ImageWall(session), Disk(session), Inspector(session)
        for view in views:
            session.add(view)
        session.open()

        def paint():
            for _ in range(4):
                document.run(later=True)
                session._link.listener({"painted": session._link.frame})

        paint()
        return session, *views, paint

    yield show_
    for session in sessions:
        session.close()


def data_of(plot, column):
    """Of the figure's one renderer that has the column."""
    (found,) = [each.data_source.data for each in plot.renderers if column in each.data_source.data]
    return found


def test_a_set_is_one_step_of_which_nothing_is_steered(made):
    source = SetSource(made)
    assert source.classes == list(made.classes) and source.viewing is None
    assert source.layout.labels.tolist() == [7, 0, 7, 3, 7]
    assert (source.state.kept, source.state.live, source.driver) == ((0,), None, None)
    assert source.settings_at(source.state, 0) is None
    found = source.read(0).result(timeout=0)
    np.testing.assert_array_equal(found.images, made.images)


def test_hard_labels_are_taken_as_they_are(made):
    hard = replace(made, labels=np.array([1, 1, 0, 9, 9]))
    assert SetSource(hard).layout.labels.tolist() == [1, 1, 0, 9, 9]


def test_who_looks_at_a_set_is_known_while_they_do(made):
    source, woken = SetSource(made), []
    for session, tab in (("one", "a"), ("two", "b"), ("three", "a"), ("four", "")):
        source.join(session, tab, lambda session=session: woken.append(session))
    assert source.tabs() == ["a", "b"] and woken == ["one", "two", "three", "four"]
    source.leave("one")
    assert source.tabs() == ["b", "a"]
    for session in ("two", "three", "four", "never"):
        source.leave(session)
    assert source.tabs() == []


def test_the_wall_and_the_disk_of_a_set_given_in_python(made, digits, show):
    source = SetSource(made, dataset="digits")
    session, wall, disk, _, paint = show(source)
    assert not session.drives
    frame = session.frame()
    assert (frame.disk_problem, frame.live, frame.settings) == (None, True, None)

    sheet = np.zeros((10, 3, *made.images.shape[1:]), np.uint8)
    there = np.zeros((10, 3), bool)
    for image, place in enumerate([(7, 0), (0, 0), (7, 1), (3, 0), (7, 2)]):
        sheet[place] = source.to_pixels(made.images[image])
        there[place] = True
    np.testing.assert_array_equal(data_of(wall.plot, "dw")["image"][0], tile(sheet, present=there))

    space = ViewingSpace(digits, Viewing.of(initial_settings("digits")))
    labels = source.layout.labels
    exact = space.project(made.images, labels, space.initial_geometry, "plane")
    drawn = data_of(disk.plot, "radius")
    assert drawn["name"] == [
        f"{made.classes[label]} #{place}" for label, place in [(7, 1), (0, 1), (7, 2), (3, 1), (7, 3)]
    ]
    np.testing.assert_allclose(drawn["radius"], exact.synthetic_radius, rtol=1e-4)
    np.testing.assert_allclose(frame.disk.projection.gap, exact.gap, rtol=1e-4)
    assert np.isfinite(frame.disk.projection.gap).sum() == 3

    session.selection.image = (7, 1)
    paint()
    assert session.frame().disk.step == 0
    assert data_of(disk.plot, "radius")["image"].index(2) in data_of_selected(disk.plot)


def data_of_selected(plot):
    (indices,) = [each.data_source.selected.indices for each in plot.renderers if "radius" in each.data_source.data]
    return indices


def test_a_set_from_a_folder_shows_the_same(made, show, tmp_path):
    sets.save(made, tmp_path / "set")
    sources = SetSource(made, dataset="digits"), SetSource(sets.load(tmp_path / "set"), dataset="digits")
    (one, first, _, _, _), (two, second, _, _, _) = (show(source) for source in sources)
    np.testing.assert_array_equal(data_of(second.plot, "dw")["image"][0], data_of(first.plot, "dw")["image"][0])
    gaps = [session.frame().disk.projection.gap for session in (one, two)]
    np.testing.assert_array_equal(*gaps)
    assert two.source.classes == list(made.classes)


def test_a_set_of_another_normalisation_shows_the_same(made, show):
    mean, std = (np.float32(values)[:, None, None] for values in (made.mean, made.std))
    images = (made.images * std + mean - np.float32(0.5)) / np.float32(0.5)
    other = replace(made, images=images, mean=[0.5], std=[0.5])
    first, second = (show(SetSource(each, dataset="digits"))[0].frame().disk.projection for each in (made, other))
    np.testing.assert_allclose(second.synthetic_radius, first.synthetic_radius, rtol=1e-3)
    np.testing.assert_allclose(second.gap, first.gap, rtol=1e-3, atol=1e-4)


def test_a_set_whose_real_images_nobody_knows_has_a_wall_and_no_disk(made, show):
    session, wall, disk, _, paint = show(SetSource(made))
    assert session.frame().disk_problem == NO_REAL_IMAGES
    assert data_of(wall.plot, "dw")["dw"] == [3]
    assert len(data_of(disk.plot, "radius")["image"]) == 0
    session.selection.image = (7, 2)
    paint()


def test_images_that_are_not_of_the_data_set_are_refused_in_words(made, show):
    color = replace(made, images=np.repeat(made.images, 3, axis=1), mean=np.ones(3) / 2, std=np.ones(3) / 4)
    few = replace(made, labels=np.array([0, 1, 2, 0, 1]), classes=made.classes[:3])
    for other, what in ((color, "they have 10 and (3, 16, 16)"), (few, "they have 3 and (1, 16, 16)")):
        session, *_ = show(SetSource(other, dataset="digits"))
        problem = session.frame().disk_problem
        assert "These images were not distilled from digits: that has 10 classes" in problem and what in problem


def test_a_set_whose_images_hold_four_has_four_points_for_each(made, show, digits):
    packed = replace(made, decoder="quadrants")
    session, wall, disk, inspector, paint = show(SetSource(packed, dataset="digits"))
    held = packed.decoded()
    space = ViewingSpace(digits, Viewing.of(initial_settings("digits")))
    exact = space.project(held.images, held.hard_labels, space.initial_geometry, "plane")
    drawn = data_of(disk.plot, "radius")
    assert list(drawn["image"]) == [image for image in range(5) for _ in range(4)]
    np.testing.assert_allclose(drawn["radius"], exact.synthetic_radius, rtol=1e-4)
    np.testing.assert_allclose(session.frame().disk.projection.gap, exact.gap, rtol=1e-4)
    assert data_of(wall.plot, "dw")["dw"] == [3], "the wall shows the stored images"

    session.selection.image = (7, 1)
    paint()
    assert sorted(data_of_selected(disk.plot)) == [8, 9, 10, 11]
    assert f"{exact.synthetic_radius[8:12].mean():#.4g}" in inspector._text.object
    (source,) = [each.data_source for each in disk.plot.renderers if "radius" in each.data_source.data]
    source.selected.indices = [2, 3, 13]
    assert session.selection.synthetic == [(7, 0), (3, 0)]


def test_the_nearest_images_are_those_of_any_image_that_is_held(made, monkeypatch):
    monkeypatch.setattr(projector, "_tell", None)
    packed = SetSource(replace(made, decoder="quadrants"), dataset="digits")
    held = SetSource(replace(made, decoder="quadrants").decoded(), dataset="digits")
    (pixels, _), (features, pictures) = projector.nearest(packed.viewing, made.images[2], 5)
    own = [projector.nearest(held.viewing, image, 5) for image in held._images.images[8:12]]
    for found, kind in ((pixels, 0), (features, 1)):
        least = {}
        for each in own:
            for index, distance in zip(each[kind][0].indices.tolist(), each[kind][0].distances, strict=True):
                least[index] = min(distance, least.get(index, np.inf))
        nearest = sorted(least, key=least.get)[:5]
        assert found.indices.tolist() == nearest
        np.testing.assert_allclose(found.distances, [least[index] for index in nearest], rtol=1e-5)
    assert pictures.shape == (5, 1, 16, 16)
