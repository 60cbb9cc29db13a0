# %% [markdown]
# # A live page that stays live
#
# 44 minutes. You need lessons [34](34-server-push.ipynb) and [35](35-browser-client.ipynb).
#
# By the end you can
#
# - notice a connection that is open and dead,
# - connect again without flooding a server,
# - say who a client is, and which answer belongs to which question.

# %% [markdown] minutes=4
# ## See it work
#
# This is the page of live seats again. Its feed has a fault: when somebody takes seat 13, it freezes for eight seconds. (You need not
# understand the cell that starts the two servers.)

# %% [markdown] tags=["notes"]
# **Do:** Press seat 13 on the projector, say nothing, and count the seconds aloud with the room.
#
# **Ask:** How could the page know? (It asks every two seconds, and gets no answer.)

# %%
import asyncio
import itertools
import json
import time
from contextlib import suppress

import websockets
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from servers import seat_feed, web_server
from servers.seats import journal
from wirelab import launch, stop_all, wire

# %%
def slow_subscriber(change):
    if change.seat == 13:
        time.sleep(8)  # blocks the event loop: lesson 33


seats = journal.Seats()
seats.watchers.append(slow_subscriber)
feed_of_seats = seat_feed.stand_alone(seats)
feed = launch(feed_of_seats.onconnect, name="feed", **feed_of_seats.options())
site = launch("servers.web_server")
site.page("/seats.html", show=1, feed=feed.port, height=520)

# %% [markdown]
# The page says *live*. Press *open it*, and put the new window beside this one. Then run the next cell, in which a client takes seat 13 and leaves.
# Watch the word *live*, and press seat 20 while the feed is frozen.

# %% breaks="a subscriber blocks the feed's event loop for eight seconds"
with connect(feed.url + "/shows/1", close_timeout=0.1) as client:
    client.send('{"take": 13}')

# %% [markdown] minutes=8
# The page says that nobody answered about your seat. Within five seconds it says *not live*, and that the seats may have
# changed. When the feed goes on, the page is live again.
#
# First you build this part of the page. The other sections show what else a real feed needs.
#
# ## Break it: open, and dead
#
# Here is a small feed with the same fault:

# %% [markdown] tags=["notes"]
# **Ask:** Which frame says *I am frozen*? (None. A computer that is off, or a network that is gone, sends nothing either.)
#
# **What goes wrong:** Somebody says that TCP notices. It does so only after it has sent something that is not acknowledged, and after minutes. A
# client that only listens sends nothing. And here the operating system still acknowledges.

# %%
async def answer(websocket):
    async for message in websocket:
        if message == "freeze":
            time.sleep(4)
        await websocket.send(f"answer to {message}")


fragile = launch(answer, port=8012, name="fragile")

# %% [markdown]
# Two clients connect, one after the other. The first one sends no ping frames (`ping_interval=None`), because a script in a page cannot send
# them either. The second one sends a ping frame every 0.2 seconds, and waits 0.3 seconds for the pong.
#
# **Predict, then run.** The server is frozen. Which state does each client's connection have: open or closed?

# %% tags=["predict"] breaks="a frozen server looks like one that has nothing to say"
import logging

logging.getLogger("websockets.client").setLevel(logging.CRITICAL)  # the library would print a traceback
for interval in [None, 0.2]:
    with connect(fragile.url, ping_interval=interval, ping_timeout=0.3, close_timeout=0.1) as client:
        client.send("freeze")
        with suppress(TimeoutError, ConnectionClosed):
            print(client.recv(timeout=3))
        print(interval, client.state.name)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first one is open. No frame came, so nothing has changed for this client. A frozen feed looks like a feed that has no news. The same is true
# if a network cable is pulled out, or if a proxy between the two forgets the connection. The second one is closed: no pong came, so the library
# gave the connection up.
#
# </details>
#
# A browser answers pings, but a script in a page can neither send nor see them. So the page needs a **heartbeat** of its own: a message that it
# sends again and again, and a deadline for the answer. These are its functions:
#
# | function | what it does |
# |---|---|
# | `ping` | sends a ping, and starts the deadline, but only if none is running |
# | `dead` | runs when the deadline ends |
# | `onopen` | calls `ping` each second |
# | `onmessage` | stops the deadline: any message shows that the feed lives |
#
# (`deadline ||= …` sets `deadline` only if it is 0.) The cell after the page publishes it, and puts the feed's address in the place of `ADDRESS`. You need not understand that cell.

# %%
# %%writefile my_heartbeat.html
<!doctype html><title>Heartbeat</title> <h1>connecting</h1> <button>Freeze</button> <p></p> <script>
const at = (name) => document.querySelector(name);
const socket = new WebSocket(ADDRESS);
let deadline = 0;
function dead() {
  at("h1").textContent = "not live";
}
function ping() {
  socket.send("ping");
  deadline ||= setTimeout(dead, 2000);
}
socket.onopen = () => setInterval(ping, 1000);
socket.onmessage = (event) => {
  clearTimeout(deadline);
  deadline = 0;
  at("h1").textContent = "live";
  at("p").textContent = event.data;
};
at("button").onclick = () => socket.send("freeze");
</script>

# %%
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

folder = TemporaryDirectory()
pages = launch(partial(web_server.create_server, root=Path(folder.name)), name="pages", port=8011)


def publish(name, page, server):
    address = f'location.pathname.includes("/proxy/") ? "../{server.port}/" : "{server.url}"'
    Path(folder.name, name).write_text(page.replace("ADDRESS", address), encoding="utf-8")
    return pages.page(name, height=200)


publish("heartbeat.html", Path("my_heartbeat.html").read_text(encoding="utf-8"), fragile)

# %% [markdown] minutes=2
# Press *Freeze*. After at most three seconds the page says *not live*: one second until it asks again, and two until the deadline. When
# the server goes on, the page says *live*.
#
# The deadline begins when the page sends a ping. It must not begin with the last message. In a hidden page, a browser may run a timer only
# once a minute. Then the page asks only once a minute, and so it gets an answer only once a minute. A deadline of two seconds after the last message would
# end, although the feed works.
#
# ## On the wire
#
# The page of live seats does the same in JSON. A ping has a number, and the feed sends it back.

# %% [markdown] tags=["notes"]
# **Ask:** Five thousand pages ask every two seconds. How many messages are that? (2,500 a second in each direction. Socket.IO asks every 25
# seconds, and waits up to 20 for the answer.)

# %%
with wire(feed) as tap, connect(tap.url + "/shows/1", compression=None) as client:
    client.recv(timeout=10)
    client.send('{"ping": 7}')
    client.recv(timeout=3)

[frame.payload for frame in tap.frames if b"ping" in frame.payload]

# %% [markdown] minutes=6
# Both frames are ordinary text frames. A client that measures how long an answer takes gives each ping another number. The page of live seats always
# sends 1, because any message shows that the feed lives.
#
# A heartbeat has a price. With a short interval, the page notices soon, and sends many messages. With a long one, it sends few, and shows old seats for
# longer.
#
# ## Break it: a door with nobody behind it
#
# A page that has noticed connects again. With **exponential backoff**, each wait is longer than the one before. At some point the waits have to become
# short again. Many pages do that when the connection is open.
#
# Behind Jupyter's proxy that is wrong. The proxy accepts the WebSocket first, and then connects to the feed. If there is no feed, it closes the
# connection. This server plays such a proxy:

# %% [markdown] tags=["notes"]
# **Ask:** A thousand pages, one dead feed, and a proxy that opens each connection. How many handshakes a second does the proxy get?
#
# **What goes wrong:** People read the list as if the cell had waited. It only calculates.

# %%
async def proxy_without_feed(websocket):
    return  # the connection was open for a moment


door = launch(proxy_without_feed, port=8022, name="door")

# %%
async def waits(url, reset_by):
    tries, seconds = 0, []  # `seconds`: how long a page would wait after each try
    while len(seconds) < 6:
        with suppress(ConnectionClosed):
            async with websockets.connect(url) as websocket:
                tries = 0 if reset_by == "open" else tries
                await websocket.recv()
                tries = 0
        seconds.append(min(1.5**tries, 5))
        tries += 1
    return seconds

# %% [markdown]
# The function connects six times, and calculates how many seconds it would wait after each time.
#
# **Predict, then run.** Which waits does it return, if an open connection is enough?

# %% tags=["predict"] breaks="each open connection makes the wait short again"
await waits(door.url, reset_by="open")

# %% [markdown]
# <details><summary>Answer</summary>
#
# One second, six times. Each connection is open for a moment, so `tries` becomes 0 each time. A thousand such pages would send a thousand handshakes
# a second, for as long as the feed is away. And each page would say *live* once a second.
#
# </details>
#
# The cure: only a **message** sets `tries` to 0. For this, each new client has to receive a message soon. The seat feed sends the seats, or what the
# client has missed. If it has missed nothing, it receives the answer to its first ping. (A real page also makes a part of each wait random: the
# **jitter** of lesson 27.)

# %%
await waits(door.url, reset_by="message")

# %% [markdown] minutes=4
# ## The library connects again
#
# In Python you need not write the loop. `async for` over `connect(…)` gives one connection after the other. The function `watch` receives some
# messages that way, and counts the connections. The server `one_each` sends one message, and closes the connection.

# %% [markdown] tags=["notes"]
# **Short of time:** Leave this section out, and the next one too: then a token stays a sentence.
#
# **What goes wrong:** The `continue` is forgotten, and the first lost connection ends the program with `ConnectionClosed`.

# %%
async def watch(url, enough):
    messages = connections = 0
    async for websocket in websockets.connect(url):
        connections += 1
        try:
            await websocket.recv()
            messages += 1
        except ConnectionClosed:
            continue
        if messages == enough:
            return connections

# %%
async def one_each(websocket):
    await websocket.send("a message")


await watch(launch(one_each, port=8032).url, enough=3)

# %% [markdown]
# Three messages came over three connections. If the server cannot be reached, or answers 500, 502, 503 or 504, the library waits and tries again. The
# first wait is random, up to five seconds. The waits grow to a minute and a half. For other statuses, such as 404, it raises an exception.
#
# But it waits only if the *attempt* to connect fails. `door` accepts each connection, and closes it. The next cell counts how often `watch` connects:

# %% breaks="the library connects again and again, without a wait"
with wire(door) as tap, suppress(TimeoutError):
    async with asyncio.timeout(1):
        await watch(tap.url, enough=1)

print("more than 10 handshakes in a second:", len(tap.http) > 10)

# %% [markdown] minutes=3
# The cure is a wait of your own in front of `continue`. `seconds` is 1 before the loop, and again after each message:
#
# ```python
# await asyncio.sleep(seconds)
# seconds = min(2 * seconds, 30)
# ```
#
# ## Who are you?
#
# The feed should know its clients. A program sends its **token** in a header (lesson 26). A script in a page cannot set headers of a WebSocket. It
# could put the token into the address, but servers write addresses into their logs. So the page sends the token in its first message. (If the
# user has logged in with a cookie, the browser sends the cookie with the handshake. Then the server must also check `Origin`: a stranger's page
# could connect too.)
#
# A client that sends nothing keeps a connection and some memory of the server for itself. So there is a deadline for the token, here one second.

# %% [markdown] tags=["notes"]
# **Ask:** Why does the server close with the same words for a wrong token and for a customer who has left? (A stranger must not find out which
# tokens exist.)
#
# **What goes wrong:** The handler sends the news first and looks at the token later.

# %%
TOKENS = {"1.My-Secret": "Ada"}


async def members_only(websocket):
    try:
        async with asyncio.timeout(1):
            name = TOKENS[await websocket.recv()]
    except (TimeoutError, KeyError):
        await websocket.close(1008, "send a valid token first")
        return
    await websocket.send(f"Welcome, {name}")
    await websocket.wait_closed()

# %%
club = launch(members_only, port=8042, name="club")
for first_message in ["1.My-Secret", "1.My-Guess", None]:
    with connect(club.url) as client:
        if first_message:
            client.send(first_message)
        try:
            print(client.recv(timeout=3))
        except ConnectionClosed as error:
            print(error.rcvd)

# %% [markdown] minutes=8
# Code **1008** means that the client broke a rule of the server (RFC 6455 §7.4.1). The third client sent nothing. The server closed its connection
# after one second.
#
# Everyone who sees the frames can read the token. So use it only on an encrypted connection, `wss:`.
#
# ## Which answer belongs to which question?
#
# On an HTTP/1.1 connection, the responses come in the order of the requests. With a WebSocket, your server chooses the order. This one answers each
# question in a task of its own, and the question about Hamlet takes longer. (`TaskGroup` starts tasks, and waits for all of them at the end of its block.)

# %% [markdown] tags=["notes"]
# **Do:** Ask two people a long and a short question at the same time. Take the answers on notes without names, and read them out.

# %%
PRICES = {"Hamlet": (0.3, 30), "The Tempest": (0, 20)}  # seconds until it is known, and the price


async def price_of(websocket, question):
    seconds, price = PRICES[question["show"]]
    await asyncio.sleep(seconds)
    await websocket.send(json.dumps({"id": question.get("id"), "price": price}))


async def till(websocket):
    async with asyncio.TaskGroup() as tasks:
        async for message in websocket:
            tasks.create_task(price_of(websocket, json.loads(message)))

# %% [markdown]
# **Predict, then run.** A client asks for the price of Hamlet, then for that of The Tempest. Which two lines does it print?

# %% tags=["predict"] breaks="the answers come in another order than the questions"
prices = launch(till, port=8052, name="prices")
with connect(prices.url) as client:
    for name in PRICES:
        client.send(json.dumps({"show": name}))
    for name in PRICES:
        print(name, json.loads(client.recv(timeout=3))["price"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# *Hamlet 20* and *The Tempest 30*: both are wrong. The answer about The Tempest came first, and nothing in it says so.
#
# </details>
#
# The cure: each question has an `id`, and the answer repeats it. The client keeps a **Future** for each question (lesson 33). `ask` sends a question
# and waits for its Future. `listen` receives the answers, and gives each one to its Future. (`:=` gives `future` its value inside of the
# condition.) `gather` waits for both answers. Then the connection closes, and so the loop in `listen` ends.

# %%
waiting, numbers = {}, itertools.count()


async def ask(websocket, show):
    number, future = next(numbers), asyncio.Future()
    waiting[number] = future
    await websocket.send(json.dumps({"id": number, "show": show}))
    return show, await future


async def listen(websocket):
    async for message in websocket:
        reply = json.loads(message)
        if future := waiting.pop(reply["id"], None):
            future.set_result(reply["price"])

# %%
async with websockets.connect(prices.url) as websocket:
    listening = asyncio.create_task(listen(websocket))
    answers = await asyncio.gather(*(ask(websocket, name) for name in PRICES))

await listening
answers

# %% [markdown] minutes=2
# Both are right, in whatever order the answers come. (JSON-RPC has such an `id`.) A question whose answer never comes needs a deadline
# too (`asyncio.timeout`). When it ends, take the Future out of `waiting`: `listen` ignores an answer for which it finds no Future.
#
# If one task of a `TaskGroup` fails, the group cancels its other tasks, and the client sees 1011. So a real server answers a bad question with
# an error, as in lesson 34.
#
# ## Agree on a language
#
# A feed changes over the years. At first a price was a number, and now it has a currency. But old pages stay open for days. So in the handshake a
# client lists the **subprotocols** that it speaks. The server chooses one of them. Here it takes the first one of its own list that the client
# speaks.

# %% [markdown] tags=["notes"]
# **Short of time:** Leave out the subprotocols and the binary messages.

# %%
async def in_versions(websocket):
    await websocket.send("EUR 30" if websocket.subprotocol == "prices.v2" else "30")


versions = launch(in_versions, port=8062, subprotocols=["prices.v2", "prices.v1"])
with wire(versions) as tap:
    for spoken in [["prices.v1"], ["prices.v1", "prices.v3", "prices.v2"]]:
        with connect(tap.url, subprotocols=spoken, compression=None) as client:
            print(client.subprotocol, "|", client.recv(timeout=3))

# %% [markdown] minutes=2
# The list and the choice travel in the header `Sec-WebSocket-Protocol`. In a page, the list is the second argument: `new WebSocket(address, ["prices.v2"])`.
#
# If the two have no subprotocol in common, there is no connection: this library answers the handshake with 400. A server may also accept it and
# choose none (RFC 6455 §4.2.2). Then a browser closes the connection, and the page sees 1006.
#
# ## Messages of bytes
#
# Most messages so far were text. A message may also be **binary**: its frame has opcode 2. `send` makes one if you give it bytes.
#
# For 120 seats, 120 bits are enough, and these are 15 bytes. A bit that is 1 means: this seat is taken. The number `2 ** 0` has only the first
# bit, for seat 1, and `2 ** 4` has only the fifth, for seat 5. So `bits` is a sum with one number for each taken seat. `to_bytes` makes 15 bytes of it,
# and with `"little"` the first byte has seats 1 to 8.

# %%
taken = [1, 5, 17]
bits = sum(2 ** (seat - 1) for seat in taken)
packed = bits.to_bytes(15, "little")

fragile = launch(answer, port=8012, name="fragile")  # again, in case it is still frozen
with wire(fragile) as tap, connect(tap.url, compression=None) as client:
    for message in [json.dumps({"type": "seats", "taken": taken}), packed]:
        client.send(message)
        client.recv(timeout=3)

[(frame.kind, len(frame.payload)) for frame in tap.frames.sent_by("client")[:2]]

# %% [markdown] minutes=2
# The binary message has 15 bytes, however many seats are taken. A page receives it as a `Blob`. After `socket.binaryType = "arraybuffer"` it receives
# an `ArrayBuffer`, and `new Uint8Array(event.data)[0]` is the first byte.
#
# Text is easier to read on the wire. Use bytes for pictures, for sound, and for many numbers.
#
# ## Two processes, one database
#
# A large theatre runs several server processes, and each of them has its own set of clients. A seat is booked at one process. How does a page at
# the other one learn of it?
#
# ```mermaid
# flowchart LR
#     Ada([Ada's program]) -->|POST a booking| one[office on 8001]
#     one --> base[(one database)]
#     two[office on 8021] -->|what is new? every second| base
#     two -->|change| Ben([Ben's page])
# ```
#
# Here are two box offices with one database. (Lesson 41 explains how they are built.) Ben watches at the second one. Ada books at the first.

# %% [markdown] tags=["notes"]
# **Ask:** Where is the polling now? (Between a few processes and a database, and no longer between thousands of pages and a server.)
#
# **What goes wrong:** People expect `broadcast` to reach the other process. A set of clients lives in one process.

# %%
import requests

site.stop()
database = ["--database", str(Path(folder.name, "bookings.db"))]
first = launch("servers.box_office", name="first", port=8001, args=database)
second = launch("servers.box_office", name="second", port=8021, args=database)

with connect(second.url.replace("http", "ws") + "/feed/shows/1") as ben:
    ben.recv(timeout=3)
    booking = {"show": 1, "seat": 17, "name": "Ada"}
    print(requests.post(first.url + "/api/bookings", json=booking, timeout=3).status_code)
    print(ben.recv(timeout=5))

# %% [markdown] minutes=3
# The change crossed from one process to the other through the database. With the numbers of lesson 34, each process asks every second
# for all changes after the last one that it knows (`poll_database` in [asgi_feed.py](../servers/seats/asgi_feed.py)).
#
# Other systems need less polling here. PostgreSQL has `LISTEN` and `NOTIFY`, and Redis has publish/subscribe between processes. A process that was away
# does not receive what it missed, and still has to ask.
#
# ## Recap
#
# - An open connection may be dead. A page sends a ping of its own, with a deadline for the answer.
# - Each wait before the next try is longer than the one before, until a message comes. A part of it is random.
# - A page sends its token in the first message, before a deadline. An `id` says which question an answer belongs to.
#
# **Check yourself**
#
# <details><summary>The server sends ping frames every 20 seconds. Why does the page need a heartbeat of its own?</summary>
#
# The pings tell the server whether the browser is there. The browser answers them, and the script in the page sees nothing of it. If the server dies,
# the pings stop, and no event in the page says so.
#
# </details>
# <details><summary>A page asks every 10 seconds, with a deadline of 5. How long may it show old seats as live?</summary>
#
# Up to 15 seconds: 10 until it asks, if the feed died just after the last answer, and 5 until the deadline.
#
# </details>
# <details><summary>Your page says live in onopen. Behind a proxy it changes between live and not live. Why?</summary>
#
# The proxy accepts the connection before it reaches the feed, and closes it again. Say *live* when a message comes.
#
# </details>
# <details><summary>Why not send the token in the address of the WebSocket?</summary>
#
# Servers and proxies write addresses into their logs. There the token can be read by people who should not have it.
#
# </details>
#
# **Now you:** [exercise 36](../exercises/36-live-for-real.ipynb), with a game for two at its end. **Next lesson:**
# [Everything together](41-box-office.ipynb). **Words:** [glossary](../docs/glossary.md).
#
# The last cell stops the servers, so after *Run All Cells* the pages above are no longer live.

# %%
stop_all()
