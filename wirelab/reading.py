"""Read a recorded connection: which messages crossed it, and which response belongs to which request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wirelab.frame_lane import FrameLane
from wirelab.http_lane import Draft, HttpLane, RequestLane, ResponseLane
from wirelab.messages import Ending, Exchange, Message, Request, Response, Unreadable
from wirelab.recording import End, Piece, Recording, Side

LEFT = {End.CLOSED: "closed the connection", End.RESET: "broke off the connection (reset)"}
NO_GOODBYE = (
    "The connection ended without a close frame: a program reports that as 1006, a code that never crosses "
    "the wire (RFC 6455 §7.1.5)."
)


@dataclass(frozen=True)
class Reading:
    """The messages of one connection in the order of time, and its requests with their responses."""

    messages: Sequence[Message]
    exchanges: Sequence[Exchange]


def read(recording: Recording) -> Reading:
    """Read a recording. Whatever bytes it holds, they come back whole, in the `raw` of its messages."""
    reader = _Reader(recording.number)
    for piece in recording.pieces:
        reader.take(piece)
    return reader.reading()


class _Reader:
    """One connection: it begins as HTTP, and each side may turn to WebSocket, or to bytes of any kind."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.requests = RequestLane(number, self._let_go)
        self.responses = ResponseLane(number, self.requests)
        self.frames: dict[Side, FrameLane] = {}
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
        elif self.others and self.others[-1][0].side is piece.side:
            self.others[-1].append(piece)
        else:
            self.others.append([piece])

    def _switch(self) -> None:
        """The server has agreed to another protocol."""
        if self.responses.agreed == "websocket":
            fields = self.responses.drafts[-1].fields
            agreed = ", ".join(value for name, value in fields if name.lower() == "sec-websocket-extensions")
            self.frames = {side: FrameLane(side, self.number, agreed) for side in Side}
        self._let_go()

    def _let_go(self) -> None:
        """The server has answered: what the client sent behind its request to upgrade can be read now."""
        held, self.held = self.held, []
        for piece in held:
            self._carry(piece)

    def _http(self, side: Side) -> HttpLane:
        return self.responses if side is Side.SERVER else self.requests

    def _end(self, piece: Piece, end: End) -> None:
        self.ends.append(piece)
        lane = self._http(piece.side)
        if piece.side is Side.CLIENT:
            self.responses.abandon()
        if not lane.over:
            lane.end(end)
        elif self.frames:
            self.frames[piece.side].end(end)

    def reading(self) -> Reading:
        made: dict[Draft, Message] = {}
        for lane in (self.requests, self.responses):
            made |= {draft: lane.message(draft) for draft in lane.drafts}
        found = [*made.values(), *self._framed(), *self._neither(), *self._endings()]
        return Reading(sorted(found, key=lambda message: message.at), self._exchanges(made))

    def _framed(self) -> list[Message]:
        return [lane.message(draft) for lane in self.frames.values() for draft in lane.drafts]

    def _neither(self) -> list[Message]:
        agreed = f"After the switch to {self.responses.agreed}, this is no HTTP."
        said = agreed if self.responses.agreed else "The server has not answered the request to upgrade."
        return [self._unreadable(pieces, said) for pieces in [*self.others, self.held] if pieces]

    def _unreadable(self, pieces: Sequence[Piece], trouble: str) -> Unreadable:
        return Unreadable(
            connection=self.number,
            side=pieces[0].side,
            at=pieces[0].at,
            until=pieces[-1].at,
            raw=b"".join(piece.data for piece in pieces),
            lost=sum(piece.lost for piece in pieces),
            trouble=trouble,
        )

    def _exchanges(self, made: dict[Draft, Message]) -> list[Exchange]:
        found = []
        for draft in self.requests.drafts:
            if isinstance(request := made[draft], Request):
                replies = [made[reply] for reply in self.responses.drafts if reply.answers is draft]
                found.append(Exchange(request, [reply for reply in replies if isinstance(reply, Response)]))
        return found

    def _endings(self) -> list[Message]:
        """What is missing at the end of the connection, if something is."""
        if not self.ends:
            return []
        unreachable = [piece for piece in self.ends if piece.end is End.UNREACHABLE]
        piece = [*unreachable, *self.ends][0]
        trouble = self._websocket_trouble() if self.frames else self._http_trouble(piece)
        if not trouble:
            return []
        where = {"connection": self.number, "side": piece.side, "at": piece.at, "until": piece.at}
        return [Ending(**where, raw=b"", trouble=trouble)]  # type: ignore[arg-type]

    def _websocket_trouble(self) -> str:
        tells = any(lane.said_goodbye or lane.broken or lane.is_cut for lane in self.frames.values())
        return "" if tells else NO_GOODBYE

    def _http_trouble(self, piece: Piece) -> str:
        if piece.end is End.UNREACHABLE:
            return "Nobody listens there: the connection was refused."
        answered = {draft.answers for draft in self.responses.drafts if not draft.complete}
        if self.responses.broken or not any(draft not in answered for draft in self.requests.waiting):
            return ""
        assert piece.end
        if piece.side is Side.CLIENT:
            return f"The client {LEFT[piece.end]} before there was an answer."
        return f"The server {LEFT[piece.end]} without an answer."
