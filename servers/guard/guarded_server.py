"""Serve each connection in a thread of its own, up to a limit.

    class MyHandler(GuardedHandler, BaseHTTPRequestHandler): ...
    server = GuardedServer(("127.0.0.1", 8001), MyHandler)
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

MAX_CONNECTIONS = 256  # a class of forty, whose browsers open six each
BUSY = b"Too many clients at once: try again.\n"
BUSY_REPLY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(BUSY), BUSY)
)


class GuardedServer(ThreadingHTTPServer):
    """A thread for each connection, and at most `max_connections`. A client above that is answered with 503.

    The constructor raises OSError if the port is taken.
    """

    max_connections = MAX_CONNECTIONS
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, address: tuple[str, int], handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        self.free_connections = threading.BoundedSemaphore(self.max_connections)
        super().__init__(address, handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's also asks for the name of the computer, for up to 10 s
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self.free_connections.acquire(blocking=False):
            self.reject_connection(request)
            return
        try:
            super().process_request(request, client_address)
        except Exception:  # no thread could be started; after Ctrl+C it has been, and it releases by itself
            self.free_connections.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.free_connections.release()

    def reject_connection(self, request: socket.socket) -> None:
        """Answer 503 without waiting for the request, and close the connection."""
        with suppress(OSError):
            request.setblocking(False)
            request.send(BUSY_REPLY)
            request.recv(65_536)
        self.shutdown_request(request)
