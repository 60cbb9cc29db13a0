"""What lesson 35 says about browsers, and what its pages do in a notebook."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.server import ServerConnection

from wirelab import Server, launch, wire
from wirelab.building.notebook_source import solution

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
from lab import COURSE, Desk  # noqa: E402
from playwright.sync_api import FrameLocator, expect  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.proof
LESSON = COURSE / "notebooks" / "35-browser-client.ipynb"

# What a page notices of a WebSocket: what its events say, in their order.
TALK = """address => new Promise(done => {
  const socket = new WebSocket(address), said = [];
  socket.onopen = () => said.push("open");
  socket.onerror = () => said.push("error");
  socket.onmessage = event => said.push(event.data);
  socket.onclose = event => done([...said, event.code, event.reason]);
})"""
NAME_OF_ERROR = "code => { try { return [eval(code)]; } catch (error) { return error.name; } }"


async def pinged(websocket: ServerConnection) -> None:
    await (await websocket.ping())
    await websocket.send("you answered my ping")


@pytest.fixture
def feed() -> Server:
    return launch(pinged, port=0)


@pytest.fixture
def site() -> Server:
    return launch("servers.web_server", port=0)


@pytest.fixture
def visitor(browser: "Browser", site: Server) -> Iterator["Page"]:
    """A page of the site, in a browser of its own."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site.url}/about.html")
        yield page


def test_a_browser_answers_pings_by_itself(visitor: "Page", feed: Server) -> None:
    assert visitor.evaluate(TALK, feed.url) == ["open", "you answered my ping", 1000, ""]


def test_a_browser_says_where_a_page_came_from_and_adds_its_cookies(
    visitor: "Page", feed: Server, site: Server
) -> None:
    visitor.context.add_cookies([{"name": "session", "value": "ada", "url": site.url}])
    with wire(feed) as tap:
        visitor.evaluate(TALK, tap.url)
    asked = tap.http[0].request
    assert (asked.header("Origin"), asked.header("Cookie")) == (site.url, "session=ada")
    assert "permessage-deflate" in asked.header("Sec-WebSocket-Extensions")


def test_a_refused_page_learns_1006_and_nothing_else(visitor: "Page") -> None:
    circle = launch(pinged, port=0, name="circle", origins=["https://lantern.example"])
    with wire(circle) as tap:
        assert visitor.evaluate(TALK, tap.url) == ["error", 1006, ""]
    assert tap.http[0].response.status == 403


def test_a_page_that_came_encrypted_may_not_use_ws(visitor: "Page") -> None:
    visitor.context.route(
        "https://lantern.example/", lambda route: route.fulfill(content_type="text/html", body="x")
    )
    visitor.goto("https://lantern.example/")
    assert visitor.evaluate(NAME_OF_ERROR, "new WebSocket('ws://feed.example/')") == "SecurityError"


def test_a_page_can_set_no_headers_and_send_no_ping(visitor: "Page", feed: Server) -> None:
    code = f"new WebSocket('{feed.url}', {{headers: {{'X-Name': 'Ada'}}}})"
    assert visitor.evaluate(NAME_OF_ERROR, code) == "SyntaxError"
    assert visitor.evaluate(NAME_OF_ERROR, "'ping' in WebSocket.prototype") == [False]


def test_to_send_too_early_is_an_error_and_too_late_is_nothing(visitor: "Page", feed: Server) -> None:
    visitor.evaluate("address => { window.socket = new WebSocket(address); }", feed.url)
    early = f"const socket = new WebSocket('{feed.url}'); socket.send('early')"
    assert visitor.evaluate(NAME_OF_ERROR, early) == "InvalidStateError"
    visitor.wait_for_function("() => socket.readyState === WebSocket.CLOSED")
    assert visitor.evaluate(NAME_OF_ERROR, "socket.send('late')") == [None]


def test_an_address_may_be_relative(visitor: "Page", site: Server) -> None:
    found = visitor.evaluate(NAME_OF_ERROR, "new WebSocket('feed').url")
    assert found == [site.url.replace("http", "ws") + "/feed"]


@pytest.mark.parametrize(
    ("entry", "runs"),
    [
        ("<img src=x onerror=\"document.title = 'run'\">", True),
        ("<script>document.title = 'run'</script>", False),
    ],
)
def test_what_runs_in_html_that_a_page_puts_in(visitor: "Page", entry: str, runs: bool) -> None:
    visitor.evaluate("entry => { document.querySelector('main').innerHTML += entry; }", entry)
    visitor.evaluate("() => { document.querySelector('main').innerHTML += '<img id=last src=y>'; }")
    visitor.wait_for_function("() => document.querySelector('#last').complete")
    assert (visitor.title() == "run") == runs


# The lesson ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(page: "Page") -> Iterator[Desk]:
    desk = Desk(page, LESSON)
    yield desk
    desk.close()


def inside(frame: FrameLocator, where: str) -> Any:
    return expect(frame.locator(where))


def test_the_lessons_pages_do_what_it_says(desk: Desk) -> None:
    told = desk.run_to('publish("told.html"')
    inside(told, "p").to_have_text("open")
    told.get_by_role("button").click()
    inside(told, "pre").to_contain_text('"seat": 5, "taken": true')
    told.get_by_role("button").click()
    inside(told, "pre").to_contain_text('"error"')

    seats = desk.output(1).frame_locator("iframe")
    inside(seats, "#line").to_have_text("live")
    inside(seats, "#free").to_have_text("118 of 120 seats are free")  # 17 and 5


def test_the_lessons_pages_are_live_where_jupyter_is(desk: Desk) -> None:
    moved = desk.run_to('publish("moved.html"')
    inside(moved, "p").to_have_text("open")
    assert "/proxy/" in str(moved.locator("p").evaluate("() => location.pathname"))


def test_the_taps_page_is_written_down(desk: Desk) -> None:
    seen = desk.run_to("tap = wire(feed)")
    inside(seen, "#line").to_have_text("live")
    number = desk.find("tap.live()") + 1
    desk.run(number)
    expect(desk.output(number)).to_contain_text("2 connections")


def test_a_refused_page_says_1006(desk: Desk) -> None:
    inside(desk.run_to('publish("refused.html"'), "p").to_have_text("closed with 1006")


def test_an_entry_takes_one_guest_book_over_and_not_the_other(desk: Desk) -> None:
    guests = desk.run_to('publish("guests.html"')
    inside(guests, "div").to_contain_text("Ada was here")
    number = desk.find("onerror")
    desk.run(number)
    inside(guests, "h1").to_have_text("Your password, please")
    desk.run(number + 1)
    safe = desk.output(number + 1).frame_locator("iframe")
    inside(safe, "div").to_contain_text("<img src=x onerror=")
    inside(safe, "h1").to_have_text("Guest book")


def test_the_large_page_comes_back_and_the_small_one_does_not(desk: Desk) -> None:
    told = desk.run_to('publish("told.html"')
    seats = desk.output(1).frame_locator("iframe")
    inside(told, "p").to_have_text("open")
    inside(seats, "#line").to_have_text("live")
    number = desk.find("feed.stop()")
    desk.run(number)
    inside(told, "p").to_have_text("closed with 1001")
    inside(seats, "#line").to_contain_text("connecting again")
    desk.run(number + 1)
    inside(seats, "#line").to_have_text("live")
    inside(told, "p").to_have_text("closed with 1001")


# The exercise --------------------------------------------------------------------------------------


def test_the_solved_page_is_live_behind_its_own_door(browser: "Browser") -> None:
    source = (COURSE / "sources" / "exercises" / f"{LESSON.stem}.py").read_text(encoding="utf-8")
    solved: dict[str, Any] = {}
    for cell in solution(source, LESSON.stem).cells:
        if cell.cell_type == "code" and ("def " in cell.source or "import " in cell.source):
            exec(cell.source, solved)
    solved["PAGE"] = solved["station_page"]()
    station = launch(solved["readings"], port=0, process_request=solved["door"])
    page = browser.new_page()
    page.goto(station.url.replace("ws", "http"))
    expect(page.locator("#reading")).to_have_text("17.5")
    expect(page.locator("#state")).to_have_text("live")
    station.stop()
    expect(page.locator("#state")).to_have_text("not live")
    page.close()
