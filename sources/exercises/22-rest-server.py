# %% [markdown]
# # Exercise 22: stations as resources
#
# You need [lesson 22](../notebooks/22-rest-server.ipynb). Run the cells from the top, replace the line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from flask import Flask
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

# %% wrong="22.1" caught_by="your code crashed"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        return STATIONS[id]

# %% wrong="22.1" caught_by="answers 404 Not Found for a station that is not known"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        return STATIONS.get(id, {"error": "not found"})

# %% wrong="22.1" caught_by="answers 200 OK for another one"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        if id != 2:
            abort(404, message=f"there is no station {id}")
        return STATIONS[2]

# %% wrong="22.1" caught_by="says why in a message"
STATIONS = {2: {"id": 2, "name": "Hilltop", "degrees": 12.25}, 3: {"id": 3, "name": "Airport", "degrees": 16.0}}


class Station(Resource):
    def get(self, id):
        if id not in STATIONS:
            abort(404)
        return STATIONS[id]

# %% wrong="22.1" caught_by="sends the station as a JSON object"
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

# %%
stop_all()
