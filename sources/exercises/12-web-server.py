# %% [markdown]
# # Exercise 12: a station on the web
#
# You need [lesson 12](../notebooks/12-web-server.ipynb). Run the cells from the top, replace the line that raises
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

# %% wrong="12.1" caught_by="your code crashed"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write("17.5")

# %% wrong="12.1" caught_by="begins with a status line"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="begins with a status line"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "4")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="states the length of its body"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="sends as many bytes as it promised"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"17.5")

# %% wrong="12.1" caught_by="says 17.5 and nothing else"
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

# %%
check("12.1", station)

# %% [markdown]
# If your code crashed, look at `station` in a cell of your own: it says in which line.

# %%
stop_all()
