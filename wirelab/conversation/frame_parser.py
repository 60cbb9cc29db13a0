"""Read what one side of a connection sends as WebSocket frames, with the parser of websockets."""

from collections.abc import Generator
from dataclasses import dataclass, field

from websockets.exceptions import InvalidHandshake, PayloadTooBig, ProtocolError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as Parsed
from websockets.frames import Opcode
from websockets.headers import parse_extension
from websockets.streams import StreamReader

from wirelab.conversation.draft import Draft
from wirelab.conversation.fragments import Fragments, Place
from wirelab.conversation.frame_faults import (
    AFTER_CLOSE,
    NOT_ENDED,
    NOTHING_BEGUN,
    TOO_MUCH,
    WRONG_MASK,
    close_trouble,
    frame_sentence,
)
from wirelab.conversation.frames import Frame
from wirelab.conversation.http_messages import MAX_UNPACKED
from wirelab.conversation.messages import Message, Unreadable
from wirelab.conversation.recording import End, Side

MAX_INFLATED = 2**24  # bytes, of all the frames of one side
MAX_WINDOW_BITS = 15  # bits: the largest window inflates what any smaller one made


@dataclass(eq=False)
class FrameDraft(Draft):
    """A frame while its bytes come in."""

    reads: list[bytes] = field(default_factory=list)  # header, more length, mask, payload
    on_the_wire: Parsed | None = None
    payload: bytes = b""  # inflated
    compressed: bool = False
    first: Opcode | None = None
    complete: bool = False


class _Witness(Extension):
    """Stands first among the extensions: sees each frame as it came, and inflates it if that was agreed on."""

    name = "witness"  # type: ignore[assignment]

    def __init__(self, deflate: PerMessageDeflate | None) -> None:
        self.deflate = deflate
        self.left = MAX_INFLATED
        self.draft: FrameDraft

    def decode(self, frame: Parsed, *, max_size: int | None = None) -> Parsed:
        self.draft.on_the_wire, self.draft.payload = frame, bytes(frame.data)
        if not self.deflate:
            return frame
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self.deflate.decode_cont_data = False  # whether the message before was ended or not
        inflated = self.deflate.decode(frame, max_size=max(1, min(MAX_UNPACKED, self.left)))
        if inflated is not frame:
            self.draft.payload, self.draft.compressed = bytes(inflated.data), True
            self.left -= len(inflated.data)
        return inflated

    def encode(self, frame: Parsed) -> Parsed:
        return frame


class FrameParser:
    """One side's frames, in their order."""

    def __init__(self, side: Side, connection: int, extensions: str = "") -> None:
        self.side, self.connection = side, connection
        self.drafts: list[FrameDraft] = []
        self.broken = False
        self.said_goodbye = False  # it has sent a close frame
        self.is_cut = False  # it ended in the middle of a frame
        self._draft: FrameDraft | None = None
        self._reader = StreamReader()
        self._parsing: Generator[None, None, Parsed]
        self._witness = _Witness(_deflate(side, extensions))
        self._spent = False  # so much has been inflated that no more is
        self._fragments = Fragments()

    def feed(self, at: float, data: bytes) -> None:
        """Read `data`."""
        self._reader.feed_data(data)
        while self._reader.buffer and not self.broken:
            draft = self._draft or self._begin(at)
            draft.until = at
            self._advance(draft)
            if not draft.complete:
                return

    def skip(self, at: float, lost: int) -> None:
        """Pass over bytes that were not kept. Where the next frame begins behind them cannot be told."""
        if not lost:
            return
        draft = self.drafts[-1] if self.broken else self._draft or self._begin(at)
        draft.lost += lost
        draft.until = at
        if not self.broken:
            self.broken, self._draft = True, None
            draft.trouble = f"{lost:,} bytes from here on were not kept: the next frame cannot be found."

    def end(self, end: End) -> None:
        """The side has stopped sending."""
        if self._draft and not self.broken:
            self.is_cut = True
            what = "its header is incomplete"
            if _has_header(self._draft):
                what = f"its header says {_length(self._draft):,} bytes, {len(self._reader.buffer):,} came"
            self._draft.trouble = f"The connection ended in the middle of a frame: {what}."

    def _begin(self, at: float) -> FrameDraft:
        self._draft = self._witness.draft = FrameDraft(at, at)
        self.drafts.append(self._draft)
        self._parsing = self._parse(self._draft)
        return self._draft

    def _parse(self, draft: FrameDraft) -> Generator[None, None, Parsed]:
        """The library's parser, told to expect the mask bit that is there, and overheard."""
        head = yield from self._reader.read_exact(2)

        def overheard(count: int) -> Generator[None, None, bytes]:
            data = bytes((yield from self._reader.read_exact(count)) if draft.reads else bytes(head))
            draft.reads.append(data)
            return data

        return (yield from Parsed.parse(overheard, mask=bool(head[1] & 0x80), extensions=[self._witness]))

    def _advance(self, draft: FrameDraft) -> None:
        try:
            next(self._parsing)
        except StopIteration:
            self._complete(draft)
        except PayloadTooBig:
            self._witness.deflate, self._spent = None, True
            self._complete(draft)
        except ProtocolError as error:
            draft.trouble = frame_sentence(str(error))
            if draft.on_the_wire is None:
                self.broken, self._draft = True, None
            else:
                self._complete(draft)

    def _complete(self, draft: FrameDraft) -> None:
        draft.complete, self._draft = True, None
        frame = draft.on_the_wire
        assert frame
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            place = self._fragments.add(frame, draft.payload)
            draft.first = place.first
            trouble = TOO_MUCH if self._spent else draft.trouble or self._order_trouble(place)
        else:
            trouble = draft.trouble or (close_trouble(draft.payload) if frame.opcode is Opcode.CLOSE else "")
        self.said_goodbye |= frame.opcode is Opcode.CLOSE
        masked = bool(draft.reads[0][1] & 0x80)
        draft.trouble = WRONG_MASK[self.side] if masked != (self.side is Side.CLIENT) else trouble

    def _order_trouble(self, place: Place) -> str:
        """What is wrong with a data frame where it stands. One out of order is told before one too late."""
        if self.said_goodbye and place.trouble not in (NOTHING_BEGUN, NOT_ENDED):
            return AFTER_CLOSE
        return place.trouble

    def message(self, draft: FrameDraft) -> Message:
        """The draft as it stands, as a message."""
        raw = b"".join(draft.reads) + (b"" if draft.complete else bytes(self._reader.buffer))
        told = draft.common_fields(self.connection, self.side, raw)
        frame = draft.on_the_wire
        if frame is None:
            return Unreadable(**told)
        return Frame(
            **told,
            opcode=frame.opcode,
            fin=frame.fin,
            rsv=(frame.rsv1, frame.rsv2, frame.rsv3),
            key=draft.reads[-2] if draft.reads[0][1] & 0x80 else b"",
            length=_length(draft),
            payload=draft.payload,
            compressed=draft.compressed,
            first=draft.first,
        )


def _has_header(draft: FrameDraft) -> bool:
    """Whether all that comes before the payload has come."""
    if not draft.reads:
        return False
    second = draft.reads[0][1]
    return len(draft.reads) == 1 + (second & 0x7F >= 126) + bool(second & 0x80)


def _length(draft: FrameDraft) -> int:
    """The payload's length, as the header says it."""
    short = draft.reads[0][1] & 0x7F
    return short if short < 126 else int.from_bytes(draft.reads[1], "big")


def _deflate(side: Side, extensions: str) -> PerMessageDeflate | None:
    """What inflates the frames of `side`, if the server's Sec-WebSocket-Extensions agrees to compression."""
    try:
        for name, parameters in parse_extension(extensions) if extensions else []:
            if name == PerMessageDeflate.name:
                forgets = any(parameter == f"{side}_no_context_takeover" for parameter, _ in parameters)
                return PerMessageDeflate(forgets, True, MAX_WINDOW_BITS, MAX_WINDOW_BITS)
    except InvalidHandshake:
        pass  # frames are then shown compressed
    return None
