"""End a notebook of exercises with what has passed, what is missing, and where to go from there."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from wirelab import progress_file
from wirelab.checking.attempts import attempts
from wirelab.checking.exercises import Exercise
from wirelab.checking.result import Verdict
from wirelab.launching.server import Server
from wirelab.notebook import markup
from wirelab.notebook.missing_names import code_cells
from wirelab.notebook.note import Line, Note, place, words
from wirelab.paths import COURSE
from wirelab.progress_file import State
from wirelab.tracking.lessons import Lesson, lesson_of, lessons
from wirelab.tracking.solved_exercise import solved_exercise

PASSED_EARLIER, BEGUN = "passed earlier", "begun earlier"
NOT_RUN = "its check has not run"
NO_CHECK = 'this notebook has no cell check("{}", …) any more: python3 start.py reset {} brings it back'
ASK = 'hint("{0}") gives a hint, show_me("{0}") the solution'
SEE_LIVE = "See it live, until stop_all() has run:"
COMPARE = "Compare with the solution:"
OTHER_WAY = {  # why another answer is right too: what the check looks at
    "server": "Right as well, since a client sees only what the server answers",
    "function": "Right as well, since a caller sees only what the function does",
    "async function": "Right as well, since a caller sees only what the function does",
    "value": "Right as well, since only the value counts",
}
NEXT = "Run the cell with stop_all(), then go on with lesson"
THE_END = "That was the last lesson. progress() shows the whole course."


def summary(number: str) -> Note:
    """What has passed of the exercises of a lesson, as in "12", and what comes next. Raises UnknownExercise."""
    lesson = lesson_of(number)
    own = [exercise for exercise in lesson.exercises if not exercise.is_in_lesson]
    kept = progress_file.states()
    said = {one.id: _state(one, kept.get(one.id, State.NEW), lesson.exercise_stem) for one in own}
    passed = [exercise for exercise in own if said[exercise.id] in (Verdict.PASSED, PASSED_EARLIER)]
    lines = [_row(exercise, said[exercise.id], exercise in passed) for exercise in own]
    lines += [line for exercise in own for line in _live(exercise)]
    lines += _comparisons(lesson, passed)
    head = f"Exercise {number}, {lesson.exercise_title}: {len(passed)} of {len(own)} passed"
    tone = markup.GOOD_COLOUR if len(passed) == len(own) else markup.CARE_COLOUR
    return Note(head, [*lines, _next(lesson)], tone=tone)


def _state(exercise: Exercise, kept: State, notebook: str) -> str:
    """What this kernel's check said; else what was said earlier; else why there is nothing."""
    if last := attempts.last(exercise.id):
        return last.result.verdict
    if kept is State.DONE:
        return PASSED_EARLIER
    if _is_gone(exercise, notebook):
        return NO_CHECK.format(exercise.id, exercise.lesson)
    return BEGUN if kept is State.BEGUN else NOT_RUN


def _is_gone(exercise: Exercise, stem: str) -> bool:
    """Whether the notebook of that stem, if it is the one that runs, was saved without the exercise's check."""
    notebook = Path(os.environ.get("JPY_SESSION_NAME", ""))
    cells = code_cells(notebook) if notebook.stem == stem else []
    return bool(cells) and not any(f'check("{exercise.id}"' in cell for cell in cells)


def _row(exercise: Exercise, said: str, is_passed: bool) -> Line:
    tried = said in (Verdict.WRONG, Verdict.CRASHED, BEGUN)
    more = "" if said == Verdict.PASSED else f": {said}" + (f". {ASK.format(exercise.id)}" if tried else "")
    return words(f"{'✓' if is_passed else '✗' if tried else '·'} {exercise.id} {exercise.title}{more}")


def _live(exercise: Exercise) -> Iterator[Line]:
    """A link to the server that was checked, if its code is begun, it still runs, and a browser can show it."""
    last = attempts.last(exercise.id)
    is_begun = last is not None and last.result.verdict is not Verdict.NOT_STARTED
    server = last.running_server if last and is_begun else None
    links = server.links_for_browser() if server else []
    if server and links:
        yield Line(f"{SEE_LIVE} {_about(server)}", f"{SEE_LIVE} {markup.code(server.name)} {' · '.join(links)}")


def _about(server: Server) -> str:
    return f"{server.name} at {server.url}"


def _comparisons(lesson: Lesson, passed: Sequence[Exercise]) -> Iterator[Line]:
    """The solutions of what has passed. In the solved notebook there is nothing to compare with."""
    if not passed or Path.cwd().name == "solutions":
        return
    path = lesson.path_of("solutions")
    yield place(COMPARE, path)
    for exercise in passed:
        solved = solved_exercise(COURSE / path, exercise.id)
        if solved.other_code:
            about = f"{exercise.id} in another way: {solved.other_style}"
            why = markup.text(OTHER_WAY[exercise.kind] + ":")
            folded = markup.fold(about, f"<div>{why}</div>{markup.code(solved.other_code)}")
            yield Line(f'{about}: show_me("{exercise.id}")', folded)


def _next(lesson: Lesson) -> Line:
    known = lessons()
    after = known[known.index(lesson) + 1 :]
    if not after:
        return words(THE_END)
    return place(NEXT, after[0].notebook, f"{after[0].number}, {after[0].title}")
