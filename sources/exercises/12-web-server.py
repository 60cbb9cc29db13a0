# %% [markdown]
# # Exercise 12: a station on the web
#
# You need [lesson 12](../notebooks/12-web-server.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from http.server import BaseHTTPRequestHandler

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 12.1 The temperature, please
#
# A weather station measures 17.5 degrees. Write its `do_GET`. The answer to every GET, at any path, has
#
# - the status 200,
# - a `Content-Type` of `text/plain`, and a `Content-Length` that is the number of bytes in the body,
# - the body `17.5` and nothing else.

# %% [markdown] tags=["solution"]
# The calls stand in the order of an HTTP response: status line, headers, empty line, body. The body is made first, as bytes,
# because the header with its length is sent before it. Count the bytes, not the characters: `°` is one character and two bytes in
# UTF-8.

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
- body = b"17.5"
+ body = "17.5"

# %% wrong="12.1" caught_by="begins with a status line" says="Every request needs an answer: send_response"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="begins with a status line" says="got: 'Content-Type: text/plain'"
- self.send_response(200)
- self.send_header("Content-Type", "text/plain")
+ self.send_header("Content-Type", "text/plain")
+ self.send_response(200)

# %% wrong="12.1" caught_by="begins with a status line" says="got: '17.5'"
- self.end_headers()

# %% wrong="12.1" caught_by="answers 200 OK" says="501 means that the class has no method for GET" whole=1
class Station(BaseHTTPRequestHandler):
    def do_get(self):
        body = b"17.5"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="12.1" caught_by="says that it is text/plain" says="no Content-Type at all"
- self.send_header("Content-Type", "text/plain")

# %% wrong="12.1" caught_by="says that it is text/plain" says="got: 'text/html'"
- self.send_header("Content-Type", "text/plain")
+ self.send_header("Content-Type", "text/html")

# %% wrong="12.1" caught_by="states the length of its body" says="no Content-Length at all"
- self.send_header("Content-Length", str(len(body)))

# %% wrong="12.1" caught_by="sends as many bytes as it promised" says="it promised 5 and sent 4"
- self.send_header("Content-Length", str(len(body)))
+ self.send_header("Content-Length", "5")

# %% wrong="12.1" caught_by="sends as many bytes as it promised" says="it promised 4 and sent 0"
- self.wfile.write(body)
+ return body

# %% wrong="12.1" caught_by="says 17.5 and nothing else" says="got: b'It is 17.5 degrees'"
- body = b"17.5"
+ body = b"It is 17.5 degrees"

# %% wrong="12.1" caught_by="says so at any path" says="Do not look at self.path here"
- self.send_response(200)
+ if self.path != "/":
+     return self.send_error(404)
+ self.send_response(200)

# %% wrong="12.1" caught_by="says so to the next client" says="got: (200, b'')"
- class Station(BaseHTTPRequestHandler):
+ readings = iter([b"17.5"])
+ class Station(BaseHTTPRequestHandler):

- body = b"17.5"
+ body = next(readings, b"")

# %% right="12.1" style="a dictionary of headers"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response_only(200, "OK")
        for name, value in {"Content-Length": 4, "Content-Type": "text/plain; charset=utf-8"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write("17.5".encode("ascii"))

# %% right="12.1" style="capitals in the media type, and a charset"
- self.send_header("Content-Type", "text/plain")
+ self.send_header("content-type", "Text/Plain;charset=US-ASCII")

# %% right="12.1" style="a method for the reading, and one that replies"
class Station(BaseHTTPRequestHandler):
    def degrees(self):
        return 17.5

    def reply(self, text):
        self.send_response(200, "fine")
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", len(text))
        self.end_headers()
        self.wfile.write(bytes(text, "utf-8"))

    def do_GET(self):
        self.reply(str(self.degrees()))

# %%
station = launch(Station)
station

# %% checks="12.1" points=2
check("12.1", station)

# %% [markdown]
# If your code crashed, look at `station` in a cell of your own: it shows the line. After you change a class, run the cell with
# `launch` again too.
#
# ## 12.2 Several stations
#
# Now there are several stations. Write `do_GET`:
#
# - The answer to a path in `READINGS` has the status 200, a `Content-Type` of `text/plain`, and the reading as its body.
# - The answer to any other path has the status 404. `/harbours` and `/harbour/` are other paths.
# - A query changes nothing: `/harbour?unit=celsius` gets the same answer as `/harbour`.

# %% [markdown] tags=["solution"]
# `self.path` includes the query, so the query is cut off before the path is looked up. The status depends on whether the path
# is known. It is decided first, because `send_response` cannot be taken back. For the second case `send_error(404)` is right too: it
# writes a whole response.

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
- path = self.path.partition("?")[0]
+ path = self.path

# %% wrong="12.2" caught_by="answers /harbour? as it answers /harbour" says="the query is part of it"
- path = self.path.partition("?")[0]
+ path = self.path.replace("?unit=celsius", "")

# %% wrong="12.2" caught_by="answers 404 for a station that is not there" says="Ask first whether the path is in READINGS"
- status = 200 if path in READINGS else 404
+ status = 200

# %% wrong="12.2" caught_by="your code crashed" says="KeyError: '/moon'"
- body = READINGS.get(path, "no such station").encode()
+ body = READINGS[path].encode()

# %% wrong="12.2" caught_by="says 17.5 for /harbour" says="look it up in READINGS"
- body = READINGS.get(path, "no such station").encode()
+ body = str(READINGS).encode()

# %% wrong="12.2" caught_by="answers 404 for /harbours" says="A path is the whole path"
- path = self.path.partition("?")[0]
+ path = next((known for known in READINGS if self.path.startswith(known)), None)

# %% wrong="12.2" caught_by="answers 404 for /harb" says="A path is the whole path"
- path = self.path.partition("?")[0]
+ asked = self.path.partition("?")[0]
+ path = next((known for known in READINGS if asked in known), None)

# %% wrong="12.2" caught_by="answers 404 for /harbour/" says="A path is the whole path"
- path = self.path.partition("?")[0]
+ path = self.path.partition("?")[0].rstrip("/")

# %% wrong="12.2" caught_by="answers 404 for /Harbour" says="A path is the whole path"
- path = self.path.partition("?")[0]
+ path = self.path.partition("?")[0].lower()

# %% wrong="12.2" caught_by="answers 404 for /old/harbour" says="A path is the whole path"
- path = self.path.partition("?")[0]
+ path = "/" + self.path.partition("?")[0].split("/")[-1]

# %% wrong="12.2" caught_by="says 16.0 for /airport" says="look it up in READINGS"
- path = self.path.partition("?")[0]
+ path = self.path.partition("?")[0].replace("/airport", "/hilltop")

# %% wrong="12.2" caught_by="answers GET /moon" says="Ask first whether the path is in READINGS"
- self.send_response(status)
+ if status == 404:
+     return
+ self.send_response(status)

# %% wrong="12.2" caught_by="answers /harbour?unit=celsius as it answers /harbour" says="expected: (200, '17.5')"
- status = 200 if path in READINGS else 404
- body = READINGS.get(path, "no such station").encode()
+ status = 200 if path in READINGS else 404
+ body = READINGS.pop(path, "no such station").encode()

# %% right="12.2" style="an exception, and send_error"
class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            body = READINGS[self.path.split("?")[0]].encode()
        except KeyError:
            return self.send_error(404, "No such station")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)

# %% right="12.2" style="urlsplit, and a line end"
from urllib.parse import urlsplit


class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        reading = READINGS.get(urlsplit(self.path).path)
        if reading is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"{reading}\n".encode())

# %% right="12.2" style="a match statement"
class Stations(BaseHTTPRequestHandler):
    def do_GET(self):
        match self.path.split("?", 1):
            case [path, *_] if path in READINGS:
                self.reply(200, READINGS[path])
            case _:
                self.reply(404, "unknown")

    def reply(self, status, text):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(bytes(text, "utf-8"))

# %%
stations = launch(Stations)
stations

# %% checks="12.2" points=3
check("12.2", stations)

# %% [markdown]
# ## 12.3 With its unit
#
# The answer to every GET, at any path, has the status 200 and the body `17.5 °C` and nothing else. `°` is one character, but
# more than one byte. So `Content-Type` has to say that this is `text/plain` in UTF-8, and `Content-Length` has to be the number of
# bytes.

# %% [markdown] tags=["solution"]
# Seven characters are eight bytes, because `°` takes two in UTF-8. So the string is encoded first, and its bytes are counted. With
# the number of characters in `Content-Length`, the client would stop one byte early and lose the `C`. And a client can decode the
# bytes only if it knows their encoding: `charset=utf-8`.

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
- self.send_header("Content-Length", str(len(body)))
+ self.send_header("Content-Length", str(len("17.5 °C")))

# %% wrong="12.3" caught_by="says in which encoding it is" says="Bytes do not say"
- self.send_header("Content-Type", "text/plain; charset=utf-8")
+ self.send_header("Content-Type", "text/plain")

# %% wrong="12.3" caught_by="says that it is text/plain" says="text/plain; charset=utf-8"
- self.send_header("Content-Type", "text/plain; charset=utf-8")
+ self.send_header("Content-Type", "charset=utf-8")

# %% wrong="12.3" caught_by="says that it is text/plain" says="expected: 'text/plain; charset=utf-8'"
- self.send_header("Content-Type", "text/plain; charset=utf-8")
+ self.send_header("Content-Type", "text/plain, charset=utf-8")

# %% wrong="12.3" caught_by="sends 17.5 °C in UTF-8" says="got: b'17.5 \\xb0C'"
- body = "17.5 °C".encode()
+ body = "17.5 °C".encode("latin-1")

# %% wrong="12.3" caught_by="sends 17.5 °C in UTF-8" says="one space, as the space bar makes it"
- body = "17.5 °C".encode()
+ body = "17.5°C".encode()

# %% wrong="12.3" caught_by="sends 17.5 °C in UTF-8" says="there are other characters"
- body = "17.5 °C".encode()
+ body = "17.5 ºC".encode()

# %% wrong="12.3" caught_by="sends 17.5 °C in UTF-8" says="not with utf-8-sig"
- body = "17.5 °C".encode()
+ body = "17.5 °C".encode("utf-8-sig")

# %% wrong="12.3" caught_by="your code crashed" says="That encoding does not have this character"
- body = "17.5 °C".encode()
+ body = "17.5 °C".encode("ascii")

# %% wrong="12.3" caught_by="states the length of its body" says="no Content-Length at all"
- self.send_header("Content-Length", str(len(body)))

# %% wrong="12.3" caught_by="sends it again at /harbour?unit=c" says="every GET gets the same answer"
- self.send_response(200)
+ self.send_response(200 if self.path == "/" else 404)

# %% right="12.3" style="a charset in capitals"
- body = "17.5 °C".encode()
+ body = b"17.5 \xc2\xb0C"

- self.send_header("Content-Type", "text/plain; charset=utf-8")
+ self.send_header("Content-Type", "text/plain;charset=UTF-8")

# %% right="12.3" style="the sign by its number, and quotation marks"
- body = "17.5 °C".encode()
+ body = f"{17.5} {chr(176)}C".encode("utf8")

- self.send_header("Content-Type", "text/plain; charset=utf-8")
+ self.send_header("Content-Type", 'Text/Plain; Charset="utf-8"')

# %% right="12.3" style="a table of headers, and another parameter"
class WithUnit(BaseHTTPRequestHandler):
    BODY = bytes("17.5 \N{DEGREE SIGN}C", encoding="utf-8")
    HEADERS = [("Content-Length", BODY.__len__()), ("Content-Type", "text/plain; format=flowed; charset=utf-8")]

    def do_GET(self):
        self.send_response(200)
        for header in self.HEADERS:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(self.BODY)

# %%
with_unit = launch(WithUnit)

# %% checks="12.3" points=3
check("12.3", with_unit)

# %% [markdown]
# ## 12.4 Count the requests
#
# The answer to every GET, at any path, has the status 200. Its body is the number of GET requests that this server has had, this
# one included, and nothing else: the first client reads `1`, the next one `2`. The requests come one after the other. A browser may also
# ask for `/favicon.ico`: that counts too.

# %% [markdown] tags=["solution"]
# A handler object lives as long as one connection, and what it keeps in `self` is gone for the next client. So the count is kept
# in the class, which exists once. `Counter.count += 1` changes the class. `self.count += 1` would read the number of the class and
# store the result in `self`. Where requests come at the same moment, two threads may read the same number. This is a **race**; a lock
# prevents it. Here they come one after the other.

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

# %% wrong="12.4" caught_by="your code crashed" says="written with the class in front of it"
- Counter.count += 1
+ count += 1

# %% wrong="12.4" caught_by="counts one more with each request" says="made anew for each connection"
- Counter.count += 1
- body = str(Counter.count).encode()
+ self.count += 1
+ body = str(self.count).encode()

# %% wrong="12.4" caught_by="answers with a number" says="The body is the number in digits, and nothing else"
- body = str(Counter.count).encode()
+ body = f"request number {Counter.count}".encode()

# %% wrong="12.4" caught_by="counts every request so far, this one included" says="the first client reads 1"
- Counter.count += 1
- body = str(Counter.count).encode()
+ body = str(Counter.count).encode()
+ Counter.count += 1

# %% wrong="12.4" caught_by="counts every request so far, this one included" says="the first client reads 1"
- count = 0
+ count = 41

# %% wrong="12.4" caught_by="counts a request for /favicon.ico as well" says="every GET gets the same answer"
- Counter.count += 1
+ Counter.count += self.path != "/favicon.ico"

# %% wrong="12.4" caught_by="counts a request for /harbour as well" says="got: (200, '1')"
- count = 0
+ counts = {}

- Counter.count += 1
- body = str(Counter.count).encode()
+ self.counts[self.path] = self.counts.get(self.path, 0) + 1
+ body = str(self.counts[self.path]).encode()

# %% wrong="12.4" caught_by="counts a request for /harbour as well" says="got: (404, "
- self.send_response(200)
+ self.send_response(200 if self.path == "/" else 404)

# %% wrong="12.4" caught_by="counts one more with each request" says="One request adds one"
- Counter.count += 1
+ Counter.count += 2

- count = 0
+ count = -1

# %% wrong="12.4" caught_by="does not count a HEAD" says="Only GET requests are counted"
class Counter(BaseHTTPRequestHandler):
    def setup(self):
        super().setup()
        Counter.count += 1

    def do_GET(self):
        body = str(Counter.count).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

# %% wrong="12.4" caught_by="answers with a number" says="no line end"
- body = str(Counter.count).encode()
+ body = f"{Counter.count}\n".encode()

# %% wrong="12.4" caught_by="counts on with two digits" says="for the next one"
- body = str(Counter.count).encode()
+ body = str(Counter.count)[-1].encode()

# %% right="12.4" style="type(self)"
- Counter.count += 1
- body = str(Counter.count).encode()
+ type(self).count += 1
+ body = b"%d" % self.count

# %% right="12.4" style="a counter outside of the class"
- class Counter(BaseHTTPRequestHandler):
+ from itertools import count
+ numbers = count(1)
+ class Counter(BaseHTTPRequestHandler):

- Counter.count += 1
- body = str(Counter.count).encode()
+ body = str(next(numbers)).encode()

# %% right="12.4" style="a list of paths, a lock, and no log"
- count = 0
+ from threading import Lock
+ lock, seen = Lock(), []
+ def log_message(self, format, *args):
+     pass

- Counter.count += 1
- body = str(Counter.count).encode()
+ with self.lock:
+     self.seen.append(self.path)
+     body = str(len(self.seen)).encode()

# %% right="12.4" style="kept in the server"
- Counter.count += 1
- body = str(Counter.count).encode()
+ self.server.requests = getattr(self.server, "requests", 0) + 1
+ body = f"{self.server.requests}".encode()

# %%
counter = launch(Counter)

# %% checks="12.4" points=3
check("12.4", counter)

# %%
stop_all()
