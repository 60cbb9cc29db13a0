"""Keep how long each section of a lesson has taken, and say where the plan was wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from wirelab.atomic_write import write
from wirelab.building.lesson_minutes import TOLERANCE
from wirelab.paths import COURSE
from wirelab.presenting.event_log import Event
from wirelab.presenting.lesson_clock import follow
from wirelab.presenting.lesson_plan import LessonPlan

NEXT_TIME = "These times are kept on this computer: present the lesson with --own-plan, and they are its plan."
A_LOOK = 5.0  # seconds: a section that took less was passed, not rehearsed


@dataclass(frozen=True)
class Timing:
    """A section, its planned minutes, and those that it took; None where it was only passed."""

    heading: str
    planned: float
    took: float | None

    @property
    def is_wrong(self) -> bool:
        """Whether the plan is off by more than a third, and by a minute at least."""
        off = abs(self.took - self.planned) if self.took is not None else 0.0
        return off >= 1 and off > self.planned * TOLERANCE


def timings(plan: LessonPlan, events: Sequence[Event]) -> list[Timing]:
    """What each section took, up to the last event: what came after it was no longer the lesson."""
    end = events[-1].time if events else 0.0
    spent = follow(events, plan.places, end).spent
    pairs = zip(plan.sections, spent, strict=True)
    return [Timing(one.heading, one.minutes, took / 60 if took >= A_LOOK else None) for one, took in pairs]


def report(found: Sequence[Timing]) -> str:
    """A line for each section, and in the end what to do about the plan."""
    took = sum(one.took or 0 for one in found)
    rows = [_row(one) for one in found]
    return "\n".join(["planned  took", *rows, f"{sum(one.planned for one in found):7.0f} {took:5.1f}  all of it"])


def _row(one: Timing) -> str:
    took = "    -" if one.took is None else f"{one.took:5.1f}"
    return f"{one.planned:7.0f} {took}  {one.heading}{'  <- the plan was wrong' if one.is_wrong else ''}"


def place(course: Path, stem: str) -> Path:
    """Where the last rehearsal of a lesson is kept, on this computer alone."""
    return course / ".progress" / "rehearsals" / f"{stem}.json"


def rehearsed_minutes(stem: str) -> Mapping[str, float]:
    """The minutes that the sections of a lesson of this course took last, by their headings."""
    return read(place(COURSE, stem))


def keep(path: Path, found: Sequence[Timing]) -> None:
    """Write it down, in the place of an earlier one, whose times stay for the sections that were passed now.

    Raises NotWritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    took = {one.heading: round(one.took, 1) for one in found if one.took is not None}
    told = {"day": date.today().isoformat(), "minutes": {**read(path), **took}}
    write(path, json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> Mapping[str, float]:
    """The minutes that sections took, by their headings; nothing where none was kept, or it cannot be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(heading): float(took) for heading, took in told["minutes"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def judge(plan: LessonPlan, events: Sequence[Event], path: Path) -> str:
    """Keep the times of a rehearsal, and say what they were. Raises NotWritten."""
    found = timings(plan, events)
    if not any(one.took for one in found):
        return "No section took long enough to be kept."
    keep(path, found)
    return f"{report(found)}\n{NEXT_TIME}"
