# %% [markdown]
# # Project 41: the weather station, live
#
# You need [lesson 41](../notebooks/41-box-office.ipynb). Here you build one service in eight small stages, and each adds one
# thing that it can do: station pages, REST readings, a live feed. It runs all the time, and each stage is checked on it.
#
# Run the cells from the top, replace each line that raises `NotImplementedError`, and check as often as you like. The stages
# stand on each other, so take them in order. When you have changed a cell, run it again, and the launch cell below it.

# %%
import asyncio
import json
import threading
import time
from html import escape
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask, abort, jsonify, request
from websockets.asyncio.server import broadcast
from werkzeug.exceptions import HTTPException

from wirelab import check, launch, stop_all

STATIONS = {1: "Harbour", 2: "Hilltop", 3: "Roof <north>", 4: "Lighthouse"}

# %% [markdown]
# The service is a table: a method and a path, and the function that answers. `serve` makes a Flask app of it and launches that in
# place of the one before. An `abort(404, "why")` becomes JSON with a `message`.

# %%
routes = {}


def serve(routes):
    app = Flask("weather")
    for route, answer in routes.items():
        method, path = route.split()
        app.add_url_rule(path, view_func=answer, methods=[method])
    app.register_error_handler(HTTPException, in_json)
    return launch(app)


def in_json(error):
    answer = error.get_response()
    answer.data, answer.content_type = json.dumps({"message": error.description}), "application/json"
    return answer

# %% [markdown]
# ## 41.1 Keep readings
#
# `Readings` is given: a list, a lock, and `write`, which takes a moment, as a disk does. Write `keep`, so that it
#
# - makes a reading, as in `{"number": 1, "station": 2, "degrees": 17.5}`; its number is one more than there are readings,
# - hands it to `write`, and returns it,
# - gives no number twice, whoever comes in between. (`with self.lock:` lets in one at a time.)

# %%
class Readings:
    def __init__(self):
        self.readings, self.watchers = [], []
        self.lock = threading.Lock()

    def write(self, reading):
        time.sleep(0.01)  # as long as a disk takes
        self.readings.append(reading)
        for watcher in self.watchers:  # stage 7 needs them
            watcher(reading)

    def of(self, station, since=0):
        return [one for one in list(self.readings) if one["station"] == station and one["number"] > since]

# %% [markdown] tags=["solution"]
# Counting and writing belong together, so both stand inside of the lock. With `write` alone inside of it, two visitors could count
# before either one has written, and get the same number. The lock has a second use later: whoever watches is told in the order of the
# numbers.

# %% exercise="41.1"
class Log(Readings):
    def keep(self, station, degrees):
        ### BEGIN SOLUTION
        with self.lock:
            reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
            self.write(reading)
        return reading
        ### END SOLUTION

# %% wrong="41.1" caught_by="gives no number twice when many come at once" says="Who may count while another one is writing?"
class Log(Readings):
    def keep(self, station, degrees):
        reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
        self.write(reading)
        return reading

# %% wrong="41.1" caught_by="gives no number twice when many come at once" says="got: 'some came twice'"
class Log(Readings):
    def keep(self, station, degrees):
        reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
        with self.lock:
            self.write(reading)
        return reading

# %% wrong="41.1" caught_by="returns the reading" says="got: None"
class Log(Readings):
    def keep(self, station, degrees):
        with self.lock:
            self.write({"number": len(self.readings) + 1, "station": station, "degrees": degrees})

# %% wrong="41.1" caught_by="keeps the reading" says="self.write(reading) does it"
class Log(Readings):
    def keep(self, station, degrees):
        with self.lock:
            return {"number": len(self.readings) + 1, "station": station, "degrees": degrees}

# %% wrong="41.1" caught_by="counts from 1" says="the first gets 1"
class Log(Readings):
    def keep(self, station, degrees):
        with self.lock:
            reading = {"number": len(self.readings), "station": station, "degrees": degrees}
            self.write(reading)
        return reading

# %% [markdown]
# Two functions stand between your log and the web: a door for our own sensors, and a list of all that is kept.

# %%
log = Log()


def sensor(id):
    return jsonify(log.keep(id, float(request.args["degrees"])))


def all_readings():
    return jsonify(list(log.readings))


routes["POST /sensors/<int:id>"] = sensor
routes["GET /readings"] = all_readings
service = serve(routes)
service

# %% checks="41.1" points=1
check("41.1", service)

# %% [markdown]
# ## 41.2 A page for each station
#
# Write `station_page`. It returns HTML with the station's name and, if something was measured there, the `degrees` of its last reading:
# `log.of(id)` is the list of its readings, the newest at the end. Without readings it says `no reading yet`; a station that is not in `STATIONS`
# is 404. Mind station 3: its name has to be shown letter by letter.

# %% [markdown] tags=["solution"]
# A text that Flask gets from a function becomes a page, `text/html` with the status 200. `escape` turns `<north>` into `&lt;north&gt;`;
# without it, a browser takes it for a tag that it does not know, and shows nothing of it.

# %% exercise="41.2"
def station_page(id):
    ### BEGIN SOLUTION
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    name, measured = escape(STATIONS[id]), log.of(id)
    last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
    return f"<!doctype html>\n<title>{name}</title>\n<h1>{name}</h1>\n<p>{last}</p>\n"
    ### END SOLUTION

# %% wrong="41.2" caught_by="shows the name of station 3 letter by letter" says="takes <north> for a tag"
def station_page(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    measured = log.of(id)
    last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
    return f"<!doctype html>\n<h1>{STATIONS[id]}</h1>\n<p>{last}</p>\n"

# %% wrong="41.2" caught_by="your code crashed" says="KeyError: 9"
def station_page(id):
    name, measured = escape(STATIONS[id]), log.of(id)
    last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
    return f"<!doctype html>\n<h1>{name}</h1>\n<p>{last}</p>\n"

# %% wrong="41.2" caught_by="your code crashed" says="IndexError: list index out of range"
def station_page(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    return f"<!doctype html>\n<h1>{escape(STATIONS[id])}</h1>\n<p>{log.of(id)[-1]['degrees']} degrees</p>\n"

# %% wrong="41.2" caught_by="shows the last reading of the station" says="the newest stands at the end"
def station_page(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    measured = log.of(id)
    last = f"{measured[0]['degrees']} degrees" if measured else "no reading yet"
    return f"<!doctype html>\n<h1>{escape(STATIONS[id])}</h1>\n<p>{last}</p>\n"

# %%
routes["GET /stations/<int:id>"] = station_page
service = serve(routes)
service

# %% checks="41.2" points=1
check("41.2", service)

# %% [markdown]
# ## 41.3 Readings for programs
#
# A program wants JSON, and links to go on from. Write
#
# - `document(reading)`: a new dictionary with all that the reading has, and `_links`: `self` is `{"href": "/readings/7"}` for number 7, and
#   `collection` is `{"href": "/stations/2/readings"}` for station 2,
# - `readings_of(id)`: `{"readings": [...]}` with the documents of that station, and under `_links` `self` and `up`, its page
#   `/stations/2`; 404 for a station that is not known,
# - `one_reading(number)`: the document of that reading, or 404. `log.readings` holds number 1 first.

# %% [markdown] tags=["solution"]
# `{**reading, ...}` makes a new dictionary. Writing the links into the reading itself would store them too, and the feed would send
# them. A client never needs to know that number 7 stands at `/readings/7`: it follows `self`, and the server may put it elsewhere one day.
# Number 0 needs a thought, since `log.readings[0 - 1]` is the last one.

# %% exercise="41.3"
def document(reading):
    ### BEGIN SOLUTION
    of_station = f"/stations/{reading['station']}/readings"
    links = {"self": {"href": f"/readings/{reading['number']}"}, "collection": {"href": of_station}}
    return {**reading, "_links": links}
    ### END SOLUTION


def readings_of(id):
    ### BEGIN SOLUTION
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    links = {"self": {"href": f"/stations/{id}/readings"}, "up": {"href": f"/stations/{id}"}}
    return {"readings": [document(reading) for reading in log.of(id)], "_links": links}
    ### END SOLUTION


def one_reading(number):
    ### BEGIN SOLUTION
    if not 1 <= number <= len(log.readings):
        abort(404, f"there is no reading {number}")
    return document(log.readings[number - 1])
    ### END SOLUTION

# %% wrong="41.3" caught_by="lists the readings of one station only" says="log.of(id) has those of one station"
def document(reading):
    of_station = f"/stations/{reading['station']}/readings"
    links = {"self": {"href": f"/readings/{reading['number']}"}, "collection": {"href": of_station}}
    return {**reading, "_links": links}


def readings_of(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    links = {"self": {"href": f"/stations/{id}/readings"}, "up": {"href": f"/stations/{id}"}}
    return {"readings": [document(reading) for reading in log.readings], "_links": links}


def one_reading(number):
    if not 1 <= number <= len(log.readings):
        abort(404, f"there is no reading {number}")
    return document(log.readings[number - 1])

# %% wrong="41.3" caught_by="links each reading to itself" says="a dictionary of its own"
def document(reading):
    return {**reading, "_links": {"self": f"/readings/{reading['number']}"}}


def readings_of(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    links = {"self": {"href": f"/stations/{id}/readings"}, "up": {"href": f"/stations/{id}"}}
    return {"readings": [document(reading) for reading in log.of(id)], "_links": links}


def one_reading(number):
    if not 1 <= number <= len(log.readings):
        abort(404, f"there is no reading {number}")
    return document(log.readings[number - 1])

# %% wrong="41.3" caught_by="shows the same reading where self leads" says="number 1 stands at index 0"
def document(reading):
    of_station = f"/stations/{reading['station']}/readings"
    links = {"self": {"href": f"/readings/{reading['number']}"}, "collection": {"href": of_station}}
    return {**reading, "_links": links}


def readings_of(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    links = {"self": {"href": f"/stations/{id}/readings"}, "up": {"href": f"/stations/{id}"}}
    return {"readings": [document(reading) for reading in log.of(id)], "_links": links}


def one_reading(number):
    if number >= len(log.readings):
        abort(404, f"there is no reading {number}")
    return document(log.readings[number])

# %% wrong="41.3" caught_by="keeps the links out of what is stored" says="leave the reading as it is"
def document(reading):
    of_station = f"/stations/{reading['station']}/readings"
    reading["_links"] = {"self": {"href": f"/readings/{reading['number']}"}, "collection": {"href": of_station}}
    return reading


def readings_of(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    links = {"self": {"href": f"/stations/{id}/readings"}, "up": {"href": f"/stations/{id}"}}
    return {"readings": [document(reading) for reading in log.of(id)], "_links": links}


def one_reading(number):
    if not 1 <= number <= len(log.readings):
        abort(404, f"there is no reading {number}")
    return document(log.readings[number - 1])

# %%
routes["GET /stations/<int:id>/readings"] = readings_of
routes["GET /readings/<int:number>"] = one_reading
service = serve(routes)
service

# %% checks="41.3" points=2
check("41.3", service)

# %% [markdown]
# ## 41.4 Take a reading
#
# Stations of other people send theirs by POST: `{"degrees": 17.5}` to `/stations/2/readings`. Write `post_reading`, so that it
#
# - keeps the reading, and answers 201 with its `document`, and with `Location`,
# - answers 422 and keeps nothing where `degrees` is missing, is no number, or is not between -100 and 100,
# - answers 404 for a station that is not known, and 415 to what is no JSON.

# %% [markdown] tags=["solution"]
# `request.get_json()` answers 415 by itself. What it returns can still be anything, a list for example, so `.get` comes after
# `isinstance`. The limits do more than they seem to: Python reads `NaN` and `Infinity` from JSON, JavaScript does not, and one such
# reading would silence every page that watches. `-100 < nan` is false.

# %% exercise="41.4"
def post_reading(id):
    ### BEGIN SOLUTION
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    sent = request.get_json()
    degrees = sent.get("degrees") if isinstance(sent, dict) else None
    if type(degrees) not in (int, float) or not -100 < degrees < 100:
        abort(422, "degrees has to be a number between -100 and 100")
    reading = log.keep(id, degrees)
    return document(reading), 201, {"Location": f"/readings/{reading['number']}"}
    ### END SOLUTION

# %% wrong="41.4" caught_by="your code crashed" says="KeyError: 'degrees'"
def post_reading(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    reading = log.keep(id, request.get_json()["degrees"])
    return document(reading), 201, {"Location": f"/readings/{reading['number']}"}

# %% wrong="41.4" caught_by="answers 201 Created" says="got: 200"
def post_reading(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    sent = request.get_json()
    degrees = sent.get("degrees") if isinstance(sent, dict) else None
    if type(degrees) not in (int, float) or not -100 < degrees < 100:
        abort(422, "degrees has to be a number between -100 and 100")
    return document(log.keep(id, degrees))

# %% wrong="41.4" caught_by="says in Location where the reading is" says="a dictionary with headers"
def post_reading(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    sent = request.get_json()
    degrees = sent.get("degrees") if isinstance(sent, dict) else None
    if type(degrees) not in (int, float) or not -100 < degrees < 100:
        abort(422, "degrees has to be a number between -100 and 100")
    return document(log.keep(id, degrees)), 201

# %% wrong="41.4" caught_by="keeps nothing of what it refuses" says="Look first, and keep then."
def post_reading(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    sent = request.get_json()
    degrees = sent.get("degrees") if isinstance(sent, dict) else None
    reading = log.keep(id, degrees)
    if type(degrees) not in (int, float) or not -100 < degrees < 100:
        abort(422, "degrees has to be a number between -100 and 100")
    return document(reading), 201, {"Location": f"/readings/{reading['number']}"}

# %% wrong="41.4" caught_by="answers 422 where degrees is NaN" says="got: 201"
def post_reading(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    sent = request.get_json()
    degrees = sent.get("degrees") if isinstance(sent, dict) else None
    if type(degrees) not in (int, float) or degrees <= -100 or degrees >= 100:
        abort(422, "degrees has to be a number between -100 and 100")
    reading = log.keep(id, degrees)
    return document(reading), 201, {"Location": f"/readings/{reading['number']}"}

# %% wrong="41.4" caught_by="answers 415 to a form" says="get_json() says so by itself"
def post_reading(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    sent = request.get_json(silent=True)
    degrees = sent.get("degrees") if isinstance(sent, dict) else None
    if type(degrees) not in (int, float) or not -100 < degrees < 100:
        abort(422, "degrees has to be a number between -100 and 100")
    reading = log.keep(id, degrees)
    return document(reading), 201, {"Location": f"/readings/{reading['number']}"}

# %%
routes["POST /stations/<int:id>/readings"] = post_reading
service = serve(routes)
service

# %% checks="41.4" points=2
check("41.4", service)

# %% [markdown]
# ## 41.5 Only if it is new
#
# Displays ask for the last reading every few seconds. Write `latest`: it answers with the document of the station's last reading (404 where
# there is none), with the number of that reading as `ETag`, and with 304 for a display that has it already.
#
# Flask helps: `answer = jsonify(document(...))` makes a response, `answer.set_etag("7")` gives it a tag, and
# `answer.make_conditional(request)` looks at `If-None-Match` and returns the answer, or a 304 in its place.

# %% [markdown] tags=["solution"]
# The tag is made of the number, not of the degrees: two readings of 17.5 are two readings. `set_etag` adds the quotation marks, which
# belong to a tag. `make_conditional` knows what a comparison by hand forgets: `If-None-Match` may bring several tags, or `*`.

# %% exercise="41.5"
def latest(id):
    ### BEGIN SOLUTION
    measured = log.of(id)
    if not measured:
        abort(404, f"there is no reading of station {id}")
    answer = jsonify(document(measured[-1]))
    answer.set_etag(str(measured[-1]["number"]))
    return answer.make_conditional(request)
    ### END SOLUTION

# %% wrong="41.5" caught_by="sends another tag with the next reading, even of as many degrees" says="Two readings of 17.5 are two."
def latest(id):
    measured = log.of(id)
    if not measured:
        abort(404, f"there is no reading of station {id}")
    answer = jsonify(document(measured[-1]))
    answer.set_etag(str(measured[-1]["degrees"]))
    return answer.make_conditional(request)

# %% wrong="41.5" caught_by="answers 304 Not Modified to a display that has it" says="got: 200"
def latest(id):
    measured = log.of(id)
    if not measured:
        abort(404, f"there is no reading of station {id}")
    answer = jsonify(document(measured[-1]))
    answer.set_etag(str(measured[-1]["number"]))
    return answer

# %% wrong="41.5" caught_by="sends an ETag" says="in quotation marks"
def latest(id):
    measured = log.of(id)
    if not measured:
        abort(404, f"there is no reading of station {id}")
    tag = str(measured[-1]["number"])
    if request.headers.get("If-None-Match") == tag:
        return "", 304
    return document(measured[-1]), 200, {"ETag": tag}

# %% wrong="41.5" caught_by="answers 304 where the tag is one of several" says="make_conditional"
def latest(id):
    measured = log.of(id)
    if not measured:
        abort(404, f"there is no reading of station {id}")
    tag = f'"{measured[-1]["number"]}"'
    if request.headers.get("If-None-Match") == tag:
        return "", 304, {"ETag": tag}
    return document(measured[-1]), 200, {"ETag": tag}

# %% wrong="41.5" caught_by="your code crashed" says="IndexError"
def latest(id):
    last = log.of(id)[-1]
    answer = jsonify(document(last))
    answer.set_etag(str(last["number"]))
    return answer.make_conditional(request)

# %%
routes["GET /stations/<int:id>/latest"] = latest
service = serve(routes)
service

# %% checks="41.5" points=2
check("41.5", service)

# %% [markdown]
# ## 41.6 A feed, and what a newcomer hears
#
# Now a second server, for WebSockets. Who watches station 2 connects to `/stations/2`; who was there before, and has reading 7, to
# `/stations/2?since=7`. `asked` takes that apart, and gives `None` for `since` where it is missing.

# %%
def asked(target):
    parts = urlsplit(target)
    station = parts.path.removeprefix("/stations/")
    since = parse_qs(parts.query).get("since", [""])[0]
    return int(station) if station.isdecimal() else 0, int(since) if since.isdecimal() else None


def only_stations(connection, request):
    if asked(request.path)[0] not in STATIONS:
        return connection.respond(HTTPStatus.NOT_FOUND, "There is no such station.\n")

# %% [markdown]
# Write `welcome`, which sends to a newcomer, each as a message in JSON:
#
# - the last reading of the station, if there is one,
# - but where `since` is a number, every reading after that one. `log.of(station, since)` is the list of them.

# %% [markdown] tags=["solution"]
# `[-1:]` is a list with the last element, and an empty one where there is none, so nothing has to be asked. `json.dumps` makes JSON; `str` would
# make Python's way of writing a dictionary, which no browser reads.

# %% exercise="41.6"
async def welcome(websocket, station, since):
    ### BEGIN SOLUTION
    news = log.of(station)[-1:] if since is None else log.of(station, since)
    for reading in news:
        await websocket.send(json.dumps(reading))
    ### END SOLUTION

# %% wrong="41.6" caught_by="your code crashed" says="IndexError: list index out of range"
async def welcome(websocket, station, since):
    news = [log.of(station)[-1]] if since is None else log.of(station, since)
    for reading in news:
        await websocket.send(json.dumps(reading))

# %% wrong="41.6" caught_by="sends a newcomer the last reading" says="One reading is enough for a newcomer"
async def welcome(websocket, station, since):
    for reading in log.of(station, since or 0):
        await websocket.send(json.dumps(reading))

# %% wrong="41.6" caught_by="sends a newcomer the last reading" says="json.dumps"
async def welcome(websocket, station, since):
    news = log.of(station)[-1:] if since is None else log.of(station, since)
    for reading in news:
        await websocket.send(str(reading))

# %% wrong="41.6" caught_by="begins with the first one that was missed" says="Where since is a number, send all readings after it."
async def welcome(websocket, station, since):
    for reading in log.of(station)[-1:]:
        await websocket.send(json.dumps(reading))

# %%
async def feed_of_station(websocket):
    station, since = asked(websocket.request.path)
    await welcome(websocket, station, since)
    await websocket.wait_closed()


feed = launch(feed_of_station, name="feed", process_request=only_stations, compression=None)
feed

# %% checks="41.6" points=2
check("41.6", feed)

# %% [markdown]
# ## 41.7 Live
#
# Who watches a station is in its room. `say` may be called in any thread: it leaves a word for the feed's event loop, as `publish`
# in the lesson. `watching` tells how many there are.

# %%
class Room:
    def __init__(self):
        self.members, self.loop = set(), None

    def enter(self, websocket):
        self.members.add(websocket)
        self.loop = asyncio.get_running_loop()

    def leave(self, websocket):
        self.members.discard(websocket)

    def say(self, text):
        if self.members:
            self.loop.call_soon_threadsafe(broadcast, self.members, text)


def watching(id):
    return {"watching": len(rooms[id].members)}

# %% [markdown]
# Write `publish(reading)`, which says a reading in the room of its station, in JSON. And write `live`, the whole life of a connection:
#
# - it enters the room `rooms[station]`, and then gets its `welcome`,
# - this feed only tells. To each message that a client sends, answer with JSON that has an `error`, and go on,
# - however the connection ends, it leaves the room.

# %% [markdown] tags=["solution"]
# First in, then welcome: the other way round, a reading that comes in between would be told to nobody. Now it may be told twice,
# and a client sees that from its number. `finally` is the only place that is reached in every case: when the client says goodbye, when its
# computer is switched off, when the server stops, when your own code fails.

# %% exercise="41.7"
def publish(reading):
    ### BEGIN SOLUTION
    rooms[reading["station"]].say(json.dumps(reading))
    ### END SOLUTION


async def live(websocket):
    station, since = asked(websocket.request.path)
    ### BEGIN SOLUTION
    room = rooms[station]
    room.enter(websocket)
    try:
        await welcome(websocket, station, since)
        async for message in websocket:
            await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))
    finally:
        room.leave(websocket)
    ### END SOLUTION

# %% wrong="41.7" caught_by="tells nobody of another station" says="rooms[reading['station']]"
def publish(reading):
    for room in rooms.values():
        room.say(json.dumps(reading))


async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    try:
        await welcome(websocket, station, since)
        async for message in websocket:
            await websocket.send(json.dumps({"error": "this feed only tells"}))
    finally:
        rooms[station].leave(websocket)

# %% wrong="41.7" caught_by="forgets a client that has left" says="in each of them"
def publish(reading):
    rooms[reading["station"]].say(json.dumps(reading))


async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    await welcome(websocket, station, since)
    async for message in websocket:
        await websocket.send(json.dumps({"error": "this feed only tells"}))

# %% wrong="41.7" caught_by="answers the message 'hello'" says="it gave no answer within 2 s"
def publish(reading):
    rooms[reading["station"]].say(json.dumps(reading))


async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    try:
        await welcome(websocket, station, since)
        await websocket.wait_closed()
    finally:
        rooms[station].leave(websocket)

# %% wrong="41.7" caught_by="your code crashed" says="JSONDecodeError"
def publish(reading):
    rooms[reading["station"]].say(json.dumps(reading))


async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    try:
        await welcome(websocket, station, since)
        async for message in websocket:
            wish = json.loads(message)
            await websocket.send(json.dumps({"error": f"this feed does not take {wish}"}))
    finally:
        rooms[station].leave(websocket)

# %% wrong="41.7" caught_by="pushes a reading to all who watch" says="Is the connection in its room?"
def publish(reading):
    rooms[reading["station"]].say(json.dumps(reading))


async def live(websocket):
    station, since = asked(websocket.request.path)
    await welcome(websocket, station, since)
    async for message in websocket:
        await websocket.send(json.dumps({"error": "this feed only tells"}))

# %% [markdown]
# Here both servers come together: the log tells `publish` of each reading that it writes.

# %%
rooms = {id: Room() for id in STATIONS}
log.watchers[:] = [publish]
routes["GET /stations/<int:id>/watchers"] = watching
service = serve(routes)
feed = launch(live, name="feed", process_request=only_stations, compression=None)
feed

# %% checks="41.7" points=2
check("41.7", feed)

# %% [markdown]
# ## 41.8 A page that stays fresh
#
# The page is given, all but its script. Write `script(address)`, which returns JavaScript as a text:
#
# - it opens a `new WebSocket(...)` at the address, such as `ws://127.0.0.1:8002/stations/2`,
# - for each message (`socket.onmessage = event => { ... }`) it reads `JSON.parse(event.data)`, and puts the degrees into
#   `document.getElementById("degrees").textContent`,
# - when the connection has ended (`socket.onclose = () => ...`) it connects again a second later, with `setTimeout(connect, 1000)`, and then at the
#   address with `?since=` and the number of the last reading that it has.

# %% [markdown] tags=["solution"]
# `json.dumps(address)` writes the address as JavaScript does, with quotation marks. At first `last` is empty, and the feed tells the last
# reading. From then on, whatever happens to the connection, `?since=` brings what was missed. `textContent` shows what
# comes as text; `innerHTML` would obey it. All that the page says of WebSockets stands in ten lines.

# %% exercise="41.8"
def script(address):
    ### BEGIN SOLUTION
    return f"const address = {json.dumps(address)};" + """
        let last = "";
        function connect() {
            const socket = new WebSocket(address + last);
            socket.onmessage = event => {
                const reading = JSON.parse(event.data);
                last = "?since=" + reading.number;
                document.getElementById("degrees").textContent = reading.degrees + " degrees";
            };
            socket.onclose = () => setTimeout(connect, 1000);
        }
        connect();
    """
    ### END SOLUTION

# %% wrong="41.8" caught_by="connects again when the connection has ended" says="Put it all into a function connect()"
def script(address):
    return f"const socket = new WebSocket({json.dumps(address)});" + """
        socket.onmessage = event => {
            const reading = JSON.parse(event.data);
            document.getElementById("degrees").textContent = reading.degrees + " degrees";
        };
    """

# %% wrong="41.8" caught_by="names the last reading that it has when it connects again" says="Remember the number of each reading."
def script(address):
    return """
        function connect() {
            const socket = new WebSocket("%s");
            socket.onmessage = event => {
                const reading = JSON.parse(event.data);
                document.getElementById("degrees").textContent = reading.degrees + " degrees";
            };
            socket.onclose = () => setTimeout(connect, 1000);
        }
        connect();
    """ % address

# %% wrong="41.8" caught_by="names the feed of the station" says="/stations/2"
def script(address):
    return """
        let last = "";
        function connect() {
            const socket = new WebSocket("ws://127.0.0.1:8002" + last);
            socket.onmessage = event => {
                const reading = JSON.parse(event.data);
                last = "?since=" + reading.number;
                document.getElementById("degrees").textContent = reading.degrees + " degrees";
            };
            socket.onclose = () => setTimeout(connect, 1000);
        }
        connect();
    """

# %% wrong="41.8" caught_by="opens a WebSocket" says="setInterval asks again and again"
def script(address):
    return """
        setInterval(async () => {
            const answer = await fetch("latest");
            document.getElementById("degrees").textContent = (await answer.json()).degrees + " degrees";
        }, 1000);
    """

# %% wrong="41.8" caught_by="shows the degrees as text" says="innerHTML"
def script(address):
    return f"const address = {json.dumps(address)};" + """
        let last = "";
        function connect() {
            const socket = new WebSocket(address + last);
            socket.onmessage = event => {
                const reading = JSON.parse(event.data);
                last = "?since=" + reading.number;
                document.getElementById("degrees").innerHTML = reading.degrees + " degrees";
            };
            socket.onclose = () => setTimeout(connect, 1000);
        }
        connect();
    """

# %%
def live_page(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    code, name = script(f"{feed.url}/stations/{id}"), escape(STATIONS[id])
    head = f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{name}</title>\n'
    return f'{head}<h1>{name}</h1>\n<p id="degrees" role="status">no reading yet</p>\n<script>\n{code}\n</script>\n'


routes["GET /stations/<int:id>/live"] = live_page
service = serve(routes)
service.page("/stations/2/live", height=160)

# %% [markdown]
# Keep an eye on your page while you run the check, which posts a few readings, and the cell below it, which posts another one. Run these
# cells one by one: the last cell of the notebook stops the servers, and a page that is loaded after that finds nobody.

# %% checks="41.8" points=2
check("41.8", service)

# %%
measured = requests.post(service.url + "/stations/2/readings", json={"degrees": 21.5}, timeout=3)
measured.status_code

# %% [markdown] tags=["solution"]
# ## How it would go on
#
# Your weather station does what the box office does. What is still between the two:
#
# - **One origin.** Page and feed have two ports here, so the page must be told an address, and the feed cannot tell your pages from those of
#   a stranger, which may connect as well. [servers/box_office.py](../servers/box_office.py) puts a door before both: then the page says
#   `feed/stations/2`, and the feed refuses pages whose `Origin` is not its own.
# - **A file.** The log forgets all when the kernel ends, and begins with number 1 again, while the pages still ask for `?since=7`. A database
#   keeps the readings and the count, and its transaction is the lock.
# - **Limits.** The list of readings needs pages, as the bookings have them in [servers/ticket_service.py](../servers/ticket_service.py). A
#   client that has missed thousands needs a shorter way, and one that sends without end has to be stopped, as in
#   [servers/seat_feed.py](../servers/seat_feed.py).
# - **A command.** Move the cells into a module with `create_app(log)` and `main()`, and `python -m` runs it without a notebook.

# %%
stop_all()
