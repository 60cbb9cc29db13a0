# %% [markdown]
# # Break it, then mend it
#
# 30 minutes. You need [lesson 13](13-dynamic-and-static.ipynb).
#
# By the end you can
#
# - make a naive server hand out what it should not, and say what closes the hole,
# - keep one bad client from stopping all others,
# - find out from the wire why a fast server is slow.

# %% [markdown]
# ## The whole game
#
# First, the tools of this lesson.

# %%
import http.client
import shutil
import socket
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import requests

# %% [markdown]
# The naive server is that of lessons 12 and 13, as many people write it first. It works. It runs on a copy of the theatre's site, and
# beside that folder lies a secret. (`launch` takes a function that makes a server, too; `partial` fills in its `root`.)

# %%
from servers import naive_web_server, public_files, web_server
from wirelab import launch, show, stop_all, wire

folder = Path(tempfile.mkdtemp())
root = shutil.copytree(web_server.PUBLIC, folder / "site")
(folder / "secret.txt").write_text("The combination of the safe is 17-4-32.\n")

naive = launch(partial(naive_web_server.create_server, root=root))
requests.get(naive.url + "/hello.txt", timeout=3).text

# %% [markdown]
# Only ever break what is yours, and what listens on 127.0.0.1. The same requests to somebody else's server are a crime in many
# countries.
#
# This is how it answers a GET. How many faults do you find?

# %% [markdown] tags=["notes"]
# Let people read the source and bet on the faults before you show them: write the bets on the board, and tick them off. Most find the
# first two. Typical trouble: browsers and `requests` tidy a path up before they send it, which is why `say` uses a socket. Short of
# time: leave out the last section; nobody should leave without the slow client.

# %%
show(naive_web_server.MyHandler.do_GET)

# %% [markdown]
# `say` is much like in lesson 11: it sends what you give it, waits a second for more to come, and shows what has crossed the wire by
# then.

# %%
def say(server, request, body=b"", patience=1):
    with wire(server) as tap, socket.create_connection(("127.0.0.1", tap.port), timeout=patience) as connection:
        connection.sendall(f"{request} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode())
        connection.sendall(body or b"Connection: close\r\n\r\n")
        with suppress(TimeoutError):
            while connection.recv(4096):
                pass
        tap.stop()
    return tap

# %% [markdown]
# ## Break it: out of the folder
#
# **Predict, then run.** The path goes to the file system as it is. Where does this one lead?

# %%
say(naive, "GET /../secret.txt")

# %% [markdown]
# <details><summary>Answer</summary>
#
# One folder up, and out: `..` means the same to the file system as it does in a terminal. This is **path traversal**, number 22 in the common list
# of weaknesses (CWE-22). With a few more dots it reads every file that you may read, your keys among them.
#
# </details>
#
# Looking for `..` in the path is not enough: it can be written as `%2e%2e`, a link can lead out as well, and other systems have
# other tricks. What helps is to ask where the path *really* leads, and to compare that. The same request to the finished server:

# %%
good = launch(web_server.create_server)
print(say(good, "GET /../secret.txt")[1].first_line)
show(public_files.file_below)

# %% [markdown]
# ## Break it: words that are obeyed
#
# The page for a `.zzz` path repeats the path. A path may hold anything.

# %%
print(say(naive, "GET /<script>alert('Hello')</script>.zzz")[1].content.decode())

# %% [markdown]
# To a browser that is no text, it is a program, and it runs as if the theatre had written it: it could read what the visitor types, or
# book seats in the visitor's name. This is **cross-site scripting**, XSS (CWE-79). The cure is one call, `html.escape`, where text becomes a part of
# a page:

# %%
print(say(good, "GET /<script>alert('Hello')</script>.zzz")[1].content.decode())

# %% [markdown]
# ## Break it: half an answer
#
# The naive server opens every file as text, and sends the status before it reads. **Predict, then run.** You know what becomes of a
# picture. What will the wire view say about it?

# %%
say(naive, "GET /ticket.png")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nothing is wrong with it, says the wire: 200, and no body. Without `Content-Length` in its headers, an answer that breaks off looks
# like one that is complete. A client may keep the half picture and never ask again.
#
# </details>
#
# With `Content-Length` a broken answer can be told from a whole one. This server promises 120 bytes and dies after 87:

# %%
class Halfway(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "120")
        self.end_headers()
        self.wfile.write(b"." * 87)


halfway = launch(Halfway)
say(halfway, "GET /")[1]

# %% [markdown]
# ## Break it: one client stops them all
#
# `do_POST` reads as many bytes as the client says. This client says *minus one*. To `read`, that means: until the end of the
# connection.

# %%
BAD = b"Content-Length: -1\r\n\r\nname=Ada&show=Hamlet"
say(naive, "POST /reminder", BAD)

# %% [markdown]
# No answer. The server waits for an end that does not come, and it serves one client at a time. So let us see what another client
# gets meanwhile:

# %%
def while_somebody_waits(server, headers=BAD):
    """What a second client gets, while the first one keeps its connection open."""
    with socket.create_connection(("127.0.0.1", server.port)) as first:
        first.sendall(b"POST /reminder HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers)
        try:
            return requests.get(server.url + "/hello.txt", timeout=1).status_code
        except requests.Timeout:
            return "no answer"


while_somebody_waits(naive), while_somebody_waits(good)

# %%
print(say(good, "POST /reminder", BAD)[1].first_line)
naive.stop()
halfway.stop()
shutil.rmtree(folder)

# %% [markdown]
# With the naive server one client is enough, and the theatre is closed; the finished one refuses the number, and goes on. The client
# need not be malicious: a telephone that loses its connection halfway through a form has the same effect. The cure has three parts:
# look at the number before you read, give every client its own thread, and do not wait for ever.
#
# ```mermaid
# sequenceDiagram
#     participant A as slow client
#     participant S as HTTPServer (one thread)
#     participant B as you
#     A->>S: POST, Content-Length: -1
#     Note over S: reads, and waits
#     B->>S: GET /hello.txt
#     Note over S: has no time
#     B--xS: gives up
# ```
#
# It does not even take a form: a client that stops in the middle of its headers is enough. Here is one handler, in the two servers
# that Python has:

# %%
class Hello(BaseHTTPRequestHandler):
    timeout = 5

    def do_GET(self):
        self.send_response(200)
        self.end_headers()


one = launch(lambda host, port: HTTPServer((host, port), Hello), name="one thread")
many = launch(lambda host, port: ThreadingHTTPServer((host, port), Hello), name="many threads")
while_somebody_waits(one, b""), while_somebody_waits(many, b"")

# %% [markdown]
# `timeout` in the handler class ends each silence after five seconds, so that threads are given back. `launch` gives every handler
# class a `ThreadingHTTPServer`, which is why you have not met this before.
#
# Now look at it. A slow client holds its connection for 1.2 seconds. Meanwhile five visitors come, one every fifth of a second. Each
# bar begins when a visitor comes, and ends when that visitor is served. What will the bars look like? (You
# need not read the next two cells closely: one sends the visitors, the other draws.)

# %%
def visit(server, number):
    time.sleep(number / 5)
    came = time.perf_counter()
    requests.get(server.url, timeout=5)
    return came, time.perf_counter()


def visits(server):
    with ThreadPoolExecutor(5) as visitors, socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\n")
        calls = [visitors.submit(visit, server, number) for number in range(5)]
        time.sleep(1.2)
    return [call.result() for call in calls]

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 2, figsize=(9, 2.4), sharex=True, sharey=True)
for axis, server in zip(axes, [one, many], strict=True):
    came, served = zip(*visits(server), strict=True)
    waits = [end - start for start, end in zip(came, served, strict=True)]
    axis.barh(range(1, 6), waits, left=[start - came[0] for start in came], edgecolor="C0", linewidth=3)
    axis.set(title=server.name, xlabel="seconds", ylabel="visitor")
plt.show()

# %% [markdown]
# With one thread nobody is served before the slow client leaves, and then all are at once. With many threads nobody waits: each bar
# is a thin line.
#
# ## The mystery of the slow connection
#
# HTTP/1.1 keeps a connection open for the next request, which should save time. Two handlers, alike but for one line:

# %%
class Slow(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"Hello")


class Fast(Slow):
    wbufsize = -1


slow, fast = launch(Slow), launch(Fast)

# %%
def seconds(server, count=20):
    """How long `count` requests take, one after the other, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    start = time.perf_counter()
    for _ in range(count):
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()
    return time.perf_counter() - start


durations = {"Slow": seconds(slow), "Fast": seconds(fast)}

# %%
plt.figure(figsize=(7, 2.2))
plt.barh(list(durations), [1000 * value / 20 for value in durations.values()])
plt.xlabel("milliseconds for one request")
plt.show()

# %% [markdown]
# **Predict, then run.** About forty milliseconds, for a few bytes, on one computer. Somebody waits for somebody. Who, and for what? Look at the
# times on the wire: after which message is the gap?

# %%
with wire(slow) as tap:
    connection = http.client.HTTPConnection("127.0.0.1", tap.port, timeout=5)
    for _ in range(5):
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()

tap

# %% [markdown]
# <details><summary>Answer</summary>
#
# Each response begins at once, and the next request comes late: so the response took its time to be complete. `end_headers` sends the
# headers, `write` the body, in two small packets. The sender keeps the second one back until the first is confirmed (Nagle's
# algorithm), and the receiver takes its time to confirm it, in case it has something to say as well: up to 40 ms on Linux. Both mean
# well, and wait for each other. (A new connection is quick at first: there the receiver confirms at once.)
#
# `wbufsize = -1` collects what you write, and headers and body leave together.
#
# </details>
#
# The kit knows when each message began and when it ended. Did a response take longer than 20 ms, from its first byte to its last?

# %%
slowest = max(response.until - response.at for response in tap.sent_by("server"))
slowest > 0.02

# %% [markdown]
# ## Who may knock
#
# An empty host means *on every network that this computer is in*: everybody in the café can connect. With 127.0.0.1 only programs on
# this computer can.

# %%
for host in ["", "127.0.0.1"]:
    with HTTPServer((host, 0), Hello) as server:
        print(repr(host), "→", server.server_address[0])

# %% [markdown]
# ## Recap
#
# - Trust nothing that a client sends: resolve paths before you use them, escape text before you repeat it, look at numbers
#   before you believe them.
# - A thread for each client, and an end to every silence.
# - `Content-Length` tells a broken answer from a whole one, and whoever waits on the wire can be seen there.
#
# **Check yourself**
#
# <details><summary>Is it enough to refuse paths with two dots in them?</summary>
#
# No. Links lead out of a folder too, and dots can be written in other ways. Compare where the path really leads.
#
# </details>
# <details><summary>Where does text have to be escaped?</summary>
#
# Where it becomes a part of something that is read as more than text: a page, a query to a database, a command.
#
# </details>
# <details><summary>A thousand clients connect and say nothing. What happens to ThreadingHTTPServer?</summary>
#
# A thousand threads that wait. It needs a time-out, and a limit on how many it takes in at once; the finished server has both.
#
# </details>
# <details><summary>Your server answers in 1 ms, a client measures 40 ms per request. What do you suspect?</summary>
#
# Two small writes instead of one, on a connection that stays open.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 14](../exercises/14-break-the-server.ipynb). **Next lesson:** [What REST
# means](21-what-is-rest.ipynb).

# %%
stop_all()
