"""The server from a socket: it finds where each request ends, keeps the connection, and sends chunks and gzip."""

import gzip
import http.client
import socket
from contextlib import closing

import pytest
import requests
from plain_http import CLOSE, exchange, get, post

from servers import socket_server
from wirelab import Server, launch


@pytest.fixture
def server() -> Server:
    return launch("servers.socket_server", port=0)


def test_a_page_says_how_long_it_is(server: Server) -> None:
    reply = exchange(server, get(b"/", CLOSE))
    assert reply.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nContent-Length: 30\r\n" in reply
    assert reply.endswith(b"\r\n\r\nThe Tempest, tonight at 19:30\n")


def test_two_requests_at_once_get_two_answers_in_their_order(server: Server) -> None:
    note = post(b"/guests", b"name=Ada", b"Content-Length: 8")
    reply = exchange(server, note, get(b"/missing", CLOSE))
    assert reply.index(b"your note has 8 bytes") < reply.index(b"HTTP/1.1 404 Not Found")
    assert reply.count(b"HTTP/1.1 ") == 2


def test_a_request_may_come_byte_by_byte(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        for byte in get(b"/", CLOSE):
            client.sendall(bytes([byte]))
        assert client.recv(15) == b"HTTP/1.1 200 OK"


def test_a_session_needs_one_connection(server: Server) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as client:
        for path in ("/", "/seats", "/programme"):
            client.request("GET", path)
            first = client.sock
            assert client.getresponse().read()
            assert client.sock is first


def test_a_body_of_no_known_length_comes_in_chunks(server: Server) -> None:
    body = exchange(server, get(b"/seats", CLOSE)).partition(b"\r\n\r\n")[2]
    first, last = b"15\r\nrow A: 12 seats free\n\r\n", b"10\r\nrow C: sold out\n\r\n0\r\n\r\n"
    assert body.startswith(first)
    assert body.endswith(last)


def test_a_client_of_http_1_0_gets_no_chunks(server: Server) -> None:
    reply = exchange(server, b"GET /seats HTTP/1.0\r\n\r\n")
    assert b"chunked" not in reply
    assert reply.endswith("".join(socket_server.ROWS).encode())


@pytest.mark.parametrize("accepted", ["gzip", "deflate, GZIP", "br;q=1, gzip;q=0.5"])
def test_who_reads_gzip_gets_gzip(accepted: str) -> None:
    reply = socket_server.packed(socket_server.PROGRAMME.encode(), accepted)
    assert reply.headers == {"Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
    assert gzip.decompress(reply.body).decode() == socket_server.PROGRAMME


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "gzip; q=0.0", "xgzip"])
def test_who_does_not_gets_the_page_as_it_is(accepted: str) -> None:
    reply = socket_server.packed(socket_server.PROGRAMME.encode(), accepted)
    assert reply.headers == {"Vary": "Accept-Encoding"}
    assert reply.body.decode() == socket_server.PROGRAMME


def test_requests_unpacks_the_programme(server: Server) -> None:
    reply = requests.get(server.url + "/programme", timeout=20)
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.text == socket_server.PROGRAMME


def test_head_is_the_same_without_the_body(server: Server) -> None:
    reply = exchange(server, get(b"/", CLOSE).replace(b"GET", b"HEAD", 1))
    assert reply.endswith(b"\r\nConnection: close\r\n\r\n")


REFUSED = {
    "a body that is too long": (post(b"/guests", b"", b"Content-Length: 10001"), b"413"),
    "chunks": (post(b"/guests", b"0\r\n\r\n", b"Transfer-Encoding: chunked"), b"411"),
    "a stranger's name": (b"GET / HTTP/1.1\r\nHost: stranger.example\r\n\r\n", b"421"),
    "no request": (b"hello\r\n\r\n", b"400"),
    "half of the headers": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"400"),
}


@pytest.mark.parametrize(("request_", "status"), REFUSED.values(), ids=REFUSED)
def test_what_it_refuses_gets_a_reason(server: Server, request_: bytes, status: bytes) -> None:
    assert exchange(server, request_, more=False).startswith(b"HTTP/1.1 " + status)


def test_a_client_that_stops_in_the_middle_holds_up_nobody(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(b"GET / HT")
        assert requests.get(server.url, timeout=20).ok
