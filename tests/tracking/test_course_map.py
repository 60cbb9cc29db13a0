"""The map says what is done, what is begun, and what comes next."""

from pathlib import Path

import pytest

from wirelab import progress, progress_file
from wirelab.progress_file import State
from wirelab.tracking.course_map import course_map, next_exercise, state_of
from wirelab.tracking.lessons import lessons

DONE, BEGUN, NEW = State.DONE, State.BEGUN, State.NEW


def test_a_lesson_is_done_when_all_its_exercises_are() -> None:
    assert state_of([DONE, DONE]) is DONE
    assert state_of([DONE, NEW]) is state_of([BEGUN, NEW]) is BEGUN
    assert state_of([NEW]) is state_of([]) is NEW


def test_the_map_counts_and_says_what_is_next() -> None:
    shown = repr(course_map(lessons(), {"00.1": DONE, "00.2": DONE, "11.1": DONE, "11.2": BEGUN}))
    assert "\nNext: exercise 11.2, Find a header (exercises/11-http-messages.ipynb)\n" in shown
    assert "\n  done  00 How this kit works  ✓ ✓  notebooks/00-start-here.ipynb\n" in shown
    assert "\n  begun 11 What crosses the wire  ✓ … · ·  notebooks/11-" in shown


def test_before_the_first_exercise_of_a_lesson_comes_the_lesson() -> None:
    shown = repr(course_map(lessons(), {"00.1": DONE, "00.2": DONE}))
    assert "\nNext: lesson 11, What crosses the wire (notebooks/11-http-messages.ipynb)\n" in shown
    assert "\n  next  11 What crosses the wire" in shown


def test_what_was_left_out_comes_when_the_end_is_reached() -> None:
    known = lessons()
    every = {exercise.id: DONE for lesson in known for exercise in lesson.exercises}
    found = next_exercise(known, {**every, "12.3": BEGUN})
    assert found
    assert found[1].id == "12.3"
    assert next_exercise(known, every) is None
    assert "every exercise" in repr(course_map(known, every))


def test_the_map_has_links_for_a_notebook() -> None:
    html = course_map(lessons(), {})._repr_html_()
    assert 'href="../notebooks/12-web-server.ipynb"' in html
    assert 'href="../exercises/12-web-server.ipynb"' in html


def test_progress_reads_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress_file.PLACE, str(tmp_path / "verdicts.jsonl"))
    progress_file.record("00.1", passed=True)
    assert repr(progress()).startswith("1 of ")


def test_every_exercise_says_what_was_learned() -> None:
    for lesson in lessons():
        for exercise in lesson.exercises:
            assert exercise.learned.endswith("."), exercise.id
            assert len(exercise.learned.split()) < 20, exercise.id
