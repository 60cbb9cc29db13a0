# %% [markdown]
# # Exercise 25: readings one can rely on
#
# You need [lesson 25](../notebooks/25-a-service-to-trust.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import json
import sqlite3
import tempfile
from contextlib import closing
from hashlib import sha256
from http import HTTPStatus

import requests
from flask import Flask, request
from flask.views import MethodView

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 25.1 Say what went wrong
#
# Write `problem`. It gives the three things that a Flask view may return, as a tuple:
#
# - a problem document as a dictionary, with `type` (here always `about:blank`), `title`, `status` and `detail`,
# - the status,
# - the headers, as a dictionary: `Content-Type` is `application/problem+json`.
#
# The `title` is what the status means: `HTTPStatus(404).phrase` gives `Not Found`.

# %% [markdown] tags=["solution"]
# For `about:blank` RFC 9457 (§4.2.1) recommends the phrase of the status as title, so that the same kind of problem has the same title
# everywhere. What is special about this one belongs into the detail. Flask sends a dictionary as `application/json`; the header in the
# third place takes precedence.

# %% exercise="25.1"
def problem(status, detail):
    ### BEGIN SOLUTION
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return document, status, {"Content-Type": "application/problem+json"}
    ### END SOLUTION

# %% wrong="25.1" caught_by="gives three things" says="Commas make a tuple of three"
def problem(status, detail):
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}

# %% wrong="25.1" caught_by="says as title what the status means" says="The title is the same for every problem"
def problem(status, detail):
    document = {"type": "about:blank", "title": detail, "status": status, "detail": detail}
    return document, status, {"Content-Type": "application/problem+json"}

# %% wrong="25.1" caught_by="says in Content-Type that it is a problem" says="got: 'application/json'"
def problem(status, detail):
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return document, status, {"Content-Type": "application/json"}

# %% wrong="25.1" caught_by="says the status as a number" says="got: '404'"
def problem(status, detail):
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": str(status), "detail": detail}
    return document, status, {"Content-Type": "application/problem+json"}

# %% checks="25.1" points=2
check("25.1", problem)

# %% [markdown]
# ## 25.2 Believe nothing
#
# A reading looks like this: `{"station": 2, "degrees": 17.5}`. It has these two fields and no other. The stations are 1, 2 and 3; degrees
# go from -90 to 60, whole or not. Write
#
# - `is_reading`: whether what was sent is a reading, `True` or `False`. JSON may bring anything: a list, a text for a number, `true`,
#   and with Python even `NaN`,
# - `post`: it answers 201 with the reading, or 422 with a problem document.
#
# `if` will do. If you like, take a pydantic model, as in the lesson.

# %% [markdown] tags=["solution"]
# `type(station) is int` instead of `isinstance`, because `True` counts as an int there. The range is written as what is right:
# `-90 <= degrees <= 60` is false for NaN, as every comparison with NaN is. The other way round,
# `degrees < -90 or degrees > 60`, is false for NaN too, and lets it in.
#
# As a pydantic model it is `station: Annotated[int, Field(ge=1, le=3)]` and `degrees: Annotated[float, Field(ge=-90, le=60)]`, with
# `ConfigDict(strict=True, extra="forbid")`.

# %% exercise="25.2"
def is_reading(sent):
    ### BEGIN SOLUTION
    if not isinstance(sent, dict) or set(sent) != {"station", "degrees"}:
        return False
    station, degrees = sent["station"], sent["degrees"]
    is_station = type(station) is int and 1 <= station <= 3
    return is_station and type(degrees) in (int, float) and -90 <= degrees <= 60
    ### END SOLUTION


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        ### BEGIN SOLUTION
        if not is_reading(sent):
            return problem(422, "a reading has a station, 1 to 3, and degrees, from -90 to 60")
        return sent, 201
        ### END SOLUTION

# %% wrong="25.2" caught_by="answers 422 where degrees are NaN" says="no comparison with it is true"
def is_reading(sent):
    if not isinstance(sent, dict) or set(sent) != {"station", "degrees"}:
        return False
    station, degrees = sent["station"], sent["degrees"]
    if type(station) is not int or type(degrees) not in (int, float):
        return False
    return not (station < 1 or station > 3 or degrees < -90 or degrees > 60)


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        return (sent, 201) if is_reading(sent) else problem(422, "this is no reading")

# %% wrong="25.2" caught_by="answers 422 where the station is true" says="True is a kind of 1"
def is_reading(sent):
    if not isinstance(sent, dict) or set(sent) != {"station", "degrees"}:
        return False
    station, degrees = sent["station"], sent["degrees"]
    return isinstance(station, int) and 1 <= station <= 3 and type(degrees) in (int, float) and -90 <= degrees <= 60


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        return (sent, 201) if is_reading(sent) else problem(422, "this is no reading")

# %% wrong="25.2" caught_by="answers 422 where there is a field too many" says="whatever their order"
def is_reading(sent):
    if not isinstance(sent, dict) or "station" not in sent or "degrees" not in sent:
        return False
    station, degrees = sent["station"], sent["degrees"]
    return type(station) is int and 1 <= station <= 3 and type(degrees) in (int, float) and -90 <= degrees <= 60


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        return (sent, 201) if is_reading(sent) else problem(422, "this is no reading")

# %% wrong="25.2" caught_by="your code crashed" says="TypeError"
def is_reading(sent):
    return sent["station"] in (1, 2, 3) and -90 <= sent["degrees"] <= 60


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        return (sent, 201) if len(sent) == 2 and is_reading(sent) else problem(422, "this is no reading")

# %% wrong="25.2" caught_by="sends 422 as a problem document" says="Your function from 25.1 makes one"
def is_reading(sent):
    if not isinstance(sent, dict) or set(sent) != {"station", "degrees"}:
        return False
    station, degrees = sent["station"], sent["degrees"]
    return type(station) is int and 1 <= station <= 3 and type(degrees) in (int, float) and -90 <= degrees <= 60


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        return (sent, 201) if is_reading(sent) else ({"message": "this is no reading"}, 422)

# %%
app = Flask("readings")
app.add_url_rule("/readings", view_func=Readings.as_view("readings"))

readings = launch(app)
readings

# %% checks="25.2" points=4
check("25.2", readings)

# %% [markdown]
# ## 25.3 Change what you have seen
#
# Two people correct the data of station 2, and neither may lose the other's work. `tag` gives a version a name. Write
#
# - `get`: 200 with the station, and its tag as `ETag`, in quotation marks,
# - `put`: 428 without `If-Match`, 412 if none of the tags in it is that of the station as it is now. Else it stores what was sent, and
#   answers 200 with the station. 428 and 412 come as problem documents.
#
# (What comes with a right `If-Match` need not be validated here; one client at a time is enough.)

# %% [markdown] tags=["solution"]
# First the questions, then the change. `request.if_match` is the header, already taken apart: it is false where nothing was sent, and
# `contains` knows lists, quotation marks and `*`. The answer to a PUT has no `ETag`: HTTP allows one there only if the bytes are kept just
# as they were sent (RFC 9110 §9.3.4), and Flask writes them anew. Who wants to go on asks with GET.
#
# With several threads, the comparison and the change would need a lock around both, as in the lesson, or a transaction.

# %% exercise="25.3"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return sha256(json.dumps(station, sort_keys=True).encode()).hexdigest()[:8]


class Station(MethodView):
    def get(self, id):
        ### BEGIN SOLUTION
        return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}
        ### END SOLUTION

    def put(self, id):
        ### BEGIN SOLUTION
        if not request.if_match:
            return problem(428, "send If-Match, with the ETag of what you have seen")
        if not request.if_match.contains(tag(STATIONS[id])):
            return problem(412, "this is not what you have seen: GET it again")
        STATIONS[id] = request.get_json()
        return STATIONS[id]
        ### END SOLUTION

# %% wrong="25.3" caught_by="answers 428 to PUT without If-Match" says="Ask that first"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return sha256(json.dumps(station, sort_keys=True).encode()).hexdigest()[:8]


class Station(MethodView):
    def get(self, id):
        return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}

    def put(self, id):
        if not request.if_match.contains(tag(STATIONS[id])):
            return problem(412, "this is not what you have seen")
        STATIONS[id] = request.get_json()
        return STATIONS[id]

# %% wrong="25.3" caught_by="sends an ETag in quotation marks" says="A view can return headers too"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return sha256(json.dumps(station, sort_keys=True).encode()).hexdigest()[:8]


class Station(MethodView):
    def get(self, id):
        return STATIONS[id], 200, {"ETag": tag(STATIONS[id])}

    def put(self, id):
        if not request.if_match:
            return problem(428, "send If-Match")
        if not request.if_match.contains(tag(STATIONS[id])):
            return problem(412, "this is not what you have seen")
        STATIONS[id] = request.get_json()
        return STATIONS[id]

# %% wrong="25.3" caught_by="finds the right one among several tags" says="Werkzeug has taken them apart already"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return sha256(json.dumps(station, sort_keys=True).encode()).hexdigest()[:8]


class Station(MethodView):
    def get(self, id):
        return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}

    def put(self, id):
        seen = request.headers.get("If-Match")
        if seen is None:
            return problem(428, "send If-Match")
        if seen not in ("*", f'"{tag(STATIONS[id])}"'):
            return problem(412, "this is not what you have seen")
        STATIONS[id] = request.get_json()
        return STATIONS[id]

# %% wrong="25.3" caught_by="answers 200 OK to PUT with the ETag of what is there" says="with its quotation marks"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return sha256(json.dumps(station, sort_keys=True).encode()).hexdigest()[:8]


class Station(MethodView):
    def get(self, id):
        return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}

    def put(self, id):
        seen = request.headers.get("If-Match")
        if seen is None:
            return problem(428, "send If-Match")
        if seen != "*" and seen != tag(STATIONS[id]):
            return problem(412, "this is not what you have seen")
        STATIONS[id] = request.get_json()
        return STATIONS[id]

# %% wrong="25.3" caught_by="keeps the change of the first client" says="Compare before you store"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return sha256(json.dumps(station, sort_keys=True).encode()).hexdigest()[:8]


class Station(MethodView):
    def get(self, id):
        return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}

    def put(self, id):
        if not request.if_match:
            return problem(428, "send If-Match")
        before = tag(STATIONS[id])
        STATIONS[id] = request.get_json()
        if not request.if_match.contains(before):
            return problem(412, "this is not what you have seen")
        return STATIONS[id]

# %% wrong="25.3" caught_by="has another ETag after a change" says="made from what is there now"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return "version-2"


class Station(MethodView):
    def get(self, id):
        return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}

    def put(self, id):
        if not request.if_match:
            return problem(428, "send If-Match")
        if not request.if_match.contains(tag(STATIONS[id])):
            return problem(412, "this is not what you have seen")
        STATIONS[id] = request.get_json()
        return STATIONS[id]

# %%
app = Flask("stations")
app.add_url_rule("/stations/<int:id>", view_func=Station.as_view("station"))

stations = launch(app)
stations

# %% checks="25.3" points=4
check("25.3", stations)

# %% [markdown]
# ## 25.4 What survives
#
# A station has one reading an hour: `{"station": 2, "hour": "2027-03-05T10", "degrees": 17.5}`. Write `keep`, which stores a reading in the
# SQLite file at `path`, and gives what a Flask view may return:
#
# - the reading and 201, when the file has it,
# - a problem document with 409, if this station has a reading for this hour already. The first one stays.
#
# The table is called `readings`, with the columns `station`, `hour` and `degrees`. `keep` makes it where it is not there yet:
# `CREATE TABLE IF NOT EXISTS …`. The database itself refuses a second reading. (`UNIQUE (a, b)`, after the columns, takes each pair of `a`
# and `b` once.)

# %% [markdown] tags=["solution"]
# `UNIQUE (station, hour)` says that the pair is there once; each of them alone may be there often. Nobody looks first: the `INSERT` itself
# finds out, and between a look and an `INSERT` somebody else could come. `closing` closes the connection, and `db` as a second block
# commits, or undoes everything if there was an exception. The values go in by name, so that whatever is in them stays a value.

# %% exercise="25.4"
def keep(path, reading):
    ### BEGIN SOLUTION
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    try:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
            db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    except sqlite3.IntegrityError:
        return problem(409, f"station {reading['station']} has a reading for {reading['hour']}")
    return reading, 201
    ### END SOLUTION

# %% wrong="25.4" caught_by="has all three in the table readings when it is opened again" says="kept by commit"
def keep(path, reading):
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    db = sqlite3.connect(path)
    try:
        db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
        db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    except sqlite3.IntegrityError:
        return problem(409, "this hour has a reading")
    finally:
        db.close()
    return reading, 201

# %% wrong="25.4" caught_by="lets the database decide: UNIQUE over station and hour" says="both find nothing"
def keep(path, reading):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS readings (station INTEGER, hour TEXT, degrees REAL)")
        found = db.execute("SELECT * FROM readings WHERE station = :station AND hour = :hour", reading)
        if found.fetchone():
            return problem(409, "this hour has a reading")
        db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    return reading, 201

# %% wrong="25.4" caught_by="answers 201 for station 3 at 2027-03-05T10" says="Other stations and other hours are welcome"
def keep(path, reading):
    columns = "station INTEGER, hour TEXT UNIQUE, degrees REAL"
    try:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
            db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    except sqlite3.IntegrityError:
        return problem(409, "this hour has a reading")
    return reading, 201

# %% wrong="25.4" caught_by="keeps the first reading then" says="INSERT, not INSERT OR REPLACE"
def keep(path, reading):
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
        found = db.execute("SELECT * FROM readings WHERE station = :station AND hour = :hour", reading).fetchone()
        db.execute("INSERT OR REPLACE INTO readings VALUES (:station, :hour, :degrees)", reading)
    return problem(409, "this hour has a reading") if found else (reading, 201)

# %% wrong="25.4" caught_by="your code crashed" says="OperationalError"
def keep(path, reading):
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    try:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
            values = f"{reading['station']}, '{reading['hour']}', {reading['degrees']}"
            db.execute(f"INSERT INTO readings VALUES ({values})")
    except sqlite3.IntegrityError:
        return problem(409, "this hour has a reading")
    return reading, 201

# %% wrong="25.4" caught_by="your code crashed" says="IntegrityError"
def keep(path, reading):
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
        db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    return reading, 201

# %% checks="25.4" points=4
check("25.4", keep)

# %% [markdown]
# Now on the wire. The same reading is sent twice, and in between the service is started anew. Only the file is the same. With your `keep`,
# you see 201, then 409; without it, 500.

# %%
class KeptReadings(MethodView):
    def __init__(self, path):
        self.path = path

    def post(self):
        return keep(self.path, request.get_json())


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    for _ in range(2):
        app = Flask("kept")
        view = KeptReadings.as_view("readings", folder + "/readings.db")
        app.add_url_rule("/readings", view_func=view)
        kept = launch(app)
        reading = {"station": 2, "hour": "2027-03-05T10", "degrees": 17.5}
        print(requests.post(kept.url + "/readings", json=reading, timeout=3).status_code)

# %%
stop_all()
