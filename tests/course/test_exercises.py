"""An untouched exercise is not started, its solution passes, and each wrong answer gets its message."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from wirelab.check import MIME, exercises
from wirelab.kernel import Kernel
from wirelab.lesson import exercise, solution, with_answer, wrong_answers

SOURCES = sorted((Path(__file__).parents[2] / "sources" / "exercises").glob("*.py"))
WRONG = [
    (path, number)
    for path in SOURCES
    for number in range(len(wrong_answers(path.read_text(encoding="utf-8"), path.stem)))
]


@pytest.fixture(scope="module")
def kernel(course: Path) -> Iterator[Kernel]:
    with Kernel(course / "exercises") as running:
        yield running


def results(kernel: Kernel, notebook: NotebookNode) -> list[dict[str, Any]]:
    """What each check of the notebook found, run from a clean start."""
    kernel.run("%reset -f")
    replies = kernel.run_all(notebook)
    assert {reply.status for reply in replies} == {"ok"}
    return [output.data[MIME] for reply in replies for output in reply.outputs if MIME in output.get("data", {})]


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


@pytest.mark.parametrize(("path", "number"), WRONG, ids=lambda value: getattr(value, "stem", value))
def test_a_wrong_answer_is_caught_by_the_expectation_named(kernel: Kernel, path: Path, number: int) -> None:
    answer = wrong_answers(*text(path))[number]
    [found] = [
        result
        for result in results(kernel, with_answer(*text(path), answer))
        if result["exercise"] == answer.exercise
    ]
    failed = [finding["what"] for finding in found["findings"] if not finding["passed"]]
    assert answer.caught_by in [*failed, found["verdict"]]


def test_every_exercise_has_a_place_and_at_least_two_wrong_answers() -> None:
    in_exercises = [answer.exercise for path in SOURCES for answer in wrong_answers(*text(path))]
    in_lessons = {"00.1"}
    assert set(in_exercises) == set(exercises()) - in_lessons
    assert all(in_exercises.count(id) >= 2 for id in in_exercises)
