"""The checks of lesson 23: clients of a REST service, which the check plays."""

import random
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from checks.json_documents import json_answer, links, read_json
from checks.media_types import media_type
from wirelab.checking import Answer, CallResult, Expect, FunctionProbe, error_in, exercise, is_raised

HILLTOP = [16.0, None, 17.5]
READINGS_BY_STATION = {
    "Hilltop": HILLTOP,
    "Lake & Shore": [18],
    "50% Höhe=1": [-1.5, 0],
    "North #2 a+b?": [3.25],
    "Island": [],
    " Old Mill ": [2.5],
}
LONG_TIMEOUT, SHORT_TIMEOUT = 3, 0.1  # seconds that the client is told to wait
SLOW, TOO_LATE = 0.25, 1.0  # seconds until an answer that is slow, and until one that comes too late
SHORT_ENOUGH = 0.2  # seconds that a client takes at most if it is told SHORT_TIMEOUT: less than SLOW
TRIES = 4  # another program may have had the processor meanwhile
ONE_GET_HINTS = (
    'The request is a GET of url + "/readings", and there is one.',
    'requests.get(url + "/readings", params={"station": station}, timeout=seconds)',
)
QUERY_HINTS = (
    "The query can be written by requests.",
    'requests.get(url + "/readings", params={"station": station}, ...)',
)
ENCODING_HINTS = (
    "If you write the name into the query yourself, you have to encode it: an & begins a new name there.",
    'params={"station": station} does that for you.',
)
LIST_HINTS = (
    "The body is JSON. What Python value is in it?",
    "reply.json() reads it.",
)
WHOLE_LIST_HINTS = (
    "The list goes back as it came: all of it, in its order, and a null in it is None.",
    "return reply.json()",
)
EMPTY_LIST_HINTS = (
    "A list without readings is a list, too. Where is it taken for nothing?",
    "An empty list counts as false in `or` and in `if`: ask `is None` there, or return reply.json() as it is.",
)
TIMEOUT_HINTS = (
    "How long does requests wait if you do not tell it?",
    "timeout=seconds, and requests.Timeout is what it raises then.",
)
CATCH_HINTS = (
    "requests raises an exception when the time is over. Catch it, and return None.",
    "try: ... Then except requests.Timeout: return None",
)
PATIENCE_HINTS = (
    "seconds says how long to wait. Is it used as it is, in seconds?",
    "timeout=seconds",
)
IMPATIENT_HINTS = (
    "seconds is the time for all of it: one request, and no second one when the time is over.",
    "timeout=seconds. A fixed number is too long for some, and too short for others.",
)


@exercise(
    "23.1", "Ask, but not for ever", points=2, of="function", writes=["readings"],
    learned="Every request needs a time-out, and params= encodes whatever stands in the query.",
)
def ask_but_not_for_ever(function: FunctionProbe, expect: Expect) -> None:
    """Check a client: from a URL, a station's name and a time-out in seconds to the list that `/readings` sends.

    The name goes into the query, and no answer in time means None. Raises Stopped where it does not return.
    """
    result = function.calls_server(_send_readings, "Hilltop", LONG_TIMEOUT)
    expect.equal(_request_lines(result), ["GET /readings"], "asks once, at /readings", hint=ONE_GET_HINTS)
    expect.equal(_first_query(result), {"station": ["Hilltop"]}, "sends the name in the query", hint=QUERY_HINTS)
    hint = WHOLE_LIST_HINTS if isinstance(result.value, list) else LIST_HINTS
    expect.equal(result.value, HILLTOP, "gives the list that the station sends", hint=hint)
    for name, right in list(READINGS_BY_STATION.items())[1:]:
        result = function.calls_server(_send_readings, name, LONG_TIMEOUT)
        query = _first_query(result)
        expect.equal(query, {"station": [name]}, f"asks for any name, as for {name}", hint=ENCODING_HINTS)
        hint = LIST_HINTS if right else EMPTY_LIST_HINTS
        expect.equal(result.value, right, f"gives the list of {name}", hint=hint)
    _try_time_outs(function, expect)


def _try_time_outs(function: FunctionProbe, expect: Expect) -> None:
    """Let the answer come late, but in time; and then let it come too late."""
    slow = function.calls_server(_answering_after(SLOW), "Hilltop", LONG_TIMEOUT)
    expect.equal(slow.value, HILLTOP, "waits for an answer that comes in time", hint=PATIENCE_HINTS)
    late = function.calls_server(_answering_after(TOO_LATE), "Hilltop", SHORT_TIMEOUT, hint=TIMEOUT_HINTS)
    for _ in range(TRIES - 1):
        if late.value is None and SHORT_ENOUGH < late.seconds < 2 * SHORT_ENOUGH:
            late = function.calls_server(_answering_after(TOO_LATE), "Hilltop", SHORT_TIMEOUT)
    expect(
        late.value is None,
        "gives None when no answer has come in time",
        expected=None,
        got=late.value,
        hint=CATCH_HINTS if error_in(late.value) else TIMEOUT_HINTS,
    )
    expect(
        late.seconds <= SHORT_ENOUGH,
        "gives up as soon as the time is over",
        expected=f"after about {SHORT_TIMEOUT} s",
        got=f"after {late.seconds:.1f} s",
        hint=IMPATIENT_HINTS,
    )


def _send_readings(request: Any) -> Answer:
    """Answer `/readings?station=…` with the list of that station, an empty one for other names."""
    parts = urlsplit(request.target)
    if parts.path != "/readings":
        return json_answer({"detail": f"there is no {parts.path}"}, 404)
    return json_answer(READINGS_BY_STATION.get(parse_qs(parts.query).get("station", [""])[0], []))


def _answering_after(seconds: float) -> Callable[[Any], Answer]:
    """A server's function that answers so many seconds late."""

    def respond(request: Any) -> Answer:
        """Answer as if nothing were wrong, but late."""
        Event().wait(seconds)
        return _send_readings(request)

    return respond


def _request_lines(result: CallResult) -> list[str]:
    """The method and path of each request, without its query."""
    return [f"{request.method} {urlsplit(request.target).path}" for request in result.requests]


def _first_query(result: CallResult) -> dict[str, list[str]]:
    """The query of the first request, decoded."""
    query = urlsplit(result.requests[0].target).query if result.requests else ""
    return parse_qs(query, keep_blank_values=True)


NEW_READINGS: list[tuple[float, str, str]] = [  # degrees, the Location that is answered, what it is
    (17.5, "/readings/8241", "a path"),
    (-3.25, "http://archive.example/readings/377", "a whole URL"),
    (0, "?number=4096", "relative to the URL of the request"),
]
LOCATION_HINTS = {  # what the Location is, and hints
    "a path": (
        "The service chooses the address, and says it in the header Location.",
        'urljoin(reply.url, reply.headers["Location"])',
    ),
    "a whole URL": (
        "What is a whole URL already, must stay as it is.",
        "urljoin leaves a whole URL as it is. A plus sign does not.",
    ),
    "relative to the URL of the request": (
        "It is relative to the URL to which you have sent the POST, not to url.",
        'urljoin(reply.url, reply.headers["Location"])',
    ),
}
AS_IT_CAME_HINTS = (
    "That is Location as it came. It is no whole URL: complete it from the URL to which you sent the POST.",
    'urljoin(reply.url, reply.headers["Location"])',
)
ONE_POST_HINTS = (
    'The request is a POST to url + "/readings", and there is one.',
    'requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)',
)
JSON_BODY_HINTS = (
    "data= sends a form, or text. json= sends JSON, and sets Content-Type as well.",
    'requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)',
)
OBJECT_HINTS = (
    "json= takes a dictionary. A string that is JSON already would be encoded twice.",
    'json={"degrees": degrees}',
)


@exercise(
    "23.2", "Report a reading", points=2, of="function", writes=["report"],
    learned="json= sends JSON and says so, and Location is resolved against the address of the request.",
)
def report_a_reading(function: FunctionProbe, expect: Expect) -> None:
    """Check a client: from a URL and degrees to the URL of the new reading, which the answer's Location names.

    It sends `{"degrees": 17.5}` in one POST; without that, the check returns early. Raises Stopped where it hangs.
    """
    for degrees, location, what in NEW_READINGS:
        result = function.calls_server(_always(json_answer({}, 201, Location=location)), degrees)
        sent = _request_lines(result)
        if not expect.equal(sent, ["POST /readings"], "sends one POST, to /readings", hint=ONE_POST_HINTS):
            return
        _compare_sent_json(expect, result.requests[0], {"degrees": degrees}, OBJECT_HINTS)
        right = urljoin(result.requests[0].url, location)
        expect.equal(
            result.value,
            right,
            f"gives the whole URL of the new reading, where Location is {what}",
            hint=AS_IT_CAME_HINTS if result.value == location else LOCATION_HINTS[what],
        )


def _compare_sent_json(expect: Expect, request: Any, document: Any, hints: Sequence[str]) -> None:
    """Compare the type and the body of a request with those of this document."""
    kind = request.header("Content-Type")
    expect(
        media_type(kind) == "application/json",
        "sends JSON, and says so in Content-Type",
        expected="application/json",
        got=kind,
        hint=JSON_BODY_HINTS,
    )
    expect.equal(_body(request), document, f"sends {document}", hint=hints)


def _body(request: Any) -> Any:
    """The body of a request read as JSON, or as a string where it is none."""
    body = read_json(request.content)
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else body


PAGE_HEADERS = {"Content-Type": "text/html"}
PROBLEM_HEADERS = {"Content-Type": "application/problem+json"}
STATION_DEGREES = {"2": 17.5, "31": 0, "7": -3.25}
REFUSALS: list[tuple[int, str | dict[str, Any], str]] = [  # status, body, the exception's detail
    (404, {"status": 404, "detail": "there is no station 9"}, "there is no station 9"),
    (503, {"status": 503, "detail": "the sensor is frozen: −40 °C"}, "the sensor is frozen: −40 °C"),
    (400, {"status": 400, "detail": "a station is a number"}, "a station is a number"),
    (500, {"title": "Internal Server Error", "detail": "no idea"}, "no idea"),
    (429, {"status": 503, "detail": "come back later"}, "come back later"),
    (410, {"title": "Gone"}, ""),
    (502, "<h1>Bad Gateway</h1>", ""),
    (504, "", ""),
    (501, '["Not Implemented"]', ""),
]
SENT = {
    410: "problem details without a detail",
    429: "another status in the body",
    501: "a list in JSON",
    502: "a page that is no JSON",
    504: "an empty body",
}
ERROR_BODY_HINTS = (
    "The body of an error may be anything: JSON without a detail or without an object, a page, nothing at all.",
    'try: detail = reply.json()["detail"]. Then except (ValueError, KeyError, TypeError): detail = ""',
)
RAISE_HINTS = ("Look at reply.ok first.", "raise StationProblem(reply.status_code, detail)")
RETURNED_HINTS = (
    "An exception that is returned is a value like any other. raise is another word.",
    "raise StationProblem(reply.status_code, detail)",
)
OTHER_ERROR_HINTS = (
    "What came out is another exception. raise_for_status, for one, raises an HTTPError.",
    "if not reply.ok: raise StationProblem(reply.status_code, detail)",
)
READING_ERRORS = (LookupError, ValueError, TypeError, AttributeError)  # where a body is not what was thought
STATUS_HINTS = (
    "The exception has an attribute status: that of the answer, whatever the body says. Who gives it its value?",
    "raise StationProblem(reply.status_code, detail)",
)
ONE_TRY_HINTS = (
    "One GET is asked for, whatever comes back. To try again is for the one who calls the function.",
    "Keep the answer in a variable, and look at that.",
)
DETAIL_HINTS = (
    "The detail is in the JSON that the station sends with the error.",
    'reply.json()["detail"]',
)


@exercise(
    "23.3", "Say what went wrong", points=3, of="function", writes=["degrees_of"],
    learned="A client turns an error status into an exception that says what went wrong.",
)
def say_what_went_wrong(function: FunctionProbe, expect: Expect) -> None:
    """Check a client: from a URL and a station's number to its degrees, or to a StationProblem after 4xx and 5xx.

    The exception has the status and the detail of the answer, which may be no JSON. Raises Stopped where the
    function does not return.
    """
    for number, degrees in STATION_DEGREES.items():
        answers = {f"GET /stations/{number}": json_answer({"station": int(number), "degrees": degrees})}
        result = function.calls_server(answers, int(number))
        path = f"/stations/{number}"
        expect.equal(
            _request_lines(result),
            [f"GET {path}"],
            f"asks once, at {path}",
            hint=("The number of the station is in the path.", 'requests.get(f"{url}/stations/{station}", ...)'),
        )
        hint = ("The body is a JSON object with a member degrees.", 'return reply.json()["degrees"]')
        expect.equal(result.value, degrees, f"gives the degrees of station {number}", hint=hint)
    for status, body, detail in REFUSALS:
        _try_refusal(function, expect, status, body, detail)


def _try_refusal(
    function: FunctionProbe, expect: Expect, status: int, body: str | dict[str, Any], detail: str
) -> None:
    """Answer with this status and body, and look at what is raised."""
    page = Answer(body, status, PAGE_HEADERS) if isinstance(body, str) else None
    answer = page or json_answer(body, status, **PROBLEM_HEADERS)
    result = function.catching().calls_server(_always(answer), 9)
    value = result.value
    after = f"after {status}" + (f" with {SENT[status]}" if status in SENT else "")
    raises = expect(
        is_raised(value, "StationProblem"),
        f"raises a StationProblem {after}",
        got=value,
        hint=_refusal_hints(value, is_empty=not detail),
    )
    if raises:
        error = error_in(value)
        expect.equal(getattr(error, "status", None), status, f"tells the status {status}", hint=STATUS_HINTS)
        what = f"tells the detail {after}" if detail else f"has an empty detail {after}"
        hints = DETAIL_HINTS if detail else ERROR_BODY_HINTS
        expect.equal(getattr(error, "detail", None), detail, what, hint=hints)
        expect.equal(len(result.requests), 1, f"asks once, where {status} comes", hint=ONE_TRY_HINTS)


def _refusal_hints(value: Any, *, is_empty: bool) -> Sequence[str]:
    """Hints for one who did not raise a StationProblem, by what came instead."""
    if isinstance(value, Exception):
        return RETURNED_HINTS
    error = error_in(value)
    if error and not isinstance(error, READING_ERRORS):
        return OTHER_ERROR_HINTS
    return ERROR_BODY_HINTS if is_empty and error else RAISE_HINTS


def _always(answer: Answer) -> Callable[[Any], Answer]:
    """A server's function that gives every request this answer."""
    return lambda request: answer


PAGES = [  # the readings of a station, page by page, and the status that its display answers
    ([[16.0, 31.5], [-12.0, 3.0], [5.0, 21.0, 4.25]], 202),
    ([[7.5, 0]], 404),
    ([[2.5], [-3.5]], 200),
]
LINK_HINTS = (
    "Links lead to all but the first address. What the example names is there at no other station.",
    'urljoin(url, page["_links"]["readings"]["href"])',
)
LAST_PAGE_HINTS = (
    "Each page says where the next one is, and the last one does not.",
    'Go on as long as there is a next: while "next" in page["_links"].',
)
ONCE_HINTS = (
    "Keep what a GET has brought in a variable, and look into that: the first document has two links.",
    "home = session.get(url, timeout=3).json(), and later home again for the link display.",
)
LATEST_HINTS = (
    "The oldest readings come first: the latest is the last one, on the last page.",
    'page["readings"][-1]',
)
POST_HINTS = (
    'One POST goes to the link display of the first document: {"degrees": …}, as JSON.',
    'session.post(display, json={"degrees": latest}, timeout=3)',
)
STATUS_CODE_HINTS = (
    "Whatever the display answers, its status is what is asked for. It is a number.",
    "return session.post(...).status_code",
)
SESSION_HINTS = (
    "requests.get opens a new connection each time, a session keeps it: session.get, session.post.",
    "with requests.Session() as session: ... around it all.",
)
RETRY_HINTS = (
    'Retry of urllib3 does it, once it is mounted: session.mount("http://", HTTPAdapter(max_retries=...)).',
    'Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])',
)
AT_ONCE_HINTS = (
    "At once means without a pause: no sleep, and a Retry without backoff_factor.",
    'Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])',
)
NO_LATEST_HINTS = (
    "Without the last page nobody knows the latest reading: what an earlier page has at its end is not it.",
    "Let the exception of the Retry go on, or return before the POST.",
)
GIVE_UP_HINTS = ("Once, and two more times, for each GET.", "Retry(total=2, ...).")
POST_ONCE_HINTS = (
    "A POST that is repeated may be done twice: a display may show it twice, a bank may pay twice.",
    'allowed_methods=["GET"] leaves POST out.',
)
LONGEST_PAUSE = 0.15  # seconds between an answer and the next request


class _Station:
    """A station with pages of readings and a display, each at its own address: from a request to its answer."""

    def __init__(self, pages: Sequence[Sequence[float]], *, post: int = 201, seed: int = 0) -> None:
        """`post` is the status for a POST to the display; `seed` chooses the addresses."""
        numbers = random.Random(seed).sample(range(1000, 10000), len(pages) + 1)
        self.display, *paths = [f"/{number}" for number in numbers]
        self.walk = ["/", *paths]  # the targets of the GETs, in their order
        self.latest, self.post = pages[-1][-1], post
        self.busy: dict[str, int] = {}  # how often these targets still get 503
        self.pages: dict[str, Any] = {"/": links(readings=paths[0], display=self.display)}
        for path, readings, following in zip(paths, pages, [*paths[1:], ""], strict=True):
            self.pages[path] = {"readings": readings, **links(**({"next": following} if following else {}))}

    def __call__(self, request: Any) -> Answer:
        if request.method == "POST" and request.target == self.display:
            return json_answer({}, self.post)
        if request.method != "GET" or request.target not in self.pages:
            return Answer("not here\n", 404)
        if self.busy.get(request.target):
            self.busy[request.target] -= 1
            return json_answer({"detail": "busy", **links()}, 503)
        return json_answer(self.pages[request.target])

    def posts(self, result: CallResult) -> list[Any]:
        """Each POST that a client sent to the display."""
        return [one for one in result.requests if (one.method, one.target) == ("POST", self.display)]


def _gets(result: CallResult) -> list[str]:
    """The target of each GET."""
    return [request.target for request in result.requests if request.method == "GET"]


@exercise(
    "23.4", "The whole client", points=5, of="function", writes=["bring"],
    learned="A client that follows the links of a service need not know its addresses.",
)
def the_whole_client(function: FunctionProbe, expect: Expect) -> None:
    """Check a client: from a URL to the status of its POST, which brings the latest reading to a display.

    It follows links over one connection, and repeats a GET that got 503, but no POST.
    Raises Stopped where it does not return.
    """
    for seed, (pages, status) in enumerate(PAGES):
        _try_ready_station(function, expect, _Station(pages, post=status, seed=seed))
    _try_busy_station(function, expect)
    _try_pauses(function, expect)
    _try_station_that_stays_busy(function, expect)
    _try_busy_display(function, expect)


def _try_ready_station(function: FunctionProbe, expect: Expect, station: _Station) -> None:
    """Let every GET succeed: look at the requests, the value and the connections."""
    result = function.calls_server(station)
    gets, size = _gets(result), len(station.pages) - 1
    where = f"a station with {size} page{'s' if size > 1 else ''}"
    expect.equal(
        gets[:2], station.walk[:2], f"begins at url, and follows the link readings, at {where}", hint=LINK_HINTS
    )
    expect(station.walk[-1] in gets, f"goes on to the last page, at {where}", got=gets, hint=LAST_PAGE_HINTS)
    expect.equal(len(gets), len(set(gets)), f"GETs each document once, at {where}", hint=ONCE_HINTS)
    posts, right = station.posts(result), {"degrees": station.latest}
    if expect.equal(len(posts), 1, f"sends one POST to the link display, at {where}", hint=POST_HINTS):
        _compare_sent_json(expect, posts[0], right, LATEST_HINTS)
    what = f"gives the status that comes back, here {station.post}"
    expect.equal(result.value, station.post, what, hint=STATUS_CODE_HINTS)
    connections = len({request.connection for request in result.requests})
    expect.equal(connections, 1, f"uses one connection for all requests, at {where}", hint=SESSION_HINTS)


def _try_busy_station(function: FunctionProbe, expect: Expect) -> None:
    """Answer several GETs with 503 at first."""
    station = _Station(PAGES[0][0], seed=3)
    first, second = station.walk[1:3]
    station.busy = {"/": 1, first: 2, second: 2}
    result = function.catching().calls_server(station, hint=AT_ONCE_HINTS)
    right = ["/", "/", first, first, first, second, second, second, station.walk[-1]]
    expect.equal(_gets(result), right, "repeats each GET that got 503, until it gets 200", hint=RETRY_HINTS)
    sent = [_body(one) for one in station.posts(result)]
    expect.equal(
        sent, [{"degrees": station.latest}], "brings the latest reading from a busy station", hint=RETRY_HINTS
    )


def _try_pauses(function: FunctionProbe, expect: Expect) -> None:
    """Answer one GET with 503, twice, and look how long the client waits; the quickest of several tries counts."""
    pauses: list[float] = []
    while not pauses or (LONGEST_PAUSE < pauses[-1] < 2 * LONGEST_PAUSE and len(pauses) < TRIES):
        station = _Station(PAGES[1][0], seed=4)
        station.busy = {"/": 2}
        result = function.catching().calls_server(station, hint=AT_ONCE_HINTS)
        pauses.append(_longest_pause(result))
    expect(
        min(pauses) <= LONGEST_PAUSE,
        "repeats it at once",
        got=f"after {min(pauses):.1f} s",
        hint=AT_ONCE_HINTS,
    )


def _longest_pause(result: CallResult) -> float:
    """The seconds between an answer and the next request, at most."""
    answered = [
        exchange.response.until if exchange.response else exchange.request.until for exchange in result.http
    ]
    return max((one.at - before for before, one in zip(answered, result.requests[1:], strict=False)), default=0.0)


def _try_station_that_stays_busy(function: FunctionProbe, expect: Expect) -> None:
    """Answer one GET with 503, always."""
    for page in (1, 2):
        station = _Station(PAGES[2][0], seed=5)
        station.busy = {station.walk[page]: 99}
        result = function.catching().calls_server(station, hint=GIVE_UP_HINTS)
        count = _gets(result).count(station.walk[page])
        which = ("", "a page", "a second page")[page]
        expect.equal(count, 3, f"GETs {which} that is always busy three times", hint=GIVE_UP_HINTS)
        what = f"sends nothing to the display if {which} could not be had"
        expect.equal(len(station.posts(result)), 0, what, hint=NO_LATEST_HINTS)


def _try_busy_display(function: FunctionProbe, expect: Expect) -> None:
    """Answer the POST with 503."""
    station = _Station(PAGES[2][0], post=503, seed=6)
    result = function.catching().calls_server(station, hint=POST_ONCE_HINTS)
    expect.equal(len(station.posts(result)), 1, "sends a POST once, whatever comes back", hint=POST_ONCE_HINTS)
    expect.equal(result.value, 503, "gives the status of the display also if it is 503", hint=STATUS_CODE_HINTS)
