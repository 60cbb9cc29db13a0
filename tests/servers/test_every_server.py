"""What all servers have in common: how they start, where they listen, how they end, and that they are twins."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import pytest
import requests
from terminal import running
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from servers import (
    box_office,
    echo_server,
    login_server,
    naive_web_server,
    seat_feed,
    stale_prices,
    ticket_service,
    web_server,
)
from servers.prices import watched_price
from servers.seats import journal
from servers.tickets import store
from wirelab import Server, launch

POSIX = pytest.mark.skipif(os.name != "posix", reason="Ctrl+C is a signal on POSIX alone")
NAMES = ["web_server", "naive_web_server", "ticket_service", "stale_prices", "echo_server", "seat_feed"]
NAMES += ["box_office", "socket_server", "login_server"]
every_server = pytest.mark.parametrize("name", NAMES)


class Running:
    """A server as a terminal runs it, from its first line on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process, self._output = process, process.stdout
        self.first_line = self._output.readline()
        self.port = int(re.findall(r"127\.0\.0\.1:(\d+)", self.first_line)[0])

    def press_ctrl_c(self) -> tuple[int, str]:
        """The exit code, and all it said after its first line."""
        self.process.send_signal(signal.SIGINT)
        rest = self._output.read()
        return self.process.wait(10), rest


@contextmanager
def run(name: str, port: int = 0, *words: str) -> Iterator[Running]:
    """`python -m servers.NAME --port PORT WORDS`, for 30 seconds at most."""
    with running(f"servers.{name}", "--port", str(port), *words) as process:
        yield Running(process)


def run_to_the_end(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"servers.{name}", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def get(path: str, port: int) -> str:
    return requests.get(f"http://127.0.0.1:{port}{path}", timeout=10).text


def echoed(port: int) -> str | bytes:
    with connect(f"ws://127.0.0.1:{port}") as websocket:
        websocket.send("The Tempest")
        return websocket.recv(timeout=10)


def watched(port: int) -> str:
    """The title of the show whose seats a feed tells."""
    with connect(f"ws://127.0.0.1:{port}/shows/2") as websocket:
        return store.SHOWS[json.loads(websocket.recv(timeout=10))["show"] - 1].title


ASK = {
    "web_server": partial(get, "/"),
    "naive_web_server": partial(get, "/index.html"),
    "ticket_service": partial(get, "/shows"),
    "stale_prices": partial(get, "/"),
    "echo_server": echoed,
    "seat_feed": watched,
    "box_office": partial(get, "/"),
    "socket_server": partial(get, "/"),
    "login_server": partial(get, "/"),
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# The start ----------------------------------------------------------------------------------------------


@every_server
def test_it_answers_at_the_port_it_is_given(name: str) -> None:
    port = free_port()
    with run(name, port):
        assert "The Tempest" in ASK[name](port)


@every_server
def test_with_port_0_it_takes_a_free_port_and_says_which(name: str) -> None:
    with run(name, 0) as server:
        assert re.match(r"Started \w+ (server|service) at (http|ws)://127\.0\.0\.1:\d+", server.first_line)
        assert "The Tempest" in ASK[name](server.port)


@every_server
def test_it_says_how_to_end_it(name: str) -> None:
    with run(name) as server:
        assert server.first_line.endswith(", Ctrl+C ends it\n")


@every_server
def test_help_is_one_sentence_and_the_options(name: str) -> None:
    ran = run_to_the_end(name, "--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(r"usage: .*--port PORT.*\n\n[A-Z].+\.\n", ran.stdout, re.DOTALL)


@every_server
def test_a_word_that_is_no_port_is_refused(name: str) -> None:
    ran = run_to_the_end(name, "--port", "stage")
    assert (ran.returncode, ran.stderr.splitlines()[-1].endswith("invalid int value: 'stage'")) == (2, True)


@every_server
def test_a_strangers_port_is_left_alone(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        ran = run_to_the_end(name, "--port", str(port))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"Port {port}: ")
    assert ran.stderr.count("\n") == 1


@every_server
def test_it_listens_on_loopback_alone(name: str) -> None:
    with run(name) as server:
        for elsewhere in ("127.0.0.2", "::1"):
            with pytest.raises(OSError), closing(socket.create_connection((elsewhere, server.port), timeout=2)):
                pass


# The end ------------------------------------------------------------------------------------------------


@POSIX
@every_server
def test_ctrl_c_ends_it_with_a_word_and_without_a_traceback(name: str) -> None:
    with run(name) as server:
        ASK[name](server.port)
        code, said = server.press_ctrl_c()
    assert code == 0
    assert said.splitlines()[-1].startswith("Ctrl+C received, ")
    assert "Traceback" not in said


@POSIX
@every_server
def test_ctrl_c_frees_its_port_at_once(name: str) -> None:
    with run(name) as server:
        ASK[name](server.port)
        server.press_ctrl_c()
    with run(name, server.port) as again:
        assert "The Tempest" in ASK[name](again.port)


@POSIX
@every_server
def test_ctrl_c_ends_it_though_a_client_stays(name: str) -> None:
    handshake = b"GET /shows/1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    keys = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    with run(name) as server, socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(handshake + keys)
        assert client.recv(7) == b"HTTP/1."
        code, said = server.press_ctrl_c()
    assert (code, "Ctrl+C received" in said, "Traceback" in said) == (0, True, False)


# The twins: in a thread and in a process of its own, each server answers alike --------------------------

HAMLET = {"show": 1, "seat": 7, "name": "Ada"}
SEEN = {"If-Match": "*"}
NO_JSON = {"data": "{", "headers": {"Content-Type": "application/json"}}

WEB: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/", {}),
    ("GET", "/index.html?x=1", {}),
    ("GET", "/style.css", {}),
    ("GET", "/ticket.png", {}),
    ("HEAD", "/ticket.png", {}),
    ("GET", "/today.zzz?x=1", {}),
    ("GET", "/missing", {}),
    ("GET", "/..%2fweb_server.py", {}),
    ("GET", "/%00", {}),
    ("POST", "/reminder", {"data": {"name": "Ada", "show": "Hamlet"}}),
    ("POST", "/reminder", {"data": {"name": "Ada"}}),
    ("POST", "/reminder", {"data": "x" * 20_000}),
    ("POST", "/missing", {"data": "x"}),
    ("POST", "/index.html", {"data": "x"}),
    ("GET", "/reminder", {}),
    ("GET", "/hello.txt", {"headers": {"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT"}}),
    ("PUT", "/", {}),
]

NAIVE: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/index.html", {}),
    ("GET", "/today.zzz", {}),
    ("GET", "/", {}),
    ("GET", "/missing", {}),
    ("HEAD", "/index.html", {}),
    ("POST", "/reminder", {"data": {"name": "Ada", "show": "Hamlet"}}),
]

REST: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/shows", {}),
    ("HEAD", "/shows", {}),
    ("GET", "/shows/3", {}),
    ("GET", "/shows/4", {}),
    ("GET", "/missing", {}),
    ("GET", "/bookings", {}),
    ("POST", "/bookings", {"json": HAMLET}),
    ("POST", "/bookings", {"json": HAMLET}),
    ("POST", "/bookings", {"json": {**HAMLET, "seat": 0}}),
    ("POST", "/bookings", {"data": "seat=7"}),
    ("POST", "/bookings", NO_JSON),
    ("POST", "/bookings", {"json": {**HAMLET, "name": "x" * 20_000}}),
    ("PATCH", "/bookings/1", {"json": {"seat": 8}}),
    ("PATCH", "/bookings/1", {"json": {"seat": 8}, "headers": SEEN}),
    ("PUT", "/bookings/1", {"json": {**HAMLET, "seat": 9}, "headers": SEEN}),
    ("GET", "/bookings/1", {}),
    ("GET", "/bookings/1", {"headers": {"Accept": "text/html"}}),
    ("GET", "/bookings/1", {"headers": {"Accept": "image/png"}}),
    ("DELETE", "/bookings/1", {"headers": SEEN}),
    ("DELETE", "/bookings/1", {"headers": SEEN}),
    ("GET", "/shows/1/seats", {}),
    ("OPTIONS", "/bookings/1", {}),
    ("BREW", "/bookings", {}),
]

PRICES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/", {}),
    ("GET", "/live", {}),
    ("HEAD", "/live", {}),
    ("GET", "/price", {}),
    ("GET", "/price", {"headers": {"If-None-Match": '"1"'}}),
    ("GET", "/price?since=0", {}),
    ("GET", "/price?since=1&wait=0", {}),
    ("GET", "/price?since=x", {}),
    ("PUT", "/price", {"data": "27"}),
    ("PUT", "/price", {"data": "x" * 20_000}),
    ("PUT", "/", {"data": "27"}),
    ("GET", "/price?since=1", {}),
    ("HEAD", "/price/events", {}),
    ("GET", "/missing", {}),
    ("POST", "/price", {"data": "27"}),
]

MEMBERS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/", {}),
    ("GET", "/login", {}),
    ("HEAD", "/login", {}),
    ("GET", "/account", {"allow_redirects": False}),
    ("POST", "/login", {"data": {"name": "Ada", "password": "x"}}),
    ("POST", "/login", {"data": "x" * 20_000}),
    ("POST", "/logout", {"allow_redirects": False}),
    ("POST", "/", {}),
    ("GET", "/missing", {}),
    ("PUT", "/login", {}),
]

OFFICE = [*WEB, *((method, "/api" + path, body) for method, path, body in REST), ("GET", "/feed/shows/1", {})]

FIELDS = ("Content-Type", "Content-Length", "Allow", "Location")


def replies(server: Server, asked: list[tuple[str, str, dict[str, Any]]]) -> list[Any]:
    got = []
    for method, path, body in asked:
        reply = requests.request(method, server.url + path, timeout=10, **body)
        fields = {name: reply.headers.get(name) for name in FIELDS}
        got.append((method, path, reply.status_code, fields, reply.content))
    return got


def heard(server: Server, messages: list[str | bytes]) -> list[Any]:
    """What comes back for each message on a connection of its own, or the code it is closed with."""
    got: list[Any] = []
    for message in messages:
        with connect(server.url, max_size=None) as websocket:
            websocket.send(message)
            try:
                got.append(websocket.recv(timeout=10))
            except ConnectionClosed as closed:
                got.append(closed.rcvd)
    return got


LARGE = [b"x" * (echo_server.MAX_ECHO_SIZE + more) for more in (-1, 0, 1)]
MESSAGES = ["hello", "", "Zoë 😀", b"\x00\xff", *LARGE]

WISHES: list[str | bytes] = ['{"take": 5}', '{"take": 6}', '{"take": 121}', "hello", b'{"free": 6}', "x" * 1025]


def told(server: Server) -> list[Any]:
    """What comes back for each wish; and the status with which a show that is not there is refused."""
    got: list[Any] = []
    with connect(server.url + "/shows/1") as websocket:
        got.append({**json.loads(websocket.recv(timeout=10)), "life": ""})
        for wish in WISHES:
            websocket.send(wish)
            try:
                got.append(websocket.recv(timeout=10))
            except ConnectionClosed as closed:
                got.append(closed.rcvd)
    return [*got, requests.get(server.url.replace("ws:", "http:") + "/shows/1", timeout=10).status_code]


TWINS: dict[str, tuple[Callable[[], Any], Callable[[Server], list[Any]]]] = {
    "web_server": (lambda: web_server.create_server, lambda server: replies(server, WEB)),
    "naive_web_server": (lambda: naive_web_server.create_server, lambda server: replies(server, NAIVE)),
    "ticket_service": (
        lambda: ticket_service.create_app(store.Store()),
        lambda server: replies(server, REST),
    ),
    "stale_prices": (
        lambda: partial(stale_prices.create_server, price=watched_price.Price()),
        lambda server: replies(server, PRICES),
    ),
    "echo_server": (lambda: echo_server.onconnect, lambda server: heard(server, MESSAGES)),
    "seat_feed": (lambda: seat_feed.stand_alone(journal.Seats()), told),
    "login_server": (lambda: login_server.create_server, lambda server: replies(server, MEMBERS)),
    "box_office": (lambda: box_office.create_server, lambda server: replies(server, OFFICE)),
}


@pytest.mark.parametrize("name", TWINS)
def test_it_answers_alike_in_a_thread_and_in_a_process(name: str) -> None:
    create, answers = TWINS[name]
    target, options = create(), {}
    if isinstance(target, seat_feed.Feed):
        target, options = target.onconnect, target.options()
    in_a_thread = answers(launch(target, port=0, name="in a thread", **options))
    in_a_process = answers(launch(f"servers.{name}", port=0, name="in a process"))
    assert in_a_thread == in_a_process
