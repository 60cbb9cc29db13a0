"""What is new on a tap is told once, when all of it has come, or as far as it came where it takes its time."""

import socket
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest
import requests
from waiting import wait_until
from websockets.asyncio.server import ServerConnection
from websockets.sync.client import connect

from wirelab import Tap, launch, wire
from wirelab.tapping import follower
from wirelab.tapping.follower import Follower, News


class Slow(BaseHTTPRequestHandler):
    """Answers /slow in two halves, the second when it may; all else at once."""

    may_go_on = Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "8")
        self.end_headers()
        self.wfile.write(b"half")
        if self.path == "/slow":
            self.may_go_on.wait(10)
        self.wfile.write(b"half")


def lines(news: list[News]) -> list[tuple[int, str, bool]]:
    return [(one.number, one.message.first_line, one.under_way) for one in news]


def gather(following: Follower, size: int) -> list[News]:
    """So many pieces of news, as they come."""
    found: list[News] = []

    def are_there() -> bool:
        found.extend(following.news())
        return len(found) >= size

    wait_until(are_there)
    return found


def test_each_message_is_told_once() -> None:
    with wire(launch(Slow, port=0)) as tap:
        following = Follower(tap)
        assert list(following.news()) == []
        for path in ("/a", "/b"):
            requests.get(tap.url + path, timeout=5)
            told = gather(following, 2)
            assert [one.message.first_line for one in told] == [f"GET {path} HTTP/1.1", "HTTP/1.0 200 OK"]
            assert list(following.news()) == []
        assert [one.number for one in told] == [2, 3]


def test_a_message_that_takes_its_time_is_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "UNDER_WAY_TIMEOUT", 0.0)
    Slow.may_go_on.clear()
    with wire(launch(Slow, port=0)) as tap, socket.create_connection(("127.0.0.1", tap.port)) as client:
        following = Follower(tap)
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        while b"half" not in client.recv(1000):
            pass
        told = gather(following, 2)
        assert lines(told) == [(0, "GET /slow HTTP/1.1", False), (1, "HTTP/1.0 200 OK", True)]
        assert list(following.news()) == []
        Slow.may_go_on.set()
        [whole] = gather(following, 1)
        assert (whole.number, whole.under_way, whole.message.summary) == (1, False, "3 headers, 8 bytes")


def test_frames_are_told_as_they_come() -> None:
    async def echo(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send(message)

    with wire(launch(echo, port=0)) as tap, connect(tap.url, compression=None) as client:
        following = Follower(tap)
        assert len(gather(following, 2)) == 2  # the handshake
        for word in ("one", "two"):
            client.send(word)
            assert client.recv() == word
            assert [one.message.first_line for one in gather(following, 2)] == [f"text frame: {word}"] * 2


def test_what_nobody_keeps_is_forgotten_once_it_is_told() -> None:
    server = launch(Slow, port=0)
    with Tap("127.0.0.1", server.port, most=3) as tap:
        following = Follower(tap, keep=False)
        for number in range(10):
            requests.get(tap.url, timeout=5)
            told = gather(following, 2)
            assert [one.number for one in told] == [2 * number, 2 * number + 1]
            wait_until(lambda: not list(following.news()) and not len(tap))
        assert (tap.unrecorded, len(tap)) == (0, 0)


def test_without_it_the_first_connections_are_kept() -> None:
    server = launch(Slow, port=0)
    with Tap("127.0.0.1", server.port, most=3) as tap:
        following = Follower(tap)
        for _ in range(5):
            requests.get(tap.url, timeout=5)
        assert len(gather(following, 6)) == 6
        assert (tap.unrecorded, len(tap)) == (2, 6)
