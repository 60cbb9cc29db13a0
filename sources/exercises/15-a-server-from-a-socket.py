# %% [markdown]
# # Exercise 15: a station from a socket
#
# You need [lesson 15](../notebooks/15-a-server-from-a-socket.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import socket
import socketserver
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

import requests

from wirelab import check, hint, launch, show_me, stop_all, wire

# %% [markdown]
# ## 15.1 Up to the empty line
#
# A weather station reads requests from a socket. Write `read_head`. It gets `connection`, which is a connected socket, and returns the bytes of the
# request up to the empty line, with the empty line.
#
# - The request may come in pieces. A piece may end anywhere. The request may be longer than 4096 bytes.
# - The client sends nothing after the empty line. It waits for its answer, so do not call `recv` again then.
# - If the client closes the connection before the empty line, return `None`.

# %% [markdown] tags=["solution"]
# `recv` returns what is there, so the loop goes on until the empty line has come. It looks for the empty line in *all* bytes, because its four
# characters may come in two pieces. `recv` returns `b""` when the client has closed the connection. Without that line, the loop would never
# end.

# %% exercise="15.1"
def read_head(connection):
    ### BEGIN SOLUTION
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(4096)
        if not received:
            return None
        head += received
    return head
    ### END SOLUTION

# %% wrong="15.1" caught_by="goes on reading where a request comes in pieces" says="that may be a piece"
def read_head(connection):
    return connection.recv(65536) or None

# %% wrong="15.1" caught_by="comes to an end" says="The client has left"
- if not received:
-     return None

# %% wrong="15.1" caught_by="comes to an end" says="it waits for your answer"
def read_head(connection):
    head = b""
    while received := connection.recv(4096):
        head += received
    return head

# %% wrong="15.1" caught_by="comes to an end" says="The empty line itself may come in two pieces"
def read_head(connection):
    head = received = b""
    while b"\r\n\r\n" not in received:
        received = connection.recv(4096)
        if not received:
            return None
        head += received
    return head

# %% wrong="15.1" caught_by="returns None for a client that leaves in the middle" says="expected: None"
- return None
+ return head

# %% wrong="15.1" caught_by="returns None for a client that says nothing and leaves" says="The client has left"
- return None
+ return head or b""

# %% wrong="15.1" caught_by="returns a request that comes in one piece" says="returned as bytes"
- return head
+ return head.decode()

# %% wrong="15.1" caught_by="returns a request that comes in one piece" says="with the empty line at the end"
- return head
+ return head.split(b"\r\n\r\n")[0]

# %% wrong="15.1" caught_by="goes on reading where a request comes in pieces" says="Ask again until the empty line has come"
def read_head(connection):
    head = connection.recv(4096)
    if head and b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    return head or None

# %% right="15.1" style="byte by byte"
def read_head(connection):
    head = bytearray()
    while head[-4:] != b"\r\n\r\n":
        byte = connection.recv(1)
        if byte == b"":
            return None
        head.append(byte[0])
    return bytes(head)

# %% right="15.1" style="a file, line by line"
def read_head(connection):
    stream, lines = connection.makefile("rb"), []
    while line := stream.readline():
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)

# %% right="15.1" style="a function that calls itself"
def read_head(connection, before=b""):
    if before.endswith(b"\r\n\r\n"):
        return before
    received = connection.recv(1024)
    return read_head(connection, before + received) if received else None

# %% right="15.1" style="a list of pieces"
def read_head(connection):
    pieces = []
    for piece in iter(lambda: connection.recv(2000), b""):
        pieces.append(piece)
        if b"".join(pieces).find(b"\r\n\r\n") >= 0:
            return b"".join(pieces)
    return None

# %% checks="15.1" points=2
check("15.1", read_head)

# %% [markdown]
# ## 15.2 Predict a wire
#
# This station sends two pieces as chunks. (`send_response_only` sends the status line alone, without `Server` and `Date`. `%x` writes a number in
# hexadecimal.) Run the next cell: it only defines the station, and sends nothing yet.

# %%
class Slowly(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response_only(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in [b"17.5\n", b"17.25 and still falling!\n"]:
            self.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")


# %% [markdown]
# Which bytes does it send as the answer to a GET? Write `predicted`. It has no parameters, and returns all of these bytes, from the status
# line to the last one.

# %% [markdown] tags=["solution"]
# `b"17.5\n"` has five bytes. The second piece has 25, and the length of a chunk is written in hexadecimal: 1 × 16 + 9 is `19`. Each chunk ends
# with a line end that does not count. The chunk of length zero says that the body is complete; behind it comes one more empty line.

# %% exercise="15.2"
def predicted():
    ### BEGIN SOLUTION
    return (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\n17.5\n\r\n"
        b"19\r\n17.25 and still falling!\n\r\n"
        b"0\r\n\r\n"
    )
    ### END SOLUTION

# %% wrong="15.2" caught_by="has the second piece as a chunk" says="the digits 0 to 9 and a to f"
- b"19\r\n17.25 and still falling!\n\r\n"
+ b"25\r\n17.25 and still falling!\n\r\n"

# %% wrong="15.2" caught_by="has the first piece as a chunk" says="is one of its bytes"
- b"5\r\n17.5\n\r\n"
+ b"4\r\n17.5\n\r\n"

# %% wrong="15.2" caught_by="has the first piece as a chunk" says="A chunk is its length"
- b"5\r\n17.5\n\r\n"
+ b"5\r\n17.5\r\n"

# %% wrong="15.2" caught_by="ends with the last chunk" says="no more"
- b"0\r\n\r\n"

# %% wrong="15.2" caught_by="ends with the last chunk" says="sends something as well" whole=1
def predicted():
    return (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n17.5\n\r\n"
        b"19\r\n17.25 and still falling!\n\r\n0\r\n"
    )

# %% wrong="15.2" caught_by="begins with the status line" says="protocol_version says which version"
- b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
+ b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

# %% wrong="15.2" caught_by="has the header that the server sends, and no other" says="There is one header"
- b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
+ b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 30\r\n\r\n"

# %% wrong="15.2" caught_by="gives bytes" says="Write b before the quotation mark" whole=1
def predicted():
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n17.5\n\r\n19\r\n17.25 and still falling!\n\r\n0\r\n\r\n"

# %% right="15.2" style="lines, put together"
def predicted():
    lines = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", ""]
    lines += ["5", "17.5\n", "19", "17.25 and still falling!\n", "0", "", ""]
    return "\r\n".join(lines).encode()

# %% right="15.2" style="lengths that Python counts"
def predicted():
    wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for piece in b"17.5\n", b"17.25 and still falling!\n", b"":
        wire += f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    return wire

# %% right="15.2" style="one piece after another, and hex()"
def predicted():
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    second = "17.25 and still falling!\n"
    return bytes(head + "5\r\n17.5\n\r\n" + hex(len(second))[2:] + "\r\n" + second + "\r\n0\r\n\r\n", "ascii")

# %% checks="15.2" points=2
check("15.2", predicted)

# %% [markdown]
# When it passes, see the bytes cross the wire:

# %%
slowly = launch(Slowly)
with wire(slowly) as tap:
    requests.get(tap.url, timeout=3)

print(tap[1].raw.decode())

# %% [markdown]
# ## 15.3 A station from a socket
#
# Now write the server itself, without `http.server`. The next cell is given. It makes a thread for each client, and this thread calls
# `answer(connection)`.

# %%
READINGS = {"/stations/2": "17.5", "/stations/3": "21 °C", "/stations/4": ""}


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


def create_server(host, port):
    return Server((host, port), lambda connection, *_: answer(connection))


# %% [markdown]
# Write `answer`. It reads a request up to its empty line, sends an answer, and does the same with the next request on this connection. There are
# GET requests only, and they have no body. You need not look at their headers.
#
# - A path in `READINGS` gets `200 OK` and the reading as the body. Any other path gets `404 Not Found` and the body `no such station`.
# - Each answer has `Content-Length`. The body is encoded in UTF-8.
# - Two requests may come together on one connection, so that one `recv` returns both. A request may also come in pieces.
# - `answer` returns when the client has closed the connection. If that happens in the middle of a request, this request gets no answer.

# %% [markdown] tags=["solution"]
# `makefile` keeps what nobody has read yet, so a second request that came with the first one waits there for the next `readline`. The outer
# loop ends when `readline` returns `b""`: the client has left. The inner loop reads the headers up to the empty line. It looks for `b""` too: half a
# request gets no answer, because its path may be cut off. The length is that of the encoded body: `°` takes two bytes.

# %% exercise="15.3"
def answer(connection):
    ### BEGIN SOLUTION
    stream = connection.makefile("rb")
    while line := stream.readline():
        while (header := stream.readline()) != b"\r\n":
            if not header:
                return
        path = line.split()[1].decode()
        status = "200 OK" if path in READINGS else "404 Not Found"
        body = READINGS.get(path, "no such station").encode()
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
    ### END SOLUTION

# %% wrong="15.3" caught_by="answers a second request on the same connection" says="read the next request line"
- while line := stream.readline():
+ if line := stream.readline():

# %% wrong="15.3" caught_by="sends no more bytes than it promised" says="Content-Length"
- body = READINGS.get(path, "no such station").encode()
- head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
- connection.sendall(head.encode() + body)
+ body = READINGS.get(path, "no such station")
+ head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
+ connection.sendall((head + body).encode())

# %% wrong="15.3" caught_by="answers two requests that come at once" says="Both requests lay in the connection"
def answer(connection):
    while True:
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(4096)
            if not received:
                return
            request += received
        path = request.split()[1].decode()
        status = "200 OK" if path in READINGS else "404 Not Found"
        body = READINGS.get(path, "no such station").encode()
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

# %% wrong="15.3" caught_by="answers 404 for a station that is not there" says="gets 404"
- status = "200 OK" if path in READINGS else "404 Not Found"
+ status = "200 OK"

# %% wrong="15.3" caught_by="waits for the whole request where it comes in pieces" says="The request came in two pieces"
def answer(connection):
    while received := connection.recv(4096):
        for request in received.split(b"\r\n\r\n")[:-1] or [received]:
            path = request.split()[1].decode()
            status = "200 OK" if path in READINGS else "404 Not Found"
            body = READINGS.get(path, "no such station").encode()
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)

# %% wrong="15.3" caught_by="your code crashed" says="a bytes-like object is required"
- connection.sendall(head.encode() + body)
+ connection.sendall(head)

# %% wrong="15.3" caught_by="your code crashed" says="IndexError"
- while line := stream.readline():
-     while (header := stream.readline()) != b"\r\n":
-         if not header:
-             return
+ while True:
+     line = stream.readline()
+     while stream.readline().strip():
+         pass

# %% wrong="15.3" caught_by="answers a request once" says="A request gets one answer"
- while (header := stream.readline()) != b"\r\n":
-     if not header:
-         return

# %% wrong="15.3" caught_by="sends no answer to half a request" says="the path may be cut off"
- while (header := stream.readline()) != b"\r\n":
-     if not header:
-         return
+ while stream.readline() not in (b"\r\n", b""):
+     pass

# %% right="15.3" style="recv, and a buffer of one's own"
def answer(connection):
    buffer = b""
    while received := connection.recv(4096):
        buffer += received
        while b"\r\n\r\n" in buffer:
            request, _, buffer = buffer.partition(b"\r\n\r\n")
            connection.sendall(answer_to(request.decode().split(" ")[1]))


def answer_to(path):
    body = READINGS[path].encode() if path in READINGS else b"no such station"
    line = b"HTTP/1.1 200 OK" if path in READINGS else b"HTTP/1.1 404 Not Found"
    return line + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body

# %% right="15.3" style="a file to read, and another one to write"
def answer(connection):
    with connection.makefile("r", encoding="latin-1", newline="\r\n") as incoming, connection.makefile("wb") as outgoing:
        path = None
        for line in incoming:
            if path is None:
                path = line.split()[1]
            elif line == "\r\n":
                body = READINGS.get(path, "no such station").encode("utf-8")
                outgoing.write(b"HTTP/1.1 200 OK\r\n" if path in READINGS else b"HTTP/1.1 404 Not Found\r\n")
                outgoing.write(f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(body)}\r\n\r\n".encode())
                outgoing.write(body)
                outgoing.flush()
                path = None

# %% right="15.3" style="one function for a request, another for an answer"
def answer(connection):
    with connection.makefile("rwb") as stream:
        while (path := next_path(stream)) is not None:
            known = path in READINGS
            body = bytes(READINGS[path] if known else "no such station", "utf-8")
            stream.write(b"HTTP/1.1 %b\r\n" % (b"200 OK" if known else b"404 Not Found"))
            stream.write(b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
            stream.flush()


def next_path(stream):
    lines = []
    for line in iter(stream.readline, b""):
        if not line.strip():
            return lines[0].split()[1].decode()
        lines.append(line)

# %%
station = launch(create_server)

# %% checks="15.3" points=4
check("15.3", station)

# %% [markdown]
# Ask your server for two readings on one connection, and look at the wire.

# %%
with wire(station) as tap, requests.Session() as session, suppress(requests.RequestException):
    for path in ["/stations/2", "/stations/9"]:
        session.get(tap.url + path, timeout=1)

tap

# %%
stop_all()
