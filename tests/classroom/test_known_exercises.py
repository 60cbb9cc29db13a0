"""The board knows the course's exercises in their order, and the hint that stands beside an expectation."""

from pathlib import Path

from wirelab.checking.exercises import exercises
from wirelab.classroom.known_exercises import hints_in, known_exercises


def test_every_exercise_is_known_in_the_order_of_the_course() -> None:
    known = known_exercises()
    assert set(known) == set(exercises())
    ids = list(known)
    assert ids.index("12.1") < ids.index("12.2") < ids.index("32.1")
    assert known["12.1"].title == exercises()["12.1"].title


def test_most_expectations_that_checks_name_word_by_word_have_their_hint() -> None:
    assert len(known_exercises()["12.1"].hints) > 100


def test_a_hint_is_read_and_one_that_is_made_of_a_learners_words_is_not(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        'HINTS = ("first", "second")\n'
        "def check(probe, expect):\n"
        '    expect(True, "answers", hint="Write an answer.")\n'
        '    expect.equal(1, 2, "is one", hint=HINTS)\n'
        '    expect.missed("says", "nothing", hint=["a", "b"])\n'
        '    expect(True, f"knows {probe}", hint="x")\n'
        '    expect(True, "names", hint=f"There is no {probe}.")\n'
    )
    assert hints_in(path) == {"answers": "Write an answer.", "is one": "first", "says": "a"}
