"""The ticket service in a browser: pages to click through, readable by everybody, with nothing from elsewhere."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import pytest

from servers import ticket_service
from servers.tickets.store import Store
from wirelab import Server, launch

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
from axe import violations  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.proof
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
PATHS = ["/", "/shows", "/shows/1", "/shows/1/seats", "/bookings", "/bookings/1", "/bookings?limit=1"]


@pytest.fixture
def api() -> Server:
    store = Store()
    for seat, name in enumerate(["Ada <b>Lovelace</b>", "Zoë 😀"], 17):
        store.book(1, seat, name)
    return launch(ticket_service.create_app(store), port=0)


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A window that remembers which hosts it asked, and what went wrong in it."""
    with browser.new_page(viewport={"width": 390, "height": 800}) as page:
        page.set_default_timeout(20_000)
        yield page


def test_the_pages_can_be_clicked_through(page: "Page", api: Server) -> None:
    page.goto(api.url)
    for link in ["Shows", "Hamlet", "Its seats"]:
        page.get_by_role("link", name=link, exact=True).click()
    assert page.get_by_role("listitem").filter(has_text="taken").all_text_contents() == ["17 taken", "18 taken"]
    for link in ["Bookings", "Booking 1: Hamlet, seat 17", "The show", "All of them", "Up"]:
        page.get_by_role("link", name=link, exact=True).click()
    assert page.url == api.url + "/"


def test_a_name_is_shown_as_it_was_written(page: "Page", api: Server) -> None:
    page.goto(api.url + "/bookings/1")
    assert page.get_by_text("Ada <b>Lovelace</b>").is_visible()
    assert page.locator("b").count() == 0


@pytest.mark.parametrize("path", PATHS)
def test_nothing_of_a_page_keeps_anybody_out_or_is_wider_than_a_telephone(
    page: "Page", api: Server, path: str
) -> None:
    page.goto(api.url + path)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_description_is_drawn_from_this_computer_alone(page: "Page", api: Server) -> None:
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.goto(api.url)
    page.get_by_role("link", name="How programs use this service").click()
    page.get_by_text("Book a seat; with a token, for that customer alone").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text("/bookings/3").first.wait_for()
    assert troubles == []
    assert all(url.startswith((api.url, "data:")) for url in asked)
