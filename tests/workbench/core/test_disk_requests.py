"""Which disks are asked for. The projector answers when the test says so, and the clock is the test's."""

from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from hdd.errors import HDDError
from hdd.projection import Geometry, Projection, Pruning, Viewing
from hdd.settings import Settings
from workbench.core.class_layout import ClassLayout
from workbench.core.disk_requests import NO_REAL_IMAGES, RETRY_SECONDS, DiskRequest, DiskRequests, Look
from workbench.core.shared_answers import SharedAnswers

GEOMETRY = Geometry(-1.0, 2.0, None, "closed")
LOOK = Look(GEOMETRY, "plane", "random", Pruning(0.0, "random", "near"), rewinds=0)
IMAGES = np.zeros((4, 1, 2, 2), np.float32)


class Source:
    viewing = Viewing.of(Settings())
    layout = ClassLayout.of_equal(2, 2)

    def __init__(self):
        self.shared = SharedAnswers().share


class Projector:
    """Keeps what it is asked."""

    def __init__(self):
        self.asked = []

    def _ask(self, process, function, *arguments):
        future = Future()
        self.asked.append((process, function.__name__, arguments, future))
        return future

    def live(self, function, *arguments):
        return self._ask("live", function, *arguments)

    def study(self, function, *arguments):
        return self._ask("study", function, *arguments)

    def learn(self, function, *arguments):
        return self._ask("learn", function, *arguments)

    def looks(self):
        return [each for each in self.asked if each[1] == "look"]

    def answer(self):
        _, _, arguments, future = self.looks()[-1]
        points = np.zeros((4, 2))
        drawing = Projection(arguments[4], np.ones(4, bool), *[points] * 5, *[np.zeros(4)] * 10, points)
        future.set_result((arguments[3], drawing, None))
        return drawing


@pytest.fixture
def projector():
    return Projector()


@pytest.fixture
def clock():
    return [100.0]


@pytest.fixture
def told():
    return []


@pytest.fixture
def disks(projector, clock, told):
    return DiskRequests(Source(), projector, lambda: told.append(1), lambda: clock[0])


def wanted(step=1, **changes):
    return DiskRequest(step, replace(LOOK, **changes))


def test_one_disk_at_a_time_and_none_twice(disks, projector, told):
    disks.ask(wanted(1), IMAGES)
    disks.ask(wanted(2), IMAGES)
    assert disks.asked == wanted(1)
    assert len(projector.looks()) == 1 and told == []
    drawing = projector.answer()
    assert len(told) == 1
    assert (disks.asked, disks.disk.projection, disks.disk.step, disks.disk.view) == (None, drawing, 1, "plane")
    disks.ask(wanted(1), IMAGES)
    assert len(projector.looks()) == 1
    disks.ask(wanted(2), IMAGES)
    assert len(projector.looks()) == 2


@pytest.mark.parametrize(
    "changes", [{"geometry": replace(GEOMETRY, curvature=-2.0)}, {"view": "classes"}, {"rewinds": 1}]
)
def test_another_look_is_another_disk(disks, projector, changes):
    disks.ask(wanted(), IMAGES)
    projector.answer()
    disks.ask(wanted(**changes), IMAGES)
    assert len(projector.looks()) == 2


@pytest.mark.parametrize("error", [HDDError("not those images"), OSError("no disk"), RuntimeError("")])
def test_a_failure_is_told_and_asked_again_after_a_while(disks, projector, clock, error):
    disks.ask(wanted(), IMAGES)
    projector.looks()[-1][-1].set_exception(error)
    assert disks.problem == (str(error) or "RuntimeError")
    assert disks.disk is disks.asked is None
    clock[0] += RETRY_SECONDS - 0.1
    disks.ask(wanted(), IMAGES)
    assert len(projector.looks()) == 1
    clock[0] += 0.2
    disks.ask(wanted(), IMAGES)
    projector.answer()
    assert disks.problem is None and disks.disk is not None


@pytest.mark.parametrize("view", ["plane", "neighbourhoods"])
def test_a_network_is_trained_in_the_background_while_a_random_one_stands_in(disks, projector, told, view):
    request = wanted(view=view, network="trained")
    disks.ask(request, IMAGES)
    assert "Training the viewing network" in disks.learning
    (learned,) = [each for each in projector.asked if each[1] == "learn"]
    assert learned[0] == "learn" and learned[2][0].network == "trained"
    assert disks.asked == wanted(view=view)
    projector.answer()
    # While nothing changes, nothing is asked again.
    disks.ask(request, IMAGES)
    assert len(projector.looks()) == 1 and len(projector.asked) == 3
    before = len(told)
    learned[-1].set_result(None)
    assert len(told) == before + 1
    disks.ask(request, IMAGES)
    assert (disks.asked, disks.learning) == (request, "")
    assert projector.looks()[-1][2][0].network == "trained"
    projector.answer()
    disks.ask(request, IMAGES)
    assert len(projector.looks()) == 2


def test_a_failure_to_learn_is_told_and_it_is_tried_again_after_a_while(disks, projector, clock):
    request = wanted(network="trained")
    disks.ask(request, IMAGES)
    projector.answer()
    (learned,) = [each for each in projector.asked if each[1] == "learn"]
    learned[-1].set_exception(HDDError("no memory"))
    assert disks.problem == "no memory"
    disks.ask(request, IMAGES)
    assert len(projector.asked) == 3
    clock[0] += RETRY_SECONDS + 0.1
    disks.ask(request, IMAGES)
    assert [each[1] for each in projector.asked].count("learn") == 2


def test_sessions_share_what_they_ask(projector, told):
    source = Source()
    first, second = (DiskRequests(source, projector, lambda: told.append(1)) for _ in range(2))
    first.ask(wanted(), IMAGES)
    second.ask(wanted(), IMAGES)
    assert [each[1] for each in projector.asked] == ["sample", "look"]
    drawing = projector.answer()
    assert first.disk.projection is second.disk.projection is drawing
    projector.asked[0][-1].set_result("real images")
    assert first.sample == second.sample == "real images"
    assert len(told) == 4


def test_without_real_images_there_is_no_disk(projector):
    source = Source()
    source.viewing = None
    disks = DiskRequests(source, projector, lambda: None)
    disks.ask(wanted(), IMAGES)
    assert (projector.asked, disks.problem, disks.asked) == ([], NO_REAL_IMAGES, None)
