"""The box office's memory: a seat is sold once, a number is given once, and what was promised is kept."""

import gc
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import NotFound

from servers.tickets.store import MAX_ROWS, Booking, Change, SeatTaken, Show, Store
from servers.tickets.transactions import CONNECTIONS_PER_FILE


@pytest.fixture(params=["in memory", "in a file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = Store(":memory:" if request.param == "in memory" else str(tmp_path / "office.db"))
    yield store
    store.close()


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "office.db")


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    stores: list[Store] = []

    def open_store(file: str) -> Store:
        stores.append(Store(file))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


def told(booking: Booking) -> tuple[int, int, int, str]:
    return booking.id, booking.show, booking.seat, booking.name


def to_seat(seat: int) -> Callable[[Booking], Booking]:
    return lambda booking: replace(booking, seat=seat)


def test_a_store_has_the_shows_of_the_season_and_no_bookings(store: Store) -> None:
    assert [show.title for show in store.shows.values()] == ["Hamlet", "The Tempest", "Twelfth Night"]
    assert (store.bookings(), store.changes(), store.taken(1)) == ([], [], [])


def test_a_store_may_have_other_shows() -> None:
    opera = Show(9, "Carmen", "2027-05-01T19:00", 10)
    assert Store(shows=[opera]).shows == {9: opera}


def test_two_memories_share_nothing() -> None:
    store = Store()
    Store().book(1, 7, "Ada")
    assert store.bookings() == []


def test_a_booking_is_kept_under_its_number(store: Store) -> None:
    booking = store.book(1, 7, "Ada")
    assert told(booking) == (1, 1, 7, "Ada")
    assert store.booking(1) == booking
    assert store.bookings() == [booking]


@pytest.mark.parametrize("id", [0, 1, -1, 2**63, 10**30])
def test_what_is_not_there_is_not_found(store: Store, id: int) -> None:
    with pytest.raises(NotFound, match=f"there is no booking {id}"):
        store.booking(id)


# A seat is sold once ------------------------------------------------------------------------------------


def test_a_seat_is_sold_once(store: Store) -> None:
    store.book(1, 7, "Ada")
    with pytest.raises(SeatTaken, match="409 Conflict: this seat is taken"):
        store.book(1, 7, "Bo")


def test_of_twenty_threads_that_race_for_a_seat_one_wins(store: Store, hasty: None) -> None:
    def race(number: int) -> bool:
        start.wait(10)
        with suppress(SeatTaken):
            return bool(store.book(1, 120, f"runner {number}"))
        return False

    start = Barrier(20)
    with ThreadPoolExecutor(20) as runners:
        assert sum(runners.map(race, range(20))) == 1


def test_the_database_itself_refuses_to_sell_a_seat_twice(file: str, opened: Callable[[str], Store]) -> None:
    opened(file).book(1, 7, "Ada")
    with sqlite3.connect(file) as db, pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        db.execute("INSERT INTO bookings (show, seat, name, changed) VALUES (1, 7, 'Bo', '')")
    db.close()


def test_a_booking_needs_a_show_that_is_played(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        store.book(4, 7, "Ada")
    assert (store.bookings(), store.changes()) == ([], [])


def test_the_same_seat_of_another_show_is_another_seat(store: Store) -> None:
    store.book(1, 7, "Ada")
    assert store.book(2, 7, "Ada").id == 2


def test_a_cancelled_seat_can_be_sold_again_under_a_new_number(store: Store) -> None:
    store.cancel(store.book(1, 7, "Ada").id)
    assert store.book(1, 7, "Bo").id == 2


def test_cancelling_twice_is_not_found(store: Store) -> None:
    booking = store.book(1, 7, "Ada")
    store.cancel(booking.id)
    with pytest.raises(NotFound):
        store.cancel(booking.id)


def test_a_change_to_a_free_seat_frees_the_old_one(store: Store) -> None:
    store.change(store.book(1, 7, "Ada").id, to_seat(8))
    assert store.taken(1) == [8]
    assert store.book(1, 7, "Bo").seat == 7


def test_a_change_to_a_taken_seat_changes_nothing(store: Store) -> None:
    ada, bo = store.book(1, 7, "Ada"), store.book(1, 8, "Bo")
    with pytest.raises(SeatTaken):
        store.change(bo.id, to_seat(7))
    assert store.bookings() == [ada, bo]
    assert len(store.changes()) == 2


def test_a_change_does_not_bring_back_what_was_cancelled(store: Store) -> None:
    booking = store.book(1, 7, "Ada")
    store.cancel(booking.id)
    with pytest.raises(NotFound, match="there is no booking 1"):
        store.change(booking.id, to_seat(8))


def test_a_change_that_is_decided_against_changes_nothing(store: Store) -> None:
    def decide(booking: Booking) -> Booking:
        raise LookupError("no")

    booking = store.book(1, 7, "Ada")
    for attempt in (store.change, store.cancel):
        with pytest.raises(LookupError):
            attempt(booking.id, decide)
    assert store.bookings() == [booking]


def test_a_change_cannot_give_away_a_booking_or_its_number(store: Store) -> None:
    ada, _ = store.customers.register("Ada")
    booking = store.book(1, 7, "Ada", ada.id)
    changed = store.change(booking.id, lambda old: replace(old, id=99, owner=None))
    assert (changed.id, changed.owner) == (booking.id, ada.id)


def test_changes_of_many_threads_are_all_kept(store: Store, hasty: None) -> None:
    def one_more(number: int) -> None:
        store.change(booking.id, lambda old: replace(old, name=old.name + "x"))

    booking = store.book(1, 7, "")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one_more, range(40)))
    assert store.booking(booking.id).name == "x" * 40


STEPS = st.tuples(st.sampled_from(["book", "change", "cancel"]), st.integers(1, 4), st.integers(1, 3))


@given(st.lists(STEPS))
def test_whatever_happens_a_seat_is_sold_once_and_a_number_given_once(steps: list[tuple[str, int, int]]) -> None:
    store, numbers, seats = Store(), [], set()
    for step, id, seat in steps:
        with suppress(NotFound, SeatTaken):
            match step:
                case "book":
                    numbers.append(store.book(1, seat, "Ada").id)
                case "change":
                    store.change(id, to_seat(seat))
                case "cancel":
                    store.cancel(id)
    sold = [booking.seat for booking in store.bookings()]
    assert len(sold) == len(set(sold))
    assert len(numbers) == len(set(numbers))
    for change in store.changes():  # the changes tell the same story
        (seats.add if change.taken else seats.remove)(change.seat)
    assert sorted(sold) == sorted(seats) == store.taken(1)
    store.close()


# Pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def five(store: Store) -> Store:
    for seat in range(1, 6):
        store.book(1, seat, "Ada")
    return store


def test_bookings_come_in_pages(five: Store) -> None:
    assert [booking.id for booking in five.bookings(after=2, limit=2)] == [3, 4]


@pytest.mark.parametrize(("after", "before"), [(0, None), (1, 0), (2, 0), (3, 1), (5, 3), (99, 3)])
def test_the_page_before_is_found(five: Store, after: int, before: int | None) -> None:
    assert five.page_before(after, limit=2) == before


def test_a_customer_sees_what_the_counter_sold_and_their_own(store: Store) -> None:
    ada, bo = (store.customers.register(name)[0].id for name in ("Ada", "Bo"))
    for seat, owner in enumerate([None, ada, bo], 1):
        store.book(1, seat, "x", owner)
    assert [booking.id for booking in store.bookings()] == [1]
    assert [booking.id for booking in store.bookings(customer=ada)] == [1, 2]
    assert store.page_before(3, 1, customer=ada) == 1


# Changes and who watches them ---------------------------------------------------------------------------


def test_every_seat_that_changes_hands_is_noted(store: Store) -> None:
    booking = store.book(1, 7, "Ada")
    store.change(booking.id, to_seat(8))
    store.cancel(booking.id)
    told = [(1, 1, 7, True), (2, 1, 7, False), (3, 1, 8, True), (4, 1, 8, False)]
    assert store.changes() == [Change(*change) for change in told]
    assert store.changes(since=3) == [Change(4, 1, 8, False)]


def test_a_new_name_is_no_change_of_a_seat(store: Store) -> None:
    store.change(store.book(1, 7, "Ada").id, lambda booking: replace(booking, name="Bo"))
    assert len(store.changes()) == 1


def test_watchers_hear_of_what_is_kept_already_and_may_read_it(store: Store) -> None:
    heard: list[tuple[Change, list[int]]] = []
    store.watchers.append(lambda change: heard.append((change, store.taken(change.show))))
    store.book(1, 7, "Ada")
    with suppress(SeatTaken):
        store.book(1, 7, "Bo")
    assert heard == [(Change(1, 1, 7, True), [7])]


def test_watchers_hear_of_changes_in_order(store: Store, hasty: None) -> None:
    heard: list[int] = []
    store.watchers.append(lambda change: heard.append(change.number))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda seat: store.book(1, seat, "Ada"), range(1, 61)))
    assert heard == list(range(1, 61))


def test_a_watcher_that_fails_does_not_undo_a_booking(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Change] = []
    store.watchers += [lambda change: print(1 / 0), heard.append]
    assert store.book(1, 7, "Ada").id == 1
    assert (len(heard), "A watcher failed" in caplog.text) == (1, True)


# Customers ----------------------------------------------------------------------------------------------


def test_a_customer_is_known_by_the_token(store: Store) -> None:
    (ada, token), (bo, other) = (store.customers.register(name) for name in ("Ada", "Bo"))
    assert store.customers.with_token(token) == ada
    assert store.customers.with_token(other) == bo


@pytest.mark.parametrize("change", ["", ".", "1", "1.", "x", "2.{}", "{}x", "99.{}", "9" * 40 + ".{}", "Zoë"])
def test_a_token_that_was_not_given_is_nobodys(store: Store, change: str) -> None:
    _, token = store.customers.register("Ada")
    assert store.customers.with_token(change.format(token.partition(".")[2])) is None


def test_no_token_stands_in_the_file(file: str, opened: Callable[[str], Store]) -> None:
    store = opened(file)
    _, token = store.customers.register("Ada")
    store.close()
    kept = b"".join(path.read_bytes() for path in Path(file).parent.iterdir())
    assert (token.partition(".")[2].encode() in kept, b"Ada" in kept) == (False, True)


# Files --------------------------------------------------------------------------------------------------


def test_a_file_is_there_again_when_it_is_opened_again(file: str, opened: Callable[[str], Store]) -> None:
    first = opened(file)
    booking, (ada, token) = first.book(1, 7, "Zoë 😀"), first.customers.register("Ada")
    first.cancel(first.book(1, 8, "Bo").id)
    first.close()
    again = opened(file)
    assert (again.bookings(), again.customers.with_token(token)) == ([booking], ada)
    assert again.book(1, 8, "Cy").id == 3  # number 2 was given to Bo


def test_two_stores_on_one_file_see_each_other_at_once(file: str, opened: Callable[[str], Store]) -> None:
    here, there = opened(file), opened(file)
    booking = here.book(1, 7, "Ada")
    assert there.booking(booking.id) == booking
    with pytest.raises(SeatTaken):
        there.book(1, 7, "Bo")
    assert there.changes() == here.changes() == [Change(1, 1, 7, True)]


def test_bookings_can_be_read_while_another_store_writes(file: str, opened: Callable[[str], Store]) -> None:
    def look(booking: Booking) -> Booking:
        seen.extend(there.bookings())  # in the middle of a transaction
        return booking

    here, there, seen = opened(file), opened(file), []
    booking = here.book(1, 7, "Ada")
    here.change(booking.id, look)
    assert seen == [booking]


def test_ten_that_open_a_new_file_at_once_all_can(file: str, opened: Callable[[str], Store], hasty: None) -> None:
    def open_and_book(seat: int) -> int:
        start.wait(10)
        return opened(file).book(1, seat, "Ada").id

    start = Barrier(10)
    with ThreadPoolExecutor(10) as threads:
        assert sorted(threads.map(open_and_book, range(1, 11))) == list(range(1, 11))


def test_a_store_that_is_closed_says_so_and_may_be_closed_again(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.bookings()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.book(1, 7, "Ada")


def test_a_store_that_nobody_has_any_more_is_closed(file: str) -> None:
    store = Store(file)
    with store._database.reading() as db:
        db.execute("SELECT 1")
    del store  # as when a cell that makes one is run again
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Not a database at all.\n" * 100, encoding="utf-8")
    with pytest.raises(sqlite3.DatabaseError):
        Store(str(tmp_path / "notes.txt"))


BOOK_THEN_DIE = """
import os, signal, sys
from servers.tickets.store import Store
store = Store(sys.argv[1])
store.book(1, 7, "Ada")
store.change(1, lambda booking: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a signal of POSIX")
def test_a_process_killed_in_a_transaction_leaves_what_was_kept_before(
    file: str, opened: Callable[[str], Store], course: Path
) -> None:
    subprocess.run([sys.executable, "-c", BOOK_THEN_DIE, file], cwd=course, timeout=30, check=False)
    store = opened(file)
    assert [told(booking) for booking in store.bookings()] == [(1, 1, 7, "Ada")]
    assert store.book(1, 8, "Bo").id == 2


def test_a_million_changes_cost_a_question_about_the_first_of_them_nothing(file: str) -> None:
    """SQLite tells its progress every thousand steps, and each row needs several."""
    store, told = Store(file), list[None]()
    with store._database.writing() as db:
        many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
        db.execute(f"INSERT INTO changes (show, seat, taken) {many} SELECT 1, i, 1 FROM n")
    with ExitStack() as back:
        for db in [back.enter_context(store._database.reading()) for _ in range(CONNECTIONS_PER_FILE)]:
            db.set_progress_handler(lambda: told.append(None), 1000)
    assert [change.number for change in store.changes(0)] == [*range(1, MAX_ROWS + 1)]
    assert [change.number for change in store.changes(999_990)] == [*range(999_991, 1_000_001)]
    assert store.snapshot(1)[0] == 1_000_000
    assert len(told) < 50
    store.close()
