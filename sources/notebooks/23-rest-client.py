# %% [markdown]
# # Calling it with requests
#
# 25 minutes. You need [lesson 22](22-rest-server.ipynb).
#
# By the end you can
#
# - call a REST service with every verb, and send JSON where JSON is wanted,
# - tell a refusal from silence, and put an end to every wait,
# - keep a connection open, and repeat only what may be repeated.

# %% [markdown]
# ## The whole game
#
# Now the other side: a client of the box office, a small module of this course. It knows one address, books a seat, and
# cancels it.

# %%
import time
from http.server import BaseHTTPRequestHandler
from itertools import count
from threading import Thread
from urllib.parse import urljoin

import matplotlib.pyplot as plt
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from servers import rest_session, ticket_client
from wirelab import launch, show, stop_all, wire

# %%
office = launch("servers.ticket_service")

with wire(office) as tap, ticket_client.TicketClient(tap.url) as client:
    booking = client.book(1, 12, "Ada")
    client.cancel(booking["id"])

for exchange in tap.http:
    print(exchange.request.method, exchange.request.target, "→", exchange.response.status)

# %% [markdown] tags=["notes"]
# Begin with a question: what can go wrong between the press of a button and the answer? Collect on the board, and sort it into two
# columns: the server said no; nobody said anything. The second one is what this lesson is about. The question that always comes: "how
# long should a time-out be?" Longer than the slowest good answer that you have measured, shorter than your user's patience. Short of
# time: leave out the server that drips.

# %% [markdown]
# Each method became a few requests. (304 means: nothing new, keep what you have.) Now take it apart. In a project of your own you
# install one package, `pip install requests`; here it is installed.
#
# ## GET, and what follows the question mark
#
# `params` takes a dictionary, and writes the query. Signs that mean something in an address are encoded, as in lesson 11, and a space
# becomes a plus. (There is no `/find` here; look at how its line is written.)

# %%
with wire(office) as tap:
    requests.get(tap.url + "/bookings", params={"limit": 5, "after": 2}, timeout=3)
    requests.get(tap.url + "/find", params={"title": "Romeo & Juliet"}, timeout=3)

for exchange in tap.http:
    print(exchange.request.first_line)

# %% [markdown]
# ## POST: json or data
#
# **Predict, then run.** Both requests send the same dictionary, to the same address. What will differ on the wire?

# %%
wanted = {"show": 1, "seat": 14, "name": "Ada"}
with wire(office) as tap:
    requests.post(tap.url + "/bookings", json=wanted, timeout=3)
    requests.post(tap.url + "/bookings", data=wanted, timeout=3)

tap

# %% [markdown]
# <details><summary>Answer</summary>
#
# `json=` writes JSON, and says so in `Content-Type`. `data=` writes a form, as a page in a browser would. This service reads no
# forms: 415, *Unsupported Media Type*. The problem that it sends along says what it wants.
#
# </details>
#
# (Run it again, and the first request gets 409: now seat 14 is Ada's.)
#
# ## PUT and DELETE: at the address that you were given
#
# The answer to a POST says in `Location` where the new booking is, mostly as a path. `urljoin` makes a whole address of it. This
# service lets you change only what you have seen: `ETag` marks what you got, and `If-Match` sends the mark back.

# %%
form = {"show": 1, "seat": 15, "name": "Ben"}
reply = requests.post(office.url + "/bookings", json=form, timeout=3)
where = urljoin(reply.url, reply.headers["Location"])
mark = {"If-Match": reply.headers["ETag"]}

reply = requests.put(where, json={**form, "seat": 16}, headers=mark, timeout=3)
print(reply.status_code, "seat", reply.json()["seat"])

reply = requests.delete(where, headers={"If-Match": "*"}, timeout=3)
print(reply.status_code, repr(reply.text))

# %% [markdown]
# The star means *whatever is there now*. 204 comes without a body, so `reply.json()` would fail: look at the status before you read.
#
# ## The server says no
#
# **Predict, then run.** There is no show 99. Does `requests.get` raise an exception?

# %%
reply = requests.get(office.url + "/shows/99", timeout=3)
reply.status_code, reply.ok

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. To requests, a 404 is an answer like any other. Whoever forgets to look goes on with an error as if it were a show.
#
# </details>
#
# `raise_for_status` turns every 4xx and 5xx into an exception. It does nothing after a success, so it can follow each request.

# %%
try:
    reply.raise_for_status()
except requests.HTTPError as error:
    print(error)

# %% [markdown]
# That tells *what* and *where*, but not *why*. Why stands in the body. This service sends **problem details** (RFC 9457): the same
# few names in each error, for programs and for people.

# %%
print(reply.headers["Content-Type"])
reply.json()

# %% [markdown]
# So a good client has an exception of its own, which tells both. Seat 14 is taken:

# %%
with ticket_client.TicketClient(office.url) as client:
    try:
        client.book(1, 14, "Cy")
    except rest_session.Problem as problem:
        print(problem)

show(rest_session.refused)

# %% [markdown]
# ## Break it: a server that says nothing
#
# This one takes your request, and keeps silent. `timeout=0.5` waits at most half a second for the connection, and again
# at most half a second for the answer.

# %%
class Silent(BaseHTTPRequestHandler):
    def do_GET(self):
        while True:
            time.sleep(0.1)


silent = launch(Silent)
try:
    requests.get(silent.url, timeout=0.5)
except requests.Timeout as error:
    print(type(error).__name__)

# %% [markdown]
# **Predict, then run.** How long does requests wait if you give no `timeout`? The call is in a thread, so that this notebook goes on.

# %%
def call_without_an_end():
    try:
        requests.get(silent.url, timeout=None)  # as if you had left it out
    except requests.ConnectionError:
        print("at last")


silent = launch(Silent)
caller = Thread(target=call_without_an_end, daemon=True)
caller.start()
caller.join(3)
print("still waiting:", caller.is_alive())

silent.stop()
caller.join(5)

# %% [markdown]
# <details><summary>Answer</summary>
#
# For ever. After three seconds it still waits, and so it would tomorrow. A program that calls such a server hangs, and nobody is told
# why. Only the end of the server set it free.
#
# </details>
#
# So: **a `timeout` in every call**. It limits each silence, not the whole. This server sends one letter every 0.3 seconds:

# %%
class Drip(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "8")
        self.end_headers()
        for letter in b"patience":
            time.sleep(0.3)
            self.wfile.write(bytes([letter]))


drip = launch(Drip)
start = time.perf_counter()
print(requests.get(drip.url, timeout=1).text)
print("more than the time-out:", time.perf_counter() - start > 1)

# %% [markdown]
# What requests raises is a `RequestException`. Which kind it is tells you what you know:
#
# ```mermaid
# flowchart BT
#     H[HTTPError: the server says no] --> R[RequestException]
#     J[JSONDecodeError: that is no JSON] --> R
#     T[Timeout: nobody said anything in time] --> R
#     C[ConnectionError: nobody is there, or the line broke] --> R
# ```
#
# ## A connection is kept
#
# `requests.get` opens a connection, asks, and closes it. A **Session** keeps it for the next request. It also keeps what you want to
# send each time, such as a header. (Each message on the wire knows the number of its connection, and a set, `{…}`, has each number once.)

# %%
with wire(office) as alone:
    for number in [1, 2, 3]:
        requests.get(f"{alone.url}/shows/{number}", timeout=3)

with wire(office) as together, requests.Session() as session:
    for number in [1, 2, 3]:
        session.get(f"{together.url}/shows/{number}", timeout=3)

[len({message.connection for message in tap}) for tap in [alone, together]]

# %% [markdown]
# Three connections against one. What is that worth? On your own computer, little. So here is a server that acts as if the way there
# and back took 30 ms. Each request goes that way once, and so does each new connection.

# %%
class Far(BaseHTTPRequestHandler):
    protocol_version, wbufsize = "HTTP/1.1", -1

    def setup(self):  # of a new connection
        time.sleep(0.03)
        super().setup()

    def do_GET(self):
        time.sleep(0.03)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def milliseconds(get, url):
    start = time.perf_counter()
    get(url, timeout=3)
    return 1000 * (time.perf_counter() - start)

# %% [markdown]
# Each dot is one request. Where will the first dot of the session be?

# %%
far = launch(Far)
figure, axes = plt.subplots(1, 2, figsize=(9, 2.6))
for axis, url in zip(axes, [office.url + "/shows", far.url], strict=True):
    axis.plot([milliseconds(requests.get, url) for _ in range(15)], "o", label="a connection for each")
    with requests.Session() as session:
        axis.plot([milliseconds(session.get, url) for _ in range(15)], "s", label="one session")
    axis.set(xlabel="request", ylabel="milliseconds", ylim=0, xticks=range(0, 15, 2))
axes[0].set_title("this computer")
axes[1].set_title("30 ms away")
axes[1].legend()
plt.show()

# %% [markdown]
# The first request of the session pays for the connection, the others do without. Far away, that halves the time. HTTPS has to
# agree on keys as well, so there you win more.
#
# ## Again, or not?
#
# Networks lose things. Lesson 21 lost the answer to a PUT, and sending it again was harmless. Here the theatre sells vouchers by
# POST. The first is sold, and its answer is lost.

# %%
SOLD = []


class Tunnel(BaseHTTPRequestHandler):
    def do_POST(self):
        SOLD.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if len(SOLD) > 1:  # after the first, silence
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()


tunnel = launch(Tunnel)

# %% [markdown]
# This client does not give up. **Predict, then run.** It reports success. How many vouchers has Ada bought?

# %%
def stubborn(url):
    for attempt in range(3):
        try:
            return requests.post(url, data="a voucher for Ada", timeout=3).status_code
        except requests.ConnectionError as error:
            print("no answer:", type(error).__name__)


SOLD.clear()
with wire(tunnel) as tap:
    print(stubborn(tap.url))
print(SOLD)
tap

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two, and she will pay for both. The client saw an error, then a success. It did not see that the error was one on the way *back*.
#
# </details>
#
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant T as theatre
#     C->>T: POST, a voucher
#     Note over T: sold
#     T--xC: 201 is lost
#     C->>T: POST, a voucher
#     Note over T: sold, again
#     T->>C: 201
# ```
#
# ## Repeat only what is idempotent
#
# Do not write such loops. `requests` stands on a library, urllib3, whose `Retry` knows the verbs: it repeats those that mean the same
# once or twice, after a lost answer, and after a status that says *later*. `mount` gives it to a session, for all addresses that begin
# with `http://`; the `HTTPAdapter` is what sends for the session.

# %%
retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET", "PUT", "DELETE"])
careful = requests.Session()
careful.mount("http://", HTTPAdapter(max_retries=retry))

SOLD.clear()
try:
    careful.post(tunnel.url, data="a voucher for Ada", timeout=3)
except requests.ConnectionError:
    print("sold:", len(SOLD))

# %% [markdown]
# One voucher, and an honest error. What now? Look first: a GET on the list of what was sold tells whether it was. Better still, let
# the client choose the name of the new thing, and PUT it there; that may be repeated.
#
# A busy server says 503, *Service Unavailable*, and in `Retry-After` when to come back. This one is busy every other time. Look at the
# times on the wire: who waited?

# %%
class Busy(BaseHTTPRequestHandler):
    visits = count(1)

    def do_GET(self):
        self.send_response(200 if next(Busy.visits) % 2 == 0 else 503)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET


with wire(launch(Busy)) as tap:
    careful.get(tap.url, timeout=3)
    careful.post(tap.url, timeout=3)
tap

# %% [markdown]
# The GET got 503, waited a second, and asked again. The POST got 503, and that was all: the decision is yours.
#
# ## The client as a module
#
# All this is needed for every request, so it stands in one place. The client of the box office has two parts. `rest_session` knows
# how to ask any service. `ticket_client` knows the words of the box office, and nothing of time-outs and retries. No address stands in
# it: it takes them from links that the service sends. Lesson 24 is about those.
#
# `send` ends in one of three ways: no answer came, it was a refusal, or here it is. (A DELETE that finds nothing when it is repeated has done
# its work the first time.)

# %%
show(rest_session.RestSession.send)

# %%
show(ticket_client.TicketClient.book)

# %% [markdown]
# It is a command, too. In a terminal you write `python -m servers.ticket_client shows`. Here the same:

# %%
for words in ["shows", "book 2 7 Dee", "seats 2"]:
    try:
        ticket_client.main(["--url", office.url, *words.split()])
    except SystemExit as end:
        print(end)

# %% [markdown]
# Run it again: the second command tells its problem, and Python's long list of calls does not appear.
#
# ## Recap
#
# - `params=` for the query, `json=` for JSON; then look at the status, or call `raise_for_status()`.
# - A `timeout` in every call, a Session for more than one.
# - GET, PUT and DELETE may be repeated. After a POST without an answer, look first.
#
# **Check yourself**
#
# <details><summary>Your client gets 415. What did you probably write?</summary>
#
# `data=` where `json=` belongs. A dictionary is sent as a form then, and a text without any `Content-Type`.
#
# </details>
# <details><summary>A POST ended in a ConnectionError. Was it done?</summary>
#
# You do not know, unless there was no connection at all. Ask the service what it has, then decide.
#
# </details>
# <details><summary>Does timeout=5 mean that the call ends after five seconds?</summary>
#
# No. It ends after five seconds of silence. A server that sends a byte now and then can hold you longer.
#
# </details>
# <details><summary>Why is a Session faster, and when is it not?</summary>
#
# It saves the way there and back that a new connection costs. With one request only there is nothing to save.
#
# </details>
#
# **Now you:** [exercise 23](../exercises/23-rest-client.ipynb). **Next lesson:** [Links and
# representations](24-links-and-formats.ipynb).

# %%
stop_all()
