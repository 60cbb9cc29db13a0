# %% [markdown]
# # Exercise 35: a page for the station
#
# You need [lesson 35](../notebooks/35-browser-client.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like. All is checked from here; you need no other program than this browser.

# %%
from urllib.parse import urljoin

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 35.1 Where is the feed?
#
# A station's page and its feed stand side by side: beside `…/station.html` there is `…/feed`. Write `feed_address`, which gives the feed's
# address for the address of the page, as a browser needs it:
#
# - `http://127.0.0.1:8001/station.html` → `ws://127.0.0.1:8001/feed`
# - `https://hub.example/user/ada/proxy/8001/station.html?day=3` → `wss://hub.example/user/ada/proxy/8001/feed`

# %% [markdown] tags=["solution"]
# `urljoin` takes the last part of the path away, with its query, and keeps host, port and folder, just as a browser does for a link. `http` and
# `https` differ from `ws` and `wss` in the same way, so it is enough to change the beginning. `replace` would change every `http` in the
# address, and a host may be called like that.

# %% exercise="35.1"
def feed_address(page):
    ### BEGIN SOLUTION
    return "ws" + urljoin(page, "feed").removeprefix("http")
    ### END SOLUTION

# %% wrong="35.1" caught_by="keeps the folder, behind a proxy too" says="With a slash in front, a link begins at the host"
def feed_address(page):
    return "ws" + urljoin(page, "/feed").removeprefix("http")

# %% wrong="35.1" caught_by="makes wss of https" says="A page that came encrypted may only use wss"
def feed_address(page):
    return "ws:" + urljoin(page, "feed").partition(":")[2]

# %% wrong="35.1" caught_by="changes the beginning, and nothing else" says="replace changes every http that it finds"
def feed_address(page):
    return urljoin(page, "feed").replace("http", "ws")

# %% wrong="35.1" caught_by="leaves out what stands behind a question mark" says="A query may have slashes in it"
def feed_address(page):
    return "ws" + page.removeprefix("http").rpartition("/")[0] + "/feed"

# %% wrong="35.1" caught_by="finds the feed beside the page" says="ws://127.0.0.1:8002/feed"
def feed_address(page):
    return "ws://127.0.0.1:8002/feed"

# %% checks="35.1" points=1
check("35.1", feed_address)

# %% [markdown]
# ## 35.2 May this page?
#
# A browser says in `Origin` where a page came from: its scheme, host and port. Write `may_connect`. `origin` is the value of that header,
# or `None` where there is none; `own` is a list of the station's own origins. Pages of an origin in the list may connect, and so may programs,
# which send no `Origin`. Nobody else may.

# %% [markdown] tags=["solution"]
# An origin is compared as a whole: scheme, host and port. Whoever compares beginnings or parts of it lets
# `https://weather.example.stranger.example` in, a name that anybody can register. A page from a file, or in a locked frame, says `null`,
# and that is an origin too, nobody's. It is not the same as no header.

# %% exercise="35.2"
def may_connect(origin, own):
    ### BEGIN SOLUTION
    return origin is None or origin in own
    ### END SOLUTION

# %% wrong="35.2" caught_by="refuses a stranger whose name begins like yours" says="Compare the whole origin"
def may_connect(origin, own):
    return origin is None or any(origin.startswith(one) for one in own)

# %% wrong="35.2" caught_by="admits a program" says="Programs send no Origin, and origin is None"
def may_connect(origin, own):
    return origin in own

# %% wrong="35.2" caught_by="refuses an origin that is null" says="null is what a browser sends"
def may_connect(origin, own):
    return origin in (None, "null") or origin in own

# %% wrong="35.2" caught_by="refuses the same host with another scheme" says="Scheme, host and port make an origin"
def may_connect(origin, own):
    host = (origin or "").partition("://")[2]
    return origin is None or any(one.endswith("://" + host) for one in own)

# %% wrong="35.2" caught_by="refuses a stranger" says="expected: False"
def may_connect(origin, own):
    return True

# %% checks="35.2" points=2
check("35.2", may_connect)

# %% [markdown]
# ## 35.3 The page
#
# Write `station_page`, which returns the HTML of a live page, as a text:
#
# - It connects to the address `feed`, seen from the page: no host, no port, no slash in front.
# - An element with the id `reading` shows the latest message, as text, whatever is in it.
# - An element with the id `state` says so when the connection is closed.

# %% [markdown] tags=["solution"]
# A relative address is right wherever the page is: on your computer, behind a proxy, with `http` and `https`. `textContent` makes no HTML of
# what comes. The script stands behind the elements, because a browser runs it as soon as it has read it, and finds only what came
# before.

# %% exercise="35.3"
def station_page():
    ### BEGIN SOLUTION
    return """<!doctype html>
<html lang="en">
<title>The station, live</title>
<h1 id="reading">no reading yet</h1>
<p id="state">live</p>
<script>
const at = (id) => document.getElementById(id);
const socket = new WebSocket("feed");
socket.onmessage = (event) => { at("reading").textContent = event.data; };
socket.onclose = () => { at("state").textContent = "not live"; };
</script>
"""
    ### END SOLUTION

# %% wrong="35.3" caught_by="connects to feed, seen from the page" says="127.0.0.1 is the computer where the browser runs"
def station_page():
    return """<!doctype html>
<h1 id="reading"></h1> <p id="state"></p>
<script>
const socket = new WebSocket("ws://127.0.0.1:8002/feed");
socket.onmessage = (event) => { document.getElementById("reading").textContent = event.data; };
socket.onclose = () => { document.getElementById("state").textContent = "not live"; };
</script>"""

# %% wrong="35.3" caught_by="connects to feed, seen from the page" says="got: '/feed'"
def station_page():
    return """<!doctype html>
<h1 id="reading"></h1> <p id="state"></p>
<script>
const socket = new WebSocket("/feed");
socket.onmessage = (event) => { document.getElementById("reading").textContent = event.data; };
socket.onclose = () => { document.getElementById("state").textContent = "not live"; };
</script>"""

# %% wrong="35.3" caught_by="makes no HTML of a message" says="innerHTML makes elements of whatever is sent"
def station_page():
    return """<!doctype html>
<h1 id="reading"></h1> <p id="state"></p>
<script>
const socket = new WebSocket("feed");
socket.onmessage = (event) => { document.getElementById("reading").innerHTML = event.data; };
socket.onclose = () => { document.getElementById("state").textContent = "not live"; };
</script>"""

# %% wrong="35.3" caught_by="has its elements in front of its script" says="It runs as soon as the browser has read it"
def station_page():
    return """<!doctype html>
<script>
const reading = document.getElementById("reading");
const socket = new WebSocket("feed");
socket.onmessage = (event) => { reading.textContent = event.data; };
socket.onclose = () => { document.getElementById("state").textContent = "not live"; };
</script>
<h1 id="reading"></h1> <p id="state"></p>"""

# %% wrong="35.3" caught_by="notices that the connection is closed" says="A WebSocket calls onclose"
def station_page():
    return """<!doctype html>
<h1 id="reading"></h1> <p id="state">live</p>
<script>
const socket = new WebSocket("feed");
socket.onmessage = (event) => { document.getElementById("reading").textContent = event.data; };
</script>"""

# %% checks="35.3" points=3
check("35.3", station_page)

# %% [markdown]
# ## 35.4 One door
#
# A WebSocket server can answer ordinary requests as well: before each handshake it calls the function that you give it as `process_request`.
# What this function returns is the answer; `None` lets the handshake go on. Write `door`:
#
# - `/` is answered with 200 and `PAGE`, as HTML in UTF-8.
# - `/feed` becomes a WebSocket if `may_connect` allows it, and is answered with 403 if not. The station's own page came from the same host and
#   port: `"http://"`, then the header `Host`.
# - All others are answered with 404.
#
# `websocket.respond(status, text)` makes a response, whose `headers` you can change. You find path and headers in `request.path` and
# `request.headers`.

# %%
PAGE = "<!doctype html>\n<title>Harbour</title>\n<h1>Harbour: 17.5 °C</h1>\n"


async def readings(websocket):
    await websocket.send("17.5")
    await websocket.wait_closed()

# %% [markdown] tags=["solution"]
# `respond` says `text/plain`, and a browser would show the page's tags. Headers may stand in a message more than once, so in this
# dictionary a new value joins the old one; the old one has to go first. `Origin` may be missing, and `get` gives `None` then, which means a program.
#
# A page that came through a proxy has another `Origin`. A real server has the origins of its site in a list.

# %% exercise="35.4"
def door(websocket, request):
    ### BEGIN SOLUTION
    if request.path == "/":
        response = websocket.respond(200, PAGE)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response
    if request.path != "/feed":
        return websocket.respond(404, "There is nothing here.\n")
    own = ["http://" + request.headers["Host"]]
    if not may_connect(request.headers.get("Origin"), own):
        return websocket.respond(403, "This is for the station's own page.\n")
    return None
    ### END SOLUTION

# %% wrong="35.4" caught_by="says that the page is HTML" says="got: 'text/plain; charset=utf-8'"
def door(websocket, request):
    if request.path == "/":
        return websocket.respond(200, PAGE)
    if request.path != "/feed":
        return websocket.respond(404, "There is nothing here.\n")
    if not may_connect(request.headers.get("Origin"), ["http://" + request.headers["Host"]]):
        return websocket.respond(403, "Not for you.\n")

# %% wrong="35.4" caught_by="says its type once" says="a new value joins the old one"
def door(websocket, request):
    if request.path == "/":
        response = websocket.respond(200, PAGE)
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response
    if request.path != "/feed":
        return websocket.respond(404, "There is nothing here.\n")
    if not may_connect(request.headers.get("Origin"), ["http://" + request.headers["Host"]]):
        return websocket.respond(403, "Not for you.\n")

# %% wrong="35.4" caught_by="refuses a stranger's page" says="expected: 403"
def door(websocket, request):
    if request.path == "/":
        response = websocket.respond(200, PAGE)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response
    if request.path != "/feed":
        return websocket.respond(404, "There is nothing here.\n")

# %% wrong="35.4" caught_by="answers 404 for /nothing" says="returns None"
def door(websocket, request):
    if request.path == "/":
        response = websocket.respond(200, PAGE)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response
    if not may_connect(request.headers.get("Origin"), ["http://" + request.headers["Host"]]):
        return websocket.respond(403, "Not for you.\n")

# %% wrong="35.4" caught_by="lets a program in" says="got: 403"
def door(websocket, request):
    if request.path == "/":
        response = websocket.respond(200, PAGE)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response
    if request.path != "/feed":
        return websocket.respond(404, "There is nothing here.\n")
    if request.headers.get("Origin") != "http://" + request.headers["Host"]:
        return websocket.respond(403, "Not for you.\n")

# %% wrong="35.4" caught_by="your code crashed" says="KeyError"
def door(websocket, request):
    if request.path == "/":
        response = websocket.respond(200, PAGE)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response
    if request.path != "/feed":
        return websocket.respond(404, "There is nothing here.\n")
    if not may_connect(request.headers["Origin"], ["http://" + request.headers["Host"]]):
        return websocket.respond(403, "Not for you.\n")

# %%
station = launch(readings, process_request=door)

# %% checks="35.4" points=4
check("35.4", station)

# %% [markdown]
# When all pass, put your own page in: write `PAGE = station_page()` in a new cell and run it. Then open the address below in a
# new window. (It leads straight to your computer, and not through Jupyter: without a Hub only.)

# %% tags=["nbval-ignore-output"]
print(station.url.replace("ws://", "http://"))

# %%
stop_all()
