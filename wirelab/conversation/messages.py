"""What crosses a wire, as things with names; here what all have in common, and the two that are no protocol's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from wirelab.conversation import html_view, text_view
from wirelab.conversation.formatting import plural, raw_lines, shortened_line, visible
from wirelab.conversation.recording import Side
from wirelab.conversation.viewable import Part


@dataclass(frozen=True, kw_only=True, repr=False)
class Message:
    """What one side sent in one go.

    `at` and `until` are the seconds, from the first byte that was recorded, at which its first and last
    byte came. `raw` are its bytes as they crossed the wire; `lost` more of them were not kept.
    `trouble` is a sentence about what is wrong with it, or empty.
    """

    is_end: ClassVar[bool] = False  # whether it is the end of a connection, and has no bytes

    connection: int
    side: Side
    at: float
    until: float
    raw: bytes
    lost: int = 0
    trouble: str = ""

    @property
    def size(self) -> int:
        """How many bytes it took on the wire."""
        return len(self.raw) + self.lost

    @property
    def first_line(self) -> str:
        """It in one line, as the head of what is shown of it."""
        raise NotImplementedError

    @property
    def summary(self) -> str:
        """What else is worth knowing without looking into it, in a few words."""
        return plural(self.size, "byte")

    def parts(self) -> Sequence[Part]:
        """Everything in it, from its headers to its bytes."""
        raise NotImplementedError

    @property
    def tone(self) -> str:
        """good, care or bad, for its colour; the words say the same."""
        return "bad" if self.trouble else "good"

    def __repr__(self) -> str:
        return text_view.conversation([self], [], server="")

    def _repr_html_(self) -> str:
        return html_view.conversation([self], [], server="")


@dataclass(frozen=True, kw_only=True, repr=False)
class Unreadable(Message):
    """Bytes that are neither HTTP nor WebSocket, as they came."""

    @property
    def first_line(self) -> str:
        line = self.raw.partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "backslashreplace")
        return shortened_line(visible(line)) or plural(self.size, "byte")

    def parts(self) -> Sequence[Part]:
        return [Part("body", f"{plural(self.size, 'byte')}, as they came", raw_lines(self.raw, self.size))]


@dataclass(frozen=True, kw_only=True, repr=False)
class OtherProtocol(Unreadable):
    """Bytes of a protocol that both sides speak, and that is not read here."""

    protocol: str

    @property
    def first_line(self) -> str:
        return visible(self.protocol)

    @property
    def summary(self) -> str:
        told = ", encrypted: only the two ends can read them" if self.protocol == "TLS" else ", not read here"
        return plural(self.size, "byte") + told


@dataclass(frozen=True, kw_only=True, repr=False)
class Ending(Message):
    """A side ended the connection where it should not have: no bytes, and a trouble that says what is missing."""

    is_end: ClassVar[bool] = True

    @property
    def first_line(self) -> str:
        return "end of the connection"

    @property
    def summary(self) -> str:
        return ""

    def parts(self) -> Sequence[Part]:
        return []
