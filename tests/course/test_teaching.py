"""An instructor finds on a lesson's page enough to teach it, and a learner finds nothing of it in a notebook."""

import re
from pathlib import Path

import nbformat
import pytest

from wirelab.building.kernel_client import is_to_fail
from wirelab.building.lesson_minutes import Section
from wirelab.building.stated_minutes import Lesson, lessons
from wirelab.building.teaching_notes import folder, late, predictions

COURSE = Path(__file__).parents[2]
LESSONS = list(lessons(COURSE))
KINDS = ("**Do:** ", "**Ask:** ", "**What goes wrong:** ", "**Short of time:** ")
NOTEBOOKS = sorted(COURSE.glob("*/[0-9]*.ipynb"))

pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)


def notes(lesson: Lesson) -> list[str]:
    return [note for section in lesson.sections for note in section.notes]


def paragraphs(lesson: Lesson) -> list[str]:
    return [paragraph for note in notes(lesson) for paragraph in note.split("\n\n")]


def breaks(section: Section) -> list[str]:
    """What fails on purpose in a section."""
    return [cell.metadata["breaks"] for cell in section.codes if "breaks" in cell.metadata]


def plain(text: str) -> str:
    return " ".join(text.split())


def page(lesson: Lesson) -> str:
    return plain((folder(COURSE) / f"{lesson.path.stem}.md").read_text(encoding="utf-8"))


def test_there_is_a_note_for_each_ten_minutes(lesson: Lesson) -> None:
    assert len(notes(lesson)) * 10 >= lesson.stated


def test_a_note_says_what_it_is_for(lesson: Lesson) -> None:
    assert [paragraph for paragraph in paragraphs(lesson) if not paragraph.startswith(KINDS)] == []
    for kind in KINDS[1:]:
        assert any(paragraph.startswith(kind) for paragraph in paragraphs(lesson)), kind


def test_something_can_be_left_out(lesson: Lesson) -> None:
    assert any(map(late, notes(lesson)))
    assert "## When you are late" in page(lesson)


def test_what_breaks_on_purpose_is_named(lesson: Lesson) -> None:
    broken = [section for section in lesson.sections if section.heading.startswith("Break it")]
    assert broken
    assert [section.heading for section in broken if not breaks(section)] == []
    failing = [cell for section in lesson.sections for cell in section.codes if is_to_fail(cell)]
    assert [cell.source for cell in failing if "breaks" not in cell.metadata] == []


def test_every_prediction_has_its_answer_on_the_page(lesson: Lesson) -> None:
    text = "\n".join(part for section in lesson.sections for part in section.texts)
    found = [pair for section in lesson.sections for pair in predictions(section)]
    assert len(found) == len(re.findall(r"Predict,\s+then\s+run", text))
    assert page(lesson).count("**Predict:**") == len(found)


def test_the_page_has_every_note(lesson: Lesson) -> None:
    assert [note for note in paragraphs(lesson) if "](" not in note and plain(note) not in page(lesson)] == []


def test_no_notebook_has_a_note(lesson: Lesson) -> None:
    for path in NOTEBOOKS:
        text = plain("\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells))
        assert [note for note in paragraphs(lesson) if plain(note).split(":** ")[1] in text] == [], path.name
        assert not any(kind.strip() in text for kind in KINDS), path.name
