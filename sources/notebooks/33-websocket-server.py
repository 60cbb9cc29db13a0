# %% [markdown]
# # A WebSocket server and its client in Python
#
# 35 minutes. You need [lesson 12](12-web-server.ipynb).
#
# By the end you can
#
# - write a WebSocket server for many clients, and its client,
# - read `async` and `await`,
# - say when to write `await` and when `asyncio.run`.

# %% [markdown]
# ## The whole game
#
# An HTTP server answers and forgets you. A **WebSocket** server keeps the connection, and both sides may speak whenever they
# want, as often as they want. This one sends everything back.

# %%
import asyncio
import subprocess
import sys
import time
from contextlib import suppress

import websockets

from servers import echo_client, echo_server
from wirelab import launch, show, stop_all, wire

echo = launch("servers.echo_server")
echo

# %% [markdown]
# The client: `websockets.connect` opens the connection, and `async with` closes it at the end of the block. `send` sends one
# message, `recv` waits for the next. The address begins with `ws:`, not `http:`. Between the two is the relay of lesson 00.

# %%
with wire(echo) as tap:
    async with websockets.connect(tap.url, compression=None) as websocket:
        await websocket.send("Two seats, please")
        print(await websocket.recv())

tap

# %% [markdown]
# A request and a response, as in HTTP, and then something else: **frames**, in both directions. You will look into them soon.
# (Without `compression=None` the library packs its messages, and you could not read their bytes.)

# %% [markdown] tags=["notes"]
# Ask who has written `async def` before. The ushers below are worth acting out with two people:
# one walks to the door and waits there, the other goes while the first one waits. Typical trouble: forgetting `await`, which
# gives a coroutine object instead of a message. Short of time: leave out the section on nest_asyncio.

# %% [markdown]
# ## async and await
#
# `async def` makes a function that can pause. `await` is where it may: if there is something to wait for, others go on
# meanwhile. The **event loop** decides who is next.
#
# Calling such a function does not run it. It gives you a **coroutine**, which runs when it is awaited. `asyncio.gather` runs
# several side by side.

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
# <details><summary>Answer</summary>
#
# One after the other. `time.sleep` holds the thread, and the event loop lives in it: nobody else can go on. The same holds for `input()`, for
# `requests.get`, for every call that waits without `await`.
#
# </details>
#
# ## One call of onconnect for each client
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

chat.log.wait(2)

# %% [markdown]
# 1000 is a **close code**: all is well, I am done. A side that closes properly nearly always sends one.
#
# ## Look at the bytes
#
# A WebSocket begins as HTTP. The client asks for an **upgrade**, and the server agrees with 101. From then on the connection
# carries frames. Here are the first two messages of your conversation with the echo server:

# %%
tap[:2]

# %% [markdown]
# And here are the next two, taken apart: your message, and what came back.

# %%
tap[2:4]

# %% [markdown]
# Two bytes say it all: that this is text, that the message is complete, how long it is. A client adds four bytes of **mask** and
# mixes them into its payload; a server must not (RFC 6455 §5.1). The HTTP response above spent more than a hundred bytes before it
# came to the point.
#
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant S as server
#     C->>S: GET / with Upgrade: websocket
#     S->>C: 101 Switching Protocols
#     C->>S: whenever it wants
#     S->>C: whenever it wants
# ```
#
# ## Break it: a handler that looks complete
#
# This handler receives one message, answers it and returns.
#
# **Predict, then run.** What happens to the client's second message?

# %%
async def hasty(websocket):
    message = await websocket.recv()
    await websocket.send(f"You said: {message}")


shop = launch(hasty, port=8022)
with wire(shop) as tap, suppress(websockets.ConnectionClosed):
    async with websockets.connect(tap.url, compression=None) as websocket:
        for word in ["one", "two"]:
            await websocket.send(word)
            print(await websocket.recv())

tap.frames.sent_by("server")[-1]

# %% [markdown]
# <details><summary>Answer</summary>
#
# It finds the connection closed. The server's last frame says so, and 1000 says that it ended on purpose: when `onconnect` returns, the conversation is over.
# To go on, it needs a loop, such as `async for`. Had the handler failed, the code would be 1011, and looking at `shop` would tell where.
#
# </details>
#
# Older examples give `onconnect` a second argument, the path. Since version 14 of the library (2024) there is only one, and the
# path is `websocket.request.path`. The kit tells you before a client finds out:

# %% tags=["raises-exception"]
async def onconnect_of_old(websocket, uri):
    await websocket.send(f"You asked for {uri}")


launch(onconnect_of_old)

# %% [markdown]
# ## Many clients at once
#
# Fifty clients, each with its own connection, none waiting for another: `gather` starts them together.

# %%
async def visit(number):
    async with websockets.connect(chat.url) as websocket:
        await websocket.send(f"I am client {number}")
        return await websocket.recv()


answers = await asyncio.gather(*[visit(number) for number in range(50)])
len(set(answers)), answers[49]

# %% [markdown]
# ## Without the kit
#
# `websockets.serve` is all there is to it. `async with` listens until the block ends. (Port 0: any that is free.)

# %%
async with websockets.serve(onconnect, "127.0.0.1", 0) as server:
    port = server.sockets[0].getsockname()[1]
    async with websockets.connect(f"ws://127.0.0.1:{port}") as websocket:
        await websocket.send("one")
        print(await websocket.recv())

# %% [markdown]
# A program goes on listening until it is stopped:
#
# ```python
# async def start_server():
#     async with websockets.serve(onconnect, "127.0.0.1", 8002):
#         await asyncio.Future()
#
# asyncio.run(start_server())
# ```
#
# A **Future** stands for a result that is still to come. Nobody ever sets this one, so `await` waits for ever, and meanwhile the
# server serves. `await server.serve_forever()` says the same in plain words; the echo server uses that. This is the whole of it:

# %%
show(echo_server)

# %% [markdown]
# `asyncio.run` makes an event loop, runs one coroutine in it to its end, and cleans up. Ctrl+C arrives as `KeyboardInterrupt`, as
# in lesson 12. (`launch` does all this in a thread with an event loop of its own.)
#
# ## await or asyncio.run?
#
# In a program, `asyncio.run(main())` stands once, at the end. A notebook has an event loop already, the one that runs your
# cells, and a second one cannot run inside the first:

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
# that a loop that is running can be used again. Its author died in 2024, and it is no longer maintained; this course uses its
# maintained successor, nest_asyncio2, under the old name.

# %%
import nest_asyncio2 as nest_asyncio

nest_asyncio.apply()
asyncio.run(visit(3))

# %% [markdown]
# The price: the patch holds for the whole notebook, and `asyncio.run` no longer cleans up: tasks that were left behind run
# on. Only a restart of the kernel undoes it: run the cell with the error again, and there is none. Where you can, write `await`.
#
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
# The client of this course works like that: a thread fills a queue with the lines, and two tasks share the connection: one
# sends, the other shows.

# %%
show(echo_client.talk)

# %%
command = [sys.executable, "-m", "servers.echo_client", "--url", echo.url]
typed = subprocess.run(command, input="one\ntwo\n", text=True, capture_output=True, timeout=20)
print(typed.stdout + typed.stderr)

# %% [markdown]
# Here the cell typed for you. Do it yourself: open two terminals (*File → New → Terminal*), and in each
#
# ```
# python -m servers.echo_client
# ```
#
# Then run `echo.stop()` in a new cell, and see what both of them say. (If `echo.port` is not 8002, add `--port` and its number.)
# To go on, run the cell with `launch` at the top again.

# %% [markdown]
# ## Recap
#
# - `onconnect(websocket)` runs once per client, for as long as the client stays. When it returns, the connection closes.
# - `await` is where others may go on. What waits without `await` stops everybody.
# - In a cell `await`, in a program `asyncio.run`, once.
#
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
# Most often the server's: its handler failed with an exception. It also comes when a ping gets no answer for too long.
#
# </details>
# <details><summary>A browser opens this port as a web page. What does it show?</summary>
#
# The text of a 426 Upgrade Required: this server speaks WebSocket only.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 33](../exercises/33-websocket-server.ipynb). **Where to go next:** read the tested source of all
# servers in [servers](../servers), and change it.

# %%
stop_all()
