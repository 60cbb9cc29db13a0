"""What right answers to the exercises of lesson 35 do."""

import random
import re
from html.parser import HTMLParser

from wirelab.check import Caller, Expect, Probe, exercise

ADDRESSES = [
    (
        "http://127.0.0.1:8001/station.html",
        "ws://127.0.0.1:8001/feed",
        "finds the feed beside the page",
        ("urljoin(page, 'feed') is the address of a link feed in that page.", "Then http becomes ws."),
    ),
    (
        "https://weather.example/station.html",
        "wss://weather.example/feed",
        "makes wss of https",
        ("A page that came encrypted may only use wss.", "http and https differ as ws and wss do: by their s."),
    ),
    (
        "http://127.0.0.1:8888/user/ada/proxy/8001/station.html",
        "ws://127.0.0.1:8888/user/ada/proxy/8001/feed",
        "keeps the folder, behind a proxy too",
        ("With a slash in front, a link begins at the host. Without one, it begins where the page is.",),
    ),
    (
        "http://http.example/http/station.html",
        "ws://http.example/http/feed",
        "changes the beginning, and nothing else",
        ("replace changes every http that it finds. Here only the first counts.", "address.removeprefix('http')"),
    ),
    (
        "http://127.0.0.1:8001/station.html?back=/list#wind",
        "ws://127.0.0.1:8001/feed",
        "leaves out what stands behind a question mark",
        ("A query may have slashes in it, so the last slash is not the end of the folder.", "urljoin knows."),
    ),
]


@exercise("35.1", "Where is the feed?", of="function")
def where_is_the_feed(function: Caller, expect: Expect) -> None:
    for page, right, what, hints in ADDRESSES:
        expect.equal(function.returns(page), right, what, hint=hints)
    port = random.randrange(9000, 9999)
    got = function.returns(f"http://127.0.0.1:{port}/a/b/")
    expect.equal(got, f"ws://127.0.0.1:{port}/a/b/feed", "does so for whatever page it is given")


OWN = ["http://127.0.0.1:8001", "https://weather.example"]
WHOLE = ("Compare the whole origin: is it in the list?", "origin in own")
ORIGINS: list[tuple[str | None, bool, str, tuple[str, ...]]] = [
    ("http://127.0.0.1:8001", True, "admits a page of your own", WHOLE),
    ("https://weather.example", True, "admits a page of your other origin", WHOLE),
    (None, True, "admits a program", ("Programs send no Origin, and origin is None then.",)),
    ("https://stranger.example", False, "refuses a stranger", WHOLE),
    ("https://weather.example.stranger.example", False, "refuses a stranger whose name begins like yours", WHOLE),
    ("https://myweather.example", False, "refuses a stranger whose name ends like yours", WHOLE),
    (
        "null",
        False,
        "refuses an origin that is null",
        ("null is what a browser sends for a page without an origin, from a file for example. Anybody can.",),
    ),
    (
        "http://weather.example",
        False,
        "refuses the same host with another scheme",
        ("Scheme, host and port make an origin. On the way by http, anybody may have changed the page.",),
    ),
    ("http://127.0.0.1:8002", False, "refuses the same host with another port", WHOLE),
    ("", False, "refuses an empty one", ("An empty text is a header, and None is none. Ask: origin is None.",)),
]


@exercise("35.2", "May this page?", points=2, of="function")
def may_this_page(function: Caller, expect: Expect) -> None:
    for origin, right, what, hints in ORIGINS:
        expect.equal(function.returns(origin, OWN), right, what, hint=hints)
    chance = f"http://127.0.0.1:{random.randrange(9000, 9999)}"
    expect.equal(function.returns(chance, [chance]), True, "looks at the list that it is given")
    expect.equal(function.returns(OWN[0], [chance]), False, "admits nobody who is not in it")


class Parts(HTMLParser):
    """A page's scripts, and where its elements with an id stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: dict[str, int] = {}  # id → after how many scripts it stands
        self.scripts: list[str] = []
        self.deferred: list[bool] = []  # whether a script waits until the whole page is read
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if named.get("id"):
            self.ids.setdefault(str(named["id"]), len(self.scripts))
        if tag == "script":
            self._open = True
            self.scripts.append("")
            self.deferred.append(named.get("type") == "module")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.scripts[-1] += data


CONNECTS = re.compile(r"new\s+WebSocket\s*\(\s*(?:new\s+URL\s*\(\s*)?([\"'`])(.*?)\1")
COMMENT = re.compile(r"/\*.*?\*/|(?:^|(?<=[\s;{}]))//[^\n]*", re.DOTALL)
MAKES_HTML = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "setHTMLUnsafe")
SHOWS_TEXT = ("textContent", "innerText", ".append(", "createTextNode", "replaceChildren")
WAITS = ("DOMContentLoaded", "onload", '"load"', "'load'")


@exercise("35.3", "The page", points=3, of="function")
def the_page(function: Caller, expect: Expect) -> None:
    page = function.returns()
    if not expect(isinstance(page, str), "returns a text", got=page, hint='The page, between """ and """.'):
        return
    parts = Parts(page)
    script = COMMENT.sub("", "\n".join(parts.scripts))
    expect(
        page.lstrip().lower().startswith("<!doctype html>"),
        "begins with <!doctype html>",
        hint="Without it, a browser takes the page for one of the last century, and lays it out like that.",
    )
    for name in ("reading", "state"):
        found = sorted(parts.ids)
        expect(name in found, f"has an element with the id {name}", got=found, hint=f'<p id="{name}">')
    _connects(script, expect)
    _shows(script, expect)
    _is_in_order(parts, expect)


def _connects(script: str, expect: Expect) -> None:
    found = CONNECTS.search(script)
    expect(
        found and found[2] in ("feed", "./feed"),
        "connects to feed, seen from the page",
        expected="feed",
        got=found[2] if found else "no new WebSocket(...) with an address in quotes",
        hint=(
            "127.0.0.1 is the computer where the browser runs, and a slash in front leaves the folder.",
            'new WebSocket("feed")',
        ),
    )


def _shows(script: str, expect: Expect) -> None:
    expect(
        _listens(script, "message"),
        "notices a message",
        hint=("A WebSocket calls onmessage, and event.data is what came.", "socket.onmessage = (event) => { … };"),
    )
    expect(
        _listens(script, "close"),
        "notices that the connection is closed",
        hint=("A WebSocket calls onclose, whatever the reason.", "socket.onclose = () => { … };"),
    )
    html = [name for name in MAKES_HTML if name in script]
    expect(
        not html,
        "makes no HTML of a message",
        got=", ".join(html),
        hint=("innerHTML makes elements of whatever is sent. Which property makes text?", "textContent"),
    )
    expect(
        any(name in script for name in SHOWS_TEXT) and re.search(r"\bdata\b", script),
        "shows what came as text",
        hint='document.getElementById("reading").textContent = event.data',
    )
    for name in ("reading", "state"):
        expect(re.search(rf"\b{name}\b", script), f"uses the element {name}", hint=f'getElementById("{name}")')


def _listens(script: str, event: str) -> bool:
    return bool(re.search(rf"\bon{event}\s*=|addEventListener\(\s*[\"'`]{event}[\"'`]", script))


def _is_in_order(parts: Parts, expect: Expect) -> None:
    """Whether the script that connects finds the elements when it runs."""
    number = next((number for number, text in enumerate(parts.scripts) if "WebSocket" in text), 0)
    waits = any(parts.deferred[number:]) or any(word in text for text in parts.scripts for word in WAITS)
    expect(
        waits or all(parts.ids.get(name, 0) <= number for name in ("reading", "state")),
        "has its elements in front of its script",
        hint=(
            "It runs as soon as the browser has read it, and finds only what came before.",
            "Write the script at the end.",
        ),
    )


KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # that of RFC 6455 §1.3
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}


@exercise("35.4", "One door", points=4)
def one_door(station: Probe, expect: Expect) -> None:
    _serves_the_page(station, expect)
    for path in ("/nothing", "/feed/nothing"):
        reply = station.request("GET", path, headers=HANDSHAKE)
        expect.equal(
            reply.status,
            404,
            f"answers 404 for {path}",
            hint=("For those, door returns None, and the handshake goes on.", "websocket.respond(404, text)"),
        )
    host = f"127.0.0.1:{station.server.port}"
    for origin, what in [
        ("https://stranger.example", "refuses a stranger's page"),
        (f"http://{host}.stranger.example", "refuses a stranger whose name begins like yours"),
        ("null", "refuses a page without an origin"),
    ]:
        reply = station.request("GET", "/feed", headers={**HANDSHAKE, "Origin": origin})
        expect.equal(reply.status, 403, what, hint="Ask may_connect, and answer 403 if it says no.")
    _tells(station, expect, "its own page", f"http://{host}")
    _tells(station, expect, "a program", None)


def _serves_the_page(station: Probe, expect: Expect) -> None:
    reply = station.get("/")
    expect.equal(reply.status, 200, "answers 200 for /", hint="return websocket.respond(200, PAGE)")
    expect(
        "17.5 °C" in reply.content.decode("utf-8", "replace"), "sends the page in UTF-8", got=reply.content[:80]
    )
    kinds = [value for name, value in reply.response.headers if name.lower() == "content-type"]
    expect(
        any(kind.lower().startswith("text/html") for kind in kinds),
        "says that the page is HTML",
        expected="text/html; charset=utf-8",
        got=", ".join(kinds),
        hint=("respond makes a text/plain of it. Change the header of the response.", "response.headers"),
    )
    expect(
        len(kinds) == 1,
        "says its type once",
        got=kinds,
        hint=(
            "A header may come twice, so a new value joins the old one. Take the old one away first.",
            'del response.headers["Content-Type"]',
        ),
    )
    expect("charset=utf-8" in kinds[-1].lower() if kinds else False, "says in which encoding it is", got=kinds)


def _tells(station: Probe, expect: Expect, whom: str, origin: str | None) -> None:
    headers = {**HANDSHAKE, "Origin": origin} if origin else HANDSHAKE
    status = station.request("GET", "/feed", headers=headers).status
    if expect.equal(status, 101, f"lets {whom} in", hint="Ask may_connect. None lets the handshake go on."):
        with station.connect("/feed", origin=origin) as guest:
            expect.equal(guest.receive(), "17.5", f"tells {whom} the reading")
