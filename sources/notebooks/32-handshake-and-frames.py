# %% [markdown]
# # The upgrade and the frames
#
# 42 minutes. You need [lesson 11](11-http-messages.ipynb).
#
# By the end you can
#
# - open a WebSocket by hand,
# - read a frame byte by byte, and write one,
# - say from the last frame why a conversation ended.

# %% [markdown] minutes=3
# ## See it work
#
# A **WebSocket** is a connection that stays open. Both sides may send at any time. The echo server sends back each message that it receives.

# %% [markdown] tags=["notes"]
# **Do:** Have two people play the handshake: one asks in HTTP, the other agrees, and from then on both talk when they like.
#
# **Ask:** Which part of the picture is still HTTP? (The first two messages, and nothing after them.)

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
# It begins with a request and a response, as in HTTP. After them, nothing is HTTP any more. Messages travel in **frames**, and each side ends the
# conversation with a close frame. (Without `compression=None` the library offers to compress messages. Then you could not read the text in
# the bytes.)

# %% [markdown] minutes=2
# ## The request to change
#
# The first two messages are called the **handshake**. The request is an ordinary `GET`. Two of its headers ask for a change to another
# protocol, which is called an **upgrade**. The answer **101** Switching Protocols agrees. After its empty line, everything is WebSocket.
#
# (That is HTTP/1.1. In HTTP/2 and HTTP/3 the request is a `CONNECT`, without a key, and the answer is 200: RFC 8441 and RFC 9220.)

# %%
print(tap[0].raw.decode() + tap[1].raw.decode())

# %% [markdown] minutes=6
# | header | what it says |
# |---|---|
# | `Upgrade`, `Connection` | please change to WebSocket, on this connection |
# | `Sec-WebSocket-Version` | version 13, the only one in use |
# | `Sec-WebSocket-Key` | 16 random bytes, written as base64. (Before you run the cell, you see the example of RFC 6455.) |
#
# ## What the key is for
#
# The server answers the key in `Sec-WebSocket-Accept`. It takes three steps:
#
# 1. Put a fixed string, the `GUID` below, behind the key.
# 2. Calculate the **SHA-1** of both. SHA-1 is a **hash function**: it makes 20 bytes of any input, and the same 20 bytes of the same input.
# 3. Write these bytes as **base64**: with letters, digits, `+` and `/`.
#
# The first key below is the example of RFC 6455 §1.3. The second one is the key of the conversation above.

# %% [markdown] tags=["notes"]
# **Ask:** Does the right answer prove that you talk to the theatre? (No. Everybody can calculate it.)
#
# **What goes wrong:** People think that the key encrypts something. It hides nothing; `wss` does.

# %%
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_for(key):
    digest = hashlib.sha1((key + GUID).encode()).digest()
    return base64.b64encode(digest).decode()


print(accept_for("dGhlIHNhbXBsZSBub25jZQ=="))
print(accept_for(tap[0].header("Sec-WebSocket-Key")) == tap[1].header("Sec-WebSocket-Accept"))

# %% [markdown]
# `True`: the server did the same calculation with our key. That **proves** two things. The other side understands WebSocket, because an
# ordinary web server does not calculate this. And the answer is new: a cache could only send an old answer, to another key.
#
# It does **not** prove who the server is, and it hides nothing. The fixed string is public, so everybody can calculate the answer. For secrets
# there is `wss`, a WebSocket inside **TLS**, the encryption that `https` uses.
#
# **Predict, then run.** A browser sends an ordinary `GET`, without the upgrade. What does this server answer?

# %% tags=["predict"]
with wire(echo) as ordinary:
    requests.get(f"http://127.0.0.1:{ordinary.port}", timeout=3)

ordinary

# %% [markdown] minutes=2
# <details><summary>Answer</summary>
#
# 426 Upgrade Required: not with this protocol. The header `Upgrade` names the protocol that the server wants. A browser shows the body, which
# is for the person who typed the address. Its first sentence names the fault: `requests` sent `Connection: keep-alive`, and a handshake has
# `Connection: Upgrade`.
#
# </details>
#
# ## A handshake by hand
#
# You do not need a library for the handshake. The first cell has the request. Its key is the example of the RFC, so you know the answer.
#
# `talk` opens a connection. It sends the handshake, and then each frame that you give it. After each one it waits for an answer. (`*frames`
# takes any number of frames.)

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

# %% [markdown] minutes=9
# The answer was 101. Then `talk` ended the connection without a close frame, and the last line says so. You will meet the code 1006 again.
#
# ## A frame, byte by byte
#
# These eleven bytes are a frame, the example of RFC 6455 §5.7. They are written as **hexadecimal digits**. Two digits are one byte, and each
# digit stands for four bits: `8` is `1000` and `1` is `0001`, so the byte `81` is `10000001`.

# %% [markdown] tags=["notes"]
# **Do:** Write `81` and `1000 0001` on the board and leave them there for the rest of the lesson.
#
# **What goes wrong:** Hexadecimal digits. Give the room one minute to turn `85` into bits before you go on.

# %%
hello = bytes.fromhex("81 85 37 fa 21 3d 7f 9f 4d 51 58")
greeting = talk(echo, hello)
greeting[2]

# %% [markdown]
# The server understood the frame, and sent *Hello* back. (The stored view has `..` in place of the mask key, because a client takes a new key
# each time. Run the cell, and compare the view with the bytes.)
#
# The server's frame is shorter, so read that one first. The second line shows its first two bytes as bits:

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
# 16-31: "perhaps more length, a client's key, the payload …"
# ```
#
# - **FIN**: the message ends with this frame.
# - **opcode**: what kind of frame it is.
# - **MASK**: the payload is masked, and its key follows. (You will see what that means.)
# - **length**: how many bytes the **payload** has, the content of the frame. In a short frame of a server, the payload begins right behind it.
#
# In Python, `>> 7` moves the bits seven places to the right, so that only the first bit is left: `0b10000001 >> 7` is `1`. `& 0b00001111`
# keeps the last four bits, and sets the others to 0: `0b10000101 & 0b00001111` is `0b0101`, that is 5.

# %%
fin = answer[0] >> 7
opcode = answer[0] & 0b00001111
masked = answer[1] >> 7
length = answer[1] & 0b01111111
payload = answer[2 : 2 + length]

fin, opcode, masked, length, payload

# %% [markdown]
# | opcode | frame |
# |---|---|
# | 0 | continuation of the message before |
# | 1 | text, as UTF-8 |
# | 2 | binary: any bytes |
# | 8 | close: the end |
# | 9 | ping: are you there? |
# | 10 | pong: the answer to a ping |
#
# Close, ping and pong are **control frames**. A control frame has at most 125 bytes of payload, and is never sent in pieces (RFC 6455 §5.5).
#
# Browsers and servers often agree to compress their messages: an **extension** of the protocol (RFC 7692). It sets the first reserved bit. So a
# compressed text frame begins with `c1`, and you cannot read its payload. The servers of this lesson do not compress.
#
# **Predict, then run.** The field for the length has seven bits, and seven bits count to 127. How does a frame write the length 200?

# %% tags=["predict"]
with wire(echo) as long, connect(long.url, compression=None) as websocket:
    websocket.send("x" * 200)
    websocket.recv()

long.frames[1].raw[:8].hex(" ")

# %% [markdown] minutes=3
# <details><summary>Answer</summary>
#
# `7e` is 126. It means that the length is in the next two bytes: `00 c8` is 200. 127 means that it is in the next eight bytes. So a
# server's frame has two bytes before a short payload, four before a longer one, and ten before a very long one. The shortest form is the only
# one allowed.
#
# </details>
#
# ## The mask
#
# A client's frame has four more bytes, the **mask key**. Each byte of the payload is combined with one byte of the key: the first with the
# first, and so on, and the fifth with the first again. The operation is called **XOR**, `^` in Python. It changes every bit for which the key has a 1. Do
# it twice, and you have the old byte.

# %%
def mask(payload, key):
    return bytes(byte ^ key[number % 4] for number, byte in enumerate(payload))


key, masked_payload = hello[2:6], hello[6:]
mask(masked_payload, key)

# %% [markdown]
# The key is in the same frame, so the mask hides nothing. What is it for?
#
# Imagine frames without a mask (RFC 6455 §10.3):
#
# 1. A bad page sends, over its WebSocket, a text that looks like the request `GET /script.js`.
# 2. An old proxy on the way does not know WebSockets, and takes the text for a request.
# 3. It stores what comes back, from the bad page's server, as `/script.js`, for everybody.
#
# With a mask step 1 fails. The browser takes a new random key for each frame, so the page cannot choose the bytes that cross the wire (§5.3). The
# danger comes from pages, so only clients mask.
#
# Now write frames yourself: two bytes, the key, the masked payload. `fin << 7` moves the bit FIN to the first place, and then `|` combines it
# with the opcode. `0x80` is the bit MASK. (This works for payloads up to 125 bytes.)

# %%
def frame(opcode, payload, fin=True):
    key = bytes.fromhex("37 fa 21 3d")  # a real client takes a new random key for each frame
    first, second = (fin << 7) | opcode, 0x80 | len(payload)
    return bytes([first, second]) + key + mask(payload, key)


print(frame(1, b"Hello") == hello)
talk(echo, frame(1, b"One seat, by hand"))[2:4]

# %% [markdown] minutes=2
# ## Ping, pong, and a message in pieces
#
# A message may come in several frames, called **fragments**. The first one has the opcode, the others have opcode 0, and the last one has FIN.
#
# A control frame may come between two fragments, for example a **ping**. The other side has to answer a ping with a **pong** that has the
# same payload. Below, a ping `?` goes out in the middle of the message *Two seats*. When does its pong come?
#
# `bye` is the close frame at the end. The next section explains it. (`(1000).to_bytes(2)` writes 1000 in two bytes: `03 e8`.)

# %%
begin, end = frame(1, b"Two sea", fin=False), frame(0, b"ts")
bye = frame(8, (1000).to_bytes(2) + b"That was all")
talk(echo, begin + frame(9, b"?"), end, bye).frames

# %% [markdown] minutes=3
# The pong came before your message was complete. (Your programs need not send pings. The library sends one every 20 seconds, and closes the
# connection if no pong comes within another 20 seconds.)
#
# ## How it ends
#
# `bye` is a close frame. Its payload is two bytes with a **close code**, and then a reason for people to read. A client or a server that has sent
# a close frame sends no more messages. The other side answers with a close frame too. Then the server ends the connection (RFC 6455 §5.5.1, §7.1.1).

# %% [markdown] tags=["notes"]
# **Ask:** A log says 1006. Who sent it? (Nobody. It is the name for *no close frame came*.)
#
# **Short of time:** Leave out the section on fragments before this one, and *Both at once* after it.

# %%
talk(echo, bye)[2]

# %% [markdown]
# | code | what it says | code | what it says |
# |---|---|---|---|
# | 1000 | normal end | 1008 | against the rules of this server |
# | 1001 | going away: a page was closed, a server stops | 1009 | message too big |
# | 1002 | protocol error | 1011 | an unexpected error in the server |
# | 1003 | data of a kind that is not accepted | 3000–3999 | registered with IANA, for a library or a framework |
# | 1007 | the text is not UTF-8 | 4000–4999 | free for your own use |
#
# Three codes are never sent. A program uses them to report what it noticed itself: **1005**, the close frame had no code; **1006**, there was no
# close frame; **1015**, TLS failed (RFC 6455 §7.4.1). What does the server answer if a client sends one of them all the same?

# %%
talk(echo, frame(8, (1006).to_bytes(2))).frames

# %% [markdown] minutes=4
# If a log says 1006, nobody sent that code. It means: the connection ended, and this program does not know why.
#
# ## Break it: a client without a mask
#
# `answer` is the frame that the server sent above, with no mask. Now a client sends the same bytes.
#
# **Predict, then run.** With which close code does the server answer?

# %% [markdown] tags=["notes"]
# **Do:** Keep this section even when you are late: the wire view names the fault, and the close code names it too.
#
# **What goes wrong:** People think that the mask is missing from the server's frames by mistake. Only clients mask.

# %% tags=["predict"] breaks="a client sends a frame without a mask, and gets 1002"
talk(echo, answer).frames

# %% [markdown] minutes=1
# <details><summary>Answer</summary>
#
# 1002, protocol error. A client must mask its frames. If it does not, the server must close the connection (RFC 6455 §5.1). The mended frame
# is `frame(1, b"Hello")`, which you have seen.
#
# </details>
#
# ## Break it: text that is not UTF-8
#
# The payload of a text frame is always UTF-8. Here is a name in another encoding, latin-1.

# %% breaks="a text frame is not UTF-8, and gets 1007"
talk(echo, frame(1, "Zoë".encode("latin-1"))).frames

# %% [markdown] minutes=2
# The server closed with 1007. The wire view shows `�` for the byte that is not UTF-8. To mend it, write `"Zoë".encode()`, which is UTF-8. Or use
# opcode 2, for bytes of any kind.
#
# ## Break it: a message that is too big
#
# The server accepts messages up to 1 MiB. This frame announces one byte more, and its payload is never sent. `0xFF` is the bit MASK and the
# length 127. So eight bytes with the length follow, and then a mask key of four zeros.

# %% breaks="a frame promises more than the server takes, and gets 1009"
huge = bytes([0x81, 0xFF]) + (2**20 + 1).to_bytes(8) + bytes(4)
talk(echo, huge).frames.sent_by("server")

# %% [markdown] minutes=3
# 1009, and the server has seen nothing but the beginning of the frame. The length comes first, so it can refuse a frame before it has stored
# a byte of its payload.
#
# ## Both at once
#
# In HTTP, the client asks and the server answers. A WebSocket is **full duplex**: each side may send at any moment. This server never reads. It
# sends the number of free seats again and again. (The next lesson explains `async` and `await`.)

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
        time.sleep(0.1)  # seconds

client = [frame.at for frame in both.frames.sent_by("client")]
server = [frame.at for frame in both.frames.sent_by("server")]

# %% [markdown]
# Each frame has a time, `at`. How many frames did the server send between the client's first and second one? If it only answered, it
# would be one.

# %%
between = [at for at in server if client[0] < at < client[1]]
print("more than one:", len(between) > 1)
plt.figure(figsize=(7, 1.8))
plt.eventplot([client, server], lineoffsets=[1, 0], linelengths=0.7, colors=["tab:orange", "tab:blue"])
plt.yticks([1, 0], ["client", "server"], fontsize=14)
plt.xlabel("seconds", fontsize=14)
plt.show()

# %% [markdown] minutes=2
# Each line in the picture is a frame. Between two frames of the client there are several frames of the server.
#
# ## Recap
#
# - A WebSocket begins as HTTP: a request with a key, and 101. The answer to the key proves that the server understands
#   WebSocket. It does not prove who the server is.
# - A frame is two bytes, perhaps more for the length, a mask key if a client sends it, and the payload.
# - A close code says why the conversation ended. 1005, 1006 and 1015 are never sent.
#
# **Check yourself**
#
# <details><summary>The answer to the key is right. Do you know that you talk to the theatre?</summary>
#
# No. Everybody can calculate it. Only TLS proves who the server is, with a certificate.
#
# </details>
# <details><summary>A frame begins with 88 02 03 e8. Who sent it, and what does it say?</summary>
#
# FIN and opcode 8: a close frame. There is no mask, so a server sent it. Its payload is two bytes: 3 · 256 + 232 = 1000, a normal end.
#
# </details>
# <details><summary>The mask hides nothing. What would go wrong without it?</summary>
#
# A web page could choose the exact bytes on the wire, and an old proxy might take them for HTTP.
#
# </details>
# <details><summary>Your program reports 1006. Which bytes do you look for on the wire?</summary>
#
# None: there was no close frame. Look at the last message, and at which side ended the connection.
#
# </details>
#
# **Now you:** [exercise 32](../exercises/32-handshake-and-frames.ipynb). **Next lesson:** [A WebSocket server and its client in
# Python](33-websocket-server.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
