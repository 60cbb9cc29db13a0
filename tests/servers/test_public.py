"""The site of the theatre: small, alike in a browser and in the store, open to everybody."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import requests

from servers.tickets.store import SHOWS
from servers.web_server import PUBLIC
from wirelab import Server

PAGES = ["index.html", "about.html"]
STYLE = (PUBLIC / "style.css").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """The start tags of a page, in order, each with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed((PUBLIC / page).read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]

    def links(self) -> Iterator[str]:
        for _, attributes in self.found:
            yield from (value for name, value in attributes.items() if name in ("href", "src") and value)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(web: Server, page: str) -> None:
    for link in set(Tags(page).links()):
        assert requests.get(f"{web.url}/{link}", timeout=5).ok


@pytest.mark.parametrize("page", PAGES)
def test_every_link_is_relative(page: str) -> None:
    actions = [form["action"] for form in Tags(page).named("form")]
    assert [link for link in [*Tags(page).links(), *actions] if re.match(r"/|\w+:", str(link))] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_a_language_and_fits_a_telephone(page: str) -> None:
    assert Tags(page).named("html") == [{"lang": "en-GB"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in Tags(page).named("meta")


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_is_told_in_words(page: str) -> None:
    assert all(picture["alt"] for picture in Tags(page).named("img"))


@pytest.mark.parametrize("page", PAGES)
def test_no_level_of_heading_is_left_out(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Tags(page).found if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_no_script(page: str) -> None:
    assert Tags(page).named("script") == []


def test_every_field_of_the_form_has_a_label() -> None:
    fields = Tags("index.html").named("input", "select")
    assert [field["name"] for field in fields] == ["name", "show"]
    assert [label["for"] for label in Tags("index.html").named("label")] == [field["id"] for field in fields]


def test_the_shows_are_those_of_the_box_office() -> None:
    text = (PUBLIC / "index.html").read_text(encoding="utf-8")
    cards = re.findall(r'<h3>(.+?)</h3>.*?datetime="(.+?)".*?(\d+) seats', text, re.DOTALL)
    assert cards == [(show.title, show.starts, str(show.seats)) for show in SHOWS]
    assert re.findall("<option>(.+?)</option>", text) == [show.title for show in SHOWS]


def luminance(colour: str) -> float:
    """How light a colour is, as WCAG 2.2 counts it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", re.findall(r":root \{(.+?)\}", STYLE, re.DOTALL), ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 4.5),
        ("ink", "card", 4.5),
        ("quiet", "paper", 4.5),
        ("quiet", "card", 4.5),
        ("quiet", "line", 4.5),  # a taken seat
        ("accent", "paper", 4.5),
        ("on-accent", "accent", 4.5),
        ("field", "paper", 3),
    ],
)
def test_what_is_to_be_read_stands_out(colours: str, front: str, back: str, least: float) -> None:
    shades = dict(re.findall(r"--([\w-]+): (#\w{6});", colours))
    dark, light = sorted(luminance(shades[name]) for name in (front, back))
    assert (light + 0.05) / (dark + 0.05) >= least


def test_the_ticket_is_a_small_png() -> None:
    picture = (PUBLIC / "ticket.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) < 10_000
