"""A failure names the learner's line, wherever in the libraries the error came up."""

import json
from pathlib import Path

from wirelab.launching.exception_summary import Failure, summary_of


def caught(text: str) -> Failure:
    try:
        json.loads(text)
    except ValueError as error:
        return summary_of(error)
    raise AssertionError


def test_the_line_is_the_learners_not_the_librarys() -> None:
    found = caught("{")
    assert (found.kind, found.function, found.source) == ("JSONDecodeError", "caught", "json.loads(text)")


def test_a_comprehension_has_the_name_of_its_function() -> None:
    def seats() -> list[int]:
        return [seat["number"] for seat in [{}]]

    try:
        seats()
    except KeyError as error:
        assert summary_of(error).function == "seats"


def test_it_is_told_in_two_lines() -> None:
    found = Failure("KeyError", "'name'", "do_GET", 3, "shows[name]")
    assert str(found) == "KeyError: 'name'\n  do_GET, line 3: shows[name]"


def test_an_error_without_a_message_is_its_kind() -> None:
    assert str(summary_of(NotImplementedError())) == "NotImplementedError"




def test_a_mistake_inside_of_python_itself_is_told_by_the_line_that_led_there(tmp_path: Path) -> None:
    (tmp_path / "ticket.png").write_bytes(b"\x89PNG")
    try:
        (tmp_path / "ticket.png").read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        assert summary_of(error).source == '(tmp_path / "ticket.png").read_text(encoding="utf-8")'
