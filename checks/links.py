"""The checks of lesson 24: links, and pages that lead to each other."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

from checks.json_documents import JSON_HEADERS, as_object, link_in, links
from wirelab.checking import Answer, CallResult, Expect, FunctionProbe, Probe, Reply, error_in, exercise

DOCUMENT_URL = "http://127.0.0.1:8003/stations/2"
PAGE_URL = "http://station.example/archive/2027/?page=3"
RELATIVE_LINK_HINTS = (
    "Links in a document are read as those in a web page are: relative to the address of the document.",
    "urljoin(url, href) knows all the rules.",
)
HREFS = [  # the document's URL, a relation, its href, what that is
    (DOCUMENT_URL, "collection", "/stations", "that begins with a slash"),
    (DOCUMENT_URL, "readings", "2/readings", "without a slash at its beginning"),
    (DOCUMENT_URL, "map", "http://maps.example/hilltop", "on another host"),
    (PAGE_URL, "prev", "?page=2", "that is a query alone"),
    (PAGE_URL, "up", "../2026/", "with two dots"),
    (PAGE_URL, "item", "march", "beside a query"),
    (DOCUMENT_URL, "now", "", "that is empty, and so leads to the document itself"),
    (DOCUMENT_URL, "low", "2/readings#low", "with a fragment"),
    (DOCUMENT_URL, "lastYear", "/stations/2/2026", "of a relation with a capital letter"),
]
LINK_OBJECT_HINTS = (
    "A link is an object with an href, and urljoin takes strings: give it the href of the link.",
    'urljoin(url, document["_links"][rel]["href"])',
)
NO_LINK_HINTS = (
    "Square brackets raise KeyError where a name is missing; get does not.",
    'document.get("_links", {}).get(rel) is the link, or None.',
)
WITHOUT_LINK = [  # documents that have no link "next"
    ({"name": "Hilltop", **links(self="/stations/2")}, "in a document with other links"),
    ({"degrees": 17.5}, "in a document without _links"),
    ({"next": "/stations/3", "_links": {}}, "in a document whose _links are empty"),
]


@exercise(
    "24.1", "Where a link leads", points=2, of="function", writes=["target"],
    learned="A link's address is resolved against the URL of the document in which it stands.",
)
def where_a_link_leads(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a URL, the document there and a relation to the URL of that link, or None.

    An `href` is relative to the document's URL. Raises Stopped where it hangs.
    """
    for url, rel, href, what in HREFS:
        document = {"name": "Hilltop", **links(**{"self": "/", rel: href, "last": "/last"})}
        got = function.returns(url, document, rel)
        hint = LINK_OBJECT_HINTS if isinstance(error_in(got), TypeError) else RELATIVE_LINK_HINTS
        expect.equal(got, urljoin(url, href), f"completes an address {what}", hint=hint)
    for document, what in WITHOUT_LINK:
        got = function.returns(DOCUMENT_URL, dict(document), "next")
        expect(
            got is None,
            f"gives None for a relation that is not there, {what}",
            expected=None,
            got=got,
            hint=NO_LINK_HINTS,
        )


def _archive(pages: dict[str, Any]) -> Callable[[Any], Answer]:
    """A server's function that answers a target with its document, in which HOST becomes the server's host."""

    def respond(request: Any) -> Answer:
        """The document at the target of this request, or 404; 405 for any method but GET."""
        if request.method != "GET":
            return Answer("this takes GET alone\n", 405, {"Allow": "GET"})
        if request.target not in pages:
            return Answer("not here\n", 404)
        text = json.dumps(pages[request.target]).replace("HOST", request.header("Host"))
        return Answer(text, headers=JSON_HEADERS)

    return respond


def _page(readings: list[float], **targets: str) -> dict[str, Any]:
    """A page of an archive: its readings, and a link for each relation."""
    return {"readings": readings, **links(**targets)}


EMPTY_ARCHIVE = {"/": links(self="/", readings="/readings"), "/readings": _page([], self="/readings")}
ONE_PAGE = {"/": links(readings="/readings"), "/readings": _page([17.5, 18, 17.5])}
LAST_PAGE = 12
LONG_ARCHIVE = {"/": links(readings="/long/1"), f"/long/{LAST_PAGE}": _page([LAST_PAGE])}
LONG_ARCHIVE |= {f"/long/{number}": _page([number], next=f"/long/{number + 1}") for number in range(1, LAST_PAGE)}
NUMBERED_PAGES = {
    "/": links(self="/", readings="/readings"),
    "/readings": _page([17.5, 17], self="/readings", next="/readings?page=2"),
    "/readings?page=2": _page([18.5, 17], self="/readings?page=2", next="/readings?page=3", prev="/readings"),
    "/readings?page=3": _page([0], self="/readings?page=3", prev="/readings?page=2"),
}
UNNUMBERED_PAGES = {
    "/": links(readings="archive/2027/latest"),
    "/archive/2027/latest": _page([12.25], next="march/7f3a"),
    "/archive/2027/march/7f3a": _page([], next="?from=90"),
    "/archive/2027/march/7f3a?from=90": _page([11, 10.5], next="http://HOST/vault/1"),
    "/vault/1": _page([13]),
}
LIST_HINTS = (
    "Return one list, with the readings of every page, in the order of the pages. It may be empty.",
    'found = [] first, then found += reply.json()["readings"] for each page.',
)
FIRST_LINK_HINTS = (
    "The document at url says where the readings begin. Ask for it first, then go from link to link.",
    'The document at url has a link "readings" in its "_links": target(reply.url, reply.json(), "readings")',
)
NEXT_LINK_HINTS = (
    "Nobody promised pages with numbers. What does the document itself say about where to go on?",
    'page["_links"].get("next") is the link to the next page, or None: then you are at the end.',
)
GET_HINTS = ("Which method asks for a document, and changes nothing?", "requests.get(..., timeout=3)")
ONCE_HINTS = (
    "Keep each answer in a variable: the readings and the link next are in the same one.",
    "reply = requests.get(...), once for each page, and then reply.json() as often as you like.",
)
BASE_HINTS = (
    "march/7f3a on the page /archive/2027/latest: where would a browser go?",
    "urljoin needs the address of the page with the link: reply.url, not the one that you began with.",
)
EMPTY_PAGE_HINTS = (
    "An empty page is not the last page. Only a page without next is.",
    'while following: ... and following comes from the link "next" alone.',
)


@exercise(
    "24.2", "To the end", points=4, of="function", writes=["all_readings"],
    learned="A client reaches the last page by following next, whatever the addresses look like.",
)
def to_the_end(function: FunctionProbe, expect: Expect) -> None:
    """Check a client: from the URL of an archive to the readings of all its pages, in one list.

    It follows `readings` and each `next`, whatever the addresses are. Raises Stopped where it does not return.
    """
    result = function.calls_server(_archive(ONE_PAGE))
    methods = sorted({request.method for request in result.requests})
    expect.equal(methods, ["GET"], "sends GET requests alone", hint=GET_HINTS)
    hint = LIST_HINTS if _targets(result)[:1] == ["/"] else FIRST_LINK_HINTS
    expect.equal(result.value, [17.5, 18, 17.5], "gives the readings of a single page", hint=hint)
    result = function.calls_server(_archive(NUMBERED_PAGES))
    targets, pages = _targets(result), list(NUMBERED_PAGES)
    expect.equal(targets[:2], pages[:2], "begins with the URL it was given", hint=FIRST_LINK_HINTS)
    what = "gives the readings of three pages, in their order"
    expect.equal(result.value, [17.5, 17, 18.5, 17, 0], what, hint=NEXT_LINK_HINTS)
    got = len(targets)
    expect.equal(got, len(set(targets)), "GETs each document once", hint=ONCE_HINTS)
    _try_other_addresses(function, expect)
    result = function.calls_server(_archive(LONG_ARCHIVE))
    what = "gives the readings of twelve pages"
    expect.equal(result.value, list(range(1, LAST_PAGE + 1)), what, hint=EMPTY_PAGE_HINTS)
    result = function.calls_server(_archive(EMPTY_ARCHIVE))
    expect.equal(result.value, [], "gives an empty list where there are no readings", hint=LIST_HINTS)


def _targets(result: CallResult) -> list[str]:
    """The target of each request, in the order of the requests."""
    return [request.target for request in result.requests]


def _try_other_addresses(function: FunctionProbe, expect: Expect) -> None:
    """Let the client follow relative links, an empty page, and a link with a host."""
    result = function.calls_server(_archive(UNNUMBERED_PAGES))
    targets = _targets(result)
    expect(
        "/archive/2027/latest" in targets,
        "begins where the link readings leads, wherever that is",
        got=targets,
        hint=(NEXT_LINK_HINTS[0], FIRST_LINK_HINTS[1]),
    )
    expect(
        "/archive/2027/march/7f3a" in targets,
        "follows addresses that are relative to the page they stand on",
        got=targets,
        hint=BASE_HINTS,
    )
    expect(
        "/archive/2027/march/7f3a?from=90" in targets,
        "goes on after a page without readings, as long as there is a next",
        got=targets,
        hint=BASE_HINTS if error_in(result.value) else EMPTY_PAGE_HINTS,
    )
    what = "gives all readings, whatever the links look like"
    expect.equal(result.value, [12.25, 11, 10.5, 13], what, hint=NEXT_LINK_HINTS)


SIZE = 4
HILLTOP = [17.5, 17, 16, 18.5, 15.25, 14, 14, 16.5, 19, 20]
HARBOUR = [4, 4.5, -1, 0, 2, 3, 5.5, 6]
STATIONS = [("hilltop", HILLTOP), ("harbour", HARBOUR)]
MAX_PAGES = 5
PAGE_HINTS = (
    "There is no page at this address. Without page in the query, it is the first one.",
    'request.args.get("page", 1) is the number of the page, as a string where the client sent one: int(...)',
)
SIZE_HINTS = (
    "SIZE is 4: no page has more readings than that.",
    "READINGS[name][(number - 1) * SIZE : number * SIZE]",
)
ORDER_HINTS = (
    "Each page takes the next SIZE readings, in their order: page 1 begins with the first reading.",
    "READINGS[name][(number - 1) * SIZE : number * SIZE], and next as long as something follows",
)
LINK_FORM_HINTS = (
    "A link is a dictionary with an href, which is a string, under its relation in _links.",
    '{"next": {"href": url_for("readings", name=name, page=number + 1)}}',
)
LAST_PAGE_HINTS = (
    "Eight readings fill two pages of four: nothing follows on a third page.",
    "There is a next if number * SIZE < len(READINGS[name]).",
)
LEFT_OUT_HINTS = ("A link that leads nowhere is left out.", "Make prev only if number > 1.")
SELF_HINTS = ("self is the address of the page on which it stands.", 'url_for("readings", name=name, page=number)')
PREV_HINTS = ("prev leads one page before this one.", 'url_for("readings", name=name, page=number - 1)')
EMPTY_STATION_HINTS = (
    "valley has no readings. It has one page, which is empty.",
    "The number of the last page is at least 1: max(1, ...)",
)
NO_PAGE_HINTS = (
    "A slice with such a number is no error for Python. Ask first whether the page is there.",
    "if not 1 <= number <= last: abort(404)",
)
NO_NUMBER_HINTS = (
    "?page=two is a mistake of the client, so the answer is no 500. int raises ValueError for it.",
    "try: number = int(...) and then except ValueError: abort(404)",
)
GUESSED_PAGE_HINTS = ("?page=two got a page that nobody asked for.", NO_NUMBER_HINTS[1])
NO_STATION_HINTS = ("Is the name in READINGS at all?", "if name not in READINGS: abort(404)")


@exercise(
    "24.3", "Pages that lead to each other", points=4, writes=["readings"],
    learned="A page that links to the next one lets a client read everything without building an address.",
)
def pages_that_lead_to_each_other(service: Probe, expect: Expect) -> None:
    """Check a service that sends the readings of a station in pages, each with self, prev and next.

    Raises Stopped where no answer comes.
    """
    for name, readings in STATIONS:
        _walk(service, expect, name, readings)
    start = "/stations/valley/readings"
    reply = service.get(start)
    expect.equal(
        reply.status, 200, "answers 200 OK for the station without readings", hint=EMPTY_STATION_HINTS
    )
    if reply.status == 200:
        expect.equal(_readings(reply), [], "sends an empty list for it", hint=EMPTY_STATION_HINTS)
        expect.equal(_relations(reply), ["self"], "sends no link but self with it", hint=LEFT_OUT_HINTS)
    for query, what in [
        ("/stations/hilltop/readings?page=0", "page 0"),
        ("/stations/hilltop/readings?page=-1", "page -1"),
        ("/stations/hilltop/readings?page=4", "the page after the last one"),
        ("/stations/harbour/readings?page=3", "the page after a full one"),
        ("/stations/valley/readings?page=2", "a second page of no readings"),
    ]:
        expect.equal(service.get(query).status, 404, f"answers 404 for {what}", hint=NO_PAGE_HINTS)
    reply = service.get("/stations/hilltop/readings?page=two")
    what = "answers 404 for a page that is no number"
    hint = GUESSED_PAGE_HINTS if reply.status == 200 else NO_NUMBER_HINTS
    expect.equal(reply.status, 404, what, hint=hint)
    reply = service.get("/stations/hilltop/readings?page=1.5")
    expect.equal(reply.status, 404, "answers 404 for a page that is no whole number", hint=NO_NUMBER_HINTS)
    reply = service.get("/stations/moon/readings", hint=NO_STATION_HINTS[0])
    expect.equal(reply.status, 404, "answers 404 for a station that is not there", hint=NO_STATION_HINTS)


def _walk(service: Probe, expect: Expect, name: str, readings: list[float]) -> None:
    """Follow next from the first page of a station to the last one, and compare what the pages and links are."""
    start = f"http://{service.host}/stations/{name}/readings"
    urls, replies = [start], [service.get(_target(start))]
    expect.equal(replies[0].status, 200, f"answers 200 OK to GET of {name}", hint=PAGE_HINTS)
    expect("prev" not in _relations(replies[0]), f"has no prev on the first page of {name}", hint=LEFT_OUT_HINTS)
    has_next = isinstance(_href(replies[0], "next"), str)
    expect(
        has_next,
        f"has a link next on the first page of {name}",
        got=link_in(replies[0].json(), "next"),
        hint=LINK_FORM_HINTS,
    )
    while (href := _href(replies[-1], "next")) and len(urls) < MAX_PAGES:
        urls.append(urljoin(urls[-1], href))
        replies.append(service.get(_target(urls[-1])))
    _compare_readings(expect, name, readings, [_readings(reply) for reply in replies])
    second = _readings(service.get(_target(f"{start}?page=2")))
    what = f"sends the second page of {name} for page=2"
    expect.equal(second, readings[SIZE : 2 * SIZE], what, hint=ORDER_HINTS)
    _compare_links(service, expect, name, list(zip(urls, replies, strict=True)))


def _compare_readings(expect: Expect, name: str, readings: list[float], found: list[Any]) -> None:
    """Compare the readings of all pages of a station with those that there are, and the sizes of the pages."""
    sizes = [len(page) if isinstance(page, list) else page for page in found]
    is_small = all(size in range(SIZE + 1) for size in sizes)
    expect(is_small, "has at most 4 readings on a page", got=sizes, hint=SIZE_HINTS)
    all_of_them = [reading for page in found if isinstance(page, list) for reading in page]
    expect.equal(all_of_them, readings, f"leads with next to all readings of {name}", hint=ORDER_HINTS)
    full = [SIZE] * (len(sizes) - 1)
    expect.equal(sizes[:-1], full, f"fills each page of {name} but the last one", hint=SIZE_HINTS)
    pages = -(-len(readings) // SIZE)
    expect.equal(len(found), pages, f"has no next on the last page of {name}", hint=LAST_PAGE_HINTS)


def _compare_links(service: Probe, expect: Expect, name: str, pages: list[tuple[str, Reply]]) -> None:
    """Follow self and prev from each page but for the first one, and compare what comes."""
    for url, reply in pages:
        again = _followed(service, url, reply, "self")
        expect.equal(again, _readings(reply), "leads from each page to itself with self", hint=SELF_HINTS)
    url, reply = pages[-1]
    before = [_readings(page) for _, page in pages[:-1]]
    walked = []
    while len(walked) < len(before) and isinstance(href := _href(reply, "prev"), str):
        url = urljoin(url, href)
        reply = service.get(_target(url))
        walked.append(_readings(reply))
    what = f"leads back with prev to the first page of {name}"
    expect.equal(walked[::-1], before, what, hint=PREV_HINTS)


def _followed(service: Probe, url: str, reply: Reply, relation: str) -> Any:
    """The readings on the page to which a link leads; None where there is no such link."""
    href = _href(reply, relation)
    return _readings(service.get(_target(urljoin(url, href)))) if isinstance(href, str) else None


def _href(reply: Reply, relation: str) -> Any:
    """The address in a link of a page; None without one."""
    return as_object(link_in(reply.json(), relation)).get("href")


def _readings(reply: Reply) -> Any:
    """The readings of a page; what came where it is no page."""
    return as_object(reply.json()).get("readings")


def _relations(reply: Reply) -> list[str]:
    """The relations of the links of a page, sorted."""
    return sorted(as_object(as_object(reply.json()).get("_links")))


def _target(url: str) -> str:
    """The path and the query of a URL."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
