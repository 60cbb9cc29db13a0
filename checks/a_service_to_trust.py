"""What right answers to the exercises of lesson 25 do."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from wirelab.check import Caller, Expect, Probe, Reply, exercise

PROBLEM = "application/problem+json"
THREE = (
    "Commas make a tuple of three: the document, the status, the headers.",
    'return {...}, status, {"Content-Type": ...}',
)


@exercise("25.1", "Say what went wrong", points=2, of="function")
def say_what_went_wrong(function: Caller, expect: Expect) -> None:
    got = function.returns(404, "there is no station 9")
    if not expect(isinstance(got, tuple) and len(got) == 3, "gives three things", got=got, hint=THREE):
        return
    document, status, headers = got
    expect(
        isinstance(document, dict) and set(document) == {"type", "title", "status", "detail"},
        "gives first a dictionary with type, title, status and detail",
        got=document,
    )
    _members(document if isinstance(document, dict) else {}, expect)
    expect.equal(status, 404, "gives the status as the second")
    sent = headers.get("Content-Type") if isinstance(headers, dict) else headers
    expect.equal(sent, PROBLEM, "says in Content-Type that it is a problem", hint=THREE[1])
    got = function.returns(409, "there is one")
    right = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "there is one"}
    expect.equal(got, (right, 409, {"Content-Type": PROBLEM}), "does the same for 409")


def _members(document: dict[str, Any], expect: Expect) -> None:
    expect.equal(document.get("type"), "about:blank", "says about:blank as type")
    expect.equal(
        document.get("title"),
        "Not Found",
        "says as title what the status means",
        hint=(
            "The title is the same for every problem with this status. What is special stands in the detail.",
            "HTTPStatus(status).phrase",
        ),
    )
    expect.equal(document.get("status"), 404, "says the status as a number", hint="A number has no quotes.")
    expect.equal(document.get("detail"), "there is no station 9", "says the detail as it is given")


GOOD = {"station": 2, "degrees": 17.5}
FIELDS = (
    "Are the names of the fields exactly these two? A set tells, whatever their order.",
    'set(sent) != {"station", "degrees"}',
)
WHOLE = (
    "isinstance(True, int) is true, because for Python True is a kind of 1.",
    "type(value) is int is true for whole numbers alone.",
)
FAULTS: list[tuple[str, bytes, tuple[str, ...]]] = [
    ("degrees are missing", b'{"station": 2}', FIELDS),
    ("there is a field too many", b'{"station": 2, "degrees": 17.5, "wind": 7}', FIELDS),
    (
        "a list is sent",
        b'["station", "degrees"]',
        ("Is it a dictionary at all? A list has no fields.", "isinstance(sent, dict)"),
    ),
    ("the station is a text", b'{"station": "2", "degrees": 17.5}', WHOLE[1:]),
    ("the station is true", b'{"station": true, "degrees": 17.5}', WHOLE),
    ("the station is 4", b'{"station": 4, "degrees": 17.5}', ("There are the stations 1, 2 and 3.",)),
    ("degrees are a text", b'{"station": 2, "degrees": "17.5"}', ("type(degrees) in (int, float)",)),
    ("degrees are true", b'{"station": 2, "degrees": true}', WHOLE[:1]),
    ("it is too warm", b'{"station": 2, "degrees": 60.5}', ("-90 <= degrees <= 60",)),
    ("it is too cold", b'{"station": 2, "degrees": -90.5}', ("-90 <= degrees <= 60",)),
    (
        "degrees are NaN",
        b'{"station": 2, "degrees": NaN}',
        (
            "NaN is not a number, and no comparison with it is true: neither < nor >.",
            "Ask what is right, not what is wrong: not -90 <= degrees <= 60 is true for NaN.",
        ),
    ),
]


@exercise("25.2", "Believe nothing", points=4)
def believe_nothing(service: Probe, expect: Expect) -> None:
    for good in [GOOD, {"station": 1, "degrees": -90}, {"station": 3, "degrees": 60}]:
        reply = service.post("/readings", json=good)
        expect.equal(reply.status, 201, f"answers 201 Created to {good}")
        expect.equal(reply.json(), good, f"answers with the reading {good}")
    for what, body, hint in FAULTS:
        reply = service.post("/readings", body=body, headers={"Content-Type": "application/json"})
        expect.equal(reply.status, 422, f"answers 422 where {what}", hint=hint)
        if what == FAULTS[0][0]:
            _is_problem(reply, 422, expect)


def _is_problem(reply: Reply, status: int, expect: Expect) -> None:
    got = reply.header("Content-Type").partition(";")[0]
    expect.equal(
        got,
        PROBLEM,
        f"sends {status} as a problem document",
        hint=("Your function from 25.1 makes one.", f'return problem({status}, "...")'),
    )
    said = reply.json()
    expect(
        isinstance(said, dict) and said.get("status") == status and said.get("detail"),
        f"says {status} and a detail in it",
        got=said,
    )


STATION = "/stations/2"
BEFORE, BENS, CYS = (
    {"name": "Hiltop", "degrees": 12.25},
    {"name": "Hilltop", "degrees": 12.25},
    {"name": "Hiltop", "degrees": 13.5},
)
QUOTED = (
    "The quotation marks are a part of the tag (RFC 9110 §8.8.3). Those of Python are not sent.",
    """{"ETag": f'"{tag(station)}"'}""",
)

AMONG = (
    "If-Match may name several tags, with commas between them. Werkzeug has taken them apart already.",
    "request.if_match.contains(tag(station)) looks whether yours is among them.",
)


@exercise("25.3", "Change what you have seen", points=4)
def change_what_you_have_seen(service: Probe, expect: Expect) -> None:
    service.put(STATION, json=BEFORE, headers={"If-Match": "*"})  # whatever an earlier check has left behind
    reply = service.get(STATION)
    expect.equal(reply.status, 200, "answers 200 OK to GET")
    expect.equal(reply.json(), BEFORE, "takes * for whatever is there", hint="request.if_match.contains knows *.")
    seen = reply.header("ETag")
    expect(
        len(seen) > 2 and seen[0] == seen[-1] == '"',
        "sends an ETag in quotation marks",
        got=seen,
        hint=("A view can return headers too: return station, 200, {...}", *QUOTED),
    )
    expect.equal(service.get(STATION).header("ETag"), seen, "sends the same ETag while nothing changes")
    _without_condition(service, expect)
    _one_after_the_other(service, expect, seen)


def _without_condition(service: Probe, expect: Expect) -> None:
    reply = service.put(STATION, json=CYS)
    expect.equal(
        reply.status,
        428,
        "answers 428 to PUT without If-Match",
        hint=(
            "Is there a condition at all? Ask that first.",
            "request.if_match is false where none was sent.",
        ),
    )
    _is_problem(reply, 428, expect)
    expect.equal(service.get(STATION).json(), BEFORE, "changes nothing then")


def _one_after_the_other(service: Probe, expect: Expect, seen: str) -> None:
    reply = service.put(STATION, json=BENS, headers={"If-Match": seen})
    expect.equal(
        reply.status,
        200,
        "answers 200 OK to PUT with the ETag of what is there",
        hint=("The tag comes back as it was sent, with its quotation marks.", AMONG[1]),
    )
    expect.equal(service.get(STATION).json(), BENS, "stores what was sent")
    new = service.get(STATION).header("ETag")
    expect(new != seen, "has another ETag after a change", got=new, hint="The tag is made from what is there now.")
    reply = service.put(STATION, json=CYS, headers={"If-Match": seen})
    expect.equal(
        reply.status,
        412,
        "answers 412 to PUT with the ETag of what was there",
        hint="Compare before you store.",
    )
    _is_problem(reply, 412, expect)
    expect.equal(
        service.get(STATION).json(), BENS, "keeps the change of the first client", hint="Compare before you store."
    )
    now = service.get(STATION).header("ETag")
    reply = service.put(STATION, json=CYS, headers={"If-Match": f'"another", {now}'})
    expect.equal(reply.status, 200, "finds the right one among several tags", hint=AMONG)


TEN, ELEVEN = "2027-03-05T10", "2027-03-05T11"
DECIDES = (
    "Two requests that look at the same moment both find nothing. Who decides must be the database.",
    "CREATE TABLE IF NOT EXISTS readings (station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour))",
)
PAIR = (
    "return reading, 201, unless this station has this hour already. Other stations and other hours are welcome.",
    "UNIQUE (station, hour), after the columns, is about the pair.",
)
KEPT = (
    "A change is kept by commit; a connection that is closed without it forgets.",
    "with closing(sqlite3.connect(path)) as db, db: ... commits at the end of the block.",
)


@exercise("25.4", "What survives", points=4, of="function")
def what_survives(function: Caller, expect: Expect) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path, other = str(Path(folder) / "readings.db"), str(Path(folder) / "other.db")
        _storing(function, expect, path)
        _refusing(function, expect, path)
        got = function.returns(path, {"station": 2, "hour": "'", "degrees": 17.5})
        expect.equal(
            _status(got),
            201,
            "takes an hour with an apostrophe for what it is",
            hint=(
                "Text that is glued into a statement becomes a part of it.",
                "VALUES (:station, :hour, :degrees)",
            ),
        )
        got = function.returns(other, {"station": 2, "hour": TEN, "degrees": 17.5})
        expect.equal(_status(got), 201, "begins with nothing in another file", hint="What it knows is in path.")


def _storing(function: Caller, expect: Expect, path: str) -> None:
    for station, hour in [(2, TEN), (2, ELEVEN), (3, TEN)]:
        reading = {"station": station, "hour": hour, "degrees": 17.5}
        got = function.returns(path, reading)
        expect.equal(_status(got), 201, f"answers 201 for station {station} at {hour}", hint=PAIR)
        document = got[0] if isinstance(got, tuple) else got
        expect.equal(document, reading, f"answers with the reading of station {station} at {hour}")
    expect.equal(
        _rows(path),
        [(2, TEN, 17.5), (2, ELEVEN, 17.5), (3, TEN, 17.5)],
        "has all three in the table readings when it is opened again",
        hint=KEPT,
    )


def _refusing(function: Caller, expect: Expect, path: str) -> None:
    got = function.returns(path, {"station": 2, "hour": TEN, "degrees": 99})
    expect.equal(
        _status(got),
        409,
        "answers 409 for a station and an hour that are there already",
        hint=(
            "The database says no with sqlite3.IntegrityError.",
            'except sqlite3.IntegrityError: return problem(409, "...")',
        ),
    )
    said = got[0] if isinstance(got, tuple) else got
    expect(
        isinstance(said, dict) and said.get("status") == 409 and said.get("detail"),
        "says 409 in a problem document",
        got=said,
        hint="Your function from 25.1 makes one.",
    )
    first = [row for row in _rows(path) or [] if tuple(row[:2]) == (2, TEN)]
    expect.equal(first, [(2, TEN, 17.5)], "keeps the first reading then", hint="INSERT, not INSERT OR REPLACE.")
    expect(
        {"station", "hour"} in _unique(path),
        "lets the database decide: UNIQUE over station and hour",
        got=_unique(path),
        hint=DECIDES,
    )


def _status(got: Any) -> Any:
    return got[1] if isinstance(got, tuple) and len(got) > 1 else None


def _rows(path: str) -> Any:
    """What the file holds; a text, where SQLite cannot read it."""
    return _asked(path, "SELECT station, hour, degrees FROM readings ORDER BY station, hour")


def _unique(path: str) -> list[set[str]]:
    """The columns of each unique index of the table."""
    found = _asked(path, "PRAGMA index_list(readings)")
    indexes = [row[1] for row in found if row[2]] if isinstance(found, list) else []
    return [{row[2] for row in _asked(path, f'PRAGMA index_info("{index}")')} for index in indexes]


def _asked(path: str, statement: str) -> Any:
    with closing(sqlite3.connect(path)) as db:
        try:
            return db.execute(statement).fetchall()
        except sqlite3.Error as error:
            return str(error)
