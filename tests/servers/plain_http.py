"""Requests as bytes, sent to a server as they are, and what it sends back until it hangs up."""

import socket

from wirelab import Server

CLOSE = b"Connection: close"


def exchange(server: Server, *requests: bytes, more: bool = True) -> bytes:
    """All that the server sends until it hangs up. `more=False` tells it that nothing will follow."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(b"".join(requests))
        if not more:
            client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def get(target: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"", b""])


def post(target: bytes, body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"POST " + target + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"", body])
