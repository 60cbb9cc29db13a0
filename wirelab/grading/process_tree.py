"""Look at the processes below one, and end them (Linux, proc(5))."""

import contextlib
import os
import signal
import time
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
NEXT_LOOK = 0.01  # seconds until it is looked again whether all are gone


def children_of(process: int) -> list[int]:
    """The processes that this one has made and that are still there."""
    found: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, path.read_text().split())
    return found


def memory_below(process: int) -> int:
    """The bytes of memory that all processes below this one have."""
    total, below = 0, children_of(process)
    while below:
        child = below.pop()
        below += children_of(child)
        total += memory_of(child)
    return total


def memory_of(process: int) -> int:
    """The bytes of memory that a process has; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def end_children(seconds: float) -> None:
    """Kill the children of this process, and those that it adopts meanwhile, until none is left."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for child in children_of(os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        time.sleep(NEXT_LOOK)
