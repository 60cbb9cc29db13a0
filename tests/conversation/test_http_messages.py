"""Requests and responses know what their parts mean."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from recorded import CLOSED, GET, messages

from wirelab.conversation.http_messages import MAX_UNPACKED, Request, Response


def request(data: bytes) -> Request:
    [found] = messages((">", data))
    assert isinstance(found, Request)
    return found


def response(headers: bytes, body: bytes = b"") -> Response:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body)
    found = messages((">", GET), ("<", head + headers + b"\r\n" + body))[1]
    assert isinstance(found, Response)
    return found


def test_a_header_that_comes_twice_is_one_with_commas() -> None:
    asked = request(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\naccept: */*\r\n\r\n")
    assert (asked.header("ACCEPT"), asked.header("Missing")) == ("text/html, */*", "")


@pytest.mark.parametrize(
    ("kind", "pack"), [(b"gzip", gzip.compress), (b"X-GZIP", gzip.compress), (b"deflate", zlib.compress)]
)
def test_a_packed_body_is_unpacked(kind: bytes, pack: Callable[[bytes], bytes]) -> None:
    assert response(b"Content-Encoding: " + kind + b"\r\n", pack(b"curtain up")).content == b"curtain up"


@pytest.mark.parametrize("headers", [b"", b"Content-Encoding: gzip\r\n", b"Content-Encoding: br\r\n"])
def test_what_cannot_be_unpacked_stays_as_it_is(headers: bytes) -> None:
    found = response(headers, b"curtain up")
    assert found.content is found.body


def test_a_packed_body_is_unpacked_as_far_as_it_has_come() -> None:
    packed = gzip.compress(b"curtain up", mtime=0)
    assert response(b"Content-Encoding: gzip\r\n", packed[:-9]).content == b"curtain up"


def test_a_small_body_cannot_unpack_to_gigabytes() -> None:
    assert len(response(b"Content-Encoding: gzip\r\n", gzip.compress(bytes(2**25))).content) == MAX_UNPACKED


@pytest.mark.parametrize(("more", "story"), [(0, " to 4,194,304 bytes"), (9, " to more than 4,194,304 bytes")])
def test_the_limit_of_unpacking_is_said_in_the_text_and_in_the_drawing(more: int, story: str) -> None:
    found = response(b"Content-Encoding: gzip\r\n", gzip.compress(b"a" * (MAX_UNPACKED + more)))
    for shown in (repr(found), found._repr_html_()):
        assert f"unpacked from gzip{story}" in " ".join(shown.split())
        assert ("… and more, not unpacked" in shown) is bool(more)


def test_a_body_that_cannot_be_unpacked_is_shown_as_bytes() -> None:
    shown = repr(response(b"Content-Type: text/html\r\nContent-Encoding: br\r\n", b"\x8b\x00\x80"))
    assert "packed with br, and not unpacked" in shown
    assert "8b 00 80" in shown


def test_headers_are_kept_as_they_were_written() -> None:
    lengths = b"content-length: 3\r\nContent-Length:3, 3\r\nX: a\r\n\tb\r\n"
    found = request(b"POST / HTTP/1.1\r\nHost: a\r\n" + lengths + b"\r\nabc")
    assert found.headers[1:] == (("content-length", "3"), ("Content-Length", "3, 3"), ("X", "a b"))
    chunked = request(b"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: Chunked\n\n0\r\n\r\n")
    assert chunked.headers[1:] == (("Transfer-Encoding", "Chunked"),)


def test_trailers_are_shown() -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\nY:\r\n\r\n"
    found = request(b"POST / HTTP/1.1\r\nHost: a\r\n" + chunked)
    assert found.trailers == (("X-Sum", "7"), ("Y", ""))
    assert "X-Sum: 7" in repr(found)
    assert "X-Sum: 7" in found._repr_html_()


@pytest.mark.parametrize(
    ("data", "lost", "gap"),
    [
        (b"Content-Length: 3\r\n\r\nabc", 0, ""),
        (b"Content-Length: 3\r\n\r\na", 0, "it is not complete: 2 headers, 1 of 3 bytes"),
        (b"Content-Length: 1003\r\n\r\nabc", 1000, "1,000 of the 1,003 bytes of its body were not kept"),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\n", 1000, "1,000 bytes of it were not kept"),
    ],
)
def test_a_message_knows_what_is_missing(data: bytes, lost: int, gap: str) -> None:
    [found] = messages((">", b"POST / HTTP/1.1\r\nHost: a\r\n" + data), (">", lost))
    assert isinstance(found, Request)
    assert found.gap == gap


@pytest.mark.parametrize(("status", "meaning"), [(200, "OK"), (418, "I'm a Teapot"), (299, "")])
def test_the_number_says_what_a_status_means(status: int, meaning: str) -> None:
    found = messages((">", GET), ("<", b"HTTP/1.1 %d Whatever\r\n\r\n" % status), ("<", CLOSED))[1]
    assert isinstance(found, Response) and found.meaning == meaning


@pytest.mark.parametrize(
    ("status", "is_final"), [(100, False), (103, False), (101, True), (200, True), (500, True)]
)
def test_all_statuses_but_1xx_are_final_and_101_is_as_well(status: int, is_final: bool) -> None:
    found = Response(connection=0, side="server", at=0, until=0, raw=b"", version="1.1", status=status)  # type: ignore[arg-type]
    assert found.is_final is is_final


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (b"GET /x?to=http://b/ HTTP/1.1", "http://a:1/x?to=http://b/"),
        (b"GET http://b/y HTTP/1.1", "http://b/y"),
        (b"OPTIONS * HTTP/1.1", "http://a:1/"),
        (b"CONNECT b:443 HTTP/1.1", "http://b:443"),
    ],
)
def test_a_request_has_a_whole_address(line: bytes, url: str) -> None:
    assert request(line + b"\r\nHost: a:1\r\n\r\n").url == url
