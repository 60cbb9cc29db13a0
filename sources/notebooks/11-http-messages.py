# %% [markdown]
# # What crosses the wire
#
# 25 minutes. You need [lesson 00](00-start-here.ipynb).
#
# By the end you can
#
# - read a request and a response, line by line,
# - say what a status code means, and what the parts of an address are for,
# - write a request by hand, and see why a wrong one gets no answer.

# %% [markdown]
# ## The whole game
#
# Web browsers, telephones and the programs of this course all speak the same language: **HTTP**. A client asks, a server answers,
# and both write text that you can read.

# %%
import socket
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import parse_qs, quote, urlsplit

import requests

from wirelab import launch, stop_all, wire

site = launch("servers.web_server")
with wire(site) as tap:
    requests.get(tap.url + "/hello.txt", timeout=3)

tap

# %% [markdown] tags=["notes"]
# Let the room read the picture aloud before you explain anything; they can. Ask: which of these lines could be left out? (Only
# the first and `Host`, for the request.) What goes wrong: people look for the colours instead of the words. Short of time: leave
# out the section on headers, and let the exercise teach it.

# %% [markdown]
# ## The request
#
# This is all that the client sent, as it was sent:

# %%
print(tap[0].raw.decode())

# %% [markdown]
# The first line is the **request line**: what to do, with what, and in which version of HTTP. `GET` is the **method**: show me.
# `/hello.txt` is the **target**. Then come the **headers**, one on a line: a name, a colon, a value. An empty line ends them.
#
# | header | what it says |
# |---|---|
# | `Host` | which server is meant; the only header that HTTP/1.1 asks for in every request |
# | `User-Agent` | which program asks |
# | `Accept-Encoding` | how the answer may be compressed |
# | `Accept` | which formats the client reads; `*/*` is any |
# | `Connection` | whether the connection stays open afterwards |

# %% [markdown]
# ## The response
#
# The answer is built in the same way: a first line, headers, an empty line. Behind it is the **body**, the thing you asked for.

# %%
print(tap[1].raw.decode())

# %% [markdown]
# The first line is the **status line**: the version, the **status** as a number, and a word or two for people. Programs read the
# number alone; the words may differ or be missing (RFC 9112 §4: an RFC is a document in which a language of the internet is defined).
#
# **Predict, then run.** How does the client know where the body ends? What will the next cell show?

# %%
tap[1].header("Content-Length"), len(tap[1].body)

# %% [markdown]
# <details><summary>Answer</summary>
#
# It counts. `Content-Length` says how many bytes follow the empty line, and here both numbers are 55. A connection can stay open
# for the next request, so the end of the connection need not be the end of the body.
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

# %% [markdown]
# ## Say it by hand
#
# To show that nothing else is needed, leave the library out. A **socket** is an end of a connection: what you put in at one end
# comes out at the other. `say` sends some bytes, reads until the server closes or is silent for half a second, and gives you what
# crossed the wire.

# %%
def say(request):
    with wire(site) as tap, socket.create_connection(("127.0.0.1", tap.port), timeout=0.5) as connection:
        connection.sendall(request)
        with suppress(TimeoutError):
            while connection.recv(4096):
                pass
    return tap


say(b"GET /hello.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

# %% [markdown]
# You have just been a web browser. `\r\n` is how each line ends: two characters from the days of the typewriter, *carriage return*
# and *line feed*. `Connection: close` asks the server to hang up after its answer.
#
# In a terminal (*File → New → Terminal*), the program `curl` asks for the same page; `-i` shows the headers too. On Windows its
# name is `curl.exe`. The kit writes the line for you:

# %%
tap.http[0].as_curl()

# %% [markdown]
# ## Status codes
#
# The first digit of a status says how it went.
#
# | class | what it says | whose turn it is |
# |---|---|---|
# | 1xx | wait, more is coming | the server's |
# | 2xx | it worked | |
# | 3xx | look elsewhere | the client's: at another address, or in its own copy |
# | 4xx | you made a mistake | the client's: the same request again will not help |
# | 5xx | I made a mistake | the server's: the same request may work later |

# %%
for path in ["/hello.txt", "/goodbye.txt"]:
    print(path, requests.get(site.url + path, timeout=3).status_code)

# %% [markdown]
# There are about sixty of them, most in RFC 9110 §15, and a dozen that you will meet again and again:

# %%
for status in (200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 500, 503):
    print(status, HTTPStatus(status).phrase)

# %% [markdown]
# Two pairs are often mixed up. 401 means *I do not know who you are*, and 403 means *I know, and you may not*. 404 means that
# there is no such thing, and 405 that there is, but not for this method.
#
# <details><summary>A client gets 299, which it has never heard of. What should it do?</summary>
#
# Take it for 200. A client that does not know a status treats it as the x00 of its class (RFC 9110 §15). So new ones can be
# invented without breaking old programs.
#
# </details>
#
# ## Routes
#
# What a server does depends on the **route**: the method and the path. An address has more parts than that:

# %%
urlsplit("http://127.0.0.1:8001/shows/hamlet?seat=12&row=C#stage")

# %% [markdown]
# `scheme` is the language, and `netloc` says where to connect to. `path` names a thing, much like a file in folders. The **query** says more about what you
# want of it, and the **fragment** which part of the page to look at.
#
# **Predict, then run.** Which of these parts does the server get to see?

# %%
with wire(site) as tap:
    requests.get(tap.url + "/hello.txt?seat=12&row=C#stage", timeout=3)

tap[0].first_line, tap[0].header("Host")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Path and query, in the request line, and the place in `Host`. The fragment stays at home: it is the browser's business
# (RFC 3986 §3.5).
#
# </details>
#
# The request line is three words with a space between them. So what if a name has a space in it, or a question mark, or a letter
# that English does not have? Each byte of it is **percent-encoded**: it becomes a percent sign and two hexadecimal digits, 0 to 9
# and A to F.

# %%
quote("Zoë & Ada")

# %% [markdown]
# `ë` became two bytes, C3 and AB: so **UTF-8**, the usual way to write text as bytes, has it. For a query, `requests` encodes what
# you give it as `params`, and `parse_qs` is the way back. (In a query, a space may also be written as `+`. In a path it may not.)

# %%
with wire(site) as tap:
    requests.get(tap.url + "/today.zzz", params={"name": "Zoë & Ada", "seat": 12}, timeout=3)

query = urlsplit(tap[0].target).query
print(query)
print(parse_qs(query))

# %% [markdown]
# ## Headers
#
# A header is a remark about the message. Its name may be written in capitals or not; its value is just text, which a client can
# make up.

# %%
with wire(site) as tap:
    reply = requests.get(tap.url + "/stage.svg", headers={"User-Agent": "A Very Fine Browser"}, timeout=3)

print(tap[0].header("user-agent"))
print(reply.headers["CONTENT-TYPE"])

# %% [markdown]
# `Content-Type` is the one that matters most: it says what the body is. A browser draws these bytes as a picture because the
# header says `image/svg+xml`, not because of the name of the file.
#
# ## Break it: no empty line
#
# **Predict, then run.** This request lacks its last `\r\n`. What does the server answer?

# %%
say(b"GET /hello.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nothing. There might be more headers, so it waits, and so do you: half a second later `say` gave up. Two programs that wait for each
# other are the most common reason why something *hangs*. On the wire you see who owes the next line.
#
# </details>
#
# ## Break it: a space in the path
#
# Here somebody forgot to encode. Count the words in the first line.

# %%
say(b"GET /stage door.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

# %% [markdown]
# Four words are no request line, and 400 says so: *Bad Request*. Mended, it is understood. There is no such page, but that is another
# matter:

# %%
say(b"GET /stage%20door.html HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")[1].first_line

# %% [markdown]
# ## Recap
#
# - A request is a request line, headers and an empty line; a response is a status line, headers, an empty line and a body.
# - The first digit of the status says how it went: 2 well, 4 your mistake, 5 mine.
# - The route is the method and the path. What does not fit into an address is percent-encoded.
#
# **Check yourself**
#
# <details><summary>Which header must every HTTP/1.1 request have?</summary>
#
# Host. One server may answer for many names, and this is how it knows which one you mean (RFC 9112 §3.2).
#
# </details>
# <details><summary>The status is 503. Is it worth trying again?</summary>
#
# Yes, later. 5xx means that the fault is with the server, and it may pass. With a 4xx, change the request first.
#
# </details>
# <details><summary>Is /a%2Fb the same path as /a/b?</summary>
#
# No. %2F is a slash that belongs to a name; a bare slash parts two names.
#
# </details>
# <details><summary>A client waits and waits for a response. What do you look at first?</summary>
#
# The wire. Has the request been sent to its end, the empty line included? Then the server has to answer.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 11](../exercises/11-http-messages.ipynb). **Next lesson:** [A web server in twenty
# lines](12-web-server.ipynb).

# %%
stop_all()
