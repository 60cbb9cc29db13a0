"""A page probe shows what Chromium shows, of the same pages, after the same messages."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from live_pages import BROKEN, COMES_BACK, STAYS_STALE, WORKS, page
from waiting import wait_until
from websockets import ConnectionClosed
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from wirelab import launch
from wirelab.checking import PageProbe

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.proof
PAUSE = 60  # milliseconds in which Chromium does what there is to do
MESSAGES = ("17.5", "<b>18.0</b>", "21 &amp; 5")
READINGS = ({"number": 7, "degrees": -3.5}, {"number": 12, "degrees": 21.5})
LOOK = """id => {
  const found = document.getElementById(id);
  return found && (found.checkVisibility() ? found.innerText : "");
}"""
KEEP_SOCKETS = """
  window.keptSockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...words) { super(...words); window.keptSockets.push(this); }
  };
"""
ARE_CLOSED = "() => keptSockets.slice(0, COUNT).every(socket => socket.readyState === WebSocket.CLOSED)"


class Station:
    """A server with one page, and with a feed that a test plays."""

    def __init__(self) -> None:
        self.page, self.connections = "", list[ServerConnection]()
        self.server = launch(self.feed, port=0, process_request=self.answer, compression=None)
        self.url = self.server.url.replace("ws://", "http://") + "/station/"

    async def feed(self, websocket: ServerConnection) -> None:
        self.loop = asyncio.get_running_loop()
        self.connections.append(websocket)
        await websocket.wait_closed()

    def answer(self, websocket: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" in request.headers:
            return None
        response = websocket.respond(200, self.page)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response

    def tell(self, message: str) -> None:
        """Send it by the newest connection; it is lost where the page has closed that."""
        with contextlib.suppress(ConnectionClosed):
            asyncio.run_coroutine_threadsafe(self.connections[-1].send(message), self.loop).result(5)

    def asked(self) -> list[str]:
        """The paths for which the page asked the feed."""
        return [one.request.path for one in self.connections if one.request]

    def hang_up(self, window: "Page") -> None:
        """End the connections that there are, and wait until the page knows. What it opens at once is kept."""
        connections = list(self.connections)
        for one in connections:
            self.loop.call_soon_threadsafe(one.transport.abort)
        assert wait_until(lambda: window.evaluate(ARE_CLOSED.replace("COUNT", str(len(connections)))))


@pytest.fixture
def station() -> Station:
    return Station()


@pytest.fixture(scope="module")
def window(browser: "Browser") -> Iterator["Page"]:
    with browser.new_page() as window:
        window.clock.install()
        window.add_init_script(KEEP_SOCKETS)
        yield window


def load(window: "Page", station: Station, html: str, *, waits: bool) -> None:
    station.page = html
    window.goto(station.url)
    if waits:
        assert wait_until(lambda: bool(station.connections))
    window.wait_for_timeout(PAUSE)


def compare(probe: PageProbe, window: "Page") -> None:
    for id in ("reading", "state"):
        assert wait_until(lambda: window.evaluate(LOOK, id) == probe.text(id)), (id, probe.text(id))  # noqa: B023


@pytest.mark.parametrize("name", [*WORKS, *BROKEN])
def test_a_page_shows_the_same(name: str, window: "Page", station: Station) -> None:
    html = {**WORKS, **BROKEN}[name]
    probe = PageProbe(html, station.url)
    load(window, station, html, waits=bool(probe.sockets))
    assert station.asked() == ["/station/feed"] * len(probe.sockets)
    if not probe.sockets:
        return
    socket = probe.sockets[0]
    socket.open()
    for message in MESSAGES:
        socket.message(message)
        station.tell(message)
        window.wait_for_timeout(PAUSE)
        compare(probe, window)
    if socket.is_open:
        socket.close()
    station.hang_up(window)
    window.wait_for_timeout(PAUSE)
    compare(probe, window)


@pytest.mark.parametrize("name", [*COMES_BACK, *STAYS_STALE])
def test_a_page_comes_back_the_same(name: str, window: "Page", station: Station) -> None:
    script = {**COMES_BACK, **STAYS_STALE}[name].replace("FEED", f"{station.server.url}/stations/2")
    html = page(script.replace("8002", str(station.server.port)), body='<p id="degrees">no reading yet</p>')
    probe = PageProbe(html, station.url)
    load(window, station, html, waits=bool(probe.sockets))
    for reading in READINGS:
        asked = [socket.url.partition(str(station.server.port))[2] for socket in probe.sockets]
        assert wait_until(lambda: station.asked() == asked), (station.asked(), asked)  # noqa: B023
        if not probe.sockets:
            return
        socket = probe.sockets[-1]
        socket.open()
        socket.message(json.dumps(reading))
        station.tell(json.dumps(reading))
        window.wait_for_timeout(PAUSE)
        shown = probe.text("degrees")
        assert wait_until(lambda: window.evaluate(LOOK, "degrees") == shown), shown  # noqa: B023
        for one in probe.sockets:
            if one.is_wanted:
                one.open()
                one.close()
        station.hang_up(window)
        window.wait_for_timeout(PAUSE)
        window.clock.run_for(1500)
        probe.advance(1.5)
        window.wait_for_timeout(PAUSE)
