"""Read what one side of a connection sends as HTTP/1.x messages, with h11."""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import h11

from wirelab.messages import Headers, Message, Request, Response, Unreadable
from wirelab.recording import End, Side

MOST_HEADERS = 2**20  # bytes
AT_ONCE = 2**16  # bytes that stand in for lost ones
NO_HOST = "Missing mandatory Host"
SAID = [  # what h11 says of a message, and what a beginner can act on; the first that fits
    (NO_HOST, "The header Host is missing; HTTP/1.1 asks for it in every request (RFC 9112 §3.2)."),
    ("multiple Host", "There is more than one header Host: which one is meant? (RFC 9112 §3.2)"),
    ("no request line", "An empty line where a request should begin: the one before it is over (RFC 9112 §2.2)."),
    ("request line", "This is no HTTP request: it has to begin like GET /path HTTP/1.1 (RFC 9112 §3)."),
    ("status line|response line", "This is no HTTP response: it has to begin like HTTP/1.1 200 OK (RFC 9112 §4)."),
    ("header line|continuation", "A header is a name, a colon and a value (RFC 9112 §5); {detail} is not."),
    ("Content-Length", "Content-Length has to be one whole number (RFC 9110 §8.6)."),
    ("Transfer-Encoding", "chunked is the only Transfer-Encoding that every program reads (RFC 9112 §6.1)."),
    ("chunk header", "A chunk begins with its size in hexadecimal digits (RFC 9112 §7.1); {detail} is none."),
    ("chunk footer", "A chunk is longer than the size at its beginning says (RFC 9112 §7.1)."),
    ("SWITCH_UPGRADE", "101 agrees to an upgrade that the client did not ask for (RFC 9110 §15.2.2)."),
    ("", "This breaks a rule of HTTP: {said}."),
]
NOT_KEPT = "Bytes from here on were not kept, and where the next message begins cannot be told."
ENDLESS = (
    "The response says neither Content-Length nor chunked, and the server keeps the connection open: "
    "the client cannot know where the body ends, and waits (RFC 9112 §6.3)."
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
            draft = self._draft or self._begin(at, data)
            if self.broken:
                continue
            self._parser.receive_data(data)
            self._read(draft, data)
            rest = self._parser.trailing_data[0] if draft.complete else b""
            draft.raw += data[: len(data) - len(rest)]
            draft.until, data = at, rest
        return data

    def skip(self, at: float, lost: int) -> None:
        """Pass over bytes that were not kept: in a body they can be counted, elsewhere nothing can be told."""
        while lost and not self.broken and self._draft and self._draft.head:
            draft, size = self._draft, min(lost, AT_ONCE)
            self._parser.receive_data(bytes(size))
            draft.lost += size  # before reading: from here on the body is only counted
            self._read(draft, b"")
            rest = len(self._parser.trailing_data[0]) if draft.complete else 0
            draft.lost -= rest
            lost -= size - rest
            if self.broken:
                draft.trouble = NOT_KEPT
        if lost:
            if not self.broken:
                self._break(self._draft or self._begin(at, b""), NOT_KEPT)
            self.drafts[-1].lost += lost

    def end(self, end: End) -> None:
        """The side has stopped sending."""
        draft = self._draft
        if draft is None or self.broken:
            return
        if end is End.CLOSED:
            self._parser.receive_data(b"")
            self._read(draft, b"")
        if not draft.complete:
            how = "then closed" if end is End.CLOSED else "then broke off the connection"
            draft.trouble = self._cut(draft, how)

    def _begin(self, at: float, data: bytes) -> Draft:
        self._draft = Draft(at, at)
        self.drafts.append(self._draft)
        self._parser = self._next_parser(self._draft)
        return self._draft

    def _next_parser(self, draft: Draft) -> h11.Connection:
        raise NotImplementedError

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
                if NO_HOST not in str(error) or draft.hostless:
                    return self._break(draft, _advice(str(error)))
                self._lend_host(draft, data)
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
                return None
        return None

    def _lend_host(self, draft: Draft, data: bytes) -> None:
        """Start again with a Host, so that all else can be read."""
        line, end, rest = (bytes(draft.raw) + data).partition(b"\n")
        draft.hostless, draft.trouble = True, _advice(NO_HOST)
        self._parser = self._next_parser(draft)
        self._parser.receive_data(line + end + b"Host: none\r\n" + rest)

    def _break(self, draft: Draft, trouble: str) -> None:
        self.broken, self._draft = True, None
        draft.trouble = draft.trouble or trouble

    def _cut(self, draft: Draft, how: str) -> str:
        """Say where the side stopped in the middle of a message."""
        if draft.head is None:
            return f"The {self.side} sent no empty line, which ends the headers, {how}."
        if b"chunked" in draft.has(b"transfer-encoding").lower():
            return f"The {self.side} sent no chunk of size 0, which ends the body, {how}."
        promised = draft.has(b"content-length").decode()
        if not promised:
            return f"The {self.side} sent {draft.body_size:,} bytes of the body, {how}."
        return f"The {self.side} promised {int(promised):,} bytes and sent {draft.body_size:,}, {how}."

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

    def __init__(self, connection: int) -> None:
        super().__init__(connection)
        self.waiting: deque[Draft] = deque()

    def _next_parser(self, draft: Draft) -> h11.Connection:
        return h11.Connection(h11.SERVER, MOST_HEADERS)

    def _headed(self, draft: Draft) -> None:
        self.waiting.append(draft)  # a server may answer before the body is complete

    def _completed(self, draft: Draft) -> None:
        # What comes behind it is HTTP or not, as the server decides.
        self.over = self._parser.their_state is h11.MIGHT_SWITCH_PROTOCOL  # type: ignore[attr-defined]


class ResponseLane(HttpLane):
    """What the server sends. `agreed` is the protocol it has switched to, if it has."""

    side = Side.SERVER

    def __init__(self, connection: int, requests: RequestLane) -> None:
        super().__init__(connection)
        self.requests = requests
        self.agreed = ""

    def _begin(self, at: float, data: bytes) -> Draft:
        draft = super()._begin(at, data)
        draft.answers = self.requests.waiting[0] if self.requests.waiting else None
        if draft.answers is None and data and not data.startswith(b"HTTP/"):
            self._break(draft, self._too_much())
        return draft

    def _too_much(self) -> str:
        """Why there are bytes when no request waits for any."""
        before = self.drafts[-2] if len(self.drafts) > 1 else None
        if before is None or not before.head or not before.answers:
            return "The server sent this before it was asked."
        if before.answers.head.method == b"HEAD" or before.head.status_code in (204, 304):
            return f"A body where none may be: {_why_bodiless(before)} (RFC 9110 §6.4.1)."
        promised = before.has(b"content-length").decode()
        return f"More than was promised: the response before this one ended after its {promised or 'last'} bytes."

    def _next_parser(self, draft: Draft) -> h11.Connection:
        waiting = self.requests.waiting
        head = waiting[0].head if waiting else None
        upgrade = waiting[0].has(b"upgrade") if waiting else b""
        asked = [(b"Upgrade", upgrade)] if upgrade else []
        parser = h11.Connection(h11.CLIENT, MOST_HEADERS)
        method = head.method if head else b"GET"
        parser.send(h11.Request(method=method, target="/", headers=[(b"Host", b"none"), *asked]))
        parser.send(h11.EndOfMessage())
        return parser

    def _headed(self, draft: Draft) -> None:
        switches = self._parser.their_state is h11.SWITCHED_PROTOCOL
        if switches:
            self.agreed = draft.has(b"upgrade").decode("latin-1").lower() or "a tunnel"
            self.over = True
        if self.requests.waiting and (switches or isinstance(draft.head, h11.Response)):
            self.requests.waiting.popleft()
            self.requests.over = switches

    def message(self, draft: Draft) -> Message:
        endless = draft.head and not draft.complete and not draft.trouble and not self.broken
        if endless and not draft.has(b"content-length") and b"chunked" not in draft.has(b"transfer-encoding"):
            draft.trouble = ENDLESS
        return super().message(draft)


def _why_bodiless(draft: Draft) -> str:
    assert draft.answers
    if draft.answers.head.method == b"HEAD":
        return "the response to HEAD is its headers alone"
    return f"{draft.head.status_code} ends after its headers"


def _advice(said: str) -> str:
    """What a beginner can act on, from what h11 says."""
    advice = next(sentence for pattern, sentence in SAID if re.search(pattern, said, re.IGNORECASE))
    detail = re.search(r": bytearray\((b.*)\)$|: (b.*)$", said, re.DOTALL)
    shown = next(filter(None, detail.groups()), "") if detail else "a line here"
    return advice.format(said=said, detail=shown if len(shown) < 50 else shown[:50] + "…")
