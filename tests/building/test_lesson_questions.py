from pathlib import Path

import pytest

from wirelab.building.lesson_minutes import sections
from wirelab.building.lesson_questions import lesson_questions, plain_text
from wirelab.building.teaching_notes import predictions
from wirelab.classroom.instructor_commands import MAX_QUESTION


@pytest.mark.parametrize(
    "markdown, plain",
    [
        ("Which status does a\n*late* POST get?", "Which status does a late POST get?"),
        ("What does `GET *` say?", "What does GET * say?"),
        ("See [lesson 11](11-http-messages.ipynb): **why**?", "See lesson 11: why?"),
        ("It lacks its last `\\r\\n`.", "It lacks its last \\r\\n."),
    ],
)
def test_a_question_has_no_markdown(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


def test_they_are_the_predictions_of_the_lessons(course: Path) -> None:
    found = {lesson["lesson"]: lesson["questions"] for lesson in lesson_questions(course)}
    for source in course.glob("sources/notebooks/*.py"):
        there = sections(source.read_text(encoding="utf-8"), source.stem, {})
        asked = [plain_text(question) for section in there for question, _ in predictions(section)]
        assert found.get(source.stem[:2], []) == asked, source.stem


def test_every_question_fits_the_board(course: Path) -> None:
    questions = [question for lesson in lesson_questions(course) for question in lesson["questions"]]
    assert [question for question in questions if not 0 < len(question) <= MAX_QUESTION] == []


def test_without_sources_there_are_none(tmp_path: Path) -> None:
    assert lesson_questions(tmp_path) == []
