import time


def wait_until(condition, seconds=300.0):
    """Waits for a condition of another process or thread, and returns what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found
