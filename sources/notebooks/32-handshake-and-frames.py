# %% [markdown]
# # The upgrade and the frames
#
# 25 minutes. You need [lesson 11](11-http-messages.ipynb).
#
# By the end you can
#
# - open a WebSocket by hand,
# - read a frame byte by byte, and write one,
# - say from the last frame why a conversation ended.

# %% [markdown]
# ## The whole game
#
# A **WebSocket** is a connection that stays, and on which both sides may speak. The echo server sends back what it hears.

# %%
import base64
import hashlib
import socket
import time
from contextlib import suppress

import matplotlib.pyplot as plt
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from wirelab import launch, stop_all, wire

echo = launch("servers.echo_server")
echo

# %%
with wire(echo) as tap, connect(tap.url, compression=None) as websocket:
    websocket.send("Two seats, please")
    websocket.recv()

tap

# %% [markdown]
# A request and a response, as in HTTP. Behind them there is no HTTP any more: the messages are **frames**, and each side says goodbye
# with a close frame. (Without `compression=None` the library packs what it sends, and you could not read the bytes.)

# %% [markdown] tags=["notes"]
# Have two people play the handshake: one asks in HTTP, the other agrees, and from then on both talk at once. What goes wrong:
# hexadecimal digits. Write `81` and `1000 0001` on the board and leave it there. Short of time: leave out fragments and the
# section on both talking at once; nobody should leave without the unmasked frame, since it shows how the wire tells the fault.

# %% [markdown]
# ## The request to change
#
# It is an ordinary `GET`. Two headers ask for a change of language, and that is called an **upgrade**. The answer agrees with
# **101** Switching Protocols. Whatever follows its empty line is WebSocket.

# %%
print(tap[0].raw.decode() + tap[1].raw.decode())

# %% [markdown]
# | header | what it says |
# |---|---|
# | `Upgrade`, `Connection` | let us go on as WebSocket, on this connection |
# | `Sec-WebSocket-Version` | in its version 13, the only one in use |
# | `Sec-WebSocket-Key` | 16 bytes drawn by chance, as base64 |
#
# ## What the key is for
#
# `Sec-WebSocket-Accept` is the answer to the key. Everybody calculates it in the same way: put a fixed text behind the key, take the
# SHA-1 of both, write it as base64. (SHA-1 makes 20 bytes of any text, always the same ones of the same text. base64 writes bytes as
# letters, digits, `+` and `/`.) The first line is the example of the standard, RFC 6455 §1.3:

# %%
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_of(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


asked, answered = tap[0].header("Sec-WebSocket-Key"), tap[1].header("Sec-WebSocket-Accept")
print(accept_of("dGhlIHNhbXBsZSBub25jZQ=="))
print(accept_of(asked) == answered)

# %% [markdown]
# `True`: our server calculated in the same way, with the key that it got. That **proves** that somebody read this request just now,
# and speaks WebSocket. An ordinary web server would not know the fixed text, and a cache could not have kept the answer to a new key.
#
# It does **not** prove who the server is, and hides nothing: the text is public, and everybody can calculate. For secrets there is
# `wss`, a WebSocket inside **TLS**, the encryption that makes `https` of `http`.
#
# **Predict, then run.** What does an ordinary `GET` get from this server, one from a browser for example?

# %%
with wire(echo) as ordinary:
    requests.get(f"http://127.0.0.1:{ordinary.port}", timeout=3)

ordinary

# %% [markdown]
# <details><summary>Answer</summary>
#
# 426 Upgrade Required: *not in this language*. The header `Upgrade` says in which one. A browser shows the text, which is written for
# the person who typed the address.
#
# </details>
#
# ## Shake hands by hand
#
# You need no library for it. `talk` opens a connection, sends the request, then whatever you give it, and waits for one answer each
# time. The key is that of the standard, so you know the answer.

# %%
HANDSHAKE = b"""GET / HTTP/1.1
Host: 127.0.0.1
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

""".replace(b"\n", b"\r\n")

# %%
def talk(server, *frames):
    with wire(server) as tap, socket.create_connection(("127.0.0.1", tap.port), timeout=2) as connection:
        for data in [HANDSHAKE, *frames]:
            connection.sendall(data)
            connection.recv(4096)
    return tap


talk(echo)

# %% [markdown]
# 101, and then you hung up without a word. The last line says what a program makes of that; you will meet 1006 again.
#
# ## A frame, byte by byte
#
# These eleven bytes are a frame. They are the example of RFC 6455 §5.7. Two hexadecimal digits are one byte, and each digit is four
# bits: `81` is `10000001`.

# %%
hello = bytes.fromhex("81 85 37 fa 21 3d 7f 9f 4d 51 58")
greeting = talk(echo, hello)
greeting[2]

# %% [markdown]
# The server understood, and said the same. A server's frame is shorter, so read that one first:

# %%
answer = greeting[3].raw
print(answer.hex(" "))
print(f"{answer[0]:08b} {answer[1]:08b}")

# %% [markdown]
# ```mermaid
# ---
# config:
#   packet: {bitsPerRow: 16, bitWidth: 56, rowHeight: 44}
#   themeVariables: {packet: {labelFontSize: 18px, byteFontSize: 14px}}
# ---
# packet-beta
# 0: "FIN"
# 1-3: "reserved"
# 4-7: "opcode"
# 8: "MASK"
# 9-15: "length"
# 16-31: "payload …"
# ```
#
# **FIN**: the message ends with this frame. **opcode**: what kind of frame it is. **MASK**: a key for the mask follows. **length**: how
# many bytes of payload. In Python `>> 7` leaves the first of eight bits, and `& 0b00001111` the last four: `&` keeps a bit where there
# is a 1 on its right side.

# %%
fin = answer[0] >> 7
opcode = answer[0] & 0b00001111
masked = answer[1] >> 7
length = answer[1] & 0b01111111
payload = answer[2 : 2 + length]

fin, opcode, masked, length, payload

# %% [markdown]
# | opcode | frame | opcode | frame |
# |---|---|---|---|
# | 1 | text, as UTF-8 | 8 | close: I am done |
# | 2 | binary: any bytes | 9 | ping: are you there? |
# | 0 | continuation of the one before | 10 | pong: I am |
#
# **Predict, then run.** Seven bits count to 127. How is the length of 200 bytes written?

# %%
with wire(echo) as long, connect(long.url, compression=None) as websocket:
    websocket.send("x" * 200)
    websocket.recv()

long.frames[1].raw[:8].hex(" ")

# %% [markdown]
# <details><summary>Answer</summary>
#
# `7e` is 126, and means: the length stands in the next two bytes. `00 c8` is 200. With 127 it stands in the next eight. So a short
# message costs the server two bytes more than its text, and a very long one ten.
#
# </details>
#
# ## The mask
#
# A client's frame has four more bytes, the **key**. Each byte of the payload is mixed with one byte of the key, in turn. Mixing is XOR,
# `^` in Python: it turns over every bit for which the key has a 1. Do it twice, and all is as before.

# %%
key, mixed = hello[2:6], hello[6:]
bytes(byte ^ key[number % 4] for number, byte in enumerate(mixed))

# %% [markdown]
# The key travels along, so nothing is hidden. What for, then?
#
# A web page decides what its browser sends. Without a mask, a bad page could send bytes that look like an HTTP request, and an old
# proxy on the way might believe them, and keep a wrong answer for everybody (RFC 6455 §10.3). The browser draws a new key for each
# frame, so the page cannot know which bytes will cross the wire (§5.3). The danger comes from pages, so only clients mask.
#
# Now write frames yourself: two bytes, the key, the mixed payload. `<< 7` moves a bit to the first place, and `|` puts
# bits together. (This works up to 125 bytes.)

# %%
def frame(opcode, payload, fin=True):
    key = bytes.fromhex("37 fa 21 3d")  # a real client draws a new one each time
    mixed = bytes(byte ^ key[number % 4] for number, byte in enumerate(payload))
    return bytes([fin << 7 | opcode, 1 << 7 | len(payload)]) + key + mixed


print(frame(1, b"Hello") == hello)
talk(echo, frame(1, b"One seat, by hand"))[2:4]

# %% [markdown]
# ## Ping, pong, and a message in pieces
#
# A message may come in several frames, which is called **fragmentation**: the first has the opcode, the others 0, the last one FIN.
# A **ping** may come in between, and has to be answered with a pong that carries the same bytes.

# %%
begin, end = frame(1, b"Two sea", fin=False), frame(0, b"ts")
bye = frame(8, (1000).to_bytes(2) + b"That was all")
talk(echo, begin + frame(9, b"?"), end, bye).frames

# %% [markdown]
# Look at the order. The pong came while your message was not complete: the server speaks while you are in the middle of a
# sentence. The library sends a ping every 20 seconds, and ends the connection if no pong comes within another 20. You write no pings in your programs.
#
# ## How it ends
#
# `bye` is a close frame: two bytes with a **close code**, and a reason for people. The other side answers with a close frame, and
# the server hangs up.

# %%
talk(echo, bye)[2]

# %% [markdown]
# | code | what it says | code | what it says |
# |---|---|---|---|
# | 1000 | I am done | 1008 | against my rules |
# | 1001 | I am leaving: a page was closed, a server stops | 1009 | too big |
# | 1002 | you broke the protocol | 1011 | I failed |
# | 1003 | I take no such data | 3000–3999 | registered for a framework |
# | 1007 | that is no UTF-8 | 4000–4999 | yours to use |
#
# Three codes are only names for what a program noticed by itself: **1005**, a close frame without a code; **1006**, no close frame at all;
# **1015**, TLS failed. They must never travel (RFC 6455 §7.4.1). Here is a client that sends one:

# %%
talk(echo, frame(8, (1006).to_bytes(2))).frames

# %% [markdown]
# When a log says 1006, nobody sent it. It means: *the connection was gone, and I do not know why*.
#
# ## Break it: a client without a mask
#
# **Predict, then run.** The same bytes that the server sent a while ago, now from a client. Which code?

# %%
talk(echo, answer).frames

# %% [markdown]
# <details><summary>Answer</summary>
#
# 1002: a client must mask, and a server must hang up on one that does not (RFC 6455 §5.1). It keeps everybody honest: a client that
# forgets the mask works nowhere. Mended, it is `frame(1, b"Hello")`, which you have seen.
#
# </details>
#
# ## Break it: text that is none
#
# Text is UTF-8, always. Here somebody encoded a name in another way.

# %%
talk(echo, frame(1, "Zoë".encode("latin-1"))).frames

# %% [markdown]
# The wire view shows a `�` where the byte makes no sense. Mended: `"Zoë".encode()`, which is UTF-8; or opcode 2, for bytes that are no
# text.
#
# ## Break it: too much
#
# The server takes messages up to 1 MiB. This header promises one byte more: `0xFF` is the mask bit and the length 127, eight bytes of
# length follow, then a key of four zeros. The payload is never sent.

# %%
huge = bytes([0x81, 0xFF]) + (2**20 + 1).to_bytes(8) + bytes(4)
talk(echo, huge).frames.sent_by("server")

# %% [markdown]
# 1009, on the header alone. Since the length comes first, a server can say no before it has stored a single byte.
#
# ## Both at once
#
# In HTTP one asks and the other answers. A WebSocket is **full duplex**: each side may send at any moment. This server does not
# listen at all; it tells every client the seats left, again and again. (The next lesson explains `async` and `await`.)

# %%
import asyncio


async def talkative(websocket):
    with suppress(ConnectionClosed):
        while True:
            await websocket.send("120 seats left")
            await asyncio.sleep(0.01)


seats = launch(talkative, port=8012)

# %%
with wire(seats) as both, connect(both.url, compression=None) as websocket:
    for number in range(10):
        websocket.recv()
        websocket.send(f"Sentence {number}")
        time.sleep(0.02)  # seconds

client, server = ([frame.at for frame in both.frames.sent_by(side)] for side in ["client", "server"])
print(client[0] < server[-1] and server[0] < client[-1])
plt.figure(figsize=(7, 1.8))
plt.eventplot([client, server], lineoffsets=[1, 0], linelengths=0.7, colors=["tab:orange", "tab:blue"])
plt.yticks([1, 0], ["client", "server"], fontsize=14)
plt.xlabel("seconds", fontsize=14)
plt.show()

# %% [markdown]
# `True`: each began before the other had finished. Each line is a frame: the server goes on in its own time, the client in its own.

# %% [markdown]
# ## Recap
#
# - A WebSocket begins as HTTP: a key, 101, and an answer to the key that proves understanding, and nothing else.
# - A frame is two bytes, perhaps more for the length, a mask if a client sends it, and the payload.
# - Close codes say why it ended. 1005, 1006 and 1015 never travel.
#
# **Check yourself**
#
# <details><summary>The answer to the key is right. Do you know that you talk to the theatre?</summary>
#
# No. Everybody can calculate it. Who the server is, TLS proves, with a certificate.
#
# </details>
# <details><summary>A frame begins with 88 02 03 e8. Who sent it, and what does it say?</summary>
#
# FIN and opcode 8: a close frame. No mask, so it comes from a server. Two bytes of payload: 3 · 256 + 232 = 1000, I am done.
#
# </details>
# <details><summary>The mask hides nothing. What would go wrong without it?</summary>
#
# A web page could choose the very bytes on the wire, and deceive an old proxy that takes them for HTTP.
#
# </details>
# <details><summary>Your program reports 1006. Which bytes do you look for on the wire?</summary>
#
# None: there was no close frame. Look at what came last, and who hung up.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 32](../exercises/32-handshake-and-frames.ipynb). **Next lesson:** [A WebSocket server and its client in
# Python](33-websocket-server.ipynb).

# %%
stop_all()
