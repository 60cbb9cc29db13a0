# %% [markdown]
# # Exercise 00: your first server
#
# The lessons use a theatre. The exercises use a **weather station**, so that you have to think again instead of copying.
#
# 1. Read the question. 2. Replace the line that raises `NotImplementedError`. 3. Run the cell, the one with `launch`, and the
# one with `check`. As often as you like.

# %%
from http.server import BaseHTTPRequestHandler

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 00.2 Welcome to the station
#
# (00.1 was in the lesson.) The server below is complete but for one method, which is a function inside of a class. Make
# `welcome` return the text `Welcome to the weather station`. You need not understand the other lines yet; lesson 12 explains them.

# %% [markdown] tags=["solution"]
# A text stands in quotes, and `return` hands it to the caller: here to `do_GET`, which sends it. The check compares letter by
# letter, as programs do.

# %% exercise="00.2"
class Station(BaseHTTPRequestHandler):
    def welcome(self):
        ### BEGIN SOLUTION
        return "Welcome to the weather station"
        ### END SOLUTION

    def do_GET(self):
        body = self.welcome().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="00.2" caught_by="says Welcome to the weather station"
class Station(BaseHTTPRequestHandler):
    def welcome(self):
        return "welcome to the weather station"

    def do_GET(self):
        body = self.welcome().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="00.2" caught_by="your code crashed"
class Station(BaseHTTPRequestHandler):
    def welcome(self):
        "Welcome to the weather station"

    def do_GET(self):
        body = self.welcome().encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

# %%
station = launch(Station)

# %% checks="00.2" points=1
check("00.2", station)

# %% [markdown]
# When it says *passed*, go on with [lesson 11](../notebooks/11-http-messages.ipynb).

# %%
stop_all()
