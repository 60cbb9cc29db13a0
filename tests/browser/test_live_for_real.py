"""What lesson 36 and its exercises say about pages that stay live, and what such pages do in Chromium."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from wirelab import Server, launch
from wirelab.building.notebook_source import solution

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
from lab import COURSE, Desk  # noqa: E402
from playwright.sync_api import expect  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.proof
STEM = "36-live-for-real"
RUNS_SERVERS = ("check(", "launch(", "stop_all()")  # what has no place in a test
NOTICED = 15_000  # milliseconds


@pytest.fixture
def open_desk(page: "Page") -> Iterator[Callable[[str], Desk]]:
    """Opens the lesson, or the solved exercises, by the folder it is in. At the end it is closed."""
    with ExitStack() as opened:
        yield lambda folder: opened.enter_context(closing(Desk(page, COURSE / folder / f"{STEM}.ipynb")))


def test_the_pages_of_the_lesson_say_when_their_feed_stands_still(open_desk: Callable[[str], Desk]) -> None:
    desk = open_desk("notebooks")
    seats = desk.run_to('site.page("/seats.html"')
    expect(seats.locator("#line")).to_have_text("live")
    desk.run_to("client.send('{\"take\": 13}')")
    expect(seats.locator("#line")).to_contain_text("not live", timeout=NOTICED)
    expect(seats.locator("#said")).to_have_text("The feed does not answer. The seats may have changed.")
    expect(seats.locator("#line")).to_have_text("live", timeout=2 * NOTICED)
    expect(seats.get_by_role("button", name="Seat 13, taken", exact=True)).to_be_visible()

    small = desk.run_to('publish("heartbeat.html"')
    expect(small.locator("h1")).to_have_text("live", timeout=NOTICED)
    small.get_by_role("button").click()
    expect(small.locator("h1")).to_have_text("not live", timeout=NOTICED)
    expect(small.locator("h1")).to_have_text("live", timeout=NOTICED)


def test_the_game_of_the_exercise_can_be_played_in_the_notebook(open_desk: Callable[[str], Desk]) -> None:
    game = open_desk("solutions").run_to("pages.page(")
    expect(game.locator("#you")).to_have_text("You play X.")
    game.get_by_role("button", name="Square 5, free", exact=True).click()
    expect(game.locator("#said")).to_have_text("It is O's turn.")
    expect(game.get_by_role("button", name="Square 5, X", exact=True)).to_be_visible()


# The exercises --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def solved() -> dict[str, Any]:
    """The names of the solved exercises, without their servers."""
    source = (COURSE / "sources" / "exercises" / f"{STEM}.py").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for cell in solution(source, STEM).cells:
        if cell.cell_type == "code" and not any(word in cell.source for word in RUNS_SERVERS):
            exec(cell.source, names)
    return names


class Station:
    """A server with a page at `/`, whose feed a test stops and starts."""

    def __init__(self, html: str) -> None:
        self.html, self.goes_on = html, threading.Event()
        self.goes_on.set()
        self.server = launch(self.feed, port=0, process_request=self.answer, compression=None)
        self.url = self.server.url.replace("ws", "http")

    def answer(self, websocket: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" in request.headers:
            return None
        response = websocket.respond(200, self.html)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response

    async def feed(self, websocket: ServerConnection) -> None:
        await websocket.send("17.5")
        async for _ in websocket:
            self.goes_on.wait()
            await websocket.send("pong")


def test_the_solved_page_notices_a_feed_that_stands_still(browser: "Browser", solved: dict[str, Any]) -> None:
    station, page = Station(solved["live_page"]()), browser.new_page()
    page.goto(station.url)
    expect(page.locator("#state")).to_have_text("live")
    station.goes_on.clear()
    expect(page.locator("#state")).to_have_text("not live", timeout=NOTICED)
    station.goes_on.set()
    expect(page.locator("#state")).to_have_text("live", timeout=NOTICED)
    expect(page.locator("#reading")).to_have_text("17.5")
    station.server.stop()
    expect(page.locator("#state")).to_have_text("not live")
    page.close()


def test_the_solved_page_comes_back(browser: "Browser", solved: dict[str, Any]) -> None:
    station, page = Station(solved["patient_page"]()), browser.new_page()
    page.goto(station.url)
    expect(page.locator("#reading")).to_have_text("17.5")
    page.evaluate("() => { document.querySelector('#reading').textContent = ''; }")
    port = station.server.port
    station.server.stop()
    launch(station.feed, port=port)
    expect(page.locator("#reading")).to_have_text("17.5", timeout=2 * NOTICED)
    page.close()


def game_of(solved: dict[str, Any]) -> tuple[Server, str]:
    """The server of the solved game, and the address of its page."""
    server = launch(solved["board"], port=0)
    html = solved["GAME_PAGE"].replace("ADDRESS", f'"{server.url}"')
    return server, Station(html).url


def test_two_people_play_at_one_board(browser: "Browser", solved: dict[str, Any]) -> None:
    server, address = game_of(solved)
    ada, ben, cleo = (browser.new_page() for _ in range(3))
    for page, you in ((ada, "You play X."), (ben, "You play O."), (cleo, "You watch.")):
        page.goto(address)
        expect(page.locator("#you")).to_have_text(you)
    for page, square in ((ada, 1), (ben, 4), (ada, 2), (ben, 5), (ada, 3)):
        page.get_by_role("button", name=f"Square {square}, free", exact=True).click()
        expect(cleo.get_by_role("button", name=f"Square {square}, {'X' if page is ada else 'O'}")).to_be_visible()
    for page in (ada, ben, cleo):
        expect(page.locator("#said")).to_have_text("X has won.")
    cleo.get_by_role("button", name="Square 9, free", exact=True).click()
    expect(cleo.locator("#said")).to_have_text("No: it is not your turn.")
    expect(ada.locator("#said")).to_have_text("X has won.")
    for page in (ada, ben, cleo):
        page.close()
    server.stop()
