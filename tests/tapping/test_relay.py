"""A tap between real programs says what went wrong by its cause, and says nothing where nothing did."""

import contextlib
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from websockets.exceptions import InvalidHandshake, InvalidMessage
from websockets.sync.client import connect

from wirelab import Server, Tap, launch, wire
from wirelab.conversation.handshake_faults import accept_value

BIG = bytes(8_000_000)


class Anything(BaseHTTPRequestHandler):
    """Answers every GET with its path, and refuses every POST without reading it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.path.encode("latin-1")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.send_response(413)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()


class Handshake(BaseHTTPRequestHandler):
    """Agrees to a WebSocket by hand, as HTTP/1.0."""

    def do_GET(self) -> None:
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", self.accept())
        self.end_headers()

    def accept(self) -> str:
        return accept_value(self.headers["Sec-WebSocket-Key"])


class WrongAccept(Handshake):
    """Agrees with another value than the key asks for."""

    protocol_version = "HTTP/1.1"

    def accept(self) -> str:
        return self.headers["Sec-WebSocket-Key"]


def context(kind: int) -> ssl.SSLContext:
    """TLS without certificates, so that none has to be made."""
    found = ssl.SSLContext(kind)
    found.check_hostname, found.maximum_version = False, ssl.TLSVersion.TLSv1_2
    found.verify_mode = ssl.CERT_NONE
    found.set_ciphers("AECDH:@SECLEVEL=0")
    return found


@pytest.fixture
def web() -> Server:
    return launch(Anything, port=0)


@pytest.fixture
def secure() -> Tap:
    """A tap before a server that speaks TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Anything)
    server.socket = context(ssl.PROTOCOL_TLS_SERVER).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return wire(server.server_address[1])


def troubles(tap: Tap) -> list[str]:
    return [message.trouble for message in tap.troubles]


def send(tap: Tap, data: bytes) -> bytes:
    """What comes back for `data` until the server closes, or nothing more comes."""
    with socket.create_connection(("127.0.0.1", tap.port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while more := client.recv(65536):
            found += more
        return found


def test_a_path_in_raw_utf_8_is_an_exchange(web: Server, tmp_path: Path) -> None:
    with wire(web) as tap:
        got = send(tap, "GET /é HTTP/1.1\r\nHost: a\r\n\r\nGET /e HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert [pair.response and pair.response.status for pair in tap.http] == [200, 200]
    assert troubles(tap) == ["é in a request target has to be written %C3%A9 (RFC 3986 §2.1)."]
    assert "/é".encode() in got
    assert "/%C3%A9" in tap.save(tmp_path / "talk.har").read_text("utf-8")


@pytest.mark.parametrize("handler", [Handshake, WrongAccept])
def test_a_handshake_that_fails_is_told_on_its_answer(handler: type[Handshake]) -> None:
    with wire(launch(handler, port=0)) as tap, pytest.raises((InvalidHandshake, InvalidMessage)):
        connect(tap.url.replace("http", "ws"))
    [trouble] = tap.troubles
    assert trouble.side == "server" and "RFC 6455 §4.2.2" in trouble.trouble
    if handler is WrongAccept:
        assert accept_value(tap.http[0].request.header("Sec-WebSocket-Key")) in trouble.trouble


def test_a_body_that_the_server_would_not_read_is_told(web: Server) -> None:
    with wire(web) as tap, contextlib.suppress(requests.ConnectionError):  # a reset may come before the answer
        assert requests.post(tap.url, data=BIG, timeout=10).status_code == 413
    [trouble] = troubles(tap)
    assert trouble.startswith("The server ") and "before it had read the request" in trouble
    assert "of 8,000,000 bytes of its body were sent" in trouble


def test_tls_on_both_sides_is_in_order(secure: Tap) -> None:
    plain = socket.create_connection(("127.0.0.1", secure.port), timeout=10)
    with secure, context(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(plain) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert client.recv(8) == b"HTTP/1.1"
    assert troubles(secure) == []
    assert {message.first_line for message in secure} == {"TLS"}


def test_tls_to_a_server_without_it_is_told(web: Server) -> None:
    with wire(web) as tap, socket.create_connection(("127.0.0.1", tap.port), timeout=10) as plain:
        plain.sendall(b"\x16\x03\x01\x00\x05\x01\x00\n\r\n\n")
        assert plain.recv(1)
    assert "this server speaks plain http" in troubles(tap)[0]


def test_a_server_that_refuses_tls_is_told_with_its_alert(secure: Tap) -> None:
    other = context(ssl.PROTOCOL_TLS_CLIENT)
    other.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    plain = socket.create_connection(("127.0.0.1", secure.port), timeout=10)
    with secure, plain, pytest.raises(ssl.SSLError):
        other.wrap_socket(plain)
    assert troubles(secure) == [
        "The server refuses the TLS connection: handshake failure (alert 40, RFC 8446 §6.2)."
    ]


def test_http_2_to_a_server_without_it_is_told(web: Server) -> None:
    with wire(web) as tap:
        assert send(tap, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert troubles(tap)[0] == (
        "These bytes begin HTTP/2: the client took for granted that the server speaks it, and this one speaks "
        "HTTP/1 (RFC 9113 §3.3)."
    )
