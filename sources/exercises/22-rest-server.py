# %% [markdown]
# # Exercise 22: stations as resources
#
# You need [lesson 22](../notebooks/22-rest-server.ipynb), and the packages `flask` and `flask_restful`, which this course has
# installed already. Run the cells from the top, replace each line that raises `NotImplementedError`, and check as often as you like.

# %%
from itertools import count

from flask import Flask, request
from flask_restful import Api, Resource, abort

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 22.1 Read a station
#
# Three stations are known. Write `get`, so that
#
# - `GET /stations/2` answers 200 with the station as JSON, just as it stands in `STATIONS`,
# - a station that is not known is 404, with a `message` that names its number.

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

# %% wrong="22.1" caught_by="your code crashed" says="KeyError: 9"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        return STATIONS[id]

# %% wrong="22.1" caught_by="answers 404 Not Found for a station that is not known" says="got: 200"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        return STATIONS.get(id, {"error": "not found"})

# %% wrong="22.1" caught_by="answers 200 OK for another one" says="/stations/3"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        if id != 2:
            abort(404, message=f"there is no station {id}")
        return STATIONS[2]

# %% wrong="22.1" caught_by="says why in a message" says="there is no station {id}"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404)
        return STATIONS[id]

# %% wrong="22.1" caught_by="sends the station as a JSON object" says="a text that looks like it is none"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return str(STATIONS[id])

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
# Stations are added by a POST to the list of all. Write `post`, so that
#
# - it stores a station with the `name` and the `degrees` that were sent, and with a number of the server's choice as `id`,
# - it answers 201 with the new station, and says in `Location` where it is.
#
# What else the client sends is not stored. `Station` is yours, from 22.1.

# %% [markdown] tags=["solution"]
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
        station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
        STATIONS[station["id"]] = station
        return station, 201, {"Location": f"/stations/{station['id']}"}
        ### END SOLUTION

# %% wrong="22.2" caught_by="answers 201 Created" says="got: 200"
numbers = count(4)


class Stations(Resource):
    def get(self):
        return list(STATIONS.values())

    def post(self):
        sent = request.get_json()
        station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
        STATIONS[station["id"]] = station
        return station

# %% wrong="22.2" caught_by="says in Location where the new station is" says="a dictionary with headers"
numbers = count(4)


class Stations(Resource):
    def get(self):
        return list(STATIONS.values())

    def post(self):
        sent = request.get_json()
        station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
        STATIONS[station["id"]] = station
        return station, 201

# %% wrong="22.2" caught_by="stores nothing but id, name and degrees" says="'owner': 'me'"
numbers = count(4)


class Stations(Resource):
    def get(self):
        return list(STATIONS.values())

    def post(self):
        id = next(numbers)
        STATIONS[id] = {**request.get_json(), "id": id}
        return STATIONS[id], 201, {"Location": f"/stations/{id}"}

# %% wrong="22.2" caught_by="chooses the number itself, whatever the client sends" says="overwrite a station that is there"
numbers = count(4)


class Stations(Resource):
    def get(self):
        return list(STATIONS.values())

    def post(self):
        sent = request.get_json()
        id = sent.get("id") or next(numbers)
        STATIONS[id] = {"id": id, "name": sent["name"], "degrees": sent["degrees"]}
        return STATIONS[id], 201, {"Location": f"/stations/{id}"}

# %% wrong="22.2" caught_by="shows the station at that address" says="Is it stored, under its number?"
numbers = count(4)


class Stations(Resource):
    def get(self):
        return list(STATIONS.values())

    def post(self):
        sent = request.get_json()
        station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
        return station, 201, {"Location": "/stations/1"}

# %% wrong="22.2" caught_by="your code crashed" says="TypeError"
numbers = count(4)


class Stations(Resource):
    def get(self):
        return list(STATIONS.values())

    def post(self):
        sent = request.json()
        station = {"id": next(numbers), "name": sent["name"], "degrees": sent["degrees"]}
        STATIONS[station["id"]] = station
        return station, 201, {"Location": f"/stations/{station['id']}"}

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
# - `put`: it stores the `low` and the `high` that were sent, and answers with them: 201 for a day that was not there, else 200; but 422
#   with a `message` if one of the two is missing,
# - `patch`: it changes only what was sent, and answers 200 with the whole day; 404 for a day that is not there,
# - `delete`: it removes the day, and answers 204; 404 for a day that is not there.

# %% [markdown] tags=["solution"]
# PUT brings the whole new state. If half of it were accepted, the other half would be lost, so it is refused. PATCH goes through
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
        if "low" not in sent or "high" not in sent:
            abort(422, message="a day has a low and a high")
        status = 200 if date in DAYS else 201
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date], status
        ### END SOLUTION

    def patch(self, date):
        ### BEGIN SOLUTION
        day, sent = self.get(date), request.get_json()
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
DAYS = {}


class Day(Resource):
    def get(self, date):
        return DAYS[date] if date in DAYS else abort(404, message=f"nothing is known of {date}")

    def put(self, date):
        sent = request.get_json()
        if "low" not in sent or "high" not in sent:
            abort(422, message="a day has a low and a high")
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date]

    def patch(self, date):
        day, sent = self.get(date), request.get_json()
        DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
        return DAYS[date]

    def delete(self, date):
        self.get(date)
        del DAYS[date]
        return "", 204

# %% wrong="22.3" caught_by="stores nothing but low and high" says="'wind': 7"
DAYS = {}


class Day(Resource):
    def get(self, date):
        return DAYS[date] if date in DAYS else abort(404, message=f"nothing is known of {date}")

    def put(self, date):
        sent = request.get_json()
        if "low" not in sent or "high" not in sent:
            abort(422, message="a day has a low and a high")
        status = 200 if date in DAYS else 201
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date], status

    def patch(self, date):
        self.get(date).update(request.get_json())
        return DAYS[date]

    def delete(self, date):
        self.get(date)
        del DAYS[date]
        return "", 204

# %% wrong="22.3" caught_by="answers 422 to PUT with half a day" says="KeyError: 'high'"
DAYS = {}


class Day(Resource):
    def get(self, date):
        return DAYS[date] if date in DAYS else abort(404, message=f"nothing is known of {date}")

    def put(self, date):
        sent = request.get_json()
        status = 200 if date in DAYS else 201
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date], status

    def patch(self, date):
        day, sent = self.get(date), request.get_json()
        DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
        return DAYS[date]

    def delete(self, date):
        self.get(date)
        del DAYS[date]
        return "", 204

# %% wrong="22.3" caught_by="keeps with PATCH what was not sent" says="Only what was sent changes"
DAYS = {}


class Day(Resource):
    def get(self, date):
        return DAYS[date] if date in DAYS else abort(404, message=f"nothing is known of {date}")

    def put(self, date):
        sent = request.get_json()
        if "low" not in sent or "high" not in sent:
            abort(422, message="a day has a low and a high")
        status = 200 if date in DAYS else 201
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date], status

    def patch(self, date):
        self.get(date)
        sent = request.get_json()
        DAYS[date] = {"low": sent.get("low"), "high": sent.get("high")}
        return DAYS[date]

    def delete(self, date):
        self.get(date)
        del DAYS[date]
        return "", 204

# %% wrong="22.3" caught_by="answers 204 No Content to DELETE" says="got: 200"
DAYS = {}


class Day(Resource):
    def get(self, date):
        return DAYS[date] if date in DAYS else abort(404, message=f"nothing is known of {date}")

    def put(self, date):
        sent = request.get_json()
        if "low" not in sent or "high" not in sent:
            abort(422, message="a day has a low and a high")
        status = 200 if date in DAYS else 201
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date], status

    def patch(self, date):
        day, sent = self.get(date), request.get_json()
        DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
        return DAYS[date]

    def delete(self, date):
        self.get(date)
        del DAYS[date]
        return {"message": "deleted"}

# %% wrong="22.3" caught_by="answers 404 to DELETE for a day that is not there" says="got: 204"
DAYS = {}


class Day(Resource):
    def get(self, date):
        return DAYS[date] if date in DAYS else abort(404, message=f"nothing is known of {date}")

    def put(self, date):
        sent = request.get_json()
        if "low" not in sent or "high" not in sent:
            abort(422, message="a day has a low and a high")
        status = 200 if date in DAYS else 201
        DAYS[date] = {"low": sent["low"], "high": sent["high"]}
        return DAYS[date], status

    def patch(self, date):
        day, sent = self.get(date), request.get_json()
        DAYS[date] = {field: sent.get(field, day[field]) for field in ("low", "high")}
        return DAYS[date]

    def delete(self, date):
        DAYS.pop(date, None)
        return "", 204

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
# | `GET /stations/2/readings` | 200, a list of the readings of station 2 |
# | `POST /stations/2/readings` | stores a reading with the `degrees` that were sent: 201, `Location`, and the reading. Where `degrees` is missing, or no number: 422 with a `message` |
# | `GET /readings/1` | 200 and the reading |
# | `DELETE /readings/1` | 204 |
#
# The stations are those in `STATIONS`. What is not there is 404 with a `message`, in JSON, also where an address belongs to no resource. No number is given twice, not
# even when a reading has been deleted.

# %% [markdown] tags=["solution"]
# Before anything is used it is looked at: is the station known, is what came an object, has it `degrees`, and are they a number? All of
# that can be wrong, because it comes from outside. `isinstance` comes first: a client may send a list, or a number alone, and `.get` would
# fail. `count` goes on where `max(READINGS) + 1` would come back to the number of a deleted reading. With `catch_all_404s`, Flask-RESTful
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
        if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), int | float):
            abort(422, message="a reading needs degrees, a number")
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

# %% wrong="22.4" caught_by="your code crashed" says="KeyError: 'degrees'"
READINGS, next_reading = {}, count(1)


class Readings(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return [reading for reading in READINGS.values() if reading["station"] == id]

    def post(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        reading = {"id": next(next_reading), "station": id, "degrees": float(request.get_json()["degrees"])}
        READINGS[reading["id"]] = reading
        return reading, 201, {"Location": f"/readings/{reading['id']}"}


class Reading(Resource):
    def get(self, id):
        if id not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[id]

    def delete(self, id):
        self.get(id)
        del READINGS[id]
        return "", 204


def create_app():
    app = Flask("readings")
    api = Api(app, catch_all_404s=True)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app

# %% wrong="22.4" caught_by="answers 422 where degrees is missing" says="got: 200"
READINGS, next_reading = {}, count(1)


class Readings(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return [reading for reading in READINGS.values() if reading["station"] == id]

    def post(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        sent = request.get_json()
        if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), int | float):
            return {"error": "a reading needs degrees, a number"}
        reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
        READINGS[reading["id"]] = reading
        return reading, 201, {"Location": f"/readings/{reading['id']}"}


class Reading(Resource):
    def get(self, id):
        if id not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[id]

    def delete(self, id):
        self.get(id)
        del READINGS[id]
        return "", 204


def create_app():
    app = Flask("readings")
    api = Api(app, catch_all_404s=True)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app

# %% wrong="22.4" caught_by="gives no number twice, not even that of a reading that was deleted" says="find the wrong reading there"
READINGS, next_reading = {}, count(1)


class Readings(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return [reading for reading in READINGS.values() if reading["station"] == id]

    def post(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        sent = request.get_json()
        if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), int | float):
            abort(422, message="a reading needs degrees, a number")
        reading = {"id": max(READINGS, default=0) + 1, "station": id, "degrees": sent["degrees"]}
        READINGS[reading["id"]] = reading
        return reading, 201, {"Location": f"/readings/{reading['id']}"}


class Reading(Resource):
    def get(self, id):
        if id not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[id]

    def delete(self, id):
        self.get(id)
        del READINGS[id]
        return "", 204


def create_app():
    app = Flask("readings")
    api = Api(app, catch_all_404s=True)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app

# %% wrong="22.4" caught_by="lists the readings of one station only" says="of another station"
READINGS, next_reading = {}, count(1)


class Readings(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return list(READINGS.values())

    def post(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        sent = request.get_json()
        if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), int | float):
            abort(422, message="a reading needs degrees, a number")
        reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
        READINGS[reading["id"]] = reading
        return reading, 201, {"Location": f"/readings/{reading['id']}"}


class Reading(Resource):
    def get(self, id):
        if id not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[id]

    def delete(self, id):
        self.get(id)
        del READINGS[id]
        return "", 204


def create_app():
    app = Flask("readings")
    api = Api(app, catch_all_404s=True)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app

# %% wrong="22.4" caught_by="says in JSON that an address belongs to no resource" says="Api can do it instead"
READINGS, next_reading = {}, count(1)


class Readings(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return [reading for reading in READINGS.values() if reading["station"] == id]

    def post(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        sent = request.get_json()
        if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), int | float):
            abort(422, message="a reading needs degrees, a number")
        reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
        READINGS[reading["id"]] = reading
        return reading, 201, {"Location": f"/readings/{reading['id']}"}


class Reading(Resource):
    def get(self, id):
        if id not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[id]

    def delete(self, id):
        self.get(id)
        del READINGS[id]
        return "", 204


def create_app():
    app = Flask("readings")
    api = Api(app)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app

# %% wrong="22.4" caught_by="answers 404 to POST for a station that is not known" says="got: 201"
READINGS, next_reading = {}, count(1)


class Readings(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404, message=f"there is no station {id}")
        return [reading for reading in READINGS.values() if reading["station"] == id]

    def post(self, id):
        sent = request.get_json()
        if not isinstance(sent, dict) or not isinstance(sent.get("degrees"), int | float):
            abort(422, message="a reading needs degrees, a number")
        reading = {"id": next(next_reading), "station": id, "degrees": sent["degrees"]}
        READINGS[reading["id"]] = reading
        return reading, 201, {"Location": f"/readings/{reading['id']}"}


class Reading(Resource):
    def get(self, id):
        if id not in READINGS:
            abort(404, message=f"there is no reading {id}")
        return READINGS[id]

    def delete(self, id):
        self.get(id)
        del READINGS[id]
        return "", 204


def create_app():
    app = Flask("readings")
    api = Api(app, catch_all_404s=True)
    api.add_resource(Readings, "/stations/<int:id>/readings")
    api.add_resource(Reading, "/readings/<int:id>")
    return app

# %%
try:
    readings = launch(create_app())
except NotImplementedError:
    readings = ...  # not written yet

# %% checks="22.4" points=5
check("22.4", readings)

# %%
stop_all()
