# %% [markdown]
# # A REST service with Flask
#
# 30 minutes. You need [lesson 21](21-what-is-rest.ipynb).
#
# By the end you can
#
# - write a REST service with Flask and Flask-RESTful,
# - answer each verb with the status code that fits: 200, 201, 204, 404, 405, 409, 415,
# - say what Flask-RESTful does for you, and what to use in its place.

# %% [markdown]
# ## The whole game
#
# You know the finished service from lesson 21. It answers in JSON, and `.json()` makes a dictionary of it.

# %%
from itertools import count

import requests
from flask import Flask, request
from flask_restful import Api, Resource, abort

from wirelab import launch, stop_all, wire

office = launch("servers.ticket_service")
requests.get(office.url + "/shows/1", timeout=3).json()

# %% [markdown]
# `/shows/1` is the address of a resource, an evening at the theatre. `/bookings` is the list of all bookings; such a list is a resource
# too, a **collection**. To book a seat, POST to it what you want.

# %%
wanted = {"show": 1, "seat": 12, "name": "Ada"}
with wire(office) as tap:
    requests.post(tap.url + "/bookings", json=wanted, timeout=3)

tap

# %% [markdown] tags=["notes"]
# Ask: what would a program at a ticket machine have to say to the box office? Write the verbs people use on the board, then map
# them: look (GET), book (POST), change (PUT, PATCH), cancel (DELETE). The question "why not POST for everything?" comes
# every time: caches, retries and people can rely on what GET, PUT and DELETE mean. Short of time: leave out the section on
# trailing slashes.

# %% [markdown]
# 201 means *Created*, and `Location` says where the new resource is. There it can be read, changed and deleted. Run the cell
# again, and you get 409: seat 12 is taken now. To start afresh, run the cell with `launch` again.
#
# ## Flask in five lines
#
# Stop the finished service: its port is yours now. **Flask** connects addresses to functions. The line with `@` is a
# **decorator**: it tells Flask to call the function below for GET requests to this address. What stands in angle brackets is
# taken from the path, and a dictionary becomes JSON.

# %%
office.stop()
app = Flask("greeter")


@app.get("/hello/<name>")
def hello(name):
    return {"greeting": f"Hello, {name}"}


greeter = launch(app)
requests.get(greeter.url + "/hello/Ada", timeout=3).json()

# %% [markdown]
# In a project of your own you install two packages, `pip install flask flask-restful`, and end the file with `app.run(port=8003)`.
# Here both are installed, and `launch` serves the app at that port: `app.run` would block the cell. In lesson 12 you wrote a status
# line, headers and bytes. They are still there; Flask writes them.

# %%
with wire(greeter) as tap:
    requests.get(tap.url + "/hello/Ada", timeout=3)

greeter.stop()
tap[1]

# %% [markdown]
# ## A resource is a class
#
# **Flask-RESTful** takes the word literally: a resource is a class, and its methods have the names of the verbs. `Api` puts
# the class at an address. `<int:id>` takes whole numbers only. `abort` raises an exception, so the method ends there.

# %%
SHOWS = {1: {"id": 1, "title": "Hamlet"}, 2: {"id": 2, "title": "The Tempest"}}


class Show(Resource):
    def get(self, id):
        if id not in SHOWS:
            abort(404, message=f"there is no show {id}")
        return SHOWS[id]


app = Flask("box office")
api = Api(app)
api.add_resource(Show, "/shows/<int:id>")
office = launch(app)
requests.get(office.url + "/shows/2", timeout=3).json()

# %% [markdown]
# A resource that is not there is 404, and the reason is JSON too, so that a program can read it.

# %%
reply = requests.get(office.url + "/shows/9", timeout=3)
reply.status_code, reply.json()

# %% [markdown]
# **Predict, then run.** `two` is not a number at all. Which status comes back, and in which format?

# %%
reply = requests.get(office.url + "/shows/two", timeout=3)
reply.status_code, reply.headers["Content-Type"]

# %% [markdown]
# <details><summary>Answer</summary>
#
# 404 again, but in HTML. `/shows/two` fits no address, so your class was never asked: Flask answered, with a page for people. A
# client that expects JSON stumbles over it. `Api(app, catch_all_404s=True)` makes this 404 JSON as well.
#
# </details>
#
# ## Create: POST, 201, Location
#
# To create a resource, POST to its collection. A method returns up to three things: what to say, the status, and headers.
# `get_json` reads what the client sent, `any` looks whether somebody has the seat, and `count(1)` gives 1, 2, 3, and so on.

# %%
BOOKINGS, numbers = {}, count(1)


class Bookings(Resource):
    def get(self):
        return list(BOOKINGS.values())

    def post(self):
        wanted = request.get_json()
        if any(wanted["seat"] == other["seat"] for other in BOOKINGS.values()):
            abort(409, message=f"seat {wanted['seat']} is taken")
        booking = {"id": next(numbers), "seat": wanted["seat"], "name": wanted["name"]}
        BOOKINGS[booking["id"]] = booking
        return booking, 201, {"Location": f"/bookings/{booking['id']}"}

# %% [markdown]
# The server chooses the number and never uses it twice. Otherwise someone who kept the address of a cancelled booking would
# find another person's there.
#
# ## Change and delete: PUT, PATCH, DELETE
#
# **PUT** stores a complete new state at this address, so nothing may be left out. **PATCH** changes only what is named:
# `{**old, **new}` has everything of both, and the new values win. **DELETE** removes the resource; there is nothing left to
# say, so the status is 204, *No Content*, without a body. `self.get(id)` tests whether the booking exists.

# %%
class Booking(Resource):
    def get(self, id):
        if id not in BOOKINGS:
            abort(404, message=f"there is no booking {id}")
        return BOOKINGS[id]

    def put(self, id):
        self.get(id)
        wanted = request.get_json()
        BOOKINGS[id] = {"id": id, "seat": wanted["seat"], "name": wanted["name"]}
        return BOOKINGS[id]

    def patch(self, id):
        BOOKINGS[id] = {**self.get(id), **request.get_json(), "id": id}
        return BOOKINGS[id]

    def delete(self, id):
        self.get(id)
        del BOOKINGS[id]
        return "", 204

# %%
app = Flask("box office")
api = Api(app)
api.add_resource(Show, "/shows/<int:id>")
api.add_resource(Bookings, "/bookings")
api.add_resource(Booking, "/bookings/<int:id>")

office = launch(app)
office

# %% [markdown]
# ```mermaid
# flowchart LR
#     C[client] -->|GET, POST| B["/bookings"] --> K[class Bookings]
#     C -->|GET, PUT, PATCH, DELETE| O["/bookings/1"] --> L[class Booking]
# ```
#
# A small function saves typing. It shows what a client has to look at first: the status. `**more` passes on whatever else you
# give it. (To start again from booking 1, run the cell with `BOOKINGS` again.)

# %%
def call(verb, path, **more):
    reply = requests.request(verb, office.url + path, timeout=3, **more)
    print(reply.status_code, reply.reason, "|", reply.text.strip())


call("POST", "/bookings", json={"seat": 12, "name": "Ada"})
call("GET", "/bookings/1")
call("PUT", "/bookings/1", json={"seat": 14, "name": "Ada"})
call("PATCH", "/bookings/1", json={"name": "Ada Lovelace"})

# %% [markdown]
# **Predict, then run.** The cell cancels the booking twice. Which two statuses will you see?

# %%
call("DELETE", "/bookings/1")
call("DELETE", "/bookings/1")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 204, then 404. DELETE is idempotent all the same: the second request changes nothing. The booking is gone, once or twice; only the
# answer differs, and 404 is an honest one.
#
# </details>
#
# ## When the client is wrong
#
# Asking for a taken seat is a **conflict** with the state of the service: 409. The same request may succeed later.

# %%
call("POST", "/bookings", json={"seat": 12, "name": "Ada"})
call("POST", "/bookings", json={"seat": 12, "name": "Ben"})

# %% [markdown]
# A verb that a resource does not have is 405, and the header `Allow` lists those it has (RFC 9110 §15.5.6). Nobody cancels
# all bookings at once. (`HEAD` and `OPTIONS` come from Flask; `OPTIONS` asks for just this list.)
#
# A body in a format that the service does not read is 415. It happens when you write `data=` instead of `json=`: then requests
# sends a form. On the wire you can tell them apart: by `Content-Type`, and by the body.

# %%
reply = requests.delete(office.url + "/bookings", timeout=3)
print(reply.status_code, sorted(reply.headers["Allow"].split(", ")))

with wire(office) as tap:
    requests.post(tap.url + "/bookings", data={"seat": 13, "name": "Cy"}, timeout=3)
tap

# %% [markdown]
# ## Break it: trust the client
#
# The service believes that every booking has a seat. This one has none.

# %%
call("POST", "/bookings", json={"name": "Dee"})

# %% [markdown]
# 500 says that the server is at fault. It is: the client sent nonsense, but the service should have said so. The client must
# not learn where your code failed. You can:

# %%
office

# %% [markdown]
# It is not the only hole. `put` does not ask whether the seat is taken:

# %%
call("POST", "/bookings", json={"seat": 13, "name": "Eve"})
call("PUT", "/bookings/3", json={"seat": 12, "name": "Eve"})

# %% [markdown]
# Now Ada and Eve have seat 12. `patch` does not ask either, and stores whatever field you send.
#
# The cure: look at all that was sent, before you use any of it, and answer 422, *Unprocessable Content*, with a reason. (Flask
# still prints an older name of 422. Programs read only the number.) In the next cell, `<=` between two sets means *is a part of*, and
# `type(…)` is compared, since `True` would pass for a whole number.

# %%
def look_at(sent, needed=("seat", "name")):
    if not isinstance(sent, dict) or not set(needed) <= set(sent) <= {"seat", "name"}:
        abort(422, message="a booking has a seat and a name, and nothing else")
    if type(sent.get("seat", 0)) is not int or type(sent.get("name", "")) is not str:
        abort(422, message="seat has to be a whole number, and name a text")
    return sent


def check_free(seat, id=None):
    if any(seat == other["seat"] and id != other["id"] for other in BOOKINGS.values()):
        abort(409, message=f"seat {seat} is taken")

# %% [markdown]
# The mended classes look first, and leave the rest to the old ones, by `super()`. A booking is not in its own way: `check_free` passes
# over the one with this `id`.

# %%
class CarefulBookings(Bookings):
    def post(self):
        check_free(look_at(request.get_json())["seat"])
        return super().post()


class CarefulBooking(Booking):
    def put(self, id):
        check_free(look_at(request.get_json())["seat"], id)
        return super().put(id)

    def patch(self, id):
        check_free(look_at(request.get_json(), needed=()).get("seat"), id)
        return super().patch(id)

# %%
app = Flask("box office")
api = Api(app, catch_all_404s=True)
api.add_resource(CarefulBookings, "/bookings")
api.add_resource(CarefulBooking, "/bookings/<int:id>")

office = launch(app)
call("POST", "/bookings", json={"name": "Dee"})
call("PUT", "/bookings/3", json={"seat": 12, "name": "Eve"})
call("PATCH", "/bookings/3", json={"price": 0})

# %% [markdown]
# One hole is left. Two clients that ask at the same moment may both find a seat free, before either has booked it. The finished
# service leaves that to its database, which takes each seat once.
#
# ## A slash makes a difference
#
# `/bookings` and `/bookings/` are two addresses. This service has the first alone. Choose one form, the one without a slash is
# usual, and use it everywhere.

# %%
call("GET", "/bookings/")

# %% [markdown]
# Had the route been written with a slash at its end, Flask would answer clients that leave it out with 308, a redirect: a second
# request for each call.
#
# ## What Flask-RESTful adds
#
# Classes with verbs for methods, JSON for errors, and several formats for one resource. You will meet it in many services. But
# no new version of it has come out since May 2023, and its own way to read parameters, `reqparse`, is due to be removed: use
# `request.get_json()`. In a new service, `MethodView` of plain Flask does nearly the same. A route needs a function, and `as_view` makes
# one of the class:

# %%
from flask.views import MethodView


class ShowView(MethodView):
    def get(self, id):
        return SHOWS[id] if id in SHOWS else ({"message": f"there is no show {id}"}, 404)


app = Flask("plain")
app.add_url_rule("/shows/<int:id>", view_func=ShowView.as_view("show"))
office.stop()
office = launch(app)
call("GET", "/shows/1")

# %% [markdown]
# ## Recap
#
# - A resource has an address; verbs say what to do with it; the status says what happened.
# - Created: 201 and Location. Nothing to say: 204. Not there: 404. Not with this verb: 405 and Allow. In the way: 409. Not this
#   format: 415. It makes no sense: 422.
# - Whatever comes from a client may be wrong. Look first, and answer 4xx; a 5xx means that you did not look.
#
# **Check yourself**
#
# <details><summary>When is PUT right, and when PATCH?</summary>
#
# PUT sends the whole new state, PATCH the changes alone. What a patch may say depends on its format (RFC 5789); here it is an
# object with the new values.
#
# </details>
# <details><summary>Why not answer 200 with {"error": "..."}?</summary>
#
# Because programs look at the status first. Retries, caches and logs would all take the failure for a success.
#
# </details>
# <details><summary>415 or 422?</summary>
#
# 415: I do not read this format. 422: I can read it, but it makes no sense here.
#
# </details>
# <details><summary>Who chooses the number of a new booking?</summary>
#
# The server, and it says so in Location. The client follows that and builds no addresses of its own.
#
# </details>
#
# **Now you:** [exercise 22](../exercises/22-rest-server.ipynb). **Next lesson:** [Calling it with
# requests](23-rest-client.ipynb).

# %%
stop_all()
