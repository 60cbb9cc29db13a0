"""Ask a server again and again, for what it notices a moment later. No exercise."""

import time
from collections.abc import Callable
from typing import TypeVar

POLL_INTERVAL = 0.02  # seconds between two questions
Value = TypeVar("Value")


def poll(ask: Callable[[], Value], expected: object, *, seconds: float) -> Value:
    """Call `ask` until it returns `expected` or `seconds` are over, and return its last value."""
    end = time.monotonic() + seconds
    while (value := ask()) != expected and time.monotonic() < end:
        time.sleep(POLL_INTERVAL)
    return value
