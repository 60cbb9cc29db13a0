# %% [markdown]
# # A web server in twenty lines
#
# 28 minutes. You need Python's classes, and [lesson 11](11-http-messages.ipynb).
#
# By the end you can
#
# - write a web server with `http.server`, and say what each of its lines puts on the wire,
# - start it in a terminal, end it with Ctrl+C, run it beside a notebook,
# - find out from the bytes what is wrong with a server that does not answer.

# %% [markdown] minutes=4
# ## Your own server
#
# Here is a whole web server. Run the cell: `%%writefile` only saves it in a file.

# %% [markdown] tags=["notes"]
# **Do:** Start the file in a terminal on the projector, and let the room send the requests. Ask which lines of the file the GET
# needed, and which ones it did not.
#
# **What goes wrong:** The terminal was opened in another folder: type `cd` with the course's folder first. Or port 8001 is taken by the
# server of an earlier demonstration.

# %%
# %%writefile my_server.py
from http.server import BaseHTTPRequestHandler, HTTPServer

class MyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"Hello from the box office\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"You sent: " + body + b"\n")

server = HTTPServer(("127.0.0.1", 8001), MyHandler)
print("Started HTTP server")
try:
    server.serve_forever()
except KeyboardInterrupt:
    print("Ctrl+C received")
server.server_close()

# %% [markdown]
# Now start it. Open a terminal (*File → New → Terminal*) and type, in the folder of the course:
#
# ```
# python notebooks/my_server.py
# ```
#
# The server prints `Started HTTP server` and waits. Open a second terminal. There, `curl` is the client (`curl.exe` on Windows). The first
# command sends a GET, the second a POST, because `-d` gives it a body:
#
# ```
# curl -i http://127.0.0.1:8001/
# curl -i -d "two seats" http://127.0.0.1:8001/
# ```
#
# Look at both terminals. The second one shows the responses, such as
#
# ```
# HTTP/1.0 200 OK
# ...
# Hello from the box office
# ```
#
# In the first one the server prints a line for each request, which ends in `"GET / HTTP/1.1" 200 -`. Then click into the first terminal and
# press **Ctrl+C**. The server prints `Ctrl+C received` and ends.
#
# Do end it: the rest of the lesson needs port 8001. The rest takes place in this notebook, with these imports:

# %%
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests

from wirelab import launch, stop_all, wire

# %% [markdown] minutes=2
# ## Three parts
#
# The module `http.server` comes with Python. Three things make a server, and only the second is your own work:
#
# 1. An `HTTPServer` **listens** on a port and accepts connections.
# 2. A **handler class** says what to answer. It is a subclass of `BaseHTTPRequestHandler`.
# 3. `serve_forever()` waits for connections, and makes a handler object for each. The object calls its method `do_GET` for a GET, `do_POST` for
#    a POST.
#
# Python's documentation does not recommend `http.server` for production, which means for a site with real visitors. It is for learning.
#
# In a notebook you write only the handler class. `launch` does the rest. One header is new here: `Content-Length`. With it the client
# knows whether the whole body has come.

# %%
class MyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"Hello from the box office\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


web = launch(MyHandler)
web

# %% [markdown] minutes=2
# ## Which line writes what
#
# `look` sends a GET to a server through the relay of lesson 00. It gives you what crossed the wire. If `requests` cannot read the
# response, `look` prints the name of the exception.

# %% [markdown] tags=["notes"]
# **Do:** Cover the table and let the room match the four calls with the lines in the wire view. Nobody needs the table after
# that.
#
# **What goes wrong:** People think that `send_header` sends. It collects; `end_headers` sends what is collected.

# %%
def look(server):
    with wire(server) as tap:
        try:
            requests.get(tap.url, timeout=3)
        except requests.RequestException as error:
            print("requests raised", type(error).__name__)
    return tap


look(web)

# %% [markdown]
# Compare the response with the calls:
#
# | call | what it writes |
# |---|---|
# | `send_response(200)` | the **status line**, and the headers `Server` and `Date` |
# | `send_header(name, value)` | one **header**: a name, a colon, a value |
# | `end_headers()` | the **empty line** after the last header |
# | `wfile.write(body)` | the **body**, as bytes |
#
# The first two calls only collect their lines. `end_headers()` sends them. `wfile` is the *file to write to*: the connection to the
# client. `rfile` is the one to read from.
#
# The response begins with HTTP/1.0, the default of `http.server`. In this version the server closes the connection after each response.

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

# %% [markdown] minutes=5
# ## What the client asked for
#
# For every connection, the server makes a new handler object. The object knows the request: `self.command` is its method,
# `self.path` its target, and `self.headers` are its headers. A client writes its own name into the header `User-Agent`.
#
# When the connection ends, the object and its attributes are gone. What the next request needs belongs to the class:
# `MyHandler.last_visitor`, not `self.last_visitor`.

# %% [markdown] tags=["notes"]
# **Ask:** You have launched a class with the same name again. Which class answers now? (The new one: `launch` replaced the
# server at the port.)
#
# **What goes wrong:** Somebody changes the class and does not launch it again. The old class still answers.

# %%
class MyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        text = f"{self.command} {self.path} for {self.headers['User-Agent']}\n"
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


web = launch(MyHandler)
reply = requests.get(web.url + "/shows/1?seat=12", headers={"User-Agent": "Ada"}, timeout=3)
print(reply.text)

# %% [markdown]
# You launched `MyHandler` again. The new class replaced the old one, on the same port.
#
# `self.path` includes the query, from the question mark on. So a server that compares `self.path == "/shows/1"` does not
# find this page. Cut the query off first: `partition` gives what stands before the question mark, the mark, and the rest.

# %%
"/shows/1?seat=12".partition("?")

# %% [markdown]
# **Predict, then run.** This handler has a `do_GET` and no `do_POST`. Which status does a POST get?

# %% tags=["predict"]
requests.post(web.url, data="a seat, please", timeout=3).status_code

# %% [markdown]
# <details><summary>Answer</summary>
#
# 501, *Not Implemented*: the server does not know this method. `BaseHTTPRequestHandler` looks for a method named `do_POST`. It finds
# none, and answers 501 itself. Your `my_server.py` has a `do_POST`, and it answered 200. (It believes what `Content-Length` says. Lesson 14
# shows what a bad client can do with that.)
#
# In lesson 11 you saw 405. That server knows GET, but does not allow it for that path. This server does not know POST at all.
#
# </details>

# %% [markdown] minutes=4
# ## Break it: two calls swapped
#
# Here the first two calls are swapped. **Predict, then run.** Does the client still get its page?

# %% [markdown] tags=["notes"]
# **Do:** Take votes before the cell runs: page, error, or nothing at all. Then read the first line of the answer aloud; it is
# a header.
#
# **What goes wrong:** People look for the mistake in the client, because the exception is there. The wire view has it in the first line.

# %% tags=["predict"] breaks="the headers are written before the status line"
class Swapped(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_header("Content-Type", "text/plain")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello\n")


swapped = launch(Swapped)
look(swapped)

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. The bytes arrive, but in the order of the calls. The first line of a response has to be the status line (RFC 9112 §2.1). Here the
# first line is a header, so `requests` does not take this for HTTP and raises an exception.
#
# </details>

# %% [markdown] minutes=4
# ## Break it: a string instead of bytes
#
# A connection carries bytes. This handler writes a **string**, Python's type for text.

# %% breaks="a string is written where bytes belong"
class WithString(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write("Hello\n")


with_string = launch(WithString)
look(with_string)

# %% [markdown]
# 200 OK, and no body. The status line was sent before the mistake happened, and it cannot be taken back. The client cannot know what
# went wrong. The server does, so look at the server:

# %%
with_string

# %% [markdown]
# To mend it, call `encode()`: it turns a string into bytes. `Content-Length` counts bytes, not characters. In UTF-8, `é` is one character
# and two bytes:

# %%
len("Café\n"), len("Café\n".encode())

# %%
class Mended(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "Café\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


look(launch(Mended))

# %% [markdown] minutes=3
# ## Beside a notebook
#
# `serve_forever()` does not return. In a cell it would block the notebook: no other cell could run until you stop it. So it has to run in a
# **thread**. A thread runs a function while the rest of the program goes on. `launch` does that for you. Without the kit you write it like
# this. Port 0 means any free port:

# %% [markdown] tags=["notes"]
# **Ask:** What would happen if this cell called `serve_forever()` itself? Let somebody try, and stop the cell with the ■
# button: nothing else in the notebook ran meanwhile.
#
# **Short of time:** Leave out the thread, and the section on modules. Do not leave out the section on the order of calls.

# %%
from threading import Thread

server = HTTPServer(("127.0.0.1", 0), MyHandler)
thread = Thread(target=server.serve_forever)
thread.start()
print(requests.get(f"http://127.0.0.1:{server.server_port}/", timeout=3).status_code)

# %% [markdown]
# The line in red is the server's log: `http.server` writes one line for each request. End the server in two steps. `shutdown` makes
# `serve_forever` return. `server_close` closes the listening socket, and the port is free again.

# %%
server.shutdown()
server.server_close()

# %% [markdown] minutes=2
# ## As a module
#
# `python my_server.py` runs a file. `python -m servers.web_server` runs a **module**. Here Python gets a name, as in an `import`, and finds the
# file `servers/web_server.py` by itself. This module is the finished server of the course.
#
# `launch` can start a module in a **process**, a program of its own beside the notebook. `stop()` sends it a Ctrl+C. What it prints goes into
# its log:

# %%
site = launch("servers.web_server", port=8051)
requests.get(site.url, timeout=3)
site.stop()
site.log[-1]

# %% [markdown]
# A module can also be imported. An import runs the whole file, and the import of your `my_server` would never return. So a module
# that others import puts its start into a function `main`, and ends like this:
#
# ```python
# if __name__ == "__main__":
#     main()
# ```
#
# `__name__` is `"__main__"` in the file that you start. In a file that you import, it is the module's name, and `main` is not called.

# %% [markdown] minutes=2
# ## Recap
#
# - A server is an `HTTPServer` on a port, a subclass of `BaseHTTPRequestHandler`, and `serve_forever()`.
# - `send_response`, `send_header`, `end_headers`, `wfile.write`: the order of the calls is the order on the wire.
# - The wire carries bytes. `Content-Length` counts them.
#
# **Check yourself**
#
# <details><summary>Who can reach a server at 127.0.0.1?</summary>
#
# Only programs on the same computer. Lesson 14 shows a server that other computers can reach, too.
#
# </details>
# <details><summary>What happens when you forget end_headers()?</summary>
#
# Status line and headers are collected, and never sent. The client gets the body alone, which is no HTTP response.
#
# </details>
# <details><summary>Where does a server keep what has to last?</summary>
#
# Not in `self`: the handler object is gone when the connection ends. An attribute of the class lasts until the server stops. A file or a
# database lasts longer.
#
# </details>
# <details><summary>Why does serve_forever() in a cell block the notebook?</summary>
#
# It is a loop, and a notebook runs one cell at a time. In a thread, or in a process of its own, it leaves the notebook free.
#
# </details>
# <details><summary>A page is empty, and its status is 200. Where do you look?</summary>
#
# At the server. It may have failed after `send_response`, and then the client cannot know why.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 12](../exercises/12-web-server.ipynb). **Next lesson:** [Pages made and pages
# served](13-dynamic-and-static.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
