# %% [markdown]
# # Everything together
#
# 30 minutes. You need lessons [13](13-dynamic-and-static.ipynb), [25](25-a-service-to-trust.ipynb) and
# [35](35-browser-client.ipynb).
#
# By the end you can
#
# - put a site, a REST service and a live feed together, so that each does what it is good at,
# - follow one booking through all three, in the bytes,
# - say what such a system still lacks, and where to go on.

# %% [markdown]
# ## The whole game
#
# The box office is one command: `python -m servers.box_office`. Here is its page of live seats.

# %%
import json
from concurrent.futures import ThreadPoolExecutor

import requests
from websockets.sync.client import connect

from servers import box_office, seat_feed, ticket_store
from wirelab import launch, show, stop_all, wire

office = launch("servers.box_office")
office

# %%
office.page("/seats.html", show=1, height=620)

# %% [markdown]
# Nobody sits anywhere yet. Now book a seat with a REST request, and keep an eye on the page above.

# %%
wanted = {"show": 1, "seat": 17, "name": "Ada"}
booked = requests.post(office.url + "/api/bookings", json=wanted, timeout=3)
booked.status_code, booked.headers["Location"]

# %% [markdown]
# Seat 17 changed its colour, and nobody loaded the page again. Open the page in a second window with *open it*, put your name in,
# and press a seat: both pages change, the one in the notebook as well.

# %% [markdown] tags=["notes"]
# Put the page on the projector and let everyone in the room book from their notebook, if they share your server; otherwise open
# three windows yourself. Ask before the wire view: how many connections, how many languages? What goes wrong: people reload the
# page to see a change, which proves nothing. Short of time: leave out the restart, and never the one picture of a booking.

# %% [markdown]
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
# All three were there before: the site in lesson 13, the service in lesson 22, the feed in lesson 34. New is the door. It looks
# at the beginning of the path, and asks whoever is responsible.

# %%
show(box_office.OfficeHandler.answer)

# %% [markdown]
# **Predict, then run.** Three ordinary GETs, one to each. What status does each answer with, and in which format?

# %%
for path in ["/seats.html", "/api/shows/1", "/feed/shows/1"]:
    reply = requests.get(office.url + path, timeout=3)
    print(reply.status_code, reply.headers["Content-Type"], path)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The site has a page, the service a document. The feed speaks another language, and asks for the upgrade: 426, as in lesson 32.
# Its own server is behind the door, on a port that nobody else needs to know.
#
# </details>
#
# ## Why one door
#
# Scheme, host and port are called an **origin**. A page may talk to the origin that it came from. For any other, the browser asks that
# server for permission (it is called CORS), and shows the page nothing without it. Behind one door there is one origin, and no
# question arises.
#
# So the page needs no address of a server. It says `api/bookings` and `feed/shows/1`, and both mean: where I came from. That holds
# behind a proxy too, such as Jupyter's, where the page you see above has a long address.
#
# ## From link to link
#
# A program needs one address. It follows links from there, and never puts one together itself.

# %%
def follow(address, *links):
    document = requests.get(address, timeout=3).json()
    for link in links:
        address = office.url + document["_links"][link]["href"]
        document = requests.get(address, timeout=3).json()
    return address, document


address, seats = follow(office.url + booked.headers["Location"], "about", "seats")
print(address)
seats["taken"]

# %% [markdown]
# From the booking to its show, from the show to its seats. The links begin with `/api`, because the door told the service under which
# path it stands. The service in lesson 22 did not need to change.
#
# ## How the feed hears of it
#
# The service knows nothing of WebSockets. The store does not either: it has a list of watchers, functions that it calls after each
# change.

# %%
store = ticket_store.Store()
store.watchers.append(print)
hamlet = store.book(1, 5, "Ben")
store.cancel(hamlet.id)

# %% [markdown]
# `Change` says all that a page needs: its number, the show, the seat, taken or free. In the box office the watcher is a method of the
# feed:

# %%
show(seat_feed.Feed.publish)

# %% [markdown]
# It is called in the service's thread, and the feed lives in an event loop of its own. So `publish` only leaves a word for the loop, and
# returns at once. A booking never waits for those who watch.
#
# **Predict, then run.** Somebody watches Hamlet. Ben wants seat 17, which is Ada's; then he takes 18. What does the feed say?
# (`wanted | his` has all that `wanted` has, and the values of `his` where both have one.)

# %%
watched = office.url.replace("http", "ws") + "/feed/shows/1"
with connect(watched) as feed:
    state = json.loads(feed.recv(timeout=3))
    for seat in [17, 18]:
        his = {"seat": seat, "name": "Ben"}
        reply = requests.post(office.url + "/api/bookings", json=wanted | his, timeout=3)
        print(seat, reply.status_code)
    change = json.loads(feed.recv(timeout=3))

print("it said", state["taken"], "are taken, and then:")
change

# %% [markdown]
# <details><summary>Answer</summary>
#
# First it says how things stand. Of the 409 it says nothing: nothing has changed, and an answer that concerns Ben alone goes to Ben
# alone. Then comes one change, seat 18.
#
# </details>
#
# ## One booking, one picture
#
# Now look at all of it on the wire: a page, the upgrade, a booking, and the push. This is what the whole course was about.

# %% tags=["nbval-ignore-output"]
with wire(office) as tap:
    requests.get(tap.url + "/seats.html", timeout=3)
    with connect(tap.url.replace("http", "ws") + "/feed/shows/1", compression=None) as feed:
        feed.recv(timeout=3)
        requests.post(tap.url + "/api/bookings", json=wanted | {"seat": 40}, timeout=3)
        feed.recv(timeout=3)

tap

# %% [markdown]
# Three connections, each with a number. Open the messages one by one:
#
# - a `GET` and a page: HTTP, as in lesson 11;
# - a `GET` that asks for an upgrade, 101, and from there on frames: lesson 32;
# - a `POST` and 201 with `Location` and `ETag`: lessons 22 and 25;
# - a frame that nobody asked for: the change, pushed to whoever watches.
#
# The last two cross the wire on two connections, out of two threads. Either may come first. A program that must know the order looks
# at the number of the change, not at the clock.

# %%
pushed = [frame for frame in tap.frames.sent_by("server") if b'"change"' in frame.payload]
json.loads(pushed[0].payload)["seat"], [exchange.response.status for exchange in tap.http]

# %% [markdown]
# ## Two want the same seat
#
# A race is the real test of a box office. Twenty programs ask for seat 100 at the same moment.

# %%
def grab(number):
    buyer = wanted | {"seat": 100, "name": f"Buyer {number}"}
    return requests.post(office.url + "/api/bookings", json=buyer, timeout=10).status_code


with ThreadPoolExecutor(20) as crowd:
    answers = list(crowd.map(grab, range(20)))
{status: answers.count(status) for status in sorted(answers)}

# %% [markdown]
# One 201, and nineteen times 409. The service does not look first and book then, since somebody might come in between. It books, and the
# database refuses a second row for one seat.
#
# ## Break it: the office closes
#
# The box office keeps its bookings in memory here. **Predict, then run.** Somebody watches, and the office is stopped. How does
# the watcher notice, and with which close code?

# %%
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
# 1001: I am leaving. The page in the notebook says so now, and tries to connect again, every few seconds.
#
# </details>
#
# Start the office again. The page above comes back by itself, but look at its seats: all free. What was only in memory is gone.

# %%
office = launch("servers.box_office")
requests.get(office.url + "/api/shows/1/seats", timeout=3).json()["taken"]

# %% [markdown]
# Mended: give it a file. A booking is in it before the service answers 201, so nothing that was promised is lost, even if the process
# is killed.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

folder = TemporaryDirectory()
kept = ["--database", str(Path(folder.name) / "bookings.db")]

office = launch("servers.box_office", args=kept)
requests.post(office.url + "/api/bookings", json=wanted, timeout=3)
office = launch("servers.box_office", args=kept)
requests.get(office.url + "/api/shows/1/seats", timeout=3).json()["taken"]

# %% [markdown]
# Seat 17 is still Ada's, in another process.
#
# ## Where to go next
#
# This would be a small real one. What a large one has besides:
#
# | it lacks | look for |
# |---|---|
# | secrets on the way | TLS: `https`, `wss`, a certificate |
# | room for thousands | nginx or Caddy as the door; gunicorn or uvicorn behind it |
# | people who log in | OpenID Connect, sessions, cookies with `SameSite` |
# | several computers that see the same seats | PostgreSQL, and its `LISTEN` and `NOTIFY` as the watcher |
# | a watchman | logs, metrics, health checks |
# | one framework for HTTP and WebSockets | Starlette or FastAPI, on ASGI |
# | fewer round trips | HTTP/2 and HTTP/3, with the same methods and codes |
#
# The standards read well by now: RFC 9110 for what HTTP means, RFC 9112 for its bytes, RFC 6455 for WebSockets. The servers of
# this course are yours to change. Close this one, and tidy up:

# %%
office.stop()
folder.cleanup()
office

# %% [markdown]
# ## Recap
#
# - Pages are files, bookings are resources, changes are pushed: three servers, each simple, behind one door and one origin.
# - What changes goes through the service and the database. The feed only tells of it, so nobody can be told what is not so.
# - A number on each change, and a feed that can tell what was missed, make up for every broken connection.
#
# **Check yourself**
#
# <details><summary>Why does the page book with POST, and not with a message on the WebSocket that it has anyway?</summary>
#
# A POST has an answer of its own, with a status code, and it can be tried again, looked at and refused by everything between.
# On a WebSocket you would have to invent all of this.
#
# </details>
# <details><summary>Why does the change come by WebSocket, and not as the answer to a GET?</summary>
#
# Nobody knows when to ask. Asking all the time costs a request for each time that nothing has happened, as lesson 31 counts.
#
# </details>
# <details><summary>A page was asleep for an hour. How does it learn what happened?</summary>
#
# It connects again and says the number of the last change that it knows. The feed tells it the changes since then, or how all
# seats stand now, if they were too many.
#
# </details>
# <details><summary>Which of the three servers decides who gets a seat?</summary>
#
# None of them: the database does, by a rule that no two bookings have the same show and seat.
#
# </details>

# %% [markdown]
# **Now you:** build [the same for the weather station](../exercises/41-weather-live.ipynb), in eight stages.

# %%
stop_all()
