# %% [markdown]
# # A REST service with Flask
#
# 37 minutes. You need [lesson 21](21-what-is-rest.ipynb).
#
# By the end you can
#
# - write a REST service with Flask and Flask-RESTful,
# - answer each verb with the status code that fits: 200, 201, 204, 404, 405, 409, 415, 422,
# - say what Flask-RESTful does for you, and what to use in its place.

# %% [markdown] minutes=3
# ## Book a seat
#
# First call the finished service from lesson 21. It answers in JSON, and `.json()` makes a dictionary of that.

# %% [markdown] tags=["notes"]
# **Ask:** What does a ticket machine ask of the box office? Write the verbs that people use on the board, then map
# them: look (GET), book (POST), change (PUT, PATCH), cancel (DELETE).
#
# **What goes wrong:** Somebody runs the booking twice and gets 409. That is right: the seat is taken. To start afresh, run the cell
# with `launch` again.

# %%
from itertools import count

import requests
from flask import Flask, request
from flask_restful import Api, Resource, abort

from wirelab import launch, stop_all, wire

office = launch("servers.ticket_service")
requests.get(office.url + "/shows/1", timeout=3).json()

# %% [markdown]
# `/shows/1` is the address of one resource, an evening at the theatre. `/bookings` is the address of the list of all bookings. Such a
# list is a resource too; it is called a **collection**. To book a seat, send a POST to the collection.

# %%
wanted = {"show": 1, "seat": 12, "name": "Ada"}
with wire(office) as tap:
    requests.post(tap.url + "/bookings", json=wanted, timeout=3)

tap

# %% [markdown] minutes=3
# 201 means *Created*. The header `Location` gives the address of the new booking. At this address you can read, change and delete it.
# The other headers belong to later lessons. If you run the cell again, you get 409, because seat 12 is taken now.
#
# ## Flask in five lines
#
# Now write a service of your own, with **Flask**. Flask connects addresses to functions. The line with `@` is a **decorator**. This one
# makes Flask call `hello` for each GET request to this address. Flask takes `name` from the path, and makes JSON of the dictionary.
# First, the cell stops the finished service, because you need its port.

# %%
office.stop()
app = Flask("greeter")


@app.get("/hello/<name>")
def hello(name):
    return {"greeting": f"Hello, {name}"}


greeter = launch(app)
requests.get(greeter.url + "/hello/Ada", timeout=3).json()

# %% [markdown]
# In a project of your own, install Flask with `pip install flask`, and end the file with `app.run(port=8003)`. That is a server for
# development; lesson 27 shows one for real use. Here Flask is installed. `app.run` would block the cell, so `launch` serves the app at the
# same port.
#
# In lesson 12 you wrote the status line, the headers and the bytes yourself. Now Flask and its server write them:

# %%
with wire(greeter) as tap:
    requests.get(tap.url + "/hello/Ada", timeout=3)

greeter.stop()
tap[1]

# %% [markdown] minutes=6
# ## A resource is a class
#
# In **Flask-RESTful** a resource is a class. Many existing services use this package, and it shows well how verbs become methods. But it is
# hardly developed any more. So at the end of the lesson you write the same with plain Flask.
#
# The methods of the class have the names of the verbs. `add_resource` puts the class at an address. `<int:id>` in the address takes digits
# only, and passes them on as an integer. `abort` raises an exception, so the method ends there.

# %% [markdown] tags=["notes"]
# **Ask:** Where did the line with `if path ==` go? (Flask compares the address. The class has one method for each verb.)
#
# **What goes wrong:** A new class does nothing until it is added to an `Api` and launched. People change the class and call
# the old server.

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
# **Predict, then run.** There is no show 9, and `two` is not an integer. Which statuses come back, and in which formats?

# %% tags=["predict"]
for number in ["9", "two"]:
    reply = requests.get(office.url + "/shows/" + number, timeout=3)
    print(number, reply.status_code, reply.headers["Content-Type"])

# %% [markdown] minutes=2
# <details><summary>Answer</summary>
#
# Both are 404. For show 9, `abort` sends the reason as JSON, so that a program can read it. The second 404 is HTML. `/shows/two` matches no
# route, so your class was not called. Flask answered instead, with a page for people, and a client that expects JSON cannot read that.
# `Api(app, catch_all_404s=True)` makes this 404 JSON as well.
#
# </details>
#
# ## Create: POST, 201, Location
#
# To create a resource, a client sends a POST to the collection. `request.get_json()` returns what the client sent. The loop looks for
# another booking of this seat. `next(numbers)` is 1, then 2, 3, and so on. The method returns three things: the body, the status
# and a dictionary of headers.

# %%
BOOKINGS, numbers = {}, count(1)


class Bookings(Resource):
    def get(self):
        return list(BOOKINGS.values())

    def post(self):
        wanted = request.get_json()
        for other in BOOKINGS.values():
            if other["seat"] == wanted["seat"]:
                abort(409, message=f"seat {wanted['seat']} is taken")
        id = next(numbers)
        BOOKINGS[id] = {"id": id, "seat": wanted["seat"], "name": wanted["name"]}
        return BOOKINGS[id], 201, {"Location": f"/bookings/{id}"}

# %% [markdown] minutes=7
# The server chooses the number, and never uses a number twice. Otherwise the address of a cancelled booking could later show the booking
# of another person.
#
# ## Change and delete: PUT, PATCH, DELETE
#
# - **PUT** replaces the resource, so the client has to send all of it. In lesson 21 a PUT could also create. Here the server chooses the
#   numbers, so a PUT to a number that does not exist gets 404.
# - **PATCH** changes only the fields that the client sends. It is not safe, and HTTP does not promise that it is idempotent (RFC 5789).
# - **DELETE** removes the resource. The status is 204, *No Content*: the response has no body.
#
# Each method first calls `self.get(id)`, which answers 404 if there is no such booking. In `patch`, `{**old, **new}` is a
# dictionary with the fields of both. Where both have a field, the value of `new` counts.

# %% [markdown] tags=["notes"]
# **Ask:** Why not POST for everything? Because caches, retries and people rely on what GET, PUT and DELETE mean.
#
# **What goes wrong:** PUT with one field left out. Then this service answers 500. *Break it* shows the cure.

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
        old, new = self.get(id), request.get_json()
        BOOKINGS[id] = {**old, **new, "id": id}
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
# The function `call` sends a request, and prints the status and the body. It passes all other arguments, `**more`, on to requests. It returns
# `Location`, the address of a new booking. So `ada` is the address of Ada's booking, whatever its number is.

# %%
def call(verb, path, **more):
    reply = requests.request(verb, office.url + path, timeout=3, **more)
    print(reply.status_code, reply.reason, "|", reply.text.strip())
    return reply.headers.get("Location")


ada = call("POST", "/bookings", json={"seat": 12, "name": "Ada"})
call("GET", ada)
call("PUT", ada, json={"seat": 14, "name": "Ada"})
call("PATCH", ada, json={"name": "Ada Lovelace"})

# %% [markdown]
# **Predict, then run.** The cell cancels the booking twice. Which two statuses will you see, and which lines of `Booking` send them?

# %% tags=["predict"]
call("DELETE", ada)
call("DELETE", ada)

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# 204, from the last line of `delete`. Then 404, from `get`, which `delete` calls first. DELETE is idempotent all the same: after one
# request or two, the booking is gone. Only the status differs.
#
# </details>
#
# ## When the client is wrong
#
# A client asks for a seat that is taken. This is a **conflict** with the current state of the service, and its status is 409. The
# same request may succeed later, when the seat is free again.

# %% [markdown] tags=["notes"]
# **Do:** Hide the status codes and let the room choose one for each of four requests: a taken seat, DELETE on the collection, a form
# instead of JSON, a name without a seat. The last one is the next section.

# %%
call("POST", "/bookings", json={"seat": 12, "name": "Ada"})
call("POST", "/bookings", json={"seat": 12, "name": "Ben"})

# %% [markdown]
# The class `Bookings` has no method `delete`, so nobody can cancel all bookings at once. For a verb that a resource does not have, the
# status is 405. The header `Allow` lists the verbs that it has (RFC 9110 §15.5.6). Flask adds `HEAD` and `OPTIONS` by itself.

# %%
reply = requests.delete(office.url + "/bookings", timeout=3)
print(reply.status_code, sorted(reply.headers["Allow"].split(", ")))

# %% [markdown]
# If the body has a format that the service does not read, the status is 415. You get it when you write `data=` instead of `json=`: then
# requests sends a form. Look at `Content-Type` and at the body of the request:

# %%
with wire(office) as tap:
    requests.post(tap.url + "/bookings", data={"seat": 13, "name": "Cy"}, timeout=3)
tap

# %% [markdown] minutes=7
# ## Break it: trust the client
#
# The service expects a seat in every booking. This client sends none.

# %% [markdown] tags=["notes"]
# **Ask:** Which side has a fault when a wrong request gets 500? The server: it should have answered 4xx.
#
# **What goes wrong:** People check the fields in every method. Point at `validate`, which does it in one place, before any field is
# used.

# %% breaks="the booking has no seat, and the service answers 500"
call("POST", "/bookings", json={"name": "Dee"})

# %% [markdown]
# 500 says that the fault is in the server, and that is true: the request was wrong, but the service should have answered so. The client
# does not see where your code failed. You can see it here:

# %%
office

# %% [markdown]
# There is another fault. `put` does not look whether the seat is taken:

# %% breaks="PUT does not ask whether the seat is taken"
eve = call("POST", "/bookings", json={"seat": 13, "name": "Eve"})
call("PUT", eve, json={"seat": 12, "name": "Eve"})

# %% [markdown]
# Now Ada and Eve both have seat 12. `patch` has the same fault, and it also stores every field that a client sends.
#
# The cure is to **validate** what the client sent: look at all fields before you use any. If one is wrong, answer 422, *Unprocessable
# Content*, with a reason. (Flask may print an older name of it.)
#
# - A PATCH may leave a field out: then `required` is empty. So each field is checked only if it is there.
# - The function compares `type(…)`, because for `isinstance` the value `True` is an integer too.

# %%
def validate(sent, required=("seat", "name")):
    if not isinstance(sent, dict):
        abort(422, message="send a JSON object")
    missing = set(required) - set(sent)
    unknown = set(sent) - {"seat", "name"}
    if missing or unknown:
        abort(422, message="a booking has a seat and a name, and nothing else")
    if "seat" in sent and (type(sent["seat"]) is not int or not 1 <= sent["seat"] <= 120):
        abort(422, message="seat must be an integer from 1 to 120")
    if "name" in sent and type(sent["name"]) is not str:
        abort(422, message="name must be a string")
    return sent

# %% [markdown]
# The new classes check first. Then they call the old methods, with `super()`.
#
# - A booking that changes must not be compared with itself. So `check_free` skips the booking with this `id`.
# - In a PATCH the seat may be missing. Then `changes.get("seat")` is `None`, and no booking has that seat.
# - `self.get(id)` comes first: if there is no such booking, the answer is 404, whatever the client sent.

# %%
def check_free(seat, id=None):
    for other in BOOKINGS.values():
        if other["seat"] == seat and other["id"] != id:
            abort(409, message=f"seat {seat} is taken")


class CarefulBookings(Bookings):
    def post(self):
        wanted = validate(request.get_json())
        check_free(wanted["seat"])
        return super().post()


class CarefulBooking(Booking):
    def put(self, id):
        self.get(id)
        wanted = validate(request.get_json())
        check_free(wanted["seat"], id)
        return super().put(id)

    def patch(self, id):
        self.get(id)
        changes = validate(request.get_json(), required=())
        check_free(changes.get("seat"), id)
        return super().patch(id)



# %%
app = Flask("box office")
api = Api(app, catch_all_404s=True)
api.add_resource(CarefulBookings, "/bookings")
api.add_resource(CarefulBooking, "/bookings/<int:id>")

office = launch(app)
call("POST", "/bookings", json={"name": "Dee"})
call("PUT", eve, json={"seat": 121, "name": "Eve"})
call("PATCH", eve, json={"price": 0})
call("PUT", eve, json={"seat": 12, "name": "Eve"})

# %% [markdown] minutes=1
# The last request is the one that gave Eve the seat of Ada. Now it is a conflict.
#
# The worst fault is left. Two clients send a booking at the same moment. Both find the seat free, and then both book it. Such a fault is a
# race (lesson 27). The finished service leaves this check to its database, which stores each seat only once.
#
# ## A slash makes a difference
#
# `/bookings` and `/bookings/` are two addresses. This service has only the first one. In your own services choose one form, and use
# it everywhere. The form without a slash at the end is usual.

# %% [markdown] tags=["notes"]
# **Short of time:** Leave this section out.

# %%
call("GET", "/bookings/")

# %% [markdown] minutes=2
# ## What Flask-RESTful adds
#
# Flask-RESTful adds three things to Flask: classes with verbs for methods, errors as JSON, and several formats for one resource. But no new
# version has come out since May 2023. Do not use its `reqparse`, which is due to be removed.
#
# In a new service, use `MethodView` of plain Flask. What you have learned stays: a class for a resource, a method for a verb, the same
# statuses. A route needs a function. `as_view` makes a function of the class:

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

# %% [markdown] minutes=2
# ## Recap
#
# - A resource has an address. The verb says what to do with it. The status says what happened.
# - Created: 201 and `Location`. No body: 204. Not there: 404. Not with this verb: 405 and `Allow`. Conflict with the current state: 409.
#   Not in this format: 415. Readable, but not valid: 422.
# - Everything that comes from a client may be wrong. Validate it first, and answer 4xx. A 500 for a client's mistake shows that the
#   service did not validate.
#
# **Check yourself**
#
# <details><summary>When is PUT right, and when PATCH?</summary>
#
# PUT sends the whole new state. PATCH sends only the changes. What a patch may contain depends on its format (RFC 5789). Here it is an
# object with the new values, nearly as in JSON Merge Patch (RFC 7396).
#
# </details>
# <details><summary>Why not answer 200 with {"error": "..."}?</summary>
#
# Because programs look at the status first. Retries, caches and logs would treat the failure as a success.
#
# </details>
# <details><summary>400, 415 or 422?</summary>
#
# 415: the service does not read this format. 400: the format is right, but its syntax is wrong, as in JSON without a closing bracket;
# Flask answers this by itself. 422: the service can read the body, but it is not valid here.
#
# </details>
# <details><summary>Who chooses the number of a new booking?</summary>
#
# The server. It sends the new address in `Location`, and the client uses this address. The client builds no addresses of its own.
#
# </details>
#
# **More** (you may skip this)
#
# <details><summary>What if a route ends with a slash?</summary>
#
# If a client leaves the slash out, Flask answers with 308. This is a redirect: the client has to send a second request.
#
# </details>
#
# **Now you:** [exercise 22](../exercises/22-rest-server.ipynb). **Next lesson:** [Calling it with
# requests](23-rest-client.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
