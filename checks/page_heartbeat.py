"""The checks of lesson 36 for pages: one that notices a silent feed, and one that comes back ever more slowly."""

from collections.abc import Sequence

from checks.console_hints import fault_hints
from checks.page_hints import Moment, fault_in, first_socket, hints_at
from wirelab.checking import Expect, FunctionProbe, PageProbe, PageSocket, exercise

STEP = 0.25  # seconds between two looks at a page
WATCHED = 10  # seconds
PONG_AFTER = (1, STEP)  # seconds from the first ping to its pong, from the second, and so on in turn
SILENT = 5  # seconds after which a page has to notice that its feed is silent
PING_EVERY = (4, 12)  # pings in WATCHED seconds, at least and at most: one every one or two seconds
READING_HINTS = (
    "Each message but pong is a reading, and belongs into the element reading.",
    'if (event.data !== "pong") at("reading").textContent = event.data;',
)
LIVE_HINTS = ("Every message is a sign of life, pong and readings alike.", 'at("state").textContent = "live";')
NOT_YET_HINTS = (
    "An open connection is no sign of life. Say live when a message comes.",
    "The line belongs into onmessage, not into onopen.",
)
PING_HINTS = (
    "A timer sends ping again and again, from the moment when the connection is open.",
    'socket.onopen = () => setInterval(() => socket.send("ping"), 2000);',
)
STILL_PING_HINTS = (
    "A feed that is silent may hear again later. A page that has stopped asking would never notice.",
    "Leave the timer of ping alone when the deadline ends: only the words in state change.",
)
NO_DEADLINE_HINTS = (
    "Nothing happens when a feed is silent. So a timer has to run: a ping starts it, and each message stops it.",
    "After socket.send: deadline ||= setTimeout(dead, 2500). In onmessage: clearTimeout(deadline); deadline = 0;",
)
NERVOUS_HINTS = ("An answer may take a second.", "Let the deadline end later: 2500 milliseconds after the ping.")
END_HINTS = ("A WebSocket calls onclose.", 'socket.onclose = () => { at("state").textContent = "not live"; };')
HTML_HINTS = ("innerHTML makes elements of whatever is sent.", "textContent")


@exercise(
    "36.3", "A heartbeat", points=3, of="function",
    learned="A page that asks, and has a deadline for the answer, notices a feed that has fallen silent.",
)
def a_heartbeat(function: FunctionProbe, expect: Expect) -> None:
    """Check a function that returns a page. It pings its feed, and says whether it is live. The page is run.

    Raises Stopped where the function hangs, and where the page opens no WebSocket.
    """
    page = page_of(function, expect)
    socket = first_socket(page, expect)
    socket.open()
    _shows(page, "state", "not live", "is not live before a message has come", expect, NOT_YET_HINTS)
    _try_pings(page, socket, expect)
    for reading in ("17.5", "-3", "ping pong", "<b>4</b>"):
        socket.message(reading)
        _shows(page, "reading", reading, "shows the latest reading as text", expect, READING_HINTS)
    expect(not page.html_made, "makes no HTML of a reading", got=page.html_made, hint=HTML_HINTS)
    socket.message("pong")
    _shows(page, "reading", "<b>4</b>", "does not show pong", expect, READING_HINTS)
    _try_readings_alone(page, socket, expect)
    page.advance(SILENT)
    what = "notices within five seconds that the feed is silent"
    _shows(page, "state", "not live", what, expect, NO_DEADLINE_HINTS)
    before = len(socket.sent)
    page.advance(SILENT)
    asked = len(socket.sent) - before
    socket.message("pong")
    _shows(page, "state", "live", "is live again when a message comes", expect, LIVE_HINTS)
    what = "goes on with ping while the feed is silent"
    expect(asked >= SILENT // 2, what, got=f"{asked} messages in {SILENT} s", hint=STILL_PING_HINTS)
    socket.close()
    _shows(page, "state", "not live", "says so when the connection ends", expect, END_HINTS)
    page.advance(2 * SILENT)
    _shows(page, "state", "not live", "does not call a closed connection live", expect, END_HINTS)
    _has_no_fault(page, expect)


def _has_no_fault(page: PageProbe, expect: Expect) -> None:
    """Expect that nothing went wrong in a script of the page, up to now."""
    expect(not page.error, "has a script without an error", got=fault_in(page), hint=fault_hints(page))


def page_of(function: FunctionProbe, expect: Expect) -> PageProbe:
    """The page that a function returns, running. Raises Stopped where it returns no string."""
    html = function.returns()
    if not isinstance(html, str):
        raise expect.missed("returns a string", repr(html), hint="The page, between \"\"\" and \"\"\".")
    return PageProbe(html)


def _shows(page: PageProbe, id: str, right: str, what: str, expect: Expect, hints: Sequence[str]) -> bool:
    """Expect an element to show this. What went wrong in the script comes first."""
    shown = (page.text(id) or "").strip()
    found = hints_at(Moment(page, page.sockets[-1], id, message=right)) if page.error else hints
    found = HTML_HINTS if page.html_made else found
    return expect(shown == right, what, expected=right, got=fault_in(page) or page.text(id), hint=found)


def _try_pings(page: PageProbe, socket: PageSocket, expect: Expect) -> None:
    """Answer the pings of a page, now fast, now slowly, and look whether it stays live all the time."""
    due, states = list[float](), list[str]()
    for step in range(int(WATCHED / STEP)):
        before = len(socket.sent)
        page.advance(STEP)
        due += [step * STEP + PONG_AFTER[before % 2]] * (len(socket.sent) - before)
        while due and due[0] <= step * STEP:
            due.pop(0)
            socket.message("pong")
        states.append((page.text("state") or "").strip())
    sent = len(socket.sent)
    is_often = PING_EVERY[0] <= sent <= PING_EVERY[1] and set(socket.sent) == {"ping"}
    got = fault_in(page) or f"{sent} messages in {WATCHED} s: {socket.sent[:3]}"
    expect(is_often, "sends ping every one or two seconds", expected="ping", got=got, hint=PING_HINTS)
    live = states.index("live") if "live" in states else len(states)
    expect("live" in states, "is live once pong has come", expected="live", got=states[-1], hint=LIVE_HINTS)
    changed = next((state for state in states[live:] if state != "live"), "live")
    what = "stays live as long as each answer comes within a second"
    expect(changed == "live", what, expected="live", got=changed, hint=NERVOUS_HINTS)


def _try_readings_alone(page: PageProbe, socket: PageSocket, expect: Expect) -> None:
    """Send readings and no pong: the page stays live."""
    for number in range(WATCHED):
        socket.message(f"{number}.5")
        page.advance(1)
    _shows(page, "state", "live", "takes a reading for a sign of life too", expect, LIVE_HINTS)


LONGEST = 12  # seconds that a check waits for a page to connect again
TOLERANCE = 0.3  # seconds
AGAIN_HINTS = ("A browser does not connect again by itself.", "socket.onclose = () => setTimeout(connect, wait);")
GROWS_HINTS = (
    "Each wait is twice the one before. Where does the page remember how often it has tried?",
    "A variable outside of connect: setTimeout(connect, 1000 * 2 ** tries), then tries += 1.",
)
MOST_HINTS = ("No wait is longer than 8 seconds.", "Math.min(2 ** tries, 8)")
OPEN_HINTS = (
    "Behind a proxy a connection opens even where no feed is. Only a message shows that there is one.",
    "tries = 0 belongs into onmessage, and nowhere else.",
)
FUNCTION_HINTS = ("setTimeout takes a function. With brackets, it is called at once.", "setTimeout(connect, wait)")
ANEW_HINTS = ("After a message the first wait counts again.", "tries = 0; in onmessage.")
ENDS: list[tuple[str, int, str, Sequence[str]]] = [  # what happens on a connection, the wait after it
    ("", 1, "waits one second after the first try", AGAIN_HINTS),
    ("", 2, "waits twice as long after the second", GROWS_HINTS),
    ("", 4, "waits twice as long again after the third", GROWS_HINTS),
    ("", 8, "waits eight seconds after the fourth", GROWS_HINTS),
    ("", 8, "waits for eight seconds at most", MOST_HINTS),
    ("open", 8, "does not take an open connection for a message", OPEN_HINTS),
    ("message", 1, "waits one second again after a message", ANEW_HINTS),
    ("open", 2, "waits longer again from there", OPEN_HINTS),
    ("message, closed", 1, "connects again after a close frame too", AGAIN_HINTS),
    ("", 2, "begins anew after each message", GROWS_HINTS),
]


@exercise(
    "36.4", "Longer each time", points=3, of="function",
    learned="Each wait is longer than the one before, and only a message makes the waits short again.",
)
def longer_each_time(function: FunctionProbe, expect: Expect) -> None:
    """Check a function that returns a page which connects again, after 1, 2, 4 and 8 seconds. The page is run.

    Raises Stopped where the function hangs, and where the page opens no WebSocket or does not come back.
    """
    page = page_of(function, expect)
    first_socket(page, expect)
    for happens, seconds, what, hints in ENDS:
        socket = page.sockets[-1]
        if happens:
            socket.open()
        if "message" in happens:
            socket.message("<i>17.5</i>")
            _shows(page, "reading", "<i>17.5</i>", "shows a message as text", expect, READING_HINTS)
        wait = _wait_after_close(page, is_clean="closed" in happens)
        is_right = abs(wait - seconds) <= TOLERANCE
        found = FUNCTION_HINTS if "setTimeout" in page.not_functions else hints
        if not expect(is_right, what, expected=f"{seconds} s", got=fault_in(page) or _in_words(wait), hint=found):
            return
    wanted = [socket.is_wanted for socket in page.sockets].count(True)
    page.advance(LONGEST)
    sockets = f"{len(page.sockets)} connections, {wanted} of them open"
    is_one = wanted == 1 and page.sockets[-1].is_wanted
    expect(is_one, "has one connection at a time", got=sockets, hint=AGAIN_HINTS)
    _has_no_fault(page, expect)


def _wait_after_close(page: PageProbe, *, is_clean: bool) -> float:
    """End the connection. How many seconds pass until the page connects again; above LONGEST where it does not."""
    before, waited = len(page.sockets), 0.0
    page.sockets[-1].close(1001 if is_clean else 1006, clean=is_clean)
    while len(page.sockets) == before and waited <= LONGEST:
        page.advance(STEP)
        waited += STEP
    return waited


def _in_words(wait: float) -> str:
    if wait > LONGEST:
        return f"it has not connected after {LONGEST} s"
    return f"{wait:g} s" if wait else "it connects at once"
