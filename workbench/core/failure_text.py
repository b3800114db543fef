"""Why a function in another process has failed, in words."""

from concurrent.futures.process import BrokenProcessPool


def failure_text(error: BaseException) -> str:
    """Why the projector gave no answer, for people; a process that was killed is told as such."""
    if isinstance(error, BrokenProcessPool):
        return "the process that computes it was killed, perhaps because memory ran out; another one is started"
    return str(error) or type(error).__name__
