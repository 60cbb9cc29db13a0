"""The seat feed before a crowd: a thousand clients, some that never read, and a server that is away for a time."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.protocol import State

from servers.seat_feed import Feed, stand_alone
from servers.seat_watcher import View, watch
from servers.seats import client_limits
from servers.seats.client_limits import MAX_UNSENT, capacity
from servers.seats.journal import Seats
from wirelab import Server, launch

POSIX = pytest.mark.skipif(os.name != "posix", reason="limits and signals are POSIX's")
HANDSHAKE = (
    b"GET /shows/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING = b"\x89\xfd\x00\x00\x00\x00" + b"x" * 125  # its mask is all zeros
TOO_LONG = 60  # seconds; nothing here takes as long, unless it never ends

# Limits a process, then becomes the server.
WITH_FEW_FILES = """
import os, resource, sys
soft, hard = map(int, sys.argv[1].split(","))
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
os.execv(sys.executable, [sys.executable, "-m", "servers.seat_feed", *sys.argv[2:]])
"""


class Running:
    """A feed in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process, self._output = process, process.stdout
        self.port = int(re.findall(r"127\.0\.0\.1:(\d+)", self._output.readline())[0])
        self.url = f"ws://127.0.0.1:{self.port}/shows/1"

    @property
    def memory(self) -> int:
        """Bytes that it has in use."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def end(self, with_signal: int) -> str:
        """All that it said after its first line."""
        self.process.send_signal(with_signal)
        killer = threading.Timer(TOO_LONG / 2, self.process.kill)  # so that a server that does not end is told
        killer.start()
        try:
            return self._output.read()
        finally:
            killer.cancel()


@contextmanager
def running(port: int = 0, files: str = "") -> Iterator[Running]:
    words = ["-c", WITH_FEW_FILES, files] if files else ["-m", "servers.seat_feed"]
    command = [sys.executable, *words, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def serve(feed: Feed) -> Server:
    return launch(feed.onconnect, port=0, name="seat_feed", **feed.options())


@asynccontextmanager
async def crowd(url: str, size: int) -> AsyncIterator[list[ClientConnection]]:
    """That many clients, each of which was told all seats. A hundred at a time come in."""
    async with AsyncExitStack() as stack:
        clients: list[ClientConnection] = []
        for _ in range(0, size, 100):
            opened = [connect(url, compression=None, open_timeout=TOO_LONG) for _ in range(min(100, size))]
            clients += await asyncio.gather(*map(stack.enter_async_context, opened))
        for client in clients:
            assert (await hear(client))["type"] == "seats"
        yield clients


async def hear(client: ClientConnection) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(await client.recv())
    return told


async def hear_numbers(client: ClientConnection, count: int) -> list[int]:
    return [(await hear(client))["number"] for _ in range(count)]


def sleeper(port: int) -> socket.socket:
    """A client that has shaken hands, and from then on reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that little waits in the system
    client.settimeout(TOO_LONG)
    client.connect(("127.0.0.1", port))
    client.sendall(HANDSHAKE)
    return client


def run(talk: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(TOO_LONG):
            await talk()

    asyncio.run(bounded())


async def until(fact: Callable[[], bool]) -> None:
    while not fact():
        await asyncio.sleep(0.01)


# Many ---------------------------------------------------------------------------------------------------


@pytest.mark.proof
def test_a_thousand_clients_are_told_every_change_in_its_order() -> None:
    async def talk() -> None:
        async with crowd(server.url, 1000) as clients:
            heard = [asyncio.create_task(hear_numbers(client, 40)) for client in clients]
            for seat in range(1, 41):
                await clients[seat].send(json.dumps({"take": seat}))
                await asyncio.sleep(0.1)  # ten a second
            assert await asyncio.gather(*heard) == [list(range(1, 41))] * 1000

    with running() as server:
        run(talk)
        assert server.end(signal.SIGTERM) == ""


@POSIX
@pytest.mark.proof
def test_as_many_clients_as_there_are_files_for_and_the_others_get_503() -> None:
    """A limit of 256 files, as some systems have; without a bound the event loop would do nothing but complain."""
    room, _ = capacity(256)

    async def knock(_: int) -> int:
        try:
            clients.append(await connect(server.url, open_timeout=TOO_LONG))
            return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    async def talk() -> None:
        answers = [await knock(number) for number in range(300)]
        assert answers == [101] * room + [503] * (300 - room)
        await clients[0].send('{"take": 5}')
        for client in clients:
            assert [(await hear(client))["type"], (await hear(client))["type"]] == ["seats", "change"]
        await asyncio.gather(*(client.close() for client in clients))

    clients: list[ClientConnection] = []
    with running(files="256,256") as server:
        run(talk)
        assert server.end(signal.SIGTERM) == ""


@POSIX
@pytest.mark.proof
def test_silent_clients_take_no_file_from_the_others() -> None:
    async def talk() -> None:
        async with crowd(server.url, 2) as clients:
            silent = [socket.create_connection(("127.0.0.1", server.port), timeout=TOO_LONG) for _ in range(300)]
            await clients[0].send('{"take": 5}')
            assert [(await hear(client))["seat"] for client in clients] == [5, 5]
            for client in silent:
                client.close()

    with running(files="256,256") as server:
        run(talk)
        assert server.end(signal.SIGTERM) == ""


@POSIX
@pytest.mark.proof
def test_a_low_limit_of_open_files_is_raised() -> None:
    async def talk() -> None:
        async with crowd(server.url, 300):
            pass

    with running(files="256,2048") as server:
        run(talk)


# Slow ---------------------------------------------------------------------------------------------------


def behind(feed: Feed) -> int:
    """The most bytes that wait for any client."""
    waiting = [client.transport.get_write_buffer_size() for room in feed.rooms.values() for client in room]
    return max(waiting, default=0)


async def storm(seats: Seats, clients: list[ClientConnection], look: Callable[[], bool]) -> None:
    """Changes, a hundred at a time, of which each client is told all, until a look is true."""
    made = 0
    while not look():
        for _ in range(50):
            seats.take(1, 5)
            seats.free(1, 5)
        for client in clients:
            assert await hear_numbers(client, 100) == list(range(made + 1, made + 101))
        made += 100


@pytest.mark.proof
def test_a_client_that_never_reads_is_dropped_and_the_others_are_told_all() -> None:
    async def talk() -> None:
        async with crowd(server.url + "/shows/1", 5) as clients:
            with sleeper(server.port):
                await until(lambda: len(feed) == 6)
                await storm(seats, clients, look)
            seats.take(1, 6)
            assert [(await hear(client))["seat"] for client in clients] == [6] * 5

    def look() -> bool:
        waiting.append(behind(feed))
        return len(feed) == 5

    waiting: list[int] = []
    seats = Seats()
    feed = stand_alone(seats)
    server = serve(feed)
    run(talk)
    assert MAX_UNSENT / 2 < max(waiting) <= MAX_UNSENT + 100 * 100  # the limit, and a hundred changes at once


@pytest.mark.proof
def test_a_slow_client_that_still_reads_is_told_to_try_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> bytes:
        async with crowd(server.url + "/shows/1", 1) as clients:
            with sleeper(server.port) as asleep:
                await until(lambda: len(feed) == 2)
                await storm(seats, clients, dropped)
                return b"".join(iter(lambda: asleep.recv(2**20), b""))

    def dropped() -> bool:
        return any(client.state is State.CLOSING for client in feed.rooms[1])

    monkeypatch.setattr(client_limits, "CLOSING_FRAME_TIMEOUT", TOO_LONG)
    seats = Seats()
    feed = stand_alone(seats)
    server = serve(feed)
    heard = asyncio.run(talk())
    assert heard.endswith(b"\x03\xf5try again later: more than 64 KiB behind")  # 0x03f5 is 1013


@POSIX
@pytest.mark.proof
def test_pings_of_a_client_that_never_reads_cost_no_memory() -> None:
    """Each asks for a pong, which is sent by the library itself: nobody would notice how many wait."""
    sent = 0
    with running() as server, sleeper(server.port) as asleep:
        before = server.memory
        with suppress(ConnectionResetError, BrokenPipeError):
            while sent < 2**28:
                sent += asleep.send(PING * 1000)
        assert sent < 2**28  # it was dropped before
        assert server.memory - before < 2**25


# A server that comes back -------------------------------------------------------------------------------


class Chronicle(View):
    """A view that remembers all it heard."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[int] = []
        self.snapshots = 0

    def update(self, message: dict[str, Any]) -> None:
        super().update(message)
        self.snapshots += message["type"] == "seats"
        self.heard += [message["number"]] if message["type"] == "change" else []


@asynccontextmanager
async def watching(url: str, count: int) -> AsyncIterator[list[Chronicle]]:
    """That many clients as in servers.seat_watcher, which come back by themselves."""
    views = [Chronicle() for _ in range(count)]
    tasks = [asyncio.create_task(watch(url, view, lambda _: None)) for view in views]
    try:
        await until(lambda: all(view.number is not None for view in views))
        yield views
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.proof
def test_500_clients_are_told_just_what_they_missed_while_the_server_was_away() -> None:
    async def talk() -> None:
        server = serve(feed)
        async with watching(server.url + "/shows/1", 500) as views:
            for seat in range(1, 11):
                seats.take(1, seat)
            await until(lambda: all(view.number == 10 for view in views))
            await asyncio.to_thread(server.stop)
            for seat in range(11, 31):
                seats.take(1, seat)
            serve_again(server.port)
            for seat in range(31, 41):
                seats.take(1, seat)
            await until(lambda: all(view.number == 40 for view in views))
        assert [view.heard for view in views] == [list(range(1, 41))] * 500
        assert {view.snapshots for view in views} == {1}

    def serve_again(port: int) -> None:
        launch(feed.onconnect, port=port, name="seat_feed", **feed.options())

    seats = Seats()
    feed = stand_alone(seats)
    run(talk)


@POSIX
@pytest.mark.proof
def test_500_clients_see_the_seats_of_a_server_that_was_killed_and_began_anew() -> None:
    async def talk() -> None:
        with running() as first:
            async with watching(first.url, 500) as views:
                await order(first.url, {"take": 1}, {"take": 2}, {"take": 3})
                await until(lambda: all(view.taken == {1, 2, 3} for view in views))
                first.end(signal.SIGKILL)
                with running(first.port) as second:
                    # Its numbers begin anew: 1 and 2 are other changes than those that the clients know.
                    await order(second.url, {"take": 7}, {"take": 8}, {"take": 9}, {"free": 8})
                    await until(lambda: all(view.taken == {7, 9} for view in views))

    run(talk)


async def order(url: str, *wishes: dict[str, int]) -> None:
    async with connect(url) as client:
        for wish in wishes:
            await client.send(json.dumps(wish))
            while (await hear(client))["type"] != "change":
                pass


# The end ------------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.proof
def test_ctrl_c_tells_everyone_and_waits_for_nobody() -> None:
    async def talk() -> None:
        async with crowd(server.url, 100) as clients:
            with sleeper(server.port) as asleep, socket.create_connection(("127.0.0.1", server.port)):
                asleep.sendall(PING * 400)  # it does not read the pongs, but is not dropped for them yet
                said = await asyncio.to_thread(server.end, signal.SIGINT)
                for client in clients:
                    await client.wait_closed()
                assert {client.close_code for client in clients} == {1001}
                assert said.splitlines() == ["Ctrl+C received, every client was told"]

    with running() as server:
        run(talk)
