"""The checks of lesson 22: REST services that are made with Flask-RESTful."""

import datetime
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from checks.json_documents import as_object
from wirelab.checking import Expect, Probe, Reply, exercise, path_of

Hints = str | Sequence[str]
KNOWN_STATIONS = [
    {"id": 2, "name": "Hilltop", "degrees": 12.25},
    {"id": 3, "name": "Airport", "degrees": 16.0},
    {"id": 1, "name": "Harbour", "degrees": 17.5},
]
UNKNOWN_STATIONS = [90210, 0]  # no number that a station may get in 22.2
STATION_HINTS = (
    "Return the dictionary itself, the one with this id. Flask-RESTful makes JSON of it.",
    "return STATIONS[id]",
)
TEXT_HINTS = (
    "Return the dictionary itself. Flask-RESTful makes JSON of it; of a string it makes a string in JSON.",
    STATION_HINTS[1],
)
UNKNOWN_HINTS = (
    "Is the station known? Ask before you look it up.",
    'if id not in STATIONS: abort(404, message=f"there is no station {id}")',
)
MESSAGE_HINTS = (
    "A program, and whoever reads its log, wants to know which station is not there.",
    'abort(404, message=f"there is no station {id}")',
)


@exercise(
    "22.1", "Read a station", points=2, writes=["Station.get"],
    learned="A resource returns its representation, and 404 is for what does not exist.",
)
def read_a_station(service: Probe, expect: Expect) -> None:
    """Check a service whose `GET /stations/2` answers the station as a JSON object, and 404 for an unknown one.

    The 404 has a `message` with the number of the station. Raises Stopped where no answer comes.
    """
    for station in KNOWN_STATIONS:
        reply = service.get(f"/stations/{station['id']}")
        expect.equal(reply.status, 200, f"answers 200 OK for station {station['id']}", hint=_known_hints(reply))
        sent = reply.json()
        what = f"sends station {station['id']} as JSON, just as it is"
        expect.equal(sent, station, what, hint=TEXT_HINTS if isinstance(sent, str) else STATION_HINTS)
    for number in UNKNOWN_STATIONS:
        reply = service.get(f"/stations/{number}")
        what = f"answers 404 Not Found for station {number}, which is not known"
        expect.equal(reply.status, 404, what, hint=UNKNOWN_HINTS)
        message = _message(reply)
        is_named = re.search(rf"(?<!\d){number}(?!\d)", message)
        expect(is_named, f"names station {number} in a message", got=message or reply.json(), hint=MESSAGE_HINTS)


def _known_hints(reply: Reply) -> Hints:
    """Hints for a station that is known, and did not come."""
    return (
        "That station stands in STATIONS: is it looked for by its number?"
        if reply.status == 404
        else STATION_HINTS
    )


NEW_STATIONS = [
    {"name": "Pier", "degrees": 15.5},
    {"name": "Zürich Süd", "degrees": 0},
    {"name": "Glacier", "degrees": -3},
    {"name": "de Bilt", "degrees": 12.5},  # a small letter in front
]
TAKE_JSON_HINTS = (
    "The station comes as JSON, and request.get_json() makes a dictionary of it.",
    'sent = request.get_json(), and then sent["name"] and sent["degrees"]',
)
CREATED_HINTS = ("200 is what you get without a word. A method can return the status too.", "return station, 201")
LOCATION_HINTS = (
    "A method can return three things: what to say, the status, and a dictionary with headers.",
    'return station, 201, {"Location": f"/stations/{id}"}',
)
STORE_HINTS = (
    "Is it stored, under its number? And does Location lead to it?",
    "STATIONS[id] = station, with the number that it got as id",
)
NEW_NUMBER_HINTS = (
    "A number that is taken belongs to a station that is there already, and would be overwritten.",
    "next(numbers) gives a number that nobody has, each time another one.",
)
INTEGER_HINTS = ("The id is an integer, as those of the others: no text.", "next(numbers)")
FIELDS_ONE_BY_ONE_HINTS = (
    "A client can send any field. Take what a station has, one by one, and nothing else.",
    '{"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}',
)
ANSWER_HINTS = (
    "The answer is the station as it is stored: its id, and the name and the degrees just as they were sent.",
    FIELDS_ONE_BY_ONE_HINTS[1],
)
OWN_NUMBER_HINTS = (
    "With a number of its own choice, a client could overwrite a station that is there.",
    FIELDS_ONE_BY_ONE_HINTS[1],
)
SAME_NAME_HINTS = (
    "Two stations may have the same name. What tells them apart is the number.",
    "next(numbers) gives each a number of its own, whatever its name is.",
)
WISHED_NUMBERS = range(777_777, 999_999, 1000)


@exercise(
    "22.2", "Add a station", points=3, writes=["Stations.post"],
    learned="201 says that something was created, and Location says where it is.",
)
def add_a_station(service: Probe, expect: Expect) -> None:
    """Check a service whose `POST /stations` stores a name and degrees under a new id: 201, with a Location.

    No other field is stored, and no id of the client's choice. Raises Stopped where no answer comes.
    """
    before = _listed(service, "/stations")
    numbers = [as_object(station).get("id") for station in before]
    for new in NEW_STATIONS:
        reply = service.post("/stations", json=new)
        expect.equal(reply.status, 201, f"answers 201 Created for {new['name']}", hint=_creation_hints(reply))
        made = as_object(reply.json())
        _look_at_new(expect, reply, new)
        is_new = isinstance(made.get("id"), int) and made["id"] not in numbers
        hints = NEW_NUMBER_HINTS if made.get("id") in numbers else INTEGER_HINTS
        expect(is_new, f"gives {new['name']} a number that no other has", got=made.get("id"), hint=hints)
        numbers.append(made.get("id"))
        _find_new_station(service, expect, reply, new)
    _try_other_fields(service, expect, numbers)
    kept = [station for station in before if station in _listed(service, "/stations")]
    expect.equal(kept, before, "keeps the stations that were there as they were", hint=NEW_NUMBER_HINTS)


def _creation_hints(reply: Reply) -> Hints:
    """Hints for a status that is not 201; none for a crash."""
    if reply.status >= 500:
        return ()
    return CREATED_HINTS if reply.status < 400 else TAKE_JSON_HINTS


def _look_at_new(expect: Expect, reply: Reply, new: dict[str, Any]) -> None:
    """Compare the answer to a POST with what was sent."""
    sent = reply.json()
    wanted = {"id": as_object(sent).get("id"), **new}
    expect.equal(sent, wanted, f"answers with {new['name']}: its id, name and degrees", hint=ANSWER_HINTS)


def _find_new_station(service: Probe, expect: Expect, reply: Reply, new: dict[str, Any]) -> None:
    """Look for the station that a reply brought: at its Location, and in the list of all."""
    where, name = _address(reply, "/stations"), new["name"]
    expect(where, f"says in Location where {name} is", got=where, hint=LOCATION_HINTS)
    if where:
        expect.equal(service.get(where).json(), reply.json(), f"shows {name} at that address", hint=STORE_HINTS)
    listed = _listed(service, "/stations")
    expect(reply.json() in listed, f"lists {name} with the others", got=listed, hint=STORE_HINTS)


def _try_other_fields(service: Probe, expect: Expect, numbers: Sequence[object]) -> None:
    """POST a field that no station has, and an id: neither is in the answer, nor in what is stored.

    The name is that of a station which is there already; `numbers` are the ids that are taken.
    """
    # An earlier answer may have left a station under one of these numbers.
    wished = next(number for number in WISHED_NUMBERS if service.get(f"/stations/{number}").status != 200)
    sent = {"id": wished, **NEW_STATIONS[0], "owner": "me"}
    reply = service.post("/stations", json=sent)
    made = as_object(reply.json())
    is_own = made.get("id") not in (None, wished)
    expect(is_own, "chooses the number itself, whatever the client sends", got=made, hint=OWN_NUMBER_HINTS)
    what = "gives a second Pier a number that no other has"
    expect(made.get("id") not in numbers, what, got=made.get("id"), hint=SAME_NAME_HINTS)
    where = _address(reply, "/stations")
    stored = as_object(service.get(where).json()) if where else made
    for what, station in [("answers with", made), ("stores", stored)]:
        fields, wanted = sorted(station), ["degrees", "id", "name"]
        expect.equal(fields, wanted, f"{what} nothing but id, name and degrees", hint=FIELDS_ONE_BY_ONE_HINTS)
    taken = service.get(f"/stations/{wished}").status
    expect.equal(taken, 404, "has nothing under the number that a client wished", hint=OWN_NUMBER_HINTS)


WHOLE_DAY, OTHER_DAY = {"low": 4.5, "high": 12.0}, {"low": -7, "high": 0}
HALF_DAYS = [({"low": 5.0}, "the low alone"), ({"high": 9}, "the high alone"), ({}, "neither of the two")]
NEW_DAY_HINTS = (
    "Ask before you store: afterwards the day is always there.",
    "status = 200 if date in DAYS else 201, and then DAYS[date] = ...",
)
OLD_DAY_HINTS = ("201 is for a day that was not there before.", NEW_DAY_HINTS[1])
PUT_HINTS = (
    "What was sent takes the place of what was there, a 0 as well as any other number.",
    'DAYS[date] = {"low": sent["low"], "high": sent["high"]}',
)
PUT_ANSWER_HINTS = ("PUT answers with the day as it is stored now.", "return DAYS[date], status")
HALF_DAY_HINTS = (
    "PUT brings the whole new state. If you took half of it, what would become of the other half?",
    'if "low" not in sent or "high" not in sent: abort(422, message="...")',
)
FALSE_ZERO_HINTS = (
    "0 degrees is a value like any other, but it counts as false.",
    'Ask whether the field is there: "low" in sent.',
)
NO_OTHER_FIELD_HINTS = (
    "Storing all that was sent, or update(), takes every field that a client thinks of.",
    "Go through the fields that a day has, and take those alone.",
)
EXTRA_FIELD_HINTS = (
    "A field that no day has is no fault: leave it out, and store the others.",
    NO_OTHER_FIELD_HINTS[1],
)
PATCH_HINTS = (
    "Only what was sent changes: begin with the day as it is.",
    'for field in ("low", "high"): if field in sent: DAYS[date][field] = sent[field]',
)
PATCH_ANSWER_HINTS = ("PATCH answers with the whole day, as it is after the change.", "return DAYS[date]")
NO_DAY_HINTS = (
    "Is the day there? self.get(date) answers 404 where it is not.",
    "self.get(date) as the first line",
)
DELETE_HINTS = ("Nothing is left to say: 204 is No Content.", 'del DAYS[date], and then return "", 204')
ONE_DAY_HINTS = ("Every date is a day of its own: the others stay as they are.", "del DAYS[date]")


@exercise(
    "22.3", "One day", points=4, writes=["Day.put", "Day.patch", "Day.delete"],
    learned="PUT replaces all of a resource, PATCH a part of it, and DELETE answers 204.",
)
def one_day(service: Probe, expect: Expect) -> None:
    """Check a service with a resource for each day: PUT stores all of it, PATCH changes a part, DELETE removes it.

    Half a day is 422, a day that is not there 404. Raises Stopped where no answer comes.
    """
    day, other, absent = _free_days(service)
    _try_put(service, expect, day, other)
    _try_half_days(service, expect, day, absent)
    _try_patch(service, expect, day, absent)
    _try_delete(service, expect, day, absent="for a day that is not there", hints=(DELETE_HINTS, NO_DAY_HINTS))
    expect.equal(service.get(other).json(), OTHER_DAY, "keeps the other days", hint=ONE_DAY_HINTS)
    service.delete(other)  # so that the next check finds nothing there


def _free_days(service: Probe) -> list[str]:
    """Three days that are not there: an earlier check may have left some, where DELETE was not right yet."""
    first = datetime.date(2027, 3, 5)
    found: list[str] = []
    for number in range(300):
        path = f"/days/{first + datetime.timedelta(number)}"
        if service.get(path).status == 404:
            found.append(path)
        if len(found) == 3:
            break
    return found


def _try_put(service: Probe, expect: Expect, day: str, other: str) -> None:
    """PUT a day twice, another one, and the first with other values and a field that no day has."""
    puts: list[tuple[str, dict[str, Any], int, str, Hints]] = [
        (day, WHOLE_DAY, 201, "for a day that was not there", NEW_DAY_HINTS),
        (day, WHOLE_DAY, 200, "for a day that was there already", OLD_DAY_HINTS),
        (other, OTHER_DAY, 201, "for another day", NEW_DAY_HINTS),
        (day, {"low": 0, "high": 3.5}, 200, "with other values", FALSE_ZERO_HINTS),
        (day, {**WHOLE_DAY, "wind": 7}, 200, "with a field that no day has", NO_OTHER_FIELD_HINTS),
    ]
    for path, sent, status, when, hints in puts:
        reply = service.put(path, json=sent)
        word = "Created" if status == 201 else "OK"
        if reply.status == 422:
            hints = (
                FALSE_ZERO_HINTS if 0 in sent.values() else EXTRA_FIELD_HINTS if "wind" in sent else HALF_DAY_HINTS
            )
        expect.equal(reply.status, status, f"answers {status} {word} to PUT {when}", hint=hints)
        wanted = {field: sent[field] for field in ("low", "high")}
        hints = NO_OTHER_FIELD_HINTS if "wind" in sent else PUT_HINTS
        stored = service.get(path).json()
        expect.equal(stored, wanted, f"shows with GET what was PUT {when}", hint=hints)
        hints = PUT_ANSWER_HINTS if stored == wanted else hints
        expect.equal(reply.json(), wanted, f"answers PUT {when} with its low and high", hint=hints)
    expect.equal(service.get(other).json(), OTHER_DAY, "keeps each day apart from the others", hint=ONE_DAY_HINTS)


def _try_half_days(service: Probe, expect: Expect, day: str, absent: str) -> None:
    """PUT half a day, where one is and where none is."""
    for sent, what in HALF_DAYS:
        reply = service.put(day, json=sent)
        expect.equal(reply.status, 422, f"answers 422 to PUT with {what}", hint=HALF_DAY_HINTS)
        expect(
            _message(reply), f"says why in a message to PUT with {what}", got=reply.json(), hint=HALF_DAY_HINTS[1]
        )
    expect.equal(service.get(day).json(), WHOLE_DAY, "leaves the day as it was then", hint=HALF_DAY_HINTS)
    reply = service.put(absent, json=HALF_DAYS[1][0])
    expect.equal(reply.status, 422, "answers 422 to PUT with half of a new day", hint=HALF_DAY_HINTS)
    expect.equal(service.get(absent).status, 404, "stores no half of a new day", hint=HALF_DAY_HINTS)


def _try_patch(service: Probe, expect: Expect, day: str, absent: str) -> None:
    """PATCH each field of the day that was PUT, a field that no day has, and a day that is not there."""
    patches: list[tuple[dict[str, Any], dict[str, Any], str, Hints]] = [
        ({"high": 13.5}, {"low": 4.5, "high": 13.5}, "keeps with PATCH what was not sent", PATCH_HINTS),
        ({"low": 3.5}, {"low": 3.5, "high": 13.5}, "changes the low alone with PATCH", PATCH_HINTS),
        ({"low": 0}, {"low": 0, "high": 13.5}, "takes a 0 with PATCH", FALSE_ZERO_HINTS),
        ({"low": 4, "wind": 7}, {"low": 4, "high": 13.5}, "stores nothing but low and high", NO_OTHER_FIELD_HINTS),
        ({"wind": 7}, {"low": 4, "high": 13.5}, "keeps the day where no field of it is sent", EXTRA_FIELD_HINTS),
        ({"low": -2, "high": 1}, {"low": -2, "high": 1}, "changes both with PATCH", PATCH_HINTS),
    ]
    for sent, wanted, what, hints in patches:
        reply = service.patch(day, json=sent)
        fields = " and ".join(sent)
        refused = EXTRA_FIELD_HINTS if "wind" in sent else PATCH_HINTS
        status_hints = PATCH_ANSWER_HINTS if reply.status < 300 else refused
        expect.equal(reply.status, 200, f"answers 200 OK to PATCH with {fields}", hint=status_hints)
        stored = service.get(day).json()
        expect.equal(stored, wanted, what, hint=hints)
        hints = PATCH_ANSWER_HINTS if stored == wanted else hints
        expect.equal(reply.json(), wanted, f"answers PATCH with {fields} with the whole day", hint=hints)
    reply = service.patch(absent, json={"low": 1, "high": 13.5})
    expect.equal(reply.status, 404, "answers 404 to PATCH for a day that is not there", hint=NO_DAY_HINTS)
    expect.equal(service.get(absent).status, 404, "makes no day with PATCH", hint=NO_DAY_HINTS)


def _try_delete(
    service: Probe, expect: Expect, path: str, *, absent: str, hints: tuple[Hints, Hints] = ((), ())
) -> None:
    """DELETE what is at this path, twice. `absent` says when the second is 404; `hints` are for 204 and 404."""
    expect.equal(service.delete(path).status, 204, "answers 204 No Content to DELETE", hint=hints[0])
    expect.equal(service.get(path).status, 404, "has nothing to show after DELETE", hint=hints[0])
    expect.equal(service.delete(path).status, 404, f"answers 404 to DELETE {absent}", hint=hints[1])


READINGS_PATH, OTHER_READINGS_PATH, EMPTY_PATH = (f"/stations/{number}/readings" for number in (2, 3, 1))
UNKNOWN_STATION = "/stations/90210/readings"
READING_CREATED_HINTS = ("A method can return the status too: 201 is Created.", "return reading, 201, {...}")
NUMBER_REFUSED_HINTS = (
    "A number may be whole, 0 or negative: 18, 0 and -2.5 are degrees.",
    "isinstance(degrees, int | float), and no question whether it counts as true",
)
POST_HINTS: dict[int, Hints] = {
    308: ("308 sends the client to another address: one with a slash at its end, as in add_resource.",),
    404: (
        "Does the Api know this address, and is the station looked up by its number?",
        "/stations/<int:id>/readings",
    ),
    422: NUMBER_REFUSED_HINTS,
}
READING_HINTS = (
    "A reading has an id, a station and degrees, and the service says what the first two are.",
    '{"id": next(next_reading), "station": id, "degrees": sent["degrees"]}',
)
READING_LOCATION_HINTS = (
    "A method can return three things: what to say, the status, and a dictionary with headers.",
    'A reading lives below /readings: {"Location": f"/readings/{id}"}',
)
READING_ADDRESS_HINTS = (
    "Is it stored under its number, and does the Api know /readings/<int:id>?",
    'api.add_resource(Reading, "/readings/<int:id>"), and READINGS[id] = reading',
)
LIST_HINTS = (
    "The list holds the readings of this station, each as a dictionary, and no others.",
    '[reading for reading in READINGS.values() if reading["station"] == id]',
)
EMPTY_LIST_HINTS = (
    "A station without readings has an empty list; one that is not there has none.",
    "if id not in STATIONS: abort(404, message=...), and then the list, whatever is in it",
)
VALIDATION_HINTS = (
    "What a client sends can be anything. Look at it before you use it.",
    "Is it a dictionary? Has it degrees? Are they an int or a float? If not: abort(422, message=...)",
)
TRUE_HINTS = (
    "true is no number, but in Python True is an int: isinstance(True, int) is True.",
    "type(degrees) in (int, float)",
)
NO_STATION_HINTS = (
    "Is the station known? Ask before anything else, in get and in post.",
    'if id not in STATIONS: abort(404, message=f"there is no station {id}")',
)
NO_READING_HINTS = (
    "Is the reading there? Ask before you look it up, or delete it.",
    'if id not in READINGS: abort(404, message=f"there is no reading {id}")',
)
NO_RESOURCE_HINTS = (
    "Flask says it, with a page for people. Api can do it instead.",
    "Api(app, catch_all_404s=True)",
)
NUMBER_TWICE_HINTS = (
    "Somebody may have kept the address of the deleted one, and would find the wrong reading there.",
    "next(next_reading) goes on counting, whatever has been deleted.",
)
DELETED_HINTS = ("Nothing is left to say: 204 is No Content.", 'del READINGS[id], and then return "", 204')
OTHERS_STAY_HINTS = ("One reading is deleted, and no other changes.", "del READINGS[id]")
NO_JSON_HINTS = (
    "A form is no JSON: request.get_json() answers 415 by itself. Ask for the JSON alone.",
    "sent = request.get_json()",
)
INVALID_BODIES: list[tuple[Any, str, Hints]] = [  # what is sent, what is wrong with it, hints
    ({}, "degrees is missing", VALIDATION_HINTS),
    ({"degrees": "warm"}, "degrees is a word", VALIDATION_HINTS),
    ({"degrees": "17.5"}, "degrees is a string that looks like a number", VALIDATION_HINTS),
    ({"degrees": None}, "degrees is null", VALIDATION_HINTS),
    ({"degrees": [17.5]}, "degrees is a list", VALIDATION_HINTS),
    ({"degrees": True}, "degrees is true", TRUE_HINTS),
    (17.5, "what was sent is a number and no object", VALIDATION_HINTS),
    (["degrees"], "what was sent is a list and no object", VALIDATION_HINTS),
]


@exercise(
    "22.4",
    "The whole service",
    points=5,
    writes=["Readings.get", "Readings.post", "Reading.get", "Reading.delete", "create_app"],
    learned="You have written a REST service, from its methods to its addresses and its status codes.",
)
def the_whole_service(service: Probe, expect: Expect) -> None:
    """Check a service whose `/stations/2/readings` takes and lists readings, each with an address of its own.

    What is invalid is 422, what is not there 404 with a `message`, and no id is given twice.
    Raises Stopped where no answer comes.
    """
    made = _Made(service, expect)
    for degrees in (17.5, 18, 0, -2.5):
        made.add(READINGS_PATH, {"degrees": degrees})
    made.add(OTHER_READINGS_PATH, {"degrees": -2})
    made.add(READINGS_PATH, {"degrees": 3, "id": 1, "station": 3, "by": "me"}, what="other fields")
    _look_at_lists(service, expect, made)
    _try_invalid_readings(service, expect)
    _try_unknown_addresses(service, expect)
    _try_deletions(service, expect, made)


class _Made:
    """The readings that a check has added: each at its address."""

    def __init__(self, service: Probe, expect: Expect) -> None:
        self._service, self._expect = service, expect
        self.readings: dict[str, dict[str, Any]] = {}
        self.numbers: list[Any] = []  # those of deleted ones too

    def add(self, path: str, sent: dict[str, Any], *, what: str = "") -> str:
        """POST a reading, and look at the answer. Returns its address, or an empty string where there is none."""
        what = what or f"{sent['degrees']} degrees"
        reply = self._service.post(path, json=sent)
        hints = POST_HINTS.get(reply.status, READING_CREATED_HINTS if reply.status < 300 else ())
        if not self._expect.equal(reply.status, 201, f"answers 201 Created to POST with {what}", hint=hints):
            return ""
        reading, where = as_object(reply.json()), _address(reply, path)
        wanted = {"id": reading.get("id"), "station": int(path.split("/")[2]), "degrees": sent["degrees"]}
        answers = f"answers to {what} with the reading: its id, station and degrees"
        self._expect.equal(reply.json(), wanted, answers, hint=READING_HINTS)
        self._look_at_number(reading.get("id"), what)
        says = f"says in Location where the reading of {what} is"
        if self._expect(where, says, got=where, hint=READING_LOCATION_HINTS):
            got = self._service.get(where).json()
            self._expect.equal(
                got, wanted, f"shows the reading of {what} at that address", hint=READING_ADDRESS_HINTS
            )
            self.readings[where] = wanted
        return where

    def _look_at_number(self, number: Any, what: str) -> None:
        is_new = isinstance(number, int) and number not in self.numbers
        says = f"gives the reading of {what} a number that none had before"
        self._expect(is_new, says, got=number, hint=NUMBER_TWICE_HINTS)
        self.numbers.append(number)


def _look_at_lists(service: Probe, expect: Expect, made: _Made) -> None:
    """Look for the readings in the list of their station, and for others, which do not belong there."""
    for path in (READINGS_PATH, OTHER_READINGS_PATH, EMPTY_PATH):
        number = int(path.split("/")[2])
        reply = service.get(path)
        expect.equal(
            reply.status, 200, f"answers 200 OK to GET for the readings of station {number}", hint=EMPTY_LIST_HINTS
        )
        listed = reply.json()
        if not expect(
            isinstance(listed, list), f"lists the readings of station {number}", got=listed, hint=LIST_HINTS
        ):
            continue
        missing = [one for one in made.readings.values() if one["station"] == number and one not in listed]
        expect.equal(missing, [], f"leaves out no reading of station {number}", hint=LIST_HINTS)
        others = [one for one in listed if as_object(one).get("station") != number]
        expect.equal(others, [], f"lists the readings of station {number} only", hint=LIST_HINTS)


def _try_invalid_readings(service: Probe, expect: Expect) -> None:
    """POST what is no reading, as JSON and as a form: nothing of it is stored."""
    before = _listed(service, READINGS_PATH)
    for body, what, hints in INVALID_BODIES:
        reply = service.post(READINGS_PATH, json=body)
        expect.equal(reply.status, 422, f"answers 422 where {what}", hint=hints)
        if reply.status == 422:
            expect(_message(reply), f"says in a message that {what}", got=reply.json(), hint=VALIDATION_HINTS)
    status = service.post(READINGS_PATH, form={"degrees": "17.5"}).status
    is_refused = status in (400, 415, 422)
    expect(is_refused, "refuses a form", expected="400, 415 or 422", got=status, hint=NO_JSON_HINTS)
    expect.equal(
        _listed(service, READINGS_PATH), before, "stores nothing of what it refuses", hint=VALIDATION_HINTS
    )


def _try_unknown_addresses(service: Probe, expect: Expect) -> None:
    """Ask for a station, a reading and a resource that are not there."""
    requests: list[tuple[str, str, str, Hints]] = [  # method, path, what it is, hints
        ("POST", UNKNOWN_STATION, "POST for a station that is not known", NO_STATION_HINTS),
        ("GET", UNKNOWN_STATION, "GET for a station that is not known", NO_STATION_HINTS),
        ("GET", "/readings/90210", "GET for a reading that is not there", NO_READING_HINTS),
        ("DELETE", "/readings/90210", "DELETE for a reading that is not there", NO_READING_HINTS),
        ("GET", "/weather", "GET where an address belongs to no resource", NO_RESOURCE_HINTS),
        ("GET", "/readings/one", "GET for a reading whose number is a word", NO_RESOURCE_HINTS),
        ("GET", "/stations/two/readings", "GET for a station whose number is a word", NO_RESOURCE_HINTS),
    ]
    for method, path, what, hints in requests:
        reply = service.request(method, path, json={"degrees": 17.5} if method == "POST" else None)
        expect.equal(reply.status, 404, f"answers 404 to {what}", hint=hints)
        if reply.status == 404:
            got = reply.json() if isinstance(reply.json(), dict) else reply.header("Content-Type")
            expect(_message(reply), f"has a message in JSON for {what}", got=got, hint=hints)


def _try_deletions(service: Probe, expect: Expect, made: _Made) -> None:
    """DELETE the last reading, the first and then all, and POST others: every number is a new one."""
    last = made.add(READINGS_PATH, {"degrees": 19})
    for where in [last, next(iter(made.readings), "")]:
        if not where:
            return
        _try_delete(service, expect, where, absent="where nothing is", hints=(DELETED_HINTS, NO_READING_HINTS))
        made.readings.pop(where, None)
        left = {other: service.get(other).json() for other in made.readings}
        expect.equal(left, made.readings, "keeps the readings that were not deleted", hint=OTHERS_STAY_HINTS)
        made.add(READINGS_PATH, {"degrees": 20.25}, what="20.25 degrees after a DELETE")
    for where in made.readings:
        service.delete(where)
    where = made.add(OTHER_READINGS_PATH, {"degrees": 21.5}, what="21.5 degrees when all are deleted")
    service.delete(where or last)  # so that the next check finds nothing there


def _listed(service: Probe, path: str) -> list[Any]:
    """The list at a path, or an empty one where there is none."""
    listed = service.get(path).json()
    return listed if isinstance(listed, list) else []


def _message(reply: Reply) -> str:
    """The `message` of an error as Flask-RESTful sends it, or an empty string."""
    return str(as_object(reply.json()).get("message") or "")


def _address(reply: Reply, asked: str) -> str:
    """The path in Location, which may be relative to the one asked (RFC 9110 §10.2.2), or an empty string."""
    got = reply.header("Location")
    return path_of(urljoin(asked, got)) if got else ""
