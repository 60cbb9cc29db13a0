"""Ask a learner's live server."""

import json
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partialmethod
from typing import Any
from urllib.parse import urlencode, urlsplit

from wirelab.checking import timeouts
from wirelab.checking.diagnosis import (
    HEADERS_HINT,
    LENGTH_HINT,
    NO_BODY_HINT,
    READABLE_HEADERS,
    diagnose,
    first_unreadable,
    unread_body,
)
from wirelab.checking.expectations import Expect, Hints, all_hints
from wirelab.checking.http_client import MAX_ANSWER, ask, final_response
from wirelab.checking.recorded_socket import RecordedConnections
from wirelab.checking.timeouts import Deadline
from wirelab.checking.websocket_client import WebSocketClient, connected_client
from wirelab.conversation.conversation import Conversation, read_all
from wirelab.conversation.formatting import charset_of
from wirelab.conversation.http_messages import Request, Response
from wirelab.conversation.recording import End, Memory, Recorder, Side
from wirelab.errors import WireError
from wirelab.launching.launcher import servers
from wirelab.launching.ports import ADDRESS
from wirelab.launching.server import Server

AWAIT_HINT = "The server's log says that a call was never awaited: without await, it does nothing."
STUCK_HINT = (
    "A handler still runs, and awaits nothing: meanwhile no other gets a turn. Mend it, and run its cell and the "
    "launch cell again."
)
ONCE_HINT = "A request gets one answer. Where the first one is sent, the method has to end: return comes after it."
RELAUNCH_HINT = "Run the cells with launch() again, from the top."


@dataclass(frozen=True)
class Reply:
    """A server's answer to one request."""

    response: Response

    @property
    def status(self) -> int:
        """The status, a number."""
        return self.response.status

    @property
    def content(self) -> bytes:
        """The body's bytes, unpacked."""
        return self.response.content

    @property
    def text(self) -> str:
        """The body as text, in the charset that `Content-Type` names, else UTF-8."""
        try:
            return self.content.decode(charset_of(self.header("Content-Type")) or "utf-8", "replace")
        except (LookupError, ValueError):  # no charset, or one that Python alone knows
            return self.content.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """A header's value, or an empty string."""
        return self.response.header(name)

    def has(self, name: str) -> bool:
        """Whether there is such a header at all."""
        return any(other.lower() == name.lower() for other, _ in self.response.headers)

    def json(self) -> Any:
        """The body read as JSON; where it is not JSON, as a string."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return self.text


class Probe:
    """A client of a learner's server. Every wait has an end; where no answer comes, the check says so.

    `get("/hello")`, `post("/stations", json=...)` and so on are `request()` with that method.
    """

    def __init__(self, server: Server, expect: Expect, deadline: Deadline) -> None:
        self.server, self.expect, self._deadline = server, expect, deadline
        self._connections = RecordedConnections(server.port)
        self._failed_before = server.failure_count
        self.others: list[tuple[Server, int]] = []  # with what had failed in each before

    @property
    def host(self) -> str:
        """The server's address and port, as a client writes them in a URL and in Host: `127.0.0.1:8001`."""
        return f"{ADDRESS}:{self.server.port}"

    def named(self, name: str) -> Any:
        """What the notebook has under this name, for what no client can see; None where there is nothing."""
        return getattr(sys.modules["__main__"], name, None)

    def beside(self, name: str) -> "Probe":
        """Another server of the notebook, by its name; what fails in it belongs to the check as well.

        Raises Stopped where none of that name runs.
        """
        found = next((one for one in servers() if one.name == name and one.running), None)
        if not found:
            raise self.expect.missed(f"has the server {name} beside it", "it is not running", hint=RELAUNCH_HINT)
        self.others.append((found, found.failure_count))
        return Probe(found, self.expect, self._deadline)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        json: Any = None,
        form: Mapping[str, str] | None = None,
        hint: Hints = (),
        silence_hint: Hints = (),
    ) -> Reply:
        """The answer to one HTTP/1.1 request, its body from `body`, `json` or `form`; redirects are not followed.

        Raises Stopped where no complete answer comes, and gives these hints then, as `send` does.
        """
        named = {"Host": self.host, "Accept": "*/*", **(headers or {})}
        if json is not None:
            body, named["Content-Type"] = _json_bytes(json), "application/json"
        if form is not None:
            body, named["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        if body or method in ("POST", "PUT", "PATCH"):
            named["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        data = "\r\n".join([*lines, "", ""]).encode() + body
        return self.send(data, f"{method} {path}", hint=hint, silence_hint=silence_hint)

    get = partialmethod(request, "GET")
    head = partialmethod(request, "HEAD")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")

    def send(
        self,
        data: bytes,
        name: str = "the request",
        *,
        hint: Hints = (),
        silence_hint: Hints = (),
        asked: str = "",
    ) -> Reply:
        """The answer to any bytes. `name` is what the check calls them. Raises Stopped where none comes.

        `hint` is for then, and `silence_hint` too, unless an exception came out of the server and says why.
        `asked` is a command that sends them, for what curl would send in another way by itself.
        """
        talk, outcome = ask(self.server.port, data, Deadline(self._deadline.left(timeouts.ANSWER)))
        requests = [message for message in talk if isinstance(message, Request)]
        if self.server.failure_count > self._failed_before:
            self.expect.note_crash()
        self.expect.asked = asked or (_command(requests[0], self.host) if requests else "")
        self.expect.evidence = lambda: talk
        response = final_response(talk)
        if response and response.complete:
            is_bare = response.status in (204, 304) or any(request.method == "HEAD" for request in requests[:1])
            if response.trouble and response.status != 101:  # then it is about the handshake, and not the headers
                self.expect.missed(READABLE_HEADERS, response.trouble, hint=HEADERS_HINT)
            self._look_behind(talk, NO_BODY_HINT if is_bare else LENGTH_HINT)
            if said := unread_body(response):
                raise self.expect.missed(f"answers {name} with a body that can be read to its end", said)
            return Reply(response)
        fault = diagnose(name, talk, outcome, self._deadline)
        general = () if self._has_failed() else (*all_hints(silence_hint), *all_hints(fault.hint or ()))
        raise self.expect.missed(fault.what, fault.said, hint=[*all_hints(hint), *general])

    def _has_failed(self) -> bool:
        """Whether an exception came out of the server: it says more than the bytes that were sent before it."""
        self.server.settle(timeouts.CLOSING)
        return self.server.failure_count > self._failed_before

    def open_socket(self, timeout: float) -> socket.socket:
        """A new TCP connection, which the caller closes; each call on it has `timeout` seconds. Raises OSError.

        What crosses it is the evidence of the expectations to come.
        """
        peer = self._connections.open(timeout, is_patient=False)
        self.expect.asked, self.expect.evidence = "", peer.conversation
        return peer

    def _look_behind(self, talk: Conversation, hint: str) -> None:
        """An answer that goes on after its end spoils the next one on the same connection."""
        answers = [one for one in talk.sent_by(Side.SERVER) if isinstance(one, Response) and one.is_final]
        if len(answers) > max(sum(isinstance(one, Request) for one in talk), 1):
            self.expect.missed("answers a request once", f"{answers[1].first_line} follows it", hint=ONCE_HINT)
        more = first_unreadable(talk)
        if more:
            said = more.trouble or "more bytes follow it"
            self.expect.missed("sends no more bytes than it promised", said, hint=hint)

    def talk(self, *messages: str | bytes, path: str = "/") -> list[str | bytes]:
        """The answers to messages, sent over a WebSocket one by one. Raises Stopped if one is missing."""
        with self.connect(path) as client:
            return [client.ask(message) for message in messages]

    @contextmanager
    def connect(
        self, path: str = "/", *, origin: str | None = None, subprotocols: Sequence[str] = (), hint: Hints = ()
    ) -> Iterator[WebSocketClient]:
        """A WebSocket client, a context manager; several may be open at once. Raises Stopped if it gets none."""
        self.expect.asked, self.expect.evidence = "", self._connections.conversation
        with connected_client(
            self._connections,
            path,
            self.expect,
            self._deadline,
            origin=origin,
            subprotocols=subprotocols,
            hint=hint,
            why_silent=self._why_silent,
        ) as client:
            yield client

    def _why_silent(self) -> Sequence[str]:
        """Hints that the server itself gives on why no message comes."""
        if self.server.is_stuck():
            return [STUCK_HINT]
        return [AWAIT_HINT] if any("was never awaited" in line for line in self.server.log) else []


def _command(request: Request, server: str) -> str:
    """The command that sends the request to the server, or nothing where curl cannot send it."""
    try:
        return request.as_curl(server)
    except WireError:
        return ""


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def request_in(data: bytes, expect: Expect) -> Request | None:
    """Read bytes as one request, and note what is wrong with them; None if they are none."""
    recorder = Recorder(0, Memory(MAX_ANSWER), lambda: 0.0)
    recorder.sent(Side.CLIENT, data)
    recorder.ended(Side.CLIENT, End.CLOSED)
    talk = read_all([recorder.recording()])
    expect.asked, expect.evidence = "", lambda: talk
    for message in talk.sent_by(Side.CLIENT)[:1]:
        if message.trouble:
            expect.missed("is a request that a server can read", message.trouble)
        return message if isinstance(message, Request) else None
    return None


def path_of(url: str) -> str:
    """The path and query of a URL or of a path, as a server gives it in `Location` or in a link."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
