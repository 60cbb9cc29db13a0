"""Read what one side of a connection sends as HTTP/1.x messages, with h11."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import h11

from wirelab.conversation.draft import Draft
from wirelab.conversation.formatting import plural
from wirelab.conversation.http_faults import (
    ABANDONED,
    BARE_RETURN,
    EMPTY_LINE,
    NO_HOST,
    NO_LINE,
    NOT_KEPT,
    head_fault,
    sentence_for,
)
from wirelab.conversation.http_messages import Headers, Request, Response
from wirelab.conversation.lenient_head import Mended, WrittenHead, mended, split_head, written_head
from wirelab.conversation.messages import Message, Unreadable
from wirelab.conversation.recording import End, Side

UNLIMITED = 2**62  # bytes: the recording sets the limit, and how the bytes were cut makes no difference
MAX_PIECE = 2**16  # bytes


@dataclass(eq=False)
class HttpDraft(Draft):
    """A request or a response while its bytes come in."""

    raw: bytearray = field(default_factory=bytearray)
    head: h11.Request | h11.Response | h11.InformationalResponse | None = None
    answers: "HttpDraft | None" = None  # the request, if this is its response
    body: bytearray = field(default_factory=bytearray)
    body_size: int = 0
    trailers: Headers = ()
    complete: bool = False
    written: WrittenHead | None = None  # how the head was written, if it was read in another way
    mended: Mended | None = None  # the head that was read in its place
    has_no_length: bool = False  # where its body ends cannot be told
    is_unasked: bool = False  # it is a response, and no request waited for one
    refused: bool = False  # its final response has begun, and does not switch protocols

    @property
    def method(self) -> bytes:
        """The method of a request, or nothing."""
        return self.head.method if isinstance(self.head, h11.Request) else b""

    @property
    def status(self) -> int:
        """The status of a response, or 0."""
        return 0 if self.head is None or isinstance(self.head, h11.Request) else self.head.status_code

    @property
    def fields(self) -> Headers:
        """The headers, with their names as they were written."""
        if not self.head:
            return ()
        return _as_text(self.written.fields if self.written else self.head.headers.raw_items())

    @property
    def closes(self) -> bool:
        """Whether a response announces that the server closes the connection behind it."""
        is_old = self.head is not None and self.head.http_version < b"1.1"
        return is_old or b"close" in self.value_of(b"connection").lower()

    def value_of(self, name: bytes) -> bytes:
        """The value of a header (its name in small letters), or nothing."""
        return next((value for other, value in self.head.headers if other == name), b"") if self.head else b""


class HttpParser:
    """One side's messages, in the order of their first bytes."""

    side: Side

    def __init__(self, connection: int) -> None:
        self.connection = connection
        self.drafts: list[HttpDraft] = []
        self.broken = False  # from here on nothing can be told apart
        self.over = False  # HTTP has ended on this side, what follows belongs to another protocol
        self._draft: HttpDraft | None = None
        self._parser: h11.Connection

    def feed(self, at: float, data: bytes) -> bytes:
        """Read `data`. Returns what lies behind the end of HTTP, if it has ended."""
        while data and not self.over:
            if self.broken:
                self.drafts[-1].raw += data
                self.drafts[-1].until = at
                return b""
            draft, part = self._draft or self._begin(at), data[:MAX_PIECE]
            if (trouble := self._objection(draft, part)) is not None:
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
            draft, size = self._draft, min(lost, MAX_PIECE)
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
            draft.trouble = draft.trouble if draft.has_no_length else self._cut(draft, how)

    def _begin(self, at: float) -> HttpDraft:
        self._draft = HttpDraft(at, at, answers=self._asked())
        self.drafts.append(self._draft)
        self._parser = self._next_parser(self._draft)
        return self._draft

    def _asked(self) -> HttpDraft | None:
        """The request that the next message answers."""
        return None

    def _next_parser(self, draft: HttpDraft) -> h11.Connection:
        raise NotImplementedError

    def _objection(self, draft: HttpDraft, data: bytes) -> str | None:
        """Why `data` cannot be read as what comes next; empty where that is in order, None where it can."""
        return None

    def _headed(self, draft: HttpDraft) -> None:
        """The draft has its first line and headers."""

    def _completed(self, draft: HttpDraft) -> None:
        """The draft has all of its bytes."""

    def _read(self, draft: HttpDraft, data: bytes) -> None:
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
            if isinstance(event, h11.EndOfMessage):
                draft.trailers = _as_text(event.headers.raw_items())
            if isinstance(event, h11.EndOfMessage | h11.InformationalResponse) or event is h11.PAUSED:
                draft.complete, self._draft = True, None
                self._completed(draft)
            elif event is h11.NEED_DATA or isinstance(event, h11.ConnectionClosed):
                return

    def _misread(self, draft: HttpDraft, data: bytes, said: str) -> None:
        """h11 refuses the message: some mistakes can be passed over, with the others nothing can be told."""
        if said.startswith(NO_LINE) and (len(self.drafts) == 1 or self.drafts[-2].head):
            draft.complete, draft.trouble, self._draft = True, EMPTY_LINE, None
        elif draft.head or not self._mend(draft, bytes(draft.raw) + data, said):
            self._break(draft, sentence_for(said, self.side))

    def _mend(self, draft: HttpDraft, came: bytes, said: str) -> bool:
        """Start again with a head that h11 reads, so that all else can be read. Returns whether there is one."""
        found = split_head(came)
        if not found:
            return False
        lines, rest = found
        tried = draft.mended.lines if draft.mended else lines
        draft.mended = mended(tried, said, is_request=self.side is Side.CLIENT)
        if not draft.mended:
            return False
        draft.written = written_head(lines)
        draft.has_no_length |= draft.mended.has_no_length
        draft.trouble = draft.trouble or draft.mended.trouble or sentence_for(said, self.side)
        self._parser = self._next_parser(draft)
        self._parser.receive_data(draft.mended.data + rest)
        return True

    def _break(self, draft: HttpDraft, trouble: str) -> None:
        self.broken, self._draft = True, None
        draft.trouble = NOT_KEPT if draft.lost else draft.trouble or trouble

    def _cut(self, draft: HttpDraft, how: str) -> str:
        """Say where the side stopped in the middle of a message."""
        if draft.head is None:
            if b"\r" in draft.raw[:-1] and b"\n" not in draft.raw:
                return BARE_RETURN
            return self._wrong_line(draft) or f"The {self.side} sent no empty line, which ends the headers, {how}."
        if draft.value_of(b"transfer-encoding"):
            return f"The {self.side} sent no last chunk (0 and an empty line), {how} (RFC 9112 §8)."
        promised = draft.value_of(b"content-length").decode()
        if not promised:
            return f"The {self.side} sent {plural(draft.body_size, 'byte')} of the body, {how}."
        return f"The {self.side} promised {plural(int(promised), 'byte')} and sent {draft.body_size:,}, {how}."

    def _wrong_line(self, draft: HttpDraft) -> str:
        """What is wrong with the lines that came, if something is beside their end."""
        lines = draft.raw[: draft.raw.rfind(b"\n") + 1].replace(b"\r\n", b"\n").split(b"\n")[:-1]
        head = [bytes(line) for line in lines]
        parser = self._next_parser(draft)
        parser.receive_data(Mended(head).data)
        try:
            _ = head and parser.next_event()
        except h11.RemoteProtocolError as error:
            if str(error).startswith(NO_HOST):
                return ""
            found = mended(head, str(error), is_request=self.side is Side.CLIENT)
            return (found and found.trouble) or sentence_for(str(error), self.side)
        return ""

    def message(self, draft: HttpDraft) -> Message:
        """The draft as it stands, as a message."""
        if draft.head:
            draft.trouble = draft.trouble or head_fault(draft.head, draft.raw)
        told = draft.common_fields(self.connection, self.side, bytes(draft.raw))
        if draft.head is None:
            return Unreadable(**told)
        fields = draft.fields if draft.written else _as_written(bytes(draft.raw))
        told |= {"headers": fields, "body": bytes(draft.body), "body_size": draft.body_size}
        told |= {"trailers": draft.trailers, "complete": draft.complete}
        if isinstance(draft.head, h11.Request):
            return _request(draft.head, draft.written, told)
        told["version"] = draft.head.http_version.decode()
        return Response(status=draft.head.status_code, reason=draft.head.reason.decode("latin-1"), **told)


def _as_written(raw: bytes) -> Headers:
    """The fields of a head as they stand in it; h11 drops a second Content-Length, and makes letters small."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    lines = re.split(rb"\r?\n", re.sub(rb"\r?\n[ \t]+", b" ", head))  # RFC 9112 §5.2: a line may go on in the next
    pairs = (line.partition(b":") for line in lines[1:])
    return _as_text((name.strip(b" \t"), value.strip(b" \t")) for name, colon, value in pairs if colon)


def _as_text(fields: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The fields as they were written, one character a byte."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)


def _request(head: h11.Request, written: WrittenHead | None, told: dict[str, Any]) -> Request:
    """A request, its first line as it was written."""
    found = written.request_words if written else (head.method, head.target, head.http_version)
    method, target, version = (word.decode("latin-1") for word in found)
    return Request(method=method, target=target, version=version or "0.9", **told)
