"""The checks of lesson 28: tests that tell a right service from wrong ones, and a fixture."""

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from checks.weather_services_under_test import (
    RIGHT_READINGS,
    RIGHT_STATIONS,
    WRONG_READINGS,
    WRONG_STATIONS,
    Service,
)
from wirelab.checking import Expect, FunctionProbe, ThreadWatch, error_in, exercise, failure_in, is_raised

NOT_A_FAILURE = ("Skipped", "XFailed")  # how pytest ends a test that has not failed
SKIPPED = "it skipped the rest, which pytest does not count as a failure"
RIGHT_HINTS = (
    "This service is right. Ask nothing of it that the question does not say.",
    "Not its text in a 404, not the bytes of its JSON, not where it keeps its readings.",
)


@exercise(
    "28.1", "What a station sends", points=3, of="function",
    learned="A test passes with every service that keeps its promise, and fails with every other one.",
)
def what_a_station_sends(test: FunctionProbe, expect: Expect) -> None:
    """Check a test of `GET /stations/2` and of a number that no station has, with right and wrong services."""
    try_services(test, expect, RIGHT_STATIONS, WRONG_STATIONS)


@exercise(
    "28.2", "A reading is kept", points=4, of="function",
    learned="What a POST has promised is tested where its Location leads, and with more than one.",
)
def a_reading_is_kept(test: FunctionProbe, expect: Expect) -> None:
    """Check a test of `POST /stations/2/readings` and of what is there then, with right and wrong services."""
    try_services(test, expect, RIGHT_READINGS, WRONG_READINGS)


def try_services(
    test: FunctionProbe, expect: Expect, right: Sequence[Service], wrong: Sequence[Service]
) -> None:
    """Run a learner's test with each service: it has to pass with the right ones and to fail with the others."""
    for service in right:
        outcome = test.catching().returns(service.client())
        what = f"passes with a service that {service.does}"
        if error_in(outcome) is None or is_raised(outcome, "AssertionError") or _is_skipped(outcome):
            expect(error_in(outcome) is None, what, got=_said(outcome), hint=RIGHT_HINTS)
        else:  # no assertion: the learner's own code went wrong
            expect(False, what, got=outcome, hint=RIGHT_HINTS)
    for service in wrong:
        outcome = test.catching().returns(service.client())
        failed = error_in(outcome) is not None and not _is_skipped(outcome)
        what = f"fails with a service that {service.does}"
        expect(failed, what, got=_said(outcome), hint=service.hints)


def _is_skipped(outcome: Any) -> bool:
    return any(is_raised(outcome, kind) for kind in NOT_A_FAILURE)


def _said(outcome: Any) -> str:
    """What came of a test, in words."""
    if _is_skipped(outcome):
        return SKIPPED
    failure = failure_in(outcome)
    return f"it failed in {failure.where}" if failure else "it passed"


@dataclass(frozen=True)
class Rule:
    """What a service may take for degrees: it `does` something, and `takes` says what of a value."""

    does: str
    takes: Callable[[Any], bool]
    hints: Sequence[str] = ()


LOWEST, HIGHEST = -90, 60
MAX_VALUES = 30


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_right(value: Any) -> bool:
    return _is_number(value) and LOWEST <= value <= HIGHEST


def _convertible(value: Any) -> bool:
    """Right where a string is converted first."""
    try:
        return _is_right(float(value) if isinstance(value, str) else value)
    except ValueError:
        return False


LOWEST_HINTS = ("-90 belongs to the range. What is right at the boundary?", "Put -90 into accepted.")
HIGHEST_HINTS = ("60 belongs to the range. What is right at the boundary?", "Put 60 into accepted.")
BELOW_HINTS = ("Which value is just below the range?", "Put -90.5 and -91 into refused.")
ABOVE_HINTS = ("Which value is just above the range?", "Put 60.5 and 61 into refused.")
KIND_HINTS = ("Numbers are whole or not, above zero or below.", "Put 17, 17.5, 0 and -3.5 into accepted.")
NO_NUMBER_HINTS = (
    "JSON has more than numbers: strings, true and false, null, lists and objects.",
    'Put "17", True and None into refused.',
)
WRONG_RULES = [
    Rule("refuses -90", lambda value: _is_right(value) and value != LOWEST, LOWEST_HINTS),
    Rule("refuses 60", lambda value: _is_right(value) and value != HIGHEST, HIGHEST_HINTS),
    Rule("takes what is colder than -90", lambda value: _is_number(value) and value <= HIGHEST, BELOW_HINTS),
    Rule("takes what is warmer than 60", lambda value: _is_number(value) and value >= LOWEST, ABOVE_HINTS),
    Rule(
        "looks at the whole degrees only, so that it takes 60.5",
        lambda value: _is_number(value) and LOWEST <= value < HIGHEST + 1,
        ABOVE_HINTS,
    ),
    Rule(
        "looks at the whole degrees only, so that it takes -90.5",
        lambda value: _is_number(value) and LOWEST - 1 < value <= HIGHEST,
        BELOW_HINTS,
    ),
    Rule("refuses what is not whole", lambda value: _is_right(value) and value == int(value), KIND_HINTS),
    Rule("refuses whole numbers", lambda value: _is_right(value) and type(value) is float, KIND_HINTS),
    Rule("refuses 0", lambda value: _is_right(value) and value != 0, KIND_HINTS),
    Rule("refuses what is below 0", lambda value: _is_right(value) and value >= 0, KIND_HINTS),
    Rule("takes a string for a number", _convertible, NO_NUMBER_HINTS),
    Rule("takes true for a number", lambda value: _is_right(value) or value is True, NO_NUMBER_HINTS),
    Rule("takes null, as if nothing had been measured", lambda v: _is_right(v) or v is None, NO_NUMBER_HINTS),
]
TWO_LISTS_HINTS = ("Two lists, with a comma between them.", "return accepted, refused")
JSON_HINTS = ("A client sends JSON: numbers, strings, True, False, None, lists and dictionaries.", "Take it out.")
ACCEPTED_HINTS = ("In this list stand degrees that the question calls right.", "Numbers from -90 to 60.")
REFUSED_HINTS = ("In this list stand values that the question calls wrong.", "Numbers outside; what is no number.")


@exercise(
    "28.3", "Values that find the fault", points=4, of="function",
    learned="Faults are at boundaries and among other types: test the last right value and the first wrong one.",
)
def values_that_find_the_fault(values: FunctionProbe, expect: Expect) -> None:
    """Check two lists of values for `degrees`: together they have to tell a right rule from each wrong one."""
    pair = values.returns()
    is_pair = isinstance(pair, tuple | list) and len(pair) == 2 and all(isinstance(one, list) for one in pair)
    if not expect(is_pair, "returns two lists", got=pair, hint=TWO_LISTS_HINTS):
        return
    accepted, refused = pair
    for value in [*accepted, *refused]:
        if not _is_json(value):
            expect(False, "returns values that JSON has", got=value, hint=JSON_HINTS)
            return
    few = len(accepted) + len(refused) <= MAX_VALUES
    expect(few, f"returns {MAX_VALUES} values at most", got=len(accepted) + len(refused))
    wrong = [value for value in accepted if not _is_right(value)]
    expect.equal(wrong, [], "has only right degrees in accepted", hint=ACCEPTED_HINTS)
    wrong = [value for value in refused if _is_right(value)]
    expect.equal(wrong, [], "has only wrong values in refused", hint=REFUSED_HINTS)
    for rule in WRONG_RULES:
        found = not all(map(rule.takes, accepted)) or any(map(rule.takes, refused))
        expect(found, f"finds a service that {rule.does}", got="all values pass", hint=rule.hints)


def _is_json(value: Any) -> bool:
    try:
        return bool(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return False


A_SECOND = 1.0
READING = {"degrees": 17.5}
END = object()  # in place of a value, where a fixture has come to its end
YIELD_HINTS = (
    "A fixture hands its value over with yield, and goes on behind it when the test has ended.",
    'yield f"http://127.0.0.1:{server.port}"',
)
ADDRESS_HINTS = ("A test needs the whole address of the server.", 'yield f"http://127.0.0.1:{server.port}"')
ONCE_HINTS = ("One yield: pytest asks for one value.", "Behind yield, only shutdown and join are left.")
ANSWER_HINTS = (
    "The server has to serve while the test runs: serve_forever in a thread.",
    "thread = Thread(target=server.serve_forever), and thread.start()",
)
FRESH_HINTS = (
    "Each test gets a service of its own: make the app in the fixture, and not once for all.",
    'make_server("127.0.0.1", 0, create_app())',
)
PORT_HINTS = ("Two servers cannot have one port. Port 0 is any free one.", 'make_server("127.0.0.1", 0, ...)')
CLOSE_HINTS = (
    "After the test, the server has to end and to give its port back.",
    "Behind yield: server.shutdown()",
)
THREAD_HINTS = (
    "serve_forever goes on until shutdown is called, and join waits for its thread.",
    "Behind yield: server.shutdown(), then thread.join()",
)


@exercise(
    "28.4", "A server for each test", points=4, of="function",
    learned="A fixture tidies up behind its yield, so no test meets what another one has left.",
)
def a_server_for_each_test(fixture: FunctionProbe, expect: Expect) -> None:
    """Check a generator function that starts a server, yields its address once, and stops it.

    Two of them run side by side, as two fixtures of one test would. Raises Stopped where one does not end.
    """
    threads = ThreadWatch()
    with ExitStack() as ends:
        first = _begin(fixture, expect, ends)
        if first:
            _try_service(first, expect, "starts a server without readings")
            _post(first)
            expect.equal(_readings(first), [READING], "keeps a reading while the test runs", hint=ANSWER_HINTS)
        second = _begin(fixture, expect, ends, hint=PORT_HINTS) if first else ""
        if second:
            is_another = urlsplit(first).port != urlsplit(second).port
            expect(is_another, "has another port for a second server", got=second, hint=PORT_HINTS)
            _try_service(second, expect, "starts a second server, without the readings of the first")
    for url in filter(None, [first, second]):
        expect(not _listens(url), "stops its server after the test", got=url, hint=CLOSE_HINTS)
    if first:
        expect(threads.all_ended(A_SECOND), "leaves no thread behind", hint=THREAD_HINTS)


def _begin(fixture: FunctionProbe, expect: Expect, ends: ExitStack, hint: Sequence[str] = ADDRESS_HINTS) -> str:
    """Run a fixture up to its yield; `ends` will run it to its end. Returns its address, or nothing."""
    steps = fixture.returns()
    if not expect(isinstance(steps, Iterator), "yields the address", got=steps, hint=YIELD_HINTS):
        return ""
    url = fixture.beside(_step(fixture, steps)).returns(hint=ANSWER_HINTS)
    ends.callback(_end, fixture, steps, expect)
    is_address = isinstance(url, str) and url.startswith("http://127.0.0.1:") and _port(url) > 0
    expect(is_address, "yields an address such as http://127.0.0.1:8003", got=url, hint=hint)
    return url.rstrip("/") if is_address else ""


def _port(url: str) -> int:
    try:
        return urlsplit(url).port or 0
    except ValueError:
        return 0


def _step(fixture: FunctionProbe, steps: Iterator[Any]) -> Callable[[], Any]:
    """A function that goes on to the next yield, and returns END where there is none."""

    def step() -> Any:
        return next(steps, END)

    step.__name__ = getattr(fixture.function, "__name__", "your_fixture")  # what the learner reads
    return step


def _end(fixture: FunctionProbe, steps: Iterator[Any], expect: Expect) -> None:
    """Run a fixture to its end."""
    left = fixture.beside(_step(fixture, steps)).returns(hint=CLOSE_HINTS)
    expect(left is END, "yields once", got=left, hint=ONCE_HINTS)


def _try_service(url: str, expect: Expect, what: str) -> None:
    found = _readings(url)
    expect.equal(found, [], what, hint=ANSWER_HINTS if found is None else FRESH_HINTS)


def _readings(url: str) -> Any:
    """What the service has stored; None where no answer comes."""
    try:
        return requests.get(f"{url}/readings", timeout=A_SECOND).json()
    except requests.RequestException:
        return None


def _post(url: str) -> None:
    """Send a reading. What came of it shows later."""
    try:
        requests.post(f"{url}/readings", json=READING, timeout=A_SECOND)
    except requests.RequestException:
        return


def _listens(url: str) -> bool:
    """Whether a server still takes connections at an address."""
    try:
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=A_SECOND):
            return True
    except OSError:
        return False
