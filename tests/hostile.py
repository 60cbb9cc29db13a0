"""Servers that answer as no server should, over real sockets, and a check's look at them."""

import base64
import contextlib
import hashlib
import itertools
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from typing import Any

from wirelab import Server, launch
from wirelab.checking.expectations import Expect, Stopped
from wirelab.checking.probe import Probe
from wirelab.checking.result import Finding
from wirelab.checking.timeouts import check_deadline

Answer = Callable[[socket.socket, bytes], object]
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s
KEY = re.compile(rb"Sec-WebSocket-Key: (\S+)")
over = threading.Event()  # never set: what waits for it hangs, until its connection is gone


def serve(answer: Answer) -> Server:
    """A server that gives each client's socket and first bytes to `answer`, and closes after it."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            answer(self.request, self.request.recv(65536))

    class Tcp(socketserver.ThreadingTCPServer):
        daemon_threads = True

    def create_server(host: str, port: int) -> socketserver.BaseServer:
        return Tcp((host, port), Handler)

    return launch(create_server, port=0)


def sends(*pieces: bytes) -> Answer:
    """Send these pieces with a moment between them, then close."""
    return lambda peer, _: [(peer.sendall(piece), over.wait(0.02)) for piece in pieces]


def hangs_after(data: bytes) -> Answer:
    return lambda peer, _: (peer.sendall(data), peer.recv(1), over.wait(3))


def drips(data: bytes, drop: bytes, seconds: float) -> Answer:
    """After `data`, one byte now and then, for ever."""

    def answer(peer: socket.socket, _: bytes) -> None:
        peer.sendall(data)
        for byte in itertools.cycle(drop):
            peer.sendall(bytes([byte]))
            over.wait(seconds)

    return answer


def floods(data: bytes, drop: bytes) -> Answer:
    """After `data`, as much as the client takes, for ever."""

    # Client and server share a process: a larger wave would be counted as what the client keeps.
    wave = drop * max(1, 2**14 // len(drop))

    def answer(peer: socket.socket, _: bytes) -> None:
        peer.sendall(data)
        while True:
            peer.sendall(wave)

    return answer


def resets_after(data: bytes) -> Answer:
    def answer(peer: socket.socket, _: bytes) -> None:
        peer.sendall(data)
        over.wait(0.05)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        peer.close()

    return answer


def agrees(then: Answer, *, guid: bytes = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11") -> Answer:
    """Agree to a WebSocket, then do as told."""

    def answer(peer: socket.socket, head: bytes) -> None:
        key = KEY.findall(head)[0]
        accept = base64.b64encode(hashlib.sha1(key + guid).digest())
        start = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        peer.sendall(start + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        then(peer, b"")

    return answer


def look(server: Server, question: Callable[[Probe], Any]) -> Expect:
    """Ask a server something, and get all that the probe had to say."""
    expect = Expect()
    with contextlib.suppress(Stopped):
        question(Probe(server, expect, check_deadline()))
    return expect


def first_missed(server: Server, question: Callable[[Probe], Any]) -> Finding:
    return next(finding for finding in look(server, question).findings if not finding.passed)
