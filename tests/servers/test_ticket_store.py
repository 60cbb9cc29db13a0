"""The box office's memory: a seat is sold once, a number is given once, and nonsense is told apart."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException, NotFound

from servers.ticket_store import SHOWS, Booking, SeatTaken, Show, Store, fault

SHOW = {show.id: show for show in SHOWS}
GOOD = {"show": 1, "seat": 7, "name": "Ada"}


@pytest.fixture
def store() -> Store:
    return Store()


def test_a_store_has_the_shows_of_the_season_and_no_bookings(store: Store) -> None:
    assert [show.title for show in store.shows.values()] == ["Hamlet", "The Tempest", "Twelfth Night"]
    assert store.bookings == {}


def test_a_store_may_have_other_shows() -> None:
    opera = Show(9, "Carmen", "2027-05-01T19:00", 10)
    assert Store([opera]).shows == {9: opera}


def test_two_stores_share_nothing(store: Store) -> None:
    Store().book(**GOOD)
    assert store.bookings == {}


def test_a_booking_is_kept_under_its_number(store: Store) -> None:
    assert store.book(**GOOD) == Booking(1, show=1, seat=7, name="Ada")
    assert store.bookings == {1: Booking(1, 1, 7, "Ada")}


def test_a_seat_is_sold_once(store: Store) -> None:
    store.book(**GOOD)
    with pytest.raises(SeatTaken, match="409 Conflict: this seat is taken"):
        store.book(show=1, seat=7, name="Bo")


def test_of_twenty_threads_that_race_for_a_seat_one_wins(store: Store, hasty: None) -> None:
    def race(number: int) -> bool:
        start.wait(10)
        with suppress(SeatTaken):
            return bool(store.book(1, 120, f"runner {number}"))
        return False

    store.bookings |= {id: Booking(id, 2, id, "Ada") for id in range(1000, 30_000)}  # slow to search
    start = Barrier(20)
    with ThreadPoolExecutor(20) as runners:
        assert sum(runners.map(race, range(20))) == 1


def test_the_same_seat_of_another_show_is_another_seat(store: Store) -> None:
    store.book(1, 7, "Ada")
    assert store.book(2, 7, "Ada").id == 2


def test_a_cancelled_seat_can_be_sold_again_under_a_new_number(store: Store) -> None:
    store.cancel(store.book(**GOOD))
    assert store.book(**GOOD).id == 2


def test_cancelling_twice_does_no_harm(store: Store) -> None:
    booking = store.book(**GOOD)
    store.cancel(booking)
    store.cancel(booking)
    assert store.bookings == {}


def test_a_change_to_a_free_seat_frees_the_old_one(store: Store) -> None:
    store.change(Booking(store.book(**GOOD).id, 1, 8, "Ada"))
    assert store.book(1, 7, "Bo").seat == 7


def test_a_change_to_a_taken_seat_changes_nothing(store: Store) -> None:
    ada, bo = store.book(1, 7, "Ada"), store.book(1, 8, "Bo")
    with pytest.raises(SeatTaken):
        store.change(Booking(bo.id, 1, 7, "Bo"))
    assert store.bookings == {1: ada, 2: bo}


def test_a_change_may_keep_the_seat(store: Store) -> None:
    assert store.change(Booking(store.book(**GOOD).id, 1, 7, "Bo")).name == "Bo"


def test_a_change_does_not_bring_back_what_was_cancelled(store: Store) -> None:
    booking = store.book(**GOOD)
    store.cancel(booking)
    with pytest.raises(NotFound, match="there is no booking 1"):
        store.change(booking)


STEPS = st.tuples(st.sampled_from(["book", "change", "cancel"]), st.integers(1, 4), st.integers(1, 3))


@given(st.lists(STEPS))
def test_whatever_happens_a_seat_is_sold_once_and_a_number_given_once(steps: list[tuple[str, int, int]]) -> None:
    store, given_numbers = Store(), []
    for step, id, seat in steps:
        try:
            match step:
                case "book":
                    given_numbers.append(store.book(1, seat, "Ada").id)
                case "change":
                    store.change(Booking(id, 1, seat, "Ada"))
                case "cancel":
                    store.cancel(Booking(id, 1, seat, "Ada"))
        except HTTPException as refused:
            assert refused.code in (404, 409)
        seats = [booking.seat for booking in store.bookings.values()]
        assert len(seats) == len(set(seats))
    assert len(given_numbers) == len(set(given_numbers))


# What is wrong with a booking ---------------------------------------------------------------------------


def test_nothing_is_wrong_with_a_good_booking() -> None:
    assert fault(GOOD, SHOW) is None


@pytest.mark.parametrize("seat", [1, 120])
def test_the_first_and_the_last_seat_can_be_booked(seat: int) -> None:
    assert fault({**GOOD, "seat": seat}, SHOW) is None


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (None, "a booking has exactly show, seat and name"),
        ([], "a booking has exactly show, seat and name"),
        ("show seat name", "a booking has exactly show, seat and name"),
        ({}, "a booking has exactly show, seat and name"),
        ({"show": 1, "seat": 7}, "a booking has exactly show, seat and name"),
        ({**GOOD, "id": 1}, "a booking has exactly show, seat and name"),
        ({**GOOD, "show": "1"}, "show has to be a whole number"),
        ({**GOOD, "show": [1]}, "show has to be a whole number"),
        ({**GOOD, "seat": 7.0}, "seat has to be a whole number"),
        ({**GOOD, "seat": True}, "seat has to be a whole number"),
        ({**GOOD, "seat": None}, "seat has to be a whole number"),
        ({**GOOD, "seat": float("nan")}, "seat has to be a whole number"),
        ({**GOOD, "name": 7}, "name has to be text"),
        ({**GOOD, "name": {}}, "name has to be text"),
        ({**GOOD, "show": 4}, "there is no show 4"),
        ({**GOOD, "show": -1}, "there is no show -1"),
        ({**GOOD, "seat": 0}, "Hamlet has seats 1 to 120"),
        ({**GOOD, "seat": -7}, "Hamlet has seats 1 to 120"),
        ({**GOOD, "seat": 121}, "Hamlet has seats 1 to 120"),
        ({**GOOD, "show": 3, "seat": 81}, "Twelfth Night has seats 1 to 80"),
    ],
)
def test_a_fault_is_told_in_a_sentence(wanted: Any, said: str) -> None:
    assert fault(wanted, SHOW) == said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), inner),
)


@given(JSON | st.fixed_dictionaries({"show": JSON, "seat": JSON, "name": JSON}))
def test_whatever_json_comes_it_is_good_or_has_a_fault(wanted: Any) -> None:
    said = fault(wanted, SHOW)
    assert said or 1 <= wanted["seat"] <= SHOW[wanted["show"]].seats
