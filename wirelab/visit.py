"""Call a learner's function, with a server of the check's to talk to, and tell what it did."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from websockets.asyncio.server import ServerConnection

from wirelab import patience
from wirelab.calling import Call
from wirelab.expect import Expect
from wirelab.failures import Failure, failure
from wirelab.launch import Server, launch
from wirelab.messages import Exchange, Request, Unreadable
from wirelab.patience import Deadline
from wirelab.recording import Memory, Side
from wirelab.tap import wire
from wirelab.wire import Conversation


class Crashed(Exception):
    """The learner's function raised an exception."""

    def __init__(self, failed: Failure) -> None:
        super().__init__(str(failed))
        self.failed = failed


@dataclass(frozen=True)
class Answer:
    """What the check's server answers."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answers = Callable[[Request], Answer]
CHECKS_SERVER = "the server of the check"
KEPT = 2**19  # bytes of a visit; a client may send without end


@dataclass(frozen=True)
class Visit:
    """What a client did: what it returned, what it printed, and what crossed the wire."""

    value: Any
    printed: str
    conversation: Conversation

    @property
    def http(self) -> Sequence[Exchange]:
        return self.conversation.http

    @property
    def requests(self) -> Sequence[Request]:
        """The requests it sent, in their order."""
        return [exchange.request for exchange in self.http]

    @property
    def frames(self) -> Conversation:
        return self.conversation.frames


class Caller:
    """A learner's function, for checks. Every call has an end."""

    def __init__(self, function: Callable[..., Any], expect: Expect, deadline: Deadline) -> None:
        self.function, self.expect, self._deadline = function, expect, deadline

    def returns(self, *arguments: Any) -> Any:
        """What the function returns for these arguments."""
        return self._call(arguments)[0]

    def visits(self, answers: Answers | Mapping[str, Answer], *arguments: Any) -> Visit:
        """Give the function the URL of a server, and watch.

        `answers` is a function from a request to its answer, or a table: "GET /stations/2" → the answer.
        What is not in the table gets 404.
        """
        respond = answers if callable(answers) else _from_table(answers)
        return self._visit(launch(_handler(respond), port=0, name=CHECKS_SERVER), arguments)

    def meets(self, onconnect: Callable[[ServerConnection], Awaitable[None]], *arguments: Any) -> Visit:
        """Give the function the URL of a WebSocket server, and watch."""
        return self._visit(launch(onconnect, port=0, name=CHECKS_SERVER, compression=None), arguments)

    def _visit(self, server: Server, arguments: Sequence[Any]) -> Visit:
        with server, wire(server) as tap:
            tap._memory = Memory(KEPT)
            self.expect.asked, self.expect.evidence = "", lambda: tap.conversation
            try:
                value, printed = self._call([tap.url, *arguments], give_up=tap.stop)
            finally:
                tap.stop()
        self._look_through(tap.conversation)
        return Visit(value, printed, tap.conversation)

    def _look_through(self, talk: Conversation) -> None:
        """What no server can read is worth a word, whatever the check asks for."""
        sent = (one for one in talk.sent_by(Side.CLIENT) if isinstance(one, Request | Unreadable))
        wrong = next((one for one in sent if one.trouble), None)
        if wrong:
            self.expect.missed("sends requests that a server can read", wrong.trouble)

    def _call(self, arguments: Sequence[Any], give_up: Callable[[], None] = lambda: None) -> tuple[Any, str]:
        call = Call(self.function, arguments, self._deadline.left(patience.ANSWER))
        call.wait(give_up)
        if call.is_late:
            said = f"it had not returned after {self._deadline.said()}".rstrip(",")
            raise self.expect.missed("comes to an end", said)
        if call.error:
            raise Crashed(failure(call.error))
        return call.value, str(call.log)


def _from_table(answers: Mapping[str, Answer]) -> Answers:
    def respond(request: Request) -> Answer:
        return answers.get(f"{request.method} {request.target}", Answer("not here\n", HTTPStatus.NOT_FOUND))

    return respond


def _handler(respond: Answers) -> type[BaseHTTPRequestHandler]:
    """A handler that answers every method as `respond` says, on connections that stay open."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        timeout = patience.ALL

        def answer(self) -> None:
            answer = respond(self.request_with(self._body()))
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

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                return b"".join(self._chunks())
            length = self.headers.get("Content-Length", "0")
            return self.rfile.read(int(length)) if length.isdecimal() and length.isascii() else b""

        def _chunks(self) -> Iterator[bytes]:
            with contextlib.suppress(ValueError):
                while size := int(self.rfile.readline(100).split(b";")[0], 16):
                    yield self.rfile.read(size)
                    self.rfile.readline(100)
                while self.rfile.readline(65536).strip():
                    pass

        def request_with(self, body: bytes) -> Request:
            return Request(
                connection=0,
                side=Side.CLIENT,
                at=0,
                until=0,
                raw=b"",
                version=self.request_version.removeprefix("HTTP/"),
                headers=tuple(self.headers.items()),
                body=body,
                body_size=len(body),
                method=self.command,
                target=self.path,
            )

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler
