# %% [markdown]
# # Exercise 34: live readings for every display
#
# You need [lesson 34](../notebooks/34-server-push.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import websockets
from websockets.asyncio.server import broadcast

from wirelab import check, launch, stop_all, wire

# %% [markdown]
# ## 34.1 A reading as a message
#
# What a station tells its displays is JSON. Write `reading_message`, which returns the text of such a message:
# `reading_message(1, "Harbour", 17.5)` returns
#
# ```
# {"type": "reading", "number": 1, "station": "Harbour", "celsius": 17.5}
# ```

# %% [markdown] tags=["solution"]
# A dictionary says what is meant, and `json.dumps` knows how JSON writes it: double quotation marks around texts, a backslash before one
# inside, numbers as they are. An f-string would look simpler, and break at the first name with a quotation mark in it.

# %% exercise="34.1"
def reading_message(number, station, celsius):
    ### BEGIN SOLUTION
    return json.dumps({"type": "reading", "number": number, "station": station, "celsius": celsius})
    ### END SOLUTION

# %% wrong="34.1" caught_by="returns text" says="A WebSocket carries text, no dictionaries"
def reading_message(number, station, celsius):
    return {"type": "reading", "number": number, "station": station, "celsius": celsius}

# %% wrong="34.1" caught_by="says type, number, station and celsius in JSON" says="stand in double quotation marks"
def reading_message(number, station, celsius):
    return str({"type": "reading", "number": number, "station": station, "celsius": celsius})

# %% wrong="34.1" caught_by="says it also of a station with quotation marks in its name" says="put together by hand breaks"
def reading_message(number, station, celsius):
    return f'{{"type": "reading", "number": {number}, "station": "{station}", "celsius": {celsius}}}'

# %% wrong="34.1" caught_by="says type, number, station and celsius in JSON" says="'celsius': '17.5'"
def reading_message(number, station, celsius):
    return json.dumps({"type": "reading", "number": number, "station": station, "celsius": str(celsius)})

# %% checks="34.1" points=2
check("34.1", reading_message)

# %% [markdown]
# ## 34.2 Tell everyone
#
# Stations and displays connect to one server. Write `onconnect`:
#
# - The message `count` is answered, to this client alone, with the number of clients that are connected, as text.
# - Every other message is a report, and is told to all clients, as it came. That includes the one who sent it.
# - Who has left is no longer counted, however it left.

# %% [markdown] tags=["solution"]
# The set stands outside, since each client has a call of its own. `finally` runs when the loop ends, and also when a client vanishes and
# the loop raises an exception. `broadcast` waits for nobody, and so is not awaited.

# %% exercise="34.2"
clients = set()


async def onconnect(websocket):
    ### BEGIN SOLUTION
    clients.add(websocket)
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(str(len(clients)))
            else:
                broadcast(clients, message)
    finally:
        clients.discard(websocket)
    ### END SOLUTION

# %% wrong="34.2" caught_by="takes out who says goodbye" says="Who takes it out of the set?"
clients = set()


async def onconnect(websocket):
    clients.add(websocket)
    async for message in websocket:
        if message == "count":
            await websocket.send(str(len(clients)))
        else:
            broadcast(clients, message)

# %% wrong="34.2" caught_by="takes out who vanishes without a close frame" says="no line behind the loop runs"
clients = set()


async def onconnect(websocket):
    clients.add(websocket)
    async for message in websocket:
        if message == "count":
            await websocket.send(str(len(clients)))
        else:
            broadcast(clients, message)
    clients.discard(websocket)

# %% wrong="34.2" caught_by="counts those who join" says="Every client has its own call of onconnect"
async def onconnect(websocket):
    clients = {websocket}
    async for message in websocket:
        if message == "count":
            await websocket.send(str(len(clients)))
        else:
            broadcast(clients, message)

# %% wrong="34.2" caught_by="tells a report to everyone" says="websocket.send speaks to this one client"
clients = set()


async def onconnect(websocket):
    clients.add(websocket)
    try:
        async for message in websocket:
            await websocket.send(str(len(clients)) if message == "count" else message)
    finally:
        clients.discard(websocket)

# %% wrong="34.2" caught_by="your code crashed" says="TypeError: "
clients = set()


async def onconnect(websocket):
    clients.add(websocket)
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(str(len(clients)))
            else:
                await broadcast(clients, message)
    finally:
        clients.discard(websocket)

# %% wrong="34.2" caught_by="your code crashed" says="TypeError: "
clients = set()


async def onconnect(websocket):
    clients.add(websocket)
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(len(clients))
            else:
                broadcast(clients, message)
    finally:
        clients.discard(websocket)

# %%
station = launch(onconnect)
station

# %% checks="34.2" points=3
check("34.2", station)

# %% [markdown]
# ## 34.3 Answer what makes no sense
#
# Now reports are JSON: `{"station": "Harbour", "celsius": 17.5}`. Write `reports`:
#
# - Every client is in `displays`, from its arrival until it leaves.
# - Such a report is told to everyone in `displays` as `{"type": "reading", "station": "Harbour", "celsius": 17.5}`.
# - Whatever makes no sense (no JSON, no object, a name that is missing, a temperature that is no number) is answered, to this client alone,
#   with `{"type": "error", "message": "…"}`. The words are yours. The conversation goes on.
#
# `float("17.5")` and `float(17.5)` are both `17.5`; what is no number raises `ValueError` or `TypeError`.

# %% [markdown] tags=["solution"]
# The `try` stands inside of the loop, around that which may fail, so that one bad message costs nothing but an answer. Three exceptions
# say that a message makes no sense: `ValueError` (no JSON, no number), `KeyError` (a name is missing), `TypeError` (a list or
# a number has no names). Others would be faults of the server, and are not hidden.

# %% exercise="34.3"
displays = set()


async def reports(websocket):
    ### BEGIN SOLUTION
    displays.add(websocket)
    try:
        async for message in websocket:
            try:
                report = json.loads(message)
                station, celsius = report["station"], float(report["celsius"])
            except (ValueError, TypeError, KeyError):
                words = "send a station and its temperature in degrees Celsius"
                await websocket.send(json.dumps({"type": "error", "message": words}))
            else:
                broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
    finally:
        displays.discard(websocket)
    ### END SOLUTION

# %% wrong="34.3" caught_by="your code crashed" says="JSONDecodeError: Expecting value"
displays = set()


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            report = json.loads(message)
            broadcast(displays, json.dumps({"type": "reading", **report}))
    finally:
        displays.discard(websocket)

# %% wrong="34.3" caught_by="your code crashed" says="KeyError: 'celsius'"
displays = set()


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            try:
                report = json.loads(message)
                station, celsius = report["station"], float(report["celsius"])
            except (ValueError, TypeError):
                await websocket.send(json.dumps({"type": "error", "message": "not understood"}))
            else:
                broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
    finally:
        displays.discard(websocket)

# %% wrong="34.3" caught_by="answers the message '[1, 2]'" says="A handler that returns ends the conversation with 1000"
displays = set()


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            report = json.loads(message)
            station, celsius = report["station"], float(report["celsius"])
            broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
    except (ValueError, TypeError, KeyError):
        await websocket.send(json.dumps({"type": "error", "message": "not understood"}))
    finally:
        displays.discard(websocket)

# %% wrong="34.3" caught_by="tells an error to nobody else" says="hear of one client's mistake"
displays = set()


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            try:
                report = json.loads(message)
                told = {"type": "reading", "station": report["station"], "celsius": float(report["celsius"])}
            except (ValueError, TypeError, KeyError):
                told = {"type": "error", "message": "not understood"}
            broadcast(displays, json.dumps(told))
    finally:
        displays.discard(websocket)

# %% wrong="34.3" caught_by="answers the message 'warm'" says="close code 1003, not understood"
displays = set()


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            try:
                report = json.loads(message)
                station, celsius = report["station"], float(report["celsius"])
            except (ValueError, TypeError, KeyError):
                await websocket.close(1003, "not understood")
            else:
                broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
    finally:
        displays.discard(websocket)

# %% wrong="34.3" caught_by="answers warm with an error" says="The answer is JSON like every other"
displays = set()


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            try:
                report = json.loads(message)
                station, celsius = report["station"], float(report["celsius"])
            except (ValueError, TypeError, KeyError) as error:
                await websocket.send(f"error: {error}")
            else:
                broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
    finally:
        displays.discard(websocket)

# %%
harbour = launch(reports)

# %% checks="34.3" points=3
check("34.3", harbour)

# %% [markdown]
# ## 34.4 Come back, and miss nothing
#
# A station sends temperatures as text, `17.5`. Each becomes a reading with a number, `{"number": 1, "celsius": 17.5}`. Write `live`:
#
# - A report is kept in `readings`, as the text of its message, and told to everyone in `displays`. So number 1 stands at place 0.
# - Who connects is told the last reading at once, if there is one.
# - Who connects with `?since=4` knows reading 4, and is told what it has missed instead: 5, 6 and so on. That may be nothing.
#
# `since(websocket)` is the number that a client knows, or `None`.

# %%
def since(websocket):
    query = parse_qs(urlsplit(websocket.request.path).query)
    return int(query["since"][0]) if "since" in query else None

# %% [markdown] tags=["solution"]
# Reading number 1 stands at place 0, so `readings[known:]` are those after number `known`; and `readings[-1:]` is a list with the last
# one, or an empty one. `known` may be 0, which is not `None`.
#
# From the look at `readings` until the client is in `displays`, nothing is awaited. With `await websocket.send(...)` there, a report could
# come in between, and this one client would never hear of it.

# %% exercise="34.4"
readings = []
displays = set()


async def live(websocket):
    ### BEGIN SOLUTION
    known = since(websocket)
    for message in readings[-1:] if known is None else readings[known:]:
        broadcast([websocket], message)
    displays.add(websocket)
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)
    ### END SOLUTION

# %% wrong="34.4" caught_by="your code crashed" says="IndexError: list index out of range"
readings = []
displays = set()


async def live(websocket):
    known = since(websocket)
    if known is None:
        broadcast([websocket], readings[-1])
    else:
        for message in readings[known:]:
            broadcast([websocket], message)
    displays.add(websocket)
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)

# %% wrong="34.4" caught_by="tells a newcomer the last reading at once, and none before it" says="readings[-1:] is a list with the last one"
readings = []
displays = set()


async def live(websocket):
    for message in readings[since(websocket) or 0 :]:
        broadcast([websocket], message)
    displays.add(websocket)
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)

# %% wrong="34.4" caught_by="tells who comes back all that it missed, in order" says="Reading number 1 stands at place 0"
readings = []
displays = set()


async def live(websocket):
    known = since(websocket)
    for message in readings[-1:] if known is None else readings[known + 1 :]:
        broadcast([websocket], message)
    displays.add(websocket)
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)

# %% wrong="34.4" caught_by="tells who comes back all that it missed, in order" says="place 0 of the list"
readings = []
displays = set()


async def live(websocket):
    for message in readings[-1:]:
        broadcast([websocket], message)
    displays.add(websocket)
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)

# %% wrong="34.4" caught_by="tells who knows no reading yet all of them, from number 1" says="0 is false in Python"
readings = []
displays = set()


async def live(websocket):
    known = since(websocket)
    for message in readings[known:] if known else readings[-1:]:
        broadcast([websocket], message)
    displays.add(websocket)
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)

# %% wrong="34.4" caught_by="repeats to nobody what others have missed" says="Others have heard these already"
readings = []
displays = set()


async def live(websocket):
    displays.add(websocket)
    known = since(websocket)
    for message in readings[-1:] if known is None else readings[known:]:
        broadcast(displays, message)
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)

# %%
summit = launch(live, compression=None)

# %% checks="34.4" points=4
check("34.4", summit)

# %% [markdown]
# When it passes, look at it on the wire: a station reports three times, and a display comes that knows nothing, then one that knows
# the first reading.

# %%
readings.clear()
with wire(summit) as tap:
    try:
        async with websockets.connect(tap.url) as reporter, asyncio.timeout(2):
            for report in ["17.5", "18.0", "18.5"]:
                await reporter.send(report)
                await reporter.recv()
        for query, count in [("", 1), ("?since=1", 2)]:
            async with websockets.connect(f"{tap.url}/{query}") as display, asyncio.timeout(1):
                print(*[await display.recv() for _ in range(count)])
    except (TimeoutError, OSError, websockets.WebSocketException) as error:
        print(type(error).__name__)

# %%
tap.frames

# %%
stop_all()
