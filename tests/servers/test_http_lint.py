"""What web_server answers, read by httplint, which knows a few hundred ways to get a header wrong."""

import pytest
from httplint import HttpRequestLinter, HttpResponseLinter
from httplint.note import levels
from plain_http import CLOSE, exchange, get, post

from servers.web_server import MAX_FORM
from wirelab import Server

FORM = b"name=Ada&show=Hamlet"
NEVER = b"If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT"

ANSWERS = {
    "a text": (200, get(b"/hello.txt", CLOSE)),
    "a page": (200, get(b"/", CLOSE)),
    "a style": (200, get(b"/style.css", CLOSE)),
    "a drawing": (200, get(b"/stage.svg", CLOSE)),
    "a picture": (200, get(b"/ticket.png", CLOSE)),
    "a made page": (200, get(b"/today.zzz", CLOSE)),
    "a head": (200, get(b"/ticket.png", CLOSE).replace(b"GET", b"HEAD")),
    "a form": (200, post(b"/reminder", FORM, b"Content-Length: 20", CLOSE)),
    "an old file": (304, get(b"/hello.txt", NEVER, CLOSE)),
    "no such page": (404, get(b"/missing", CLOSE)),
    "no address": (400, get(b"stage", CLOSE)),
    "no request": (400, b"HELLO\r\n\r\n"),
    "no host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "a form without a field": (400, post(b"/reminder", b"name=Ada", b"Content-Length: 8", CLOSE)),
    "a form sent to a page": (405, post(b"/", FORM, b"Content-Length: 20", CLOSE)),
    "the page of a form": (405, get(b"/reminder", CLOSE)),
    "no length": (411, post(b"/reminder", b"")),
    "too long a form": (413, post(b"/reminder", b"", b"Content-Length: %d" % (MAX_FORM + 1))),
    "too long an address": (414, get(b"/" + b"x" * 66_000)),
    "too many headers": (431, get(b"/", *[b"X: 1"] * 200)),
    "a method unheard of": (501, get(b"/", CLOSE).replace(b"GET", b"BREW")),
    "a version to come": (505, get(b"/", CLOSE).replace(b"HTTP/1.1", b"HTTP/2.0")),
}


def fields(head: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value.strip()) for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])]


def lint(request: bytes, answer: bytes) -> HttpResponseLinter:
    asked = HttpRequestLinter()
    head, _, body = answer.partition(b"\r\n\r\n")
    response = HttpResponseLinter(no_content=request.startswith(b"HEAD"), _related=asked)
    version, status, phrase = head.split(b"\r\n")[0].split(b" ", 2)
    response.process_response_topline(version, status, phrase)
    response.process_headers(fields(head))
    response.feed_content(body)
    response.finish_content(True)
    return response


# Notes that say what the status says: the request was at fault, and these answers tell it.
THE_REQUESTS = {"STATUS_BAD_REQUEST", "STATUS_URI_TOO_LONG", "STATUS_VERSION_NOT_SUPPORTED"}


@pytest.mark.parametrize("name", ANSWERS)
def test_httplint_finds_fault_with_the_request_alone(web: Server, name: str) -> None:
    status, request = ANSWERS[name]
    answer = exchange(web, request)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    notes = {type(note).__name__: note.level for note in lint(request, answer).notes}
    assert {note for note, level in notes.items() if level in (levels.BAD, levels.WARN)} <= THE_REQUESTS


def test_httplint_does_find_fault() -> None:
    notes = lint(get(b"/"), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: today\r\n\r\nfour").notes
    assert [note for note in notes if note.level == levels.BAD]
