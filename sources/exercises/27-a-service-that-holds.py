# %% [markdown]
# # Exercise 27: a weather service that holds
#
# You need [lesson 27](../notebooks/27-a-service-that-holds.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import json
import random
import sqlite3
import tempfile
import time
from contextlib import closing
from http import HTTPStatus

import requests
from flask import Flask, request
from flask.views import MethodView

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# `problem` is the function from exercise 26: it returns a problem document, as a Flask view returns it.

# %%
def problem(status, detail):
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return document, status, {"Content-Type": "application/problem+json"}


# %% [markdown]
# ## 27.1 How long to wait
#
# A client was refused, and wants to try again. Write `seconds_to_wait`. It returns a number of seconds:
#
# - If the answer had a `Retry-After`, it is the number in it. `retry_after` is its value, a string such as `"7"`.
# - If it had none, `retry_after` is `None`. Then the client waits with exponential backoff and jitter: a random number between 0 and a limit. The
#   limit is 1 second after the first refusal, and it doubles with each one: 2 after the second, 4 after the third. It is never more than 30.
#
# `refusals` says how often the client has been refused so far: 1, 2, 3 and so on.

# %% [markdown] tags=["solution"]
# `random.uniform` draws from the whole range, so that clients which were refused together come back at different times. The limit keeps a client from
# waiting for hours after a few refusals. `"0"` is a `Retry-After` as well, so the question is `is None`. (RFC 9110 §10.2.3 also allows a date in
# `Retry-After`. A client that meets one could read it with `email.utils.parsedate_to_datetime`.)

# %% exercise="27.1"
def seconds_to_wait(refusals, retry_after):
    ### BEGIN SOLUTION
    if retry_after is not None:
        return int(retry_after)
    return random.uniform(0, min(30, 2 ** (refusals - 1)))
    ### END SOLUTION

# %% wrong="27.1" caught_by="gives 7 for Retry-After: 7" says="a string"
- return int(retry_after)
+ return retry_after

# %% wrong="27.1" caught_by="draws at random" says="Without jitter"
- return random.uniform(0, min(30, 2 ** (refusals - 1)))
+ return min(30, 2 ** (refusals - 1))

# %% wrong="27.1" caught_by="waits at most 1 s after 1 refusal" says="1 second after the first"
- return random.uniform(0, min(30, 2 ** (refusals - 1)))
+ return random.uniform(0, min(30, 2**refusals))

# %% wrong="27.1" caught_by="waits at most 30 s after 40 refusals" says="never more than 30"
- return random.uniform(0, min(30, 2 ** (refusals - 1)))
+ return random.uniform(0, 2 ** (refusals - 1))

# %% wrong="27.1" caught_by="uses the lower half of the range after 5 refusals" says="between 0 and the limit"
- return random.uniform(0, min(30, 2 ** (refusals - 1)))
+ limit = min(30, 2 ** (refusals - 1))
+ return random.uniform(limit / 2, limit)

# %% wrong="27.1" caught_by="uses the upper half of the range after 3 refusals" says="doubles with each refusal"
- return random.uniform(0, min(30, 2 ** (refusals - 1)))
+ return random.uniform(0, 1)

# %% wrong="27.1" caught_by="gives 0 for Retry-After: 0" says="is a Retry-After"
- if retry_after is not None:
-     return int(retry_after)
+ if retry_after is not None and int(retry_after):
+     return int(retry_after)

# %% wrong="27.1" caught_by="uses the upper half of the range after 5 refusals" says="doubles with each refusal"
- return random.uniform(0, min(30, 2 ** (refusals - 1)))
+ return random.uniform(0, min(30, refusals))

# %% wrong="27.1" caught_by="gives 120 for Retry-After: 120" says="The server knows better"
- return int(retry_after)
+ return min(30, int(retry_after))

# %% wrong="27.1" caught_by="draws at random" says="The same number came each time"
- return random.uniform(0, min(30, 2 ** (refusals - 1)))
+ return random.Random(refusals).uniform(0, min(30, 2 ** (refusals - 1)))

# %% right="27.1" style="random() times the limit"
def seconds_to_wait(refusals, retry_after):
    if retry_after:
        return float(retry_after)
    limit = 2**refusals / 2
    if limit > 30:
        limit = 30
    return random.random() * limit

# %% right="27.1" style="doubling in a loop"
def seconds_to_wait(refusals, retry_after):
    limit = 1
    for _ in range(refusals - 1):
        limit = min(2 * limit, 30)
    return random.uniform(0, limit) if retry_after is None else int(retry_after, base=10)

# %% right="27.1" style="milliseconds, a table of limits"
LIMITS = [1, 2, 4, 8, 16]


def seconds_to_wait(refusals, retry_after):
    match retry_after:
        case None:
            limit = LIMITS[refusals - 1] if refusals <= len(LIMITS) else 30
            return random.SystemRandom().randrange(1000 * limit) / 1000
        case seconds:
            return float(seconds.strip())

# %% checks="27.1" points=2
check("27.1", seconds_to_wait)

# %% [markdown]
# ## 27.2 What survives
#
# A station has one reading an hour: `{"station": 2, "hour": "2027-03-05T10", "degrees": 17.5}`. Write `keep`, which stores a reading in the
# SQLite file at `path`, and returns what a Flask view may return:
#
# - the reading as it came and 201, when the file has it,
# - a problem document as in lesson 26 with 409, if the file has a reading of this station for this hour already. The first one stays.
#
# About the table:
#
# - It is called `readings`. Its columns are `station` (a number, `INTEGER`), `hour` (a string, `TEXT`) and `degrees` (a number, `REAL`).
# - `keep` makes the table if it is not there yet: `CREATE TABLE IF NOT EXISTS …`.
# - The database itself refuses a second reading, whichever program it comes from. `UNIQUE (a, b)`, after the columns, takes each pair of `a`
#   and `b` once.
# - The string `hour` may have any characters in it, also quotation marks. The fields of a reading may come in any order.
# - All that `keep` knows is in the file. `keep` may be called in several programs, one after the other.

# %% [markdown] tags=["solution"]
# `UNIQUE (station, hour)` says that the pair is there once; each of them alone may be there often. `keep` does not check
# first: the `INSERT` itself finds out. Between a check and an `INSERT` another program could store a reading. `closing` closes the connection.
# `db` as a second block commits what the `INSERT` did, or takes it back if there was an exception. The values go in by name, so that whatever
# is in them stays a value.

# %% exercise="27.2"
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

# %% wrong="27.2" caught_by="has all three in the table readings when it is opened again" says="kept by commit"
- with closing(sqlite3.connect(path)) as db, db:
+ with closing(sqlite3.connect(path)) as db:

# %% wrong="27.2" caught_by="lets the database refuse a second reading, whoever brings it" says="both find nothing"
def keep(path, reading):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS readings (station INTEGER, hour TEXT, degrees REAL)")
        found = db.execute("SELECT * FROM readings WHERE station = :station AND hour = :hour", reading)
        if found.fetchone():
            return problem(409, "this hour has a reading")
        db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    return reading, 201

# %% wrong="27.2" caught_by="answers 201 for station 3 at 2027-03-05T10" says="Other stations and other hours are welcome"
- columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
+ columns = "station INTEGER, hour TEXT UNIQUE, degrees REAL"

# %% wrong="27.2" caught_by="keeps the first reading then" says="no REPLACE, no UPDATE"
def keep(path, reading):
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
        found = db.execute("SELECT * FROM readings WHERE station = :station AND hour = :hour", reading).fetchone()
        db.execute("INSERT OR REPLACE INTO readings VALUES (:station, :hour, :degrees)", reading)
    return problem(409, "this hour has a reading") if found else (reading, 201)

# %% wrong="27.2" caught_by="takes an hour with an apostrophe for what it is" says="glued into a statement"
- db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
+ values = f"{reading['station']}, '{reading['hour']}', {reading['degrees']}"
+ db.execute(f"INSERT INTO readings VALUES ({values})")

# %% wrong="27.2" caught_by="has all three in the table readings when it is opened again" says="the types of the columns"
- columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
+ columns = "station TEXT, hour TEXT, degrees TEXT, UNIQUE (station, hour)"

# %% wrong="27.2" caught_by="has all three in the table readings when it is opened again" says="the order of the values"
- db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
+ db.execute("INSERT INTO readings VALUES (?, ?, ?)", tuple(reading.values()))

# %% wrong="27.2" caught_by="comes to an end" says="not committed locks the file" whole=1
connections = []


def keep(path, reading):
    connections.append(sqlite3.connect(path))
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    connections[-1].execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
    connections[-1].execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    return reading, 201

# %% wrong="27.2" caught_by="answers 201 for station 2 at 2027-03-05T11" says="The table is made once"
- db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
+ db.execute(f"CREATE TABLE readings ({columns})")

# %% wrong="27.2" caught_by="says in Content-Type that it is a problem, for station 2 at 2027-03-05T10, which are there already" says="The function problem makes one"
- return problem(409, f"station {reading['station']} has a reading for {reading['hour']}")
+ return {"title": "Conflict", "status": 409, "detail": "there is one"}, 409

# %% wrong="27.2" caught_by="answers 409 for station 2 at 2027-03-05T10, which are there already" says="IntegrityError"
def keep(path, reading):
    columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE IF NOT EXISTS readings ({columns})")
        db.execute("INSERT INTO readings VALUES (:station, :hour, :degrees)", reading)
    return reading, 201

# %% wrong="27.2" caught_by="keeps an hour as a string, also if it is made of digits" says="The type of a column"
- columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
+ columns = "station INTEGER, hour STRING, degrees REAL, UNIQUE (station, hour)"

# %% wrong="27.2" caught_by="takes '2027-03-05T10:30 z' for an hour of its own" says="An hour is the whole string"
- columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
+ columns = "station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour)"
+ reading = {**reading, "hour": reading["hour"][:13]}

# %% right="27.2" style="a primary key, and commit by hand"
def keep(path, reading):
    db = sqlite3.connect(path)
    key = "PRIMARY KEY (station, hour)"
    try:
        db.execute(f"CREATE TABLE IF NOT EXISTS readings (station INT, hour TEXT, degrees REAL, {key})")
        values = reading["station"], reading["hour"], reading["degrees"]
        db.execute("INSERT INTO readings VALUES (?, ?, ?)", values)
        db.commit()
    except sqlite3.IntegrityError as error:
        return problem(409, str(error))
    finally:
        db.close()
    return reading, 201

# %% right="27.2" style="INSERT OR IGNORE counts"
def keep(path, reading):
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS readings (station, hour, degrees)")
        db.execute("CREATE UNIQUE INDEX IF NOT EXISTS once ON readings (station, hour)")
        done = db.execute("INSERT OR IGNORE INTO readings VALUES (:station, :hour, :degrees)", reading)
    return (reading, 201) if done.rowcount else problem(409, "there is one already")

# %% right="27.2" style="an id, the columns by name, a response"
from flask import Response


def keep(path, reading):
    connection = sqlite3.connect(path)
    connection.executescript("""
        BEGIN;
        CREATE TABLE IF NOT EXISTS readings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            degrees NUMERIC NOT NULL, hour VARCHAR(20) NOT NULL, station INT NOT NULL,
            UNIQUE (hour, station) ON CONFLICT FAIL
        );
        COMMIT;
    """)
    insert = "INSERT INTO readings (station, hour, degrees) VALUES (:station, :hour, :degrees)"
    try:
        with connection:
            connection.execute(insert, reading)
    except sqlite3.IntegrityError:
        body = {"status": 409, "detail": "there is one", "title": "Conflict"}
        return Response(json.dumps(body), 409, {"Content-Type": "application/problem+json"})
    finally:
        connection.close()
    return dict(reading), HTTPStatus.CREATED

# %% checks="27.2" points=4
check("27.2", keep)

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

# %% [markdown]
# ## 27.3 Come back later
#
# Write `get_patiently`. It GETs `url` and returns the response of requests. A response with the status 429 or 503 means: come back later. Then it waits as
# many seconds as `Retry-After` says, and GETs `url` again.
#
# - `Retry-After` is there, and it is a whole number of seconds. `time.sleep` waits.
# - It sends at most four requests in all, and then returns the last response, whatever it is.
# - With any other status, also 404 and 500, it returns the response at once.

# %% [markdown] tags=["solution"]
# The first request is not a repetition, so three repetitions make four requests. The wait stands before each repetition, and not after the last
# response: nobody needs to wait in order to give up. A 404 or a 500 does not say that it gets better with time.

# %% exercise="27.3"
def get_patiently(url):
    ### BEGIN SOLUTION
    reply = requests.get(url, timeout=3)
    for _ in range(3):
        if reply.status_code not in (429, 503):
            break
        time.sleep(int(reply.headers["Retry-After"]))
        reply = requests.get(url, timeout=3)
    return reply
    ### END SOLUTION

# %% wrong="27.3" caught_by="comes back when Retry-After is over" says="as many seconds as"
- time.sleep(int(reply.headers["Retry-After"]))
+ time.sleep(0.1)

# %% wrong="27.3" caught_by="gives the answer that comes when the waits are over" says="Return what comes"
def get_patiently(url):
    reply = later = requests.get(url, timeout=3)
    for _ in range(3):
        if later.status_code not in (429, 503):
            break
        time.sleep(int(later.headers["Retry-After"]))
        later = requests.get(url, timeout=3)
    return reply

# %% wrong="27.3" caught_by="gives the answer that comes after a 503" says="503"
- if reply.status_code not in (429, 503):
+ if reply.status_code != 429:

# %% wrong="27.3" caught_by="sends one request where the answer is 500" says="other status"
- if reply.status_code not in (429, 503):
+ if reply.status_code < 429:

- time.sleep(int(reply.headers["Retry-After"]))
+ time.sleep(int(reply.headers.get("Retry-After", 0)))

# %% wrong="27.3" caught_by="sends four requests in all where the server goes on refusing" says="first request counts"
- for _ in range(3):
+ for _ in range(4):

# %% wrong="27.3" caught_by="gives the answer that comes after three refusals" says="four requests"
- for _ in range(3):
+ for _ in range(2):

# %% wrong="27.3" caught_by="gives the 404 back" says="a response of requests"
- return reply
+ return reply if reply.ok else None

# %% wrong="27.3" caught_by="sends one request where the answer is 404" says="other status"
- if reply.status_code not in (429, 503):
+ if reply.ok:

- time.sleep(int(reply.headers["Retry-After"]))
+ time.sleep(int(reply.headers.get("Retry-After", 0)))

# %% wrong="27.3" caught_by="gives the answer that comes when the waits are over" says="a response of requests"
- return reply
+ return reply.text

# %% wrong="27.3" caught_by="your code crashed" says="TypeError"
- time.sleep(int(reply.headers["Retry-After"]))
+ time.sleep(reply.headers["Retry-After"])

# %% wrong="27.3" caught_by="sends four requests in all where the server goes on refusing" says="at most four"
def get_patiently(url):
    while (reply := requests.get(url, timeout=3)).status_code in (429, 503):
        time.sleep(int(reply.headers["Retry-After"]))
    return reply

# %% wrong="27.3" caught_by="comes back when Retry-After is over" says="as many seconds as"
- for _ in range(3):
+ seconds = int(reply.headers.get("Retry-After", 0))
+ for _ in range(3):

- time.sleep(int(reply.headers["Retry-After"]))
+ time.sleep(seconds)

# %% wrong="27.3" caught_by="sends one request where the answer is 404" says="The status decides, and not Retry-After"
- if reply.status_code not in (429, 503):
+ if "Retry-After" not in reply.headers:

# %% right="27.3" style="recursion"
def get_patiently(url, tries=4):
    reply = requests.get(url, timeout=3)
    if tries > 1 and reply.status_code in {429, 503}:
        time.sleep(float(reply.headers["Retry-After"]))
        return get_patiently(url, tries - 1)
    return reply

# %% right="27.3" style="Retry and a session"
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def get_patiently(url):
    retry = Retry(total=3, status_forcelist=[429, 503], raise_on_status=False)
    with requests.Session() as session:
        session.mount(url, HTTPAdapter(max_retries=retry))
        return session.get(url, timeout=3)

# %% right="27.3" style="a list of replies"
def get_patiently(url):
    replies = []
    while len(replies) < 4:
        replies.append(requests.request("GET", url, timeout=(3, 3)))
        refused = replies[-1].status_code == 429 or replies[-1].status_code == 503
        if not refused:
            break
        if len(replies) < 4:
            time.sleep(int(replies[-1].headers.get("retry-after", 1)))
    return replies[-1]

# %% checks="27.3" points=4
check("27.3", get_patiently)

# %% [markdown]
# ## 27.4 Once, however often it is sent
#
# A thermometer in the mountains sends its readings by POST, and the connection is bad. So it repeats a POST until it gets an answer. Each
# reading may be stored only once. Write `post` for `/readings`:
#
# - 400 if the header `Idempotency-Key` is missing. Nothing is stored.
# - 201 for a key that is new. What was sent is appended to `STORED`, and the answer is `{"number": 1}` for the first reading in `STORED`, `{"number": 2}`
#   for the second, and so on.
# - If the key has come before with the same reading, nothing is stored, and the answer is the same as the first time: the same status and the same number.
# - If the key has come before with another reading, the client has made a mistake: 422, and nothing is stored.
#
# `ANSWERED` is there for the keys; put into it what you need. 400 and 422 come with a problem document that has a `detail`. Every reading is JSON,
# and one client at a time is enough.

# %% [markdown] tags=["solution"]
# For each key, the service keeps what was sent and what was answered. The number is kept as well: counted anew, it would be another one when other readings have
# come in between. A key with another reading cannot be a repetition, so somebody uses one key for two things. The draft for `Idempotency-Key` recommends 422 for
# that.

# %% exercise="27.4"
STORED, ANSWERED = [], {}


class OnceOnly(MethodView):
    def get(self):
        return STORED

    def post(self):
        ### BEGIN SOLUTION
        key, sent = request.headers.get("Idempotency-Key"), request.get_json()
        if key is None:
            return problem(400, "send an Idempotency-Key, the same one for each repetition")
        if key not in ANSWERED:
            STORED.append(sent)
            ANSWERED[key] = sent, {"number": len(STORED)}
        before, answer = ANSWERED[key]
        if before != sent:
            return problem(422, "this key has come with another reading")
        return answer, 201
        ### END SOLUTION

# %% wrong="27.4" caught_by="answers 400 without Idempotency-Key" says="in the headers at all"
- if key is None:
-     return problem(400, "send an Idempotency-Key, the same one for each repetition")

# %% wrong="27.4" caught_by="stores a reading once, though it is sent three times" says="whether the key is new"
- if key not in ANSWERED:
-     STORED.append(sent)
-     ANSWERED[key] = sent, {"number": len(STORED)}
+ STORED.append(sent)
+ ANSWERED[key] = sent, {"number": len(STORED)}

# %% wrong="27.4" caught_by="gives a repetition the number that it had at first" says="Keep the answer"
- return answer, 201
+ return {"number": len(STORED)}, 201

# %% wrong="27.4" caught_by="answers a repetition with 201 as well" says="the same as the first time"
- before, answer = ANSWERED[key]
+ elif ANSWERED[key][0] == sent:
+     return ANSWERED[key][1], 200
+ before, answer = ANSWERED[key]

# %% wrong="27.4" caught_by="answers 422 to the same key with another reading" says="what came with it"
- if before != sent:
-     return problem(422, "this key has come with another reading")

# %% wrong="27.4" caught_by="stores the same reading again where the key is new" says="by its key"
- if key not in ANSWERED:
+ if sent in STORED and key not in ANSWERED:
+     ANSWERED[key] = sent, {"number": STORED.index(sent) + 1}
+ if key not in ANSWERED:

# %% wrong="27.4" caught_by="counts the readings from 1" says="first reading in STORED"
- STORED.append(sent)
- ANSWERED[key] = sent, {"number": len(STORED)}
+ ANSWERED[key] = sent, {"number": len(STORED)}
+ STORED.append(sent)

# %% wrong="27.4" caught_by="sends 422 as a problem document to the other reading" says="The function problem makes one"
- return problem(422, "this key has come with another reading")
+ return {"error": "this key has come with another reading"}, 422

# %% wrong="27.4" caught_by="stores nothing without Idempotency-Key" says="before you store"
- if key is None:
+ if key is None:
+     STORED.append(sent)

# %% wrong="27.4" caught_by="answers 422 to the same key with another reading" says="what came with it"
- before, answer = ANSWERED[key]
- if before != sent:
-     return problem(422, "this key has come with another reading")
- return answer, 201
+ return ANSWERED[key][1], 201

# %% wrong="27.4" caught_by="stores what was sent" says="append"
- STORED.append(sent)
+ STORED.append(key)

# %% wrong="27.4" caught_by="answers 422 to the same key with another reading" says="Keep with the key"
- if before != sent:
+ if before.get("degrees") != sent.get("degrees"):

# %% wrong="27.4" caught_by="stores the same reading again where the key is new, if only by a capital letter" says="known by its key"
- if key not in ANSWERED:
+ key = key.lower()
+ if key not in ANSWERED:

# %% wrong="27.4" caught_by="answers a repetition with 201 after a mistake, too" says="A mistake changes nothing"
- if before != sent:
+ if before != sent:
+     ANSWERED[key] = sent, answer

# %% right="27.4" style="two dictionaries, questions first"
NUMBERS = {}


class OnceOnly(MethodView):
    def get(self):
        return STORED

    def post(self):
        if "Idempotency-Key" not in request.headers:
            return problem(400, "no key")
        key = request.headers["Idempotency-Key"]
        if key in ANSWERED and ANSWERED[key] != request.json:
            return problem(422, "another reading with this key")
        if key not in ANSWERED:
            ANSWERED[key] = request.json
            STORED.append(request.json)
            NUMBERS[key] = len(STORED)
        return {"number": NUMBERS[key]}, 201

# %% right="27.4" style="an exception, and the body as bytes"
class OnceOnly(MethodView):
    def get(self):
        return STORED

    def post(self):
        try:
            key = request.headers["Idempotency-Key"]
        except KeyError:
            return problem(400, "the key is missing")
        try:
            number = ANSWERED[key]
        except KeyError:
            STORED.append(request.get_json())
            number = ANSWERED[key] = len(STORED)
        if STORED[number - 1] == request.get_json():
            return {"number": number}, HTTPStatus.CREATED
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not the reading of this key")

# %% right="27.4" style="setdefault, and the whole answer kept"
from flask import jsonify


class OnceOnly(MethodView):
    def get(self):
        return jsonify(STORED)

    def post(self):
        key = request.headers.get("idempotency-key", "")
        if not key:
            return problem(400, "an Idempotency-Key is needed")
        is_new = key not in ANSWERED
        number = len(STORED) + 1
        kept = ANSWERED.setdefault(key, {"sent": request.get_data(), "answer": ({"number": number}, 201)})
        if is_new:
            STORED.append(request.get_json())
        elif json.loads(kept["sent"]) != request.get_json():
            return problem(422, f"{key} is used already")
        return kept["answer"]

# %%
app = Flask("once")
app.add_url_rule("/readings", view_func=OnceOnly.as_view("readings"))

once = launch(app)
once

# %% checks="27.4" points=4
check("27.4", once)

# %%
stop_all()
