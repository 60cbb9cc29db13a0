# %% [markdown]
# # Exercise 33: degrees over a WebSocket
#
# You need [lesson 33](../notebooks/33-websocket-server.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import asyncio
import time
from contextlib import suppress
from math import isfinite

import websockets

from wirelab import check, hint, launch, show_me, stop_all, wire

# %% [markdown]
# ## 33.1 Celsius in, Fahrenheit out
#
# A station sends temperatures in degrees Celsius as text, one in each message. Write `onconnect`. It answers every message with one
# message: the same temperature in degrees Fahrenheit, as text. It answers `"100"` with `"212.0"` and `"-40"` with `"-40.0"`: that is what `str`
# makes of the numbers.
#
# The function `fahrenheit` calculates. A client sends as many messages as it likes, whenever it likes. Several clients are connected at the
# same time; each gets the answers to its own messages.

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

# %% wrong="33.1" caught_by="answers the message '-40'" says="To go on, it needs a loop over the messages"
async def onconnect(websocket):
    message = await websocket.recv()
    await websocket.send(str(fahrenheit(float(message))))

# %% wrong="33.1" caught_by="your code crashed" says="float() makes a number of text"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send(str(fahrenheit(message)))

# %% wrong="33.1" caught_by="your code crashed" says="A message is a string: str() makes one of a number"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send(fahrenheit(float(message)))

# %% wrong="33.1" caught_by="answers the message '100'" says="without await, it does nothing"
- await websocket.send(str(fahrenheit(float(message))))
+ websocket.send(str(fahrenheit(float(message))))

# %% wrong="33.1" caught_by="answers 0 with 32.0" says="got: '?'"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send({"100": "212.0", "-40": "-40.0", "37.5": "99.5"}.get(message, "?"))

# %% wrong="33.1" caught_by="answers 100 with 212.0" says="Convert the string to a number"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send(message)

# %% wrong="33.1" caught_by="answers 100 with 212.0" says="neither rounded nor made a whole number"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send(str(round(fahrenheit(float(message)))))

# %% wrong="33.1" caught_by="answers 21.25 with 70.25" says="got: '70.2'"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send(f"{fahrenheit(float(message)):.1f}")

# %% wrong="33.1" caught_by="answers 100 with 212.0" says="Those are bytes, and a string is asked for"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send(str(fahrenheit(float(message))).encode())

# %% wrong="33.1" caught_by="your code crashed" says="ValueError: invalid literal for int()"
- await websocket.send(str(fahrenheit(float(message))))
+ await websocket.send(str(fahrenheit(int(message))))

# %% wrong="33.1" caught_by="answers the message '100'" says="Every client has its own call of onconnect"
async def onconnect(websocket):
    global current
    current = websocket
    async for message in websocket:
        await current.send(str(fahrenheit(float(message))))

# %% wrong="33.1" caught_by="answers the message '0'" says="Every client has its own call of onconnect"
busy = False


async def onconnect(websocket):
    global busy
    if busy:
        return
    busy = True
    async for message in websocket:
        await websocket.send(str(fahrenheit(float(message))))
    busy = False

# %% wrong="33.1" caught_by="answers the message '-17.5'" says="it needs a loop over the messages"
- async for message in websocket:
-     await websocket.send(str(fahrenheit(float(message))))
+ for _ in range(20):
+     await websocket.send(str(fahrenheit(float(await websocket.recv()))))

# %% wrong="33.1" caught_by="agrees to a WebSocket" says="A handler still runs, and awaits nothing"
async def onconnect(websocket):
    while True:
        try:
            await websocket.send(str(fahrenheit(float(await websocket.recv()))))
        except Exception:
            pass

# %% wrong="33.1" caught_by="your code crashed" says="TimeoutError"
- async for message in websocket:
-     await websocket.send(str(fahrenheit(float(message))))
+ while True:
+     message = await asyncio.wait_for(websocket.recv(), 0.01)
+     await websocket.send(str(fahrenheit(float(message))))

# %% right="33.1" style="recv until the end"
async def onconnect(websocket):
    try:
        while True:
            celsius = float(await websocket.recv())
            await websocket.send(f"{fahrenheit(celsius)}")
    except websockets.ConnectionClosed:
        return

# %% right="33.1" style="a function of its own, and rounded"
def answer_to(message):
    celsius = float(message.strip())
    return f"{round(fahrenheit(celsius), 2)}"


async def onconnect(websocket):
    async for message in websocket:
        answer = answer_to(message)
        await websocket.send(answer)

# %% right="33.1" style="a task and a queue"
async def onconnect(websocket):
    waiting = asyncio.Queue()

    async def answer():
        while True:
            await websocket.send(str(fahrenheit(float(await waiting.get()))))

    task = asyncio.create_task(answer())
    try:
        async for message in websocket:
            waiting.put_nowait(message)
    finally:
        task.cancel()

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
# - The message `status`, written exactly so, is answered with `ready`, at once, whatever other clients have asked for.
# - Any other message is the name of a station, `Status` too. It is answered with what `measure` returns for it.
#
# A client sends as many messages as it likes, and several clients are connected at the same time. Each gets the answers to its own
# messages, in their order.

# %%
def measure(name):
    time.sleep(0.2)  # the sensor is slow, and this line cannot be changed
    return str(len(name) * 2.5)  # an invented one: the longer the name, the warmer the place

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

# %% wrong="33.2" caught_by="answers one client while it measures for others" says="measure waits without await"
- await websocket.send(await asyncio.to_thread(measure, message))
+ await websocket.send(measure(message))

# %% wrong="33.2" caught_by="your code crashed" says="TypeError: 'str' object is not callable"
- await websocket.send(await asyncio.to_thread(measure, message))
+ await websocket.send(await asyncio.to_thread(measure(message)))

# %% wrong="33.2" caught_by="your code crashed" says="in front of a call of an async function alone"
- await websocket.send(await asyncio.to_thread(measure, message))
+ await websocket.send(await measure(message))

# %% wrong="33.2" caught_by="your code crashed" says="TypeError: "
- await websocket.send(await asyncio.to_thread(measure, message))
+ await websocket.send(asyncio.to_thread(measure, message))

# %% wrong="33.2" caught_by="answers each client in the order of its messages" says="lets a later answer overtake"
async def ask_sensor(websocket):
    async def answer(name):
        await websocket.send(await asyncio.to_thread(measure, name))

    async with asyncio.TaskGroup() as tasks:
        async for message in websocket:
            if message == "status":
                await websocket.send("ready")
            else:
                tasks.create_task(answer(message))

# %% wrong="33.2" caught_by="answers with what measure returns" says="measure is called with the message"
- await websocket.send(await asyncio.to_thread(measure, message))
+ await asyncio.sleep(0.2)
+ await websocket.send({"Harbour": "18.5", "Summit": "-3.0"}.get(message, "unknown"))

# %% wrong="33.2" caught_by="not right yet" says="a local variable"
import threading


async def ask_sensor(websocket):
    def work(name):
        global result
        result = measure(name)

    async for message in websocket:
        if message == "status":
            await websocket.send("ready")
            continue
        thread = threading.Thread(target=work, args=[message])
        thread.start()
        while thread.is_alive():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)
        await websocket.send(result)

# %% wrong="33.2" caught_by="measures 'Status' while others ask for other stations" says="Only the message status, letter by letter"
- if message == "status":
+ if message.lower() == "status":

# %% wrong="33.2" caught_by="answers one client while it measures for others" says="measure waits without await"
async def ask_sensor(websocket):
    async for message in websocket:
        value = await asyncio.to_thread(measure, message)
        await websocket.send("ready" if message == "status" else value)

# %% wrong="33.2" caught_by="answers one client while it measures for others" says="measure waits without await"
turn = asyncio.Lock()


async def ask_sensor(websocket):
    async for message in websocket:
        async with turn:
            await websocket.send("ready" if message == "status" else await asyncio.to_thread(measure, message))

# %% wrong="33.2" caught_by="measures ' status' while others ask for other stations" says="Only the message status, letter by letter"
- if message == "status":
+ if message.strip() == "status":

# %% wrong="33.2" caught_by="measures 'status Öd' while others ask for other stations" says="Only the message status, letter by letter"
- if message == "status":
+ if message.startswith("status"):

# %% wrong="33.2" caught_by="answers the message 'Harbour'" says="it needs a loop over the messages"
async def ask_sensor(websocket):
    message = await websocket.recv()
    await websocket.send("ready" if message == "status" else await asyncio.to_thread(measure, message))

# %% wrong="33.2" caught_by="answers the message ''" says="name of a station"
- else:
+ elif message:

# %% right="33.2" style="one measurement at a time"
turn = asyncio.Lock()


async def ask_sensor(websocket):
    while True:
        try:
            message = await websocket.recv()
        except websockets.ConnectionClosed:
            break
        answer = "ready"
        if message != "status":
            async with turn:
                answer = await asyncio.to_thread(measure, message)
        await websocket.send(answer)

# %% right="33.2" style="threads and futures by hand"
import concurrent.futures

pool = concurrent.futures.ThreadPoolExecutor(max_workers=8)
answers = {"status": lambda name: "ready"}


async def ask_sensor(websocket):
    async for name in websocket:
        future = pool.submit(answers.get(name, measure), name)
        await websocket.send(await asyncio.wrap_future(future))

# %% right="33.2" style="run_in_executor"
async def ask_sensor(websocket):
    loop = asyncio.get_running_loop()
    async for message in websocket:
        answer = "ready" if message == "status" else await loop.run_in_executor(None, measure, message)
        await websocket.send(answer)

# %%
sensor = launch(ask_sensor)

# %% checks="33.2" points=3
check("33.2", sensor)

# %% [markdown]
# ## 33.3 A server for several clients
#
# Stations report, and visitors ask, each over a connection of its own. Write `weather`:
#
# - `Harbour 17.5`, two words, a name and a number, is a report: keep it, and answer `noted`.
# - `Harbour`, one word, is a question: answer with the latest reading of that station, exactly as it was reported (`17.50` stays
#   `17.50`), or `unknown`.
# - Any other message, an empty one too, is answered with `not understood`. It changes nothing, and the conversation goes on.
#
# An answer goes to the client that sent the message, and to no other. What one client reports, every other client may ask for, also when
# the first one has left. All messages are text. `Harbour` and `harbour` are two stations. `is_number("17.5")` is `True`.

# %%
def is_number(text):
    try:
        return isfinite(float(text))
    except ValueError:
        return False

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

# %% wrong="33.3" caught_by="sends one client what another one reported" says="Every client has its own call of weather"
- async for message in websocket:
+ latest = {}
+ async for message in websocket:

# %% wrong="33.3" caught_by="your code crashed" says="ValueError: not enough values to unpack (expected 2, got 1)"
async def weather(websocket):
    async for message in websocket:
        name, reading = message.split()
        latest[name] = reading
        await websocket.send("noted")

# %% wrong="33.3" caught_by="answers the message 'Harbour'" says="it needs a loop over the messages"
- await websocket.send(answer)
+ return await websocket.send(answer)

# %% wrong="33.3" caught_by="does not understand 'Harbour warm'" says="expected: 'not understood'"
- elif len(words) == 2 and is_number(words[1]):
+ elif len(words) == 2:

# %% wrong="33.3" caught_by="answers the message 'Harbour warm'" says="it closed the connection without an answer (close code 1008"
- answer = "not understood"
+ return await websocket.close(1008, "not understood")

# %% wrong="33.3" caught_by="answers a question with the reading, as it was reported" says="keep the word, and not a number"
- latest[words[0]] = words[1]
+ latest[words[0]] = str(float(words[1]))

# %% wrong="33.3" caught_by="keeps a reading when the client that reported it has left" says="it stays when a client leaves"
async def weather(websocket):
    try:
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
    finally:
        latest.clear()

# %% wrong="33.3" caught_by="answers the message 'Harbour 17.5 18.0'" says="What ends it: break, return, and an exception"
async def weather(websocket):
    async for message in websocket:
        words = message.split()
        if len(words) == 2 and is_number(words[1]):
            latest[words[0]] = words[1]
            await websocket.send("noted")
        elif len(words) == 1:
            await websocket.send(latest.get(words[0], "unknown"))
        else:
            await websocket.send("not understood")
            break

# %% wrong="33.3" caught_by="takes harbour for another name than Harbour" says="Capital and small letters matter"
- words = message.split()
+ words = message.lower().split()

# %% wrong="33.3" caught_by="keeps what it had after a message that it did not understand" says="got: 'unknown'"
-     answer = "noted"
- else:
-     answer = "not understood"
+     answer = "noted"
+ else:
+     latest.pop(words[0] if words else "", None)
+     answer = "not understood"

# %% wrong="33.3" caught_by="sends one client what another one reported" says="An answer goes to the client that sent the message"
clients = set()


async def weather(websocket):
    clients.add(websocket)
    async for message in websocket:
        words = message.split()
        if len(words) == 1:
            answer = latest.get(words[0], "unknown")
        elif len(words) == 2 and is_number(words[1]):
            latest[words[0]] = words[1]
            answer = "noted"
        else:
            answer = "not understood"
        websockets.broadcast(clients, answer)

# %% wrong="33.3" caught_by="your code crashed" says="KeyError: 'Nowhere'"
- answer = latest.get(words[0], "unknown")
+ answer = latest[words[0]]

# %% wrong="33.3" caught_by="keeps the stations apart" says="The name of the station is the key"
- answer = latest.get(words[0], "unknown")
+ answer = latest.get("reading", "unknown") if words[0] in latest else "unknown"

- latest[words[0]] = words[1]
+ latest[words[0]] = latest["reading"] = words[1]

# %% wrong="33.3" caught_by="takes one word for a question, also where it is a number" says="got: 'not understood'"
- if len(words) == 1:
+ if len(words) == 1 and not is_number(words[0]):

# %% right="33.3" style="a pattern"
async def weather(websocket):
    async for message in websocket:
        match message.split():
            case [name]:
                await websocket.send(latest.get(name, "unknown"))
            case [name, reading] if is_number(reading):
                latest.update({name: reading})
                await websocket.send("noted")
            case _:
                await websocket.send("not understood")

# %% right="33.3" style="a class, and exceptions"
class Board:
    def __init__(self):
        self.readings = {}

    def answer(self, message):
        name, *rest = message.split()
        if not rest:
            return self.readings[name]
        [reading] = rest
        float(reading)
        self.readings[name] = reading
        return "noted"


board = Board()


async def weather(websocket):
    while True:
        try:
            await websocket.send(board.answer(await websocket.recv()))
        except KeyError:
            await websocket.send("unknown")
        except ValueError:
            await websocket.send("not understood")
        except websockets.ConnectionClosed:
            return

# %% right="33.3" style="a list of reports, and a regular expression"
import re

reports = []


def answer_to(message):
    if re.fullmatch(r"\S+", message):
        found = [reading for name, reading in reports if name == message]
        return found[-1] if found else "unknown"
    match = re.fullmatch(r"(\S+) ([-+]?\d+(\.\d+)?)", message)
    if not match:
        return "not understood"
    reports.append(match.group(1, 2))
    return "noted"


async def weather(websocket):
    async for message in websocket:
        await websocket.send(answer_to(message))

# %%
live = launch(weather, compression=None)

# %% checks="33.3" points=4
check("33.3", live)

# %% [markdown]
# ## 33.4 And its client
#
# Write `report`, an async function, the client of a station. `station` is a name, and `readings` is a list of strings, perhaps an empty
# one.
#
# - It connects to `url` once.
# - It sends each reading as a text message, `Harbour 17.5` for example, and waits for the answer before it sends the next one.
# - At the end it sends a close frame with code 1000, and returns the list of all answers.
# - If the server leaves before that, with a close frame or without one, it returns the answers that it has got so far.

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
- with suppress(websockets.ConnectionClosed):
+ with suppress(ConnectionError):

# %% wrong="33.4" caught_by="sends each reading as a message" says="Only the first reading was sent"
- answers.append(await websocket.recv())
+ return [await websocket.recv()]

# %% wrong="33.4" caught_by="sends each reading as a message" says="expected: ['Harbour 17.5', 'Harbour 18.0', 'Harbour 16.50']"
- await websocket.send(f"{station} {reading}")
+ await websocket.send(str(reading))

# %% wrong="33.4" caught_by="returns what it has got when the server says goodbye after two answers" says="got: None"
-             answers.append(await websocket.recv())
- return answers
+             answers.append(await websocket.recv())
+         return answers

# %% wrong="33.4" caught_by="waits for each answer before it sends the next reading" says="send and recv are in the same loop"
- for reading in readings:
-     await websocket.send(f"{station} {reading}")
-     answers.append(await websocket.recv())
+ for reading in readings:
+     await websocket.send(f"{station} {reading}")
+ for reading in readings:
+     answers.append(await websocket.recv())

# %% wrong="33.4" caught_by="not right yet" says="report is a plain function, and an async one is asked for"
def report(url, station, readings):
    async def work():
        answers = []
        with suppress(websockets.ConnectionClosed):
            async with websockets.connect(url) as websocket:
                for reading in readings:
                    await websocket.send(f"{station} {reading}")
                    answers.append(await websocket.recv())
        return answers

    return asyncio.run(work())

# %% wrong="33.4" caught_by="returns what it has got when the server breaks off after one answer" says="ConnectionClosedError: no close frame"
- with suppress(websockets.ConnectionClosed):
+ with suppress(websockets.ConnectionClosedOK):

# %% wrong="33.4" caught_by="connects once" says="One connection for all readings"
async def report(url, station, readings):
    answers = []
    with suppress(websockets.ConnectionClosed):
        for reading in readings:
            async with websockets.connect(url) as websocket:
                await websocket.send(f"{station} {reading}")
                answers.append(await websocket.recv())
    return answers

# %% wrong="33.4" caught_by="sends each reading as a message" says="Bytes make a binary message"
- await websocket.send(f"{station} {reading}")
+ await websocket.send(f"{station} {reading}".encode())

# %% wrong="33.4" caught_by="says goodbye with a close frame" says="1000 is the code that says that all is done"
-             answers.append(await websocket.recv())
+             answers.append(await websocket.recv())
+         await websocket.close(1001)

# %% wrong="33.4" caught_by="returns the answers" says="got: ['noted', 'noted', 'noted']"
- answers.append(await websocket.recv())
+ await websocket.recv()
+ answers.append("noted")

# %% wrong="33.4" caught_by="sends each reading as a message" says="'Harbour 16.5'"
- await websocket.send(f"{station} {reading}")
+ await websocket.send(f"{station} {float(reading)}")

# %% wrong="33.4" caught_by="connects where there are no readings, too" says="leave the empty list to the loop"
- answers = []
+ answers = []
+ if not readings:
+     return answers

# %% right="33.4" style="an iterator of answers"
async def report(url, station, readings):
    async def answers():
        async with websockets.connect(url) as websocket:
            for message in (f"{station} {reading}" for reading in readings):
                await websocket.send(message)
                yield await websocket.recv()

    got = []
    try:
        async for answer in answers():
            got.append(answer)
    except websockets.exceptions.ConnectionClosed:
        pass
    return got

# %% right="33.4" style="an exception at each step"
async def report(url, station, readings):
    answers = list()
    async with websockets.connect(url, compression=None) as websocket:
        for reading in readings:
            try:
                await websocket.send("{} {}".format(station, reading))
                answer = await websocket.recv()
            except (websockets.ConnectionClosedOK, websockets.ConnectionClosedError):
                break
            else:
                answers.append(answer)
    return answers

# %% right="33.4" style="finally, and close"
async def report(url, station, readings):
    websocket, answers = await websockets.connect(url), []
    try:
        for reading in readings:
            await websocket.send(" ".join([station, str(reading)]))
            answers += [await websocket.recv()]
    except websockets.exceptions.ConnectionClosed:
        print("The server has left.")
    finally:
        await websocket.close()
    return answers

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
