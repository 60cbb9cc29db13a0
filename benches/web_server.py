"""How many requests a second the course's web server answers, beside those that Python brings along.

    python -m benches.web_server

All serve the same small file and write their logs to nowhere. They take turns, a fraction of a second each, in
several rounds; the client is one thread, with 1 or 16 connections busy. Without keep-alive every request opens
a connection, and the answer has come when the server has closed it. (Python's let five clients wait at the
door, and send the others away for a second: of 16 at a time they serve five or six.)
"""

import contextlib
import selectors
import socket
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from benches.bare_server import FILE
from benches.measuring import HOST, keep_to, keeping_cores, microseconds, running
from benches.table import Row
from servers.web_server import PUBLIC

PYTHONS = ["http.server", "0", "--bind", HOST, "--directory", str(PUBLIC)]
SERVERS = {
    "web_server": ["servers.web_server", "--port", "0"],
    "http.server": PYTHONS,  # HTTP/1.0
    "… --protocol 1.1": [*PYTHONS, "--protocol", "HTTP/1.1"],
    "bare handler": ["benches.bare_server", "--port", "0"],
}
ROUNDS, SECONDS = 6, 0.4
ASKING = b"GET /hello.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CLOSING = b"GET /hello.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def opened(port: int) -> socket.socket:
    """A connection on its way; whether it has arrived, a selector tells."""
    client = socket.socket()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.setblocking(False)
    client.connect_ex((HOST, port))
    return client


def kept_size(port: int) -> int:
    """How many bytes an answer has after which the connection stays; 0 where none does."""
    with socket.create_connection((HOST, port), 10) as client, client.makefile("rb") as answer:
        client.sendall(ASKING)
        head = b"".join(iter(answer.readline, b"\r\n"))
    return len(head) + 2 + FILE.stat().st_size if head.startswith(b"HTTP/1.1") else 0


@dataclass
class CallResult:
    began: float
    left: int  # bytes of the answer; below 0 where it ends with the connection


class Traffic:
    """A number of connections that are never idle, and how many seconds each answer took."""

    def __init__(self, port: int, size: int) -> None:
        self.port, self.size = port, size  # of an answer on a connection that stays; 0: each has one of its own
        self.times: list[float] = []
        self.selector = selectors.DefaultSelector()

    def ask(self, client: socket.socket) -> None:
        visit = CallResult(time.perf_counter(), self.size or -1)
        self.selector.register(client, selectors.EVENT_WRITE, visit)

    def go_on(self, client: socket.socket, events: int, visit: CallResult) -> None:
        if events & selectors.EVENT_WRITE:
            client.send(ASKING if self.size else CLOSING)
            self.selector.modify(client, selectors.EVENT_READ, visit)
            return
        got = len(client.recv(2**16))
        visit.left -= got
        if visit.left == 0 or not got:
            self.times.append(time.perf_counter() - visit.began)
            self.selector.unregister(client)
            if not self.size:
                client.close()
            self.ask(client if self.size else opened(self.port))

    def run(self, connections: int) -> list[float]:
        with self.selector:
            for _ in range(connections):
                self.ask(opened(self.port))
            end = time.perf_counter() + SECONDS
            while (left := end - time.perf_counter()) > 0:
                for key, events in self.selector.select(left):
                    self.go_on(cast(socket.socket, key.fileobj), events, key.data)
            for key in list(self.selector.get_map().values()):
                cast(socket.socket, key.fileobj).close()
        return self.times


# The table ----------------------------------------------------------------------------------------------

WAYS = [(kept, connections) for kept in (True, False) for connections in (1, 16)]
Samples = dict[tuple[bool, int], list[list[float]]]  # for each way the times of each round


def measure() -> dict[str, Samples]:
    samples: dict[str, Samples] = {name: defaultdict(list) for name in SERVERS}
    with contextlib.ExitStack() as stack:
        stack.enter_context(keeping_cores())
        keep_to(0)
        ports = {name: stack.enter_context(running(words)) for name, words in SERVERS.items()}
        keep_to(1)
        sizes = {name: kept_size(port) for name, port in ports.items()}
        for _ in range(ROUNDS):
            for kept, connections in WAYS:
                for name, port in ports.items():
                    if sizes[name] or not kept:
                        samples[name][kept, connections] += [Traffic(port, sizes[name] * kept).run(connections)]
    return samples


def rate(rounds: list[list[float]]) -> float:
    return statistics.median(map(len, rounds)) / SECONDS


def share(percent: int) -> Callable[[list[list[float]]], float]:
    return lambda rounds: microseconds(percent)([seconds for times in rounds for seconds in times])


UNITS = [("per s", rate), ("p50, µs", share(50)), ("p99, µs", share(99))]


def way_name(kept: bool, connections: int) -> str:
    return f"{'keep-alive' if kept else 'new connections'}, {connections} at a time"


def rows() -> list[Row]:
    """Beside the bare handler, and where each request has its own connection, beside http.server too."""
    samples = measure()
    ours = samples["web_server"]
    return [
        Row(f"web_server: {way_name(*way)}", rate(ours[way]), rate(samples[beside][way]), "per s", beside)
        for way in WAYS
        for beside in ("bare handler", "http.server")
        if samples[beside][way]
    ]


def main() -> None:
    samples = measure()
    print(f"{'':40}" + "".join(f"{name:>17}" for name in SERVERS))
    for kept, connections in WAYS:
        what = way_name(kept, connections)
        for unit, reckon in UNITS:
            rounds = [samples[name][kept, connections] for name in SERVERS]
            numbers = [f"{reckon(times):17,.0f}" if times else f"{'–':>17}" for times in rounds]
            print(f"{what:30}{unit:>10}" + "".join(numbers))


if __name__ == "__main__":
    main()
