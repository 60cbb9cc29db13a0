# %% [markdown]
# # Exercise 11: messages of a weather station
#
# You need [lesson 11](../notebooks/11-http-messages.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import socket
from contextlib import suppress
from urllib.parse import quote

from wirelab import check, launch, stop_all, wire

# %% [markdown]
# ## 11.1 The status in a status line
#
# The first line of a response holds the status. Write `status_of`, so that it gives the status as a number: for
# `HTTP/1.1 200 OK` the number `200`.

# %% [markdown] tags=["solution"]
# A status line is three words with a space between them: version, status, reason. Only the status matters to a program, and it is
# always the second word. The reason may be missing, or have a space in it, as in *Not Found*: so count from the front.

# %% exercise="11.1"
def status_of(line):
    ### BEGIN SOLUTION
    return int(line.split()[1])
    ### END SOLUTION

# %% wrong="11.1" caught_by="gives a number, not a text" says="Split the line at its spaces"
def status_of(line):
    return line.split()[1]

# %% wrong="11.1" caught_by="your code crashed" says="invalid literal for int() with base 10: 'Not'"
def status_of(line):
    return int(line.split()[-2])

# %% wrong="11.1" caught_by="your code crashed" says="ValueError: not enough values to unpack (expected 3, got 2)"
def status_of(line):
    version, status, reason = line.split(" ", 2)
    return int(status)

# %% checks="11.1" points=1
check("11.1", status_of)

# %% [markdown]
# ## 11.2 Find a header
#
# `response` is a whole response as text, its lines ended by `\r\n`. Write `header_of`, so that it gives the value of the header
# `name`, or `None` if there is no such header. `Content-Type` and `content-type` are the same name.

# %% [markdown] tags=["solution"]
# The empty line parts head and body: what stands behind it is not looked at, whatever it looks like. The first line is the status
# line and no header. `partition(":")` cuts at the first colon only, so that the colons of a date stay where they are. Names are
# compared in small letters on both sides (RFC 9110 §5.1).

# %% exercise="11.2"
def header_of(response, name):
    ### BEGIN SOLUTION
    head = response.partition("\r\n\r\n")[0]
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return None
    ### END SOLUTION

# %% wrong="11.2" caught_by="finds a header however its name is written" says="the same in capitals and small letters"
def header_of(response, name):
    head = response.partition("\r\n\r\n")[0]
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key == name:
            return value.strip()
    return None

# %% wrong="11.2" caught_by="keeps the colons inside of a value" says="cut at the first one alone"
def header_of(response, name):
    head = response.partition("\r\n\r\n")[0]
    for line in head.split("\r\n")[1:]:
        if line.lower().startswith(name.lower() + ":"):
            return line.split(":")[1].strip()
    return None

# %% wrong="11.2" caught_by="does not look into the body" says="Stop at the first empty line"
def header_of(response, name):
    for line in response.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return None

# %% checks="11.2" points=2
check("11.2", header_of)

# %% [markdown]
# ## 11.3 A request by hand
#
# Write `request`, so that it gives the bytes of a `GET` request in HTTP/1.1: the request line, the headers `Host` and
# `Connection: close`, and whatever has to come at the end.

# %% [markdown] tags=["solution"]
# Every line ends with `\r\n`, and an empty line says that the headers are over: so the last header is followed by two line ends.
# HTTP/1.1 asks for `Host`, since one server may answer for many names. `encode()` makes bytes of the text; a wire carries nothing
# else.

# %% exercise="11.3"
def request(host, path):
    ### BEGIN SOLUTION
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode()
    ### END SOLUTION

# %% wrong="11.3" caught_by="gives bytes" says="encode() your text"
def request(host, path):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"

# %% wrong="11.3" caught_by="ends with an empty line" says="How does the server know that you have said all?"
def request(host, path):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()

# %% wrong="11.3" caught_by="ends every line with \\r\\n" says="two characters"
def request(host, path):
    return f"GET {path} HTTP/1.1\nHost: {host}\nConnection: close\n\n".encode()

# %% wrong="11.3" caught_by="names the host in the header Host" says="The header Host is missing"
def request(host, path):
    return f"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()

# %% wrong="11.3" caught_by="uses whatever host and path it is given" says="/?unit=f"
def request(host, path):
    return b"GET /stations/2 HTTP/1.1\r\nHost: 127.0.0.1:8001\r\nConnection: close\r\n\r\n"

# %% checks="11.3" points=2
check("11.3", request)

# %% [markdown]
# When it passes, use it: send your bytes to a real server, and look at what comes back.

# %%
site = launch("servers.web_server")


def send(port, path):
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(request(f"127.0.0.1:{port}", path))
        while connection.recv(4096):
            pass


with wire(site) as tap, suppress(Exception):  # whatever goes wrong, look at the wire
    send(tap.port, "/hello.txt")

tap

# %% [markdown]
# ## 11.4 Any name in a path
#
# The page of a station is `/stations/` and the station's name. Names have spaces, slashes and all kinds of letters in them. Write
# `path_of`, so that every name gives one path that a server understands: a slash in a name is a part of the name. `quote` is imported already.

# %% [markdown] tags=["solution"]
# `quote` writes every byte that may not stand in a path as a percent sign and two digits (RFC 3986 §2.1); letters like ü are made
# UTF-8 first. It leaves slashes alone, because it takes its text for a whole path. Here it is one part of a path, so nothing is
# safe: `safe=""`. Quote the parts, then put them together; the other way round it is too late to tell them apart.

# %% exercise="11.4"
def path_of(name):
    ### BEGIN SOLUTION
    return "/stations/" + quote(name, safe="")
    ### END SOLUTION

# %% wrong="11.4" caught_by="gives the path of Mount Pleasant" says="A path holds no spaces"
def path_of(name):
    return f"/stations/{name}"

# %% wrong="11.4" caught_by="gives the path of North/South" says="the slash belongs to the name"
def path_of(name):
    return quote(f"/stations/{name}")

# %% wrong="11.4" caught_by="gives the path of Mount Pleasant" says="got: '/stations/Mount+Pleasant'"
def path_of(name):
    from urllib.parse import quote_plus

    return "/stations/" + quote_plus(name)

# %% checks="11.4" points=2
check("11.4", path_of)

# %%
stop_all()
