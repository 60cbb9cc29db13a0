"""Make of a lesson's source what its instructor needs to see, section by section."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from wirelab.building.kernel_client import is_to_fail
from wirelab.building.lesson_minutes import Section, sections
from wirelab.building.notebook_source import SECTION, lecture
from wirelab.building.teaching_notes import late, predictions
from wirelab.errors import SourceError

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PORT = re.compile(r"(?<![\d.])(?:127\.0\.0\.1:|port[ =])(\d{4,5})\b")


@dataclass(frozen=True)
class PlannedSection:
    """A section: `cell` is the id of the one with its heading. Notes, questions and answers are HTML."""

    heading: str
    minutes: float
    cell: str
    notes: list[str]
    predictions: list[tuple[str, str]]
    skips: list[str]
    breaks: list[str]
    ports: list[int]


@dataclass(frozen=True)
class LessonPlan:
    """A lesson: `places` has for each cell's id the number of its section, from 0."""

    stem: str
    title: str
    sections: list[PlannedSection]
    places: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """The same as what `json` can write."""
        return asdict(self)


def find_source(course: Path, words: str) -> Path:
    """The source of the lesson that is meant, as by "12" or "12-web-server". Raises SourceError."""
    known = sorted((course / "sources" / "notebooks").glob("*.py"))
    found = [path for path in known if words and path.stem.startswith(words)]
    if len(found) != 1:
        names = ", ".join(path.stem for path in known)
        raise SourceError(f"{'more than one' if found else 'no'} lesson is called {words!r}: there are {names}")
    return found[0]


def plan_of(source: Path) -> LessonPlan:
    """The plan of a lesson. Raises SourceError at a source that cannot be read."""
    text = source.read_text(encoding="utf-8")
    notebook = lecture(text, source.stem)
    places = _places(notebook)
    first = {number: id for id, number in reversed(places.items())}
    found = sections(text, source.stem, {})
    planned = [_planned(section, first[number]) for number, section in enumerate(found)]
    title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
    return LessonPlan(source.stem, title, planned, places)


def with_minutes(plan: LessonPlan, minutes: Mapping[str, float]) -> LessonPlan:
    """The plan with other minutes for some of its sections, by their headings."""
    changed = [replace(one, minutes=minutes.get(one.heading, one.minutes)) for one in plan.sections]
    return replace(plan, sections=changed)


def _places(notebook: NotebookNode) -> dict[str, int]:
    """The section of each cell. What stands before the first heading belongs to the first section."""
    places, seen = {}, 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            seen += len(SECTION.findall(_FENCE.sub("", cell.source)))
        places[cell.id] = max(0, seen - 1)
    return places


def _planned(section: Section, cell: str) -> PlannedSection:
    broken = [one for one in section.codes if one.metadata.get("breaks")]
    skips = [line for note in section.notes for line in late(note)]
    return PlannedSection(
        heading=section.heading,
        minutes=section.stated,
        cell=cell,
        notes=[_html(note) for note in section.notes],
        predictions=[(_html(question), _html(answer)) for question, answer in predictions(section)],
        skips=[_html(line) for line in skips],
        breaks=[_html(_breaking(one)) for one in broken],
        ports=sorted({int(port) for text in section.texts for port in _PORT.findall(text)}),
    )


def _breaking(cell: NotebookNode) -> str:
    why = str(cell.metadata["breaks"])
    return f"{why} (the cell ends with an error)" if is_to_fail(cell) else why


def _html(markdown: str) -> str:
    """Markdown as HTML. Links into the course lead nowhere from the instructor's page, and become plain words."""
    import mistune

    plain = re.sub(r"\[([^\]]*)\]\((?!\w+:)[^)]*\)", r"\1", markdown)
    return str(mistune.create_markdown(escape=True, plugins=["table"])(plain))
