"""The box office's representations: one resource in five formats, and the client chooses."""

import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import NotAcceptable

from servers.tickets.formats import FORMATS
from servers.tickets.representations import (
    Document,
    booking_document,
    bookings_document,
    entry_point,
    shows_document,
)
from servers.tickets.resource import wanted_format
from servers.tickets.store import SHOWS, Booking
from wirelab import Server

SHOW = {show.id: show for show in SHOWS}
JSON, XML, HTML, TEXT, ATOM = FORMATS
ODD = "</title><script>alert(1)</script> & \"Zoë\" 'n' ]]> {{ 7 * 7 }} 😀"


def bookings(*names: str, links: dict[str, str] | None = None) -> Document:
    found = [Booking(id, 1, id, name, None, "2026-11-25T13:00:00Z") for id, name in enumerate(names, 1)]
    return bookings_document(found, SHOW, links or {"self": "/bookings", "up": "/"})


def said(document: Document, format: str, root: str = "") -> str:
    return FORMATS[format](document, root).decode()


# Who gets what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", HTML),
        (XML, XML),
        ("Text/Plain", TEXT),
        (ATOM, ATOM),
        (f"{XML}, {JSON}", JSON),  # as good as each other: ours to choose
        (f"{XML}, {JSON};q=0.9", XML),
        (f"{XML};q=0.2, {TEXT};q=0.3", TEXT),
        ("text/html;q=0.5, */*;q=0.8", JSON),
        ("application/json;q=0, */*", XML),  # anything but JSON (RFC 9110 §12.4.2)
        ("application/*;q=0, */*;q=0.1", HTML),
        ("*/*;q=0.1, text/*;q=0.2, text/plain;q=0.3", TEXT),
        ("image/png, text/plain;q=0.001", TEXT),
        ("nonsense, text/plain", TEXT),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", HTML),  # a browser
    ],
)
def test_a_client_gets_what_it_likes_best(accept: str, chosen: str) -> None:
    assert wanted_format(accept) == chosen


@pytest.mark.parametrize(
    "accept", ["image/png", "json", "*/*;q=0", "application/json;q=0", "application/problem+json"]
)
def test_who_accepts_nothing_of_ours_is_told_what_there_is(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="this comes as application/json, application/xml, text/html"):
        wanted_format(accept)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("path", ["/", "/shows", "/shows/1", "/shows/1/seats", "/bookings"])
def test_every_resource_comes_in_every_format_and_caches_are_told(api: Server, path: str, format: str) -> None:
    reply = requests.get(api.url + path, headers={"Accept": format}, timeout=10)
    assert (reply.status_code, reply.headers["Vary"]) == (200, "Accept")
    assert reply.headers["Content-Type"] == (JSON if format == JSON else f"{format}; charset=utf-8")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_every_format_has_an_etag_of_its_own(api: Server) -> None:
    tags = {requests.head(api.url, headers={"Accept": format}, timeout=10).headers["ETag"] for format in FORMATS}
    assert len(tags) == len(FORMATS)


@pytest.mark.parametrize(("method", "status"), [("GET", 406), ("HEAD", 406), ("POST", 406)])
def test_what_cannot_be_answered_is_not_done(api: Server, method: str, status: int) -> None:
    wanted, accept = {"show": 1, "seat": 7, "name": "Ada"}, {"Accept": "image/png"}
    reply = requests.request(method, api.url + "/bookings", json=wanted, headers=accept, timeout=10)
    assert (reply.status_code, reply.headers["Vary"]) == (status, "Accept")
    assert requests.get(api.url + "/bookings", timeout=10).json()["bookings"] == []


def test_a_new_booking_is_told_in_the_format_that_was_asked_for(api: Server) -> None:
    wanted = {"show": 1, "seat": 7, "name": "Ada"}
    reply = requests.post(api.url + "/bookings", json=wanted, headers={"Accept": TEXT}, timeout=10)
    assert (reply.status_code, reply.text.splitlines()[0]) == (201, "Booking 1: Hamlet, seat 7")


# What each says -----------------------------------------------------------------------------------------


def test_text_says_one_thing_a_line() -> None:
    lines = said(shows_document(SHOWS), TEXT).splitlines()
    assert lines[:4] == ["Shows", "", "Hamlet", "id: 1"]
    assert "self: /shows/1" in lines


def test_xml_has_an_element_for_each_thing_and_for_each_link() -> None:
    root = ElementTree.fromstring(said(bookings(ODD, "Bo"), XML))
    assert (root.tag, [child.tag for child in root]) == ("bookings", ["booking", "booking", "link", "link"])
    assert root.findtext("booking/name") == ODD
    assert {link.get("rel"): link.get("href") for link in root.findall("link")} == {"self": "/bookings", "up": "/"}


def test_html_shows_a_name_as_text_whatever_it_is() -> None:
    page = said(bookings(ODD), HTML)
    assert "<script" not in page
    assert "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;Zoë&#34;" in page
    assert "{{ 7 * 7 }}" in page  # and no template either


def test_html_has_a_language_a_title_and_one_heading() -> None:
    page = said(bookings("Ada"), HTML)
    assert page.startswith('<!doctype html>\n<html lang="en-GB">')
    assert "<title>Bookings – The Lantern&#39;s box office</title>" in page
    assert re.findall("<h1>(.*?)</h1>", page) == ["Bookings"]


def test_html_may_run_no_script(api: Server) -> None:
    policy = requests.get(api.url, headers={"Accept": HTML}, timeout=10).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")


def test_an_empty_collection_says_so() -> None:
    assert "There are none yet." in said(bookings(), HTML)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_leads_where_the_others_lead(format: str) -> None:
    page = said(
        bookings("Ada", links={"self": "/bookings", "next": "/bookings?limit=1&after=1"}), format, "/proxy"
    )
    following = "/proxy/bookings?limit=1&after=1"
    assert following in page or following.replace("&", "&amp;") in page
    assert "/proxy/bookings/1" in page


# Atom (RFC 4287) ----------------------------------------------------------------------------------------

NAMES = {"a": "http://www.w3.org/2005/Atom"}
REGISTERED = {"about", "alternate", "collection", "first", "item", "next", "prev", "self", "service-desc"}
REGISTERED |= {"service-doc", "up"}


def atom(document: Document) -> ElementTree.Element:
    return ElementTree.fromstring(said(document, ATOM))


def check_common(element: ElementTree.Element) -> None:
    """What feeds and entries have to have (§4.1.1, §4.1.2, §4.2.7)."""
    for name in ("id", "title", "updated"):
        assert len(element.findall(f"a:{name}", NAMES)) == 1, name
    assert re.fullmatch(r"tag:lantern\.example,2027:/\S*", element.findtext("a:id", "", NAMES))  # RFC 4151
    assert datetime.fromisoformat(element.findtext("a:updated", "", NAMES)).tzinfo
    links = element.findall("a:link", NAMES)
    assert all(link.get("href") for link in links)
    assert {link.get("rel") for link in links} <= REGISTERED
    alternates = [(link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate"]
    assert len(alternates) == len(set(alternates)) == 1
    assert len([link for link in links if link.get("rel") == "self"]) == 1


def check_order(element: ElementTree.Element) -> None:
    known = "author category content contributor entry generator icon id link logo published rights subtitle title"
    for child in element:
        assert child.tag.removeprefix("{http://www.w3.org/2005/Atom}") in [*known.split(), "updated", "summary"]


@pytest.mark.parametrize(
    "document", [shows_document(SHOWS), bookings(ODD, "Bo"), bookings()], ids=lambda it: it.title
)
def test_a_collection_is_a_valid_feed(document: Document) -> None:
    feed = atom(document)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.findtext("a:author/a:name", "", NAMES) == "The Lantern"
    entries = feed.findall("a:entry", NAMES)
    assert len(entries) == len(document.items or ())
    for element in (feed, *entries):
        check_common(element)
        check_order(element)
    assert all(entry.findtext("a:content", "", NAMES) for entry in entries)
    identifiers = [element.findtext("a:id", "", NAMES) for element in (feed, *entries)]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize(
    "document",
    [entry_point(), booking_document(Booking(1, 1, 7, ODD, None, "2026-11-25T13:00:00Z"), SHOWS[0])],
    ids=lambda it: it.name,
)
def test_anything_else_is_a_valid_entry(document: Document) -> None:
    entry = atom(document)
    assert entry.tag == "{http://www.w3.org/2005/Atom}entry"
    check_common(entry)
    check_order(entry)
    assert entry.findtext("a:author/a:name", "", NAMES)  # §4.1.2: there is no feed to have one
    assert entry.findtext("a:content", "", NAMES)


def test_a_feed_was_updated_when_its_last_entry_was() -> None:
    found = [Booking(id, 1, id, "Ada", None, f"2026-11-25T13:0{5 - id}:00Z") for id in (1, 2, 3)]
    feed = atom(bookings_document(found, SHOW, {"self": "/bookings"}))
    assert feed.findtext("a:updated", "", NAMES) == "2026-11-25T13:04:00Z"


# Any name -----------------------------------------------------------------------------------------------

NAME = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1)


@given(NAME)
def test_any_name_that_can_be_booked_can_be_written_in_every_format(name: str) -> None:
    document = booking_document(Booking(1, 1, 7, name, None, "2026-11-25T13:00:00Z"), SHOWS[0])
    pages: dict[str, Any] = {format: said(document, format) for format in FORMATS}
    assert ElementTree.fromstring(pages[XML]).findtext("name") == name
    assert f"name: {name}\n" in ElementTree.fromstring(pages[ATOM]).findtext("a:content", "", NAMES)
    assert f"name: {name}\n" in pages[TEXT]
