"""How long a change of a seat is on its way to a thousand clients, beside a bare websockets.broadcast.

    python -m benches.seat_feed

Ten changes a second. The clients are sockets of one thread; each server has a process of its own, and they take
turns. A change is on its way from the moment at which one client asks for it until another has its bytes.
"""

import contextlib
import json
import resource
import selectors
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import cast

from benches.measuring import HOST, keep_to, keeping_cores, microseconds, running
from benches.table import Row, show

CLIENTS, CHANGES, EVERY = 1000, 100, 0.1  # seconds between two changes; over before the first pings, after 20
SEATS = 120  # of the show
HANDSHAKE = (
    b"GET /shows/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SERVERS = {"ours": ["servers.seat_feed", "--port", "0"], "bare": ["benches.bare_feed", "--port", "0"]}
EXAMPLE = {"type": "change", "number": 10, "show": 1, "seat": 5, "taken": True}  # how long a message is
PING, PONG = 0x89, 0x8A  # how such a frame begins
Samples = dict[str, list[float]]


def frame(text: str) -> bytes:
    """A client's frame, its mask all zeros."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode()


def wish(name: str, number: int) -> bytes:
    """What the first client says: to one server what it wants, to the other what all are to hear."""
    if name == "bare":
        return frame(json.dumps(EXAMPLE))
    again, seat = divmod(number, SEATS)
    return frame(json.dumps({"free" if again % 2 else "take": seat + 1}))


def heard(client: socket.socket) -> bytes:
    """What a client was told. Pings are none of it: they are answered."""
    data = client.recv(2**16)
    if not data:
        raise EOFError("the server has left")
    if data[0] != PING:
        return data
    end = 2 + data[1]
    client.sendall(bytes([PONG, 0x80 | data[1], 0, 0, 0, 0]) + data[2:end])
    return data[end:]


class Crowd:
    """A thousand clients who have been told what a newcomer is told."""

    def __init__(self, port: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.clients = [self._opened(port) for _ in range(CLIENTS)]
        for client in self.clients:
            client.setblocking(False)
            self.selector.register(client, selectors.EVENT_READ)
        while self._read(0.2):
            pass

    def _opened(self, port: int) -> socket.socket:
        client = socket.create_connection((HOST, port), 20)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(HANDSHAKE)
        return client

    def _read(self, patience: float) -> list[socket.socket]:
        """Whoever has been told something."""
        ready = [cast(socket.socket, key.fileobj) for key, _ in self.selector.select(patience)]
        return [client for client in ready if heard(client)]

    def deliver(self, wish: bytes, times: list[float]) -> None:
        """Ask for a change, and wait until each client has heard of it."""
        began, waiting = time.perf_counter(), set(self.clients)
        self.clients[0].sendall(wish)
        while waiting:
            told = set(self._read(1))
            now = time.perf_counter()
            times += [now - began] * len(told & waiting)
            waiting -= told
            if now > began + 20:
                raise TimeoutError(f"{len(waiting)} clients have not been told")

    def close(self) -> None:
        self.selector.close()
        for client in self.clients:
            client.close()


def measure() -> Samples:
    samples: Samples = defaultdict(list)
    with contextlib.ExitStack() as stack:
        keep_to(0)
        ports = {name: stack.enter_context(running(words)) for name, words in SERVERS.items()}
        keep_to(1)
        crowds = {name: stack.enter_context(contextlib.closing(Crowd(port))) for name, port in ports.items()}
        for number in range(CHANGES):
            began = time.perf_counter()
            for name in sorted(crowds, reverse=number % 2 == 0):  # who is first has no advantage
                crowds[name].deliver(wish(name, number), samples[name])
            time.sleep(max(0.0, began + EVERY - time.perf_counter()))
    return samples


@contextlib.contextmanager
def enough_files() -> Iterator[None]:
    """Each client is an open file, here and at the servers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * CLIENTS if hard == resource.RLIM_INFINITY else min(3 * CLIENTS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def rows() -> list[Row]:
    with keeping_cores(), enough_files():
        samples = measure()
    what = "change to 1000 clients"
    shares = [("p50", microseconds(50)), ("p99", microseconds(99))]
    return [
        Row(
            f"{what}, {name}", share(samples["ours"]) / 1000, share(samples["bare"]) / 1000, "ms", "bare broadcast"
        )
        for name, share in shares
    ]


def main() -> None:
    show(rows)


if __name__ == "__main__":
    main()
