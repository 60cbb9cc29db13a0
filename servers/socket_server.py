"""Serve a few pages from a socket alone, without http.server.

    python -m servers.socket_server
    curl -i --compressed http://127.0.0.1:8001/programme
"""

import gzip
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPMessage
from typing import BinaryIO

from servers.commands.server_command import one_line_end, server_parser
from servers.guard.limits import CLIENT_TIMEOUT, LINGER_TIMEOUT, MAX_FIELDS, MAX_HEAD
from servers.guard.own_hosts import check_addressee
from servers.guard.request_syntax import (
    Refused,
    check_codings,
    closes_connection,
    content_length,
    http_date,
    parse_header_field,
    parse_request_line,
    path_of,
)

HOST, PORT = "127.0.0.1", 8001
MAX_NOTE = 10_000  # bytes of a body
MIN_PACKED = 200  # bytes; gzip makes a short text longer
TITLES = ["Hamlet", "The Tempest", "Twelfth Night"]
PROGRAMME = "".join(f"Day {day}: {TITLES[day % 3]}, 19:30, on the big stage\n" for day in range(1, 13))
PAGES = {"/": "The Tempest, tonight at 19:30\n", "/programme": PROGRAMME}
ROWS = ["row A: 12 seats free\n", "row B: 3 seats free\n", "row C: sold out\n"]


@dataclass(frozen=True)
class Request:
    """What a client asks for. The names of `headers` are found in capitals and in small letters."""

    method: str
    target: str
    headers: HTTPMessage
    body: bytes
    version: str = "HTTP/1.1"
    is_last: bool = False  # the client wants the connection to be closed


@dataclass(frozen=True)
class Reply:
    """What it gets: a body whose length is known, or the pieces of one that is not."""

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Iterable[str] = ()


def read_request(stream: BinaryIO) -> Request | None:
    """The next request on a connection; None if the client has left. Raises Refused, or OSError."""
    line = read_line(stream)
    if line == "":  # RFC 9112 §2.2: one empty line too many does no harm
        line = read_line(stream)
    if line is None:
        return None
    method, target, version = parse_request_line(line)
    headers = read_headers(stream)
    check_addressee(version, target, headers)
    is_last = closes_connection(version, headers.get_all("Connection", []))
    return Request(method, target, headers, read_body(stream, version, headers), version, is_last)


def read_headers(stream: BinaryIO) -> HTTPMessage:
    """The headers, up to the empty line. Raises Refused, also where the client leaves before it."""
    headers = HTTPMessage()
    while line := read_line(stream):
        name, value = parse_header_field(line)
        headers[name] = value
        if len(headers) > MAX_FIELDS:
            raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"At most {MAX_FIELDS} headers.")
    if line is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "An empty line ends the headers.")
    return headers


def read_line(stream: BinaryIO) -> str | None:
    """The next line without its end; None if the client has left before that. Raises Refused."""
    line = stream.readline(MAX_HEAD)
    if len(line) == MAX_HEAD:
        raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"A line has at most {MAX_HEAD} bytes.")
    return line[:-1].removesuffix(b"\r").decode("latin-1") if line.endswith(b"\n") else None


def read_body(stream: BinaryIO, version: str, headers: HTTPMessage) -> bytes:
    """As many bytes as Content-Length says, and no more: the next request may follow. Raises Refused."""
    if check_codings(version, headers):  # RFC 9112 §6.3
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "Say in Content-Length how long the body is.")
    length = content_length(headers) or 0
    if length > MAX_NOTE:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has at most {MAX_NOTE} bytes here.")
    return stream.read(length)


def respond(request: Request) -> Reply:
    """The reply to a request."""
    path = path_of(request.target)
    if request.method == "POST" and path == "/guests":
        if not request.body:
            return Reply(HTTPStatus.BAD_REQUEST, b"A note needs a text.\n")
        return Reply(HTTPStatus.OK, b"Thank you, your note has %d bytes\n" % len(request.body))
    if request.method not in ("GET", "HEAD"):
        return Reply(HTTPStatus.METHOD_NOT_ALLOWED, b"GET and HEAD alone\n", {"Allow": "GET, HEAD"})
    if path == "/seats":  # a client of HTTP/1.0 does not read chunks (RFC 9112 §6.1)
        is_new = request.version != "HTTP/1.0"
        return Reply(HTTPStatus.OK, pieces=ROWS) if is_new else Reply(HTTPStatus.OK, "".join(ROWS).encode())
    if path not in PAGES:
        return Reply(HTTPStatus.NOT_FOUND, b"There is no such page here.\n")
    return packed(PAGES[path].encode(), request.headers.get("Accept-Encoding", ""))


def packed(body: bytes, accepted: str) -> Reply:
    """The body in gzip if the client reads that and it is long enough, else as it is (RFC 9110 §12.5.3)."""
    if len(body) < MIN_PACKED:
        return Reply(HTTPStatus.OK, body)
    headers = {"Vary": "Accept-Encoding"}
    if not reads_gzip(accepted):
        return Reply(HTTPStatus.OK, body, headers)
    return Reply(HTTPStatus.OK, gzip.compress(body, mtime=0), headers | {"Content-Encoding": "gzip"})


def reads_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding lists gzip, and not with q=0."""
    words = accepted.lower().replace(" ", "").split(",")
    return any(word == "gzip" or (word.startswith("gzip;q=") and word[7:].strip("0.")) for word in words)


def head_of(reply: Reply, *, is_last: bool) -> bytes:
    """Status line, headers and the empty line. Without a known length, the body is to come in chunks."""
    size = {"Transfer-Encoding": "chunked"} if reply.pieces else {"Content-Length": str(len(reply.body))}
    headers = {"Date": http_date(int(time.time())), "Content-Type": "text/plain; charset=utf-8", **size}
    headers |= {**reply.headers, **({"Connection": "close"} if is_last else {})}
    lines = [f"HTTP/1.1 {reply.status.value} {reply.status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunk(piece: bytes) -> bytes:
    """A piece of a body with its length before it, in hexadecimal digits (RFC 9112 §7.1)."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def send(connection: socket.socket, reply: Reply, *, is_last: bool, has_body: bool = True) -> None:
    """Send a reply: its head, and then its body, or its pieces one by one. Raises OSError."""
    head = head_of(reply, is_last=is_last)
    connection.sendall(head + reply.body if has_body else head)
    if reply.pieces and has_body:
        for piece in reply.pieces:
            connection.sendall(chunk(piece.encode()))
        connection.sendall(chunk(b""))


def answer(connection: socket.socket) -> None:
    """Answer one request after another, until the client leaves, is silent for too long, or says that it ends."""
    connection.settimeout(CLIENT_TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)  # lesson 14: small pieces do not wait
    with suppress(OSError), closing(connection), connection.makefile("rb") as stream:
        try:
            while request := read_request(stream):
                send(connection, respond(request), is_last=request.is_last, has_body=request.method != "HEAD")
                if request.is_last:
                    return
        except Refused as refused:
            send(connection, Reply(refused.status, f"{refused}\n".encode()), is_last=True)
            linger(connection)


def linger(connection: socket.socket) -> None:
    """Read on for a moment: to close over unread bytes takes the reply from the client (RFC 9112 §9.6)."""
    deadline = time.monotonic() + LINGER_TIMEOUT
    connection.shutdown(socket.SHUT_WR)
    while (seconds_left := deadline - time.monotonic()) > 0:
        connection.settimeout(seconds_left)
        if not connection.recv(65_536):
            return


def create_listener(host: str = HOST, port: int = PORT) -> socket.socket:
    """A socket that waits for clients. Port 0 takes a free one. Raises OSError if the port is taken."""
    return socket.create_server((host, port), backlog=100)


def serve_forever(listener: socket.socket) -> None:
    """Give each client a thread of its own. Raises OSError once the listener is closed."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=[connection], daemon=True).start()


def main() -> None:
    port = server_parser("Serve a few pages from a socket.", PORT).parse_args().port
    with one_line_end(port, "the port is free again"), create_listener(port=port) as listener:
        print(f"Started HTTP server at http://{HOST}:{listener.getsockname()[1]}, Ctrl+C ends it", flush=True)
        serve_forever(listener)


if __name__ == "__main__":
    main()
