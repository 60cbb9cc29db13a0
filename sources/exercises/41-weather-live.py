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
from math import isfinite
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask, abort, jsonify, request
from websockets.asyncio.server import broadcast
from werkzeug.exceptions import HTTPException

from wirelab import check, hint, launch, show_me, stop_all

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
#   of all stations together,
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
- with self.lock:
-     reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
+ reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
+ with self.lock:

# %% wrong="41.1" caught_by="returns the reading" says="got: None"
- return reading

# %% wrong="41.1" caught_by="hands the reading to write, once" says="write does more than append"
- self.write(reading)

# %% wrong="41.1" caught_by="gives it a number that is one more than there are readings" says="How many readings are there before"
- reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
+ reading = {"number": len(self.readings), "station": station, "degrees": degrees}

# %% right="41.1" style="acquire and release"
class Log(Readings):
    def keep(self, station, degrees):
        self.lock.acquire()
        try:
            number = 1 + max((one["number"] for one in self.readings), default=0)
            self.write(reading := dict(number=number, station=station, degrees=degrees))
            return reading
        finally:
            self.lock.release()

# %% wrong="41.1" caught_by="goes on counting with a reading of another station" says="of all stations together"
- reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
+ reading = {"number": len(self.of(station)) + 1, "station": station, "degrees": degrees}

# %% wrong="41.1" caught_by="hands the reading to write, once" says="it tells those who watch"
- self.write(reading)
+ self.readings.append(reading)

# %% wrong="41.1" caught_by="keeps one reading more" says="got: 2"
- self.write(reading)
+ self.write(reading)
+ self.readings.append(reading)

# %% wrong="41.1" caught_by="leaves the readings that it has as they are" says="a dictionary of its own"
class Log(Readings):
    reading = {}

    def keep(self, station, degrees):
        with self.lock:
            self.reading |= {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
            self.write(self.reading)
        return self.reading

# %% wrong="41.1" caught_by="answers POST /sensors/2?degrees=-0.5" says="Is something waiting for the lock?"
- with self.lock:
-     reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
-     self.write(reading)
- return reading
+ self.lock.acquire()
+ reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
+ self.write(reading)
+ return reading

# %% wrong="41.1" caught_by="puts the station and the degrees into the reading" says="'degrees': 18"
- reading = {"number": len(self.readings) + 1, "station": station, "degrees": degrees}
+ reading = {"number": len(self.readings) + 1, "station": station, "degrees": round(degrees)}

# %% right="41.1" style="a counter of its own"
class Log(Readings):
    def __init__(self):
        super().__init__()
        self.count = 0

    def keep(self, station, degrees):
        with self.lock:
            self.count += 1
            reading = {"station": station, "degrees": degrees} | {"number": self.count}
            self.write(reading)
        return dict(reading)

# %% right="41.1" style="a lock around each call, and a reading that says more"
def alone(method):
    def locked(self, station, degrees):
        with self.lock:
            return method(self, station, degrees)

    return locked


class Log(Readings):
    @alone
    def keep(self, station, degrees):
        number = self.readings[-1]["number"] + 1 if self.readings else 1
        self.write({"number": number, "station": station, "name": STATIONS[station], "degrees": degrees})
        return self.readings[-1]

# %% [markdown]
# Two functions stand between your log and the web: a door for our own sensors, and a list of all that is kept.

# %%
log = Log()


def sensor(id):
    degrees = request.args.get("degrees", type=float)
    if id not in STATIONS or degrees is None or not isfinite(degrees):
        abort(422, "name a station and its degrees")
    return jsonify(log.keep(id, degrees))


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
# Write `station_page`. It returns HTML that shows the station's name and, if something was measured there, the `degrees` of its last reading
# and no others: `log.of(id)` is the list of its readings, the newest at the end. Without readings it says `no reading yet`; a station that is
# not in `STATIONS` is 404. Station 3 has `<` in its name: a browser has to show it letter by letter.

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
- name, measured = escape(STATIONS[id]), log.of(id)
+ name, measured = STATIONS[id], log.of(id)

# %% wrong="41.2" caught_by="your code crashed" says="KeyError: 5"
- if id not in STATIONS:
-     abort(404, f"there is no station {id}")

# %% wrong="41.2" caught_by="your code crashed" says="IndexError: list index out of range"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = f"{measured[-1]['degrees']} degrees"

# %% wrong="41.2" caught_by="shows the last reading of the station" says="of this station's newest reading"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = f"{measured[0]['degrees']} degrees" if measured else "no reading yet"

# %% wrong="41.2" caught_by="shows no older reading" says="the newest stands at the end"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = ", ".join(f"{one['degrees']} degrees" for one in measured) or "no reading yet"

# %% wrong="41.2" caught_by="shows a reading of 0 degrees" says="0 counts as false"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = (measured[-1]["degrees"] if measured else None) or "no reading yet"

# %% wrong="41.2" caught_by="shows no reading of another station" says="log.readings has those of all stations"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = f"{log.readings[-1]['degrees']} degrees" if measured else "no reading yet"

# %% wrong="41.2" caught_by="shows no older reading" says="30.4 degrees"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = f"{max(one['degrees'] for one in measured)} degrees" if measured else "no reading yet"

# %% wrong="41.2" caught_by="shows the last reading of the station" says="expected: -9.2"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = f"{abs(measured[-1]['degrees'])} degrees" if measured else "no reading yet"

# %% wrong="41.2" caught_by="answers 404 Not Found for station 0, which is not known" says="Which stations are known?"
- if id not in STATIONS:
+ if id > len(STATIONS):

- name, measured = escape(STATIONS[id]), log.of(id)
+ name, measured = escape(STATIONS.get(id, "")), log.of(id)

# %% wrong="41.2" caught_by="shows none of its own tags as text" says="only the name is text"
- name, measured = escape(STATIONS[id]), log.of(id)
+ name, measured = STATIONS[id], log.of(id)

- return f"<!doctype html>\n<title>{name}</title>\n<h1>{name}</h1>\n<p>{last}</p>\n"
+ return escape(f"<!doctype html>\n<title>{name}</title>\n<h1>{name}</h1>\n<p>{last}</p>\n")

# %% wrong="41.2" caught_by="shows the name of station 3 letter by letter" says="It is escaped twice"
- name, measured = escape(STATIONS[id]), log.of(id)
+ name, measured = escape(escape(STATIONS[id])), log.of(id)

# %% wrong="41.2" caught_by="does not say so where something was measured" says="Only an empty list has nothing to show"
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ last = f"{measured[-1]['degrees'] if measured else ''} (no reading yet)"

# %% right="41.2" style="two letters escaped by hand, in a list"
- name, measured = escape(STATIONS[id]), log.of(id)
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
- return f"<!doctype html>\n<title>{name}</title>\n<h1>{name}</h1>\n<p>{last}</p>\n"
+ name = STATIONS[id].replace("&", "&amp;").replace("<", "&lt;")
+ degrees = [f"{one['degrees']:.1f}".replace("-", "\u2212") for one in log.of(id)[-1:]]
+ return f"<ul><li><b>{name}</b><li>{''.join(degrees) or 'no reading yet'}</ul>"

# %% right="41.2" style="numbers for letters"
- name, measured = escape(STATIONS[id]), log.of(id)
- last = f"{measured[-1]['degrees']} degrees" if measured else "no reading yet"
+ name = "".join(f"&#{ord(letter)};" for letter in STATIONS[id])
+ last = "no reading yet"
+ for reading in log.of(id):
+     last = f"<strong>{reading['degrees']:g}</strong> degrees"

# %% right="41.2" style="a template of Flask"
from flask import render_template_string

STATION_PAGE = """<!doctype html>
<title>{{ name }}</title>
<h1>{{ name }}</h1>
{% if measured %}<p>{{ measured[-1].degrees }} degrees</p>{% else %}<p>no reading yet</p>{% endif %}
"""


def station_page(id):
    if id in STATIONS:
        return render_template_string(STATION_PAGE, name=STATIONS[id], measured=log.of(id))
    abort(404)

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
# - `readings_of(id)`: `{"readings": [...]}` with the documents of that station, the newest at the end, and under `_links` `self` and
#   `up`, its page `/stations/2`; 404 for a station that is not known,
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

# %% wrong="41.3" caught_by="links the list to itself" says="got: '/stations/2/readings'"
def readings_of(id):
    if id not in STATIONS:
        abort(404, f"there is no station {id}")
    links = {"self": f"/stations/{id}/readings", "up": f"/stations/{id}"}
    return {"readings": [document(reading) for reading in log.of(id)], "_links": links}

# %% wrong="41.3" caught_by="links each reading to itself" says="a dictionary of its own"
def document(reading):
    return {**reading, "_links": {"self": f"/readings/{reading['number']}"}}

# %% wrong="41.3" caught_by="lists the readings of station 2, the newest at the end" says="The list has all readings of this station"
- return {"readings": [document(reading) for reading in log.of(id)], "_links": links}
+ return {"readings": [document(reading) for reading in log.readings], "_links": links}

# %% wrong="41.3" caught_by="answers with the document of a reading at its own address" says="Number 1 stands at index 0"
def one_reading(number):
    if number >= len(log.readings):
        abort(404, f"there is no reading {number}")
    return document(log.readings[number])

# %% wrong="41.3" caught_by="keeps the links out of what is stored" says="leave the reading as it is"
- return {**reading, "_links": links}
+ reading["_links"] = links
+ return reading

# %% wrong="41.3" caught_by="links the list to itself" says="/stations/1/readings"
- links = {"self": {"href": f"/stations/{id}/readings"}, "up": {"href": f"/stations/{id}"}}
+ links = {"self": {"href": "/stations/2/readings"}, "up": {"href": "/stations/2"}}

# %% wrong="41.3" caught_by="has an empty list for a station without readings" says="if an empty one"
- if id not in STATIONS:
+ if not log.of(id):

# %% wrong="41.3" caught_by="answers 404 for number 0" says="an index below 0 counts from the end"
- if not 1 <= number <= len(log.readings):
+ if number > len(log.readings):

# %% wrong="41.3" caught_by="links each reading to itself" says="each reading has links of its own"
LINKS = {"self": {}, "collection": {}}


def document(reading):
    LINKS["self"]["href"] = f"/readings/{reading['number']}"
    LINKS["collection"]["href"] = f"/stations/{reading['station']}/readings"
    return {**reading, "_links": LINKS}

# %% wrong="41.3" caught_by="says that it sends JSON" says="got: 'text/html; charset=utf-8'"
- return document(log.readings[number - 1])
+ return json.dumps(document(log.readings[number - 1]))

# %% wrong="41.3" caught_by="lists the readings of station 2, the newest at the end" says="each with all that it has"
- return {"readings": [document(reading) for reading in log.of(id)], "_links": links}
+ return {"readings": [document(reading) for reading in reversed(log.of(id))], "_links": links}

# %% wrong="41.3" caught_by="your code crashed" says="IndexError: list index out of range"
- if not 1 <= number <= len(log.readings):
+ if number < 1:

# %% right="41.3" style="addresses that Flask makes"
from flask import url_for


def document(reading):
    links = {
        "self": {"href": url_for("one_reading", number=reading["number"])},
        "collection": {"href": url_for("readings_of", id=reading["station"])},
    }
    return reading | {"_links": links}


def one_reading(number):
    try:
        return jsonify(document({one["number"]: one for one in log.readings}[number]))
    except KeyError:
        abort(404)

# %% right="41.3" style="JSON with a type of its own, and more links"
from flask import Response


def hal(document):
    return Response(json.dumps(document, indent=2), content_type="application/hal+json; charset=utf-8")


def document(reading):
    made = {"_links": {"station": {"href": f"/stations/{reading['station']}"}}, "unit": "C"}
    made["_links"]["self"] = {"href": f"/readings/{reading['number']}"}
    made["_links"]["collection"] = {"href": f"/stations/{reading['station']}/readings"}
    for name, value in reading.items():
        made[name] = value
    return made


def readings_of(id):
    if id not in STATIONS:
        return {"message": "there is no such station"}, 404
    links = {"self": {"href": request.path}, "up": {"href": request.path.removesuffix("/readings")}}
    return hal({"_links": links, "count": len(log.of(id)), "readings": [*map(document, log.of(id))]})

# %% right="41.3" style="a function for links"
def links(**paths):
    return {name: {"href": path} for name, path in paths.items()}


def document(reading):
    copy = dict(reading)
    number, station = reading["number"], reading["station"]
    copy["_links"] = links(self=f"/readings/{number}", collection=f"/stations/{station}/readings")
    return copy


def readings_of(id):
    if STATIONS.get(id) is None:
        abort(404)
    found = list(map(document, log.of(id)))
    return jsonify(readings=found, _links=links(self=request.path, up=f"/stations/{id}"))


def one_reading(number):
    found = [reading for reading in log.readings if reading["number"] == number]
    return document(found[0]) if found else abort(404)

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
# - keeps the reading in the log, and answers 201 with its `document`, and with its address as `Location`,
# - answers 422 and keeps nothing where `degrees` is missing, is no number (as `true` and `"17.5"` are none), or is not between -100 and 100
#   (the two themselves are up to you),
# - answers 404 for a station that is not known, 415 to what is no JSON, and 4xx to JSON that breaks off.

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
- degrees = sent.get("degrees") if isinstance(sent, dict) else None
+ degrees = sent["degrees"]

# %% wrong="41.4" caught_by="answers 201 Created" says="got: 200"
- return document(reading), 201, {"Location": f"/readings/{reading['number']}"}
+ return document(reading)

# %% wrong="41.4" caught_by="says in Location where the reading is" says="a dictionary with headers"
- return document(reading), 201, {"Location": f"/readings/{reading['number']}"}
+ return document(reading), 201

# %% wrong="41.4" caught_by="keeps nothing of what it refuses" says="Look first, and keep then."
- if type(degrees) not in (int, float) or not -100 < degrees < 100:
+ reading = log.keep(id, degrees)
+ if type(degrees) not in (int, float) or not -100 < degrees < 100:

- reading = log.keep(id, degrees)

# %% wrong="41.4" caught_by="answers 422 where degrees is NaN" says="got: 201"
- if type(degrees) not in (int, float) or not -100 < degrees < 100:
+ if type(degrees) not in (int, float) or degrees <= -100 or degrees >= 100:

# %% wrong="41.4" caught_by="answers 422 where degrees is missing" says="422 for JSON that can be read"
def post_reading(id):
    if id not in STATIONS:
        abort(404, "no such station")
    sent = request.get_json()
    if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
        abort(400, "degrees are missing, or no number")
    if not -100 < sent["degrees"] < 100:
        abort(422, "degrees are not between -100 and 100")
    reading = log.keep(id, sent["degrees"])
    return document(reading), 201, {"Location": f"/readings/{reading['number']}"}

# %% wrong="41.4" caught_by="answers 415 to a form" says="What is no JSON is refused"
- sent = request.get_json()
+ sent = request.get_json(silent=True)

# %% wrong="41.4" caught_by="answers 422 where degrees is true" says="isinstance(True, int) says so"
- if type(degrees) not in (int, float) or not -100 < degrees < 100:
+ if not isinstance(degrees, int | float) or not -100 < degrees < 100:

# %% wrong="41.4" caught_by="answers 422 where degrees is a string" says="float() would take both"
- if type(degrees) not in (int, float) or not -100 < degrees < 100:
+ try:
+     degrees = float(degrees)
+ except (TypeError, ValueError):
+     abort(422, "degrees has to be a number")
+ if not -100 < degrees < 100:

# %% wrong="41.4" caught_by="answers 422 where degrees is less than -100" says="with both limits"
- if type(degrees) not in (int, float) or not -100 < degrees < 100:
+ if type(degrees) not in (int, float) or not degrees < 100:

# %% wrong="41.4" caught_by="takes 0 degrees" says="Each number between -100 and 100 is one"
- if type(degrees) not in (int, float) or not -100 < degrees < 100:
+ if not degrees or type(degrees) not in (int, float) or not -100 < degrees < 100:

# %% wrong="41.4" caught_by="takes 0 degrees" says="whole ones"
- if type(degrees) not in (int, float) or not -100 < degrees < 100:
+ if not isinstance(degrees, float) or not -100 < degrees < 100:

# %% wrong="41.4" caught_by="keeps the reading, once, by log.keep" says="reading = log.keep(id, degrees)"
- reading = log.keep(id, degrees)
+ reading = {"number": len(log.readings) + 1, "station": id, "degrees": degrees}
+ log.readings.append(reading)

# %% wrong="41.4" caught_by="has the address of the reading in Location" says="a slash at its beginning"
- return document(reading), 201, {"Location": f"/readings/{reading['number']}"}
+ return document(reading), 201, {"Location": f"readings/{reading['number']}"}

# %% wrong="41.4" caught_by="answers with the document of the reading" says="and with its links"
- return document(reading), 201, {"Location": f"/readings/{reading['number']}"}
+ return reading, 201, {"Location": f"/readings/{reading['number']}"}

# %% wrong="41.4" caught_by="takes JSON whose type has a parameter" says="looks at the type alone"
- sent = request.get_json()
+ if request.headers["Content-Type"] != "application/json":
+     abort(415, "send JSON")
+ sent = request.get_json()

# %% wrong="41.4" caught_by="your code crashed" says="JSONDecodeError"
- sent = request.get_json()
+ if not request.is_json:
+     abort(415, "send JSON")
+ sent = json.loads(request.get_data())

# %% wrong="41.4" caught_by="keeps a reading for the station of the address, whatever else the JSON says" says="The address says which station it is"
- reading = log.keep(id, degrees)
+ reading = log.keep(sent.get("station", id), degrees)

# %% right="41.4" style="patterns, and a whole URL in Location"
def post_reading(id):
    if id not in STATIONS:
        abort(404)
    match request.get_json():
        case {"degrees": int() | float() as degrees} if degrees not in (True, False) or type(degrees) is not bool:
            if not -100 <= degrees <= 100:
                abort(422, "degrees has to be between -100 and 100")
        case _:
            abort(422, "degrees is missing, or no number")
    answer = jsonify(document(log.keep(id, degrees)))
    answer.headers["Location"] = f"{request.host_url}readings/{answer.json['number']}"
    return answer, HTTPStatus.CREATED

# %% right="41.4" style="a view with a method"
from flask.views import MethodView


class Posted(MethodView):
    def post(self, id):
        if not request.is_json:
            return jsonify(message="send JSON"), 415
        if id not in STATIONS:
            return jsonify(message="unknown"), 404
        sent = request.get_json(silent=True)
        degrees = sent["degrees"] if isinstance(sent, dict) and "degrees" in sent else None
        if isinstance(degrees, float) or type(degrees) is int:
            if abs(degrees) < 100:
                made = document(log.keep(id, float(degrees)))
                return jsonify(made), 201, [("Location", made["_links"]["self"]["href"])]
        return jsonify(message="degrees: a number between -100 and 100"), 422


post_reading = Posted.as_view("post_reading")

# %% right="41.4" style="one check after the other"
def post_reading(id):
    if id not in STATIONS:
        return {"message": "no such station"}, 404
    sent = request.json
    if not isinstance(sent, dict) or "degrees" not in sent:
        return {"message": "degrees is missing"}, 422
    degrees = sent["degrees"]
    if isinstance(degrees, bool) or not isinstance(degrees, int | float) or not -100 <= degrees <= 100:
        return {"message": "degrees has to be a number between -100 and 100"}, 422
    reading = log.keep(id, degrees)
    answer = jsonify(document(reading))
    answer.status_code, answer.location = 201, f"/readings/{reading['number']}"
    return answer

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
# there is none), with the number of that reading as `ETag`, and with 304 for a display that has it already: `If-None-Match` has one tag or
# several.
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

# %% wrong="41.5" caught_by="your code crashed" says="IndexError"
- if not measured:
-     abort(404, f"there is no reading of station {id}")

# %% wrong="41.5" caught_by="sends another tag with the next reading, even of as many degrees" says="Two readings of 17.5 are two."
- answer.set_etag(str(measured[-1]["number"]))
+ answer.set_etag(str(measured[-1]["degrees"]))

# %% wrong="41.5" caught_by="answers 304 Not Modified to a display that has it" says="got: 200"
- return answer.make_conditional(request)
+ return answer

# %% wrong="41.5" caught_by="sends an ETag" says="in quotation marks"
- answer.set_etag(str(measured[-1]["number"]))
+ answer.headers["ETag"] = str(measured[-1]["number"])

# %% wrong="41.5" caught_by="answers 304 where the tag is one of several" says="make_conditional"
- return answer.make_conditional(request)
+ tag = answer.headers["ETag"]
+ return ("", 304, {"ETag": tag}) if request.headers.get("If-None-Match") == tag else answer

# %% wrong="41.5" caught_by="answers with the document of the last reading" says="_links"
- answer = jsonify(document(measured[-1]))
+ answer = jsonify(measured[-1])

# %% wrong="41.5" caught_by="answers with the document of the last reading" says="newest reading"
- answer = jsonify(document(measured[-1]))
+ answer = jsonify(document(log.readings[-1]))

# %% wrong="41.5" caught_by="has the number of that reading as its ETag" says="of this station tells it from all others"
- answer.set_etag(str(measured[-1]["number"]))
+ answer.set_etag(str(len(measured)))

# %% wrong="41.5" caught_by="answers 200 where the tag only begins like its own" says="got: 304"
- return answer.make_conditional(request)
+ is_known = str(measured[-1]["number"]) in request.headers.get("If-None-Match", "")
+ return ("", 304) if is_known else answer

# %% wrong="41.5" caught_by="answers 200 to a display that has an older one" says="got: 304"
- return answer.make_conditional(request)
+ return ("", 304) if request.if_none_match else answer

# %% wrong="41.5" caught_by="answers with a reading of 0 degrees" says="Only then it is 404."
- if not measured:
+ if not measured or not measured[-1]["degrees"]:

# %% right="41.5" style="a header, and make_conditional"
def latest(id):
    *_, last = log.of(id) or abort(404)
    answer = jsonify(document(last))
    answer.headers["ETag"] = f'"{last["number"]}"'
    answer.headers["Cache-Control"] = "no-cache"
    answer.make_conditional(request)
    return answer

# %% right="41.5" style="the header taken apart"
def latest(id):
    if id not in STATIONS or len(log.of(id)) == 0:
        return {"message": "no reading yet"}, 404
    reading = log.of(id)[-1]
    tag = '"%d"' % reading["number"]
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    return ("", HTTPStatus.NOT_MODIFIED) if tag in known else (document(reading), 200, {"ETag": tag})

# %% right="41.5" style="a comparison of tags"
def latest(id):
    reading = next(reversed(log.of(id)), None) or abort(404, "there is no reading yet")
    tag = str(reading["number"])
    if tag in request.if_none_match:
        return "", 304, {"ETag": f'"{tag}"'}
    return document(reading), {"ETag": f'"{tag}"'}

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
# Write `welcome`, which sends to a newcomer, each as a text message in JSON:
#
# - the last reading of the station, if there is one,
# - but where `since` is a number, every reading after that one. `log.of(station, since)` is the list of them.
#
# It closes nothing: the newcomer stays for what comes next.

# %% [markdown] tags=["solution"]
# `[-1:]` is a list with the last element, and an empty one where there is none, so nothing has to be asked. `json.dumps` makes JSON; `str` would
# make Python's way of writing a dictionary, which no browser reads. `broadcast` to this one client awaits nothing, as in 34.4. With
# `await websocket.send(...)`, a newer reading might be sent in between, before an older one.

# %% exercise="41.6"
async def welcome(websocket, station, since):
    ### BEGIN SOLUTION
    news = log.of(station)[-1:] if since is None else log.of(station, since)
    for reading in news:
        broadcast([websocket], json.dumps(reading))
    ### END SOLUTION

# %% wrong="41.6" caught_by="your code crashed" says="IndexError: list index out of range"
- news = log.of(station)[-1:] if since is None else log.of(station, since)
+ news = [log.of(station)[-1]] if since is None else log.of(station, since)

# %% wrong="41.6" caught_by="sends a newcomer the last reading, and no more" says="A newcomer gets one reading"
- news = log.of(station)[-1:] if since is None else log.of(station, since)
+ news = log.of(station, since or 0)

# %% wrong="41.6" caught_by="sends a newcomer the last reading, and no more" says="That is no JSON"
- broadcast([websocket], json.dumps(reading))
+ await websocket.send(str(reading))

# %% wrong="41.6" caught_by="sends all that was missed since a reading, in order" says="send all readings after it"
- news = log.of(station)[-1:] if since is None else log.of(station, since)
+ news = log.of(station)[-1:]

# %% wrong="41.6" caught_by="sends all readings where since is 0" says="Only None is none."
- news = log.of(station)[-1:] if since is None else log.of(station, since)
+ news = log.of(station, since) if since else log.of(station)[-1:]

# %% wrong="41.6" caught_by="sends a newcomer the last reading, and no more" says="Bytes make a binary message"
- broadcast([websocket], json.dumps(reading))
+ await websocket.send(json.dumps(reading).encode())

# %% wrong="41.6" caught_by="sends a newcomer the last reading, and no more" says="without await, it does nothing"
- broadcast([websocket], json.dumps(reading))
+ websocket.send(json.dumps(reading))

# %% wrong="41.6" caught_by="sends a newcomer the last reading, and no more" says="Each reading is a message of its own"
- for reading in news:
-     broadcast([websocket], json.dumps(reading))
+ await websocket.send(json.dumps(news))

# %% wrong="41.6" caught_by="sends all that was missed since a reading, in order" says="of this station"
- news = log.of(station)[-1:] if since is None else log.of(station, since)
+ news = log.of(station)[-1:] if since is None else log.readings[since:]

# %% wrong="41.6" caught_by="leaves the connection open" says="A newcomer stays"
- for reading in news:
-     broadcast([websocket], json.dumps(reading))
+ for reading in news:
+     await websocket.send(json.dumps(reading))
+ await websocket.close()

# %% wrong="41.6" caught_by="sends a newcomer the last reading, and no more" says="A message is the whole reading"
- broadcast([websocket], json.dumps(reading))
+ await websocket.send(json.dumps(reading["degrees"]))

# %% right="41.6" style="two branches"
async def welcome(websocket, station, since):
    if since is not None:
        for reading in log.of(station, since):
            broadcast([websocket], json.dumps(reading))
    elif measured := log.of(station):
        broadcast([websocket], json.dumps(measured[-1]))

# %% right="41.6" style="documents, with a filter of its own"
async def welcome(websocket, station, since):
    news = [reading for reading in log.readings if reading["station"] == station]
    match since:
        case None:
            del news[:-1]
        case int():
            news = [reading for reading in news if reading["number"] > since]
    while news:
        await websocket.send(json.dumps(document(news.pop(0)), indent=2))

# %% right="41.6" style="a generator"
def missed(station, since):
    if since is None:
        yield from log.of(station)[-1:]
    else:
        yield from sorted(log.of(station, since), key=lambda reading: reading["number"])


async def welcome(websocket, station, since):
    for text in map(json.dumps, missed(station, since)):
        broadcast({websocket}, text)

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
# Who watches a station is in its room. `say` may be called in any thread: it asks the feed's event loop to send the text, as `publish`
# in the lesson. `watching` tells how many there are. (A feed for other people's browsers also looks at `Origin`, as in exercise 35.4.)

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
# Write `publish(reading)`, which lets the room of its station `say` the reading, in JSON. And write `live`, the whole life of a connection:
#
# - it enters the room `rooms[station]`, and then gets its `welcome`,
# - this feed only tells. To each message, text or binary, answer the client that sent it with JSON that has an `error`, and go on,
# - however the connection ends, it leaves the room.

# %% [markdown] tags=["solution"]
# First in, then welcome: the other way round, a reading that comes in between would not be sent to this client. Now it may be sent twice,
# and the page shows the same one again. `finally` is the only place that is reached in every case: when the client says goodbye, when its
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

# %% wrong="41.7" caught_by="forgets a client that says goodbye" says="in each of them"
async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    await welcome(websocket, station, since)
    async for message in websocket:
        await websocket.send(json.dumps({"error": "this feed only tells"}))

# %% wrong="41.7" caught_by="takes readings by POST" says="in post_reading, or in what it calls, publish too"
def publish(reading):
    rooms[str(reading["station"])].say(json.dumps(reading))

# %% wrong="41.7" caught_by="tells nobody of another station" says="Each station has its room"
def publish(reading):
    for room in rooms.values():
        room.say(json.dumps(reading))

# %% wrong="41.7" caught_by="answers the message 'hello'" says="it gave no answer within 2 s"
- async for message in websocket:
-     await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))
+ await websocket.wait_closed()

# %% wrong="41.7" caught_by="your code crashed" says="JSONDecodeError"
- await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))
+ await websocket.send(json.dumps({"error": f"this feed does not take {json.loads(message)}"}))

# %% wrong="41.7" caught_by="enters the room before it gets its welcome" says="it got its welcome outside of the room"
- room.enter(websocket)

# %% wrong="41.7" caught_by="enters the room before it gets its welcome" says="So enter is the first thing"
- room.enter(websocket)
- try:
-     await welcome(websocket, station, since)
+ await welcome(websocket, station, since)
+ room.enter(websocket)
+ try:

# %% wrong="41.7" caught_by="forgets a client that vanishes without a goodbye" says="it is still in the room"
async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    await welcome(websocket, station, since)
    async for message in websocket:
        await websocket.send(json.dumps({"error": "this feed only tells"}))
    rooms[station].leave(websocket)

# %% wrong="41.7" caught_by="tells an error to nobody else" says="Only who sent the message gets the error."
- await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))
+ room.say(json.dumps({"error": "this feed only tells, it takes no messages"}))

# %% wrong="41.7" caught_by="pushes a reading to all who watch" says="That is no JSON"
- rooms[reading["station"]].say(json.dumps(reading))
+ rooms[reading["station"]].say(str(reading))

# %% wrong="41.7" caught_by="lets the room say it, once" says="the feed's event loop"
- rooms[reading["station"]].say(json.dumps(reading))
+ broadcast(rooms[reading["station"]].members, json.dumps(reading))

# %% wrong="41.7" caught_by="welcomes a client that comes back with what it missed" says="with its since"
- await welcome(websocket, station, since)
+ await welcome(websocket, station, None)

# %% wrong="41.7" caught_by="welcomes who connects" says="gets its welcome"
- await welcome(websocket, station, since)
+ await welcome(websocket, station, since or 0)

# %% wrong="41.7" caught_by="answers the message ''" says="closed the connection without an answer"
- async for message in websocket:
-     await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))
+ await websocket.recv()
+ await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))

# %% wrong="41.7" caught_by="answers the message b'17.5'" says="whatever it says"
- async for message in websocket:
-     await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))
+ async for message in websocket:
+     if isinstance(message, str):
+         await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))

# %% wrong="41.7" caught_by="your code crashed" says="UnicodeDecodeError"
- await websocket.send(json.dumps({"error": "this feed only tells, it takes no messages"}))
+ said = message if isinstance(message, str) else message.decode()
+ await websocket.send(json.dumps({"error": f"this feed takes no {said}"}))

# %% right="41.7" style="recv until the end"
from websockets import ConnectionClosed


async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    try:
        await welcome(websocket, station, since)
        while True:
            await websocket.recv()
            await websocket.send('{"error": "read only"}')
    except ConnectionClosed:
        pass
    finally:
        rooms[station].leave(websocket)

# %% right="41.7" style="a context manager, and documents"
from contextlib import contextmanager


@contextmanager
def member(room, websocket):
    room.enter(websocket)
    try:
        yield
    finally:
        room.leave(websocket)


def publish(reading):
    [room] = [room for id, room in rooms.items() if id == reading["station"]]
    room.say(json.dumps(document(reading)))


async def live(websocket):
    station, since = asked(websocket.request.path)
    with member(rooms[station], websocket):
        await welcome(websocket, station, since)
        async for message in websocket:
            await websocket.send(json.dumps({"type": "error", "error": f"nobody reads {message!r}"}))

# %% right="41.7" style="a task for what comes"
async def refuse(websocket):
    async for message in websocket:
        broadcast({websocket}, json.dumps({"error": {"code": 405, "message": "read only"}}))


async def live(websocket):
    station, since = asked(websocket.request.path)
    rooms[station].enter(websocket)
    try:
        await welcome(websocket, station, since)
        task = asyncio.create_task(refuse(websocket))
        await websocket.wait_closed()
        task.cancel()
    finally:
        rooms[station].leave(websocket)

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
# The page is given, all but its script. Write `script(address)`, which returns JavaScript as a string:
#
# - it opens a `new WebSocket(...)` at the address, such as `ws://127.0.0.1:8002/stations/2`,
# - for each message (`socket.onmessage = event => { ... }`) it reads `JSON.parse(event.data)`, and shows its `degrees`, and no others, in the
#   element `degrees`, as text: `document.getElementById("degrees").textContent = ...`,
# - when the connection has ended (`socket.onclose = () => ...`) it connects again a second later, with `setTimeout(connect, 1000)`. (With many
#   visitors the second has a random part, as in lesson 35.) The new address has `?since=` and the number of the last reading. If there was no
#   reading yet, the address has no `?since=`.
#
# The check runs the page as a browser does, with a feed and a clock of its own.

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
- socket.onclose = () => setTimeout(connect, 1000);

# %% wrong="41.8" caught_by="names the last reading that it has when the connection has ended" says="Remember the number of each reading."
- last = "?since=" + reading.number;

# %% wrong="41.8" caught_by="names the feed of the station" says="/stations/2"
- return f"const address = {json.dumps(address)};" + """
+ return """

- const socket = new WebSocket(address + last);
+ const socket = new WebSocket("ws://127.0.0.1:8002" + last);

# %% wrong="41.8" caught_by="has a script that runs" says="line 8: SyntaxError"
- return f"const address = {json.dumps(address)};" + """
+ return f"const address = new String({address});" + """

# %% wrong="41.8" caught_by="has a script that runs" says="unexpected end of the script"
- function connect() {
+ function connect() {{

# %% wrong="41.8" caught_by="opens a WebSocket" says="a function runs when it is called"
- connect();

# %% wrong="41.8" caught_by="waits before it connects again when the connection has ended" says="setTimeout takes a function"
- socket.onclose = () => setTimeout(connect, 1000);
+ socket.onclose = () => setTimeout(connect(), 1000);

# %% wrong="41.8" caught_by="names no reading before it has one" says="?since=undefined"
- let last = "";
+ let last;

- const socket = new WebSocket(address + last);
+ const socket = new WebSocket(address + "?since=" + last);

- last = "?since=" + reading.number;
+ last = reading.number;

# %% wrong="41.8" caught_by="names the last reading that it has when the connection has ended" says="got: {'since': ['3']}"
- let last = "";
+ let last = "", count = 0;

- last = "?since=" + reading.number;
+ last = "?since=" + (count += 1);

# %% wrong="41.8" caught_by="names the last reading that it has when the connection has ended" says="got: {}"
- let last = "";
- function connect() {
+ function connect() {
+     let last = "";

# %% wrong="41.8" caught_by="shows the degrees of a reading" says="An element was not found"
- document.getElementById("degrees").textContent = reading.degrees + " degrees";
+ document.getElementById("reading").textContent = reading.degrees + " degrees";

# %% wrong="41.8" caught_by="opens a WebSocket" says="It asks again and again"
def script(address):
    return """
        setInterval(async () => {
            const answer = await fetch("latest");
            document.getElementById("degrees").textContent = (await answer.json()).degrees + " degrees";
        }, 1000);
    """

# %% wrong="41.8" caught_by="shows the degrees as text" says="innerHTML"
- document.getElementById("degrees").textContent = reading.degrees + " degrees";
+ document.getElementById("degrees").innerHTML = reading.degrees + " degrees";

# %% wrong="41.8" caught_by="shows the degrees of a reading" says="That is the message as it came"
- document.getElementById("degrees").textContent = reading.degrees + " degrees";
+ document.getElementById("degrees").textContent = event.data;

# %% wrong="41.8" caught_by="shows 0 degrees" says="expected: '0 degrees'"
- document.getElementById("degrees").textContent = reading.degrees + " degrees";
+ if (reading.degrees) document.getElementById("degrees").textContent = reading.degrees + " degrees";

# %% wrong="41.8" caught_by="has one connection at a time" says="setInterval again and again"
- socket.onclose = () => setTimeout(connect, 1000);
+ socket.onclose = () => setInterval(connect, 1000);

# %% wrong="41.8" caught_by="connects again when the next connection has ended" says="however the one before it ended"
- socket.onclose = () => setTimeout(connect, 1000);
+ socket.onclose = event => { if (!event.wasClean) setTimeout(connect, 1000); };

# %% wrong="41.8" caught_by="names the last reading that it has when the connection has ended" says="['7', '12', '31']"
- const socket = new WebSocket(address + last);
+ const socket = new WebSocket(last || address);

- last = "?since=" + reading.number;
+ last = (last || address) + (last ? "&" : "?") + "since=" + reading.number;

# %% right="41.8" style="an address whose query is set"
def script(address):
    return f"""
        // The feed of this station: {address}
        const url = new URL({address!r});
        const show = ({{ data }}) => {{
            const reading = JSON.parse(data);
            url.searchParams.set("since", reading.number);
            document.querySelector("#degrees").innerText = reading.degrees.toFixed(1);
        }};
        (function connect() {{
            const socket = new WebSocket(url);
            socket.onmessage = show;
            socket.onclose = function () {{ setTimeout(connect, 1000); }};
        }})();
    """

# %% right="41.8" style="a loop that awaits"
def script(address):
    return "const feed = '%s';" % address + """
        const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
        let last = 0;
        async function watch(query) {
            const socket = new WebSocket(feed + (last ? `?since=${last}` : ""));
            socket.onmessage = (event) => {
                const { number, degrees } = JSON.parse(event.data);
                last = number;
                document.getElementById("degrees").replaceChildren(`${degrees} °C`);
            };
            await new Promise((ended) => socket.addEventListener("close", ended));
        }
        (async () => { for (;;) { await watch(); await pause(1000); } })();
    """

# %% right="41.8" style="listeners and a template"
def script(address):
    return """
        let last = null;
        connect();
        function connect() {
            const since = last === null ? "" : `?since=${last}`;
            const socket = new WebSocket("ADDRESS" + since);
            socket.addEventListener("message", ({data}) => {
                const {number, degrees} = JSON.parse(data);
                document.getElementById("degrees").textContent = `${degrees} degrees`;
                last = number;
            });
            socket.addEventListener("close", () => { setTimeout(connect, 1000); });
        }
    """.replace("ADDRESS", address)

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
