"""Write into the lessons' sources, and into README, the minutes that are reckoned, where others are stated."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wirelab.atomic_write import write
from wirelab.building.lesson_minutes import Section, sections, what_is_shown
from wirelab.errors import SourceError

_CELL_LINE = re.compile(r"^# %%.*$", re.MULTILINE)
_HEADING_LINE = re.compile(r"^# ## (.+)$", re.MULTILINE)
_TOTAL = re.compile(r"^# \d+ minutes\.", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """A lesson's source, and its sections."""

    path: Path
    sections: list[Section]

    @property
    def stated(self) -> int:
        """The minutes of the lesson: those of its sections."""
        return sum(section.stated for section in self.sections)


def lessons(course: Path, stems: list[str] | None = None) -> list[Lesson]:
    """All lessons, or those of some stems. Raises SourceError for an unknown stem."""
    paths = {path.stem: path for path in sorted((course / "sources" / "notebooks").glob("*.py"))}
    if unknown := set(stems or []) - set(paths):
        named = ", ".join(sorted(unknown))
        raise SourceError(f"sources/notebooks has no {named}: give a stem, as in 12-web-server")
    return [_lesson(course, path) for stem, path in paths.items() if not stems or stem in stems]


def _lesson(course: Path, path: Path) -> Lesson:
    shown = what_is_shown(course / "notebooks" / f"{path.stem}.ipynb")
    return Lesson(path, sections(path.read_text(encoding="utf-8"), path.stem, shown))


def state_minutes(
    course: Path, stems: list[str] | None = None, rehearsed: Callable[[str], Mapping[str, float]] | None = None
) -> None:
    """Correct what is too far from what is reckoned, and what is the sum of it. Raises SourceError, NotWritten.

    `rehearsed` gives for a stem the minutes that its sections took in a room, by their headings.
    """
    readme = (course / "README.md").read_text(encoding="utf-8")
    for lesson in lessons(course, stems):
        took = rehearsed(lesson.path.stem) if rehearsed else {}
        for section in lesson.sections:
            section.stated = section.stated if section.is_honest else section.whole_minutes
            if section.heading in took:
                section.stated = section.honest_near(took[section.heading])
        text = lesson.path.read_text(encoding="utf-8")
        write(lesson.path, with_minutes(text, lesson))
        row = rf"(\(notebooks/{re.escape(lesson.path.stem)}\.ipynb\) \| )\d+"
        readme = re.sub(row, rf"\g<1>{lesson.stated}", readme)
    write(course / "README.md", readme)


def with_minutes(text: str, lesson: Lesson) -> str:
    """The source with each section's minutes at the cell of its heading, and their sum at the top."""
    stated = iter(lesson.sections)
    return _TOTAL.sub(f"# {lesson.stated} minutes.", "".join(_cells(text, stated)), count=1)


def _cells(text: str, stated: Iterator[Section]) -> Iterator[str]:
    starts = [match.start() for match in _CELL_LINE.finditer(text)]
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        header, newline, body = text[begin:end].partition("\n")
        for _ in _HEADING_LINE.findall(body):
            header = re.sub(r" minutes=\d+|$", f" minutes={next(stated).stated}", header, count=1)
        yield header + newline + body
