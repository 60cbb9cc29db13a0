"""What right answers to the exercises of lesson 21 do."""

from collections.abc import Sequence

from wirelab.check import Caller, Expect, Probe, exercise

CALLS = [  # call, number, verb, hints for the verb
    ("listStations", None, "GET", ()),
    ("addStation", None, "POST", ("The service chooses the number, so there is no address yet to PUT it to.",)),
    ("getStation", 2, "GET", ()),
    (
        "replaceStation",
        2,
        "PUT",
        (
            "Which verb says: From now on, exactly this is here?",
            "POST would leave to the service what it does, and may not be repeated. PUT says it all.",
        ),
    ),
    (
        "removeStation",
        2,
        "DELETE",
        (
            "A search engine opens every link that it finds, with GET. Would you like it to remove stations?",
            "One of the verbs says: From now on, nothing is here.",
        ),
    ),
]
THING = (
    "A station has a name of its own, and its number is a part of that. What is done to it stands in the verb.",
    'The second station is "/stations/2", whatever is done to it.',
)


@exercise("21.1", "From calls to things", points=2, of="function")
def from_calls_to_things(function: Caller, expect: Expect) -> None:
    for call, number, verb, hints in CALLS:
        got = function.returns(call, number)
        if not expect(
            isinstance(got, tuple) and len(got) == 2,
            f"gives two things for {call}, the verb and the path",
            expected=(verb, "/stations" if number is None else f"/stations/{number}"),
            got=got,
            hint='return "GET", "/stations" gives two things at once.',
        ):
            continue
        asked = call if number is None else f"{call} {number}"
        expect.equal(got[0], verb, f"chooses the verb of {asked}", hint=hints)
        _path(expect, asked, number, got[1])
    got = function.returns("getStation", 31)
    expect.equal(got, ("GET", "/stations/31"), "does the same for another number")


def _path(expect: Expect, asked: str, number: int | None, got: object) -> None:
    if number is None:
        expect.equal(
            got,
            "/stations",
            f"gives the path of the list for {asked}",
            hint="Without a number the list itself is meant.",
        )
    else:
        expect.equal(
            got,
            f"/stations/{number}",
            f"gives a path for {asked} that names the station, not the call",
            hint=THING,
        )


USELESS = "A 4xx says that the request is wrong: the same request is wrong again. What blames the server?"
HARMFUL = (
    "Perhaps the first one was carried out, and only the answer got lost. Would it book, or pay, a second time?",
    "Name the verbs that promise it, instead of those that do not.",
)
REPEATS: list[tuple[str, int | None, bool, str | Sequence[str]]] = [
    ("GET", 200, False, "It has been done. What would a second request be good for?"),
    ("GET", None, True, "status is None where no answer came: ask for that first."),
    ("GET", 503, True, ()),
    ("GET", 404, False, USELESS),
    ("HEAD", None, True, "HEAD is a GET without the body, so it promises the same."),
    (
        "PUT",
        None,
        True,
        (
            "PUT says what is to be there. safe and idempotent are two promises: which one matters here?",
            "Every verb that is idempotent may be repeated: GET and HEAD are, and two more.",
        ),
    ),
    ("PUT", 409, False, USELESS),
    ("DELETE", None, True, "What is gone cannot go a second time."),
    ("DELETE", 500, True, ()),
    ("POST", None, False, HARMFUL),
    ("POST", 500, False, HARMFUL),
    ("PATCH", None, False, tuple(reversed(HARMFUL))),
]


@exercise("21.2", "May it be sent again?", points=3, of="function")
def may_it_be_sent_again(function: Caller, expect: Expect) -> None:
    for verb, status, right, hint in REPEATS:
        what = "repeats" if right else "does not repeat"
        how = "without an answer" if status is None else f"that got {status}"
        got = function.returns(verb, status)
        expect.equal(got, right, f"{what} a {verb} {how}", hint=hint)


PATH = "/stations/harbour"


@exercise("21.3", "A station by hand", points=4)
def a_station_by_hand(stations: Probe, expect: Expect) -> None:
    stations.delete(PATH)  # whatever an earlier check has left behind
    expect.equal(
        stations.get(PATH).status,
        404,
        "answers 404 to GET where nothing is",
        hint=(
            "An empty text with 200 says: here is something, and it is empty.",
            "if self.path not in STATIONS: return self.answer(404)",
        ),
    )
    expect.equal(
        stations.put(PATH, body=b"17.5").status,
        201,
        "answers 201 to PUT where nothing was",
        hint=("Ask before you store: afterwards something is always there.",),
    )
    expect.equal(stations.get(PATH).text, "17.5", "gives back with GET what was PUT")
    expect.equal(stations.put(PATH, body=b"17.5").status, 200, "answers 200 to PUT where something was already")
    expect.equal(
        stations.get(PATH).text,
        "17.5",
        "stores the same text once, however often it is PUT",
        hint="What was there before does not matter to PUT: the new text takes its place.",
    )
    stations.put("/stations/hilltop", body="12.25 °C".encode())
    expect.equal(stations.get(PATH).text, "17.5", "keeps what stands under one path apart from the others")
    expect.equal(stations.get("/stations/hilltop").text, "12.25 °C", "takes any text")
    _deleting(stations, expect)


def _deleting(stations: Probe, expect: Expect) -> None:
    expect.equal(stations.delete(PATH).status, 204, "answers 204 to DELETE", hint="204 is No Content.")
    expect.equal(
        stations.get(PATH).status, 404, "has nothing to show after DELETE", hint="del STATIONS[self.path]"
    )
    expect.equal(
        stations.delete(PATH).status,
        404,
        "answers 404 to DELETE where nothing is",
        hint="Nothing changes the second time, but the client should know that nothing was there.",
    )
    expect.equal(stations.get("/stations/hilltop").status, 200, "deletes no more than that")
