# %% [markdown]
# # Push to many
#
# 46 minutes. You need [lesson 33](33-websocket-server.ipynb).
#
# By the end you can
#
# - send a change to many clients at once,
# - keep one slow, silent or rude client from disturbing the others,
# - let a client come back and receive what it missed.

# %% [markdown] minutes=3
# ## See it work
#
# Three people look at the seats of show 1. Ada takes seat 5. Who receives a message?

# %% [markdown] tags=["notes"]
# **Ask:** One frame goes in. How many come out? (Three: Ada gets one as well.)
#
# **What goes wrong:** The live view and the cell that sends stand one under the other. Run the second one at once, while the
# first is in sight.

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

from wirelab import launch, stop_all, wire

# %%
office = launch("servers.seat_feed")
room = office.url + "/shows/1"
with wire(office) as tap, connect(room) as ada, connect(tap.url + "/shows/1") as ben, connect(room) as cleo:
    for client in (ada, ben, cleo):
        client.recv(timeout=3)  # the first message: which seats are taken
    ada.send('{"take": 5}')
    for client in (ada, ben, cleo):
        print(client.recv(timeout=3))

tap[3]

# %% [markdown] minutes=5
# Each of the three received the change, Ada too. The frame is from Ben's connection. He had sent nothing.
#
# The clients are **subscribers**: by connecting, they ask for the changes of a show. The server **publishes** each change. This pattern is
# called **publish/subscribe**.
#
# (The clients of this lesson come from `websockets.sync`, as in lesson 32. It is the same library without `await`. Each line waits until it
# is done, so you can read a cell from top to bottom. The servers use `async`.)
#
# ## A set of clients
#
# Each call of `onconnect` knows one connection, its own. To send a message to all of them, the calls need something in common: a set outside of
# the function. `broadcast` sends a message to every connection in a set.

# %% [markdown] tags=["notes"]
# **Do:** Play it: one person is the server, five are clients. The server keeps a list of names on the board. Two clients walk
# out of the room, and nobody tells the server.

# %% breaks="nobody takes clients out of the set"
clients = set()


async def first_try(websocket):
    clients.add(websocket)
    async for message in websocket:
        broadcast(clients, message)

# %%
board = launch(first_try, port=8012, name="board")
with connect(board.url) as ada, connect(board.url) as ben:
    ada.send("seat 5 is taken")
    print("Ada received:", ada.recv(timeout=3))
    print("Ben received:", ben.recv(timeout=3))

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
# **Predict, then run.** Both have left. How many connections are in the set?

# %% tags=["predict"]
len(clients)

# %% [markdown] minutes=6
# <details><summary>Answer</summary>
#
# Two. Nothing takes them out, and each further visitor adds one more. Nothing fails either, because `broadcast` skips closed connections.
# But the set grows, and the server gets slower, until its memory is full.
#
# </details>
#
# ## Joining and leaving
#
# A connection that was added to the set has to be removed at the end, however the conversation ends. That is what `finally` is for.
# (`discard` is like `remove`, but raises no error if the connection is already gone.)
#
# This time Ben vanishes: his program dies, and sends no close frame. Then `async for` raises `ConnectionClosedError`, and a line after the loop,
# without `finally`, would not run. (`log.wait(4)` waits until the server's log has four lines.)

# %% [markdown] tags=["notes"]
# **Ask:** A laptop is closed in a train. What does the server notice, and when? (Nothing, until a ping gets no pong.)
#
# **What goes wrong:** People write the `discard` after the loop and not in `finally`. It works until a client vanishes without
# a close frame.

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

# %%
board = launch(onconnect, port=8012, name="board")
with connect(board.url) as ada, connect(board.url) as ben:
    ben.socket.shutdown(socket.SHUT_RDWR)  # the connection ends, without a close frame
    print(board.log.wait(4))

# %% [markdown]
# The last number is close code **1006** from lesson 32. No frame ever carries it. It means that no close frame came.
#
# The server noticed at once, because Ben's computer ended the connection for the dead program. But a computer may vanish itself: its lid is
# closed, or its train is in a tunnel. Then the server receives nothing at all. It cannot tell such a client from one that only listens.
#
# So the server has to ask. It sends a ping, and expects a pong within some time: the keep-alive of lesson 33. Here is a client that does
# the handshake and then sleeps. (This server waits 0.2 seconds where the library waits 10 or 20.)

# %%
HANDSHAKE = b"""GET / HTTP/1.1
Host: 127.0.0.1
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

""".replace(b"\n", b"\r\n")

strict = launch(onconnect, port=8022, name="strict", ping_interval=0.2, ping_timeout=0.2, close_timeout=0.2)

# %%
with wire(strict) as tap, socket.create_connection(("127.0.0.1", tap.port)) as asleep:
    asleep.sendall(HANDSHAKE)
    print(strict.log.wait(3))

[(frame.kind, frame.code) for frame in tap.frames]

# %% [markdown] minutes=2
# The server sent a ping, got no pong, sent a close frame with 1011, and removed the client. With the library's own times, a client in a
# tunnel stays in the set for up to 50 seconds: 20 until the ping, 20 without a pong, 10 without an answer to the close frame. With much data waiting
# for it, it stays even longer. So a set of clients shows which clients *were* there a moment ago.
#
# ## A set for each show
#
# People who look at show 2 do not want the changes of show 1. So each show gets a set of its own, called a **room**. The path of the
# handshake says which one. A client that asks for another path is refused: if each path made a room, a client could make as many as it likes.

# %%
rooms = {"/shows/1": set(), "/shows/2": set()}


async def join_room(websocket):
    room = rooms.get(websocket.request.path)
    if room is None:
        return await websocket.close(1008, "no such show")
    room.add(websocket)
    try:
        async for message in websocket:
            broadcast(room, message)
    finally:
        room.discard(websocket)

# %%
house = launch(join_room, port=8032, name="house")
with connect(house.url + "/shows/1") as ada, connect(house.url + "/shows/2") as ben:
    for client, message in [(ada, "seat 5 of show 1"), (ben, "seat 9 of show 2")]:
        client.send(message)
        print(client.recv(timeout=3))

with connect(house.url + "/shows/3") as cleo, suppress(ConnectionClosed):
    cleo.recv(timeout=3)
print(cleo.close_code, cleo.close_reason)

# %% [markdown] minutes=3
# Ben's first message is the one about show 2: the one about show 1 was sent before, and not to him. Cleo asked for a show that does not exist.
#
# ## Break it: the set that changed
#
# Why not write a loop with `send`, in place of `broadcast`? Here is one. The `sleep` stands for a slow connection. Ada sends a
# message. While the loop is running, Cleo joins.

# %% [markdown] tags=["notes"]
# **Short of time:** Leave this section and the rooms out; say that `await` lets others change the set.

# %% breaks="the loop awaits while others change the set"
async def by_hand(websocket):
    clients.add(websocket)
    try:
        async for message in websocket:
            for client in clients:
                await client.send(message)
                await asyncio.sleep(0.5)
    finally:
        clients.discard(websocket)

# %%
fragile = launch(by_hand, port=8042, name="fragile")
with connect(fragile.url) as ada, connect(fragile.url) as ben, suppress(ConnectionClosed):
    ada.send("seat 5 is taken")
    ada.recv(timeout=3)
    with connect(fragile.url) as cleo:
        ada.recv(timeout=3)

print("Ada's connection:", ada.close_code)
fragile

# %% [markdown] tags=["notes"]
# **Ask:** Whose call failed, and what had she done? (Ada's, and nothing wrong.)
#
# **What goes wrong:** Somebody proposes a lock. A lock would make every client wait for the slowest one, which is the next section.

# %% [markdown] minutes=6
# `await` lets other calls run, and Cleo's call changed the set under Ada's loop. Ada's connection failed with 1011, and she had done nothing
# wrong. It happens only if somebody joins at the wrong moment. Such a fault is called a **race**.
#
# Two cures: let the loop go through a copy, `for client in set(clients)`, or use `broadcast`, which awaits nothing. But the loop has a
# second fault.
#
# ## Break it: one slow client
#
# A message goes to two clients, 200 times. The message stands for a picture: it has 100 kB, so that you see the effect soon. The first cell is
# the server.
#
# The second cell has the two clients. One is `slow`: it never reads. (`max_queue=1` is needed for that, because the library itself reads some
# messages ahead.) The other one is `ben`. He counts the pictures that he receives, and gives up if nothing comes for two seconds.

# %% [markdown] tags=["notes"]
# **Do:** Go on with the play: one client falls asleep. The server goes from one to the next and may not go on before the note
# is taken; everybody waits. For `broadcast`, the notes are dropped into letter boxes, and the sleeper's box runs over.
#
# **What goes wrong:** A server was tested with two clients that both read. Ask who has tested with one that does not.

# %%
clients, PICTURE, COUNT = set(), bytes(100_000), 200


async def in_turn(websocket):
    clients.add(websocket)
    try:
        async for start in websocket:  # any message starts it
            for _ in range(COUNT):
                for client in set(clients):
                    await client.send(PICTURE)
    finally:
        clients.discard(websocket)

# %%
def pictures_for_ben(server):
    received = 0
    with connect(server.url, max_queue=1, close_timeout=0.1) as slow, connect(server.url) as ben:  # slow never reads
        ben.send("go")
        with suppress(TimeoutError):
            while received < COUNT:
                ben.recv(timeout=2)
                received += 1
    return received

# %% [markdown]
# **Predict, then run.** Does Ben receive all 200 pictures?

# %% tags=["predict"] breaks="one client that does not read stops the server for all"
hall = launch(in_turn, port=8052, name="hall", compression=None)
got_in_turn = pictures_for_ben(hall)
print("all 200:", got_in_turn == COUNT)

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# No. `await client.send` waits until the slow client has taken something, and it never does. Meanwhile Ben gets nothing. He received some pictures,
# because the operating system stores a few megabytes for each connection.
#
# </details>
#
# **Back-pressure** means: a sender has to wait because its receiver is slow. With one client it is useful, because nothing piles
# up. With many clients, one slow client stops the server for all of them.
#
# ## broadcast, and its price
#
# `broadcast` waits for nobody. What the operating system does not take at once stays in the server's memory, in a buffer for each connection.
# `waiting` notes how full the fullest buffer is. (The short `sleep` lets the event loop do its work.)

# %% [markdown] tags=["notes"]
# **Ask:** Both ways are wrong, each in its own manner. What is missing? (A bound: the next section.)

# %%
def send_to_all(message):
    broadcast(clients, message)
    waiting.append(max(client.transport.get_write_buffer_size() for client in clients))


async def at_once(websocket):
    clients.add(websocket)
    try:
        async for start in websocket:
            for _ in range(COUNT):
                send_to_all(PICTURE)
                await asyncio.sleep(0.002)
    finally:
        clients.discard(websocket)

# %%
waiting = []
hall = launch(at_once, port=8052, name="hall", compression=None)
got_at_once, without_bound = pictures_for_ben(hall), waiting
print("all 200:", got_at_once == COUNT, "| more than 1 MB waited:", max(without_bound) > 1_000_000)

# %%
plt.rcParams["font.size"] = 14
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.6), layout="constrained")
left.bar(["in turn", "broadcast"], [got_in_turn, got_at_once])
left.set(title="Pictures that Ben received")
right.plot([size / 1e6 for size in without_bound], linewidth=3)
right.set(title="MB that wait for the slow client", xlabel="pictures sent")
plt.show()

# %% [markdown] minutes=3
# In words: with `broadcast`, Ben receives all pictures. But the server keeps almost every picture for the slow client, and its memory grows
# without end. (The line is flat at first: the first pictures fit into the memory of the operating system.) Keep-alive does not help here. The
# library's ping waits until the buffer has room again, and this wait has no time-out.
#
# ## The bound
#
# So you need a limit, a **bound**, for what may wait. A client that is more than 1 MB behind is disconnected. `abort` ends its connection
# without a close frame, because that frame would have to wait, too. The server at `hall` calls `send_to_all` by its name, so it uses this new
# function from now on:

# %%
def send_to_all(message):
    for client in set(clients):
        if client.transport.get_write_buffer_size() > 1_000_000:
            client.transport.abort()
            clients.discard(client)
    broadcast(clients, message)
    waiting.append(max(client.transport.get_write_buffer_size() for client in clients))


waiting = []
got_bounded = pictures_for_ben(hall)
print("all 200:", got_bounded == COUNT, "| more than 2 MB waited:", max(waiting) > 2_000_000)

# %%
figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
for sizes, name, line in [(without_bound, "no bound", "C0-"), (waiting, "with a bound", "C1--")]:
    axes.plot([size / 1e6 for size in sizes], line, label=name, linewidth=3)
axes.set(title="MB that wait for the slow client", xlabel="pictures sent")
axes.legend()
plt.show()

# %% [markdown] minutes=7
# The slow client loses its connection, and Ben gets everything. This is hard, but honest: the client learns that it has missed something.
# Where only the newest state counts, there is another way, called **conflation**: the server keeps one message for each slow client, the newest, in
# place of all of them.
#
# ## Coming back
#
# A client that was disconnected connects again. What has it missed? The seat feed **numbers** its changes. Ben remembers the number of the last
# one. Each time the server starts, its numbers begin again. So each start has a name, its `life`, and Ben remembers
# that, too. When he comes back, he sends both in the address.
#
# In this cell Ben leaves, two things change, and Ben comes back. (`Seats` holds the seats, and `life="monday"` gives the series a name that you can
# read.)

# %% [markdown] tags=["notes"]
# **Ask:** Who has to remember what Ben knows, the server or Ben? (Ben. The server remembers changes, not clients.)

# %%
from servers import seat_feed
from servers.seats.journal import Seats


def open_office(day):
    seats = Seats(life=day)
    feed = seat_feed.stand_alone(seats)
    return seats, launch(feed.onconnect, name="seat feed", **feed.options())

# %%
seats, office = open_office("monday")
with connect(office.url + "/shows/1") as ben:
    known = json.loads(ben.recv(timeout=3))

seats.take(1, 10)  # seat 10 of show 1
seats.free(1, 10)
query = f"?since={known['number']}&life={known['life']}"
print(query)
with connect(office.url + "/shows/1" + query) as ben:
    print(ben.recv(timeout=3))
    print(ben.recv(timeout=3))

# %% [markdown]
# Ben received just what he had missed. The server need not remember what each client knows, because the client says it. (The feed keeps the last 500
# changes. A client that missed more receives all seats.)
#
# **Predict, then run.** On Tuesday the server starts again, and its numbers begin at 1. Eight seats are taken. Ben still sends
# `since=2&life=monday`. What does he receive?

# %% tags=["predict"]
query = "?since=2&life=monday"
seats, office = open_office("tuesday")
for seat in range(31, 39):
    seats.take(1, seat)

with connect(office.url + "/shows/1" + query) as ben:
    print(ben.recv(timeout=3))

# %% [markdown] minutes=2
# <details><summary>Answer</summary>
#
# All seats, because his number belongs to another series. If the server looked at the number alone, it would send changes 3 to 8. Ben would never
# receive the changes of seats 31 and 32. His page would be wrong, and would not know it.
#
# </details>
#
# A client that finds no server waits a moment and tries again. Part of the wait should be random, which is called **jitter**. Without it, all
# clients would come back at the same moment after a restart. Try it with two terminals: `python -m servers.seat_feed` in one,
# `python -m servers.seat_watcher` in the other. Stop the first one, and start it again.
#
# ## A page of another site
#
# Who may connect to a feed? Any page in your browser may open a WebSocket to any server, also to one on your own computer. (Some browsers ask
# you first.) With `fetch`, a page can read another origin's answer only if that server permits it. For a WebSocket there is no such rule.
#
# The browser only adds a header to the handshake: `Origin` is the scheme, host and port that the page came from. The page cannot change it. **So
# the server has to look at `Origin`.** (A server that does not look has a weakness with a number of its own: CWE-1385.)

# %%
for origin in [None, "http://127.0.0.1:8001", "https://stranger.example"]:
    try:
        with connect(office.url + "/shows/1", origin=origin) as client:
            print(origin, "→", json.loads(client.recv(timeout=3))["type"])
    except InvalidStatus as refused:
        print(origin, "→", refused.response.status_code)

# %% [markdown] minutes=3
# The page of the other site gets 403, before there is a WebSocket. But look at the second line. Your program is no page, and it wrote an
# `Origin` all the same. A program can write what it likes. So `Origin` protects people from pages of other sites. It does not protect
# the server from programs: for that you need a password or a token.
#
# ## Rude clients
#
# A client may send anything. A mistake gets an answer, and the conversation goes on. The first three messages below are mistakes. (If the feed did not
# catch its errors, the first one would raise an exception in the handler, and the client would see 1011.)
#
# For two kinds of clients an answer is too expensive: those that send huge messages, and those that send without end. The second cell plays
# one of each.

# %% [markdown] tags=["notes"]
# **Short of time:** Leave out this section and let people read it. Nobody should leave without the two plots.

# %%
with connect(office.url + "/shows/1") as client:
    client.recv(timeout=3)
    for message in ["hello", '{"take": 500}', '{"free": 20}', '{"take": 20}', '{"free": 20}']:
        client.send(message)
        print(message, "→", client.recv(timeout=3))

# %%
for messages in [["x" * 2000], ["hello"] * 100]:
    with connect(office.url + "/shows/1") as client, suppress(ConnectionClosed):
        for message in messages:
            client.send(message)
        while True:
            client.recv(timeout=3)
    print(client.close_code, client.close_reason)

# %% [markdown] tags=["notes"]
# **Ask:** Before the last cell: what should a server do with a client that sends a hundred messages in a row? (Close, with a reason.
# Silence would leave an honest author in the dark.)
#
# **What goes wrong:** People think that `Origin` stops a thief with a Python program. It does not; the second line of the section
# before this one shows it.

# %% [markdown] minutes=2
# **1009** means *message too big*. The feed sets `max_size=1024`, and the library reads the length of a frame before its payload. **1008**
# means *against the rules of this server*. The feed counts the messages of each client, and allows twenty in a second.
#
# ## Recap
#
# - Keep the clients in a set: `add` at the beginning, `discard` in `finally`. Many leave without a close frame.
# - Use `broadcast`, so that nobody waits for one client, and disconnect clients that are too far behind.
# - Number the changes, let a client say what it has, and check `Origin`, size and rate.
#
# **Check yourself**
#
# <details><summary>A client's cable is pulled. Which close code does the server note, and when?</summary>
#
# 1006: no close frame came. With the library's own times it takes up to 50 seconds: 20 until the next ping, 20 without a pong, and 10
# without an answer to the close frame.
#
# </details>
# <details><summary>Why does broadcast need no await?</summary>
#
# It waits for nobody. It writes the message to each connection and returns. What the operating system does not take at once stays in the buffer of that
# connection.
#
# </details>
# <details><summary>Would asyncio.gather, with a send for each client, be enough?</summary>
#
# Hardly. The sends run side by side, but gather ends when the last one is done. So the next message waits for the slowest client. One task for
# each client would do, with a queue that has a bound.
#
# </details>
# <details><summary>The page of a customer shows no changes, and the server's log says 403. What do you look at?</summary>
#
# The Origin in its handshake. The page comes from another address than the server expects: another port, https, or a proxy.
#
# </details>
#
# **Now you:** [exercise 34](../exercises/34-server-push.ipynb). **Next lesson:** [The browser as
# client](35-browser-client.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
