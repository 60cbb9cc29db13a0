# %% [markdown]
# # Calling it with requests
#
# 42 minutes. You need [lesson 22](22-rest-server.ipynb).
#
# By the end you can
#
# - call a REST service with every verb, and send JSON where JSON is wanted,
# - tell an error status from no answer at all, and limit every wait,
# - keep a connection open, and repeat only what may be repeated.

# %% [markdown] minutes=2
# ## A finished client
#
# Now you write clients. First run a finished one, a small module of this course. It knows one address. It books a seat, and cancels
# it again.

# %% [markdown] tags=["notes"]
# **Ask:** What can go wrong between a click and the answer? Collect on the board, and sort it into two columns: the server sent an error;
# no answer came. The second column is the harder one.

# %%
import requests

from servers import ticket_client
from wirelab import launch, show, stop_all, wire

office = launch("servers.ticket_service")

with wire(office) as tap, ticket_client.TicketClient(tap.url) as client:
    booking = client.book(1, 12, "Ada")
    client.cancel(booking["id"])

for exchange in tap.http:
    print(exchange.request.method, exchange.request.target, "→", exchange.response.status)

# %% [markdown] minutes=1
# `book` and `cancel` each sent several requests. 304 means *Not Modified*: the client can use the copy that it has. The next sections
# show the parts of such a client. In a project of your own, install one package with `pip install requests`. Here it is installed.
#
# ## GET, and what follows the question mark
#
# `params` takes a dictionary, and writes the query. Characters with a meaning in an address are encoded, as in lesson 11. A space
# becomes a plus. The service has no `/find`: look only at the request line.

# %%
with wire(office) as tap:
    requests.get(tap.url + "/bookings", params={"limit": 5, "after": 2}, timeout=3)
    requests.get(tap.url + "/find", params={"title": "Romeo & Juliet"}, timeout=3)

for exchange in tap.http:
    print(exchange.request.first_line)

# %% [markdown] minutes=4
# ## POST: json or data
#
# **Predict, then run.** Both requests send the same dictionary, to the same address. What will differ on the wire?

# %% [markdown] tags=["notes"]
# **What goes wrong:** People write `data=` with a dictionary and get 415. Let them see the two bodies side by side.

# %% tags=["predict"]
wanted = {"show": 1, "seat": 14, "name": "Ada"}
with wire(office) as tap:
    requests.post(tap.url + "/bookings", json=wanted, timeout=3)
    requests.post(tap.url + "/bookings", data=wanted, timeout=3)

tap

# %% [markdown] minutes=2
# <details><summary>Answer</summary>
#
# The body and `Content-Type`. `json=` writes JSON. `data=` writes a form, as a page in a browser would. This service reads no forms, so
# it answers 415, *Unsupported Media Type*. The body of the answer says which format it reads.
#
# </details>
#
# (If you run the cell again, the first request gets 409, because Ada has booked seat 14.)
#
# ## PUT and DELETE: the address from Location
#
# The answer to a POST has the address of the new booking in `Location`, mostly as a path. `urljoin` makes a whole address of it. This
# service wants a header `If-Match` with each change. The star stands for *whatever is there now*. Lesson 26 explains this header.

# %%
from urllib.parse import urljoin

form = {"show": 1, "seat": 15, "name": "Ben"}
reply = requests.post(office.url + "/bookings", json=form, timeout=3)
where = urljoin(reply.url, reply.headers["Location"])
match = {"If-Match": "*"}

reply = requests.put(where, json={**form, "seat": 16}, headers=match, timeout=3)
print(reply.status_code, "seat", reply.json()["seat"])

reply = requests.delete(where, headers=match, timeout=3)
print(reply.status_code, repr(reply.text))

# %% [markdown] minutes=7
# A 204 has no body, so here `reply.json()` would raise an exception. Look at the status before you read the body.
#
# ## The server says no
#
# **Predict, then run.** There is no show 99. Does `requests.get` raise an exception?

# %% [markdown] tags=["notes"]
# **Ask:** Have you written `requests.get(...).json()` without looking at the status? What does such a program do when the answer
# is an error page in HTML?
#
# **What goes wrong:** `raise_for_status` is called before the body is read, and the reason is lost. The body has it; catch the
# exception and read `reply.json()`.

# %% tags=["predict"]
reply = requests.get(office.url + "/shows/99", timeout=3)
reply.status_code, reply.ok

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. For requests, a 404 is an answer like any other. A program that does not look at the status uses the error as if it were a show.
#
# </details>
#
# `raise_for_status` raises an exception for every 4xx and 5xx. After a success it does nothing, so you can call it after each request.

# %%
try:
    reply.raise_for_status()
except requests.HTTPError as error:
    print(error)

# %% [markdown]
# The exception names the status and the address, but not the reason. The reason is in the body. This service sends it as **problem
# details** (RFC 9457): a JSON object that has the same few fields in each error.

# %%
print(reply.headers["Content-Type"])
reply.json()

# %% [markdown]
# The course's client makes an exception of its own from these fields: `Problem`. Seat 14 is taken. Find the line of `refused` that reads
# the body, and the line that is used when the body is not JSON. You may skip the names of the exceptions, and `advice`, which adds what to do.

# %%
from servers.tickets import rest_session

with ticket_client.TicketClient(office.url) as client:
    try:
        client.book(1, 14, "Cy")
    except rest_session.Problem as problem:
        print(problem)

show(rest_session.refused)

# %% [markdown] minutes=6
# ## Break it: a server that says nothing
#
# This server reads your request, and sends nothing. With `timeout=0.5`, requests waits at most half a second for the connection, and at
# most half a second for data.

# %% [markdown] tags=["notes"]
# **Ask:** How long should a time-out be? Longer than the slowest good answer that you have measured, and shorter than your users are
# willing to wait.
#
# **What goes wrong:** People think that `timeout` limits the whole call. It limits each silence, as the server `Drip` shows.
#
# **Short of time:** Leave out the server `Drip`, and say its first two sentences.

# %% breaks="the server takes a request and says nothing"
import time
from http.server import BaseHTTPRequestHandler
from threading import Thread


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
# **Predict, then run.** How long does requests wait if you give no `timeout`? The call runs in a thread, so that this notebook can go on.

# %% tags=["predict"] breaks="a call without a time-out waits for ever"
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
# It has no limit. The cell shows that the call still waits after three seconds; requests sets no end to that. The program hangs, and
# there is no message. Here the call ended because the server was stopped.
#
# </details>
#
# So give a **`timeout` in every call**. It limits each silence, not the whole call. This server sends eight bytes, one every 0.3 seconds. So
# the call takes longer than `timeout=1`, and raises no exception:

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

# %% [markdown] minutes=4
# Which exception should you catch? `RequestException`: all exceptions of requests are kinds of it. The picture shows the most common ones.
# You need not learn them.
#
# ```mermaid
# flowchart BT
#     H[HTTPError: status 4xx or 5xx] --> R[RequestException]
#     J[JSONDecodeError: the body is not JSON] --> R
#     T[Timeout: no data in time] --> R
#     C[ConnectionError: no server, a broken connection,<br>or a silence in the body] --> R
#     K[ChunkedEncodingError: the body is too short] --> R
# ```
#
# ## A connection is kept
#
# `requests.get` opens a connection, sends one request, and closes it. A **Session** keeps the connection open for the next request, which
# is called keep-alive. It also keeps headers that you want to send each time. The function counts the connections: a set, `{…}`,
# contains each number once.

# %%
def connections(tap):
    return len({message.connection for message in tap})


with wire(office) as alone:
    for number in [1, 2, 3]:
        requests.get(f"{alone.url}/shows/{number}", timeout=3)

with wire(office) as together, requests.Session() as session:
    for number in [1, 2, 3]:
        session.get(f"{together.url}/shows/{number}", timeout=3)

connections(alone), connections(together)

# %% [markdown]
# Three connections, and one. On your own computer a new connection costs little time. So this server behaves as if it were far away: each
# request takes 30 ms more, and each new connection takes 30 ms more.

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
# In the picture, each mark is one request. On the left the marks jump, because a computer does other things as well: there is no pattern. On
# the right, compare the first mark of the session with its other marks.

# %%
import matplotlib.pyplot as plt

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

# %% [markdown] minutes=5
# The first request of the session needs a new connection, the others do not. With the server that is far away, they take half the time.
# With HTTPS a new connection takes even longer, because both sides agree on keys first.
#
# ## Again, or not?
#
# An answer can be lost. In lesson 21 the answer to a PUT was lost. Sending the PUT again was harmless, because nobody else had changed the
# seat. Here the theatre sells vouchers by POST. It sells the first voucher, and the answer is lost.

# %% [markdown] tags=["notes"]
# **Do:** Play it: one person sells vouchers, one buys, and you take the first answer away before it arrives. The buyer asks
# again. Count the vouchers.
#
# **What goes wrong:** People want to repeat the request after every exception. Ask what the program knows at that moment.

# %%
SOLD = []


class Tunnel(BaseHTTPRequestHandler):
    def do_POST(self):
        SOLD.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if len(SOLD) > 1:  # the first gets no answer
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()


tunnel = launch(Tunnel)

# %% [markdown]
# This client sends the POST again until an answer comes, up to three times. **Predict, then run.** How many vouchers has Ada bought?

# %% tags=["predict"] breaks="a POST is repeated after its answer was lost"
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

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# Two, and she will pay for both. The client saw an error, then a success. It could not see that the first request had arrived, and that
# only the answer was lost.
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
# Do not write such loops. requests can repeat a request by itself. Three lines set it up:
#
# - `Retry` says when: after a lost answer or a 503, at most two more times, and only for these three idempotent verbs. `backoff_factor` makes
#   it wait longer after each further attempt that fails.
# - `HTTPAdapter` is the part of a session that sends the requests. It gets the `Retry`.
# - `mount` makes the session use this adapter for all addresses that begin with `http://`. Where a service has `https://`, mount it for that too.

# %% [markdown] tags=["notes"]
# **Ask:** The POST got 503 and was not repeated. Why not? (A server that answers 503 has usually done nothing. `Retry` cannot be sure
# of that, so it leaves the decision to you.)

# %%
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET", "PUT", "DELETE"], backoff_factor=0.5)
careful = requests.Session()
careful.mount("http://", HTTPAdapter(max_retries=retry))

SOLD.clear()
try:
    careful.post(tunnel.url, data="a voucher for Ada", timeout=3)
except requests.ConnectionError:
    print("sold:", len(SOLD))

# %% [markdown]
# One voucher was sold, and the client gets an error. What should it do now? Look first: send a GET, and see whether the voucher was sold.
# Another way is a PUT to an address that the client chooses, as a PUT may be repeated. Lesson 27 has a third way, a key for the POST.
#
# A busy server answers 503, *Service Unavailable*. In `Retry-After` it says how long to wait: a number of seconds, or a date. This server is
# busy every other time. The cell prints in which second each message came. Which of the two requests, GET or POST, was sent again?

# %%
from itertools import count


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
for message in tap:
    print(int(message.at), "s", message.first_line)

# %% [markdown] minutes=5
# After the 503, the session waited one second and sent the GET again. It did not send the POST again: you have to decide that yourself.
#
# Each attempt has its own `timeout`, and before the next one `Retry` waits as long as `Retry-After` says. So with three attempts and
# `timeout=3`, a GET may take much longer than nine seconds. If all three end in silence, requests raises a `ConnectionError`. If all three
# get 503, it raises a `RetryError`.
#
# ## The client as a module
#
# Every request needs a time-out, and many may be repeated, so this is in one module, `rest_session`. In the cell below, one line sets three
# things: how often, which verbs, and after which statuses a request is repeated. Find it, and skip the rest. (`REPEATABLE` is GET and DELETE:
# this client sends no PUT. Its `timeout` is a pair: the limit for the connection, and the limit for each wait for data.)

# %%
show(rest_session.RestSession.__init__)

# %% [markdown]
# The second module, `ticket_client`, adds methods for the box office, such as `book`. This method contains no address: it takes the address
# from a link that the service sends. Lesson 24 is about links. Find the line that reads the link, and the line that sends the POST.

# %%
show(ticket_client.TicketClient.book)

# %% [markdown]
# The module is a command, too. In a terminal, type `python -m servers.ticket_client shows`. This cell does the same, with three commands:

# %%
for words in ["shows", "book 2 7 Dee", "seats 2"]:
    try:
        ticket_client.main(["--url", office.url, *words.split()])
    except SystemExit as end:
        print(end)

# %% [markdown] minutes=2
# The 4 is the number of Dee's booking. Run the cell again: the second command prints the reason for the refusal, without a traceback.
#
# ## Recap
#
# - Use `params=` for the query and `json=` for JSON. Then look at the status, or call `raise_for_status()`.
# - Give a `timeout` in every call. Use a Session for more than one call.
# - GET, PUT and DELETE may be repeated. (With `If-Match`, the second PUT may get 412 because the first was done: lesson 26.) After a POST
#   without an answer, look first.
#
# **Check yourself**
#
# <details><summary>Your client gets 415. What did you probably write?</summary>
#
# `data=` instead of `json=`. Then requests sends a dictionary as a form, and a string without any `Content-Type`.
#
# </details>
# <details><summary>A POST ended in a ConnectionError. Was it done?</summary>
#
# You do not know, unless there was no connection at all. Send a GET to see what the service has, then decide. If the connection could not even
# be opened, nothing was sent. Then `Retry` repeats a POST, too.
#
# </details>
# <details><summary>Does every silence raise a Timeout?</summary>
#
# No. A silence in the middle of the body raises a `ConnectionError`. Catch `RequestException`, which is both.
#
# </details>
# <details><summary>Does timeout=5 mean that the call ends after five seconds?</summary>
#
# No. It ends after five seconds of silence. If a server sends a byte every few seconds, the call takes longer. requests has no limit for the
# whole call: a program that needs one reads the body in pieces, with `stream=True`, and looks at the clock.
#
# </details>
# <details><summary>Why is a Session faster, and when is it not?</summary>
#
# It opens the connection once, and a new connection costs time. With only one request there is nothing to save.
#
# </details>
#
# **Now you:** [exercise 23](../exercises/23-rest-client.ipynb). **Next lesson:** [Links: know one
# address, find the others](24-links.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
