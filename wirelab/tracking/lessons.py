"""Know the course's lessons in their order, with their titles and exercises."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wirelab.checking.exercises import Exercise, exercises
from wirelab.errors import UnknownExercise
from wirelab.paths import COURSE

_LESSON_TITLE = re.compile(r"^# # (?:Exercise \d+: )?(.+)$", re.MULTILINE)
_STEM = re.compile(r"\d+-[\w-]+")


@dataclass(frozen=True)
class Lesson:
    """A lesson and its exercises. `exercise_stem` is empty where it has no notebook for them."""

    stem: str
    title: str
    exercise_stem: str
    exercise_title: str
    exercises: Sequence[Exercise]

    @property
    def number(self) -> str:
        """As in 12."""
        return self.stem.partition("-")[0]

    @property
    def notebook(self) -> str:
        """The path of the lesson's notebook below the course's folder."""
        return f"notebooks/{self.stem}.ipynb"

    def path_of(self, folder: str) -> str:
        """The path of its notebook in "exercises" or "solutions"."""
        return f"{folder}/{self.exercise_stem}.ipynb"

    def place_of(self, exercise: Exercise) -> str:
        """The path of the notebook in which an exercise stands."""
        return self.notebook if exercise.is_in_lesson else self.path_of("exercises")


def lessons(course: Path = COURSE) -> list[Lesson]:
    """All lessons, in their order."""
    titles, of_exercises = _titles(course, "notebooks"), _titles(course, "exercises")
    known = exercises()
    found = []
    for stem, title in titles.items():
        number = stem.partition("-")[0]
        other = next((one for one in of_exercises if one.partition("-")[0] == number), "")
        own = sorted((one for one in known.values() if one.lesson == number), key=_order)
        found.append(Lesson(stem, title, other, of_exercises.get(other, ""), own))
    return found


def lesson_of(number: str) -> Lesson:
    """The lesson of a number, as in "12". Raises UnknownExercise."""
    found = {lesson.number: lesson for lesson in lessons() if lesson.exercises}
    if number not in found:
        raise UnknownExercise(f"there are no exercises {number!r}: there are {', '.join(found)}")
    return found[number]


def exercise_of(id: str) -> tuple[Lesson, Exercise]:
    """An exercise and its lesson. Raises UnknownExercise."""
    known = exercises()
    if not isinstance(id, str) or id not in known:
        raise UnknownExercise(f"there is no exercise {id!r}: there are {', '.join(sorted(known))}")
    return lesson_of(known[id].lesson), known[id]


def _order(exercise: Exercise) -> list[int]:
    return [int(part) for part in exercise.id.split(".")]


def _titles(course: Path, folder: str) -> dict[str, str]:
    """The stem of each notebook and its title: from the sources; without them, what the file's name says."""
    sources = sorted((course / "sources" / folder).glob("[0-9]*.py"))
    if sources:
        return {path.stem: _title(path) for path in sources}
    stems = sorted(path.stem for path in (course / folder).glob("[0-9]*.ipynb"))
    return {stem: _spelled(stem) for stem in stems if _STEM.fullmatch(stem)}


def _title(path: Path) -> str:
    found = _LESSON_TITLE.search(path.read_text(encoding="utf-8"))
    return found[1] if found else _spelled(path.stem)


def _spelled(stem: str) -> str:
    return stem.partition("-")[2].replace("-", " ")
