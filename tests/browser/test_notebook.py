"""What a learner does in a notebook besides running all its cells: stop a cell, follow a link, choose a theme."""

import itertools
import re
from collections.abc import Iterator

import nbformat
import pytest
from lab import ARTEFACTS, COURSE, PROJECTOR, Desk, Lab
from playwright.sync_api import Page, expect
from shown import cut_off

pytestmark = pytest.mark.proof
SERVE_FOREVER = """
from http.server import HTTPServer, SimpleHTTPRequestHandler
import wirelab
print("serving", flush=True)
HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler).serve_forever()"""
AWAIT = """
import asyncio, wirelab
print("awaiting", flush=True)
await asyncio.get_running_loop().create_future()"""
AWAIT_A_SERVER = """
import wirelab
from websockets.asyncio.server import serve
async with serve(print, "127.0.0.1", 0) as server:
    print("serving", flush=True)
    await server.serve_forever()"""
BLOCKED_CLIENT = """
import socket, wirelab
silent = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(silent.getsockname())
print("receiving", flush=True)
client.recv(1)"""
BUSY = [
    (SERVE_FOREVER, "button"),
    (SERVE_FOREVER, "menu"),
    (AWAIT, "button"),
    (AWAIT_A_SERVER, "button"),
    (BLOCKED_CLIENT, "button"),
]


class Scratch:
    """Notebooks of a test's own, in a folder that git ignores."""

    def __init__(self, page: Page) -> None:
        self.page, self.folder = page, ARTEFACTS / "scratch"
        self.desk: Desk | None = None

    def open(self, *cells: str) -> Desk:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "cells.ipynb"
        nbformat.write(notebook, path)
        self.desk = Desk(self.page, path)
        return self.desk


def test_a_lesson_has_its_lanes_before_anything_is_run(page: Page, lab: Lab) -> None:
    desk = Desk(page, COURSE / "notebooks" / "11-http-messages.ipynb")
    try:
        lanes = page.locator(".wirelab-wire .lanes").first
        expect(lanes).to_have_css("border-left-width", "3px")
    finally:
        desk.close()


@pytest.fixture
def scratch(page: Page, lab: Lab) -> Iterator[Scratch]:
    scratch = Scratch(page)
    yield scratch
    page.set_viewport_size(PROJECTOR)
    if scratch.desk:
        scratch.desk.close()
    assert lab.ask("kernels") == []


def test_a_busy_cell_can_be_stopped_and_the_next_one_runs(scratch: Scratch) -> None:
    desk = scratch.open(*(cell for busy, _ in BUSY for cell in (busy, "6 * 7")))
    for number, (_, way) in zip(itertools.count(0, 2), BUSY, strict=False):
        desk.select(number)
        desk.choose("Run", "Run Selected Cell and All Below")
        expect(desk.output(number)).to_contain_text("ing")  # it has come to where it stays
        desk.interrupt(way)
        expect(desk.output(number)).to_contain_text(re.compile("KeyboardInterrupt|CancelledError"))
        desk.wait_for(number)
        desk.run(number + 1)
        expect(desk.output(number + 1)).to_contain_text("42")


def test_a_cell_that_runs_too_early_says_which_to_run_first(scratch: Scratch) -> None:
    desk = scratch.open("seats = 120", "import wirelab", "seats - 1")
    desk.run(1)
    desk.run(2)
    expect(desk.output(2)).to_contain_text("Run that one first; it begins with")
    expect(desk.output(2)).to_contain_text("seats = 120")


LAUNCH = "from wirelab import launch\nweb = launch('servers.web_server')\nweb"


def test_the_pages_of_a_running_server_are_a_click_away_and_within_the_notebook(scratch: Scratch) -> None:
    desk = scratch.open(LAUNCH, "from IPython.display import IFrame\nIFrame(web.url + '/', 600, 300)")
    desk.run_all()
    for words in ("open it", "open it through Jupyter"):
        with desk.page.context.expect_page() as opening:
            desk.page.get_by_role("link", name=words, exact=True).click()
        page = opening.value
        page.wait_for_load_state()
        assert page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == 200, words
        expect(page.locator("h1")).to_be_visible()
        page.close()
    expect(desk.page.frame_locator(".jp-OutputArea-output iframe").locator("h1")).to_be_visible()


WRONG = """
from http.server import BaseHTTPRequestHandler
from wirelab import check, launch, wire
import requests
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404, "A reason " + "x" * 200)
        self.send_header("X-Long", "y" * 500)
        self.end_headers()
station = launch(Station)
station"""
ASK = """
with wire(station) as tap:
    requests.get(tap.url + "/" + "z" * 300, timeout=3)
tap"""
FAILING = """
class Failing(BaseHTTPRequestHandler):
    def do_GET(self):
        raise ValueError("w" * 400)
failing = launch(Failing)
try:
    requests.get(failing.url, timeout=3)
except requests.ConnectionError:
    pass
failing"""


def test_not_even_words_without_an_end_are_cut_off(scratch: Scratch) -> None:
    desk = scratch.open(WRONG, ASK, "check('12.1', station)", FAILING)
    desk.run_all()
    desk.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert cut_off(desk) == []
