"""Read what a server sends as HTTP/1.x responses, each with the request that it answers."""

from http import HTTPStatus

import h11

from wirelab.conversation.http_faults import (
    ABANDONED,
    ENDLESS,
    MISREAD_BODY,
    NO_START,
    TOO_EARLY,
    UNASKED,
    no_body_allowed,
    too_long,
)
from wirelab.conversation.http_parser import UNLIMITED, HttpDraft, HttpParser
from wirelab.conversation.messages import Message
from wirelab.conversation.recording import Side
from wirelab.conversation.request_parser import RequestParser


class ResponseParser(HttpParser):
    """What the server sends. `agreed` is the protocol it has switched to, if it has."""

    side = Side.SERVER

    def __init__(self, connection: int, requests: RequestParser) -> None:
        super().__init__(connection)
        self.requests = requests
        self.agreed = ""

    def abandon(self) -> None:
        """The client has left."""
        if self._draft and self._is_endless(self._draft):
            self._draft.trouble = ABANDONED

    def _asked(self) -> HttpDraft | None:
        return self.requests.waiting[0] if self.requests.waiting else None

    def _objection(self, draft: HttpDraft, data: bytes) -> str | None:
        start = bytes(draft.raw[:5]) + data[:5]
        if draft.head or start[:5] == b"HTTP/"[: len(start)]:
            return None
        if self.requests.is_simple and len(self.drafts) == 1:
            return ""  # HTTP/0.9: the answer is the body alone
        return NO_START[self.side] if draft.answers else self._too_much()

    def _too_much(self) -> str:
        """Why there are bytes when no request waits for any."""
        before = self.drafts[-2] if len(self.drafts) > 1 else None
        if before and before.head:
            asked = before.answers.method if before.answers else b""
            promised = before.value_of(b"content-length").decode()
            return no_body_allowed(asked, before.status) or too_long("response", promised)
        return NO_START[self.side] if self.requests.drafts else TOO_EARLY

    def _next_parser(self, draft: HttpDraft) -> h11.Connection:
        parser = h11.Connection(h11.CLIENT, UNLIMITED)
        method = (draft.answers and draft.answers.method) or b"GET"
        # An upgrade is always asked for: whether the client did so is judged where both sides are known.
        parser.send(h11.Request(method=method, target="/", headers=[(b"Host", b"none"), (b"Upgrade", b"any")]))
        parser.send(h11.EndOfMessage())
        return parser

    def _headed(self, draft: HttpDraft) -> None:
        switches = self._parser.their_state is h11.SWITCHED_PROTOCOL
        draft.answers = draft.answers or self._asked()  # it may have begun before the request's headers ended
        draft.is_unasked = draft.answers is None and draft.status >= 200 and not self.requests.has_begun
        if switches:
            self.agreed, self.over = _agreed(draft), True
        if draft.answers and (switches or isinstance(draft.head, h11.Response)):
            self.requests.answered(switches=switches)

    def _is_endless(self, draft: HttpDraft) -> bool:
        """Whether the body ends with the connection, and the server has not announced that it closes."""
        if not draft.head or draft.complete or draft.trouble:
            return False
        return not (draft.closes or draft.value_of(b"content-length") or draft.value_of(b"transfer-encoding"))

    def message(self, draft: HttpDraft) -> Message:
        if self._is_endless(draft):
            draft.trouble = ENDLESS
        if draft.is_unasked and draft.status != HTTPStatus.REQUEST_TIMEOUT:  # a server that waits in vain says so
            draft.trouble = draft.trouble or self._unasked(draft)
        return super().message(draft)

    def _unasked(self, draft: HttpDraft) -> str:
        """Why a response that answers nothing is there."""
        before = self.drafts[self.drafts.index(draft) - 1] if draft is not self.drafts[0] else None
        asked = before.answers if before else None
        if not self.requests.drafts:
            return TOO_EARLY
        return MISREAD_BODY if asked and asked.body_size else UNASKED


def _agreed(draft: HttpDraft) -> str:
    """The protocol that a response agrees to; where a 101 does not say which, that of its request."""
    asked = draft.answers.value_of(b"upgrade") if draft.answers and draft.status == 101 else b""
    said = draft.value_of(b"upgrade") or asked
    return said.decode("latin-1").lower().partition(",")[0].strip() or "a tunnel"
