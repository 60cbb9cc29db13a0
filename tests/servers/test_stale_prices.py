"""The price server: four ways to hear of a change, and in none of them can one get lost."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPResponse

import pytest
import requests
from httplint import HttpResponseLinter
from httplint.note import levels
from plain_http import CLOSE, exchange, get
from websockets.sync.client import ClientConnection, connect

from servers import stale_prices
from servers.guard.guarded_server import GuardedServer
from servers.prices.watched_price import Price, Quote
from servers.stale_prices import MAX_WAIT, page
from wirelab import Server, launch


@pytest.fixture
def price() -> Price:
    return Price(30)


@pytest.fixture
def shop(price: Price) -> Server:
    return launch(partial(stale_prices.create_server, price=price), port=0)


@pytest.fixture
def feed(price: Price) -> Server:
    return launch(partial(stale_prices.onconnect, price=price), port=0)


def ask(shop: Server, path: str, **headers: str) -> requests.Response:
    return requests.get(shop.url + path, headers=headers, timeout=10)


# A page, and polling -------------------------------------------------------------------------------------


def test_a_page_has_the_price_of_its_moment(shop: Server, price: Price) -> None:
    before = ask(shop, "/").text
    price.change(27)
    assert ("<b>30</b>" in before, "<b>27</b>" in ask(shop, "/").text) == (True, True)


def test_the_live_page_is_the_other_one_with_a_script() -> None:
    quote = Quote(1, 30)
    assert page(quote, stale_prices.LIVE).startswith(page(quote))


@pytest.mark.proof
def test_in_a_browser_the_live_page_replaces_the_price_it_came_with(
    browser: Callable[[str], str], price: Price
) -> None:
    # The browser tells when it sees another price. Until then its page is not complete: a picture is missing.
    watch = """<img src="held"><script>
        new MutationObserver(() => fetch("seen")).observe(document.querySelector("b"), {childList: true})
    </script>"""
    seen = threading.Event()

    class OldPage(stale_prices.MyHandler):
        def do_GET(self) -> None:
            if self.path == "/live":
                self.reply(page(Quote(1, 99), stale_prices.LIVE + watch), "html")
                return
            if self.path == "/seen":
                seen.set()
            if self.path == "/held":
                seen.wait(20)
            super().do_GET()

    shop = launch(lambda host, port: GuardedServer((host, port), partial(OldPage, price=price)), port=0)
    assert "<b>30</b>" in browser(shop.url + "/live")
    assert seen.is_set()


def test_polling_gets_the_price_with_its_tag(shop: Server) -> None:
    reply = ask(shop, "/price")
    assert (reply.json(), reply.headers["ETag"]) == ({"number": 1, "price": 30}, '"1"')


def test_who_has_the_price_gets_304_without_a_body(shop: Server) -> None:
    reply = ask(shop, "/price", **{"If-None-Match": '"1"'})
    assert (reply.status_code, reply.content, reply.headers["ETag"]) == (304, b"", '"1"')


def test_an_old_tag_gets_the_price(shop: Server, price: Price) -> None:
    price.change(27)
    assert ask(shop, "/price", **{"If-None-Match": '"1"'}).json() == {"number": 2, "price": 27}


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("tag", ['"9"', 'W/"1"'])
def test_a_condition_that_does_not_hold_changes_nothing(shop: Server, price: Price, method: str, tag: str) -> None:
    """If-Match compares strongly, and comes first (RFC 9110 §13.1.1, §13.2.2)."""
    headers = {"If-Match": tag, "If-None-Match": '"2"'}
    reply = requests.request(method, shop.url + "/price", data="27", headers=headers, timeout=10)
    assert (reply.status_code, price.now()) == (412, Quote(1, 30))


@pytest.mark.parametrize(("name", "value"), [("If-Match", '"1"'), ("If-Match", "*"), ("If-None-Match", '"9"')])
def test_a_condition_that_holds_lets_the_price_change(shop: Server, price: Price, name: str, value: str) -> None:
    reply = requests.put(shop.url + "/price", data="27", headers={name: value}, timeout=10)
    assert (reply.status_code, price.now()) == (200, Quote(2, 27))


def test_put_changes_the_price(shop: Server, price: Price) -> None:
    reply = requests.put(shop.url + "/price", data="27", timeout=10)
    assert (reply.status_code, reply.json()) == (200, {"number": 2, "price": 27})
    assert price.now() == Quote(2, 27)


@pytest.mark.parametrize("text", ["", "-1", "1001", "2.5", "27 euros", "٢٧", "\x00", "9" * 10])
def test_what_is_no_price_changes_nothing(shop: Server, price: Price, text: str) -> None:
    reply = requests.put(shop.url + "/price", data=text.encode(), timeout=10)
    assert (reply.status_code, price.now()) == (400, Quote(1, 30))


# Long polling --------------------------------------------------------------------------------------------


def test_a_long_poll_is_answered_at_once_where_there_is_news(shop: Server, price: Price) -> None:
    price.change(27)
    assert ask(shop, "/price?since=1").json() == {"number": 2, "price": 27}


def test_a_long_poll_is_answered_by_a_change(shop: Server, price: Price) -> None:
    with waiting(shop, "/price?since=1", price) as client:
        price.change(27)
        assert client.recv(10_000).endswith(b'{"number": 2, "price": 27}')


def test_a_long_poll_that_waits_in_vain_gets_204(shop: Server) -> None:
    reply = ask(shop, "/price?since=1&wait=0")
    assert (reply.status_code, reply.content, reply.headers.get("Content-Length")) == (204, b"", None)


@pytest.mark.parametrize(
    "query", ["since=", "since=x", "since=-1", "since=1&wait=x", f"since=1&wait={MAX_WAIT + 1}"]
)
def test_a_query_that_makes_no_sense_is_refused(shop: Server, query: str) -> None:
    assert ask(shop, f"/price?{query}").status_code == 400


def test_who_waits_keeps_nobody_from_being_served(shop: Server, price: Price) -> None:
    with waiting(shop, "/price?since=1", price), waiting(shop, "/price/events", price, "Last-Event-ID: 1"):
        assert requests.put(shop.url + "/price", data="27", timeout=10).status_code == 200


def test_a_client_that_leaves_while_it_waits_is_no_failure(shop: Server, price: Price) -> None:
    with waiting(shop, "/price?since=1", price), waiting(shop, "/price/events", price, "Last-Event-ID: 1"):
        pass
    price.change(27)
    assert ask(shop, "/price").json()["price"] == 27
    assert shop.failures == []


@contextmanager
def waiting(shop: Server, path: str, price: Price, *headers: str) -> Iterator[socket.socket]:
    """A client whose request has arrived, and waits for a change."""
    arrived = threading.Event()
    wait_for = price._changed.wait_for

    def wait_and_tell(*words: object) -> bool:
        arrived.set()  # the lock is held until the wait has begun: nobody can change the price in between
        return wait_for(*words)  # type: ignore[arg-type]

    price._changed.wait_for = wait_and_tell  # type: ignore[method-assign, assignment]
    with socket.create_connection(("127.0.0.1", shop.port), timeout=10) as client:
        client.sendall(get(path.encode(), *[header.encode() for header in headers]))
        assert arrived.wait(10)
        price._changed.wait_for = wait_for  # type: ignore[method-assign]
        yield client


# Server-sent events --------------------------------------------------------------------------------------


class Stream:
    """A client of a stream of events."""

    def __init__(self, shop: Server, *headers: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", shop.port), timeout=10)
        self.socket.sendall(get(b"/price/events", *[header.encode() for header in headers]))
        self.response = HTTPResponse(self.socket)
        self.response.begin()

    def block(self) -> list[str]:
        """The lines up to the next empty one."""
        return list(iter(lambda: self.response.readline().decode().rstrip("\n"), ""))

    def close(self) -> None:
        self.response.close()
        self.socket.close()


def test_a_stream_begins_with_the_price_and_goes_on_with_each_change(shop: Server, price: Price) -> None:
    with closing(Stream(shop)) as stream:
        assert stream.response.getheader("Content-Type") == "text/event-stream"
        assert stream.block() == ["id: 1", 'data: {"number": 1, "price": 30}']
        for number in (2, 3):
            price.change(30 - number)
            assert stream.block() == [f"id: {number}", f'data: {{"number": {number}, "price": {30 - number}}}']


def test_who_comes_back_to_a_stream_hears_what_was_missed_at_once(shop: Server, price: Price) -> None:
    price.change(27)
    with closing(Stream(shop, "Last-Event-ID: 1")) as stream:
        assert stream.block()[0] == "id: 2"


def test_who_comes_back_and_missed_nothing_hears_only_what_is_new(shop: Server, price: Price) -> None:
    with closing(Stream(shop, "Last-Event-ID: 1")) as stream:  # the headers come at once
        price.change(27)
        assert stream.block()[0] == "id: 2"


def test_a_silent_stream_shows_that_it_is_alive(
    shop: Server, price: Price, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stale_prices, "HEARTBEAT_SECONDS", 0.01)
    with closing(Stream(shop, "Last-Event-ID: 1")) as stream:
        assert stream.block() == stream.block() == [": still here"]
        price.change(27)
        while (block := stream.block()) == [": still here"]:
            pass
        assert block[0] == "id: 2"


def test_an_id_that_is_no_number_is_refused(shop: Server) -> None:
    assert ask(shop, "/price/events", **{"Last-Event-ID": "x"}).status_code == 400


def test_a_change_reaches_a_stream_that_waits(shop: Server, price: Price) -> None:
    with waiting(shop, "/price/events", price, "Last-Event-ID: 1") as client:
        price.change(27)
        answer = b""
        while b"\n\n" not in answer:
            answer += client.recv(10_000)
        assert answer.endswith(b'id: 2\ndata: {"number": 2, "price": 27}\n\n')


# The WebSocket -------------------------------------------------------------------------------------------


def received(websocket: ClientConnection) -> int:
    return int(json.loads(websocket.recv(timeout=10))["number"])


def test_a_websocket_gets_the_price_and_each_change(feed: Server, price: Price) -> None:
    with connect(feed.url) as websocket:
        assert json.loads(websocket.recv(timeout=10)) == {"number": 1, "price": 30}
        price.change(27)
        assert json.loads(websocket.recv(timeout=10)) == {"number": 2, "price": 27}


def test_every_client_gets_it(feed: Server, price: Price) -> None:
    with connect(feed.url) as one, connect(feed.url) as other:
        assert received(one) == received(other) == 1
        price.change(27)
        assert received(one) == received(other) == 2


def test_what_a_client_says_is_of_no_account(feed: Server, price: Price) -> None:
    with connect(feed.url) as websocket:
        websocket.send("99")
        assert received(websocket) == 1
        price.change(27)
        assert received(websocket) == 2


def test_of_many_changes_the_last_one_arrives_and_none_comes_late(feed: Server, price: Price) -> None:
    with connect(feed.url) as websocket:
        numbers = [received(websocket)]
        for amount in range(200):
            price.change(amount)
        while numbers[-1] < 201:
            numbers.append(received(websocket))
    assert numbers == sorted(set(numbers))


def test_who_leaves_is_no_longer_told(feed: Server, price: Price) -> None:
    with connect(feed.url) as websocket:
        assert received(websocket) == 1
        assert len(price._watchers) == 1
    feed.log.wait(2)  # opened and closed
    assert (price._watchers, feed.failures) == ([], [])


# Its HTTP, read by httplint ------------------------------------------------------------------------------

LINTED = {
    "a page": get(b"/live", CLOSE),
    "a price": get(b"/price", CLOSE),
    "a price that is known": get(b"/price", b'If-None-Match: "1"', CLOSE),
    "no news": get(b"/price?since=1&wait=0", CLOSE),
    "no such page": get(b"/missing", CLOSE),
    "the head of a stream": get(b"/price/events", CLOSE).replace(b"GET", b"HEAD"),
    "put elsewhere": get(b"/live", CLOSE).replace(b"GET", b"PUT"),
}


@pytest.mark.parametrize("name", LINTED)
def test_httplint_finds_nothing_bad(shop: Server, name: str) -> None:
    head, _, body = exchange(shop, LINTED[name]).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    response = HttpResponseLinter(no_content=LINTED[name].startswith(b"HEAD"))
    response.process_response_topline(*first.split(b" ", 2))
    response.process_headers(
        [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    )
    response.feed_content(body)
    response.finish_content(True)
    assert [note.summary for note in response.notes if note.level in (levels.BAD, levels.WARN)] == []
