"""Read a recorded connection: which messages crossed it, and which response belongs to which request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from wirelab.conversation import handshake_faults
from wirelab.conversation.formatting import plural
from wirelab.conversation.frame_parser import FrameParser
from wirelab.conversation.http_messages import Exchange, Request, Response
from wirelab.conversation.http_parser import HttpDraft, HttpParser
from wirelab.conversation.messages import Ending, Message, OtherProtocol, Unreadable
from wirelab.conversation.other_protocols import AGREED_NAMES, alert_fault, client_fault, server_fault, spoken
from wirelab.conversation.recording import End, Piece, Recording, Side
from wirelab.conversation.request_parser import RequestParser
from wirelab.conversation.response_parser import ResponseParser

HOW_IT_LEFT = {End.CLOSED: "closed the connection", End.RESET: "broke off the connection (reset)"}
NO_GOODBYE = (
    "The connection ended without a close frame: a program reports that as 1006, a code that never crosses "
    "the wire (RFC 6455 §7.1.5)."
)
NOT_ANSWERED = "The server has not answered the request to upgrade."


@dataclass(frozen=True)
class Reading:
    """The messages of one connection in the order of time, and its requests with their responses.

    `under_way` are those of the messages that have begun and may still go on.
    """

    messages: Sequence[Message]
    exchanges: Sequence[Exchange]
    under_way: Sequence[Message] = ()


def read(recording: Recording) -> Reading:
    """Read a recording. Whatever bytes it holds, they come back whole, in the `raw` of its messages."""
    reader = _Reader(recording.number, spoken(recording))
    for piece in recording.pieces:
        reader.take(piece)
    return reader.reading()


class _Reader:
    """One connection: it begins as HTTP, and each side may turn to WebSocket, or to bytes of any kind."""

    def __init__(self, number: int, other: str) -> None:
        """`other` is the protocol in place of HTTP that both sides speak from the beginning, if they do."""
        self.number, self.other = number, other
        self.requests = RequestParser(number, self._release)
        self.responses = ResponseParser(number, self.requests)
        self.frames: dict[Side, FrameParser] = {}
        self.others: list[list[Piece]] = []  # neither HTTP nor WebSocket; a list for what a side sent in one go
        self.held: list[Piece] = []  # of the client, until the server has said whether it switches
        self.ends: list[Piece] = []

    def take(self, piece: Piece) -> None:
        if piece.data or piece.lost:
            self._carry(piece)
        if piece.end:
            self._end(piece, piece.end)

    def _carry(self, piece: Piece) -> None:
        """Give the piece to HTTP, and what lies behind the end of HTTP to what comes next."""
        if self.other:
            self._add_other(piece)
            return
        lane = self._http(piece.side)
        if not lane.over:
            lost = lane.skip(piece.at, piece.lost)
            piece = replace(piece, data=lane.feed(piece.at, piece.data), lost=lost)
            if self.responses.agreed and piece.side is Side.SERVER:
                self._switch()
        if piece.data or piece.lost:
            self._carry_on(piece)

    def _carry_on(self, piece: Piece) -> None:
        """The piece lies behind the end of HTTP."""
        if self.frames:
            self.frames[piece.side].skip(piece.at, piece.lost)
            self.frames[piece.side].feed(piece.at, piece.data)
        elif not self.responses.agreed:
            self.held.append(piece)
        else:
            self._add_other(piece)

    def _add_other(self, piece: Piece) -> None:
        if self.others and self.others[-1][0].side is piece.side:
            self.others[-1].append(piece)
        else:
            self.others.append([piece])

    def _switch(self) -> None:
        """The server has agreed to another protocol."""
        if self.responses.agreed == "websocket":
            fields = self.responses.drafts[-1].fields
            agreed = ", ".join(value for name, value in fields if name.lower() == "sec-websocket-extensions")
            self.frames = {side: FrameParser(side, self.number, agreed) for side in Side}
        self._release()

    def _release(self) -> None:
        """The server has answered: what the client sent behind its request to upgrade can be read now."""
        held, self.held = self.held, []
        for piece in held:
            self._carry(piece)

    def _http(self, side: Side) -> HttpParser:
        return self.responses if side is Side.SERVER else self.requests

    def _end(self, piece: Piece, end: End) -> None:
        self.ends.append(piece)
        lane = self._http(piece.side)
        if piece.side is Side.CLIENT:
            self.responses.abandon()
            if self._may_stop():
                return
        if not lane.over:
            lane.end(end)
        elif self.frames:
            self.frames[piece.side].end(end)

    def _may_stop(self) -> bool:
        """Whether the client may leave in the middle of its request: the server has left, or wants no more."""
        asked = self.requests.unread()
        if not asked:
            return False
        answer = next((one for one in self.responses.drafts if one.answers is asked and one.status >= 200), None)
        has_left = any(piece.side is Side.SERVER for piece in self.ends)
        return has_left or bool(answer and (self._is_spared(asked) or answer.closes))

    def _is_spared(self, asked: HttpDraft) -> bool:
        """Whether the client waited for 100 Continue, and got another answer (RFC 9110 §10.1.1)."""
        return b"100-continue" in asked.value_of(b"expect").lower() and not asked.body_size and not asked.lost

    def reading(self) -> Reading:
        made: dict[HttpDraft, Message] = {}
        for lane in (self.requests, self.responses):
            made |= {draft: lane.message(draft) for draft in lane.drafts}
        self._judge(made)
        framed = {draft: lane.message(draft) for lane in self.frames.values() for draft in lane.drafts}
        neither = self._neither()
        found = [*made.values(), *framed.values(), *neither, *self._endings(made)]
        begun = [made[draft] for draft in made if not draft.complete]
        begun += [framed[draft] for draft in framed if not draft.complete]
        return Reading(
            sorted(found, key=lambda message: message.at),
            self._exchanges(made),
            [message for message in [*begun, *neither[-1:]] if not self._has_ended(message.side)],
        )

    def _has_ended(self, side: Side) -> bool:
        return any(piece.side is side for piece in self.ends)

    def _judge(self, made: dict[HttpDraft, Message]) -> None:
        """Say what is wrong that only both sides' bytes can tell."""
        for draft, message in made.items():
            asked = made[draft.answers] if draft.answers else None
            if not message.trouble and (trouble := self._exchange_fault(message, asked)):
                made[draft] = replace(message, trouble=trouble)
        starts = [bytes(lane.drafts[0].raw) if lane.drafts else b"" for lane in (self.requests, self.responses)]
        for lane, trouble in ((self.requests, client_fault(*starts)), (self.responses, server_fault(*starts))):
            if trouble and isinstance(first := made[lane.drafts[0]], Unreadable):
                made[lane.drafts[0]] = replace(first, trouble=trouble)

    def _exchange_fault(self, message: Message, asked: Message | None) -> str:
        if isinstance(message, Request):
            return handshake_faults.request_fault(message)
        if isinstance(message, Response) and message.status == 101:
            return handshake_faults.switch_fault(asked if isinstance(asked, Request) else None, message)
        return ""

    def _neither(self) -> list[Message]:
        agreed = self.other or self.responses.agreed
        name = AGREED_NAMES.get(agreed, agreed)
        found: list[Message] = [
            OtherProtocol(**told, protocol=name, trouble=alert_fault(told["side"], told["raw"]))
            for told in map(self._told, self.others)
        ]
        if self.held:
            found.append(Unreadable(**self._told(self.held), trouble=NOT_ANSWERED))
        return found

    def _told(self, pieces: Sequence[Piece]) -> dict[str, Any]:
        """What a message has of the pieces that it is made of."""
        return {
            "connection": self.number,
            "side": pieces[0].side,
            "at": pieces[0].at,
            "until": pieces[-1].at,
            "raw": b"".join(piece.data for piece in pieces),
            "lost": sum(piece.lost for piece in pieces),
        }

    def _exchanges(self, made: dict[HttpDraft, Message]) -> list[Exchange]:
        replies: dict[HttpDraft | None, list[Response]] = {}
        for draft in self.responses.drafts:
            if isinstance(response := made[draft], Response):
                replies.setdefault(draft.answers, []).append(response)
        asked = [(draft, made[draft]) for draft in self.requests.drafts]
        return [Exchange(one, replies.get(draft, [])) for draft, one in asked if isinstance(one, Request)]

    def _endings(self, made: dict[HttpDraft, Message]) -> list[Message]:
        """What is missing at the end of the connection, if something is."""
        if not self.ends:
            return []
        unreachable = [piece for piece in self.ends if piece.end is End.UNREACHABLE]
        piece = [*unreachable, *self.ends][0]
        trouble = self._websocket_trouble(made) if self.frames else self._http_trouble(piece)
        if not trouble:
            return []
        where = {"connection": self.number, "side": piece.side, "at": piece.at, "until": piece.at}
        return [Ending(**where, raw=b"", trouble=trouble)]  # type: ignore[arg-type]

    def _websocket_trouble(self, made: dict[HttpDraft, Message]) -> str:
        is_known = any(lane.said_goodbye or lane.broken or lane.is_cut for lane in self.frames.values())
        is_refused = made[self.responses.drafts[-1]].trouble and not self.frames[Side.CLIENT].drafts
        is_known |= bool(is_refused)  # a client gives up then (RFC 6455 §4.1)
        return "" if is_known else NO_GOODBYE

    def _http_trouble(self, piece: Piece) -> str:
        if piece.end is End.UNREACHABLE:
            return "Nobody listens there: the connection was refused."
        assert piece.end
        how, unread = HOW_IT_LEFT[piece.end], self.requests.unread()
        answered = {draft.answers for draft in self.responses.drafts if not draft.complete}
        if self.responses.broken or not any(draft not in answered for draft in self.requests.waiting):
            return self._unread_trouble(piece.side, how) if unread else ""
        if piece.side is Side.CLIENT:
            return f"The client {how} before there was an answer."
        if unread:
            return f"The server {how} without an answer, {self._sent_of(unread)}."
        return f"The server {how} without an answer."

    def _unread_trouble(self, side: Side, how: str) -> str:
        """Why a request that has an answer was not sent whole, if the server is the cause."""
        unread = self.requests.unread()
        if side is Side.CLIENT or not unread or self._is_spared(unread):
            return ""
        return f"The server {how} {self._sent_of(unread)}."

    def _sent_of(self, unread: HttpDraft) -> str:
        promised = "" if unread.has_no_length else unread.value_of(b"content-length").decode()
        sent = f"{unread.body_size:,} of {int(promised):,} bytes" if promised else plural(unread.body_size, "byte")
        verb = "was" if sent == "1 byte" else "were"
        return f"before it had read the request: {sent} of its body {verb} sent"
