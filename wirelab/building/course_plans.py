"""Write a page of plans for the instructor: the course in one day, two days or ten evenings, with its hours."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

EXERCISE_MINUTES = 8  # for one; learners took six to ten
ALL = 99  # exercises
TOPICS = {"0": "Start", "1": "HTTP servers", "2": "REST services", "3": "WebSockets", "4": "Everything together"}
PLAN_TABLE = ["| | lessons | lessons' time | with exercises |", "|---|---|---|---|"]
_EXERCISE = re.compile(r'^# %% exercise="', re.MULTILINE)
ABOUT_PLANS = """# Plans

The minutes of the lessons are those that their pages state. An exercise counts {each} minutes. Breaks, a meal and
the set-up of forty computers come on top: count a quarter more. A lesson that a plan leaves out is in the
notebooks all the same. Each lesson names those that it needs.
"""
ADVICE = """## Shorter or longer

- Each lesson's page has a part *When you are late*. To leave a section out is better than to hurry through all.
- The exercises do not need the room. What the plan has no time for is good homework: the checks tell learners
  where they are, and `python3 start.py progress` shows it.
- A plan for programmers who know HTTP begins with lesson 12, and takes lesson 11 as reading.
"""


@dataclass(frozen=True)
class Lesson:
    """A lesson as a plan sees it. `number` is text, such as "11"; `exercises` is how many it has."""

    number: str
    title: str
    stem: str
    minutes: int
    exercises: int


@dataclass(frozen=True)
class Plan:
    """Blocks of lessons, each with a name. `exercises` is how many of each lesson are done in the room."""

    title: str
    about: str
    blocks: Mapping[str, str]
    exercises: int


PLANS = [
    Plan(
        "One day",
        "The three topics, each as far as a server and a client of one's own. One exercise of each lesson.",
        {"Morning": "00 11 12", "Before noon": "21 22", "Afternoon": "31 33 35"},
        1,
    ),
    Plan(
        "Two days",
        "The same, and what goes wrong. Two exercises of each lesson.",
        {
            "First day, morning": "00 11 12 13",
            "First day, afternoon": "14 21 22",
            "Second day, morning": "23 31 33",
            "Second day, afternoon": "34 35 41",
        },
        2,
    ),
    Plan(
        "Ten evenings",
        "All of it, with every exercise. Half of them fit into the evening, the others are homework.",
        {
            "1": "00 11",
            "2": "12 13",
            "3": "14 15",
            "4": "16 21",
            "5": "22 23",
            "6": "24 25",
            "7": "26 27 28",
            "8": "31 32 33",
            "9": "34 35 36",
            "10": "41 42",
        },
        ALL,
    ),
]


def exercises(course: Path) -> dict[str, int]:
    """How many exercises there are to each lesson, by its number."""
    sources = sorted((course / "sources" / "exercises").glob("*.py"))
    return {path.stem[:2]: len(_EXERCISE.findall(path.read_text(encoding="utf-8"))) for path in sources}


def page(lessons: Mapping[str, Lesson]) -> str:
    """The page, of the lessons by their numbers. A plan goes without those that are not there."""
    plans = [_plan(plan, lessons) for plan in PLANS]
    return "\n".join([ABOUT_PLANS.format(each=EXERCISE_MINUTES), *_hours(lessons), *plans, ADVICE])


def hours(minutes: float) -> str:
    """Minutes as hours, to the quarter: "2¼ h"."""
    whole, quarters = divmod(round(minutes / 15), 4)
    return f"{whole or ''}{['', '¼', '½', '¾'][quarters]} h" if whole or quarters else "0 h"


def _hours(lessons: Mapping[str, Lesson]) -> Iterator[str]:
    yield "## Hours\n\n| topic | lessons | exercises | together |\n|---|---|---|---|"
    for topic, title in TOPICS.items():
        yield _hours_row(title, [lesson for lesson in lessons.values() if lesson.number.startswith(topic)])
    yield _hours_row("All", [*lessons.values()]) + "\n"


def _hours_row(title: str, found: list[Lesson]) -> str:
    taught, count = sum(lesson.minutes for lesson in found), sum(lesson.exercises for lesson in found)
    solved = count * EXERCISE_MINUTES
    return f"| {title} | {hours(taught)} | {count}: {hours(solved)} | {hours(taught + solved)} |"


def _plan(plan: Plan, lessons: Mapping[str, Lesson]) -> str:
    rows, total = [f"## {plan.title}", "", plan.about, "", *PLAN_TABLE], 0
    for name, numbers in plan.blocks.items():
        found = [lessons[number] for number in numbers.split() if number in lessons]
        taught = sum(lesson.minutes for lesson in found)
        together = taught + EXERCISE_MINUTES * sum(min(plan.exercises, lesson.exercises) for lesson in found)
        total += together
        named = " · ".join(f"[{lesson.number}]({lesson.stem}.md) {lesson.title}" for lesson in found)
        rows.append(f"| {name} | {named} | {hours(taught)} | {hours(together)} |")
    return "\n".join([*rows, "", f"Together {hours(total)}.", ""])
