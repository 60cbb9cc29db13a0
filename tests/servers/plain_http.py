"""Requests as bytes, sent to a server as they are, and what it sends back until it hangs up."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from wirelab import Server

CLOSE = b"Connection: close"


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        yield client


def read_to_end(client: socket.socket) -> bytes:
    """All that the server sends until it hangs up."""
    return b"".join(iter(lambda: client.recv(65536), b""))


def exchange(server: Server, *requests: bytes, more: bool = True) -> bytes:
    """All that the server sends until it hangs up. `more=False` tells it that nothing will follow."""
    with connected(server) as client:
        client.sendall(b"".join(requests))
        if not more:
            client.shutdown(socket.SHUT_WR)
        return read_to_end(client)


def get(target: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"", b""])


def post(target: bytes, body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"POST " + target + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"", body])
