"""An untouched exercise is not started, its solution passes, and each wrong answer gets its message."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import pytest
from nbformat import NotebookNode

from wirelab.check import MIME, exercises
from wirelab.kernel import Kernel
from wirelab.lesson import exercise, solution, with_answer, wrong_answers

SOURCES = sorted((Path(__file__).parents[2] / "sources" / "exercises").glob("*.py"))
WRONG = {path: wrong_answers(path.read_text(encoding="utf-8"), path.stem) for path in SOURCES}
PLACES = [(path, number) for path in SOURCES for number in range(len(WRONG[path]))]


@pytest.fixture(scope="module")
def kernel(course: Path) -> Iterator[Kernel]:
    with Kernel(course / "exercises") as running:
        yield running


def shown(kernel: Kernel, notebook: NotebookNode) -> list[dict[str, Any]]:
    """What each check of the notebook shows, by MIME type, run from a clean start and without earlier attempts."""
    kernel.run("%reset -f")
    kernel.run("import sys; getattr(sys.modules.get('wirelab.check'), '_MISSES', {}).clear()")
    replies = kernel.run_all(notebook)
    assert [reply.text for reply in replies if reply.status != "ok"] == []
    return [output.data for reply in replies for output in reply.outputs if MIME in output.get("data", {})]


def results(kernel: Kernel, notebook: NotebookNode) -> list[dict[str, Any]]:
    """What each check of the notebook found."""
    return [data[MIME] for data in shown(kernel, notebook)]


def up_to_check(notebook: NotebookNode, id: str) -> NotebookNode:
    """What a learner runs who checks this exercise alone, and the notebook's end."""
    place = next(n for n, cell in enumerate(notebook.cells) if cell.source.startswith(f'check("{id}", '))
    before = [cell for cell in notebook.cells[:place] if not cell.source.startswith("check(")]
    notebook.cells = [*before, notebook.cells[place], notebook.cells[-1]]
    return notebook


def text(path: Path) -> tuple[str, str]:
    return path.read_text(encoding="utf-8"), path.stem


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_an_untouched_exercise_is_not_started_yet(kernel: Kernel, path: Path) -> None:
    found = results(kernel, exercise(*text(path)))
    assert {result["verdict"] for result in found} == {"not started yet"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_solution_passes(kernel: Kernel, path: Path) -> None:
    found = results(kernel, solution(*text(path)))
    assert {result["verdict"] for result in found} == {"passed"}


@pytest.mark.parametrize(("path", "number"), PLACES, ids=lambda value: getattr(value, "stem", value))
def test_a_wrong_answer_is_caught_by_the_expectation_named(kernel: Kernel, path: Path, number: int) -> None:
    answer = WRONG[path][number]
    [data] = shown(kernel, up_to_check(with_answer(*text(path), answer), answer.exercise))
    failed = [finding["what"] for finding in data[MIME]["findings"] if not finding["passed"]]
    assert answer.caught_by in [*failed, data[MIME]["verdict"]]
    assert answer.says in data["text/plain"]
    assert data[MIME]["earned"] < data[MIME]["points"]


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
