"""What stands before the box office and the ticket service, and refuses for all parts alike."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
from plain_http import CLOSE, connected, exchange, get, post, read_to_end

from servers.guard import guarded_protocol
from servers.tickets.store import Store
from wirelab import Server, launch

HANDSHAKE = [
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Sec-WebSocket-Version: 13",
]
JSON = b"Content-Type: application/json"


@pytest.fixture(scope="module")
def office() -> Iterator[Server]:
    with launch("servers.box_office", port=0, name="for all tests of this module") as server:
        yield server


@pytest.fixture(scope="module")
def service() -> Iterator[Server]:
    with launch("servers.ticket_service", port=0, name="the service for all tests of this module") as server:
        yield server


@pytest.fixture(autouse=True)
def no_server_left() -> None:
    """Keep both; see conftest."""


def status(answer: bytes) -> int:
    return int(re.findall(rb"\AHTTP/1\.1 (\d+) ", answer)[0])


def head(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[0].lower()


PARTS = [b"/hello.txt", b"/api/shows", b"/feed/shows/1"]


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs", "/api/docs/swagger-ui.css", "/api/shows"])
def test_an_answer_has_one_date(office: Server, path: str) -> None:
    assert head(exchange(office, get(path.encode(), CLOSE))).count(b"\r\ndate: ") == 1


@pytest.mark.parametrize("host", [b"a..b", b"[:]", b"[1.2.3]", b"a:99999", b"a" * 64])
@pytest.mark.parametrize("path", PARTS)
def test_a_host_that_cannot_be_is_refused_everywhere(office: Server, path: bytes, host: bytes) -> None:
    assert status(exchange(office, get(path, CLOSE).replace(b"127.0.0.1", host))) == 400


@pytest.mark.parametrize("field", [b"Host: stranger.example", b"Origin: http://stranger.example", b"Origin: null"])
@pytest.mark.parametrize("upgrade", [[], HANDSHAKE])
@pytest.mark.parametrize("path", PARTS)
def test_a_strangers_page_gets_nothing(office: Server, path: bytes, upgrade: list[bytes], field: bytes) -> None:
    request = get(path, CLOSE, *upgrade, *([field] if field.startswith(b"Origin") else []))
    if field.startswith(b"Host"):
        request = request.replace(b"Host: 127.0.0.1", field)
    assert status(exchange(office, request)) == (421 if field.startswith(b"Host") else 403)


def test_a_name_that_was_rebound_books_nothing(office: Server) -> None:
    wanted = {"show": 3, "seat": 71, "name": "v"}
    headers = {"Host": "stranger.example", "Origin": "http://stranger.example"}
    assert requests.post(office.url + "/api/bookings", json=wanted, headers=headers, timeout=5).status_code == 421
    assert requests.get(office.url + "/api/bookings", headers=headers, timeout=5).status_code == 421


@pytest.mark.parametrize("path", [b"/api//evil/shows", b"/api//[", b"/feed//x/shows/1", b"/nowhere"])
def test_a_path_is_taken_apart_once(office: Server, path: bytes) -> None:
    request = get(path, CLOSE, *(HANDSHAKE if b"feed" in path else []))
    assert status(exchange(office, request)) == 404


@pytest.mark.parametrize(("path", "code"), [(b"/api/shows", 200), (b"/hello.txt", 200), (b"/feed/shows/1", 426)])
def test_a_whole_address_is_understood(office: Server, path: bytes, code: int) -> None:
    assert status(exchange(office, get(b"http://127.0.0.1" + path, CLOSE))) == code


@pytest.mark.parametrize("path", [b"/api/shows", b"/hello.txt"])
def test_nothing_is_said_of_a_body_that_is_not_there(office: Server, path: bytes) -> None:
    conditions = [b"If-None-Match: *", b"If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT"]
    answer = exchange(office, get(path, CLOSE, *conditions))
    assert status(answer) == 304
    assert b"\r\ncontent-type:" not in head(answer)


@pytest.mark.parametrize(
    ("method", "version", "code"),
    [(b"GET", b"1.0", 426), (b"POST", b"1.1", 405), (b"HEAD", b"1.1", 405), (b"OPTIONS", b"1.1", 405)],
)
def test_an_upgrade_is_granted_to_a_get_of_http_1_1(
    office: Server, method: bytes, version: bytes, code: int
) -> None:
    request = get(b"/feed/shows/1", CLOSE, *HANDSHAKE).replace(b"GET", method)
    request = request.replace(b"HTTP/1.1", b"HTTP/" + version)
    assert status(exchange(office, request)) == code


def test_an_upgrade_to_something_else_is_passed_over(office: Server) -> None:
    assert status(exchange(office, get(b"/api/shows", b"Connection: close, Upgrade", *HANDSHAKE[1:]))) == 200


@pytest.mark.parametrize("more", [[b"Content-Length: 6"], [b"Cookie: " + b"x" * 9000]])
def test_a_handshake_that_websockets_could_not_read_is_answered(office: Server, more: list[bytes]) -> None:
    assert status(exchange(office, get(b"/feed/shows/1", CLOSE, *HANDSHAKE, *more), b"hello!")) == 426


def test_a_name_with_an_underscore_is_another_name(office: Server) -> None:
    booked = requests.post(office.url + "/api/bookings", json={"show": 1, "seat": 7, "name": "Ada"}, timeout=5)
    path = booked.headers["Location"].encode()
    request = get(path, CLOSE, b"If_Match: *", b"X_Forwarded_Prefix: /evil").replace(b"GET", b"DELETE")
    assert status(exchange(office, request)) == 428
    assert b"/evil" not in exchange(office, get(b"/api/", CLOSE, b"X_Forwarded_Prefix: /evil"))


def test_of_two_prefixes_the_nearest_proxys_counts(office: Server) -> None:
    answer = exchange(office, get(b"/api/", CLOSE, b"X-Forwarded-Prefix: /a", b"X-Forwarded-Prefix: /b"))
    assert b'"/b/api/shows"' in answer


def test_a_query_does_not_make_another_path_of_the_root(office: Server) -> None:
    assert requests.get(office.url + "/api?x=1", allow_redirects=False, timeout=5).status_code == 200


def test_each_path_names_its_own_methods(office: Server) -> None:
    allowed = [requests.put(office.url + path, timeout=5).headers["Allow"] for path in ("/reminder", "/hello.txt")]
    assert allowed == ["POST", "GET, HEAD"]


# The ticket service -------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["text/html;charset=utf-8", "text/html; charset=UTF-8; q=1", "TEXT/HTML"])
def test_a_charset_in_accept_is_passed_over(service: Server, accept: str) -> None:
    reply = requests.get(service.url + "/shows", headers={"Accept": accept}, timeout=5)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/swagger-ui.css", "/shows"])
def test_what_is_not_what_was_seen_is_a_problem_everywhere(service: Server, path: str) -> None:
    reply = requests.get(service.url + path, headers={"If-Match": '"x"'}, timeout=5)
    assert (reply.status_code, reply.headers["Content-Type"]) == (412, "application/problem+json")


def test_a_range_of_an_asset_is_passed_over(service: Server) -> None:
    for wanted in ("lines=1-2", "bytes=0-1,3-4"):
        reply = requests.get(service.url + "/docs/swagger-ui.css", headers={"Range": wanted}, timeout=5)
        assert reply.status_code == 200


def test_a_post_keeps_conditions_too(service: Server) -> None:
    bookings, wanted = service.url + "/bookings", {"show": 2, "seat": 9, "name": "Ada"}
    seen = requests.get(bookings, timeout=5).headers["ETag"]

    def book(condition: dict[str, str]) -> int:
        return requests.post(bookings, json=wanted, headers=condition, timeout=5).status_code

    assert [book({"If-Match": '"x"'}), book({"If-None-Match": "*"}), book({"If-Match": seen})] == [412, 412, 201]
    customers, ada = service.url + "/customers", {"name": "Ada"}
    assert requests.post(customers, json=ada, headers={"If-Match": "*"}, timeout=5).status_code == 412


def test_a_pointer_is_a_fragment_of_an_address(service: Server) -> None:
    wanted = {"show": 1, "seat": 1, "name": "a", "x y%é/~": 1}
    reply = requests.post(service.url + "/bookings", json=wanted, timeout=5)
    assert reply.json()["errors"][0]["pointer"] == "#/x%20y%25%C3%A9~1~0"
    assert reply.json()["detail"].startswith("x y%é~1~0: ")


def test_a_number_of_any_length_is_json(service: Server) -> None:
    body = '{"show": 1, "name": "a", "seat": ' + "9" * 4301 + "}"
    headers = {"Content-Type": "application/json"}
    reply = requests.post(service.url + "/bookings", data=body, headers=headers, timeout=5)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/seat")


@pytest.mark.parametrize("name", ["\ufdd0", "\U0001fffe", "\U0010ffff", "\0", "\x0b"])
def test_a_name_has_no_character_that_html_forbids(service: Server, name: str) -> None:
    wanted = {"show": 1, "seat": 1, "name": name}
    assert requests.post(service.url + "/bookings", json=wanted, timeout=5).status_code == 422


# Slow clients -------------------------------------------------------------------------------------------

BEGUN = [b"", b"GET / HTTP/1.1\r\nHost", get(b"/shows"), post(b"/bookings", b"{", JSON, b"Content-Length: 40")]


def test_300_idle_slow_and_silent_clients_keep_nobody_waiting(service: Server) -> None:
    with ExitStack() as stack:
        for number in range(300):
            stack.enter_context(connected(service)).sendall(BEGUN[number % len(BEGUN)])
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as last:
            last.sendall(get(b"/shows", CLOSE))
            assert status(read_to_end(last)) == 200


def test_a_client_that_takes_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from servers import ticket_service

    monkeypatch.setattr(guarded_protocol, "CLIENT_TIMEOUT", 0.5)
    with launch(lambda host, port: ticket_service.create_server(host, port, Store()), port=0) as server:
        for begun in BEGUN:
            answer = exchange(server, begun)
            assert (status(answer) if answer else None) == {BEGUN[0]: None, BEGUN[2]: 200}.get(begun, 408)


def test_an_expectation_gets_its_final_answer(service: Server) -> None:
    assert status(exchange(service, get(b"/shows/1", b"Expect: 100-continue", CLOSE))) == 200
    body = b'{"show": 2, "seat": 11, "name": "Ada"}'
    with connected(service) as client:
        client.sendall(post(b"/bookings", b"", JSON, CLOSE, b"Expect: 100-continue", b"Content-Length: 38"))
        assert status(client.recv(100)) == 100
        client.sendall(body)
        assert status(read_to_end(client)) == 201


def test_a_304_keeps_the_connection(service: Server) -> None:
    known = get(b"/shows", b"If-None-Match: *")
    assert exchange(service, known, known, get(b"/shows", CLOSE)).count(b"HTTP/1.1 304 ") == 2
