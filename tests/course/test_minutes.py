"""The minutes that a lesson states are those that it takes, and everything that states them says the same."""

import re
from pathlib import Path

import nbformat
import pytest

from wirelab.building.stated_minutes import Lesson, lessons

COURSE = Path(__file__).parents[2]
LESSONS = list(lessons(COURSE))

pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.stem)


def test_a_section_states_about_as_many_minutes_as_are_reckoned(lesson: Lesson) -> None:
    off = [section for section in lesson.sections if not section.is_honest]
    assert [(section.heading, section.stated, round(section.reckoned, 1)) for section in off] == []


def test_the_lesson_states_their_sum(lesson: Lesson) -> None:
    [minutes] = re.findall(r"^# (\d+) minutes\.", lesson.path.read_text(encoding="utf-8"), re.MULTILINE)
    assert int(minutes) == lesson.stated


def test_readme_states_it_too(lesson: Lesson) -> None:
    readme = (COURSE / "README.md").read_text(encoding="utf-8")
    assert re.findall(rf"\(notebooks/{lesson.path.stem}\.ipynb\) \| (\d+) \|", readme) == [str(lesson.stated)]


def test_the_notebook_shows_a_sections_minutes_under_its_heading(lesson: Lesson) -> None:
    cells = nbformat.read(COURSE / "notebooks" / f"{lesson.path.stem}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    shown = re.findall(r"^## (.+)\n\n\*(\d+) minutes?\*$", text, re.MULTILINE)
    assert shown == [(section.heading, str(section.stated)) for section in lesson.sections]
