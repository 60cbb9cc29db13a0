"""What right answers to the exercises of lesson 34 do."""

import json
import random
import time
from collections.abc import Sequence
from typing import Any

from wirelab.check import Caller, Expect, Guest, Probe, exercise

SOON = 0.8  # seconds until a server has told, or has noticed who joined or left
ANSWER = 2  # seconds for the first thing that is told, on a busy computer


def _json(message: object) -> Any:
    """A message read as JSON, or as it is where it is none."""
    try:
        return json.loads(message) if isinstance(message, str | bytes) else message
    except ValueError:
        return message


def _told(guest: Guest, message: str) -> Any:
    """What a client is told after its message, or None. Raises Stopped where the server has hung up."""
    guest.send(message)
    told = guest.heard(ANSWER)
    if told is None:
        guest.send(message)  # only a connection that is still open takes it
    return _json(told)


@exercise("34.1", "A reading as a message", points=2, of="function")
def reading_as_a_message(function: Caller, expect: Expect) -> None:
    got = function.returns(1, "Harbour", 17.5)
    expect(
        isinstance(got, str),
        "returns text",
        got=got,
        hint=(
            "A WebSocket carries text, no dictionaries. The module json makes one of the other.",
            "return json.dumps(...), with the dictionary inside.",
        ),
    )
    first = {"type": "reading", "number": 1, "station": "Harbour", "celsius": 17.5}
    expect.equal(
        _json(got),
        first,
        "says type, number, station and celsius in JSON",
        hint=(
            "JSON has its own rules: names and texts stand in double quotation marks.",
            'json.dumps({"type": "reading", "number": number, ...}) knows them all.',
        ),
    )
    number, celsius = random.randrange(2, 1000), random.randrange(-300, 400) / 10
    told = _json(function.returns(number, 'Lighthouse "Old Tom"', celsius))
    expect.equal(
        told,
        {"type": "reading", "number": number, "station": 'Lighthouse "Old Tom"', "celsius": celsius},
        "says it also of a station with quotation marks in its name",
        hint=(
            "A text put together by hand breaks where a name has such a character.",
            "Put the values into a dictionary, and let json.dumps write it.",
        ),
    )


@exercise("34.2", "Tell everyone", points=3)
def tell_everyone(station: Probe, expect: Expect) -> None:
    with station.connect() as first:
        before = first.ask("count")
        expect(
            str(before).isdecimal() and before != "0",
            "answers count with the number of clients, as text",
            got=before,
            hint=("How many are in the set? A WebSocket carries text.", "await websocket.send(str(len(clients)))"),
        )
        alone = int(before) if str(before).isdecimal() else 1
        with station.connect() as second, station.connect() as third:
            _counts(first, alone + 2, "counts those who join", expect, hint=_SHARED)
            _is_told(first, [second, third], expect)
        if _counts(first, alone, "takes out who says goodbye", expect, hint=_GONE):
            with station.connect() as fourth:
                fourth.vanish()
                _counts(first, alone, "takes out who vanishes without a close frame", expect, hint=_VANISHED)


_SHARED = (
    "Every client has its own call of onconnect. Where must that be which they share?",
    "clients stands outside of the function, and each call adds its websocket.",
)
_VANISHED = (
    "async for raises an exception then, and no line behind the loop runs.",
    "try: before the loop, and finally: clients.discard(websocket) behind it.",
)
_GONE = (
    "The loop ends when a client leaves. Who takes it out of the set?",
    "try: before the loop, and finally: clients.discard(websocket) behind it.",
)


def _counts(guest: Guest, number: int, what: str, expect: Expect, *, hint: Sequence[str]) -> bool:
    """Expect that number soon: a server needs a moment to notice who joined or left."""
    end = time.monotonic() + SOON
    while (answer := guest.ask("count")) != str(number) and time.monotonic() < end:
        time.sleep(0.02)
    return expect(answer == str(number), what, got=_amiss(answer, number), hint=hint)


def _amiss(answer: str | bytes, number: int) -> str:
    """How far a count is from that number. What it was before the check differs each time."""
    more = int(answer) - number if str(answer).isdecimal() else 0
    return f"{abs(more)} too {'many' if more > 0 else 'few'}" if more else repr(answer)


def _is_told(first: Guest, others: Sequence[Guest], expect: Expect) -> None:
    expect.equal(first.ask("17.5"), "17.5", "tells a report to who sent it, too")
    chance = str(random.randrange(-300, 400) / 10)
    first.ask(chance)
    expect.equal(
        [[other.heard(SOON), other.heard(SOON)] for other in others],
        [["17.5", chance]] * 2,
        "tells a report to everyone",
        hint=("websocket.send speaks to this one client.", "broadcast(clients, message) speaks to all."),
    )


_JOINS = (
    "Is who sends it in displays? Every client adds itself when it connects.",
    "displays.add(websocket) before the loop, and broadcast(displays, ...) in it.",
)
BAD = ["warm", "[1, 2]", "17.5", '{"station": "Harbour"}', '{"station": "Harbour", "celsius": "warm"}']


@exercise("34.3", "Answer what makes no sense", points=3)
def answer_what_makes_no_sense(station: Probe, expect: Expect) -> None:
    with station.connect() as guest, station.connect() as other:
        celsius = random.randrange(-300, 400) / 10
        told = _told(guest, json.dumps({"station": "Harbour", "celsius": celsius}))
        reading = {"type": "reading", "station": "Harbour", "celsius": celsius}
        if not expect.equal(told, reading, "tells a report as a reading", hint=_JOINS):
            return
        expect.equal(_json(other.heard(SOON)), reading, "tells it to everyone", hint="broadcast(displays, ...)")
        for message in BAD:
            answer = _json(guest.ask(message))
            expect(
                isinstance(answer, dict) and answer.get("type") == "error" and "message" in answer,
                f"answers {message} with an error",
                expected={"type": "error", "message": "…"},
                got=answer,
                hint=(
                    "The answer is JSON like every other: a dictionary with type and message.",
                    "ValueError, TypeError and KeyError say that the message made no sense: except all three.",
                ),
            )
        _goes_on(guest, other, expect)


def _goes_on(guest: Guest, other: Guest, expect: Expect) -> None:
    told = _json(guest.ask('{"station": "Summit", "celsius": -3.0}'))
    reading = {"type": "reading", "station": "Summit", "celsius": -3.0}
    expect.equal(told, reading, "goes on after an error")
    expect.equal(
        _json(other.heard(SOON)),
        reading,
        "tells an error to nobody else",
        hint=(
            "Who else wants to hear of one client's mistake?",
            "await websocket.send(...) for an error, broadcast(displays, ...) for a reading.",
        ),
    )


@exercise("34.4", "Come back, and miss nothing", points=4)
def come_back_and_miss_nothing(station: Probe, expect: Expect) -> None:
    with station.connect() as reporter:
        one, two = _report(reporter, expect), _report(reporter, expect)
        expect.equal(two["number"], one["number"] + 1, "numbers the readings one after the other")
        with station.connect() as newcomer:
            _hears(newcomer, [two], "tells a newcomer the last reading at once, and none before it", expect, _NEW)
            three = _report(reporter, expect)
            _hears(newcomer, [three], "goes on with what is new", expect, _ONCE)
            for since, what in [
                (one, "tells who comes back all that it missed, in order"),
                (two, "tells who missed one reading that one"),
            ]:
                missed = [two, three] if since is one else [three]
                with station.connect(f"/?since={since['number']}") as back:
                    _hears(back, missed, what, expect, _BACK)
            with station.connect(f"/?since={three['number']}") as back:
                four = _report(reporter, expect)
                _hears(back, [four], "tells who missed nothing only what is new", expect, _BACK)
            _hears(newcomer, [four], "repeats to nobody what others have missed", expect, _ALONE)
        with station.connect("/?since=0") as back:
            first = _json(back.heard(SOON))
            got = first.get("number") if isinstance(first, dict) else first
            expect.equal(got, 1, "tells who knows no reading yet all of them, from number 1", hint=_ZERO)


_NEW = (
    "readings[-1:] is a list with the last one, and an empty list where there is none.",
    "known is None: readings[-1:]. Else: what was missed.",
)
_ONCE = ("Is the newcomer in the set of displays?", "displays.add(websocket), before the loop.")
_BACK = (
    "Reading number 1 stands at place 0 of the list. Where stands the first that the client does not know?",
    "readings[known:] are all after number known.",
)
_ALONE = ("Others have heard these already.", "broadcast([websocket], message) speaks to this one client.")
_ZERO = ("0 is false in Python, as None is. But they are not the same here.", "if known is None:")


def _hears(guest: Guest, expected: list[Any], what: str, expect: Expect, hint: Sequence[str]) -> None:
    heard: list[Any] = []
    while len(heard) < len(expected) and (message := guest.heard(SOON)) is not None:
        heard.append(_json(message))
    expect.equal(heard, expected, what, hint=hint)


def _report(reporter: Guest, expect: Expect) -> Any:
    """Report a temperature that nobody had before, and return what the reporter is told of it."""
    celsius = random.randrange(10_000, 1_000_000) / 10_000
    told = _told(reporter, str(celsius))
    for _ in range(6):  # what was told before comes first
        if told is None or (isinstance(told, dict) and told.get("celsius") == celsius):
            break
        told = _json(reporter.heard(SOON))
    if told is None:
        raise expect.missed("tells a report to who sent it, too", "nothing", hint=_JOINS)
    if not isinstance(told, dict) or set(told) != {"number", "celsius"} or told["celsius"] != celsius:
        raise expect.missed("tells a report as a numbered reading", repr(told), hint=_READING)
    return told


_READING = (
    "How many readings are there before this one? Its number is one more.",
    'json.dumps({"number": len(readings) + 1, "celsius": float(report)})',
)
