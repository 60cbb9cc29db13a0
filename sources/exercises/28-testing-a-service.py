# %% [markdown]
# # Exercise 28: tests for a weather station
#
# You need [lesson 28](../notebooks/28-testing-a-service.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.
#
# In 28.1 and 28.2 the check runs *your* test. It tries it with some services that are right and with many that are wrong. Your test passes with the right ones. It
# fails with each of the wrong ones, as a test in pytest does: with `assert`.

# %%
from threading import Thread

from flask import Flask, request
from werkzeug.serving import make_server

from wirelab import check, hint, show_me, stop_all


# %% [markdown]
# ## 28.1 What a station sends
#
# A service promises two things:
#
# - `GET /stations/2` is answered with 200 and the JSON object `{"id": 2, "name": "Hilltop"}`, and nothing else is in the object.
# - A number that no station has, such as 9, is answered with 404.
#
# Write the test. `client` is Flask's test client of a service. The test checks these two promises and nothing else. For example, the service may send any
# body with a 404.

# %% [markdown] tags=["solution"]
# `get_json()` is compared as a whole. So a name in small letters fails, and so does a member that nobody asked for. The order of the members and the spaces
# between them do not count, because both sides are dictionaries. Of the 404 only the status is compared.

# %% exercise="28.1"
def test_station(client):
    ### BEGIN SOLUTION
    reply = client.get("/stations/2")
    assert reply.status_code == 200
    assert reply.get_json() == {"id": 2, "name": "Hilltop"}
    assert client.get("/stations/9").status_code == 404
    ### END SOLUTION

# %% wrong="28.1" caught_by="fails with a service that sends Hilltop for every number" says="a number that no station has"
- assert client.get("/stations/9").status_code == 404

# %% wrong="28.1" caught_by="fails with a service that answers 500 with the right object" says="The status is a part"
- assert reply.status_code == 200

# %% wrong="28.1" caught_by="fails with a service that sends one member too many" says="Compare all of what came"
- assert reply.get_json() == {"id": 2, "name": "Hilltop"}
+ assert reply.get_json()["id"] == 2
+ assert reply.get_json()["name"] == "Hilltop"

# %% wrong="28.1" caught_by="passes with a service that does the same, with other bytes of JSON" says="Ask nothing of it"
- assert reply.get_json() == {"id": 2, "name": "Hilltop"}
+ assert reply.data == b'{"id":2,"name":"Hilltop"}\n'

# %% wrong="28.1" caught_by="passes with a service that does the same, with a 404 of another form" says="Ask nothing of it"
- assert client.get("/stations/9").status_code == 404
+ missing = client.get("/stations/9")
+ assert missing.status_code == 404
+ assert "message" in missing.get_json(silent=True)

# %% wrong="28.1" caught_by="fails with a service that sends another name" says="it passed"
def test_station(client):
    reply = client.get("/stations/2")
    assert reply, "the service answers"
    reply.status_code == 200
    reply.get_json() == {"id": 2, "name": "Hilltop"}

# %% wrong="28.1" caught_by="fails with a service that answers 400 where there is no station" says="no station has"
- assert client.get("/stations/9").status_code == 404
+ assert client.get("/stations/9").status_code >= 400

# %% wrong="28.1" caught_by="passes with a service that does what the question says" says="it failed in test_station"
- assert client.get("/stations/9").status_code == 404
+ assert client.get("/stations/3").status_code == 200

# %% wrong="28.1" caught_by="your code crashed" says="TypeError"
- assert reply.status_code == 200
+ assert reply.status_code() == 200

# %% wrong="28.1" caught_by="passes with a service that does the same, and answers other methods too" says="Ask nothing of it"
- assert client.get("/stations/9").status_code == 404
+ assert client.get("/stations/9").status_code == 404
+ assert client.post("/stations/2").status_code == 405

# %% right="28.1" style="a tuple, and a loop"
def test_station(client):
    for number, status in [(2, 200), (9, 404)]:
        reply = client.get(f"/stations/{number}")
        assert reply.status_code == status
        if status == 200:
            assert reply.json == dict(name="Hilltop", id=2)

# %% right="28.1" style="exceptions of its own"
import json


def test_station(client):
    with client.get("/stations/2") as found, client.get("/stations/1000") as missing:
        if (found.status, missing.status) != ("200 OK", "404 NOT FOUND"):
            raise AssertionError(f"{found.status} and {missing.status}")
        if json.loads(found.data) != {"id": 2, "name": "Hilltop"}:
            raise AssertionError(found.text)

# %% right="28.1" style="pytest says that it failed, and a member after the other"
import pytest


def test_station(client):
    reply = client.get("/stations/2")
    station = reply.get_json()
    if client.get("/stations/9").status_code != 404:
        pytest.fail("there is no station 9")
    assert reply.status_code == 200 and isinstance(station, dict)
    assert sorted(station) == ["id", "name"]
    assert station["id"] == 2 and station["name"] == "Hilltop"

# %% checks="28.1" points=3
check("28.1", test_station)

# %% [markdown]
# ## 28.2 A reading is kept
#
# The service takes readings of station 2. It promises three things:
#
# - `POST /stations/2/readings` with `{"degrees": 17.5}` is answered with 201. `Location` is the address of the new reading.
# - GET of that address is answered with 200 and with the JSON object that was sent, and nothing else is in it.
# - Each reading has an address of its own, and it is still there when others have come.
#
# Write the test. The service chooses the addresses of its readings, so take them from `Location`.

# %% [markdown] tags=["solution"]
# Both readings are sent before the first one is read back. Only so does the test notice a service that keeps nothing but the last one. The address comes
# from `Location`, not from a guess, and `client.get` takes a whole address too. If there is no `Location`, the square brackets raise `KeyError`. pytest
# counts that as a failed test, as it does with every exception.

# %% exercise="28.2"
def test_reading(client):
    ### BEGIN SOLUTION
    places = {}
    for degrees in [17.5, -3.25]:
        created = client.post("/stations/2/readings", json={"degrees": degrees})
        assert created.status_code == 201
        places[created.headers["Location"]] = degrees
    assert len(places) == 2
    for location, degrees in places.items():
        reply = client.get(location)
        assert reply.status_code == 200
        assert reply.get_json() == {"degrees": degrees}
    ### END SOLUTION

# %% wrong="28.2" caught_by="fails with a service that keeps the first reading for all" says="One reading does not show this"
def test_reading(client):
    created = client.post("/stations/2/readings", json={"degrees": 17.5})
    assert created.status_code == 201
    reply = client.get(created.headers["Location"])
    assert reply.status_code == 200
    assert reply.get_json() == {"degrees": 17.5}

# %% wrong="28.2" caught_by="fails with a service that keeps the last reading for all" says="Send two that differ"
def test_reading(client):
    for degrees in [17.5, -3.25]:
        created = client.post("/stations/2/readings", json={"degrees": degrees})
        assert created.status_code == 201
        reply = client.get(created.headers["Location"])
        assert reply.status_code == 200
        assert reply.get_json() == {"degrees": degrees}

# %% wrong="28.2" caught_by="passes with a service that keeps its readings at other addresses" says="Ask nothing of it"
def test_reading(client):
    for number, degrees in enumerate([17.5, -3.25], 1):
        created = client.post("/stations/2/readings", json={"degrees": degrees})
        assert created.status_code == 201
        assert created.headers["Location"] == f"/readings/{number}"
    assert client.get("/readings/1").get_json() == {"degrees": 17.5}

# %% wrong="28.2" caught_by="fails with a service that answers 200 to the POST" says="The status of the POST"
- assert created.status_code == 201
+ assert created.status_code < 300

# %% wrong="28.2" caught_by="fails with a service that keeps whole degrees only" says="the whole object"
- for degrees in [17.5, -3.25]:
+ for degrees in [17, -3]:

# %% wrong="28.2" caught_by="fails with a service that answers 203 to the GET" says="The status of the GET"
- assert reply.status_code == 200

# %% wrong="28.2" caught_by="fails with a service that adds a member to what was sent" says="what was sent"
- assert reply.get_json() == {"degrees": degrees}
+ assert reply.get_json()["degrees"] == degrees

# %% wrong="28.2" caught_by="fails with a service that keeps nothing" says="in Location"
- for location, degrees in places.items():
-     reply = client.get(location)
-     assert reply.status_code == 200
-     assert reply.get_json() == {"degrees": degrees}
+ assert created.get_json() == {"degrees": degrees}

# %% wrong="28.2" caught_by="fails with a service that sends no Location" says="does not count as a failure"
import pytest


def test_reading(client):
    places = []
    for degrees in [17.5, -3.25]:
        created = client.post("/stations/2/readings", json={"degrees": degrees})
        assert created.status_code == 201
        if "Location" not in created.headers:
            pytest.skip("no Location")
        places.append((created.headers["Location"], degrees))
    for location, degrees in places:
        reply = client.get(location)
        assert (reply.status_code, reply.get_json()) == (200, {"degrees": degrees})

# %% wrong="28.2" caught_by="passes with a service that answers a POST without a body" says="Ask nothing of it"
- assert created.status_code == 201
+ assert created.status_code == 201
+ assert created.get_json(silent=True) == {"degrees": degrees}

# %% right="28.2" style="step by step"
def test_reading(client):
    first = client.post("/stations/2/readings", json={"degrees": 1.5})
    second = client.post("/stations/2/readings", json={"degrees": 2.5})
    assert first.status_code == second.status_code == 201
    assert first.location != second.location
    first, second = client.get(first.location), client.get(second.location)
    assert [first.status_code, second.status_code] == [200, 200]
    assert first.json == {"degrees": 1.5}
    assert second.json == {"degrees": 2.5}

# %% right="28.2" style="helper functions"
def send(client, document):
    reply = client.post("/stations/2/readings", json=document)
    assert reply.status == "201 CREATED"
    return reply.headers.get("Location")


def found(client, location):
    assert location, "no Location"
    reply = client.get(location)
    return reply.status_code, reply.get_json()


def test_reading(client):
    sent = [{"degrees": degrees} for degrees in (17.5, 0.25, -40.75)]
    locations = [send(client, document) for document in sent]
    assert [found(client, location) for location in locations] == [(200, document) for document in sent]

# %% right="28.2" style="the path of Location alone"
from urllib.parse import urlsplit


def test_reading(client):
    def place(degrees):
        reply = client.post("/stations/2/readings", data='{"degrees": %s}' % degrees, content_type="application/json")
        assert reply.status_code == 201, reply.text
        return urlsplit(reply.headers["Location"]).path

    one, two = place(17.5), place(18.25)
    for path, degrees in [(two, 18.25), (one, 17.5)]:
        reply = client.get(path)
        assert reply.status_code == 200
        assert reply.get_json() == {"degrees": degrees}

# %% checks="28.2" points=4
check("28.2", test_reading)

# %% [markdown]
# ## 28.3 Values that find the fault
#
# `degrees` is a number from -90 to 60, both included, whole or not. The service answers everything else with 422: numbers outside, and also strings, `true`,
# `null` and so on.
#
# Write `values`. It returns two lists for `parametrize`, `accepted` and `refused`: degrees that are right, and values that are wrong. The check tries them with
# many wrong services. Each of these refuses some right value, or accepts some wrong value, and your lists must have such a value for each service. The two lists
# have at most 30 values together. Each is a value that JSON has.

# %% [markdown] tags=["solution"]
# At each boundary stand the last right value and a wrong one close to it: 60 and 60.5. A service that cuts off the decimals takes 60.5, and it would refuse
# 61. The other values stand for a type each: 17 is whole and 17.5 is not, 0 counts as false in Python, `True` counts as 1, and `float("17")` works.

# %% exercise="28.3"
def values():
    ### BEGIN SOLUTION
    accepted = [-90, 60, 0, 17.5]
    refused = [-90.5, 60.5, "17", True, None]
    return accepted, refused
    ### END SOLUTION

# %% wrong="28.3" caught_by="finds a service that refuses 60" says="at the boundary"
- accepted = [-90, 60, 0, 17.5]
+ accepted = [-90, 59.9, 0, 17.5]

# %% wrong="28.3" caught_by="finds a service that refuses 0" says="above zero or below"
- accepted = [-90, 60, 0, 17.5]
+ accepted = [-90, 60, 17.5]

# %% wrong="28.3" caught_by="finds a service that looks at the whole degrees only, so that it takes 60.5" says="just above"
- refused = [-90.5, 60.5, "17", True, None]
+ refused = [-90.5, 61, "17", True, None]

# %% wrong="28.3" caught_by="finds a service that takes true for a number" says="JSON has more than numbers"
- refused = [-90.5, 60.5, "17", True, None]
+ refused = [-90.5, 60.5, "17", None]

# %% wrong="28.3" caught_by="has only wrong values in refused" says="got: [60]"
- refused = [-90.5, 60.5, "17", True, None]
+ refused = [-90.5, 60, 60.5, "17", True, None]

# %% wrong="28.3" caught_by="finds a service that takes a string for a number" says="all values pass"
- refused = [-90.5, 60.5, "17", True, None]
+ refused = [-90.5, 60.5, "warm", True, None]

# %% wrong="28.3" caught_by="returns two lists" says="Two lists, with a comma"
- return accepted, refused
+ return accepted + refused

# %% wrong="28.3" caught_by="returns 30 values at most" says="got: 156"
- accepted = [-90, 60, 0, 17.5]
+ accepted = [*range(-90, 61)]

# %% wrong="28.3" caught_by="has only right degrees in accepted" says="got: ['17']"
- accepted = [-90, 60, 0, 17.5]
+ accepted = [-90, 60, 0, 17.5, "17"]

# %% wrong="28.3" caught_by="returns values that JSON has" says="A client sends JSON"
- refused = [-90.5, 60.5, "17", True, None]
+ refused = [-90.5, 60.5, "17", True, None, b"17"]

# %% right="28.3" style="more than needed"
def values():
    accepted = [-90, -90.0, -89.5, -1, 0, 0.0, 1, 17, 17.5, 59.5, 60, 60.0]
    refused = [-1000, -91, -90.01, 60.01, 61, 1e9, "17", "", "cold", True, False, None, [], [17], {}]
    return accepted, refused

# %% wrong="28.3" caught_by="returns values that JSON has" says="A client sends JSON"
- refused = [-90.5, 60.5, "17", True, None]
+ refused = [-90.5, 60.5, "17", True, None, float("nan")]

# %% right="28.3" style="counted from the boundaries"
def values():
    lowest, highest = -90, 60
    inside = [lowest, lowest + 0.25, (lowest + highest) / 2, 0, highest - 0.25, highest]
    outside = [lowest - 1, lowest - 0.25, highest + 0.25, highest + 1]
    return [inside, outside + ["0", None, True]]

# %% right="28.3" style="from JSON"
import json


def values():
    accepted = json.loads("[-90, 60, 0, 12.75, -12.75]")
    refused = json.loads('[-90.75, -91, 60.75, 61, "1", true, false, null]')
    return accepted, refused

# %% checks="28.3" points=4
check("28.3", values)

# %% [markdown]
# ## 28.4 A server for each test
#
# The client of the station is written with requests, so its tests need a real server. `create_app` is given. Write `address`:
#
# 1. It starts a server of a new app at a free port, in a thread. (Two tests may run side by side.)
# 2. It yields the server's address once, such as `http://127.0.0.1:8003`.
# 3. When the test has ended, it stops the server. Then nobody listens at the port.
# 4. It waits until the thread has ended.
#
# In a project, `@pytest.fixture` would stand above `address`. Here the check does what pytest would do.

# %% [markdown] tags=["solution"]
# `shutdown` ends `serve_forever`, and `join` waits for the thread. Werkzeug's server closes its socket in this thread, so then the port is free; a server of `http.server`
# needs `server_close()` too. Port 0 means any free port; `server.port` says which one it is. The app is made in the fixture, so no test finds the readings of another one.

# %% exercise="28.4"
def create_app():
    app, readings = Flask("station"), []

    @app.route("/readings", methods=["GET", "POST"])
    def all_readings():
        if request.method == "POST":
            readings.append(request.get_json())
        return readings

    return app


def address():
    ### BEGIN SOLUTION
    server = make_server("127.0.0.1", 0, create_app())
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    ### END SOLUTION

# %% wrong="28.4" caught_by="stops its server after the test" says="give its port back"
- server.shutdown()
- thread.join()

# %% wrong="28.4" caught_by="leaves no thread behind" says="to give its port back"
- server.shutdown()
- thread.join()
+ del server

# %% wrong="28.4" caught_by="yields the address" says="A fixture hands its value over with yield"
- yield f"http://127.0.0.1:{server.port}"
- server.shutdown()
- thread.join()
+ return f"http://127.0.0.1:{server.port}"

# %% wrong="28.4" caught_by="comes to an end" says="serve_forever in a thread"
- thread.start()
+ server.serve_forever()

# %% wrong="28.4" caught_by="starts a second server, without the readings of the first" says="a service of its own"
SHARED = create_app()


def address():
    server = make_server("127.0.0.1", 0, SHARED)
    Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()

# %% wrong="28.4" caught_by="yields an address such as http://127.0.0.1:8003" says="the whole address"
- yield f"http://127.0.0.1:{server.port}"
+ yield server

# %% wrong="28.4" caught_by="starts a server without readings" says="serve_forever in a thread"
- thread.start()

# %% wrong="28.4" caught_by="yields once" says="One yield"
- yield f"http://127.0.0.1:{server.port}"
+ yield f"http://127.0.0.1:{server.port}"
+ yield server.port

# %% right="28.4" style="try and finally, and a thread that is waited for"
def address():
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{server.host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

# %% right="28.4" style="the server of the standard library"
from wsgiref.simple_server import WSGIRequestHandler, make_server as simple_server


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


def address():
    with simple_server("127.0.0.1", 0, create_app(), handler_class=Quiet) as server:
        thread = Thread(target=lambda: server.serve_forever(poll_interval=0.05))
        thread.start()
        yield "http://127.0.0.1:%d" % server.server_address[1]
        server.shutdown()
        thread.join()

# %% right="28.4" style="a pool that waits for its thread, and a helper"
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def running(app):
    with ThreadPoolExecutor(1) as pool:
        server = make_server("127.0.0.1", 0, app)
        pool.submit(server.serve_forever, 0.1)
        yield server
        server.shutdown()


def address():
    with running(create_app()) as server:
        yield f"http://{server.host}:{server.port}"

# %% checks="28.4" points=4
check("28.4", address)

# %%
stop_all()
