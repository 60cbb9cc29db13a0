"""Follow the message that one side sends in several frames (RFC 6455 §5.4)."""

import codecs
from dataclasses import dataclass

from websockets.frames import Frame as Parsed
from websockets.frames import Opcode

from wirelab.conversation.frame_faults import NOT_ENDED, NOT_UTF8, NOTHING_BEGUN


@dataclass(frozen=True)
class Place:
    """Where a frame belongs: what its message began with, if it is a later one, and what is wrong with it."""

    first: Opcode | None
    trouble: str


class Fragments:
    """The frames of the message that is not complete yet."""

    def __init__(self) -> None:
        self._kind: Opcode | None = None  # of the message, while one is not complete
        self._utf8 = codecs.getincrementaldecoder("utf-8")()

    def add(self, frame: Parsed, payload: bytes) -> Place:
        """Take the next text, binary or continuation frame, its payload inflated, and say where it belongs."""
        continues, begun = frame.opcode is Opcode.CONT, self._kind
        kind = begun if continues else frame.opcode
        self._kind = None if frame.fin else kind
        if not continues:
            self._utf8.reset()
        if kind is None:
            return Place(None, NOTHING_BEGUN)
        is_sound = kind is not Opcode.TEXT or self._is_utf8(payload, final=frame.fin)
        first = begun if continues else None
        if begun and not continues:
            return Place(first, NOT_ENDED)
        return Place(first, "" if is_sound else NOT_UTF8)

    def _is_utf8(self, payload: bytes, *, final: bool) -> bool:
        """Whether the text goes on with this payload. A character may be cut by the border of two frames."""
        try:
            self._utf8.decode(payload, final)
        except UnicodeDecodeError:
            self._utf8.reset()
            return False
        return True
