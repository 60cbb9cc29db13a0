"""Give a hint, or the solution, when a learner asks for it."""

from collections import Counter

from wirelab import progress_file
from wirelab.checking.attempts import attempts
from wirelab.checking.exercises import Exercise
from wirelab.checking.result import Verdict
from wirelab.checking.runner import hints
from wirelab.notebook import markup
from wirelab.notebook.note import Line, Note, code, place, words
from wirelab.paths import COURSE
from wirelab.tracking.exercise_card import OTHER_WAY
from wirelab.tracking.lessons import Lesson, exercise_of
from wirelab.tracking.solved_exercise import SolvedExercise, solved_exercise

ALREADY = "You have passed it. show_me({!r}) shows the solution beside yours."
ABOVE = "You find all that it needs in the text above it. Write your answer, and run the check."
NO_MORE = "There is no further hint on this. show_me({!r}) shows the solution."
WRITE_FIRST = "Write what you know of it, and run its check: the next hint is then about what your code does."
LESSON = "Everything it needs stands in lesson"
REASON = "The idea: {}"
NOT_YET = "You have not tried it yet. Ask again, and the solution is shown; hint({!r}) tells less."
OR_THE_SOLUTION = "show_me({!r}) shows the solution."
NO_SOLUTION = "Its solution is not in this copy of the course."

_asked: Counter[tuple[str, str]] = Counter()  # of this kernel: the function and the exercise → how often


def hint(id: str) -> Note:
    """The next hint on an exercise, as in "12.2". Raises UnknownExercise.

    Where its check has run, it is about the first expectation that was not met; before, about how to begin.
    """
    lesson, exercise = exercise_of(id)
    last = attempts.last(id)
    if last and last.result.passed:
        return _note(exercise, words(ALREADY.format(id)))
    if last and last.result.first_missed:
        return _note(exercise, words(hints.one_more(last.result) or NO_MORE.format(id)))
    _asked["hint", id] += 1
    return _note(exercise, *_how_to_begin(lesson, exercise))


def show_me(id: str) -> Note:
    """The solution of an exercise, once you have tried it, or have asked twice. Raises UnknownExercise.

    Once it has passed, a second right answer as well.
    """
    lesson, exercise = exercise_of(id)
    _asked["show_me", id] += 1
    solved = _solved(lesson, exercise)
    if not solved.code:
        return _note(exercise, words(NO_SOLUTION))
    if not _is_tried(id) and _asked["show_me", id] < 2:
        return _note(exercise, words(NOT_YET.format(id)))
    lines = [code(solved.code), *([words(solved.reasoning)] if solved.reasoning else [])]
    lines += _other(exercise, solved) if _is_passed(id) else []
    if not exercise.solution:
        lines.append(place("All of it:", lesson.path_of("solutions")))
    return _note(exercise, *lines)


def _solved(lesson: Lesson, exercise: Exercise) -> SolvedExercise:
    """How it can be solved. What stands in a lesson has no notebook of solutions."""
    if exercise.solution:
        return SolvedExercise(code=exercise.solution)
    return solved_exercise(COURSE / lesson.path_of("solutions"), exercise.id)


def _how_to_begin(lesson: Lesson, exercise: Exercise) -> list[Line]:
    """First where to look, then the idea of the solution, where there is one to tell."""
    if exercise.is_in_lesson:
        return [words(ABOVE)]
    solved = _solved(lesson, exercise)
    if _asked["hint", exercise.id] > 1 and solved.reasoning:
        return [words(REASON.format(solved.reasoning)), words(OR_THE_SOLUTION.format(exercise.id))]
    return [place(LESSON, lesson.notebook, f"{lesson.number}, {lesson.title}"), words(WRITE_FIRST)]


def _other(exercise: Exercise, solved: SolvedExercise) -> list[Line]:
    if not solved.other_code:
        return []
    return [words(f"{OTHER_WAY[exercise.kind]}, {solved.other_style}:"), code(solved.other_code)]


def _is_tried(id: str) -> bool:
    last = attempts.last(id)
    return id in progress_file.states() or bool(last and last.result.verdict is not Verdict.NOT_STARTED)


def _is_passed(id: str) -> bool:
    last = attempts.last(id)
    return progress_file.states().get(id) is progress_file.State.DONE or bool(last and last.result.passed)


def _note(exercise: Exercise, *lines: Line) -> Note:
    return Note(f"Exercise {exercise.id}, {exercise.title}", lines, tone=markup.NEUTRAL_COLOUR)
