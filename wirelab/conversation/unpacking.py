"""Unpack a body as its `Content-Encoding` says, up to a limit (RFC 9110 §8.4)."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from wirelab.conversation.formatting import plural

MAX_MEMBERS = 100  # of gzip, one behind the other; each costs a copy of the rest
ZLIB_OR_GZIP, GZIP, NO_HEADER = 47, 31, -15  # what zlib is told to expect


@dataclass(frozen=True)
class Unpacked:
    """What came of a body: `data` are its first bytes, or all of them.

    `coding` is what it was packed with, as it was written, or empty where it was not packed. If it cannot be
    unpacked, `data` is the body as it came. `behind` bytes follow the packed ones and are none of them.
    """

    data: bytes
    coding: str = ""
    is_unpacked: bool = False
    has_more: bool = False  # than so many bytes, where unpacking ended
    is_ended: bool = True  # the packed bytes go up to their end
    behind: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether `data` are all the bytes that were packed."""
        return self.is_ended and not self.has_more and not self.behind

    @property
    def story(self) -> str:
        """How it was unpacked, and to how much, in a few words; nothing where it was not packed."""
        if not self.coding:
            return ""
        if not self.is_unpacked:
            return f"packed with {self.coding}, and not unpacked"
        size = plural(len(self.data), "byte")
        if self.has_more:
            return f"unpacked from {self.coding} to more than {size}"
        end = "" if self.is_ended else ", without its end"
        behind = f", and {plural(self.behind, 'byte')} behind them not unpacked" if self.behind else ""
        return f"unpacked from {self.coding} to {size}{end}{behind}"


def unpack(body: bytes, encoding: str, most: int) -> Unpacked:
    """Undo the codings of a `Content-Encoding`, the last one first, to `most` bytes. If one cannot be, none is."""
    codings = [name for word in encoding.lower().split(",") if (name := word.strip()) not in ("", "identity")]
    if not codings or not body:
        return Unpacked(body)
    found = Unpacked(body, encoding.strip())
    for coding in reversed(codings):
        undone = UNDO[coding](found.data, most) if coding in UNDO else None
        if undone is None:
            return Unpacked(body, encoding.strip())
        found = Unpacked(
            undone.data,
            found.coding,
            is_unpacked=True,
            has_more=found.has_more or undone.has_more,
            is_ended=found.is_ended and undone.is_ended,
            behind=found.behind + undone.behind,
        )
    return found


def _ungzip(packed: bytes, most: int) -> Unpacked | None:
    """The members of a gzip file, one behind the other (RFC 1952 §2.2)."""
    whole = b""
    for number in range(MAX_MEMBERS):
        member = _inflated(packed, GZIP, most - len(whole))
        if member is None:
            return Unpacked(whole, behind=len(packed)) if number else None
        whole += member.data
        packed = packed[len(packed) - member.behind :]
        if not packed or member.has_more:
            return Unpacked(whole, has_more=member.has_more, is_ended=member.is_ended)
    return Unpacked(whole, behind=len(packed))


def _undeflate(packed: bytes, most: int) -> Unpacked | None:
    """deflate is zlib's format (RFC 9110 §8.4.1.2); some programs leave its header out."""
    found = _inflated(packed, ZLIB_OR_GZIP, most)
    if found is None:
        bare = _inflated(packed, NO_HEADER, most)
        return bare if bare and (bare.has_more or (bare.is_ended and not bare.behind)) else None
    return found


def _inflated(packed: bytes, bits: int, most: int) -> Unpacked | None:
    """At most so many bytes, or None where this is not the format."""
    inflater = zlib.decompressobj(bits)
    try:
        data = inflater.decompress(packed, most + 1)
    except zlib.error:
        return None
    if len(data) > most:
        return Unpacked(data[:most], has_more=True)
    return Unpacked(data, is_ended=inflater.eof, behind=len(inflater.unused_data))


UNDO: dict[str, Callable[[bytes, int], Unpacked | None]] = {
    "gzip": _ungzip,
    "x-gzip": _ungzip,
    "deflate": _undeflate,
}
