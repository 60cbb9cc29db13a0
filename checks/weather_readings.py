"""The checks of project 41's first five stages: readings that are kept, shown, sent, taken and compared."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urljoin, urlsplit

from checks.json_documents import JSON_HEADERS, as_object, link_in
from checks.media_types import media_type
from checks.page_hints import numbers_in
from checks.random_readings import random_degrees
from checks.weather_service import (
    Hints,
    all_readings,
    expect_404_for_unknown,
    expect_json,
    first_difference,
    measure,
    reading_in,
    readings_at,
    written_readings,
)
from wirelab.checking import Expect, Probe, exercise, path_of, shown_text

MANY = 12  # readings of one station, more than a short list has
CONCURRENT_READINGS = 12  # that are sent at the same moment
RETURN_HINTS = ("What keep returns is what the sensor is answered with.", "return reading, at the end of keep.")
COUNT_HINTS = (
    "How many readings are there before this one, of all stations together? Its number is one more.",
    "len(self.readings) + 1, inside of with self.lock",
)
ZERO_DEGREES_HINTS = (
    "0 counts as false in Python, and 0 degrees are a reading all the same.",
    "Keep whatever degrees come, without a look at them.",
)
ONE_MORE_HINTS = (
    "write appends the reading to the list by itself. How often does that happen?",
    "self.write(reading), and nothing more",
)
ONE_DICTIONARY_HINTS = (
    "Each reading is a dictionary of its own. Where one is used again, the older readings change with it.",
    'Make it inside of keep: reading = {"number": ..., "station": station, "degrees": degrees}',
)
WRITE_HINTS = (
    "write does more than append: it tells those who watch. Each reading goes through it once, and complete.",
    "self.write(reading) does it, inside of the lock.",
)
LOCK_HINTS = (
    "Who may count while another one is writing? Counting and writing belong together.",
    "Put both inside of with self.lock: the len(self.readings) + 1, and self.write(reading).",
)
LOCK_HELD_HINTS = (
    "Is something waiting for the lock? It has to be let go of in every case, and nobody can take it twice.",
    "with self.lock: takes it once, and lets go of it at the end of its block.",
)


@exercise(
    "41.1", "Keep readings", points=1, writes=["keep"],
    learned="To number things in several threads, count and store under one lock.",
)
def keep_readings(service: Probe, expect: Expect) -> None:
    """Check a service that keeps what its sensors measure: numbered from 1, and no number twice.

    Many sensors measure at the same moment. Raises Stopped where no answer comes.
    """
    before = all_readings(service)
    with written_readings(service) as written:
        kept = service.post("/sensors/3?degrees=17.5", hint=LOCK_HELD_HINTS).json()
    expect(isinstance(kept, dict), "returns the reading", got=kept, hint=RETURN_HINTS)
    reading = reading_in(as_object(kept))
    wanted = {"number": len(before) + 1, "station": 3, "degrees": 17.5}
    if isinstance(kept, dict):
        _compare_reading(reading, wanted, expect)
    got = [reading_in(as_object(one)) for one in written]
    expected = [reading if isinstance(kept, dict) else wanted]
    expect.equal(got, expected, "hands the reading to write, once", hint=WRITE_HINTS)
    more = len(all_readings(service)) - len(before)
    expect.equal(more, 1, "keeps one reading more", hint=ONE_MORE_HINTS)
    now = all_readings(service)
    for place, (station, degrees, what, hint) in enumerate(
        [
            (2, -0.5, "goes on counting with a reading of another station", COUNT_HINTS),
            (3, 0.0, "keeps a reading of 0 degrees", ZERO_DEGREES_HINTS),
        ],
        len(now) + 1,
    ):
        kept = service.post(f"/sensors/{station}?degrees={degrees}", hint=LOCK_HELD_HINTS).json()
        wanted = {"number": place, "station": station, "degrees": degrees}
        expect.equal(reading_in(as_object(kept)), wanted, what, hint=hint)
    what = "leaves the readings that it has as they are"
    older, were = first_difference(all_readings(service)[: len(now)], now)
    expect(older == were, what, expected=were, got=older, hint=ONE_DICTIONARY_HINTS)
    _try_at_once(service, expect)


def _compare_reading(reading: dict[str, Any], wanted: dict[str, Any], expect: Expect) -> None:
    """Compare the first reading that the check lets a sensor measure with what was measured."""
    values = {name: reading[name] for name in ("station", "degrees")}
    right = {name: wanted[name] for name in values}
    expect.equal(values, right, "puts the station and the degrees into the reading")
    what = "gives it a number that is one more than there are readings"
    expect.equal(reading["number"], wanted["number"], what, hint=COUNT_HINTS)


def _try_at_once(service: Probe, expect: Expect) -> None:
    """Let sensors of three stations measure from as many threads as there are readings."""
    before = len(all_readings(service))
    with ThreadPoolExecutor(CONCURRENT_READINGS) as threads:
        paths = [f"/sensors/{1 + number % 3}?degrees={number}" for number in range(CONCURRENT_READINGS)]
        replies = [threads.submit(service.post, path) for path in paths]
    numbers = [as_object(reply.result().json()).get("number") for reply in replies]
    kept = all_readings(service)
    without = numbers.count(None)
    expect(
        len(set(numbers)) == CONCURRENT_READINGS and not without,
        "gives no number twice when many come at once",
        got="some got no number" if without else "some came twice",
        hint=LOCK_HINTS,
    )
    expect.equal(len(kept), before + CONCURRENT_READINGS, "keeps every one of them", hint=LOCK_HINTS)
    order = [as_object(one).get("number") for one in kept[before:]]
    is_right = order == list(range(before + 1, len(kept) + 1))
    expect(is_right, "keeps them in the order of their numbers", got="another order", hint=LOCK_HINTS)


NO_READING = "no reading yet"
SAYS_NO_READING = re.compile(rf"\b{NO_READING}\b", re.IGNORECASE)
NAME_HINTS = (
    "A browser takes <north> for a tag, and shows nothing of it. It has to get the letters as HTML writes them.",
    "escape(STATIONS[id]), once",
)
TWICE_ESCAPED_HINTS = (
    "It is escaped twice: what the first escape made is text for the second one.",
    "A template of Flask escapes by itself. Leave one of the two out.",
)
TAGS_HINTS = (
    "The whole page is escaped, its tags too. A browser has to read those, and only the name is text.",
    "Escape the name, and put it into the HTML then.",
)
NO_READING_HINTS = (
    "What does log.of(id) give for a station without readings? An empty list.",
    '"no reading yet" if not log.of(id) else ...',
)
MEASURED_HINTS = (
    "Something was measured there, and the page is asked for after that. Only an empty list has nothing to show.",
    '"no reading yet" if not log.of(id) else ...',
)
ZERO_HINTS = ("0 counts as false in Python. Ask whether the list is empty, and not the degrees.", "if log.of(id):")
LAST_READING_HINTS = (
    "The page shows the degrees as they are kept, of this station's newest reading, and of each reading anew.",
    'log.of(id)[-1]["degrees"]',
)
OLDER_HINTS = ("log.of(id) is a list of all readings; the newest stands at the end.", 'log.of(id)[-1]["degrees"]')
OTHER_STATION_HINTS = ("log.readings has those of all stations. Which list has those of one?", "log.of(id)")


@exercise(
    "41.2", "A page for each station", points=1, writes=["station_page"],
    learned="A page is made from data, and every name in it is escaped.",
)
def a_page_for_each_station(service: Probe, expect: Expect) -> None:
    """Check a service with an HTML page for each station: its name, escaped, and its last reading.

    A station that is not known is 404. Raises Stopped where no answer comes, or no measurement is kept.
    """
    service.get("/stations/1")  # where it is not written yet, that comes before all others
    measure(service, 1, -20.3)
    measure(service, 3, 0.0)
    reply = service.get("/stations/1")
    expect.equal(reply.status, 200, "answers 200 OK for a station that is known")
    kind = reply.header("Content-Type")
    hint = "A string that a function returns becomes a page: Flask says that it is HTML."
    expect(media_type(kind) == "text/html", "sends HTML", expected="text/html", got=kind, hint=hint)
    shown = shown_text(reply.text)
    expect("Harbour" in shown, "shows the name of the station", expected="Harbour", got=shown)
    tags = re.findall(r"</?[a-zA-Z]\w*>", shown)
    expect(not tags, "shows none of its own tags as text", got=shown, hint=TAGS_HINTS)
    _try_a_name_with_brackets(service, expect)
    expect_404_for_unknown(service, expect, "GET", "/stations/{}")
    _try_without_readings(service, expect)
    _try_last_readings(service, expect)


def _try_a_name_with_brackets(service: Probe, expect: Expect) -> None:
    """Look at the page of station 3, whose name has to be escaped, once."""
    shown = shown_text(service.get("/stations/3").text)
    expect(
        "Roof <north>" in shown,
        "shows the name of station 3 letter by letter",
        expected="Roof <north>",
        got=shown,
        hint=TWICE_ESCAPED_HINTS if "&lt;" in shown else NAME_HINTS,
    )


def _try_without_readings(service: Probe, expect: Expect) -> None:
    """Look at the page of station 4, of which the checks measure nothing."""
    if readings_at(service, 4):
        return
    shown = shown_text(service.get("/stations/4").text)
    expect("Lighthouse" in shown, "shows the name of a station without readings", expected="Lighthouse", got=shown)
    expect(
        SAYS_NO_READING.search(shown),
        "says so where nothing was measured yet",
        expected=NO_READING,
        got=shown,
        hint=NO_READING_HINTS,
    )


def _try_last_readings(service: Probe, expect: Expect) -> None:
    """Let stations measure, and look at their pages: of station 1 before and after it was warmer."""
    _, shown = _numbers_shown(service, 1)
    what = "does not say so where something was measured"
    expect(not SAYS_NO_READING.search(shown), what, got=shown, hint=MEASURED_HINTS)
    measure(service, 1, 30.4)
    measure(service, 1, -9.2)
    measure(service, 2, 21.7)
    measure(service, 3, 0.0)
    numbers, shown = _numbers_shown(service, 1)
    what = "shows no reading of another station"
    expect(not {21.7, 0.0} & set(numbers), what, got=shown, hint=OTHER_STATION_HINTS)
    what = "shows the last reading of the station"
    expect(-9.2 in numbers, what, expected=-9.2, got=shown, hint=LAST_READING_HINTS)
    expect(not {-20.3, 30.4} & set(numbers), "shows no older reading", got=shown, hint=OLDER_HINTS)
    numbers, shown = _numbers_shown(service, 2)
    what = "shows the last reading of another station"
    expect(21.7 in numbers, what, expected=21.7, got=shown, hint=LAST_READING_HINTS)
    numbers, shown = _numbers_shown(service, 3)
    expect(0.0 in numbers, "shows a reading of 0 degrees", got=shown, hint=ZERO_HINTS)


def _numbers_shown(service: Probe, station: int) -> tuple[list[float], str]:
    """The numbers that a station's page shows, and its text."""
    shown = shown_text(service.get(f"/stations/{station}").text)
    return numbers_in(shown), shown


LINK_HINTS = ("A link is a dictionary of its own, in _links.", '"_links": {"self": {"href": "..."}}')
TARGET_HINTS = (
    "Each address has the number or the station of what it stands in, and each reading has links of its own.",
    'f"/readings/{reading[\'number\']}" and f"/stations/{reading[\'station\']}/readings", in a new dictionary',
)
LIST_HINTS = (
    "The list has all readings of this station and no others, each with all that it has, the newest at the end.",
    "[document(reading) for reading in log.of(id)]",
)
NUMBER_HINTS = (
    "The number in the address is the reading's own. Number 1 stands at index 0.",
    "document(log.readings[number - 1])",
)
NOT_GIVEN_HINTS = (
    "Which numbers were given? From 1 to as many as there are readings, and an index below 0 counts from the end.",
    "if not 1 <= number <= len(log.readings): abort(404, ...)",
)
EMPTY_LIST_HINTS = (
    "A station that is known has a list, if an empty one. Only a station that is not known is 404.",
    "if id not in STATIONS: abort(404, ...)",
)


@exercise(
    "41.3", "Readings for programs", points=2, writes=["document", "readings_of", "one_reading"],
    learned="A representation carries links, so that a program can go on from it.",
)
def readings_for_programs(service: Probe, expect: Expect) -> None:
    """Check a service that lists the readings of a station as documents, with links between list and readings.

    What is not there is 404. Raises Stopped where no answer comes, or no measurement is kept.
    """
    service.get("/stations/2/readings")  # where it is not written yet, that comes before all others
    for station in (1, *MANY * (2,), 1):
        measure(service, station)
    for station in (2, 1):
        documents = _try_list(service, expect, station)
        for document in documents[:1] + documents[-1:]:
            _try_self(service, expect, document)
    _try_empty_list(service, expect)
    stored = [as_object(one) for one in all_readings(service)]
    expect(
        not any("_links" in one for one in stored),
        "keeps the links out of what is stored",
        hint=("Make a new dictionary, and leave the reading as it is.", '{**reading, "_links": ...}'),
    )
    for number, what in [
        (0, "number 0"),
        (len(stored) + 1, "the number after the last one"),
        (99999999, "number 99999999"),
    ]:
        reply = service.get(f"/readings/{number}")
        expect.equal(reply.status, 404, f"answers 404 for {what}", hint=NOT_GIVEN_HINTS)
    expect_404_for_unknown(service, expect, "GET", "/stations/{}/readings")


def _try_list(service: Probe, expect: Expect, station: int) -> list[dict[str, Any]]:
    """Compare the list of a station with what is stored, and return its documents."""
    stored, path = readings_at(service, station), f"/stations/{station}/readings"
    reply = service.get(path)
    expect.equal(reply.status, 200, f"answers 200 OK for station {station}")
    expect_json(reply, expect)
    listed = as_object(reply.json()).get("readings")
    expect(isinstance(listed, list), "answers with an object that has readings, a list", got=reply.json())
    documents = [as_object(one) for one in listed] if isinstance(listed, list) else []
    got, expected = first_difference([reading_in(one) for one in documents], stored)
    what = f"lists the readings of station {station}, the newest at the end"
    expect(got == expected, what, expected=expected, got=got, hint=LIST_HINTS)
    selves = [f"/readings/{one.get('number')}" for one in documents]
    for within, relation, what, targets in [
        ([reply.json()], "self", "links the list to itself", [path]),
        ([reply.json()], "up", "links the list to the page of the station", [f"/stations/{station}"]),
        (documents, "self", "links each reading to itself", selves),
        (documents, "collection", "links each reading to its collection", [path] * len(documents)),
    ]:
        links = [{"href": target} for target in targets]
        got, expected = first_difference([link_in(one, relation) for one in within], links)
        hint = TARGET_HINTS if as_object(got) else LINK_HINTS
        expect(got == expected, what, expected=expected, got=got, hint=hint)
    return documents


def _try_self(service: Probe, expect: Expect, listed: dict[str, Any]) -> None:
    """Compare the document at a reading's own address with the one in the list."""
    reply = service.get(f"/readings/{listed.get('number')}")
    what = "answers with the document of a reading at its own address"
    expect.equal((reply.status, reply.json()), (200, listed), what, hint=NUMBER_HINTS)
    expect_json(reply, expect)


def _try_empty_list(service: Probe, expect: Expect) -> None:
    """Ask for the list of station 4, of which the checks measure nothing."""
    if readings_at(service, 4):
        return
    reply = service.get("/stations/4/readings")
    got = (reply.status, as_object(reply.json()).get("readings"))
    expect.equal(got, (200, []), "has an empty list for a station without readings", hint=EMPTY_LIST_HINTS)


DEGREES_HINTS = (
    "What a client sends can be anything: look at it before you use it.",
    "Is it a dictionary? Has it degrees? Are they an int or a float? If not: abort(422, ...)",
)
OTHER_STATUS_HINTS = (
    "It is refused, and with another status: 400 is for JSON that breaks off, 422 for JSON that can be read, and "
    "has no degrees that make sense.",
    "abort(422, ...)",
)
BOOL_HINTS = (
    "In Python, true is an int as well, and isinstance(True, int) says so. In JSON it is no number.",
    "type(degrees) in (int, float)",
)
TEXT_HINTS = (
    'In JSON, "17.5" is a string, and 17.5 is a number. float() would take both.',
    "type(degrees) in (int, float)",
)
LIMIT_HINTS = (
    "Compare the degrees as they came with both limits, before they are kept.",
    "if not -100 < degrees < 100: abort(422, ...)",
)
NAN_HINTS = (
    "Python reads NaN, JavaScript does not. It is neither more nor less than any number.",
    "not -100 < degrees < 100 is true for it.",
)
INVALID_DEGREES: list[tuple[bytes, str, Hints]] = [  # body, what is wrong, hints
    (b"{}", "degrees is missing", DEGREES_HINTS),
    (b'{"degrees": "warm"}', "degrees is no number", DEGREES_HINTS),
    (b'{"degrees": null}', "degrees is null", DEGREES_HINTS),
    (b"[17.5]", "what was sent is no object", DEGREES_HINTS),
    (b'["degrees"]', "what was sent is a list", DEGREES_HINTS),
    (b'{"degrees": [17.5]}', "degrees is a list", DEGREES_HINTS),
    (b'{"degrees": "17.5"}', "degrees is a string", TEXT_HINTS),
    (b'{"degrees": true}', "degrees is true", BOOL_HINTS),
    (b'{"degrees": false}', "degrees is false", BOOL_HINTS),
    (b'{"degrees": 451}', "degrees is more than 100", LIMIT_HINTS),
    (b'{"degrees": -451}', "degrees is less than -100", LIMIT_HINTS),
    (b'{"degrees": 100.5}', "degrees is a little more than 100", LIMIT_HINTS),
    (b'{"degrees": -100.5}', "degrees is a little less than -100", LIMIT_HINTS),
    (b'{"degrees": NaN}', "degrees is NaN", NAN_HINTS),
]
UNSUPPORTED_HINTS = (
    "What is no JSON is refused before anything is read from it.",
    "request.get_json() says so by itself, without silent or force.",
)
MALFORMED_HINTS = (
    "A client can send anything, and break off anywhere. That is its fault, and none of the server.",
    "request.get_json() answers 400 by itself.",
)
CREATED_HINTS = ("A function can return what to say and the status.", "return document(reading), 201, {...}")
DOCUMENT_HINTS = (
    "It is the document of the reading that was just kept, by log.keep, with what was sent, and with its links.",
    "reading = log.keep(id, degrees) and document(reading)",
)
LOCATION_HINTS = (
    "A function can return three things: what to say, the status, and a dictionary with headers.",
    'return document(reading), 201, {"Location": f"/readings/..."}',
)
ADDRESS_HINTS = (
    "It is the reading's own address on this server, with its number, and a slash at its beginning.",
    'f"/readings/{reading[\'number\']}"',
)
ADDRESSED_HINTS = (
    "The address says which station it is. Of the JSON, degrees alone counts.",
    "log.keep(id, degrees)",
)
WIDER_HINTS = (
    "Each number between -100 and 100 is one: whole ones, 0 and those below 0, of each station.",
    "if type(degrees) not in (int, float) or not -100 < degrees < 100:",
)


@exercise(
    "41.4", "Take a reading", points=2, writes=["post_reading"],
    learned="A POST that passes all checks creates a resource; every other one changes nothing.",
)
def take_a_reading(service: Probe, expect: Expect) -> None:
    """Check a service that keeps the degrees of a POST, and answers 201 with a document and its Location.

    Invalid degrees are 422, a form 415, an unknown station 404. Raises Stopped where no answer comes.
    """
    service.post("/stations/2/readings", json={"degrees": 20.5})  # so that a number is none of a station
    _try_a_post(service, expect)
    for station, degrees, what in [
        (1, -99.5, "takes a reading below 0"),
        (2, 0, "takes 0 degrees"),
        (3, 99.5, "takes a reading near 100"),
    ]:
        reply = service.post(f"/stations/{station}/readings", json={"degrees": degrees})
        made = as_object(reply.json())
        got = (reply.status, made.get("station"), made.get("degrees"))
        expect.equal(got, (201, station, degrees), what, hint=WIDER_HINTS)
    reply = service.post("/stations/2/readings", json={"degrees": 17.5, "station": 3, "number": 1})
    got_station = as_object(reply.json()).get("station") if reply.status == 201 else 2
    what = "keeps a reading for the station of the address, whatever else the JSON says"
    expect.equal(got_station, 2, what, hint=ADDRESSED_HINTS)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    reply = service.post("/stations/2/readings", body=b'{"degrees": 17.5}', headers=headers)
    what = "takes JSON whose type has a parameter"
    expect.equal(reply.status, 201, what, hint="request.is_json looks at the type alone.")
    _try_refused_readings(service, expect)


def _try_a_post(service: Probe, expect: Expect) -> None:
    """POST a reading of station 1, and follow its Location."""
    path, degrees = "/stations/1/readings", random_degrees()
    with written_readings(service) as written:
        reply = service.post(path, json={"degrees": degrees})
    hint = CREATED_HINTS if reply.status < 300 else WIDER_HINTS
    expect.equal(reply.status, 201, "answers 201 Created", hint=hint)
    expect_json(reply, expect)
    made = as_object(reply.json())
    kept = [reading_in(as_object(one)) for one in written]
    wanted = [(1, degrees)]
    got = [(one["station"], one["degrees"]) for one in kept]
    expect.equal(got, wanted, "keeps the reading, once, by log.keep", hint="reading = log.keep(id, degrees)")
    is_document = "_links" in made and [reading_in(made)] == kept
    what = "answers with the document of the reading"
    expect(is_document, what, got=reply.json(), hint=DOCUMENT_HINTS)
    location = reply.header("Location")
    expect(location, "says in Location where the reading is", got=location, hint=LOCATION_HINTS)
    if not location:
        return
    where = urljoin(f"http://{service.host}{path}", location)
    is_here = urlsplit(where).port == service.server.port
    wanted_path = f"/readings/{made.get('number')}"
    got_path = path_of(where) if is_here else where
    expect.equal(got_path, wanted_path, "has the address of the reading in Location", hint=ADDRESS_HINTS)
    if is_here:
        found = service.get(path_of(where)).json()
        expect.equal(found, made, "shows the reading at that address", hint=ADDRESS_HINTS)


def _try_refused_readings(service: Probe, expect: Expect) -> None:
    """POST what the service has to refuse: it keeps no more readings than before."""
    path, kept = "/stations/2/readings", []
    with written_readings(service) as written:
        for body, what, hint in INVALID_DEGREES:
            reply = service.post(path, body=body, headers=JSON_HEADERS)
            is_refused = 400 <= reply.status < 500
            hint = OTHER_STATUS_HINTS if is_refused else hint
            expect.equal(reply.status, 422, f"answers 422 where {what}", hint=hint)
            kept += [body.decode()] * len(written)
            written.clear()
        reply = service.post(path, body=b'{"degrees": ', headers=JSON_HEADERS)
        what = "refuses JSON that breaks off, with a status of 4xx"
        expect(400 <= reply.status < 500, what, got=reply.status, hint=MALFORMED_HINTS)
        reply = service.post(path, form={"degrees": "17.5"})
        expect.equal(reply.status, 415, "answers 415 to a form", hint=UNSUPPORTED_HINTS)
        reply = service.post(path, body=b"warm", headers={"Content-Type": "text/plain"})
        expect.equal(reply.status, 415, "answers 415 to a text", hint=UNSUPPORTED_HINTS)
        expect_404_for_unknown(service, expect, "POST", "/stations/{}/readings", json={"degrees": 17.5})
        kept += [str(one) for one in written]
    expect.equal(kept, [], "keeps nothing of what it refuses", hint="Look first, and keep then.")


TAG_HINTS = ("A tag stands in quotation marks, which are a part of it.", "answer.set_etag(...) adds them.")
NO_TAG_HINTS = (
    "A header with that name says which reading it is.",
    "answer.set_etag(...), with the number as a string",
)
NUMBER_TAG_HINTS = (
    "Two readings of 17.5 are two. Only the number of the last reading of this station tells it from all others.",
    'answer.set_etag(str(reading["number"]))',
)
LATEST_HINTS = (
    "It is the document of stage 41.3, of this station's newest reading.",
    "answer = jsonify(document(log.of(id)[-1]))",
)
CONDITION_HINTS = (
    "If-None-Match has the tag that a display got, with its quotation marks. If it is the tag of now, it is 304.",
    "return answer.make_conditional(request), after set_etag",
)
NO_LATEST_HINTS = (
    "Is the list of the station's readings empty? Only then it is 404.",
    "if not log.of(id): abort(404, ...)",
)


@exercise(
    "41.5", "Only if it is new", points=2, writes=["latest"],
    learned="A conditional request saves sending what the client has already.",
)
def only_if_it_is_new(service: Probe, expect: Expect) -> None:
    """Check a service whose `/stations/1/latest` has an ETag, and is 304 for a client that has it already.

    Each reading has an ETag of its own. Raises Stopped where no answer comes, or no measurement is kept.
    """
    path = "/stations/1/latest"
    service.get(path)  # where it is not written yet, that comes before all others
    measure(service, 1)
    measure(service, 2)
    last = measure(service, 1, 17.5)
    measure(service, 2)
    tag = _try_latest(service, expect, path, last)
    _try_conditions(service, expect, path, tag, last["number"])
    measure(service, 1, 17.5)
    reply = service.get(path, headers={"If-None-Match": tag})
    what = "sends another tag with the next reading, even of as many degrees"
    expect.equal(reply.status, 200, what, hint=NUMBER_TAG_HINTS)
    measure(service, 3, 0.0)
    reply = service.get("/stations/3/latest")
    got = (reply.status, as_object(reply.json()).get("degrees"))
    expect.equal(got, (200, 0.0), "answers with a reading of 0 degrees", hint=NO_LATEST_HINTS)
    if not readings_at(service, 4):
        reply = service.get("/stations/4/latest")
        expect.equal(reply.status, 404, "answers 404 where there is no reading", hint=NO_LATEST_HINTS)
    expect_404_for_unknown(service, expect, "GET", "/stations/{}/latest")


def _try_latest(service: Probe, expect: Expect, path: str, last: dict[str, Any]) -> str:
    """Compare the answer to a display without a tag with the last reading, and return its tag."""
    right = service.get(f"/readings/{last['number']}").json()
    reply = service.get(path)
    expect.equal(reply.status, 200, "answers 200 OK")
    expect_json(reply, expect)
    expect.equal(reply.json(), right, "answers with the document of the last reading", hint=LATEST_HINTS)
    tag = reply.header("ETag")
    is_tag = re.fullmatch(r'(W/)?"[^"]*"', tag)
    expect(is_tag, "sends an ETag", got=tag, hint=TAG_HINTS if tag else NO_TAG_HINTS)
    if is_tag:
        opaque = tag.removeprefix("W/").strip('"')
        what = "has the number of that reading as its ETag"
        expect.equal(opaque, str(last["number"]), what, hint=NUMBER_TAG_HINTS)
    return tag if is_tag else f'"{last["number"]}"'


def _try_conditions(service: Probe, expect: Expect, path: str, tag: str, number: int) -> None:
    """GET with tags in If-None-Match: the one of now alone, as one of two, and others."""
    several = "Compare each tag that is named. make_conditional reads the whole header."
    for condition, status, what, hint in [
        (tag, 304, "answers 304 Not Modified to a display that has it", CONDITION_HINTS),
        (tag, 304, "answers 304 again to the next display that has it", CONDITION_HINTS),
        (f'"other", {tag}', 304, "answers 304 where the tag is one of several", several),
        (f'"{number - 1}"', 200, "answers 200 to a display that has an older one", CONDITION_HINTS),
        (f'"{number}0"', 200, "answers 200 where the tag only begins like its own", CONDITION_HINTS),
    ]:
        reply = service.get(path, headers={"If-None-Match": condition})
        expect.equal(reply.status, status, what, hint=hint)
    reply = service.get(path)
    expect.equal(reply.status, 200, "answers 200 to a display without a tag", hint=CONDITION_HINTS)
