"""What right answers to the exercises of lesson 24 do."""

import json
from typing import Any

from wirelab.check import Answer, Caller, Expect, Probe, Reply, exercise

HERE = "http://127.0.0.1:8003/stations/2"
STATION = {
    "name": "Hilltop",
    "_links": {
        "self": {"href": "/stations/2"},
        "readings": {"href": "2/readings"},
        "collection": {"href": "/stations"},
        "map": {"href": "http://maps.example/hilltop"},
    },
}
AS_A_BROWSER = (
    "Links in a document are read as those in a web page are: relative to the address of the document.",
    "urljoin(url, href) knows all the rules.",
)
TARGETS = [  # relation, address, what it is, hints
    ("collection", "http://127.0.0.1:8003/stations", "an address that begins with a slash", AS_A_BROWSER),
    ("readings", "http://127.0.0.1:8003/stations/2/readings", "an address without a slash", AS_A_BROWSER),
    ("map", "http://maps.example/hilltop", "an address on another host", AS_A_BROWSER),
]
NOT_THERE = (
    "Square brackets raise KeyError where a name is missing; get does not.",
    'document.get("_links", {}).get(rel) is the link, or None.',
)


@exercise("24.1", "Where a link leads", points=2, of="function")
def where_a_link_leads(function: Caller, expect: Expect) -> None:
    for rel, right, what, hints in TARGETS:
        expect.equal(function.returns(HERE, STATION, rel), right, f"completes {what}", hint=hints)
    for document, what in [
        (STATION, "in a document with other links"),
        ({"degrees": 17.5}, "in a document without links"),
    ]:
        got = function.returns(HERE, document, "next")
        expect(
            got is None,
            f"gives None for a relation that is not there, {what}",
            expected=None,
            got=got,
            hint=NOT_THERE,
        )


JSON, XML, HTML, TEXT = "application/json", "application/xml", "text/html", "text/plain"
OFFERED = [JSON, XML, HTML, TEXT]
SPECIFIC = (
    "Two ranges fit this format. The more specific one counts, wherever it stands.",
    "werkzeug's parser sorts the ranges: parse_accept_header(accept, MIMEAccept).best_match(offered)",
)
NEVER = "q=0 means: never this one. Having a name in the header is not the same as being wanted."
CHOICES: list[tuple[str, str | None, str, tuple[str, ...]]] = [  # Accept, the choice, what it is, hints
    (TEXT, TEXT, "takes the one format that is named", ("What comes back is a name from offered.", SPECIFIC[1])),
    (
        f"{TEXT};q=0.3, {XML};q=0.8",
        XML,
        "takes the format with the largest weight",
        ("q is the weight, from 0 to 1.",),
    ),
    (f"{XML};q=0.9, {HTML}", HTML, "takes 1 where no weight is given", ("What has no q has the weight 1.",)),
    (
        "text/*",
        HTML,
        "understands a star, and takes the first of those that it fits",
        ("text/* fits every text.",),
    ),
    ("*/*", JSON, "takes the first format where anything will do", ()),
    (f"*/*;q=0.5, {JSON};q=0.1", XML, "lets the most specific range count, not the first one", SPECIFIC),
    (f"{JSON};q=0, */*", XML, "never takes what has the weight 0", (NEVER,)),
    (f"text/*, {HTML};q=0.2", TEXT, "lets it count for a format, and leaves the others to the star", SPECIFIC),
    ("application/xhtml+xml, text/plain;q=0.1", TEXT, "does not take one name for a part of another", ()),
    ("image/png", None, "gives None where no format will do", ()),
    (f"{JSON};q=0", None, "gives None where the only format named is refused", (NEVER,)),
    ("", JSON, "takes the first format where the client says nothing", ("An empty text: anything will do.",)),
]


@exercise("24.2", "What would you like?", points=3, of="function")
def what_would_you_like(function: Caller, expect: Expect) -> None:
    for accept, right, what, hints in CHOICES:
        expect.equal(
            function.returns(accept, list(OFFERED)), right, f"{what}: {accept or 'an empty Accept'}", hint=hints
        )
    got = function.returns("application/atom+xml, */*;q=0.1", ["application/atom+xml", TEXT])
    expect.equal(got, "application/atom+xml", "chooses among any formats that are offered")


def _answers(pages: dict[str, Any]) -> Any:
    """A server with these documents. HOST in an address stands for its own."""

    def respond(request: Any) -> Answer:
        if request.target not in pages:
            return Answer("not here\n", 404)
        text = json.dumps(pages[request.target]).replace("HOST", request.header("Host"))
        return Answer(text, headers={"Content-Type": JSON})

    return respond


def _page(readings: list[float], **links: str) -> dict[str, Any]:
    return {"readings": readings, "_links": {rel: {"href": href} for rel, href in links.items()}}


NUMBERED = {
    "/": {"_links": {"self": {"href": "/"}, "readings": {"href": "/readings"}}},
    "/readings": _page([17.5, 17], self="/readings", next="/readings?page=2"),
    "/readings?page=2": _page([16.5], self="/readings?page=2", prev="/readings"),
}
STRANGE = {
    "/": {"_links": {"readings": {"href": "archive/2027/latest"}}},
    "/archive/2027/latest": _page([12.25], next="march/7f3a"),
    "/archive/2027/march/7f3a": _page([], next="?from=90"),
    "/archive/2027/march/7f3a?from=90": _page([11, 10.5], next="http://HOST/vault/1"),
    "/vault/1": _page([9]),
}
BY_LINKS = (
    "Nobody promised pages with numbers. What does the document itself say about where to go on?",
    'page["_links"].get("next") is the link to the next page, or None: then you are at the end.',
)


@exercise("24.3", "To the end", points=4, of="function")
def to_the_end(function: Caller, expect: Expect) -> None:
    visit = function.visits(_answers({"/": NUMBERED["/"], "/readings": _page([17.5, 17])}))
    expect.equal(
        visit.value,
        [17.5, 17],
        "gives the readings of a single page",
        hint="Give back one list, with the readings of every page.",
    )
    visit = function.visits(_answers(NUMBERED))
    expect.equal(visit.value, [17.5, 17, 16.5], "gives the readings of two pages, in their order", hint=BY_LINKS)
    asked = [request.target for request in visit.requests]
    expect.equal(
        asked,
        list(NUMBERED),
        "asks for each document once, beginning with the address it was given",
        hint="The document at url says where the readings begin. Ask for it first, then go from link to link.",
    )
    visit = function.visits(_answers(STRANGE))
    asked = [request.target for request in visit.requests]
    expect(
        "/archive/2027/latest" in asked,
        "begins where the link readings leads, wherever that is",
        got=asked,
        hint=(BY_LINKS[0], 'The document at url has a link "readings" in its "_links".'),
    )
    expect.equal(
        asked[:3],
        list(STRANGE)[:3],
        "follows addresses that are relative to the page they stand on",
        hint=(
            "march/7f3a on the page /archive/2027/latest: where would a browser go?",
            "urljoin needs the address of the page with the link: reply.url, not the one that you began with.",
        ),
    )
    expect(
        "/archive/2027/march/7f3a?from=90" in asked,
        "goes on after a page without readings, as long as there is a next",
        got=asked,
        hint="An empty page is not the last page. Only a page without next is.",
    )
    expect.equal(
        visit.value, [12.25, 11, 10.5, 9], "gives all readings, whatever the links look like", hint=BY_LINKS
    )


NOW = "/now"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ONE_OF_TWO = (
    "Let werkzeug weigh the wishes, as lesson 24 does in Break it: request.accept_mimetypes.best_match([...])",
    "best_match gives one of your formats, or None.",
)
ALWAYS = (
    "A cache that has kept this answer has to know too that Accept made a difference.",
    'Make the response first, whatever it is; then response.vary.add("Accept"), and return it.',
)


@exercise("24.4", "Two formats, one address", points=5)
def two_formats_one_address(service: Probe, expect: Expect) -> None:
    as_json = service.get(NOW, headers={"Accept": JSON})
    expect.equal(as_json.status, 200, "answers 200 OK to a client that likes JSON")
    expect.equal(_type(as_json), JSON, "calls it application/json")
    expect.equal(as_json.json(), {"station": "Hilltop", "degrees": 12.25}, "sends the reading as JSON")
    as_text = service.get(NOW, headers={"Accept": TEXT})
    expect.equal(_type(as_text), TEXT, "calls plain text text/plain", hint='Response(text, mimetype="text/plain")')
    expect.equal(as_text.text, "Hilltop: 12.25 °C\n", "sends the reading as plain text")
    _weighing(service, expect)
    refused = service.get(NOW, headers={"Accept": "image/png"})
    expect.equal(
        refused.status,
        406,
        "answers 406 Not Acceptable to a client that likes neither",
        hint=("415 is about what a client sends. It is 406 for what it would like to get.", ONE_OF_TWO[1]),
    )
    _for_caches(service, expect)


def _weighing(service: Probe, expect: Expect) -> None:
    for accept, right, what in [
        (f"{JSON};q=0.4, {TEXT}", TEXT, "likes plain text more"),
        (f"text/html, {JSON}", JSON, "likes pages and JSON"),
        (f"{TEXT};q=0, */*", JSON, "likes anything but plain text"),
        (f"*/*, {JSON};q=0", TEXT, "likes anything but JSON"),
        (BROWSER, JSON, "is a browser, and takes anything at last"),
    ]:
        reply = service.get(NOW, headers={"Accept": accept})
        expect.equal(_type(reply), right, f"sends {right} to a client that {what}", hint=ONE_OF_TWO)
    silent = f"GET {NOW} HTTP/1.1\r\nHost: 127.0.0.1:{service.server.port}\r\n\r\n"
    reply = service.send(silent.encode(), "GET /now without Accept")
    expect.asked = (
        f"curl -i -H 'Accept:' http://127.0.0.1:{service.server.port}{NOW}"  # curl has an Accept of its own
    )
    expect.equal(
        _type(reply),
        JSON,
        "sends application/json to a client that does not say what it likes",
        hint=(
            "Without Accept there is nothing to match, so best_match gives None. That does not mean 406.",
            "best_match(...) if request.accept_mimetypes else the first of your formats",
        ),
    )


def _for_caches(service: Probe, expect: Expect) -> None:
    tags = []
    for accept, what in [("image/png", "the 406"), (JSON, "the JSON"), (TEXT, "the plain text")]:
        reply = service.get(NOW, headers={"Accept": accept})
        named = [name.strip().lower() for name in reply.header("Vary").split(",")]
        expect("accept" in named, f"says Vary: Accept with {what}", got=reply.header("Vary"), hint=ALWAYS)
        tags.append(reply.header("ETag"))
    tags = tags[1:]
    expect(
        all(tags) and tags[0] != tags[1],
        "gives each representation an ETag of its own",
        got=tags,
        hint=("Other bytes need another tag.", "response.add_etag() makes one from the bytes of the body."),
    )


def _type(reply: Reply) -> str:
    """The media type of an answer without its parameters, or what came in place of an answer."""
    kind = reply.header("Content-Type").partition(";")[0].strip()
    return kind if reply.status == 200 else f"{reply.status} {kind}"
