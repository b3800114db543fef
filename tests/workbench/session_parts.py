"""A session's surroundings without threads and browsers."""

from concurrent.futures import Future

import stand_in

from workbench.core.run_source import RunSource


class StillSource(RunSource):
    """A source that finds what it is given."""

    def _read(self):
        pass

    def ask(self, function):
        """Answers at once."""
        future = Future()
        try:
            future.set_result(function(self.run))
        except Exception as error:
            future.set_exception(error)
        return future

    def put(self, **changes):
        self._publish(**changes)

    def read_all(self):
        """Finds what is on disk now."""
        run = self.run
        self.put(
            step=run.step, reading=False, kept=tuple(run.kept_steps()), edits=tuple(run.edits()),
            settings=run.settings, status=run.status(), feature_scale=1.0, masks=run.masks(),
        )  # fmt: skip


class Document:
    """Callbacks that wait until the test runs them."""

    def __init__(self):
        self.next, self.later = [], []

    def add_next_tick_callback(self, callback):
        self.next.append(callback)

    def add_timeout_callback(self, callback, milliseconds):
        self.later.append(callback)

    def run(self, later=False):
        """Runs what is due now, and what is due later if that is asked for."""
        while self.next:
            self.next.pop(0)()
        if later:
            due, self.later = self.later, []
            for callback in due:
                callback()
            self.run()


class View:
    def __init__(self, lively=True):
        self.lively, self.frames = lively, []

    def update(self, frame):
        self.frames.append(frame)


class Projector:
    """Answers at once, or with `error`; keeps what it was asked."""

    def __init__(self):
        self.asked, self.error = [], None

    def live(self, function, *arguments):
        future = Future()
        if self.error is not None:
            future.set_exception(self.error)
        else:
            self.asked.append((function.__name__, *arguments))
            future.set_result(getattr(stand_in, function.__name__)(*arguments))
        return future

    study = learn = live

    def progress(self, name):
        return ""


class Inline:
    """A projector that computes in this process, at once."""

    def live(self, function, *arguments):
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    study = learn = live

    def progress(self, name):
        return ""
