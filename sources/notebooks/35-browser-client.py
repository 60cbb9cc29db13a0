# %% [markdown]
# # The browser as client
#
# 43 minutes. You need lessons [13](13-dynamic-and-static.ipynb) and [34](34-server-push.ipynb).
#
# By the end you can
#
# - write a page that is live, with JavaScript's `WebSocket`,
# - say what a browser checks for you, and what your server has to check itself,
# - write a page that finds its feed, on your computer and behind a proxy.

# %% [markdown] minutes=4
# ## See it work
#
# Two servers start: the web server of lesson 13, which sends the page, and the feed of lesson 34, which publishes each change of a seat.

# %% [markdown] tags=["notes"]
# **Do:** Put two browser windows side by side on the projector before you start, and press seats in both. Open the developer tools
# once (F12, *Network*, the row `1` of type `websocket`, *Messages*): learners recognise the frames.
#
# **What goes wrong:** People reload the page to see a change, which proves nothing. Ask them not to touch it.

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
from servers.guard.own_hosts import own_origins
from wirelab import launch, stop_all, wire

site = launch("servers.web_server")
feed = launch("servers.seat_feed")
site.page("/seats.html", show=1, feed=feed.port, height=620)

# %% [markdown]
# Your browser is a WebSocket client now. Press *open it* above the page, and put the new window beside this one. Then run the
# next cell, and watch seat 17.

# %%
def take(seat):
    with connect(feed.url + "/shows/1") as websocket:
        websocket.recv(timeout=3)  # the first message: which seats are taken
        websocket.send(json.dumps({"take": seat}))
        return json.loads(websocket.recv(timeout=3))


take(17)

# %% [markdown]
# Both pages changed, and nobody loaded them again. Now press a seat in one of the windows. The feed has three clients: two pages
# and a cell. It treats all three alike.
#
# The browser shows the frames as well. In the second window of Chrome or Edge, press F12, choose *Network*, load the page again, choose the row of
# type `websocket`, then *Messages*.

# %% [markdown] minutes=6
# ## Ten lines of your own
#
# Each page can use the browser's own WebSocket client, `WebSocket`. The page in the next cell shows each message as it came. The feed's
# address will take the place of `ADDRESS`.
#
# In JavaScript, `(event) => { … }` is a function without a name. `at("p")` finds the element `<p>` of the page. Find the line with the
# function that is called for each message.

# %% [markdown] tags=["notes"]
# **Ask:** Where is the loop? (There is none. The browser calls the functions when something happens.)
#
# **What goes wrong:** Somebody runs the prediction without pressing the button, and counts fewer lines. Publish the page again
# to start afresh.

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
# It is the line with `onmessage`. Now `publish` writes the page into a folder. A server of lesson 13 sends the files of that folder.
# (`partial` makes a function that calls `create_server` with this folder as `root`.)

# %%
folder = TemporaryDirectory()
serve_folder = partial(web_server.create_server, root=Path(folder.name))
pages = launch(serve_folder, name="pages", port=8011)


def publish(name, page, address):
    Path(folder.name, name).write_text(page.replace("ADDRESS", address), encoding="utf-8")
    return pages.page(name, height=220)


publish("told.html", PAGE, f'"{feed.url}/shows/1"')

# %% [markdown]
# Compare the names with those of Python:
#
# | Python, lesson 33 | JavaScript | |
# |---|---|---|
# | `await connect(url)` | `new WebSocket(url)` | returns at once; `onopen` is called later |
# | `await websocket.recv()` | `socket.onmessage` | called with each message, as `event.data` |
# | `await websocket.send(text)` | `socket.send(text)` | returns at once; the browser keeps what has to wait (`bufferedAmount`) |
# | `await websocket.close()` | `socket.close()` | a page may send the codes 1000 and 3000 to 4999 |
# | `ConnectionClosed` | `socket.onclose` | called with `event.code` and `event.reason`; after a failure `onerror` comes first, without a reason |
#
# There is no `await`: the browser's event loop calls your functions. `socket.readyState` is the state of the connection: 0
# connecting, 1 open, 2 closing, 3 closed. In state 0, `send` raises an exception. In states 2 and 3 it drops the message without one.
#
# **Predict, then run.** Press *Take seat 5* twice in your page. Then run this cell, which takes seat 6. How many lines does the page show in
# all?

# %% tags=["predict"]
take(6)

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# Four: all seats, the change of seat 5, an error for the second press, and the change of seat 6. The feed sends the error to one client, the
# one that made it. The large page at the top did not receive it.
#
# </details>
#
# ## Break it: the page moves
#
# You meet this fault where Jupyter runs on another computer, as on Binder or on a JupyterHub. If Jupyter runs on your own computer, run the next
# two cells (later cells use them), and go on with the next section.
#
# Your page contains `ws://127.0.0.1`. This address always means the computer where the *browser* runs, and the feed is not there. So the page
# says *closed with 1006*.
#
# The page came through a **reverse proxy**: a server that passes requests on to other servers. Behind it, page and feed have long
# addresses. `urljoin` joins a page's address and a link, as a browser does:

# %% breaks="an address that is right at home is wrong behind a proxy"
for page in ["https://lantern.example/seats.html", "https://hub.example/user/ada/proxy/8001/seats.html"]:
    for link in ["feed/shows/1", "/feed/shows/1", "../8002/shows/1"]:
        print(link.ljust(16), urljoin(page, link))

# %% [markdown]
# The first three lines are for a page without a proxy, the others for a page behind Jupyter's proxy.
#
# - `feed/shows/1` is right in both places, if the feed has the same host and port as the page, as in lesson 41.
# - `/feed/shows/1` begins with a slash. Behind the proxy, it leads to the Hub and not to your server.
# - `../8002/shows/1` is for the proxy, where the port is a part of the path.
#
# Mended: the page looks at its own address, `location`, and chooses. (`a ? b : c` is Python's `b if a else c`.) Browsers since 2024 accept a
# relative address, and make `ws:` of `http:`, and `wss:` of `https:`.

# %%
def seen_from_page(server, path="/"):
    return f'location.pathname.includes("/proxy/") ? "../{server.port}{path}" : "{server.url}{path}"'


print(seen_from_page(feed, "/shows/1"))
publish("moved.html", PAGE, seen_from_page(feed, "/shows/1"))

# %% [markdown] minutes=5
# This page finds its feed on your computer and behind Jupyter's proxy. The large page does the same, in `feedAddress` of
# [seats.js](../servers/public/seats.js).
#
# ## What a browser sends
#
# Put a tap between the feed and a page, this time of show 2. The page gets the tap's port instead of the feed's. A Python client goes
# through the tap first, so that you can compare the two. It sends an `Origin`, as a page does.

# %% [markdown] tags=["notes"]
# **Do:** Compare the two handshakes in the tap, Python's and the browser's, header by header. Ask which of them a page can
# choose itself.
#
# **What goes wrong:** Where the page is not open in a browser, only Python's connection stands in the tap.

# %%
tap = wire(feed)
with connect(tap.url + "/shows/2", origin=site.url, compression=None) as websocket:
    websocket.recv(timeout=3)

site.page("/seats.html", show=2, feed=tap.port, height=520)

# %% [markdown]
# Run the next cell, then press seats in the page of show 2. The frames appear while you press.
#
# Then run the cell after it, and open the messages, one after the other. The second connection is your browser's. (If you read this without
# running it, there was no browser, and you see Python's connection only.) Every two seconds the page sends a ping of its own: see the next
# lesson.

# %% tags=["nbval-ignore-output"]
tap.live()

# %% tags=["nbval-ignore-output"]
tap

# %% [markdown] minutes=5
# The browser sends the same `GET`, gets the same 101, and masks its frames. It sends some more headers:
#
# | header | what it says |
# |---|---|
# | `Origin` | where the page came from: scheme, host and port. A page cannot change it |
# | `Cookie` | strings that this host has stored in the browser, whichever of its ports. The browser adds them by itself |
# | `User-Agent`, `Accept-Language` | as in each request of a browser |
# | `Sec-WebSocket-Extensions` | an offer to compress messages, which this feed declines |
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
# With `fetch`, a page reads another server's response only with that server's permission. For a WebSocket, the browser asks for no permission. It
# sends the page's origin in the handshake, and **the server decides**.
#
# This feed accepts pages of one origin only, the theatre's public site. Your page has another origin. (`wait_closed` keeps the connection open
# until the client leaves.)
#
# **Predict, then run.** What does the page say? The second cell shows the wire, with a Python client.

# %% [markdown] tags=["notes"]
# **Ask:** Why does the page not learn the reason, 403? (It must not find out what lies behind addresses that are not its own.)

# %% tags=["predict"] breaks="the feed refuses the page's origin, and the page learns 1006 and no more"
async def closed_circle(websocket):
    await websocket.send("seat 5 is taken")
    await websocket.wait_closed()


circle = launch(closed_circle, port=8012, origins=["https://lantern.example"])
publish("refused.html", PAGE, seen_from_page(circle))

# %% tags=["predict"]
with wire(circle) as refused, suppress(InvalidStatus):
    with connect(refused.url, origin="https://stranger.example", compression=None):
        pass

refused

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# *closed with 1006*, and nothing else. On the wire there are a status, 403, and a sentence with the reason. JavaScript does not get to see them: a page
# must not find out what is at addresses that are not its own. You find the reason in the server's log, or in the developer tools (F12).
#
# </details>
#
# ## Break it: a server that trusts a cookie
#
# When Ada logged in, this counter gave a **cookie** to her browser: a string that the browser sends back with each request. The counter
# recognises Ada by it, and sends her bookings.
#
# Now Ada opens a page of another site. That page connects to the counter, and Ada's browser adds her cookie. Here a Python client plays her
# browser.

# %% [markdown] tags=["notes"]
# **Short of time:** Leave this section out. Keep the guest book.

# %% breaks="a stranger's page uses Ada's cookie"
async def tickets(websocket):
    if websocket.request.headers.get("Cookie") == "session=ada":
        await websocket.send("Ada: Hamlet, seat 17")


def as_a_page_of(origin):
    cookie = {"Cookie": "session=ada"}
    with connect(counter.url, origin=origin, additional_headers=cookie) as websocket:
        return websocket.recv(timeout=3)


counter = launch(tickets, port=8022)
as_a_page_of("https://stranger.example")

# %% [markdown]
# The script of the other site has read Ada's booking. This attack is called **cross-site WebSocket hijacking**. Today many browsers protect you: they
# do not send a cookie marked `SameSite=Lax` here, and some treat every cookie like that. But not all do, and a page at another port or another
# subdomain is the same *site*. So the server has to look at `Origin`.
#
# Mended: give the library a list of the origins that it may accept. `None` in the list stands for a client without `Origin`, as most programs
# are.

# %%
counter = launch(tickets, port=8022, origins=[None, site.url])
print(as_a_page_of(site.url))

try:
    as_a_page_of("https://stranger.example")
except InvalidStatus as error:
    print(error)

# %% [markdown] minutes=7
# A browser checks some things for you. The rest is left to your server:
#
# | may a page …? | |
# |---|---|
# | connect to any server | yes, unless the server looks at `Origin`. Some browsers ask you first if it is your own computer |
# | use `ws://` if it came by `https://` | no. Chrome and Firefox raise a `SecurityError`. They allow your own computer |
# | set headers of the handshake | no, only `Sec-WebSocket-Protocol`. So a page sends its token in the first message: lesson 36 |
# | send a ping | no. The browser answers the server's pings by itself, but a page cannot send one to a silent server |
# | learn why a handshake failed | no: it gets 1006 in each case |
#
# ## Break it: a message that becomes a page
#
# The theatre has a guest book. A new client receives all entries, and then each new one. The page adds them to `innerHTML`, the HTML inside an
# element:

# %% [markdown] tags=["notes"]
# **Do:** Let somebody from the room write an entry for the guest book. Run the entry with the picture last: the page is gone
# after it.
#
# **Ask:** Whose mistake is it: the guest's, the server's, or the page's? (The page's. There text becomes HTML.)

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


guest_book = launch(guests, port=8032, origins=[None, own_origins()])
sign("Ada was here")
publish("guests.html", GUESTS, seen_from_page(guest_book))

# %% [markdown]
# Everybody can write an entry. The next one is an `<img>`, but there is no file `x`. `onerror` is an **event handler attribute**: it
# contains JavaScript, which the browser runs when the picture cannot be loaded.
#
# **Predict, then run.** What does this entry do to the page above?

# %% tags=["predict"] breaks="an entry becomes HTML, and its program runs"
sign("""<img src=x onerror="document.body.innerHTML = '<h1>Your password, please</h1><input>'">""")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The page is gone. Another page asks for your password, under the theatre's own address. `innerHTML` makes elements of the string. The picture
# cannot be loaded, so `onerror` runs, in the page of every guest. (A `<script>` in `innerHTML` would not run. So a test with `<script>`
# does not find this fault.)
#
# </details>
#
# This is cross-site scripting (XSS), which you met in lesson 14. There, the server made HTML of a string. Here the page does it, so the page has
# to be mended. `textContent` makes no elements. It shows the string as it is:

# %%
safe = GUESTS.replace('.innerHTML += event.data + "<br>"', '.textContent += event.data + " · "')
publish("safe.html", safe, seen_from_page(guest_book))

# %% [markdown] minutes=6
# The same entry is there, and now it is only text. Do not trust what comes over a WebSocket: somebody else has written it.
#
# ## The connection breaks
#
# Stop the feed, and look at the pages at the top.

# %% [markdown] tags=["notes"]
# **Ask:** A thousand pages lose one server. When do they come back, if each of them waits for one second?
#
# **Short of time:** Leave out the plot.

# %% breaks="the feed is stopped, and a page that does not connect again stays closed"
feed.stop()
feed

# %% [markdown]
# The page of *Ten lines of your own* says *closed with 1001*. (Behind Jupyter's proxy it says 1005, *no code*: the proxy does not pass the code on.)
# It stays closed, because a browser does not connect again by itself. The page has to make a new `WebSocket`. In its shortest form:
#
# ```js
# socket.onclose = () => setTimeout(connect, 1000);  // call connect() in a second
# ```
#
# The large page does it with more care. Its waits grow with each try: **exponential backoff**, which you know from lesson 27. Shortened to what
# matters, it says:
#
# ```js
# let tries = 0;
# socket.onclose = () => {
#   const wait = Math.min(1.5 ** tries++, 5);               // 1, 1.5, 2.25 … seconds, and never more than 5
#   setTimeout(connect, 1000 * wait * (0.5 + Math.random()));  // with a random part
# };
# ```
#
# Start the feed again, and watch the large page: it is back after a few seconds. All seats are free, since this feed keeps them in memory. (The whole
# function stands in [servers/public/seats.js](../servers/public/seats.js).)

# %%
feed = launch("servers.seat_feed")
feed

# %% [markdown]
# The page says *live*, and sets `tries` to 0, only when a message comes. `onopen` alone may mean that only a proxy has answered. The next lesson
# shows why this matters.
#
# The wait is random, too: the **jitter** of lesson 27. The first cell calculates when one page tries to connect, if its wait is not random.
#
# In the second cell, 300 pages lose the same server at second 0. Each bar counts the tries in a third of a second. With the same wait, all
# pages come at the same moments, to a server that has just started. A random wait spreads them out.

# %%
def tries_at(jitter):
    now, seconds = 0, []
    for tries in range(6):
        wait = min(1.5**tries, 5)
        now += wait * (0.5 + random()) if jitter else wait
        seconds.append(now)
    return seconds


tries_at(jitter=False)

# %%
plt.rcParams["font.size"] = 14
figure, axes = plt.subplots(1, 2, figsize=(12, 3.2), sharey=True, layout="constrained")
for axis, jitter, title in zip(axes, [False, True], ["the same wait", "a random wait"], strict=True):
    seconds = []
    for _ in range(300):
        seconds += tries_at(jitter)
    axis.hist(seconds, bins=60, range=(0, 20))
    axis.set(title=title, xlabel="seconds")

# %% [markdown] minutes=2
# In words: with the same wait there are six high bars, each of 300 tries. With a random wait there are many low bars.
#
# ## Recap
#
# - `new WebSocket(address)`, and functions for `onopen`, `onmessage`, `onclose`. The page itself has to connect again.
# - A page may connect to any server. The browser sends the page's origin, and the server has to look at it.
# - Show messages with `textContent`. A page finds its feed from its own address.
#
# **Check yourself**
#
# <details><summary>A page shows close code 1006. What do you know?</summary>
#
# Only that there was no close frame. The server may have refused the handshake, it may not run, or the connection may be lost. The
# server's log and the developer tools know more.
#
# </details>
# <details><summary>Does looking at Origin keep programs out?</summary>
#
# No. A program sends any Origin that it likes, as this notebook did. It protects people whose browser has opened a page of another site.
#
# </details>
# <details><summary>Your page works at home. On a site with https it says SecurityError. What is wrong?</summary>
#
# The address of its feed begins with `ws:`. A page that came by `https:` may only use `wss:`.
#
# </details>
# <details><summary>The feed sends JSON with a name in it. Is it safe to build HTML of it in the page?</summary>
#
# No. JSON says where the name ends, not what is in it. Make the element with `createElement`, and set its `textContent` to the name.
#
# </details>
#
# **Now you:** [exercise 35](../exercises/35-browser-client.ipynb). **Next lesson:** [A live page that stays live](36-live-for-real.ipynb).
# **Words:** [glossary](../docs/glossary.md).
#
# The last cell stops the servers. After *Run All Cells* the pages above are therefore no longer live. To see them live, run the cells from the
# top, one by one.

# %%
stop_all()
