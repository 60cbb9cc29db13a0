"""The ticket service as uvicorn serves it: the worst that clients can send, and answers that httplint reads."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from httplint.note import levels
from plain_http import CLOSE, exchange, get, post
from test_every_server import run_to_the_end
from test_http_lint import lint

from wirelab import Server, launch

JSON = b"Content-Type: application/json"
ANY = b"If-Match: *"
GOOD = b'{"show": 1, "seat": %d, "name": "Ada"}'


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    """One process for all: it has to outlive every request."""
    with launch("servers.ticket_service", port=0, name="for all tests of this module") as server:
        yield server


@pytest.fixture(autouse=True)
def no_server_left() -> None:
    """Keep the service; see conftest."""


def send(body: bytes, *headers: bytes, method: bytes = b"POST", path: bytes = b"/bookings") -> bytes:
    length = b"Content-Length: %d" % len(body)
    return post(path, body, length, CLOSE, *headers).replace(b"POST", method, 1)


def status(answer: bytes) -> int:
    return int(re.findall(rb"\AHTTP/1\.1 (\d+) ", answer)[0])


DEEP = b"[" * 4_900
HOSTILE = {
    "nothing": b"",
    "half an object": b"{",
    "quotes of Python": b"{'show': 1}",
    "a comma too many": b'{"show": 1, "seat": 7, "name": "Ada",}',
    "a comment": b'{"show": 1, "seat": 7, "name": "Ada"} // x',
    "two objects": GOOD % 7 + GOOD % 8,
    "no UTF-8": b'{"show": 1, "seat": 7, "name": "\xff\xfe"}',
    "Latin-1": '{"show": 1, "seat": 7, "name": "Zoë"}'.encode("latin-1"),
    "UTF-16": '{"show": 1, "seat": 7, "name": "Ada"}'.encode("utf-16"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + GOOD % 7,
    "an overlong letter": b'{"show": 1, "seat": 7, "name": "\xc0\xaf"}',
    "half a letter": b'{"show": 1, "seat": 7, "name": "\xed\xa0\x80"}',
    "half a letter, escaped": b'{"show": 1, "seat": 7, "name": "\\ud800"}',
    "NUL": b"\0",
    "NUL in a name": b'{"show": 1, "seat": 7, "name": "\\u0000"}',
    "a raw line end in a name": b'{"show": 1, "seat": 7, "name": "a\nb"}',
    "NaN": b'{"show": 1, "seat": NaN, "name": "Ada"}',
    "Infinity": b'{"show": 1, "seat": Infinity, "name": "Ada"}',
    "-Infinity": b'{"show": 1, "seat": -Infinity, "name": "Ada"}',
    "more than any float": b'{"show": 1, "seat": 1e999, "name": "Ada"}',
    "as much as a float can be": b'{"show": 1, "seat": 1e308, "name": "Ada"}',
    "a number of 9,000 digits": b"9" * 9_000,
    "a number of 4,000 digits": b'{"show": 1, "seat": ' + b"9" * 4_000 + b', "name": "Ada"}',
    "a number with a nought before": b'{"show": 01, "seat": 7, "name": "Ada"}',
    "hexadecimal": b'{"show": 0x1, "seat": 7, "name": "Ada"}',
    "a half seat": b'{"show": 1, "seat": 7.5, "name": "Ada"}',
    "one name twice": b'{"show": 1, "seat": 7, "seat": 8, "name": "Ada"}',
    "one name twice, deep inside": b'{"show": 1, "seat": 7, "name": {"a": 1, "a": 2}}',
    "one name twice, escaped": b'{"show": 1, "seat": 7, "\\u0073eat": 8, "name": "Ada"}',
    "lists in lists": DEEP,
    "lists in lists, closed": DEEP + b"]" * 4_900,
    "objects in objects": b'{"a":' * 1_900,
    "a prototype": b'{"__proto__": {}, "show": 1, "seat": 7, "name": "Ada"}',
    "a class": b'{"__class__": "x", "show": 1, "seat": 7, "name": "Ada"}',
    "too much": b'{"show": 1, "seat": 7, "name": "' + b"x" * 20_000 + b'"}',
    "true for one": b'{"show": true, "seat": 7, "name": "Ada"}',
    "a list for a seat": b'{"show": 1, "seat": [7], "name": "Ada"}',
    "SQL in a name's place": b'{"show": "1; DROP TABLE bookings", "seat": 7, "name": "Ada"}',
}
XML_BOMB = b'<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><booking>&b;</booking>'
NOT_JSON = {
    "an XML bomb": (XML_BOMB, b"Content-Type: application/xml"),
    "a file by XML": (
        b'<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>',
        b"Content-Type: text/xml",
    ),
    "a form": (b"show=1&seat=7&name=Ada", b"Content-Type: application/x-www-form-urlencoded"),
    "a pickle": (b"cos\nsystem\n(S'true'\ntR.", b"Content-Type: application/octet-stream"),
    "JSON in UTF-7": (GOOD % 7, b"Content-Type: application/json; charset=utf-7"),
    "packed JSON that says so": (b"\x1f\x8b\x08\x00", JSON + b"\r\nContent-Encoding: gzip"),
    "no type": (GOOD % 7, b"X: y"),
    "a strange type": (GOOD % 7, b"Content-Type: ;;;"),
    "two types": (GOOD % 7, JSON + b"\r\nContent-Type: text/plain"),
}


def check_refused(service: Server, request: bytes) -> None:
    """4xx and a problem; nothing is booked, and the service lives on."""
    answer = exchange(service, request)
    assert 400 <= status(answer) < 500
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"\r\ncontent-type: application/problem+json\r\n" in head + b"\r\n"
    assert json.loads(body)["status"] == status(answer)
    assert b"Traceback" not in body
    assert requests.get(service.url + "/shows/1/seats", timeout=20).json()["taken"] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused(service: Server, name: str) -> None:
    check_refused(service, send(HOSTILE[name], JSON))


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json_is_refused(service: Server, name: str) -> None:
    body, headers = NOT_JSON[name]
    check_refused(service, send(body, headers))


def test_a_body_that_is_not_even_read_is_413(service: Server) -> None:
    request = post(b"/bookings", b"", b"Content-Length: 1000001", JSON)
    assert status(exchange(service, request)) == 413


def test_a_body_in_chunks_is_read(service: Server) -> None:
    body = b'{"show": 2, "seat": 1, "name": "Ada"}'
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert status(exchange(service, post(b"/bookings", chunks, JSON, CLOSE, b"Transfer-Encoding: chunked"))) == 201


# What httplint has to say -------------------------------------------------------------------------------

SHOW_3 = b'{"show": 3, "seat": %d, "name": "Ada"}'
ANSWERS = {
    "the entry point": (200, get(b"/", CLOSE)),
    "shows": (200, get(b"/shows", CLOSE)),
    "a show": (200, get(b"/shows/1", CLOSE)),
    "seats": (200, get(b"/shows/1/seats", CLOSE)),
    "bookings": (200, get(b"/bookings", CLOSE)),
    "a page of them": (200, get(b"/bookings?limit=1", CLOSE)),
    "a head": (200, get(b"/shows", CLOSE).replace(b"GET", b"HEAD")),
    "XML": (200, get(b"/shows", CLOSE, b"Accept: application/xml")),
    "HTML": (200, get(b"/shows", CLOSE, b"Accept: text/html")),
    "text": (200, get(b"/shows", CLOSE, b"Accept: text/plain")),
    "Atom": (200, get(b"/shows", CLOSE, b"Accept: application/atom+xml")),
    "the description": (200, get(b"/openapi.json", CLOSE)),
    "its page": (200, get(b"/docs", CLOSE)),
    "its script": (200, get(b"/docs/start.js", CLOSE)),
    "known already": (304, get(b"/shows", CLOSE, b"If-None-Match: *")),
    "a booking": (201, send(SHOW_3 % 1, JSON)),
    "another": (201, send(SHOW_3 % 2, JSON)),
    "a customer": (201, send(b'{"name": "Ada"}', JSON, path=b"/customers")),
    "a change": (200, send(b'{"name": "Bo"}', JSON, ANY, method=b"PATCH", path=b"/bookings/1")),
    "a replacement": (200, send(SHOW_3 % 1, JSON, ANY, method=b"PUT", path=b"/bookings/1")),
    "what was booked": (200, get(b"/bookings/1", CLOSE)),
    "a stale change": (412, send(b"{}", JSON, b'If-Match: "x"', method=b"PATCH", path=b"/bookings/1")),
    "a careless change": (428, send(b"{}", JSON, method=b"PATCH", path=b"/bookings/1")),
    "a cancellation": (204, send(b"", ANY, method=b"DELETE", path=b"/bookings/1")),
    "what was cancelled": (404, get(b"/bookings/1", CLOSE)),
    "a taken seat": (409, send(SHOW_3 % 2, JSON)),
    "no JSON": (400, send(b"{", JSON)),
    "no such token": (401, get(b"/shows", CLOSE, b"Authorization: Bearer x")),
    "nowhere": (404, get(b"/nowhere", CLOSE)),
    "no such method": (405, get(b"/shows", CLOSE).replace(b"GET", b"PUT")),
    "no such format": (406, get(b"/shows", CLOSE, b"Accept: image/png")),
    "too much": (413, send(b"x" * 20_000, JSON)),
    "a form": (415, send(b"x=1", b"Content-Type: application/x-www-form-urlencoded")),
    "nonsense": (422, send(b"{}", JSON)),
}
# What the status says: the request was at fault. And the linter is not told the request's headers, so that it
# wonders where Accept and If-Match are.
THE_REQUESTS = {"STATUS_BAD_REQUEST", "STATUS_406_WITHOUT_NEGOTIATION", "STATUS_412_WITHOUT_PRECONDITION"}


def test_httplint_finds_fault_with_no_answer() -> None:
    found, new = {}, launch("servers.ticket_service", port=0)
    for name, (expected, request) in ANSWERS.items():
        answer = exchange(new, request)
        assert status(answer) == expected, (name, answer)
        notes = {
            type(note).__name__ for note in lint(request, answer).notes if note.level in (levels.BAD, levels.WARN)
        }
        if notes - THE_REQUESTS:
            found[name] = notes - THE_REQUESTS
    new.stop()
    assert found == {}


# Where bookings are kept --------------------------------------------------------------------------------


def test_a_file_keeps_bookings_from_one_start_to_the_next(tmp_path: Path) -> None:
    words = ["--database", str(tmp_path / "office.db")]
    for expected in (201, 409):
        with launch("servers.ticket_service", port=0, args=words) as started:
            assert status(exchange(started, send(GOOD % 7, JSON))) == expected


@pytest.mark.parametrize(
    ("file", "said"), [("missing/office.db", "unable to open"), ("notes.txt", "not a database")]
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "notes.txt").write_text("Not a database at all.\n" * 100, encoding="utf-8")
    ran = run_to_the_end("ticket_service", "--port", "0", "--database", str(tmp_path / file))
    assert (ran.returncode, ran.stderr.count("\n"), said in ran.stderr) == (1, 1, True)
    assert ran.stderr.endswith("Choose another with --database\n")
