"""The ticket client: with the real service, and with servers that behave badly."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from itertools import count
from typing import Any

import pytest
import requests
from hostile import hangs_after, serve

from servers.ticket_client import TicketClient, main
from servers.tickets.rest_session import MAX_RETRY_AFTER, Problem
from wirelab import Server, launch, wire

HOME = {"_links": {"shows": {"href": "/shows"}, "bookings": {"href": "/bookings"}}}
SHOW = {"id": 1, "_links": {"bookings": {"href": "/bookings"}}}
SHOWS = {"shows": [SHOW], "_links": {}}
BOOKING = {"id": 7, "_links": {"self": {"href": "/bookings/7"}}}
QUICK = (3.0, 0.3)  # for a server that never answers

number = count()

Headers = dict[str, str]
Answer = tuple[int, Any, Headers]  # a status, JSON or bytes, headers


@pytest.fixture
def client(api: Server) -> Iterator[TicketClient]:
    with TicketClient(api.url) as client:
        yield client


def scripted(*told: Answer | None, first: tuple[Any, ...] = ()) -> Server:
    """A server that gives these answers, in this order, the last of them for ever. None: it hangs up."""
    script = [(200, one, {}) for one in first] + list(told)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = script.pop(0) if len(script) > 1 else script[0]
            if told is None:
                self.close_connection = True
                return
            status, said, headers = told
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = answer

    return launch(Handler, port=0, name=f"scripted {next(number)}")  # one more, not the same again


def problem(call: Callable[[], Any]) -> Problem:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value


def asked(server: Server, call: Callable[[TicketClient], Any]) -> list[str]:
    """The requests of a call, as a relay sees them, whether it ends well or not."""
    with wire(server) as tap, TicketClient(tap.url, timeout=QUICK) as client, suppress(Problem):
        call(client)
    return [f"{exchange.request.method} {exchange.request.target}" for exchange in tap.http]


# With the real service ------------------------------------------------------------------------------------


def test_it_books_by_links_from_one_address(api: Server) -> None:
    assert asked(api, lambda client: client.book(1, 12, "Ada")) == ["GET /", "GET /shows", "POST /bookings"]


def test_it_tells_what_it_has_booked(client: TicketClient) -> None:
    booking = client.book(1, 12, "Ada")
    assert (booking["id"], booking["show"], booking["seat"], booking["name"]) == (1, 1, 12, "Ada")


def test_it_sees_the_taken_seats(client: TicketClient) -> None:
    client.book(2, 5, "Ada")
    assert client.seats(2)["taken"] == [5]
    assert [show["title"] for show in client.shows()] == ["Hamlet", "The Tempest", "Twelfth Night"]


def test_it_cancels_by_number_and_by_link(client: TicketClient) -> None:
    client.book(1, 5, "Ada")
    client.book(1, 6, "Ada")
    client.cancel(1)
    client.cancel("/bookings/2")
    assert list(client.bookings()) == []


def test_it_goes_from_page_to_page(client: TicketClient) -> None:
    for seat in range(1, 24):
        client.book(1, seat, "Ada")
    assert [booking["seat"] for booking in client.bookings()] == list(range(1, 24))


def test_it_keeps_its_connection() -> None:
    with launch("servers.ticket_service", port=0) as api, wire(api) as tap, TicketClient(tap.url) as client:
        client.book(1, 5, "Ada")
        client.cancel("/bookings/1")
    assert len({message.connection for message in tap}) == 1


def test_what_has_not_changed_does_not_travel_again(api: Server) -> None:
    with wire(api) as tap, TicketClient(tap.url) as client:
        assert list(client.shows()) == list(client.shows())
    assert [exchange.response and exchange.response.status for exchange in tap.http] == [200, 200, 304, 304]


def test_what_has_changed_does(client: TicketClient) -> None:
    assert client.seats(1)["taken"] == []
    client.book(1, 12, "Ada")
    assert client.seats(1)["taken"] == [12]


def test_it_cancels_only_what_it_has_seen(api: Server, client: TicketClient) -> None:
    client.book(1, 12, "Ada")
    requests.patch(
        api.url + "/bookings/1", json={"seat": 13}, headers={"If-Match": "*"}, timeout=10
    ).raise_for_status()
    assert problem(lambda: client.cancel("/bookings/1")).status == 412
    client.cancel("/bookings/1")  # it has looked again


def test_a_problem_says_what_happened_and_what_to_do(client: TicketClient) -> None:
    client.book(1, 12, "Ada")
    caught = problem(lambda: client.book(1, 12, "Ben"))
    assert (caught.status, caught.title, caught.detail) == (409, "Conflict", "this seat is taken")
    assert str(caught) == "409 Conflict: this seat is taken. Choose another one"


def test_a_token_opens_what_belongs_to_its_customer(api: Server) -> None:
    token = requests.post(api.url + "/customers", json={"name": "Ada"}, timeout=10).json()["token"]
    with TicketClient(api.url, token) as ada, TicketClient(api.url) as nobody:
        ada.book(1, 12, "Ada")
        assert len(list(ada.bookings())) == 1
        assert list(nobody.bookings()) == []
        assert problem(lambda: nobody.cancel("/bookings/1")).status == 401


def test_it_works_behind_a_proxy_that_gives_the_service_a_part_of_its_own() -> None:
    home = {"_links": {"shows": {"href": "/theatre/shows"}}}
    assert asked(scripted((200, SHOWS, {}), first=(home,)), lambda client: list(client.shows())) == [
        "GET /",
        "GET /theatre/shows",
    ]


# With servers that behave badly ---------------------------------------------------------------------------


def test_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with TicketClient(f"http://127.0.0.1:{port}") as client:
        assert str(problem(lambda: list(client.shows()))) == "nobody is there. Is the service running?"


@pytest.mark.parametrize("url", ["127.0.0.1:8003", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with TicketClient(url) as client:
        assert problem(lambda: list(client.shows())).title == "no answer"


def test_it_does_not_wait_for_ever() -> None:
    with TicketClient(serve(hangs_after(b"")).url, timeout=(3, 0.1)) as client:
        caught = problem(lambda: list(client.shows()))
    assert str(caught) == "no whole answer: it took too long. Try again later"


def test_an_answer_that_breaks_off_is_none() -> None:
    server = scripted((200, b'{"_links": {', {"Content-Length": "500", "Connection": "close"}))
    with TicketClient(server.url) as client:
        assert problem(lambda: list(client.shows())).detail == "the connection broke off"


@pytest.mark.parametrize(
    "body",
    [b"", b"<p>Welcome to our hotel", b"[]", b"{}", b'"_links"', b'{"_links": 3}', b"\xff\xfe\xfd", b"[" * 9000],
)
def test_what_is_no_document_with_links_is_told(body: bytes) -> None:
    with TicketClient(scripted((200, body, {})).url) as client:
        assert problem(lambda: list(client.shows())).title == "no document with links"


@pytest.mark.parametrize(
    "home", [{"_links": {}}, {"_links": {"shows": {}}}, {"_links": {"shows": 5}}, {"_links": {"shows": "/"}}]
)
def test_links_that_are_missing_or_lead_nowhere_are_told(home: Any) -> None:
    with TicketClient(scripted((200, home, {})).url) as client:
        assert problem(lambda: list(client.shows())).status == 0


@pytest.mark.parametrize("shows", [5, None, {}, [5], ["Hamlet"], [{}], [{"id": "one"}]])
def test_a_list_of_something_else_is_told(shows: Any) -> None:
    server = scripted((200, {"shows": shows, "_links": {}}, {}), first=(HOME,))
    with TicketClient(server.url) as client:
        assert problem(lambda: client.seats(1)).status == 0


def test_pages_that_go_in_a_circle_end() -> None:
    page = {"shows": [SHOW], "_links": {"next": {"href": "/shows?after=1"}}}
    with TicketClient(scripted((200, page, {}), first=(HOME,)).url) as client:
        assert "comes twice" in str(problem(lambda: list(client.shows())))


def test_an_error_without_problem_details_has_its_reason_at_least() -> None:
    with TicketClient(scripted((418, b"<h1>tea</h1>", {})).url) as client:
        assert str(problem(lambda: list(client.shows()))) == "418 I'm a Teapot"


def test_304_for_something_it_does_not_have_is_told() -> None:
    with TicketClient(scripted((304, b"", {})).url) as client:
        assert problem(lambda: list(client.shows())).title == "no document with links"


# Again, or not --------------------------------------------------------------------------------------------


def test_a_get_is_sent_again_where_the_answer_was_lost() -> None:
    server = scripted(None, (200, HOME, {}), (200, SHOWS, {}))
    assert asked(server, lambda client: list(client.shows())) == ["GET /", "GET /", "GET /shows"]


def test_a_get_is_not_sent_again_for_ever() -> None:
    assert asked(scripted(None), lambda client: list(client.shows())) == ["GET /"] * 3


def test_a_post_is_sent_once_and_the_client_says_that_it_does_not_know() -> None:
    server = scripted(None, first=(HOME, SHOWS))
    assert asked(server, lambda client: client.book(1, 5, "Ada"))[-2:] == ["GET /shows", "POST /bookings"]
    with TicketClient(scripted(None, first=(HOME, SHOWS)).url) as client:
        assert "look before you try again" in str(problem(lambda: client.book(1, 5, "Ada")))


def test_a_post_is_not_sent_again_even_where_the_server_is_busy() -> None:
    server = scripted((503, b"", {"Retry-After": "0"}), first=(HOME, SHOWS))
    assert asked(server, lambda client: client.book(1, 5, "Ada")).count("POST /bookings") == 1


def test_a_delete_is_sent_again_where_the_answer_was_lost_and_404_means_that_it_is_gone() -> None:
    server = scripted((200, BOOKING, {"ETag": '"1"'}), None, (404, {}, {}))
    with wire(server) as tap, TicketClient(tap.url) as client:
        client.cancel("/bookings/7")
    assert [exchange.request.header("If-Match") for exchange in tap.http] == ["", '"1"', '"1"']


def test_a_delete_of_what_was_gone_before_is_a_problem() -> None:
    server = scripted((200, BOOKING, {"ETag": '"1"'}), (404, {}, {}))
    with TicketClient(server.url) as client:
        assert problem(lambda: client.cancel("/bookings/7")).status == 404


def test_it_waits_as_long_as_a_busy_server_says() -> None:
    begin: list[float] = []

    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            now = time.monotonic()
            begin.append(now)
            body = json.dumps({**HOME, **SHOWS}).encode()
            self.send_response(200 if len(begin) > 1 and now - begin[0] >= 1 else 503)
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with TicketClient(launch(Busy, port=0).url) as client:
        client.get("/")
    assert len(begin) == 2


def test_it_does_not_wait_for_hours_and_does_not_knock_too_early() -> None:
    server = scripted((503, {}, {"Retry-After": str(MAX_RETRY_AFTER + 1)}))
    assert asked(server, lambda client: list(client.shows())) == ["GET /"]
    with TicketClient(server.url) as client:
        said = str(problem(lambda: list(client.shows())))
    assert said == f"503 Service Unavailable. Try again later: Retry-After {MAX_RETRY_AFTER + 1}"


@pytest.mark.parametrize("after", ["soon", "-1", "1e9", ""])
def test_a_retry_after_that_makes_no_sense_is_no_crash(after: str) -> None:
    with TicketClient(scripted((503, {}, {"Retry-After": after})).url) as client:
        assert isinstance(problem(lambda: list(client.shows())), Problem)


# Elsewhere ------------------------------------------------------------------------------------------------


def test_it_follows_a_redirect_of_a_get() -> None:
    server = scripted((308, b"", {"Location": "/home"}), (200, HOME, {}), (200, SHOWS, {}))
    assert asked(server, lambda client: list(client.shows())) == ["GET /", "GET /home", "GET /shows"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_does_not_follow_a_redirect_of_a_post(status: int) -> None:
    server = scripted((status, b"", {"Location": "/elsewhere"}), first=(HOME, SHOWS))
    with TicketClient(server.url) as client:
        caught = problem(lambda: client.book(1, 5, "Ada"))
    assert caught.status == status
    assert "It is at /elsewhere now" in str(caught)


def test_redirects_that_go_in_a_circle_end() -> None:
    with TicketClient(scripted((302, b"", {"Location": "/"})).url) as client:
        assert problem(lambda: list(client.shows())).title == "no answer"


@pytest.mark.parametrize("how", ["link", "redirect"])
def test_a_token_stays_with_its_service(how: str) -> None:
    with wire(scripted((200, SHOWS, {}))) as tap:
        away = tap.url + "/shows"
        told: Answer = (200, {"_links": {"shows": {"href": away}}}, {})
        server = scripted(told if how == "link" else (302, b"", {"Location": away}))
        with TicketClient(server.url, "secret") as client:
            client.get("/") if how == "redirect" else list(client.shows())
    assert [exchange.request.header("Authorization") for exchange in tap.http] == [""]


def test_a_password_in_netrc_stays_at_home(api: Server, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with wire(api) as tap, TicketClient(tap.url) as client:
        list(client.shows())
    assert {exchange.request.header("Authorization") for exchange in tap.http} == {""}


# The command ----------------------------------------------------------------------------------------------


def run(api: Server, capsys: pytest.CaptureFixture[str], words: str) -> list[str]:
    main(["--url", api.url, *words.split()])
    return capsys.readouterr().out.splitlines()


def test_the_command_does_it_all(api: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(api, capsys, "shows")[0] == "  1  2027-03-05 19:30  Hamlet, 120 seats"
    assert run(api, capsys, "seats 1") == ["120 seats. Taken: none"]
    assert run(api, capsys, "book 1 12 Ada") == ["  1  show 1, seat 12, for Ada"]
    assert run(api, capsys, "bookings") == ["  1  show 1, seat 12, for Ada"]
    assert run(api, capsys, "seats 1") == ["120 seats. Taken: 12"]
    assert run(api, capsys, "cancel 1") == ["1 is cancelled"]
    assert run(api, capsys, "bookings") == []


def test_the_command_ends_with_a_problem_and_no_trace(api: Server) -> None:
    words = [sys.executable, "-m", "servers.ticket_client", "--url", api.url, "seats", "99"]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "nothing has the number 99 here\n"
