"""What right answers to the exercises of lesson 31 do."""

import http.client
import random
import socket
import threading
import time
from contextlib import closing
from typing import Any

from wirelab.check import Answer, Caller, Expect, Probe, Visit, exercise

DAY = 24 * 60 * 60  # seconds


@exercise("31.1", "What polling costs", points=1, of="function")
def what_polling_costs(function: Caller, expect: Expect) -> None:
    got = function.returns(20)
    is_pair = isinstance(got, tuple | list) and len(got) == 2
    expect(is_pair, "gives two numbers", expected=(DAY / 20, 20), got=got, hint="return requests, seconds")
    requests, worst = got if is_pair else (None, None)
    expect.equal(
        requests,
        DAY / 20,
        "counts the requests of a day",
        hint=("How many seconds has a day?", "24 * 60 * 60 of them, and one request in each interval."),
    )
    expect.equal(
        worst,
        20,
        "says how long the display can be out of date at worst",
        hint=(
            "At worst the reading changes just after the display has asked.",
            "Then it is out of date until it asks again: a whole interval.",
        ),
    )
    interval = random.choice([5, 10, 30, 60])
    expect(function.returns(interval) == (DAY / interval, interval), "does so for another interval")


@exercise("31.2", "Ask only for what is new", points=3, of="function")
def ask_only_for_what_is_new(function: Caller, expect: Expect) -> None:
    def station(request: Any) -> Answer:
        if request.target != "/reading":
            return Answer("not here\n", 404)
        is_known = request.header("If-None-Match") == '"5"'
        return Answer("" if is_known else "17.5", 304 if is_known else 200, {"ETag": '"5"'})

    first = function.visits(station, None, None)
    expect.equal(first.value, ('"5"', "17.5"), "gives tag and text when it has nothing yet")
    expect.equal(_condition(first), "", "asks without a condition when it has nothing yet", hint=_LEAVE_OUT)
    same = function.visits(station, '"5"', "17.5")
    expect.equal(
        _condition(same),
        '"5"',
        "sends the tag back as If-None-Match",
        hint=(
            "The tag goes into a header of the request, as it came, with its quotation marks.",
            'requests.get(..., headers={"If-None-Match": tag}, timeout=3)',
        ),
    )
    expect.equal(
        same.value,
        ('"5"', "17.5"),
        "keeps its text when the station answers 304",
        hint=(
            "A 304 has no body: what does it mean for the text that you have?",
            "Return tag and text as they were.",
        ),
    )
    newer = function.visits(station, '"4"', "16.0")
    expect.equal(newer.value, ('"5"', "17.5"), "takes the new text, and the new tag")


_LEAVE_OUT = ("There is no tag yet: leave the header out.", "requests leaves out a header whose value is None.")


def _condition(visit: Visit) -> str:
    return visit.requests[0].header("If-None-Match") if visit.requests else ""


@exercise("31.3", "Answer later", points=4)
def answer_later(station: Probe, expect: Expect) -> None:
    station.post("/reading", body=b"17.5")
    reply = station.get("/reading?have=17.0&wait=0.1")
    expect(
        (reply.status, reply.text) == (200, "17.5"),
        "answers at once where the station has another reading already",
        expected=(200, "17.5"),
        got=(reply.status, reply.text),
        hint=(
            "The reading came before the request: look at it before you wait.",
            "changed.wait_for(lambda: self.station.reading != have, wait) looks first, then waits if it must.",
        ),
    )
    with _soon(station, b"18.0"):
        reply = station.get("/reading?have=17.5&wait=1.5")
    expect(
        (reply.status, reply.text) == (200, "18.0"),
        "waits for another reading, and answers when it has come",
        expected=(200, "18.0"),
        got=(reply.status, reply.text),
        hint=(
            "A condition has a method that waits: wait_for(question, seconds), inside of its with block.",
            "with self.station.changed: self.station.changed.wait_for(lambda: self.station.reading != have, wait)",
        ),
    )
    reply = station.get("/reading?have=18.0&wait=0.1")
    expect.equal(
        reply.status,
        204,
        "answers 204 when nothing new has come in time",
        hint="wait_for gives False when its time is over.",
    )


class _soon(threading.Thread):
    """Reports a reading in a moment, when the display's request has arrived."""

    def __init__(self, station: Probe, reading: bytes) -> None:
        super().__init__(name="sensor", daemon=True)
        self.port, self.reading = station.server.port, reading

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *error: object) -> None:
        self.join(2)

    def run(self) -> None:
        time.sleep(0.1)  # should it come too early, a right answer is still right
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as connection:
            try:
                connection.request("POST", "/reading", self.reading)
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                return  # the display's answer will show it


@exercise("31.4", "A stream of readings", points=4)
def a_stream_of_readings(station: Probe, expect: Expect) -> None:
    station.post("/reading", body=b"17.5")
    expect.asked, expect.evidence = f"curl -N http://127.0.0.1:{station.server.port}/", lambda: None
    with closing(_Display(station)) as display:
        _begins(display, expect)
        number = _first_event(display, expect)
        station.post("/reading", body=b"18.0")
        expect.asked, expect.evidence = f"curl -N http://127.0.0.1:{station.server.port}/", lambda: None
        event = display.event()
        expect.equal(
            event.get("data"),
            "18.0",
            "sends the next reading on the same connection",
            hint=(
                f"{display.state}: a loop goes on, and waits for the next reading.",
                "while True: wait_for another number than the last one, then write an event.",
            ),
        )
        expect(event.get("id") not in ("", number), "gives each reading its own id", got=event.get("id"))
    _comes_back(station, expect, event.get("id", ""))


def _begins(display: "_Display", expect: Expect) -> None:
    head = display.head()
    if not head:
        raise expect.missed("answers GET /", f"no headers came; {display.state}")
    expect(" 200 " in head[0] + " ", "answers 200", got=head[0])
    kind = next((line.partition(":")[2].strip() for line in head if line.lower().startswith("content-type:")), "")
    expect(
        kind.split(";")[0] == "text/event-stream",
        "says that it is a stream of events",
        expected="text/event-stream",
        got=kind,
        hint="A browser reads events only where the header says Content-Type: text/event-stream.",
    )


def _first_event(display: "_Display", expect: Expect) -> str:
    event = display.event()
    expect(
        event.get("data") == "17.5",
        "sends the newest reading as an event",
        expected={"data": "17.5"},
        got=event or display.rest.decode("utf-8", "replace") or display.state,
        hint=(
            "An empty line ends an event: its last line is followed by two line ends.",
            "id: 1\\ndata: 17.5\\n\\n",
        ),
    )
    expect("id" in event, "gives the event an id", hint="A line of its own: id: and the number.")
    return event.get("id", "")


def _comes_back(station: Probe, expect: Expect, number: str) -> None:
    expect.asked = f"curl -N -H 'Last-Event-ID: …' http://127.0.0.1:{station.server.port}/"
    with closing(_Display(station, number)) as display:
        display.head()
        early = display.event(0.15)
        expect(
            not early,
            "tells nothing to a display that has missed nothing",
            got=early.get("data"),
            hint=(
                "Last-Event-ID is the number of the last event that the display got.",
                'int(self.headers.get("Last-Event-ID", "0")) is that number, or 0.',
            ),
        )
    station.post("/reading", body=b"18.5")
    expect.evidence = lambda: None
    with closing(_Display(station, number)) as display:
        display.head()
        expect.equal(display.event().get("data"), "18.5", "tells a display that comes back what it has missed")


class _Display:
    """A client that reads events, and waits for each no longer than a second."""

    def __init__(self, station: Probe, last: str = "") -> None:
        self.rest, self.state = b"", "it kept the connection open"
        self.socket = socket.create_connection(("127.0.0.1", station.server.port), timeout=1)
        had = f"Last-Event-ID: {last}\r\n" if last else ""
        self.socket.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{had}\r\n".encode())

    def close(self) -> None:
        self.socket.close()

    def head(self) -> list[str]:
        return self._until(b"\r\n\r\n", time.monotonic() + 1).decode("latin-1").splitlines()

    def event(self, seconds: float = 1) -> dict[str, str]:
        """The fields of the next event, comments skipped; nothing, if none comes."""
        end = time.monotonic() + seconds
        while block := self._until(b"\n\n", end):
            lines = [line for line in block.decode("utf-8", "replace").splitlines() if not line.startswith(":")]
            if any(lines):
                pairs = (line.partition(":")[::2] for line in lines)
                return {name: value.removeprefix(" ") for name, value in pairs}
        return {}

    def _until(self, mark: bytes, end: float) -> bytes:
        """What comes up to the mark; nothing, if it does not come in time."""
        while mark not in self._text(mark):
            self.socket.settimeout(max(end - time.monotonic(), 0.01))
            try:
                chunk = self.socket.recv(65_536)
            except TimeoutError:
                return b""
            except OSError:
                chunk = b""
            if not chunk:
                self.state = "it closed the connection"
                return b""
            self.rest += chunk
        block, _, self.rest = self.rest.partition(mark)
        return block

    def _text(self, mark: bytes) -> bytes:
        """What has come and was not read yet. In a stream of events, lines may end in either way."""
        if mark == b"\n\n":
            self.rest = self.rest.replace(b"\r\n", b"\n")
        return self.rest
