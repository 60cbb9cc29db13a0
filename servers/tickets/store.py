"""Store the shows and bookings of a box office, and sell each seat once."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product

from werkzeug.exceptions import Conflict, NotFound

from servers.tickets.auth import Customers
from servers.tickets.transactions import Database


@dataclass(frozen=True)
class Show:
    """A show. `starts` is a local time, as in "2027-03-05T19:30"; its seats have the numbers 1 to `seats`."""

    id: int
    title: str
    starts: str
    seats: int


@dataclass(frozen=True)
class Booking:
    """A seat that is sold. `name` is the name of the visitor."""

    id: int
    show: int
    seat: int
    name: str
    owner: int | None = None  # the number of a customer; None: made at the counter, open to everyone
    changed: str = ""  # when, in UTC


@dataclass(frozen=True)
class Change:
    """A seat was taken, or became free. Numbers rise in the order in which it happened."""

    number: int
    show: int
    seat: int
    taken: bool


SHOWS = (
    Show(1, "Hamlet", "2027-03-05T19:30", 120),
    Show(2, "The Tempest", "2027-03-06T19:30", 120),
    Show(3, "Twelfth Night", "2027-03-07T15:00", 80),
)
MAX_ROWS = 1000  # that one question to the database is answered with
VISIBLE_TO_CUSTOMER = "(owner IS NULL OR owner IS ?)"


class SeatTaken(Conflict):
    """Somebody has this seat already. A service answers it with 409 Conflict (RFC 9110 §15.5.10)."""

    description = "this seat is taken"


class NoSuchBooking(NotFound):
    """There is no booking with this number. A service answers it with 404 Not Found (RFC 9110 §15.5.5)."""

    def __init__(self, id: int) -> None:
        super().__init__(f"there is no booking {id}")


def utc_now() -> str:
    """This second, as in "2026-11-25T13:00:00Z" (RFC 3339)."""
    return rfc3339(int(time.time()))


@lru_cache  # a second has many bookings
def rfc3339(seconds: int) -> str:
    """A moment, from seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def find_booking(db: sqlite3.Connection, id: int) -> Booking:
    """The booking with this number. Raises NoSuchBooking."""
    try:
        row = db.execute("SELECT * FROM bookings WHERE id = ?", [id]).fetchone()
    except OverflowError:  # a number that SQLite cannot have
        row = None
    if row is None:
        raise NoSuchBooking(id)
    return Booking(*row)


def keep(db: sqlite3.Connection, statement: str, booking: Booking) -> int:
    """Write the booking, whose seat must be free; its number, where SQLite chose it."""
    try:
        return db.execute(statement, vars(booking)).lastrowid or 0
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname == "SQLITE_CONSTRAINT_UNIQUE":
            raise SeatTaken from None
        raise


def record_change(db: sqlite3.Connection, booking: Booking, *, taken: bool) -> Change:
    """Write down that the seat of a booking was taken, or became free."""
    into = "INSERT INTO changes (show, seat, taken) VALUES (?, ?, ?)"
    number = db.execute(into, [booking.show, booking.seat, taken]).lastrowid or 0
    return Change(number, booking.show, booking.seat, taken)


class Store:
    """Shows, bookings and customers, in a file or in memory. Any thread may use it.

    `shows` are added where the file does not have them yet. Raises sqlite3.Error if the file cannot be used.
    """

    def __init__(self, path: str = ":memory:", shows: Iterable[Show] = SHOWS) -> None:
        self.watchers: list[Callable[[Change], None]] = []  # called with each change, in order; they only read
        self._database = Database(path)
        self.customers = Customers(self._database)
        with self._database.writing() as db:
            db.executemany("INSERT OR IGNORE INTO shows VALUES (?, ?, ?, ?)", map(astuple, shows))
            self.life: str = db.execute("SELECT name FROM life").fetchone()[0]
            self.shows = {row[0]: Show(*row) for row in db.execute("SELECT * FROM shows ORDER BY id")}

    def close(self) -> None:
        """Close the database; after that the store cannot be used."""
        self._database.close()

    # Reading

    def taken(self, show: int) -> list[int]:
        """The seats of a show that are sold, in order."""
        with self._database.reading() as db:
            rows = db.execute("SELECT seat FROM bookings WHERE show = ? ORDER BY seat", [show])
            return [seat for (seat,) in rows]

    def booking(self, id: int) -> Booking:
        """The booking with this number. Raises NoSuchBooking."""
        with self._database.reading() as db:
            return find_booking(db, id)

    def bookings(self, after: int = 0, limit: int = MAX_ROWS, customer: int | None = None) -> list[Booking]:
        """At most `limit` bookings above number `after`, in order: those without an owner, and this customer's."""
        wanted = f"SELECT * FROM bookings WHERE id > ? AND {VISIBLE_TO_CUSTOMER} ORDER BY id LIMIT ?"
        with self._database.reading() as db:
            return [Booking(*row) for row in db.execute(wanted, [after, customer, limit])]

    def page_before(self, after: int, limit: int, customer: int | None = None) -> int | None:
        """The `after` of the page that ends at number `after`; None if there is no such page."""
        wanted = f"SELECT id FROM bookings WHERE id <= ? AND {VISIBLE_TO_CUSTOMER} ORDER BY id DESC LIMIT ?"
        with self._database.reading() as db:
            ids = [id for (id,) in db.execute(wanted, [after, customer, limit + 1])]
        return ids[limit] if len(ids) > limit else 0 if ids else None

    def changes(self, since: int = 0, limit: int = MAX_ROWS) -> list[Change]:
        """The first `limit` changes above number `since`, in order, whichever process made them."""
        with self._database.reading() as db:
            rows = db.execute("SELECT * FROM changes WHERE number > ? ORDER BY number LIMIT ?", [since, limit])
            return [Change(number, show, seat, bool(taken)) for number, show, seat, taken in rows]

    def snapshot(self, show: int) -> tuple[int, int, list[int]]:
        """The number of the last change, how many seats a show has, and which are sold. Raises KeyError."""
        with self._database.reading() as db:
            number = db.execute("SELECT coalesce(max(number), 0) FROM changes").fetchone()[0]
        # The seats may be newer than the number: then a client is told of a change twice, which does no harm.
        return number, self.shows[show].seats, self.taken(show)

    # Writing: each method is one transaction

    def book(self, show: int, seat: int, name: str, owner: int | None = None) -> Booking:
        """Sell a seat; `owner` is the number of a customer. Raises SeatTaken."""
        fields = "(show, seat, name, owner, changed) VALUES (:show, :seat, :name, :owner, :changed)"
        with self._writing() as (db, changes):
            wanted = Booking(0, show, seat, name, owner, utc_now())
            booking = replace(wanted, id=keep(db, f"INSERT INTO bookings {fields}", wanted))
            changes += [record_change(db, booking, taken=True)]
        return booking

    def change(self, id: int, decide: Callable[[Booking], Booking]) -> Booking:
        """Keep what `decide` makes of the booking. Nobody else changes it in between.

        Raises NoSuchBooking, SeatTaken, or what `decide` raises; then nothing has changed.
        """
        fields = "show = :show, seat = :seat, name = :name, changed = :changed"
        with self._writing() as (db, changes):
            old = find_booking(db, id)
            new = replace(decide(old), id=id, owner=old.owner, changed=utc_now())
            keep(db, f"UPDATE bookings SET {fields} WHERE id = :id", new)
            if (old.show, old.seat) != (new.show, new.seat):
                changes += [record_change(db, old, taken=False), record_change(db, new, taken=True)]
        return new

    def cancel(self, id: int, check: Callable[[Booking], object] = lambda booking: None) -> None:
        """Delete a booking, unless `check` raises an exception. Raises NoSuchBooking."""
        with self._writing() as (db, changes):
            booking = find_booking(db, id)
            check(booking)
            db.execute("DELETE FROM bookings WHERE id = ?", [id])
            changes += [record_change(db, booking, taken=False)]

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, list[Change]]]:
        """A transaction, and a list for its changes, which the watchers are called with when it is over."""
        changes: list[Change] = []
        with self._database.writer:
            with self._database.writing() as db:
                yield db, changes
            for change, watcher in product(changes, self.watchers):
                try:
                    watcher(change)
                except Exception:  # the booking is kept: its client must not be told that it failed
                    logging.getLogger(__name__).exception("A watcher failed at %s", change)
