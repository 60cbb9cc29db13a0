import re
from pathlib import Path

import pytest

from wirelab.building.lesson_questions import lesson_questions, plain_text
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


def test_each_lesson_with_a_prediction_has_its_questions(course: Path) -> None:
    found = lesson_questions(course)
    sources = {path.stem[:2]: path.read_text(encoding="utf-8") for path in course.glob("sources/notebooks/*.py")}
    asked = {number: len(re.findall(r"\*\*Predict,\s+then\s+run", text)) for number, text in sources.items()}
    assert {one["lesson"]: len(one["questions"]) for one in found} == {k: v for k, v in asked.items() if v}


def test_every_question_fits_the_board(course: Path) -> None:
    questions = [question for lesson in lesson_questions(course) for question in lesson["questions"]]
    assert [question for question in questions if not 0 < len(question) <= MAX_QUESTION] == []


def test_without_sources_there_are_none(tmp_path: Path) -> None:
    assert lesson_questions(tmp_path) == []
