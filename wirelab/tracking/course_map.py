"""Show the course as a map: what is done, what is begun, and what comes next."""

from collections.abc import Mapping, Sequence

from wirelab import progress_file
from wirelab.checking.exercises import Exercise
from wirelab.notebook import markup
from wirelab.notebook.note import Line, Note, place, words
from wirelab.progress_file import State
from wirelab.tracking.lessons import Lesson, lessons

ALL_DONE = "You have passed every exercise of the course."
NO_PLACE = "Nothing can be written to {}, so the course forgets what you pass. Copy it to a folder of your own."
MARKS = {State.DONE: "✓", State.BEGUN: "…", State.NEW: "·"}


def progress() -> Note:
    """How far you are in the course, with a link to each lesson and its exercises, and to what comes next."""
    return course_map(lessons(), progress_file.states())


def course_map(known: Sequence[Lesson], states: Mapping[str, State]) -> Note:
    """The map of some lessons."""
    every = [exercise for lesson in known for exercise in lesson.exercises]
    passed = sum(states.get(exercise.id) is State.DONE for exercise in every)
    found = next_exercise(known, states)
    lines = [_next(found, states), *(_row(lesson, states, found) for lesson in known)]
    lines += [] if progress_file.is_writable() else [words(NO_PLACE.format(progress_file.path().parent))]
    return Note(f"{passed} of {len(every)} exercises passed", lines, tone=markup.GOOD_COLOUR)


Next = tuple[Lesson, Exercise]


def next_exercise(known: Sequence[Lesson], states: Mapping[str, State]) -> Next | None:
    """The first exercise that is not passed yet, and its lesson, behind the last one that is."""
    every = [(lesson, exercise) for lesson in known for exercise in lesson.exercises]
    passed = [number for number, (_, one) in enumerate(every) if states.get(one.id) is State.DONE]
    after = every[passed[-1] + 1 :] + every if passed else every
    return next((pair for pair in after if states.get(pair[1].id) is not State.DONE), None)


def _next(found: Next | None, states: Mapping[str, State]) -> Line:
    if not found:
        return words(ALL_DONE)
    lesson, exercise = found
    if not any(one.id in states for one in lesson.exercises):
        return place("Next: lesson", lesson.notebook, f"{lesson.number}, {lesson.title}")
    return place("Next: exercise", lesson.place_of(exercise), f"{exercise.id}, {exercise.title}")


def _row(lesson: Lesson, states: Mapping[str, State], coming: Next | None) -> Line:
    """The lesson's state in a word, its title, and a mark for each of its exercises."""
    found = [states.get(exercise.id, State.NEW) for exercise in lesson.exercises]
    marks = " ".join(MARKS[state] for state in found)
    state = f"{_word(state_of(found), is_next=coming is not None and coming[0] is lesson):5}"
    text = f"  {state} {lesson.number} {lesson.title}  {marks}  {lesson.notebook}"
    html = f"{markup.code(state)} {markup.link(f'../{lesson.notebook}', f'{lesson.number} {lesson.title}')}"
    if lesson.exercise_stem:
        html += f" · {markup.link('../' + lesson.path_of('exercises'), 'exercises')} {markup.text(marks)}"
    return Line(text, html)


def _word(state: State, *, is_next: bool) -> str:
    return "next" if state is State.NEW and is_next else "" if state is State.NEW else state


def state_of(states: Sequence[State]) -> State:
    """How far a lesson is whose exercises are as far as this."""
    if states and all(state is State.DONE for state in states):
        return State.DONE
    return State.BEGUN if any(state is not State.NEW for state in states) else State.NEW
