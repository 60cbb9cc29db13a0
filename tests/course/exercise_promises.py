"""An untouched exercise is not started, right answers pass, and each wrong answer gets its message.

The tests of one notebook's exercises. A module that has its STEM imports them, so that the notebooks can be
tested side by side.
"""

from pathlib import Path

import pytest
from exercise_runs import RIGHT, SOURCES, WRONG, kernel, results, shown, text

from wirelab.building.answers import Answer, up_to_check, with_answer
from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_source import exercise, solution
from wirelab.checking import MIME

__all__ = [
    "kernel",
    "pytest_generate_tests",
    "test_a_solution_passes",
    "test_a_wrong_answer_is_caught_by_the_expectation_named",
    "test_an_untouched_exercise_is_not_started_yet",
    "test_another_right_answer_passes",
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test gets the notebook of its module, and each answer of it in turn."""
    [path] = [path for path in SOURCES if path.stem == metafunc.module.STEM]
    if "wrong" in metafunc.fixturenames:
        ids = [f"{answer.exercise} {answer.caught_by}" for answer in WRONG[path]]
        metafunc.parametrize(("path", "wrong"), [(path, answer) for answer in WRONG[path]], ids=ids)
    elif "right" in metafunc.fixturenames:
        ids = [f"{answer.exercise} {answer.style}" for answer in RIGHT[path]]
        metafunc.parametrize(("path", "right"), [(path, answer) for answer in RIGHT[path]], ids=ids)
    else:
        metafunc.parametrize("path", [path], ids=[path.stem])


def test_an_untouched_exercise_is_not_started_yet(kernel: Kernel, path: Path) -> None:
    found = results(kernel, exercise(*text(path)))
    assert {result["verdict"] for result in found} == {"not started yet"}


def test_a_solution_passes(kernel: Kernel, path: Path) -> None:
    found = results(kernel, solution(*text(path)))
    assert {result["verdict"] for result in found} == {"passed"}


def test_a_wrong_answer_is_caught_by_the_expectation_named(kernel: Kernel, path: Path, wrong: Answer) -> None:
    [data] = shown(kernel, up_to_check(with_answer(*text(path), wrong), wrong.exercise))
    failed = [finding["what"] for finding in data[MIME]["findings"] if not finding["passed"]]
    assert wrong.caught_by in [*failed, data[MIME]["verdict"]], data["text/plain"]
    assert wrong.says in data["text/plain"]
    assert data[MIME]["earned"] < data[MIME]["points"]


def test_another_right_answer_passes(kernel: Kernel, path: Path, right: Answer) -> None:
    notebook = up_to_check(with_answer(*text(path), right), right.exercise)
    notebook.cells.insert(-2, notebook.cells[-2])  # a learner runs a check twice
    found = [(data[MIME]["verdict"], data["text/plain"]) for data in shown(kernel, notebook)]
    assert [verdict for verdict, _ in found] == ["passed", "passed"], found
