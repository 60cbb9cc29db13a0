"""What right answers to the exercises of lesson 00 do."""

from typing import Any

from wirelab.check import Expect, Probe, exercise


@exercise("00.1", "All is well", of="value")
def all_is_well(value: Any, expect: Expect) -> None:
    expect(
        value == 200 and isinstance(value, int),
        "is the number 200",
        got=value,
        hint="You saw it under the first request of this lesson. A number stands without quotes.",
    )


@exercise("00.2", "Welcome to the station")
def welcome(station: Probe, expect: Expect) -> None:
    reply = station.get("/")
    expect(reply.status == 200, "answers 200 OK", got=reply.status)
    expect(
        reply.text == "Welcome to the weather station",
        "says Welcome to the weather station",
        got=reply.text,
        hint="Return the text exactly as the question has it, letter by letter.",
    )
