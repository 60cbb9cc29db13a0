"""The checks of lesson 35: a page that is a WebSocket client, and the server that admits it."""

import random
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from checks.media_types import is_utf_8, media_type
from checks.page_hints import Moment, fault_in, first_socket, has_strange_words, hints_at
from wirelab.checking import Expect, FunctionProbe, PageProbe, Probe, exercise

FEED_ADDRESSES = [  # a page, its feed, and what the function does
    ("http://127.0.0.1:8001/station.html", "ws://127.0.0.1:8001/feed", "finds the feed beside the page"),
    ("https://weather.example/station.html", "wss://weather.example/feed", "makes wss of https"),
    (
        "http://127.0.0.1:8888/user/ada/proxy/8001/station.html",
        "ws://127.0.0.1:8888/user/ada/proxy/8001/feed",
        "keeps the folder, behind a proxy too",
    ),
    (
        "https://https.example/http/station.html",
        "wss://https.example/http/feed",
        "changes the scheme, and nothing else",
    ),
    (
        "https://hub.example/user/ada/proxy/8001/station.html?day=3",
        "wss://hub.example/user/ada/proxy/8001/feed",
        "leaves out what stands behind a question mark",
    ),
    (
        "http://127.0.0.1:8001/a/station.html?back=/list/b?c&from=https://d.example/e#wind/f?g",
        "ws://127.0.0.1:8001/a/feed",
        "leaves it out with all slashes in it",
    ),
    ("http://127.0.0.1:8001/live.html#top/wind", "ws://127.0.0.1:8001/feed", "leaves out what stands behind a #"),
    ("https://weather.example/", "wss://weather.example/feed", "finds the feed beside the first page of a host"),
    (
        "http://127.0.0.1:9417/feed/b/",
        "ws://127.0.0.1:9417/feed/b/feed",
        "finds it beside a page that has no name in its folder",
    ),
    (
        "http://weather.example/station.html/s%C3%BCd%20west/station.html",
        "ws://weather.example/station.html/s%C3%BCd%20west/feed",
        "does so for whatever page it is given",
    ),
]
SCHEME_HINTS = (
    "An address of a WebSocket begins with ws: for a page with http, and with wss: for one with https.",
    "http and https differ as ws and wss do, by their s: 'ws' + address.removeprefix('http')",
)
HOST_HINTS = (
    "Host and port of the feed are those of the page.",
    "urljoin(page, 'feed') is the address of a link feed in that page.",
)
REPLACE_HINTS = (
    "Host and port stay as they are. replace changes every http that it finds, and here only the first counts.",
    "address.removeprefix('http') takes away the beginning alone.",
)
QUERY_HINTS = (
    "A query or what stands behind a # belongs to the page, not to the feed, and may have slashes in it.",
    "urljoin(page, 'feed') leaves both out.",
)
FOLDER_HINTS = (
    "The feed is in the folder of the page: all of the path up to its last slash. With a slash in front, a link "
    "begins at the host.",
    "urljoin(page, 'feed') is the address of a link feed in that page.",
)


@exercise(
    "35.1", "Where is the feed?", of="function",
    learned="A page finds its feed relative to its own address, with wss where the page came by https.",
)
def where_is_the_feed(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from the URL of a page to the `ws:` or `wss:` URL of `feed` beside it.

    Host, port and folder stay, the query goes. Raises Stopped where it hangs.
    """
    for page, right, what in FEED_ADDRESSES:
        address = function.returns(page)
        expect.equal(address, right, what, hint=_address_hints(address, page, right))


def _address_hints(address: Any, page: str, right: str) -> Sequence[str]:
    """Hints on the first part of an address that differs from the right one."""
    got, wanted = _parts(address), urlsplit(right)
    if not got:
        return ()
    if got.netloc != wanted.netloc:
        return REPLACE_HINTS if "http" in wanted.netloc else HOST_HINTS
    if got.scheme != wanted.scheme:
        return SCHEME_HINTS
    is_longer = got.path.count("/") > wanted.path.count("/") and urlsplit(page).query
    return QUERY_HINTS if got.query or got.fragment or is_longer else FOLDER_HINTS


def _parts(address: Any) -> SplitResult | None:
    """The parts of an address; None where it is none."""
    try:
        return urlsplit(address) if isinstance(address, str) else None
    except ValueError:
        return None


OWN_ORIGINS = ["http://127.0.0.1:8001", "https://weather.example"]
WHOLE_ORIGIN_HINTS = (
    "An origin is scheme, host and port. It is the same as one of yours or it is not: a part of it says nothing.",
    "origin in own, where own is a list of strings.",
)
PROGRAM_HINTS = ("Programs send no Origin, and origin is None then.", "origin is None or ...")
EMPTY_HINTS = (
    "An empty string is a header that says nothing, and None is no header. Only the second may pass.",
    "Ask whether origin is None, not whether it is false. The rest is a comparison of the whole origin.",
)
NULL_HINTS = (
    "null is what a browser sends for a page without an origin, from a file for example. Anybody can have one.",
    "Only an origin that stands in the list may pass.",
)
SCHEME_OF_ORIGIN_HINTS = (
    "Scheme, host and port make an origin. On the way by http, anybody may have changed the page.",
    "Compare the whole origin, as it came: origin in own.",
)
OWN_HINTS = ("The list own is another one with each call.", "origin in own")
LETTERS_HINTS = (
    "An origin is compared letter by letter: in capitals, with a blank or a slash more, it is another one.",
    "origin in own, without a change of either.",
)
KEPT_HINTS = (
    "The list belongs to the server, which needs it for the next page too.",
    "Only look into it: origin in own",
)
STRANGERS = [  # what all of them are, the origins, hints
    ("refuses a stranger", ["https://stranger.example"], WHOLE_ORIGIN_HINTS),
    (
        "refuses a stranger whose name begins like yours",
        ["https://weather.example.stranger.example", "http://127.0.0.1:80011"],
        WHOLE_ORIGIN_HINTS,
    ),
    (
        "refuses a stranger whose name ends like yours",
        ["https://myweather.example", "https://www.weather.example"],
        WHOLE_ORIGIN_HINTS,
    ),
    (
        "refuses a stranger whose origin is a piece of yours",
        ["https://weather", "weather.example", "https://"],
        WHOLE_ORIGIN_HINTS,
    ),
    ("refuses a port that is a piece of yours", ["http://127.0.0.1:800"], WHOLE_ORIGIN_HINTS),
    ("refuses an origin that is null", ["null"], NULL_HINTS),
    (
        "refuses the same host with another scheme",
        ["http://weather.example", "https://127.0.0.1:8001", "web+https://weather.example"],
        SCHEME_OF_ORIGIN_HINTS,
    ),
    (
        "refuses the same host with another port",
        ["http://127.0.0.1:8002", "http://127.0.0.1", "https://weather.example:8001"],
        WHOLE_ORIGIN_HINTS,
    ),
    (
        "refuses a page of this computer that is not in the list",
        ["http://localhost:8001", "http://localhost", "file://"],
        OWN_HINTS,
    ),
    (
        "refuses what is yours but for a letter",
        ["https://weather-example", "HTTPS://weather.example", "https://weather.example/", " https://weather.example"],
        LETTERS_HINTS,
    ),
    ("refuses an empty one", [""], EMPTY_HINTS),
]
ADMITTED = [  # an origin, what the function does, hints
    ("http://127.0.0.1:8001", "admits a page of your own", WHOLE_ORIGIN_HINTS),
    ("https://weather.example", "admits a page of your other origin", WHOLE_ORIGIN_HINTS),
    (None, "admits a program", PROGRAM_HINTS),
]
OTHER_LISTS: list[tuple[str | None, list[str], bool, str, Sequence[str]]] = [
    ("http://127.0.0.1:9417", ["http://127.0.0.1:9417"], True, "looks at the list that it is given", OWN_HINTS),
    ("http://127.0.0.1:8001", ["http://127.0.0.1:9417"], False, "admits nobody who is not in it", OWN_HINTS),
    ("http://127.0.0.1:8001", [], False, "admits no page where the list is empty", OWN_HINTS),
    (None, [], True, "admits a program where the list is empty", PROGRAM_HINTS),
]


@exercise(
    "35.2", "May this page?", points=2, of="function", writes=["may_connect"],
    learned="Browsers send Origin with each handshake, and the server compares it as a whole.",
)
def may_this_page(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from an Origin, or None, and a list of own origins to whether a client may connect.

    Only a whole origin in the list will do, or none at all. Raises Stopped where it hangs.
    """
    own = list(OWN_ORIGINS)
    for origin, what, hints in ADMITTED:
        expect.equal(function.returns(origin, own), True, what, hint=hints)
    for what, strangers, hints in STRANGERS:
        answers = (function.returns(one, own) for one in strangers)
        expect.equal(next((one for one in answers if one is not False), False), False, what, hint=hints)
    if not expect.equal(own, OWN_ORIGINS, "leaves the list as it is", hint=KEPT_HINTS):
        return
    for origin, own, right, what, hints in OTHER_LISTS:
        expect.equal(function.returns(origin, list(own)), right, what, hint=hints)


PAGE_PLACES = [  # where the page is, where its feed is then, what that shows, hints
    (
        "http://127.0.0.1:8001/station/page.html",
        "ws://127.0.0.1:8001/station/feed",
        "connects to feed, seen from the page",
        (
            "127.0.0.1 is the computer where the browser runs, and a slash in front leaves the folder.",
            'new WebSocket("feed")',
        ),
    ),
    (
        "https://weather.example/user/ada/proxy/8001/?day=3",
        "wss://weather.example/user/ada/proxy/8001/feed",
        "connects to feed from a page that came encrypted, behind a proxy",
        ("Host, port and scheme are those of the page, whatever they are.", 'new WebSocket("feed")'),
    ),
]
MOMENT = 0.5  # seconds in which a page shows what happened
FEED_MESSAGES = [  # message, what a page does that shows it and nothing else
    ("{random}", "shows a message"),
    ("{random} knots", "shows the latest message, and no other"),
    ("<b>{random}</b>", "shows what came as text"),
    ("{random} &lt; 5 &amp; warm", "shows what came as text, letter by letter"),
]


@exercise(
    "35.3", "The page", points=3, of="function",
    learned="A page shows messages as text, and says when the connection has ended.",
)
def the_page(function: FunctionProbe, expect: Expect) -> None:
    """Check a function without arguments that returns a page as a string. The page is run; its feed is the check.

    It connects to `feed`, shows each message as text, and says when the connection is closed.
    Raises Stopped where the function hangs, and where the page opens no WebSocket.
    """
    html = function.returns()
    if not expect(isinstance(html, str), "returns a string", got=html, hint='The page, between """ and """.'):
        return
    pages = [PageProbe(html, place) for place, *_ in PAGE_PLACES]
    for id in ("reading", "state"):
        found = sorted(one[1]["id"] for one in pages[0].elements if "id" in one[1])
        expect(id in found, f"has an element with the id {id}", got=found, hint=f'<p id="{id}">')
    first_socket(pages[0], expect)
    for page, (_, feed, what, hints) in zip(pages, PAGE_PLACES, strict=True):
        expect.equal(page.sockets[0].url if page.sockets else fault_in(page), feed, what, hint=hints)
    _try_messages(pages[0], expect)
    for page, clean in zip(pages, (False, True), strict=True):
        if page.sockets:
            _try_end(page, expect, clean=clean)


def _try_messages(page: PageProbe, expect: Expect) -> None:
    """Send messages to a page, and compare what its element `reading` shows with each of them."""
    socket, earlier = page.sockets[0], ""
    socket.open()
    for words, what in FEED_MESSAGES:
        message = words.format(random=random.randrange(100, 999))
        socket.message(message)
        moment = Moment(page, socket, "reading", message=message)
        shows_it = _comes_to_show(moment, lambda: _shows(moment, earlier))  # noqa: B023  # called at once
        got = page.text("reading") if not page.error else fault_in(page)
        expect(shows_it, what, expected=message, got=got, hint=hints_at(moment))
        earlier = message
    socket.message("")
    moment = Moment(page, socket, "reading")
    is_gone = _comes_to_show(moment, lambda: earlier not in moment.shown)
    what = "shows no earlier message where an empty one came"
    expect(is_gone, what, expected="", got=page.text("reading"), hint=EMPTY_MESSAGE_HINTS)


def _shows(moment: Moment, earlier: str) -> bool:
    """Whether a page shows the message, not the one before, and nothing that stands for no value."""
    rest = moment.shown.replace(moment.message, "", 1)
    return moment.message in moment.shown and not (earlier and earlier in rest) and not has_strange_words(moment)


def _comes_to_show(moment: Moment, is_right: Callable[[], bool]) -> bool:
    """Whether a page is right at once, or a moment later: it may look at its socket now and then."""
    if not is_right():
        moment.page.advance(MOMENT)
    return is_right()


def _try_end(page: PageProbe, expect: Expect, *, clean: bool) -> None:
    """End a page's connection, with a close frame if `clean`, and look for words in its element `state`."""
    socket = page.sockets[0]
    socket.open()
    before = page.text("state")
    socket.close(1001 if clean else 1006, clean=clean)
    moment = Moment(page, socket, "state", event="close")
    expect(
        _comes_to_show(moment, lambda: moment.shown not in ("", before)),
        "says so when the server closes the connection" if clean else "notices that the connection is closed",
        got=f"{before!r} before, and {moment.shown!r} after it",
        hint=hints_at(moment) or END_HINTS,
    )


EMPTY_MESSAGE_HINTS = (
    "An empty message is a message too, and false in JavaScript.",
    "Show event.data as it is, without a question in front of it.",
)
END_HINTS = (
    "What does state show before the connection is closed, and what after it?",
    'socket.onclose = () => { document.getElementById("state").textContent = "not live"; };',
)


HANDSHAKE_HEADERS = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # that of RFC 6455 §1.3
}
STRANGER = "https://stranger.example"
PAGE_HINTS = (
    "What door returns is the answer: a response, not the page alone.",
    "return websocket.respond(200, PAGE)",
)
EVERYBODY_HINTS = (
    "The page is for everybody, and so is 404: only /feed asks who it is.",
    "Look at request.path first, and call may_connect for /feed alone.",
)
NOT_FOUND_HINTS = (
    "There is a page at /, a feed at /feed, and nothing else: compare the whole path.",
    "if request.path != '/feed': return websocket.respond(404, text)",
)
NOWHERE = [
    *("/nothing", "/index.html", "/station.html"),
    *("/feed/", "/feed/nothing", "/feeds", "/station/feed", "/Feed"),
]
ORDINARY_HINTS = (
    "A request without Upgrade gets the same answer as one with it: what counts is the path.",
    NOT_FOUND_HINTS[1],
)
NONE_HINTS = (f"door returns None for it, and the handshake goes on. {NOT_FOUND_HINTS[0]}", NOT_FOUND_HINTS[1])
UTF_8_HINTS = (
    "The body is PAGE, and all of it, in UTF-8. respond(200, PAGE) does that by itself.",
    "PAGE.encode('utf-8') makes the bytes, and Content-Length is their number.",
)
HTML_HINTS = ("respond makes a text/plain of it. Change the header of the response.", "response.headers")
ONE_TYPE_HINTS = (
    "A header may come twice, so a new value joins the old one. Take the old one away first.",
    'del response.headers["Content-Type"]',
)
CHARSET_HINTS = (
    "Content-Type names the encoding as well: behind a semicolon, as charset.",
    'response.headers["Content-Type"] = "text/html; charset=utf-8"',
)
REFUSE_HINTS = (
    "Ask may_connect, and answer 403 if it says no. Does your check of 35.2 pass?",
    "if not may_connect(origin, own): return websocket.respond(403, text)",
)
OWN_PAGE_HINTS = (
    "An own origin is http://, one of the two names, and the port: compare the whole origin, and with a list.",
    "port = websocket.local_address[1], and "
    'own = [f"http://{name}:{port}" for name in ("127.0.0.1", "localhost")]',
)
ADMIT_HINTS = (
    "Ask may_connect, with two names and the port at which this server listens. None lets the handshake go on.",
    *OWN_PAGE_HINTS[1:],
)
TWO_NAMES_HINTS = ("Two names mean this computer: 127.0.0.1 and localhost.", *OWN_PAGE_HINTS[1:])
REBINDING_HINTS = (
    "Host is what the page was loaded under, and a stranger's name can lead to this computer (lesson 14).",
    *OWN_PAGE_HINTS[1:],
)
PROGRAM_AT_DOOR_HINTS = (
    "A program sends no Origin, and request.headers has none then.",
    "request.headers.get('Origin') gives None where there is none, and may_connect knows None.",
)


@exercise(
    "35.4", "One door", points=4,
    learned="One port can serve pages and WebSockets, since a handshake begins as an HTTP request.",
)
def one_door(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server that answers `/` with a page in UTF-8 and admits only some clients to `/feed`.

    Its own page and a program may connect, other origins get 403, and other paths 404.
    Raises Stopped where no answer comes, or an admitted client gets no reading.
    """
    _try_page(station, expect)
    for path in NOWHERE:
        status = _handshake(station, path)
        hints = {101: NONE_HINTS, 403: EVERYBODY_HINTS}.get(status, NOT_FOUND_HINTS)
        expect.equal(status, 404, f"answers 404 for {path}", hint=hints)
    status = _handshake(station, "/nothing", STRANGER)
    expect.equal(status, 404, "answers 404 to a stranger too", hint=EVERYBODY_HINTS)
    status = station.get("/nothing").status
    expect.equal(status, 404, "answers 404 to who asks for no WebSocket, too", hint=ORDINARY_HINTS)
    _try_strangers(station, expect)
    _try_another_host(station, expect)
    _try_feed(station, expect, "its own page", f"http://{station.host}", ADMIT_HINTS)
    status = _handshake(station, "/feed", f"http://localhost:{station.host.split(':')[1]}")
    expect.equal(status, 101, "lets its own page in under the name localhost", hint=TWO_NAMES_HINTS)
    _try_feed(station, expect, "a program", None, PROGRAM_AT_DOOR_HINTS)


def _try_page(station: Probe, expect: Expect) -> None:
    """GET the page, as a program and from a stranger's page, and look for its one Content-Type."""
    reply = station.get("/", hint=PAGE_HINTS)
    if not expect.equal(reply.status, 200, "answers 200 for /", hint=PAGE_HINTS):
        return
    page = station.named("PAGE")
    sent = reply.content.decode("utf-8", "replace")
    expect.equal(sent, page, "sends PAGE in UTF-8", hint=UTF_8_HINTS)
    kinds = [value for name, value in reply.response.headers if name.lower() == "content-type"]
    expect(
        "text/html" in map(media_type, kinds),
        "says that the page is HTML",
        expected="text/html; charset=utf-8",
        got=", ".join(kinds),
        hint=HTML_HINTS,
    )
    expect(len(kinds) == 1, "says its type once", got=kinds, hint=ONE_TYPE_HINTS)
    is_named = bool(kinds) and is_utf_8(kinds[-1])
    expect(is_named, "says in which encoding it is", expected="charset=utf-8", got=kinds, hint=CHARSET_HINTS)
    status = station.get("/", headers={"Origin": STRANGER}).status
    expect.equal(status, 200, "answers 200 for / wherever the request came from", hint=EVERYBODY_HINTS)
    status = _handshake(station, "/")
    expect.equal(status, 200, "answers 200 for / to who asks for a WebSocket, too", hint=ORDINARY_HINTS)


def _try_strangers(station: Probe, expect: Expect) -> None:
    """Shake hands at the feed with origins that are not the page's own: each is refused."""
    host, port = station.host.split(":")
    for origin, what in [
        (STRANGER, "refuses a stranger's page"),
        (f"http://{station.host}.stranger.example", "refuses a stranger whose name begins like yours"),
        (f"http://{station.host[:-1]}", "refuses a stranger whose origin is a piece of yours"),
        (f"https://{station.host}", "refuses the same host with another scheme"),
        (f"https://localhost:{port}", "refuses localhost with another scheme"),
        (f"http://{host}:{int(port) - 1}", "refuses the same host with another port"),
        (f"http://{host}", "refuses the same host without the port"),
        ("http://localhost", "refuses another page of this computer"),
        (f"http://{station.host}/", "refuses what is yours but for a letter"),
        ("", "refuses an empty origin"),
        ("null", "refuses a page without an origin"),
    ]:
        status = _handshake(station, "/feed", origin)
        expect.equal(status, 403, what, hint=REFUSE_HINTS if origin == STRANGER else OWN_PAGE_HINTS)


def _try_another_host(station: Probe, expect: Expect) -> None:
    """Shake hands as a browser does with a stranger's page whose name leads to this computer (DNS rebinding)."""
    host = f"weather.example:{station.host.split(':')[1]}"
    got = _handshake(station, "/feed", f"http://{host}", host)
    expect.equal(got, 403, "refuses a stranger whose name leads to this computer", hint=REBINDING_HINTS)


def _handshake(station: Probe, path: str, origin: str | None = None, host: str | None = None) -> int:
    """The status that a WebSocket handshake is answered with. Raises Stopped where no answer comes."""
    headers = {**HANDSHAKE_HEADERS, "Host": host or station.host, **({} if origin is None else {"Origin": origin})}
    return station.request("GET", path, headers=headers).status


def _try_feed(station: Probe, expect: Expect, whom: str, origin: str | None, hint: Sequence[str]) -> None:
    """Connect to the feed with this Origin, or without one, and receive a reading."""
    status = _handshake(station, "/feed", origin)
    if expect.equal(status, 101, f"lets {whom} in", hint=hint):
        with station.connect("/feed", origin=origin) as client:
            expect.equal(client.receive(), "17.5", f"tells {whom} the reading")
