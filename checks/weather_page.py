"""The check of project 41's live page, which is run with a feed that the check plays."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from checks.page_hints import Moment, fault_in, first_socket, hints_at, numbers_in
from checks.weather_live import FEED_PATH, compare_messages, show_address
from checks.weather_service import post_reading
from wirelab.checking import Expect, PageProbe, PageSocket, Probe, Reply, exercise, path_of

RECONNECTED = 1.5  # seconds after which a page has connected again
TOO_SOON = 0.3  # seconds in which it should not
MUCH_LATER = 4.0  # seconds in which a page that is connected does nothing
READINGS = [  # most numbers between them are of other stations
    {"number": 7, "station": 2, "degrees": -3.5},
    {"number": 12, "station": 2, "degrees": 0},
    {"number": 31, "station": 2, "degrees": 21.5},
]
NEXT_READING = {"number": 45, "station": 2, "degrees": -17.5}  # after the page has connected again
HTML_READING = {"number": 32, "station": 2, "degrees": "<i>22.5</i>"}
ADDRESS_HINTS = (
    "The address comes to script(address) as a string.",
    "json.dumps(address) is the same in JavaScript.",
)
SINCE_ADDRESS_HINTS = (
    "Remember the number of each reading.",
    'last = "?since=" + reading.number; new WebSocket(address + last)',
)
NO_SINCE_HINTS = (
    "Which number has the last reading before there is one? Then the address has no ?since= at all.",
    'let last = "" at first, and last = "?since=" + reading.number with each reading.',
)
RECONNECT_HINTS = (
    "Put it all into a function connect(), and call it.",
    "socket.onclose = () => setTimeout(connect, 1000)",
)
AGAIN_HINTS = (
    "Each connection needs its own onclose, however the one before it ended, and the same second of waiting.",
    "In connect(): socket.onclose = () => setTimeout(connect, 1000)",
)
ONE_CONNECTION_HINTS = (
    "How often is connect called? It should be once at the beginning, and once when a connection has ended.",
    "connect(); and socket.onclose = () => setTimeout(connect, 1000)",
)
INTERVAL_HINTS = (
    "setTimeout calls a function once, setInterval again and again.",
    "socket.onclose = () => setTimeout(connect, 1000)",
)
WHOLE_HINTS = (
    "That is the message as it came. JSON.parse makes an object of it, which has degrees.",
    "JSON.parse(event.data).degrees",
)
WAIT_HINTS = (
    "setTimeout takes a function and milliseconds. With brackets behind its name, the function is called at once.",
    "setTimeout(connect, 1000)",
)


@exercise(
    "41.8", "A page that stays fresh", points=2, writes=["script"],
    learned="A page stays fresh when it connects again, and says what it has seen last.",
)
def a_page_that_stays_fresh(service: Probe, expect: Expect) -> None:
    """Check a service whose page `/stations/2/live` has a script that watches the feed. The page is run.

    Its feed is the check; at the end, the check asks the real feed as the page did. Raises Stopped where no answer
    comes, where the page opens no WebSocket, or where the feed refuses a client.
    """
    reply = service.get(f"{FEED_PATH}/live")
    expect.equal(reply.status, 200, "answers 200 OK")
    feed = service.beside("feed")
    page = _load(service, reply)
    socket, wanted = first_socket(page, expect), f"ws://{feed.host}{FEED_PATH}"
    address, _, query = socket.url.partition("?")
    named = expect.equal(address, wanted, "names the feed of the station", hint=ADDRESS_HINTS)
    expect(query in ("", "since="), "names no reading before it has one", got=socket.url, hint=NO_SINCE_HINTS)
    last = _try_readings(page, expect)
    _try_html(_load(service, reply), expect)
    _try_reconnecting(page, expect, last)
    _try_early_end(_load(service, reply), expect)
    if named:
        _watch_as_the_page(service, feed, expect, path_of(address))


def _load(service: Probe, reply: Reply) -> PageProbe:
    """Run the page of a reply."""
    return PageProbe(reply.text, f"http://{service.host}{FEED_PATH}/live")


def _try_readings(page: PageProbe, expect: Expect) -> dict[str, Any]:
    """Send a page readings, up to the first that it does not show, and return the last one that was sent."""
    page.sockets[0].open()
    for reading, what in zip(
        READINGS,
        [
            "shows the degrees of a reading",
            "shows 0 degrees",
            "shows the degrees of the latest reading, and no others",
        ],
        strict=True,
    ):
        if not _shows(page, page.sockets[0], reading, what, expect):
            break
    return reading


def _shows(page: PageProbe, socket: PageSocket, reading: dict[str, Any], what: str, expect: Expect) -> bool:
    """Send a page a reading, and return whether it shows its degrees, and none of those before."""
    before = numbers_in(page.text("degrees") or "")
    socket.message(json.dumps(reading))
    moment = Moment(page, socket, "degrees", message=str(reading["degrees"]))
    numbers, is_whole = numbers_in(moment.shown), '"degrees"' in moment.shown
    others = {one["degrees"] for one in READINGS} - {reading["degrees"], 0}  # a time of day has zeros as well
    is_new = reading["degrees"] in numbers and not others & {*numbers} & {*before}
    return expect(
        is_new and not is_whole,
        what,
        expected=f"{reading['degrees']} degrees",
        got=fault_in(page) or page.text("degrees"),
        hint=WHOLE_HINTS if is_whole else hints_at(moment),
    )


def _try_html(page: PageProbe, expect: Expect) -> None:
    """Send a page a reading with HTML in it, which may not become a part of the page."""
    page.sockets[0].open()
    page.sockets[0].message(json.dumps(HTML_READING))
    made = [html for html in page.html_made if str(HTML_READING["degrees"]) in html]
    expect(
        not made,
        "shows the degrees as text",
        got=f"HTML of a reading: {made[0]}" if made else "",
        hint=("innerHTML would obey what is sent to it. There is another one.", "element.textContent = ..."),
    )


def _try_reconnecting(page: PageProbe, expect: Expect, last: dict[str, Any]) -> None:
    """End the connection of a page twice. Each time it connects again a little later, from its last reading on."""
    if not _comes_back(page, last, "when the connection has ended", expect):
        return
    page.advance(MUCH_LATER)
    expect(
        [socket.is_wanted for socket in page.sockets].count(True) == 1,
        "has one connection at a time",
        got=[socket.url for socket in page.sockets],
        hint=INTERVAL_HINTS if "setInterval" in page.html else ONE_CONNECTION_HINTS,
    )
    socket = page.sockets[-1]
    socket.open()
    if _shows(page, socket, NEXT_READING, "shows what comes after it has connected again", expect):
        _comes_back(page, NEXT_READING, "when the next connection has ended", expect, is_clean=True)


def _comes_back(
    page: PageProbe, last: dict[str, Any], when: str, expect: Expect, *, is_clean: bool = False
) -> bool:
    """End the connection of a page, and return whether it connects again. Its address has the number of `last`."""
    first = len(page.sockets)
    page.sockets[-1].close(1001 if is_clean else 1006, clean=is_clean)
    page.advance(TOO_SOON)
    soon = len(page.sockets)
    page.advance(RECONNECTED - TOO_SOON)
    if not expect(
        len(page.sockets) > first,
        f"connects again {when}",
        got=fault_in(page) or f"no new connection within {RECONNECTED:g} s",
        hint=RECONNECT_HINTS if first == 1 else AGAIN_HINTS,
    ):
        return False
    what = f"waits before it connects again {when}"
    expect(soon == first, what, got="it connects at once", hint=WAIT_HINTS)
    expect.equal(
        query_of(page.sockets[-1].url),
        {"since": [str(last["number"])]},
        f"names the last reading that it has {when}",
        hint=SINCE_ADDRESS_HINTS,
    )
    return True


def _try_early_end(page: PageProbe, expect: Expect) -> None:
    """Refuse the connection of a page before it has a reading: it comes back, and has none to name."""
    page.sockets[0].close()
    page.advance(RECONNECTED)
    address = page.sockets[-1].url
    expect(
        len(page.sockets) == 2 and query_of(address) == {},
        "connects again without a number where it has no reading yet",
        got=address if len(page.sockets) > 1 else fault_in(page) or "it does not connect again",
        hint=NO_SINCE_HINTS if len(page.sockets) > 1 else RECONNECT_HINTS,
    )


def _watch_as_the_page(service: Probe, feed: Probe, expect: Expect, path: str) -> None:
    """Do what the page does in a browser: watch, lose the connection, come back."""
    known = post_reading(service, expect, 2)
    with feed.connect(path) as page:
        what = "tells the page the last reading at that address"
        compare_messages([page], expect, [known], what, EARLIER_STAGES_HINTS)
        known = post_reading(service, expect, 2)
        compare_messages([page], expect, [known], "pushes the next one to the page", EARLIER_STAGES_HINTS)
    missed = [post_reading(service, expect, 2) for _ in range(2)]
    path = f"{path}?since={known['number']}"
    with feed.connect(path) as page:
        show_address(feed, expect, path)
        what = "tells the page what it missed when it comes back, in its order"
        compare_messages([page], expect, missed, what, EARLIER_STAGES_HINTS)


EARLIER_STAGES_HINTS = ("That is the work of the feed: do stages 41.6 and 41.7 still pass?",)


def query_of(url: str) -> dict[str, list[str]]:
    """The fields of an address behind its question mark; empty ones count for nothing."""
    return parse_qs(urlsplit(url).query)
