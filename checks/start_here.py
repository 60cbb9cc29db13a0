"""The checks of lesson 00: a first value, and a first server."""

from collections.abc import Sequence
from typing import Any

from wirelab.checking import Expect, Probe, exercise

WELCOME = "Welcome to the weather station"
RETURN_HINTS = (
    "Only a string that welcome gives back with return is sent. What print() writes, or a string alone in a line, "
    "is not.",
    "One line is enough: return, a space, and the string in quotes. A string needs no encode(): do_GET does that.",
)


@exercise(
    "00.1", "All is well", of="value", is_in_lesson=True, solution="all_is_well = 200",
    learned="A status code is an integer, and 200 says that all is well.",
)
def all_is_well(value: Any, expect: Expect) -> None:
    """Check a value: the integer 200, the status of the first request in the lesson. Raises nothing."""
    expect(
        value == 200 and isinstance(value, int),
        "is the number 200",
        expected=200,
        got=value,
        hint=_hint_on(value),
    )


def _hint_on(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return "A number stands without quotes."
    if hasattr(value, "status_code"):
        return "That is the whole answer of the server. Its status is the number: write the number itself."
    return (
        "It is the status code that you saw under the first request of this lesson, a whole number.",
        "Look below the cell that begins with import requests. Write all_is_well = and that number.",
    )


@exercise(
    "00.2", "Welcome to the station",
    learned="What your function returns is what every client reads: a server is code that answers.",
)
def welcome(station: Probe, expect: Expect) -> None:
    """Check a server that answers every GET with 200 and the body `Welcome to the weather station`.

    Raises Stopped where no answer comes.
    """
    reply = station.get("/", hint=RETURN_HINTS)
    expect.equal(
        reply.status, 200, "answers 200 OK", hint="Leave do_GET as it was: only welcome is to be written."
    )
    expect.equal(reply.text, WELCOME, f"says {WELCOME}", hint=_hints_on(reply.text))
    again = station.get("/harbour", hint=RETURN_HINTS).text
    expect.equal(again, WELCOME, "says so again, at any path", hint="welcome returns the same string each time.")


def _hints_on(said: str) -> Sequence[str]:
    if len(said) > 1 and said.strip("\"'").strip() == WELCOME and said[0] in "\"'":
        return ("One pair of quotes is enough: they say where the string begins and ends, and are no part of it.",)
    if said.rstrip(".!") == WELCOME:
        return ("The string in the question ends without a full stop or an exclamation mark.",)
    return ("Return the string exactly as the question has it, letter by letter.", "Copy it from the question.")
