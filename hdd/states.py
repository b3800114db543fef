"""The states of engines and edits, and the commands to an engine. Does not import torch."""

from enum import StrEnum


class EngineState(StrEnum):
    """What a run's engine is doing, or how the last engine ended."""

    NEW = "new"
    """The run has never had an engine."""
    STARTING = "starting"
    QUEUED = "queued"
    """It is waiting for its turn on a device."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    KILLED = "killed"
    """It ended without writing so. No engine writes this state; readers work it out."""

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
    """A rewind took back the step at which it was applied or was about to be applied."""


class Command(StrEnum):
    """Requests to an engine other than new values of knobs."""

    PAUSE = "pause"
    GO = "go"
    STEP = "step"
    """Make `value` steps, then wait."""
    STOP = "stop"
    REWIND = "rewind"
    """Go back to step `value`, then wait."""
