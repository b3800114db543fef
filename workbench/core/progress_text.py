"""Progress and durations in words."""


def duration(seconds: float) -> str:
    """A duration, such as "42 s", "3 min" or "2.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def progress_text(done: int, total: int, of: str, seconds_left: float | None) -> str:
    """A progress, such as "512 of 2000 images, 4 s left".

    Args:
        done, total: how many there are.
        of: what is counted, in the plural.
        seconds_left: None leaves the time out.
    """
    return f"{done} of {total} {of}" + ("" if seconds_left is None else f", {duration(seconds_left)} left")
