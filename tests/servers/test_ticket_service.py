"""The ticket service in JSON: every verb, every status, and never a 500."""

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from typing import Any

import pytest
import requests

from servers import ticket_service
from servers.tickets.store import Show, Store
from wirelab import Server, launch

GOOD = {"show": 1, "seat": 7, "name": "Ada"}
BOOKED = {"id": 1, **GOOD}
ANY = {"If-Match": "*"}
CHANGING = ["PUT", "PATCH", "DELETE"]


def ask(api: Server, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
    return requests.request(method, api.url + path, json=body, timeout=10, **more)


def change(
    api: Server, method: str, body: Any = None, seen: str = "*", path: str = "/bookings/1"
) -> requests.Response:
    return ask(api, method, path, body, headers={"If-Match": seen})


def send(
    api: Server, text: str | bytes, method: str = "POST", kind: str = "application/json"
) -> requests.Response:
    """Send `text` and call it JSON, whatever it is."""
    path = "/bookings" if method == "POST" else "/bookings/1"
    return ask(api, method, path, data=text, headers={**ANY, "Content-Type": kind})


def state(reply: requests.Response) -> dict[str, Any]:
    """What a resource says of itself, without its links."""
    return {name: value for name, value in reply.json().items() if name != "_links"}


def links(reply: requests.Response) -> dict[str, str]:
    return {rel: link["href"] for rel, link in reply.json()["_links"].items()}


def detail(reply: requests.Response) -> str:
    """Of a problem (RFC 9457), which has to be one."""
    said = reply.json()
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert said.keys() - {"errors"} == {"type", "title", "status", "detail"}
    assert (said["status"], said["title"]) == (reply.status_code, reply.reason)

    return str(said["detail"])


@pytest.fixture
def booked(api: Server) -> Server:
    """A service where Ada has seat 7 of Hamlet, and Bo has seat 8."""
    ask(api, "POST", "/bookings", GOOD)
    ask(api, "POST", "/bookings", {**GOOD, "seat": 8, "name": "Bo"})
    return api


# Looking ------------------------------------------------------------------------------------------------


def test_the_entry_point_links_to_everything(api: Server) -> None:
    reply = ask(api, "GET", "/")
    collections = {name: f"/{name}" for name in ("shows", "bookings", "customers")}
    assert links(reply) == {"self": "/", **collections, "service-desc": "/openapi.json", "service-doc": "/docs"}


def test_all_shows_can_be_seen(api: Server) -> None:
    reply = ask(api, "GET", "/shows")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")
    assert [show["title"] for show in reply.json()["shows"]] == ["Hamlet", "The Tempest", "Twelfth Night"]


def test_one_show_can_be_seen(api: Server) -> None:
    reply = ask(api, "GET", "/shows/3")
    assert state(reply) == {"id": 3, "title": "Twelfth Night", "starts": "2027-03-07T15:00", "seats": 80}
    assert links(reply)["seats"] == "/shows/3/seats"


def test_the_seats_that_are_taken_can_be_seen(booked: Server) -> None:
    reply = ask(booked, "GET", "/shows/1/seats")
    assert state(reply) == {"show": 1, "seats": 120, "taken": [7, 8]}
    assert links(reply)["up"] == "/shows/1"


def test_a_new_service_has_no_bookings(api: Server) -> None:
    assert ask(api, "GET", "/bookings").json()["bookings"] == []


def test_all_bookings_can_be_seen(booked: Server) -> None:
    shown = ask(booked, "GET", "/bookings").json()["bookings"]
    assert [booking["_links"]["self"]["href"] for booking in shown] == ["/bookings/1", "/bookings/2"]


def test_one_booking_can_be_seen(booked: Server) -> None:
    reply = ask(booked, "GET", "/bookings/1")
    assert (state(reply), links(reply)["about"]) == (BOOKED, "/shows/1")


PATHS = ["/", "/shows", "/shows/1", "/shows/1/seats", "/bookings", "/bookings/1"]


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get_and_no_body(booked: Server, path: str) -> None:
    head, full = ask(booked, "HEAD", path), ask(booked, "GET", path)
    assert (head.status_code, head.text) == (200, "")
    for name in ("Content-Length", "Content-Type", "ETag", "Vary", "Cache-Control"):
        assert head.headers[name] == full.headers[name]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/shows", "GET, HEAD, OPTIONS"),
        ("/shows/1", "GET, HEAD, OPTIONS"),
        ("/shows/1/seats", "GET, HEAD, OPTIONS"),
        ("/bookings", "GET, HEAD, OPTIONS, POST"),
        ("/bookings/1", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("/customers", "OPTIONS, POST"),
        ("/customers/1", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_and_405_name_the_methods_in_order(api: Server, path: str, allowed: str) -> None:
    options, refused = ask(api, "OPTIONS", path), ask(api, "BREW", path)
    assert (options.status_code, options.headers["Allow"], options.content) == (200, allowed, b"")
    assert (refused.status_code, refused.headers["Allow"]) == (405, allowed)
    assert detail(refused) == "The method is not allowed for the requested URL."


def test_options_tell_the_formats_of_a_patch(api: Server) -> None:
    told = ask(api, "OPTIONS", "/bookings/1").headers["Accept-Patch"]
    assert told == "application/merge-patch+json, application/json"


# Booking, changing, cancelling --------------------------------------------------------------------------


def test_a_booking_is_created_at_a_location(api: Server) -> None:
    reply = ask(api, "POST", "/bookings", GOOD)
    assert (reply.status_code, reply.headers["Location"], state(reply)) == (201, "/bookings/1", BOOKED)
    there = ask(api, "GET", reply.headers["Location"])
    assert (there.content, there.headers["ETag"]) == (reply.content, reply.headers["ETag"])


def test_a_name_may_have_any_letters(api: Server) -> None:
    reply = ask(api, "POST", "/bookings", {**GOOD, "name": 'Zoë 😀 <b> & "O\'Neill"'})
    assert reply.json()["name"] == 'Zoë 😀 <b> & "O\'Neill"'


def test_put_replaces_a_booking(booked: Server) -> None:
    reply = change(booked, "PUT", {"show": 2, "seat": 9, "name": "Ada L."})
    assert (reply.status_code, state(reply)) == (200, {"id": 1, "show": 2, "seat": 9, "name": "Ada L."})
    assert ask(booked, "GET", "/bookings/1").json() == reply.json()
    assert "ETag" not in reply.headers  # RFC 9110 §9.3.4


def test_put_twice_is_put_once(booked: Server) -> None:
    first, second = (change(booked, "PUT", {**GOOD, "seat": 9}) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())


def test_put_needs_every_field(booked: Server) -> None:
    assert change(booked, "PUT", {"seat": 9}).status_code == 422


def test_patch_changes_what_it_names(booked: Server) -> None:
    reply = change(booked, "PATCH", {"seat": 9})
    assert (reply.status_code, state(reply)) == (200, {**BOOKED, "seat": 9})
    assert ask(booked, "GET", "/bookings/1").headers["ETag"] == reply.headers["ETag"]


def test_a_patch_may_be_called_a_merge_patch(booked: Server) -> None:
    reply = send(booked, '{"name": "Ada L."}', "PATCH", "application/merge-patch+json")
    assert state(reply) == {**BOOKED, "name": "Ada L."}


def test_patch_of_nothing_changes_nothing(booked: Server) -> None:
    assert state(change(booked, "PATCH", {})) == BOOKED


def test_delete_cancels_with_204_and_no_body(booked: Server) -> None:
    reply = change(booked, "DELETE")
    assert (reply.status_code, reply.content, "Content-Type" in reply.headers) == (204, b"", False)
    assert ask(booked, "GET", "/bookings/1").status_code == 404


def test_delete_twice_is_404(booked: Server) -> None:
    assert [change(booked, "DELETE").status_code for _ in range(2)] == [204, 404]


def test_the_number_of_a_cancelled_booking_is_not_given_again(booked: Server) -> None:
    change(booked, "DELETE", path="/bookings/2")
    assert ask(booked, "POST", "/bookings", {**GOOD, "seat": 8}).headers["Location"] == "/bookings/3"


# What a client has seen ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
def test_who_has_it_already_is_told_so_with_304(booked: Server, path: str) -> None:
    first = ask(booked, "GET", path)
    for seen in (first.headers["ETag"], "W/" + first.headers["ETag"], '"x", ' + first.headers["ETag"], "*"):
        again = ask(booked, "GET", path, headers={"If-None-Match": seen})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert (again.headers["Vary"], again.headers["Cache-Control"]) == (
            "Accept",
            first.headers["Cache-Control"],
        )
        assert not {"Content-Type", "Content-Length"} & set(again.headers)
    assert ask(booked, "GET", path, headers={"If-None-Match": '"x"'}).content == first.content


def test_an_etag_is_strong_and_new_after_a_change(booked: Server) -> None:
    before = ask(booked, "GET", "/bookings/1").headers["ETag"]
    after = change(booked, "PATCH", {"seat": 9}, before).headers["ETag"]
    back = change(booked, "PATCH", {"seat": 7}, after).headers["ETag"]
    assert before.startswith('"')
    assert before == back != after


def test_get_may_ask_for_what_was_seen_alone(booked: Server) -> None:
    seen = ask(booked, "GET", "/bookings/1").headers["ETag"]
    assert ask(booked, "GET", "/bookings/1", headers={"If-Match": seen}).status_code == 200
    assert ask(booked, "GET", "/bookings/1", headers={"If-Match": '"x"'}).status_code == 412


@pytest.mark.parametrize("method", CHANGING)
def test_a_change_without_a_condition_is_428(booked: Server, method: str) -> None:
    reply = ask(booked, method, "/bookings/1", GOOD)
    assert (reply.status_code, detail(reply).startswith("send If-Match")) == (428, True)
    assert state(ask(booked, "GET", "/bookings/1")) == BOOKED


@pytest.mark.parametrize("method", CHANGING)
@pytest.mark.parametrize("seen", ['"x"', "x", "W/{}", '"x", "y"', '""'])
def test_a_change_of_what_was_not_seen_is_412(booked: Server, method: str, seen: str) -> None:
    tag = ask(booked, "GET", "/bookings/1").headers["ETag"]
    reply = change(booked, method, GOOD, seen.format(tag))  # a weak tag does not count (RFC 9110 §13.1.1)
    assert (reply.status_code, detail(reply).startswith("this is not what you have seen")) == (412, True)
    assert state(ask(booked, "GET", "/bookings/1")) == BOOKED


@pytest.mark.parametrize("method", CHANGING)
@pytest.mark.parametrize("accept", ["application/json", "application/xml", "text/html", "text/plain", "*/*"])
def test_a_change_of_what_was_seen_in_any_format_is_made(booked: Server, method: str, accept: str) -> None:
    tag = ask(booked, "GET", "/bookings/1", headers={"Accept": accept}).headers["ETag"]
    assert change(booked, method, GOOD, f'"x", {tag}').status_code in (200, 204)


@pytest.mark.parametrize("unseen", ["*", "{}", "W/{}"])
def test_a_change_of_what_must_not_be_there_is_412(booked: Server, unseen: str) -> None:
    tag = ask(booked, "GET", "/bookings/1").headers["ETag"]
    headers = {"If-Match": "*", "If-None-Match": unseen.format(tag)}
    assert ask(booked, "PUT", "/bookings/1", GOOD, headers=headers).status_code == 412


def test_of_two_who_change_what_both_have_seen_one_wins(booked: Server) -> None:
    def race(seat: int) -> int:
        start.wait(10)
        return change(booked, "PATCH", {"seat": seat}, tag).status_code

    tag, start = ask(booked, "GET", "/bookings/1").headers["ETag"], Barrier(8)
    with ThreadPoolExecutor(8) as runners:
        assert sorted(runners.map(race, range(20, 28))) == [200] + [412] * 7


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
    reply = ask(booked, method, path, body, headers=ANY if method != "POST" else {})
    assert (reply.status_code, detail(reply)) == (409, "this seat is taken")
    assert ask(booked, "GET", "/bookings").json() == before


def test_of_twenty_who_race_for_a_seat_one_wins(api: Server) -> None:
    def race(number: int) -> int:
        start.wait(10)
        return ask(api, "POST", "/bookings", {**GOOD, "name": f"runner {number}"}).status_code

    start = Barrier(20)
    with ThreadPoolExecutor(20) as runners:
        assert sorted(runners.map(race, range(20))) == [201] + [409] * 19
    assert len(ask(api, "GET", "/bookings").json()["bookings"]) == 1


def test_bookings_can_be_seen_while_others_book(hasty: None) -> None:
    def book() -> None:
        while not seen.is_set():
            for booking in [store.book(1, seat, "Ada") for seat in range(1, 50)]:
                store.cancel(booking.id)

    store, seen = Store(shows=[Show(1, "Hamlet", "2027-03-05T19:30", 200)]), Event()
    api, others = launch(ticket_service.create_app(store), port=0), Thread(target=book)
    others.start()
    try:
        assert {ask(api, "GET", "/bookings").status_code for _ in range(20)} == {200}
    finally:
        seen.set()
        others.join()


# Pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def five(api: Server) -> Server:
    for seat in range(1, 6):
        ask(api, "POST", "/bookings", {**GOOD, "seat": seat})
    return api


def walk(api: Server, path: str, rel: str) -> list[list[int]]:
    """The numbers of the bookings on each page, from this one on."""
    reply = ask(api, "GET", path)
    found, further = [booking["id"] for booking in reply.json()["bookings"]], links(reply).get(rel)
    return [found, *(walk(api, further, rel) if further else [])]


def test_links_lead_through_the_pages_and_back(five: Server) -> None:
    assert walk(five, "/bookings?limit=2", "next") == [[1, 2], [3, 4], [5]]
    assert walk(five, "/bookings?limit=2&after=4", "prev") == [[5], [3, 4], [1, 2]]


def test_a_page_says_where_it_is_and_where_the_first_is(five: Server) -> None:
    found = links(ask(five, "GET", "/bookings?after=2&limit=2"))
    assert (found["self"], found["first"]) == ("/bookings?limit=2&after=2", "/bookings?limit=2")


def test_a_page_has_twenty_unless_another_number_is_asked_for(api: Server) -> None:
    for seat in range(1, 23):
        ask(api, "POST", "/bookings", {**GOOD, "seat": seat})
    assert [len(page) for page in walk(api, "/bookings", "next")] == [20, 2]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=two",
        "limit=1.0",
        "limit=1_0",
        "limit=%D9%A1",
        "limit=",
        "limit=+1",
    ]
    + ["after=-1", "after=99999999999", "after=x", "page=2", "limit=1&limit=2", "limit=" + "9" * 5000],
)
def test_a_query_that_makes_no_sense_is_422(api: Server, query: str) -> None:
    reply = ask(api, "GET", f"/bookings?{query}")
    assert (reply.status_code, bool(detail(reply))) == (422, True)


# Customers ----------------------------------------------------------------------------------------------


def register(api: Server, name: str) -> dict[str, str]:
    """The header of a new customer."""
    return {"Authorization": f"Bearer {ask(api, 'POST', '/customers', {'name': name}).json()['token']}"}


def test_a_customer_is_created_and_given_a_token_once(api: Server) -> None:
    reply = ask(api, "POST", "/customers", {"name": "Ada"})
    assert (reply.status_code, reply.headers["Location"], reply.headers["Cache-Control"]) == (
        201,
        "/customers/1",
        "no-store",
    )
    assert reply.json()["name"] == "Ada"
    header = {"Authorization": f"Bearer {reply.json()['token']}"}
    assert state(ask(api, "GET", "/customers/1", headers=header)) == {"id": 1, "name": "Ada"}


def test_a_customers_booking_is_for_that_customer_alone(api: Server) -> None:
    ada, bo = register(api, "Ada"), register(api, "Bo")
    where = ask(api, "POST", "/bookings", GOOD, headers=ada).headers["Location"]
    for method, body in [("GET", None), ("PUT", GOOD), ("PATCH", {"seat": 9}), ("DELETE", None)]:
        unknown = ask(api, method, where, body, headers=ANY)
        assert (unknown.status_code, unknown.headers["WWW-Authenticate"]) == (401, 'Bearer realm="box office"')
        another = ask(api, method, where, body, headers={**ANY, **bo})
        assert (another.status_code, detail(another)) == (403, "this belongs to another customer")
    assert state(ask(api, "GET", where, headers=ada)) == BOOKED
    assert ask(api, "PATCH", where, {"seat": 9}, headers={**ANY, **ada}).status_code == 200
    assert ask(api, "DELETE", where, headers={**ANY, **ada}).status_code == 204


def test_a_booking_made_at_the_counter_is_open_to_everyone(booked: Server) -> None:
    ada = register(booked, "Ada")
    assert ask(booked, "PATCH", "/bookings/1", {"seat": 9}, headers={**ANY, **ada}).status_code == 200
    assert change(booked, "PATCH", {"seat": 10}).status_code == 200


def test_a_list_has_the_bookings_that_its_reader_may_see(booked: Server) -> None:
    ada, bo = register(booked, "Ada"), register(booked, "Bo")
    ask(booked, "POST", "/bookings", {**GOOD, "seat": 9}, headers=ada)
    seen = [ask(booked, "GET", "/bookings", headers=who).json()["bookings"] for who in ({}, ada, bo)]
    assert [len(bookings) for bookings in seen] == [2, 3, 2]


def test_a_customer_is_shown_to_that_customer_alone(api: Server) -> None:
    register(api, "Ada")
    bo = register(api, "Bo")
    paths = ["/customers/1", "/customers/2", "/customers/9"]
    assert [ask(api, "GET", path).status_code for path in paths] == [401, 401, 401]
    assert [ask(api, "GET", path, headers=bo).status_code for path in paths] == [403, 200, 403]


@pytest.mark.parametrize(("method", "path"), [("GET", "/shows"), ("POST", "/bookings"), ("GET", "/customers/1")])
def test_a_token_that_nobody_has_is_401_everywhere(api: Server, method: str, path: str) -> None:
    register(api, "Ada")
    for sent in ["Bearer x", "Bearer 1.x", "Bearer", "Basic QWRhOng=", "Basic x", "Digest a=b", "x", ""]:
        reply = ask(api, method, path, GOOD, headers={"Authorization": sent})
        assert (reply.status_code, detail(reply)) == (401, "this token is not known here")
        assert reply.headers["WWW-Authenticate"] == 'Bearer realm="box office", error=invalid_token'


# What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/shows/4", "there is no show 4"),
        ("/shows/0", "there is no show 0"),
        ("/shows/4/seats", "there is no show 4"),
        ("/shows/99999999999999999999", "there is no show 99999999999999999999"),
        ("/bookings/1", "there is no booking 1"),
        ("/bookings/99999999999999999999", "there is no booking 99999999999999999999"),
    ],
)
def test_a_number_that_nothing_has_is_404(api: Server, path: str, said: str) -> None:
    reply = ask(api, "GET", path)
    assert (reply.status_code, detail(reply)) == (404, said)


@pytest.mark.parametrize("method", CHANGING)
def test_what_is_not_there_cannot_be_changed(api: Server, method: str) -> None:
    reply = change(api, method, GOOD, path="/bookings/9")
    assert (reply.status_code, detail(reply)) == (404, "there is no booking 9")


UNKNOWN = [
    "/show",
    "/shows/",
    "/shows/one",
    "/shows/-1",
    "/shows/%31x",
    "/bookings/1/",
    "/shows/" + "9" * 5000,
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_route_is_a_problem_too(api: Server, path: str) -> None:
    reply = ask(api, "GET", path)
    assert (reply.status_code, reply.json()["detail"][:31]) == (404, "The requested URL was not found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/shows"),
        ("DELETE", "/shows/1"),
        ("PATCH", "/bookings"),
        ("POST", "/bookings/1"),
        ("GET", "/customers"),
    ],
)
def test_a_method_a_resource_does_not_have_is_405(api: Server, method: str, path: str) -> None:
    assert ask(api, method, path, GOOD).status_code == 405


def test_a_body_that_is_not_said_to_be_json_is_415(api: Server) -> None:
    reply = ask(api, "POST", "/bookings", data=json.dumps(GOOD))
    said = "send application/json in UTF-8, not a body without a Content-Type"
    assert (reply.status_code, detail(reply)) == (415, said)


KINDS = [
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "nonsense",
    "*/*",
]
KINDS += ["application/merge-patch+json", "application/json; charset=latin-1", "application/json; charset=utf-16"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_in_another_format_or_charset_is_415(api: Server, kind: str) -> None:
    reply = send(api, json.dumps(GOOD), kind=kind)
    assert (reply.status_code, detail(reply).startswith("send application/json in UTF-8")) == (415, True)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
def test_a_body_may_say_that_it_is_utf_8(api: Server, kind: str) -> None:
    assert send(api, json.dumps(GOOD), kind=kind).status_code == 201


def test_a_body_too_long_is_413(api: Server) -> None:
    reply = send(api, json.dumps({**GOOD, "name": "x" * ticket_service.MAX_BODY}))
    assert (reply.status_code, bool(detail(reply))) == (413, True)


def test_the_longest_body_is_taken(api: Server) -> None:
    body = json.dumps(GOOD)
    assert send(api, body + " " * (ticket_service.MAX_BODY - len(body))).status_code == 201


@pytest.mark.parametrize(
    ("body", "said", "pointers"),
    [
        (None, "valid dictionary", ["#"]),
        ([GOOD], "valid dictionary", ["#"]),
        ("Hamlet", "valid dictionary", ["#"]),
        ({"show": 1, "seat": 7}, "name: Field required", ["#/name"]),
        ({**GOOD, "price": 0}, "price: Extra inputs are not permitted", ["#/price"]),
        ({**GOOD, "id": 9, "~/": 0}, "id: Extra inputs", ["#/id", "#/~0~1"]),
        ({**GOOD, "show": "1"}, "show: Input should be a valid integer", ["#/show"]),
        ({**GOOD, "seat": 7.5}, "seat: Input should be a valid integer", ["#/seat"]),
        ({**GOOD, "seat": True}, "seat: Input should be a valid integer", ["#/seat"]),
        ({**GOOD, "seat": {}}, "seat: Input should be a valid integer", ["#/seat"]),
        ({**GOOD, "seat": 0}, "seat: Input should be greater than or equal to 1", ["#/seat"]),
        ({**GOOD, "seat": 10**4000}, "seat: Input should be less than or equal to", ["#/seat"]),
        ({**GOOD, "name": None}, "name: Input should be a valid string", ["#/name"]),
        ({**GOOD, "name": ""}, "name: String should have at least 1 character", ["#/name"]),
        ({**GOOD, "name": "x" * 101}, "name: String should have at most 100 characters", ["#/name"]),
        ({**GOOD, "name": "\0"}, "name: String should match pattern", ["#/name"]),
        ({**GOOD, "name": "a\nb"}, "name: String should match pattern", ["#/name"]),
        ({**GOOD, "name": "Ada\n"}, "name: String should match pattern", ["#/name"]),
        ({**GOOD, "name": "\uffff"}, "name: String should match pattern", ["#/name"]),
        ({**GOOD, "name": "\ud800"}, "name: Input should be a valid string", ["#/name"]),
        ({}, "show: Field required; seat: Field required", ["#/show", "#/seat", "#/name"]),
        ({**GOOD, "show": 4}, "there is no show 4", ["#/show"]),
        ({**GOOD, "seat": 121}, "Hamlet has seats 1 to 120", ["#/seat"]),
    ],
)
def test_a_booking_that_makes_no_sense_is_422_and_says_where(
    api: Server, body: Any, said: str, pointers: list[str]
) -> None:
    reply = send(api, json.dumps(body))
    assert (reply.status_code, said in detail(reply)) == (422, True)
    assert [error["pointer"] for error in reply.json()["errors"]] == pointers
    assert ask(api, "GET", "/bookings").json()["bookings"] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([], "valid dictionary"),
        (None, "valid dictionary"),
        ({"id": 2}, "id: Extra inputs"),
        ({"owner": 2}, "owner: Extra inputs"),
        ({"seat": "9"}, "seat: Input should be a valid integer"),
        ({"seat": None}, "seat: Input should be a valid integer"),
        ({"show": 4}, "there is no show 4"),
        ({"show": 3, "seat": 81}, "Twelfth Night has seats 1 to 80"),
    ],
)
def test_a_change_that_makes_no_sense_is_422_and_changes_nothing(booked: Server, changes: Any, said: str) -> None:
    reply = send(booked, json.dumps(changes), "PATCH")
    assert (reply.status_code, said in detail(reply)) == (422, True)
    assert state(ask(booked, "GET", "/bookings/1")) == BOOKED


# What goes wrong here -----------------------------------------------------------------------------------


def test_a_fault_of_ours_is_500_and_leaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    monkeypatch.setattr(store, "taken", lambda show: print(1 / 0))
    api = launch(ticket_service.create_app(store), port=0)
    reply = ask(api, "GET", "/shows/1/seats")
    assert (reply.status_code, "division" in reply.text, "Traceback" in reply.text) == (500, False, False)
    assert detail(reply).startswith("The server encountered an internal error")
    assert "ZeroDivisionError" in str(api.failures[-1])


def test_a_database_that_fails_is_500_and_leaks_nothing(api: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    store = Store()
    monkeypatch.setattr(store, "book", fail)
    reply = ask(launch(ticket_service.create_app(store), port=0), "POST", "/bookings", GOOD)
    assert (reply.status_code, "disk" in detail(reply)) == (500, False)


# Behind a proxy -----------------------------------------------------------------------------------------


def hrefs(told: Any) -> list[str]:
    if isinstance(told, dict):
        return [told["href"]] if "href" in told else [href for value in told.values() for href in hrefs(value)]
    return [href for value in told for href in hrefs(value)] if isinstance(told, list) else []


@pytest.mark.parametrize("path", PATHS)
def test_behind_a_proxy_every_link_begins_with_its_prefix(booked: Server, path: str) -> None:
    reply = ask(booked, "GET", path, headers={"X-Forwarded-Prefix": "/user/ada/proxy/8003/"})
    assert hrefs(reply.json())
    assert all(href.startswith("/user/ada/proxy/8003/") for href in hrefs(reply.json()))


def test_behind_a_proxy_a_location_begins_with_its_prefix(api: Server) -> None:
    reply = ask(api, "POST", "/bookings", GOOD, headers={"X-Forwarded-Prefix": "/user/ada/proxy/8003"})
    assert reply.headers["Location"] == "/user/ada/proxy/8003/bookings/1"


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "http://evil.example", '/"><script>', "/\\evil.example", "/%0d%0a"]
)
def test_a_made_up_prefix_leads_to_no_other_host(api: Server, prefix: str) -> None:
    for accept in ("application/json", "text/html"):
        reply = ask(api, "GET", "/shows", headers={"X-Forwarded-Prefix": prefix, "Accept": accept})
        assert "<script>" not in reply.text
        assert not any(start in reply.text for start in ('"//', '"http', '"/\\', "\\evil"))


# Another make of client ---------------------------------------------------------------------------------


def test_curl_books_a_seat_and_reads_where_it_is(api: Server, curl: Callable[..., str]) -> None:
    as_json = ("--header", "Content-Type: application/json")
    said = curl("--include", *as_json, "--data", json.dumps(GOOD), api.url + "/bookings")
    head, body = said.split("\r\n\r\n")
    assert head.startswith("HTTP/1.1 201 CREATED\r\n")
    assert "Location: /bookings/1" in head.splitlines()
    assert json.loads(body)["seat"] == 7


def test_curl_changes_and_cancels_a_booking(booked: Server, curl: Callable[..., str]) -> None:
    words = ("--header", "Content-Type: application/json", "--header", "If-Match: *")
    patched = curl("--request", "PATCH", *words, "--data", '{"seat": 9}', booked.url + "/bookings/1")
    assert json.loads(patched)["seat"] == 9
    assert curl("--include", "--request", "DELETE", *words, booked.url + "/bookings/1").startswith("HTTP/1.1 204 ")
