"""The seat feed: who looks at a show is told of each change, once and in order, and nobody holds up the others."""

import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Barrier
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from servers.seat_feed import MAX_COMMAND_SIZE, MAX_MESSAGES_PER_SECOND, Feed, stand_alone
from servers.seats.journal import HISTORY, Seats
from wirelab import Server, launch

POSIX = pytest.mark.skipif(os.name != "posix", reason="limits of open files are POSIX's")


@pytest.fixture
def seats() -> Seats:
    return Seats(life="monday")


@pytest.fixture
def feed(seats: Seats) -> Feed:
    return stand_alone(seats)


@pytest.fixture
def server(feed: Feed) -> Server:
    return serve(feed)


def serve(feed: Feed, **options: Any) -> Server:
    return launch(feed.onconnect, port=0, name="seat_feed", **{**feed.options(), **options})


# A client of websockets that has 16 messages to read hears no goodbye either, unless its queue has no end.
ENDLESS: dict[str, Any] = {"max_queue": None}


def hear(client: ClientConnection) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(client.recv(timeout=10))
    return told


def refused(url: str, **options: Any) -> tuple[int, str]:
    """The status and the text with which a server refuses a handshake."""
    with pytest.raises(InvalidStatus) as error, connect(url, **options):
        pass
    response = error.value.response
    return response.status_code, (response.body or b"").decode()


def closed_with(client: ClientConnection) -> tuple[int | None, str | None]:
    """The code and the reason of the server's closing frame; whatever it said before is passed over."""
    with pytest.raises(ConnectionClosed):
        while True:
            client.recv(timeout=10)
    return client.close_code, client.close_reason


# Joining and being told ---------------------------------------------------------------------------------


def test_a_newcomer_is_told_all_seats(server: Server, seats: Seats) -> None:
    seats.take(1, 7)
    seats.take(1, 5)
    with connect(server.url + "/shows/1") as client:
        told = {"type": "seats", "show": 1, "number": 2, "seats": 120, "taken": [5, 7], "life": "monday"}
        assert hear(client) == told


def test_everyone_in_the_room_is_told_of_a_change(server: Server) -> None:
    with connect(server.url + "/shows/1") as ada, connect(server.url + "/shows/1") as bob:
        hear(ada)
        hear(bob)
        ada.send('{"take": 5}')
        told = {"type": "change", "number": 1, "show": 1, "seat": 5, "taken": True}
        assert (hear(ada), hear(bob)) == (told, told)


def test_a_seat_can_be_free_again(server: Server) -> None:
    with connect(server.url + "/shows/1") as client:
        hear(client)
        client.send('{"take": 5}')
        client.send('{"free": 5}')
        assert [hear(client)["taken"], hear(client)["taken"]] == [True, False]


def test_another_shows_changes_are_not_told(server: Server, seats: Seats) -> None:
    with connect(server.url + "/shows/1") as client:
        hear(client)
        seats.take(2, 5)
        seats.take(1, 6)
        assert hear(client)["seat"] == 6


def test_publish_may_be_called_in_any_order(server: Server, seats: Seats, feed: Feed) -> None:
    seats.watchers.clear()
    with connect(server.url + "/shows/1") as client:
        hear(client)
        first, second = seats.take(1, 1), seats.take(1, 2)
        feed.publish(second)
        feed.publish(first)
        assert [hear(client)["number"], hear(client)["number"]] == [1, 2]


def test_publishing_before_anyone_came_and_after_the_server_ended_is_no_error(feed: Feed, seats: Seats) -> None:
    seats.take(1, 1)
    with serve(feed) as server, connect(server.url + "/shows/1") as client:
        assert hear(client)["taken"] == [1]
    seats.take(1, 2)
    with serve(feed) as server, connect(server.url + "/shows/1") as client:
        assert hear(client)["taken"] == [1, 2]
        seats.take(1, 3)
        assert hear(client)["seat"] == 3


def test_who_came_after_a_change_is_not_told_of_it_again(server: Server, seats: Seats, feed: Feed) -> None:
    seats.watchers.clear()
    with connect(server.url + "/shows/1") as ada:
        hear(ada)
        seats.take(1, 1)
        with connect(server.url + "/shows/1") as bob:
            assert hear(bob)["taken"] == [1]
            feed.publish()
            assert hear(ada)["seat"] == 1
            seats.take(1, 2)
            feed.publish()
            assert (hear(ada)["seat"], hear(bob)["seat"]) == (2, 2)


def test_a_change_made_while_a_newcomer_is_told_comes_once() -> None:
    class Busy(Seats):
        """Somebody takes a seat just when the feed has looked."""

        def snapshot(self, show: int) -> tuple[int, int, list[int]]:
            found = super().snapshot(show)
            self.take(show, found[0] + 1)
            return found

    seats = Busy(life="monday")
    with serve(stand_alone(seats)) as server, connect(server.url + "/shows/1?since=0&life=monday") as client:
        seats.take(1, 99)
        assert [hear(client)["number"] for _ in range(3)] == [1, 2, 3]


def test_who_joins_in_a_storm_of_changes_misses_none_and_hears_none_twice(
    server: Server, seats: Seats, hasty: None
) -> None:
    """Changes come from four threads, while clients come, go and come back with what they know."""
    start = Barrier(14)

    def book(thread: int) -> None:
        start.wait(20)
        for seat in range(thread * 30 + 1, thread * 30 + 31):
            seats.take(1, seat)

    def follow(_: int) -> list[int]:
        query, number, heard = "", 0, []
        start.wait(20)
        while len(heard) < 120:
            with connect(server.url + "/shows/1" + query, **ENDLESS) as client:
                for _ in range(7):
                    if len(heard) == 120:
                        break
                    told = hear(client)
                    heard += told["taken"] if told["type"] == "seats" else [told["seat"]]
                    number = told["number"]
            query = f"?since={number}&life=monday"
        return sorted(heard)

    with ThreadPoolExecutor(14) as threads:
        clients = [threads.submit(follow, number) for number in range(10)]
        list(threads.map(book, range(4)))
        assert [client.result(20) for client in clients] == [list(range(1, 121))] * 10


# Coming back --------------------------------------------------------------------------------------------


def test_who_comes_back_is_told_just_what_it_missed(server: Server, seats: Seats) -> None:
    for seat in (1, 2, 3):
        seats.take(1, seat)
    with connect(server.url + "/shows/1?since=1&life=monday") as client:
        assert [hear(client)["seat"], hear(client)["seat"]] == [2, 3]
        seats.take(1, 4)
        assert hear(client)["seat"] == 4


def test_who_missed_nothing_is_told_nothing(server: Server, seats: Seats) -> None:
    seats.take(1, 1)
    with connect(server.url + "/shows/1?since=1&life=monday") as client:
        seats.take(1, 2)
        assert hear(client)["number"] == 2


@pytest.mark.parametrize(
    "query", ["?since=1", "?since=1&life=sunday", "?since=4&life=monday", "?since=999999999999999&life=monday"]
)
def test_a_number_of_another_life_gets_all_seats(server: Server, seats: Seats, query: str) -> None:
    for seat in (1, 2, 3):
        seats.take(1, seat)
    with connect(server.url + "/shows/1" + query) as client:
        assert hear(client)["taken"] == [1, 2, 3]


def test_numbers_that_never_begin_anew_need_no_life(seats: Seats) -> None:
    seats.life = ""
    seats.take(1, 1)
    seats.take(1, 2)
    with serve(Feed(seats)) as server, connect(server.url + "/shows/1?since=1") as client:
        assert hear(client)["seat"] == 2


@pytest.mark.parametrize(("since", "kind"), [(1, "change"), (0, "seats")])
def test_a_number_too_old_gets_all_seats(server: Server, seats: Seats, since: int, kind: str) -> None:
    for _ in range(HISTORY // 2):
        seats.take(1, 1)
        seats.free(1, 1)
    seats.take(1, 1)
    with connect(server.url + f"/shows/1?since={since}&life=monday", **ENDLESS) as client:
        assert hear(client)["type"] == kind


def test_too_much_at_once_is_told_as_all_seats(server: Server, seats: Seats, feed: Feed) -> None:
    with connect(server.url + "/shows/1") as client:
        hear(client)
        seats.watchers.clear()
        for _ in range(HISTORY // 2 + 1):
            seats.take(1, 1)
            seats.free(1, 1)
        feed.publish()
        told = hear(client)
        assert (told["type"], told["number"]) == ("seats", HISTORY + 2)
        seats.watchers.append(feed.publish)
        seats.take(1, 9)
        told = hear(client)
        assert (told["type"], told["number"]) == ("change", HISTORY + 3)


def test_a_long_past_is_no_news(server: Server, seats: Seats) -> None:
    for _ in range(HISTORY):
        seats.take(1, 1)
        seats.free(1, 1)
    with connect(server.url + "/shows/1") as client:
        hear(client)
        seats.take(1, 2)
        assert hear(client)["type"] == "change"


# Handshakes that are refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["", "/", "/shows", "/shows/", "/shows/4", "/shows/1/", "/shows/-1", "/shows/one", "/shows/1234567890"]
)
def test_what_is_no_show_is_not_found(server: Server, path: str) -> None:
    assert refused(server.url + path) == (404, f"There is no {path or '/'} here.\n")


@pytest.mark.parametrize("since", ["one", "-1", "1.5", "1" * 16, "%C2%B2"])
def test_a_since_that_is_no_number_is_a_bad_request(server: Server, since: str) -> None:
    assert refused(f"{server.url}/shows/1?since={since}") == (400, "since has to be the number of a change\n")


def test_a_browser_that_asks_for_a_page_is_told_what_is_here(server: Server) -> None:
    assert requests.get(server.url.replace("ws:", "http:") + "/shows/1", timeout=10).status_code == 426


@pytest.mark.parametrize(
    "origin", [None, "http://127.0.0.1:8001", "http://localhost:8888", "https://localhost", "http://[::1]:8001"]
)
def test_programs_and_our_own_pages_may_connect(server: Server, origin: Any) -> None:
    with connect(server.url + "/shows/1", origin=origin) as client:
        assert hear(client)["type"] == "seats"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://127.0.0.1.evil.example",
        "http://evil.example:8001",
        "http://localhost@evil",
    ],
)
def test_strangers_pages_may_not(server: Server, origin: Any) -> None:
    assert refused(server.url + "/shows/1", origin=origin)[0] == 403


def test_a_hubs_pages_may_connect_where_it_is_named(feed: Feed) -> None:
    with serve(feed, **feed.options(["https://hub.example"])) as server:
        with connect(server.url + "/shows/1", origin="https://hub.example") as client:  # type: ignore[arg-type]
            assert hear(client)["type"] == "seats"
        assert refused(server.url + "/shows/1", origin="https://hub.example:444")[0] == 403


def test_under_a_hub_its_proxy_has_looked_at_the_origin(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    with serve(feed, **feed.options()) as server:
        with connect(server.url + "/shows/1", origin="https://hub.example") as client:  # type: ignore[arg-type]
            assert hear(client)["type"] == "seats"
        assert refused(server.url + "/shows/1", origin="null")[0] == 403  # type: ignore[arg-type]


def test_a_full_house_refuses_with_503_and_takes_the_next_when_one_leaves(seats: Seats) -> None:
    feed = stand_alone(seats)
    feed.max_clients = 2
    with serve(feed) as server, connect(server.url + "/shows/1") as staying:
        with connect(server.url + "/shows/2"):
            assert refused(server.url + "/shows/1") == (503, "The house is full. Try again later.\n")
        with connect(server.url + "/shows/1") as client:
            assert hear(client)["type"] == "seats"
        assert hear(staying)["type"] == "seats"


def test_silent_clients_are_few(seats: Seats) -> None:
    feed = stand_alone(seats, open_files=64)
    few = feed.max_clients + feed.backlog
    with serve(feed, backlog=100, open_timeout=60) as server, ExitStack() as stack:
        silent = [stack.enter_context(knock(server.port)) for _ in range(2 * few)]
        for client in silent[few:]:
            with suppress(ConnectionResetError):
                assert client.recv(1) == b""
        for client in silent[:few]:
            client.setblocking(False)
            with pytest.raises(BlockingIOError):
                client.recv(1)
            client.close()
        until_there_is_room(server)


def knock(port: int) -> socket.socket:
    """A client that connects and then says nothing."""
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def until_there_is_room(server: Server) -> None:
    while True:  # the server may not have heard yet that the others left
        with suppress(ConnectionClosed, InvalidMessage, OSError), connect(server.url + "/shows/1") as client:
            assert hear(client)["type"] == "seats"
            return


# What clients send --------------------------------------------------------------------------------------

ADVICE = 'send {"take": 5} or {"free": 5}'


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("", ADVICE),
        ("hello", ADVICE),
        ("[]", ADVICE),
        ("5", ADVICE),
        ("{}", ADVICE),
        ('{"take": 5, "free": 5}', ADVICE),
        ('{"take": "5"}', ADVICE),
        ('{"take": true}', ADVICE),
        ('{"take": 5.0}', ADVICE),
        ('{"take": null}', ADVICE),
        ('{"take": [5]}', ADVICE),
        ('{"sell": 5}', ADVICE),
        ("[" * 1024, ADVICE),
        (b"\xff", ADVICE),
        ('{"take": 0}', "show 1 has seats 1 to 120"),
        ('{"take": 121}', "show 1 has seats 1 to 120"),
        ('{"take": -1}', "show 1 has seats 1 to 120"),
        ('{"take": 1' + "0" * 1000 + "}", "show 1 has seats 1 to 120"),
        ('{"take": 7}', "seat 7 is taken already"),
        ('{"free": 8}', "seat 8 is free already"),
    ],
)
def test_bad_input_gets_an_error_and_the_connection_lives(
    server: Server, seats: Seats, sent: str | bytes, answer: str
) -> None:
    seats.take(1, 7)
    with connect(server.url + "/shows/1") as client:
        hear(client)
        client.send(sent)
        assert hear(client) == {"type": "error", "message": answer}
        client.send(b'{"take": 5}')
        assert hear(client)["seat"] == 5
    assert not server.failures


def test_a_feed_without_commands_takes_no_orders(seats: Seats) -> None:
    with serve(Feed(seats)) as server, connect(server.url + "/shows/1") as client:
        hear(client)
        client.send('{"take": 5}')
        assert hear(client) == {"type": "error", "message": "this feed only tells, it takes no orders"}
        client.send('{"ping": 3}')
        assert hear(client) == {"type": "pong", "ping": 3}
        assert seats.snapshot(1)[0] == 0


@pytest.mark.parametrize(("size", "code"), [(MAX_COMMAND_SIZE, None), (MAX_COMMAND_SIZE + 1, 1009)])
def test_a_message_too_long_closes_the_connection_with_1009(server: Server, size: int, code: int | None) -> None:
    with connect(server.url + "/shows/1") as client:
        hear(client)
        client.send("x" * size)
        assert closed_with(client)[0] == code if code else hear(client)["type"] == "error"


def test_a_client_that_sends_too_much_is_closed_with_1008_and_the_others_stay(server: Server) -> None:
    with connect(server.url + "/shows/1") as quiet, connect(server.url + "/shows/1") as eager:
        hear(quiet)
        with suppress(ConnectionClosed):  # the end may come before all is sent
            for _ in range(MAX_MESSAGES_PER_SECOND * 2):
                eager.send("{}")
        assert closed_with(eager) == (1008, "more than 20 messages in a second")
        quiet.send('{"take": 5}')
        assert hear(quiet)["seat"] == 5


def test_two_clients_that_want_one_seat_get_one_seat(server: Server) -> None:
    def said(client: ClientConnection) -> list[str]:
        """The errors a client was told, up to the one about its last message."""
        errors: list[str] = []
        while ADVICE not in errors:
            told = hear(client)
            errors += [told["message"]] if told["type"] == "error" else []
        return errors[:-1]

    with connect(server.url + "/shows/1") as ada, connect(server.url + "/shows/1") as bob:
        for message in ('{"take": 5}', "{}"):
            ada.send(message)
            bob.send(message)
        assert said(ada) + said(bob) == ["seat 5 is taken already"]
