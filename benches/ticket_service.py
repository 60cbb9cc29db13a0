"""How many requests a second the ticket service answers, beside bare Flask and bare Flask-RESTful.

    python -m benches.ticket_service

All run on uvicorn, each in a process of its own, and take turns, a fraction of a second each, in several rounds.
The client is one thread, with 1 or 8 connections busy, which are kept. Every booking is for another seat. The bare
ones believe what they are sent, and keep it in memory; ours keeps it in memory as well, or in a file, where each
booking waits until the disk has it.
"""

import contextlib
import json
import re
import selectors
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import cast

from benches.measuring import keep_to, keeping_cores
from benches.table import Row
from benches.web_server import opened
from servers.tickets.store import Show, Store

ROUNDS, SECONDS = 6, 0.4
SEATS = 2**31 - 1
GET = b"GET /shows/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)
numbers = count(1)


def post() -> bytes:
    """Book a seat that nobody has."""
    body = json.dumps({"show": 1, "seat": next(numbers), "name": "Ada"}).encode()
    head = b"POST /bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def database(folder: str) -> str:
    """A file with a hall that is large enough."""
    file = str(Path(folder) / "office.db")
    Store(file, [Show(1, "Hamlet", "2027-03-05T19:30", SEATS)]).close()
    return file


IN_MEMORY = """
from servers import ticket_service
from servers.tickets import store
class Large(store.Store):
    def __init__(self, path):
        super().__init__(path, [store.Show(1, "Hamlet", "2027-03-05T19:30", 2**31 - 1)])
ticket_service.Store = Large
ticket_service.main()
"""


def commands(folder: str) -> dict[str, list[str]]:
    bare = ["-m", "benches.bare_ticket_service", "--port", "0", "--with"]
    return {
        "ours": ["-c", IN_MEMORY, "--port", "0"],
        "ours, in a file": ["-m", "servers.ticket_service", "--port", "0", "--database", database(folder)],
        "Flask": [*bare, "flask"],
        "Flask-RESTful": [*bare, "flask-restful"],
    }


@contextlib.contextmanager
def running(words: list[str]) -> Iterator[int]:
    """The port of a service, which ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-u", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        try:
            yield int(re.findall(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[0])
        finally:
            process.kill()


class Client:
    """A connection that asks again as soon as it has its answer."""

    def __init__(self, port: int, request: Callable[[], bytes], status: bytes) -> None:
        self.socket, self.request, self.status = opened(port), request, b"HTTP/1.1 " + status
        self.answer = b""

    def ask(self) -> None:
        self.answer = b""
        self.socket.send(self.request())

    def has_answer(self) -> bool:
        """Read what has come. An answer of another status ends the measurement."""
        self.answer += self.socket.recv(2**16)
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(self.status):
            raise SystemExit(f"This was not expected: {self.answer!r}")
        return len(body) == int(LENGTH.findall(head + b"\r\n")[0])


def answered(port: int, request: Callable[[], bytes], status: bytes, connections: int) -> int:
    """How many answers come in the time there is."""
    got, clients = 0, [Client(port, request, status) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_WRITE, client)
        end = time.perf_counter() + SECONDS
        while (left := end - time.perf_counter()) > 0:
            for key, events in selector.select(left):
                client = cast(Client, key.data)
                if events & selectors.EVENT_READ:
                    if not client.has_answer():
                        continue
                    got += 1
                client.ask()
                selector.modify(client.socket, selectors.EVENT_READ, client)
    for client in clients:
        client.socket.close()
    return got


KINDS = {"GET /shows/1": (lambda: GET, b"200"), "POST /bookings": (post, b"201")}
WAYS = [(kind, connections) for kind in KINDS for connections in (1, 8)]


Rates = dict[tuple[str, int], dict[str, list[float]]]  # for each way and service, one of each round


def measure() -> Rates:
    rates: Rates = defaultdict(lambda: defaultdict(list))
    with keeping_cores(), contextlib.ExitStack() as stack:
        keep_to(0)
        words = commands(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = {name: stack.enter_context(running(command)) for name, command in words.items()}
        keep_to(1)
        for _ in range(ROUNDS):
            for kind, connections in WAYS:
                for name, port in ports.items():
                    rates[kind, connections][name].append(answered(port, *KINDS[kind], connections) / SECONDS)
    return rates


def rows() -> list[Row]:
    """Ours beside the bare ones, both in memory."""
    return [
        Row(
            f"ticket_service: {kind}, {connections} at a time",
            statistics.median(found["ours"]),
            statistics.median(found[beside]),
            "per s",
            beside,
        )
        for (kind, connections), found in measure().items()
        for beside in ("Flask", "Flask-RESTful")
    ]


def main() -> None:
    rates = measure()
    print(f"{'requests a second':32}" + "".join(f"{name:>17}" for name in rates[WAYS[0]]))
    for (kind, connections), found in rates.items():
        numbers = [f"{statistics.median(times):17,.0f}" for times in found.values()]
        print(f"{kind + f', {connections} at a time':32}" + "".join(numbers))


if __name__ == "__main__":
    main()
