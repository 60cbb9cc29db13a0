"""What the stages of the project of lesson 41 do: one service of a weather station that grows."""

import json
import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wirelab.check import Expect, Guest, Probe, exercise, path_of

Hints = str | tuple[str, ...]
CROWD = 12  # readings that come at once
SOON = 1.0  # seconds for the feed to see that a client has left
ONE_BY_ONE = (
    "Who may count while another one is writing? Counting and writing belong together.",
    "Put both inside of with self.lock: the len(self.readings) + 1, and self.write(reading).",
)


@exercise("41.1", "Keep readings", points=1, writes=["keep"])
def keep_readings(service: Probe, expect: Expect) -> None:
    kept = service.post("/sensors/3?degrees=17.5").json()
    expect(isinstance(kept, dict), "returns the reading", got=kept, hint="return reading, at the end of keep.")
    kept = _object(kept)
    expect.equal(
        {name: kept.get(name) for name in ("station", "degrees")},
        {"station": 3, "degrees": 17.5},
        "puts the station and the degrees into the reading",
    )
    now = _all(service)
    expect(kept in now, "keeps the reading", hint="self.write(reading) does it.")
    first = _object(now[0]).get("number") if now else None
    expect.equal(first, 1, "counts from 1", hint="Before the first there are 0, and the first gets 1.")
    with ThreadPoolExecutor(CROWD) as crowd:
        come = [crowd.submit(service.post, f"/sensors/3?degrees={degrees}") for degrees in range(CROWD)]
    numbers = [_object(one.result().json()).get("number") for one in come]
    all_kept = _all(service)
    expect(
        len(set(numbers)) == CROWD,
        "gives no number twice when many come at once",
        got="some came twice",
        hint=ONE_BY_ONE,
    )
    expect.equal(len(all_kept), len(now) + CROWD, "keeps every one of them")


@exercise("41.2", "A page for each station", points=1, writes=["station_page"])
def a_page_for_each_station(service: Probe, expect: Expect) -> None:
    reply = service.get("/stations/1")
    expect.equal(reply.status, 200, "answers 200 OK for a station that is known")
    kind = reply.header("Content-Type")
    expect(kind.startswith("text/html"), "sends HTML", got=kind, hint="Return the page as a text.")
    expect("Harbour" in reply.text, "shows the name of the station", got=reply.text)
    reply = service.get("/stations/3")
    expect(
        "&lt;north&gt;" in reply.text and "<north>" not in reply.text,
        "shows the name of station 3 letter by letter",
        expected="... Roof &lt;north&gt; ...",
        got=reply.text,
        hint=("A browser takes <north> for a tag, and shows nothing of it.", "escape(STATIONS[id])"),
    )
    reply = service.get("/stations/9")
    expect.equal(
        reply.status,
        404,
        "answers 404 Not Found for a station that is not known",
        hint='if id not in STATIONS: abort(404, "...")',
    )
    reply = service.get("/stations/4")
    if not any(_object(one).get("station") == 4 for one in _all(service)):
        expect(
            "no reading yet" in reply.text,
            "says so where nothing was measured yet",
            expected="... no reading yet ...",
            got=reply.text,
        )
    _measure(service, 1)
    degrees = _measure(service, 1).get("degrees")
    reply = service.get("/stations/1")
    expect(
        str(degrees) in reply.text,
        "shows the last reading of the station",
        expected=f"... {degrees} ...",
        got=reply.text,
        hint=("log.of(id) is a list; the newest stands at the end.", 'log.of(id)[-1]["degrees"]'),
    )


@exercise("41.3", "Readings for programs", points=2, writes=["document", "readings_of", "one_reading"])
def readings_for_programs(service: Probe, expect: Expect) -> None:
    path = "/stations/2/readings"
    service.get(path)  # where it is not written yet, that comes before all others
    _measure(service, 1)
    measured = [_measure(service, 2) for _ in range(2)]
    reply = service.get(path)
    expect.equal(reply.status, 200, "answers 200 OK for a station that is known")
    listed = _object(reply.json()).get("readings")
    expect(isinstance(listed, list), "answers with an object that has readings, a list", got=reply.json())
    documents = [_object(one) for one in listed] if isinstance(listed, list) else []
    expect(
        [_reading(one) for one in documents[-2:]] == measured,
        "lists the newest readings at the end",
        expected=[one["degrees"] for one in measured],
        got=[one.get("degrees") for one in documents[-2:]],
        hint="document(reading) for each reading in log.of(id).",
    )
    stations = sorted({str(one.get("station")) for one in documents})
    expect.equal(
        stations, ["2"], "lists the readings of one station only", hint="log.of(id) has those of one station."
    )
    expect.equal(_link(reply.json(), "self"), path, "links the list to itself", hint=LINK)
    expect.equal(_link(reply.json(), "up"), "/stations/2", "links the list to the page of the station")
    _single(service, expect, documents[-1] if documents else {})
    stored = [_object(one) for one in _all(service)]
    expect(
        not any("_links" in one for one in stored),
        "keeps the links out of what is stored",
        hint=("Make a new dictionary, and leave the reading as it is.", '{**reading, "_links": ...}'),
    )
    reply = service.get("/stations/9/readings")
    expect.equal(reply.status, 404, "answers 404 for a station that is not known")


LINK = ("A link is a dictionary of its own, in _links.", '"_links": {"self": {"href": "..."}}')


def _single(service: Probe, expect: Expect, listed: dict[str, Any]) -> None:
    where, collection = _link(listed, "self"), _link(listed, "collection")
    expect(
        bool(where) and where == f"/readings/{listed.get('number')}",
        "links each reading to itself",
        expected="/readings/ and its number",
        got=listed.get("_links"),
        hint=LINK,
    )
    expect.equal(collection, "/stations/2/readings", "links each reading to its collection", hint=LINK)
    if where:
        reply = service.get(where)
        expect(
            reply.status == 200 and reply.json() == listed,
            "shows the same reading where self leads",
            got=reply.json(),
            hint="number 1 stands at index 0: log.readings[number - 1]",
        )
    reply = service.get("/readings/0")
    expect.equal(reply.status, 404, "answers 404 for number 0", hint="log.readings[-1] is the last one.")
    reply = service.get("/readings/99999999")
    expect.equal(reply.status, 404, "answers 404 for a number that was not given yet")


LOOK_FIRST = (
    "What a client sends can be anything: look at it before you use it.",
    "Is it a dictionary? Has it degrees? Are they an int or a float? If not: abort(422, ...)",
)
WRONG = [
    (b"{}", "degrees is missing", LOOK_FIRST),
    (b'{"degrees": "warm"}', "degrees is no number", LOOK_FIRST),
    (b"[17.5]", "what was sent is no object", LOOK_FIRST),
    (b'{"degrees": 451}', "degrees is more than 100", "if not -100 < degrees < 100: abort(422, ...)"),
    (
        b'{"degrees": NaN}',
        "degrees is NaN",
        (
            "Python reads NaN, JavaScript does not. It is neither more nor less than any number.",
            "not -100 < degrees < 100 is true for it.",
        ),
    ),
]
JSON = {"Content-Type": "application/json"}


@exercise("41.4", "Take a reading", points=2, writes=["post_reading"])
def take_a_reading(service: Probe, expect: Expect) -> None:
    path, degrees = "/stations/2/readings", _degrees()
    reply = service.post(path, json={"degrees": degrees})
    expect.equal(reply.status, 201, "answers 201 Created", hint="return document(reading), 201, {...}")
    made = _object(reply.json())
    expect(
        (made.get("station"), made.get("degrees"), "_links" in made) == (2, degrees, True),
        "answers with the document of the reading",
        got=reply.json(),
    )
    where = reply.header("Location")
    expect(
        where,
        "says in Location where the reading is",
        got=where,
        hint=(
            "A function can return three things: what to say, the status, and a dictionary with headers.",
            'return document(reading), 201, {"Location": f"/readings/..."}',
        ),
    )
    if where:
        found = service.get(path_of(where)).json()
        expect(found == made, "shows the reading at that address", got=found)
    before = len(_all(service))
    for body, name, hint in WRONG:
        reply = service.request("POST", path, body=body, headers=JSON)
        expect.equal(reply.status, 422, f"answers 422 where {name}", hint=hint)
    reply = service.post(path, form={"degrees": "17.5"})
    expect.equal(
        reply.status,
        415,
        "answers 415 to a form",
        hint="request.get_json() says so by itself, without silent or force.",
    )
    reply = service.post("/stations/9/readings", json={"degrees": degrees})
    expect.equal(reply.status, 404, "answers 404 for a station that is not known")
    more = len(_all(service)) - before
    expect.equal(more, 0, "keeps nothing of what it refuses", hint="Look first, and keep then.")


@exercise("41.5", "Only if it is new", points=2, writes=["latest"])
def only_if_it_is_new(service: Probe, expect: Expect) -> None:
    path = "/stations/1/latest"
    service.get(path)  # where it is not written yet, that comes before all others
    measured = _measure(service, 1)
    reply = service.get(path)
    expect.equal(reply.status, 200, "answers 200 OK")
    expect.equal(_object(reply.json()).get("degrees"), measured.get("degrees"), "answers with the last reading")
    tag = reply.header("ETag")
    expect(
        re.fullmatch(r'(W/)?"[^"]+"', tag),
        "sends an ETag",
        got="none" if not tag else "one without quotation marks",
        hint=("A tag stands in quotation marks, which are a part of it.", "answer.set_etag(...) adds them."),
    )
    reply = service.get(path, headers={"If-None-Match": tag or "none"})
    expect.equal(
        reply.status,
        304,
        "answers 304 Not Modified to a display that has it",
        hint="return answer.make_conditional(request)",
    )
    reply = service.get(path, headers={"If-None-Match": f'"other", {tag or "none"}'})
    expect.equal(
        reply.status,
        304,
        "answers 304 where the tag is one of several",
        hint="make_conditional reads the whole header.",
    )
    _measure(service, 1, measured.get("degrees", 0))
    reply = service.get(path, headers={"If-None-Match": tag or "none"})
    expect.equal(
        reply.status,
        200,
        "sends another tag with the next reading, even of as many degrees",
        hint="Two readings of 17.5 are two. Which field tells them apart?",
    )
    reply = service.get("/stations/9/latest")
    expect.equal(reply.status, 404, "answers 404 where there is no reading", hint="Is the list empty? Then abort.")


ROOM = "/stations/2"
NEWCOMER = (
    "One reading is enough for a newcomer: the last one, as json.dumps writes it.",
    "news = log.of(station)[-1:], and for each of it: await websocket.send(json.dumps(reading))",
)


@exercise("41.6", "A feed, and what a newcomer hears", points=2, writes=["welcome"])
def a_feed(feed: Probe, expect: Expect) -> None:
    service = feed.beside("weather")
    _connects(feed)
    first, last = _measure(service, 2), _measure(service, 2)
    with feed.connect(ROOM) as newcomer:
        _hear([newcomer], expect, last, "sends a newcomer the last reading", NEWCOMER)
        expect(newcomer.is_silent(0.1), "sends a newcomer nothing more than that")
    with feed.connect(f"{ROOM}?since={first['number']}") as known:
        _hear([known], expect, last, "sends what was missed since a reading", SINCE)
    with feed.connect(f"{ROOM}?since={first['number'] - 1}") as known:
        _hear([known], expect, first, "begins with the first one that was missed", SINCE)
        _hear([known], expect, last, "goes on with the next", SINCE)
    with feed.connect(f"{ROOM}?since={last['number']}") as known:
        expect(known.is_silent(0.1), "sends nothing where nothing was missed")
    with feed.connect("/stations/4") as early:
        expect(
            early.is_silent(0.05) or any(_object(one).get("station") == 4 for one in _all(service)),
            "sends nothing where there is no reading yet",
        )


SINCE = ("Where since is a number, send all readings after it.", "log.of(station, since) is the list of them.")
WATCHED = "/stations/3"  # while a page of station 2 may be open in a window, and come back at any time
LEAVE = (
    "A connection can end in many ways. Which part of try is reached in each of them?",
    "finally: rooms[station].leave(websocket)",
)


@exercise("41.7", "Live", points=2, writes=["publish", "live"])
def live(feed: Probe, expect: Expect) -> None:
    service = feed.beside("weather")
    _connects(feed)
    _post(service, expect, 1)
    last = _post(service, expect, 3)
    before = _watching(service)
    with feed.connect(WATCHED) as one, feed.connect("/stations/1") as elsewhere:
        with feed.connect(WATCHED) as other:
            _hear([one, other], expect, last, "welcomes who connects", "await welcome(websocket, station, since)")
            elsewhere.heard(SOON)
            _hear([one, other], expect, _post(service, expect, 3), "pushes a reading to all who watch", PUSH)
            expect(
                elsewhere.is_silent(0.1),
                "tells nobody of another station",
                got="a reading of station 3, for one who watches station 1",
                hint="Each station has its room: rooms[reading['station']].",
            )
        expect(
            _becomes(lambda: _watching(service) == before + 1),
            "forgets a client that has left",
            got="it is still in the room",
            hint=LEAVE,
        )
        _answers(one, expect)
        made = _post(service, expect, 3)
        _hear([one], expect, made, "goes on pushing after one has left and one has talked", PUSH)
        service.post(f"{WATCHED}/readings", json={"degrees": "warm"})
        expect(one.is_silent(0.1), "says nothing of a reading that was refused")


PUSH = (
    "Is the connection in its room? And does publish say the reading there, in JSON?",
    "If so, run the cell with log.watchers again, and the launch cells above it: they have a log of their own.",
)


def _answers(watcher: Guest, expect: Expect) -> None:
    for message in ("hello", '{"degrees": 99}'):
        answer = watcher.ask(message)
        expect(
            isinstance(_read(answer), dict) and "error" in _object(_read(answer)),
            f"answers {message} with an error",
            got=answer,
            hint='websocket.send(json.dumps({"error": "..."})), for each message.',
        )


def _watching(service: Probe) -> int:
    told = _object(service.get(f"{WATCHED}/watchers").json()).get("watching")
    return told if isinstance(told, int) else -1


ADDRESS = re.compile(r"""wss?://[^"'`\s<>?]+""")
SAYS = [
    (
        r"new\s+WebSocket\s*\(",
        "opens a WebSocket",
        ("setInterval asks again and again. A WebSocket is told.", "const socket = new WebSocket(address);"),
    ),
    (
        r"\bonmessage\s*=|[\"']message[\"']",
        "listens to messages",
        "socket.onmessage = event => { ... };",
    ),
    (r"JSON\s*\.\s*parse\s*\(", "reads each message as JSON", "JSON.parse(event.data)"),
    (
        r"\.textContent\s*=",
        "shows the degrees as text",
        ("innerHTML would obey what is sent to it. There is another one.", "element.textContent = ..."),
    ),
    (
        r"\bonclose\s*=|[\"']close[\"']",
        "connects again when the connection has ended",
        ("Put it all into a function connect(), and call it.", "socket.onclose = () => setTimeout(connect, 1000)"),
    ),
    (
        r"since=",
        "names the last reading that it has when it connects again",
        ("Remember the number of each reading.", 'last = "?since=" + reading.number; WebSocket(address + last)'),
    ),
]


@exercise("41.8", "A page that stays fresh", points=2, writes=["script"])
def a_page_that_stays_fresh(service: Probe, expect: Expect) -> None:
    reply = service.get(f"{ROOM}/live")
    expect.equal(reply.status, 200, "answers 200 OK")
    code = re.sub(r"<!--.*?-->", "", reply.text, flags=re.DOTALL).replace("${location.hostname}", "127.0.0.1")
    for pattern, what, hint in SAYS:
        expect(re.search(pattern, code), what, got="its script does not", hint=hint)
    feed = service.beside("feed")
    found, wanted = ADDRESS.findall(code), f"ws://127.0.0.1:{feed.server.port}{ROOM}"
    named = expect(
        found[:1] == [wanted],
        "names the feed of the station",
        expected=wanted,
        got=found[0] if found else "no address",
        hint=("The address comes to script(address) as a text.", "json.dumps(address) is the same in JavaScript."),
    )
    if named:
        _like_the_page(service, feed, expect, path_of(found[0]))


def _like_the_page(service: Probe, feed: Probe, expect: Expect, path: str) -> None:
    """What the page does in a browser: watch, lose the connection, come back."""
    known = _post(service, expect, 2)
    with feed.connect(path) as page:
        _hear([page], expect, known, "tells the page the last reading at that address", STAGES)
        known = _post(service, expect, 2)
        _hear([page], expect, known, "pushes the next one to the page", STAGES)
    missed = [_post(service, expect, 2) for _ in range(2)]
    with feed.connect(f"{path}?since={known['number']}") as page:
        _hear([page], expect, missed[0], "tells the page what it missed when it comes back", STAGES)
        _hear([page], expect, missed[1], "tells it all of that, in its order", STAGES)


STAGES = ("That is the work of the feed: do stages 41.6 and 41.7 still pass?",)


# What the checks share ------------------------------------------------------------------------------------


def _degrees() -> float:
    return random.randrange(-300, 400) / 10


def _measure(service: Probe, station: int, degrees: float | None = None) -> dict[str, Any]:
    """Let a sensor measure. Raises Stopped where nothing can be kept."""
    degrees = _degrees() if degrees is None else degrees
    kept = service.post(f"/sensors/{station}?degrees={degrees}").json()
    if not isinstance(kept, dict) or type(kept.get("number")) is not int:
        raise service.expect.missed("keeps what its sensors measure", repr(kept), hint="Stage 41.1 comes first.")
    return _reading(kept)


def _post(service: Probe, expect: Expect, station: int) -> dict[str, Any]:
    """Post a reading, and give it without its links. Raises Stopped where the service does not take it."""
    reply = service.post(f"/stations/{station}/readings", json={"degrees": _degrees()})
    made = _reading(_object(reply.json()))
    if reply.status != 201 or type(made.get("number")) is not int:
        said = f"it answered {reply.status}"
        raise expect.missed("takes readings by POST", said, hint="Stages 41.3 and 41.4 come first.")
    return made


def _all(service: Probe) -> list[Any]:
    listed = service.get("/readings").json()
    return listed if isinstance(listed, list) else []


def _connects(feed: Probe) -> None:
    """Where the stage is not written yet, that is to be said before anything else."""
    with feed.connect(ROOM):
        pass
    feed.server.settle(SOON)


def _hear(guests: list[Guest], expect: Expect, reading: dict[str, Any], what: str, hint: Hints) -> None:
    """Each of them gets this reading as its next message."""
    heard = [guest.heard(SOON) for guest in guests]
    other = [one for one in heard if _read(one) != reading]
    got = "nothing" if None in other else other[0] if other else ""
    expect(not other, what, expected=json.dumps(reading), got=got, hint=hint)


def _becomes(is_so: Callable[[], bool]) -> bool:
    """Whether it is so, or soon will be."""
    end = time.monotonic() + SOON
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _read(message: str | bytes | None) -> Any:
    try:
        return json.loads(message or "")
    except ValueError:
        return message


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _reading(document: dict[str, Any]) -> dict[str, Any]:
    """A reading as the log keeps it, without links."""
    return {name: document.get(name) for name in ("number", "station", "degrees")}


def _link(document: Any, rel: str) -> str:
    """Where a link leads, or an empty text."""
    href = _object(_object(_object(document).get("_links")).get(rel)).get("href")
    return href if isinstance(href, str) else ""
