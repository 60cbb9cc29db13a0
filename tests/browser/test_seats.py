"""The page of live seats, in two browsers at once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from wirelab import Server, launch

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
from playwright.sync_api import expect  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.proof


@pytest.fixture
def feed() -> Server:
    return launch("servers.seat_feed", port=0)


@pytest.fixture
def address(feed: Server) -> str:
    return f"{launch('servers.web_server', port=0).url}/seats.html?show=1&feed={feed.port}"


@pytest.fixture
def pages(browser: "Browser", address: str) -> Iterator[list["Page"]]:
    """The page in two browsers that share nothing, each of them live."""
    contexts = [browser.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(address)
        expect(page.locator("#line")).to_have_text("live")
    yield pages
    for context in contexts:
        context.close()


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


@pytest.mark.parametrize("width", [320, 480, 1280])
def test_nothing_is_wider_than_the_page(browser: "Browser", address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 720})
    page.goto(address)
    expect(page.locator("#line")).to_have_text("live")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
