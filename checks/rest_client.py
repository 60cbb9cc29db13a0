"""What right answers to the exercises of lesson 23 do."""

import json
import random
from collections.abc import Callable
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from wirelab.check import Answer, Caller, Expect, Visit, exercise

MEASURED = {"Hilltop": [16.0, 17.5], "Lake & Shore": [18.0], "Lake ": [-1.0]}
ENOUGH, SHORT, LATE = 2, 0.1, 1.0  # seconds
JSON = {"Content-Type": "application/json"}
QUERY = (
    "The query can be written by requests.",
    'requests.get(url + "/readings", params={"station": station}, ...)',
)
ENCODED = (
    "Those who write it into the query themselves have to encode it: an & begins a new name there.",
    'params={"station": station} does that for you.',
)
NO_END = (
    "How long does requests wait if you do not tell it?",
    "timeout=seconds, and requests.Timeout is what it raises then.",
)


@exercise("23.1", "Ask, but not for ever", points=2, of="function")
def ask_but_not_for_ever(function: Caller, expect: Expect) -> None:
    visit = function.visits(_readings, "Hilltop", ENOUGH)
    expect.equal(_lines(visit), ["GET /readings"], "asks once, at /readings")
    expect.equal(_query(visit), {"station": ["Hilltop"]}, "sends the name in the query", hint=QUERY)
    expect.equal(visit.value, [16.0, 17.5], "gives the list that the station sends", hint="reply.json() reads it.")
    visit = function.visits(_readings, "Lake & Shore", ENOUGH)
    expect.equal(_query(visit), {"station": ["Lake & Shore"]}, "asks for any name", hint=ENCODED)
    late = function.visits(lambda request: _late(), "Hilltop", SHORT)
    expect(
        late.value is None,
        "gives None when no answer has come in time",
        expected=None,
        got=late.value,
        hint=NO_END,
    )


def _readings(request: Any) -> Answer:
    parts = urlsplit(request.target)
    if parts.path != "/readings":
        return _json({"detail": f"there is no {parts.path}"}, 404)
    return _json(MEASURED.get(parse_qs(parts.query).get("station", [""])[0], []))


def _late() -> Answer:
    Event().wait(LATE)
    return _json("too late")


def _json(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(json.dumps(value), status, {**JSON, **headers})


def _lines(visit: Visit) -> list[str]:
    return [f"{request.method} {urlsplit(request.target).path}" for request in visit.requests]


def _query(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.requests[0].target).query) if visit.requests else {}


@exercise("23.2", "Report a reading", points=2, of="function")
def report_a_reading(function: Caller, expect: Expect) -> None:
    path = f"/readings/{random.randrange(100, 1000)}"
    visit = function.visits(lambda request: _json({}, 201, Location=path), 17.5)
    if not expect.equal(_lines(visit), ["POST /readings"], "sends one POST, to /readings"):
        return
    _sent_as_json(expect, visit)
    expect.equal(
        visit.value,
        urljoin(visit.requests[0].url, path),
        "gives the whole address of the new reading",
        hint=(
            "The service chooses the address, and says it in Location, mostly as a path alone.",
            'urljoin(reply.url, reply.headers["Location"])',
        ),
    )
    path = f"/archive/{random.randrange(100, 1000)}"
    visit = function.visits(
        lambda request: _json({}, 201, Location=f"http://{request.header('Host')}{path}"), -3.25
    )
    expect.equal(
        visit.value,
        urljoin(visit.requests[0].url, path) if visit.requests else path,
        "understands a Location that is a whole address already",
        hint="urljoin leaves a whole address as it is. A plus sign does not.",
    )


def _sent_as_json(expect: Expect, visit: Visit) -> None:
    request = visit.requests[0]
    kind = request.header("Content-Type")
    expect(
        kind.startswith("application/json"),
        "sends JSON, and says so",
        expected="application/json",
        got=kind,
        hint="data= sends a form. json= sends JSON, and sets Content-Type as well.",
    )
    expect.equal(
        _body(request),
        {"degrees": 17.5},
        "sends the reading as an object",
        hint="json= takes a dictionary. A text that is JSON already would be encoded twice.",
    )


def _body(request: Any) -> Any:
    try:
        return json.loads(request.content)
    except ValueError:
        return request.content.decode("utf-8", "replace")


REFUSALS = [  # status, what comes, what the exception tells, when
    (404, {"status": 404, "detail": "there is no station 9"}, "there is no station 9", "after 404"),
    (503, {"status": 503, "detail": "the sensor is frozen"}, "the sensor is frozen", "after 503 as well"),
    (410, {"title": "Gone"}, "", "after problem details without a detail"),
    (502, "<h1>Bad Gateway</h1>", "", "after a page that is no JSON"),
]
ANYTHING = (
    "The body of an error may be anything, a page too.",
    'try: detail = reply.json()["detail"]. Then except (ValueError, KeyError): detail = ""',
)


@exercise("23.3", "Say what went wrong", points=3, of="function")
def say_what_went_wrong(function: Caller, expect: Expect) -> None:
    visit = function.visits({"GET /stations/2": _json({"degrees": 17.5})}, 2)
    expect.equal(_lines(visit), ["GET /stations/2"], "asks for the station")
    expect.equal(visit.value, 17.5, "gives the degrees")
    for status, said, detail, when in REFUSALS:
        answer = Answer(said, status) if isinstance(said, str) else _json(said, status)
        error = _visits_and_catches(function, lambda request, answer=answer: answer, 9).value
        kind = type(error).__name__ if isinstance(error, Exception) else error
        hint = ANYTHING if detail == "" else ("Look at reply.ok first.", "raise StationProblem(status, detail)")
        if expect(kind == "StationProblem", f"raises a StationProblem {when}", got=_Name(kind), hint=hint):
            expect.equal(getattr(error, "status", None), status, f"tells the status {status}")
            what = (
                "tells the detail that the station gave" if detail else "has an empty detail where there is none"
            )
            expect.equal(getattr(error, "detail", None), detail, f"{what}, {when}" if not detail else what)


class _Name:
    """A name that is shown without quotation marks, like the class it names."""

    def __init__(self, name: object) -> None:
        self.name = name

    def __repr__(self) -> str:
        return str(self.name)


def _visits_and_catches(function: Caller, answers: Callable[[Any], Answer], *arguments: Any) -> Visit:
    """A visit whose value may be the exception that it ended with."""
    asked = function.function

    def caught(*given: Any) -> Any:
        try:
            return asked(*given)
        except NotImplementedError:
            raise
        except Exception as error:
            return error

    function.function = caught
    try:
        return function.visits(answers, *arguments)
    finally:
        function.function = asked


class _Station:
    """A station with three pages of readings, at addresses that nobody can guess."""

    def __init__(self, post: int = 201, busy: int = 0) -> None:
        first, second, last, display = (f"/{number}" for number in random.sample(range(1000, 10000), 4))
        self.latest, self.last, self.display = random.randrange(-40, 120) / 4, last, display
        self.post, self.busy = post, busy  # what a POST gets, and how often the second page gets 503
        self.pages = {
            "/": _links(readings=first, display=display),
            first: {"readings": [1.0, 2.0], **_links(next=second)},
            second: {"readings": [3.0, 4.0], **_links(next=last, prev=first)},
            last: {"readings": [5.0, self.latest], **_links(prev=second)},
        }
        self.second = second

    def __call__(self, request: Any) -> Answer:
        if request.method == "POST" and request.target == self.display:
            return _json({}, self.post)
        if request.method != "GET" or request.target not in self.pages:
            return Answer("not here\n", 404)
        if request.target == self.second and self.busy:
            self.busy -= 1
            return _json({"detail": "busy", **_links()}, 503)
        return _json(self.pages[request.target])

    def gets(self, visit: Visit, target: str) -> int:
        return _lines(visit).count(f"GET {target}")

    def posts(self, visit: Visit) -> list[Any]:
        """What was sent to the display."""
        return [_body(one) for one in visit.requests if (one.method, one.target) == ("POST", self.display)]


def _links(**targets: str) -> dict[str, Any]:
    return {"_links": {relation: {"href": target} for relation, target in targets.items()}}


PAGES = (
    "Each page says where the next one is, and the last one does not.",
    'Go on as long as there is a next: while "next" in page["_links"].',
)
RETRY = (
    'Retry of urllib3 does it, once it is mounted: session.mount("http://", HTTPAdapter(max_retries=...)).',
    'Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])',
)
ONCE = (
    "A POST that is repeated may be done twice: a display may show it twice, a bank may pay twice.",
    'allowed_methods=["GET"] leaves POST out.',
)


@exercise("23.4", "The whole client", points=5, of="function")
def the_whole_client(function: Caller, expect: Expect) -> None:
    _when_all_is_well(function, expect)
    _when_the_station_is_busy(function, expect)
    _when_the_display_is_busy(function, expect)


def _when_all_is_well(function: Caller, expect: Expect) -> None:
    station = _Station(post=random.choice([200, 201, 202]))
    visit = function.visits(station)
    expect.equal(_lines(visit)[:1], ["GET /"], "begins at the one address that it knows")
    expect.equal(station.gets(visit, station.last), 1, "goes on to the last page", hint=PAGES)
    expect.equal(
        station.posts(visit),
        [{"degrees": station.latest}],
        "posts the latest reading to the display, as JSON",
        hint="The oldest readings come first: the latest is the last one, on the last page.",
    )
    expect.equal(
        visit.value, station.post, "gives the status that comes back", hint="reply.status_code is the number."
    )
    connections = len({request.connection for request in visit.requests})
    expect.equal(
        connections,
        1,
        "uses one connection for all requests",
        hint="requests.get opens a new one each time, a session keeps it: session.get, session.post.",
    )


def _when_the_station_is_busy(function: Caller, expect: Expect) -> None:
    station = _Station(busy=2)
    visit = _visits_and_catches(function, station)
    expect(
        station.gets(visit, station.second) == 3 and station.posts(visit) == [{"degrees": station.latest}],
        "repeats a GET that got 503",
        expected="GET, GET, GET of the same page, then on",
        got=", ".join(_lines(visit)),
        hint=RETRY,
    )
    station = _Station(busy=99)
    visit = _visits_and_catches(function, station)
    expect.equal(
        station.gets(visit, station.second),
        3,
        "gives up after three 503s in a row",
        hint="Once, and two more times: Retry(total=2, ...).",
    )
    expect.equal(station.posts(visit), [], "sends nothing to the display if it could not find the latest")


def _when_the_display_is_busy(function: Caller, expect: Expect) -> None:
    station = _Station(post=503)
    visit = _visits_and_catches(function, station)
    expect.equal(len(station.posts(visit)), 1, "sends a POST once, whatever comes back", hint=ONCE)
    expect.equal(_shown(visit.value), 503, "gives the status of the display also if it is 503")


def _shown(value: Any) -> Any:
    return _Name(type(value).__name__) if isinstance(value, Exception) else value
