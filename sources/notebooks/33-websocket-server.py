# %% [markdown]
# # A WebSocket server and its client in Python
#
# 40 minutes. You need [lesson 32](32-handshake-and-frames.ipynb).
#
# By the end you can
#
# - write a WebSocket server for many clients, and a client for it,
# - read `async` and `await`,
# - say when to write `await` and when `asyncio.run`.

# %% [markdown] minutes=3
# ## See it work
#
# This is the echo server of the last lesson. It sends each message back. You wrote frames by hand there; now the library `websockets`
# does that work.

# %% [markdown] tags=["notes"]
# **Ask:** Who has written `async def` before? Pair those people with the others for the next section.

# %%
import asyncio
import subprocess
import sys
import time
from contextlib import suppress

import websockets

from wirelab import launch, stop_all, wire

echo = launch("servers.echo_server")
echo

# %%
with wire(echo) as tap:
    async with websockets.connect(tap.url, compression=None) as websocket:
        await websocket.send("Two seats, please")
        print(await websocket.recv())

tap

# %% [markdown]
# `websockets.connect` opens a connection. `send` sends one message, and `recv` waits for the next one. At the end of the block,
# `async with` closes the connection. You know every arrow of the picture from lesson 32. Two words are new: `async` and `await`.

# %% [markdown] minutes=7
# ## async and await
#
# A server waits most of the time: for the next message, or for a slow connection. If it has forty clients, it must not wait for one of
# them and keep the others waiting too.
#
# So Python has functions that can pause. `async def` makes one, and `await` marks the places where it may pause. While it is paused, other
# functions run. The part of Python that decides which one runs next is called the **event loop**.
#
# The function `usher` below pauses for a tenth of a second. `asyncio.gather` starts two calls of it and waits for both. It gives back a list of
# what the calls returned; `done` keeps that list out of the output.

# %% [markdown] tags=["notes"]
# **Do:** Act out the ushers with two people: one walks to the door and waits there, the other goes while the first one waits.
# Then play the stubborn ones.
#
# **What goes wrong:** An `await` is forgotten, and a coroutine object stands where a message was expected. Show it once on
# purpose.

# %%
async def usher(name):
    print(name, "goes to the door")
    await asyncio.sleep(0.1)
    print(name, "comes back")


done = await asyncio.gather(usher("Ada"), usher("Ben"))

# %% [markdown]
# Ben started while Ada was away. Still, only one line of Python runs at a time: the two calls took turns.
#
# What if you call such a function without `await`? Nothing runs. You get a **coroutine**, a call that has not begun. It runs when you await
# it. If you find a coroutine where you expected a message, an `await` is missing. The same is true if Python warns that a coroutine
# *was never awaited*.

# %%
errand = usher("Cleo")
print(type(errand))
await errand

# %% [markdown]
# **Predict, then run.** `time.sleep` waits as well, but there is no `await` in front of it. In which order do the four lines come?

# %% tags=["predict"]
async def stubborn(name):
    print(name, "goes to the door")
    time.sleep(0.1)
    print(name, "comes back")


done = await asyncio.gather(stubborn("Ada"), stubborn("Ben"))

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# Ada goes and comes back, and then Ben does. The function never pauses, so no other function can run in between. Such a call **blocks** the
# event loop. `input()` and `requests.get` block it too, and so does every call that waits without `await`.
#
# </details>
#
# ## One call of onconnect for each client
#
# A WebSocket server is one `async` function. The library calls it each time a client connects, and gives it the connection. Each client
# has a call of its own, and these calls take turns, as the ushers did.
#
# `async for` takes one message after the other. It ends when the client closes the connection. Below, a client sends two messages over one
# connection.
#
# (`launch` runs the server in a thread of its own, with an event loop of its own. So the server does not wait for your cells.)

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
# How many clients can such a server have? Here are fifty at once. The list holds fifty coroutines, and the `*` hands them to `gather` one
# by one.

# %%
async def visit(number):
    async with websockets.connect(chat.url) as websocket:
        await websocket.send(f"I am client {number}")
        return await websocket.recv()


visits = [visit(number) for number in range(50)]
answers = await asyncio.gather(*visits)
answers[0], answers[49]

# %% [markdown] minutes=5
# Each client got the answer to its own message.
#
# ## Break it: a handler without a loop
#
# This handler receives one message, answers it, and returns.

# %% [markdown] tags=["notes"]
# **Ask:** Who ended the conversation, and was it a failure? Read the close code: 1000, so the server ended it on purpose.

# %% breaks="the handler returns after one message, so the connection is closed"
async def hasty(websocket):
    datain = await websocket.recv()
    await websocket.send(f"You said: {datain}")


shop = launch(hasty, port=8022)

# %% [markdown]
# Now a client sends two messages. If the connection is closed, the library raises `ConnectionClosed`, and `suppress` lets the cell go on.
#
# **Predict, then run.** What happens to the second message? The last line shows the last frame that the server sent.

# %% tags=["predict"]
with wire(shop) as tap, suppress(websockets.ConnectionClosed):
    async with websockets.connect(tap.url, compression=None) as websocket:
        for word in ["one", "two"]:
            await websocket.send(word)
            print(await websocket.recv())

tap.frames.sent_by("server")[-1]

# %% [markdown] minutes=1
# <details><summary>Answer</summary>
#
# It gets no answer: the server has closed the connection. When `onconnect` returns, the conversation is over, and the library sends a close
# frame. Its code 1000 means a normal end. If the handler had failed with an exception, the code would be 1011.
#
# </details>
#
# So a handler that answers more than one message needs a loop. `async for` is one. You will also see `while True` with `recv`. But `recv` has
# no value for *the end*. It raises `ConnectionClosed` when the client leaves, so that loop needs `try` and `except` as well. (`async for` ends
# after a close frame with 1000 or 1001, or without a code. After any other end it raises `ConnectionClosedError`: lesson 34.)
#
# ## Break it: one argument too many
#
# Many examples on the web give `onconnect` a second argument, the path. The library could pass it before version 14, of 2024. Today it passes
# the connection alone. A plain server would start, and then fail with 1011 for every client. `launch` reports the mistake at once:

# %% tags=["raises-exception"] breaks="`launch` refuses a handler with a second argument"
async def onconnect_of_old(websocket, uri):
    await websocket.send(f"You asked for {uri}")


launch(onconnect_of_old)

# %% [markdown] minutes=4
# The path is still there: `websocket.request.path`.
#
# ## Your own server, in a file
#
# So far the kit has started your servers. This cell writes a whole server into the file `my_websocket_server.py`, beside this notebook.
# `%%writefile` saves the cell and does not run it. `sys.argv` holds the words of the command line, so `PORT` is the last word of the command, or
# 8002 if there is none.

# %% [markdown] tags=["notes"]
# **Ask:** What does the program wait for in `await asyncio.Future()`? (For nothing that ever comes. So it goes on listening.)
#
# **What goes wrong:** Somebody copies an older example with `websockets.serve(...)` outside of `async def`, and sees *no
# running event loop*. The end of the section has the reason.

# %%
#%%writefile my_websocket_server.py
import asyncio
import sys

import websockets

PORT = int(sys.argv[-1]) if sys.argv[1:] else 8002


async def onconnect(websocket):
    async for datain in websocket:
        print("From client:", datain)
        await websocket.send(f"You said: {datain}")


async def start_server():
    async with websockets.serve(onconnect, "127.0.0.1", PORT):
        print(f"Listening on ws://127.0.0.1:{PORT}")
        await asyncio.Future()


try:
    asyncio.run(start_server())
except KeyboardInterrupt:
    print("Ctrl+C: the server has ended")

# %% [markdown]
# Read it from the end. `asyncio.run` makes an event loop and runs one coroutine in it. `websockets.serve` listens on the port until its
# block ends. The block must not end, so it waits for a **Future**.
#
# A Future is a result that will come later (JavaScript calls it a Promise). This one never gets a result. So `await asyncio.Future()` means:
# wait here for ever. Meanwhile the server serves.
#
# Now start the file. First `echo` stops, because it has port 8002. Then `launch` runs the file as a program of its own, as a terminal would. The
# client talks to it. At the end, `own.stop()` does what Ctrl+C does in a terminal: Python raises `KeyboardInterrupt` in the program.

# %%
echo.stop()
own = launch("my_websocket_server", port=8002)
async with websockets.connect(own.url) as websocket:
    await websocket.send("one")
    print(await websocket.recv())

own.stop()
own.log

# %% [markdown]
# The last line comes from `except KeyboardInterrupt`. Without it, Ctrl+C would end the server with a traceback.
#
# Now do the same by hand. Open a terminal (*File → New → Terminal*), start your server, and end it with Ctrl+C:
#
# ```
# python notebooks/my_websocket_server.py
# ```
#
# Three things look different in other examples:
#
# - `await server.serve_forever()` in place of `await asyncio.Future()` waits for ever, too. Then the line above it ends with `as server:`. The
#   library's documentation writes it like this.
# - `websockets.serve(...)` outside of `async def` is from older versions. Today it raises *no running event loop*.
# - `"localhost"` in place of `"127.0.0.1"` is a name. It can mean two addresses, 127.0.0.1 and ::1. This library uses both, but other programs
#   may use only one of them. So this course writes the number.

# %% [markdown] tags=["notes"]
# **Do:** Have everyone run `my_websocket_server.py` in a terminal of their own, and press Ctrl+C.
#
# **Ask:** Which line of the file was running when you pressed it? (`await asyncio.Future()`.)
#
# **What goes wrong:** Port 8002 is still used by another notebook. `python notebooks/my_websocket_server.py 8072` takes another
# port.

# %% [markdown] minutes=3
# ## await or asyncio.run?
#
# A program has one `asyncio.run(...)`, at its end. What happens if you write that into a cell?

# %% [markdown] tags=["notes"]
# **Short of time:** Leave out nest_asyncio. The sentence that matters: in a cell write `await`, in a program one
# `asyncio.run`.

# %% breaks="`asyncio.run` cannot run inside the notebook's event loop"
errand = visit(1)
try:
    asyncio.run(errand)
except RuntimeError as error:
    print(error)
errand.close()  # this coroutine never ran, and Python would complain about that

# %% [markdown]
# A notebook has an event loop already, which runs your cells. `asyncio.run` tries to start a second one inside of it, and Python does not
# allow that. You do not need a second one. **In a cell, write `await`**: `await visit(1)`.
#
# You may skip the next cell. Sometimes you cannot change the code that calls `asyncio.run`, because it is not yours. For this case there is
# **nest_asyncio**. It changes `asyncio`, so that a running loop can be used once more. The original project has ended. Its successor is called
# nest_asyncio2.

# %%
import nest_asyncio2 as nest_asyncio

nest_asyncio.apply()
asyncio.run(visit(2))

# %% [markdown] minutes=7
# It has a price. The change affects every library in this notebook, until you restart the kernel (the button ⟳). And `asyncio.run` no longer cleans
# up: tasks that are left over go on running. (If you run the cell with the error again, there is no error now.) So use it only for code of others.
# In your own cells write `await`.
#
# | where | write |
# |---|---|
# | in a program | `asyncio.run(main())`, once, at the end |
# | in a cell | `await main()` |
# | in a cell, with code that calls `asyncio.run` itself | `nest_asyncio.apply()` before it |
#
# ## A client that asks the keyboard
#
# A person types a line, the client sends it, and the server answers. A first try often looks like this:

# %% [markdown] tags=["notes"]
# **Ask:** The client works. Where is the fault? (It cannot receive while it waits for the keyboard.)
#
# **What goes wrong:** People take the cell with `type_slowly` for a trick. It blocks as `input` does; a cell cannot type by itself.

# %%
#%%writefile my_websocket_client.py
import asyncio
import sys

import websockets


async def client(url):
    websocket = await websockets.connect(url)
    while True:
        name = input("Enter some data: ")
        if not name:
            break
        await websocket.send(name)
        print("From server:", await websocket.recv())
    await websocket.close()


asyncio.run(client(sys.argv[1]))

# %% [markdown]
# An empty line ends it. This cell starts the client and types for you: *one*, *two*, and an empty line.

# %%
command = [sys.executable, "my_websocket_client.py", chat.url]
run = subprocess.run(command, input="one\ntwo\n\n", text=True, capture_output=True, timeout=20)
print(run.stdout + run.stderr)

# %% [markdown]
# It works, and it has a fault that you do not see: `input` blocks. While the person thinks, the event loop stands still, and nothing is
# received. How does a server notice that?
#
# Lesson 32 showed ping and pong. A server sends a ping from time to time, and the library on the other side answers with a pong. This is
# called **keep-alive**, or heartbeat. (HTTP's keep-alive of lesson 14 is another thing with the same name.) The library waits 20 seconds for a
# pong. To see the effect soon, this server waits half a second.
#
# `type_slowly` stands for `input` and a person who thinks for a while. It blocks in the same way.

# %%
strict = launch(onconnect, port=8042, name="strict", ping_interval=0.1, ping_timeout=0.5)


def type_slowly():
    time.sleep(1.5)
    return "two"

# %% breaks="a call that blocks keeps the pong back, and the server hangs up with 1011"
async def blocking_client():
    async with websockets.connect(strict.url) as websocket:
        await websocket.send(type_slowly())
        return await websocket.recv()


try:
    print(await blocking_client())
except websockets.ConnectionClosed as error:
    print(error)

# %% [markdown]
# *received 1011* says that the other side, the server, sent its close frame first; *then sent 1011* is the library's answer to it. The
# reason says why: no pong came in time. The client's library would have sent it, but the event loop stood still.
#
# The cure is a **thread**. It waits for the keyboard, and the event loop goes on. `asyncio.to_thread` starts the function in a thread, and you
# can await the result:

# %%
async def awaiting_client():
    async with websockets.connect(strict.url) as websocket:
        await websocket.send(await asyncio.to_thread(type_slowly))
        return await websocket.recv()


await awaiting_client()

# %% [markdown] minutes=4
# In `my_websocket_client.py` the line would be `name = await asyncio.to_thread(input, "Enter some data: ")`. It has one weakness. After Ctrl+C the
# program ends only when somebody presses Enter, because `asyncio.run` waits for the thread.
#
# ## Two tasks on one connection
#
# One fault is left. The client receives only after it has sent something. But a WebSocket server may send at any time. This one sends three
# messages, and then waits for one.
#
# So the client has to do two things at once: receive, and wait for the keyboard. `asyncio.create_task` starts a coroutine and does not wait
# for it. The result is called a **task**. It runs whenever the other code awaits. Keep a task in a variable: Python may throw away a task that
# no variable holds.

# %%
async def ticker(websocket):
    for number in [1, 2, 3]:
        await asyncio.sleep(0.1)
        await websocket.send(f"tick {number}")
    await websocket.send(f"You said: {await websocket.recv()}")


clock = launch(ticker, port=8052)

# %%
async def show_messages(websocket):
    async for message in websocket:
        print("From server:", message)


async with websockets.connect(clock.url) as websocket:
    showing = asyncio.create_task(show_messages(websocket))
    line = await asyncio.to_thread(type_slowly)
    print("Typed:", line)
    await websocket.send(line)
    await showing

# %% [markdown] tags=["notes"]
# **Ask:** Before the cell with the task is run: what comes first, *tick 1* or *Typed*?
#
# **Do:** Take the task away on the projector (receive after `send` only) and run the cell again: the ticks come late, all at once.
# Both clients in the terminals print *The server has left.*
#
# **What goes wrong:** `create_task` without a variable. Python may then throw the task away.

# %% [markdown] minutes=2
# The ticks came before anything was typed. The last line, `await showing`, waits until the server has closed the connection.
#
# The course's own client, [servers/echo_client.py](../servers/echo_client.py), is built like this, and ends at once after Ctrl+C. (Its
# thread is a **daemon thread**, and Python does not wait for such threads.) Try it with three terminals. Start your server in the first one:
#
# ```
# python notebooks/my_websocket_server.py
# ```
#
# Start a client in each of the other two, and type something:
#
# ```
# python -m servers.echo_client
# ```
#
# Then press Ctrl+C in the server's terminal. What do both clients print?
#
# <details><summary>Answer</summary>
#
# *The server has left.*, at once, since one of their two tasks always receives.
#
# </details>
#
# ## Recap
#
# - `onconnect(websocket)` runs once for each client, until the client leaves. When it returns, the connection is closed.
# - `await` lets other code run. A call that waits without `await` blocks everything.
# - In a cell write `await`. In a program write `asyncio.run`, once.
#
# **Check yourself**
#
# <details><summary>The server answers one client, and all others wait. What do you look for?</summary>
#
# A call that waits without await: time.sleep, input, requests, or a long loop.
#
# </details>
# <details><summary>Why does connect("http://127.0.0.1:8002") fail?</summary>
#
# The address of a WebSocket begins with ws, or with wss when it is encrypted.
#
# </details>
# <details><summary>A client sees close code 1011. Whose fault is it?</summary>
#
# Often the server's: its handler failed with an exception. But read the reason. *keepalive ping timeout* says that a pong did not come in
# time. With *received 1011*, this client did not answer the server's ping. With *sent 1011*, the server did not answer this client's ping.
# Either the event loop of that side was blocked, or the network failed.
#
# </details>
# <details><summary>print(websocket.recv()) shows a coroutine object. What is missing?</summary>
#
# An await. The call only made a coroutine. Nothing has been received.
#
# </details>
#
# **Now you:** [exercise 33](../exercises/33-websocket-server.ipynb). **Next lesson:** [Push to
# many](34-server-push.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
