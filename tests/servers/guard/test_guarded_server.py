"""A guarded server has so many places and no more, and gets each of them back."""

import socket
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from plain_http import CLOSE, connected, exchange, get

from servers.guard.guarded_handler import GuardedHandler
from servers.guard.guarded_server import BUSY, GuardedServer
from wirelab import Server, launch


class Handler(GuardedHandler, BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def create_server(host: str, port: int) -> GuardedServer:
    return GuardedServer((host, port), Handler)


def test_no_more_clients_than_there_are_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedServer, "max_connections", 2)
    server = launch(create_server, port=0)
    with connected(server) as one, connected(server) as two:
        for client in (one, two):
            client.sendall(get(b"/hello"))
            assert client.recv(15) == b"HTTP/1.1 200 OK"
        turned_away = exchange(server)
        assert turned_away.startswith(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n")
        assert turned_away.endswith(BUSY)
    wait_for_a_place(server)


def wait_for_a_place(server: Server) -> None:
    """The places of those who left are free again, at once or a moment later."""
    for _ in range(1000):
        if exchange(server, get(b"/hello", CLOSE)).startswith(b"HTTP/1.1 200 "):
            return
    pytest.fail("there is no place again")


def test_a_thread_that_cannot_be_started_costs_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    request, client = socket.socketpair()
    with GuardedServer(("127.0.0.1", 0), Handler) as server, request, client:
        monkeypatch.setattr("socketserver.ThreadingMixIn.process_request", no_thread)
        for _ in range(server.max_connections + 1):
            with pytest.raises(RuntimeError):
                server.process_request(request, None)


def test_ctrl_c_while_a_thread_starts_leaves_the_place_to_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def start_then_interrupt(server: GuardedServer, *_: Any) -> None:
        server.free_connections.release()  # as the thread does when it ends
        raise KeyboardInterrupt

    request, client = socket.socketpair()
    with GuardedServer(("127.0.0.1", 0), Handler) as server, request, client:
        monkeypatch.setattr("socketserver.ThreadingMixIn.process_request", start_then_interrupt)
        with pytest.raises(KeyboardInterrupt):
            server.process_request(request, None)
