"""Read what a client sends as HTTP/1.x requests."""

import re
from collections import deque
from collections.abc import Callable

import h11

from wirelab.conversation.http_faults import NO_START, too_long
from wirelab.conversation.http_parser import UNLIMITED, HttpDraft, HttpParser
from wirelab.conversation.other_protocols import HTTP2_LINE
from wirelab.conversation.recording import Side

SIMPLE_REQUEST = re.compile(rb"GET /[!-~]*\r?\n")  # RFC 1945 §4.1


class RequestParser(HttpParser):
    """What the client sends. `waiting` are the requests that have no final response yet."""

    side = Side.CLIENT

    def __init__(self, connection: int, refused: Callable[[], None]) -> None:
        """`refused` is called when the server has answered a request to switch protocols with HTTP."""
        super().__init__(connection)
        self.waiting: deque[HttpDraft] = deque()
        self._refused = refused

    def answered(self, *, switches: bool) -> None:
        """The first request that waits has its final response."""
        draft = self.waiting.popleft()
        draft.refused = not switches
        if self.over and not switches and draft is self.drafts[-1]:
            self.over = False
            self._refused()

    @property
    def is_simple(self) -> bool:
        """Whether the request that waits, or is under way, has no version: the answer to it has no headers."""
        waiting = self.waiting[0] if self.waiting else self._draft
        if not waiting:
            return False
        if waiting.head:
            return waiting.written is not None and not waiting.written.request_words[2]
        return bool(SIMPLE_REQUEST.match(waiting.raw))

    def unread(self) -> HttpDraft | None:
        """The request whose headers have come, and not all of its body; None if there is none."""
        return self._draft if self._draft and self._draft.head else None

    @property
    def has_begun(self) -> bool:
        """Whether a request is under way, or cannot be read."""
        return self.broken or self._draft is not None

    def _objection(self, draft: HttpDraft, data: bytes) -> str | None:
        start = bytes(draft.raw[: len(HTTP2_LINE)]) + data[: len(HTTP2_LINE)]
        return NO_START[self.side] if not draft.head and start.startswith(HTTP2_LINE) else None

    def _next_parser(self, draft: HttpDraft) -> h11.Connection:
        return h11.Connection(h11.SERVER, UNLIMITED)

    def _headed(self, draft: HttpDraft) -> None:
        self.waiting.append(draft)  # a server may answer before the body is complete

    def _completed(self, draft: HttpDraft) -> None:
        # What comes behind it is HTTP or not, as the server decides.
        might_switch = self._parser.their_state is h11.MIGHT_SWITCH_PROTOCOL  # type: ignore[attr-defined]
        wants_websocket = bool(draft.value_of(b"sec-websocket-key"))  # even where it forgot to say so
        self.over = (might_switch or wants_websocket) and not draft.refused

    def _wrong_line(self, draft: HttpDraft) -> str:
        before = self.drafts[-2] if len(self.drafts) > 1 else None
        if before and before.body_size and b"\n" not in draft.raw:
            return too_long("request", before.value_of(b"content-length").decode())
        return super()._wrong_line(draft)
