# %% [markdown]
# # A WebSocket server and its client in Python
#
# 35 minutes. You need [lesson 32](32-handshake-and-frames.ipynb).
#
# By the end you can
#
# - write a WebSocket server for many clients, and its client,
# - read `async` and `await`,
# - say when to write `await` and when `asyncio.run`.

# %% [markdown]
# ## The whole game
#
# The echo server of the last lesson, and a client that has the library do the work.

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

# %%
with wire(echo) as tap:
    async with websockets.connect(tap.url, compression=None) as websocket:
        await websocket.send("Two seats, please")
        print(await websocket.recv())

tap

# %% [markdown]
# `websockets.connect` opens the connection, and `async with` closes it at the end of the block. `send` sends one message, `recv` waits
# for the next. You know every arrow of the picture. What is new are two words: `async` and `await`.

# %% [markdown] tags=["notes"]
# Ask who has written `async def` before. The ushers below are worth acting out with two people:
# one walks to the door and waits there, the other goes while the first one waits. Typical trouble: forgetting `await`, which
# gives a coroutine object instead of a message. Short of time: leave out the section on nest_asyncio.

# %% [markdown]
# ## async and await
#
# A server waits most of its time: for a message, for a slow connection. With forty clients it must not wait for one and forget the
# others.
#
# `async def` makes a function that can pause, and `await` is where it pauses: *wait for this, and let others go on meanwhile*. The **event
# loop** decides who goes on. `asyncio.gather` runs several of them side by side.

# %%
async def usher(name):
    print(name, "goes to the door")
    await asyncio.sleep(0.1)
    print(name, "comes back")


done = await asyncio.gather(usher("Ada"), usher("Ben"))

# %% [markdown]
# Ben set off while Ada was away, though only one line of Python runs at a time.
#
# Calling such a function does not run it. It gives you a **coroutine**, and that runs when you await it. If you find a coroutine where you
# expected a message, an `await` is missing.

# %%
errand = usher("Cleo")
print(type(errand))
await errand

# %% [markdown]
# **Predict, then run.** `time.sleep` waits as well, but without `await`. In which order do these two go?

# %%
async def stubborn(name):
    print(name, "goes to the door")
    time.sleep(0.1)
    print(name, "comes back")


done = await asyncio.gather(stubborn("Ada"), stubborn("Ben"))

# %% [markdown]
# <details><summary>Answer</summary>
#
# One after the other. The function never pauses, and as long as it does not, nobody else can go on. The same holds for `input()`, for
# `requests.get`, for every call that waits without `await`.
#
# </details>
#
# ## One call of onconnect for each client
#
# The server calls `onconnect` when a client has connected, and gives it the connection. Each client has a call of its own, and the calls
# run side by side. `async for` takes message after message, and ends when the client leaves.

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
# ```mermaid
# sequenceDiagram
#     participant A as client A
#     participant S as server
#     participant B as client B
#     A->>S: connects
#     Note over S: onconnect is called
#     B->>S: connects
#     Note over S: onconnect is called again
#     B->>S: one
#     S->>B: You said: one
#     A->>S: leaves
#     Note over S: the first call ends
# ```
#
# Fifty clients at once: `gather` starts them together, and none waits for another. (The `*` hands over the list as fifty arguments.)

# %%
async def visit(number):
    async with websockets.connect(chat.url) as websocket:
        await websocket.send(f"I am client {number}")
        return await websocket.recv()


answers = await asyncio.gather(*[visit(number) for number in range(50)])
len(set(answers)), answers[49]

# %% [markdown]
# ## Break it: a handler that looks complete
#
# This handler receives one message, answers it and returns.
#
# **Predict, then run.** What happens to the client's second message?

# %%
async def hasty(websocket):
    datain = await websocket.recv()
    await websocket.send(f"You said: {datain}")


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
# It finds the connection closed. The server's last frame says so, and 1000 says that it ended on purpose: when `onconnect` returns, the
# conversation is over. Had it failed with an exception, the code would be 1011, and looking at `shop` would tell where.
#
# </details>
#
# So it needs a loop. With `while True` it goes on, but `recv` has no way to say *no more*, and raises `ConnectionClosed` when the client
# leaves. What a handler prints is in the log:

# %%
async def patient(websocket):
    try:
        while True:
            datain = await websocket.recv()
            await websocket.send(f"You said: {datain}")
    except websockets.ConnectionClosed as error:
        print(error)


kiosk = launch(patient, port=8032)
async with websockets.connect(kiosk.url) as websocket:
    await websocket.send("one")
kiosk.log.wait(3)

# %% [markdown]
# `async for`, in `onconnect` above, does the same in two lines. (Where a connection breaks off without a close frame, it raises
# `ConnectionClosedError` too; the echo server suppresses that.)
#
# ## Break it: one argument too many
#
# Many examples on the web give `onconnect` a second argument, the path. The library gave it until 2024; today it gives one. A plain server
# would start, and fail at every client with 1011. `launch` tells you before a client finds out:

# %% tags=["raises-exception"]
async def onconnect_of_old(websocket, uri):
    await websocket.send(f"You asked for {uri}")


launch(onconnect_of_old)

# %% [markdown]
# The path is still there: `websocket.request.path`.
#
# ## Without the kit
#
# `launch` calls `websockets.serve`, and so can you. `async with` listens until the block ends. (Port 0 is any that is free.)

# %%
async with websockets.serve(onconnect, "127.0.0.1", 0) as server:
    port = server.sockets[0].getsockname()[1]
    async with websockets.connect(f"ws://127.0.0.1:{port}") as websocket:
        await websocket.send("one")
        print(await websocket.recv())

# %% [markdown]
# A program is to listen until it is stopped. You will often see it like this:
#
# ```python
# async def start_server():
#     async with websockets.serve(onconnect, "localhost", 8002):
#         await asyncio.Future()
#
# asyncio.run(start_server())
# ```
#
# A **Future** stands for a result that is still to come (JavaScript calls it a Promise). Nobody ever sets this one, so `await` waits for ever, and meanwhile the server
# serves. `await server.serve_forever()` says the same in plain words.
#
# Older examples write `start_server = websockets.serve(...)` outside of `async def`. Today that is an error, *no running event loop*:
# `serve` has to be called where a loop is running.
#
# `localhost` is a name, and can mean two addresses; where client and server choose differently, they do not meet. 127.0.0.1 is always
# the same one. Here is the whole of the echo server:

# %%
show(echo_server)

# %% [markdown]
# `asyncio.run` makes an event loop, runs one coroutine in it to its end, and cleans up. Ctrl+C arrives as `KeyboardInterrupt`, as
# in lesson 12. So a program has one `asyncio.run(...)`, at its end.
#
# ## await or asyncio.run?
#
# What if you put that line into a cell?

# %%
errand = visit(1)
try:
    asyncio.run(errand)
except RuntimeError as error:
    print(error)
errand.close()  # it never ran; without this line Python would complain about that

# %% [markdown]
# A notebook has an event loop already: it runs your cells. `asyncio.run` wants to make a second one inside it, and Python does not allow
# that.
#
# But where a loop is running, you do not need another. **In a cell, write `await`**:

# %%
await visit(2)

# %% [markdown]
# There is code that you cannot change and that calls `asyncio.run`. For that there is **nest_asyncio**: it changes Python so that a loop
# that is running can be used again. The original is no longer maintained; nest_asyncio2 carries it on, here under the old name.

# %%
import nest_asyncio2 as nest_asyncio

nest_asyncio.apply()
asyncio.run(visit(3))

# %% [markdown]
# What it costs: the change holds for the whole notebook, for every library in it, until you restart the kernel. And `asyncio.run` no
# longer cleans up: tasks that were left behind run on. (Run the cell with the error again, and there is none.)
#
# | where | write |
# |---|---|
# | in a program | `asyncio.run(main())`, once, at the end |
# | in a cell | `await main()` |
# | in a cell, around code that calls `asyncio.run` itself | `nest_asyncio.apply()` before it |
#
# ## A client for the terminal
#
# A person types, the client sends, the server answers. This is how most people write it first:
#
# ```python
# async def client():
#     websocket = await websockets.connect("ws://localhost:8002/")
#     while True:
#         name = input("Enter some data: ")
#         await websocket.send(name)
#         print("From server:", await websocket.recv())
#
# asyncio.run(client())
# ```
#
# `input` waits without `await`, like the stubborn ushers. What does the server think of a client that is deaf while a person thinks?

# %%
def type_slowly():
    time.sleep(1.5)
    return "two"


strict = launch(onconnect, port=8042, name="strict", ping_interval=0.1, ping_timeout=0.5)

# %% [markdown]
# `type_slowly` plays the person at `input`. This server is strict: it sends a ping ten times a second, and waits half a second for the
# pong. (The library takes 20 seconds for each, so nobody notices while testing.)

# %%
async def deaf():
    async with websockets.connect(strict.url) as websocket:
        name = type_slowly()
        await websocket.send(name)
        return await websocket.recv()


try:
    print(await deaf())
except websockets.ConnectionClosed as error:
    print(error)

# %% [markdown]
# The server waited for a pong, and hung up with 1011. The library would have sent the pong, but the event loop stood still. The cure: let a
# **thread** wait for the keyboard, and await the thread.

# %%
async def listening():
    async with websockets.connect(strict.url) as websocket:
        name = await asyncio.to_thread(type_slowly)
        await websocket.send(name)
        return await websocket.recv()


await listening()

# %% [markdown]
# In a program you write `await asyncio.to_thread(input, "Enter some data: ")`.
#
# That client still hears the server only after it has sent something. The client of this course hears it at any time: a thread fills a
# queue with the lines that are typed, and two tasks share the connection. One sends, the other shows: `create_task` starts a coroutine
# and does not wait for it, `asyncio.wait` waits until the first is done. `async with` says goodbye, whatever happens.

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
# Often the server's: its handler failed with an exception. With the reason keepalive ping timeout it is the client's: it did not
# answer a ping in time, because something blocked its event loop.
#
# </details>
# <details><summary>print(websocket.recv()) shows a coroutine object. What is missing?</summary>
#
# An await. The call only made a coroutine; nothing has been received.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 33](../exercises/33-websocket-server.ipynb). **Next lesson:** [Push to
# many](34-server-push.ipynb).

# %%
stop_all()
