"""The seat watcher: it shows each change, finds back to its server, and asks for just what it missed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from terminal import running

from servers.seat_feed import Feed, stand_alone
from servers.seat_watcher import View, describe, retry_delay
from servers.seats.journal import Seats
from wirelab import Server, launch

POSIX = pytest.mark.skipif(os.name != "posix", reason="Ctrl+C is a signal on POSIX alone")


class Watcher:
    """`python -m servers.seat_watcher`, and the lines that it shows."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process, self._output = process, process.stdout

    def shows(self) -> str:
        return self._output.readline().rstrip("\n")


@contextmanager
def watcher(port: int, *words: str) -> Iterator[Watcher]:
    with running("servers.seat_watcher", "--port", str(port), *words) as process:
        yield Watcher(process)


def serve(feed: Feed, port: int = 0) -> Server:
    return launch(feed.onconnect, port=port, name="seat_feed", **feed.options())


def test_it_shows_the_seats_then_each_change() -> None:
    seats = Seats()
    with watcher(serve(stand_alone(seats)).port, "--show", "3") as client:
        assert client.shows() == "Show 3: 0 of 80 seats are taken"
        seats.take(3, 5)
        seats.free(3, 5)
        assert [client.shows(), client.shows()] == ["Seat 5 is taken", "Seat 5 is free"]


def test_it_finds_back_and_shows_what_it_missed() -> None:
    seats = Seats()
    feed = stand_alone(seats)
    server = serve(feed)
    with watcher(server.port) as client:
        client.shows()
        server.stop()
        assert client.shows() == "The server is away (ConnectionClosedOK). Trying again"
        seats.take(1, 5)
        serve(feed, server.port)
        shown = client.shows()
        while shown.startswith("The server is away"):
            shown = client.shows()
        assert shown == "Seat 5 is taken"


def test_a_show_that_is_not_there_ends_it_with_one_sentence() -> None:
    with watcher(serve(stand_alone(Seats())).port, "--show", "9") as client:
        assert client.shows().startswith("There are no seats to see at ws://127.0.0.1:")
        assert client.shows() == ""
        assert client.process.wait(10) == 1


@POSIX
def test_ctrl_c_ends_it_with_a_word() -> None:
    with watcher(serve(stand_alone(Seats())).port) as client:
        client.shows()
        client.process.send_signal(signal.SIGINT)
        assert client.shows() == "Ctrl+C received, the server was told"
        assert client.process.wait(10) == 0


def test_a_view_asks_for_all_at_first_then_for_what_comes_next() -> None:
    view = View()
    assert view.query == ""
    view.update({"type": "seats", "show": 1, "number": 3, "seats": 120, "taken": [1, 2], "life": "monday"})
    view.update({"type": "change", "number": 4, "show": 1, "seat": 2, "taken": False})
    view.update({"type": "error", "message": "no"})
    assert (view.query, view.taken) == ("?since=4&life=monday", {1})


def test_what_it_does_not_know_it_shows_as_it_is() -> None:
    assert describe({"type": "error", "message": "seat 5 is taken"}) == "seat 5 is taken"
    assert describe({"type": "weather"}) == "{'type': 'weather'}"


def test_clients_do_not_all_come_back_at_once() -> None:
    assert (retry_delay(0.0), retry_delay(1.0)) == (0.5, 1.5)
