"""Read what one side of a connection sends as HTTP/1.x messages, with h11."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import h11

from wirelab.messages import Headers, Message, Request, Response, Unreadable
from wirelab.recording import End, Side

MOST_HEADERS = 2**62  # bytes: the recording sets the limit, and how the bytes were cut makes no difference
AT_ONCE = 2**16  # bytes
NO_HOST, NO_LINE = "Missing mandatory Host", "no request line"
NO_START = {
    Side.CLIENT: "This is no HTTP request: it has to begin like GET /path HTTP/1.1 (RFC 9112 §3).",
    Side.SERVER: "This is no HTTP response: it has to begin like HTTP/1.1 200 OK (RFC 9112 §4).",
}
SAID = [  # what h11 says of a message, and what a beginner can act on; the first that fits
    (NO_HOST, "The header Host is missing; HTTP/1.1 asks for it in every request (RFC 9112 §3.2)."),
    ("multiple Host", "There is more than one header Host: which one is meant? (RFC 9112 §3.2)"),
    ("(request|status|response) line", "{no_start}"),
    ("status_code", "A status is a number from 100 to 599 (RFC 9110 §15)."),
    ("header line|continuation", "A header is a name, a colon and a value (RFC 9112 §5); {detail} is not."),
    ("Content-Length", "Content-Length has to be one whole number (RFC 9110 §8.6)."),
    ("Transfer-Encoding", "chunked is the only Transfer-Encoding that every program reads (RFC 9112 §6.1)."),
    ("chunk header", "A chunk begins with its size in hexadecimal digits (RFC 9112 §7.1); {detail} is none."),
    ("chunk footer", "A chunk is longer than the size at its beginning says (RFC 9112 §7.1)."),
    ("SWITCH_UPGRADE", "101 agrees to an upgrade that the client did not ask for (RFC 9110 §7.8)."),
    ("", "This breaks a rule of HTTP: {said}."),
]
EMPTY_LINE = "An empty line before a request: a client must not send it, a server passes over it (RFC 9112 §2.2)."
TLS = b"\x16\x03"  # a handshake of TLS, any version (RFC 8446 §5.1)
BEGINS_TLS = "These bytes begin TLS: the client's address says https, and this server speaks plain http."
NOT_KEPT = "Bytes from here on were not kept, and where the next message begins cannot be told."
ENDLESS = (
    "The response says neither Content-Length nor chunked, and the server keeps the connection open: "
    "the client cannot know where the body ends, and waits (RFC 9112 §6.3)."
)
ABANDONED = (
    "The response says neither Content-Length nor chunked, and the client left before the server closed: "
    "it could not know where the body ends (RFC 9112 §6.3)."
)


@dataclass(eq=False)
class Draft:
    """A message while its bytes come in."""

    at: float
    until: float = 0.0
    raw: bytearray = field(default_factory=bytearray)
    lost: int = 0
    head: Any = None  # h11's Request, Response or InformationalResponse
    answers: "Draft | None" = None  # the request, if this is its response
    body: bytearray = field(default_factory=bytearray)
    body_size: int = 0
    complete: bool = False
    hostless: bool = False
    refused: bool = False  # its final response has begun, and does not switch protocols
    trouble: str = ""

    @property
    def fields(self) -> Headers:
        """The headers, with their names as they were written."""
        if not self.head:
            return ()
        pairs = self.head.headers.raw_items()
        found = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
        return found[1:] if self.hostless else found

    def has(self, name: bytes) -> bytes:
        """The value of a header (its name in small letters), or nothing."""
        return next((value for other, value in self.head.headers if other == name), b"") if self.head else b""


class HttpLane:
    """One side's messages, in the order of their first bytes."""

    side: Side

    def __init__(self, connection: int) -> None:
        self.connection = connection
        self.drafts: list[Draft] = []
        self.broken = False  # from here on nothing can be told apart
        self.over = False  # HTTP has ended on this side, what follows belongs to another protocol
        self._draft: Draft | None = None
        self._parser: h11.Connection

    def feed(self, at: float, data: bytes) -> bytes:
        """Read `data`. Returns what lies behind the end of HTTP, if it has ended."""
        while data and not self.over:
            if self.broken:
                self.drafts[-1].raw += data
                self.drafts[-1].until = at
                return b""
            draft, part = self._draft or self._begin(at), data[:AT_ONCE]
            if trouble := self._objection(draft, part):
                self._break(draft, trouble)
                continue
            self._parser.receive_data(part)
            if draft.raw or part != b"\r":  # which h11 takes for garbage, and may be half an empty line
                self._read(draft, part)
            rest = self._parser.trailing_data[0] if draft.complete else b""
            taken = len(part) - len(rest)
            draft.raw += part[:taken]
            draft.until, data = at, data[taken:]
        return data

    def skip(self, at: float, lost: int) -> int:
        """Pass over bytes that were not kept: in a body they can be counted, elsewhere nothing can be told.

        Returns how many of them lie behind the end of HTTP, if it has ended.
        """
        while lost and not self.broken and self._draft and self._draft.head:
            draft, size = self._draft, min(lost, AT_ONCE)
            self._parser.receive_data(bytes(size))
            draft.lost, draft.until = draft.lost + size, at  # before reading: now the body is only counted
            self._read(draft, b"")
            rest = len(self._parser.trailing_data[0]) if draft.complete else 0
            draft.lost -= rest
            lost -= size - rest
        if not lost or self.over:
            return lost
        if not self.broken:
            self._break(self._draft or self._begin(at), NOT_KEPT)
        self.drafts[-1].lost += lost
        return 0

    def end(self, end: End) -> None:
        """The side has stopped sending."""
        draft = self._draft
        if draft is None or self.broken:
            return
        if end is End.CLOSED:
            self._parser.receive_data(b"")
            self._read(draft, b"")
        if not draft.complete and draft.trouble != ABANDONED:
            how = "then closed" if end is End.CLOSED else "then broke off the connection"
            draft.trouble = self._cut(draft, how)

    def _begin(self, at: float) -> Draft:
        self._draft = Draft(at, at, answers=self._asked())
        self.drafts.append(self._draft)
        self._parser = self._next_parser(self._draft)
        return self._draft

    def _asked(self) -> Draft | None:
        """The request that the next message answers."""
        return None

    def _next_parser(self, draft: Draft) -> h11.Connection:
        raise NotImplementedError

    def _objection(self, draft: Draft, data: bytes) -> str:
        """Why `data` cannot go on with the draft, or nothing."""
        return ""

    def _headed(self, draft: Draft) -> None:
        """The draft has its first line and headers."""

    def _completed(self, draft: Draft) -> None:
        """The draft has all of its bytes."""

    def _read(self, draft: Draft, data: bytes) -> None:
        """Take from the parser what there is, up to the end of the message."""
        while not draft.complete and not self.broken:
            try:
                event = self._parser.next_event()
            except h11.RemoteProtocolError as error:
                self._misread(draft, data, str(error))
                continue
            if isinstance(event, h11.Data):
                draft.body_size += len(event.data)
                draft.body += b"" if draft.lost else event.data
            elif isinstance(event, h11.Request | h11.Response | h11.InformationalResponse):
                draft.head = event
                self._headed(draft)
            if isinstance(event, h11.EndOfMessage | h11.InformationalResponse) or event is h11.PAUSED:
                draft.complete, self._draft = True, None
                self._completed(draft)
            elif event is h11.NEED_DATA or isinstance(event, h11.ConnectionClosed):
                return

    def _misread(self, draft: Draft, data: bytes, said: str) -> None:
        """h11 refuses the message: some mistakes can be passed over, with the others nothing can be told."""
        if said.startswith(NO_HOST) and not draft.hostless:
            self._lend_host(draft, data)
        elif said.startswith(NO_LINE) and (len(self.drafts) == 1 or self.drafts[-2].head):
            draft.complete, draft.trouble, self._draft = True, EMPTY_LINE, None
        else:
            is_tls = (bytes(draft.raw) + data).startswith(TLS)
            self._break(draft, BEGINS_TLS if is_tls else _advice(said, self.side))

    def _lend_host(self, draft: Draft, data: bytes) -> None:
        """Start again with a Host, so that all else can be read."""
        line, end, rest = (bytes(draft.raw) + data).partition(b"\n")
        draft.hostless, draft.trouble = True, _advice(NO_HOST, self.side)
        self._parser = self._next_parser(draft)
        self._parser.receive_data(line + end + b"Host: none\r\n" + rest)

    def _break(self, draft: Draft, trouble: str) -> None:
        self.broken, self._draft = True, None
        draft.trouble = NOT_KEPT if draft.lost else draft.trouble or trouble

    def _cut(self, draft: Draft, how: str) -> str:
        """Say where the side stopped in the middle of a message."""
        if draft.head is None:
            return self._wrong_line(draft) or f"The {self.side} sent no empty line, which ends the headers, {how}."
        if draft.has(b"transfer-encoding"):
            return f"The {self.side} sent no last chunk (0 and an empty line), {how} (RFC 9112 §8)."
        promised = draft.has(b"content-length").decode()
        if not promised:
            return f"The {self.side} sent {_bytes(draft.body_size)} of the body, {how}."
        return f"The {self.side} promised {_bytes(int(promised))} and sent {draft.body_size:,}, {how}."

    def _wrong_line(self, draft: Draft) -> str:
        """What is wrong with the lines that came, if something is beside their end."""
        lines = bytes(draft.raw[: draft.raw.rfind(b"\n") + 1])
        parser = self._next_parser(draft)
        parser.receive_data(lines + b"\r\n")
        try:
            _ = lines and parser.next_event()
        except h11.RemoteProtocolError as error:
            return "" if str(error).startswith(NO_HOST) else _advice(str(error), self.side)
        return ""

    def message(self, draft: Draft) -> Message:
        """The draft as it stands, as a message."""
        told: dict[str, Any] = {
            "connection": self.connection,
            "side": self.side,
            "at": draft.at,
            "until": draft.until,
            "raw": bytes(draft.raw),
            "lost": draft.lost,
            "trouble": draft.trouble,
        }
        if draft.head is None:
            return Unreadable(**told)
        told |= {"headers": draft.fields, "body": bytes(draft.body), "body_size": draft.body_size}
        told |= {"complete": draft.complete, "version": draft.head.http_version.decode()}
        if isinstance(draft.head, h11.Request):
            return Request(method=draft.head.method.decode(), target=draft.head.target.decode("latin-1"), **told)
        return Response(status=draft.head.status_code, reason=draft.head.reason.decode("latin-1"), **told)


class RequestLane(HttpLane):
    """What the client sends. `waiting` are the requests that have no final response yet."""

    side = Side.CLIENT

    def __init__(self, connection: int, refused: Callable[[], None]) -> None:
        """`refused` is called when the server has answered a request to switch protocols with HTTP."""
        super().__init__(connection)
        self.waiting: deque[Draft] = deque()
        self._refused = refused

    def answered(self, *, switches: bool) -> None:
        """The first request that waits has its final response."""
        draft = self.waiting.popleft()
        draft.refused = not switches
        if self.over and not switches and draft is self.drafts[-1]:
            self.over = False
            self._refused()

    def _next_parser(self, draft: Draft) -> h11.Connection:
        return h11.Connection(h11.SERVER, MOST_HEADERS)

    def _headed(self, draft: Draft) -> None:
        self.waiting.append(draft)  # a server may answer before the body is complete

    def _completed(self, draft: Draft) -> None:
        # What comes behind it is HTTP or not, as the server decides.
        might_switch = self._parser.their_state is h11.MIGHT_SWITCH_PROTOCOL  # type: ignore[attr-defined]
        self.over = might_switch and not draft.refused

    def _wrong_line(self, draft: Draft) -> str:
        before = self.drafts[-2] if len(self.drafts) > 1 else None
        if before and before.body_size and b"\n" not in draft.raw:
            return _too_long(before)
        return super()._wrong_line(draft)


class ResponseLane(HttpLane):
    """What the server sends. `agreed` is the protocol it has switched to, if it has."""

    side = Side.SERVER

    def __init__(self, connection: int, requests: RequestLane) -> None:
        super().__init__(connection)
        self.requests = requests
        self.agreed = ""

    def abandon(self) -> None:
        """The client has left."""
        if self._draft and self._is_endless(self._draft):
            self._draft.trouble = ABANDONED

    def _asked(self) -> Draft | None:
        return self.requests.waiting[0] if self.requests.waiting else None

    def _objection(self, draft: Draft, data: bytes) -> str:
        start = bytes(draft.raw[:5]) + data[:5]
        if draft.head or start[:5] == b"HTTP/"[: len(start)]:
            return ""
        return NO_START[self.side] if draft.answers else self._too_much()

    def _too_much(self) -> str:
        """Why there are bytes when no request waits for any."""
        before = self.drafts[-2] if len(self.drafts) > 1 else None
        if before and before.head:
            return _bodiless(before) or _too_long(before)
        return NO_START[self.side] if self.requests.drafts else "The server sent this before it was asked."

    def _next_parser(self, draft: Draft) -> h11.Connection:
        parser = h11.Connection(h11.CLIENT, MOST_HEADERS)
        upgrade = draft.answers.has(b"upgrade") if draft.answers else b""
        asked = [(b"Upgrade", upgrade)] if upgrade else []
        method = draft.answers.head.method if draft.answers else b"GET"
        parser.send(h11.Request(method=method, target="/", headers=[(b"Host", b"none"), *asked]))
        parser.send(h11.EndOfMessage())
        return parser

    def _headed(self, draft: Draft) -> None:
        switches = self._parser.their_state is h11.SWITCHED_PROTOCOL
        if switches:
            self.agreed = draft.has(b"upgrade").decode("latin-1").lower() or "a tunnel"
            self.over = True
        draft.answers = draft.answers or self._asked()  # it may have begun before the request's headers ended
        if draft.answers and (switches or isinstance(draft.head, h11.Response)):
            self.requests.answered(switches=switches)

    def _is_endless(self, draft: Draft) -> bool:
        """Whether the body ends with the connection, and the server has not announced that it closes."""
        if not draft.head or draft.complete or draft.trouble:
            return False
        closes = b"close" in draft.has(b"connection").lower() or draft.head.http_version < b"1.1"
        return not (closes or draft.has(b"content-length") or draft.has(b"transfer-encoding"))

    def message(self, draft: Draft) -> Message:
        if self._is_endless(draft):
            draft.trouble = ENDLESS
        return super().message(draft)


def _bodiless(draft: Draft) -> str:
    """Why the response must not have a body, if it must not."""
    if draft.answers and draft.answers.head.method == b"HEAD":
        return "A body where none may be: the response to HEAD is its headers alone (RFC 9110 §6.4.1)."
    if draft.head.status_code in (204, 304):
        return f"A body where none may be: {draft.head.status_code} ends after its headers (RFC 9110 §6.4.1)."
    return ""


def _too_long(before: Draft) -> str:
    """The message before has ended, and bytes follow that begin no message."""
    which = "request" if isinstance(before.head, h11.Request) else "response"
    promised = before.has(b"content-length").decode()
    end = f"Content-Length: {int(promised):,}" if promised else "that its last chunk was the last"
    return f"More than was promised: the {which} before this said {end}."


def _bytes(count: int) -> str:
    return f"{count:,} byte{'' if count == 1 else 's'}"


def _advice(said: str, side: Side) -> str:
    """What a beginner can act on, from what h11 says."""
    found = re.fullmatch(r"(.*?): bytearray\((b.*)\)[^)]*", said, re.DOTALL)
    what, detail = found.groups() if found else (said, "a line here")
    advice = next(sentence for pattern, sentence in SAID if re.search(pattern, what, re.IGNORECASE))
    shown = detail if len(detail) < 50 else detail[:50] + "…"
    return advice.format(said=said, detail=shown, no_start=NO_START[side])
