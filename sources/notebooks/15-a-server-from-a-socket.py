# %% [markdown]
# # A server from a socket
#
# 47 minutes. You need [lesson 14](14-break-the-server.ipynb).
#
# By the end you can
#
# - say what happens between an address and the first byte of a request,
# - write a server with `bind`, `listen`, `accept` and `recv`,
# - find the end of a message: by the empty line, by its length, by its last chunk.

# %% [markdown] minutes=2
# ## A server without http.server
#
# `http.server` did much for you. This server does all of it by itself. It has nothing but a socket.

# %%
import requests

from servers import socket_server
from wirelab import launch, stop_all, wire

finished = launch("servers.socket_server")
with wire(finished) as tap:
    requests.get(tap.url + "/", timeout=3)

tap

# %% [markdown] minutes=5
# ## From a name to a connection
#
# An address such as `http://localhost:8001/` has a name in it. A connection needs a number. So the client asks for the number first:

# %% [markdown] tags=["notes"]
# **Ask:** What happens after you type an address and before the server gets the first byte? Collect the steps on the board: name,
# number, connection, perhaps TLS. Leave gaps where nobody knows.
#
# **What goes wrong:** People think that a port is a cable, or a program. It is a number that the operating system looks up in a table.

# %%
import socket

address = socket.gethostbyname("localhost")
address

# %% [markdown]
# This number is an **IP address**. The name `localhost` always means your own computer, so nobody else is asked. Other names are in the **DNS**
# (Domain Name System), a directory that is spread over many servers.
#
# A name may have several numbers; `socket.getaddrinfo` lists them. On most computers `localhost` has a second one, `::1`. It belongs to **IPv6**, the newer
# version of IP. A server that listens at 127.0.0.1 alone cannot be reached at `::1`. So the URLs of this course have the number, and not the name.
#
# Now the client connects to the number and the port:

# %%
client = socket.create_connection((address, finished.port), timeout=3)
client.getpeername()[0], client.getpeername()[1] == finished.port

# %% [markdown]
# While this call ran, the operating systems of both sides (here it is the same one) sent three packets (small pieces of data): *may I connect?*
# (SYN), *yes* (SYN, ACK), *then we begin* (ACK). This is the **TCP handshake**. **TCP** (RFC 9293) makes one stream of bytes out of packets, in
# each direction. The bytes arrive in their order, each one once. If that is not possible, the connection breaks. For a server with another name it
# looks like this:
#
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant D as DNS
#     participant S as server
#     C->>D: which number has theatre.example?
#     D-->>C: 192.0.2.7
#     C->>S: SYN
#     S->>C: SYN, ACK
#     C->>S: ACK
#     C->>S: GET / HTTP/1.1 …
#     S->>C: HTTP/1.1 200 OK …
# ```
#
# Only then come the bytes of HTTP. (With `https`, the handshake of TLS comes between.)

# %%
client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
print(client.makefile().read())
client.close()

# %% [markdown] minutes=5
# ## bind, listen, accept
#
# That was the client's side. A server needs four calls:
#
# | call | what it does |
# |---|---|
# | `bind` | takes an address and a port for this socket; port 0 means any free one |
# | `listen` | lets clients connect |
# | `accept` | waits for the next client, and returns a new socket: the connection to this one client |
# | `recv` | waits for bytes on a connection |
#
# **Predict, then run.** In the next cell a client connects and sends a word. The server calls `accept` only after that. Does the client have
# to wait for the call?

# %% [markdown] tags=["notes"]
# **Do:** Let the room vote before the cell runs. Most expect that the client waits for `accept`. The operating system answers for the
# program, and keeps the client in a queue.

# %% tags=["predict"]
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()

client = socket.create_connection(listener.getsockname(), timeout=3)
client.sendall(b"Hello")
print("the client has sent its word")

connection, _ = listener.accept()
connection.recv(4096)

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. The operating system connects clients as soon as the socket listens. They wait in a queue, and so do their bytes. `accept` takes the
# first client out of the queue. A server that never calls `accept` looks to its clients like a very slow one. (The queue has a limit. When it
# is full, no further client is connected.)
#
# </details>
#
# Now there are two sockets on the server's side. `listener` carries no bytes; it only hands out connections. `connection` is the other end
# of `client`. What one end sends, the other end receives:

# %%
connection.sendall(b"Hello to you")
print(client.recv(4096))
for end in [client, connection, listener]:
    end.close()

# %% [markdown] minutes=2
# ## Your own server
#
# The whole server is one file. (`create_server` makes a socket and calls `bind` and `listen`. `launch` gives the file a port as its last
# argument.)

# %%
#%%writefile my_socket_server.py
import socket
import sys

PORT = int(sys.argv[-1]) if sys.argv[1:] else 8001
listener = socket.create_server(("127.0.0.1", PORT))
while True:
    connection, address = listener.accept()
    request = connection.recv(4096)
    path = request.split()[1].decode()
    body = f"You asked for {path}\n".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode() + body)
    connection.close()

# %%
own = launch("my_socket_server", port=8061)
requests.get(own.url + "/programme", timeout=3).text

# %% [markdown] minutes=6
# ## Break it: half a request
#
# TCP carries a stream of bytes, and not messages. A slow network may deliver a request in two pieces. `in_pieces` sends the pieces one by
# one, and waits a second for an answer after each. When an answer comes, it prints the last line of this answer, and sends nothing more.

# %%
def in_pieces(server, *pieces):
    with socket.create_connection(("127.0.0.1", server.port), timeout=1) as client:
        for piece in pieces:
            client.sendall(piece)
            try:
                print(piece, "→", client.recv(4096).splitlines()[-1].decode())
                break
            except TimeoutError:
                print(piece, "→ no answer yet")

# %% [markdown]
# **Predict, then run.** The first piece ends in the middle of the path. What does your server answer, and when?

# %% [markdown] tags=["notes"]
# **Ask:** Why did this never happen in lesson 12? (`http.server` reads line by line, and waits for the end of each line.)
#
# **What goes wrong:** Somebody says that it never happens on the internet either. A request with long cookies does not fit into one
# packet, and then it happens every day.

# %% tags=["predict"] breaks="one recv gets half a request, and the server answers it"
in_pieces(own, b"GET /pro", b"gramme HTTP/1.1\r\nHost: localhost\r\n\r\n")

# %% [markdown]
# <details><summary>Answer</summary>
#
# It answers after the first piece, and takes `/pro` for the path. `recv(4096)` returns what has come: one byte, or 4096, or any number in
# between. It does not know where a request ends.
#
# </details>
#
# You know from lesson 11 what ends the headers: the empty line. So the server has to call `recv` **in a loop** until the empty line is there.
# The next cell writes the file again. The loop is new, in three lines that begin with `request = b""`.

# %%
#%%writefile my_socket_server.py
import socket
import sys

PORT = int(sys.argv[-1]) if sys.argv[1:] else 8001
listener = socket.create_server(("127.0.0.1", PORT))
while True:
    connection, address = listener.accept()
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(4096)
    path = request.split()[1].decode()
    body = f"You asked for {path}\n".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode() + body)
    connection.close()

# %%
own = launch("my_socket_server", port=8061)
in_pieces(own, b"GET /pro", b"gramme HTTP/1.1\r\nHost: localhost\r\n\r\n")

# %% [markdown] minutes=6
# ## Break it: a client that leaves
#
# **Predict, then run.** A client sends half a request and closes its connection. In lesson 14, a silent client blocked the server. Does this
# client block it too? What does the next client get?

# %% [markdown] tags=["notes"]
# **Do:** While the cell waits, open a list of processes (`top`, or the task manager). One Python process takes all of a processor.
#
# **Short of time:** Leave out "gzip"; the exercise does not need it.

# %% tags=["predict"] breaks="recv returns no bytes for a client that has left, and the loop never ends"
in_pieces(own, b"GET /pro")
in_pieces(own, b"GET /programme HTTP/1.1\r\nHost: localhost\r\n\r\n")
own.stop()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Yes, and the next client gets nothing. After the other side has closed the connection, `recv` does not wait. It returns `b""`, at once and each
# time. The loop adds nothing, finds no empty line, and asks again, for ever. The server works as hard as it can, and serves nobody.
#
# </details>
#
# So `recv` waits, and then it returns bytes, or it returns `b""`: no byte will ever come. (Or it raises an `OSError`, because the connection
# broke or a time-out has passed.) A loop around `recv` has to look for `b""`:

# %%
def read_head(connection):
    """All bytes up to the empty line, or None if the client has left before."""
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(4096)
        if not received:
            return None
        head += received
    return head

# %% [markdown]
# `socketpair` gives both ends of a connection, without a server. The client's end closes in the middle of a request. (Your file still has the old
# loop. In the exercise you write a server with the new one. A real server also has a limit for the length of `head`.)

# %%
client, connection = socket.socketpair()
client.sendall(b"GET /pro")
client.close()
print(read_head(connection))
print([connection.recv(4096) for _ in range(3)])

# %% [markdown] minutes=5
# ## Where a body ends
#
# Here a client sends a form of 16 bytes, the body of a request. Directly after it comes the client's next request, before the first
# response. (This is called **pipelining**.) Both wait in the connection when the server reads.
#
# **Predict, then run.** The server has read the headers and now calls `recv(4096)` for the body. What does it get?

# %% tags=["predict"]
form = b"name=Ada&seat=12"
client, connection = socket.socketpair()
client.sendall(form + b"GET /programme HTTP/1.1\r\nHost: localhost\r\n\r\n")
connection.recv(4096)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The form, and the next request with it. So `recv` may return bytes that come *after* the part that you want. No empty line ends a body: a body may
# contain any bytes, empty lines too. `Content-Length` says where this body ends. `read_head` has the same problem: it may take bytes behind the
# empty line, and then nobody else finds them.
#
# </details>
#
# The server needs a way to take *exactly* so many bytes, and to leave the others. `makefile` returns an object. You read from it as from an open
# file, but its bytes come from the connection. The object has a **buffer**: there it keeps the bytes that have come and that you have not read yet.
# `readline` takes a line, and `read(16)` takes 16 bytes:

# %%
client.sendall(form + b"GET /programme HTTP/1.1\r\nHost: localhost\r\n\r\n")
stream = connection.makefile("rb")
print(stream.read(len(form)))
print(stream.readline())
for end in [stream, client, connection]:
    end.close()

# %% [markdown] minutes=4
# You know such an object: `self.rfile` of `http.server`. So `self.rfile.read(length)` in `do_POST` gets the body and no more.
# `self.rfile.read()`, without a number, waits until the client closes the connection.
#
# ## Keep-alive
#
# In HTTP/1.1 a connection stays open for the next request, unless one side sends `Connection: close` (RFC 9112 §9.3). A `Session` of requests is a
# client that uses an open connection again.
#
# **Predict, then run.** A session sends three requests to your server, and then three to the finished one. How many connections does it need for
# each? Look for `Connection: close` in your file, and in the response at the beginning of this lesson.

# %% tags=["predict"]
own = launch("my_socket_server", port=8061)
for server in [own, finished]:
    with wire(server) as tap, requests.Session() as session:
        for _ in range(3):
            session.get(tap.url + "/", timeout=3)
    print(server.name, len({message.connection for message in tap}))

# %% [markdown] minutes=5
# <details><summary>Answer</summary>
#
# Three, and one. Your server closes each connection after one answer, and announces that by `Connection: close`. The finished one knows where each
# request ends, so it reads the next one from the same connection. A new connection costs a handshake: one trip to the server and back, before the
# first byte of the request.
#
# </details>
#
# The price of keep-alive: both sides must agree on where each message ends. Suppose that a body has 30 bytes, and `Content-Length`
# says 28. The client reads 28 bytes. The last two stay on the connection, and a client may take them for the beginning of the next response.
#
# ## Chunks
#
# `Content-Length` comes before the body. But a server may not know the length yet, because it makes the page row by row. Then it sends
# **chunks** (RFC 9112 §7.1). Each chunk is its length, a line end, the bytes, a line end. A chunk of length zero is the last one, and an
# empty line ends the message.

# %%
with wire(finished) as tap:
    requests.get(tap.url + "/seats", timeout=3)

print(tap[1].raw.decode())

# %% [markdown] tags=["notes"]
# **Ask:** Who needs chunks? (A server that makes a page while it sends it: a long list out of a database, a log, a stream.)
#
# **What goes wrong:** People read the 15 as fifteen, count the characters, and find 21. Let them find the reason.

# %% [markdown]
# The first row has 20 characters and a line end of its own (`\n`): 21 bytes. The line before it says `15`. The length is a hexadecimal number: 15
# means 1 × 16 + 5. You see an empty line after each row, because first the row ends its line, and then the chunk ends.
#
# **Predict, then run.** Which line comes before a chunk of 30 bytes?

# %% tags=["predict"]
socket_server.chunk(b"row D: 7 seats free, one large")

# %% [markdown] minutes=5
# <details><summary>Answer</summary>
#
# `1e`: 1 × 16 + 14. The line end after the length and the line end after the chunk do not count.
#
# </details>
#
# A client that gets no last chunk knows that the body broke off. `requests` puts the chunks together, so you never see them in `.text`. In HTTP/1.0
# there are no chunks. HTTP/2 and HTTP/3 have frames, and do not need them.
#
# What if a message has neither a length nor chunks? Then a request has no body, and the body of a response ends where the connection ends
# (RFC 9112 §6.3).
#
# ## gzip
#
# `requests` puts the header `Accept-Encoding` into each request. It lists the compressions that the client can undo. A server may choose one of
# them, and then it says so in `Content-Encoding`. The next cell asks for one page twice:

# %%
def ask(encoding):
    reply = requests.get(finished.url + "/programme", headers={"Accept-Encoding": encoding}, timeout=3)
    print("asked for", encoding)
    for name in ["Content-Encoding", "Vary"]:
        print(f"    {name}: {reply.headers.get(name)}")
    print("    size of the page:", len(reply.content))
    print("    fewer bytes crossed the wire:", int(reply.headers["Content-Length"]) < len(reply.content))


ask("gzip")
ask("identity")

# %% [markdown]
# `identity` means: not compressed. With `gzip` fewer bytes crossed the wire, and `requests` unpacked them. `Content-Length` counts the bytes of the
# body as they cross the wire. Both replies have `Vary: Accept-Encoding`. It is for a **cache**, a program that keeps responses for later requests,
# and says that there are two versions of this page.
#
# **Predict, then run.** Is `Hello` shorter or longer after gzip?

# %% tags=["predict"]
import gzip

len(gzip.compress(b"Hello")) > len(b"Hello")

# %% [markdown] minutes=2
# <details><summary>Answer</summary>
#
# Longer. The format adds 18 bytes (RFC 1952), and five letters have no repetition that could be shortened. Servers compress long texts only.
# They leave pictures and films alone, because these are compressed already. The finished server leaves everything below 200 bytes as it is.
#
# </details>
#
# ## Recap
#
# - A name becomes a number, the number and the port become a connection, and only then comes HTTP.
# - TCP is a stream: `recv` returns some bytes, or `b""` when the other side has closed the connection. Read in a loop.
# - The empty line ends the headers. `Content-Length` or the last chunk ends the body. Then the connection can carry the next request. With
#   neither, a request has no body, and a response ends where the connection ends.
#
# **Check yourself**
#
# <details><summary>Your server works on your computer, and cuts off long requests of real clients. What do you suspect?</summary>
#
# One `recv` for a whole request. On the internet a long request comes in several pieces.
#
# </details>
# <details><summary>A server takes all of a processor after a client has gone. Which line is missing?</summary>
#
# The one that looks for `b""`: after the other side has closed the connection, `recv` returns at once.
#
# </details>
# <details><summary>May a message have both Content-Length and chunks?</summary>
#
# No (RFC 9112 §6.2). Two programs could see two different ends of it. Attackers use that to hide a request inside of another one: this is
# **request smuggling** (CWE-444).
#
# </details>
# <details><summary>Why does a server not send gzip to every client?</summary>
#
# A client that does not list gzip in `Accept-Encoding` may not be able to unpack it. It would show the compressed bytes.
#
# </details>
#
# **Now you:** [exercise 15](../exercises/15-a-server-from-a-socket.ipynb). **Next lesson:** [Redirects, cookies,
# logins](16-redirects-and-cookies.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
