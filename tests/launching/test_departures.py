"""A client that has left is told from an upstream, another client or a process that is lost."""

import asyncio
import contextlib
import functools
import http.client
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask, Response
from launched import POSIX
from waiting import wait_until
from websockets.asyncio.client import connect as connect_async
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from wirelab import Server, launch


@pytest.fixture
def dying_upstream() -> Iterator[int]:
    """The port of a server that reads a request and closes the connection without an answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.recv(1000)
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def ask_by_http_client(port: int) -> None:
    upstream = http.client.HTTPConnection("127.0.0.1", port)
    upstream.request("GET", "/")
    upstream.getresponse()


def ask_by_urllib(port: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)


def ask_by_requests(port: int) -> None:
    requests.get(f"http://127.0.0.1:{port}/", timeout=5)


def ask_by_socket(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as upstream:
        upstream.sendall(b"GET / HTTP/1.0\r\n\r\n")
        upstream.recv(1000)
        while True:
            upstream.sendall(b"x" * 100_000)


def write_to_a_dead_process(port: int) -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, bufsize=0) as process:
        process.wait()
        assert process.stdin
        process.stdin.write(b"x")


def raise_it(port: int) -> None:
    raise ConnectionAbortedError("the sensor is gone")


Answer = Callable[[BaseHTTPRequestHandler], None]
LOST = [ask_by_http_client, ask_by_urllib, ask_by_requests, ask_by_socket, write_to_a_dead_process, raise_it]


@POSIX
@pytest.mark.parametrize("ask", LOST)
def test_what_a_handler_loses_is_a_failure(ask: Callable[[int], None], dying_upstream: int) -> None:
    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ask(dying_upstream)

    server = launch(Gateway, port=0)
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)
    assert wait_until(lambda: server.failure_count == 1)
    assert server.failures[0].function == ask.__name__
    assert not any("the client left" in line for line in server.log)


@POSIX
@pytest.mark.parametrize("ask", LOST)
def test_what_a_handler_loses_is_a_failure_even_of_a_client_that_sends_no_more(
    ask: Callable[[int], None], dying_upstream: int
) -> None:
    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ask(dying_upstream)

    server = launch(Gateway, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    assert wait_until(lambda: server.failure_count == 1)


def wait_by_socket(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=0.1) as upstream:
        upstream.recv(1000)


def wait_by_urllib(port: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=0.1)


@pytest.mark.parametrize("wait", [wait_by_socket, wait_by_urllib])
@pytest.mark.parametrize("is_silent", [True, False])
def test_an_upstream_that_does_not_answer_is_a_failure(wait: Callable[[int], None], is_silent: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as upstream:

        class Gateway(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wait(upstream.getsockname()[1])

        if is_silent:
            Gateway.log_message = lambda *_: None  # type: ignore[method-assign]
        server = launch(Gateway, port=0)
        with pytest.raises(requests.ConnectionError):
            requests.get(server.url, timeout=5)
        wait_until(lambda: server.failure_count == 1)
        assert server.failures[0].what.startswith("TimeoutError: ")
        assert server.failures[0].function == wait.__name__


def test_a_client_that_is_too_slow_for_a_handler_is_no_failure() -> None:
    class Impatient(BaseHTTPRequestHandler):
        timeout = 0.1

        def do_POST(self) -> None:
            self.rfile.read(10)

    server = launch(Impatient, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"POST / HTTP/1.0\r\nContent-Length: 10\r\n\r\nab")
        assert client.recv(1000) == b""
    assert "Request timed out" in server.log.wait(1)[0]
    assert server.failures == []


def test_another_client_that_left_is_a_failure() -> None:
    class Room(BaseHTTPRequestHandler):
        waiting: list["Room"] = []

        def do_GET(self) -> None:
            if self.path == "/wait":
                self.waiting.append(self)
                done.wait(10)
            for other in self.waiting:
                for _ in range(100):
                    other.wfile.write(b"x" * 1_000_000)

    done, server = threading.Event(), launch(Room, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as leaving:
        leaving.sendall(b"GET /wait HTTP/1.0\r\n\r\n")
        assert wait_until(lambda: bool(Room.waiting))
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)
    done.set()
    assert wait_until(lambda: server.failure_count == 1)


def write(self: BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        self.wfile.write(b"x" * 1_000_000)


def send(self: BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        self.connection.sendall(b"x" * 1_000_000)


def copy(self: BaseHTTPRequestHandler) -> None:
    with Path("/dev/zero").open("rb") as endless:
        shutil.copyfileobj(endless, self.wfile)


def read(self: BaseHTTPRequestHandler) -> None:
    while True:
        self.rfile.read(1000)
        self.connection.send(b"x")


@POSIX
@pytest.mark.parametrize("answer", [write, send, copy, read])
@pytest.mark.parametrize("buffered", [0, 10_000])
def test_the_handlers_own_client_may_leave(answer: Answer, buffered: int) -> None:
    def do_GET(self: BaseHTTPRequestHandler) -> None:
        gone.wait(5)
        answer(self)

    gone = threading.Event()
    server = launch(type("Slow", (BaseHTTPRequestHandler,), {"do_GET": do_GET, "wbufsize": buffered}), port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
    gone.set()
    assert server.log.wait(1)[0].startswith("the client left: ")
    assert not server.failures


@POSIX
@pytest.mark.parametrize("ask", LOST)
@pytest.mark.parametrize("streamed", [False, True])
def test_what_a_flask_app_loses_is_a_failure(
    ask: Callable[[int], None], streamed: bool, dying_upstream: int
) -> None:
    def rows() -> Iterator[str]:
        yield "1\n"
        ask(dying_upstream)

    app = Flask("gateway")
    app.add_url_rule("/", view_func=lambda: Response(rows() if streamed else list(rows())))
    server = launch(app, port=0)
    with contextlib.suppress(requests.RequestException):
        requests.get(server.url, timeout=5)
    assert wait_until(lambda: server.failure_count == 1)
    assert server.failures[0].function == ask.__name__
    assert any(server.failures[0].kind in line for line in server.log)


def test_a_client_may_leave_a_stream_of_flask() -> None:
    def rows() -> Iterator[bytes]:
        while True:
            yield b"x" * 100_000

    app = Flask("endless")
    app.add_url_rule("/", view_func=lambda: Response(rows()))
    server = launch(app, port=0)
    with requests.get(server.url, stream=True, timeout=5) as answer:
        next(answer.iter_content(10))
    server.stop()
    assert not server.failures


async def room_of(peers: list[ServerConnection], websocket: ServerConnection) -> None:
    peers.append(websocket)
    async for text in websocket:
        for peer in peers:
            await peer.send(text)


def test_another_clients_closed_websocket_is_a_failure_and_told_by_1011() -> None:
    server = launch(functools.partial(room_of, []), port=0)
    with connect(server.url) as one:
        one.send("a")
        assert one.recv(timeout=5) == "a"
    with connect(server.url) as two, pytest.raises(ConnectionClosed) as closed:
        two.send("b")
        two.recv(timeout=5)
    assert closed.value.rcvd and closed.value.rcvd.code == 1011
    assert [failure.function for failure in server.failures] == ["room_of"]
    assert server.failures[0].source == "await peer.send(text)"


async def closes(websocket: ServerConnection) -> None:
    await websocket.close(4000, "no more")


def gateway_to(url: str) -> Callable[[ServerConnection], Any]:
    async def gateway(websocket: ServerConnection) -> None:
        async with connect_async(url) as upstream:
            await websocket.send(await upstream.recv())

    return gateway


def gathering_gateway_to(url: str) -> Callable[[ServerConnection], Any]:
    async def gateway(websocket: ServerConnection) -> None:
        async with connect_async(url) as upstream:
            await asyncio.gather(upstream.recv(), websocket.recv())

    return gateway


def grouping_gateway_to(url: str) -> Callable[[ServerConnection], Any]:
    async def gateway(websocket: ServerConnection) -> None:
        async with connect_async(url) as upstream, asyncio.TaskGroup() as group:
            group.create_task(upstream.recv())
            group.create_task(websocket.recv())

    return gateway


@pytest.mark.parametrize("gateway", [gateway_to, gathering_gateway_to, grouping_gateway_to])
def test_an_upstreams_closed_websocket_is_a_failure(gateway: Callable[[str], Any]) -> None:
    server = launch(gateway(launch(closes, port=0).url), port=0)
    with connect(server.url) as client, pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=5)
    assert closed.value.rcvd and closed.value.rcvd.code == 1011
    assert server.failure_count == 1
    assert "4000" in server.failures[0].message or "4000" in str(list(server.log))


async def recites(websocket: ServerConnection) -> None:
    while True:
        await websocket.send("x")
        await asyncio.sleep(0.01)


async def groups(websocket: ServerConnection) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(recites(websocket))
        group.create_task(recites(websocket))


async def has_a_heartbeat(websocket: ServerConnection) -> None:
    beat = asyncio.create_task(recites(websocket))
    async for _ in websocket:
        pass
    await asyncio.wait([beat])


@pytest.mark.parametrize("handler", [recites, groups, has_a_heartbeat])
@pytest.mark.parametrize("leaves", ["with 1000", "with 4001", "without a word"])
def test_a_handlers_own_websocket_may_be_closed(handler: Any, leaves: str) -> None:
    server = launch(handler, port=0)
    with connect(server.url) as client:
        client.recv(timeout=5)
        if leaves == "without a word":
            client.socket.shutdown(socket.SHUT_RDWR)
        client.close(1000 if leaves == "with 1000" else 4001)
    assert wait_until(lambda: any("closed" in line for line in server.log))
    server.settle(5)
    stop_and_see(server)


def stop_and_see(server: Server) -> None:
    server.stop()
    assert server.failures == []


async def deletes_a_cancelled_task(websocket: ServerConnection) -> None:
    task = asyncio.create_task(asyncio.sleep(10))
    task.cancel()
    await task


def test_a_task_that_was_cancelled_is_a_failure_of_who_waits_for_it() -> None:
    server = launch(deletes_a_cancelled_task, port=0)
    with connect(server.url) as client, pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=5)
    assert closed.value.rcvd and closed.value.rcvd.code == 1011
    assert server.failures[0].kind == "CancelledError"
