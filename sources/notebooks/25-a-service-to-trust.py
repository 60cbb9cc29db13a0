# %% [markdown]
# # A service to trust
#
# 30 minutes. You need [lesson 24](24-links-and-formats.ipynb).
#
# By the end you can
#
# - refuse what makes no sense, and say why in a way that programs understand,
# - keep two clients from undoing each other's work, and from buying the same seat,
# - say what a service needs before strangers may use it.

# %% [markdown]
# ## The whole game
#
# The finished box office again. Ada books seat 12, and then wants seat 14.

# %%
import http.client
import json
import socket
import sqlite3
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from hashlib import sha256
from threading import Lock
from typing import Annotated

# %%
import psutil
import requests
from flask import Flask, abort, request
from flask.views import MethodView
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from servers import ticket_problems, ticket_store
from wirelab import launch, show, stop_all, wire

office = launch("servers.ticket_service")
requests.post(office.url + "/bookings", json={"show": 1, "seat": 12, "name": "Ada"}, timeout=3)

with wire(office) as tap:
    requests.patch(tap.url + "/bookings/1", json={"seat": 14}, timeout=3)
tap

# %% [markdown] tags=["notes"]
# Ask before you begin: what can go wrong when two people use a service at once? Collect the answers; the lost update and the seat sold
# twice come by themselves. Let two people act them out: both read a line from a sheet of paper, both bring a new sheet. The
# question that always comes: why not a lock? Because the client may go to lunch with it. Typical trouble: a cell of the last section
# takes a few seconds on a slow computer. Short of time: leave out paging and the section on size. Nobody should leave without the
# two sections that break something.

# %% [markdown]
# The service refuses: it does not change anything for a client that does not say what it has seen. Why, you will see in a moment.
# First look at how it says so.
#
# The body is a **problem document**: JSON of the type `application/problem+json`, with names that are the same in every service that
# follows RFC 9457. `type` is the address of an explanation; `about:blank` means that the status says it all. `title` is the kind of
# problem; `detail` and `instance` are about this one: what is wrong, and where.
#
# ## Believe nothing
#
# **Predict, then run.** What is wrong with this booking, and how much of it will the service name?

# %%
wrong = {"show": 1, "seat": "12", "name": "", "price": 0}
reply = requests.post(office.url + "/bookings", json=wrong, timeout=3)
print(reply.status_code, reply.headers["Content-Type"])
reply.json()["errors"]

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three things: the seat is a text, the name is empty, and nobody has asked for a price. It names all three at once, so that
# nobody has to try three times. Each has a `pointer` to the place in the client's own JSON.
#
# </details>
#
# In lesson 22 you wrote such rules with `if`. With **pydantic** you describe what is right, and it finds what is wrong. `ge` and `le`
# mean *at least* and *at most*; `strict` takes no other type, and `forbid` no other field:

# %%
class Easygoing(BaseModel):
    seat: Annotated[int, Field(ge=1, le=120)]


class Strict(Easygoing):
    model_config = ConfigDict(strict=True, extra="forbid")


def takes(model, value):
    try:
        return model.model_validate({"seat": value}).seat
    except ValidationError:
        return "no"


# %% [markdown]
# **Predict, then run.** Which of these does the easygoing model take for a seat, and which the strict one?

# %%
for value in [12, "12", 12.0, True, 0, float("nan")]:
    print(f"{value!r:5} {takes(Easygoing, value)!r:5} {takes(Strict, value)!r}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the first is a seat. Easygoing makes a seat of the next three as well: `True` becomes seat 1. Whoever sends that has made a mistake, and
# would learn of it at the theatre.
#
# </details>
#
# The last one is not even JSON, but Python's `json` reads and writes `NaN` all the same. The finished service tells its parser to refuse
# it. Whatever goes wrong, one function makes the problem document:

# %%
show(ticket_problems.problem)

# %% [markdown]
# ## Break it: the lost update
#
# Here is the programme of the theatre, a service as most people write it first. It has a spelling mistake.

# %%
SHOW = {}


class Programme(MethodView):
    def get(self):
        return SHOW

    def put(self):
        SHOW.update(request.get_json())
        return SHOW


app = Flask("programme")
app.add_url_rule("/shows/1", view_func=Programme.as_view("show"))
programme = launch(app)

# %% [markdown]
# Ben sees the mistake. Cy knows that the show begins later. Each reads the programme, changes his line, and writes it back.
# **Predict, then run.** What does it say in the end?

# %%
SHOW.update(title="Hamlit", starts="19:30")
url = programme.url + "/shows/1"
bens = requests.get(url, timeout=3).json()
cys = requests.get(url, timeout=3).json()

bens["title"] = "Hamlet"
cys["starts"] = "20:00"
print([requests.put(url, json=copy, timeout=3).status_code for copy in (bens, cys)])
requests.get(url, timeout=3).json()

# %% [markdown]
# <details><summary>Answer</summary>
#
# The mistake is back. Cy has written his whole copy, and it was older than Ben's change.
#
# </details>
#
# Both have seen 200, and nobody is told. This is the **lost update**. No lock in the server helps: each request was fine.
# What was wrong is what Cy believed.
#
# ```mermaid
# sequenceDiagram
#     participant B as Ben
#     participant S as programme
#     participant C as Cy
#     B->>S: GET
#     C->>S: GET
#     B->>S: PUT, title corrected
#     Note over C: his copy is old now
#     C->>S: PUT, the old title
#     Note over S: Ben's change is gone
# ```
#
# The cure: each version has a name, its **ETag**. The client sends back the name of what it has seen, as `If-Match`: *change it, if it is
# still this.* If not, the answer is 412, *Precondition Failed* (RFC 9110 §13.1.1). If the client does not say, 428 (RFC 6585 §3).
# Here the ETag is a fingerprint of what the programme says (`sha256`): another text, another ETag. `request.if_match` is the header, already
# taken apart.

# %%
one_at_a_time = Lock()  # nobody may come between the comparison and the change


class Careful(MethodView):
    def tag(self):
        return sha256(json.dumps(SHOW).encode()).hexdigest()[:8]

    def get(self):
        return SHOW, 200, {"ETag": f'"{self.tag()}"'}

    def put(self):
        with one_at_a_time:
            if not request.if_match:
                abort(428)
            if not request.if_match.contains(self.tag()):
                abort(412)
            SHOW.update(request.get_json())
            return SHOW


app = Flask("careful")
app.add_url_rule("/shows/1", view_func=Careful.as_view("show"))
careful = launch(app)

# %% [markdown]
# The same story once more. When Cy gets 412, he reads again, and changes his line in what is there *now*.

# %%
def put(seen, **change):
    condition = {"If-Match": seen.headers["ETag"]}
    return requests.put(seen.url, json=seen.json() | change, headers=condition, timeout=3).status_code


SHOW.update(title="Hamlit", starts="19:30")
with wire(careful) as tap:
    bens, cys = [requests.get(tap.url + "/shows/1", timeout=3) for _ in range(2)]
    print("Ben", put(bens, title="Hamlet"))
    print("Cy ", put(cys, starts="20:00"))
    print("Cy ", put(requests.get(cys.url, timeout=3), starts="20:00"), "the second time")
print(SHOW)
tap[6]

# %% [markdown]
# Both changes are there. What you see on the wire is the request that got 412: with the name of a version that is no more, and the old
# title. Nothing was locked while people thought about it: who comes second is told, and decides again. And who does not say what he
# has seen gets 428, as you did at the beginning.
#
# ## Break it: one seat, two tickets
#
# A client that books has seen nothing yet, so there is no version to name. This service looks whether the seat is free, lets the
# customer pay, and writes the ticket. Two customers click at the same moment. **Predict, then run.** Who gets seat 12?

# %%
TICKETS = []


class Tickets(MethodView):
    def post(self):
        wanted = request.get_json()
        if any(wanted["seat"] == seat for seat, _ in TICKETS):
            abort(409)
        time.sleep(1)  # the customer pays
        TICKETS.append((wanted["seat"], wanted["name"]))
        return wanted, 201

# %%
def both_at_once(view):
    app = Flask("tickets")
    app.add_url_rule("/tickets", view_func=view.as_view("tickets"))
    tickets = launch(app)
    wanted = [{"seat": 12, "name": "Ada"}, {"seat": 12, "name": "Ben"}]
    with ThreadPoolExecutor(2) as customers:
        replies = customers.map(lambda one: requests.post(tickets.url + "/tickets", json=one, timeout=5), wanted)
        return sorted(reply.status_code for reply in replies)


TICKETS.clear()
both_at_once(Tickets), sorted(TICKETS)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Both. When the second one looks, the first one has not written yet. Without the second for paying it happens less often, and hardly ever
# in your tests.
#
# </details>
#
# *Look, then write* is two steps, and somebody else fits between them. A lock helps as long as there is one process. A database helps
# always: with **UNIQUE**, it takes each seat once. So do not look: write, and see whether it is taken. Then let the customer pay.
#
# **SQLite** is a database in one file, and a part of Python. A database keeps rows in tables: `CREATE TABLE` makes a table and names its
# columns, `INSERT` adds a row, and an `IntegrityError` says that a row is refused.

# %%
drawer = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
file = drawer.name + "/tickets.db"
with closing(sqlite3.connect(file)) as db:
    db.execute("CREATE TABLE tickets (seat INTEGER UNIQUE, name TEXT)")


class SafeTickets(MethodView):
    def post(self):
        wanted = request.get_json()
        try:
            with closing(sqlite3.connect(file)) as db, db:  # the second db: keep all of it, or nothing
                db.execute("INSERT INTO tickets VALUES (:seat, :name)", wanted)
        except sqlite3.IntegrityError:
            abort(409)
        time.sleep(1)  # the customer pays
        return wanted, 201


both_at_once(SafeTickets)

# %% [markdown]
# The colons make it take the values as values, whatever is in them. A name that is glued into the statement could be a statement itself:
# that is **SQL injection** (CWE-89). The finished service does as you do:

# %%
show(ticket_store.keep)

# %% [markdown]
# ## Break it: pull the plug
#
# 201 is a promise. `after_a_crash` books, kills the process as soon as it has the 201, starts it again, and asks for the booking. A killed
# process gets no chance to save anything. (`process_of` looks for it among all that this notebook has started.)
# **Predict, then run.** What becomes of the booking in memory, and in a file?

# %%
def process_of(server):
    found = psutil.Process().children(recursive=True)
    return next(process for process in found if str(server.port) in process.cmdline())


def after_a_crash(*args):
    office = launch("servers.ticket_service", args=args)
    booked = requests.post(office.url + "/bookings", json={"show": 1, "seat": 12, "name": "Ada"}, timeout=3)
    process_of(office).kill()
    office = launch("servers.ticket_service", args=args)
    return booked.status_code, requests.get(office.url + booked.headers["Location"], timeout=3).status_code


after_a_crash(), after_a_crash("--database", tempfile.mkdtemp(dir=drawer.name) + "/box-office.db")

# %% [markdown]
# <details><summary>Answer</summary>
#
# In memory it is gone: Ada has a 201 and no seat. In the file it is there: the service says 201 only after the database has said that
# the disk has it.
#
# </details>
#
# ## A page at a time
#
# A collection grows, and nobody wants all of it in one answer. `?limit=2` asks for two, and the link `next` says where to go on.

# %%
office = launch("servers.ticket_service")
for seat, name in enumerate(["Ada", "Ben", "Cy", "Dee", "Eve"], 1):
    requests.post(office.url + "/bookings", json={"show": 1, "seat": seat, "name": name}, timeout=3)


def page(path):
    got = requests.get(office.url + path, timeout=3).json()
    return [booking["name"] for booking in got["bookings"]], got["_links"].get("next", {}).get("href")


names, following = page("/bookings?limit=2")
names, following

# %% [markdown]
# `after=2` means: those above number 2. Many services have `offset=2` instead: leave out the first two. **Predict, then run.** You have seen the
# first page, and Ada cancels. What is on the second page, either way?

# %%
requests.delete(office.url + "/bookings/1", headers={"If-Match": "*"}, timeout=3)
print("after: ", page(following)[0])
print("offset:", page("/bookings")[0][2:4])

# %% [markdown]
# <details><summary>Answer</summary>
#
# With `after`, Cy and Dee. With an offset, Dee and Eve: the others have moved up by one, and you never see Cy. Besides, to leave
# out a million rows a database has to count them.
#
# </details>
#
# ## Who are you, and may you?
#
# Whoever registers gets a **token**, a long secret drawn by chance. It goes into the header `Authorization`, after the word
# `Bearer`: *who carries this*. What is booked with it belongs to that customer.

# %%
office = launch("servers.ticket_service")


def register(name):
    customer = requests.post(office.url + "/customers", json={"name": name}, timeout=3).json()
    return {"Authorization": "Bearer " + customer["token"]}


ada, ben = register("Ada"), register("Ben")
wanted = {"show": 1, "seat": 12, "name": "Ada"}
booked = requests.post(office.url + "/bookings", json=wanted, headers=ada, timeout=3)
for who, headers in {"nobody": {}, "Ben": ben, "Ada": ada}.items():
    reply = requests.get(office.url + booked.headers["Location"], headers=headers, timeout=3)
    print(f"{who:6} {reply.status_code} {reply.headers.get('WWW-Authenticate', '')}")

# %% [markdown]
# **401** means: I do not know who you are; `WWW-Authenticate` says what to send. **403** means: I know who you are, and the answer is no.
# Sending the same again helps with neither.
#
# Whoever has the token *is* Ada. So over a network it travels by HTTPS only, the service keeps a fingerprint of it rather than
# the token, and it never stands in an address. This is why:

# %%
app = Flask("leaky")
app.add_url_rule("/bookings", view_func=lambda: {})
leaky = launch(app)
requests.get(leaky.url + "/bookings?token=1.My-Secret", timeout=3)
requests.get(leaky.url + "/bookings", headers={"Authorization": "Bearer 1.My-Secret"}, timeout=3)
leaky.log.wait(2)
print(leaky.log)

# %% [markdown]
# Addresses are written down: in logs, in the history of browsers, in links that people send to each other. Headers are not, unless you
# write them there.
#
# ## Enough is enough
#
# A client may send a name of two gigabytes. This one only announces it, and sends nothing of it:

# %%
connection = http.client.HTTPConnection("127.0.0.1", office.port, timeout=3)
announced = {"Content-Type": "application/json", "Content-Length": "2000000000"}
connection.request("POST", "/bookings", headers=announced)
print(connection.getresponse().status)
connection.close()

# %% [markdown]
# **413**, *Content Too Large*: nobody waits for the rest. By default Flask takes a JSON body of any size; set a limit,
# `app.config["MAX_CONTENT_LENGTH"] = 10_000`.
#
# ## A server that lasts
#
# Flask is no server. It turns your app into one function, by rules called **WSGI**, and any WSGI server can call that. The one behind
# `app.run`, and behind `launch`, is for development. The finished service runs on **waitress**. Let us compare them: how long does
# a request take, for a client that would like to keep its connection? And how many threads does the server have, while some clients
# connect and then say nothing?

# %%
def milliseconds(server, count=100):
    times = []
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
        for _ in range(count):
            start = time.perf_counter()
            connection.request("GET", "/shows/1")
            connection.getresponse().read()
            times.append(time.perf_counter() - start)
    return 1000 * min(times)  # in the others, the computer was busy with something else as well

# %%
def threads(server, silent):
    with ExitStack() as clients:
        for _ in range(silent):
            clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=3))
        requests.get(server.url + "/shows/1", timeout=3)
        return process_of(server).num_threads()

# %%
import matplotlib.pyplot as plt

ran_by = {"development": launch("servers.development_server"), "waitress": launch("servers.ticket_service")}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
for name, server in ran_by.items():
    left.barh(name, milliseconds(server))
    right.plot([0, 20, 40, 60], [threads(server, silent) for silent in (0, 20, 40, 60)], "o-", label=name)
left.set(xlabel="milliseconds, fastest of 100 requests")
right.set(xlabel="silent clients", ylabel="threads")
right.legend()
plt.show()

# %% [markdown]
# With waitress a request takes about half the time. The development server closes each connection after one answer; the next request has
# to open another, and gets a new thread. But the larger difference is on the right: each client costs a thread there, also if it
# says nothing, and nothing limits them. waitress has four threads for the work, looks after all connections with one more, and lets
# requests wait in line. (One thread of each server belongs to this course: it ends the server when the notebook ends.)
#
# ## Recap
#
# - Look at all that comes in: exact types, known fields, a limit on size; and say what is wrong as a problem document.
# - Whoever changes something names the version that he has seen: ETag, `If-Match`, 412, 428. What must not happen twice is for the database
#   to refuse: `UNIQUE`, 409.
# - A 201 is a promise that outlives the process. 401: who are you? 403: not you.
#
# **Check yourself**
#
# <details><summary>Two clients PATCH different fields of one booking, without If-Match. Can anything get lost?</summary>
#
# Not the fields. But each has decided while looking at a state that is no more: one moves the booking to another show, the other to a
# seat that this show does not have.
#
# </details>
# <details><summary>409 or 412?</summary>
#
# 412: the condition that you sent does not hold. 409: you sent no condition, or it holds, and it still does not fit, as with a seat that is taken.
#
# </details>
# <details><summary>Your tests never sell a seat twice. Is the check before the booking good enough?</summary>
#
# No. Tests seldom hit the moment between two steps; a thousand customers do. Leave it to the database, or do both in one transaction.
#
# </details>
# <details><summary>A request comes with a token that nobody has. 401 or 403?</summary>
#
# 401: it does not say who the client is. 403 is for somebody who is known.
#
# </details>
#
# **Now you:** [exercise 25](../exercises/25-a-service-to-trust.ipynb). **Next lesson:** [Pages go stale](31-stale-pages.ipynb).

# %%
stop_all()
