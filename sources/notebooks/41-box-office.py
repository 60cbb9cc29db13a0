# %% [markdown]
# # Everything together
#
# 41 minutes. You need lessons [13](13-dynamic-and-static.ipynb), [27](27-a-service-that-holds.ipynb) and
# [36](36-live-for-real.ipynb).
#
# By the end you can
#
# - put a site, a REST service and a live feed together,
# - follow one booking through all three, byte by byte,
# - say what such a system still lacks, and where to go on.

# %% [markdown] minutes=4
# ## See it work
#
# One command starts the box office: `python -m servers.box_office`. Here it runs in the notebook, with its page of live seats.

# %% [markdown] tags=["notes"]
# **Do:** Put the page on the projector and let everyone book from their notebook, if they share your server; else open three
# windows yourself.
#
# **What goes wrong:** People reload the page to see a change, which proves nothing.

# %%
import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

import requests
from websockets.sync.client import connect

from servers import box_office, seat_feed
from servers.tickets.store import Store
from wirelab import launch, show, stop_all, wire

office = launch("servers.box_office")
office

# %%
office.page("/seats.html", show=1, height=620)

# %% [markdown]
# All seats are free. Press *open it* above the page, and put the new window beside this one. Then book seat 17 with a REST request, and
# watch the seat.

# %%
wanted = {"show": 1, "seat": 17, "name": "Ada"}
booked = requests.post(office.url + "/api/bookings", json=wanted, timeout=3)
booked.status_code, booked.headers["Location"]

# %% [markdown]
# Seat 17 changed its colour in both pages, and nobody loaded them again. Now write your name into one of the pages, and press a seat:
# both pages change.

# %% [markdown] minutes=8
# ## One door, three servers
#
# ```mermaid
# flowchart LR
#     page([a page in a browser]) -->|GET /seats.html| door
#     program([a program]) -->|POST /api/bookings| door
#     page <-->|frames on /feed/shows/1| door
#     door{box office} --> site[(files)]
#     door --> service[REST service]
#     door --> feed[seat feed]
#     service --> store[(SQLite)]
#     store -. a change .-> feed
# ```
#
# All three were there before: the site in lesson 13, the service in lesson 22, the feed in lesson 34. Only the door is new. It looks
# at the beginning of the path, and passes the request to one of the three.

# %% [markdown] tags=["notes"]
# **Ask:** Which of the three parts could you leave out, and what would be missing then? Without the feed pages go stale;
# without the service nothing is sold; without the site there is no page.

# %% [markdown]
# The three parts run in one server, **uvicorn**. A server and an app have to agree on how the one calls the other. Python has two such agreements.
# With **WSGI** (PEP 3333) the app is a function. It gets the request as a dictionary, and returns the body. It is called once for each request, in
# a thread. Flask apps are of this kind:

# %%
def wsgi_app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"You asked for " + environ["PATH_INFO"].encode()]


requests.get(launch(wsgi_app).url + "/shows", timeout=3).text

# %% [markdown]
# A WSGI app gets one request. After that it can send, but receive nothing more, and a WebSocket goes on in both directions. So there is a second
# agreement, **ASGI**: the app is an `async` function. It waits for a message with `await receive()` and sends one with `await send(...)`, as often
# as it likes. So one server can have pages and WebSockets, in one event loop. For the Flask app there is a bridge, `a2wsgi`: it calls a WSGI app
# in a thread, and speaks ASGI for it.
#
# This is the door of the box office, an ASGI app. `scope` describes the request or the handshake. Look at the `for` loop only: it compares the
# beginning of the path with `/api` and `/feed`. You may skip the other lines.

# %%
show(box_office.BoxOffice.__call__)

# %% [markdown]
# **Predict, then run.** The cell sends three ordinary GETs: one to the site, one to the service, one to the feed. Which status and which format
# does each response have?

# %% tags=["predict"]
for path in ["/seats.html", "/api/shows/1", "/feed/shows/1"]:
    reply = requests.get(office.url + path, timeout=3)
    print(reply.status_code, reply.headers["Content-Type"], path)

# %% [markdown] minutes=1
# <details><summary>Answer</summary>
#
# The site has a page in HTML, the service a document in JSON. The feed speaks another language: it answers 426 with a line of plain text, and asks
# for the upgrade, as in lesson 32.
# All three answers come from one server, at one port.
#
# </details>
#
# ## Why one door
#
# You know origins from lesson 26: a scheme, a host and a port. The box office has one origin for all three parts. So its page may read every
# response, and needs no permission (CORS). For a WebSocket there is no such permission, so the feed looks at `Origin` itself.
#
# The page needs no address of a server, either. It uses the relative addresses `api/bookings` and `feed/shows/1`. They are right behind a proxy,
# too, such as Jupyter's.

# %% [markdown] minutes=2
# ## From link to link
#
# A program needs to know one address. From there it follows links, and never glues an address together itself. `follow` gets a
# document, takes the address of a link from it, and gets the next document. `urljoin` reads a link as a browser does (lesson 24).

# %%
def follow(address, *links):
    document = requests.get(address, timeout=3).json()
    for link in links:
        address = urljoin(address, document["_links"][link]["href"])
        document = requests.get(address, timeout=3).json()
    return address, document


address, seats = follow(urljoin(office.url, booked.headers["Location"]), "about", "seats")
print(address)
seats["taken"]

# %% [markdown] minutes=7
# The program went from the booking to its show, and from the show to its seats. The links begin with `/api`, because the box office gives
# the service its prefix. (ASGI calls this prefix `root_path`, and WSGI calls it `SCRIPT_NAME`.) The service itself did not need to change.
#
# ## How a change reaches the feed
#
# The service does not know about WebSockets, and the store does not either. The store **publishes** each change: it has a list of functions,
# `watchers`, and calls each of them after each change. Each function in the list is a **subscriber**. Here it is `print`:

# %% [markdown] tags=["notes"]
# **Ask:** Why does the store not import the feed? (It knows a list of functions, and nothing of WebSockets. So it can be
# tested alone.)
#
# **What goes wrong:** People expect a message about the refused booking. Nothing changed, so there is nothing to publish.

# %%
store = Store()
store.watchers.append(print)
hamlet = store.book(1, 5, "Ben")
store.cancel(hamlet.id)

# %% [markdown]
# A `Change` contains all that a page needs: its number, the show, the seat, and whether the seat is taken. In the box office, the
# subscriber is a method of the feed, and the store calls it once for each change. It is called `publish` because the feed then publishes the
# change to its own clients.
#
# ```mermaid
# flowchart LR
#     store -- "publish(change)" --> thread["thread of the service"]
#     thread -- call_soon_threadsafe --> loop["event loop of the feed"]
#     loop -- tell --> clients["clients that watch"]
# ```
#
# Find the line that gives this work to the event loop:

# %%
show(seat_feed.Feed.publish)

# %% [markdown]
# It is called in the service's thread, and the feed lives in the server's event loop. So `publish` asks the loop to call `tell` soon, and
# returns at once. A booking never waits for the clients that watch.
#
# The line is the one with `call_soon_threadsafe`. While `_due` is true, a call of `tell` is waiting already, and one call is enough.
#
# **Predict, then run.** A client watches Hamlet. Ben asks for seat 17, which is Ada's. Then he books seat 18. Which messages does the client
# receive?

# %% tags=["predict"]
watched = office.url.replace("http", "ws") + "/feed/shows/1"
with connect(watched) as feed:
    state = json.loads(feed.recv(timeout=3))
    for seat in [17, 18]:
        booking = {"show": 1, "seat": seat, "name": "Ben"}
        reply = requests.post(office.url + "/api/bookings", json=booking, timeout=3)
        print(seat, reply.status_code)
    change = json.loads(feed.recv(timeout=3))

print("first message, taken:", state["taken"])
change

# %% [markdown] minutes=5
# <details><summary>Answer</summary>
#
# Two. The first message says which seats are taken. For the 409 there is no message: nothing has changed, and the error concerns Ben
# alone. The second message is the change of seat 18.
#
# </details>
#
# ## One booking, one picture
#
# Now look at all of it on the wire: a page, the upgrade, a booking, and the push. The live view shows the messages as they come. Run the cell
# after it while you can see the live view.
#
# (`wanted | {"seat": 40}` is a copy of the dictionary `wanted`, with another seat.)

# %% [markdown] tags=["notes"]
# **Ask:** Before the wire view: how many connections, and how many languages? Write the numbers down, then count.
#
# **Do:** Take your time here. It is the picture of the whole course; leave out anything else first.

# %%
tap = wire(office)
tap.live()

# %%
requests.get(tap.url + "/seats.html", timeout=3)
with connect(tap.url.replace("http", "ws") + "/feed/shows/1", compression=None) as feed:
    feed.recv(timeout=3)
    time.sleep(1)  # so that you can watch
    requests.post(tap.url + "/api/bookings", json=wanted | {"seat": 40}, timeout=3)
    feed.recv(timeout=3)

# %% tags=["nbval-ignore-output"]
tap.stop()
tap

# %% [markdown]
# There are three connections, each with a number. Open the messages one by one:
#
# - a `GET` and a page: HTTP, as in lesson 11;
# - a `GET` that asks for an upgrade, 101, and then frames: lesson 32;
# - a `POST`, and 201 with `Location` and `ETag`: lessons 22 and 25;
# - a frame without a request: the change, pushed to each client that watches.
#
# The last two come on two connections, from two threads. In the picture one of them came first; next time it may be the other. So do not take the
# order in which messages arrive for the order in which things happened. Each change has a number, and the numbers give the order:

# %%
pushed = [frame for frame in tap.frames.sent_by("server") if b'"change"' in frame.payload]
json.loads(pushed[0].payload)

# %% [markdown] minutes=2
# ## Two want the same seat
#
# Twenty programs ask for seat 100 at the same moment. This is a **race**: which one gets the seat depends on which is first. The box office
# has to be right in each case. The cell calls `grab` in twenty threads, and counts the status codes.

# %%
def grab(number):
    buyer = wanted | {"seat": 100, "name": f"Buyer {number}"}
    return requests.post(office.url + "/api/bookings", json=buyer, timeout=10).status_code


with ThreadPoolExecutor(20) as crowd:
    answers = list(crowd.map(grab, range(20)))
{status: answers.count(status) for status in sorted(answers)}

# %% [markdown] minutes=6
# One 201, and nineteen times 409. The service does not look first and then book, since another request might come in between. It books at
# once, and the database refuses a second row for the same seat.
#
# ## Break it: the office closes
#
# The box office keeps its bookings in memory here. **Predict, then run.** A client watches, and the office is stopped. How does the client
# notice, and with which close code?

# %% [markdown] tags=["notes"]
# **What goes wrong:** The seats are free after the restart, and people look for a mistake. The bookings were in memory; the
# next cell gives them a file.
#
# **Short of time:** Leave out the restart with a file.

# %% tags=["predict"] breaks="the office is stopped while somebody watches, and 1001 comes"
with wire(office) as last:
    with connect(last.url.replace("http", "ws") + "/feed/shows/1", compression=None) as watcher:
        watcher.recv(timeout=3)
        office.stop()
        for message in watcher:
            print("one more:", message)

last.frames.sent_by("server")[-1]

# %% [markdown]
# <details><summary>Answer</summary>
#
# It receives a close frame with 1001, *going away*. The page in the notebook now says *not live*, and tries to connect again every few
# seconds.
#
# </details>
#
# Start the office again. The page above comes back by itself, but look at its seats: all are free. The bookings were only in memory.

# %% breaks="the bookings were in memory and are gone"
office = launch("servers.box_office")
requests.get(office.url + "/api/shows/1/seats", timeout=3).json()["taken"]

# %% [markdown]
# Mended: the bookings go into a file. The service writes a booking to the file before it answers 201. So no promised seat is lost, even if
# the process is killed. The cell starts the office, books, kills the process, and starts the office again with the same file. (`psutil` lists
# the processes that this notebook has started. The office is the one with its port in the command line.)

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

folder = TemporaryDirectory()
kept = ["--database", str(Path(folder.name) / "bookings.db")]

office = launch("servers.box_office", args=kept)
requests.post(office.url + "/api/bookings", json=wanted, timeout=3)
started = psutil.Process().children(recursive=True)
next(process for process in started if str(office.port) in process.cmdline()).kill()
office = launch("servers.box_office", args=kept)
requests.get(office.url + "/api/shows/1/seats", timeout=3).json()["taken"]

# %% [markdown] minutes=3
# Seat 17 is still Ada's, although the process is another one.
#
# ## Where to go next
#
# You can read other live feeds now. The course has one more: the board of a class, `python3 start.py board`. This method serves one page that looks on.
# Which parts do you know from lessons 34 and 36?

# %%
from wirelab.classroom.watchers import Watchers

show(Watchers.attend)

# %% [markdown]
# A page gets what came after `since`, and `finally` takes it out, however it ended.
#
# A large box office needs more:
#
# | it lacks | look for |
# |---|---|
# | encryption | [lesson 42](42-encrypted.ipynb): TLS, `https`, `wss` |
# | room for thousands | nginx or Caddy as a reverse proxy, and several processes as its **upstreams**; the database connects them, as in lesson 36 |
# | users who log in | OpenID Connect, sessions, cookies with `SameSite` |
# | several computers with the same seats | PostgreSQL, and its `LISTEN` and `NOTIFY` in place of the watchers |
# | monitoring | logs, metrics, health checks |
# | one framework for HTTP and WebSockets | Starlette or FastAPI, on ASGI |
# | fewer round trips | HTTP/2 and HTTP/3, with the same methods and codes |
#
# Read on in RFC 9110 (what HTTP means), RFC 9112 (its bytes) and RFC 6455 (WebSockets). You may change the servers of this
# course. The next cell tidies up:

# %%
office.stop()
folder.cleanup()
office

# %% [markdown] minutes=3
# ## Recap
#
# - Pages are files, bookings are resources, changes are pushed: three simple parts behind one origin.
# - Every change goes through the service and the database. The feed only sends what is in the database.
# - A number on each change, and a feed that can send what was missed, make up for a broken connection, if the page notices it, as in lesson 36.
#
# **Check yourself**
#
# <details><summary>Why does the page book with POST, and not with a message on its WebSocket?</summary>
#
# A POST has an answer of its own, with a status code, and servers on the way can log it and refuse it. Tried again, it cannot book twice, since the
# database refuses a second booking of one seat. (With an `Idempotency-Key`, the second answer would be the first one: lesson 27.) For a WebSocket
# you would have to write all of this yourself.
#
# </details>
# <details><summary>Why does the change come by WebSocket, and not as the answer to a GET?</summary>
#
# The page does not know when to ask. Polling costs many requests that bring nothing new, as lesson 31 shows.
#
# </details>
# <details><summary>A page was asleep for an hour. How does it learn what happened?</summary>
#
# It connects again and sends the number of the last change that it knows. The feed sends the changes since then. If they are too
# many, it sends the state of all seats.
#
# </details>
# <details><summary>Which of the three parts decides whose booking succeeds?</summary>
#
# None of them: the database does, by a rule that no two bookings have the same show and seat.
#
# </details>

# %% [markdown]
# **Now you:** build [the same for the weather station](../exercises/41-weather-live.ipynb). **Next lesson:** [The same,
# encrypted](42-encrypted.ipynb).
# **Words:** [glossary](../docs/glossary.md).
#
# The last cell stops the servers. After *Run All Cells* the page above is therefore no longer live. To see it live, run the cells one by one.

# %%
stop_all()
