"""Wait for something to happen, and never for time to pass."""

import time
from collections.abc import Callable


def wait_until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it becomes true within `seconds`."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()
