"""The box office: site, service and feed behind one door, and each of them still itself."""

import json
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import requests
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from servers import box_office
from servers.tickets.store import Store
from wirelab import Server, launch, wire

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store()) as store:
        yield store


@pytest.fixture
def office(store: Store) -> Server:
    return launch(partial(box_office.create_server, store=store), port=0)


def watch(office: Server, path: str = "/feed/shows/1") -> ClientConnection:
    return connect(office.url.replace("http", "ws") + path, proxy=None)


def hear(client: ClientConnection) -> dict[str, object]:
    return dict(json.loads(client.recv(timeout=5)))


def book(office: Server, seat: int, show: int = 1) -> requests.Response:
    wanted = {"show": show, "seat": seat, "name": "Ada"}
    return requests.post(office.url + "/api/bookings", json=wanted, timeout=5)


def test_the_site_is_at_the_root(office: Server) -> None:
    reply = requests.get(office.url + "/", timeout=5)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert requests.get(office.url + "/today.zzz", timeout=5).ok


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_services_links_say_where_it_is(office: Server, path: str) -> None:
    links = requests.get(office.url + path, timeout=5).json()["_links"]
    assert links["shows"]["href"] == "/api/shows"
    assert requests.get(office.url + links["shows"]["href"], timeout=5).json()["shows"]


def test_links_lead_through_a_proxy_before_us(office: Server) -> None:
    headers = {"X-Forwarded-Prefix": "/proxy/8001"}
    links = requests.get(office.url + "/api/", headers=headers, timeout=5).json()["_links"]
    assert links["shows"]["href"] == "/proxy/8001/api/shows"


def test_a_path_that_only_begins_alike_is_the_sites(office: Server) -> None:
    for path in ("/apiary", "/feedback", "/api.txt"):
        reply = requests.get(office.url + path, timeout=5)
        assert (reply.status_code, reply.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_the_service_keeps_its_status_codes(office: Server) -> None:
    api = office.url + "/api"
    assert book(office, 5).status_code == 201
    assert book(office, 5).status_code == 409
    assert requests.get(api + "/nowhere", timeout=5).headers["Content-Type"] == "application/problem+json"
    assert requests.put(api + "/shows", timeout=5).status_code == 405
    assert requests.post(api + "/bookings", data=b"x" * 20_000, headers=JSON, timeout=5).status_code == 413
    assert requests.post(api + "/bookings", data="show=1", timeout=5).status_code == 415
    head = requests.head(api + "/shows", timeout=5)
    assert (head.status_code, head.content) == (200, b"")


def test_a_booking_can_be_changed_and_cancelled(office: Server) -> None:
    booked = book(office, 5)
    where, tag = office.url + booked.headers["Location"], booked.headers["ETag"]
    changed = requests.patch(where, json={"seat": 6}, headers={"If-Match": tag}, timeout=5)
    assert changed.json()["seat"] == 6
    assert requests.delete(where, headers={"If-Match": tag}, timeout=5).status_code == 412
    assert requests.delete(where, headers={"If-Match": changed.headers["ETag"]}, timeout=5).status_code == 204


def test_the_site_takes_no_method_that_it_does_not_know(office: Server) -> None:
    reply = requests.put(office.url + "/index.html", data=b"<h1>mine</h1>", timeout=5)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD")


def test_who_watches_sees_a_booking_at_once(office: Server) -> None:
    with watch(office) as client:
        assert hear(client)["taken"] == []
        book(office, 5)
        change = hear(client)
        assert (change["type"], change["seat"], change["taken"]) == ("change", 5, True)


def test_who_watches_one_show_hears_nothing_of_another(office: Server) -> None:
    with watch(office) as client:
        hear(client)
        book(office, 5, show=2)
        book(office, 9)
        assert hear(client)["seat"] == 9


def test_who_comes_back_hears_what_was_missed(office: Server) -> None:
    with watch(office) as client:
        state = hear(client)
    for seat in (5, 6):
        book(office, seat)
    with watch(office, f"/feed/shows/1?since={state['number']}&life={state['life']}") as client:
        assert [hear(client)["seat"], hear(client)["seat"]] == [5, 6]


def test_seats_are_booked_at_the_service_alone(office: Server) -> None:
    with watch(office) as client:
        hear(client)
        client.send('{"take": 5}')
        assert hear(client)["type"] == "error"
    assert requests.get(office.url + "/api/shows/1/seats", timeout=5).json()["taken"] == []


def test_the_feed_refuses_in_its_own_words(office: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        watch(office, "/feed/shows/9")
    assert refused.value.response.status_code == 404


def test_a_page_of_a_stranger_may_not_watch(office: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(office.url.replace("http", "ws") + "/feed/shows/1", origin="https://evil.example", proxy=None)
    assert refused.value.response.status_code == 403


def test_the_feeds_address_asks_for_an_upgrade(office: Server) -> None:
    reply = requests.get(office.url + "/feed/shows/1", timeout=5)
    assert (reply.status_code, reply.headers["Upgrade"]) == (426, "websocket")
    assert reply.headers["Connection"] == "upgrade"


def test_everyone_is_told_when_the_office_closes() -> None:
    office = launch("servers.box_office", port=0)
    with watch(office) as client:
        hear(client)
        office.stop()
        with pytest.raises(ConnectionClosedOK) as closed:
            client.recv(timeout=5)
    assert closed.value.rcvd and closed.value.rcvd.code == 1001


def test_its_log_has_a_line_for_each_request_and_no_other() -> None:
    office = launch("servers.box_office", port=0)
    requests.get(office.url + "/hello.txt", timeout=5)
    started, asked = office.log.wait(2)
    assert started.startswith("Started HTTP server at http://127.0.0.1:")
    assert asked.endswith('"GET /hello.txt HTTP/1.1" 200')


def test_what_another_process_books_is_seen_too(tmp_path: Path) -> None:
    file = str(tmp_path / "bookings.db")
    with closing(Store(file)) as ours, closing(Store(file)) as theirs:
        office = launch(partial(box_office.create_server, store=ours), port=0)
        with watch(office) as client:
            hear(client)
            theirs.book(1, 17, "Ben")
            assert hear(client)["seat"] == 17
        office.stop()


def test_one_wire_shows_site_service_and_feed(office: Server) -> None:
    with wire(office) as tap:
        requests.get(tap.url + "/index.html", timeout=5)
        with connect(tap.url.replace("http", "ws") + "/feed/shows/1", compression=None, proxy=None) as client:
            hear(client)
            wanted = {"show": 1, "seat": 5, "name": "Ada"}
            requests.post(tap.url + "/api/bookings", json=wanted, timeout=5)
            hear(client)
    assert [each.response.status for each in tap.http if each.response] == [200, 101, 201]
    assert any(b'"change"' in frame.payload for frame in tap.frames)
    assert not tap.troubles
