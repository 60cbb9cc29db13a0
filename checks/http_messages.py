"""What right answers to the exercises of lesson 11 do."""

from typing import Any

from wirelab.check import Caller, Expect, exercise, request_in

RESPONSE = (
    "HTTP/1.1 200 OK\r\nDate: Fri, 05 Mar 2027 19:30:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "content-length: 4\r\nX-Empty:\r\n\r\n17.5"
)


@exercise("11.1", "The status in a status line", of="function")
def status_of(function: Caller, expect: Expect) -> None:
    status = function.returns("HTTP/1.1 200 OK")
    number = "Split the line at its spaces: the second word is the status."
    expect(
        isinstance(status, int),
        "gives a number, not a text",
        got=status,
        hint=(number, 'int("200") makes a number of a text.'),
    )
    expect(str(status) == "200", "finds the 200 in HTTP/1.1 200 OK", got=status, hint=number)
    words = "The words after the number can be none, or several: do not count on them."
    for line, right in [("HTTP/1.0 404 Not Found", 404), ("HTTP/1.1 204", 204), ("HTTP/1.1 503 ", 503)]:
        got = function.returns(line)
        expect.equal(got, right, f"finds the {right} in {line!r}", hint=words)


@exercise("11.2", "Find a header", points=2, of="function")
def header_of(function: Caller, expect: Expect) -> None:
    got = function.returns(RESPONSE, "Content-Type")
    expect.equal(
        got,
        "text/plain; charset=utf-8",
        "gives the value of Content-Type, without spaces around it",
        hint=(
            "The headers are the lines after the first, up to the empty line.",
            'line.partition(":") cuts a line at its first colon; strip() takes spaces away.',
        ),
    )
    got = function.returns(RESPONSE, "Date")
    expect.equal(
        got,
        "Fri, 05 Mar 2027 19:30:00 GMT",
        "keeps the colons inside of a value",
        hint="A value may hold colons of its own: cut at the first one alone.",
    )
    got = function.returns(RESPONSE, "CONTENT-LENGTH")
    expect.equal(
        got,
        "4",
        "finds a header however its name is written",
        hint=(
            "Names of headers are the same in capitals and small letters.",
            "Compare name.lower() on both sides.",
        ),
    )
    expect.equal(function.returns(RESPONSE, "X-Empty"), "", "gives an empty text where the value is empty")
    got = function.returns(RESPONSE, "Location")
    expect(got is None, "gives None for a header that is not there", expected=None, got=got)
    body = RESPONSE.replace("17.5", "Server: none of the headers\r\n")
    got = function.returns(body, "Server")
    expect(got is None, "does not look into the body", got=got, hint="Stop at the first empty line.")


@exercise("11.3", "A request by hand", points=2, of="function")
def request_by_hand(function: Caller, expect: Expect) -> None:
    sent = function.returns("127.0.0.1:8001", "/stations/2")
    if not expect(
        isinstance(sent, bytes), "gives bytes", got=sent, hint="A wire carries bytes: encode() your text."
    ):
        return
    expect(
        b"\r\n" in sent and b"\n" not in sent.replace(b"\r\n", b""),
        "ends every line with \\r\\n",
        got=sent,
        hint=("Every line of a request ends with two characters, \\r and \\n, the last one too.",),
    )
    expect(
        sent.startswith(b"GET /stations/2 HTTP/1.1\r\n"),
        "begins with the request line",
        expected=b"GET /stations/2 HTTP/1.1\r\n",
        got=sent[:40],
        hint="The request line has three words: the method, the path, and HTTP/1.1.",
    )
    expect(
        sent.endswith(b"\r\n\r\n"),
        "ends with an empty line",
        got=sent[-20:],
        hint=("How does the server know that you have said all?", "After the last header comes one more \\r\\n."),
    )
    request = request_in(sent, expect)
    if request is None:
        return
    expect.equal(
        request.header("Host"),
        "127.0.0.1:8001",
        "names the host in the header Host",
        hint="One server may have several names, so a client has to say which one it means.",
    )
    expect(
        request.header("Connection").lower() == "close",
        "asks for the connection to be closed, with Connection: close",
        got=request.header("Connection"),
        hint="Without it, the server keeps the connection open, and whoever reads the answer waits.",
    )
    other = request_in(function.returns("127.0.0.1:9", "/?unit=f"), expect)
    told = (other.target, other.header("Host")) if other else None
    expect.equal(told, ("/?unit=f", "127.0.0.1:9"), "uses whatever host and path it is given")


NAMES = [
    ("Harbour", "/stations/Harbour"),
    ("Mount Pleasant", "/stations/Mount%20Pleasant"),
    ("Zürich", "/stations/Z%C3%BCrich"),
    ("North/South", "/stations/North%2FSouth"),
    ("Who? & Co", "/stations/Who%3F%20%26%20Co"),
    ("100%", "/stations/100%25"),
]


@exercise("11.4", "Any name in a path", points=2, of="function")
def path_of_station(function: Caller, expect: Expect) -> None:
    hints: dict[str, Any] = {
        "Mount Pleasant": (
            "A path holds no spaces: one would end it. quote() from urllib.parse writes them in another way.",
            "In a path a space is %20. The + that quote_plus() writes means a space in a query only.",
        ),
        "North/South": (
            "Here the slash belongs to the name; written as it is, it begins a new part of the path.",
            "quote() leaves slashes alone, unless you tell it that nothing is safe: safe=''.",
        ),
    }
    for name, right in NAMES:
        got = function.returns(name)
        expect.equal(got, right, f"gives the path of {name}", hint=hints.get(name, ()))
