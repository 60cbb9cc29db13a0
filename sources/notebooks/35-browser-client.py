# %% [markdown]
# # The browser as client
#
# 25 minutes. You need lessons [13](13-dynamic-and-static.ipynb) and [34](34-server-push.ipynb).
#
# By the end you can
#
# - write a page that is live, with JavaScript's `WebSocket`,
# - say what a browser checks for you, and what your server has to check itself,
# - have a page find its feed on your computer and behind a proxy.

# %% [markdown]
# ## The whole game
#
# Two servers: lesson 13's, which serves a page, and the feed of lesson 34, which tells of seats.

# %%
import json
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import random
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

import matplotlib.pyplot as plt
from websockets.asyncio.server import broadcast
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

# %%
from servers import web_server
from wirelab import launch, stop_all, wire

site = launch("servers.web_server")
feed = launch("servers.seat_feed")
site.page("/seats.html", show=1, feed=feed.port, height=620)

# %% [markdown]
# Your browser is the client now. Take a seat from a cell, and keep an eye on seat 17.

# %%
def take(seat):
    with connect(feed.url + "/shows/1") as websocket:
        websocket.recv(timeout=3)  # all seats
        websocket.send(json.dumps({"take": seat}))
        return json.loads(websocket.recv(timeout=3))


take(17)

# %% [markdown]
# The page changed, and nobody loaded it again. Now press *open it* above the page, put the second window beside this one, and press a seat in
# either. Two browsers and a cell: to the feed they are three clients, and it treats them alike.

# %% [markdown] tags=["notes"]
# Put two windows side by side on the projector before you start, and press seats in both. Have someone open the page on their own
# computer, if they share your server. Open the developer tools once (F12, *Network*, the row `1` of type `websocket`, *Messages*):
# learners recognise the frames at once. What goes wrong: people reload the page to see a change. Short of time: leave out the
# plot and the cookie; nobody should leave without the guest book.

# %% [markdown]
# ## Ten lines of your own
#
# A browser has a WebSocket client built in, and every page may use it. This page shows each message as it came. (The feed's address
# will take the place of `ADDRESS`.)

# %%
PAGE = """<!doctype html><title>What the feed says</title>
<p>connecting</p> <button>Take seat 5</button>
<pre></pre>
<script>
const at = (name) => document.querySelector(name);
const socket = new WebSocket(ADDRESS);
socket.onopen = () => { at("p").textContent = "open"; };
socket.onmessage = (event) => { at("pre").textContent += event.data + "\\n"; };
socket.onclose = (event) => { at("p").textContent = "closed with " + event.code; };
at("button").onclick = () => socket.send('{"take": 5}');
</script>"""

# %% [markdown]
# A file in a folder, and lesson 13's server for that folder. That is all it takes.

# %%
folder = TemporaryDirectory()
serve_folder = partial(web_server.create_server, root=Path(folder.name))
pages = launch(serve_folder, name="pages", port=8011)


def publish(name, page, address):
    Path(folder.name, name).write_text(page.replace("ADDRESS", address), encoding="utf-8")
    return pages.page(name, height=220)


publish("told.html", PAGE, f'"{feed.url}/shows/1"')

# %% [markdown]
# `(event) => { … }` is a function without a name, and `at` finds an element of the page. The rest you know from Python:
#
# | Python, lesson 33 | JavaScript | |
# |---|---|---|
# | `await connect(url)` | `new WebSocket(url)` | returns at once; `onopen` is called later |
# | `await websocket.recv()` | `socket.onmessage` | called with each message, as `event.data` |
# | `await websocket.send(text)` | `socket.send(text)` | waits for nothing |
# | `ConnectionClosed` | `socket.onclose` | called with `event.code` and `event.reason` |
#
# There is no `await`: you leave functions behind, and the browser's event loop calls them. `socket.readyState` tells how far it is: 0
# connecting, 1 open, 2 closing, 3 closed. To `send` at 0 is an error. At 2 or 3 the message is thrown away, and nobody tells you.
#
# **Predict, then run.** Press *Take seat 5* twice, then run this cell. How many lines does the page show in all?

# %%
take(6)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Four: all seats, the change of seat 5, an error for the second press, the change of seat 6. The error goes to you alone; look at the
# large page, it knows nothing of it.
#
# </details>
#
# ## Break it: the page moves
#
# Your page has `ws://127.0.0.1` in it, and that is always the computer where the *browser* runs. On a Hub, or on
# Binder, the notebook runs far away: your browser is at home, and the feed is not. Then the page says *closed with 1006*. It came through
# Jupyter's proxy, from a long address, and has to say where its feed is *seen from itself*. `urljoin` calculates as a browser does:

# %%
for page in ["https://lantern.example/seats.html", "https://hub.example/user/ada/proxy/8001/seats.html"]:
    for link in ["feed/shows/1", "/feed/shows/1", "../8002/shows/1"]:
        print(link.ljust(16), urljoin(page, link))

# %% [markdown]
# The first is right in both places, if page and feed share a door, as in lesson 41. The second, with a slash in front, leaves the proxy
# and ends at the Hub. The third is the neighbour behind a proxy: another port, which is a part of the path there.
#
# Mended: the page looks at its own address, `location`. (`a ? b : c` is Python's `b if a else c`.) Browsers since 2024 take a relative
# address too, and make `ws:` or `wss:` of the page's `http:` or `https:`.

# %%
def seen_from_page(server, path="/"):
    return f'location.pathname.includes("/proxy/") ? "../{server.port}{path}" : "{server.url}{path}"'


print(seen_from_page(feed, "/shows/1"))
publish("moved.html", PAGE, seen_from_page(feed, "/shows/1"))

# %% [markdown]
# This one is live wherever Jupyter is. The large page does the same at greater length, for older browsers, and for a feed behind the same door:

# %%
script = (web_server.PUBLIC / "seats.js").read_text(encoding="utf-8")


def javascript(name):
    start = script.index(f"function {name}(")
    return script[start : script.index("\n}", start) + 2]


print(javascript("feedAddress"))

# %% [markdown]
# ## What a browser sends
#
# Put a tap between a page, this time of show 2, and the feed: the page finds the tap where it would have found the feed. A Python
# client goes through it too, so that there are two to compare. It pretends to be a page and sends an `Origin`.

# %%
tap = wire(feed)
with connect(tap.url + "/shows/2", origin=site.url, compression=None) as websocket:
    websocket.recv(timeout=3)

site.page("/seats.html", show=2, feed=tap.port, height=330)

# %% [markdown]
# Press a seat in that page, then run the next cell. Message by message, the second connection is your browser's. (Where you read this without
# running it, there was no browser, and only Python's connection stands here.)

# %% tags=["nbval-ignore-output"]
tap

# %% [markdown]
# The same `GET`, 101, masked frames. A browser adds what it adds to every request:
#
# | header | why it is worth a look |
# |---|---|
# | `Origin` | where the page came from: scheme, host and port. A page cannot change it |
# | `Cookie` | texts that this host has left with the browser. The page need not do anything |
# | `User-Agent`, `Accept-Language` | as for a page |
# | `Sec-WebSocket-Extensions` | an offer to pack messages, which this feed declines |
#
# ```mermaid
# flowchart LR
#     B([browser]) -->|1 GET /seats.html| S[site on 8001]
#     S -->|2 page and script| B
#     B <-->|3 Origin: http://127.0.0.1:8001, then frames| F[feed on 8002]
#     F -.->|looks at Origin: may this page?| F
# ```
#
# ## Refused
#
# The page came from one server and talks to another, which for `fetch` would take that server's permission. For a WebSocket the browser asks
# nobody. It says who is asking, and **the server decides**.
#
# Here is a feed that admits pages of the theatre's public site, and no others. Your page is none of them.
#
# **Predict, then run.** What does the page say?

# %%
async def closed_circle(websocket):
    await websocket.send("seat 5 is taken")
    await websocket.wait_closed()


circle = launch(closed_circle, port=8012, origins=["https://lantern.example"])
publish("refused.html", PAGE, seen_from_page(circle))

# %%
with wire(circle) as refused, suppress(InvalidStatus):
    with connect(refused.url, origin="https://stranger.example", compression=None):
        pass

refused

# %% [markdown]
# <details><summary>Answer</summary>
#
# *closed with 1006*, and nothing else. The wire has a status, 403, and a sentence that says why. JavaScript gets neither: a page must
# not find out what lies behind addresses that are not its own. You look into the server's log, or into the developer tools (F12).
#
# </details>
#
# ## Break it: a server that trusts a cookie
#
# This counter knows Ada by a **cookie**, a text that it gave to her browser when she logged in, and that comes back with each request. It
# tells her what she has booked. Ada opens a stranger's page, and it connects to the counter. Her browser adds her cookie.

# %%
async def tickets(websocket):
    if websocket.request.headers.get("Cookie") == "session=ada":
        await websocket.send("Ada: Hamlet, seat 17")


def as_a_page_of(origin):
    hers = {"Cookie": "session=ada"}
    with connect(counter.url, origin=origin, additional_headers=hers) as websocket:
        return websocket.recv(timeout=3)


counter = launch(tickets, port=8022)
as_a_page_of("https://stranger.example")

# %% [markdown]
# The stranger's script reads what is Ada's. It is called *cross-site WebSocket hijacking*. (A cookie marked `SameSite=Lax` would stay
# at home. Some browsers treat every cookie like that, others do not.)
#
# Mended: one word to the library. `None` in the list admits programs, which send no `Origin`.

# %%
counter = launch(tickets, port=8022, origins=[None, site.url])
print(as_a_page_of(site.url))

try:
    as_a_page_of("https://stranger.example")
except InvalidStatus as error:
    print(error)

# %% [markdown]
# So this is the division of labour:
#
# | may a page …? | |
# |---|---|
# | connect to any server | yes, unless the server looks at `Origin`. Some browsers ask you first if it is your own computer |
# | use `ws://` when it came by `https://` | no: `SecurityError`, without a byte on the wire. Only your own computer is exempt |
# | set headers of the handshake | no. A token goes into the first message, not into the address, which is logged |
# | send a ping | no. The browser answers the server's pings by itself |
# | learn why a handshake failed | no: 1006, whatever it was |
#
# ## Break it: a message that becomes a page
#
# A guest book for the theatre. Who comes gets all entries, then each new one. The page puts them in as HTML:

# %%
GUESTS = """<!doctype html><title>Guest book</title> <h1>Guest book</h1> <div></div>
<script>
const socket = new WebSocket(ADDRESS);
socket.onmessage = (event) => { document.querySelector("div").innerHTML += event.data + "<br>"; };
</script>"""

book = []


async def guests(websocket):
    for entry in book:
        await websocket.send(entry)
    async for entry in websocket:
        book.append(entry)
        broadcast(websocket.server.connections, entry)

# %%
def sign(entry):
    with connect(guest_book.url) as websocket:
        websocket.send(entry)


guest_book = launch(guests, port=8032)
sign("Ada was here")
publish("guests.html", GUESTS, seen_from_page(guest_book))

# %% [markdown]
# **Predict, then run.** There is no file `x`. What does this entry do to the page above?

# %%
sign("""<img src=x onerror="document.body.innerHTML = '<h1>Your password, please</h1><input>'">""")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The page is gone, and another one asks for your password, under the theatre's own address. `innerHTML` makes elements of a text; the picture
# fails to load, and its `onerror` is a program, which now runs for every guest. (A `<script>` put in like this would not run, which
# misleads people who test with one.)
#
# </details>
#
# You met this fault in lesson 14. Here the page is the place where text becomes HTML, so the page has to mend it. `textContent` makes no elements, only
# text:

# %%
safe = GUESTS.replace('.innerHTML += event.data + "<br>"', '.textContent += event.data + " · "')
publish("safe.html", safe, seen_from_page(guest_book))

# %% [markdown]
# The same entry, and now it is only strange. Whatever comes over a WebSocket, somebody else has written.
#
# ## The line breaks
#
# Stop the feed, and look at the pages at the top.

# %%
feed.stop()
feed

# %% [markdown]
# Your first page says *closed with 1001*. (A page behind Jupyter's proxy says 1005, no code: the proxy keeps it to itself.) So it
# stays, while the large page is connecting again. A browser does not do that by itself: a `WebSocket` that is closed stays closed, and the
# page has to make a new one.

# %%
feed = launch("servers.seat_feed")
print(javascript("connect"))

# %% [markdown]
# It is back after a few seconds, with all seats free: this feed keeps them in memory. `since` and `life` are those of lesson 34, and `setTimeout` calls
# `connect` again, after a wait that grows.
#
# Why by chance? In the picture, 300 pages lose the same server at second 0, and each bar counts how many knock at the door then. With
# the same wait for all, they knock together, again and again, at a server that has just got up. With a wait by chance they come one
# after the other. The word for it is **jitter**.

# %%
def knocks(chance):
    now = 0
    for tries in range(6):
        wait = min(1.5**tries, 5)
        now += wait * (0.5 + random()) if chance else wait
        yield now


plt.rcParams["font.size"] = 14
figure, axes = plt.subplots(1, 2, figsize=(12, 3.2), sharey=True, layout="constrained")
for axis, chance, title in zip(axes, [False, True], ["the same wait", "a wait by chance"], strict=True):
    axis.hist([at for _ in range(300) for at in knocks(chance)], bins=60, range=(0, 20))
    axis.set(title=title, xlabel="seconds")

# %% [markdown]
# ## Recap
#
# - `new WebSocket(address)`, and functions for `onopen`, `onmessage`, `onclose`. To connect again is the page's work.
# - A browser says where a page came from, and lets it connect anywhere. The server looks at `Origin`.
# - What comes is text: `textContent`. Where the feed is, a page works out from its own address.
#
# **Check yourself**
#
# <details><summary>A page shows close code 1006. What do you know?</summary>
#
# Only that there was no close frame. The handshake may have been refused, the server may be away, the connection may be lost. The
# server's log and the developer tools know more.
#
# </details>
# <details><summary>Does looking at Origin keep programs out?</summary>
#
# No. A program sends any Origin that it likes, as this notebook did. It protects people whose browser is used by a stranger's page.
#
# </details>
# <details><summary>Your page works at home. On a site with https it says SecurityError. What is wrong?</summary>
#
# Its address begins with ws:. A page that came encrypted may only use wss:.
#
# </details>
# <details><summary>The feed sends JSON with a name in it. Is it safe to build HTML of it in the page?</summary>
#
# No more than of plain text. JSON says where the name ends, not what is in it. Make the element with createElement, and give it the name
# by textContent.
#
# </details>
#
# **Now you:** [exercise 35](../exercises/35-browser-client.ipynb). **Next lesson:** [Everything together](41-box-office.ipynb).

# %%
stop_all()
