# %% [markdown]
# # What crosses the wire
#
# 38 minutes. You need [lesson 00](00-start-here.ipynb).
#
# By the end you can
#
# - read a request and a response, line by line,
# - say what a status code means, and what a URL consists of,
# - write a request by hand, and see why a wrong one gets no answer.

# %% [markdown] minutes=2
# ## A request and its response
#
# A **protocol** is a set of rules for messages. Browsers and apps use **HTTP**, the Hypertext Transfer Protocol: a client sends a **request**, a
# server answers with a **response**.

# %% [markdown] tags=["notes"]
# **Do:** Let the room read the picture aloud before you explain anything. They can.
#
# **Ask:** Which lines of the request could be left out? (All but the first and `Host`.)
#
# **What goes wrong:** People look at the colours in place of the words. Point at the first line of each message.

# %%
import requests

from wirelab import launch, stop_all, wire

site = launch("servers.web_server")
with wire(site) as tap:
    requests.get(tap.url + "/hello.txt", timeout=3)

tap

# %% [markdown] minutes=3
# ## The request
#
# Both messages are text that you can read. The next cell prints all that the client sent. `decode` makes a string of the bytes.

# %%
print(tap[0].raw.decode())

# %% [markdown]
# The first line is the **request line**. It has three words: the **method**, the **target** and the version of HTTP. `GET` is the
# method, and asks for a **resource**: a page, a picture, or anything else that can have an address. `/hello.txt` is the target, and names the
# resource. Another method is `POST`: with it a client sends something, such as a form that somebody filled in.

# %%
tap[0].first_line.split()

# %% [markdown]
# Then come the **headers** (in the standard, *header fields*), one on a line: a name, a colon, a value. An empty line ends them.
#
# | header | what it says |
# |---|---|
# | `Host` | which server is meant; HTTP/1.1 requires this header in every request |
# | `User-Agent` | which program asks |
# | `Accept-Encoding` | how the server may compress what it sends back |
# | `Accept` | which formats the client reads; `*/*` is any |
# | `Connection` | whether the connection stays open afterwards |

# %% [markdown] minutes=5
# ## The response
#
# Look at message `[1]` in the wire view above. It is built in the same way: a first line, headers, an empty line. After the empty line comes
# the **body**, the thing that the client asked for. The first line is the **status line**:

# %%
tap[1].first_line

# %% [markdown]
# It has the version, the **status** as a number, and a phrase for people. Programs read only the number; the phrase may differ or be
# missing (RFC 9112 §4). An **RFC** is a numbered document. The protocols of the internet are defined in RFCs.
#
# A client has to know where the body ends. One header of this response tells it.
#
# **Predict, then run.** Look at the response again. Which two values will the next cell show?

# %% [markdown] tags=["notes"]
# **Ask:** If there were no `Content-Length`, how else could a client find the end? Somebody says *when the connection closes*.
# That works, and costs a connection for each request.
#
# **What goes wrong:** People count characters. The number counts bytes, and in this page both are the same; lesson 12 has one
# where they differ.

# %% tags=["predict"]
tap[1].header("Content-Length"), len(tap[1].body)

# %% [markdown]
# <details><summary>Answer</summary>
#
# `'55'` and `55`. The value of a header is a string, and `len` gives an integer. `Content-Length` says how many bytes the body has, and the client
# counts them. The end of the connection does not mark the end of this body, because the connection may stay open for the next request.
#
# </details>
#
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant S as server
#     C->>S: request line, headers, empty line
#     S->>C: status line, headers, empty line, body
# ```

# %% [markdown] minutes=2
# ## Write a request by hand
#
# A client needs no library, only a connection. A **socket** is one end of a connection: the bytes that you send into one end come out at the
# other. Each line ends with two characters, `\r\n`. `Connection: close` asks the server to close the connection after its response.
# `makefile` lets you read the connection like a file. Here `read` returns all that comes until the server closes the connection.

# %%
import socket

connection = socket.create_connection(("127.0.0.1", site.port), timeout=3)
connection.sendall(b"GET /hello.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
print(connection.makefile().read())
connection.close()

# %% [markdown]
# You have just been an HTTP client.
#
# The program `curl` is a client too, for a terminal (*File → New → Terminal*). On Windows its name is `curl.exe`. `tap.http` has pairs: a
# request with its response. The next cell prints the command for the first request of this lesson. Paste it into a terminal. `-i` shows
# the headers of the response.

# %%
print(tap.http[0].as_curl())

# %% [markdown] minutes=6
# ## Status codes
#
# The first digit of a status is its **class**. It says how the request went:
#
# | class | what it says | what the client does next |
# |---|---|---|
# | 1xx | this is not the final response yet | |
# | 2xx | it worked | |
# | 3xx | look elsewhere | asks at another address, or uses its own copy |
# | 4xx | something is wrong with the request | mostly, changes the request |
# | 5xx | something is wrong with the server | mostly, tries again later |

# %% [markdown] tags=["notes"]
# **Do:** Call out a situation and let the room shout a class: *the server has crashed*, *you may not see this*, *it has
# moved*, *the page is there*. Only then look at the numbers.
#
# **What goes wrong:** 401 and 403 change places. 401 asks the client to log in. 403 refuses, and the reason may be another one.
#
# **Short of time:** Show the list of statuses and go on; learners look them up when they meet them.

# %%
for path in ["/hello.txt", "/goodbye.txt"]:
    print(path, requests.get(site.url + path, timeout=3).status_code)

# %% [markdown]
# Do not learn this list (RFC 9110 §15 has more). For today, remember 200, 404, 405 and 500.
#
# - **200** OK: it worked, and the body has what you asked for.
# - **201** Created: the request made a new thing. **204** No Content: it worked, without a body.
# - **301** Moved Permanently, **302** Found: moved, for ever or for now. `Location` says where.
# - **304** Not Modified: your copy is still good.
# - **400** Bad Request: the request itself is wrong.
# - **401** Unauthorized: log in first. **403** Forbidden: the server refuses.
# - **404** Not Found: no such thing, or the server does not say.
# - **405** Method Not Allowed: this path does not take this method.
# - **409** Conflict: it does not fit the current state, as when a seat is taken.
# - **429** Too Many Requests: wait. `Retry-After` may say how long.
# - **500** Internal Server Error: the server has a fault.
# - **503** Service Unavailable: try later.

# %% [markdown]
# **Predict, then run.** `/reminder` takes a POST only. Which status does a GET get?

# %% tags=["predict"]
reply = requests.get(site.url + "/reminder", timeout=3)
reply.status_code, reply.headers["Allow"]

# %% [markdown] minutes=8
# <details><summary>Answer</summary>
#
# 405, Method Not Allowed. The header `Allow` says which methods this path has.
#
# </details>
# <details><summary>A client gets 299, which it does not know. What should it do?</summary>
#
# Treat it as 200. A client that does not know a status treats it as the x00 of its class (RFC 9110 §15). So there can be new
# statuses, and old programs still work.
#
# </details>
#
# ## Routes
#
# The method and the path together are the **route**. By it the server decides which part of its code answers. The path is one part of a
# **URL** (Uniform Resource Locator). Python takes a URL apart:

# %%
from urllib.parse import parse_qs, quote, urlsplit

urlsplit("http://127.0.0.1:8001/shows/hamlet?seat=12&row=C#stage")

# %% [markdown]
# `scheme` is the protocol. `netloc` says where to connect to: a host and a port. `path` and **query** say which resource you want: the path
# names it, and the query adds values. The **fragment** says which part of the page to look at.
#
# **Predict, then run.** Which of these parts does the client send to the server?

# %% tags=["predict"]
with wire(site) as tap:
    requests.get(tap.url + "/hello.txt?seat=12&row=C#stage", timeout=3)

tap[0].first_line, tap[0].header("Host")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Path and query, in the request line, and the `netloc` in `Host`. The scheme is not sent: the client has used it when it connected. The fragment is
# not sent either, because only the browser uses it (RFC 3986 §3.5).
#
# </details>
#
# The request line is three words with a space between them. So a name in a path cannot contain a space. It is **percent-encoded**: a byte that may
# not stand there, or that has a meaning of its own in a URL, becomes a percent sign and two hexadecimal digits (0 to 9 and A to F).

# %% [markdown] tags=["notes"]
# **Ask:** Why is there no space in any address that you have seen? Collect what people saw in place of it: `%20`, `+`, `-`.
#
# **What goes wrong:** Encoding twice: a value that is quoted by hand and then given to `params` has `%25` in it. Let
# `requests` do it.
#
# **Short of time:** Leave out the section on headers; the exercises teach it.

# %%
quote("Zoë & Ada")

# %% [markdown]
# `ë` became two bytes, C3 and AB. **UTF-8**, the usual way to write characters as bytes, needs two bytes for this one. `quote` leaves a
# slash as it is, because a slash separates the parts of a path. `quote("a/b", safe="")` encodes the slash too.
#
# For a query, give `requests` the values as `params`, and it encodes them. `parse_qs` decodes them again. It gives a list for each name, because
# a name may stand in a query twice. In a query, a space may become a `+`. In a path, `+` is only a plus.

# %%
with wire(site) as tap:
    requests.get(tap.url + "/hello.txt", params={"name": "Zoë & Ada", "seat": 12}, timeout=3)

query = urlsplit(tap[0].target).query
print(query)
print(parse_qs(query))

# %% [markdown] minutes=2
# ## Headers
#
# A header says something about the message, or about who sends it. Capitals do not matter in its name. Its value is a string without a
# line end. A client may write into it what it likes, so a server must not believe all that it reads:

# %%
with wire(site) as tap:
    reply = requests.get(tap.url + "/stage.svg", headers={"User-Agent": "A Very Fine Browser"}, timeout=3)

print(tap[0].header("user-agent"))
print(reply.headers["CONTENT-TYPE"])

# %% [markdown]
# `Content-Type` says what the body is. A browser draws these bytes as a picture because the header says `image/svg+xml`; the name of
# the file does not matter.

# %% [markdown] minutes=5
# ## Break it: no empty line
#
# `say` sends bytes through the relay, and shows what crossed the wire. `recv` gives the bytes that have come, and none when the server has
# closed the connection. After half a second of silence it raises a `TimeoutError`, and `suppress` lets the cell go on. You need not
# remember these lines.

# %%
from contextlib import suppress


def say(request):
    with wire(site) as tap:
        connection = socket.create_connection(("127.0.0.1", tap.port), timeout=0.5)
        connection.sendall(request)
        with suppress(TimeoutError):  # half a second of silence
            while connection.recv(4096):
                pass
        connection.close()
    return tap

# %% [markdown]
# **Predict, then run.** This request lacks its last `\r\n`. What does the server answer?

# %% [markdown] tags=["notes"]
# **Do:** Wait for the half second together, in silence, and ask which side waits for which. Both answers are right: the server
# waits for the empty line, the client for the response.

# %% tags=["predict"] breaks="the empty line is missing, so the server waits for more headers"
say(b"GET /hello.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n")

# %% [markdown] minutes=2
# <details><summary>Answer</summary>
#
# Nothing. There could be more headers, so the server waits for them, and the client waits for the response. After half a second `say`
# gave up. Two programs that wait for each other are one reason why a program *hangs*. On the wire you see which side has to send next.
#
# </details>
#
# ## Break it: a space in the path
#
# This path is not percent-encoded. Count the words in the first line.

# %% breaks="a space in the path makes four words of the request line, and 400 comes back"
say(b"GET /stage door.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

# %% [markdown]
# A request line has three words, and this line has four. So the server answers 400, *Bad Request*. Encode the space, and the server
# understands the request. It answers 404, because it has no such page:

# %%
say(b"GET /stage%20door.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")[1].first_line

# %% [markdown] minutes=3
# ## Recap
#
# - A request is a request line, headers and an empty line; a response is a status line, headers, an empty line and a body.
# - The first digit of the status says how it went: 2 it worked, 3 look elsewhere, 4 the request is wrong, 5 the server fails.
# - The route is the method and the path. What does not fit into a URL is percent-encoded.
#
# **Check yourself**
#
# <details><summary>Which header must every HTTP/1.1 request have?</summary>
#
# Host. One server may answer for many names, and this header says which one you mean (RFC 9112 §3.2).
#
# </details>
# <details><summary>The status is 503. Is it worth trying again?</summary>
#
# Yes, later. 503 means that the server cannot answer just now. After most 4xx, change the request first; after 429, wait.
#
# </details>
# <details><summary>Is /a%2Fb the same path as /a/b?</summary>
#
# By RFC 3986 no: %2F is a slash inside a name, and a bare slash separates two names. But many servers, ours too, decode the path
# first. Then they cannot see the difference. So keep slashes out of the names in a path, or put such a name into the query.
#
# </details>
# <details><summary>A client waits and waits for a response. What do you look at first?</summary>
#
# The wire. Was the whole request sent, with the empty line, and with all bytes of its body? If so, it is the server that has to send next.
#
# </details>
#
# **More** (you may skip this)
#
# <details><summary>Is HTTP always text?</summary>
#
# No. In HTTP/1.1, which this course uses, you can read the messages. Browsers often use HTTP/2 and HTTP/3. They have the same methods,
# statuses and headers, but write them in a binary form.
#
# </details>
# <details><summary>Does a browser always believe Content-Type?</summary>
#
# No. If the header is missing or seems wrong, a browser may look at the bytes and guess. The header `X-Content-Type-Options: nosniff` forbids
# that.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 11](../exercises/11-http-messages.ipynb). **Next lesson:** [A web server in twenty
# lines](12-web-server.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
