"""The checks of project 41's WebSocket feed: what a newcomer gets, and what is pushed to all who watch."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import zip_longest
from typing import Any

from checks.json_documents import as_object, read_json
from checks.polling import poll
from checks.weather_service import (
    RELAUNCH_HINT,
    Hints,
    measure,
    post_reading,
    reading_in,
    readings_at,
    replaced,
)
from wirelab.checking import Expect, Probe, WebSocketClient, exercise

FEED_PATH = "/stations/2"
FEED_TIMEOUT = 1.0  # seconds for the feed to send a reading, and to notice that a client has left
SILENCE = 0.1  # seconds in which nothing more comes
NOTHING_MORE = "nothing more"
BINARY_HINTS = (
    "Bytes make a binary message, and JSON.parse in a browser reads none. A string makes a text message.",
    "json.dumps(reading), without encode()",
)
NO_JSON_HINTS = (
    "That is no JSON, which has double quotation marks. str() and f-strings write as Python does.",
    "json.dumps(reading)",
)
DUMPED_TWICE_HINTS = (
    "It is JSON of a string that is JSON itself: json.dumps has been at work twice.",
    "json.dumps(reading), once",
)
LIST_HINTS = (
    "Each reading is a message of its own.",
    "for reading in ...: await websocket.send(json.dumps(reading))",
)
PARTS_HINTS = ("A message is the whole reading: number, station and degrees.", "json.dumps(reading)")
CLOSED_HINT = "The connection has ended. Did your function close it, or end too early?"
NEWCOMER_HINTS = (
    "A newcomer gets one reading, the last one of the station: log.of(station) ends with it.",
    "news = log.of(station)[-1:], and for each of it: await websocket.send(json.dumps(reading))",
)
SINCE_HINTS = (
    "Where since is a number, send all readings after it, of this station, the oldest first.",
    "log.of(station, since) is the list of them.",
)
SINCE_0_HINTS = (
    "0 counts as false in Python, and is a number all the same. Only None is none.",
    "if since is None: ... else: ...",
)
EMPTY_HINTS = ("What does log.of(station) give where nothing was measured? An empty list.", "log.of(station)[-1:]")


@exercise(
    "41.6", "A feed, and what a newcomer hears", points=2, writes=["welcome"],
    learned="A newcomer first hears what it missed, and then what is new.",
)
def a_feed(feed: Probe, expect: Expect) -> None:
    """Check a WebSocket feed beside the service: a newcomer gets the last reading, `?since=7` all after number 7.

    Raises Stopped where the service does not run or keeps nothing, or the feed refuses a client.
    """
    service = feed.beside("weather")
    _connect_once(feed)
    elsewhere = measure(service, 1)
    first, second = measure(service, 2), measure(service, 2, 0.0)
    measure(service, 3)
    last = measure(service, 2)
    measure(service, 3)
    _try_newcomers(feed, expect, last, elsewhere)
    known = first["number"]
    for since, missed, what, hint in [
        (known, [second, last], "sends all that was missed since a reading, in order", SINCE_HINTS),
        (known - 1, [first, second, last], "begins with the first one that was missed", SINCE_HINTS),
        (last["number"], [], "sends nothing where nothing was missed", SINCE_HINTS),
        (last["number"] + 1000, [], "sends nothing where since is not reached yet", SINCE_HINTS),
        (0, readings_at(service, 2), "sends all readings where since is 0", SINCE_0_HINTS),
    ]:
        with feed.connect(f"{FEED_PATH}?since={since}") as client:
            show_address(feed, expect, f"{FEED_PATH}?since={since}")
            compare_messages([client], expect, missed, what, hint)


def _try_newcomers(feed: Probe, expect: Expect, last: dict[str, Any], elsewhere: dict[str, Any]) -> None:
    """Connect to two stations that have readings, and to one of which the checks measure nothing."""
    with feed.connect(FEED_PATH) as newcomer:
        show_address(feed, expect, FEED_PATH)
        what = "sends a newcomer the last reading, and no more"
        compare_messages([newcomer], expect, [last], what, NEWCOMER_HINTS)
        expect(newcomer.is_silent(SILENCE), "sends a newcomer nothing later", hint=NEWCOMER_HINTS)
        hint = "A newcomer stays: what comes next is for it. Leave close() out."
        expect(newcomer.is_open, "leaves the connection open", got="it is closed", hint=hint)
    with feed.connect("/stations/1") as other:
        show_address(feed, expect, "/stations/1")
        compare_messages([other], expect, [elsewhere], "sends the last reading of another station", NEWCOMER_HINTS)
    readings = readings_at(feed.beside("weather"), 4)
    with feed.connect("/stations/4") as early:
        show_address(feed, expect, "/stations/4")
        what = "sends nothing where there is no reading yet"
        compare_messages([early], expect, readings[-1:], what, EMPTY_HINTS)


WATCHED_PATH = "/stations/3"  # while a page of station 2 may be open in a window, and come back at any time
STATION = 3
VISITORS = 6  # that come and leave, so that no feed takes the right ones out by chance
WELCOME_HINTS = (
    "Who comes in gets its welcome, for its station and with its since.",
    "await welcome(websocket, station, since)",
)
ENTER_FIRST_HINTS = (
    "What is measured before a client enters its room is told to it by nobody. So enter is the first thing.",
    "rooms[station].enter(websocket), and then await welcome(...)",
)
PUBLISH_HINTS = (
    "Is the connection in its room? And does publish say the reading there, in JSON?",
    "If so, run the cell with log.watchers again, and the launch cells above it: they have a log of their own.",
)
SAY_HINTS = (
    "publish runs in a thread of the web service. say leaves the word for the feed's event loop.",
    "rooms[reading['station']].say(json.dumps(reading))",
)
ROOM_HINTS = ("Each station has its room, and each client is in one.", "rooms[reading['station']].say(...)")
LEAVE_ROOM_HINTS = (
    "A connection can end in many ways. Which part of try is reached in each of them?",
    "finally: rooms[station].leave(websocket)",
)
ERROR_HINTS = (
    "Each message that comes is answered with JSON that has an error, whatever it says.",
    'async for message in websocket: await websocket.send(json.dumps({"error": "..."}))',
)
ERROR_TO_ONE_HINTS = ("Only who sent the message gets the error.", "await websocket.send(...), and not say(...)")


@exercise(
    "41.7", "Live", points=2, writes=["publish", "live"], given=["live"],
    learned="A thread hands a message to the event loop, which sends it to everyone in the room.",
)
def live(feed: Probe, expect: Expect) -> None:
    """Check a WebSocket feed that sends each reading to every client in its room, and answers each message itself.

    A client that left is out of the room. Raises Stopped where the service or the feed refuses the check.
    """
    service = feed.beside("weather")
    _connect_once(feed)
    elsewhere = post_reading(service, expect, 1)
    known, *missed = [post_reading(service, expect, STATION) for _ in range(3)]
    last = missed[-1]
    _try_welcome(feed, expect, known, missed)
    with ExitStack() as opened:
        one, other, gone = (opened.enter_context(feed.connect(WATCHED_PATH)) for _ in range(3))
        other_room = opened.enter_context(feed.connect("/stations/1"))
        show_address(feed, expect, WATCHED_PATH)
        if not compare_messages([one, other, gone], expect, [last], "welcomes who connects", WELCOME_HINTS):
            return
        what = "welcomes who watches another station"
        compare_messages([other_room], expect, [elsewhere], what, WELCOME_HINTS)
        if not _try_pushing(service, expect, [one, other, gone], other_room):
            return
        show_address(feed, expect, WATCHED_PATH)
        _try_messages(one, [other, gone], expect)
        _try_visitors(feed, expect)
        _compare_leaving(service, expect, other.leave, "forgets a client that says goodbye")
        _compare_leaving(service, expect, gone.abort, "forgets a client that vanishes without a goodbye")
        what = "goes on pushing after others have left and one has talked"
        _try_push(service, expect, [one], STATION, 17.5, what)
        service.post(f"{WATCHED_PATH}/readings", json={"degrees": "warm"})
        expect(one.is_silent(SILENCE), "says nothing of a reading that was refused")


def _try_welcome(feed: Probe, expect: Expect, known: dict[str, Any], missed: list[dict[str, Any]]) -> None:
    """Come back with numbers that are known, and look who is in the room while the log is asked for readings."""
    for since, readings, what in [
        (known["number"], missed, "welcomes a client that comes back with what it missed"),
        (0, readings_at(feed.beside("weather"), STATION), "welcomes a client with all readings where since is 0"),
    ]:
        path = f"{WATCHED_PATH}?since={since}"
        with _is_in_room_at_welcome(feed) as was_in_room, feed.connect(path) as back:
            show_address(feed, expect, path)
            compare_messages([back], expect, readings, what, WELCOME_HINTS)
    what = "enters the room before it gets its welcome"
    expect(all(was_in_room), what, got="it got its welcome outside of the room", hint=ENTER_FIRST_HINTS)


def _try_pushing(
    service: Probe, expect: Expect, watchers: list[WebSocketClient], elsewhere: WebSocketClient
) -> bool:
    """POST readings of the watched station and of another one: each is pushed to its own room alone.

    Returns whether all that watch the first one get its readings.
    """
    with _said_in_room(service) as said:
        pushed = _try_push(service, expect, watchers, STATION, 0.0, "pushes a reading to all who watch")
    if not pushed:
        return False
    expect.equal(len(said), 1, "lets the room say it, once", hint=SAY_HINTS)
    got = elsewhere.messages_until_pong()
    expect.equal(got, [], "tells nobody of another station", hint=ROOM_HINTS)
    what = "pushes the next reading, even of as many degrees"
    if not _try_push(service, expect, watchers, STATION, 0.0, what):
        return False
    _try_push(service, expect, [elsewhere], 1, -3.5, "pushes a reading of another station to who watches that")
    got = [message for watcher in watchers for message in watcher.messages_until_pong()]
    expect.equal(got, [], "tells none of those to who watches the first", hint=ROOM_HINTS)
    return True


def _try_push(
    service: Probe, expect: Expect, watchers: list[WebSocketClient], station: int, degrees: float, what: str
) -> bool:
    """POST a reading, and return whether each watcher gets it, and nothing else."""
    made = post_reading(service, expect, station, degrees)
    return compare_messages(watchers, expect, [made], what, PUBLISH_HINTS)


MESSAGES: list[tuple[str | bytes, str]] = [
    ("hello", "hello"),
    ("", "an empty message"),
    (b"17.5", "a binary message"),
    (b"\xff", "a binary message that is no text"),
    ('{"degrees": 99}', '{"degrees": 99}'),
]


def _try_messages(watcher: WebSocketClient, others: list[WebSocketClient], expect: Expect) -> None:
    """Send a feed messages, each of which it may only answer with an error, and to nobody else."""
    for message, named in MESSAGES:
        answer = watcher.ask(message, hint=ERROR_HINTS)
        is_error = isinstance(answer, str) and "error" in as_object(read_json(answer))
        expect(is_error, f"answers {named} with an error", got=answer, hint=ERROR_HINTS)
    expect.equal(watcher.messages_until_pong(), [], "answers each message once", hint=ERROR_HINTS)
    heard = [message for other in others for message in other.messages_until_pong()]
    expect.equal(heard, [], "tells an error to nobody else", hint=ERROR_TO_ONE_HINTS)


def _compare_leaving(service: Probe, expect: Expect, leave: Callable[[], None], what: str) -> None:
    """Let a client leave, and expect that one less is in the room of the watched station."""
    there = _watching(service)
    leave()
    left = poll(lambda: _watching(service), there - 1, seconds=FEED_TIMEOUT)
    said = "it is still in the room" if left == there else f"{left} of {there} are still in the room"
    expect(left == there - 1, what, got=said, hint=LEAVE_ROOM_HINTS)


def _are_out(members: set[Any], room: Any) -> bool:
    """Whether none of these is in the room now: where the notebook is graded, `room.members` is a copy."""
    return members.isdisjoint(room.members)


def _try_visitors(feed: Probe, expect: Expect) -> None:
    """Let clients come and leave, one after the other, and look whether each itself is out of the room."""
    room = _room(feed)
    for _ in range(VISITORS):
        before = set(room.members)
        with feed.connect(WATCHED_PATH) as visitor:
            visitor.receive_or_none(FEED_TIMEOUT)
            itself = set(room.members) - before
        is_out = poll(partial(_are_out, itself, room), True, seconds=FEED_TIMEOUT)
        if not is_out:
            break
    what = "takes out of the room the very client that has left"
    expect(is_out, what, got="it is still in the room", hint=LEAVE_ROOM_HINTS)


def _watching(service: Probe) -> int:
    """How many clients watch station 3, by the service's own count; -1 where it gives no number."""
    count = as_object(service.get(f"{WATCHED_PATH}/watchers").json()).get("watching")
    return count if isinstance(count, int) else -1


# What no client can see ----------------------------------------------------------------------------------


def _room(probe: Probe) -> Any:
    """The notebook's room of the watched station. Raises Stopped where there is none."""
    room = as_object(probe.named("rooms")).get(STATION)
    if not isinstance(getattr(room, "members", None), set):
        raise probe.expect.missed("has a room for each station", repr(room), hint=RELAUNCH_HINT)
    return room


@contextmanager
def _is_in_room_at_welcome(feed: Probe) -> Iterator[list[bool]]:
    """Whether somebody new is in the room, each time that the log is asked for readings meanwhile."""
    log, room = feed.named("log"), _room(feed)
    before, noted, of = set(room.members), [], log.of

    def noting(*asked: Any, **named: Any) -> Any:
        noted.append(not room.members <= before)
        return of(*asked, **named)

    with replaced(log, "of", noting):
        yield noted


@contextmanager
def _said_in_room(service: Probe) -> Iterator[list[Any]]:
    """What the room of the watched station is told to say meanwhile."""
    room, said = _room(service), []
    say = room.say

    def noting(text: Any) -> None:
        said.append(text)
        say(text)

    with replaced(room, "say", noting):
        yield said


# What every stage of the feed needs ----------------------------------------------------------------------


def _connect_once(feed: Probe) -> None:
    """Connect and leave. Where the stage is not written yet, that is to be said before anything else."""
    with feed.connect(FEED_PATH):
        pass
    feed.server.settle(FEED_TIMEOUT)


def show_address(feed: Probe, expect: Expect, path: str) -> None:
    """Show with the expectations to come how to connect in the same way."""
    expect.asked = f'connect("ws://{feed.host}{path}")'


def compare_messages(
    clients: Sequence[WebSocketClient], expect: Expect, readings: list[dict[str, Any]], what: str, hint: Hints
) -> bool:
    """Expect that each client gets these readings, each in a text message, and nothing after them."""
    end = time.monotonic() + FEED_TIMEOUT
    for client in clients:
        messages = _received(client, len(readings), end)
        pairs = zip_longest(messages, readings)
        wrong = next(((one, reading) for one, reading in pairs if _as_reading(one) != reading), None)
        if wrong:
            message, reading = wrong
            return expect(
                False,
                what,
                expected=json.dumps(reading) if reading else NOTHING_MORE,
                got="nothing" if message is None else message,
                hint=_message_hints(client, message, hint),
            )
    return expect(True, what)


def _received(client: WebSocketClient, count: int, end: float) -> list[str | bytes]:
    """That many messages, or those that come until `end`, and all that the server has sent by then."""
    messages: list[str | bytes] = []
    while len(messages) < count:
        message = client.receive_or_none(max(end - time.monotonic(), SILENCE))
        if message is None:
            return messages
        messages.append(message)
    return messages + client.messages_until_pong()


def _as_reading(message: str | bytes | None) -> Any:
    """The reading in a text message; anything else as it is."""
    value = read_json(message) if isinstance(message, str) else message
    return reading_in(value) if isinstance(value, dict) else message


def _message_hints(client: WebSocketClient, message: str | bytes | None, hint: Hints) -> Hints:
    """What is to be said of a message that is none of the readings expected, or of none that came."""
    if message is None:
        why = client.why_silent() if client.is_open else [CLOSED_HINT]
        return (*why, *hint)
    if isinstance(message, bytes):
        return BINARY_HINTS
    value = read_json(message)
    if isinstance(value, str):
        return DUMPED_TWICE_HINTS if isinstance(read_json(value), dict) else NO_JSON_HINTS
    if isinstance(value, list):
        return LIST_HINTS
    return hint if {"number", "station", "degrees"} <= set(as_object(value)) else PARTS_HINTS
