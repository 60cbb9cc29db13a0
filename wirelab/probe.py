"""Ask a learner's live server, and tell in a sentence what is wrong with an answer that is none."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from wirelab import patience
from wirelab.expect import Expect, Stopped
from wirelab.launch import Server
from wirelab.messages import Exchange, Request, Response, Unreadable
from wirelab.patience import Deadline
from wirelab.recording import End, Memory, Recorder, Side
from wirelab.tap import Tap, wire
from wirelab.wire import Conversation, read_all

MOST = 2**21  # bytes of an answer
GOODBYE = 0.5  # seconds for a server to answer a close
STATUS_LINE = "send_response(200) comes first, end_headers() before the body"
LENGTH = "Content-Length is the number of bytes in the body: str(len(body)), where body is bytes"


@dataclass(frozen=True)
class Reply:
    """A server's answer to one request. `status` is a number, `content` the body's bytes."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def content(self) -> bytes:
        return self.response.content

    @property
    def text(self) -> str:
        """The body as text, in the charset that `Content-Type` names, else UTF-8."""
        _, _, charset = self.header("Content-Type").lower().partition("charset=")
        try:
            return self.content.decode(charset.split(";")[0].strip("\" '") or "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """A header's value, or an empty text."""
        return self.response.header(name)

    def has(self, name: str) -> bool:
        """Whether there is such a header at all."""
        return any(other.lower() == name.lower() for other, _ in self.response.headers)

    def json(self) -> Any:
        """The body read as JSON, or as text where it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return self.text


class Probe:
    """A client for checks. Every wait has an end; where no answer comes, the check says so."""

    def __init__(self, server: Server, expect: Expect, deadline: Deadline) -> None:
        self.server, self.expect, self._deadline = server, expect, deadline
        self._tap: Tap | None = None

    def get(self, path: str, **more: Any) -> Reply:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> Reply:
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> Reply:
        return self.request("PUT", path, **more)

    def patch(self, path: str, **more: Any) -> Reply:
        return self.request("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> Reply:
        return self.request("DELETE", path, **more)

    def head(self, path: str, **more: Any) -> Reply:
        return self.request("HEAD", path, **more)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        json: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply:
        """One HTTP/1.1 request with a body from `body`, `json` or `form`; redirects are not followed."""
        named = {"Host": f"127.0.0.1:{self.server.port}", "Accept": "*/*", **(headers or {})}
        if json is not None:
            body, named["Content-Type"] = _json_bytes(json), "application/json"
        if form is not None:
            body, named["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        if body or method in ("POST", "PUT", "PATCH"):
            named["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        return self.send("\r\n".join([*lines, "", ""]).encode() + body, f"{method} {path}")

    def send(self, data: bytes, name: str = "the request") -> Reply:
        """Any bytes as a request. `name` is what the check calls it."""
        talk, how = self._exchange(data)
        self.expect.wire = talk
        asked = [message for message in talk if isinstance(message, Request)]
        self.expect.asked = asked[0].as_curl() if asked else ""
        return self._reply(name, talk, how)

    def _exchange(self, data: bytes) -> tuple[Conversation, str]:
        """Send, and read until the answer is complete. Returns what crossed the wire, and why the reading ended."""
        start = time.perf_counter()
        recorder = Recorder(0, Memory(2 * MOST), lambda: time.perf_counter() - start, head=MOST)
        until = Deadline(self._deadline.left(patience.ANSWER))
        how = _converse(("127.0.0.1", self.server.port), data, recorder, until)
        return read_all([recorder.recording()], server=f"127.0.0.1:{self.server.port}"), how

    def _reply(self, name: str, talk: Conversation, how: str) -> Reply:
        response = _final(talk.http)
        if response and response.complete:
            self._look_behind(talk)
            return Reply(response)
        if response and how == "closed" and response.header("Content-Length"):
            promised, sent = response.header("Content-Length"), response.body_size
            said = f"it promised {promised} and sent {sent}"
            raise self.expect.missed("sends as many bytes as it promised", said, hint=LENGTH)
        if response:
            raise self.expect.missed(f"answers {name} completely", _incomplete(response, how))
        junk = _junk(talk)
        if junk:
            first = junk.raw.split(b"\n")[0][:80].decode("utf-8", "backslashreplace").strip()
            raise self.expect.missed("begins with a status line", repr(first), hint=STATUS_LINE)
        raise self.expect.missed(f"answers {name}", _silence(how))

    def _look_behind(self, talk: Conversation) -> None:
        """An answer that goes on after its end spoils the next one on the same connection."""
        more = _junk(talk)
        if more:
            self.expect.missed("sends no more bytes than it promised", more.trouble, hint=LENGTH)

    def talk(self, *messages: str | bytes, path: str = "/") -> list[str | bytes]:
        """Open a WebSocket, send each message and wait for the answer to it. Returns the answers."""
        with self.connect(path) as guest:
            return [guest.ask(message) for message in messages]

    @contextmanager
    def connect(
        self, path: str = "/", *, origin: str | None = None, subprotocols: tuple[str, ...] = ()
    ) -> Iterator["Guest"]:
        """A WebSocket client, as a context manager. Several may be open at once."""
        self._tap = self._tap or wire(self.server)
        try:
            connection = connect(
                f"ws://127.0.0.1:{self._tap.port}{path}",
                open_timeout=self._deadline.left(patience.ANSWER),
                close_timeout=GOODBYE,
                compression=None,
                proxy=None,
                origin=Origin(origin) if origin else None,
                subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            )
        except InvalidStatus as error:
            raise self._missed("agrees to a WebSocket", f"it answered {error.response.status_code}") from None
        except TimeoutError:
            raise self._missed("agrees to a WebSocket", _silence("late")) from None
        except (InvalidHandshake, EOFError, OSError):
            raise self._missed("agrees to a WebSocket", _silence("closed")) from None
        with connection:
            yield Guest(connection, self)

    def _missed(self, what: str, said: str) -> Stopped:
        if self._tap:
            self.expect.wire = self._tap.conversation
        return self.expect.missed(what, said)

    def close(self) -> None:
        if self._tap:
            self._tap.stop()


class Guest:
    """One WebSocket client of a probe."""

    def __init__(self, connection: ClientConnection, probe: Probe) -> None:
        self._connection, self._probe = connection, probe
        self.last = "a WebSocket connection"

    def send(self, message: str | bytes) -> None:
        self.last = f"the message {message!r}"
        with self._closed_too_soon():
            self._connection.send(message)

    def receive(self) -> str | bytes:
        """The next message."""
        with self._closed_too_soon():
            message = self._connection.recv(timeout=self._probe._deadline.left(patience.ANSWER))
        self._probe.expect.wire = self._probe._tap.conversation if self._probe._tap else None
        return message

    def ask(self, message: str | bytes) -> str | bytes:
        """Send a message and wait for the next one that comes."""
        self.send(message)
        return self.receive()

    def is_silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes for a moment."""
        try:
            self._connection.recv(timeout=seconds)
        except TimeoutError:
            return True
        except ConnectionClosed:
            return True
        return False

    def close_code(self) -> int | None:
        """The code with which the server closes, once it does; None if it ends without a close frame."""
        try:
            while True:
                self._connection.recv(timeout=self._probe._deadline.left(patience.ANSWER))
        except ConnectionClosed as error:
            return int(error.rcvd.code) if error.rcvd else None
        except TimeoutError:
            raise self._probe._missed("closes the connection", "it stayed open") from None

    @contextlib.contextmanager
    def _closed_too_soon(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise self._probe._missed(f"answers {self.last}", _silence("late")) from None
        except ConnectionClosed as error:
            code = f" (close code {error.rcvd.code})" if error.rcvd else ""
            raise self._probe._missed(f"answers {self.last}", f"{_silence('closed')}{code}") from None


def _converse(address: tuple[str, int], data: bytes, recorder: Recorder, until: Deadline) -> str:
    """Send `data` and record what comes. Returns why it ended: complete, closed, reset, late, flood or refused."""
    try:
        peer = socket.create_connection(address, timeout=until.left(patience.ANSWER))
    except OSError:
        recorder.ended(Side.SERVER, End.UNREACHABLE)
        return "refused"
    with peer:
        recorder.sent(Side.CLIENT, data)
        with contextlib.suppress(OSError):  # it may have answered all the same
            peer.sendall(data)
        received = 0
        while received < MOST:
            peer.settimeout(until.left(patience.ANSWER))
            try:
                chunk = peer.recv(65536)
            except TimeoutError:
                return "late"
            except OSError:
                recorder.ended(Side.SERVER, End.RESET)
                return "reset"
            if not chunk:
                recorder.ended(Side.SERVER, End.CLOSED)
                return "closed"
            recorder.sent(Side.SERVER, chunk)
            received += len(chunk)
            if _is_all(recorder):
                return "complete"
        return "flood"


def _is_all(recorder: Recorder) -> bool:
    """Whether the answer is complete, and the server will keep the connection open after it."""
    response = _final(read_all([recorder.recording()]).http)
    if not response or not response.complete:
        return False
    said = response.header("Connection").lower()
    return response.status == 101 or "keep-alive" in said or (response.version == "1.1" and "close" not in said)


def _final(exchanges: Any) -> Response | None:
    first: Exchange | None = next(iter(exchanges), None)
    return first.response if first else None


def _junk(talk: Conversation) -> Unreadable | None:
    """The first bytes of the server that are no HTTP."""
    return next((one for one in talk.sent_by(Side.SERVER) if isinstance(one, Unreadable)), None)


def _incomplete(response: Response, how: str) -> str:
    if how == "flood":
        return f"it sent {MOST:,} bytes and still went on"
    return response.trouble or f"it sent {response.body_size:,} bytes of the body and then nothing for a while"


def _silence(how: str) -> str:
    return {
        "late": f"it gave no answer within {patience.ANSWER:g} s",
        "closed": "it closed the connection without an answer",
        "reset": "it broke the connection off without an answer",
        "refused": "nobody listens at its port any more",
        "flood": f"it sent {MOST:,} bytes that are no answer",
    }.get(how, "it gave no answer")


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def request_in(data: bytes, expect: Expect) -> Request | None:
    """Read bytes as one request, and note what is wrong with them; None if they are none."""
    recorder = Recorder(0, Memory(MOST), lambda: 0.0)
    recorder.sent(Side.CLIENT, data)
    recorder.ended(Side.CLIENT, End.CLOSED)
    expect.wire = read_all([recorder.recording()])
    for message in expect.wire.sent_by(Side.CLIENT)[:1]:
        if message.trouble:
            expect.missed("is a request that a server can read", message.trouble)
        return message if isinstance(message, Request) else None
    return None


def path_of(url: str) -> str:
    """The path and query of a URL or of a path, as a server gives it in `Location` or in a link."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
