"""Remember which seats are taken, and each change by its number."""

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

SHOWS = {1: 120, 2: 120, 3: 80}  # how many seats each show has
HISTORY = 500  # changes that are remembered; who missed more gets all seats anew


class SeatError(ValueError):
    """A seat that is not there, or already as it is wanted. Its words are for the client."""


class Change(Protocol):
    """What a feed reads of a change, whoever made it."""

    @property
    def number(self) -> int: ...
    @property
    def show(self) -> int: ...
    @property
    def seat(self) -> int: ...
    @property
    def taken(self) -> bool: ...


class Journal(Protocol):
    """Where a feed looks things up. It is asked in the event loop, and has to answer at once."""

    @property
    def life(self) -> str:
        """Names this series of numbers, and changes when they begin anew; "" if they never do."""

    def changes(self, since: int) -> Sequence[Change]:
        """All changes after number `since`, in order. Raises LookupError where it does not know them."""

    def snapshot(self, show: int) -> tuple[int, int, Sequence[int]]:
        """The number of the last change, how many seats there are, which are taken. LookupError: no such show."""


class Desk(Protocol):
    """Where a client's wish is done. Both raise SeatError, in words for the client."""

    def take(self, show: int, seat: int) -> object: ...
    def free(self, show: int, seat: int) -> object: ...


@dataclass(frozen=True)
class SeatChange:
    number: int  # 1, 2, 3 and so on, over all shows
    show: int
    seat: int
    taken: bool


class Seats:
    """The seats of all shows, in memory, for any number of threads.

    `life` names the numbers: after a restart they begin anew, under another name. `watchers` are called after
    each change, in the thread that made it.
    """

    def __init__(self, shows: Mapping[int, int] = SHOWS, life: str | None = None) -> None:
        self.shows = dict(shows)
        self.life = secrets.token_hex(4) if life is None else life
        self.watchers: list[Callable[[SeatChange], object]] = []
        self._taken: dict[int, set[int]] = {show: set() for show in self.shows}
        self._history: deque[SeatChange] = deque(maxlen=HISTORY)
        self._number = 0
        self._lock = Lock()

    def take(self, show: int, seat: int) -> SeatChange:
        return self._change(show, seat, taken=True)

    def free(self, show: int, seat: int) -> SeatChange:
        return self._change(show, seat, taken=False)

    def snapshot(self, show: int) -> tuple[int, int, list[int]]:
        """The number of the last change, how many seats there are, and which are taken. Raises KeyError."""
        with self._lock:
            return self._number, self.shows[show], sorted(self._taken[show])

    def changes(self, since: int) -> Sequence[SeatChange]:
        """All changes after number `since`. Raises LookupError where they are not remembered."""
        with self._lock:
            missed = self._number - since
            if not 0 <= missed <= len(self._history):
                raise LookupError(f"the changes after number {since} are not known here")
            return list(self._history)[len(self._history) - missed :]

    def _change(self, show: int, seat: int, *, taken: bool) -> SeatChange:
        with self._lock:
            change = self._write_down(show, seat, taken)
        for watcher in self.watchers:
            watcher(change)
        return change

    def _write_down(self, show: int, seat: int, taken: bool) -> SeatChange:
        if not 1 <= seat <= self.shows[show]:
            raise SeatError(f"show {show} has seats 1 to {self.shows[show]}")
        if (seat in self._taken[show]) == taken:
            raise SeatError(f"seat {seat} is {'taken' if taken else 'free'} already")
        (self._taken[show].add if taken else self._taken[show].remove)(seat)
        self._number += 1
        change = SeatChange(self._number, show, seat, taken)
        self._history.append(change)
        return change
