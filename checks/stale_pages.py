"""The checks of lesson 31: polling, conditional requests, long polling and server-sent events."""

import http.client
import math
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from numbers import Real
from typing import Any

from checks.event_display import Display, Event
from wirelab.checking import Answer, CallResult, Expect, FunctionProbe, Probe, Reply, exercise

SECONDS_OF_A_DAY = 24 * 60 * 60
ATTEMPTS = 3  # a busy computer may be late, once or twice


@exercise(
    "31.1", "What polling costs", points=1, of="function",
    learned="Polling is a bargain: fewer requests mean that what a client shows is older.",
)
def what_polling_costs(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from an interval in seconds to the requests of a day and the seconds out of date at worst.

    Raises Stopped where it hangs.
    """
    right = (SECONDS_OF_A_DAY / 20, 20)
    got = function.returns(20)
    is_pair = isinstance(got, tuple) and len(got) == 2
    expect(is_pair, "gives a tuple of two numbers", expected=right, got=got, hint=_pair_hint(got))
    requests, worst = got if is_pair else (None, None)
    swapped = ("The number of requests comes first.",) if got == (20, right[0]) else ()
    counted = _is_near(requests, right[0])
    expect(counted, "counts the requests of a day", expected=right[0], got=requests, hint=swapped or A_DAY_HINTS)
    is_worst = _is_near(worst, 20)
    expect(
        is_worst,
        "says how long the display can be out of date at worst",
        expected=20,
        got=worst,
        hint=swapped or AT_WORST_HINTS,
    )
    for interval in [60, 3600, 5, 0.5]:
        right, got = (SECONDS_OF_A_DAY / interval, interval), function.returns(interval)
        is_right = isinstance(got, tuple) and len(got) == 2 and all(map(_is_near, got, right))
        expect(is_right, f"does so for an interval of {interval} s", expected=right, got=got, hint=INTERVAL_HINTS)


A_DAY_HINTS = ("How many seconds has a day?", "24 * 60 * 60 of them, and one request in each interval.")
AT_WORST_HINTS = (
    "At worst the reading changes just after the display has asked.",
    "Then it is out of date until it asks again: a whole interval.",
)
INTERVAL_HINTS = (
    "Both numbers depend on the interval, and that may be a fraction of a second.",
    "Divide the seconds of a day by the interval as it is, without int() and without range().",
)


def _pair_hint(got: object) -> str:
    """What to do about a value that is no tuple of two."""
    if isinstance(got, list):
        return "That is a list. A tuple has round brackets, or none: return requests, seconds"
    return "A comma makes a tuple: return requests, seconds"


def _is_near(got: object, right: float) -> bool:
    """Whether it is this number, but for what is lost in a calculation with fractions."""
    return isinstance(got, Real) and not isinstance(got, bool) and math.isclose(got, right)


@exercise(
    "31.2", "Ask only for what is new", points=3, of="function",
    learned="With If-None-Match a client asks only for what is new, and 304 has no body.",
)
def ask_only_for_what_is_new(function: FunctionProbe, expect: Expect) -> None:
    """Check a client: from a URL, an ETag and a reading, or None twice, to the ETag and the reading of now.

    It sends the ETag as If-None-Match, and keeps its reading after 304. Raises Stopped where it does not return.
    """
    _try_without_tag(function, expect)
    _try_known_tag(function, expect)
    _try_old_tag(function, expect)
    again = function.calls_server(_station('"12"', "-3.0"), None, None)
    _compare_pair(again, ('"12"', "-3.0"), "begins anew for another display, and for another station", expect)
    expect.equal(_condition(again), None, "asks without a condition for another display too", hint=NO_TAG_HINTS)


def _try_without_tag(function: FunctionProbe, expect: Expect) -> None:
    """Call the client as a display does that has nothing yet."""
    first = function.calls_server(_station('"5"', "17.5"), None, None)
    got = [(request.method, request.target) for request in first.requests]
    right = [("GET", "/reading")]
    expect.equal(got, right, "asks for the reading, with one GET", hint=_request_hint(got))
    expect.equal(_condition(first), None, "asks without a condition when it has nothing yet", hint=NO_TAG_HINTS)
    _compare_pair(first, ('"5"', "17.5"), "gives tag and text when it has nothing yet", expect)


def _try_known_tag(function: FunctionProbe, expect: Expect) -> None:
    """Call the client with the ETag of now: it gets 304."""
    same = function.calls_server(_station('"summer-6"', "18.0"), '"summer-6"', "18.0")
    expect.equal(_condition(same), '"summer-6"', "sends the tag back as If-None-Match", hint=CONDITION_HINTS)
    what = "keeps its text when the station answers 304"
    _compare_pair(same, ('"summer-6"', "18.0"), what, expect, NO_BODY_HINTS)
    expect.equal(len(same.requests), 1, "asks only once, also after 304", hint=ONCE_HINTS)


def _try_old_tag(function: FunctionProbe, expect: Expect) -> None:
    """Call the client with an ETag of before: it gets the new one, and a new reading."""
    newer = function.calls_server(_station('W/"7"', "16,5 °C"), '"summer-6"', "18.0")
    expect.equal(
        _condition(newer), '"summer-6"', "sends the tag back, whatever the station has", hint=CONDITION_HINTS
    )
    _compare_pair(newer, ('W/"7"', "16,5 °C"), "takes the new text, and the new tag", expect)
    expect.equal(len(newer.requests), 1, "asks only once for what is new", hint=ONCE_HINTS)


NO_TAG_HINTS = ("There is no tag yet: leave the header out.", "requests leaves out a header whose value is None.")
CONDITION_HINTS = (
    "The tag goes into a header of the request, as it came, with its quotation marks.",
    'requests.get(..., headers={"If-None-Match": tag}, timeout=3)',
)
NO_BODY_HINTS = (
    "A 304 has no body: what does it mean for the text that you have?",
    "Return tag and text as they were.",
)
ONCE_HINTS = (
    "One answer tells everything: its status, its tag and its text.",
    "Keep the answer in a variable, and look at that: answer = requests.get(...)",
)


def _station(tag: str, reading: str) -> Any:
    """A function that answers `/reading` with a reading, or with 304 to a client that has it already."""
    headers = {"ETag": tag, "Content-Type": "text/plain; charset=utf-8"}

    def respond(request: Any) -> Answer:
        if request.target != "/reading":
            return Answer("not here\n", 404)
        is_known = request.header("If-None-Match") == tag
        return Answer("" if is_known else reading, 304 if is_known else 200, headers)

    return respond


def _condition(result: CallResult) -> str | None:
    """The If-None-Match of the first request, or None if there is no such header."""
    pairs = result.requests[0].headers if result.requests else ()
    return next((value for name, value in pairs if name.lower() == "if-none-match"), None)


def _request_hint(got: Sequence[tuple[str, str]]) -> Sequence[str]:
    """What to do about requests that are not the one that is asked for."""
    if len(got) > 1:
        return ONCE_HINTS
    if got and got[0][0] != "GET":
        return ("To read, ask with GET.", "requests.get(...)")
    return ('The reading is at url + "/reading".', 'requests.get(url + "/reading", ..., timeout=3)')


def _compare_pair(
    result: CallResult, right: tuple[str, str], what: str, expect: Expect, hints: Sequence[str] = ()
) -> None:
    """Compare what a client returned with a tag and a text."""
    expect.equal(result.value, right, what, hint=_pair_hints(result.value, right) or hints or NEW_HINTS)


NEW_HINTS = ("Tag and text are both in the answer.", 'return answer.headers["ETag"], answer.text')


def _pair_hints(got: object, right: tuple[str, str]) -> Sequence[str]:
    """What to do about a tag and a text that differ from the right ones in form alone."""
    if isinstance(got, list) and tuple(got) == right:
        return ("A tuple has round brackets, or none: return tag, text",)
    if not isinstance(got, tuple) or len(got) != 2:
        return ("Two things are asked for: return tag, text",) if isinstance(got, str | bytes) else ()
    tag, text = got
    if (text, tag) == right:
        return ("The tag comes first, then the text.",)
    if isinstance(text, bytes):
        return ("The content of an answer is bytes, and its text is a string: answer.text",)
    if isinstance(tag, str) and tag != right[0] and tag.strip('"') == right[0].strip('"'):
        return ("The quotation marks are a part of the tag: give it as it came.",)
    return ()


LONGEST = 1.5  # seconds that a display waits for what will come before
SOON = 0.3  # seconds within which an answer comes "at once"
IN_VAIN = 0.05  # seconds to wait for a reading that does not come
SAME_IN_VAIN = 0.4  # seconds to wait for another reading, while the same one is reported again and again
SAME_AFTER, OLD_AFTER, OTHER_AFTER = 0.05, 0.1, SOON  # seconds until a report, a request, and the next report
DISPLAYS = 20  # that wait beside the one that is looked at: loops that never sleep get into each other's way
REPORT_TIMEOUT = 2  # seconds for a report itself
MAX_BODY = 1000  # bytes of an answer that are looked at


@exercise(
    "31.3", "Answer later", points=4, given=["do_GET"],
    learned="A long poll is an answer that waits until there is something to say.",
)
def answer_later(station: Probe, expect: Expect) -> None:
    """Check a server whose `GET /reading?have=17.5&wait=1.5` answers when there is another reading: a long poll.

    No other reading within `wait` seconds is 204. Raises Stopped where no answer comes.
    """
    station.post("/reading", body=b"17.50")
    for have in ["17.0", "21.0"]:
        _try_at_once(station, have, expect)
    _try_in_vain(station, expect)
    _try_same_again(station, expect)
    _try_waiting(station, expect)


def _try_at_once(station: Probe, have: str, expect: Expect) -> None:
    """Ask with another reading than the one that the station has, 17.50."""
    what = f"answers at once where the display has {have}, and the station 17.50"
    started = time.monotonic()
    reply = station.get(f"/reading?have={have}&wait=1", hint=LOOK_BEFORE_WAITING_HINTS)
    took = time.monotonic() - started
    if _compare_reading(reply, "17.50", what, expect, LOOK_BEFORE_WAITING_HINTS):
        expect(
            took < 2 * SOON,
            f"does not wait where the display has {have}",
            got=f"the answer came after {took:.1f} s",
            hint=LOOK_BEFORE_WAITING_HINTS,
        )


def _try_in_vain(station: Probe, expect: Expect) -> None:
    """Ask with the reading that the station has, and report nothing."""
    took = math.inf
    for _ in range(ATTEMPTS):
        started = time.monotonic()
        reply = station.get(f"/reading?have=17.50&wait={IN_VAIN}", hint=IN_VAIN_HINTS)
        took = min(took, time.monotonic() - started)
        if reply.status != 204 or took < SOON - IN_VAIN:
            break
    if expect.equal(reply.status, 204, "answers 204 when nothing new has come in time", hint=IN_VAIN_HINTS):
        expect(
            took < SOON - IN_VAIN,
            "waits as long as the display says",
            expected=f"an answer after {IN_VAIN} s",
            got=f"it came after {took:.2f} s",
            hint=("The display says in wait how long it will wait.", "wait_for(question, wait)"),
        )


def _try_same_again(station: Probe, expect: Expect) -> None:
    """Ask in vain, while the same reading is reported again and again: no report begins the wait anew."""
    started = time.monotonic()
    waiting = _Later(station, "GET", f"/reading?have=17.50&wait={SAME_IN_VAIN}")
    while waiting.is_alive() and time.monotonic() - started < LONGEST:
        _report(station, "17.50")
        waiting.join(SAME_AFTER)
    is_early = waiting.ended - waiting.began < SAME_IN_VAIN / 2
    what = "answers 204 when the time is over, while the same reading is reported"
    answer = None if waiting.is_alive() else waiting.result()
    got, hints = (answer, _waiting_hints(answer, "17.50")) if answer else ("no answer", SAME_AGAIN_HINTS)
    expect(got == (204, ""), what, expected=(204, ""), got=got, hint=hints)
    what = "waits until the time is over"
    expect(not is_early, what, expected=f"an answer after {SAME_IN_VAIN} s", got="it came before", hint=WAIT_HINTS)


def _try_waiting(station: Probe, expect: Expect) -> None:
    """Report the same reading, then another one, while many displays wait. A late answer gets another try."""
    for have, reading in [("17.50", "-3.0"), ("-3.0", "18.0"), ("18.0", "9.5")]:
        waiting = _Waiting(station, have, reading)
        reply = station.get(waiting.path, hint=WAIT_HINTS)
        late = time.monotonic() - waiting.report.began
        got = waiting.too_early() or (reply.status, reply.text)
        is_right = got == (200, reading)
        if not is_right or late > 3 * SOON or (late < SOON and waiting.is_open):
            break
    what = "waits for another reading, and answers when it has come"
    if not expect.equal(got, (200, reading), what, hint=_waiting_hints(got, have)):
        return
    took = f"the answer came {late:.1f} s after the reading"
    expect(late < SOON, "answers at the moment when the reading comes", got=took, hint=WAIT_HINTS)
    told = set(waiting.answers())
    expect.equal(told, {(200, reading)}, "answers every display that waits", hint=EVERY_DISPLAY_HINTS)
    what = "answers a display with an old reading while others wait"
    expect.equal(waiting.old.result(), (200, have), what, hint=OTHERS_HINTS)


class _Waiting:
    """Many displays that wait for another reading than `have`. Meanwhile `have` is reported, then `reading`.

    `old` is the request of a display that has none of the two, before `report`, that of the sensor.
    """

    def __init__(self, station: Probe, have: str, reading: str) -> None:
        self.path = f"/reading?have={have}&wait={LONGEST}"
        self._others = [_Later(station, "GET", self.path) for _ in range(DISPLAYS)]
        self._have = have
        _Later(station, "POST", "/reading", have, SAME_AFTER)
        self.old = _Later(station, "GET", f"/reading?have=0.0&wait={LONGEST}", delay=OLD_AFTER)
        self.report = _Later(station, "POST", "/reading", reading, OTHER_AFTER)

    def answers(self) -> Sequence[tuple[int, str] | None]:
        """What the displays got."""
        return [one.result() for one in self._others]

    def too_early(self) -> tuple[int, str] | None:
        """What a display got that was answered before there was another reading; None where all of them waited.

        On a busy computer the display that is looked at may have asked after the report: then only this tells.
        """
        return next((one.result() for one in self._others if one.ended < self.report.began), None)

    @property
    def is_open(self) -> bool:
        """Whether the display with an old reading got its answer while the others waited."""
        return self.old.result() == (200, self._have)


def _waiting_hints(got: tuple[int, str], have: str) -> Sequence[str]:
    """What to do about an answer that is not the reading waited for."""
    status, text = got
    if status == 204:
        return WAIT_HINTS
    if text == have:
        return (
            "The same reading was reported once more. The display has it: another one is asked for.",
            "wait_for(question, seconds) looks each time, and goes on waiting; wait(seconds) does not look.",
        )
    return (
        "Answer with the reading as it is after the wait.",
        "Read self.station.reading once more, behind wait_for.",
    )


LOOK_BEFORE_WAITING_HINTS = (
    "The reading came before the request: look at it before you wait. Another one is any that is not equal.",
    "changed.wait_for(lambda: self.station.reading != have, wait) looks first, then waits if it must.",
)
WAIT_HINTS = (
    "A condition has a method that waits: wait_for(question, seconds), inside of its with block.",
    "with self.station.changed: self.station.changed.wait_for(lambda: self.station.reading != have, wait)",
)
IN_VAIN_HINTS = (
    "wait_for(question, seconds) gives False when its time is over.",
    "wait_for(lambda: self.station.reading != have, wait), then 204 where the reading is still the same.",
)
SAME_AGAIN_HINTS = (
    "The seconds count from the request on, and wait(seconds) in a loop begins anew each time.",
    "wait_for(question, seconds) ends in time, however often it is woken.",
)
OTHERS_HINTS = (
    "Only clients that have the newest reading wait: a display with an old reading gets its answer at once.",
    "wait_for lets go of the condition while it waits; a lock of your own around it does not.",
)
EVERY_DISPLAY_HINTS = (
    "Every display has its own call of do_GET: keep what belongs to it in local variables.",
    "reading is a local variable, read inside of the with block after the wait.",
)


def _compare_reading(reply: Reply, text: str, what: str, expect: Expect, hint: Sequence[str]) -> bool:
    """Compare an answer with 200 and this body."""
    return expect.equal((reply.status, reply.text), (200, text), what, hint=hint)


class _Later(threading.Thread):
    """One request, sent in a moment by a thread of its own: from `began` until the answer was here, at `ended`."""

    def __init__(self, station: Probe, method: str, path: str, body: str = "", delay: float = 0) -> None:
        super().__init__(name="check", daemon=True)
        self._host, self._request, self._delay = station.host, (method, path, body.encode() or None), delay
        self.began = time.monotonic() + delay
        self.ended = math.inf
        self._result: tuple[int, str] | None = None
        self.start()

    def result(self) -> tuple[int, str] | None:
        """Status and body of the answer; None where none came."""
        self.join(REPORT_TIMEOUT)
        return self._result

    def run(self) -> None:
        """Send the request, and wait for the answer. Raises nothing."""
        time.sleep(self._delay)  # should a report come too early, a right answer is still right
        self.began = time.monotonic()
        with closing(http.client.HTTPConnection(self._host, timeout=REPORT_TIMEOUT)) as connection:
            try:
                connection.request(*self._request)
                reply = connection.getresponse()
                self._result = reply.status, reply.read(MAX_BODY).decode("utf-8", "replace")
                self.ended = time.monotonic()
            except (OSError, http.client.HTTPException):
                return  # the display's answer will show it


NO_EVENT_TIMEOUT = 0.1  # seconds in which no event may come
SILENCE = 1.1  # seconds in which an event may not be repeated; who looks every second does it by then
FORGED = "17\n\nid: 99\ndata: 0"  # one reading that looks like two events
LONG = "0." + "0" * 8_000_000  # a reading that no socket holds while nobody reads it


@exercise(
    "31.4", "A stream of readings", points=4,
    learned="Server-sent events are one response that never ends, and Last-Event-ID continues it.",
)
def a_stream_of_readings(station: Probe, expect: Expect) -> None:
    """Check a server whose `GET` answers with server-sent events: the newest reading, then each as it comes.

    Each event has an id; a display that sends Last-Event-ID gets only what is newer.
    Raises Stopped where no headers come, an event that has to come does not, or a report gets no answer.
    """
    _report(station, "17.50")
    with closing(Display(station, expect)) as display:
        _compare_headers(display, expect)
        number = _compare_first_event(display, expect)
        number = _compare_next_event(display, station, number, expect)
        number = _try_two_displays(display, station, number, expect)
    number = _try_coming_back(station, number, expect)
    number = _try_numbers(station, number, expect)
    number = _try_line_breaks(station, number, expect)
    _try_slow_display(station, number, expect)
    if all(finding.passed for finding in expect.findings):
        _try_silence(station, expect)


def _report(station: Probe, *readings: str) -> None:
    """POST readings. What is expected after them belongs to the stream, and leaves its evidence there."""
    expect = station.expect
    asked, evidence = expect.asked, expect.evidence
    for reading in readings:
        station.post("/reading", body=reading.encode())
    expect.asked, expect.evidence = asked, evidence


def _compare_headers(display: Display, expect: Expect) -> None:
    """Compare the headers of the stream. Raises Stopped where they do not come, or the status is not 200."""
    status, *lines = display.head() or [f"no headers came; {display.state}"]
    if " 200 " not in status + " ":
        raise expect.missed("answers GET / with 200 and headers", status, hint=HEAD_HINTS)
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    kind = fields.get("content-type", "")
    expect(
        kind.partition(";")[0].strip().lower() == "text/event-stream",
        "says that it is a stream of events",
        expected="text/event-stream",
        got=kind,
        hint="A browser reads events only where the header says Content-Type: text/event-stream.",
    )
    length = fields.get("content-length")
    expect.equal(length, None, "promises no length", hint=NO_LENGTH_HINTS)


def _compare_first_event(display: Display, expect: Expect) -> int:
    """Compare the first event with the reading 17.50, and return its number. Raises Stopped where none comes."""
    what = "sends the newest reading as an event"
    event = display.event()
    if not event:
        came = display.unfinished or f"no event came; {display.state}"
        raise expect.missed(what, came, hint=_first_hints(display))
    expect.equal(event.data, "17.50", what, hint=DATA_HINTS)
    is_number = event.id.isascii() and event.id.isdecimal() and event.id != "0"
    expect(is_number, "gives the event the station's number as its id", got=event.id, hint=ID_HINTS)
    return int(event.id) if is_number else 0


def _compare_next_event(display: Display, station: Probe, number: int, expect: Expect) -> int:
    """Report again, and compare what comes on the same connection. A late event gets another try."""
    late = math.inf
    for reading in ["18.0", "-3.0", "9.5"][:ATTEMPTS]:
        _report(station, reading)
        started = time.monotonic()
        event = _needed(display, "sends the next reading on the same connection", expect, NEXT_HINTS)
        late, number = min(late, time.monotonic() - started), number + 1
        if late < SOON or event.data != reading:
            break
    hints = TWICE_HINTS if event.id == str(number - 1) else NEXT_HINTS
    expect.equal(event.data, reading, "sends the next reading on the same connection", hint=hints)
    expect.equal(event.id, str(number), "gives each reading its own number", hint=ID_HINTS)
    if late >= SOON:
        raise expect.missed(
            "sends a reading as it comes", f"the event came {late:.1f} s after it", hint=WAKE_HINTS
        )
    return number


def _first_hints(display: Display) -> Sequence[str]:
    """What to do about a first event that does not come."""
    if "data:" in display.unfinished:
        return END_HINTS
    return DATA_HINTS if display.unfinished else AT_ONCE_HINTS


def _needed(display: Display, what: str, expect: Expect, hints: Sequence[str]) -> Event:
    """The next event. Raises Stopped where none comes."""
    event = display.event()
    if not event:
        raise expect.missed(what, f"no event came; {display.state}", hint=hints)
    return event


def _compare_event(
    display: Display, right: tuple[int, str], what: str, expect: Expect, hints: Sequence[str]
) -> None:
    """Compare the next event with a number and a reading. Raises Stopped where none comes."""
    number, reading = right
    event = _needed(display, what, expect, hints)
    hints = UTF8_HINTS if "\N{REPLACEMENT CHARACTER}" in event.data else hints
    expect.equal((event.id, event.data), (str(number), reading), what, hint=hints)


def _try_two_displays(first: Display, station: Probe, number: int, expect: Expect) -> int:
    """Connect a second display beside the first, and report again; both have to hear of it."""
    with closing(Display(station, expect)) as second:
        event = _needed(second, "sends the newest reading to a second display too", expect, OWN_HINTS)
        expect.equal(event.id, str(number), "gives a reading the same number for every display", hint=ID_HINTS)
        _report(station, "4.5 °C")
        for display, which in [(first, "first"), (second, "second")]:
            what = f"sends the {which} of two displays a new reading"
            _compare_event(display, (number + 1, "4.5 °C"), what, expect, OWN_HINTS)
    return number + 1


def _try_coming_back(station: Probe, number: int, expect: Expect) -> int:
    """Connect with the number of the last event: where nothing is newer, and after two more readings."""
    with closing(Display(station, expect, number)) as display:
        early = display.event(NO_EVENT_TIMEOUT)
        what = "sends nothing to a display that has missed nothing"
        expect(not early, what, got=early and early.data, hint=LAST_HINTS)
        _report(station, "5.5")
        if not early:
            what = "sends it the next reading when that comes"
            _compare_event(display, (number + 1, "5.5"), what, expect, NEXT_HINTS)
    _report(station, "6.5", "7.5")
    with closing(Display(station, expect, number + 1)) as display:
        what = "sends a display that comes back what is newer"
        _compare_event(display, (number + 3, "7.5"), what, expect, LAST_HINTS)
        _report(station, "8.5")
        what = "goes on after that with each further reading"
        _compare_event(display, (number + 4, "8.5"), what, expect, NEXT_HINTS)
    return number + 4


def _try_numbers(station: Probe, number: int, expect: Expect) -> int:
    """Come back with a number that is smaller, and comes later in the alphabet: 9, where the station has 10."""
    while number < 10 or str(number).startswith("9"):
        _report(station, "10.5")
        number += 1
    _report(station, "11.5")
    with closing(Display(station, expect, 9)) as display:
        what = "takes a number of two digits for newer than 9"  # of two at least: it differs each time
        _compare_event(display, (number + 1, "11.5"), what, expect, NUMBER_HINTS)
    return number + 1


def _try_line_breaks(station: Probe, number: int, expect: Expect) -> int:
    """Report readings with line breaks in them, to a display whose Last-Event-ID is no number."""
    _report(station, FORGED)
    with closing(Display(station, expect, "abc")) as display:
        what = "sends the newest reading where Last-Event-ID is no number"
        event = _needed(display, what, expect, NO_NUMBER_HINTS)
        got, right = (event.id, event.data), (str(number + 1), FORGED)
        hint = FORGED_HINTS if event.data == FORGED.partition("\n")[0] else LINES_HINTS
        expect.equal(got, right, "sends a reading with line breaks as one event", hint=hint)
        _report(station, "3\r4\r\n5")
        what = "sends a reading with every kind of line break as one event"
        _compare_event(display, (number + 2, "3\n4\n5"), what, expect, LINE_END_HINTS)
    return number + 2


def _try_slow_display(station: Probe, number: int, expect: Expect) -> None:
    """Report a reading while the one before it is still being written to a display that is slow to read."""
    with closing(Display(station, expect, number)) as display:
        display.head()
        _Later(station, "POST", "/reading", LONG)
        display.wait_for_bytes(10_000)
        sensor = _Later(station, "POST", "/reading", "12.5")
        sensor.join(NO_EVENT_TIMEOUT)  # in vain, where the condition is held as long as an event is written
        display.event()
        what = "misses no reading that comes while it writes"
        _compare_event(display, (number + 2, "12.5"), what, expect, MISSED_HINTS)


def _try_silence(station: Probe, expect: Expect) -> None:
    """Wait for a while after the newest reading, and report nothing; then go on."""
    with closing(Display(station, expect)) as display:
        newest = _needed(display, "sends the newest reading once more to a new display", expect, AT_ONCE_HINTS)
        more = display.event(SILENCE)
        expect(not more, "sends no reading twice", got=more and more.data, hint=TWICE_HINTS)
        if not display.comments:
            display.event()
        what = "sends a comment in a silence"
        expect(display.comments > 0, what, got=f"nothing came; {display.state}", hint=COMMENT_HINTS)
        if not more:
            _report(station, "13.5")
            what = "sends the next reading after a silence"
            _compare_event(display, (int(newest.id) + 1, "13.5"), what, expect, NEXT_HINTS)


HEAD_HINTS = (
    "The headers are sent by end_headers(), before the first event.",
    "send_response(200), send_header(...), end_headers(); then a loop that waits and writes.",
)
NO_LENGTH_HINTS = (
    "A client reads as many bytes as Content-Length says, and no more; nobody knows how long a stream gets.",
    "Leave Content-Length out, and write to self.wfile.",
)
AT_ONCE_HINTS = (
    "The newest reading is there before the display: look at the number before you wait.",
    "changed.wait_for(lambda: self.station.number != sent), where sent is a local variable that begins with 0.",
)
END_HINTS = (
    "An empty line ends an event: its last line is followed by two line ends.",
    "id: 1\\ndata: 17.5\\n\\n",
)
DATA_HINTS = (
    "The line begins with data: and the reading follows as it was reported, without anything around it.",
    'f"data: {self.station.reading}\\n"',
)
ID_HINTS = (
    "A line of its own: id: and the number that the station has at that reading.",
    'f"id: {self.station.number}\\n", and data and the empty line after it.',
)
NEXT_HINTS = (
    "do_GET does not return: a loop waits for the next reading, and writes it at once.",
    "while True: wait_for another number than the one sent last, then write an event.",
)
WAKE_HINTS = (
    "The condition wakes you when there is a new reading: wait for that, and not for some time to pass.",
    "self.station.changed.wait_for(lambda: self.station.number != sent), inside of its with block.",
)
OWN_HINTS = (
    "Every display has its own call of do_GET: which number it had last is a matter of that call.",
    "Keep that number in a local variable, and not in self.station or outside of the class.",
)
LAST_HINTS = (
    "Last-Event-ID is the number of the last event that the display got.",
    'self.headers.get("Last-Event-ID", "0") is that number as a string, or "0".',
)
NUMBER_HINTS = (
    "A header is a string, and strings are compared letter by letter: '10' < '9'.",
    "Look for another number, with != : str(self.station.number) != sent",
)
NO_NUMBER_HINTS = (
    "int raises ValueError where the header is no number, and the status has been sent already.",
    "Compare strings: str(self.station.number) != sent",
)
FORGED_HINTS = (
    "An empty line ends the event, so a line break in a reading can end it too early.",
    'A line "data: ..." for each line of the reading, and the empty line after the last one.',
)
LINES_HINTS = (
    "Each line of the reading is a line of its own in the event, and begins with data: as well.",
    FORGED_HINTS[1],
)
LINE_END_HINTS = (
    "A browser ends a line at \\n, and \\r alone ends a line as well.",
    "lines_of(reading) is the list of the lines. It knows all ends of a line.",
)
COMMENT_HINTS = (
    "A comment is a line that begins with a colon. With it the server notices that a display has left.",
    'wait_for(question, 1) gives False after a second without news: then write b": nothing new\\n\\n".',
)
UTF8_HINTS = ("Text is sent as UTF-8 in a stream of events, always.", "encode(), without a name in the brackets.")
MISSED_HINTS = (
    "A reading can come while you write the one before it, and nobody waits then: look before you wait.",
    "wait_for(lambda: self.station.number != sent) looks first; wait() waits for a reading after that one.",
)
TWICE_HINTS = (
    "This reading had been sent before. Keep the number that was sent last; and wait_for gives False in vain.",
    "sent = number after each event, and an event only where the station has another number than sent.",
)
