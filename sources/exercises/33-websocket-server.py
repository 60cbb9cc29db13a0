# %% [markdown]
# # Exercise 33: degrees over a WebSocket
#
# You need [lesson 33](../notebooks/33-websocket-server.ipynb). Run the cells from the top, replace the line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from wirelab import check, launch, stop_all

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

# %% wrong="33.1" caught_by="answers the message '-40'"
def fahrenheit(celsius):
    return celsius * 9 / 5 + 32


async def onconnect(websocket):
    message = await websocket.recv()
    await websocket.send(str(fahrenheit(float(message))))

# %% wrong="33.1" caught_by="your code crashed"
def fahrenheit(celsius):
    return celsius * 9 / 5 + 32


async def onconnect(websocket):
    async for message in websocket:
        await websocket.send(fahrenheit(float(message)))

# %% wrong="33.1" caught_by="answers a temperature drawn by chance"
async def onconnect(websocket):
    async for message in websocket:
        await websocket.send({"100": "212.0", "-40": "-40.0", "37.5": "99.5"}.get(message, "?"))

# %% wrong="33.1" caught_by="answers 100 with 212.0"
async def onconnect(websocket):
    async for message in websocket:
        await websocket.send(message)

# %%
station = launch(onconnect)
station

# %% checks="33.1" points=2
check("33.1", station)

# %%
stop_all()
