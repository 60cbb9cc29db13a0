"""Ask a learner's live server."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from wirelab import patience
from wirelab.amiss import LENGTH, amiss, junk
from wirelab.asking import MOST, ask, final
from wirelab.expect import Expect
from wirelab.guest import Guest, Wires, guest
from wirelab.launch import Server, servers
from wirelab.messages import Request, Response
from wirelab.patience import Deadline
from wirelab.recording import End, Memory, Recorder, Side
from wirelab.wire import Conversation, read_all

AGAIN = "Run the cells with launch() again, from the top."


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
        except (LookupError, ValueError):  # no charset, or one that is none of the web's
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
        self._wires = Wires(server.port)
        self.others: list[tuple[Server, int]] = []  # with what had failed in each before

    def beside(self, name: str) -> "Probe":
        """Another server of the notebook, by its name; what fails in it belongs to the check as well."""
        found = next((one for one in servers() if one.name == name and one.running), None)
        if not found:
            raise self.expect.missed(f"has the server {name} beside it", "it is not running", hint=AGAIN)
        self.others.append((found, found.failure_count))
        return Probe(found, self.expect, self._deadline)

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
        talk, how = ask(self.server.port, data, Deadline(self._deadline.left(patience.ANSWER)))
        asked = [message for message in talk if isinstance(message, Request)]
        self.expect.asked, self.expect.evidence = asked[0].as_curl() if asked else "", lambda: talk
        response = final(talk)
        if response and response.complete:
            self._look_behind(talk)
            return Reply(response)
        wrong = amiss(name, talk, how, self._deadline)
        raise self.expect.missed(wrong.what, wrong.said, hint=wrong.hint or ())

    def _look_behind(self, talk: Conversation) -> None:
        """An answer that goes on after its end spoils the next one on the same connection."""
        more = junk(talk)
        if more:
            self.expect.missed(
                "sends no more bytes than it promised", more.trouble or "more bytes follow it", hint=LENGTH
            )

    def talk(self, *messages: str | bytes, path: str = "/") -> list[str | bytes]:
        """Open a WebSocket, send each message and wait for the answer to it. Returns the answers."""
        with self.connect(path) as guest:
            return [guest.ask(message) for message in messages]

    @contextmanager
    def connect(
        self, path: str = "/", *, origin: str | None = None, subprotocols: Sequence[str] = ()
    ) -> Iterator[Guest]:
        """A WebSocket client, as a context manager. Several may be open at once."""
        self.expect.asked, self.expect.evidence = "", self._wires.conversation
        with guest(
            self._wires, path, self.expect, self._deadline, origin=origin, subprotocols=subprotocols
        ) as connected:
            yield connected


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def request_in(data: bytes, expect: Expect) -> Request | None:
    """Read bytes as one request, and note what is wrong with them; None if they are none."""
    recorder = Recorder(0, Memory(MOST), lambda: 0.0)
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
