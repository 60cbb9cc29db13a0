# %% [markdown]
# # Exercise 12: a station on the web
#
# You need [lesson 12](../notebooks/12-web-server.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from http.server import BaseHTTPRequestHandler

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 12.1 The temperature, please
#
# A weather station measures 17.5 degrees. Write its `do_GET`, so that every GET is answered with
#
# - the status 200,
# - a `Content-Type` of `text/plain` and a `Content-Length` that is true,
# - the body `17.5` and nothing else.

# %% [markdown] tags=["solution"]
# Four calls, in the order in which an HTTP reply is written: status line, headers, empty line, body. The body is made first,
# as bytes, because its length has to be known before it is sent. Were the length counted from a text with a degree sign in
# it, it would be wrong by one: in UTF-8 that sign has two bytes.

# %% exercise="12.1"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        ### BEGIN SOLUTION
        body = b"17.5"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        ### END SOLUTION

# %% wrong="12.1" caught_by="your code crashed" says="TypeError: a bytes-like object is required, not 'str'"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write("17.5")

# %% wrong="12.1" caught_by="begins with a status line" says="send_response(200) comes first"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="begins with a status line" says="got: 'Content-Type: text/plain'"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "4")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="states the length of its body" says="no Content-Length at all"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="sends as many bytes as it promised" says="it promised 5 and sent 4"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="says 17.5 and nothing else" says="got: b'It is 17.5 degrees'"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"It is 17.5 degrees"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %%
station = launch(Station)
station

# %% checks="12.1" points=2
check("12.1", station)

# %% [markdown]
# If your code crashed, look at `station` in a cell of your own: it says in which line. When you have changed a class, run the cell
# with `launch` again as well.
#
# ## 12.2 Several stations
#
# Now there are several. Write `do_GET`, so that a path in `READINGS` is answered with 200 and its reading as text, and any
# other path with 404. A client may add a query: `/harbour?unit=celsius` is answered like `/harbour`.

# %% [markdown] tags=["solution"]
# `self.path` is all that stands in the request line, the query included: it has to come off before the path is looked up. The
# status depends on whether the path is known, so that is decided before anything is sent; once `send_response` has been called, it
# is too late. `send_error(404)` would do as well for the second case: it writes a whole response.

# %% exercise="12.2"
READINGS = {"/harbour": "17.5", "/hilltop": "12.25", "/airport": "16.0"}


class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        ### BEGIN SOLUTION
        path = self.path.partition("?")[0]
        status = 200 if path in READINGS else 404
        body = READINGS.get(path, "no such station").encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        ### END SOLUTION

# %% wrong="12.2" caught_by="answers /harbour?unit=celsius as it answers /harbour" says="the query is part of it"
READINGS = {"/harbour": "17.5", "/hilltop": "12.25", "/airport": "16.0"}


class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path not in READINGS:
            return self.send_error(404)
        body = READINGS[self.path].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="12.2" caught_by="answers 404 for a station that is not there" says="Ask first whether the path is in READINGS"
READINGS = {"/harbour": "17.5", "/hilltop": "12.25", "/airport": "16.0"}


class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.partition("?")[0]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(READINGS.get(path, "no such station").encode())

# %% wrong="12.2" caught_by="your code crashed" says="KeyError: '/moon'"
READINGS = {"/harbour": "17.5", "/hilltop": "12.25", "/airport": "16.0"}


class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        body = READINGS[self.path.partition("?")[0]].encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

# %% wrong="12.2" caught_by="says 17.5 for /harbour" says="self.path is the path that the client asked for"
READINGS = {"/harbour": "17.5", "/hilltop": "12.25", "/airport": "16.0"}


class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(READINGS).encode())

# %%
stations = launch(Stations)
stations

# %% checks="12.2" points=3
check("12.2", stations)

# %% [markdown]
# ## 12.3 With its unit
#
# Send `17.5 °C`, for every path. The sign for degrees is one character, but not one byte: say in `Content-Type` that the text is in
# UTF-8, and let `Content-Length` be true.

# %% [markdown] tags=["solution"]
# Seven characters are eight bytes, because `°` takes two in UTF-8. So the text is encoded first, and its bytes are counted: were
# the characters counted, the client would stop reading one byte early and lose the `C`. And a client can read the bytes only if it
# knows how they were written: `charset=utf-8`.

# %% exercise="12.3"
class WithUnit(BaseHTTPRequestHandler):
    def do_GET(self):
        ### BEGIN SOLUTION
        body = "17.5 °C".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        ### END SOLUTION

# %% wrong="12.3" caught_by="sends no more bytes than it promised" says="Content-Length is the number of bytes in the body"
class WithUnit(BaseHTTPRequestHandler):
    def do_GET(self):
        text = "17.5 °C"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

# %% wrong="12.3" caught_by="says in which encoding it is" says="Bytes alone do not tell"
class WithUnit(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "17.5 °C".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="12.3" caught_by="sends 17.5 °C in UTF-8" says="got: b'17.5 \\xb0C'"
class WithUnit(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "17.5 °C".encode("latin-1")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %%
with_unit = launch(WithUnit)

# %% checks="12.3" points=3
check("12.3", with_unit)

# %% [markdown]
# ## 12.4 Count the requests
#
# Answer every GET, whatever its path, with the number of requests that this server has had so far, this one included: the first
# client reads `1`, the next one `2`. (A browser may ask for `/favicon.ico` as well; that counts too.)

# %% [markdown] tags=["solution"]
# The handler object lives as long as one connection. What it keeps in `self` is gone for the next client, so the count has to live
# longer than that: in the class, which exists once. `Counter.count += 1` changes the class; `self.count += 1` would read the
# class's number and keep the result in `self`. (Two threads that count at the same moment may both read the same number; a lock
# would prevent that.)

# %% exercise="12.4"
class Counter(BaseHTTPRequestHandler):
    count = 0

    def do_GET(self):
        ### BEGIN SOLUTION
        Counter.count += 1
        body = str(Counter.count).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        ### END SOLUTION

# %% wrong="12.4" caught_by="counts one more with each request" says="made anew for each connection"
class Counter(BaseHTTPRequestHandler):
    count = 0

    def do_GET(self):
        self.count += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.count).encode())

# %% wrong="12.4" caught_by="your code crashed" says="UnboundLocalError"
count = 0


class Counter(BaseHTTPRequestHandler):
    def do_GET(self):
        count += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(count).encode())

# %% wrong="12.4" caught_by="answers with a number" says="str(number).encode() is its bytes"
class Counter(BaseHTTPRequestHandler):
    count = 0

    def do_GET(self):
        Counter.count += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"request number {Counter.count}".encode())

# %%
counter = launch(Counter)

# %% checks="12.4" points=3
check("12.4", counter)

# %%
stop_all()
