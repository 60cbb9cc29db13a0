# %% [markdown]
# # Exercise 33: degrees over a WebSocket
#
# You need [lesson 33](../notebooks/33-websocket-server.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import asyncio
import time
from contextlib import suppress

import websockets

from wirelab import check, launch, stop_all, wire

# %% [markdown]
# ## 33.1 Celsius in, Fahrenheit out
#
# A station sends temperatures in degrees Celsius as text, one in each message. Write `onconnect`, so that every message is
# answered with the same temperature in degrees Fahrenheit, as text: `"100"` with `"212.0"`, `"-40"` with `"-40.0"`.
#
# The function `fahrenheit` calculates. A client sends as many messages as it likes.

# %% [markdown] tags=["solution"]
# `async for` waits for message after message and ends when the client leaves; every step that waits is awaited. What
# `fahrenheit` returns is a number, and a WebSocket carries text or bytes, so it goes through `str`. With a single `recv` instead
# of the loop, the conversation would be over after the first answer.

# %% exercise="33.1"
def fahrenheit(celsius):
    return celsius * 9 / 5 + 32


async def onconnect(websocket):
    ### BEGIN SOLUTION
    async for message in websocket:
        await websocket.send(str(fahrenheit(float(message))))
    ### END SOLUTION

# %% wrong="33.1" caught_by="answers the message '-40'" says="to go on, it needs a loop over the messages"
def fahrenheit(celsius):
    return celsius * 9 / 5 + 32


async def onconnect(websocket):
    message = await websocket.recv()
    await websocket.send(str(fahrenheit(float(message))))

# %% wrong="33.1" caught_by="your code crashed" says="must be str, bytes, iterable"
def fahrenheit(celsius):
    return celsius * 9 / 5 + 32


async def onconnect(websocket):
    async for message in websocket:
        await websocket.send(fahrenheit(float(message)))

# %% wrong="33.1" caught_by="answers the message '100'" says="Without await in front of it, such a call does nothing"
def fahrenheit(celsius):
    return celsius * 9 / 5 + 32


async def onconnect(websocket):
    async for message in websocket:
        websocket.send(str(fahrenheit(float(message))))

# %% wrong="33.1" caught_by="answers a temperature drawn by chance" says="got: '?'"
async def onconnect(websocket):
    async for message in websocket:
        await websocket.send({"100": "212.0", "-40": "-40.0", "37.5": "99.5"}.get(message, "?"))

# %% wrong="33.1" caught_by="answers 100 with 212.0" says="Convert the text to a number"
async def onconnect(websocket):
    async for message in websocket:
        await websocket.send(message)

# %%
station = launch(onconnect)
station

# %% checks="33.1" points=2
check("33.1", station)

# %% [markdown]
# ## 33.2 The slow sensor
#
# Reading the sensor of a station takes a while, and `measure` waits for it. Write `ask_sensor`:
#
# - The message `status` is answered with `ready`, at once, whatever other clients have asked for.
# - Any other message is the name of a station, and is answered with what `measure` returns for it.

# %%
def measure(name):
    time.sleep(0.2)  # the sensor is slow, and this line cannot be changed
    return {"Harbour": "17.5", "Summit": "-3.0"}.get(name, "unknown")

# %% [markdown] tags=["solution"]
# `measure` waits without `await`: called as it is, it would stop the event loop, and with it every other client.
# `asyncio.to_thread` calls it in a thread of its own, and gives something that can be awaited. Function and argument are handed over
# apart; with `measure(message)` in the brackets it would be called here after all.

# %% exercise="33.2"
async def ask_sensor(websocket):
    ### BEGIN SOLUTION
    async for message in websocket:
        if message == "status":
            await websocket.send("ready")
        else:
            await websocket.send(await asyncio.to_thread(measure, message))
    ### END SOLUTION

# %% wrong="33.2" caught_by="answers one client while it measures for another" says="measure waits without await"
async def ask_sensor(websocket):
    async for message in websocket:
        if message == "status":
            await websocket.send("ready")
        else:
            await websocket.send(measure(message))

# %% wrong="33.2" caught_by="your code crashed" says="TypeError: 'str' object is not callable"
async def ask_sensor(websocket):
    async for message in websocket:
        if message == "status":
            await websocket.send("ready")
        else:
            await websocket.send(await asyncio.to_thread(measure(message)))

# %% wrong="33.2" caught_by="your code crashed" says="TypeError: "
async def ask_sensor(websocket):
    async for message in websocket:
        if message == "status":
            await websocket.send("ready")
        else:
            await websocket.send(await measure(message))

# %% wrong="33.2" caught_by="your code crashed" says="TypeError: "
async def ask_sensor(websocket):
    async for message in websocket:
        if message == "status":
            await websocket.send("ready")
        else:
            await websocket.send(asyncio.to_thread(measure, message))

# %%
sensor = launch(ask_sensor)

# %% checks="33.2" points=3
check("33.2", sensor)

# %% [markdown]
# ## 33.3 A server for several clients
#
# Stations report, and visitors ask, each over a connection of its own. Write `weather`:
#
# - `Harbour 17.5`, a name and a number, is a report: keep it, and answer `noted`.
# - `Harbour`, one word, is a question: answer with the latest reading of that station, as it was reported, or `unknown`.
# - Whatever else comes is answered with `not understood`, and the conversation goes on.
#
# What one client reports, every other client may ask for. `is_number("17.5")` is `True`.

# %%
def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True

# %% [markdown] tags=["solution"]
# Every client has a call of `weather` of its own. What they share must live outside of it, here in `latest`; a dictionary inside of the
# function would be a new one for each client. No lock is needed: the calls take turns only where one of them awaits.
#
# The number of words decides what a message is, and the number is looked at before it is kept. One client's nonsense gets an answer, not
# an exception, which would end its conversation with 1011.

# %% exercise="33.3"
latest = {}


async def weather(websocket):
    ### BEGIN SOLUTION
    async for message in websocket:
        words = message.split()
        if len(words) == 1:
            answer = latest.get(words[0], "unknown")
        elif len(words) == 2 and is_number(words[1]):
            latest[words[0]] = words[1]
            answer = "noted"
        else:
            answer = "not understood"
        await websocket.send(answer)
    ### END SOLUTION

# %% wrong="33.3" caught_by="tells one client what another one reported" says="Every client has its own call of weather"
async def weather(websocket):
    latest = {}
    async for message in websocket:
        words = message.split()
        if len(words) == 1:
            answer = latest.get(words[0], "unknown")
        elif len(words) == 2 and is_number(words[1]):
            latest[words[0]] = words[1]
            answer = "noted"
        else:
            answer = "not understood"
        await websocket.send(answer)

# %% wrong="33.3" caught_by="your code crashed" says="ValueError: not enough values to unpack (expected 2, got 1)"
latest = {}


async def weather(websocket):
    async for message in websocket:
        name, reading = message.split()
        latest[name] = reading
        await websocket.send("noted")

# %% wrong="33.3" caught_by="answers the message 'Harbour'" says="to go on, it needs a loop over the messages"
latest = {}


async def weather(websocket):
    words = (await websocket.recv()).split()
    if len(words) == 1:
        answer = latest.get(words[0], "unknown")
    elif len(words) == 2 and is_number(words[1]):
        latest[words[0]] = words[1]
        answer = "noted"
    else:
        answer = "not understood"
    await websocket.send(answer)

# %% wrong="33.3" caught_by="does not take a word for a reading" says="expected: 'not understood'"
latest = {}


async def weather(websocket):
    async for message in websocket:
        words = message.split()
        if len(words) == 1:
            answer = latest.get(words[0], "unknown")
        elif len(words) == 2:
            latest[words[0]] = words[1]
            answer = "noted"
        else:
            answer = "not understood"
        await websocket.send(answer)

# %% wrong="33.3" caught_by="answers the message 'Harbour warm'" says="it closed the connection without an answer (close code 1008"
latest = {}


async def weather(websocket):
    async for message in websocket:
        words = message.split()
        if len(words) == 1:
            await websocket.send(latest.get(words[0], "unknown"))
        elif len(words) == 2 and is_number(words[1]):
            latest[words[0]] = words[1]
            await websocket.send("noted")
        else:
            await websocket.close(1008, "not understood")

# %%
live = launch(weather, compression=None)

# %% checks="33.3" points=4
check("33.3", live)

# %% [markdown]
# ## 33.4 And its client
#
# Write `report`, the client of a station. It connects to `url`, sends each of the `readings` as a message, `Harbour 17.5` for
# example, waits for the answer to it, and returns the list of all answers. At the end it says goodbye. If the server leaves before
# that, it returns the answers that it has got so far.

# %% [markdown] tags=["solution"]
# `async with` sends the close frame at the end of the block, also when something in the block goes wrong. When the server leaves, `recv`
# (or `send`) raises `ConnectionClosed`; suppressed outside of the block, it ends the loop and nothing else, so that the answers are
# returned.

# %% exercise="33.4"
async def report(url, station, readings):
    ### BEGIN SOLUTION
    answers = []
    with suppress(websockets.ConnectionClosed):
        async with websockets.connect(url) as websocket:
            for reading in readings:
                await websocket.send(f"{station} {reading}")
                answers.append(await websocket.recv())
    return answers
    ### END SOLUTION

# %% wrong="33.4" caught_by="says goodbye with a close frame" says="for it the connection broke off, which is 1006"
async def report(url, station, readings):
    answers = []
    websocket = await websockets.connect(url)
    with suppress(websockets.ConnectionClosed):
        for reading in readings:
            await websocket.send(f"{station} {reading}")
            answers.append(await websocket.recv())
    return answers

# %% wrong="33.4" caught_by="your code crashed" says="ConnectionClosed"
async def report(url, station, readings):
    answers = []
    async with websockets.connect(url) as websocket:
        for reading in readings:
            await websocket.send(f"{station} {reading}")
            answers.append(await websocket.recv())
    return answers

# %% wrong="33.4" caught_by="returns the answers" says="got: ['noted']"
async def report(url, station, readings):
    with suppress(websockets.ConnectionClosed):
        async with websockets.connect(url) as websocket:
            for reading in readings:
                await websocket.send(f"{station} {reading}")
                return [await websocket.recv()]

# %% wrong="33.4" caught_by="sends each reading as a message" says="expected: ['Harbour 17.5', 'Harbour 18.0', 'Harbour 16.5']"
async def report(url, station, readings):
    answers = []
    with suppress(websockets.ConnectionClosed):
        async with websockets.connect(url) as websocket:
            for reading in readings:
                await websocket.send(str(reading))
                answers.append(await websocket.recv())
    return answers

# %% wrong="33.4" caught_by="returns what it has got when the server leaves" says="got: None"
async def report(url, station, readings):
    answers = []
    try:
        async with websockets.connect(url) as websocket:
            for reading in readings:
                await websocket.send(f"{station} {reading}")
                answers.append(await websocket.recv())
            return answers
    except websockets.ConnectionClosed:
        print("The server has left")

# %% checks="33.4" points=4
check("33.4", report)

# %% [markdown]
# When both pass, let your client talk to your server:

# %%
with wire(live) as tap, suppress(Exception):  # whatever goes wrong, look at the wire
    print(await report(tap.url, "Harbour", ["17.5", "18.0"]))

tap

# %%
stop_all()
