"""Lessons, the servers' pages and the kit's own views can be used by people who see, hear or move less well."""

import itertools
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Literal

import pytest
import requests
from axe import violations
from lab import COURSE
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Page, expect

from wirelab import check, launch, wire
from wirelab.building.kept_outputs import read_whole

pytestmark = pytest.mark.proof
LESSONS = sorted((COURSE / "notebooks").glob("*.ipynb"))
# nbconvert draws code, numbers and what a terminal would colour in colours of its own, some of which are too pale.
CODE = ".jp-CodeCell > .jp-Cell-inputWrapper, .highlight"
COLOURS = {"color-contrast": ".jp-OutputPrompt, [class*=ansi-]"}
EXPORTER = HTMLExporter()
# A page that is one sentence, kept short to be read on the wire, has neither a heading nor parts to jump between.
SENTENCE = {"page-has-heading-one": "html", "landmark-one-main": "html", "region": "html"}
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
# A browser asks for HTML: where a server has it, its page is looked at. Add a line for each new one.
PAGES = {
    "web_server": ["/", "/about.html", "/seats.html?show=1", "/today.zzz", "/no-such-page"],
    "stale_prices": ["/", "/live"],
    "box_office": ["/", "/api/shows/1/seats"],
}  # those of ticket_service, which need bookings to show, are looked at in test_ticket_pages.py


@pytest.fixture
def sheet(browser: Browser) -> Iterator[Page]:
    """An empty page that reaches this computer only."""
    with browser.new_page() as page:
        page.route(lambda url: not url.startswith("http://127.0.0.1"), lambda route: route.abort())
        yield page


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_as_a_page_is_accessible(sheet: Page, path: Path) -> None:
    html, _ = EXPORTER.from_notebook_node(read_whole(path))
    sheet.set_content(html, wait_until="domcontentloaded")
    sheet.evaluate("code => document.querySelectorAll(code).forEach(one => one.remove())", CODE)
    assert violations(sheet, excused=COLOURS) == []


@pytest.mark.parametrize("server", PAGES)
def test_a_servers_pages_are_accessible(sheet: Page, server: str) -> None:
    web = launch(f"servers.{server}", port=0)
    for path, scheme in itertools.product(PAGES[server], SCHEMES):
        sheet.emulate_media(color_scheme=scheme)
        answer = sheet.goto(web.url + path)
        assert answer
        assert (answer.header_value("Content-Type") or "").startswith("text/html"), path
        one_sentence = sheet.locator("body > :not(script)").count() == 1
        assert violations(sheet, excused=SENTENCE if one_sentence else {}) == [], (path, scheme)


class Station(BaseHTTPRequestHandler):
    """Answers a little and falls over, so that a view has a message, a fault and a failure to show."""

    def do_GET(self) -> None:
        if self.path == "/broken":
            raise ValueError("no reading")
        self.send_response(404)
        self.end_headers()


def views() -> str:
    """A page with all that the kit draws."""
    station = launch(Station, port=0)
    with wire(station) as tap, requests.Session() as session:
        for path in ("/", "/broken"):
            try:
                session.get(tap.url + path, timeout=5)
            except requests.ConnectionError:
                continue
    drawn = [tap._repr_html_(), station._repr_html_(), check("12.1", station)._repr_mimebundle_()["text/html"]]
    main = "".join(f"<h2>{number}</h2>{html}" for number, html in enumerate(drawn))
    return f"<!doctype html><html lang=en><title>Views</title><main><h1>Views</h1>{main}</main>"


def test_the_kits_views_are_accessible(sheet: Page) -> None:
    sheet.set_content(views())
    assert violations(sheet) == []


def test_a_message_opens_and_closes_by_the_keyboard(sheet: Page) -> None:
    sheet.set_content(views())
    message = sheet.locator(".wirelab-wire details").first
    was_open = message.evaluate("one => one.open")
    sheet.keyboard.press("Tab")
    expect(message.locator("summary").first).to_be_focused()
    for key in ("Enter", "Space"):
        sheet.keyboard.press(key)
        was_open = not was_open
        assert message.evaluate("one => one.open") == was_open


def test_what_has_the_keyboards_focus_is_marked(sheet: Page) -> None:
    sheet.set_content(views())
    marked = "document.activeElement.matches(':focus-visible') && getComputedStyle(document.activeElement)"
    stops = sheet.locator("summary:visible, a").count()
    for _ in range(stops):
        sheet.keyboard.press("Tab")
        assert sheet.evaluate(f"parseFloat(({marked}).outlineWidth)") >= 1
        assert sheet.evaluate(f"({marked}).outlineStyle") != "none"


def test_every_stop_of_the_keyboard_has_a_name(sheet: Page) -> None:
    sheet.set_content(views())
    assert all(text.strip() for text in sheet.locator("summary, a").all_text_contents())
