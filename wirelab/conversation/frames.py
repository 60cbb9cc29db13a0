"""A WebSocket frame, and what there is to show of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from websockets.frames import CLOSE_CODE_EXPLANATIONS, Opcode

from wirelab.conversation.formatting import (
    hex_lines,
    plural,
    pretty,
    shortened,
    shortened_line,
    text_lines,
    visible,
)
from wirelab.conversation.messages import Message
from wirelab.conversation.viewable import Part

OPCODES = {Opcode.CONT: "continuation"} | {code: code.name.lower() for code in Opcode if code}
HEADER_SIZES = {126: 4, 127: 10}  # bytes, by the length in the second byte; all others have 2 (RFC 6455 §5.2)


@dataclass(frozen=True, kw_only=True, repr=False)
class Frame(Message):
    """A WebSocket frame (RFC 6455 §5.2).

    `length` is what its header says, in bytes; `payload` is unmasked, and inflated if it was
    compressed. `key` are the four bytes of the mask, or none.
    """

    opcode: Opcode
    fin: bool
    rsv: tuple[bool, bool, bool]
    key: bytes
    length: int
    payload: bytes
    compressed: bool = False
    first: Opcode | None = None  # of a message in several frames: what its first frame was

    @property
    def kind(self) -> str:
        """text, binary, continuation, close, ping or pong."""
        return OPCODES[self.opcode]

    @property
    def masked(self) -> bool:
        """Whether its payload crossed the wire masked (RFC 6455 §5.3)."""
        return bool(self.key)

    @property
    def is_text(self) -> bool:
        """Whether it carries text, or goes on with a text message."""
        return Opcode.TEXT in (self.opcode, self.first)

    @property
    def text(self) -> str:
        """The payload of a text frame, or the reason in a close frame."""
        payload = self.payload[2:] if self.opcode is Opcode.CLOSE else self.payload
        return payload.decode("utf-8", "replace")

    @property
    def code(self) -> int | None:
        """The close code; None in other frames, and in a close frame that has none."""
        is_coded = self.opcode is Opcode.CLOSE and len(self.payload) >= 2
        return int.from_bytes(self.payload[:2], "big") if is_coded else None

    @property
    def meaning(self) -> str:
        """What the close code means (RFC 6455 §7.4)."""
        if self.code is None:
            return ""
        ranges = {3: "registered for a framework", 4: "an application's own"}
        return CLOSE_CODE_EXPLANATIONS.get(self.code) or ranges.get(self.code // 1000, "unknown")

    @property
    def first_line(self) -> str:
        """What kind of frame it is, and the beginning of what it carries."""
        more = "" if self.fin or self.opcode >= 8 else ", to be continued"
        return shortened_line(visible(f"{self.kind} frame{more}{self._said()}".replace("\n", " ⏎ ")))

    def _said(self) -> str:
        if self.opcode is Opcode.CLOSE:
            said = f" {self.code} {self.meaning}" if self.code is not None else " without a code"
            return said + (f": {self.text}" if self.text else "")
        if self.is_text:
            return f": {self.text}" if self.payload else ", empty"
        return f": {self.payload[:16].hex(' ')}{' …' * (len(self.payload) > 16)}" if self.payload else ""

    @property
    def summary(self) -> str:
        packed = f", {len(self.payload):,} inflated" if self.compressed else ""
        return plural(self.length, "byte") + (", masked" if self.masked else "") + packed

    def parts(self) -> Sequence[Part]:
        payload = [self._payload()] if self.payload and self.opcode is not Opcode.CLOSE else []
        raw = Part("raw", "raw bytes", hex_lines(self.raw, self.size), is_repeated=True)
        return [*payload, Part("frame", "the frame", anatomy(self)), raw]

    def _payload(self) -> Part:
        title = f"payload, {plural(len(self.payload), 'byte')}"
        if self.is_text:
            return Part("body", f"{title} of text", shortened(text_lines(pretty(self.text))))
        return Part("body", title, hex_lines(self.payload, len(self.payload)))


def anatomy(frame: Frame) -> list[str]:
    """The frame taken apart, from its first byte to its last (RFC 6455 §5.2)."""
    width = HEADER_SIZES.get(frame.raw[1] & 0x7F, 2)
    mask = "masked" if frame.masked else "not masked"
    rows = [
        (frame.raw[:1], ", ".join(_bits(frame))),
        (frame.raw[1:width], f"{mask}, {plural(frame.length, 'byte')} of payload"),
    ]
    if frame.masked:
        rows.append((frame.key, "mask key"))
    if frame.length:
        packed = ", compressed" if frame.compressed else ""
        said = f": the code {frame.code}" if frame.code is not None else ""
        said += ", then the reason" if said and frame.text else ""
        rows.append((frame.raw[width + len(frame.key) :], f"{'masked ' * frame.masked}payload{packed}{said}"))
    return [f"{_start(digits):<25} {what}" for digits, what in rows]


def _bits(frame: Frame) -> Iterator[str]:
    """What the frame's first byte says."""
    whole = "the whole message" if frame.opcode else "the last of the message"
    yield f"FIN ({whole})" if frame.fin else "no FIN (more follows)"
    for number, is_set in enumerate(frame.rsv, start=1):
        if is_set:
            yield "RSV1 (compressed)" if number == 1 and frame.compressed else f"RSV{number}"
    yield f"opcode {frame.opcode:d} ({frame.kind})"


def _start(digits: bytes) -> str:
    """The first bytes in hexadecimal digits."""
    return digits[:8].hex(" ") + (" …" if len(digits) > 8 else "")
