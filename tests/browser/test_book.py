"""The book, built as users build it and read in a browser from its files, without a network."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.proof
pytest.importorskip("sphinx_book_theme", reason="not here: pip install -r requirements-book.lock")

from axe import violations  # noqa: E402
from playwright.sync_api import Browser, Page, expect  # noqa: E402

PHONE = {"width": 390, "height": 844}
PROJECTOR = {"width": 1280, "height": 720}
LESSON = "notebooks/12-web-server.html"
LOOKED_AT = ["index.html", LESSON, "exercises/12-web-server.html", "docs/glossary.html"]
SCROLLS = "pre, table, figure, .pst-scrollable-table-container"  # by itself
WIDE = f"""() => [...document.querySelectorAll("article *")].filter(one => !one.closest("{SCROLLS}")
  && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))"""
MADE = "https://github.com/someone/wirelab"


@pytest.fixture(scope="module")
def book(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book in a folder, as the command builds it. It fails where Sphinx warns of anything."""
    folder = tmp_path_factory.mktemp("book") / "a book"
    command = [sys.executable, "-m", "wirelab", "book", "--no-browser", "--out", str(folder), "--repository", MADE]
    done = subprocess.run(command, cwd=course, capture_output=True, encoding="utf-8", timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"The book is here: {folder / 'index.html'}\n"
    return folder


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a screen as large as most projectors; what it asks of other hosts is an error."""
    with browser.new_page(viewport=PROJECTOR) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        yield page
        assert [url for url in asked if urlsplit(url).scheme not in ("file", "data")] == []


class Links(HTMLParser):
    """The addresses that a page names, and the ids that it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("href", "src") if name in given]
        self.ids.add(given.get("id", ""))


def test_every_link_in_the_book_leads_to_a_page_and_a_heading(book: Path) -> None:
    pages = {path: Links(path) for path in book.rglob("*.html") if "_static" not in path.parts}
    assert len(pages) > 150
    lost = []
    for path, links in pages.items():
        for address in filter(None, links.addresses):
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            known = not anchor or target not in pages or anchor in pages[target].ids
            if not target.exists() or not known:
                lost.append((path.relative_to(book).as_posix(), address))
    assert lost == []


def test_no_page_takes_anything_from_another_host(book: Path) -> None:
    for path in book.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        taken = re.findall(r'<(?:script|img|iframe|source)[^>]*\ssrc="([^"]+)"|<link[^>]*\shref="([^"]+)"', text)
        assert [one for pair in taken for one in pair if "//" in one] == [], path.name


def test_axe_finds_nothing(book: Path, page: Page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    found = {}
    for name in LOOKED_AT:
        page.goto((book / name).as_uri())
        page.add_style_tag(content="* { transition: none !important; animation: none !important }")
        found[name] = violations(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_phone_shows_each_page_without_scrolling_sideways(book: Path, page: Page) -> None:
    page.set_viewport_size(PHONE)
    for name in [*LOOKED_AT, "notebooks/32-handshake-and-frames.html", "docs/teaching/12-web-server.html"]:
        page.goto((book / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        assert page.evaluate(WIDE) == [], name


def test_a_prediction_is_folded_until_it_is_opened(book: Path, page: Page) -> None:
    page.goto((book / LESSON).as_uri())
    answer = page.locator("div.cell_output", has_text=re.compile(r"^\s*501\s*$"))
    assert not answer.is_visible()
    page.get_by_text("Show what happens").first.click()
    assert answer.is_visible()


def test_a_wire_view_has_its_lanes_and_its_folds(book: Path, page: Page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    page.goto((book / LESSON).as_uri())
    wire = page.locator(".wirelab-wire").first
    assert wire.locator(".lanes").evaluate("one => getComputedStyle(one).borderLeftWidth") == "3px"
    inside = wire.locator("details.client .inside").first
    assert inside.is_visible()
    wire.locator("details.client > summary").first.click()
    assert not inside.is_visible()
    colours = page.evaluate(
        "[document.body, document.querySelector('.wirelab-wire')].map(one => getComputedStyle(one).color)"
    )
    assert colours[0] == colours[1]


def test_a_diagram_is_drawn_and_said(book: Path, page: Page) -> None:
    page.goto((book / LESSON).as_uri())
    diagram = page.get_by_role("img", name="client to MyHandler: GET / HTTP/1.1.")
    assert diagram.locator("svg").bounding_box()["height"] > 200
    assert page.get_by_text("sequenceDiagram").count() == 0


def test_the_search_finds_lessons_without_a_server(book: Path, page: Page) -> None:
    page.goto((book / "search.html").as_uri() + "?q=Sec-WebSocket-Accept")
    found = page.locator("#search-results li a")
    summary = page.locator("#search-results .search-summary")
    expect(summary).to_contain_text("found")  # results are added one by one, and this is said when all are there
    addresses = [str(one.get_attribute("href")) for one in found.all()]
    assert any("notebooks/32-handshake-and-frames.html" in address for address in addresses)
    assert not any("solutions/" in address or "docs/teaching/" in address for address in addresses)


def test_every_notebooks_page_opens_itself_on_binder(book: Path) -> None:
    for folder in ("notebooks", "exercises", "solutions"):
        for path in (book / folder).glob("*.html"):
            address = (
                f"https://mybinder.org/v2/gh/someone/wirelab/HEAD?urlpath=lab/tree/{folder}/{path.stem}.ipynb"
            )
            assert address in path.read_text(encoding="utf-8"), path.name


def test_no_page_has_a_frame_or_a_link_to_this_computer(book: Path) -> None:
    for path in book.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<iframe" not in text, path.name
        assert not re.search(r'href="\w+://(127\.0\.0\.1|localhost)', text), path.name


def test_on_paper_nothing_is_folded_and_the_way_around_is_gone(book: Path, page: Page) -> None:
    page.goto((book / LESSON).as_uri())
    page.emulate_media(media="print")
    assert page.locator("div.cell_output", has_text=re.compile(r"^\s*501\s*$")).bounding_box()["height"] > 10
    assert not page.locator(".book-contents").is_visible()
    assert not page.locator(".beside").first.is_visible()


def test_a_folder_with_other_files_is_left_alone(course: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    command = [sys.executable, "-m", "wirelab", "book", "--no-browser", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=course, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stderr) == (
        1,
        f"{tmp_path} has files that are not a book's: choose another folder with --out\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
