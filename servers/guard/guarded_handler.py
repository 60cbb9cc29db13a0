"""Give a request handler only well-formed requests, and each request a reply.

    class MyHandler(GuardedHandler, BaseHTTPRequestHandler): ...
    server = GuardedServer(("127.0.0.1", 8001), MyHandler)
"""

import io
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler

from servers.guard.limits import CLIENT_TIMEOUT, LINGER_TIMEOUT, MAX_FIELDS, MAX_HEAD
from servers.guard.own_hosts import check_addressee
from servers.guard.request_syntax import (
    Refused,
    check_codings,
    closes_connection,
    content_length,
    http_date,
    is_header_field,
    parse_header_field,
    parse_request_line,
)
from servers.guard.streams import ReplyBuffer, RequestReader


class GuardedHandler(BaseHTTPRequestHandler):
    """A mixin for request handlers. A method such as do_GET is called for a well-formed request only.

    `timeout` is in seconds. A method may raise Refused, which becomes the reply; any other exception becomes
    500, and its traceback goes to the server's log.
    """

    protocol_version = "HTTP/1.1"
    timeout = CLIENT_TIMEOUT

    def setup(self) -> None:
        self.connection = self.request
        self.connection.settimeout(self.timeout)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.request_reader = RequestReader(self.connection, self.timeout)
        self.reply_buffer = ReplyBuffer(self.connection)
        self.rfile, self.wfile = io.BufferedReader(self.request_reader), self.reply_buffer

    # Requests

    def handle_one_request(self) -> None:
        self.request_reader.await_request()
        try:
            if self.parse_request():
                self.find_method()()
        except Refused as refused:
            self.refuse(refused.status, str(refused))
        except Exception:
            self.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here. It is not your fault.")
            self.flush_reply()
            raise  # the traceback is for our log alone
        self.flush_reply()

    def parse_request(self) -> bool:
        """Read request line and headers. False if the client left before they were whole. Raises Refused."""
        self.close_connection = self.body_unread = True  # until we know better
        self.command, self.requestline, self.request_version = "", "", "HTTP/1.1"
        self.head_bytes_left = MAX_HEAD
        line = self.read_line(HTTPStatus.REQUEST_URI_TOO_LONG)
        if line == "":  # RFC 9112 §2.2: one empty line too many does no harm
            line = self.read_line(HTTPStatus.REQUEST_URI_TOO_LONG)
        if line is None:
            return False
        self.requestline = line
        self.command, self.path, self.request_version = parse_request_line(line)
        if not self.read_headers():
            return False
        check_addressee(self.request_version, self.path, self.headers)
        if check_codings(self.request_version, self.headers):  # a server may ask for a length (RFC 9112 §6.3)
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "Say in Content-Length how long the body is.")
        self.length = content_length(self.headers)
        self.body_unread = bool(self.length)
        self.close_connection = closes_connection(self.request_version, self.headers.get_all("Connection", []))
        return True

    def read_headers(self) -> bool:
        """Read up to the empty line. False if the client left before it. Raises Refused."""
        self.headers = HTTPMessage()
        for _ in range(MAX_FIELDS + 1):
            line = self.read_line(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            if not line:
                return line is not None
            name, value = parse_header_field(line)
            self.headers[name] = value
        raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"A request has at most {MAX_FIELDS} headers.")

    def read_line(self, too_long: HTTPStatus) -> str | None:
        """The next line without its end; None if the client left before the end of the line.

        Raises Refused with the status `too_long` once the head has more than MAX_HEAD bytes.
        """
        line = self.rfile.readline(self.head_bytes_left + 1)
        self.head_bytes_left -= len(line)
        if self.head_bytes_left < 0:
            raise Refused(too_long, f"Address and headers have at most {MAX_HEAD} bytes together.")
        return line[:-1].removesuffix(b"\r").decode("latin-1") if line.endswith(b"\n") else None

    def find_method(self) -> Callable[[], None]:
        """The method for this request, such as do_GET. Raises Refused (501) if the handler has none."""
        method: Callable[[], None] | None = getattr(self, f"do_{self.command}", None)
        if method is None:
            raise Refused(HTTPStatus.NOT_IMPLEMENTED, "This server does not know that method.")
        return method

    def read_body(self, max_bytes: int) -> bytes:
        """The body of the request. Raises Refused if it has no length, or more than `max_bytes`."""
        if self.length is None:
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "Say in Content-Length how long the body is.")
        if self.length > max_bytes:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has at most {max_bytes} bytes here.")
        if self.headers.get("Expect", "").lower() == "100-continue" and self.request_version == "HTTP/1.1":
            with suppress(OSError):
                self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(self.length)
        if len(body) < self.length:
            raise Refused(HTTPStatus.BAD_REQUEST, f"Of {self.length} bytes came {len(body)}.")
        self.body_unread = False
        return body

    # Replies

    def send_response_only(self, code: int, message: str | None = None) -> None:
        super().send_response_only(code)  # the standard phrase: a message might come from the client

    def send_header(self, keyword: str, value: str) -> None:
        if not is_header_field(keyword, value):  # CWE-113: with a line end in it, it would be two
            raise ValueError(f"this is no header: {keyword!r}, {value!r}")
        super().send_header(keyword, value)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return http_date(int(time.time() if timestamp is None else timestamp))

    def send_reply(
        self, status: HTTPStatus, content_type: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole reply, but to HEAD its headers alone. `headers` are those beside type and length."""
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
        if self.close_connection or self.body_unread:  # a body that nobody read would be taken for a request
            self.send_header("Connection", "close")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.refuse(HTTPStatus(code), message or HTTPStatus(code).phrase)

    def refuse(self, status: HTTPStatus, message: str) -> None:
        """Answer with an error instead of any reply that was begun, and close the connection after it."""
        self.reply_buffer.discard()
        self._headers_buffer: list[bytes] = []
        self.close_connection = self.body_unread = True
        self.send_refusal(status, message)

    def send_refusal(self, status: HTTPStatus, message: str) -> None:
        """Write the body of an error as plain text. A handler may override it."""
        self.send_reply(status, "text/plain; charset=utf-8", f"{message}\n".encode())

    def flush_reply(self) -> None:
        """Send the reply. A client that has left, or does not take it, gets a line in the log."""
        try:
            self.reply_buffer.flush()
        except OSError as error:
            self.close_connection = True
            self.log_message("the client left: %s", error)

    def finish(self) -> None:
        super().finish()
        if self.body_unread:
            self.linger()

    def linger(self) -> None:
        """Read on for a moment. To close over unread bytes takes the reply from the client (RFC 9112 §9.6)."""
        deadline = time.monotonic() + LINGER_TIMEOUT
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while (seconds_left := deadline - time.monotonic()) > 0:
                self.connection.settimeout(seconds_left)
                if not self.connection.recv(65_536):
                    break
