"""Read what one side of a connection sends as WebSocket frames, with the parser of websockets."""

import codecs
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import InvalidHandshake, PayloadTooBig, ProtocolError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, Opcode
from websockets.frames import Frame as Parsed
from websockets.headers import parse_extension
from websockets.streams import StreamReader

from wirelab.messages import MOST_UNPACKED, Frame, Message, Unreadable
from wirelab.recording import End, Side

MOST_INFLATED = 2**24  # bytes, of all the frames of one side
WINDOW = 15  # bits: the largest window inflates what any smaller one made
SAID = {  # what websockets says of a frame, and what a beginner can act on
    "invalid opcode": "No frame has this opcode: 0, 1, 2, 8, 9 and 10 are known (RFC 6455 §5.2).",
    "reserved bits must be 0": "A reserved bit is set, and no extension uses it here (RFC 6455 §5.2).",
    "control frame too long": "Close, ping and pong carry 125 bytes at most (RFC 6455 §5.5).",
    "fragmented control frame": "Close, ping and pong cannot be cut into several frames (RFC 6455 §5.5).",
    "decompression failed": "The payload is marked as compressed, and cannot be inflated (RFC 7692 §6.2).",
    "close frame too short": "A close frame is empty, or begins with two bytes for the code (RFC 6455 §5.5.1).",
    "invalid status code": "This close code must not cross the wire (RFC 6455 §7.4.1).",
}
MASK = {
    Side.CLIENT: "A client has to mask every frame, and this one is not (RFC 6455 §5.1).",
    Side.SERVER: "A server must not mask its frames, and this one is (RFC 6455 §5.1).",
}
NOT_UTF8 = "A text message has to be UTF-8, and this is not: the answer to it is close code 1007 (RFC 6455 §8.1)."
TOO_MUCH = "The payloads of this side inflate to more than is kept here: from here on they stand as they came."
AFTER_CLOSE = "A side sends no more messages after its close frame (RFC 6455 §5.5.1)."


@dataclass(eq=False)
class FrameDraft:
    """A frame while its bytes come in."""

    at: float
    until: float = 0.0
    lost: int = 0
    reads: list[bytes] = field(default_factory=list)  # header, more length, mask, payload
    on_the_wire: Parsed | None = None
    payload: bytes = b""  # inflated
    compressed: bool = False
    first: Opcode | None = None
    complete: bool = False
    trouble: str = ""


class _Witness(Extension):
    """Stands first among the extensions: sees each frame as it came, and inflates it if that was agreed on."""

    name = "witness"  # type: ignore[assignment]

    def __init__(self, deflate: PerMessageDeflate | None) -> None:
        self.deflate = deflate
        self.left = MOST_INFLATED
        self.draft: FrameDraft

    def decode(self, frame: Parsed, *, max_size: int | None = None) -> Parsed:
        self.draft.on_the_wire, self.draft.payload = frame, bytes(frame.data)
        if not self.deflate:
            return frame
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self.deflate.decode_cont_data = False  # whether the message before was ended or not
        inflated = self.deflate.decode(frame, max_size=max(1, min(MOST_UNPACKED, self.left)))
        if inflated is not frame:
            self.draft.payload, self.draft.compressed = bytes(inflated.data), True
            self.left -= len(inflated.data)
        return inflated

    def encode(self, frame: Parsed) -> Parsed:
        return frame


class FrameLane:
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
        self._first: Opcode | None = None  # of the message that is not complete yet
        self._utf8 = codecs.getincrementaldecoder("utf-8")()

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
            draft.trouble = SAID.get(str(error), f"This breaks a rule of WebSocket: {error}.")
            if draft.on_the_wire is None:
                self.broken, self._draft = True, None
            else:
                self._complete(draft)

    def _complete(self, draft: FrameDraft) -> None:
        draft.complete, self._draft = True, None
        frame = draft.on_the_wire
        assert frame
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            trouble = self._part_trouble(draft, frame)
            trouble = TOO_MUCH if self._spent else draft.trouble or trouble
        else:
            trouble = draft.trouble or (_close_trouble(draft.payload) if frame.opcode is Opcode.CLOSE else "")
        self.said_goodbye |= frame.opcode is Opcode.CLOSE
        masked = bool(draft.reads[0][1] & 0x80)
        draft.trouble = MASK[self.side] if masked != (self.side is Side.CLIENT) else trouble

    def _part_trouble(self, draft: FrameDraft, frame: Parsed) -> str:
        """What is wrong with the frame as a part of its message."""
        before, self._first = self._first, self._first if frame.opcode is Opcode.CONT else frame.opcode
        kind, draft.first = self._first, before if frame.opcode is Opcode.CONT else None
        self._first = None if frame.fin else self._first
        if kind is None:
            return "This continues a message, and none has begun (RFC 6455 §5.4)."
        if frame.opcode is not Opcode.CONT:
            self._utf8.reset()
        not_text = self._text_trouble(draft.payload, final=frame.fin) if kind is Opcode.TEXT else ""
        if frame.opcode is not Opcode.CONT and before is not None:
            return "A new message begins before the one before it has ended (RFC 6455 §5.4)."
        return AFTER_CLOSE if self.said_goodbye else not_text

    def _text_trouble(self, payload: bytes, *, final: bool) -> str:
        try:
            self._utf8.decode(payload, final)
        except UnicodeDecodeError:
            self._utf8.reset()
            return NOT_UTF8
        return ""

    def message(self, draft: FrameDraft) -> Message:
        """The draft as it stands, as a message."""
        told: dict[str, Any] = {
            "connection": self.connection,
            "side": self.side,
            "at": draft.at,
            "until": draft.until,
            "raw": b"".join(draft.reads) + (b"" if draft.complete else bytes(self._reader.buffer)),
            "lost": draft.lost,
            "trouble": draft.trouble,
        }
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


def _close_trouble(payload: bytes) -> str:
    try:
        Close.parse(payload)
    except ProtocolError as error:
        return SAID.get(str(error), str(error))
    except UnicodeDecodeError:
        return "The reason of a close has to be UTF-8, and this is not (RFC 6455 §5.5.1)."
    return ""


def _deflate(side: Side, extensions: str) -> PerMessageDeflate | None:
    """What inflates the frames of `side`, if the server's Sec-WebSocket-Extensions agrees to compression."""
    try:
        for name, parameters in parse_extension(extensions) if extensions else []:
            if name == PerMessageDeflate.name:
                forgets = any(parameter == f"{side}_no_context_takeover" for parameter, _ in parameters)
                return PerMessageDeflate(forgets, True, WINDOW, WINDOW)
    except InvalidHandshake:
        pass  # frames are then shown compressed
    return None
