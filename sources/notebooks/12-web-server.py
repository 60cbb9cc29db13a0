# %% [markdown]
# # A web server in twenty lines
#
# 30 minutes. You need Python's classes, and [lesson 11](11-http-messages.ipynb).
#
# By the end you can
#
# - write a web server with `http.server`, and say what each of its lines puts on the wire,
# - start it, end it with Ctrl+C, and run it beside a notebook,
# - find out from the bytes what is wrong with a server that does not answer.

# %% [markdown]
# ## The whole game
#
# The finished server, in a **process** of its own: a program beside this notebook.

# %%
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests

from servers import web_server
from wirelab import launch, show, stop_all, wire

site = launch("servers.web_server")
site

# %% [markdown]
# Ask it for a page, with the relay of lesson 00 in between, and look at the answer: this is what you will learn to write.

# %%
with wire(site) as tap:
    requests.get(tap.url + "/hello.txt", timeout=3)

tap

# %% [markdown]
# Python comes with all you need: the module `http.server`. Three things make a server, and you write only the second.
#
# 1. An `HTTPServer` listens on a port and accepts connections.
# 2. A **handler class** says what to answer. It is a subclass of `BaseHTTPRequestHandler`.
# 3. `serve_forever()` starts it.

# %% [markdown] tags=["notes"]
# Ask: what must a program do so that a browser can talk to it? Collect answers (listen, read, answer, go on) and point at
# the three numbers above. Typical trouble: port 8001 taken by an earlier demonstration; `launch` then says so and takes
# another, so let people use `.url`. Where `HTTPServer(...)` takes seconds, the computer looks up its own name first. Short of
# time: skip the section on threads, not the one on the order of calls.

# %% [markdown]
# ## Your first handler
#
# Stop the site: its port is yours now. In your handler, the method `do_GET` is called for every GET request. Its calls have the
# order in which a response is written: status line, headers, empty line, body.

# %%
site.stop()


class MyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"Hello from the box office\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %%
web = launch(MyHandler)
web

# %%
requests.get(web.url, timeout=3).text

# %% [markdown]
# ## Which line writes what
#
# The next function asks a server for a page through a relay, and gives you the relay with what it wrote down. If the answer is no
# HTTP, `requests` raises an exception; here that does not matter, because you look for yourself.

# %%
def look(server, path="/"):
    with wire(server) as tap, suppress(requests.RequestException):
        requests.get(tap.url + path, timeout=3)
    return tap


look(web)

# %% [markdown]
# | call | what it writes |
# |---|---|
# | `send_response(200)` | the **status line**, and the headers `Server` and `Date` |
# | `send_header(name, value)` | one **header**: a name, a colon, a value |
# | `end_headers()` | the **empty line**, which says that the headers are over |
# | `wfile.write(body)` | the **body**, as bytes |
#
# The first two only collect their lines; `end_headers` sends what is collected. `wfile` is the *file to write to*: the connection
# to the client. There is an `rfile` as well, to read from. The version at the very beginning, HTTP/1.0, says that the server
# closes the connection after its response.

# %% [markdown]
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant M as MyHandler
#     C->>M: GET / HTTP/1.1
#     Note over M: HTTPServer calls do_GET()
#     Note over M: send_response, send_header: collect
#     M->>C: status line, headers, empty line (end_headers)
#     M->>C: Hello from the box office (wfile.write)
# ```

# %% [markdown]
# ## What the client asked for
#
# The handler is made anew for every connection and knows the request: `self.command` is its method (many say *verb*), `self.path`
# the path, `self.headers` the request's headers. `User-Agent` is the one in which a client says who it is.

# %%
class MyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.command} {self.path} for {self.headers['User-Agent']}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


web = launch(MyHandler)
print(requests.get(web.url + "/shows/1?seat=12", headers={"User-Agent": "Ada"}, timeout=3).text)

# %% [markdown]
# You launched `MyHandler` again, and the new class took the place of the old one, at the same port.
#
# This path includes the query, from the question mark on. A server that compares `self.path == "/shows/1"` is wrong as soon
# as somebody adds one. `self.path.partition("?")[0]` is what stands before the question mark.

# %% [markdown]
# **Predict, then run.** The handler has a `do_GET` and nothing else. Which status does a POST get?

# %%
requests.post(web.url, data="a seat, please", timeout=3).status_code

# %% [markdown]
# <details><summary>Answer</summary>
#
# 501, *Not Implemented*: this server does not know that method at all. `BaseHTTPRequestHandler` looks for a method named `do_POST`,
# finds none, and says so by itself. Add a `do_POST`, and it does know; `servers/web_server.py` has one.
#
# </details>

# %% [markdown]
# ## Break it: two calls swapped
#
# Here the first two calls are swapped. **Predict, then run.** Does the client still get its page?

# %%
class Hasty(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_header("Content-Type", "text/plain")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello\n")


hasty = launch(Hasty)
look(hasty)

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. The bytes arrive, but the calls write in the order in which you make them, and the first line of a response has to be the
# status line (RFC 9112 §2.1). Here it is a header, and the status line comes second. A client that knows HTTP gives up:
#
# </details>

# %%
try:
    requests.get(hasty.url, timeout=3)
except requests.ConnectionError as error:
    print(type(error).__name__, "| no status line:", "BadStatusLine" in repr(error))

# %% [markdown]
# ## Break it: text instead of bytes
#
# A connection carries bytes. This handler writes text, which is the most common mistake of all.

# %%
class Wordy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write("Hello\n")


wordy = launch(Wordy)
look(wordy)

# %% [markdown]
# 200 OK, and no body: the status had left before the mistake was made. The client cannot know what went wrong. Look at
# the server: it knows the line. (It listens on 8021, because 8011 went to Hasty.)

# %%
wordy

# %% [markdown]
# Mended: `encode` makes bytes of a text. Measure the bytes, not the characters, because `Content-Length` counts bytes, and `é`
# is two of them.

# %%
class Wordy(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "Café\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


wordy = launch(Wordy)
look(wordy)

# %% [markdown]
# ## Without the kit
#
# `launch` is a convenience. As a program of its own, the whole server is your `MyHandler` and these few lines: the twenty lines
# of this lesson's title.
#
# ```python
# def main():
#     server = HTTPServer(("127.0.0.1", 8001), MyHandler)
#     print("Started HTTP server")
#     try:
#         server.serve_forever()
#     except KeyboardInterrupt:
#         print("Ctrl+C received")
#     server.server_close()
#
# if __name__ == "__main__":
#     main()
# ```
#
# `__name__` is `"__main__"` in the file that you start, and the module's name in one that you import. So `main` runs only when
# the file is started.

# %% [markdown]
# `serve_forever()` does what its name says. In a cell it would never return, and no other cell could run. In a notebook it
# belongs in a **thread**: a second line of execution in the same program. Port 0 means any that is free.

# %%
from threading import Thread

server = HTTPServer(("127.0.0.1", 0), MyHandler)
Thread(target=server.serve_forever, daemon=True).start()  # daemon: Python need not wait for it to end
print(requests.get(f"http://127.0.0.1:{server.server_port}/", timeout=3).status_code)

# %% [markdown]
# The log line of the request landed in the cell, in red: that is how `http.server` reports. A server ends in two steps:
# `shutdown` makes `serve_forever` return, `server_close` gives the port back.

# %%
server.shutdown()
server.server_close()

# %% [markdown]
# ## Ctrl+C
#
# As a program, a server runs until somebody presses Ctrl+C. Python turns that into the exception `KeyboardInterrupt`, and `main`
# catches it. The finished server does the same, and takes two options:

# %%
show(web_server.main)

# %% [markdown]
# The `with` block closes the listening socket, whatever happens. Without it the port would stay taken for as long as the program
# runs. (Older examples write `server.socket.close()`; `server_close()` is what they mean.) `stop()` sends the server's process
# a Ctrl+C, and the last line of its log is what it said at the end.

# %%
site = launch("servers.web_server", port=8051)
requests.get(site.url, timeout=3)
site.stop()
site.log[-1]

# %% [markdown]
# Try it with your own keyboard. Free port 8001 first: run the next cell. Then open a terminal (*File → New → Terminal*), start
# the server, open its address in a browser, and press Ctrl+C in the terminal. (`-m` runs a module as a program.)
#
# ```
# python -m servers.web_server
# ```

# %%
web.stop()

# %% [markdown]
# ## Recap
#
# - A server is an `HTTPServer` on a port, a subclass of `BaseHTTPRequestHandler`, and `serve_forever()`.
# - `send_response`, `send_header`, `end_headers`, `wfile.write`: the order of the calls is the order on the wire.
# - The wire carries bytes. `Content-Length` counts them.
#
# **Check yourself**
#
# <details><summary>Why does the address say 127.0.0.1 and not an empty string?</summary>
#
# With an empty string the server listens on every network the computer is in, and the whole café can ask it for files.
#
# </details>
# <details><summary>What happens when you forget end_headers()?</summary>
#
# The headers are kept back and never sent: the client gets the body alone, without a status line. It is no HTTP reply.
#
# </details>
# <details><summary>Why does serve_forever() in a cell block the notebook?</summary>
#
# It is a loop, and one cell runs at a time. In a thread, or in a process of its own, it leaves the notebook free.
#
# </details>
# <details><summary>A page is empty, yet its status is 200. Where do you look?</summary>
#
# At the server. It failed after `send_response`, so the client cannot tell you.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 12](../exercises/12-web-server.ipynb). **Next lesson:** [Pages made and pages
# served](13-dynamic-and-static.ipynb).

# %%
stop_all()
