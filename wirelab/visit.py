"""Call a learner's function, with a server of the check's to talk to, and tell what it did."""

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from websockets.asyncio.server import ServerConnection

from wirelab import patience
from wirelab.expect import Expect
from wirelab.failures import Failure, failure
from wirelab.launch import Server, launch
from wirelab.log import Log, own_output
from wirelab.messages import Exchange, Request
from wirelab.patience import Deadline
from wirelab.recording import Side
from wirelab.tap import wire
from wirelab.threads import break_off
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
            try:
                value, printed = self._call([tap.url, *arguments], give_up=tap.stop)
            finally:
                tap.stop()
                self.expect.asked, self.expect.wire = "", tap.conversation
        return Visit(value, printed, tap.conversation)

    def _call(self, arguments: Sequence[Any], give_up: Callable[[], None] = lambda: None) -> tuple[Any, str]:
        call = _Call(self.function, arguments, self._deadline.left(patience.ANSWER))
        call.wait(give_up)
        if call.is_late:
            raise self.expect.missed("comes to an end", f"it had not returned after {patience.ANSWER:g} s")
        if call.error:
            raise Crashed(failure(call.error))
        return call.value, str(call.log)


class _Late(Exception):
    """A coroutine took longer than it may."""


class _Call:
    """A function that runs in a thread of its own, with an end."""

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Any], seconds: float) -> None:
        self._function, self._arguments, self._seconds = function, arguments, seconds
        self.log = Log()
        self.value: Any = None
        self.error: BaseException | None = None
        self.is_late = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="check", daemon=True)
        self._thread.start()

    def wait(self, give_up: Callable[[], None]) -> None:
        """Wait for the end, or bring it about; `give_up` is called if it does not come by itself."""
        if self._done.wait(self._seconds):
            return
        self.is_late = True
        give_up()
        if not self._done.wait(0.2):
            break_off(self._thread)
            self._thread.join(0.2)

    def _run(self) -> None:
        own_output(self.log)
        try:
            value = self._function(*self._arguments)
            self.value = self._awaited(value) if inspect.isawaitable(value) else value
        except _Late:
            self.is_late = True
        except BaseException as error:
            self.error = error
        finally:
            self.log.finish()
            self._done.set()

    def _awaited(self, awaitable: Awaitable[Any]) -> Any:
        """Not asyncio.run: nest_asyncio may have put its own in that place."""

        async def run() -> Any:
            task = asyncio.ensure_future(awaitable)
            done, _ = await asyncio.wait([task], timeout=self._seconds)
            if not done:
                task.cancel()
                await asyncio.wait([task], timeout=0.2)
                raise _Late
            return task.result()

        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(run())
        finally:
            loop.close()


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
            length = self.headers.get("Content-Length", "0")
            body = self.rfile.read(int(length)) if length.isdigit() else b""
            answer = respond(
                Request(
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
            )
            content = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD" and answer.status not in (204, 304):
                self.wfile.write(content)

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler
