"""Every server of HTTP before the cases of two test suites, and before some of our own.

The requests are those of h1spec (uNetworking/h1spec, and dropseed/h1spec --strict), written anew. What has to hold
of each answer are rules of http-conformance (CISPA). Each case names the section that it goes by.
"""

import re
import socket
from collections.abc import Iterator

import pytest
from plain_http import CLOSE, exchange, read_to_end

from wirelab import Server, launch

pytestmark = pytest.mark.proof

# For each server: a page to GET, and one that takes a POST.
SERVERS = {
    "web_server": (b"/hello.txt", b"/reminder"),
    "stale_prices": (b"/price", b"/"),
    "ticket_service": (b"/shows/1", b"/bookings"),
    "socket_server": (b"/programme", b"/guests"),
    "login_server": (b"/login", b"/login"),
    "box_office, the site": (b"/hello.txt", b"/reminder"),
    "box_office, the service": (b"/api/shows/1", b"/api/bookings"),
    "box_office, the feed": (b"/feed/shows/1", b"/feed/shows/1"),
}
HOST = b"Host: localhost\r\n"
LONG = b"9" * 4301

# What is sent for GET {get} or POST {post}, and with which statuses it may be answered.
Case = tuple[str, str, bytes, str]
CASES: list[Case] = [
    ("9112 §2.3", "no version", b"GET {get} \r\n\r\n", "4.."),
    ("9112 §2.3", "an old version", b"GET {get} HTTP/0.9\r\n" + HOST + b"\r\n", "4..|505"),
    ("9110 §2.5", "a version to come", b"GET {get} HTTP/9.9\r\n" + HOST + b"\r\n", "4..|505"),
    ("9110 §2.5", "HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "4..|505"),
    ("9112 §3", "a method in the wrong place", b"Extra lineGET {get} HTTP/1.1\r\n" + HOST + b"\r\n", "400|501"),
    ("9112 §3", "a blank in the target", b"GET {get} x HTTP/1.1\r\n" + HOST + b"\r\n", "400"),
    ("9112 §3.2", "no Host", b"GET {get} HTTP/1.1\r\nContent-Length: 5\r\n\r\n", "400"),
    ("9112 §3.2", "two Hosts", b"GET {get} HTTP/1.1\r\n" + HOST + b"Host: 127.0.0.1\r\n\r\n", "400"),
    ("9112 §3.2", "a bad Host", b"GET {get} HTTP/1.1\r\nHost: a b\r\n\r\n", "400"),
    ("9112 §3.2", "no name in Host", b"GET {get} HTTP/1.1\r\nHost: a..b\r\n\r\n", "400"),
    ("9112 §3.2", "a port that cannot be", b"GET {get} HTTP/1.1\r\nHost: localhost:99999\r\n\r\n", "400"),
    ("9112 §3.2", "an address that is none", b"GET {get} HTTP/1.1\r\nHost: [:]\r\n\r\n", "400"),
    ("9110 §15.5.20", "another's Host", b"GET {get} HTTP/1.1\r\nHost: a.example\r\n\r\n", "421"),
    ("9112 §3.2.2", "another's address", b"GET http://a.b{get} HTTP/1.1\r\n" + HOST + b"\r\n", "421"),
    ("9112 §3.2.2", "the whole address", b"GET http://localhost{get} HTTP/1.1\r\n" + HOST + b"\r\n", "200|426"),
    ("9112 §3.2", "an address cut short", b"GET http://[:/ HTTP/1.1\r\n" + HOST + b"\r\n", "400"),
    ("9112 §5.1", "brackets in a name", b"GET {get} HTTP/1.1\r\n" + HOST + b"X-Invalid[]: a\r\n\r\n", "400"),
    ("9112 §5.1", "a blank before the colon", b"GET {get} HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n", "400"),
    ("9110 §5.5", "a control character", b"GET {get} HTTP/1.1\r\n" + HOST + b"X: a\x07\r\n\r\n", "400"),
    ("9110 §5.5", "a NUL", b"GET {get} HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", "400"),
    ("9112 §2.2", "a bare CR", b"GET {get} HTTP/1.1\r\n" + HOST + b"\rSome-Header: a\r\n\r\n", "400"),
    ("9112 §5.2", "a folded line", b"GET {get} HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", "400|200|426"),
    ("9110 §5.5", "an empty value", b"GET {get} HTTP/1.1\r\n" + HOST + b"X:\r\nY: \r\n\r\n", "200|426"),
    ("9110 §5.1", "names in any case", b"GET {get} HTTP/1.1\r\nhoSt:\tlocalhost\r\nempty:\r\n\r\n", "200|426"),
    ("9112 §2.2", "an empty line first", b"\r\nGET {get} HTTP/1.1\r\n" + HOST + b"\r\n", "200|426"),
    ("9112 §6.2", "a negative length", b"POST {post} HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", "400"),
    ("9112 §6.3", "a length of letters", b"POST {post} HTTP/1.1\r\n" + HOST + b"Content-Length: a\r\n\r\n", "400"),
    (
        "9112 §6.3",
        "two lengths",
        b"POST {post} HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "400",
    ),
    (
        "9110 §8.6",
        "a very long length",
        b"POST {post} HTTP/1.1\r\n" + HOST + b"Content-Length: " + LONG + b"\r\n\r\n",
        "400|405|413|501",
    ),
    (
        "9112 §6.1",
        "a length and chunks",
        b"POST {post} HTTP/1.1\r\n" + HOST + b"content-LengtH: 5\r\nTransFer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400",
    ),
    (
        "9112 §6.3",
        "no chunks last",
        b"POST {post} HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n",
        "400|501",
    ),
    (
        "9112 §6.1",
        "a coding unheard of",
        b"POST {post} HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "501",
    ),
    (
        "9112 §7.1",
        "a chunk with a size of letters",
        b"POST {post} HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n",
        "400|405|411|501",
    ),
    (
        "9110 §10.1.1",
        "an expectation without a body",
        b"GET {get} HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\n\r\n",
        "100|200|426",
    ),
    ("9110 §15.5.15", "a long target", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", "414|431"),
    ("6585 §5", "too many headers", b"GET {get} HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 150 + b"\r\n", "431"),
    ("9110 §7.8", "an upgrade by POST", b"POST {post} HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n", "4..|501"),
]
UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
UPGRADE += b"Sec-WebSocket-Version: 13\r\n"

# Requests of which nothing may be answered before they are whole.
BEGINNINGS = [
    b"G",
    b"GET ",
    b"GET /hello",
    b"GET /hello ",
    b"GET /hello HTTP",
    b"GET /hello HTTP/1.1",
    b"GET /hello HTTP/1.1\r",
    b"GET /hello HTTP/1.1\r\n",
    b"GET /hello HTTP/1.1\r\nHos",
    b"GET /hello HTTP/1.1\r\nHost:",
    b"GET /hello HTTP/1.1\r\nHost: localhost",
    b"GET /hello HTTP/1.1\r\nHost: localhost\r\n",
    b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r",
]


@pytest.fixture(scope="module", params=SERVERS)
def judged(request: pytest.FixtureRequest) -> Iterator[tuple[Server, bytes, bytes]]:
    module = request.param.partition(",")[0]
    with launch(f"servers.{module}", port=0, name=request.param) as server:
        yield server, *SERVERS[request.param]


@pytest.fixture(autouse=True)
def no_server_left() -> None:
    """Keep the server for all tests of this module; see conftest."""


def statuses(answers: bytes) -> list[bytes]:
    return re.findall(rb"HTTP/1\.1 (\d\d\d) ", answers)


@pytest.mark.parametrize(("section", "name", "request_", "expected"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_a_request_is_answered_as_the_rfc_says(
    judged: tuple[Server, bytes, bytes], section: str, name: str, request_: bytes, expected: str
) -> None:
    server, get, post = judged
    head = UPGRADE + b"\r\n" if "upgrade" in name else b""
    answers = exchange(server, request_.replace(b"{get}", get).replace(b"{post}", post) + head, more=False)
    assert answers, "the connection was dropped without an answer"
    assert re.fullmatch(expected, statuses(answers)[0].decode()), answers[:200]


@pytest.mark.parametrize("begun", BEGINNINGS)
def test_half_a_request_is_not_answered(judged: tuple[Server, bytes, bytes], begun: bytes) -> None:
    server, _, _ = judged
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(begun)
        client.shutdown(socket.SHUT_WR)
        assert not any(status.startswith(b"2") for status in statuses(read_to_end(client)))


def test_what_is_refused_for_its_length_ends_the_connection(judged: tuple[Server, bytes, bytes]) -> None:
    """RFC 9112 §6.1: what follows could be a request that a proxy has not seen."""
    server, get, post = judged
    inner = b"GET " + get + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    head = b"POST " + post + b" HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert statuses(exchange(server, head, b"0\r\n\r\n", inner)) == [b"400"]


# Rules for each answer ----------------------------------------------------------------------------------

METHODS = [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"BREW"]
ONCE = [b"date", b"content-type", b"content-length", b"etag", b"last-modified", b"location", b"server"]
CONDITIONS = [b"X: y", b"If-None-Match: *", b"If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT", b'If-Match: "x"']


def parts(answer: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    return int(first.split(b" ")[1]), fields, body


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("where", [0, 1])
def test_each_answer_keeps_the_rules(
    judged: tuple[Server, bytes, bytes], method: bytes, condition: bytes, where: int
) -> None:
    server, *paths = judged
    request = b"\r\n".join([method + b" " + paths[where] + b" HTTP/1.1", HOST[:-2], CLOSE, condition, b"", b""])
    status, fields, body = parts(exchange(server, request))
    names = [name for name, _ in fields]
    values = dict(fields)
    assert [name for name in ONCE if names.count(name) > 1] == []  # RFC 9110 §5.3
    assert b"date" in names or status >= 500  # §6.6.1
    assert not (b"content-length" in names and b"transfer-encoding" in names)  # RFC 9112 §6.2
    if method == b"HEAD" or status in (204, 304):
        assert body == b""  # RFC 9110 §9.3.2, §15.3.5, §15.4.5
    elif b"content-length" in names:
        assert len(body) == int(values[b"content-length"])  # §8.6
    if status in (204, 304):
        assert b"content-type" not in names
        assert b"transfer-encoding" not in names
    if status == 405:
        allowed = [each.strip() for each in values[b"allow"].split(b",")]  # §10.2.1, §15.5.6
        assert method not in allowed
    if status == 426:
        assert values[b"upgrade"] == b"websocket"  # §15.5.22
        assert b"upgrade" in values[b"connection"].lower()  # §7.8
    if status == 401:
        assert b"www-authenticate" in names  # §15.5.2
    if body and status != 204:
        assert b"content-type" in names  # §8.3


def test_each_method_that_is_allowed_is_there(judged: tuple[Server, bytes, bytes]) -> None:
    server, *paths = judged
    for path in paths:
        line = b"PUT " + path + b" HTTP/1.1\r\n" + HOST + CLOSE + b"\r\nContent-Length: 0\r\n\r\n"
        status, fields, _ = parts(exchange(server, line))
        for method in dict(fields).get(b"allow", b"").replace(b" ", b"").split(b","):
            asked = method + b" " + path + b" HTTP/1.1\r\n" + HOST + CLOSE + b"\r\nContent-Length: 0\r\n\r\n"
            assert method == b"" or parts(exchange(server, asked))[0] not in (405, 501)
