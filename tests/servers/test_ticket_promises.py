"""What the ticket service promises under load: a seat is sold once, and what was acknowledged is kept."""

import itertools
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from test_every_server import Running, run

from servers.tickets.store import SHOWS, Store

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(os.name != "posix", reason="it ends processes with POSIX signals"),
]
CLIENTS, ROUNDS = 50, 5


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "office.db"


@pytest.fixture
def serve(file: Path) -> Iterator[Callable[[], Running]]:
    """Starts one more service on the same file, each with waitress in a process of its own."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(run("ticket_service", 0, "--database", str(file)))


def book(session: requests.Session, port: int, show: int, seat: int, name: str) -> int:
    wanted = {"show": show, "seat": seat, "name": name}
    return session.post(f"http://127.0.0.1:{port}/bookings", json=wanted, timeout=60).status_code


def taken(port: int, show: int) -> list[int]:
    found: list[int] = requests.get(f"http://127.0.0.1:{port}/shows/{show}/seats", timeout=60).json()["taken"]
    return found


def sell_out(ports: list[int], show: int, seats: int) -> list[int]:
    """Fifty clients want the same seats of a show, each beginning elsewhere; the statuses they got."""

    def want_all(number: int) -> list[int]:
        port, first = ports[number % len(ports)], number * 7
        start.wait(30)
        with requests.Session() as session:
            return [
                book(session, port, show, (first + step) % seats + 1, f"client {number}") for step in range(seats)
            ]

    start = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(itertools.chain.from_iterable(clients.map(want_all, range(CLIENTS))))


@pytest.mark.parametrize("processes", [1, 2])
def test_fifty_clients_who_want_the_same_seats_get_each_seat_once(
    serve: Callable[[], Running], file: Path, processes: int
) -> None:
    ports = [serve().port for _ in range(processes)]
    statuses = sell_out(ports, show=3, seats=20)
    assert sorted(statuses) == [201] * 20 + [409] * (20 * CLIENTS - 20)
    assert all(taken(port, 3) == list(range(1, 21)) for port in ports)
    store = Store(str(file))
    assert [change.number for change in store.changes()] == list(range(1, 21))
    store.close()


def test_two_processes_move_bookings_about_and_no_seat_is_lost_or_doubled(
    serve: Callable[[], Running], file: Path
) -> None:
    def move(number: int) -> set[int]:
        """One booking, moved to twenty other seats, some of them wanted by others."""
        url = f"http://127.0.0.1:{ports[number % 2]}"
        with requests.Session() as session:
            made = session.post(f"{url}/bookings", json={"show": 1, "seat": number + 1, "name": "x"}, timeout=60)
            return {made.status_code} | {
                session.patch(
                    url + made.headers["Location"],
                    json={"seat": (number * 11 + step * 13) % 60 + 31},
                    headers={"If-Match": "*"},
                    timeout=60,
                ).status_code
                for step in range(20)
            }

    ports = [serve().port for _ in range(2)]
    with ThreadPoolExecutor(30) as clients:
        statuses = set().union(*clients.map(move, range(30)))
    assert statuses <= {200, 201, 409}
    store, seats = Store(str(file)), set()
    for change in store.changes():  # KeyError, if a seat was freed that nobody had
        (seats.add if change.taken else seats.remove)(change.seat)
    assert sorted(seats) == store.taken(1)
    assert len(seats) == len(store.bookings()) == 30
    store.close()


def book_until_it_dies(port: int, show: int, seats: list[int], enough: Callable[[], object]) -> list[int]:
    """The seats for which the answer was 201."""
    kept = []
    with requests.Session() as session:
        for seat in seats:
            try:
                if book(session, port, show, seat, "Ada") == 201:
                    kept.append(seat)
                    enough()
            except requests.RequestException:
                break
    return kept


@pytest.mark.parametrize("round", range(ROUNDS))
def test_a_service_killed_under_load_has_every_booking_it_acknowledged(
    serve: Callable[[], Running], file: Path, round: int
) -> None:
    service, answers, lock = serve(), itertools.count(1), threading.Lock()

    def enough() -> None:
        """SIGKILL, in the middle of things: after a few answers, another number in each round."""
        with lock:
            if next(answers) == 15 + round * 23:
                service.process.send_signal(signal.SIGKILL)

    orders = [(show.id, list(range(1 + half, show.seats + 1, 2))) for show in SHOWS for half in (0, 1)]
    with ThreadPoolExecutor(len(orders)) as clients:
        kept = list(clients.map(lambda order: book_until_it_dies(service.port, *order, enough), orders))
    assert service.process.wait(10) == -signal.SIGKILL
    assert sum(map(len, kept)) >= 15 + round * 23
    again = serve().port
    for (show, _), acknowledged in zip(orders, kept, strict=True):
        assert set(acknowledged) <= set(taken(again, show))
    store = Store(str(file))  # and each booking has its change, whether it was acknowledged or not
    assert sorted((change.show, change.seat) for change in store.changes()) == sorted(
        (booking.show, booking.seat) for booking in store.bookings()
    )
    store.close()


def test_a_database_stays_sound_after_many_kills(serve: Callable[[], Running], file: Path) -> None:
    for round in range(ROUNDS):
        service = serve()
        with requests.Session() as session:
            for seat in range(1, 6):
                assert book(session, service.port, 1, seat + 5 * round, "Ada") == 201
        service.process.kill()
        service.process.wait(10)
    with sqlite3.connect(file) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert taken(serve().port, 1) == list(range(1, 5 * ROUNDS + 1))
