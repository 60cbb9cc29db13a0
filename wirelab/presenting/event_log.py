"""Keep what happens while a lesson is presented, one line of JSON for each event.

Three programs write into one file: the room's kernel, the instructor's server, and through it the room's window.
So none of them needs another one that lives, and a server that is started again knows what was before it.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Event:
    """What happened, and when: `time` is in seconds since 1970. `cell` is the id of a cell, or empty.

    The kinds: "kernel" (one has started), "runs" and "ran" (a cell), "reached" (a cell that is shown or passed),
    and "pause", "resume" and "restart" (the clock). `servers` is known after a cell has run.
    """

    time: float
    kind: str
    cell: str = ""
    servers: list[dict[str, Any]] | None = field(default=None)


def append(path: Path, kind: str, cell: str = "") -> None:
    """Write down an event of this moment. Raises OSError."""
    line = json.dumps({"time": time.time(), "kind": kind, "cell": cell})
    with path.open("ab", buffering=0) as stream:  # in one write, behind a line end of its own
        stream.write(f"\n{line}".encode())


def read(path: Path) -> list[Event]:
    """All events up to now, oldest first. Lines that cannot be read say nothing; nor does a missing file."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return []
    return list(_events(text))


def _events(text: str) -> Iterator[Event]:
    for line in text.splitlines():
        try:
            told = json.loads(line)
            yield Event(float(told["time"]), str(told["kind"]), str(told.get("cell") or ""), told.get("servers"))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
