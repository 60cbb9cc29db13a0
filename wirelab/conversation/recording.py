"""Keep what two sides of a connection sent, with times, in bounded memory."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

KEPT_HEAD = 2 * 2**20  # bytes of each side of a connection that are kept from its beginning
KEPT_TAIL = 2**16  # and from its end; what lies between is counted only
MEMORY_BUDGET = 64 * 2**20  # bytes that are kept of all connections together, before each keeps its tail alone
MAX_CONNECTIONS_KEPT = 5_000  # kept; later ones are counted only
PIECE_OVERHEAD = 200  # bytes that one piece costs beside its data


class Side(StrEnum):
    """One of the two ends of a connection."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> "Side":
        """The end that it talks to."""
        return Side.SERVER if self is Side.CLIENT else Side.CLIENT


class End(StrEnum):
    """How a side stopped sending."""

    CLOSED = "closed"  # it said that it has no more to send (TCP's FIN)
    RESET = "reset"  # it broke the connection off (TCP's RST)
    UNREACHABLE = "unreachable"  # nobody listened


@dataclass(frozen=True)
class Piece:
    """What one side did at one moment: it sent `data`, or it ended.

    `at` is in seconds since the recording began. `lost` bytes were sent just before `data` and not kept.
    """

    at: float
    side: Side
    data: bytes = b""
    lost: int = 0
    end: End | None = None


@dataclass(frozen=True)
class Recording:
    """One connection: its number, from 0, and its pieces in the order of time."""

    number: int
    pieces: Sequence[Piece]

    def sent_by(self, side: Side) -> bytes:
        """Every byte of one side that was kept."""
        return b"".join(piece.data for piece in self.pieces if piece.side is side)


class Memory:
    """How much may still be kept, for all connections of a tap."""

    def __init__(self, budget: int = MEMORY_BUDGET) -> None:
        self._left = budget
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Whether `size` bytes may be kept; if so, they count until they are given back."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give(self, size: int) -> None:
        """Give back what was taken."""
        with self._lock:
            self._left += size


class Recorder:
    """Writes one connection down while it lasts. Any thread may call it. `clock` tells seconds."""

    def __init__(
        self,
        number: int,
        memory: Memory,
        clock: Callable[[], float],
        *,
        head: int = KEPT_HEAD,
        tail: int = KEPT_TAIL,
    ) -> None:
        self._number, self._memory, self._clock = number, memory, clock
        self._lock = threading.Lock()
        self._pieces: list[Piece] = []
        self._rolls = {side: _Roll(memory, head, tail) for side in Side}
        self._changes = 0

    def sent(self, side: Side, data: bytes) -> None:
        """`side` sent `data`."""
        with self._lock:
            piece = Piece(self._clock(), side, data)
            if self._rolls[side].takes(piece):
                self._pieces.append(piece)
            self._changes += 1

    def ended(self, side: Side, end: End) -> None:
        """`side` stopped sending. Only the first end of a side counts."""
        with self._lock:
            if self._rolls[side].end is None:
                self._rolls[side].end = Piece(self._clock(), side, end=end)
                self._changes += 1

    @property
    def changes(self) -> int:
        """How often something was written down: the same number means the same recording."""
        return self._changes

    @property
    def is_over(self) -> bool:
        """Whether both sides have stopped sending, or nobody listened."""
        ends = [roll.end for roll in self._rolls.values() if roll.end]
        return len(ends) == len(Side) or any(piece.end is End.UNREACHABLE for piece in ends)

    def forget(self) -> None:
        """Give back all memory that a connection has taken which is over. What was written down is gone."""
        with self._lock:
            for roll in self._rolls.values():
                roll.forget()
            self._memory.give(sum(_cost(piece) for piece in self._pieces))
            self._pieces = []
            self._changes += 1

    def recording(self) -> Recording:
        """What has been written down so far."""
        with self._lock:
            rest = [piece for roll in self._rolls.values() for piece in roll.rest()]
            return Recording(self._number, sorted([*self._pieces, *rest], key=lambda piece: piece.at))


class _Roll:
    """The later bytes of one side: the last ones are kept, and those before them counted."""

    def __init__(self, memory: Memory, head: int, tail: int) -> None:
        self._memory, self._head_left, self._tail_size = memory, head, tail
        self._tail: deque[Piece] = deque()
        self._in_tail, self._lost, self._last = 0, 0, Piece(0.0, Side.CLIENT)
        self.end: Piece | None = None

    def takes(self, piece: Piece) -> bool:
        """Whether the piece belongs to the beginning, which is kept whole. If not, it is taken in here."""
        cost = _cost(piece)
        is_head = not self._tail and not self._lost and cost <= self._head_left
        if is_head and self._memory.take(cost):
            self._head_left -= cost
            return True
        self._last = piece
        self._keep_last(piece)
        return False

    def _keep_last(self, piece: Piece) -> None:
        """Make room for the piece at the end, or for as much of its end as there may be."""
        room = max(self._tail_size - PIECE_OVERHEAD, 0)
        kept = replace(piece, data=piece.data[-room:] if room else b"")
        cost = _cost(kept)
        while self._tail and self._in_tail + cost > self._tail_size:
            self._drop()
        while room and not (taken := self._memory.take(cost)) and self._tail:
            self._drop()
        if not room or not taken:
            self._lost += len(piece.data)
            return
        self._lost += len(piece.data) - len(kept.data)
        self._tail.append(kept)
        self._in_tail += cost

    def _drop(self) -> None:
        gone = self._tail.popleft()
        self._in_tail -= _cost(gone)
        self._memory.give(_cost(gone))
        self._lost += len(gone.data)

    def forget(self) -> None:
        """Give back the memory of the pieces at the end."""
        while self._tail:
            self._drop()

    def rest(self) -> list[Piece]:
        """The pieces at the end, the first of them with the count of what is missing before it."""
        kept = list(self._tail)
        if self._lost:
            first = kept[0] if kept else replace(self._last, data=b"")
            kept[:1] = [replace(first, lost=self._lost)]
        return [*kept, *([self.end] if self.end else [])]


def _cost(piece: Piece) -> int:
    return len(piece.data) + PIECE_OVERHEAD
