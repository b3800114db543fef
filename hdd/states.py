"""The states of engines and edits, and what an engine can be told. Free of torch."""

from enum import StrEnum


class EngineState(StrEnum):
    """What a run's engine does, or how the last one ended."""

    NEW = "new"
    """The run has never gone."""
    STARTING = "starting"
    QUEUED = "queued"
    """It waits for its turn on a device."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    KILLED = "killed"
    """It ended without a word. Nobody writes this: it is what a reader finds."""

    @property
    def is_alive(self) -> bool:
        """Whether only a living engine has this state."""
        return self in (self.STARTING, self.QUEUED, self.RUNNING, self.PAUSED)

    @property
    def takes_edits(self) -> bool:
        """Whether the engine decides on an edit at its next step boundary."""
        return self in (self.RUNNING, self.PAUSED)


class EditStatus(StrEnum):
    """What became of an edit."""

    PENDING = "pending"
    APPLIED = "applied"
    REFUSED = "refused"
    REWOUND = "rewound"
    """It was applied, or about to act, at a step that was taken back."""


class Command(StrEnum):
    """What an engine can be told besides new values of knobs."""

    PAUSE = "pause"
    GO = "go"
    STEP = "step"
    """Make `value` steps, then wait."""
    STOP = "stop"
    REWIND = "rewind"
    """Go back to step `value`, then wait."""
