# %% [markdown]
# # Exercise 35: a page for the station
#
# You need [lesson 35](../notebooks/35-browser-client.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like. All is checked from here; you need no other program than this browser.

# %%
from urllib.parse import urljoin

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 35.1 Where is the feed?
#
# A station's page and its feed stand side by side: beside `…/station.html` there is `…/feed`. Write `feed_address`, which gets the address
# of a page as a string, and returns the address of the feed beside it, as a browser needs it:
#
# - `http://127.0.0.1:8001/station.html` → `ws://127.0.0.1:8001/feed`
# - `https://hub.example/user/ada/proxy/8001/station.html?day=3` → `wss://hub.example/user/ada/proxy/8001/feed`
#
# The page may have any name, or none behind the last slash of its path. What stands behind a `?` or a `#` belongs to the page alone.

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

# %% wrong="35.1" caught_by="makes wss of https" says="and with wss: for one with https"
def feed_address(page):
    return "ws:" + urljoin(page, "feed").partition(":")[2]

# %% wrong="35.1" caught_by="changes the scheme, and nothing else" says="replace changes every http that it finds"
def feed_address(page):
    return urljoin(page, "feed").replace("http", "ws")

# %% wrong="35.1" caught_by="leaves out what stands behind a question mark" says="and may have slashes in it"
def feed_address(page):
    return "ws" + page.removeprefix("http").replace("station.html", "feed")

# %% wrong="35.1" caught_by="finds the feed beside the page" says="ws://127.0.0.1:8002/feed"
def feed_address(page):
    return "ws://127.0.0.1:8002/feed"

# %% wrong="35.1" caught_by="leaves it out with all slashes in it" says="belongs to the page, not to the feed"
def feed_address(page):
    return "ws" + page.removeprefix("http").rpartition("/")[0] + "/feed"

# %% wrong="35.1" caught_by="changes the scheme, and nothing else" says="Host and port stay as they are"
def feed_address(page):
    return urljoin(page, "feed").replace("https", "wss").replace("http", "ws")

# %% wrong="35.1" caught_by="finds it beside a page that has no name in its folder" says="Host and port of the feed are those of the page"
def feed_address(page):
    parent = page.split("?")[0].split("#")[0].rstrip("/").rpartition("/")[0]
    return parent.replace("http", "ws", 1) + "/feed"

# %% wrong="35.1" caught_by="leaves out what stands behind a #" says="behind a # belongs to the page"
def feed_address(page):
    page = page.split("?")[0]
    return "ws" + page[4 : page.rindex("/")] + "/feed"

# %% wrong="35.1" caught_by="leaves it out with all slashes in it" says="may have slashes in it"
def feed_address(page):
    for mark in "?#":
        if mark in page:
            page = page[: page.rindex(mark)]
    return "ws" + page[4 : page.rindex("/")] + "/feed"

# %% right="35.1" style="a regular expression"
import re


def feed_address(page):
    return re.sub(r"^http(s?://[^?#]*/).*$", r"ws\1feed", page)

# %% right="35.1" style="replaced parts"
from urllib.parse import urlsplit, urlunsplit


def feed_address(page):
    parts = urlsplit(page)
    folder = parts.path[: parts.path.rindex("/") + 1]
    secure = parts.scheme == "https"
    return urlunsplit(("wss" if secure else "ws", parts.netloc, folder + "feed", "", ""))

# %% right="35.1" style="the parts of an address"
from urllib.parse import urlsplit


def feed_address(page):
    parts = urlsplit(page)
    scheme = {"http": "ws", "https": "wss"}[parts.scheme]
    return f"{scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}/feed"

# %% checks="35.1" points=1
check("35.1", feed_address)

# %% [markdown]
# ## 35.2 May this page?
#
# A browser says in `Origin` where a page came from: its scheme, host and port. Write `may_connect`, which returns `True` or `False`. `origin`
# is the value of that header as a string, or `None` where there is none; `own` is a list of the station's own origins, which may be empty.
# Pages of an origin in the list may connect, and so may programs, which send no `Origin`. Nobody else may. Origins are compared letter by
# letter. The function does not change the list.

# %% [markdown] tags=["solution"]
# An origin is compared as a whole: scheme, host and port. Whoever compares beginnings or parts of it lets
# `https://weather.example.stranger.example` in, a name that anybody can register. A page from a file, or in a locked frame, says `null`,
# and that is an origin too, nobody's. It is not the same as no header.

# %% exercise="35.2"
def may_connect(origin, own):
    ### BEGIN SOLUTION
    return origin is None or origin in own
    ### END SOLUTION

# %% wrong="35.2" caught_by="refuses a stranger whose name begins like yours" says="a part of it says nothing"
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

# %% wrong="35.2" caught_by="refuses a stranger whose origin is a piece of yours" says="a part of it says nothing"
def may_connect(origin, own):
    return origin is None or bool(origin) and origin in " ".join(own)

# %% wrong="35.2" caught_by="refuses an empty one" says="None is no header"
def may_connect(origin, own):
    return not origin or origin in own

# %% wrong="35.2" caught_by="looks at the list that it is given" says="another one with each call"
def may_connect(origin, own):
    return origin in (None, "http://127.0.0.1:8001", "https://weather.example")

# %% wrong="35.2" caught_by="refuses a stranger" says="got: None"
def may_connect(origin, own):
    if origin is None or origin in own:
        return True

# %% wrong="35.2" caught_by="admits a program" says="AttributeError"
def may_connect(origin, own):
    return any(origin.lower() == one for one in own)

# %% wrong="35.2" caught_by="refuses what is yours but for a letter" says="compared letter by letter"
def may_connect(origin, own):
    return origin is None or origin.lower().rstrip("/") in own

# %% wrong="35.2" caught_by="refuses what is yours but for a letter" says="compared letter by letter"
import re


def may_connect(origin, own):
    return origin is None or any(re.fullmatch(one, origin) for one in own)

# %% wrong="35.2" caught_by="refuses a page of this computer that is not in the list" says="another one with each call"
def may_connect(origin, own):
    return origin in (None, "file://", *own)

# %% wrong="35.2" caught_by="leaves the list as it is" says="The list belongs to the server"
def may_connect(origin, own):
    own.append(None)
    return origin in own

# %% wrong="35.2" caught_by="refuses the same host with another scheme" says="Scheme, host and port make an origin"
def may_connect(origin, own):
    return origin is None or any(origin.endswith(one) for one in own)

# %% right="35.2" style="branches"
def may_connect(origin, own):
    if origin is None:
        return True
    for one in own:
        if one == origin:
            return True
    return False

# %% right="35.2" style="any"
def may_connect(origin, own):
    return True if origin is None else any(origin == allowed for allowed in own)

# %% right="35.2" style="None is one of them"
def may_connect(origin, own):
    return origin in {None, *own}

# %% checks="35.2" points=2
check("35.2", may_connect)

# %% [markdown]
# ## 35.3 The page
#
# Write `station_page`, which returns the HTML of a live page, as a string:
#
# - It connects to the address `feed`, seen from the page, wherever the page is: behind a proxy, and with `https` too.
# - An element with the id `reading` shows the latest message, as text, whatever is in it, and no earlier one.
# - An element with the id `state` says so when the connection is closed. Before, it says something else, or nothing.
#
# The check runs your page as a browser does. It plays the feed, and looks at what the two elements show.

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
- const socket = new WebSocket("feed");
+ const socket = new WebSocket("ws://127.0.0.1:8002/feed");

# %% wrong="35.3" caught_by="connects to feed, seen from the page" says="a slash in front leaves the folder"
- const socket = new WebSocket("feed");
+ const socket = new WebSocket("/feed");

# %% wrong="35.3" caught_by="shows what came as text" says="innerHTML and its like make elements of whatever is sent"
- socket.onmessage = (event) => { at("reading").textContent = event.data; };
+ socket.onmessage = (event) => { at("reading").innerHTML = event.data; };

# %% wrong="35.3" caught_by="shows a message" says="An element was not found"
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
- socket.onclose = () => { at("state").textContent = "not live"; };

# %% wrong="35.3" caught_by="has a script that runs" says="line 9: SyntaxError"
- socket.onmessage = (event) => { at("reading").textContent = event.data; };
+ socket.onmessage = lambda event: at("reading").textContent = event.data

# %% wrong="35.3" caught_by="shows a message" says="line 7: TypeError: document.getElementByID is not a function"
- const at = (id) => document.getElementById(id);
+ const at = (id) => document.getElementByID(id);

# %% wrong="35.3" caught_by="shows the latest message, and no other" says="add to what is there"
- socket.onmessage = (event) => { at("reading").textContent = event.data; };
+ socket.onmessage = (event) => { at("reading").textContent += event.data; };

# %% wrong="35.3" caught_by="shows a message" says="onmessage takes a function"
- socket.onmessage = (event) => { at("reading").textContent = event.data; };
+ const show = (event) => { at("reading").textContent = event?.data ?? "none"; };
+ socket.onmessage = show();

# %% wrong="35.3" caught_by="notices that the connection is closed" says="onclose takes a function"
- socket.onclose = () => { at("state").textContent = "not live"; };
+ socket.onclose = at("state").textContent = "not live";

# %% wrong="35.3" caught_by="shows the latest message, and no other" says="It listens to one message only"
- socket.onmessage = (event) => { at("reading").textContent = event.data; };
+ const show = (event) => { at("reading").textContent = event.data; };
+ socket.addEventListener("message", show, { once: true });

# %% wrong="35.3" caught_by="has a script that runs" says="There is no Websocket there"
- const socket = new WebSocket("feed");
+ const socket = new Websocket("feed");

# %% wrong="35.3" caught_by="shows no earlier message where an empty one came" says="An empty message is a message too"
- socket.onmessage = (event) => { at("reading").textContent = event.data; };
+ socket.onmessage = (event) => { if (event.data) at("reading").textContent = event.data; };

# %% wrong="35.3" caught_by="shows a message" says="A property that is not there is undefined"
- socket.onmessage = (event) => { at("reading").textContent = event.data; };
+ socket.onmessage = (event) => { at("reading").textContent = event.unit + event.data; };

# %% right="35.3" style="a look at the socket now and then"
- socket.onclose = () => { at("state").textContent = "not live"; };
+ setInterval(() => { if (socket.readyState === WebSocket.CLOSED) at("state").textContent = "not live"; }, 200);

# %% right="35.3" style="the same words before it is open"
- <p id="state">live</p>
+ <p id="state">not live</p>

- const socket = new WebSocket("feed");
+ const socket = new WebSocket("feed");
+ socket.onopen = () => { at("state").textContent = "live"; };

# %% right="35.3" style="an address of its own, and a script in the head"
def station_page():
    return """<head>
<title>Station</title>
<script>
function start() {
  const address = new URL("feed", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.onmessage = ({ data }) => document.getElementById("reading").replaceChildren(data);
  socket.onclose = () => { document.getElementById("state").innerHTML = "<b>not live</b>"; };
}
</script>
</head>
<body onload="start()">
<p id="reading">-</p>
<p id="state"></p>
</body>"""

# %% right="35.3" style="a class in a module"
def station_page():
    return """<!-- The station, live -->
<!doctype html>
<script type="module">
class Feed {
  constructor(address, actions) {
    this.socket = new WebSocket(address);
    for (const [name, action] of Object.entries(actions)) this.socket.addEventListener(name, action);
  }
}
new Feed("./feed", {
  message(event) { reading.firstChild.nodeValue = event.data; },
  close() { state.hidden = false; },
});
</script>
<p id=reading>no reading yet
<p id=state hidden>The connection is closed."""

# %% right="35.3" style="listeners"
def station_page():
    return """<!DOCTYPE html>
<html>
  <head><meta charset="utf-8"><title>Station</title></head>
  <body>
    <p>Reading: <strong id='reading'></strong></p>
    <p id='state'></p>
    <script>
      const socket = new WebSocket('feed');
      socket.addEventListener('message', function (event) {
        document.querySelector('#reading').innerText = event.data;
      });
      socket.addEventListener('close', function () {
        document.querySelector('#state').innerText = 'The connection is closed.';
      });
    </script>
  </body>
</html>"""

# %% checks="35.3" points=3
check("35.3", station_page)

# %% [markdown]
# ## 35.4 One door
#
# A WebSocket server can answer ordinary requests as well: before each handshake it calls the function that you give it as `process_request`.
# What this function returns is the answer; `None` lets the handshake go on. Write `door`:
#
# - `/` is answered with 200 and `PAGE`, as HTML in UTF-8, whoever asks. `Content-Type` stands in the response once.
# - `/feed` becomes a WebSocket if `may_connect` allows it, and is answered with 403 if not. There are two own origins:
#   `http://127.0.0.1:8002` and `http://localhost:8002`, each with the port at which this server listens. That is `websocket.local_address[1]`.
# - All other paths are answered with 404, whoever asks.
#
# `websocket.respond(status, text)` makes a response, whose `headers` you can change. You find path and headers in `request.path` and
# `request.headers`. Do not make the own origins from `Host`: a stranger's name can lead to your computer, and stands in `Host` then (lesson 14).

# %%
PAGE = "<!doctype html>\n<title>Harbour</title>\n<h1>Harbour: 17.5 °C</h1>\n"


async def readings(websocket):
    await websocket.send("17.5")
    await websocket.wait_closed()

# %% [markdown] tags=["solution"]
# `respond` says `text/plain`, and a browser would show the page's tags. Headers may stand in a message more than once, so in this
# dictionary a new value joins the old one; the old one has to go first. `Origin` may be missing, and `get` gives `None` then, which means a program.
#
# The names are those that mean this computer, and no others. With `"http://" + request.headers["Host"]` in their place, the server would
# believe any name that a stranger's page was loaded under. A page that came through a proxy has another `Origin`: a real server has the
# origins of its site in a list.

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
    own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
    if not may_connect(request.headers.get("Origin"), own):
        return websocket.respond(403, "This is for the station's own page.\n")
    return None
    ### END SOLUTION

# %% wrong="35.4" caught_by="says that the page is HTML" says="got: 'text/plain; charset=utf-8'"
- del response.headers["Content-Type"]
- response.headers["Content-Type"] = "text/html; charset=utf-8"

# %% wrong="35.4" caught_by="says its type once" says="a new value joins the old one"
- del response.headers["Content-Type"]

# %% wrong="35.4" caught_by="refuses a stranger's page" says="expected: 403"
- if not may_connect(request.headers.get("Origin"), own):
-     return websocket.respond(403, "This is for the station's own page.\n")

# %% wrong="35.4" caught_by="answers 404 for /nothing" says="returns None"
- if request.path != "/feed":
-     return websocket.respond(404, "There is nothing here.\n")

# %% wrong="35.4" caught_by="lets a program in" says="got: 403"
- if not may_connect(request.headers.get("Origin"), own):
+ if request.headers.get("Origin") not in own:

# %% wrong="35.4" caught_by="your code crashed" says="KeyError"
- if not may_connect(request.headers.get("Origin"), own):
+ if not may_connect(request.headers["Origin"], own):

# %% wrong="35.4" caught_by="refuses the same host with another scheme" says="compare the whole origin"
- own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
+ own = [f"{scheme}://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost") for scheme in ("http", "https")]

# %% wrong="35.4" caught_by="refuses localhost with another scheme" says="compare the whole origin"
- own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
+ own = [f"{scheme}:{websocket.local_address[1]}" for scheme in ("http://127.0.0.1", "http://localhost", "https://localhost")]

# %% wrong="35.4" caught_by="refuses a stranger whose origin is a piece of yours" says="compare the whole origin"
- own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
+ own = f"http://localhost:{websocket.local_address[1]} http://127.0.0.1:{websocket.local_address[1]}"

# %% wrong="35.4" caught_by="lets its own page in under the name localhost" says="Two names mean this computer"
- own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
+ own = [f"http://127.0.0.1:{websocket.local_address[1]}"]

# %% wrong="35.4" caught_by="refuses a stranger whose name leads to this computer" says="Host is what the page was loaded under"
- own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
+ own = ["http://" + request.headers["Host"], f"http://localhost:{websocket.local_address[1]}"]

# %% wrong="35.4" caught_by="lets its own page in" says="the port at which this server listens"
- own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
+ own = ["http://127.0.0.1:1", "http://localhost:1"]

# %% wrong="35.4" caught_by="answers 404 to a stranger too" says="The page is for everybody, and so is 404"
def door(websocket, request):
    own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
    if not may_connect(request.headers.get("Origin"), own):
        return websocket.respond(403, "This is for the station's own page.\n")
    if request.path == "/feed":
        return None
    if request.path != "/":
        return websocket.respond(404, "There is nothing here.\n")
    response = websocket.respond(200, PAGE)
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    return response

# %% wrong="35.4" caught_by="answers 404 for /feeds" says="compare the whole path"
- if request.path != "/feed":
+ if not request.path.startswith("/feed"):

# %% wrong="35.4" caught_by="says in which encoding it is" says="behind a semicolon, as charset"
- response.headers["Content-Type"] = "text/html; charset=utf-8"
+ response.headers["Content-Type"] = "text/html"

# %% wrong="35.4" caught_by="your code crashed" says="a response, not the page alone"
- response = websocket.respond(200, PAGE)
- del response.headers["Content-Type"]
- response.headers["Content-Type"] = "text/html; charset=utf-8"
- return response
+ return PAGE

# %% wrong="35.4" caught_by="answers 404 for /station/feed" says="compare the whole path"
- if request.path != "/feed":
+ if not request.path.endswith("/feed"):

# %% wrong="35.4" caught_by="answers 404 to who asks for no WebSocket, too" says="what counts is the path"
- if request.path != "/feed":
+ if request.path != "/feed" and "Upgrade" in request.headers:

# %% wrong="35.4" caught_by="answers 200 for / to who asks for a WebSocket, too" says="what counts is the path"
- if request.path == "/":
+ if request.path == "/" and "Upgrade" not in request.headers:

# %% wrong="35.4" caught_by="refuses another page of this computer" says="compare the whole origin"
- own = [f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost")]
+ own = ["http://localhost", *(f"http://{name}:{websocket.local_address[1]}" for name in ("127.0.0.1", "localhost"))]

# %% right="35.4" style="a table of answers"
def page(websocket, request):
    response = websocket.respond(200, PAGE)
    response.headers.pop("Content-Type")
    response.headers["Content-Type"] = 'Text/HTML;charset="UTF-8"'
    return response


def feed(websocket, request):
    own = [f"http://{name}:{websocket.local_address[1]}" for name in ("localhost", "127.0.0.1")]
    allowed = may_connect(request.headers.get("origin"), own)
    return None if allowed else websocket.respond(403, "forbidden\n")


def door(websocket, request):
    answer = {"/": page, "/feed": feed}.get(request.path)
    return answer(websocket, request) if answer else websocket.respond(404, "not found\n")

# %% right="35.4" style="an async function"
async def door(websocket, request):
    if request.path not in ("/", "/feed"):
        return websocket.respond(404, "?")
    if request.path == "/feed":
        origins = request.headers.get_all("Origin")
        _, port = websocket.local_address
        if not may_connect(origins[0] if origins else None, [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]):
            return websocket.respond(403, "no")
        return
    response = websocket.respond(200, PAGE)
    del response.headers["Content-Type"]
    response.headers.update({"Content-Type": "text/html; charset=UTF-8"})
    return response

# %% right="35.4" style="a response made by hand"
from websockets.datastructures import Headers
from websockets.http11 import Response


def door(websocket, request):
    match request.path:
        case "/":
            body = PAGE.encode("utf-8")
            length = str(len(body))
            headers = Headers({"Content-Type": "text/html; charset=utf-8", "Content-Length": length})
            return Response(200, "OK", headers, body)
        case "/feed":
            port = websocket.transport.get_extra_info("sockname")[1]
            own = {"http://127.0.0.1:%d" % port, "http://localhost:%d" % port}
            return None if may_connect(request.headers.get("Origin"), own) else websocket.respond(403, "No.\n")
        case _:
            return websocket.respond(404, "There is nothing here.\n")

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
