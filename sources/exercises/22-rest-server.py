# %% [markdown]
# # Exercise 22: stations as resources
#
# You need [lesson 22](../notebooks/22-rest-server.ipynb), and the packages `flask` and `flask_restful`, which this course has
# installed already. Run the cells from the top, replace each line that raises `NotImplementedError`, and check as often as you like.

# %%
from itertools import count
from math import inf

from flask import Flask, request
from flask_restful import Api, Resource, abort

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 22.1 Read a station
#
# Three stations are known. Write `get`, so that
#
# - `GET /stations/2` answers 200 with station 2 as JSON, as it stands in `STATIONS`. Every other station in it works in the same way.
# - If there is no such station, the answer is 404, with a `message` that names its number.

# %% [markdown] tags=["solution"]
# A resource returns what it looks like now, and Flask-RESTful makes it JSON with the status 200. Whether the station exists has to
# be asked first: looking it up without asking would end in a `KeyError`, and the client would read 500, as if the service were
# broken. `abort` ends the method at once.

# %% exercise="22.1"
STATIONS = {
    1: {"id": 1, "name": "Harbour", "degrees": 17.5},
    2: {"id": 2, "name": "Hilltop", "degrees": 12.25},
    3: {"id": 3, "name": "Airport", "degrees": 16.0},
}


class Station(Resource):
    def get(self, id):
        ### BEGIN SOLUTION
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return STATIONS[id]
        ### END SOLUTION

# %% wrong="22.1" caught_by="your code crashed" says="KeyError: 90210"
- if id not in STATIONS:
-     abort(404, message=f"there is no station {id}")

# %% wrong="22.1" caught_by="answers 404 Not Found for station 90210, which is not known" says="got: 200"
class Station(Resource):
    def get(self, id):
        return STATIONS.get(id, {"error": "not found"})

# %% wrong="22.1" caught_by="answers 200 OK for station 3" says="/stations/3"
- if id not in STATIONS:
+ if id != 2:

# %% wrong="22.1" caught_by="names station 90210 in a message" says="wants to know which station"
- abort(404, message=f"there is no station {id}")
+ abort(404)

# %% wrong="22.1" caught_by="sends station 2 as JSON, just as it is" says="Return the dictionary itself"
- return STATIONS[id]
+ return str(STATIONS[id])

# %% wrong="22.1" caught_by="answers 404 Not Found for station 0, which is not known" says="Is the station known?"
class Station(Resource):
    def get(self, id):
        if id > len(STATIONS):
            abort(404, message=f"there is no station {id}")
        return list(STATIONS.values())[id - 1]

# %% wrong="22.1" caught_by="sends station 3 as JSON, just as it is" says="'Hilltop'"
- return STATIONS[id]
+ return {"id": id, "name": "Hilltop", "degrees": 12.25}

# %% wrong="22.1" caught_by="names station 90210 in a message" says="got: 'station not found (404)'"
- abort(404, message=f"there is no station {id}")
+ abort(404, message="station not found (404)")

# %% wrong="22.1" caught_by="sends station 2 as JSON, just as it is" says="the one with this id"
- return STATIONS[id]
+ return STATIONS

# %% wrong="22.1" caught_by="answers 404 Not Found for station 90210, which is not known" says="got: 200"
- abort(404, message=f"there is no station {id}")
+ return {"message": f"there is no station {id}"}

# %% right="22.1" style="one expression"
class Station(Resource):
    def get(self, id):
        return STATIONS.get(id) or abort(404, message=f"there is no station {id}")

# %% right="22.1" style="the status beside the message"
class Station(Resource):
    def get(self, id):
        if id in STATIONS:
            return STATIONS[id], 200
        return {"message": f"Station {id} is unknown."}, 404

# %% right="22.1" style="an exception, and a search"
class Station(Resource):
    def get(self, id):
        try:
            return next(station for number, station in STATIONS.items() if number == id)
        except StopIteration:
            abort(404, message={"unknown": id})

# %%
app = Flask("stations")
Api(app).add_resource(Station, "/stations/<int:id>")

service = launch(app)
service

# %% checks="22.1" points=2
check("22.1", service)

# %% [markdown]
# ## 22.2 Add a station
#
# Stations are added by a POST of JSON to the list of all. Write `post`, so that
#
# - it stores a station in `STATIONS`, with the `name` and the `degrees` that were sent, and with a number of the server's choice as `id`,
#   an integer that no other station has,
# - it answers 201 with the new station, and says in `Location` where it is.
#
# The client may send other fields, such as an `id`. Ignore them. `Station` is yours, from 22.1.

# %% [markdown] tags=["solution"]
# What was sent is looked at before it is used: a `KeyError` would be 500, and that blames the server. `True` is an `int`, so types are
# compared. Python's JSON parser also reads `NaN` and `Infinity`, and they are no JSON: so the number has to lie between `-inf` and `inf`.
#
# The new station is put together field by field. `{**sent, "id": id}` would be shorter, and would let any client store whatever it likes; with
# `id` in front of `**sent`, it could even overwrite another station. The number comes from `count`, which gives none of them twice.

# %% exercise="22.2"
numbers = count(4)


class Stations(Resource):
    def get(self):
        return list(STATIONS.values())

    def post(self):
        ### BEGIN SOLUTION
        sent = request.get_json()
        if not isinstance(sent, dict) or not isinstance(sent.get("name"), str):
            abort(422, message="a station has a name, a string")
        if type(sent.get("degrees")) not in (int, float) or not -inf < sent["degrees"] < inf:
            abort(422, message="a station has degrees, a number")
        station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
        STATIONS[station["id"]] = station
        return station, 201, {"Location": f"/stations/{station['id']}"}
        ### END SOLUTION

# %% wrong="22.2" caught_by="answers 201 Created for Pier" says="got: 200"
- return station, 201, {"Location": f"/stations/{station['id']}"}
+ return station

# %% wrong="22.2" caught_by="says in Location where Pier is" says="a dictionary with headers"
- return station, 201, {"Location": f"/stations/{station['id']}"}
+ return station, 201

# %% wrong="22.2" caught_by="stores nothing but id, name and degrees" says="'owner'"
- station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
+ station = {**sent, "id": next(numbers)}

# %% wrong="22.2" caught_by="chooses the number itself, whatever the client sends" says="overwrite a station that is there"
- station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
+ station = {"id": sent.get("id") or next(numbers), "name": sent["name"], "degrees": sent["degrees"]}

# %% wrong="22.2" caught_by="shows Pier at that address" says="Is it stored, under its number?"
- STATIONS[station["id"]] = station

# %% wrong="22.2" caught_by="your code crashed" says="TypeError"
- sent = request.get_json()
+ sent = request.json()

# %% wrong="22.2" caught_by="stores nothing but id, name and degrees" says="one by one, and nothing else"
- station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
- STATIONS[station["id"]] = station
+ station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
+ STATIONS[station["id"]] = {**sent, "id": station["id"]}

# %% wrong="22.2" caught_by="gives Pier a number that no other has" says="belongs to a station that is there already"
- station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
+ station = {"id": len(STATIONS), "name": sent["name"], "degrees": sent["degrees"]}

# %% wrong="22.2" caught_by="answers 201 Created for Pier" says="request.get_json() makes a dictionary of it"
- sent = request.get_json()
+ sent = request.form

# %% wrong="22.2" caught_by="answers 201 Created for Zürich Süd" says="got: 400"
- sent = request.get_json()
+ sent = request.get_json()
+ if not sent.get("name") or not sent.get("degrees"):
+     abort(400, message="a station has a name and degrees")

# %% wrong="22.2" caught_by="answers with Pier: its id, name and degrees" says="as it is stored"
- return station, 201, {"Location": f"/stations/{station['id']}"}
+ return {"id": station["id"]}, 201, {"Location": f"/stations/{station['id']}"}

# %% wrong="22.2" caught_by="chooses the number itself, whatever the client sends" says="a client could overwrite"
- station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
+ station = {"id": next(numbers), **sent}

# %% wrong="22.2" caught_by="gives a second Pier a number that no other has" says="Two stations may have the same name"
- station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
+ known = {one["name"]: one["id"] for one in STATIONS.values()}
+ id = known.get(sent["name"]) or next(numbers)
+ station = {"id": id, "name": sent["name"], "degrees": sent["degrees"]}

# %% wrong="22.2" caught_by="answers with de Bilt: its id, name and degrees" says="just as they were sent"
- station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
+ station = {"id": next(numbers), "name": sent["name"].title(), "degrees": sent["degrees"]}

# %% right="22.2" style="a function that validates, and a whole address"
from math import isfinite


def is_station(sent):
    name, degrees = sent.get("name"), sent.get("degrees")
    return isinstance(name, str) and type(degrees) in (int, float) and isfinite(degrees)


class Stations(Resource):
    def post(self):
        sent = request.get_json()
        if not isinstance(sent, dict) or not is_station(sent):
            return {"message": "a station has a name and degrees"}, 422
        id = next(numbers)
        STATIONS[id] = {"id": id, "name": sent["name"], "degrees": sent["degrees"]}
        return STATIONS[id], 201, {"Location": f"{request.base_url}/{id}"}

# %% right="22.2" style="fields in a loop, and url_for"
from flask_restful import url_for


class Stations(Resource):
    def post(self):
        station = {field: request.json[field] for field in ("name", "degrees")}
        station["id"] = next(numbers)
        STATIONS.update({station["id"]: station})
        return station, "201 CREATED", {"Location": url_for("station", id=station["id"], _external=True)}

# %% right="22.2" style="unpacked, and a response with a header"
from flask import make_response


class Stations(Resource):
    def post(self):
        match request.get_json():
            case {"name": name, "degrees": degrees}:
                number = next(numbers)
            case _:
                return {"message": "a station has a name and degrees"}, 422
        STATIONS[number] = dict(id=number, name=name, degrees=degrees)
        response = make_response(STATIONS[number], 201)
        response.headers["Location"] = f"stations/{number}"
        return response

# %%
app = Flask("adding")
api = Api(app)
api.add_resource(Stations, "/stations")
api.add_resource(Station, "/stations/<int:id>")

adding = launch(app)
adding

# %% checks="22.2" points=3
check("22.2", adding)

# %% [markdown]
# ## 22.3 One day
#
# A day has a name of its own, its date, as in `/days/2027-03-05`. So a client can PUT a day where it belongs. A day has a `low` and a
# `high`, in degrees, and nothing else. Write
#
# - `put`: it stores the `low` and the `high` that were sent, in place of what was there, and answers with them: 201 for a day that was not
#   there, else 200; but 422 with a `message`, and no change, if one of the two is missing,
# - `patch`: it changes only what was sent, and answers 200 with the whole day; 404 for a day that is not there,
# - `delete`: it removes the day, and answers 204; 404 for a day that is not there.
#
# The degrees that are sent are numbers, 0 among them. Other fields that are sent are no fault: they are not stored, and not answered.

# %% [markdown] tags=["solution"]
# PUT brings the whole new state. If half of it were accepted, the other half would be lost, so it is refused. What is no object, or has
# something else than numbers in it, is refused as well. PATCH goes through
# the fields that a day has, not through what the client sent: `update(request.get_json())` would store anything. `self.get(date)` is
# there to answer 404 where the day is not known. After DELETE nothing is left to say, and a 204 has no body.

# %% exercise="22.3"
DAYS = {}


class Day(Resource):
    def get(self, date):
        if date not in DAYS:
            abort(404, message=f"nothing is known of {date}")
        return DAYS[date]

    def put(self, date):
        ### BEGIN SOLUTION
        sent = request.get_json()
        if not isinstance(sent, dict):
            abort(422, message="a day is an object")
        if "low" not in sent or "high" not in sent:
            abort(422, message="a day has a low and a high")
        if not all(type(sent[field]) in (int, float) and -inf < sent[field] < inf for field in ("low", "high")):
            abort(422, message="low and high are numbers")
        status = 200 if date in DAYS else 201
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date], status
        ### END SOLUTION

    def patch(self, date):
        ### BEGIN SOLUTION
        day, sent = self.get(date), request.get_json()
        if not isinstance(sent, dict):
            abort(422, message="a change is an object")
        changes = [sent[field] for field in day if field in sent]
        if not all(type(degrees) in (int, float) and -inf < degrees < inf for degrees in changes):
            abort(422, message="low and high are numbers")
        DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
        return DAYS[date]
        ### END SOLUTION

    def delete(self, date):
        ### BEGIN SOLUTION
        self.get(date)
        del DAYS[date]
        return "", 204
        ### END SOLUTION

# %% wrong="22.3" caught_by="answers 201 Created to PUT for a day that was not there" says="got: 200"
- return DAYS[date], status
+ return DAYS[date]

# %% wrong="22.3" caught_by="stores nothing but low and high" says="'wind': 7"
- DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
+ day.update(sent)

# %% wrong="22.3" caught_by="answers 422 to PUT with the low alone" says="KeyError: 'high'"
- if "low" not in sent or "high" not in sent:
-     abort(422, message="a day has a low and a high")

# %% wrong="22.3" caught_by="keeps with PATCH what was not sent" says="Only what was sent changes"
- DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
+ DAYS[date] = {"low": sent.get("low"), "high": sent.get("high")}

# %% wrong="22.3" caught_by="answers 204 No Content to DELETE" says="got: 200"
- return "", 204
+ return {"message": "deleted"}

# %% wrong="22.3" caught_by="answers 404 to DELETE for a day that is not there" says="got: 204"
- self.get(date)
- del DAYS[date]
+ DAYS.pop(date, None)

# %% wrong="22.3" caught_by="shows with GET what was PUT with a field that no day has" says="takes every field that a client thinks of"
- DAYS[date] = {"low": sent["low"], "high": sent["high"]}
+ DAYS[date] = sent

# %% wrong="22.3" caught_by="shows with GET what was PUT with other values" says="takes the place of what was there"
- DAYS[date] = {"low": sent["low"], "high": sent["high"]}
+ DAYS.setdefault(date, {"low": sent["low"], "high": sent["high"]})

# %% wrong="22.3" caught_by="answers PUT for a day that was not there with its low and high" says="as it is stored now"
- return DAYS[date], status
+ return "stored", status

# %% wrong="22.3" caught_by="says why in a message to PUT with the low alone" says="got: {}"
- abort(422, message="a day has a low and a high")
+ return {}, 422

# %% wrong="22.3" caught_by="answers 422 to PUT with the high alone" says="your code crashed"
- if "low" not in sent or "high" not in sent:
+ if "high" not in sent:

# %% wrong="22.3" caught_by="answers 201 Created to PUT for another day" says="0 degrees is a value like any other"
- if "low" not in sent or "high" not in sent:
+ if not sent.get("low") or not sent.get("high"):

# %% wrong="22.3" caught_by="takes a 0 with PATCH" says="it counts as false"
- DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
+ DAYS[date] = {field: sent.get(field) or day[field] for field in ("low", "high")}

# %% wrong="22.3" caught_by="answers PATCH with high with the whole day" says="PATCH answers with the whole day"
- DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
- return DAYS[date]
+ DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
+ return sent

# %% wrong="22.3" caught_by="keeps the other days" says="Every date is a day of its own"
- del DAYS[date]
+ DAYS.clear()

# %% wrong="22.3" caught_by="answers 404 to PATCH for a day that is not there" says="self.get(date) answers 404"
- day, sent = self.get(date), request.get_json()
+ day, sent = DAYS.get(date, {}), request.get_json()

- DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
+ DAYS[date] = {field: sent.get(field, day.get(field)) for field in ("low", "high")}

# %% wrong="22.3" caught_by="not right yet" says="A stub is still there, in patch"
class Day(Resource):
    def patch(self, date):
        raise NotImplementedError("your code here")

# %% wrong="22.3" caught_by="answers 200 OK to PATCH with wind" says="A field that no day has is no fault"
- if not isinstance(sent, dict):
-     abort(422, message="a change is an object")
+ if not isinstance(sent, dict) or not sent.keys() & {"low", "high"}:
+     abort(422, message="a change is an object with low or high")

# %% right="22.3" style="an exception, a loop and pop"
class Day(Resource):
    def put(self, date):
        try:
            day = {field: request.json[field] for field in ("low", "high")}
            if not all(type(degrees) in (int, float) for degrees in day.values()):
                raise TypeError("low and high are numbers")
        except (KeyError, TypeError) as fault:
            return {"message": f"{fault} is not right"}, 422
        known = date in DAYS
        DAYS[date] = day
        return day, 200 if known else 201

    def patch(self, date):
        day = self.get(date)
        for field in day:
            if field in request.json:
                day[field] = request.json[field]
        return day

    def delete(self, date):
        if DAYS.pop(date, None) is None:
            return {"message": f"{date} is not there"}, 404
        return None, 204

# %% right="22.3" style="a helper, sets, and assignments"
def only(sent):
    return {field: sent[field] for field in {"low", "high"} & set(sent)}


class Day(Resource):
    def put(self, date):
        day = only(request.get_json())
        if len(day) < 2:
            return {"message": f"it has {', '.join(day) or 'nothing'} alone"}, 422
        was_there = DAYS.get(date) is not None
        DAYS[date] = day
        return (day, 200) if was_there else (day, 201)

    def patch(self, date):
        if date not in DAYS:
            return {"message": "no such day"}, 404
        DAYS[date].update(only(request.get_json()))
        return DAYS[date], 200

    def delete(self, date):
        if date in DAYS:
            DAYS.pop(date)
            return None, 204
        abort(404)

# %% right="22.3" style="low and high by name, and lists"
class Day(Resource):
    def put(self, date):
        sent = request.get_json()
        for field in ["low", "high"]:
            if sent.get(field) is None:
                abort(422, message=field + " is missing")
        created = not date in DAYS
        DAYS[date] = dict(low=sent["low"], high=sent["high"])
        return DAYS[date], [200, 201][created]

    def patch(self, date):
        low, high = self.get(date)["low"], self.get(date)["high"]
        low = request.get_json().get("low", low)
        high = request.get_json().get("high", high)
        return DAYS.setdefault(date, {}) | (DAYS.update({date: {"low": low, "high": high}}) or DAYS[date])

    def delete(self, date):
        day = self.get(date)
        DAYS.pop(date, day)
        return {}, 204

# %%
app = Flask("days")
Api(app).add_resource(Day, "/days/<date>")

days = launch(app)
days

# %% checks="22.3" points=4
check("22.3", days)

# %% [markdown]
# ## 22.4 The whole service
#
# Now write a REST server with `flask` and `flask_restful`, from the verbs to the addresses. A station takes readings:
# `{"id": 1, "station": 2, "degrees": 17.5}`.
#
# | | what it does |
# |---|---|
# | `GET /stations/2/readings` | 200, a list of the readings of station 2; an empty one where it has none |
# | `POST /stations/2/readings` | stores a reading with the `degrees` that were sent: 201, the reading, and its address in `Location`. Where `degrees` is missing, or no number, or what was sent is no object: 422 with a `message` |
# | `GET /readings/1` | 200 and the reading |
# | `DELETE /readings/1` | 204; the reading is gone |
#
# A number is what JSON calls one: 17.5, 18, 0 and -2.5 are numbers, `"17.5"` and `true` are none. What else is sent, an `id` for example, is
# no fault, and is not stored. A body that is no JSON, as from a form, is 400, 415 or 422, as you like. Python's JSON parser also
# reads `NaN` and `Infinity`, which are no JSON. To refuse them is up to you; `inf` is imported for that.
#
# - The stations are those in `STATIONS`. If there is no such station or no such reading, the answer is 404 with a `message`, in JSON.
# - If an address belongs to no resource, as `/weather` or `/readings/one`, the answer is the same.
# - The server gives each reading a number. It gives no number twice, not even when a reading has been deleted.

# %% [markdown] tags=["solution"]
# Before anything is used it is looked at: is the station known, is what came an object, has it `degrees`, and are they a number? All of
# that can be wrong, because it comes from outside. `isinstance` comes first: a client may send a list, or a number alone, and `.get` would
# fail. The type is compared, because `isinstance(True, int)` is true. `NaN` and `Infinity`, which Python reads
# all the same, are refused: a service that sent them would send no JSON. `count` goes on where `max(READINGS) + 1` would come back to the number of a deleted reading. With `catch_all_404s`, Flask-RESTful
# also answers for addresses that it does not know.

# %% exercise="22.4"
READINGS, next_reading = {}, count(1)


class Readings(Resource):
    def get(self, id):
        ### BEGIN SOLUTION
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return [reading for reading in READINGS.values() if reading["station"] == id]
        ### END SOLUTION

    def post(self, id):
        ### BEGIN SOLUTION
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        sent = request.get_json()
        if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
            abort(422, message="a reading needs degrees, a number")
        if not -inf < sent["degrees"] < inf:
            abort(422, message="NaN and Infinity are no JSON")
        reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
        READINGS[reading["id"]] = reading
        return reading, 201, {"Location": f"/readings/{reading['id']}"}
        ### END SOLUTION


class Reading(Resource):
    def get(self, id):
        ### BEGIN SOLUTION
        if id not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[id]
        ### END SOLUTION

    def delete(self, id):
        ### BEGIN SOLUTION
        self.get(id)
        del READINGS[id]
        return "", 204
        ### END SOLUTION


def create_app():
    ### BEGIN SOLUTION
    app = Flask("readings")
    api = Api(app, catch_all_404s=True)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app
    ### END SOLUTION

# %% wrong="22.4" caught_by="answers 422 where degrees is missing" says="got: 200"
- abort(422, message="a reading needs degrees, a number")
+ return {"error": "a reading needs degrees, a number"}

# %% wrong="22.4" caught_by="your code crashed" says="KeyError: 'degrees'"
- if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
-     abort(422, message="a reading needs degrees, a number")

# %% wrong="22.4" caught_by="gives the reading of 20.25 degrees after a DELETE a number that none had before" says="find the wrong reading there"
- reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
+ reading = {"id": max(READINGS, default=0) + 1, "station": id, "degrees": sent["degrees"]}

# %% wrong="22.4" caught_by="lists the readings of station 2 only" says="and no others"
- return [reading for reading in READINGS.values() if reading["station"] == id]
+ return list(READINGS.values())

# %% wrong="22.4" caught_by="has a message in JSON for GET where an address belongs to no resource" says="Api can do it instead"
- api = Api(app, catch_all_404s=True)
+ api = Api(app)

# %% wrong="22.4" caught_by="answers 404 to POST for a station that is not known" says="got: 201"
- if id not in STATIONS:
-     abort(404, message=f"there is no station {id}")
- sent = request.get_json()
+ sent = request.get_json()

# %% wrong="22.4" caught_by="gives the reading of 20.25 degrees after a DELETE a number that none had before" says="would find the wrong reading there"
- reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
+ reading = {"id": len(READINGS) + 1, "station": id, "degrees": sent["degrees"]}

# %% wrong="22.4" caught_by="answers 201 Created to POST with 18 degrees" says="A number may be whole"
- if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
+ if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), float):

# %% wrong="22.4" caught_by="answers 201 Created to POST with 0 degrees" says="A number may be whole, 0 or negative"
- if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
+ if not isinstance(sent, dict) or not sent.get("degrees") or type(sent["degrees"]) not in (int, float):

# %% wrong="22.4" caught_by="answers 422 where degrees is true" says="in Python True is an int"
- if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
+ if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), int | float):

# %% wrong="22.4" caught_by="answers 422 where degrees is a string that looks like a number" says="What a client sends can be anything"
- if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
-     abort(422, message="a reading needs degrees, a number")
+ try:
+     float(sent["degrees"])
+ except (KeyError, TypeError, ValueError):
+     abort(422, message="a reading needs degrees, a number")

# %% wrong="22.4" caught_by="answers 422 where what was sent is a number and no object" says="AttributeError: 'float' object has no attribute 'get'"
- if not isinstance(sent, dict) or type(sent.get("degrees")) not in (int, float):
+ if type(sent.get("degrees")) not in (int, float):

# %% wrong="22.4" caught_by="answers to other fields with the reading: its id, station and degrees" says="what the first two are"
- reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
+ reading = {**sent, "id": next(next_reading), "station": id}

# %% wrong="22.4" caught_by="answers 200 OK to GET for the readings of station 1" says="A station without readings has an empty list"
- return [reading for reading in READINGS.values() if reading["station"] == id]
+ return [reading for reading in READINGS.values() if reading["station"] == id] or abort(404, message="nothing here")

# %% wrong="22.4" caught_by="keeps the readings that were not deleted" says="no other changes"
- del READINGS[id]
+ READINGS.clear()

# %% wrong="22.4" caught_by="answers 404 to GET for a reading whose number is a word" says="ValueError: invalid literal for int()"
class Reading(Resource):
    def get(self, id):
        if int(id) not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[int(id)]

    def delete(self, id):
        self.get(id)
        del READINGS[int(id)]
        return "", 204


def create_app():
    app = Flask("readings")
    api = Api(app, catch_all_404s=True)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<id>")
    return app

# %% wrong="22.4" caught_by="answers 404 to GET for a station that is not known" says="Is the station known?"
class Readings(Resource):
    def get(self, id):
        return [reading for reading in READINGS.values() if reading["station"] == id]

# %% right="22.4" style="a list, and next"
READINGS, next_reading = [], count(1)


class Readings(Resource):
    def get(self, id):
        if id in STATIONS:
            return list(filter(lambda reading: reading["station"] == id, READINGS))
        abort(404, message=f"Station {id} is unknown.")

    def post(self, id):
        if id not in STATIONS:
            abort(404, message=f"Station {id} is unknown.")
        try:
            degrees = request.get_json()["degrees"]
            if isinstance(degrees, bool) or not isinstance(degrees, (int, float)) or not -inf < degrees < inf:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            abort(422, message="degrees has to be a number")
        READINGS.append({"id": next(next_reading), "station": id, "degrees": degrees})
        return READINGS[-1], 201, {"Location": f"/readings/{READINGS[-1]['id']}"}


class Reading(Resource):
    def get(self, id):
        found = next((reading for reading in READINGS if reading["id"] == id), None)
        return found or abort(404, message=f"Reading {id} is unknown.")

    def delete(self, id):
        READINGS.remove(self.get(id))
        return "", 204

# %% right="22.4" style="an error handler of Flask"
def create_app():
    app = Flask(__name__)
    app.register_error_handler(404, lambda error: ({"message": error.description}, 404))
    api = Api(app)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app

# %% right="22.4" style="errors in a table, and a silent get_json"
class Readings(Resource):
    def get(self, id):
        if id not in STATIONS:
            return {"message": "no such station"}, 404
        return [READINGS[number] for number in sorted(READINGS) if READINGS[number]["station"] == id], 200

    def post(self, id):
        if id not in STATIONS:
            return {"message": "no such station"}, 404
        match request.get_json(silent=True):
            case {"degrees": bool()}:
                return {"message": "true is no number"}, 422
            case {"degrees": int(degrees) | float(degrees)}:
                number = next(next_reading)
                READINGS[number] = {"id": number, "station": id, "degrees": degrees}
                return READINGS[number], 201, {"Location": f"{request.host_url}readings/{number}"}
            case _:
                return {"message": "send degrees, a number"}, 422


class Reading(Resource):
    def get(self, id):
        try:
            return READINGS[id]
        except KeyError:
            return {"message": f"no reading {id}"}, 404

    def delete(self, id):
        if READINGS.pop(id, None) is None:
            return {"message": f"no reading {id}"}, 404
        return None, 204

# %%
try:
    readings = launch(create_app())
except NotImplementedError:
    readings = ...  # not written yet

# %% checks="22.4" points=5
check("22.4", readings)

# %%
stop_all()
