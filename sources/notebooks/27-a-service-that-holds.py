# %% [markdown]
# # A service that holds
#
# 45 minutes. You need [lesson 26](26-a-service-to-trust.ipynb).
#
# By the end you can
#
# - keep what a service has promised: sell a seat once, and still know it after a crash,
# - limit what one client can demand, and tell it when to come back,
# - repeat a request without doing the work twice.

# %% [markdown] minutes=6
# ## Break it: one seat, two tickets
#
# This service checks that the seat is free. Then it lets the customer pay, which takes a second. Then it stores the ticket.

# %%
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from flask import Flask, abort, request
from flask.views import MethodView

from wirelab import launch, stop_all

TICKETS = []


class Tickets(MethodView):
    def post(self):
        wanted = request.get_json()
        if any(wanted["seat"] == ticket["seat"] for ticket in TICKETS):
            abort(409)
        time.sleep(1)  # the customer pays
        TICKETS.append(wanted)
        return wanted, 201


def buy(name):
    return requests.post(tickets.url + "/tickets", json={"seat": 12, "name": name}, timeout=5).status_code


app = Flask("tickets")
app.add_url_rule("/tickets", view_func=Tickets.as_view("tickets"))
tickets = launch(app)

# %% [markdown]
# Ada and Ben click at the same moment. (`ThreadPoolExecutor(2)` calls `buy` in two threads.) **Predict, then run.** Which statuses
# do they get, and how many tickets are sold?

# %% tags=["predict"] breaks="the check and the change are two steps, so one seat is sold twice"
TICKETS.clear()
with ThreadPoolExecutor(2) as customers:
    print(*customers.map(buy, ["Ada", "Ben"]))
len(TICKETS)

# %% [markdown]
# <details><summary>Answer</summary>
#
# 201 and 201: both have bought seat 12. When Ben's request checks the seat, Ada's has not stored its ticket yet. If paying
# took no time, this would happen rarely, and hardly ever in a test.
#
# </details>
#
# The result depends on which thread is faster. This is a **race**. The check and the change are two steps, and another request comes between
# them. `If-Match` does not help: a client that buys has not read any version.
#
# ```mermaid
# sequenceDiagram
#     participant A as Ada
#     participant S as service
#     participant B as Ben
#     A->>S: POST, seat 12
#     Note over S: free
#     B->>S: POST, seat 12
#     Note over S: still free
#     Note over S: stores Ada's ticket
#     Note over S: stores Ben's ticket
#     S-->>A: 201
#     S-->>B: 201
# ```

# %% [markdown] tags=["notes"]
# **Ask:** How would you mend it? Collect cures before you show one. A lock is a good answer as long as there is one process; what happens with two?
#
# **What goes wrong:** Somebody proposes a second check after paying. That makes the race shorter, and it is still there.

# %% [markdown] minutes=5
# ## Let the database refuse
#
# A database can make the check and the change one step. **SQLite** is a database in one file; Python has it in the module `sqlite3`. A
# database stores rows in tables. You speak to it in **SQL**. `CREATE TABLE` makes a table and names its columns. `INSERT INTO` adds a row.
#
# This table has the **constraint** `UNIQUE`: it takes each seat once.

# %%
import sqlite3
import tempfile
from contextlib import closing

folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
file = folder.name + "/tickets.db"
with closing(sqlite3.connect(file)) as db:
    db.execute("CREATE TABLE tickets (seat INTEGER UNIQUE, name TEXT)")
    db.execute("INSERT INTO tickets VALUES (1, 'Cy')")
    try:
        db.execute("INSERT INTO tickets VALUES (1, 'Dee')")
    except sqlite3.IntegrityError as error:
        print(error)

# %% [markdown]
# Is Cy's ticket in the file? `SELECT * FROM` reads all rows of a table.

# %%
with closing(sqlite3.connect(file)) as db:
    print(db.execute("SELECT * FROM tickets").fetchall())

# %% [markdown]
# It is not. `INSERT` begins a **transaction**: the file keeps the change only after a *commit*. The first cell closed the database without one.
#
# Now the service. It does not check. It stores the ticket at once, and an `IntegrityError` says that the seat is taken. Only then does the
# customer pay.
#
# - `with db:` commits at its end what the `INSERT` did. If there was an exception, it takes the change back.
# - `closing` closes the database at the end.

# %%
class SafeTickets(MethodView):
    def post(self):
        wanted = request.get_json()
        try:
            with closing(sqlite3.connect(file)) as db:
                with db:
                    db.execute("INSERT INTO tickets VALUES (:seat, :name)", wanted)
        except sqlite3.IntegrityError:
            abort(409)
        time.sleep(1)  # the customer pays
        return wanted, 201


app = Flask("safe tickets")
app.add_url_rule("/tickets", view_func=SafeTickets.as_view("tickets"))
tickets = launch(app)
with ThreadPoolExecutor(2) as customers:
    print(sorted(customers.map(buy, ["Ada", "Ben"])))

# %% [markdown] minutes=6
# One customer gets 201, the other 409. The database decides who. (A customer who does not pay must not keep the seat for ever. So a shop first
# reserves it for some minutes, and confirms it after the payment.)
#
# `:seat` and `:name` are **placeholders**: the database takes their values as values, whatever is in them. Never put a value into the statement
# with an f-string. With the name `'), (13, 'Ada'); --` a part of the value would become a part of the statement, and one order would store two
# tickets. This is **SQL injection** (CWE-89).
#
# ## Break it: kill the process
#
# A 201 is a promise: the booking exists. Is that still true after a crash? A killed process is a hard test, as it cannot save anything before
# it ends. `process_of` finds the process of a server; you need not read it. `book` books a seat.

# %%
import psutil


def process_of(server):
    for process in psutil.Process().children(recursive=True):
        if str(server.port) in process.cmdline():
            return process


def book(office, seat, **headers):
    wanted = {"show": 1, "seat": seat, "name": "Ada"}
    return requests.post(office.url + "/bookings", json=wanted, headers=headers, timeout=3)

# %% [markdown]
# `after_a_kill` books a seat and kills the process as soon as it has the 201. Then it starts the service again and asks for the booking.
# **Predict, then run.** The first service keeps its bookings in memory, the second one in a file. What happens to the booking?

# %% tags=["predict"] breaks="the process is killed, and a booking in memory is lost"
def after_a_kill(*args):
    office = launch("servers.ticket_service", args=args)
    booked = book(office, 12)
    process_of(office).kill()
    office = launch("servers.ticket_service", args=args)
    found = requests.get(office.url + booked.headers["Location"], timeout=3)
    return booked.status_code, found.status_code


print("memory:", after_a_kill())
print("file:  ", after_a_kill("--database", folder.name + "/box-office.db"))

# %% [markdown]
# <details><summary>Answer</summary>
#
# In memory it is lost: Ada has a 201 and no seat. In the file it is there. The service sends the 201 after the database has written the booking.
#
# </details>
#
# A power cut can do more harm, which this cell cannot show: what a program has written may still be in the memory of the operating system. With
# `PRAGMA synchronous = FULL`, as in the finished service, SQLite waits for the disk.

# %% [markdown] tags=["notes"]
# **Do:** Let the room vote on the file. Many expect that a killed process leaves a broken file; say what a transaction promises.
#
# **Short of time:** Leave out "One page at a time".

# %% [markdown] minutes=5
# ## One page at a time
#
# A collection grows, so a service sends it in pages. `?limit=2` asks for two bookings. The link `next` leads to the next page.

# %%
office = launch("servers.ticket_service")
for seat in [1, 2, 3, 4, 5]:
    book(office, seat)


def page(path):
    document = requests.get(office.url + path, timeout=3).json()
    seats = [booking["seat"] for booking in document["bookings"]]
    return seats, document["_links"].get("next", {}).get("href")


first, following = page("/bookings?limit=2")
first, following

# %% [markdown]
# `after=2` means: the bookings with a number above 2. The 2 is a **cursor**, and this way is called *keyset pagination*. Many services have
# `offset=2` instead: leave out the first two. This service has no offset, so the cell takes the third and the fourth booking of the whole list.
#
# **Predict, then run.** You have seen the first page. Then booking 1 is cancelled. Which seats are on the second page, with `after` and with an
# offset?

# %% tags=["predict"]
requests.delete(office.url + "/bookings/1", headers={"If-Match": "*"}, timeout=3)
print("after: ", page(following)[0])
print("offset:", page("/bookings")[0][2:4])

# %% [markdown] minutes=2
# <details><summary>Answer</summary>
#
# With `after`, 3 and 4. With an offset, 4 and 5: all bookings have moved up by one, and you never see seat 3. An offset is also slow in a large
# table: the database has to count what it leaves out.
#
# </details>
#
# ## Limit the size
#
# (This is a good place for a break. The second half is about clients that send too much or too often.)
#
# A client may send a body of two gigabytes. Flask has no limit by default. `app.config["MAX_CONTENT_LENGTH"] = 10_000` sets one, and the finished
# service has it. A larger body gets **413** *Content Too Large*, and the service does not wait for it. This client announces two gigabytes and sends
# nothing of them:

# %%
import http.client

announced = {"Content-Type": "application/json", "Content-Length": "2000000000"}
with closing(http.client.HTTPConnection("127.0.0.1", office.port, timeout=3)) as connection:
    connection.request("POST", "/bookings", headers=announced)
    print(connection.getresponse().status)

# %% [markdown] minutes=6
# ## Limit the rate
#
# One client can also send too many requests. A service then answers **429** *Too Many Requests* (RFC 6585 §4). The header `Retry-After` says how many
# seconds the client should wait, or until which date.
#
# Here each client may send three requests in two seconds. `RECENT` has the times of its last requests. Each client has a list of its own:
# with one list for all, a single client could lock out everybody.

# %%
from collections import defaultdict

limited, RECENT = Flask("limited"), defaultdict(list)


@limited.get("/shows/1")
def show():
    now, client = time.monotonic(), request.remote_addr
    RECENT[client] = [earlier for earlier in RECENT[client] if now - earlier < 2]
    if len(RECENT[client]) >= 3:
        return "too many requests\n", 429, {"Retry-After": "2"}
    RECENT[client].append(now)
    return {"title": "Hamlet"}

# %%
api = launch(limited)
RECENT.clear()
for _ in range(5):
    reply = requests.get(api.url + "/shows/1", timeout=3)
    print(reply.status_code, reply.headers.get("Retry-After", ""))

# %% [markdown]
# This small counter has the race from above as well: two requests at the same moment may both be the third. For a limit that does little harm.
# Behind a proxy (lesson 42) it has a worse fault: there `remote_addr` is the address of the proxy, for all clients. A service with tokens counts
# by token.
#
# A good client waits as long as `Retry-After` says, and tries again. `Retry`, which you know from lesson 23, does that after a 413, 429 or 503 with
# `Retry-After`. `history` has the attempts that failed.

# %%
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

patient = requests.Session()
patient.mount("http://", HTTPAdapter(max_retries=Retry(3)))
RECENT.clear()
for _ in range(4):
    reply = patient.get(api.url + "/shows/1", timeout=3)
    print(reply.status_code, [attempt.status for attempt in reply.raw.retries.history])

# %% [markdown]
# Without `Retry-After` a client has to choose how long to wait. With **exponential backoff** it waits 1, 2, 4, 8 seconds: longer each time, so a
# busy server gets time. But clients that were refused together come back together. So each adds **jitter**: it waits a random part of
# that time.
#
# In the plot, 200 clients are refused at second 0. Each of them is refused four times, so it comes back four times. When? (You need not read the
# code.)

# %%
import random

import matplotlib.pyplot as plt

random.seed(1)
figure, plots = plt.subplots(2, 1, figsize=(8, 3.6), sharex=True, sharey=True, layout="constrained")
for plot, least, label in zip(plots, [1, 0], ["backoff", "backoff with jitter"], strict=True):
    returns = []
    for _ in range(200):
        waits = [random.uniform(least, 1) * 2**attempt for attempt in range(4)]
        returns += [sum(waits[: n + 1]) for n in range(4)]
    plot.hist(returns, bins=60, range=(0, 15.5))
    plot.set(title=label, xlabel="seconds", ylabel="requests")
plt.show()

# %% [markdown]
# Above, the server gets 200 requests at once, four times. Below, they are spread.
#
# `Retry` does nearly this with `backoff_factor=1, backoff_jitter=1`: it adds up to a second to each wait. But it sends the first repetition at
# once, and waits only before the later ones.

# %% [markdown] tags=["notes"]
# **Ask:** A shop with a million clients was down for a minute. What happens when it comes back?
#
# **What goes wrong:** The cell with `Retry` waits up to two seconds, and people think that it hangs.

# %% [markdown] minutes=6
# ## Repeat a POST
#
# From lesson 23 you know the gap: a client sends a POST, and the answer gets lost. Was the ticket sold? A client may not repeat the POST, as
# that could sell a second one.
#
# The cure is a name for the request. The client sends a random string in `Idempotency-Key`, and the *same* string when it repeats the request.
# The service stores each key with its answer.

# %% [markdown] tags=["notes"]
# **Ask:** Who chooses the string, and when does the client choose a new one? (The client. A new purchase gets a new string, and a
# repeated request keeps the old one.)

# %%
ORDERS, ANSWERS = [], {}


class Orders(MethodView):
    def post(self):
        if "Idempotency-Key" not in request.headers:
            abort(400, "Idempotency-Key is missing")
        key = request.headers["Idempotency-Key"]
        if key not in ANSWERS:
            ORDERS.append(request.get_json())
            ANSWERS[key] = {"number": len(ORDERS)}
        return ANSWERS[key], 201


app = Flask("orders")
app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
orders = launch(app)

# %% [markdown]
# **Predict, then run.** A client sends one order three times: twice with the same key, then with another key. Which numbers come back?

# %% tags=["predict"]
from uuid import uuid4

once, again = str(uuid4()), str(uuid4())
for key in [once, once, again]:
    headers = {"Idempotency-Key": key}
    reply = requests.post(orders.url + "/orders", json={"show": 1}, headers=headers, timeout=3)
    print(reply.status_code, reply.json())

# %% [markdown]
# <details><summary>Answer</summary>
#
# 1, 1 and 2. The second request gets the stored answer, and nothing is ordered. With another key it is another order.
#
# </details>
#
# With the key the POST is **idempotent**: sending it twice does as much as sending it once. Payment services use this header. It is not a
# standard: its last Internet draft expired in 2026.
#
# This small service has the two faults from above: the race, and a memory that ends with the process. A finished service stores the keys in
# its database, in the same transaction as the order. If a key comes again with *another* order, the client has made a mistake: the draft asks
# for 422, and this service does not notice.

# %% [markdown] minutes=7
# ## A server for real use
#
# Flask is not a server. A server calls your app like a function, once for each request. The form of this call is **WSGI**, the *Web Server Gateway
# Interface*. The server behind `app.run` and `launch` is for development. The finished service is a Flask app as well, on the server uvicorn.
# Lesson 41 explains how they fit.
#
# `threads` connects some clients that say nothing, and returns how many threads the server has then:

# %%
import socket
from contextlib import ExitStack


def threads(server, silent):
    with ExitStack() as clients:
        for _ in range(silent):
            clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=3))
        requests.get(server.url, timeout=3)
        return process_of(server).num_threads()


# %% [markdown]
# Draw this for both servers. The cell also prints the name of each server, and what it says about the connection.

# %%
servers = {"development": launch("servers.development_server"), "finished": launch("servers.ticket_service")}
figure, axes = plt.subplots(figsize=(6, 2.6), layout="constrained")
for name, server in servers.items():
    headers = requests.get(server.url, timeout=3).headers
    print(f"{name}: {headers['Server']}, Connection: {headers.get('Connection', '(not there)')}")
    axes.plot([0, 20, 40, 60], [threads(server, silent) for silent in (0, 20, 40, 60)], "o-", label=name)
axes.set(xlabel="silent clients", ylabel="threads")
axes.legend()
plt.show()

# %% [markdown]
# The development server starts a thread for each client, also for a silent one, without a limit. And it closes each connection after one answer,
# so every request needs a new one. uvicorn has a few threads for the app, whoever is connected, and keeps connections.
#
# A server for real use needs two limits: how many connections it takes, and how long a client may stay silent. With the first one alone, enough
# silent clients keep everybody else out. **waitress** is another good server for WSGI. The table has its default limits beside the others.
# (On Linux you will often meet **gunicorn** behind nginx, a proxy with limits of its own: lesson 42.)
#
# | server | how many connections | how long a client may stay silent |
# |---|---|---|
# | development | any number | for ever |
# | waitress | 100 | two minutes |
# | the finished service | 1000 | ten seconds |
#
# **Predict, then run.** A hundred clients connect and say nothing. Which servers answer another client within three seconds?

# %% tags=["predict"]
def status_beside(server, silent):
    with ExitStack() as clients:
        for _ in range(silent):
            clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=3))
        try:
            return requests.get(server.url, timeout=3).status_code
        except requests.Timeout:
            return "no answer"


servers["waitress"] = launch("servers.waitress_server")
{name: status_beside(server, 100) for name, server in servers.items()}

# %% [markdown]
# <details><summary>Answer</summary>
#
# The development server and the finished service. waitress does not answer: its connections are used up, and the next client waits until one of
# them has been silent for two minutes. So set the limits of your server before strangers use it. In waitress they are called `connection_limit` and
# `channel_timeout`.
#
# </details>

# %% [markdown] tags=["notes"]
# **What goes wrong:** The measuring cell takes a few seconds on a slow computer. One thread of each server belongs to this course: it ends the
# server when the notebook ends.

# %% [markdown] minutes=2
# ## Recap
#
# - A check and a change have to be one step: `UNIQUE` in a database, 409. A 201 is a promise that outlives the process.
# - Limits: pages for collections, 413 for size, 429 with `Retry-After` for the rate. Clients wait with backoff and jitter.
# - A POST with an `Idempotency-Key` can be repeated. A server for real use has limits for silent clients.
#
# **Check yourself**
#
# <details><summary>Your tests never sell a seat twice. Is the check before the booking good enough?</summary>
#
# No. A test seldom hits the moment between two steps, and a thousand customers do. Let the database refuse.
#
# </details>
# <details><summary>A client gets 429 without Retry-After. How long should it wait?</summary>
#
# It waits with exponential backoff and jitter: a random part of 1 second, then of 2, then of 4, up to a limit.
#
# </details>
# <details><summary>A client makes a new Idempotency-Key for every attempt. What does it gain?</summary>
#
# Nothing. Every attempt is a new request for the service. The key has to stay the same as long as the client means the same order.
#
# </details>
# <details><summary>Why after=2 and not offset=2?</summary>
#
# When a row before the page is deleted, the rest moves up. With an offset the client then misses one.
#
# </details>
#
# **Now you:** [exercise 27](../exercises/27-a-service-that-holds.ipynb). **Next lesson:** [Tests for your own
# service](28-testing-a-service.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
