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

from wirelab import check, hint, launch, show_me, stop_all, wire

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

# %% [markdown]
# ## 32.1 The answer to a key
#
# A weather station opens a WebSocket and sends its `key`, the value of `Sec-WebSocket-Key`, a string. Write `accept_value`. It returns the
# value of `Sec-WebSocket-Accept`, also a string.

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

# %% wrong="32.1" caught_by="gives a string" says="decode() makes a string of them"
def accept_value(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest())

# %% wrong="32.1" caught_by="gives the answer to the standard's own key" says="The key comes first"
def accept_value(key):
    return base64.b64encode(hashlib.sha1((GUID + key).encode()).digest()).decode()

# %% wrong="32.1" caught_by="your code crashed" says="A hash is made of bytes: encode()"
def accept_value(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest())

# %% wrong="32.1" caught_by="gives a string" says="The key comes first, then GUID"
def accept_value(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()

# %% wrong="32.1" caught_by="gives the answer to the key AAAAAAAA…" says="Every connection has another key"
def accept_value(key):
    return "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

# %% wrong="32.1" caught_by="gives a string" says="Those are the twenty bytes of SHA-1"
def accept_value(key):
    return hashlib.sha1((key + GUID).encode()).digest()

# %% wrong="32.1" caught_by="gives the answer to the standard's own key" says="That is SHA-1 in hexadecimal"
def accept_value(key):
    return hashlib.sha1((key + GUID).encode()).hexdigest()

# %% wrong="32.1" caught_by="gives the answer to the standard's own key" says="A line end belongs to no header"
def accept_value(key):
    return base64.encodebytes(hashlib.sha1((key + GUID).encode()).digest()).decode()

# %% wrong="32.1" caught_by="gives the answer to the standard's own key" says="There are two alphabets of base64"
def accept_value(key):
    return base64.urlsafe_b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()

# %% right="32.1" style="binascii"
import binascii


def accept_value(key):
    digest = hashlib.sha1(bytes(key + GUID, "ascii")).digest()
    return binascii.b2a_base64(digest, newline=False).decode()

# %% right="32.1" style="hexadecimal in between"
def accept_value(key):
    text = f"{key}{GUID}"
    hexadecimal = hashlib.sha1(text.encode("utf-8")).hexdigest()
    value = base64.b64encode(bytes.fromhex(hexadecimal))
    return "".join(map(chr, value))

# %% right="32.1" style="step by step"
def accept_value(key):
    sha = hashlib.new("sha1", key.encode("ascii"))
    sha.update(GUID.encode("ascii"))
    return str(base64.standard_b64encode(sha.digest()), "ascii")

# %% checks="32.1" points=1
check("32.1", accept_value)

# %% [markdown]
# ## 32.2 Take the mask off
#
# `key` is the key of a mask, four bytes. `mixed` is the payload of a frame as it crossed the wire, bytes too. Write `unmask`. It returns
# the payload as `bytes`, whatever its length and whatever is in it.

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

# %% wrong="32.2" caught_by="unmasks 20003 bytes" says="The end is missing"
def unmask(key, mixed):
    return bytes(byte ^ other for byte, other in zip(mixed, key * 31))

# %% wrong="32.2" caught_by="keeps zeros at the beginning" says="only a number forgets them"
def unmask(key, mixed):
    long_key = (key * (len(mixed) // 4 + 1))[: len(mixed)]
    number = int.from_bytes(mixed, "big") ^ int.from_bytes(long_key, "big")
    return number.to_bytes((number.bit_length() + 7) // 8, "big")

# %% wrong="32.2" caught_by="gives bytes" says="stays bytes: whether it is text, only the opcode knows"
def unmask(key, mixed):
    return "".join(chr(byte ^ key[number % 4]) for number, byte in enumerate(mixed))

# %% wrong="32.2" caught_by="unmasks four bytes" says="byte ^ other mixes two bytes"
def unmask(key, mixed):
    return bytes(byte | key[number % 4] for number, byte in enumerate(mixed))

# %% wrong="32.2" caught_by="unmasks with the key 00 ff 00 01" says="Every frame has another key"
def unmask(key, mixed):
    key = bytes.fromhex("37 fa 21 3d")
    return bytes(byte ^ key[number % 4] for number, byte in enumerate(mixed))

# %% wrong="32.2" caught_by="your code crashed" says="data[0] is one"
def unmask(key, mixed):
    return mixed ^ key

# %% wrong="32.2" caught_by="gives bytes" says="byte ^ other mixes two bytes"
def unmask(key, mixed):
    return bytes(mixed[number : number + 1] ^ key[number % 4 : number % 4 + 1] for number in range(len(mixed)))

# %% wrong="32.2" caught_by="unmasks four bytes" says="bytes(5) makes five zeros"
def unmask(key, mixed):
    result = b""
    for number, byte in enumerate(mixed[:1000]):
        result += bytes(byte ^ key[number % 4])
    return result

# %% wrong="32.2" caught_by="your code crashed" says="UnicodeDecodeError"
def unmask(key, mixed):
    return bytes(byte ^ key[number % 4] for number, byte in enumerate(mixed)).decode().encode()

# %% wrong="32.2" caught_by="unmasks a payload that is longer than the key" says="Begin again with the first byte of the key"
def unmask(key, mixed):
    return bytes(byte ^ key[min(number, 3)] for number, byte in enumerate(mixed))

# %% right="32.2" style="cycle"
from itertools import cycle


def unmask(key, mixed):
    return bytes(map(int.__xor__, mixed, cycle(key)))

# %% right="32.2" style="one long number"
def unmask(key, mixed):
    size = len(mixed)
    long_key = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(mixed, "big") ^ int.from_bytes(long_key, "big")).to_bytes(size, "big")

# %% right="32.2" style="a bytearray"
def unmask(key, mixed):
    clear = bytearray(mixed)
    for start in range(4):
        clear[start::4] = [byte ^ key[start] for byte in mixed[start::4]]
    return bytes(clear)

# %% checks="32.2" points=2
check("32.2", unmask)

# %% [markdown]
# ## 32.3 The header of a frame
#
# `frame` holds the beginning of a frame, bytes: its whole header, and as much of its payload as has come. Write `header_of`. It returns
# three things, as a tuple:
#
# - whether the message ends with this frame, `True` or `False` (not 1 or 0),
# - the opcode, a number; the three reserved bits before it may be 1, and do not count,
# - the length of the payload in bytes, a number, as the header says it.
#
# The frame may be masked or not. Remember where a length above 125 stands. `int.from_bytes(b"\x00\xc8", "big")` makes 200 of two bytes.

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
- length = frame[1] & 0b01111111
+ length = frame[1]

# %% wrong="32.3" caught_by="gives a tuple of three" says="Each is a number: frame[0] and frame[1]"
def header_of(frame):
    return bool(frame[0:1] & 0b10000000), frame[0:1] & 0b00001111, frame[1:2] & 0b01111111

# %% wrong="32.3" caught_by="reads a masked frame" says="how many bytes have come behind the first two"
def header_of(frame):
    return bool(frame[0] & 0b10000000), frame[0] & 0b00001111, len(frame) - 2

# %% wrong="32.3" caught_by="reads a length of 200 bytes" says="126 says that the length stands in the next two bytes"
def header_of(frame):
    return bool(frame[0] & 0b10000000), frame[0] & 0b00001111, frame[1] & 0b01111111

# %% wrong="32.3" caught_by="reads a length of 200 bytes" says="got: (True, 1, 51200)"
- length = int.from_bytes(frame[2:4], "big")
+ length = int.from_bytes(frame[2:4], "little")

# %% wrong="32.3" caught_by="tells a frame that does not end the message" says="The first bit of the first byte is FIN"
- is_last, opcode = bool(frame[0] & 0b10000000), frame[0] & 0b00001111
+ is_last, opcode = frame[0] > 0, frame[0] & 0b00001111

# %% wrong="32.3" caught_by="reads a frame with a reserved bit" says="nor the three reserved bits"
- is_last, opcode = bool(frame[0] & 0b10000000), frame[0] & 0b00001111
+ is_last, opcode = bool(frame[0] & 0b10000000), frame[0] & 0b01111111

# %% wrong="32.3" caught_by="reads a length of 127 bytes" says="What stands there is the length, also 127"
- elif length == 127:
+ if length == 127:

# %% wrong="32.3" caught_by="says True or False about the end" says="A number is no answer to a question with yes or no"
- is_last, opcode = bool(frame[0] & 0b10000000), frame[0] & 0b00001111
+ is_last, opcode = frame[0] >> 7, frame[0] & 0b00001111

# %% wrong="32.3" caught_by="reads the last piece of a message" says="whatever the opcode"
- is_last, opcode = bool(frame[0] & 0b10000000), frame[0] & 0b00001111
+ is_last, opcode = frame[0] in (0x81, 0x82, 0x88, 0x89, 0x8A, 0xC1), frame[0] & 0b00001111

# %% wrong="32.3" caught_by="reads a length that needs all eight bytes" says="the next eight bytes: frame[2:10]"
- length = int.from_bytes(frame[2:10], "big")
+ length = int.from_bytes(frame[6:10], "big")

# %% wrong="32.3" caught_by="gives a tuple of three" says="return is_last, opcode, length"
- return is_last, opcode, length
+ return [is_last, opcode, length]

# %% wrong="32.3" caught_by="reads the length where the payload is still to come" says="the next two bytes"
def header_of(frame):
    size = 4 if frame[1] & 0b10000000 else 0
    size += {126: 4, 127: 10}.get(frame[1] & 0b01111111, 2)
    return bool(frame[0] & 0b10000000), frame[0] & 0b00001111, len(frame) - size

# %% right="32.3" style="strings of bits"
def header_of(frame):
    bits = "".join(f"{byte:08b}" for byte in frame[:10])
    length, more = int(bits[9:16], 2), {126: 32, 127: 80}
    if length in more:
        length = int(bits[16 : more[length]], 2)
    return bits[0] == "1", int(bits[4:8], 2), length

# %% right="32.3" style="a stream and a pattern"
import io


def header_of(frame):
    stream = io.BytesIO(frame)
    first, second = stream.read(2)
    fin, opcode = divmod(first, 0x80)
    match second & 0x7F:
        case 126:
            length = sum(byte << shift for byte, shift in zip(stream.read(2), (8, 0)))
        case 127:
            length = int(stream.read(8).hex(), 16)
        case length:
            pass
    return fin == 1, opcode % 16, length

# %% right="32.3" style="struct"
import struct


def header_of(frame):
    first, second = frame[:2]
    length = second % 128
    if length > 125:
        [length] = struct.unpack_from("!H" if length == 126 else "!Q", frame, 2)
    return first >= 128, first % 16, length

# %% checks="32.3" points=3
check("32.3", header_of)

# %% [markdown]
# ## 32.4 A station without a library
#
# A WebSocket server is an HTTP server that goes on in another language. Write `do_GET`:
#
# - A request with the header `Upgrade: websocket` gets 101 with the three headers that belong to it, then one text frame that says `17.5`,
#   then one close frame with the code 1000. Then read the client's close frame and return. It is 8 bytes: two, a key of four, a code of two.
# - The same request without the header `Sec-WebSocket-Key` gets 400: there is nothing to answer (RFC 6455 §4.2.1).
# - Any other `GET`, without that header or with another protocol in it, gets 426 with the header `Upgrade: websocket`, and nothing more.
#
# `self.wfile.write` sends bytes. `self.rfile.read(8)` waits until 8 bytes have come, also if they come in pieces (a socket's `recv`
# does not). You need `accept_value`, and no mask: a server's frame is two bytes and the payload.

# %% [markdown] tags=["solution"]
# 101 is sent like any other status. Behind `end_headers` the connection speaks WebSocket, and whatever is written is frames: `81` is FIN
# and text, `88` FIN and close, and a server's second byte is just the length. `(1000).to_bytes(2, "big")` are the bytes `03 e8`.
#
# The server waits for the client's close frame, so that no byte is lost, and hangs up first (RFC 6455 §7.1.1). `close_connection` tells
# `http.server` not to wait for another request. Look for the key before you send 101: later it is too late for another status. (A library also
# looks at `Connection` and `Sec-WebSocket-Version`.) A response 426 has to name the protocol that is wanted (RFC 9110 §15.5.22).

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
        if "Sec-WebSocket-Key" not in self.headers:
            self.send_error(400)
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

# %% wrong="32.4" caught_by="answers an ordinary GET with 426" says="look before you send anything"
- if self.headers.get("Upgrade", "").lower() != "websocket":
-     self.send_response(426)
-     self.send_header("Upgrade", "websocket")
-     self.send_header("Connection", "Upgrade, close")
-     self.send_header("Content-Length", "0")
-     self.end_headers()
-     return

# %% wrong="32.4" caught_by="sends the header Sec-WebSocket-Accept" says="It is the answer to the key"
- self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))
+ self.send_header("Sec-WebSocket-Accept", self.headers["Sec-WebSocket-Key"])

# %% wrong="32.4" caught_by="sends one text frame that says 17.5" says="Only clients mask"
- self.wfile.write(b"\x81\x04" + b"17.5")
+ self.wfile.write(b"\x81\x84" + bytes(4) + b"17.5")

# %% wrong="32.4" caught_by="sends one text frame that says 17.5" says="A frame begins with two bytes"
- self.wfile.write(b"\x81\x04" + b"17.5")
- self.wfile.write(b"\x88\x02" + (1000).to_bytes(2, "big"))
- self.rfile.read(8)
+ self.wfile.write(b"17.5")

# %% wrong="32.4" caught_by="sends one text frame that says 17.5" says="encode() makes two bytes of it"
- self.wfile.write(b"\x81\x04" + b"17.5")
+ self.wfile.write("\x81\x0417.5".encode())

# %% wrong="32.4" caught_by="sends one text frame that says 17.5" says="FIN is set: 81, not 01"
- self.wfile.write(b"\x81\x04" + b"17.5")
+ self.wfile.write(b"\x01\x04" + b"17.5")

# %% wrong="32.4" caught_by="sends one text frame that says 17.5" says="17.5 has four"
- self.wfile.write(b"\x81\x04" + b"17.5")
+ self.wfile.write(b"\x81\x06" + b"17.5")

# %% wrong="32.4" caught_by="answers a request for a WebSocket with 101" says="are sent by end_headers()"
-     self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))
-     self.end_headers()
+     self.send_header("Sec-WebSocket-Accept", accept_value(self.headers["Sec-WebSocket-Key"]))

# %% wrong="32.4" caught_by="then sends one close frame with the code 1000" says="03 e8"
- self.wfile.write(b"\x88\x02" + (1000).to_bytes(2, "big"))
- self.rfile.read(8)

# %% wrong="32.4" caught_by="then sends one close frame with the code 1000" says="The code is a number of two bytes"
- self.wfile.write(b"\x88\x02" + (1000).to_bytes(2, "big"))
+ self.wfile.write(b"\x88\x04" + b"1000")

# %% wrong="32.4" caught_by="then sends one close frame with the code 1000" says="One text frame is asked for"
- self.wfile.write(b"\x81\x04" + b"17.5")
+ self.wfile.write(b"\x81\x04" + b"17.5")
+ self.wfile.write(b"\x81\x04" + b"17.5")

# %% wrong="32.4" caught_by="waits for the client's close frame" says="read it before you return"
- self.rfile.read(8)

# %% wrong="32.4" caught_by="reads the client's close frame to its end" says="when seven of the 8 bytes had come"
- self.rfile.read(8)
+ self.rfile.read(6)

# %% wrong="32.4" caught_by="returns when it has read the close frame" says="The close frame is 8 bytes"
- self.rfile.read(8)
+ self.rfile.read()

# %% wrong="32.4" caught_by="answers a GET for another protocol with 426" says="or names another protocol"
- if self.headers.get("Upgrade", "").lower() != "websocket":
+ if "Upgrade" not in self.headers:

# %% wrong="32.4" caught_by="your code crashed" says="TypeError: unsupported operand"
- if "Sec-WebSocket-Key" not in self.headers:
-     self.send_error(400)
-     return

# %% wrong="32.4" caught_by="answers a handshake without a key with 400" says="Without a key there is nothing to answer"
- if "Sec-WebSocket-Key" not in self.headers:
-     self.send_error(400)
+ if "Sec-WebSocket-Key" not in self.headers:
+     self.send_error(426)

# %% right="32.4" style="a method that writes frames"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.close_connection = True
        is_websocket = self.headers.get("Upgrade", "").lower() == "websocket"
        key = self.headers["Sec-WebSocket-Key"]
        if is_websocket and key is None:
            return self.send_error(400)
        self.send_response(101 if is_websocket else 426)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        if is_websocket:
            self.send_header("Sec-WebSocket-Accept", accept_value(key))
        self.end_headers()
        if is_websocket:
            self.write_frame(1, b"17.5")
            self.write_frame(8, bytes.fromhex("03e8"))
            self.rfile.read(8)

    def write_frame(self, opcode, payload):
        self.wfile.write(bytes([128 + opcode, len(payload)]) + payload)

# %% right="32.4" style="every byte by hand, and send_error"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.close_connection = True
        key = self.headers["Sec-WebSocket-Key"]
        if self.headers["Upgrade"] == "websocket" and not key:
            self.wfile.write(b"HTTP/1.1 400 Where is the key?\r\nContent-Length: 0\r\n\r\n")
        elif self.headers["Upgrade"] == "websocket":
            lines = ["HTTP/1.1 101 Welcome", "upgrade: WebSocket", "connection: upgrade"]
            lines += [f"sec-websocket-accept: {accept_value(key)}", "", ""]
            frames = bytes([0x81, 4, *b"17.5", 0x88, 2, 1000 >> 8, 1000 & 255])
            self.wfile.write("\r\n".join(lines).encode("latin-1") + frames)
            first, size = self.rfile.read(2)
            self.rfile.read(4 + size % 128)
        else:
            self.send_error(426)

    def end_headers(self):
        self.send_header("Upgrade", "websocket")
        super().end_headers()

# %% right="32.4" style="two methods, and a reason"
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.close_connection = True
        if (self.headers.get("Upgrade") or "").casefold().strip() == "websocket":
            if not self.headers.get("Sec-WebSocket-Key"):
                return self.answer(400, {"Content-Length": 0})
            self.shake_hands()
            self.speak()
        else:
            body = b"This station speaks WebSocket only.\n"
            self.answer(426, {"Upgrade": "websocket", "Content-Length": len(body)})
            self.wfile.write(body)

    def answer(self, status, fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, str(value))
        self.end_headers()

    def shake_hands(self):
        accept = accept_value(self.headers.get("Sec-WebSocket-Key"))
        self.answer(101, {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept})

    def speak(self):
        text, code, reason = "17.5".encode(), (1000).to_bytes(2), b"that was all"
        for opcode, payload in [(0x1, text), (0x8, code + reason)]:
            self.wfile.write(bytes([0x80 | opcode, len(payload)]))
            self.wfile.write(payload)
        self.wfile.flush()
        _ = self.rfile.read(8)

# %%
station = launch(Station)

# %% checks="32.4" points=4
check("32.4", station)

# %% [markdown]
# When it passes, be its client, and look at what you have made:

# %%
with wire(station) as tap, suppress(Exception):  # whatever goes wrong, look at the wire
    with connect(tap.url.replace("http:", "ws:"), compression=None) as websocket:
        print(websocket.recv(timeout=2))
        websocket.recv(timeout=2)  # what comes next is a close frame, and so there is nothing to return

tap

# %%
stop_all()
