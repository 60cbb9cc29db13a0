"""What a box office knows: its shows, its bookings, and that a seat is sold once."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any

from werkzeug.exceptions import Conflict, NotFound

FIELDS = {"show": int, "seat": int, "name": str}  # of a booking, as a client sends it


@dataclass(frozen=True)
class Show:
    id: int
    title: str
    starts: str
    seats: int


@dataclass(frozen=True)
class Booking:
    id: int
    show: int
    seat: int
    name: str


SHOWS = (
    Show(1, "Hamlet", "2027-03-05T19:30", 120),
    Show(2, "The Tempest", "2027-03-06T19:30", 120),
    Show(3, "Twelfth Night", "2027-03-07T15:00", 80),
)


class SeatTaken(Conflict):
    """Somebody has this seat already. A service answers it with 409 Conflict (RFC 9110 §15.5.10)."""

    description = "this seat is taken"


class Store:
    """All shows and bookings, in memory. The lock keeps two requests from booking one seat."""

    def __init__(self, shows: Iterable[Show] = SHOWS) -> None:
        self.shows = {show.id: show for show in shows}
        self.bookings: dict[int, Booking] = {}
        self._numbers = count(1)  # never given twice, not even after a booking is cancelled
        self._lock = Lock()

    def book(self, show: int, seat: int, name: str) -> Booking:
        with self._lock:
            return self._keep(Booking(next(self._numbers), show, seat, name))

    def change(self, booking: Booking) -> Booking:
        with self._lock:
            if booking.id not in self.bookings:  # it was cancelled in between
                raise NotFound(f"there is no booking {booking.id}")
            return self._keep(booking)

    def cancel(self, booking: Booking) -> None:
        with self._lock:
            self.bookings.pop(booking.id, None)

    def _keep(self, booking: Booking) -> Booking:
        others = (other for other in self.bookings.values() if other.id != booking.id)
        if any((other.show, other.seat) == (booking.show, booking.seat) for other in others):
            raise SeatTaken
        self.bookings[booking.id] = booking
        return booking


def fault(wanted: Any, shows: dict[int, Show]) -> str | None:
    """What is wrong with a booking a client sent, or None."""
    if not isinstance(wanted, dict) or wanted.keys() != FIELDS.keys():
        return "a booking has exactly show, seat and name"
    for name, kind in FIELDS.items():
        if type(wanted[name]) is not kind:
            return f"{name} has to be {'text' if kind is str else 'a whole number'}"
    show = shows.get(wanted["show"])
    if show is None:
        return f"there is no show {wanted['show']}"
    return None if 1 <= wanted["seat"] <= show.seats else f"{show.title} has seats 1 to {show.seats}"
