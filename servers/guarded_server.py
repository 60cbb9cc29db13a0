"""Keep a request handler from harm, by clients (malformed, slow, too many) and by its own faults.

    class MyHandler(Guarded, BaseHTTPRequestHandler): ...
    server = GuardedServer(("127.0.0.1", 8001), MyHandler)
"""

import io
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from servers.strict_requests import (
    Refused,
    body_length,
    check_host,
    closes,
    header_field,
    http_date,
    is_field,
    request_line,
)

MAX_HEAD, MAX_FIELDS = 65_536, 100  # bytes of request line and headers together; headers
MAX_CONNECTIONS = 256  # a class of forty, whose browsers open six each
TIMEOUT = 10  # seconds: to begin a request, then for all of it, then to take the reply
LINGER = 1  # seconds for a client that was refused to read why
TOO_SLOW = "The rest of the request did not come in time."
BUSY = b"Too many clients at once: try again.\n"
TURNED_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(BUSY), BUSY)
)


class Incoming(io.RawIOBase):
    """What a client sends. It has `seconds` to begin a request and as many for the whole, in whatever portions."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.connection, self.seconds = connection, seconds
        self.await_request()

    def await_request(self) -> None:
        self.deadline = 0.0  # none: no request has begun

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            got = self.connection.recv_into(buffer)
        except TimeoutError:
            if self.deadline:
                raise Refused(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW) from None
            return 0  # it wants nothing more, as if it had left
        except ConnectionError:
            return 0
        now = time.monotonic()
        self.deadline = self.deadline or now + self.seconds
        if now > self.deadline:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW)
        return got


class Outgoing(io.BytesIO):
    """A reply, held back until it is whole: until then another can take its place, and it leaves in one piece.

    A reply in two pieces waits 40 ms between them: the system keeps the second back until the client
    acknowledges the first, and the client waits a little in case there is more (cpython#108736).
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self.connection = connection

    def forget(self) -> None:
        self.seek(0)
        self.truncate()

    def flush(self) -> None:
        data = self.getvalue()
        self.forget()
        if data:
            self.connection.sendall(data)


class Guarded(BaseHTTPRequestHandler):
    """Mixed into a request handler: its methods see proper requests only, and each request gets a reply."""

    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT

    def setup(self) -> None:
        self.connection = self.request
        self.connection.settimeout(self.timeout)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.incoming = Incoming(self.connection, self.timeout)
        self.outgoing = Outgoing(self.connection)
        self.rfile, self.wfile = io.BufferedReader(self.incoming), self.outgoing

    # Requests

    def handle_one_request(self) -> None:
        self.incoming.await_request()
        try:
            if self.parse_request():
                self.method()()
        except Refused as refused:
            self.refuse(refused.status, str(refused))
        except Exception:
            self.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here. It is not your fault.")
            self.send()
            raise  # the trace is for our log alone
        self.send()

    def parse_request(self) -> bool:
        """Read request line and headers. False if the client left before they were whole."""
        self.close_connection = self.unread = True  # until we know better
        self.command, self.requestline, self.request_version = "", "", "HTTP/1.1"
        self.room = MAX_HEAD
        line = self.line(HTTPStatus.REQUEST_URI_TOO_LONG)
        if line == "":  # RFC 9112 §2.2: one empty line too many does no harm
            line = self.line(HTTPStatus.REQUEST_URI_TOO_LONG)
        if line is None:
            return False
        self.requestline = line
        self.command, self.path, self.request_version = request_line(line)
        if not self.read_headers():
            return False
        check_host(self.request_version, self.headers.get_all("Host", []))
        self.length = body_length(self.headers)
        self.unread = bool(self.length)
        self.close_connection = closes(self.request_version, self.headers.get_all("Connection", []))
        return True

    def read_headers(self) -> bool:
        """Read up to the empty line. False if the client left before it."""
        self.headers = HTTPMessage()
        for _ in range(MAX_FIELDS + 1):
            line = self.line(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            if not line:
                return line is not None
            name, value = header_field(line)
            self.headers[name] = value
        raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"A request has at most {MAX_FIELDS} headers.")

    def line(self, too_long: HTTPStatus) -> str | None:
        """The next line without its end; None if the client left before it came to one."""
        line = self.rfile.readline(self.room + 1)
        self.room -= len(line)
        if self.room < 0:
            raise Refused(too_long, f"Address and headers have at most {MAX_HEAD} bytes together.")
        return line[:-1].removesuffix(b"\r").decode("latin-1") if line.endswith(b"\n") else None

    def method(self) -> Callable[[], None]:
        method: Callable[[], None] | None = getattr(self, f"do_{self.command}", None)
        if method is None:
            raise Refused(HTTPStatus.NOT_IMPLEMENTED, "This server does not know that method.")
        return method

    def read_body(self, most: int) -> bytes:
        """The body of the request. Raises Refused if it has no length, or more than `most` bytes."""
        if self.length is None:
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "Say in Content-Length how long the body is.")
        if self.length > most:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has at most {most} bytes here.")
        if self.headers.get("Expect", "").lower() == "100-continue" and self.request_version == "HTTP/1.1":
            with suppress(OSError):
                self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(self.length)
        if len(body) < self.length:
            raise Refused(HTTPStatus.BAD_REQUEST, f"Of {self.length} bytes came {len(body)}.")
        self.unread = False
        return body

    # Replies

    def send_response_only(self, code: int, message: str | None = None) -> None:
        super().send_response_only(code)  # the standard phrase: a message might come from the client

    def send_header(self, keyword: str, value: str) -> None:
        if not is_field(keyword, value):  # CWE-113: with a line end in it, it would be two
            raise ValueError(f"this is no header: {keyword!r}, {value!r}")
        super().send_header(keyword, value)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return http_date(int(time.time() if timestamp is None else timestamp))

    def send_reply(
        self, status: HTTPStatus, content_type: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole reply, but to HEAD its headers alone."""
        self.send_response(status)
        if status != HTTPStatus.NOT_MODIFIED:  # which has no body, and its length is not 0
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end_headers(self) -> None:
        if self.close_connection or self.unread:  # a body that nobody read would be taken for a request
            self.send_header("Connection", "close")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.refuse(HTTPStatus(code), message or HTTPStatus(code).phrase)

    def refuse(self, status: HTTPStatus, words: str) -> None:
        """Answer with an error, whatever was to be the reply, and hang up."""
        self.outgoing.forget()
        self._headers_buffer: list[bytes] = []
        self.close_connection = self.unread = True
        self.send_refusal(status, words)

    def send_refusal(self, status: HTTPStatus, words: str) -> None:
        """What a refusal looks like; a handler may have its own way."""
        self.send_reply(status, "text/plain; charset=utf-8", f"{words}\n".encode())

    def send(self) -> None:
        try:
            self.outgoing.flush()
        except OSError as error:  # it left, or does not take its reply
            self.close_connection = True
            self.log_message("the client left: %s", error)

    def finish(self) -> None:
        super().finish()
        if self.unread:
            self.linger()

    def linger(self) -> None:
        """Read on for a moment. To close over unread bytes takes the reply from the client (RFC 9112 §9.6)."""
        end = time.monotonic() + LINGER
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while (left := end - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(65_536):
                    break


class GuardedServer(ThreadingHTTPServer):
    """A thread for each connection, and no more than `most` of them."""

    most = MAX_CONNECTIONS
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, address: tuple[str, int], handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        self.places = threading.BoundedSemaphore(self.most)
        super().__init__(address, handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's also asks for the name of the computer, for up to 10 s
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self.places.acquire(blocking=False):
            self.turn_away(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self.places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def turn_away(self, request: socket.socket) -> None:
        with suppress(OSError):
            request.setblocking(False)
            request.send(TURNED_AWAY)
            request.recv(65_536)
        self.shutdown_request(request)
