"""No server keeps a client that never reads, and none remembers for ever what it has not read."""

import os
import socket
from collections.abc import Iterator

import psutil
import pytest

from servers.echo_server import MAX_ECHO_SIZE
from servers.guard.guarded_protocol import MAX_FRAGMENTS
from wirelab import Server, launch

PATHS = {"echo_server": "/", "seat_feed": "/shows/1", "box_office": "/feed/shows/1"}
PING = b"\x89\xfd\x00\x00\x00\x00" + b"x" * 125  # its mask is all zeros
MEGABYTE = 2**20
MAX_SENT = 200 * MEGABYTE  # what a client could send to a server that never minds


def handshake(path: str) -> bytes:
    fields = "Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    return f"GET {path} HTTP/1.1\r\n{fields}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()


def memory(server: Server) -> int:
    found = psutil.Process().children(recursive=True)
    process = next(process for process in found if str(server.port) in process.cmdline())
    return int(process.memory_info().rss)


@pytest.fixture(params=PATHS)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Server, bytes]]:
    with launch(f"servers.{request.param}", port=0) as server:
        yield server, handshake(PATHS[request.param])


def test_a_client_that_pings_and_never_reads_is_hung_up_on(server: tuple[Server, bytes]) -> None:
    running, greeting = server
    before, sent = memory(running), 0
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(greeting)
        with pytest.raises(ConnectionError):
            while sent < MAX_SENT:
                client.sendall(PING * 1000)
                sent += len(PING) * 1000
    assert sent < MAX_SENT
    assert memory(running) - before < 16 * MEGABYTE


def test_an_echo_waits_for_a_client_that_reads_later() -> None:
    """Back pressure is no fault: what was sent comes back whole, however late it is read."""
    message = b"x" * MAX_ECHO_SIZE
    head = b"\x82\xff" + len(message).to_bytes(8, "big") + bytes(4)
    with (
        launch("servers.echo_server", port=0) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as client,
    ):
        client.sendall(handshake("/") + (head + message))
        client.sendall(head + message)
        answer = b""
        while len(answer) < 2 * MAX_ECHO_SIZE:
            data = client.recv(MEGABYTE)
            assert data
            answer += data


@pytest.mark.skipif(os.name != "posix", reason="the system's buffers are others there")
def test_a_client_that_asks_for_pages_and_never_reads_keeps_nobody_waiting() -> None:
    """Each asks for the largest file there is; more of them than there are threads."""
    asset = b"GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with launch("servers.box_office", port=0) as office:
        clients = [socket.create_connection(("127.0.0.1", office.port), timeout=20) for _ in range(24)]
        for client in clients:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(asset)
        with socket.create_connection(("127.0.0.1", office.port), timeout=5) as last:
            last.sendall(b"GET /api/shows HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert last.recv(12) == b"HTTP/1.1 200"
        for client in clients:
            client.close()


def test_a_message_in_more_pieces_than_are_allowed_is_too_big() -> None:
    """A piece may be empty, so their bytes tell nothing of how many there are."""
    pieces = b"\x01\x80" + bytes(4) + (b"\x00\x80" + bytes(4)) * MAX_FRAGMENTS
    with (
        launch("servers.box_office", port=0) as office,
        socket.create_connection(("127.0.0.1", office.port), timeout=20) as client,
    ):
        client.sendall(handshake("/feed/shows/1"))
        answer = client.recv(4096)
        client.sendall(pieces)
        while data := client.recv(4096):
            answer += data
    assert b"\x03\xf1more than 64 pieces" in answer  # 1009 (RFC 6455 §7.4.1)
