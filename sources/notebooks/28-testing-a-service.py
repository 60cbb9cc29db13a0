# %% [markdown]
# # Tests for your own service
#
# 40 minutes. You need [lesson 27](27-a-service-that-holds.ipynb).
#
# By the end you can
#
# - test a Flask service with pytest, without a server,
# - write a test that fails before it passes, and give each test a service of its own,
# - find out what your tests do not notice.

# %% [markdown] minutes=5
# ## A test finds a fault
#
# The first cell makes an empty folder, `my_office`, with settings for **pytest**, the tool that runs Python's tests. The second cell writes a box office
# into it.

# %%
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

folder = Path("my_office")
rmtree(folder, ignore_errors=True)
folder.mkdir()
options = "--quiet --tb=short --force-short-summary --color=yes --code-highlight=no --disable-plugin-autoload"
(folder / "pytest.ini").write_text(f"[pytest]\naddopts = {options}\n")


def run_tests(*arguments):
    command = [sys.executable, "-B", "-m", "pytest", *arguments]
    print(subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout)

# %%
# %%writefile my_office/office.py
from flask import Flask, request

app = Flask("office")
booked = {}


@app.post("/bookings")
def book():
    sent = request.get_json()
    seat = sent["seat"]
    if not isinstance(seat, int) or not 1 <= seat <= 120:
        return {"message": "a seat is a number from 1 to 120"}, 422
    booked[seat] = sent
    return sent, 201, {"Location": f"/bookings/{seat}"}


@app.get("/bookings/<int:seat>")
def booking(seat):
    return booked.get(seat) or ({"message": "no such booking"}, 404)

# %% [markdown]
# A **test** is a function whose name begins with `test_`. It asks the service for something, and `assert` says what has to be true then.
# pytest finds the file because its name begins with `test_` too. (You need not read the `options` above: they keep the output short.)

# %%
# %%writefile my_office/test_office.py
from office import app

client = app.test_client()


def test_a_booking_is_created():
    reply = client.post("/bookings", json={"seat": 12, "name": "Ada"})
    assert reply.status_code == 201
    assert reply.headers["Location"] == "/bookings/12"


def test_a_seat_is_sold_once():
    for status in [201, 409]:
        reply = client.post("/bookings", json={"seat": 12, "name": "Ben"})
        assert reply.status_code == status

# %%
run_tests()

# %% [markdown]
# The dot is a test that **passed**, and the `F` is one that **failed**. pytest shows the line that failed and the two values: the service answered 201, and 409
# was expected. So the service sells a seat twice.
#
# `run_tests` starts pytest as a program of its own, so each run begins with an empty `booked`. You can do the same in a terminal. In the folder of the
# course, with its environment active, type `cd notebooks/my_office`, and then `python -m pytest`.

# %% [markdown] tags=["notes"]
# **Ask:** Which of the two lines with `assert` in a test would you leave out? What would nobody notice then?
#
# **What goes wrong:** A function is called `check_…`, or a file `office_tests.py`. pytest does not find it and says *no tests ran*.

# %% [markdown] minutes=4
# ## A client without a connection
#
# For these tests no server was started. `app.test_client()` makes Flask's **test client**, which has methods such as `get` and `post`.
#
# **Predict, then run.** The app of the ticket service is asked twice: once with the test client, and once with requests. How many messages cross the wire, and
# do the two answers differ?

# %% tags=["predict"]
import requests

from servers import ticket_service
from servers.tickets.store import Store
from wirelab import launch, stop_all, wire

app = ticket_service.create_app(Store())
client = app.test_client()
with wire(launch(app)) as tap:
    tested = client.get("/shows/1")
    sent = requests.get(tap.url + "/shows/1", timeout=3)
print("the same answer:", tested.get_json() == sent.json())
tap

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two messages cross the wire, and both are those of requests. The test client has sent nothing. It calls the app as a server would call it, in the
# same process, and makes a response of what the app returns. The two answers have the same JSON.
#
# </details>
#
# So such a test needs no port, and it does not wait for a network. It says nothing about the server in front of the app, for example whether a slow
# client blocks it.

# %% [markdown] tags=["notes"]
# **Ask:** Which faults of lessons 14 and 27 can a test client not find? (All that are the server's own: one slow client, keep-alive, too many connections.)
#
# **What goes wrong:** People write `reply.json()`. In requests that is a method. The test client's `reply.json` is a value, and `get_json()` is
# the method.

# %% [markdown] minutes=7
# ## Break it: tests that share a service
#
# The test has failed, so there is something to mend. `edit` replaces some text in `office.py`. The service now looks whether the seat is taken.

# %%
office = folder / "office.py"


def edit(old, new):
    office.write_text(office.read_text().replace(old, new))


edit("    booked[seat] =", """    if seat in booked:
        return {"message": f"seat {seat} is taken"}, 409
    booked[seat] =""")

# %% [markdown]
# **Predict, then run.** The service is correct now. Do both tests pass? If a test fails: which status does it get, and which one does it expect?

# %% tags=["predict"] breaks="both tests use one service, and the second finds the first one's booking"
run_tests()

# %% [markdown]
# <details><summary>Answer</summary>
#
# The second test still fails, but with other values: it gets 409 where it expects 201. Its first booking is refused. The first test has
# taken seat 12 before it, and both tests use the same `booked`.
#
# </details>
#
# The option `-k` chooses tests by a part of their names. Alone, the second test passes:

# %% breaks="alone, the same test passes"
run_tests("-k", "sold_once")

# %% [markdown]
# Whether such tests pass depends on their order, and one test makes another one fail. The cause is the line `booked = {}` at
# the top of the file: there is one dictionary for the whole process.
#
# The cure has two parts. The first one is a function that makes an app with a dictionary of its own:

# %%
# %%writefile my_office/office.py
from flask import Flask, request


def create_app():
    app, booked = Flask("office"), {}

    @app.post("/bookings")
    def book():
        sent = request.get_json()
        seat = sent["seat"]
        if not isinstance(seat, int) or not 1 <= seat <= 120:
            return {"message": "a seat is a number from 1 to 120"}, 422
        if seat in booked:
            return {"message": f"seat {seat} is taken"}, 409
        booked[seat] = sent
        return sent, 201, {"Location": f"/bookings/{seat}"}

    @app.get("/bookings/<int:seat>")
    def booking(seat):
        return booked.get(seat) or ({"message": "no such booking"}, 404)

    return app

# %% [markdown] tags=["notes"]
# **Ask:** Would another seat in the second test be a cure? (For these two tests, yes. The next test that books a seat has the same problem.)
#
# **Do:** Let the room say what a database adds: one file for each test, in a folder of its own. pytest's fixture `tmp_path` is such a folder.

# %% [markdown] minutes=4
# ## A fixture
#
# The second part is a **fixture**: a function that makes what a test needs. A test has the name of the fixture as a parameter. Before this test, pytest
# calls the fixture. Then pytest calls the test, and gives it the value that the fixture returned. All tests of the folder can use the fixtures in
# `conftest.py`. (`app.testing = True` lets an exception of the service reach the test. Without it, the test sees only a status 500.)

# %%
# %%writefile my_office/conftest.py
import pytest
from office import create_app


@pytest.fixture
def client():
    app = create_app()
    app.testing = True
    return app.test_client()

# %%
# %%writefile my_office/test_office.py
def test_a_booking_is_created(client):
    reply = client.post("/bookings", json={"seat": 12, "name": "Ada"})
    assert reply.status_code == 201
    assert reply.headers["Location"] == "/bookings/12"


def test_a_seat_is_sold_once(client):
    for status in [201, 409]:
        reply = client.post("/bookings", json={"seat": 12, "name": "Ben"})
        assert reply.status_code == status

# %%
run_tests("--setup-show")
run_tests("test_office.py::test_a_seat_is_sold_once", "test_office.py::test_a_booking_is_created")

# %% [markdown]
# `--setup-show` shows when a fixture is set up for a test, and when it is torn down. Each test has a client of its own, and with it an app and a dictionary
# of its own. So the order does not matter: the second run had the other one.
#
# ```mermaid
# sequenceDiagram
#     participant P as pytest
#     participant F as fixture client
#     participant T as test
#     loop for each test
#         P->>F: call it
#         F-->>P: a client of a new app
#         P->>T: call it with the client
#         T-->>P: passed, or an exception
#     end
# ```

# %% [markdown] tags=["notes"]
# **What goes wrong:** A test calls the fixture, as in `client()`. pytest says *Fixtures are not meant to be called directly*. The name belongs into
# the brackets of the test.
#
# **Short of time:** Leave out `--setup-show`, and draw the picture on the board.

# %% [markdown] minutes=6
# ## One test, many values
#
# Which values may a client send as a seat? `parametrize` runs one test for each value of a list, and shows each as a test of its own.

# %%
# %%writefile my_office/test_seats.py
import pytest


@pytest.mark.parametrize("seat", [-1, 0, 121, 12.5, "12", None, True])
def test_this_is_no_seat(client, seat):
    reply = client.post("/bookings", json={"seat": seat, "name": "Ada"})
    assert reply.status_code == 422

# %% [markdown]
# **Predict, then run.** Read `book` once more. Which of the seven values does the service accept?

# %% tags=["predict"]
run_tests("test_seats.py")

# %% [markdown]
# <details><summary>Answer</summary>
#
# It accepts `True`. In Python, `True` is an instance of `int`, and it is equal to 1. So a client that sends `true` gets seat 1.
#
# </details>
#
# Nobody had thought of this fault, and a list of values found it. You have seen this test fail, so you know that it notices the fault. A test that you
# have never seen fail may be wrong itself. Mend the service, and run all tests. (`12.0` is refused, before and after. To many programs it is the same
# number as 12, so you have to decide. Then write a test for what you decided.)

# %%
edit("not isinstance(seat, int)", "type(seat) is not int")
run_tests()

# %% [markdown] minutes=8
# ## What do the tests not notice?
#
# All tests pass. But a test that has never failed may be one that cannot fail. So break the service on purpose, in one place, and see whether a test
# fails. This is **mutation testing**; each broken service is a **mutant**. `fails` makes a mutant, runs the tests, and puts the right service back. pytest
# ends with code 0 if all tests passed, and with 1 if one failed. (Other codes mean that there is no result, for example because it found no test.)

# %%
def fails(old, new):
    right = office.read_text()
    assert old in right
    edit(old, new)
    command = [sys.executable, "-B", "-m", "pytest"]
    code = subprocess.run(command, cwd=folder, capture_output=True).returncode
    office.write_text(right)
    assert code in (0, 1)
    return code == 1


mutants = [("<= 120", "<= 121"), ("1 <=", "2 <="), ("}, 409", "}, 200"), ("[seat] = sent", "[seat] = {}")]

# %% [markdown]
# The last one stores an empty dictionary in place of what was sent. **Predict, then run.** For which of the four does a test fail?

# %% tags=["predict"]
for old, new in mutants:
    print(f"{old:13} → {new:13}", "a test fails" if fails(old, new) else "nobody notices")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The tests notice the first and the third. The second mutant refuses seat 1, and no test books seat 1: all values in the list are wrong
# ones. The fourth loses the booking, and no test reads a booking back.
#
# </details>
#
# A mutant **survives** if no test fails. Then a test is missing, or the change makes no difference for a client. Two tests are missing here: one
# books the right values at the **boundary**, 1 and 120, and one reads a booking back. The next cell writes one test that does both. The cell after
# it tries the second and the fourth mutant again, and then two new ones.
#
# Tools such as mutmut make mutants of a whole program. Others measure **coverage**: which lines the tests run. The tests ran the line of the fourth
# mutant, and still did not notice it.

# %%
# %%writefile my_office/test_stored.py
import pytest


@pytest.mark.parametrize("seat", [1, 120])
def test_what_was_booked_is_there(client, seat):
    wanted = {"seat": seat, "name": "Ada"}
    created = client.post("/bookings", json=wanted)
    assert client.get(created.headers["Location"]).get_json() == wanted

# %%
new_mutants = [("if seat in booked", "if booked"), ("}, 404", "}, 200")]
for old, new in [mutants[1], mutants[3], *new_mutants]:
    print(f"{old:17} → {new:13}", "a test fails" if fails(old, new) else "nobody notices")
run_tests()

# %% [markdown] tags=["notes"]
# **Do:** Let the room propose mutants, and try them: a 201 that is a 200, another `Location`, a GET that always answers 404.
#
# **Ask:** Is a test good that fails for every change, even for another text of an error message? (No. It fails when nobody was promised that text.)

# %% [markdown] minutes=2
# The new test notices both old mutants. The two new ones survive: after one booking the whole theatre is sold out, and a booking that does not exist
# is answered with 200. Write a test for each.
#
# ## A server for a test
#
# A client that is written with requests needs an address. A fixture can start a server and stop it again. `yield` gives a value to pytest, and stops the
# function at this line. When the test has ended, passed or failed, pytest lets the function go on.
#
# `serve_forever` does not return, so it runs in a **thread** of its own. `shutdown` tells it to stop, and `thread.join()` waits until the thread has ended.
# Port 0 means any free port. Such a test takes longer than one with the test client. Have a few of this kind, and many of the other.

# %%
# %%writefile my_office/test_real.py
from threading import Thread

import pytest
import requests
from office import create_app
from werkzeug.serving import make_server


@pytest.fixture
def url():
    server = make_server("127.0.0.1", 0, create_app())
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_a_name_may_have_any_letters(url):
    requests.post(url + "/bookings", json={"seat": 7, "name": "Zoë"}, timeout=3)
    assert requests.get(url + "/bookings/7", timeout=3).json()["name"] == "Zoë"

# %%
run_tests("test_real.py")

# %% [markdown] tags=["notes"]
# **What goes wrong:** The fixture has no `shutdown`. Then pytest prints its result and does not end: the thread of the server still runs.
#
# **Short of time:** Leave this section out. The exercise 28.4 needs it.

# %% [markdown] minutes=2
# ## The description as a test
#
# Lesson 24 showed the description of the ticket service, in OpenAPI. It says which members a show has, and of which types. So it can serve as a
# test: `validate` compares a document with its **schema**, written in JSON Schema. It finds a member that is missing or has a wrong type. It finds a
# member too many only if the schema forbids it. (`tickets` is a test client of the ticket service.)

# %%
from jsonschema import ValidationError, validate

tickets = ticket_service.create_app(Store()).test_client()
description = tickets.get("/openapi.json").get_json()
schema = description["components"]["schemas"]["Show"]
show = tickets.get("/shows/1").get_json()

for document in [show, show | {"seats": "120"}]:
    try:
        validate(document, schema)
        print("fits the description")
    except ValidationError as error:
        print(error.message)

# %% [markdown]
# The tool **schemathesis** goes further. It reads a description, makes many requests of it, strange ones among them, and compares each answer with the
# description. It is not installed here. On your computer it would be:
#
# ```
# pip install schemathesis
# schemathesis run http://127.0.0.1:8003/openapi.json
# ```
#
# It finds an answer with status 500, a status that is not described, and a member of the wrong type. It does not know what your service is for. Only your own
# test can say that a seat is sold once.

# %% [markdown] minutes=2
# ## Recap
#
# - A test asks the app for something and says with `assert` what has to be true. Flask's test client needs no server.
# - A fixture gives each test a service of its own. Tests that share one depend on their order.
# - You know what a test notices when you have seen it fail. Break the service on purpose, and see whether a test notices.
#
# **Check yourself**
#
# <details><summary>All tests pass. Is the service right?</summary>
#
# It is right in what the tests ask. Nobody knows about the rest. Mutants that survive show where the gaps may be.
#
# </details>
# <details><summary>You find a fault in your service. What do you do first?</summary>
#
# Write a test that fails because of it. Then mend the service. The test passes now, and it will fail if the fault ever comes back: it is a
# **regression test**. To write each test before its code is called *test-driven development*.
#
# </details>
# <details><summary>A test passes alone and fails beside the others. Where do you look?</summary>
#
# Look for what the tests share: a dictionary at the top of a module, a file, a database.
#
# </details>
# <details><summary>A test compares the whole text of an error message. What is wrong with that?</summary>
#
# It fails when somebody writes a better message, although no client was promised the old one. Test the status, and what you have promised.
#
# </details>
#
# **Now you:** [exercise 28](../exercises/28-testing-a-service.ipynb). **Next lesson:** [Pages go stale](31-stale-pages.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
