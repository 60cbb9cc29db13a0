"""Remember which seats are taken, and each change by its number."""

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

SEATS_PER_SHOW = {1: 120, 2: 120, 3: 80}
HISTORY = 500  # changes that are remembered; a client that missed more gets all seats anew


class SeatError(ValueError):
    """A seat that does not exist, or is already taken or free. The message is for the client."""


class Change(Protocol):
    """What a feed reads of a change, whoever made it."""

    @property
    def number(self) -> int:
        """1, 2, 3 and so on, over all shows."""

    @property
    def show(self) -> int:
        """The number of the show."""

    @property
    def seat(self) -> int:
        """The number of the seat, from 1 on."""

    @property
    def taken(self) -> bool:
        """Whether the seat was taken; if not, it became free."""


class Journal(Protocol):
    """What a feed reads from. It is called in the event loop, so it has to answer at once."""

    @property
    def life(self) -> str:
        """Names this series of numbers, and changes when they begin anew; "" if they never do."""

    def changes(self, since: int, limit: int) -> Sequence[Change]:
        """The first `limit` changes after number `since`, in order. LookupError: it does not know them all."""

    def snapshot(self, show: int) -> tuple[int, int, Sequence[int]]:
        """The number of the last change, how many seats there are, which are taken. LookupError: no such show."""


class SeatCommands(Protocol):
    """What carries out the commands of clients. Both methods raise SeatError, with a message for the client."""

    def take(self, show: int, seat: int) -> object:
        """Take a seat that is free."""

    def free(self, show: int, seat: int) -> object:
        """Free a seat that is taken."""


@dataclass(frozen=True)
class SeatChange:
    """A seat that was taken, or became free. `number` is 1, 2, 3 and so on, over all shows."""

    number: int
    show: int
    seat: int
    taken: bool


class Seats:
    """The seats of all shows, in memory, for any number of threads.

    `shows` has for each show how many seats it has. `life` names the numbers: after a restart they begin anew,
    under another name. `watchers` are called after each change, in the thread that made it.
    """

    def __init__(self, shows: Mapping[int, int] = SEATS_PER_SHOW, life: str | None = None) -> None:
        self.shows = dict(shows)
        self.life = secrets.token_hex(4) if life is None else life
        self.watchers: list[Callable[[SeatChange], object]] = []
        self._taken: dict[int, set[int]] = {show: set() for show in self.shows}
        self._history: deque[SeatChange] = deque(maxlen=HISTORY)
        self._number = 0
        self._lock = Lock()

    def take(self, show: int, seat: int) -> SeatChange:
        """Take a seat. Raises SeatError if it is taken or does not exist, and KeyError for an unknown show."""
        return self._change(show, seat, taken=True)

    def free(self, show: int, seat: int) -> SeatChange:
        """Free a seat. Raises SeatError if it is free or does not exist, and KeyError for an unknown show."""
        return self._change(show, seat, taken=False)

    def snapshot(self, show: int) -> tuple[int, int, list[int]]:
        """The number of the last change, how many seats there are, and which are taken. Raises KeyError."""
        with self._lock:
            return self._number, self.shows[show], sorted(self._taken[show])

    def changes(self, since: int, limit: int = HISTORY) -> Sequence[SeatChange]:
        """The first `limit` changes after number `since`. Raises LookupError where they are not remembered."""
        with self._lock:
            missed = self._number - since
            if not 0 <= missed <= len(self._history):
                raise LookupError(f"the changes after number {since} are not known here")
            return list(self._history)[len(self._history) - missed :][:limit]

    def _change(self, show: int, seat: int, *, taken: bool) -> SeatChange:
        with self._lock:
            change = self._record(show, seat, taken)
        for watcher in self.watchers:
            watcher(change)
        return change

    def _record(self, show: int, seat: int, taken: bool) -> SeatChange:
        if not 1 <= seat <= self.shows[show]:
            raise SeatError(f"show {show} has seats 1 to {self.shows[show]}")
        if (seat in self._taken[show]) == taken:
            raise SeatError(f"seat {seat} is {'taken' if taken else 'free'} already")
        (self._taken[show].add if taken else self._taken[show].remove)(seat)
        self._number += 1
        change = SeatChange(self._number, show, seat, taken)
        self._history.append(change)
        return change
