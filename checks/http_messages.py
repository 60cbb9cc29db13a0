"""The checks of lesson 11: functions that read and write HTTP messages."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from wirelab.checking import Expect, FunctionProbe, exercise, request_in

STATUS_LINES = [
    ("HTTP/1.0 404 Not Found", 404),
    ("HTTP/1.1 204", 204),
    ("HTTP/1.1 503 ", 503),
    ("HTTP/1.1 502 Got 404 from 10.0.0.7", 502),
    ("HTTP/1.1 200 Found 1024 readings", 200),
    ("HTTP/1.1 201 Created", 201),
]
SECOND_WORD_HINTS = (
    "Split the line at its spaces: the second word is the status.",
    "line.split()[1] is that word.",
)
REASON_HINTS = (
    "After the status there may be no word, or several, and numbers among them. Do not count on them.",
    "Count from the front: line.split()[1] is the status, whatever follows.",
)


@exercise(
    "11.1", "The status in a status line", of="function",
    learned="The status is the second word of the status line; the words behind it are for people.",
)
def status_of(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a status line, `HTTP/1.1 200 OK`, to the status as an integer, whatever the reason is.

    Raises Stopped where it hangs.
    """
    got = function.returns("HTTP/1.1 200 OK")
    is_integer = isinstance(got, int) and not isinstance(got, bool)
    expect(is_integer, "gives an integer", expected=200, got=got, hint=_hints_on_type(got))
    expect.equal(got, 200, "finds the 200 in 'HTTP/1.1 200 OK'", hint=SECOND_WORD_HINTS)
    for line, status in STATUS_LINES:
        expect.equal(function.returns(line), status, f"finds the {status} in {line!r}", hint=REASON_HINTS)


def _hints_on_type(got: Any) -> Sequence[str]:
    if isinstance(got, str) and got.strip().isdecimal():
        return ('int("200") makes an integer of a string.',)
    if isinstance(got, float):
        return ("A status is an integer: use int() in place of float().",)
    return SECOND_WORD_HINTS


COLON_HINTS = (
    "Cut the line at its first colon only: a value may hold colons, and there may be no space after the first.",
    'name, _, value = line.partition(":") cuts there; strip() takes the spaces away.',
)
STRIP_HINTS = (
    "Spaces stand around the value, in front of it and behind it. Those between its words belong to it.",
    "value.strip() takes them away at both ends.",
)
NAME_HINTS = ("Capitals do not matter in the name of a header.", "Compare lower() of both names.")
WHOLE_NAME_HINTS = (
    "Compare the whole name, which is all that stands before the first colon. Part of a name is another name.",
    'name, _, value = line.partition(":"), then name.lower() == wanted.lower().',
)
BODY_HINTS = (
    "Stop at the first empty line: it ends the headers, and a body may hold anything.",
    r'response.partition("\r\n\r\n")[0] is all that stands before it.',
)
NONE_HINTS = ("A function that comes to its end without return gives None.", "None stands without quotes.")
EMPTY_HINTS = (
    "A header that is there has a value, perhaps an empty string. None means that there is no such header.",
    "Look whether the name is found, not whether the value is empty.",
)
PLAIN = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 4\r\n\r\n17.5"
DATED = 'HTTP/1.1 200 OK\r\nDate: Fri, 05 Mar 2027 19:30:00 GMT\r\nETag: "A:7"\r\n\r\n'
TIGHT = "HTTP/1.1 404 Not Found\r\nServer:Old Lantern\r\nX-Empty:\r\nX-Wide:  hill top  \r\nVary: Accept\r\n\r\nno"
BODY = "HTTP/1.1 200 OK\r\nX-Host: hill\r\n\r\nServer: in the body\r\n\r\nAge: 7\r\n"
HEADERS: list[tuple[str, str, str | None, str, Sequence[str]]] = [  # response, name, value, what is shown, hints
    (
        PLAIN,
        "Content-Type",
        "text/plain",
        "gives the value of Content-Type, without spaces around it",
        COLON_HINTS,
    ),
    (PLAIN, "CONTENT-LENGTH", "4", "finds a header however its name is written", NAME_HINTS),
    (DATED, "Date", "Fri, 05 Mar 2027 19:30:00 GMT", "keeps the colons inside of a value", COLON_HINTS),
    (DATED, "etag", '"A:7"', "finds ETag by the name etag", NAME_HINTS),
    (TIGHT, "Server", "Old Lantern", "needs no space behind the colon", COLON_HINTS),
    (TIGHT, "x-empty", "", "gives an empty string where the value is empty", EMPTY_HINTS),
    (TIGHT, "X-Wide", "hill top", "takes the spaces behind a value away, and leaves those in it", STRIP_HINTS),
    (TIGHT, "Location", None, "gives None for a header that is not there", NONE_HINTS),
    (PLAIN, "Content", None, "does not take the beginning of a name for the name", WHOLE_NAME_HINTS),
    (BODY, "Host", None, "does not take the end of a name for the name", WHOLE_NAME_HINTS),
    (TIGHT, "Accept", None, "does not take a value for a name", WHOLE_NAME_HINTS),
    (BODY, "Server", None, "does not look into the body", BODY_HINTS),
    (BODY, "age", None, "does not look behind an empty line in the body", BODY_HINTS),
    (BODY, "X-Host", "hill", "finds a header where the body has an empty line", BODY_HINTS),
]


@exercise(
    "11.2", "Find a header", points=2, of="function",
    learned="A header's name has no case, and the first empty line ends the headers.",
)
def header_of(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a response, a string, and the name of a header to its value; None where there is none.

    Capitals in a name do not count, and the body is not searched. Raises Stopped where it hangs.
    """
    for response, name, right, what, hints in HEADERS:
        expect.equal(function.returns(response, name), right, what, hint=hints)


LINE_END_HINTS = (
    r"Every line of a request ends with two characters, \r and \n, the last one too.",
    r'"\r\n".join(lines) puts them between lines; an empty line at the end needs its own.',
)
REQUEST_LINE_HINTS = (
    "The request line has three words: the method, the path, and HTTP/1.1.",
    'f"GET {path} HTTP/1.1", with one space between two words and none around them.',
)
END_HINTS = (
    "How does the server know that the headers are complete?",
    r"After the last header comes one more \r\n.",
)
REST_HINTS = (
    r"The empty line is the end: one \r\n behind the last header, and one more. A GET has no body here.",
    r'Lines that are joined by "\r\n" need two empty strings at their end, not three.',
)
HOST_HINTS = (
    "One server may have several names, so a client has to say which one it means.",
    'f"Host: {host}" is a line of its own, after the request line.',
)
CLOSE_HINTS = (
    "Without it, the server keeps the connection open, and a client that reads until the end waits.",
    'The line is "Connection: close".',
)


@exercise(
    "11.3", "A request by hand", points=2, of="function",
    learned="A request is lines that end in CRLF, and an empty line ends its headers.",
)
def request_by_hand(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a host and a path to the bytes of a GET request that asks to close the connection.

    Returns early where no request can be read. Raises Stopped where it hangs.
    """
    sent = function.returns("127.0.0.1:8001", "/stations/2")
    right = b"GET /stations/2 HTTP/1.1\r\n"
    hint = "A connection carries bytes: encode() your string, and return the bytes."
    if not expect(isinstance(sent, bytes | bytearray), "gives bytes", expected=right, got=sent, hint=hint):
        return
    _compare_lines(bytes(sent), expect)
    request = _read(bytes(sent), expect)
    if request is None:
        return
    expect.equal(request.header("Host"), "127.0.0.1:8001", "names the host in the header Host", hint=HOST_HINTS)
    closing = [word.strip().lower() for word in request.header("Connection").split(",")]
    expect(
        "close" in closing,
        "asks for the connection to be closed, with Connection: close",
        expected="close",
        got=request.header("Connection"),
        hint=CLOSE_HINTS,
    )
    _try_others(function, expect)


def _compare_lines(sent: bytes, expect: Expect) -> None:
    """Compare the line ends, the request line and the empty line with those of HTTP/1.1."""
    head, empty_line, rest = sent.partition(b"\r\n\r\n")
    bare = head.replace(b"\r\n", b"")
    expect(b"\n" not in bare and b"\r" not in bare, "ends every line with \\r\\n", got=sent, hint=LINE_END_HINTS)
    first = sent.splitlines(keepends=True)[0] if sent else sent
    expect.equal(
        first.rstrip(b"\r\n"), b"GET /stations/2 HTTP/1.1", "begins with the request line", hint=REQUEST_LINE_HINTS
    )
    expect(empty_line, "ends with an empty line", expected=b"\r\n\r\n", got=sent[-20:], hint=END_HINTS)
    expect.equal(rest, b"", "sends nothing behind the empty line", hint=REST_HINTS)


def _read(sent: bytes, expect: Expect) -> Any:
    """The request in these bytes, or None; the call that they came from is shown with it."""
    called = expect.asked
    request = request_in(sent, expect)
    expect.asked = called
    return request


def _try_others(function: FunctionProbe, expect: Expect) -> None:
    """Ask for another host and another path, each beside one that was there before."""
    hints = ("The host and the path are what the function was called with: use its parameters.", *HOST_HINTS[1:])
    for host, path in [("127.0.0.1:9", "/stations/2"), ("weather.example", "/?unit=f")]:
        sent = function.returns(host, path)
        request = _read(bytes(sent), expect) if isinstance(sent, bytes | bytearray) else None
        got = (request.header("Host"), request.target) if request else sent
        expect.equal(got, (host, path), f"uses the host {host} and the path {path}", hint=hints)


STATION_NAMES = [
    "Harbour",
    "Mount Pleasant",
    "Zürich",
    "North/South",
    "Who? & Co",
    "100%",
    "A+B",
    "Fog #2",
    "100%25",
    "Łódź [2]",
    " Old  Mill ",
]
PATH_OF_A_STATION = re.compile(r"/stations/(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})*", re.ASCII)  # RFC 3986 §3.3
SPACE_HINTS = (
    "A path has no spaces: a space would end it. quote() from urllib.parse encodes them.",
    "In a path a space is %20. The + that quote_plus() writes means a space in a query only.",
)
SLASH_HINTS = (
    "Here the slash belongs to the name. If it is not encoded, it begins a new part of the path.",
    "quote() does not encode slashes, unless you say that no character is safe: safe=''.",
)
BEGIN_HINTS = (
    "The path begins with /stations/, not encoded: encode only the name.",
    'Put "/stations/" and the encoded name together.',
)
WHOLE_NAME_IN_PATH_HINTS = (
    "A space at the beginning or at the end of a name is a part of the name, too.",
    "Give quote the name as it is, without strip().",
)
BYTE_HINTS = (
    "Each byte that may not stand in a path is written as % and two hexadecimal digits, in UTF-8. So is a %.",
    'quote(name, safe="") does that for all of them, once.',
)


@exercise(
    "11.4", "Any name in a path", points=2, of="function",
    learned="Whatever a path holds is percent-encoded in UTF-8, and a slash in a name is encoded too.",
)
def path_of_station(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a station's name to its path, which is compared by what it means.

    A slash in a name is encoded too; what need not be encoded may be. Raises Stopped where it hangs.
    """
    for name in STATION_NAMES:
        got, right = function.returns(name), "/stations/" + quote(name, safe="")
        is_right = isinstance(got, str) and _name_in(got) == name
        expect(is_right, f"gives the path of {name}", expected=right, got=got, hint=_hints_on_path(got, name))


def _name_in(path: str) -> str | None:
    """The name that a server reads in the path of a station; None where it is no such path."""
    if not PATH_OF_A_STATION.fullmatch(path):
        return None
    try:
        return unquote(path.removeprefix("/stations/"), errors="strict")
    except UnicodeDecodeError:
        return None


def _hints_on_path(got: Any, name: str) -> Sequence[str]:
    if isinstance(got, str) and not got.startswith("/stations/"):
        return BEGIN_HINTS
    if name != name.strip() and got == "/stations/" + quote(name.strip(), safe=""):
        return WHOLE_NAME_IN_PATH_HINTS
    if " " in name:
        return SPACE_HINTS if isinstance(got, str) and (" " in got or "+" in got) else BYTE_HINTS
    return SLASH_HINTS if "/" in name else BYTE_HINTS
