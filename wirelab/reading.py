"""Read a recorded connection: which messages crossed it, and which response belongs to which request."""

from collections.abc import Sequence
from dataclasses import dataclass

from wirelab.frame_lane import FrameLane
from wirelab.http_lane import Draft, RequestLane, ResponseLane
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
        self.requests = RequestLane(number)
        self.responses = ResponseLane(number, self.requests)
        self.frames: dict[Side, FrameLane] = {}
        self.tunnels: dict[Side, list[Piece]] = {side: [] for side in Side}
        self.held: list[Piece] = []  # of the client, until the server has said whether it switches
        self.ends: dict[Side, Piece] = {}
        self.unanswered_at_end = False

    def take(self, piece: Piece) -> None:
        if piece.end:
            self._end(piece, piece.end)
        else:
            self._carry(piece)
        if piece.side is Side.SERVER and (self.responses.agreed or not self.requests.over):
            self._let_go()

    def _let_go(self) -> None:
        """What the client sent behind its request to upgrade can be read now."""
        if self.responses.agreed == "websocket" and not self.frames:
            fields = self.responses.drafts[-1].fields
            agreed = ", ".join(value for name, value in fields if name.lower() == "sec-websocket-extensions")
            self.frames = {side: FrameLane(side, self.number, agreed) for side in Side}
        held, self.held = self.held, []
        for piece in held:
            self._carry(piece)

    def _carry(self, piece: Piece) -> None:
        lane = self.responses if piece.side is Side.SERVER else self.requests
        if piece.side in self.frames:
            self._to_frames(piece)
            return
        if piece.lost and not lane.over:
            lane.skip(piece.at, piece.lost)
        rest = lane.feed(piece.at, piece.data) if not lane.over else piece.data
        if not lane.over:
            return
        left = Piece(piece.at, piece.side, rest, piece.lost if rest is piece.data else 0)
        if not left.data and not left.lost:
            return
        if not self.responses.agreed:
            self.held.append(left)
        elif self.responses.agreed == "websocket":
            self._let_go()
            self._to_frames(left)
        else:
            self.tunnels[piece.side].append(left)

    def _to_frames(self, piece: Piece) -> None:
        lane = self.frames[piece.side]
        if piece.lost:
            lane.skip(piece.at, piece.lost)
        lane.feed(piece.at, piece.data)

    def _end(self, piece: Piece, end: End) -> None:
        self.ends.setdefault(piece.side, piece)
        if piece.side in self.frames:
            self.frames[piece.side].end(end)
        else:
            (self.responses if piece.side is Side.SERVER else self.requests).end(end)

    def reading(self) -> Reading:
        for piece in self.held:  # the server never answered the request to upgrade
            self.tunnels[piece.side].append(piece)
        made: dict[Draft, Message] = {}
        for lane in (self.requests, self.responses):
            made |= {draft: lane.message(draft) for draft in lane.drafts}
        found = [*made.values(), *self._framed(), *self._tunnelled(), *self._endings()]
        return Reading(sorted(found, key=lambda message: message.at), self._exchanges(made))

    def _framed(self) -> list[Message]:
        return [lane.message(draft) for lane in self.frames.values() for draft in lane.drafts]

    def _tunnelled(self) -> list[Message]:
        found: list[Message] = []
        what = self.responses.agreed
        said = f"After the switch to {what}, this is no HTTP." if what else "No answer to the upgrade came."
        for side, pieces in self.tunnels.items():
            for piece in pieces:
                told = {"connection": self.number, "side": side, "at": piece.at, "until": piece.at}
                found.append(Unreadable(**told, raw=piece.data, lost=piece.lost, trouble=said))  # type: ignore[arg-type]
        return found

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
        piece = min(self.ends.values(), key=lambda piece: piece.at)
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
        answered = {draft.answers for draft in self.responses.drafts}
        if self.responses.broken or not any(draft not in answered for draft in self.requests.waiting):
            return ""
        assert piece.end
        if piece.side is Side.CLIENT:
            return f"The client {LEFT[piece.end]} before there was an answer."
        return f"The server {LEFT[piece.end]} without an answer."
