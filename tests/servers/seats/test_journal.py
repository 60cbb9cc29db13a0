"""The journal of changes in memory: what is taken, which changes are known, and who is called."""

import pytest

from servers.seats.journal import HISTORY, SeatChange, SeatError, Seats


@pytest.fixture
def seats() -> Seats:
    return Seats({1: 120, 2: 80}, life="monday")


def test_each_start_of_a_process_is_a_life_of_its_own() -> None:
    assert Seats().life != Seats().life


def test_changes_are_numbered_over_all_shows(seats: Seats) -> None:
    assert [seats.take(1, 5), seats.free(1, 5), seats.take(2, 5)] == [
        SeatChange(1, 1, 5, taken=True),
        SeatChange(2, 1, 5, taken=False),
        SeatChange(3, 2, 5, taken=True),
    ]


def test_a_snapshot_is_the_last_number_the_size_and_the_taken_seats(seats: Seats) -> None:
    seats.take(1, 7)
    seats.take(1, 5)
    assert seats.snapshot(1) == (2, 120, [5, 7])
    assert seats.snapshot(2) == (2, 80, [])


@pytest.mark.parametrize("seat", [0, 121])
def test_a_seat_that_does_not_exist_cannot_be_taken(seats: Seats, seat: int) -> None:
    with pytest.raises(SeatError, match="show 1 has seats 1 to 120"):
        seats.take(1, seat)
    assert seats.snapshot(1)[0] == 0


def test_a_seat_is_taken_once(seats: Seats) -> None:
    seats.take(1, 5)
    with pytest.raises(SeatError, match="seat 5 is taken already"):
        seats.take(1, 5)


def test_changes_since_a_number_are_those_after_it(seats: Seats) -> None:
    changes = [seats.take(1, seat) for seat in (1, 2, 3)]
    assert seats.changes(1) == changes[1:]
    assert seats.changes(3) == []


@pytest.mark.parametrize("since", [-1, 0, 1, HISTORY + 3])
def test_changes_that_are_forgotten_or_to_come_are_not_known(seats: Seats, since: int) -> None:
    for _ in range(HISTORY // 2 + 1):
        seats.take(1, 1)
        seats.free(1, 1)
    with pytest.raises(LookupError):
        seats.changes(since)


def test_watchers_are_called_with_each_change(seats: Seats) -> None:
    called: list[SeatChange] = []
    seats.watchers.append(called.append)
    assert [seats.take(1, 5), seats.free(1, 5)] == called
