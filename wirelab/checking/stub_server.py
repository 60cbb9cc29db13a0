"""Be the server that a learner's client talks to: one that answers what a check wants it to answer."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from wirelab.checking import timeouts
from wirelab.conversation.http_messages import Request
from wirelab.conversation.recording import Side


@dataclass(frozen=True)
class Answer:
    """What the stub server answers: a body in bytes, or a string that is sent as UTF-8."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answers = Callable[[Request], Answer]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def from_table(answers: Mapping[str, Answer]) -> Answers:
    """A function from a request to its answer, made from a table: "GET /stations/2" → the answer; else 404."""

    def respond(request: Request) -> Answer:
        return answers.get(f"{request.method} {request.target}", Answer("not here\n", HTTPStatus.NOT_FOUND))

    return respond


def stub_handler(respond: Answers) -> type[BaseHTTPRequestHandler]:
    """A request handler class that answers every method as `respond` says, on connections that stay open."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        timeout = timeouts.WHOLE_CHECK

        def answer(self) -> None:
            answer = respond(_request_of(self))
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            has_body = answer.status not in (204, 304)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if has_body:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if has_body and self.command != "HEAD":
                self.wfile.write(content)

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler


def _request_of(handler: BaseHTTPRequestHandler) -> Request:
    """The request that a handler has before it, its body read."""
    body = _body(handler)
    return Request(
        connection=0,
        side=Side.CLIENT,
        at=0,
        until=0,
        raw=b"",
        version=handler.request_version.removeprefix("HTTP/"),
        headers=tuple(handler.headers.items()),
        body=body,
        body_size=len(body),
        method=handler.command,
        target=handler.path,
    )


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":
        return b"".join(_chunks(handler))
    length = handler.headers.get("Content-Length", "0")
    return handler.rfile.read(int(length)) if length.isdecimal() and length.isascii() else b""


def _chunks(handler: BaseHTTPRequestHandler) -> Iterator[bytes]:
    """The chunks of a body (RFC 9112 §7.1), up to what is no chunk."""
    with contextlib.suppress(ValueError):
        while size := int(handler.rfile.readline(100).split(b";")[0], 16):
            yield handler.rfile.read(size)
            handler.rfile.readline(100)
        while handler.rfile.readline(65536).strip():
            pass
