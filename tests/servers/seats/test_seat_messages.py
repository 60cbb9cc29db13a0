"""The messages of the seat feed, as JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servers.seats.journal import SeatChange, SeatError
from servers.seats.messages import change_message, error_message, parse_command, pong_message, seats_message


def test_all_seats_are_one_message() -> None:
    assert json.loads(seats_message(1, "monday", 7, 120, [5, 6])) == {
        "type": "seats",
        "show": 1,
        "number": 7,
        "seats": 120,
        "taken": [5, 6],
        "life": "monday",
    }


def test_a_change_is_one_message() -> None:
    message = json.loads(change_message(SeatChange(number=8, show=1, seat=5, taken=False)))
    assert message == {"type": "change", "number": 8, "show": 1, "seat": 5, "taken": False}


def test_an_error_is_one_message() -> None:
    assert json.loads(error_message("seat 5 is taken")) == {"type": "error", "message": "seat 5 is taken"}


def test_the_answer_to_a_ping_has_its_number() -> None:
    assert parse_command('{"ping":7}') == ("ping", 7)
    assert json.loads(pong_message(7)) == {"type": "pong", "ping": 7}


@pytest.mark.parametrize("message", ['{"take": 5}', b' {"take" : 5}\n'])
def test_a_command_is_a_verb_and_a_seat(message: str | bytes) -> None:
    assert parse_command(message) == ("take", 5)


@settings(max_examples=30)
@given(st.binary(max_size=100) | st.text(max_size=100) | st.lists(st.integers()).map(json.dumps))
def test_any_other_message_is_answered_with_the_two_commands(message: str | bytes) -> None:
    with pytest.raises(SeatError, match="send "):
        parse_command(message)


def test_a_command_with_a_name_twice_is_none() -> None:
    with pytest.raises(SeatError):
        parse_command('{"take": 6, "take": 7}')
