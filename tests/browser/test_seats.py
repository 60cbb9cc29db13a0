"""The page of live seats, in two browsers at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

import pytest
import requests
from websockets.asyncio.server import ServerConnection

from servers.seat_feed import stand_alone
from servers.seats.journal import Seats
from wirelab import Server, launch

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
from axe import violations  # noqa: E402
from playwright.sync_api import expect  # noqa: E402

if TYPE_CHECKING:
    from lab import Lab
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.proof
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]


@pytest.fixture
def feed() -> Server:
    return launch("servers.seat_feed", port=0)


@pytest.fixture
def address(feed: Server) -> str:
    return f"{launch('servers.web_server', port=0).url}/seats.html?show=1&feed={feed.port}"


@contextmanager
def two_browsers(browser: "Browser", address: str) -> Iterator[list["Page"]]:
    """The page in two browsers that share nothing, each of them live."""
    contexts = [browser.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(address)
        expect(page.locator("#line")).to_have_text("live")
    yield pages
    for context in contexts:
        context.close()


@pytest.fixture
def pages(browser: "Browser", address: str) -> Iterator[list["Page"]]:
    with two_browsers(browser, address) as pages:
        yield pages


@pytest.fixture
def office() -> Server:
    return launch("servers.box_office", port=0)


@pytest.fixture(params=["by itself", "through Jupyter"])
def counter(request: pytest.FixtureRequest, browser: "Browser", office: Server) -> Iterator[list["Page"]]:
    """The box office's page in two browsers: at its own address, and where a notebook shows it."""
    address = f"{office.url}/seats.html?show=1"
    if request.param == "through Jupyter":
        address = proxied(request.getfixturevalue("lab"), office, "seats.html?show=1")
    with two_browsers(browser, address) as pages:
        yield pages


def proxied(lab: "Lab", server: Server, path: str) -> str:
    """A page's address behind Jupyter's proxy; the key makes its browser known to Jupyter."""
    return f"{lab.url}proxy/{server.port}/{path}&token={lab.token}"


def seat(page: "Page", number: int, state: str) -> Any:
    return page.get_by_role("button", name=f"Seat {number}, {state}", exact=True)


def test_what_one_takes_the_other_sees(pages: list["Page"]) -> None:
    mine, theirs = pages
    seat(mine, 15, "free").click()
    expect(seat(theirs, 15, "taken")).to_be_visible()
    expect(seat(mine, 15, "yours")).to_be_visible()
    expect(theirs.locator("#free")).to_have_text("119 of 120 seats are free")
    expect(theirs.get_by_role("status")).to_have_text("Seat 15 is taken.")


def test_a_seat_is_given_back_by_its_owner_alone(pages: list["Page"]) -> None:
    mine, theirs = pages
    seat(mine, 7, "free").click()
    seat(theirs, 7, "taken").click(force=True)  # it says that it is disabled
    expect(theirs.get_by_role("status")).to_have_text("Seat 7 is taken.")
    seat(mine, 7, "yours").click()
    expect(seat(theirs, 7, "free")).to_be_visible()


def test_the_keyboard_is_enough(pages: list["Page"]) -> None:
    mine, theirs = pages
    seat(mine, 1, "free").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "Enter"):
        mine.keyboard.press(key)
    expect(seat(theirs, 12, "taken")).to_be_visible()


def test_free_and_taken_seats_and_your_own_are_accessible(pages: list["Page"]) -> None:
    mine, theirs = pages
    seat(mine, 5, "free").click()
    seat(theirs, 6, "free").click()
    expect(seat(mine, 5, "yours")).to_be_visible()
    expect(seat(mine, 6, "taken")).to_be_visible()
    for scheme in SCHEMES:
        mine.emulate_media(color_scheme=scheme)
        assert violations(mine) == [], scheme


def test_the_tab_key_stops_once_among_the_seats(pages: list["Page"]) -> None:
    stops = pages[0].locator("#seats button").evaluate_all("all => all.filter(one => one.tabIndex === 0).length")
    assert stops == 1


def test_your_seats_stay_yours_when_the_page_is_loaded_again(pages: list["Page"]) -> None:
    mine, _ = pages
    seat(mine, 3, "free").click()
    expect(seat(mine, 3, "yours")).to_be_visible()
    mine.reload()
    expect(seat(mine, 3, "yours")).to_be_visible()


def test_a_page_says_when_it_is_not_live_and_comes_back_by_itself(feed: Server, pages: list["Page"]) -> None:
    mine, theirs = pages
    seat(mine, 20, "free").click()
    expect(seat(theirs, 20, "taken")).to_be_visible()
    port = feed.port
    feed.stop()
    expect(mine.locator("#line")).to_contain_text("connecting again")
    launch("servers.seat_feed", port=port)  # its seats are all free: it keeps them in memory
    for page in pages:
        expect(page.locator("#line")).to_have_text("live", timeout=15_000)
        expect(seat(page, 20, "free")).to_be_visible()


def test_a_show_that_is_not_there_leaves_the_page_trying(browser: "Browser", address: str) -> None:
    page = browser.new_page()
    page.goto(address.replace("show=1", "show=9"))
    expect(page.locator("#line")).to_contain_text("connecting again")
    page.close()


def test_a_connection_that_is_opened_and_closed_at_once_is_not_live(browser: "Browser", address: str) -> None:
    async def close_at_once(websocket: ServerConnection) -> None:
        return

    page = browser.new_page()
    page.goto(address.rpartition("=")[0] + f"={launch(close_at_once, port=0).port}")
    expect(page.get_by_role("status")).to_contain_text("Nobody tells of seats here", timeout=15_000)
    expect(page.locator("#line")).to_contain_text("connecting again")
    page.close()


@contextmanager
def frozen(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """A server's event loop stands still: the system keeps its connections open, and accepts more."""
    thaw, is_frozen = Event(), Event()
    loop.call_soon_threadsafe(lambda: (is_frozen.set(), thaw.wait()))
    try:
        assert is_frozen.wait(10)
        yield
    finally:
        thaw.set()


def test_a_page_notices_a_frozen_feed_and_a_press_without_an_answer(browser: "Browser") -> None:
    loops = []
    seats = stand_alone(Seats())

    async def onconnect(websocket: ServerConnection) -> None:
        loops.append(asyncio.get_running_loop())
        await seats.onconnect(websocket)

    feed = launch(onconnect, port=0, name="feed", **seats.options())
    page = browser.new_page()
    page.goto(f"{launch('servers.web_server', port=0).url}/seats.html?show=1&feed={feed.port}")
    expect(page.locator("#line")).to_have_text("live")
    with frozen(loops[0]):
        seat(page, 5, "free").click()
        expect(page.get_by_role("status")).to_contain_text("no answer about seat 5", timeout=15_000)
        expect(page.locator("#line")).to_contain_text("connecting again", timeout=15_000)
    expect(page.locator("#line")).to_have_text("live", timeout=30_000)
    expect(page.get_by_role("status")).not_to_contain_text("does not answer")
    seat(page, 6, "free").click()
    expect(seat(page, 6, "yours")).to_be_visible()
    page.close()


def test_a_connection_that_is_open_and_silent_is_not_live(browser: "Browser", address: str) -> None:
    opened = []

    async def say_nothing(websocket: ServerConnection) -> None:
        opened.append(websocket)
        await websocket.wait_closed()

    page = browser.new_page()
    page.goto(address.rpartition("=")[0] + f"={launch(say_nothing, port=0).port}")
    expect(page.get_by_role("status")).to_contain_text("Nobody tells of seats here", timeout=30_000)
    assert len(opened) >= 3
    expect(page.locator("#line")).to_contain_text("connecting again")
    page.close()


def test_nothing_is_wider_than_the_page(browser: "Browser", address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    expect(page.locator("#line")).to_have_text("live")
    for width in (320, 480, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


# Where a notebook shows it --------------------------------------------------------------------------


def test_both_servers_are_found_through_jupyters_proxy(browser: "Browser", lab: "Lab", feed: Server) -> None:
    site = launch("servers.web_server", port=0)
    address = proxied(lab, site, f"seats.html?show=1&feed={feed.port}")
    with two_browsers(browser, address) as (mine, theirs):
        seat(mine, 15, "free").click()
        expect(seat(theirs, 15, "taken")).to_be_visible()
        expect(seat(mine, 15, "yours")).to_be_visible()
        port = feed.port
        feed.stop()
        expect(theirs.locator("#line")).to_contain_text("connecting again")
        launch("servers.seat_feed", port=port)
        expect(theirs.locator("#line")).to_have_text("live")
        expect(seat(theirs, 15, "free")).to_be_visible()


def test_a_stranger_gets_nothing_from_jupyters_proxy(browser: "Browser", lab: "Lab", feed: Server) -> None:
    site = launch("servers.web_server", port=0)
    page = browser.new_page()
    page.goto(f"{site.url}/about.html")
    heard = "address => new Promise(done => { new WebSocket(address).onclose = event => done(event.code); })"
    assert page.evaluate(heard, f"{lab.url.replace('http', 'ws')}proxy/{feed.port}/shows/1") == 1006
    page.close()


# The whole box office -------------------------------------------------------------------------------


def test_what_one_books_the_other_sees_until_it_is_given_back(counter: list["Page"], office: Server) -> None:
    mine, theirs = counter
    mine.get_by_label("Your name").fill("Ada")
    seat(mine, 15, "free").click()
    expect(seat(mine, 15, "yours")).to_be_visible()
    expect(seat(theirs, 15, "taken")).to_be_visible()
    [booking] = requests.get(f"{office.url}/api/bookings", timeout=10).json()["bookings"]
    assert (booking["seat"], booking["name"]) == (15, "Ada")
    seat(mine, 15, "yours").click()
    expect(seat(mine, 15, "free")).to_be_visible()
    expect(seat(theirs, 15, "free")).to_be_visible()
    assert requests.get(f"{office.url}/api/bookings", timeout=10).json()["bookings"] == []


def test_what_a_program_books_every_page_sees(counter: list["Page"], office: Server) -> None:
    wanted = {"show": 1, "seat": 40, "name": "Ben"}
    assert requests.post(f"{office.url}/api/bookings", json=wanted, timeout=10).status_code == 201
    for page in counter:
        expect(seat(page, 40, "taken")).to_be_visible()


def test_a_ticket_needs_a_name(counter: list["Page"], office: Server) -> None:
    mine, _ = counter
    seat(mine, 3, "free").click()
    expect(mine.get_by_role("status")).to_contain_text("Whose name")
    expect(mine.get_by_label("Your name")).to_be_focused()
    assert requests.get(f"{office.url}/api/bookings", timeout=10).json()["bookings"] == []
