"""The checks of lesson 21: REST without a framework, as functions and as a server."""

from collections.abc import Sequence

from wirelab.checking import Expect, FunctionProbe, Probe, error_in, exercise

REPLACE_HINTS = (
    "Which verb says: From now on, exactly this is here?",
    "POST would leave to the service what it does, and may not be repeated. PUT says it all.",
)
PATCH_HINTS = ("PATCH changes a part of what is there. Here all of it is replaced.", REPLACE_HINTS[0])
REMOVE_HINTS = (
    "A search engine opens every link that it finds, with GET. Would you like it to remove stations?",
    "One of the verbs says: From now on, nothing is here.",
)
CALLS: list[tuple[str, int | None, str, Sequence[str]]] = [  # call, number, verb, hints for the verb
    ("listStations", None, "GET", ()),
    ("addStation", None, "POST", ("The service chooses the number, so there is no address yet to PUT it to.",)),
    ("getStation", 2, "GET", ()),
    ("replaceStation", 2, "PUT", REPLACE_HINTS),
    ("removeStation", 2, "DELETE", REMOVE_HINTS),
    ("getStation", 31, "GET", ()),
    ("replaceStation", 407, "PUT", REPLACE_HINTS),
    ("removeStation", 18, "DELETE", REMOVE_HINTS),
    ("getStation", 0, "GET", ()),
]
TUPLE_HINTS = (
    "Two things are asked for, with a comma between them: that makes a tuple.",
    'return "GET", "/stations" gives two things at once.',
)
NO_NUMBER_HINTS = (
    "number is None in this call: the list is meant, and its path has no number.",
    'path = "/stations" if number is None else f"/stations/{number}"',
)
STATION_PATH_HINTS = (
    "A station has a name of its own, and its number is a part of that. What is done to it stands in the verb.",
    'The second station is "/stations/2", whatever is done to it.',
)
STATION_ZERO_HINTS = (
    "0 is a number like any other, but it counts as false: ask whether the number is None.",
    "if number is None",
)
LIST_PATH_HINTS = (
    "Without a number the list itself is meant.",
    'The list is "/stations", whatever is done to it.',
)


@exercise(
    "21.1", "From calls to things", points=2, of="function",
    learned="In REST the path names the thing, and the method says what to do with it.",
)
def from_calls_to_things(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a call such as "getStation" and a station's number, or None, to the verb and the path.

    The result is a tuple: `("GET", "/stations/2")`. Raises Stopped where it hangs.
    """
    for call, number, verb, hints in CALLS:
        path = "/stations" if number is None else f"/stations/{number}"
        got = function.returns(call, number)
        name = call if number is None else f"{call} {number}"
        if isinstance(got, tuple) and len(got) == 2:
            expect.equal(got[0], verb, f"chooses the verb of {name}", hint=_verb_hints(got[0]) or hints)
            _compare_path(expect, name, number, got[1])
        else:
            what = f"gives two things for {name}, the verb and the path"
            hint = NO_NUMBER_HINTS if error_in(got) and number is None else TUPLE_HINTS
            expect.equal(got, (verb, path), what, hint=hint)


def _verb_hints(verb: object) -> Sequence[str]:
    """Hints for a verb that is wrong in a way of its own; none for others."""
    if isinstance(verb, str) and verb.startswith("/"):
        return ("The verb comes first, and then the path.", TUPLE_HINTS[1])
    if isinstance(verb, str) and verb != verb.upper():
        return ("Verbs are written in capital letters.", "GET, POST, PUT, DELETE")
    return PATCH_HINTS if verb == "PATCH" else ()


def _compare_path(expect: Expect, name: str, number: int | None, got: object) -> None:
    """Compare the path of a call with that of the list, or of the station with this number."""
    if number is None:
        hints = _slash_hints(got) or LIST_PATH_HINTS
        expect.equal(got, "/stations", f"gives the path of the list for {name}", hint=hints)
    else:
        is_zero = number == 0 and got == "/stations"
        what = f"gives a path for {name} that names the station, not the call"
        hints = STATION_ZERO_HINTS if is_zero else _slash_hints(got) or STATION_PATH_HINTS
        expect.equal(got, f"/stations/{number}", what, hint=hints)


def _slash_hints(path: object) -> Sequence[str]:
    """Hints for a path without a slash in front, or with one at its end; none for others."""
    if not isinstance(path, str) or (path.startswith("/") and not path.endswith("/")):
        return ()
    return ("A path begins with a slash. With one at its end it is another path.", '"/stations" and "/stations/2"')


DONE_HINTS = (
    "It has been done. What would a second request be good for?",
    "status is a number from 500 to 599 where the server is at fault, and None where no answer came.",
)
MOVED_HINTS = ("A 3xx is an answer, and no fault: the server says where to look.", DONE_HINTS[1])
CLIENT_ERROR_HINTS = (
    "Most 4xx say that the request is wrong: the same request is wrong again. What blames the server?",
    DONE_HINTS[1],
)
NO_ANSWER_HINTS = (
    "status is None where no answer came: ask for that first.",
    "status is None or status >= 500",
)
SERVER_ERROR_HINTS = (
    "Every status from 500 to 599 says that the server is at fault, not only the ones that you have met.",
    "status is None or status >= 500",
)
NOT_IDEMPOTENT_HINTS = (
    "Perhaps the first one was carried out, and only the answer got lost. Would it book, or pay, a second time?",
    "Name the verbs that promise it, instead of those that do not.",
)
IDEMPOTENT_HINTS = (
    "PUT says what is to be there. safe and idempotent are two promises: which one matters here?",
    "Every verb that is idempotent may be repeated: GET and HEAD are, and two more.",
)
GONE_HINTS = ("What is gone cannot go a second time.", IDEMPOTENT_HINTS[1])
HEAD_HINTS = ("HEAD is a GET without the body, so it promises the same.", IDEMPOTENT_HINTS[1])
REPETITIONS: list[tuple[str, int | None, bool, Sequence[str]]] = [  # verb, status, may it be repeated, hints
    ("GET", 200, False, DONE_HINTS),
    ("GET", None, True, NO_ANSWER_HINTS),
    ("GET", 503, True, SERVER_ERROR_HINTS),
    ("GET", 404, False, CLIENT_ERROR_HINTS),
    ("HEAD", None, True, HEAD_HINTS),
    ("PUT", None, True, IDEMPOTENT_HINTS),
    ("PUT", 409, False, CLIENT_ERROR_HINTS),
    ("PUT", 201, False, DONE_HINTS),
    ("DELETE", None, True, GONE_HINTS),
    ("DELETE", 500, True, SERVER_ERROR_HINTS),
    ("DELETE", 204, False, DONE_HINTS),
    ("POST", None, False, NOT_IDEMPOTENT_HINTS),
    ("POST", 500, False, NOT_IDEMPOTENT_HINTS),
    ("POST", 201, False, DONE_HINTS),
    ("PATCH", None, False, tuple(reversed(NOT_IDEMPOTENT_HINTS))),
    ("PATCH", 503, False, tuple(reversed(NOT_IDEMPOTENT_HINTS))),
    ("POST", 503, False, NOT_IDEMPOTENT_HINTS),
    ("PATCH", 500, False, tuple(reversed(NOT_IDEMPOTENT_HINTS))),
    ("POST", 404, False, CLIENT_ERROR_HINTS),
    ("GET", 301, False, MOVED_HINTS),
    ("PUT", 304, False, MOVED_HINTS),
    ("GET", 400, False, CLIENT_ERROR_HINTS),
    ("HEAD", 408, False, CLIENT_ERROR_HINTS),
    ("DELETE", 429, False, CLIENT_ERROR_HINTS),
    ("GET", 499, False, CLIENT_ERROR_HINTS),
    ("HEAD", 500, True, SERVER_ERROR_HINTS),
    ("PUT", 501, True, SERVER_ERROR_HINTS),
    ("GET", 502, True, SERVER_ERROR_HINTS),
    ("DELETE", 504, True, SERVER_ERROR_HINTS),
    ("GET", 507, True, SERVER_ERROR_HINTS),
    ("PUT", 599, True, SERVER_ERROR_HINTS),
]
BOOL_HINTS = (
    "True or False is asked for in every case, and nothing that counts as one of them.",
    "return False where it may not be repeated; bool(...) makes one of the two of anything.",
)


@exercise(
    "21.2", "May it be sent again?", points=3, of="function",
    learned="A request may be repeated if its method is idempotent, and the failure is the server's.",
)
def may_it_be_sent_again(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a verb and a status (None: no answer came) to whether the request may be repeated.

    It may be where no answer came, or the server failed, and the verb is idempotent. Raises Stopped if it hangs.
    """
    for verb, status, right, hints in REPETITIONS:
        what = "repeats" if right else "does not repeat"
        how = "without an answer" if status is None else f"that got {status}"
        got = function.returns(verb, status)
        is_other = not isinstance(got, bool) and not error_in(got)
        expect.equal(got, right, f"{what} a {verb} {how}", hint=BOOL_HINTS if is_other else hints)


NOTHING_HINTS = (
    "An empty text with 200 says: here is something, and it is empty.",
    "if self.path not in STATIONS: return self.answer(404)",
)
NO_KEY_HINTS = (
    "Is there something at this path? Where nothing is, STATIONS[self.path] raises a KeyError.",
    NOTHING_HINTS[1],
)
CREATED_HINTS = (
    "Ask before you store: afterwards something is always there.",
    "status = 200 if self.path in STATIONS else 201, and then store.",
)
STORED_HINTS = (
    "The dictionary keeps the text under the path, for every request to come: STATIONS[self.path].",
    "STATIONS[self.path] = self.read(), and GET answers with what is there.",
)
SENT_HINTS = (
    "PUT needs an answer as well, once the text is stored.",
    "self.answer(201) or self.answer(200): the first where nothing was before.",
)
ALREADY_HINTS = ("201 is for a path where nothing was before: here something was.", CREATED_HINTS[1])
AS_IT_CAME_HINTS = ("Store the text as it came, spaces, line ends and all.", "STATIONS[self.path] = self.read()")
REPLACED_HINTS = (
    "What was there before does not matter to PUT: the new text takes its place.",
    "STATIONS[self.path] = self.read(), whatever was there.",
)
EMPTY_HINTS = (
    "An empty text is a text: it is there, though it counts as false.",
    "Ask whether the path is in the dictionary: self.path in STATIONS.",
)
APART_HINTS = ("Each path has a text of its own: the whole path is the name.", "STATIONS[self.path]")
REMOVED_HINTS = ("204 is No Content, and what was there is gone then.", "del STATIONS[self.path]")
OTHERS_STAY_HINTS = ("What stands at other paths stays: one path was deleted.", "del STATIONS[self.path]")
GONE_ALREADY_HINTS = (
    "Nothing changes the second time, but the client should know that nothing was there.",
    NOTHING_HINTS[1],
)
NOWHERE = "/nothing/here"
FREE_NUMBERS = range(1, 50)


@exercise(
    "21.3",
    "A station by hand",
    points=4,
    writes=["Stations.do_GET", "Stations.do_PUT", "Stations.do_DELETE"],
    learned="A REST service can be a dictionary: three methods, and status codes that say what happened.",
)
def a_station_by_hand(stations: Probe, expect: Expect) -> None:
    """Check a server that keeps one string for each path: GET sends it, PUT stores it, DELETE removes it.

    Each method answers 404, 201 or 204 by what was there before. Raises Stopped where no answer comes.
    """
    found = stations.get(NOWHERE, hint=NO_KEY_HINTS).status
    expect.equal(found, 404, "answers 404 to GET where nothing is", hint=NOTHING_HINTS)
    path, other, empty = _free_paths(stations) if found == 404 else _paths(1)
    _try_put(stations, expect, path)
    _try_two_paths(stations, expect, path, other)
    _try_empty_text(stations, expect, empty)
    _try_delete(stations, expect, path, other)
    reply = stations.delete(empty, hint=REMOVED_HINTS)
    expect.equal(reply.status, 204, "answers 204 to DELETE where an empty text is", hint=EMPTY_HINTS)
    for rest in (path, other, empty):  # so that the next check finds nothing there
        stations.delete(rest)


def _paths(number: int) -> tuple[str, str, str]:
    """Three paths: the second ends like the first, and the third begins like it."""
    return f"/stations/{number}", f"/archive/{number}", f"/stations/{number}b"


def _free_paths(stations: Probe) -> tuple[str, str, str]:
    """Paths where nothing is: an earlier check may have left something, where DELETE was not right yet."""
    for number in FREE_NUMBERS:
        if all(stations.get(path).status == 404 for path in _paths(number)):
            break
    return _paths(number)


def _try_put(stations: Probe, expect: Expect, path: str) -> None:
    """PUT one text twice and then another, and GET it each time."""
    puts = [
        ("17.5", 201, "where nothing was", "gives back with GET what was PUT", STORED_HINTS),
        (
            "17.5",
            200,
            "where something was already",
            "stores the same text once, however often it is PUT",
            REPLACED_HINTS,
        ),
        ("-3.25", 200, "with another text", "has the new text in the place of the old one", REPLACED_HINTS),
    ]
    for text, status, when, keeps, hints in puts:
        reply = stations.put(path, body=text.encode(), silence_hint=SENT_HINTS)
        status_hints = CREATED_HINTS if status == 201 else ALREADY_HINTS
        expect.equal(reply.status, status, f"answers {status} to PUT {when}", hint=status_hints)
        expect.equal(stations.get(path, hint=hints).text, text, keeps, hint=hints)
    expect.equal(
        stations.get(path).status, 200, "answers 200 to GET where something is", hint="self.answer(200, text)"
    )


def _try_two_paths(stations: Probe, expect: Expect, path: str, other: str) -> None:
    """PUT at a path that ends like the other one, and GET both, and one that both begin with."""
    text = "12.25 °C\nand falling \n"
    reply = stations.put(other, body=text.encode())
    expect.equal(reply.status, 201, "answers 201 to PUT at another path", hint=APART_HINTS)
    expect.equal(stations.get(other).text, text, "takes any text, as it came", hint=AS_IT_CAME_HINTS)
    expect.equal(
        stations.get(path).text, "-3.25", "keeps what stands under one path apart from others", hint=APART_HINTS
    )
    reply = stations.get("/stations", hint=NO_KEY_HINTS)
    expect.equal(
        reply.status, 404, "answers 404 to GET for a path that is only the beginning of one", hint=APART_HINTS
    )


def _try_empty_text(stations: Probe, expect: Expect, path: str) -> None:
    """PUT an empty text twice, and GET it."""
    for status, what in [
        (201, "answers 201 to PUT with an empty text"),
        (200, "answers 200 to the same once more"),
    ]:
        expect.equal(stations.put(path, body=b"").status, status, what, hint=EMPTY_HINTS)
    expect.equal(stations.get(path).status, 200, "answers 200 to GET where an empty text is", hint=EMPTY_HINTS)


def _try_delete(stations: Probe, expect: Expect, path: str, other: str) -> None:
    """DELETE one text twice: the other one stays, and the path can be used again."""
    expect.equal(stations.delete(path).status, 204, "answers 204 to DELETE", hint=REMOVED_HINTS)
    reply = stations.get(path, hint=NO_KEY_HINTS)
    expect.equal(reply.status, 404, "has nothing to show after DELETE", hint=REMOVED_HINTS)
    reply = stations.delete(path, hint=NO_KEY_HINTS)
    expect.equal(reply.status, 404, "answers 404 to DELETE where nothing is", hint=GONE_ALREADY_HINTS)
    reply = stations.get(other, hint=OTHERS_STAY_HINTS)
    expect.equal(reply.status, 200, "deletes no more than that", hint=OTHERS_STAY_HINTS)
    reply = stations.put(path, body=b"9")
    expect.equal(reply.status, 201, "answers 201 to PUT after DELETE", hint=REMOVED_HINTS)
