"""What there is to show, found without a page."""

from concurrent.futures import Future

import numpy as np
import pytest

from hdd.projection import Geometry, Pruning, Viewing
from hdd.pruning.mask import Mask
from hdd.settings import Settings
from workbench.core.class_layout import ClassLayout
from workbench.core.disk_requests import DiskRequest, Look
from workbench.core.frame import Selection
from workbench.core.frame_builder import FrameBuilder
from workbench.core.source import SourceState, StepImages

PRUNING = Pruning(0.0, "random", "near")


class Source:
    """Its curvature is minus the step that is looked at."""

    viewing = Viewing.of(Settings())
    layout = ClassLayout.of_equal(2, 2)
    state = SourceState(step=40, kept=(0, 10, 40), rewinds=2)

    def __init__(self):
        self.reads = {}

    def read(self, step):
        self.reads[step] = Future()
        return self.reads[step]

    def answer(self, step):
        self.reads[step].set_result(StepImages(step, np.full((4, 1, 2, 2), step, np.float32)))

    def settings_at(self, state, step):
        return f"settings at {step}"

    def mask_at(self, state, step):
        """The last image is left out from step 40 on."""
        return Mask(np.arange(4) < (3 if step >= 40 else 4), np.arange(4.0))

    def look_at(self, state, step, images):
        return Geometry(-float(step), None, None, "closed"), PRUNING

    def shared(self, question, ask):
        return ask()


class Projecting:
    def live(self, function, *arguments):
        return Future()

    study = learn = live


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def came():
    return []


@pytest.fixture
def builder(source, selection, came):
    return FrameBuilder(source, Projecting(), selection, lambda: came.append("images"), lambda: came.append("disk"))


def test_images_that_are_not_read_yet_are_asked_for(builder, source, came):
    frame = builder.build()
    assert (frame.step, frame.image_step, frame.live, frame.images) == (40, 40, True, None)
    assert builder.disks.asked is None
    source.answer(40)
    assert came == ["images"]
    frame = builder.build(full=True)
    assert (frame.images[0, 0, 0, 0], frame.full, frame.settings) == (40, True, "settings at 40")


def test_the_disk_looks_through_what_was_in_force_at_the_step_that_is_looked_at(builder, source, selection):
    selection.step, selection.view = 15, "classes"
    builder.build()
    source.answer(10)
    frame = builder.build()
    assert (frame.step, frame.image_step, frame.live) == (15, 10, False)
    look = Look(Geometry(-15.0, None, None, "closed"), "classes", "random", PRUNING, rewinds=2)
    assert builder.disks.asked == DiskRequest(10, look)


def test_a_disk_of_centred_features_has_a_scale_of_its_own(builder, source, selection):
    selection.step, selection.view, selection.centred = 15, "plane", True
    builder.build()
    source.answer(10)
    builder.build()
    assert builder.disks.asked.look.geometry == Geometry(-15.0, None, None, "closed", "mean")


def test_nothing_kept_is_a_frame_without_images(builder, source):
    source.state = SourceState()
    frame = builder.build()
    assert (frame.step, frame.images, source.reads) == (0, None, {})


def test_without_real_images_no_disk_is_asked_for(source, selection):
    source.viewing = None
    builder = FrameBuilder(source, Projecting(), selection, lambda: None, lambda: None)
    builder.build()
    source.answer(40)
    frame = builder.build()
    assert frame.images is not None and builder.disks.asked is None and frame.disk_problem


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Running(Source):
    """A run of which every step is live, without edits."""

    def look_at(self, state, step, images):
        return Geometry(-1.0, None, None, "closed"), PRUNING

    def at(self, step):
        class Live(SourceState):
            live = StepImages(step, np.full((4, 1, 2, 2), step, np.float32))

        self.state = Live(step=step, rewinds=2)


class Slow(Projecting):
    """Answers when a test says so."""

    def __init__(self):
        self.asked = []

    def live(self, function, *arguments):
        future = Future()
        if function.__name__ == "look":
            self.asked.append((future, arguments))
        return future

    def answer(self):
        future, (_, images, _, geometry, *_) = self.asked.pop(0)
        future.set_result((geometry, "points", None))
        return int(images[0, 0, 0, 0])


@pytest.fixture
def running(clock):
    """A run whose disks come when a test says so: its source, the projector, the selection and the builder."""
    source, slow, selection = Running(), Slow(), Selection(view="plane")
    return source, slow, selection, FrameBuilder(source, slow, selection, lambda: None, lambda: None, clock)


def test_images_and_disk_are_of_one_step_unless_the_disk_is_late(clock, running):
    source, slow, _, builder = running

    def shown():
        frame = builder.build()
        assert frame.images[0, 0, 0, 0] == frame.image_step
        if builder.disks.showed(frame.disk):
            builder.build()
        return frame.image_step, None if frame.disk is None else frame.disk.step

    # Nothing waits for the first disk.
    source.at(1)
    assert shown() == (1, None)
    source.at(2)
    assert shown() == (2, None)
    assert slow.answer() == 1
    # The disk of step 2 is asked for only now.
    assert shown() == (2, 1)
    source.at(7)
    clock.now += 1
    assert shown() == (2, 1)
    assert slow.answer() == 2
    assert shown() == (2, 2)
    # It is on time: the images wait for it.
    source.at(9)
    clock.now += 1
    assert shown() == (2, 2)
    assert slow.answer() == 7
    assert shown() == (7, 7)
    # It is late: the images go on, and do not go back.
    clock.now += 3
    assert shown() == (9, 7)
    source.at(12)
    assert shown() == (12, 7)
    assert slow.answer() == 9
    assert shown() == (12, 9)
    assert slow.answer() == 12
    source.at(13)
    assert shown() == (12, 12)


def test_the_next_disk_of_a_run_is_requested_once_the_last_one_was_shown(running):
    source, slow, selection, builder = running
    source.at(1)
    builder.build()
    slow.answer()
    source.at(5)
    frame = builder.build()
    assert (frame.step, frame.image_step, frame.disk.step) == (5, 1, 1)
    assert not slow.asked
    assert builder.disks.showed(frame.disk) and not builder.disks.showed(frame.disk)
    assert builder.build().image_step == 1
    assert slow.answer() == 5
    # What the user asks for need not wait until the newest disk has been shown.
    selection.view = "classes"
    builder.build()
    assert slow.answer() == 5
    selection.step = 5
    selection.centred = True
    builder.build()
    assert slow.asked


def test_looking_back_shows_images_with_their_disk(running):
    source, slow, selection, builder = running
    source.at(50)
    builder.build()
    slow.answer()
    source.state = SourceState(step=50, kept=(0, 50), rewinds=2)
    selection.step = 0
    builder.build()
    source.answer(0)
    frame = builder.build()
    assert (frame.image_step, frame.disk.step, frame.step) == (50, 50, 0)
    slow.answer()
    frame = builder.build()
    assert (frame.image_step, frame.disk.step, frame.step) == (0, 0, 0)
