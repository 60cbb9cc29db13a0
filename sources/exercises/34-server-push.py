# %% [markdown]
# # Exercise 34: live readings for every display
#
# You need [lesson 34](../notebooks/34-server-push.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import asyncio
import json
from math import isfinite
from urllib.parse import parse_qs, urlsplit

import websockets
from websockets.asyncio.server import broadcast

from wirelab import check, hint, launch, show_me, stop_all, wire

# %% [markdown]
# ## 34.1 A reading as a message
#
# A station sends JSON to its displays. Write `reading_message`, which returns such a message as a string. For
# `reading_message(1, "Harbour", 17.5)` the string is
#
# ```
# {"type": "reading", "number": 1, "station": "Harbour", "celsius": 17.5}
# ```
#
# The string has to be right for each temperature, and for each name that a station may have, whatever characters are in it. Spaces and the
# order of the names do not matter.

# %% [markdown] tags=["solution"]
# A dictionary says what is meant, and `json.dumps` knows how JSON writes it: double quotation marks around texts, a backslash before one
# inside, numbers as they are. An f-string would look simpler, and break at the first name with a quotation mark in it.

# %% exercise="34.1"
def reading_message(number, station, celsius):
    ### BEGIN SOLUTION
    return json.dumps({"type": "reading", "number": number, "station": station, "celsius": celsius})
    ### END SOLUTION

# %% wrong="34.1" caught_by="returns a string" says="A WebSocket carries text, no dictionaries"
def reading_message(number, station, celsius):
    return {"type": "reading", "number": number, "station": station, "celsius": celsius}

# %% wrong="34.1" caught_by="says type, number, station and celsius in JSON" says="stand in double quotation marks"
def reading_message(number, station, celsius):
    return str({"type": "reading", "number": number, "station": station, "celsius": celsius})

# %% wrong="34.1" caught_by="says it also of a station with quotation marks in its name" says="put together by hand breaks"
def reading_message(number, station, celsius):
    return f'{{"type": "reading", "number": {number}, "station": "{station}", "celsius": {celsius}}}'

# %% wrong="34.1" caught_by="says type, number, station and celsius in JSON" says="a number stands without quotation marks"
def reading_message(number, station, celsius):
    return json.dumps({"type": "reading", "number": number, "station": station, "celsius": str(celsius)})

# %% wrong="34.1" caught_by="says type, number, station and celsius in JSON" says="json.dumps has been at work twice"
def reading_message(number, station, celsius):
    message = json.dumps({"type": "reading", "number": number, "station": station, "celsius": celsius})
    return json.dumps(message)

# %% wrong="34.1" caught_by="returns a string" says="decode() makes one of them"
def reading_message(number, station, celsius):
    return json.dumps({"type": "reading", "number": number, "station": station, "celsius": celsius}).encode()

# %% wrong="34.1" caught_by="says it also of a station with other characters in its name" says="put together by hand breaks"
def reading_message(number, station, celsius):
    station = station.replace('"', r"\"")
    return f'{{"type": "reading", "number": {number}, "station": "{station}", "celsius": {celsius}}}'

# %% wrong="34.1" caught_by="says type, number, station and celsius in JSON" says="an object with exactly these names"
def reading_message(number, station, celsius):
    return json.dumps({"number": number, "station": station, "celsius": celsius})

# %% wrong="34.1" caught_by="changes nothing in a name, nor in a temperature" says="unchanged"
- return json.dumps({"type": "reading", "number": number, "station": station, "celsius": celsius})
+ return json.dumps({"type": "reading", "number": number, "station": station.strip().title(), "celsius": celsius})

# %% wrong="34.1" caught_by="changes nothing in a name, nor in a temperature" says="unchanged"
- return json.dumps({"type": "reading", "number": number, "station": station, "celsius": celsius})
+ return json.dumps({"type": "reading", "number": number, "station": station, "celsius": round(celsius, 2)})

# %% wrong="34.1" caught_by="changes nothing in a name, nor in a temperature" says="put together by hand breaks"
def reading_message(number, station, celsius):
    for character, escaped in [("\\", r"\\"), ('"', r"\""), ("\n", r"\n")]:
        station = station.replace(character, escaped)
    return f'{{"type": "reading", "number": {number}, "station": "{station}", "celsius": {celsius}}}'

# %% wrong="34.1" caught_by="says it also of a station with other characters in its name" says="unchanged"
import html


def reading_message(number, station, celsius):
    name = html.escape(station, quote=False)
    return json.dumps({"type": "reading", "number": number, "station": name, "celsius": celsius})

# %% right="34.1" style="indented, in a function of its own"
def as_json(**fields):
    return json.dumps(fields, indent=2, sort_keys=True)


def reading_message(number, station, celsius):
    return as_json(type="reading", number=number, station=station, celsius=celsius) + "\n"

# %% right="34.1" style="only the name by json.dumps"
def reading_message(number, station, celsius):
    return '{"type":"reading","number":%d,"station":%s,"celsius":%r}' % (number, json.dumps(station), celsius)

# %% right="34.1" style="no spaces, and another order"
def reading_message(number, station, celsius):
    reading = dict(number=number, station=station, celsius=celsius, type="reading")
    return json.dumps(reading, separators=(",", ":"), ensure_ascii=False)

# %% checks="34.1" points=2
check("34.1", reading_message)

# %% [markdown]
# ## 34.2 Tell everyone
#
# Stations and displays connect to one server. Write `onconnect`:
#
# - The message `count` is answered, to this client alone, with the number of clients that are connected, as text: `3`.
# - Every other message is a report. It is sent once to each client, the one that sent it included, exactly as it came, as
#   text or in bytes. Nothing else is sent.
# - A client that has left is no longer counted, with a goodbye or without. All others go on as before.
# - A report reaches all others, even if at this moment one client leaves and another one joins.

# %% [markdown] tags=["solution"]
# The set stands outside, since each client has a call of its own. `finally` runs when the loop ends, and also when a client vanishes and
# the loop raises an exception. `broadcast` waits for nobody, and so is not awaited. It passes over clients that are leaving.

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

# %% wrong="34.2" caught_by="takes out a client that says goodbye" says="Who takes it out of the set?"
- clients.discard(websocket)
+ print("a client has left")

# %% wrong="34.2" caught_by="takes out a client that vanishes without a close frame" says="no line behind the loop runs"
async def onconnect(websocket):
    clients.add(websocket)
    async for message in websocket:
        if message == "count":
            await websocket.send(str(len(clients)))
        else:
            broadcast(clients, message)
    clients.discard(websocket)

# %% wrong="34.2" caught_by="counts the clients that join" says="Every client has its own call of onconnect"
- clients.add(websocket)
+ clients = {websocket}

# %% wrong="34.2" caught_by="sends each report to everyone" says="websocket.send speaks to this one client"
- broadcast(clients, message)
+ await websocket.send(message)

# %% wrong="34.2" caught_by="your code crashed" says="in front of a call of an async function alone"
- broadcast(clients, message)
+ await broadcast(clients, message)

# %% wrong="34.2" caught_by="your code crashed" says="A message is a string"
- await websocket.send(str(len(clients)))
+ await websocket.send(len(clients))

# %% wrong="34.2" caught_by="sends a report to the client that sent it, too, once and as it came" says="like all others, and once"
- broadcast(clients, message)
+ await websocket.send(message)
+ broadcast(clients, message)

# %% wrong="34.2" caught_by="sends a report to the client that sent it, too, once and as it came" says="like all others, and once"
- broadcast(clients, message)
+ broadcast(clients - {websocket}, message)

# %% wrong="34.2" caught_by="sends a report to the client that sent it, too, once and as it came" says="letter by letter"
- async for message in websocket:
+ async for message in websocket:
+     message = message.strip().lower()

# %% wrong="34.2" caught_by="counts as many clients as there are" says="got: '1 too many'"
- await websocket.send(str(len(clients)))
+ await websocket.send(str(len(clients) + 1))

# %% wrong="34.2" caught_by="answers count to nobody else" says="Only the client that asks wants to know."
- await websocket.send(str(len(clients)))
+ broadcast(clients, str(len(clients)))

# %% wrong="34.2" caught_by="goes on sending to those that stayed" says="Who was taken out of the set"
clients = []


async def onconnect(websocket):
    clients.append(websocket)
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(str(len(clients)))
            else:
                broadcast(clients, message)
    finally:
        clients.pop()

# %% wrong="34.2" caught_by="your code crashed" says="Set changed size during iteration"
- broadcast(clients, message)
+ for client in clients:
+     try:
+         await client.send(message)
+     except websockets.ConnectionClosed:
+         pass

# %% wrong="34.2" caught_by="answers the message 'count'" says="just leaving raises ConnectionClosed"
- broadcast(clients, message)
+ for client in clients:
+     await client.send(message)

# %% wrong="34.2" caught_by="answers the message 'count'" says="just leaving raises ConnectionClosed"
- broadcast(clients, message)
+ for client in clients.copy():
+     await client.send(message)

# %% wrong="34.2" caught_by="sends each report to everyone" says="Only one that is equal to count is a question"
- if message == "count":
+ if message.startswith("count"):

# %% wrong="34.2" caught_by="sends a report to the client that sent it, too, once and as it came" says="equal to count is a question"
- if message == "count":
+ if message.strip().lower() == "count":

# %% wrong="34.2" caught_by="sends a report to the client that sent it, too, once and as it came" says="an empty one too"
- else:
-     broadcast(clients, message)
+ elif message:
+     broadcast(clients, message)

# %% wrong="34.2" caught_by="sends a report to the client that sent it, too, once and as it came" says="a repeated one"
- clients.add(websocket)
+ clients.add(websocket)
+ last = None

- else:
-     broadcast(clients, message)
+ elif message != last:
+     last = message
+     broadcast(clients, message)

# %% wrong="34.2" caught_by="sends a report of bytes to everyone as bytes" says="A message of bytes goes on as bytes"
- broadcast(clients, message)
+ broadcast(clients, message if isinstance(message, str) else message.decode())

# %% wrong="34.2" caught_by="answers count with the number of clients, as text" says="A client got something that is no answer"
- clients.add(websocket)
+ clients.add(websocket)
+ await websocket.send("welcome")

# %% wrong="34.2" caught_by="counts the clients that join after others have left" says="take the place of another one"
clients = {}


async def onconnect(websocket):
    place = len(clients)
    clients[place] = websocket
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(str(len(clients)))
            else:
                broadcast(clients.values(), message)
    finally:
        clients.pop(place, None)

# %% wrong="34.2" caught_by="sends a report to all others while one client is leaving" says="changes the set while a loop goes through it"
clients = []


async def onconnect(websocket):
    clients.append(websocket)
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(str(len(clients)))
                continue
            for client in clients:
                try:
                    await client.send(message)
                except websockets.ConnectionClosed:
                    pass
    finally:
        clients.remove(websocket)

# %% right="34.2" style="a list, recv until the end"
clients = []


async def onconnect(websocket):
    clients.append(websocket)
    try:
        while True:
            message = await websocket.recv()
            if message == "count":
                await websocket.send(str(len(clients)))
            else:
                broadcast(clients, message)
    except websockets.ConnectionClosed:
        return
    finally:
        clients.remove(websocket)

# %% right="34.2" style="a dictionary from id to client"
clients = {}


async def onconnect(websocket):
    clients[websocket.id] = websocket
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(str(len(clients)))
            else:
                broadcast(clients.values(), message)
    finally:
        clients.pop(websocket.id)

# %% right="34.2" style="a loop over a copy"
async def onconnect(websocket):
    clients.add(websocket)
    try:
        async for message in websocket:
            if message == "count":
                await websocket.send(f"{len(clients)}")
                continue
            for client in list(clients):
                try:
                    await client.send(message)
                except websockets.ConnectionClosed:
                    clients.discard(client)
    finally:
        clients.discard(websocket)

# %% right="34.2" style="gather"
- broadcast(clients, message)
+ await asyncio.gather(*[client.send(message) for client in clients], return_exceptions=True)

# %% right="34.2" style="the server's own connections"
async def onconnect(websocket):
    async for message in websocket:
        everyone = websocket.server.connections
        if message == "count":
            await websocket.send(str(len(everyone)))
        else:
            broadcast(everyone, message)

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
# - Every client is in `displays`, from its arrival until it leaves, with a goodbye or without.
# - Such a report is sent once to everyone in `displays` as `{"type": "reading", "station": "Harbour", "celsius": 17.5}`, with these
#   three names and no others. The temperature may come as a number or as a string, `"17.5"`, and is sent as a number.
# - A message that makes no sense (no JSON, no object, a name that is missing, a temperature that is no number) is answered, to this client alone,
#   with `{"type": "error", "message": "…"}`. The words are yours. The conversation goes on.
# - As in 34.2, a client that is just leaving or joining keeps no report from the others.
#
# `float("17.5")` and `float(17.5)` are both `17.5`. What is no number raises `ValueError` or `TypeError`. But `float` reads `"nan"` and
# `"inf"` too: JSON has no such numbers, so they make no sense either. `isfinite(celsius)` is `False` for them.

# %% [markdown] tags=["solution"]
# The `try` stands inside of the loop, around that which may fail, so that one bad message costs nothing but an answer. Five exceptions
# say that a message makes no sense: `ValueError` (no JSON, no number), `KeyError` (a name is missing), `TypeError` (a list or
# a number has no names), and two rare ones, `OverflowError` (an integer of 400 digits) and `RecursionError` (thousands of brackets). A page
# cannot read a message with `NaN` in it, which `json.dumps` writes all the same.

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
                if not isfinite(celsius):
                    raise ValueError("JSON has no such number")
            except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
                words = "send a station and its temperature in degrees Celsius"
                await websocket.send(json.dumps({"type": "error", "message": words}))
            else:
                broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
    finally:
        displays.discard(websocket)
    ### END SOLUTION

# %% wrong="34.3" caught_by="your code crashed" says="JSONDecodeError: Expecting value"
- except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
+ except (TypeError, KeyError, OverflowError, RecursionError):

# %% wrong="34.3" caught_by="your code crashed" says="KeyError: 'station'"
- except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
+ except (ValueError, TypeError, OverflowError, RecursionError):

# %% wrong="34.3" caught_by="answers the message ''" says="and the conversation goes on"
- await websocket.send(json.dumps({"type": "error", "message": words}))
+ return await websocket.send(json.dumps({"type": "error", "message": words}))

# %% wrong="34.3" caught_by="sends an error to nobody else" says="hear of one client's mistake"
- await websocket.send(json.dumps({"type": "error", "message": words}))
+ broadcast(displays, json.dumps({"type": "error", "message": words}))

# %% wrong="34.3" caught_by="answers the message 'warm'" says="close code 1003, not understood"
- await websocket.send(json.dumps({"type": "error", "message": words}))
+ await websocket.close(1003, "not understood")

# %% wrong="34.3" caught_by="answers what is no JSON with an error" says="The answer is JSON like every other"
- await websocket.send(json.dumps({"type": "error", "message": words}))
+ await websocket.send(f"error: {words}")

# %% wrong="34.3" caught_by="takes a client out of displays that says goodbye" says="Who takes a client out of displays"
- finally:
-     displays.discard(websocket)
+ finally:
+     print("a client has left")

# %% wrong="34.3" caught_by="takes a client out of displays that vanishes without a close frame" says="Who takes a client out of displays"
async def reports(websocket):
    displays.add(websocket)
    async for message in websocket:
        try:
            report = json.loads(message)
            station, celsius = report["station"], float(report["celsius"])
        except (ValueError, TypeError, KeyError):
            await websocket.send(json.dumps({"type": "error", "message": "send a station and degrees"}))
            continue
        broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
    displays.discard(websocket)

# %% wrong="34.3" caught_by="sends each reading to everyone" says="websocket.send speaks to this one client"
- broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
+ await websocket.send(json.dumps({"type": "reading", "station": station, "celsius": celsius}))

# %% wrong="34.3" caught_by="sends station and celsius alone, 0 degrees too" says="no other names"
- broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
+ broadcast(displays, json.dumps({"type": "reading"} | report | {"celsius": celsius}))

# %% wrong="34.3" caught_by="sends a temperature that came as a string as a number" says="also where it came as a string"
- broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
+ broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": report["celsius"]}))

# %% wrong="34.3" caught_by="answers a report without a station with an error" says="expected: {'type': 'error'"
- station, celsius = report["station"], float(report["celsius"])
+ station, celsius = dict(report).get("station"), float(report["celsius"])

# %% wrong="34.3" caught_by="sends station and celsius alone, 0 degrees too" says="0 is one, and further names do no harm"
- station, celsius = report["station"], float(report["celsius"])
+ station, celsius = report["station"], float(report["celsius"] or "missing")

# %% wrong="34.3" caught_by="sends a report as a reading" says="no other names"
- broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
+ broadcast(displays, json.dumps({"station": station, "celsius": celsius}))

# %% wrong="34.3" caught_by="sends a report as a reading, once" says="in displays, like all others"
- broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
+ told = json.dumps({"type": "reading", "station": station, "celsius": celsius})
+ broadcast(displays, told)
+ await websocket.send(told)

# %% wrong="34.3" caught_by="has each client in displays from its arrival" says="before it has said anything"
- displays.add(websocket)
- try:
-     async for message in websocket:
+ everyone = websocket.server.connections
+ try:
+     async for message in websocket:

- broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
+ broadcast(everyone | websocket.server.connections, json.dumps({"type": "reading", "station": station, "celsius": celsius}))

# %% wrong="34.3" caught_by="sends a report to all others while one client is leaving" says="raises ConnectionClosed"
- broadcast(displays, json.dumps({"type": "reading", "station": station, "celsius": celsius}))
+ for display in displays.copy():
+     await display.send(json.dumps({"type": "reading", "station": station, "celsius": celsius}))

# %% wrong="34.3" caught_by="sends a temperature that came as a string as a number" says="with all its digits"
- station, celsius = report["station"], float(report["celsius"])
+ station, celsius = report["station"], round(float(report["celsius"]), 1)

# %% wrong="34.3" caught_by="changes nothing in a name, nor in a temperature" says="type, station and celsius"
- station, celsius = report["station"], float(report["celsius"])
+ station, celsius = report["station"].strip(), float(report["celsius"])

# %% wrong="34.3" caught_by="answers celsius with a comma with an error" says="was sent as a reading"
- station, celsius = report["station"], float(report["celsius"])
+ station, celsius = report["station"], float(str(report["celsius"]).replace(",", "."))

# %% wrong="34.3" caught_by="answers a dictionary as Python writes it with an error" says="was sent as a reading"
- report = json.loads(message)
+ report = json.loads(message.replace("'", '"'))

# %% wrong="34.3" caught_by="answers a report in a list with an error" says="was sent as a reading"
- report = json.loads(message)
+ report = json.loads(message.strip("[]"))

# %% wrong="34.3" caught_by="answers celsius that is nan with an error" says="was sent as a reading"
- if not isfinite(celsius):
-     raise ValueError("JSON has no such number")

# %% wrong="34.3" caught_by="answers celsius that is infinite with an error" says="was sent as a reading"
- if not isfinite(celsius):
+ if celsius != celsius:

# %% right="34.3" style="a look at each part"
async def refuse(websocket, why):
    await websocket.send(json.dumps({"type": "error", "message": why}))


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            try:
                report = json.loads(message)
            except json.JSONDecodeError as error:
                await refuse(websocket, f"no JSON: {error}")
                continue
            if not isinstance(report, dict) or "station" not in report:
                await refuse(websocket, "a station is missing")
                continue
            try:
                degrees = float(report.get("celsius"))
            except (TypeError, ValueError):
                await refuse(websocket, "celsius is no number")
                continue
            if not isfinite(degrees):
                await refuse(websocket, "celsius is no number of JSON")
                continue
            told = {"type": "reading", "station": report["station"], "celsius": degrees}
            broadcast(displays, json.dumps(told, ensure_ascii=False))
    finally:
        displays.discard(websocket)

# %% right="34.3" style="match"
async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            try:
                match json.loads(message):
                    case {"station": station, "celsius": celsius}:
                        reading = {"type": "reading", "station": station, "celsius": float(celsius)}
                        told = json.dumps(reading, allow_nan=False)
                    case other:
                        raise ValueError(f"{other!r} is no report")
            except (ValueError, TypeError) as error:
                await websocket.send(json.dumps({"type": "error", "message": str(error)}))
                continue
            broadcast(displays, told)
    finally:
        displays.discard(websocket)

# %% right="34.3" style="a function that understands"
def understood(message):
    try:
        report = json.loads(message)
        reading = {"type": "reading", "station": report["station"], "celsius": float(report["celsius"])}
        return json.dumps(reading, allow_nan=False)
    except (ValueError, TypeError, LookupError):
        return None


async def reports(websocket):
    displays.add(websocket)
    try:
        async for message in websocket:
            if reading := understood(message):
                broadcast(displays, reading)
            else:
                await websocket.send(json.dumps({"type": "error", "message": f"{message!r} is no report"}))
    finally:
        displays.remove(websocket)

# %%
harbour = launch(reports)

# %% checks="34.3" points=3
check("34.3", harbour)

# %% [markdown]
# ## 34.4 Come back, and miss nothing
#
# A station sends temperatures as text, `17.5`. Each becomes a reading with a number, `{"number": 1, "celsius": 17.5}`: two names, and
# `celsius` is a number. Write `live`:
#
# - The message of a reading, a string of JSON, is kept in `readings`, and sent to everyone in `displays`. So number 1 stands at place 0.
# - A client that connects is sent the last reading at once, if there is one.
# - A client that connects with `?since=4` knows reading 4. It is sent what it has missed instead: 5, 6 and so on. That may be nothing, and
#   with `?since=0` it is all of them.
# - What one client has missed is sent to that client alone. A report may come in meanwhile: its reading is sent behind what was missed.
# - As in 34.3, every client is in `displays` from its arrival until it leaves, and one that is just leaving or joining keeps no reading
#   from the others.
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
# come in between, and this one client would never receive it. `allow_nan=False` keeps out `nan`, which no page could read. A report that
# is no number ends the connection of the station that sent it; the exercise before this one shows how to answer it.

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
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}, allow_nan=False))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)
    ### END SOLUTION

# %% wrong="34.4" caught_by="your code crashed" says="The list has fewer places than that"
- for message in readings[-1:] if known is None else readings[known:]:
+ for message in [readings[-1]] if known is None else readings[known:]:

# %% wrong="34.4" caught_by="sends a newcomer the last reading at once, and none before it" says="readings[-1:] is a list with the last one"
- for message in readings[-1:] if known is None else readings[known:]:
+ for message in readings[known or 0 :]:

# %% wrong="34.4" caught_by="sends a client that comes back all that it missed, in order" says="Reading number 1 stands at place 0"
- for message in readings[-1:] if known is None else readings[known:]:
+ for message in readings[-1:] if known is None else readings[known + 1 :]:

# %% wrong="34.4" caught_by="sends a client that comes back all that it missed, in order" says="place 0 of the list"
- for message in readings[-1:] if known is None else readings[known:]:
+ for message in readings[-1:]:

# %% wrong="34.4" caught_by="sends a client that knows no reading yet all of them, from number 1" says="0 is false in Python"
- for message in readings[-1:] if known is None else readings[known:]:
+ for message in readings[known:] if known else readings[-1:]:

# %% wrong="34.4" caught_by="repeats to nobody what others have missed" says="Others have heard the old readings already"
- broadcast([websocket], message)
+ broadcast({websocket, *displays}, message)

# %% wrong="34.4" caught_by="keeps a reading in readings, as the text of its message" says="readings holds texts"
- readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}, allow_nan=False))
- broadcast(displays, readings[-1])
+ readings.append({"number": len(readings) + 1, "celsius": float(report)})
+ broadcast(displays, json.dumps(readings[-1]))

- broadcast([websocket], message)
+ broadcast([websocket], json.dumps(message))

# %% wrong="34.4" caught_by="sends a report as a numbered reading" says="A report is text, and the reading has a number"
- readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}, allow_nan=False))
+ readings.append(json.dumps({"number": len(readings) + 1, "celsius": report}))

# %% wrong="34.4" caught_by="sends a report as a numbered reading" says="Its number is one more."
- readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}, allow_nan=False))
+ readings.append(json.dumps({"number": len(readings), "celsius": float(report)}))

# %% wrong="34.4" caught_by="sends a report as a numbered reading" says="How many readings are there before this one?"
- known = since(websocket)
+ known, number = since(websocket), 0

- readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}, allow_nan=False))
+ number += 1
+ readings.append(json.dumps({"number": number, "celsius": float(report)}))

# %% wrong="34.4" caught_by="takes a client out of displays that says goodbye" says="when its conversation has ended"
- finally:
-     displays.discard(websocket)
+ finally:
+     print("a display has left")

# %% wrong="34.4" caught_by="keeps the connection of a newcomer open" says="an empty list where there is none"
- known = since(websocket)
+ known = since(websocket)
+ if not readings:
+     return

# %% wrong="34.4" caught_by="sends a newcomer nothing while there is no reading" says="an empty list where there is none"
- for message in readings[-1:] if known is None else readings[known:]:
+ for message in (readings[-1:] or ["no reading yet"]) if known is None else readings[known:]:

# %% wrong="34.4" caught_by="sends a report to all others while one client is leaving" says="raises ConnectionClosed"
- broadcast(displays, readings[-1])
+ for display in displays:
+     await display.send(readings[-1])

# %% wrong="34.4" caught_by="sends a report as a numbered reading" says="Its number is one more."
- readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}, allow_nan=False))
+ readings.append(json.dumps({"number": len(readings) + 1, "celsius": round(float(report), 2)}))

# %% wrong="34.4" caught_by="sends a client that comes back many readings, too" says="Reading number 1 stands at place 0"
- for message in readings[-1:] if known is None else readings[known:]:
+ numbered = [(str(number), message) for number, message in enumerate(readings, start=1)]
+ for message in readings[-1:] if known is None else [one for number, one in numbered if number > str(known)]:

# %% wrong="34.4" caught_by="keeps all readings when everybody has left" says="they stay"
- displays.discard(websocket)
+ displays.discard(websocket)
+ if not displays:
+     readings.clear()

# %% wrong="34.4" caught_by="sends what is new behind what was missed, also where a report comes in meanwhile" says="if anything is awaited there"
- broadcast([websocket], message)
+ await websocket.send(message)

# %% wrong="34.4" caught_by="sends what is new behind what was missed, also where a report comes in meanwhile" says="if anything is awaited there"
async def live(websocket):
    displays.add(websocket)
    try:
        known = since(websocket)
        first = max(len(readings) - 1, 0) if known is None else known
        for message in readings[first:]:
            await websocket.send(message)
        async for report in websocket:
            message = json.dumps({"number": len(readings) + 1, "celsius": float(report)})
            readings.append(message)
            broadcast(displays, message)
    finally:
        displays.remove(websocket)

# %% right="34.4" style="recv until the end"
async def live(websocket):
    known = since(websocket)
    first = max(len(readings) - 1, 0) if known is None else known
    for message in readings[first:]:
        broadcast({websocket}, message)
    displays.add(websocket)
    try:
        while True:
            celsius = float(await websocket.recv())
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": celsius}))
            broadcast(displays, readings[-1])
    except websockets.ConnectionClosed:
        pass
    finally:
        displays.remove(websocket)

# %% right="34.4" style="each reading looked at"
async def live(websocket):
    known = since(websocket)
    displays.add(websocket)
    try:
        if known is None:
            missed = [readings[-1]] if readings else []
        else:
            missed = [message for message in readings if json.loads(message)["number"] > known]
        for message in missed:
            broadcast([websocket], message)
        async for report in websocket:
            number = 1 + (json.loads(readings[-1])["number"] if readings else 0)
            readings.append(json.dumps(dict(celsius=float(report), number=number)))
            broadcast(displays, readings[-1])
    finally:
        displays.discard(websocket)

# %% right="34.4" style="a queue for each client"
async def live(websocket):
    known = since(websocket)
    queue = asyncio.Queue()
    for message in readings[-1:] if known is None else readings[known:]:
        queue.put_nowait(message)
    queues[websocket] = queue
    displays.add(websocket)
    sender = asyncio.create_task(send_from(queue, websocket))
    try:
        async for report in websocket:
            readings.append(json.dumps({"number": len(readings) + 1, "celsius": float(report)}))
            for one in queues.values():
                one.put_nowait(readings[-1])
    finally:
        sender.cancel()
        displays.discard(websocket)
        del queues[websocket]


queues = {}


async def send_from(queue, websocket):
    while True:
        await websocket.send(await queue.get())

# %% right="34.4" style="a counter, and functions"
from itertools import count

numbers = count(1)


def keep(report):
    message = json.dumps({"number": next(numbers), "celsius": float(report)})
    readings.append(message)
    return message


def catch_up(websocket):
    known = since(websocket)
    for one in readings[slice(-1, None) if known is None else slice(known, None)]:
        broadcast([websocket], one)
    displays.add(websocket)


async def live(websocket):
    catch_up(websocket)
    try:
        async for report in websocket:
            broadcast(displays, keep(report))
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
