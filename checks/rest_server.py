"""What right answers to the exercises of lesson 22 do."""

from typing import Any
from urllib.parse import urljoin

from wirelab.check import Expect, Probe, Reply, exercise, path_of


@exercise("22.1", "Read a station", points=2)
def read_a_station(service: Probe, expect: Expect) -> None:
    reply = service.get("/stations/2")
    expect.equal(reply.status, 200, "answers 200 OK for a station that is known")
    sent = reply.json()
    expect(
        isinstance(sent, dict),
        "sends the station as a JSON object",
        got=sent,
        hint="Return the dictionary itself. Flask-RESTful makes JSON of it; a text that looks like it is none.",
    )
    expect.equal(
        sent, {"id": 2, "name": "Hilltop", "degrees": 12.25}, "sends id, name and degrees, just as they are"
    )
    expect.equal(service.get("/stations/3").status, 200, "answers 200 OK for another one")
    reply = service.get("/stations/9")
    expect.equal(
        reply.status,
        404,
        "answers 404 Not Found for a station that is not known",
        hint=(
            "Is the station known? Ask before you look it up.",
            'if id not in STATIONS: abort(404, message="...")',
        ),
    )
    expect(
        "9" in _message(reply),
        "says why in a message",
        got=reply.json(),
        hint='abort(404, message=f"there is no station {id}")',
    )


PIER = {"name": "Pier", "degrees": 15.5}
NOT_ALL = (
    "A client can send any field. Take what a station has, one by one, and nothing else.",
    '{"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}',
)


@exercise("22.2", "Add a station", points=3)
def add_a_station(service: Probe, expect: Expect) -> None:
    reply = service.post("/stations", json=PIER)
    expect.equal(
        reply.status,
        201,
        "answers 201 Created",
        hint=("200 is what you get without a word. A method can return the status too.", "return station, 201"),
    )
    made = _object(reply)
    expect(
        {key: made.get(key) for key in PIER} == PIER and isinstance(made.get("id"), int),
        "answers with the new station: its id, name and degrees",
        got=reply.json(),
    )
    where = _address(reply, "/stations")
    expect(
        where,
        "says in Location where the new station is",
        got=where,
        hint="A method can return three things: what to say, the status, and a dictionary with headers.",
    )
    there = service.get(where).json() if where else "there is no address"
    expect(
        there == reply.json(),
        "shows the station at that address",
        got=there,
        hint="Is it stored, under its number?",
    )
    listed = service.get("/stations").json()
    expect(isinstance(listed, list) and reply.json() in listed, "lists it with the others", got=listed)
    again = _object(service.post("/stations", json=PIER))
    expect(again.get("id") != made.get("id"), "gives the next station another number", got=again)
    _more_than_wanted(service, expect)


def _more_than_wanted(service: Probe, expect: Expect) -> None:
    made = _object(service.post("/stations", json={**PIER, "owner": "me"}))
    expect(
        set(made) == {"id", "name", "degrees"}, "stores nothing but id, name and degrees", got=made, hint=NOT_ALL
    )
    made = _object(service.post("/stations", json={**PIER, "id": 777}))
    expect(
        made.get("id") not in (None, 777),
        "chooses the number itself, whatever the client sends",
        got=made,
        hint=("With a number of its own choice, a client could overwrite a station that is there.", NOT_ALL[1]),
    )


DAY, WHOLE, HALF = "/days/2027-03-05", {"low": 4.5, "high": 12.0}, {"low": 5.0}
LOST = (
    "PUT brings the whole new state. If you took half of it, what would become of the other half?",
    'if "low" not in sent or "high" not in sent: abort(422, message="...")',
)


@exercise("22.3", "One day", points=4)
def one_day(service: Probe, expect: Expect) -> None:
    service.delete(DAY)  # whatever an earlier check has left behind
    reply = service.put(DAY, json=WHOLE)
    expect.equal(
        reply.status,
        201,
        "answers 201 Created to PUT for a day that was not there",
        hint="Ask before you store: afterwards the day is always there.",
    )
    expect.equal(service.get(DAY).json(), WHOLE, "shows with GET what was PUT")
    expect.equal(
        service.put(DAY, json=WHOLE).status, 200, "answers 200 OK to PUT for a day that was there already"
    )
    reply = service.put(DAY, json=HALF)
    expect.equal(reply.status, 422, "answers 422 to PUT with half a day", hint=LOST)
    expect.equal(service.get(DAY).json(), WHOLE, "leaves the day as it was then")
    _patching(service, expect)
    _deleting(service, expect)


def _patching(service: Probe, expect: Expect) -> None:
    reply = service.patch(DAY, json={"high": 13.5})
    expect.equal(reply.status, 200, "answers 200 OK to PATCH")
    expect.equal(
        service.get(DAY).json(),
        {"low": 4.5, "high": 13.5},
        "keeps with PATCH what was not sent",
        hint="Only what was sent changes: begin with the day as it is.",
    )
    service.patch(DAY, json={"low": 4.0, "wind": 7})
    expect.equal(
        service.get(DAY).json(),
        {"low": 4.0, "high": 13.5},
        "stores nothing but low and high",
        hint=(
            "update() takes every field that a client thinks of.",
            "Go through the fields that a day has, and look whether each one was sent.",
        ),
    )
    reply = service.patch("/days/1900-01-01", json={"high": 13.5})
    expect.equal(
        reply.status,
        404,
        "answers 404 to PATCH for a day that is not there",
        hint="self.get(date) answers that.",
    )


def _deleting(service: Probe, expect: Expect) -> None:
    reply = service.delete(DAY)
    expect.equal(reply.status, 204, "answers 204 No Content to DELETE", hint='return "", 204')
    expect.equal(service.get(DAY).status, 404, "has nothing to show after DELETE")
    expect.equal(
        service.delete(DAY).status,
        404,
        "answers 404 to DELETE for a day that is not there",
        hint="self.get(date) answers that.",
    )


STATION = "/stations/2/readings"
LOOK_FIRST = (
    "What a client sends can be anything. Look at it before you use it.",
    "Is it a dictionary? Has it degrees? Are they an int or a float? If not: abort(422, message=...)",
)


@exercise("22.4", "The whole service", points=5)
def the_whole_service(service: Probe, expect: Expect) -> None:
    reply = service.post(STATION, json={"degrees": 17.5})
    expect.equal(reply.status, 201, "answers 201 Created to POST")
    made = _object(reply)
    expect(
        made == {"id": made.get("id"), "station": 2, "degrees": 17.5},
        "answers with the reading: its id, station and degrees",
        got=reply.json(),
    )
    where = _address(reply, STATION)
    expect(
        where,
        "says in Location where the new reading is",
        got=where,
        hint='A reading lives below /readings: {"Location": f"/readings/{id}"}',
    )
    got = service.get(where).json() if where else "no address"
    expect.equal(got, reply.json(), "shows the reading at that address")
    _listing(service, expect, made)
    _refusing(service, expect)
    if where:
        _removing(service, expect, where)


def _listing(service: Probe, expect: Expect, made: dict[str, Any]) -> None:
    service.post("/stations/3/readings", json={"degrees": -2})
    listed = service.get(STATION).json()
    expect(isinstance(listed, list) and made in listed, "lists the readings of a station", got=listed)
    others = [one for one in listed if _of_other_station(one)] if isinstance(listed, list) else listed
    expect(
        others == [],
        "lists the readings of one station only",
        got=others,
        hint='The list holds a reading of another station: keep those whose "station" is id.',
    )


def _of_other_station(reading: Any) -> bool:
    return not isinstance(reading, dict) or reading.get("station") != 2


def _refusing(service: Probe, expect: Expect) -> None:
    for body, name in [
        ({}, "degrees is missing"),
        ({"degrees": "warm"}, "degrees is no number"),
        (17.5, "what was sent is no object"),
    ]:
        reply = service.post(STATION, json=body)
        expect.equal(reply.status, 422, f"answers 422 where {name}", hint=LOOK_FIRST)
    expect(reply.status == 422 and _message(reply), "says why in a message", got=reply.json())
    reply = service.post(STATION, form={"degrees": "17.5"})
    expect.equal(reply.status, 415, "answers 415 to a form", hint="request.get_json() does that for you.")
    reply = service.post("/stations/99/readings", json={"degrees": 17.5})
    expect.equal(reply.status, 404, "answers 404 to POST for a station that is not known")
    reply = service.get("/stations/99/readings")
    expect.equal(
        reply.status,
        404,
        "answers 404 to GET for a station that is not known",
        hint="A station without readings has an empty list; one that is not there has none.",
    )
    expect("99" in _message(reply), "names the station in a message", got=reply.json())
    reply = service.get("/weather")
    expect.equal(reply.status, 404, "answers 404 where an address belongs to no resource")
    expect(
        isinstance(reply.json(), dict),
        "says in JSON that an address belongs to no resource",
        got=reply.header("Content-Type"),
        hint=("Flask says it, with a page for people. Api can do it instead.", "Api(app, catch_all_404s=True)"),
    )
    reply = service.delete(STATION)
    expect.equal(reply.status, 405, "answers 405 to DELETE for all readings at once")


def _removing(service: Probe, expect: Expect, where: str) -> None:
    expect.equal(service.delete(where).status, 204, "answers 204 No Content to DELETE")
    expect.equal(service.get(where).status, 404, "has nothing to show after DELETE")
    expect.equal(service.delete(where).status, 404, "answers 404 to DELETE where nothing is")
    last = _address(service.post(STATION, json={"degrees": 18}), STATION)
    service.delete(last)
    new = _address(service.post(STATION, json={"degrees": 19}), STATION)
    expect(
        new != last,
        "gives no number twice, not even that of a reading that was deleted",
        got=new,
        hint=(
            "Somebody may have kept the address of the deleted one, and would find the wrong reading there.",
            "next(next_reading) goes on counting, whatever has been deleted.",
        ),
    )


def _object(reply: Reply) -> dict[str, Any]:
    """What was sent as a JSON object; an empty one where it is something else."""
    sent = reply.json()
    return sent if isinstance(sent, dict) else {}


def _message(reply: Reply) -> str:
    return str(_object(reply).get("message") or "")


def _address(reply: Reply, asked: str) -> str:
    """The path in Location, which may be relative to the one asked (RFC 9110 §10.2.2), or an empty text."""
    got = reply.header("Location")
    return path_of(urljoin(asked, got)) if got else ""
