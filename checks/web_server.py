"""The checks of lesson 12: handlers of `http.server` that answer GET."""

import re
from collections.abc import Sequence

from checks.media_types import is_utf_8, media_type
from wirelab.checking import Expect, Probe, Reply, exercise

NO_ANSWER_HINTS = (
    "Every request needs an answer: send_response, then send_header, then end_headers, then wfile.write.",
    "send_response and send_header only collect their lines. end_headers() sends them.",
)
STATUS_HINTS = (
    "send_response(200) comes first.",
    "do_GET has to call it before the other three, whatever the request is.",
)
NO_METHOD_HINTS = (
    "501 means that the class has no method for GET: is do_GET in the class, its name with these capitals?",
)
CONTENT_TYPE_HINTS = (
    'send_header("Content-Type", "text/plain") puts it there.',
    "It has to come after send_response and before end_headers().",
)
CONTENT_LENGTH_HINTS = (
    "Say it with send_header, before end_headers().",
    'send_header("Content-Length", str(len(body))), where body is bytes.',
)
PLACES = [
    ("/", "says so to the next client"),
    ("/harbour?unit=c", "says so at any path"),
    ("/favicon.ico", "says so at /favicon.ico, which a browser asks for"),
]
EVERY_PATH_HINT = "Do not look at self.path here: every GET gets the same answer."


def _expect_ok(reply: Reply, expect: Expect, what: str = "answers 200 OK", hint: str | Sequence[str] = ()) -> bool:
    """Expect the status 200; `hint` is for a server that has a do_GET."""
    return expect.equal(
        reply.status, 200, what, hint=NO_METHOD_HINTS if reply.status == 501 else hint or STATUS_HINTS
    )


def _expect_length(reply: Reply, expect: Expect) -> None:
    """Expect a Content-Length; whether it is true is seen by the client that reads as many bytes."""
    length, right = reply.header("Content-Length"), str(len(reply.content))
    is_right = length.isascii() and length.isdigit() and int(length) == len(reply.content)
    expect(
        is_right,
        "states the length of its body",
        expected=right,
        got=length or "no Content-Length at all",
        hint=CONTENT_LENGTH_HINTS,
    )


@exercise(
    "12.1", "The temperature, please", points=2,
    learned="A response is a status line, headers and a body, and Content-Length counts the bytes of the body.",
)
def temperature(station: Probe, expect: Expect) -> None:
    """Check a server that answers any GET with 200 and the bytes `17.5`, their type and their length in headers.

    Raises Stopped where no complete answer comes.
    """
    reply = station.get("/", silence_hint=NO_ANSWER_HINTS)
    if not _expect_ok(reply, expect) and reply.status == 501:
        return
    kind = reply.header("Content-Type")
    expect(
        media_type(kind) == "text/plain",
        "says that it is text/plain",
        expected="text/plain",
        got=kind or "no Content-Type at all",
        hint=CONTENT_TYPE_HINTS,
    )
    _expect_length(reply, expect)
    hints = ("The body is these four characters, as bytes.", 'b"17.5" makes them; wfile.write(body) sends them.')
    expect.equal(reply.content, b"17.5", "says 17.5 and nothing else", hint=hints)
    for path, what in PLACES:
        reply = station.get(path, silence_hint=NO_ANSWER_HINTS)
        expect.equal((reply.status, reply.content), (200, b"17.5"), what, hint=EVERY_PATH_HINT)


LOOK_UP_HINTS = (
    "self.path is the path that the client asked for: look it up in READINGS.",
    "READINGS[path] is the reading; encode() makes bytes of it.",
)
TEXT_HINTS = (
    'The header is Content-Type, and its value "text/plain".',
    'send_header("Content-Type", "text/plain"), before end_headers().',
)
QUERY_HINTS = (
    "Look at self.path for this request: the query is part of it.",
    'self.path.partition("?")[0] is the path without the query.',
)
NOT_THERE_HINTS = ("Ask first whether the path is in READINGS.", "send_response(404), or send_error(404).")
WHOLE_PATH_HINTS = (
    "A path is the whole path: one that only begins, ends or contains a station's path is another path.",
    "`path in READINGS` compares the whole path, where READINGS is the dictionary.",
)
OTHER_PATHS = ["/harbours", "/harb", "/harbour/", "/harbour/now", "/old/harbour", "/Harbour", "/", "/17.5"]


@exercise(
    "12.2", "Several stations", points=3,
    learned="The query comes off before the path is looked up; the status is decided before anything is sent.",
)
def which_station(station: Probe, expect: Expect) -> None:
    """Check a server that answers a path in READINGS, such as `/harbour`, with its reading, and others with 404.

    A query changes nothing: `/harbour?unit=celsius`. Raises Stopped where no answer comes.
    """
    reply = station.get("/harbour", silence_hint=NO_ANSWER_HINTS)
    if not _expect_ok(reply, expect, "answers 200 for /harbour", LOOK_UP_HINTS) and reply.status == 501:
        return
    kind = reply.header("Content-Type")
    is_text = media_type(kind) == "text/plain"
    expect(is_text, "says that it is text/plain", expected="text/plain", got=kind, hint=TEXT_HINTS)
    expect.equal(reply.text.strip(), "17.5", "says 17.5 for /harbour", hint=LOOK_UP_HINTS)
    for path, reading in [("/hilltop", "12.25"), ("/airport", "16.0")]:
        got = station.get(path, silence_hint=NO_ANSWER_HINTS).text.strip()
        expect.equal(got, reading, f"says {reading} for {path}", hint=LOOK_UP_HINTS)
    status = station.get("/moon", hint=NOT_THERE_HINTS).status
    expect.equal(status, 404, "answers 404 for a station that is not there", hint=NOT_THERE_HINTS)
    _try_queries(station, expect)
    _try_other_paths(station, expect)


def _try_queries(station: Probe, expect: Expect) -> None:
    """Add a query to the path of a station, and to one that is none."""
    for query in ("?unit=celsius", "?", "?to=/moon&from=what?"):
        reply = station.get(f"/harbour{query}", hint=QUERY_HINTS)
        got = reply.status, reply.text.strip()
        expect.equal(got, (200, "17.5"), f"answers /harbour{query} as it answers /harbour", hint=QUERY_HINTS)
    got = station.get("/airport?unit=fahrenheit", hint=QUERY_HINTS).text.strip()
    expect.equal(got, "16.0", "says 16.0 for /airport?unit=fahrenheit", hint=QUERY_HINTS)
    status = station.get("/moon?at=/harbour", hint=NOT_THERE_HINTS).status
    expect.equal(status, 404, "answers 404 for /moon?at=/harbour", hint=QUERY_HINTS)


def _try_other_paths(station: Probe, expect: Expect) -> None:
    """Ask for paths that are like those of a station, and for a station once more."""
    for path in OTHER_PATHS:
        status = station.get(path, hint=NOT_THERE_HINTS).status
        expect.equal(status, 404, f"answers 404 for {path}", hint=WHOLE_PATH_HINTS)
    got = station.get("/hilltop", silence_hint=NO_ANSWER_HINTS).text.strip()
    expect.equal(got, "12.25", "says 12.25 for /hilltop once more", hint="Do not change READINGS.")


WITH_UNIT = "17.5 °C"
CHARSET_HINTS = (
    "Bytes do not say in which encoding they are. The header Content-Type can.",
    'Its value is "text/plain; charset=utf-8".',
)
CUT_HINTS = (
    "Send all of it: is Content-Length counted from the bytes?",
    "Encode first, then take len() of the bytes.",
)


@exercise(
    "12.3", "With its unit", points=3,
    learned="Characters are not bytes: encode first, then count, and name the encoding in Content-Type.",
)
def with_its_unit(station: Probe, expect: Expect) -> None:
    """Check a server that answers any GET with `17.5 °C` in UTF-8: named in Content-Type, and counted in bytes.

    Raises Stopped where no answer comes, as when Content-Length promises more bytes than are sent.
    """
    reply = station.get("/", silence_hint=NO_ANSWER_HINTS)
    if not _expect_ok(reply, expect) and reply.status == 501:
        return
    kind, right = reply.header("Content-Type"), "text/plain; charset=utf-8"
    is_text = media_type(kind) == "text/plain"
    expect(is_text, "says that it is text/plain", expected=right, got=kind, hint=CHARSET_HINTS[1:])
    expect(is_utf_8(kind), "says in which encoding it is", expected=right, got=kind, hint=CHARSET_HINTS)
    _expect_length(reply, expect)
    content, body = reply.content, WITH_UNIT.encode()
    expect.equal(content, body, f"sends {WITH_UNIT} in UTF-8", hint=_hints_on_bytes(content))
    for path in ("/", "/harbour?unit=c", "/favicon.ico"):
        reply = station.get(path, silence_hint=NO_ANSWER_HINTS)
        got = reply.status, reply.content
        expect.equal(got, (200, body), f"sends it again at {path}", hint=EVERY_PATH_HINT)


def _hints_on_bytes(content: bytes) -> Sequence[str]:
    """What to do about bytes that are not the right ones."""
    right = WITH_UNIT.encode()
    if content.startswith(b"\xef\xbb\xbf"):
        return ("The first three bytes are a byte order mark: encode with utf-8, not with utf-8-sig.",)
    if right.startswith(content):
        return CUT_HINTS
    try:
        text = content.decode()
    except ValueError:
        return ("encode() makes UTF-8 of a string. It needs no name of an encoding, or the name utf-8.",)
    if text.strip() == WITH_UNIT:
        return ("Send nothing else, no line end either.",)
    if "".join(text.split()) == "17.5°C":
        return ("Between the number and the degree sign there is one space, as the space bar makes it.",)
    return (
        "Copy the body from the question: there are other characters that look like °.",
        'The body is "17.5 °C".encode().',
    )


LOGGED_GET = re.compile(r"GET \S+ HTTP/1\.\d → \d+")
COUNT_HINTS = (
    "A handler is made anew for each connection: what it keeps in self is gone for the next one.",
    "Keep the count in the class, as Counter.count, or in a variable outside of the class.",
)
ONE_EACH_HINTS = ("One request adds one. Is there a second place in which you add?",)
FIRST_HINTS = (
    "The request that is being answered counts too: the first client reads 1. Add one before you answer.",
    "Counter.count += 1 comes before the body is made. And the count begins at 0.",
)
NUMBER_HINTS = (
    "The body is the number in digits, and nothing else: no words, no spaces and no line end.",
    "str(number).encode() is its bytes.",
)
GET_ALONE_HINTS = (
    "Only GET requests are counted. A connection may bring another method, which is none of them.",
    "Add one in do_GET, and nowhere else.",
)
TWO_DIGITS = 10  # as far as the check counts


@exercise(
    "12.4", "Count the requests", points=3,
    learned="A handler object ends with its connection, so what has to last lives outside of it.",
)
def how_many(station: Probe, expect: Expect) -> None:
    """Check a server that answers any GET with 200 and the number of requests so far, as digits.

    Returns early where the first answer is no number. Raises Stopped where no answer comes.
    """
    reply = station.get("/", silence_hint=NO_ANSWER_HINTS)
    said, number = reply.text, _number_in(reply)
    if not _expect_ok(reply, expect) and reply.status == 501:
        return
    if not expect(number is not None, "answers with a number", got=said, hint=NUMBER_HINTS) or number is None:
        return
    _compare_first(station, expect, number)
    for what in ("counts one more with each request", "and one more again"):
        number = _expect_next(station, expect, number, "/", what)
    for path in ("/harbour", "/favicon.ico", "/?day=2"):
        what = f"counts a request for {path} as well"
        number = _expect_next(station, expect, number, path, what)
    for method in ("HEAD", "POST"):
        station.request(method, "/", hint=GET_ALONE_HINTS)
        what = f"does not count a {method}"
        number = _expect_next(station, expect, number, "/", what, ahead=GET_ALONE_HINTS)
    while number < TWO_DIGITS - 1 and _number_in(station.get("/", silence_hint=NO_ANSWER_HINTS)) == number + 1:
        number += 1
    _expect_next(station, expect, number, "/", "counts on with two digits")


def _compare_first(station: Probe, expect: Expect, number: int) -> None:
    """Compare the first number with the requests that the server has logged, where they are all that it counts."""
    log = station.server.log
    logged = sum(bool(LOGGED_GET.match(line)) for line in log)
    is_whole = bool(logged) and log.total == len(log) and not station.server.relaunched
    right = max(logged, 1) if is_whole or number < logged else number
    expect.equal(number, max(right, 1), "counts every request so far, this one included", hint=FIRST_HINTS)


def _number_in(reply: Reply) -> int | None:
    """The number that a body is, with nothing else in it; None for any other body."""
    return int(reply.text) if re.fullmatch(r"[0-9]{1,9}", reply.text) else None


def _expect_next(
    station: Probe,
    expect: Expect,
    number: int,
    path: str,
    what: str,
    *,
    ahead: Sequence[str] = ONE_EACH_HINTS,
) -> int:
    """Expect the number after `number` at this path; return the one from which to count on.

    `ahead` are the hints for a number that is too large.
    """
    reply = station.get(path, silence_hint=NO_ANSWER_HINTS)
    got = _number_in(reply)
    hints = COUNT_HINTS if path == "/" else (EVERY_PATH_HINT,)
    if got is not None and got > number + 1:
        hints = ahead
    expect.equal((reply.status, reply.text), (200, str(number + 1)), what, hint=hints)
    return number + 1 if got is None else got
