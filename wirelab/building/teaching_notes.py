"""Write a page for the instructor of each lesson, from its source."""

import re
from collections.abc import Iterator
from pathlib import Path

from wirelab.building.course_plans import Lesson, exercises, page
from wirelab.building.kernel_client import is_to_fail
from wirelab.building.lesson_minutes import Section, sections
from wirelab.building.lesson_questions import PREDICTION, title_in

LATE = "**Short of time:**"  # how the part of a note begins that says what to leave out
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)")
ABOUT = """# Teaching notes

Each lesson has a page: its sections with their minutes and the clock, what to ask the room, what goes wrong, which
cells break on purpose, the predictions with their answers, and what to leave out when you are late. Learners see
none of it in their notebooks.

The minutes are those of a learner who reads every word and runs every cell. A room that discusses its predictions
takes longer. The exercises come on top: six to ten minutes for each. [Plans](plans.md) has one day, two days and
ten evenings, with their hours.

| | lesson | minutes | sections | notes | predictions |
|---|---|---|---|---|---|
"""


def folder(course: Path) -> Path:
    """Where the pages stand."""
    return course / "docs" / "teaching"


def pages(course: Path) -> dict[Path, str]:
    """Each lesson's page and their index, by path, as the sources have them. Raises SourceError."""
    made, rows, lessons, asked = {}, [], {}, exercises(course)
    for source in sorted((course / "sources" / "notebooks").glob("*.py")):
        text = source.read_text(encoding="utf-8")
        found = sections(text, source.stem, {})
        made[folder(course) / f"{source.stem}.md"] = _page(title_in(text, source), source.stem, found)
        rows.append(_index_row(title_in(text, source), source.stem, found))
        number, minutes = source.stem[:2], sum(section.stated for section in found)
        lessons[number] = Lesson(number, title_in(text, source), source.stem, minutes, asked.get(number, 0))
    index = {"README.md": ABOUT + "".join(rows), "plans.md": page(lessons)}
    return made | {folder(course) / name: text for name, text in index.items()}


def _index_row(title: str, stem: str, found: list[Section]) -> str:
    minutes, notes = sum(section.stated for section in found), sum(len(section.notes) for section in found)
    asked = sum(len(predictions(section)) for section in found)
    return f"| {stem[:2]} | [{title}]({stem}.md) | {minutes} | {len(found)} | {notes} | {asked} |\n"


def _page(title: str, stem: str, found: list[Section]) -> str:
    minutes = sum(section.stated for section in found)
    source = f"[sources/notebooks/{stem}.py](../../sources/notebooks/{stem}.py)"
    built = f"Built from {source} by `python3 start.py build {stem}`: change it there."
    lesson = f"[The lesson](../../notebooks/{stem}.ipynb) takes {minutes} minutes."
    blocks = [f"# Teaching notes: {title}", f"{lesson} {built}", _plan(found), *_when_late(found)]
    first = 1
    for clock, section in _on_the_clock(found):
        blocks += _section(clock, section, first)
        first += len(section.codes)
    return "\n\n".join(blocks) + "\n"


def _on_the_clock(found: list[Section]) -> Iterator[tuple[str, Section]]:
    """Each section with the time at which it begins."""
    clock = 0
    for section in found:
        yield f"{clock // 60}:{clock % 60:02}", section
        clock += section.stated


def _plan(found: list[Section]) -> str:
    rows = ["| clock | minutes | section | predictions | breaks on purpose |", "|---|---|---|---|---|"]
    for clock, section in _on_the_clock(found):
        asked, breaks = len(predictions(section)) or "", "yes" if any(_broken(section, 1)) else ""
        rows.append(f"| {clock} | {section.stated} | {section.heading} | {asked} | {breaks} |")
    return "\n".join(rows)


def _when_late(found: list[Section]) -> Iterator[str]:
    """What the notes say that can be left out, in one place."""
    said = [(section.heading, line) for section in found for note in section.notes for line in late(note)]
    if said:
        yield "## When you are late"
        yield "\n".join(f"- In *{heading}*: {_from_lesson(line)}" for heading, line in said)


def late(note: str) -> list[str]:
    """What a note says that can be left out."""
    return [" ".join(block.removeprefix(LATE).split()) for block in note.split("\n\n") if block.startswith(LATE)]


def _section(clock: str, section: Section, first: int) -> Iterator[str]:
    """A section's part of the page. Its first code cell is the lesson's `first`th."""
    yield f"## {section.heading}"
    yield f"*{clock}, {section.stated} {'minute' if section.stated == 1 else 'minutes'}*"
    yield from map(_from_lesson, section.notes)
    for question, answer in predictions(section):
        yield f"**Predict:** {_from_lesson(question)}"
        yield "\n".join(f"> {line}".rstrip() for line in _from_lesson(answer).split("\n"))
    if broken := list(_broken(section, first)):
        yield "**Breaks on purpose:** " + "; ".join(f"cell [{number}], {why}" for number, why in broken) + "."


def _broken(section: Section, first: int) -> Iterator[tuple[int, str]]:
    """The cells in which something fails on purpose: their numbers and what it is."""
    for number, cell in enumerate(section.codes, start=first):
        if why := cell.metadata.get("breaks"):
            yield number, f"{why} (it ends with an error)" if is_to_fail(cell) else why


def predictions(section: Section) -> list[tuple[str, str]]:
    """What a section asks to predict, each with the answer."""
    return PREDICTION.findall("\n\n".join(section.texts))


def _from_lesson(text: str) -> str:
    """A text of the lesson with its links as they are from the pages."""
    return _LINK.sub("../../notebooks/", text)
