"""The checks of lesson 26: problem details, validation and conditional requests."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from checks.json_documents import JSON_HEADERS, as_object
from checks.media_types import media_type
from checks.problem_documents import PROBLEM_TYPE, compare_problem, content_type, is_problem
from wirelab.checking import Expect, FunctionProbe, Probe, Reply, error_in, exercise

PROBLEMS = [(404, "there is no station 9"), (409, "there is one"), (503, "kalt: −40 °C"), (505, "")]
VIEW_TUPLE_HINTS = (
    "Commas make a tuple of three: the document, the status, the headers.",
    'return {...}, status, {"Content-Type": ...}',
)
MEMBERS_HINTS = (
    "The document is a dictionary with these four members, and no other.",
    '{"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}',
)
TITLE_HINTS = (
    "The title is the same for every problem with this status. What is special stands in the detail.",
    "HTTPStatus(status).phrase",
)
PHRASE_HINTS = (
    "problem is called with any status that HTTPStatus knows: it has the phrases of all of them.",
    TITLE_HINTS[1],
)
STATUS_HINTS = ("A number has no quotes. It is the one that problem is called with.", '"status": status')
DETAIL_HINTS = ("The detail goes into the document as it is given.", '"detail": detail')
SECOND_HINTS = (
    "The second of the three is the status, a number, without its phrase.",
    "return document, status, headers",
)
CONTENT_TYPE_HINTS = (
    "The third of the three is a dictionary of headers, and the media type is that of a problem.",
    'return document, status, {"Content-Type": "application/problem+json"}',
)


@exercise(
    "26.1", "Say what went wrong", points=2, of="function", writes=["problem"],
    learned="A problem document tells a program the same about an error as it tells a person.",
)
def say_what_went_wrong(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a status and a detail to what a Flask view returns: a problem document (RFC 9457).

    It is a tuple of the document, the status and the headers; the check returns early without these three.
    Raises Stopped where it hangs.
    """
    for status, detail in PROBLEMS:
        got = function.returns(status, detail)
        is_triple = isinstance(got, tuple) and len(got) == 3
        hint = PHRASE_HINTS if error_in(got) else VIEW_TUPLE_HINTS
        if not expect(is_triple, "gives a tuple of three", got=got, hint=hint):
            return
        _compare_document(got[0], status, detail, expect)
        expect.equal(got[1], status, f"gives the status {status} as the second", hint=SECOND_HINTS)
        sent = content_type(got[2])
        expect(
            media_type(sent) == PROBLEM_TYPE,
            f"says in Content-Type that it is a problem, for {status}",
            expected={"Content-Type": PROBLEM_TYPE},
            got=got[2],
            hint=CONTENT_TYPE_HINTS,
        )


def _compare_document(document: Any, status: int, detail: str, expect: Expect) -> None:
    """Compare the four members with those of a problem document for this status."""
    members = as_object(document)
    names = {"type", "title", "status", "detail"}
    what = f"gives first a dictionary with type, title, status and detail, for {status}"
    expect(set(members) == names, what, got=document, hint=MEMBERS_HINTS)
    expect.equal(members.get("type"), "about:blank", f"says about:blank as type, for {status}", hint=MEMBERS_HINTS)
    phrase = HTTPStatus(status).phrase
    expect.equal(members.get("title"), phrase, f"says as title what {status} means", hint=TITLE_HINTS)
    expect.equal(members.get("status"), status, f"says the status {status} as a number", hint=STATUS_HINTS)
    expect.equal(members.get("detail"), detail, f"says the detail as it is given, for {status}", hint=DETAIL_HINTS)


VALID_READINGS: list[dict[str, Any]] = [
    {"station": 2, "degrees": 17.5},
    {"station": 1, "degrees": -90},
    {"degrees": 60, "station": 3},
    {"station": 3, "degrees": 0},
    {"station": 1, "degrees": -0.25},
    {"station": 2, "degrees": 59.99},
]
VALID_HINTS = (
    "That is a reading: both fields, a station from 1 to 3, degrees from -90 to 60, whole or not.",
    "type(station) is int and 1 <= station <= 3, and type(degrees) in (int, float) and -90 <= degrees <= 60",
)
ECHO_HINTS = ("The answer to a reading is the reading itself, as it was sent.", "return sent, 201")
FIELD_NAMES_HINTS = (
    "Are the names of the fields exactly these two? A set tells, whatever their order.",
    'set(sent) != {"station", "degrees"}',
)
OBJECT_HINTS = ("Is it a dictionary at all? Nothing else has fields.", "isinstance(sent, dict)")
STATION_HINTS = ("A station is a whole number: not text, not a list, not nothing.", "type(station) is int")
STATIONS_HINTS = ("There are the stations 1, 2 and 3.", "type(station) is int and 1 <= station <= 3")
TRUE_HINTS = (
    "isinstance(True, int) is true, because for Python True is a kind of 1.",
    "type(value) is int is true for whole numbers alone.",
)
DEGREES_HINTS = ("Degrees are a number: not text, not nothing.", "type(degrees) in (int, float)")
RANGE_HINTS = ("Degrees go from -90 to 60, both of them included.", "-90 <= degrees <= 60")
NAN_HINTS = (
    "NaN is not a number, and no comparison with it is true: neither < nor >.",
    "Ask what is right, not what is wrong: not -90 <= degrees <= 60 is true for NaN.",
)
INVALID_READINGS: list[tuple[str, bytes, Sequence[str]]] = [  # what is wrong, the body, hints
    ("degrees are missing", b'{"station": 2}', FIELD_NAMES_HINTS),
    ("the station is missing", b'{"degrees": 17.5}', FIELD_NAMES_HINTS),
    ("there is a field too many", b'{"station": 2, "degrees": 17.5, "wind": 7}', FIELD_NAMES_HINTS),
    ("a field has another name", b'{"station": 2, "celsius": 17.5}', FIELD_NAMES_HINTS),
    ("an empty object is sent", b"{}", FIELD_NAMES_HINTS),
    ("a list is sent", b'["station", "degrees"]', OBJECT_HINTS),
    ("a list with a reading is sent", b'[{"station": 2, "degrees": 17.5}]', OBJECT_HINTS),
    ("a string is sent", b'"station degrees"', OBJECT_HINTS),
    ("a number is sent", b"17.5", OBJECT_HINTS),
    ("null is sent", b"null", OBJECT_HINTS),
    ("the station is a string", b'{"station": "2", "degrees": 17.5}', STATION_HINTS),
    ("the station is true", b'{"station": true, "degrees": 17.5}', TRUE_HINTS),
    ("the station is null", b'{"station": null, "degrees": 17.5}', STATION_HINTS),
    ("the station is a list", b'{"station": [2], "degrees": 17.5}', STATION_HINTS),
    ("the station is 1.5", b'{"station": 1.5, "degrees": 17.5}', STATION_HINTS),
    ("the station is 0", b'{"station": 0, "degrees": 17.5}', STATIONS_HINTS),
    ("the station is 4", b'{"station": 4, "degrees": 17.5}', STATIONS_HINTS),
    ("the station is -1", b'{"station": -1, "degrees": 17.5}', STATIONS_HINTS),
    ("degrees are a string", b'{"station": 2, "degrees": "17.5"}', DEGREES_HINTS),
    ("degrees are true", b'{"station": 2, "degrees": true}', TRUE_HINTS),
    ("degrees are null", b'{"station": 2, "degrees": null}', DEGREES_HINTS),
    ("degrees are an object", b'{"station": 2, "degrees": {"value": 17.5}}', DEGREES_HINTS),
    ("it is too warm", b'{"station": 2, "degrees": 60.5}', RANGE_HINTS),
    ("it is too cold", b'{"station": 2, "degrees": -90.5}', RANGE_HINTS),
    ("it is infinitely warm", b'{"station": 2, "degrees": Infinity}', RANGE_HINTS),
    ("degrees are NaN", b'{"station": 2, "degrees": NaN}', NAN_HINTS),
]
CREATED, UNPROCESSABLE = 201, 422
OTHER_STATUS_HINTS = (
    "There are two answers to a POST here: 201 for a reading, and 422 for anything else.",
    'return problem(422, "..."), or return sent, 201',
)


@exercise(
    "26.2", "Believe nothing", points=4, writes=["is_reading", "Readings.post"], given=["post"],
    learned="What a client sends is checked part by part, and 422 refuses what makes no sense.",
)
def believe_nothing(service: Probe, expect: Expect) -> None:
    """Check a service whose `POST /readings` answers a valid reading with 201, and anything else with 422.

    Each 422 has to be a problem document. Raises Stopped where no answer comes.
    """
    for reading in VALID_READINGS:
        reply = service.post("/readings", json=reading)
        hint = VALID_HINTS if reply.status == UNPROCESSABLE else OTHER_STATUS_HINTS
        expect.equal(reply.status, CREATED, f"answers 201 Created to {reading}", hint=hint)
        if reply.status == CREATED:
            expect.equal(reply.json(), reading, f"answers with the reading {reading}", hint=ECHO_HINTS)
    replies: list[tuple[bytes, Reply]] = []
    for what, body, hints in INVALID_READINGS:
        reply = service.post("/readings", body=body, headers=JSON_HEADERS)
        replies.append((body, reply))
        hint = hints if reply.status in (CREATED, HTTPStatus.INTERNAL_SERVER_ERROR) else OTHER_STATUS_HINTS
        expect.equal(reply.status, UNPROCESSABLE, f"answers 422 where {what}", hint=hint)
    refused = [(body, reply) for body, reply in replies if reply.status == UNPROCESSABLE] or replies
    others = [body for body, reply in refused if not is_problem(reply, UNPROCESSABLE)]
    reply = service.post("/readings", body=(others or [refused[0][0]])[0], headers=JSON_HEADERS)
    compare_problem(reply, UNPROCESSABLE, expect, "each time")


STATION_PATH = "/stations/2"
VERSIONS = [  # of the data of a station
    {"name": "Hilltop", "degrees": 12.25},
    {"name": "Hilltop", "degrees": 13.5},
    {"name": "Upper Hilltop"},
    {"name": "Höhe", "degrees": 0, "village": None},
    {"name": "Valley", "degrees": -3},
]
GET_HINTS = ("A view can return headers too: return station, 200, {...}", "return STATIONS[id], 200, {...}")
QUOTED_TAG_HINTS = (
    "The quotation marks are a part of the tag (RFC 9110 §8.8.3). Those of Python are not sent.",
    """{"ETag": f'"{tag(station)}"'}""",
)
SAME_TAG_HINTS = (
    "As long as the station is the same, its tag is the same: it is made from the station, not from the time.",
    "tag(STATIONS[id])",
)
NO_CONDITION_HINTS = (
    "Is there a condition at all? Ask that first.",
    "request.if_match is false where none was sent.",
)
BEFORE_STORING_HINTS = (
    "Compare before you store.",
    "if not request.if_match.contains(tag(STATIONS[id])): return problem(412, ...)",
)
SENT_TAG_HINTS = (
    "The tag comes back as it was sent, with its quotation marks.",
    "request.if_match.contains(tag(station)) takes them away, and looks.",
)
SEEN_CONDITION_HINTS = (
    "There is an If-Match in this request. 428 is for requests without any.",
    "request.if_match holds what came in If-Match; request.if_none_match is about another header.",
)
PUT_STATUS_HINTS = ("A PUT that is taken gets 200, and the station.", "return STATIONS[id]")
TAG_LIST_HINTS = (
    "If-Match may name several tags, with commas between them. Werkzeug has taken them apart already.",
    "request.if_match.contains(tag(station)) looks whether yours is among them.",
)
WHOLE_TAG_HINTS = (
    "A tag that has yours inside of it is another tag: compare whole tags, not the text of the header.",
    "request.if_match.contains(tag(station)) compares whole tags.",
)
STORE_HINTS = (
    "What was sent stands in the place of all that was there, as in any PUT.",
    "STATIONS[id] = request.get_json()",
)
ANSWER_HINTS = ("The answer to a PUT that is taken is the station, as it is now.", "return STATIONS[id]")
MISSING_PATH = "/stations/3"
MISSING_STATION_HINTS = (
    "There is no station 3, and STATIONS[3] raises KeyError: look first whether it is there.",
    'if id not in STATIONS: return problem(404, "...")',
)
NEW_TAG_HINTS = ("The tag is made from what is there now.", "tag(STATIONS[id]), in get, each time.")


@exercise(
    "26.3", "Change what you have seen", points=4, writes=["Station.get", "Station.put"],
    learned="With ETag and If-Match, nobody overwrites a change that they have not seen.",
)
def change_what_you_have_seen(service: Probe, expect: Expect) -> None:
    """Check a service whose `/stations/2` has an ETag, and takes a PUT only with that ETag in If-Match.

    No If-Match is 428, an old ETag 412, both as problem documents. Whatever the station is at first, the check
    goes on from there. Raises Stopped where no answer comes.
    """
    reply = service.get(STATION_PATH)
    expect.equal(reply.status, 200, "answers 200 OK to GET", hint=GET_HINTS)
    before, seen = reply.json(), reply.header("ETag")
    is_station = isinstance(before, dict) and "name" in before
    expect(is_station, "answers GET with the station", got=before, hint=GET_HINTS)
    is_quoted = len(seen) > 2 and seen[0] == seen[-1] == '"'
    hint = QUOTED_TAG_HINTS if seen else (GET_HINTS[0], *QUOTED_TAG_HINTS)
    expect(is_quoted, "sends an ETag in quotation marks", got=seen, hint=hint)
    again = service.get(STATION_PATH).header("ETag")
    expect.equal(again, seen, "sends the same ETag while nothing changes", hint=SAME_TAG_HINTS)
    _try_put_without_condition(service, expect)
    _try_two_changes(service, expect)
    _try_several_tags(service, expect)
    _try_missing_station(service, expect)


def _try_missing_station(service: Probe, expect: Expect) -> None:
    """GET and PUT of a station that is not there."""
    for method, reply in [
        ("GET", service.get(MISSING_PATH)),
        ("PUT", service.put(MISSING_PATH, json=VERSIONS[0], headers={"If-Match": '"1a2b"'})),
    ]:
        what = f"answers 404 to {method} of a station that is not there"
        expect.equal(reply.status, 404, what, hint=MISSING_STATION_HINTS)
        if reply.status == 404:
            compare_problem(reply, 404, expect, f"to {method} of a station that is not there")


def _others(document: Any) -> list[dict[str, Any]]:
    """The versions that differ from this one."""
    return [version for version in VERSIONS if version != document]


def _station(service: Probe) -> Any:
    """The station as GET shows it."""
    return service.get(STATION_PATH).json()


def _tag(service: Probe) -> str:
    """The ETag as GET shows it."""
    return service.get(STATION_PATH).header("ETag")


def _put(service: Probe, document: Any, tags: str) -> Reply:
    """The answer to a PUT with these tags in If-Match."""
    return service.put(STATION_PATH, json=document, headers={"If-Match": tags})


def _try_put_without_condition(service: Probe, expect: Expect) -> None:
    """PUT without If-Match: nothing may change."""
    before = _station(service)
    reply = service.put(STATION_PATH, json=_others(before)[0])
    expect.equal(reply.status, 428, "answers 428 to PUT without If-Match", hint=NO_CONDITION_HINTS)
    if reply.status == 428:
        compare_problem(reply, 428, expect, "to PUT without If-Match")
    expect.equal(_station(service), before, "changes nothing without If-Match", hint=NO_CONDITION_HINTS)


def _try_two_changes(service: Probe, expect: Expect) -> None:
    """PUT with an ETag that was never there; then twice, each time with the one that was there before both."""
    before = _station(service)
    reply = _put(service, _others(before)[0], '"never-seen"')
    what = "answers 412 to PUT with an ETag that was never there"
    expect.equal(reply.status, 412, what, hint=_status_hints(reply, BEFORE_STORING_HINTS))
    expect.equal(_station(service), before, "changes nothing then", hint=BEFORE_STORING_HINTS)
    seen = _tag(service)
    first, second, *_ = _others(_station(service))
    reply = _put(service, first, seen)
    what = "answers 200 OK to PUT with the ETag of what is there"
    expect.equal(reply.status, 200, what, hint=_status_hints(reply, SENT_TAG_HINTS))
    if reply.status == 200:
        expect.equal(reply.json(), first, "answers that PUT with the station", hint=ANSWER_HINTS)
    if expect.equal(_station(service), first, "stores what was sent", hint=STORE_HINTS):
        _try_old_tag(service, expect, seen, first, second)


def _try_old_tag(service: Probe, expect: Expect, seen: str, first: Any, second: Any) -> None:
    """PUT with an ETag that was there before the last change."""
    new = _tag(service)
    expect(new != seen, "has another ETag after a change", got=new, hint=NEW_TAG_HINTS)
    reply = _put(service, second, seen)
    what = "answers 412 to PUT with the ETag of what was there"
    expect.equal(reply.status, 412, what, hint=_status_hints(reply, BEFORE_STORING_HINTS))
    if reply.status == 412:
        compare_problem(reply, 412, expect, "to PUT with an old ETag")
    expect.equal(_station(service), first, "keeps the change of the first client", hint=BEFORE_STORING_HINTS)


def _status_hints(reply: Reply, hints: Sequence[str]) -> Sequence[str]:
    """Hints on a wrong status of a PUT with If-Match: these, where the status itself says nothing better."""
    if reply.status == 428:
        return SEEN_CONDITION_HINTS
    return PUT_STATUS_HINTS if reply.status in (201, 202, 204) else hints


def _try_several_tags(service: Probe, expect: Expect) -> None:
    """PUT with several tags in If-Match, and with tags that have the right one inside of them."""
    bare = _tag(service).strip('"')
    for tags, what in [(f'"x{bare}"', "the end of another"), (f'"{bare}x", "y"', "the beginning of another")]:
        reply = _put(service, _others(_station(service))[0], tags)
        hint = _status_hints(reply, WHOLE_TAG_HINTS)
        expect.equal(reply.status, 412, f"answers 412 where the tag is but {what}", hint=hint)
    for tags, what in [
        ('"another", {now}', "finds the right one among several tags"),
        ('{now},"another"', "finds it at the first place, and without spaces"),
    ]:
        document = _others(_station(service))[2]
        reply = _put(service, document, tags.format(now=_tag(service)))
        expect.equal(reply.status, 200, what, hint=_status_hints(reply, TAG_LIST_HINTS))
        if reply.status == 200:
            stored = _station(service)
            expect.equal(stored, document, f"stores what was sent then: {document}", hint=STORE_HINTS)


NOTES = {
    1: {"owner": "Ada", "text": "Frost at dawn."},
    2: {"owner": "Ben", "text": "The vane is stuck."},
    3: {"owner": "Ada", "text": "Föhn, 17 °C at night."},
}
NO_NOTE = 9
ADA, BEN = "Bearer k7Qz", "Bearer p2Xw"
NO_TOKEN_HINTS = (
    "A request without a token has no Authorization: square brackets raise KeyError then.",
    'request.headers.get("Authorization", "").partition(" ")',
)
UNKNOWN_TOKEN_HINTS = (
    "403 is for somebody whom the service knows. With a token that nobody has, it does not know who asks: 401.",
    "TOKENS.get(token) is None then.",
)
WHOLE_TOKEN_HINTS = ("Only the whole token counts, in its own letters.", "TOKENS.get(token)")
SCHEME_HINTS = (
    "Bearer stands before the token. With another word in its place it is no bearer token.",
    'scheme.lower() != "bearer"',
)
SMALL_SCHEME_HINTS = ("Bearer may be in capital or small letters.", 'scheme.lower() == "bearer"')
CHALLENGE_HINTS = (
    "A 401 says what to send, in WWW-Authenticate.",
    'document, status, headers = problem(401, "..."), and then {**headers, "WWW-Authenticate": "Bearer"}',
)
ORDER_HINTS = (
    "Who asks without a right token does not learn which notes there are: 401 comes first.",
    "Look at the token before you look into NOTES.",
)
NOTE_HINTS = ("The answer to the owner is the note as it stands in NOTES.", "return NOTES[id]")
NO_NOTE_HINTS = ("NOTES has no note with this number: square brackets raise KeyError.", "if id not in NOTES:")
OWNER_HINTS = (
    "The token is right, and the note belongs to somebody else: 403.",
    'if NOTES[id]["owner"] != name: return problem(403, "...")',
)


@exercise(
    "26.4", "Who may read it?", points=4, writes=["Note.get"],
    learned="401 asks who you are, and 403 refuses although the service knows it.",
)
def who_may_read_it(service: Probe, expect: Expect) -> None:
    """Check a service whose `/notes/1` is for its owner alone, who is known by a bearer token (RFC 6750).

    No right token is 401, no such note 404, another's note 403, each as a problem document. Raises Stopped where
    no answer comes.
    """
    refused = service.get("/notes/1", hint=NO_TOKEN_HINTS[0])
    expect.equal(refused.status, 401, "answers 401 without a token", hint=NO_TOKEN_HINTS)
    if refused.status == 401:
        challenge = refused.header("WWW-Authenticate")
        is_bearer = challenge.lower().split()[:1] == ["bearer"]
        expect(is_bearer, "has WWW-Authenticate: Bearer with the 401", got=challenge, hint=CHALLENGE_HINTS)
        compare_problem(refused, 401, expect, "without a token")
    _try_owners(service, expect)
    _try_wrong_tokens(service, expect)


def _try_owners(service: Probe, expect: Expect) -> None:
    """GET each note with each of the two tokens, and one that is not there."""
    for id, note in NOTES.items():
        for name, token in [("Ada", ADA), ("Ben", BEN)]:
            reply = service.get(f"/notes/{id}", headers={"Authorization": token})
            if note["owner"] == name:
                expect.equal(reply.status, 200, f"answers 200 OK to {name} for note {id}", hint=NOTE_HINTS)
                expect.equal(reply.json(), note, f"sends {name} note {id}", hint=NOTE_HINTS)
                continue
            what = f"answers 403 to {name} for a note of {note['owner']}"
            expect.equal(reply.status, 403, what, hint=OWNER_HINTS)
            if reply.status == 403:
                compare_problem(reply, 403, expect, f"to {name}")
    reply = service.get(f"/notes/{NO_NOTE}", headers={"Authorization": ADA}, hint=NO_NOTE_HINTS[0])
    expect.equal(reply.status, 404, "answers 404 where there is no such note", hint=NO_NOTE_HINTS)
    if reply.status == 404:
        compare_problem(reply, 404, expect, "where there is no such note")


def _try_wrong_tokens(service: Probe, expect: Expect) -> None:
    """GET with what is no token of an observer, and with the word Bearer in other letters."""
    for value, what, hint in [
        ("Bearer abcd", "where nobody has the token", UNKNOWN_TOKEN_HINTS),
        ("Bearer k7Q", "where the token is but a part of one", WHOLE_TOKEN_HINTS),
        ("Bearer k7Qzz", "where the token begins with one, and goes on", WHOLE_TOKEN_HINTS),
        ("Bearer xk7Qz", "where the token only ends with one", WHOLE_TOKEN_HINTS),
        ("Bearer Ada", "where the name of an observer stands in place of the token", UNKNOWN_TOKEN_HINTS),
        ("Bearer K7QZ", "where the token is in other letters", WHOLE_TOKEN_HINTS),
        ("Basic k7Qz", "where the word is Basic", SCHEME_HINTS),
        ("Bearers k7Qz", "where the word is Bearers", SCHEME_HINTS),
        ("k7Qz", "where the token stands alone", SCHEME_HINTS),
        ("Bearer", "where there is only the word", UNKNOWN_TOKEN_HINTS),
    ]:
        reply = service.get("/notes/1", headers={"Authorization": value})
        expect.equal(reply.status, 401, f"answers 401 {what}", hint=hint)
    reply = service.get(f"/notes/{NO_NOTE}")
    what = "answers 401 without a token, for a note that is not there"
    expect.equal(reply.status, 401, what, hint=ORDER_HINTS)
    for value, what in [("bearer k7Qz", "bearer in small letters"), ("BEARER k7Qz", "BEARER in capital letters")]:
        reply = service.get("/notes/1", headers={"Authorization": value})
        expect.equal(reply.status, 200, f"takes {what}", hint=SMALL_SCHEME_HINTS)
