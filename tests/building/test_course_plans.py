"""The plans for a day, two days and ten evenings: all of the course, in hours that are those of its lessons."""

from pathlib import Path

import pytest

from wirelab.building.course_plans import ALL, EXERCISE_MINUTES, PLANS, Lesson, exercises, hours, page
from wirelab.building.stated_minutes import lessons

COURSE = Path(__file__).parents[2]
NUMBERS = [lesson.path.stem[:2] for lesson in lessons(COURSE)]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 h"), (8, "¼ h"), (52, "¾ h"), (53, "1 h"), (60, "1 h"), (129, "2¼ h"), (600, "10 h")],
)
def test_hours_are_told_to_the_quarter(minutes: int, text: str) -> None:
    assert hours(minutes) == text


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.title)
def test_a_plan_has_lessons_that_there_are_in_their_order(plan: object) -> None:
    taken = " ".join(plan.blocks.values()).split()  # type: ignore[attr-defined]
    assert taken == sorted(taken)
    assert set(taken) <= set(NUMBERS)


def test_ten_evenings_have_all_of_it() -> None:
    [plan] = [plan for plan in PLANS if plan.exercises == ALL]
    assert " ".join(plan.blocks.values()).split() == NUMBERS


def test_each_lesson_from_11_to_36_has_exercises() -> None:
    found = exercises(COURSE)
    assert [number for number in NUMBERS if "11" <= number <= "36" and found.get(number, 0) < 3] == []


def test_the_page_adds_up() -> None:
    given = {number: Lesson(number, f"Lesson {number}", number, 30, 2) for number in NUMBERS}
    text = page(given)
    together = len(NUMBERS) * (30 + 2 * EXERCISE_MINUTES)
    assert f"| All | {hours(len(NUMBERS) * 30)} | " in text
    assert f"Together {hours(together)}." in text
