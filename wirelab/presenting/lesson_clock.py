"""Tell from what happened where a lesson is, how long each section has taken, and how late it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wirelab.presenting.event_log import Event

MOVES = ("runs", "ran", "reached")
MINUTES_LATE, MINUTES_VERY_LATE = 1.0, 4.0  # minutes behind the plan


@dataclass
class Standing:
    """Where a lesson is. Sections are counted from 0; times are in seconds."""

    spent: list[float]
    section: int = 0
    first: int = 0  # where the clock was started
    furthest: int = 0
    is_begun: bool = False
    is_paused: bool = False
    running: str = ""  # the id of the cell that runs
    servers: list[dict[str, Any]] = field(default_factory=list)
    is_restarted: bool = False  # the kernel, and no cell has run since

    @property
    def elapsed(self) -> float:
        """How long the lesson has taken, without pauses."""
        return sum(self.spent)

    def behind(self, minutes: Sequence[float]) -> float:
        """How many minutes later than planned it is; less than 0 where it is earlier."""
        here = min(self.spent[self.furthest] / 60, minutes[self.furthest])
        return self.elapsed / 60 - sum(minutes[self.first : self.furthest]) - here


def follow(events: Iterable[Event], sections: Mapping[str, int], now: float) -> Standing:
    """Where the lesson is at the time `now`. `sections` has for each cell's id the section that it stands in."""
    found = Standing([0.0] * (max(sections.values()) + 1))
    last = now
    for event in events:
        _pass(found, event.time - last)
        last = event.time
        _take(found, event, sections)
    _pass(found, now - last)
    return found


def _pass(found: Standing, seconds: float) -> None:
    """Let time pass. A computer's clock may be set back: then none has passed."""
    if found.is_begun and not found.is_paused:
        found.spent[found.section] += max(0.0, seconds)


def _take(found: Standing, event: Event, sections: Mapping[str, int]) -> None:
    if event.kind in MOVES and event.cell:  # IPython's own lines at a kernel's start are of no cell
        _move(found, event, sections)
    elif event.kind == "kernel":
        found.is_restarted, found.servers, found.running = found.is_begun, [], ""
    elif event.kind == "restart":
        found.spent = [0.0] * len(found.spent)
        found.first = found.furthest = found.section
        found.is_begun, found.is_paused = True, False
    elif event.kind in ("pause", "resume"):
        found.is_paused = event.kind == "pause"


def _move(found: Standing, event: Event, sections: Mapping[str, int]) -> None:
    # A cell that was added in class has no place in the plan, and one that ends may have been left long ago.
    if event.kind != "ran":
        found.section = sections.get(event.cell, found.section)
    if not found.is_begun:
        found.is_begun, found.first = True, found.section
    found.furthest = max(found.furthest, found.section)
    if event.kind != "reached":
        found.running = event.cell if event.kind == "runs" else ""
        found.is_restarted = False
    found.servers = found.servers if event.servers is None else event.servers


def tone(behind: float) -> str:
    """How late that is, in a word for the page: "good", "late" or "very-late"."""
    return "very-late" if behind >= MINUTES_VERY_LATE else "late" if behind >= MINUTES_LATE else "good"
