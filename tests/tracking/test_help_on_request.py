"""A hint, or the solution, for whoever asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wirelab.building.kernel_client import Kernel
from wirelab.tracking.lessons import lessons

WRONG = "def status_of(line):\n    return line"


@pytest.fixture
def kernel(course: Path) -> Iterator[Kernel]:
    with Kernel(course / "exercises") as running:
        running.run("from wirelab import check, hint, show_me")
        yield running


def test_before_a_check_a_hint_says_how_to_begin(kernel: Kernel) -> None:
    assert "stands in lesson 11, What crosses the wire" in kernel.run('hint("11.1")').text
    assert "The idea: " in kernel.run('hint("11.1")').text


def test_after_a_check_the_next_hint_is_about_what_was_missed(kernel: Kernel) -> None:
    kernel.run(WRONG)
    checked = kernel.run('check("11.1", status_of)').text
    first = next(line for line in checked.splitlines() if line.startswith("Hint: ")).removeprefix("Hint: ")
    second = kernel.run('hint("11.1")').text.splitlines()[1]
    assert second
    assert second != first
    while "no further hint" not in second:
        second = kernel.run('hint("11.1")').text.splitlines()[1]


def test_the_solution_is_shown_when_asked_twice(kernel: Kernel) -> None:
    assert "Ask again" in kernel.run('show_me("11.1")').text
    assert "def status_of(" in kernel.run('show_me("11.1")').text


def test_the_solution_is_shown_at_once_after_a_try_and_a_second_answer_after_it_passed(kernel: Kernel) -> None:
    kernel.run(WRONG)
    kernel.run('check("11.1", status_of)')
    shown = kernel.run('show_me("11.1")').text
    assert "def status_of(" in shown
    assert "Right as well" not in shown
    kernel.run("def status_of(line):\n    return int(line.split()[1])")
    kernel.run('check("11.1", status_of)')
    assert "Right as well, since a caller sees only" in kernel.run('show_me("11.1")').text


def test_an_unknown_exercise_is_told(kernel: Kernel) -> None:
    assert "there is no exercise '1'" in kernel.run('hint("1")').text


def test_a_solution_can_be_asked_for_in_every_exercise(kernel: Kernel) -> None:
    """Also in 00.1, which stands in its lesson and has no notebook of solutions."""
    ids = [exercise.id for lesson in lessons() for exercise in lesson.exercises]
    shown = {id: kernel.run(f'show_me("{id}"); show_me("{id}")').text for id in ids}
    assert [id for id, text in shown.items() if "is not in this copy" in text or "Ask again" in text] == []
    assert "all_is_well = 200" in shown["00.1"]
