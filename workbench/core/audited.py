"""What an audit looks at: a run or the file of a set, which another process can open."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from hdd.sets import marks
from workbench.core.job import Job
from workbench.core.jobs import Engines, of_set
from workbench.core.run_source import RunSource
from workbench.core.set_source import SetSource
from workbench.core.source import Source


@dataclass(frozen=True)
class Audited:
    """A run or a set.

    Attributes:
        path: directory of the run, or path of the set.
        options: by which the command reads it.
        marks: file of the marks on its images.
        identity: differs between different runs at one path.
        has_steps: whether it has steps, as runs do.
    """

    path: Path
    options: tuple[str, ...]
    marks: Path
    identity: Hashable
    has_steps: bool

    @classmethod
    def of(cls, source: Source) -> "Audited | None":
        """What an audit of a source looks at; None for a set that no other process can read."""
        if isinstance(source, RunSource):
            path = source.run.path
            return cls(path, (), marks.place(path, True), source.run.meta("id"), True)
        if isinstance(source, SetSource) and source.file is not None:
            file = source.file
            options = tuple(of_set(file.dataset, file.read_as, file.image_size, file.unreadable))
            return cls(file.path, options, marks.place(file.path, False), (file.path, options), False)
        return None

    def audit(self, engines: Engines, step: int, network: str, train: bool) -> Job:
        """Starts the process that audits a step."""
        return engines.audit(self.path, step if self.has_steps else None, network, train, self.options)
