"""Be a WebSocket client that has said goodbye and is still connected. No exercise."""

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from wirelab.checking import Probe

TIMEOUT = 1  # seconds for the server to answer the handshake, and the close frame
HANDSHAKE = """GET {path} HTTP/1.1
Host: {host}
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

"""
CLOSE_FRAME = b"\x88\x82" + bytes(4)  # RFC 6455 §5.5.1, with a mask of zeros; the code comes behind it
SERVERS_CLOSE_FRAME = b"\x88\x02"


@contextmanager
def leaving_client(server: Probe, path: str = "/", *, code: int = 1000) -> Iterator[None]:
    """A client that has sent its close frame and got the server's, and whose TCP connection lasts until the end.

    `code` is its close code: the library raises another exception for 1000 and 1001 than for all others.
    Until the end the server's handler still runs. A server that sends this client a message waits for that end,
    and gets ConnectionClosed. Raises nothing.
    """
    with contextlib.ExitStack() as opened:
        with contextlib.suppress(OSError):
            peer = opened.enter_context(server.open_socket(TIMEOUT))
            peer.sendall(HANDSHAKE.format(path=path, host=server.host).replace("\n", "\r\n").encode())
            _read_until(peer, b"\r\n\r\n")
            peer.sendall(CLOSE_FRAME + code.to_bytes(2))
            _read_until(peer, SERVERS_CLOSE_FRAME + code.to_bytes(2))
        yield


def _read_until(peer: socket.socket, end: bytes) -> None:
    received = b""
    while end not in received and (chunk := peer.recv(4096)):
        received += chunk
