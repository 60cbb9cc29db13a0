# %% [markdown]
# # Push to many
#
# 30 minutes. You need [lesson 33](33-websocket-server.ipynb).
#
# By the end you can
#
# - tell many clients at once what has changed,
# - keep one slow, silent or rude client from spoiling it for the others,
# - let a client come back and hear what it missed.

# %% [markdown]
# ## The whole game
#
# The seat feed of the box office: who looks at the seats of a show is told of each change, as it happens.

# %%
import asyncio
import json
import socket
import time
from contextlib import suppress

import matplotlib.pyplot as plt
from websockets.asyncio.server import broadcast
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

# %%
from servers import client_limits, seat_feed
from servers.seat_journal import Seats
from wirelab import launch, show, stop_all, wire

seats = Seats(life="monday")
feed = seat_feed.stand_alone(seats)
office = launch(feed.onconnect, name="seat feed", **feed.options())
office

# %% [markdown]
# Three people look at show 1. Ada takes seat 5, and gives it back. `hear` waits for the next message, and reads its JSON. (The clients
# are of the kind without `await`, as in lesson 32.) Look at the wire, and at what Ben heard.

# %% tags=["nbval-ignore-output"]
def hear(client):
    return json.loads(client.recv(timeout=3))


with wire(office) as tap:
    room = tap.url + "/shows/1"
    with connect(room) as ada, connect(room) as ben, connect(room) as cleo:
        told = [[hear(client) for client in (ada, ben, cleo)]]
        for wish in ['{"take": 5}', '{"free": 5}']:
            ada.send(wish)
            told.append([hear(client) for client in (ada, ben, cleo)])

tap

# %%
print(*[ben for ada, ben, cleo in told], sep="\n")
all(ada == ben == cleo for ada, ben, cleo in told)

# %% [markdown] tags=["notes"]
# Play it: one person is the server, five are clients, and one of them falls asleep. The server goes from one to the next and may
# not go on before the note is taken; everybody waits. Then notes are dropped into a letter box; the sleeper's box runs over. Then a box has a
# size. That is the lesson. Typical trouble: a server that was tested with two clients who both behave.
# Short of time: leave out the set that changed and the limits. Nobody should leave without the two plots.

# %% [markdown]
# Three connections. One frame goes in, three come out: Ada is told as well. First all seats, then change after change. Each has a
# **number**; what it and the `life` are for, you will see.
#
# ## A set of clients
#
# `onconnect` runs once per client, and knows one connection. To tell all, the calls need something in common: a set, outside of the
# function. `broadcast` sends one message to every connection in it.

# %%
clients = set()


async def first_try(websocket):
    clients.add(websocket)
    async for message in websocket:
        broadcast(clients, message)


board = launch(first_try, port=8012, name="board")
with connect(board.url) as ada, connect(board.url) as ben:
    ada.send("seat 5 is taken")
    print("Ada hears:", ada.recv(timeout=3))
    print("Ben hears:", ben.recv(timeout=3))

# %% [markdown]
# ```mermaid
# sequenceDiagram
#     participant A as Ada
#     participant S as server
#     participant B as Ben
#     A->>S: connects
#     Note over S: clients: Ada
#     B->>S: connects
#     Note over S: clients: Ada, Ben
#     A->>S: seat 5 is taken
#     S->>A: seat 5 is taken
#     S->>B: seat 5 is taken
#     A->>S: leaves
#     Note over S: clients: ?
# ```
#
# **Predict, then run.** Both have left. How many are in the set?

# %%
len(clients)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two: nobody takes them out, and with each further visitor there is one more. `broadcast` skips those that are closed, so nothing fails.
# The server only gets slower and bigger, for weeks, until it dies one night.
#
# </details>
#
# ## Joining and leaving
#
# Who joins has to leave, however the conversation ends. That is what `finally` is for. And `discard`, unlike `remove`, does
# not mind if somebody is gone already.

# %%
clients = set()


async def onconnect(websocket):
    clients.add(websocket)
    try:
        async for message in websocket:
            broadcast(clients, message)
    finally:
        clients.discard(websocket)
        print("clients now:", len(clients))


board = launch(onconnect, port=8012, name="board")

# %% [markdown]
# Now Ben vanishes: his program dies, and there is no close frame. A line after the loop, without `finally`, would not run: `async for` raises
# `ConnectionClosedError` then.

# %%
with connect(board.url) as ada, connect(board.url) as ben:
    ben.socket.shutdown(socket.SHUT_RDWR)  # hang up without a word
    print(board.log.wait(4))

# %% [markdown]
# The last number is a close code that you know from lesson 32: **1006** never travels. It says *no close frame came*.
#
# The server noticed at once, because Ben's computer hung up for the dead program. But what if the computer itself is gone: a lid is
# closed, a train is in a tunnel? Then nothing comes at all, and silence looks like a client who just listens.
#
# So the server has to ask: a ping, and a pong within some time. Here is a client that shakes hands and falls asleep. (The library takes
# 20 seconds for each, and 10 for a goodbye. This server is hasty.)

# %%
HANDSHAKE = b"""GET / HTTP/1.1
Host: 127.0.0.1
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

""".replace(b"\n", b"\r\n")

strict = launch(onconnect, port=8022, name="strict", ping_interval=0.2, ping_timeout=0.2, close_timeout=0.2)
with wire(strict) as tap, socket.create_connection(("127.0.0.1", tap.port)) as asleep:
    asleep.sendall(HANDSHAKE)
    print(strict.log.wait(3))

[(frame.kind, frame.code) for frame in tap.frames]

# %% [markdown]
# A ping, no pong, and 1011 to somebody who may never read it. With the library's settings, a client in a tunnel stays in your set for up to
# 50 seconds. A set of clients says who *was* there.
#
# ## Break it: the set that changed
#
# Why not a loop with `send`, instead of `broadcast`? Here is one. The `sleep` plays a connection that is slow for half a second. Ada sends
# a message, and while the loop is at work, Cleo joins.

# %%
async def by_hand(websocket):
    clients.add(websocket)
    try:
        async for message in websocket:
            for client in clients:
                await client.send(message)
                await asyncio.sleep(0.5)
    finally:
        clients.discard(websocket)


fragile = launch(by_hand, port=8032, name="fragile")

# %%
with connect(fragile.url) as ada, connect(fragile.url), suppress(ConnectionClosed):
    ada.send("seat 5 is taken")
    ada.recv(timeout=3)
    with connect(fragile.url):
        ada.recv(timeout=3)

print("Ada's connection:", ada.close_code)
fragile

# %% [markdown]
# `await` lets others go on, and they change the set under the loop. It is Ada's call that fails, with 1011, and she has done nothing
# wrong. With two clients on your own computer, it hardly ever happens.
#
# Mended: go through a copy, `for client in set(clients)`. Or `broadcast`, which awaits nothing, so that nothing can come in between. But
# the loop has a second fault.
#
# ## Break it: one sleeper
#
# Two ways to tell all. To see a difference, the news is a picture of the hall, 100 kB, two hundred times. `waiting` notes how many bytes
# wait in the server's memory for the client that is furthest behind.

# %%
async def by_turns(clients, message):
    for client in set(clients):
        await client.send(message)


async def at_once(clients, message):
    broadcast(clients, message)


PICTURE, COUNT = bytes(100_000), 200


async def tell_pictures(tell, clients, waiting):
    for _ in range(COUNT):
        await tell(clients, PICTURE)
        waiting.append(max(client.transport.get_write_buffer_size() for client in clients))
        await asyncio.sleep(0.002)

# %%
def crier(tell, waiting):
    clients = set()

    async def onconnect(websocket):
        clients.add(websocket)
        try:
            async for _ in websocket:
                await tell_pictures(tell, clients, waiting)
        finally:
            clients.discard(websocket)

    return onconnect

# %% [markdown]
# `crier` makes a server for each way. It has two clients. One is connected and never reads (its library keeps `max_queue=1` message, and
# takes no more). The other one is Ben: he says *go*, reads, and gives up when nothing comes for two seconds.

# %%
def beside_a_sleeper(tell, **options):
    heard, waiting = [], []
    with launch(crier(tell, waiting), port=8042, name="hall", **options) as hall:
        room = hall.url + "/shows/1"
        with connect(room, max_queue=1, close_timeout=0.1), connect(room) as ben:
            ben.send("go")
            start = time.perf_counter()
            with suppress(TimeoutError):
                while len(heard) < COUNT:
                    ben.recv(timeout=2)
                    heard.append(time.perf_counter() - start)
    return heard, waiting

# %% [markdown]
# **Predict, then run.** How many of the 200 pictures does Ben get: by turns, and at once?

# %%
told_by_turns = beside_a_sleeper(by_turns, compression=None)
told_at_once = beside_a_sleeper(at_once, compression=None)

for name, (heard, waiting) in {"by turns": told_by_turns, "at once": told_at_once}.items():
    print(f"{name} | Ben got all: {len(heard) == COUNT} | more than 1 MB waited: {max(waiting) > 1_000_000}")

# %%
plt.rcParams["font.size"] = 14
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.6), layout="constrained")
for (heard, waiting), name, line in [(told_by_turns, "by turns", "-"), (told_at_once, "at once", "--")]:
    left.plot(heard, range(1, len(heard) + 1), line, label=name, linewidth=3)
    right.plot([size / 1e6 for size in waiting], line, label=name, linewidth=3)
left.plot(told_by_turns[0][-1:], [len(told_by_turns[0])], "kX", markersize=12)
left.set(title="Pictures that Ben got", xlabel="seconds")
right.set(title="MB that wait for the sleeper", xlabel="pictures told")
left.legend()
plt.show()

# %% [markdown]
# <details><summary>Answer</summary>
#
# By turns, not all: `send` waits until the sleeper takes something, and meanwhile Ben gets nothing. Where it stops depends on how much the
# system keeps for a connection, usually some megabytes. At once, all of them. But look at what waited.
#
# </details>
#
# The picture in words: told by turns, Ben's line ends at the cross; one client that does not read has stopped the server for everybody, and
# nothing has failed. Told at once, Ben gets all, and the server keeps every picture for the sleeper. Its memory grows, without end.
# The library's pings are no help here: a ping has to wait behind the pictures.
#
# That a sender has to wait because a receiver is slow is called **back-pressure**. With one client it is what you want: nothing piles up. With
# many, one slow client must not press on the others. So `broadcast` does without, and somebody has to set a **bound**.
#
# ## The bound
#
# asyncio tells a connection when more waits for its client than a limit allows. The feed's connections take that as a reason to part:

# %%
show(client_limits.BoundedConnection.pause_writing)

# %% [markdown]
# Code **1013** says *try again later*. (It is registered, but not in the RFC's own list.) A sleeper does not read it either, so
# after a second the connection is broken off. `feed.options()` has all that the feed tells the library, this one among it:

# %%
told_bounded = beside_a_sleeper(at_once, **feed.options())
heard, waiting = told_bounded
print(f"with a bound | Ben got all: {len(heard) == COUNT} | more than 1 MB waited: {max(waiting) > 1_000_000}")

figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
for (_, waiting), name, line in [(told_at_once, "at once", "--"), (told_bounded, "at once, with a bound", "-")]:
    axes.plot([size / 1e6 for size in waiting], line, label=name, linewidth=3)
axes.set(title="MB that wait for the sleeper", xlabel="pictures told")
axes.legend()
plt.show()

# %% [markdown]
# With the bound, one picture waits, and no more. It is hard on a client, but honest: *you have missed something*, instead of news from an hour ago.
# And a client that can come back has lost nothing.
#
# ## Coming back
#
# Ben looks, and loses the connection. What he knows is a number, and a **life**: the name of this series of numbers. While he is away,
# somebody takes seat 10 and gives it back. Then he comes again, and says what he knows.

# %%
with connect(office.url + "/shows/1") as ben:
    known = hear(ben)

query = f"?since={known['number']}&life={known['life']}"
seats.take(1, 10)
seats.free(1, 10)
print(query)

with connect(office.url + "/shows/1" + query) as ben:
    print(hear(ben))
    print(hear(ben))

# %% [markdown]
# Just what he missed. The feed remembers the last 500 changes; who missed more is told all seats anew. It need not remember what Ben
# knows: he says it himself. Lesson 31 ended with the same words: *say what you have*.
#
# **Predict, then run.** The feed starts again, its numbers begin at 1, and many seats are taken. Ben still says `since=2`, from Monday's
# life. What is he told?

# %%
seats = Seats(life="tuesday")
feed = seat_feed.stand_alone(seats)
office = launch(feed.onconnect, name="seat feed", **feed.options())
for seat in range(31, 39):
    seats.take(1, seat)

with connect(office.url + "/shows/1" + query) as ben:
    print(hear(ben))

# %% [markdown]
# <details><summary>Answer</summary>
#
# All seats. His number belongs to another life. By the number alone he would be told changes 3 to 8, and never hear of seats 31 and 32: a
# page that is wrong, and does not know it.
#
# </details>
#
# A client that finds the server away waits a moment, and tries again. How long, is drawn by chance: after a restart all of them come, and
# should not come in the same instant. `python -m servers.seat_watcher` in a terminal is such a client. Start `python -m servers.seat_feed`
# in another, stop it, and start it again.
#
# ## A stranger's page
#
# Any page that you open can have your browser connect to any WebSocket server: to this one, on your own computer, too. (Some browsers ask
# you first.) With `fetch`, JavaScript's HTTP request, a page reads of another site only what that site permits. With a WebSocket, the
# browser does not ask the site. It only writes into the handshake where the page comes from, as `Origin`, and a page cannot change
# that. **The server has to look.** (Forgetting it has a number: CWE-1385.)

# %%
for origin in [None, "http://127.0.0.1:8001", "https://stranger.example"]:
    try:
        with connect(office.url + "/shows/1", origin=origin) as client:
            print(origin, "→", hear(client)["type"])
    except InvalidStatus as refused:
        print(origin, "→", refused.response.status_code)

# %% [markdown]
# The stranger gets 403, before there is a WebSocket at all. But look at the second line: it is your program that says so, and it is
# no page. A program writes whatever it likes. So `Origin` protects people from pages, and nothing from programs; for those you need
# a password or a token.
#
# ## Rude clients
#
# What a client sends may be anything. It gets an answer, and the conversation goes on:

# %%
with connect(office.url + "/shows/1") as client:
    hear(client)
    for message in ["hello", '{"take": 500}', '{"free": 20}', '{"take": 20}', '{"free": 20}']:
        client.send(message)
        print(message, "→", hear(client))

# %% [markdown]
# The first three are errors, told to this client alone, and the last two are done. Without that, the first line would be an exception in your
# handler, and 1011 for the client.
#
# Two kinds of client cost too much to be answered each time: those that send huge messages, and those that send without end.

# %%
for messages in [["x" * 2000], ["hello"] * 100]:
    with connect(office.url + "/shows/1") as client, suppress(ConnectionClosed):
        for message in messages:
            client.send(message)
        while True:
            client.recv(timeout=3)
    print(client.close_code, client.close_reason)

# %% [markdown]
# **1009**, too big, is the library's work: the feed says `max_size=1024`, and the library looks at a frame's length before it reads on.
# **1008**, against my rules, is the feed's own: `listen` in [servers/seat_feed.py](../servers/seat_feed.py) notes when the last
# twenty messages of a client came. Its `tell` is the broadcast of this lesson, change by change.
#
# ## Recap
#
# - Clients are a set: `add`, and `discard` in `finally`, because many leave without a word.
# - Never let one client be awaited for all. `broadcast`, and a bound for those who fall behind.
# - Number the changes, let a client say what it has, and look at `Origin`, size and rate.
#
# **Check yourself**
#
# <details><summary>A client's cable is pulled. Which close code does the server note, and when?</summary>
#
# 1006, no close frame came. With the library's settings after up to 50 seconds: 20 until the next ping, 20 without a pong, 10 without
# a goodbye.
#
# </details>
# <details><summary>Why does broadcast need no await?</summary>
#
# It waits for nobody. It puts the message into the buffer of each connection and returns. The system sends it on when the client reads.
#
# </details>
# <details><summary>Would asyncio.gather, with a send for each client, be enough?</summary>
#
# Hardly. Nobody waits for the one before, but gather ends when the last is done, so the next message waits for the slowest. One
# task for each client, with a queue that has a bound, would do.
#
# </details>
# <details><summary>The page of a customer shows no changes, and the server's log says 403. What do you look at?</summary>
#
# The Origin in its handshake. The page is served from another address than the server expects: another port, https, or a proxy.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 34](../exercises/34-server-push.ipynb). **Next lesson:** [The browser as
# client](35-browser-client.ipynb).

# %%
stop_all()
