# %% [markdown]
# # Break it, then mend it
#
# 47 minutes. You need [lesson 13](13-dynamic-and-static.ipynb).
#
# By the end you can
#
# - make a naive server hand out what it should not, and say what closes the hole,
# - keep one bad client from stopping all others,
# - find out from the wire why a fast server is slow.

# %% [markdown] minutes=7
# ## A server with many faults
#
# The next cell makes a folder with a copy of the theatre's site. A secret file lies beside the site, not in it. You need not read the code.

# %%
import shutil
import tempfile
from pathlib import Path

from servers import web_server

folder = tempfile.TemporaryDirectory()
(Path(folder.name) / "secret.txt").write_text("The combination of the safe is 17-4-32.\n")
root = shutil.copytree(web_server.PUBLIC, Path(folder.name) / "site")

# %% [markdown]
# The **naive server** has what you learned in lessons 12 and 13, as many people write it first. It works. The cell prints the files that it
# serves, and gets one of them. Here `launch` gets a function that makes the server for a host and a port.

# %%
import requests

from servers import naive_web_server
from wirelab import launch, show, stop_all, wire


def create_naive(host, port):
    return naive_web_server.create_server(host, port, root=root)


print(sorted(path.name for path in root.iterdir()))
naive = launch(create_naive)
requests.get(naive.url + "/hello.txt", timeout=3).text

# %% [markdown]
# Attack only servers of your own, on 127.0.0.1. The same requests to somebody else's server are a crime in many countries.
#
# This method answers every GET. `self.curdir` is the folder of the site, and `sep` is the slash between two folders (on Windows `\`). **How
# many faults do you find?** There are at least six. Four of them you know from lessons 12 and 13. Write down those that you find, each with
# its line, before you open the answer.

# %% [markdown] tags=["notes"]
# **Do:** Let people read `do_GET` and bet on the number of faults. Write the bets on the board, and tick the faults off as
# they come.
#
# **What goes wrong:** Somebody tries the requests on a real site. Say clearly that this is a crime in many countries.

# %%
show(naive_web_server.MyHandler.do_GET)

# %% [markdown]
# <details><summary>Answer</summary>
#
# At least six:
#
# | line | fault | what happens |
# |---|---|---|
# | `open(self.curdir + sep + self.path…` | the path is used as it comes | it leads out of the folder (next section) |
# | the same line | the query is not cut off (lesson 12), `%20` is not decoded | existing files are not found |
# | `encoding="utf-8"` | every file is read as text (lesson 13) | a picture breaks |
# | `except:` | catches every exception | 404 for a fault of the server (lesson 13) |
# | `send_response(200)` | comes before `f.read()` (lesson 13) | 200 for a page that breaks off |
# | `self.end_headers()` | no `Content-Length` before it | the client cannot see that it breaks off |
#
# The made page is a seventh: it writes the path into HTML and does not escape it. A browser percent-encodes `<` in a path, so the form
# below is more dangerous.
#
# </details>
#
# Browsers and `requests` remove `..` from a path before they send it. So send the bytes yourself, as in lesson 11. `say` connects,
# sends, and reads until the server closes the connection or is silent for a second.

# %%
import socket
from contextlib import suppress


def say(server, request):
    with wire(server) as tap:
        connection = socket.create_connection(("127.0.0.1", tap.port), timeout=1)
        connection.sendall(request)
        with suppress(TimeoutError):  # a second of silence
            while connection.recv(4096):
                pass
        tap.stop()
        connection.close()
    return tap

# %% [markdown] minutes=7
# ## Break it: out of the folder
#
# **Predict, then run.** The naive server gives the path to the file system as it is. Where does this path lead?

# %% [markdown] tags=["notes"]
# **What goes wrong:** A browser and `requests` tidy the path up before they send it, so the attack seems to fail there. That
# is why `say` uses a socket.
#
# **Ask:** Somebody proposes to refuse every path with two dots. Let the room find ways around it: `%2e%2e`, a link in the
# folder.

# %% tags=["predict"] breaks="two dots in the path lead out of the folder"
say(naive, b"GET /../secret.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

# %% [markdown]
# <details><summary>Answer</summary>
#
# To the secret. `..` means *one folder up*, as it does in a terminal. This attack is **path traversal**; its name in the Common Weakness
# Enumeration is CWE-22. With more `..` in the path, the server hands out every text file that you can open yourself, your keys
# among them.
#
# </details>
#
# To refuse every path with `..` in it is not enough. A server that looks first and decodes afterwards does not see the dots in
# `%2e%2e`. And a folder may contain a **symbolic link**, a file that stands for another file, anywhere on the disk.
#
# The cure has two steps. First work out where the path *really* leads. Then ask whether that is inside the folder. The finished server uses
# this function. Find the line of each step.
#
# In the cell after it, the finished server serves the same folder, with the same secret beside it. It gets two requests: for a page of the
# site, and for the secret.

# %%
from servers.guard import public_files

show(public_files.file_below)

# %%
def create_good(host, port):
    return web_server.create_server(host, port, root=root)


good = launch(create_good)
for path in [b"/hello.txt", b"/../secret.txt"]:
    tap = say(good, b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    print(path.decode(), "→", tap[1].first_line)

# %% [markdown] minutes=3
# ## Break it: a script in a form
#
# The theatre's page has a form for a reminder. The naive server's answer is HTML, and repeats the name. A name may hold any characters:

# %% breaks="a name is repeated as HTML, so a browser runs it"
form = {"name": "<script>alert('Hello')</script>", "show": "Hamlet"}
print(requests.post(naive.url + "/reminder", data=form, timeout=3).text)

# %% [markdown]
# A browser runs this script as a part of the theatre's page. The script can read what the visitor types, or book seats in the
# visitor's name.
#
# Why would a visitor send such a name? An attacker makes a page with the same form, already filled in. You open that page, and its
# script sends the form to the theatre. The theatre's answer runs in your browser.
#
# This attack is **cross-site scripting**, or XSS (CWE-79). The cure is to call `html.escape` where a string becomes text in a page.
# The browser then shows the characters and runs nothing:

# %%
print(requests.post(good.url + "/reminder", data=form, timeout=3).text)

# %% [markdown] minutes=5
# ## Break it: half an answer
#
# The naive server reads every file as text, and sends the status before it reads. **Predict, then run.** You know from lesson 13 what
# happens to a picture. Does the wire view show a fault?

# %% [markdown] tags=["notes"]
# **Ask:** A download stops in the middle. How can the browser know that it has half a file? (`Content-Length`, or chunks with
# an end.)
#
# **Short of time:** Leave out the server that dies after 87 bytes.

# %% tags=["predict"] breaks="the body is lost after the status has left"
say(naive, b"GET /ticket.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. It shows 200 and an empty body. There is no `Content-Length`, so the body ends where the connection ends. A body that broke off
# looks like a whole one (RFC 9112 §8). A client may keep half a picture and never ask again.
#
# </details>
#
# With `Content-Length` the client can see it. This server promises 120 bytes and sends 87:

# %% breaks="the server promises 120 bytes and sends 87"
from http.server import BaseHTTPRequestHandler


class Halfway(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "120")
        self.end_headers()
        self.wfile.write(b"." * 87)


halfway = launch(Halfway)
say(halfway, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")[1]

# %% [markdown] minutes=8
# ## Break it: one client stops them all
#
# `do_POST` reads as many bytes as `Content-Length` says. This client says *minus one*. For `read`, a negative number means: until the
# connection ends.

# %% [markdown] tags=["notes"]
# **Do:** Play it with six people: one server, one client that begins a sentence and does not finish it, four who wait. Then
# give the server four colleagues: those are the threads.
#
# **What goes wrong:** Most rooms find the thread as a cure, and few find the time-out. Ask what a thread costs that waits for ever.

# %% breaks="a negative Content-Length makes the server wait for ever"
MINUS_ONE = b"POST /reminder HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\nname=Ada&show=Hamlet"
say(naive, MINUS_ONE)

# %% [markdown]
# No answer: the server waits for the end of the connection, and the client waits for the answer. The next cell shows what a second client
# gets meanwhile.

# %%
def second_client(server, first_request):
    """What a second client gets while the first one waits."""
    with socket.create_connection(("127.0.0.1", server.port)) as first:
        first.sendall(first_request)
        try:
            return requests.get(server.url + "/hello.txt", timeout=1).status_code
        except requests.Timeout:
            return "no answer"


second_client(naive, MINUS_ONE)

# %% [markdown]
# The naive server serves one connection at a time, so one such client stops all others. The client need not be an
# attacker: a phone that loses its connection in the middle of a form has the same effect.
#
# ```mermaid
# sequenceDiagram
#     participant A as first client
#     participant S as HTTPServer (one thread)
#     participant B as second client
#     A->>S: POST, Content-Length: -1
#     Note over S: reads, and waits
#     B->>S: GET /hello.txt
#     Note over S: still waits for the first client
#     B--xS: gives up
# ```
#
# The finished server looks at the number before it reads, and refuses it:

# %%
print(say(good, MINUS_ONE)[1].first_line)
second_client(good, MINUS_ONE)

# %% [markdown]
# A client that stops in the middle of its headers does the same harm. The cure is a **thread** for each connection. `HTTPServer` serves one
# connection after the other; `ThreadingHTTPServer` makes a thread for each. And `timeout = 5` in the handler ends each silence after five
# seconds, so that no silent client keeps its thread for ever.
#
# **Predict, then run.** The first client sends half a request line and stops. What does the second client get, from each server?

# %% tags=["predict"]
from http.server import HTTPServer, ThreadingHTTPServer


class Hello(BaseHTTPRequestHandler):
    timeout = 5

    def do_GET(self):
        self.send_response(200)
        self.end_headers()


one = launch(lambda host, port: HTTPServer((host, port), Hello), name="one thread")
many = launch(lambda host, port: ThreadingHTTPServer((host, port), Hello), name="many threads")
second_client(one, b"GET / HT"), second_client(many, b"GET / HT")

# %% [markdown] minutes=1
# <details><summary>Answer</summary>
#
# No answer from the first server, 200 from the second: there the silent client holds up its own thread only. You have not met this
# fault before, because `launch` gives every handler class a `ThreadingHTTPServer`.
#
# </details>
#
# ## Which networks can connect
#
# A server that gets an empty host listens on *every network that this computer is in*. The address `0.0.0.0` stands for all of them. Then
# all computers in the same network can connect, such as those of a café, unless a firewall forbids it. With 127.0.0.1 only programs on this
# computer can.

# %% [markdown] tags=["notes"]
# **Short of time:** Leave this section out, and the two after it. Nobody should leave without the slow client.

# %%
for host in ["", "127.0.0.1"]:
    with HTTPServer((host, 0), Hello) as server:
        print(repr(host), "→", server.server_address[0])

# %% [markdown] minutes=5
# ## Break it: a stranger's name
#
# *You may skip this section.* Only programs on this computer reach your server. But your browser is such a program, and it runs the pages of
# strangers.
#
# A page may read answers only from the server that it came from. The browser knows this server by its **name** and its port, such as
# `stranger.example:8001`. The owner of a name decides which computer it leads to, and can change that at any time:
#
# 1. First the name leads to the stranger's computer, and the page loads from `http://stranger.example:8001/`.
# 2. A minute later the name leads to 127.0.0.1, which is your computer.
# 3. The page asks for the same address again. For the browser this is still the same server, but the request comes to yours.
#
# This attack is **DNS rebinding**. (In CAPEC, a list of attacks, it has the number 275.)
#
# **Predict, then run.** `requests` sends here what that browser sends. Which server answers the stranger's page?

# %% tags=["predict"] breaks="a name of a stranger that leads to 127.0.0.1 lets a page read from a server on this computer"
for server in [naive, good]:
    reply = requests.get(server.url + "/hello.txt", headers={"Host": "stranger.example:8001"}, timeout=3)
    print(reply.status_code, reply.reason)

# %% [markdown] minutes=8
# <details><summary>Answer</summary>
#
# The naive server does. The finished server answers 421, *Misdirected Request*: this request is meant for another server.
#
# The browser writes the name into `Host`, and a page cannot change that. So a server on your computer has to know its own names, and to
# refuse all others.
#
# </details>
#
# ## Why is a fast server slow?
#
# *You may skip this section.* In HTTP/1.1 a connection stays open for the next request (**keep-alive**). That should save time. These two
# handlers differ in one line, `wbufsize`:

# %% [markdown] tags=["notes"]
# **Ask:** Before the plot: how long does a request take when both programs are on this computer? Write the guesses down, and
# compare them with the plot.
#
# **What goes wrong:** On other systems than Linux the delay may have another length, or be missing. Then show the stored plot.

# %% breaks="two small writes on a connection that stays open cost up to 40 ms for each request"
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

# %% [markdown]
# `ask` measures one request: it sends 20 on one connection, and divides the time by 20. The cell after it draws the two times. You need not
# read the code of these cells.

# %%
import http.client
import time


def ask(port, count=20):
    """Milliseconds for one request, of 20 that follow each other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    start = time.perf_counter()
    for _ in range(count):
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()
    return 1000 * (time.perf_counter() - start) / count

# %%
import matplotlib.pyplot as plt

plt.figure(figsize=(7, 1.8))
plt.barh(["Slow", "Fast"], [ask(slow.port), ask(fast.port)])
plt.xlabel("milliseconds for one request")
plt.show()

# %% [markdown]
# On Linux `Slow` takes about 40 milliseconds for five bytes, inside one computer. Something waits. (On Windows and macOS the time may be
# another, or both bars may be short. The answer below says what happens on Linux.)
#
# The next cell draws each message as a bar, from its first byte to its last. A long bar is a message that took long. (You need not read the
# code.)
#
# **Predict, then run.** Where in the conversation do the 40 milliseconds pass: between a request and its response, *within* a response,
# or between a response and the next request?

# %% tags=["predict"]
with wire(slow) as tap:
    ask(tap.port, count=5)

starts = [1000 * message.at for message in tap]
lengths = [1000 * (message.until - message.at) for message in tap]
plt.figure(figsize=(7, 2.2))
plt.barh(range(len(tap)), lengths, left=starts, edgecolor="C0", linewidth=3)
plt.yticks(range(len(tap)), ["request", "response"] * 5)
plt.gca().invert_yaxis()
plt.xlabel("milliseconds")
plt.show()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Within a response: its bar is long. The server writes twice: `end_headers` sends the headers, then `write` sends the body.
#
# A network carries bytes in **packets**, and the receiver confirms the packets that have come. Here are two small packets, and two rules:
#
# 1. The sender holds the second small packet back until the first one is confirmed.
# 2. The receiver waits a little before it confirms, on Linux up to 40 ms.
#
# So both sides wait. The cure is to write once: `wbufsize = -1` collects what you write, and headers and body leave together.
#
# (The names of the rules are *Nagle's algorithm* and *delayed acknowledgement*. On a new connection the receiver confirms at once, so the
# first response is fast.)
#
# </details>

# %% [markdown] minutes=3
# ## Recap
#
# - Do not trust what a client sends: resolve a path before you use it, escape a string before you put it into a page, look at a number
#   before you read that many bytes.
# - Give each connection a thread, and each silence an end.
# - With `Content-Length`, a client can tell a broken answer from a whole one. The wire shows which side waits.
#
# **Check yourself**
#
# <details><summary>Is it enough to refuse paths with two dots in them?</summary>
#
# No. A symbolic link leads out of a folder too, and dots can be written as `%2e%2e`. Compare where the path really leads.
#
# </details>
# <details><summary>Where do you escape a string?</summary>
#
# Where it becomes a part of something that is more than text, such as a page or a command. (For a query to a database there is a better way:
# give the values beside the query, as parameters.)
#
# </details>
# <details><summary>A thousand clients connect and say nothing. What happens to ThreadingHTTPServer?</summary>
#
# A thousand threads wait. The server needs a time-out, and a limit on the number of connections; the finished server has both.
#
# </details>
# <details><summary>Your server answers in 1 ms, and a client measures 40 ms per request. What do you suspect?</summary>
#
# Two small writes instead of one, on a connection that stays open.
#
# </details>
#
# **More** (you may skip this)
#
# <details><summary>Is html.escape enough everywhere?</summary>
#
# It is enough in the text of a page, and in the value of an attribute with quotation marks. It is not enough inside a script, or where the
# string is the address of a link: `javascript:` is an address too.
#
# </details>
# <details><summary>Can a server send a body without knowing its length?</summary>
#
# Yes, in **chunks**, with `Transfer-Encoding: chunked`. Each piece has its length in front, and an empty piece is the end. So the client
# still sees whether the body is whole.
#
# </details>
# <details><summary>Does timeout = 5 end every slow client?</summary>
#
# No. A client that sends one byte every four seconds is never silent for five. Against it a server needs a limit for the whole
# request.
#
# </details>
# <details><summary>Does the check of Host keep out programs?</summary>
#
# No. A program can write any name into `Host`. A page in a browser cannot, so the check protects people from pages.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 14](../exercises/14-break-the-server.ipynb). **Next lesson:** [A server from a
# socket](15-a-server-from-a-socket.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
