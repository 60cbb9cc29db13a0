"""How long `launch` takes until a server answers, beside the least that a server can take.

    python -m benches.launching

A thread: beside the same server class, started in a thread by hand. A process: beside a Python that imports the
same modules and does nothing.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benches.measuring import HOST, in_turns, seconds
from benches.table import Row, show
from wirelab import launch

THREADS, PROCESSES = 100, 15  # rounds
ASKING = b"GET / HTTP/1.0\r\n\r\n"
MODULE = "servers.web_server"


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def ask(port: int) -> None:
    """Wait for an answer, and see that it is one."""
    with socket.create_connection((HOST, port), 20) as client:
        client.sendall(ASKING)
        assert client.recv(100).startswith(b"HTTP/1.")


def launched(target: object) -> float:
    began = time.perf_counter()
    with launch(target, port=0) as server:
        ask(server.port)
        return time.perf_counter() - began


def by_hand() -> float:
    began = time.perf_counter()
    with ThreadingHTTPServer((HOST, 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.001})
        thread.start()
        try:
            ask(server.server_port)
            return time.perf_counter() - began
        finally:
            server.shutdown()
            thread.join()


def bare_python() -> float:
    return seconds(lambda: subprocess.run([sys.executable, "-c", f"import {MODULE}"], check=True))


def row(kind: str, target: object, floor: Callable[[], float], rounds: int, beside: str) -> Row:
    taken = in_turns({"ours": lambda: launched(target), "floor": floor}, rounds)
    return Row(f"launch: a {kind} answers", taken["ours"] * 1e3, taken["floor"] * 1e3, "ms", beside)


def rows() -> list[Row]:
    return [
        row("thread", Hello, by_hand, THREADS, "the server in a thread"),
        row("process", MODULE, bare_python, PROCESSES, "python -c, same imports"),
    ]


if __name__ == "__main__":
    show(rows)
