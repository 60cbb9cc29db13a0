"""What it costs to look: the same traffic without a tap, through a bare relay, and through a tap.

    python -m benches.tap

The server is a process of its own; client and relay share one, as in a notebook. The bare relay is the
yardstick: what it costs is the price of one more hop, and what the tap costs beyond it that of recording.
Where the system allows it, server and client keep to a core each: threads that wander make numbers that do.
"""

import contextlib
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator

from benches import feed_server, http_server
from benches.measuring import HOST, connected, keep_to, keeping_cores, microseconds, rate
from benches.table import Row
from wirelab import launch, wire

ROUNDS = 10  # each way has its turn in each
REQUESTS, CONNECTIONS, ECHOES, PUSHED = 1000, 200, 1000, 10_000  # in a round
HANDSHAKE = (
    "GET /%d HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SMALL, BIG = b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n"
FRAME = b"\x81\xb2\0\0\0\0" + feed_server.MESSAGE.encode()  # of the client, its mask all zeros
ECHO = len(FRAME) - 4  # bytes: a server does not mask
Samples = dict[str, list[float]]


# Clients, as near to the socket as can be ---------------------------------------------------------------


def receive(client: socket.socket, size: int) -> None:
    """Read just that many bytes and forget them."""
    while size:
        got = len(client.recv(min(size, 2**20)))
        size -= got
        if not got:
            raise EOFError("the connection ended early")


def head(client: socket.socket) -> None:
    """Read up to the empty line."""
    lines = client.makefile("rb", buffering=0)
    while lines.readline() != b"\r\n":
        pass


def ask(client: socket.socket, message: bytes, size: int, times: list[float]) -> None:
    began = time.perf_counter()
    client.sendall(message)
    receive(client, size)
    times.append(time.perf_counter() - began)


# What is measured ---------------------------------------------------------------------------------------


def small_requests(port: int, samples: Samples) -> None:
    with connected(port) as client:
        client.sendall(SMALL)
        size = len(client.recv(1000))
        for _ in range(REQUESTS):
            ask(client, SMALL, size, samples["request, keep-alive"])


def new_connections(port: int, samples: Samples) -> None:
    for _ in range(CONNECTIONS):
        began = time.perf_counter()
        with connected(port) as client:
            client.sendall(SMALL)
            client.recv(1000)
        samples["request, new connection"].append(time.perf_counter() - began)


def download(port: int, samples: Samples) -> None:
    with connected(port) as client:
        client.sendall(BIG)
        head(client)
        began = time.perf_counter()
        receive(client, http_server.BIG)
        samples["download"].append(time.perf_counter() - began)


def echoes(port: int, samples: Samples) -> None:
    with connected(port) as client:
        client.sendall(HANDSHAKE.encode() % 0)
        head(client)
        for _ in range(ECHOES):
            ask(client, FRAME, ECHO, samples["WebSocket echo"])


def pushed(port: int, samples: Samples) -> None:
    with connected(port) as client:
        client.sendall(HANDSHAKE.encode() % PUSHED)
        head(client)
        began = time.perf_counter()
        receive(client, PUSHED * ECHO)
        samples["WebSocket push"].append(time.perf_counter() - began)


# Ways to the server -------------------------------------------------------------------------------------


@contextlib.contextmanager
def directly(port: int) -> Iterator[int]:
    yield port


@contextlib.contextmanager
def through_a_tap(port: int) -> Iterator[int]:
    with wire(port) as tap:
        yield tap.port


@contextlib.contextmanager
def through_a_bare_relay(port: int) -> Iterator[int]:
    """Two threads for each connection, as in a tap, that only pass on."""
    with socket.create_server((HOST, 0), backlog=128) as listener:
        threading.Thread(target=accept, args=(listener, port), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def accept(listener: socket.socket, port: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=relay, args=(listener.accept()[0], port), daemon=True).start()


def relay(client: socket.socket, port: int) -> None:
    with client, connected(port) as server:
        server.settimeout(None)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=pump, args=(server, client), daemon=True)
        back.start()
        pump(client, server)
        back.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(2**16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


# The table ----------------------------------------------------------------------------------------------

WAYS = {"direct": directly, "bare relay": through_a_bare_relay, "tap": through_a_tap}
HTTP, FEED = (small_requests, new_connections, download), (echoes, pushed)


NUMBERS = [
    ("request, keep-alive", "p50, µs", microseconds(50)),
    ("request, keep-alive", "p99, µs", microseconds(99)),
    ("request, new connection", "per s", rate(1)),
    ("download", "MB/s", rate(http_server.BIG / 1e6)),
    ("WebSocket echo", "p50, µs", microseconds(50)),
    ("WebSocket echo", "p99, µs", microseconds(99)),
    ("WebSocket echo", "per s", rate(1)),
    ("WebSocket push", "per s", rate(PUSHED)),
]


def measure() -> dict[str, Samples]:
    samples: dict[str, Samples] = {way: defaultdict(list) for way in WAYS}
    with contextlib.ExitStack() as stack:
        stack.enter_context(keeping_cores())
        keep_to(0)
        modules = ("benches.http_server", "benches.feed_server")
        web, feed = [stack.enter_context(launch(module, port=0)) for module in modules]
        keep_to(1)
        for _ in range(ROUNDS):
            for server, runs in ((web, HTTP), (feed, FEED)):
                for run in runs:
                    for way, opened in WAYS.items():
                        with opened(server.port) as port:
                            run(port, samples[way])
    return samples


def rows() -> list[Row]:
    samples = measure()
    ours, yardstick = samples["tap"], samples["bare relay"]
    return [
        Row(f"wire: {what}", reckon(ours[what]), reckon(yardstick[what]), unit, "bare relay")
        for what, unit, reckon in NUMBERS
    ]


def main() -> None:
    samples = measure()
    print(f"{'':34}" + "".join(f"{way:>14}" for way in WAYS))
    for what, unit, reckon in NUMBERS:
        numbers = "".join(f"{reckon(samples[way][what]):14,.0f}" for way in WAYS)
        print(f"{what:24}{unit:>10}" + numbers)


if __name__ == "__main__":
    main()
