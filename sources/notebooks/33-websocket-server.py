# %% [markdown]
# # A WebSocket server and its client in Python
#
# 35 minutes. You need [lesson 12](12-web-server.ipynb).
#
# When you are through, you can
#
# - write a WebSocket server for many clients, and its client,
# - read `async` and `await`,
# - say when to write `await` and when `asyncio.run`.

# %% [markdown]
# ## The whole game
#
# An HTTP server answers and forgets you. A **WebSocket** server keeps the connection, and both sides may speak whenever they
# want. This one sends everything back.

# %%
import asyncio
import socket
import subprocess
import sys
import time

import websockets

from servers import echo_client, echo_server
from wirelab import launch, show, stop_all

echo = launch("servers.echo_server")
echo

# %%
async with websockets.connect(echo.url) as websocket:
    await websocket.send("Two seats, please")
    print(await websocket.recv())

# %% [markdown]
# The address begins with `ws:`, not `http:`. One connection carries any number of messages, in both directions.

# %% [markdown] tags=["notes"]
# Ask who has written `async def` before; usually a third of the room. The ushers below are worth acting out with two people:
# one walks to the door and waits there, the other goes while the first one waits. Typical trouble: forgetting `await`, which
# gives a coroutine object instead of a message. Short of time: leave out the section on nest_asyncio.

# %% [markdown]
# ## async and await
#
# `async def` makes a function that can pause. `await` is where it pauses: *wait for this, and let others go on meanwhile*. The
# **event loop** is who lets the others go on.

# %%
async def usher(name):
    print(name, "goes to the door")
    await asyncio.sleep(0.1)
    print(name, "comes back")


done = await asyncio.gather(usher("Ada"), usher("Ben"))

# %% [markdown]
# One usher set off while the other was away, though only one line of Python runs at a time. Nothing is gained by `async`
# alone; what matters is that the waiting is awaited.
#
# **Predict, then run.** `time.sleep` waits as well, but does not pause the function. Which order do you get?

# %%
async def stubborn(name):
    print(name, "goes to the door")
    time.sleep(0.1)
    print(name, "comes back")


done = await asyncio.gather(stubborn("Ada"), stubborn("Ben"))

# %% [markdown]
# <details><summary>Why one after the other?</summary>
#
# `time.sleep` holds the thread, and the event loop lives in it: nobody else can go on. The same holds for `input()`, for
# `requests.get`, for every call that waits without `await`.
#
# </details>

# %% [markdown]
# ## A server is a coroutine per client
#
# The server calls `onconnect` once for each client, with the connection, and the calls run side by side. `async for` gives you
# message after message, and ends when the client leaves.

# %%
async def onconnect(websocket):
    async for message in websocket:
        await websocket.send(f"You said: {message}")


chat = launch(onconnect, port=8012)
chat

# %%
async with websockets.connect(chat.url) as websocket:
    for word in ["one", "two"]:
        await websocket.send(word)
        print(await websocket.recv())

# %%
chat.log.wait(2)

# %% [markdown]
# 1000 is a **close code**: all is well, I am done. Every WebSocket ends with one, if both sides are still there.

# %% [markdown]
# ## Look at the bytes
#
# A WebSocket begins as HTTP. The client asks for an **upgrade**; the server agrees with 101, and from then on the connection
# carries frames. This server says something first, so that there is a frame to see.

# %%
async def greet(websocket):
    await websocket.send("Welcome")
    await websocket.wait_closed()


greeter = launch(greet, port=8022)

# %%
UPGRADE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

with socket.create_connection(("127.0.0.1", greeter.port), timeout=3) as wire:
    wire.sendall(UPGRADE + KEY)
    reply = wire.makefile("rb")
    while (line := reply.readline()) != b"\r\n":
        print(line.decode().strip())
    print(reply.read(9))

# %% [markdown]
# Two bytes, then the text. `\x81` says: a text message, and this is all of it. `\x07` is its length, seven. That is what a
# WebSocket message costs; the HTTP reply of lesson 12 spent about 140 bytes before
# it came to the point. Lesson 32 reads frames bit by bit.
#
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant S as server
#     C->>S: GET / with Upgrade: websocket
#     S->>C: 101 Switching Protocols
#     S->>C: Welcome
#     C->>S: whenever it wants
#     S->>C: whenever it wants
# ```

# %% [markdown]
# ## Break it: one message, and gone
#
# This handler receives one message, answers it and returns. It looks complete.
#
# **Predict, then run.** What happens to the client's second message?

# %%
async def hasty(websocket):
    message = await websocket.recv()
    await websocket.send(f"You said: {message}")


shop = launch(hasty, port=8032)
try:
    async with websockets.connect(shop.url) as websocket:
        for word in ["one", "two"]:
            await websocket.send(word)
            print(await websocket.recv())
except websockets.ConnectionClosed as error:
    print("closed with", error.rcvd.code)

# %% [markdown]
# <details><summary>What to learn from the code</summary>
#
# 1000: the server ended on purpose. When `onconnect` returns, the conversation is over. To go on, it needs a loop, as
# `async for` is one. Had the handler failed, the code would be 1011, and looking at `shop` would tell where.
#
# </details>

# %% [markdown]
# Older examples give `onconnect` a second argument, the path. Since version 14 of the library (2024) there is one argument, and
# the path is `websocket.request.path`. The kit tells you before a client would find out:

# %% tags=["raises-exception"]
async def onconnect_of_old(websocket, uri):
    await websocket.send(f"You asked for {uri}")


launch(onconnect_of_old)

# %% [markdown]
# ## Many clients at once
#
# A hundred clients, each with its own connection, none waiting for another: `gather` starts them together.

# %%
async def visit(number):
    async with websockets.connect(chat.url) as websocket:
        await websocket.send(f"I am client {number}")
        return await websocket.recv()


answers = await asyncio.gather(*[visit(number) for number in range(100)])
len(set(answers)), answers[99]

# %% [markdown]
# ## Without the kit
#
# `launch` runs the server in a thread with an event loop of its own. In a program there is only one loop, and
# `websockets.serve` does it all. This is the whole of the echo server's `run`, and the `main` that starts it on port 8002:

# %%
show(echo_server.run)

# %%
show(echo_server.main)

# %% [markdown]
# `asyncio.run` makes an event loop, runs one coroutine in it to its end, and cleans up. Ctrl+C arrives as `KeyboardInterrupt`, as
# in lesson 12.

# %% [markdown]
# ## await or asyncio.run?
#
# In a program, `asyncio.run(main())` stands once, at the end. A notebook has an event loop already, the one that runs your
# cells, and a second one cannot run inside of the first:

# %%
errand = visit(1)
try:
    asyncio.run(errand)
except RuntimeError as error:
    print(error)
errand.close()

# %% [markdown]
# So in a cell write `await`, and in a `.py` file `asyncio.run`:

# %%
await visit(2)

# %% [markdown]
# Code that you cannot change may call `asyncio.run` all the same. For that there is **nest_asyncio**, which patches Python so
# that loops can run inside loops. It has had no releases since its author died in 2024; the maintained successor is
# nest_asyncio2, and this course uses it under the old name.

# %%
import nest_asyncio2 as nest_asyncio

nest_asyncio.apply()
asyncio.run(visit(3))

# %% [markdown]
# The price: the patch holds for the whole notebook, and `asyncio.run` no longer cleans up: tasks that were left behind run
# on. Where you can, write `await`.

# %% [markdown]
# ## A client for the terminal
#
# A person types, and the server may speak at any moment. The obvious client stops at `input()`, and hears nothing meanwhile.
# Here `type_slowly` stands for the person.

# %%
def type_slowly():
    time.sleep(0.5)
    return "typed"


async def news(events):
    for _ in range(3):
        await asyncio.sleep(0.01)
        events.append("news")

# %%
async def deaf(events):
    events.append(type_slowly())


events = []
done = await asyncio.gather(news(events), deaf(events))
events

# %% [markdown]
# All the news came after the key was pressed. The cure: let a thread wait for the keyboard, and await the thread.

# %%
async def listening(events):
    events.append(await asyncio.to_thread(type_slowly))


events = []
done = await asyncio.gather(news(events), listening(events))
events

# %% [markdown]
# The client of this course works like that: a thread fills a queue with the lines, and two tasks share the connection, one
# sends, one shows.

# %%
show(echo_client.talk)

# %%
command = [sys.executable, "-m", "servers.echo_client", "--url", echo.url]
print(subprocess.run(command, input="one\ntwo\n", capture_output=True, text=True, timeout=20).stdout)

# %% [markdown]
# Here the cell typed for you. Do it yourself: open two terminals (*File → New → Terminal*), and in each
#
# ```
# python -m servers.echo_client
# ```
#
# Then run `echo.stop()` in a cell, and see what both of them say.

# %% [markdown]
# ## Recap
#
# - `onconnect(websocket)` runs once per client, for as long as the client stays. When it returns, the connection closes.
# - `await` is where others may go on. What waits without `await` stops everybody.
# - In a cell `await`, in a program `asyncio.run`, once.

# %% [markdown]
# **Check yourself**
#
# <details><summary>The server answers one client, and all others wait. What do you look for?</summary>
#
# A call that waits without await: time.sleep, input, requests, a long loop.
#
# </details>
# <details><summary>Why does connect("http://127.0.0.1:8002") fail?</summary>
#
# The address of a WebSocket begins with ws, or with wss when it is encrypted.
#
# </details>
# <details><summary>A client sees close code 1011. Whose fault is it?</summary>
#
# The server's: its handler failed with an exception.
#
# </details>
# <details><summary>What does a browser see that opens this port as a web page?</summary>
#
# 426 Upgrade Required: this server speaks WebSocket only.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 33](../exercises/33-websocket-server.ipynb). **Where to go next:** read the tested source of all
# servers in [servers](../servers), and change it.

# %%
stop_all()
