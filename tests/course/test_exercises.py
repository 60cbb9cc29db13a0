"""Every exercise has its answers, right and wrong, and its check cell."""

from pathlib import Path

import jupytext
import pytest
from exercise_runs import RIGHT, SOURCES, WRONG, text

from wirelab.building.answers import without_markers
from wirelab.building.notebook_source import shown_cells
from wirelab.checking import exercises


def test_every_exercise_has_a_right_answer_in_another_style() -> None:
    in_exercises = {answer.exercise for answers in WRONG.values() for answer in answers}
    assert {answer.exercise for answers in RIGHT.values() for answer in answers} == in_exercises


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_wrong_answer_repeats_its_solution(path: Path) -> None:
    solved = {cell.metadata.get("exercise"): without_markers(cell.source) for cell in shown_cells(*text(path))}
    for answer in WRONG[path]:
        lines = [line for line in answer.code.splitlines() if line.strip()]
        repeated = [line for line in lines if line in solved[answer.exercise].splitlines()]
        is_long = len(lines) > 8 and not answer.is_lines
        advice = f"{answer.exercise}, {answer.caught_by}: write only the lines that differ, with - and +"
        assert not is_long or len(repeated) <= 0.8 * len(lines), advice


def test_every_exercise_has_a_place_and_at_least_two_wrong_answers() -> None:
    in_exercises = [answer.exercise for answers in WRONG.values() for answer in answers]
    in_lessons = {"00.1"}
    assert set(in_exercises) == set(exercises()) - in_lessons
    assert all(in_exercises.count(id) >= 2 for id in in_exercises)


def test_every_wrong_answer_of_topic_1_is_told_in_words() -> None:
    for path, answers in WRONG.items():
        if path.stem[0] == "1":
            assert all(answer.says for answer in answers), path.stem


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_check_cell_is_one_line_with_the_points_of_its_exercise(path: Path) -> None:
    cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells
    checks = [cell for cell in cells if cell.source.startswith("check(")]
    assert {cell.metadata["checks"] for cell in checks} == {answer.exercise for answer in WRONG[path]}
    for cell in checks:
        id = cell.metadata["checks"]
        assert cell.source.startswith(f'check("{id}", ')
        assert "\n" not in cell.source
        assert cell.metadata["points"] == exercises()[id].points
