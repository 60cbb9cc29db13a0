# %% [markdown]
# # Exercise 32: a station's frames
#
# You need [lesson 32](../notebooks/32-handshake-and-frames.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import base64
import hashlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

from websockets.sync.client import connect

from wirelab import check, launch, stop_all, wire

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

# %% [markdown]
# ## 32.1 The answer to a key
#
# A weather station opens a WebSocket and sends its key, a text. Write `accept_value`, so that it gives the value of
# `Sec-WebSocket-Accept`, also a text.

# %% [markdown] tags=["solution"]
# Key first, then the fixed text; both as bytes, since SHA-1 works on bytes. `digest()` gives the twenty bytes themselves;
# `hexdigest()` would give forty letters, and base64 of those is something else. `b64encode` gives bytes, and `decode()` makes a text of
# them.

# %% exercise="32.1"
def accept_value(key):
    ### BEGIN SOLUTION
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    ### END SOLUTION

# %% wrong="32.1" caught_by="gives the answer to the standard's own key" says="digest() gives the bytes themselves"
def accept_value(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).hexdigest().encode()).decode()

# %% wrong="32.1" caught_by="gives a text" says="decode() makes a text of bytes"
def accept_value(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest())

# %% wrong="32.1" caught_by="gives the answer to the standard's own key" says="The key comes first"
def accept_value(key):
    return base64.b64encode(hashlib.sha1((GUID + key).encode()).digest()).decode()

# %% wrong="32.1" caught_by="your code crashed" says="encod"
def accept_value(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()

# %% wrong="32.1" caught_by="gives the answer to a key drawn by chance" says="Every connection has another key"
def accept_value(key):
    return "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

# %% checks="32.1" points=1
check("32.1", accept_value)

# %% [markdown]
# ## 32.2 Take the mask off
#
# `key` are the four bytes of a mask, `mixed` is the payload of a frame as it crossed the wire. Write `unmask`, so that it gives the
# payload as bytes, whatever its length.

# %% [markdown] tags=["solution"]
# Byte number 0 meets byte 0 of the key, number 4 meets byte 0 again: the remainder of a division by four says which one it is. The
# payload is bytes and stays bytes. Whether it is text, the opcode says, and that is not known here.

# %% exercise="32.2"
def unmask(key, mixed):
    ### BEGIN SOLUTION
    return bytes(byte ^ key[number % 4] for number, byte in enumerate(mixed))
    ### END SOLUTION

# %% wrong="32.2" caught_by="unmasks a payload that is longer than the key" says="got: b'17.5'"
def unmask(key, mixed):
    return bytes(byte ^ other for byte, other in zip(mixed, key))

# %% wrong="32.2" caught_by="gives bytes" says="bytes(...) makes bytes of numbers"
def unmask(key, mixed):
    return [byte ^ key[number % 4] for number, byte in enumerate(mixed)]

# %% wrong="32.2" caught_by="your code crashed" says="UnicodeDecodeError"
def unmask(key, mixed):
    return bytes(byte ^ key[number % 4] for number, byte in enumerate(mixed)).decode().encode()

# %% wrong="32.2" caught_by="unmasks a payload that is longer than the key" says="Begin again with the first byte of the key"
def unmask(key, mixed):
    return bytes(byte ^ key[min(number, 3)] for number, byte in enumerate(mixed))

# %% checks="32.2" points=2
check("32.2", unmask)

# %% [markdown]
# ## 32.3 The header of a frame
#
# `frame` holds the bytes of a frame. Write `header_of`, so that it gives three things: whether the message ends with this frame, `True` or
# `False`; the opcode, a number; and the length of the payload in bytes, a number. Remember where a length above 125 stands.
# `int.from_bytes(b"\x00\xc8", "big")` makes 200 of two bytes.

# %% [markdown] tags=["solution"]
# The first byte holds FIN and opcode, the second the mask bit and seven bits of length. 126 and 127 are not lengths: they say that the
# length stands in the next two or eight bytes, the most significant byte first, which Python calls `big`. A masked frame has the same
# header, with its key behind the length.

# %% exercise="32.3"
def header_of(frame):
    ### BEGIN SOLUTION
    is_last, opcode = bool(frame[0] & 0b10000000), frame[0] & 0b00001111
    length = frame[1] & 0b01111111
    if length == 126:
        length = int.from_bytes(frame[2:4], "big")
    elif length == 127:
        length = int.from_bytes(frame[2:10], "big")
    return is_last, opcode, length
    ### END SOLUTION

# %% wrong="32.3" caught_by="reads a masked frame" says="the first bit of the second byte is the mask"
def header_of(frame):
    length = frame[1]
    if length == 126:
        length = int.from_bytes(frame[2:4], "big")
    elif length == 127:
        length = int.from_bytes(frame[2:10], "big")
    return bool(frame[0] & 0b10000000), frame[0] & 0b00001111, length

# %% wrong="32.3" caught_by="reads a length of 200 bytes" says="126 says that the length stands in the next two bytes"
def header_of(frame):
    return bool(frame[0] & 0b10000000), frame[0] & 0b00001111, frame[1] & 0b01111111

# %% wrong="32.3" caught_by="reads a length of 200 bytes" says="got: (True, 1, 51200)"
def header_of(frame):
    length = frame[1] & 0b01111111
    if length == 126:
        length = int.from_bytes(frame[2:4], "little")
    elif length == 127:
        length = int.from_bytes(frame[2:10], "little")
    return bool(frame[0] & 0b10000000), frame[0] & 0b00001111, length

# %% wrong="32.3" caught_by="tells a frame that does not end the message" says="The first bit of the first byte is FIN"
def header_of(frame):
    length = frame[1] & 0b01111111
    if length == 126:
        length = int.from_bytes(frame[2:4], "big")
    elif length == 127:
        length = int.from_bytes(frame[2:10], "big")
    return frame[0] > 0, frame[0] & 0b00001111, length

# %% checks="32.3" points=3
check("32.3", header_of)

# %% [markdown]
# ## 32.4 A station without a library
#
# A WebSocket server is an HTTP server that goes on in another language. Write `do_GET`:
#
# - A request with the header `Upgrade: websocket` gets 101 with the three headers that belong to it, then one text frame that says `17.5`,
#   then a close frame with the code 1000. Then read the client's close frame, which is 8 bytes, and return.
# - Any other request gets 426 and the header `Upgrade: websocket`.
#
# `self.wfile.write` sends bytes, `self.rfile.read` waits for some. You need `accept_value`, and no mask.

# %% [markdown] tags=["solution"]
# 101 is sent like any other status. Behind `end_headers` the connection speaks WebSocket, and whatever is written is frames: `81` is FIN
# and text, `88` FIN and close, and a server's second byte is just the length. `(1000).to_bytes(2, "big")` are the bytes `03 e8`.
#
# The server waits for the client's close frame, so that no byte is lost, and hangs up first (RFC 6455 §7.1.1). `close_connection` tells
# `http.server` not to wait for another request. A response 426 has to name the protocol that is wanted (RFC 9110 §15.5.22).

# %% exercise="32.4"
class Station(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2

    def do_GET(self):
        self.close_connection = True
        ### BEGIN SOLUTION
        if self.headers.get("Upgrade", "").lower() != "websocket":
            self.send_response(426)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade, close")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))
        self.end_headers()
        self.wfile.write(b"\x81\x04" + b"17.5")
        self.wfile.write(b"\x88\x02" + (1000).to_bytes(2, "big"))
        self.rfile.read(8)
        ### END SOLUTION

# %% wrong="32.4" caught_by="your code crashed" says="TypeError: unsupported operand"
class Station(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2

    def do_GET(self):
        self.close_connection = True
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))
        self.end_headers()
        self.wfile.write(b"\x81\x0417.5\x88\x02\x03\xe8")
        self.rfile.read(8)

# %% wrong="32.4" caught_by="agrees to a WebSocket" says="Sec-WebSocket-Accept"
class Station(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2

    def do_GET(self):
        self.close_connection = True
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", self.headers["Sec-WebSocket-Key"])
        self.end_headers()
        self.wfile.write(b"\x81\x0417.5\x88\x02\x03\xe8")
        self.rfile.read(8)

# %% wrong="32.4" caught_by="answers a WebSocket connection" says="it sent what is no WebSocket message: incorrect masking"
class Station(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2

    def do_GET(self):
        self.close_connection = True
        if self.headers.get("Upgrade", "").lower() != "websocket":
            self.send_response(426)
            self.send_header("Upgrade", "websocket")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))
        self.end_headers()
        key = bytes(4)
        self.wfile.write(b"\x81\x84" + key + b"17.5")
        self.wfile.write(b"\x88\x82" + key + b"\x03\xe8")
        self.rfile.read(8)

# %% wrong="32.4" caught_by="answers a WebSocket connection" says="it ended the connection without an answer"
class Station(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2

    def do_GET(self):
        self.close_connection = True
        if self.headers.get("Upgrade", "").lower() != "websocket":
            self.send_response(426)
            self.send_header("Upgrade", "websocket")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))
        self.end_headers()
        self.wfile.write(b"17.5")

# %% wrong="32.4" caught_by="closes with 1000" says="03 e8"
class Station(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2

    def do_GET(self):
        self.close_connection = True
        if self.headers.get("Upgrade", "").lower() != "websocket":
            self.send_response(426)
            self.send_header("Upgrade", "websocket")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))
        self.end_headers()
        self.wfile.write(b"\x81\x04" + b"17.5")

# %%
station = launch(Station)

# %% checks="32.4" points=4
check("32.4", station)

# %% [markdown]
# When it passes, be its client, and look at what you have made:

# %%
with wire(station) as tap, suppress(Exception):  # whatever goes wrong, look at the wire
    with connect(tap.url.replace("http:", "ws:"), compression=None) as websocket:
        print(websocket.recv())

tap

# %%
stop_all()
