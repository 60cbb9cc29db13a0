"""A check asks again until the answer is right, and not for ever."""

import time

from checks.polling import poll


def test_polling_ends_with_the_expected_answer() -> None:
    answers = iter([1, 2, 3, 4])
    assert poll(lambda: next(answers), 3, seconds=5) == 3


def test_an_answer_that_is_right_at_once_costs_one_question() -> None:
    asked: list[int] = []
    assert poll(lambda: asked.append(1), None, seconds=5) is None
    assert len(asked) == 1


def test_polling_gives_up_with_the_last_answer() -> None:
    start = time.monotonic()
    assert poll(lambda: "wrong", "right", seconds=0.1) == "wrong"
    assert time.monotonic() - start < 2
