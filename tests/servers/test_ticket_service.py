"""The ticket service: every verb, every status, in JSON, and never a 500."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from typing import Any

import pytest
import requests

from servers import ticket_service
from servers.ticket_store import Show, Store
from wirelab import Server, launch

GOOD = {"show": 1, "seat": 7, "name": "Ada"}
BOOKED = {"id": 1, **GOOD}


def ask(api: Server, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
    return requests.request(method, api.url + path, json=body, timeout=10, **more)


def send(api: Server, text: str | bytes, path: str = "/bookings", method: str = "POST") -> requests.Response:
    """Send `text` and call it JSON, whatever it is."""
    return ask(api, method, path, data=text, headers={"Content-Type": "application/json"})


def message(reply: requests.Response) -> str:
    assert reply.headers["Content-Type"] == "application/json"
    assert list(reply.json()) == ["message"]
    return str(reply.json()["message"])


@pytest.fixture
def booked(api: Server) -> Server:
    """A service where Ada has seat 7 of Hamlet, and Bo has seat 8."""
    ask(api, "POST", "/bookings", GOOD)
    ask(api, "POST", "/bookings", {**GOOD, "seat": 8, "name": "Bo"})
    return api


# Looking ------------------------------------------------------------------------------------------------


def test_all_shows_can_be_seen(api: Server) -> None:
    reply = ask(api, "GET", "/shows")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")
    assert [show["title"] for show in reply.json()] == ["Hamlet", "The Tempest", "Twelfth Night"]


def test_one_show_can_be_seen(api: Server) -> None:
    reply = ask(api, "GET", "/shows/3")
    assert reply.json() == {"id": 3, "title": "Twelfth Night", "starts": "2027-03-07T15:00", "seats": 80}


def test_a_new_service_has_no_bookings(api: Server) -> None:
    assert ask(api, "GET", "/bookings").text == "[]\n"


def test_all_bookings_can_be_seen(booked: Server) -> None:
    assert ask(booked, "GET", "/bookings").json() == [BOOKED, {"id": 2, "show": 1, "seat": 8, "name": "Bo"}]


def test_one_booking_can_be_seen(booked: Server) -> None:
    assert ask(booked, "GET", "/bookings/1").json() == BOOKED


@pytest.mark.parametrize("path", ["/shows", "/shows/1", "/bookings", "/bookings/1"])
def test_head_has_the_headers_of_get_and_no_body(booked: Server, path: str) -> None:
    head, full = ask(booked, "HEAD", path), ask(booked, "GET", path)
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["Content-Length"] == str(len(full.content))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/shows", "GET, HEAD, OPTIONS"),
        ("/shows/1", "GET, HEAD, OPTIONS"),
        ("/bookings", "GET, HEAD, OPTIONS, POST"),
        ("/bookings/1", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
    ],
)
def test_options_and_405_name_the_methods_in_order(api: Server, path: str, allowed: str) -> None:
    options, refused = ask(api, "OPTIONS", path), ask(api, "BREW", path)
    assert (options.status_code, options.headers["Allow"]) == (200, allowed)
    assert (refused.status_code, refused.headers["Allow"]) == (405, allowed)
    assert message(refused) == "The method is not allowed for the requested URL."


# Booking, changing, cancelling --------------------------------------------------------------------------


def test_a_booking_is_created_at_a_location(api: Server) -> None:
    reply = ask(api, "POST", "/bookings", GOOD)
    assert (reply.status_code, reply.headers["Location"], reply.json()) == (201, "/bookings/1", BOOKED)
    assert ask(api, "GET", reply.headers["Location"]).json() == BOOKED


def test_a_name_may_have_any_letters(api: Server) -> None:
    assert ask(api, "POST", "/bookings", {**GOOD, "name": "Zoë 😀"}).json()["name"] == "Zoë 😀"


def test_put_replaces_a_booking(booked: Server) -> None:
    reply = ask(booked, "PUT", "/bookings/1", {"show": 2, "seat": 9, "name": "Ada L."})
    assert (reply.status_code, reply.json()) == (200, {"id": 1, "show": 2, "seat": 9, "name": "Ada L."})
    assert ask(booked, "GET", "/bookings/1").json() == reply.json()


def test_put_twice_is_put_once(booked: Server) -> None:
    first, second = (ask(booked, "PUT", "/bookings/1", {**GOOD, "seat": 9}) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())


def test_put_needs_every_field(booked: Server) -> None:
    assert ask(booked, "PUT", "/bookings/1", {"seat": 9}).status_code == 422


def test_patch_changes_what_it_names(booked: Server) -> None:
    reply = ask(booked, "PATCH", "/bookings/1", {"seat": 9})
    assert (reply.status_code, reply.json()) == (200, {**BOOKED, "seat": 9})


def test_patch_of_nothing_changes_nothing(booked: Server) -> None:
    assert ask(booked, "PATCH", "/bookings/1", {}).json() == BOOKED


def test_delete_cancels_with_204_and_no_body(booked: Server) -> None:
    reply = ask(booked, "DELETE", "/bookings/1")
    assert (reply.status_code, reply.content) == (204, b"")
    assert ask(booked, "GET", "/bookings/1").status_code == 404


def test_delete_twice_is_404(booked: Server) -> None:
    assert [ask(booked, "DELETE", "/bookings/1").status_code for _ in range(2)] == [204, 404]


def test_the_number_of_a_cancelled_booking_is_not_given_again(booked: Server) -> None:
    ask(booked, "DELETE", "/bookings/2")
    assert ask(booked, "POST", "/bookings", {**GOOD, "seat": 8}).headers["Location"] == "/bookings/3"


# A seat that is taken -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/bookings", {**GOOD, "name": "Cy"}),
        ("PUT", "/bookings/2", {**GOOD, "name": "Bo"}),
        ("PATCH", "/bookings/2", {"seat": 7}),
    ],
)
def test_a_taken_seat_is_409_and_nothing_changes(booked: Server, method: str, path: str, body: Any) -> None:
    before = ask(booked, "GET", "/bookings").json()
    reply = ask(booked, method, path, body)
    assert (reply.status_code, message(reply)) == (409, "this seat is taken")
    assert ask(booked, "GET", "/bookings").json() == before


def test_of_twenty_who_race_for_a_seat_one_wins(api: Server) -> None:
    def race(number: int) -> int:
        start.wait(10)
        return ask(api, "POST", "/bookings", {**GOOD, "name": f"runner {number}"}).status_code

    start = Barrier(20)
    with ThreadPoolExecutor(20) as runners:
        assert sorted(runners.map(race, range(20))) == [201] + [409] * 19
    assert len(ask(api, "GET", "/bookings").json()) == 1


def test_bookings_can_be_seen_while_others_book(hasty: None) -> None:
    def book() -> None:
        while not seen.is_set():
            for booking in [store.book(1, seat, "Ada") for seat in range(1, 200)]:
                store.cancel(booking)

    store, seen = Store([Show(1, "Hamlet", "2027-03-05T19:30", 200)]), Event()
    api, others = launch(ticket_service.create_app(store), port=0), Thread(target=book)
    others.start()
    try:
        assert {ask(api, "GET", "/bookings").status_code for _ in range(20)} == {200}
    finally:
        seen.set()
        others.join()


# What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/shows/4", "there is no show 4"),
        ("/shows/0", "there is no show 0"),
        ("/shows/99999999999999999999", "there is no show 99999999999999999999"),
        ("/bookings/1", "there is no booking 1"),
    ],
)
def test_a_number_that_nothing_has_is_404(api: Server, path: str, said: str) -> None:
    reply = ask(api, "GET", path)
    assert (reply.status_code, message(reply)) == (404, said)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_what_is_not_there_cannot_be_changed(api: Server, method: str) -> None:
    reply = ask(api, method, "/bookings/9", GOOD)
    assert (reply.status_code, message(reply)) == (404, "there is no booking 9")


@pytest.mark.parametrize("path", ["/", "/show", "/shows/", "/shows/one", "/shows/-1", "/shows/" + "9" * 5000])
def test_an_unknown_route_is_404_in_json_too(api: Server, path: str) -> None:
    reply = ask(api, "GET", path)
    assert (reply.status_code, message(reply)[:31]) == (404, "The requested URL was not found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/shows"), ("DELETE", "/shows/1"), ("PATCH", "/bookings"), ("POST", "/bookings/1")],
)
def test_a_method_a_resource_does_not_have_is_405(api: Server, method: str, path: str) -> None:
    assert ask(api, method, path, GOOD).status_code == 405


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("text", ["", "{", "{'show': 1}", '{"show": 1,}', b"\xff\xfe\xfa", "9" * 5000, "\0"])
def test_what_is_no_json_is_400(booked: Server, method: str, text: str | bytes) -> None:
    reply = send(booked, text, "/bookings" if method == "POST" else "/bookings/1", method)
    assert reply.status_code == 400
    assert message(reply)


@pytest.mark.parametrize("text", ["[" * 9000, '{"a":' * 1800, "[" * 4500 + "]" * 4500])
def test_json_nested_deep_is_no_more_than_a_wrong_request(api: Server, text: str) -> None:
    reply = send(api, text)
    assert reply.status_code in (400, 422)  # how deep is too deep differs between Pythons
    assert message(reply)


def test_a_body_that_is_not_said_to_be_json_is_415(api: Server) -> None:
    reply = ask(api, "POST", "/bookings", data=json.dumps(GOOD))
    assert reply.status_code == 415
    assert "Content-Type was not 'application/json'" in message(reply)


def test_a_body_too_long_is_413(api: Server) -> None:
    reply = send(api, json.dumps({**GOOD, "name": "x" * ticket_service.MAX_BODY}))
    assert reply.status_code == 413
    assert message(reply)


def test_the_longest_body_is_taken(api: Server) -> None:
    frame = len(json.dumps({**GOOD, "name": ""}))
    assert send(api, json.dumps({**GOOD, "name": "x" * (ticket_service.MAX_BODY - frame)})).status_code == 201


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, "a booking has exactly show, seat and name"),
        ([GOOD], "a booking has exactly show, seat and name"),
        ("Hamlet", "a booking has exactly show, seat and name"),
        ({"show": 1, "seat": 7}, "a booking has exactly show, seat and name"),
        ({**GOOD, "price": 0}, "a booking has exactly show, seat and name"),
        ({**GOOD, "id": 9}, "a booking has exactly show, seat and name"),
        ({**GOOD, "show": "1"}, "show has to be a whole number"),
        ({**GOOD, "seat": 7.5}, "seat has to be a whole number"),
        ({**GOOD, "seat": True}, "seat has to be a whole number"),
        ({**GOOD, "seat": {}}, "seat has to be a whole number"),
        ({**GOOD, "seat": float("nan")}, "seat has to be a whole number"),
        ({**GOOD, "seat": float("inf")}, "seat has to be a whole number"),
        ({**GOOD, "name": None}, "name has to be text"),
        ({**GOOD, "show": 4}, "there is no show 4"),
        ({**GOOD, "seat": 0}, "Hamlet has seats 1 to 120"),
        ({**GOOD, "seat": 10**4000}, "Hamlet has seats 1 to 120"),
    ],
)
def test_a_booking_that_makes_no_sense_is_422_and_says_why(api: Server, body: Any, said: str) -> None:
    reply = send(api, json.dumps(body))
    assert (reply.status_code, message(reply)) == (422, said)
    assert ask(api, "GET", "/bookings").json() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([], "a booking has exactly show, seat and name"),
        (None, "a booking has exactly show, seat and name"),
        ({"id": 2}, "a booking has exactly show, seat and name"),
        ({"seat": "9"}, "seat has to be a whole number"),
        ({"show": 3, "seat": 81}, "Twelfth Night has seats 1 to 80"),
    ],
)
def test_a_change_that_makes_no_sense_is_422_and_changes_nothing(booked: Server, changes: Any, said: str) -> None:
    reply = send(booked, json.dumps(changes), "/bookings/1", "PATCH")
    assert (reply.status_code, message(reply)) == (422, said)
    assert ask(booked, "GET", "/bookings/1").json() == BOOKED


def test_half_a_letter_in_a_name_is_told_back_as_it_came(api: Server) -> None:
    send(api, '{"show": 1, "seat": 7, "name": "\\ud800"}')
    assert '"name": "\\ud800"' in ask(api, "GET", "/bookings").text


# Another make of client ---------------------------------------------------------------------------------


def test_curl_books_a_seat_and_reads_where_it_is(api: Server, curl: Callable[..., str]) -> None:
    as_json = ("--header", "Content-Type: application/json")
    said = curl("--include", *as_json, "--data", json.dumps(GOOD), api.url + "/bookings")
    head, body = said.split("\r\n\r\n")
    assert head.startswith("HTTP/1.1 201 CREATED\r\n")
    assert "Location: /bookings/1" in head.splitlines()
    assert json.loads(body) == BOOKED


def test_curl_changes_and_cancels_a_booking(booked: Server, curl: Callable[..., str]) -> None:
    as_json = ("--header", "Content-Type: application/json")
    patched = curl("--request", "PATCH", *as_json, "--data", '{"seat": 9}', booked.url + "/bookings/1")
    assert json.loads(patched)["seat"] == 9
    assert curl("--include", "--request", "DELETE", booked.url + "/bookings/1").startswith("HTTP/1.1 204 ")
