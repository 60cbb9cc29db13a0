"""What a message has to have so that it can be shown, as text or as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from wirelab.conversation.recording import Side


@dataclass(frozen=True)
class Part:
    """A piece of a message: a title, and lines of code or bytes. `name` is headers, body, trailers, frame or raw.

    The lines of a part that `is_repeated` stand in another part of the same message, told more plainly.
    """

    name: str
    title: str
    lines: Sequence[str]
    is_repeated: bool = False


class Viewable(Protocol):
    """A message, whatever its kind."""

    @property
    def connection(self) -> int: ...  # its number, from 0
    @property
    def side(self) -> Side: ...  # who sent it
    @property
    def at(self) -> float: ...  # seconds
    @property
    def trouble(self) -> str: ...  # a sentence, or nothing
    @property
    def is_end(self) -> bool: ...
    @property
    def first_line(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def tone(self) -> str: ...  # good, care or bad
    def parts(self) -> Sequence[Part]: ...
