# %% [markdown]
# # Exercise 11: messages of a weather station
#
# You need [lesson 11](../notebooks/11-http-messages.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import socket
from contextlib import suppress
from urllib.parse import quote

from wirelab import check, hint, launch, show_me, stop_all, wire

# %% [markdown]
# ## 11.1 The status in a status line
#
# The first line of a response holds the status. Write `status_of`. It gets this line as a string and returns the status as an integer:
# for `HTTP/1.1 200 OK` the integer `200`. The version may be 1.0 or 1.1. After the status there may be any words and numbers, or
# none.

# %% [markdown] tags=["solution"]
# A status line has the version, the status and a reason, with a space between them. The status is always the second word. The reason may
# be missing, or have spaces in it, as in *Not Found*. So count from the front.

# %% exercise="11.1"
def status_of(line):
    ### BEGIN SOLUTION
    return int(line.split()[1])
    ### END SOLUTION

# %% wrong="11.1" caught_by="gives an integer" says="makes an integer of a string"
def status_of(line):
    return line.split()[1]

# %% wrong="11.1" caught_by="gives an integer" says="What print() shows is gone: give it back with return"
- return int(line.split()[1])
+ print(int(line.split()[1]))

# %% wrong="11.1" caught_by="gives an integer" says="int() in place of float()"
def status_of(line):
    return float(line.split()[1])

# %% wrong="11.1" caught_by="not right yet" says="write def, without async" whole=1
async def status_of(line):
    return int(line.split()[1])

# %% wrong="11.1" caught_by="your code crashed" says="invalid literal for int() with base 10: 'Not'"
def status_of(line):
    return int(line.split()[-2])

# %% wrong="11.1" caught_by="your code crashed" says="there may be no word"
def status_of(line):
    version, status, reason = line.split(" ", 2)
    return int(status)

# %% wrong="11.1" caught_by="finds the 502 in 'HTTP/1.1 502 Got 404 from 10.0.0.7'" says="Do not count on them"
import re


def status_of(line):
    return int(re.findall(r"\b[1-5]\d\d\b", line)[-1])

# %% wrong="11.1" caught_by="finds the 404 in 'HTTP/1.0 404 Not Found'" says="Do not count on them"
def status_of(line):
    return int(line.removeprefix("HTTP/1.1").split()[0] if line.startswith("HTTP/1.1") else 0)

# %% wrong="11.1" caught_by="finds the 204 in 'HTTP/1.1 204'" says="numbers among them"
from http import HTTPStatus


def status_of(line):
    return next((int(status) for status in HTTPStatus if line.endswith(status.phrase)), None)

# %% wrong="11.1" caught_by="finds the 200 in 'HTTP/1.1 200 Found 1024 readings'" says="Do not count on them"
def status_of(line):
    return max(int(word) for word in line.split() if word.isdigit())

# %% right="11.1" style="a regular expression"
import re


def status_of(line):
    return int(re.match(r"HTTP/[\d.]+ (\d+)", line)[1])

# %% right="11.1" style="counted characters"
def status_of(line):
    return int(line[9:12])

# %% right="11.1" style="a loop over the words"
def status_of(line):
    for word in line.split(" "):
        if word.isdecimal():
            return int(word)

# %% right="11.1" style="an HTTPStatus, which is an integer"
from http import HTTPStatus


def status_of(line):
    _, _, rest = line.partition(" ")
    return HTTPStatus(int(rest[:3]))

# %% checks="11.1" points=1
check("11.1", status_of)

# %% [markdown]
# ## 11.2 Find a header
#
# `response` is a whole response as a string. Its lines end with `\r\n`. Write `header_of`. It returns the value of the header `name`, as
# a string without the spaces around it. If there is no such header, it returns `None`.
#
# - Capitals do not matter: `content-type` finds `Content-Type`. The whole name has to match: `Content` does not find `Content-Type`.
# - A value may have colons in it. It may be empty: then return `""`. There may be no space after the colon of the name.
# - The headers end at the first empty line. The body after it may hold anything, other empty lines too.

# %% [markdown] tags=["solution"]
# The empty line separates the headers from the body, so the code looks only at what stands before it. The first line is the status
# line, not a header. `partition(":")` cuts at the first colon only, so the colons of a date stay in the value. Both names are compared
# in small letters (RFC 9110 §5.1).

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

# %% wrong="11.2" caught_by="finds a header however its name is written" says="Capitals do not matter"
- if key.lower() == name.lower():
+ if key == name:

# %% wrong="11.2" caught_by="finds ETag by the name etag" says="Capitals do not matter"
- if key.lower() == name.lower():
+ if key.title() == name.title() and key.title() == key or key == name:

# %% wrong="11.2" caught_by="keeps the colons inside of a value" says="Cut the line at its first colon"
- key, _, value = line.partition(":")
+ key, value = line.split(":")[:2]

# %% wrong="11.2" caught_by="your code crashed" says="no space after"
- key, _, value = line.partition(":")
+ key, value = line.split(": ", 1)

# %% wrong="11.2" caught_by="needs no space behind the colon" says="Cut the line at its first colon"
- key, _, value = line.partition(":")
+ key, _, value = line.partition(": ")

# %% wrong="11.2" caught_by="does not take the beginning of a name for the name" says="Compare the whole name"
- if key.lower() == name.lower():
+ if line.lower().startswith(name.lower()):

# %% wrong="11.2" caught_by="does not take the end of a name for the name" says="Part of a name is another name"
- if key.lower() == name.lower():
+ if f"{name}:".lower() in line.lower():

# %% wrong="11.2" caught_by="does not take a value for a name" says="all that stands before the first colon"
- if key.lower() == name.lower():
+ if name.lower() in line.lower():

# %% wrong="11.2" caught_by="does not look into the body" says="Stop at the first empty line"
- head = response.partition("\r\n\r\n")[0]
+ head = response

# %% wrong="11.2" caught_by="does not look into the body" says="a body may hold anything"
- head = response.partition("\r\n\r\n")[0]
+ head = response.rpartition("\r\n\r\n")[0]

# %% wrong="11.2" caught_by="gives None for a header that is not there" says="without return gives None"
- return None
+ return "None"

# %% wrong="11.2" caught_by="gives an empty string where the value is empty" says="perhaps an empty string"
- return value.strip()
+ return value.strip() or None

# %% wrong="11.2" caught_by="finds ETag by the name etag" says="What print() shows is gone"
- return value.strip()
+ print(value.strip())

# %% wrong="11.2" caught_by="takes the spaces behind a value away, and leaves those in it" says="in front of it and behind it"
- return value.strip()
+ return value.lstrip()

# %% right="11.2" style="a dictionary of all headers"
def header_of(response, name):
    head, _, body = response.partition("\r\n\r\n")
    pairs = [line.split(":", 1) for line in head.split("\r\n")[1:]]
    return {key.lower(): value.strip() for key, value in pairs}.get(name.lower())

# %% right="11.2" style="the parser of the standard library"
from email.parser import HeaderParser


def header_of(response, name):
    value = HeaderParser().parsestr(response.split("\r\n", 1)[1])[name]
    return value and value.strip()

# %% right="11.2" style="a regular expression"
import re


def header_of(response, name):
    head = response[: response.index("\r\n\r\n")]
    found = re.search(rf"^{re.escape(name)}:[ \t]*(.*?)[ \t\r]*$", head, re.IGNORECASE | re.MULTILINE)
    return found and found.group(1)

# %% right="11.2" style="a loop that stops at the empty line"
def header_of(response, name):
    lines = iter(response.split("\r\n"))
    next(lines)
    while line := next(lines):
        colon = line.index(":")
        if line[:colon].casefold() == name.casefold():
            return line[colon + 1 :].strip()

# %% checks="11.2" points=2
check("11.2", header_of)

# %% [markdown]
# ## 11.3 A request by hand
#
# Write `request`. It returns the bytes of a `GET` request in HTTP/1.1: the request line, the headers `Host` and `Connection: close`, and
# what ends the headers. Nothing comes after that. `host` and `path` are strings such as `127.0.0.1:8001` and `/stations/2`; you need not
# percent-encode them.

# %% [markdown] tags=["solution"]
# Every line ends with `\r\n`, and an empty line ends the headers. So two line ends follow the last header. HTTP/1.1 asks for `Host`,
# because one server may answer for many names. `encode()` turns the string into bytes, because a connection carries bytes.

# %% exercise="11.3"
def request(host, path):
    ### BEGIN SOLUTION
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode()
    ### END SOLUTION

# %% wrong="11.3" caught_by="gives bytes" says="encode() your string"
def request(host, path):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"

# %% wrong="11.3" caught_by="gives bytes" says="It returned None"
def request(host, path):
    message = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()

# %% wrong="11.3" caught_by="ends with an empty line" says="How does the server know"
def request(host, path):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()

# %% wrong="11.3" caught_by="sends nothing behind the empty line" says="A GET has no body here"
- lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", "", ""]
+ lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", "", "", ""]

# %% wrong="11.3" caught_by="ends every line with \\r\\n" says="two characters"
def request(host, path):
    return f"GET {path} HTTP/1.1\nHost: {host}\nConnection: close\n\n".encode()

# %% wrong="11.3" caught_by="begins with the request line" says="three words: the method, the path, and HTTP/1.1"
def request(host, path):
    return f"GET {host}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()

# %% wrong="11.3" caught_by="names the host in the header Host" says="The header Host is missing"
def request(host, path):
    return f"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()

# %% wrong="11.3" caught_by="asks for the connection to be closed, with Connection: close" says="the server keeps the connection open"
- lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", "", ""]
+ lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "", ""]

# %% wrong="11.3" caught_by="uses the host 127.0.0.1:9 and the path /stations/2" says="use its parameters"
def request(host, path):
    return b"GET /stations/2 HTTP/1.1\r\nHost: 127.0.0.1:8001\r\nConnection: close\r\n\r\n"

# %% wrong="11.3" caught_by="uses the host weather.example and the path /?unit=f" says="use its parameters"
- lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", "", ""]
+ port = host.partition(":")[2]
+ lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", "", ""]

# %% right="11.3" style="bytes from the start"
def request(host, path):
    return b"GET %b HTTP/1.1\r\nConnection: close\r\nHost: %b\r\n\r\n" % (path.encode(), host.encode())

# %% right="11.3" style="one string, and small letters in the names"
def request(host, path):
    head = "GET " + path + " HTTP/1.1\r\n" + "host:" + host + "\r\n" + "connection: Close\r\n"
    return bytes(head + "\r\n", "ascii")

# %% right="11.3" style="a dictionary of headers, and one header more"
def request(host, path):
    headers = {"Host": host, "User-Agent": "my own", "Accept": "*/*", "Connection": "close"}
    message = f"GET {path} HTTP/1.1\r\n"
    for name, value in headers.items():
        message += f"{name}: {value}\r\n"
    return (message + "\r\n").encode("utf-8")

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
# The path of a station's page is `/stations/` and the station's name. Names may have spaces, slashes and any characters in them. Write
# `path_of`. It returns the path for a name, as a string, percent-encoded in UTF-8. A server that decodes what comes after `/stations/`
# has to get the name back. A slash in a name is part of the name, and so is a `%` or a `+`. You need not care about the names `.` and
# `..`: no station is called so. `quote` is imported already.

# %% [markdown] tags=["solution"]
# `quote` writes every byte as a percent sign and two hexadecimal digits (RFC 3986 §2.1), but for letters, digits and `_`, `.`, `-`, `~`.
# That is more than a path needs, and never wrong. Characters like ü become UTF-8 first. `quote` does not encode slashes, because it expects
# a whole path. Here it gets one part of a path, so no character is safe: `safe=""`. First quote the part, then put the path together. In
# the finished path nobody can see which slash belongs to the name.
#
# Some names do not arrive, however you encode them. A client treats `.` and `..` as steps in the path (RFC 3986 §5.2.4), and many
# servers decode the whole path before they split it at the slashes. The query has neither problem.

# %% exercise="11.4"
def path_of(name):
    ### BEGIN SOLUTION
    return "/stations/" + quote(name, safe="")
    ### END SOLUTION

# %% wrong="11.4" caught_by="gives the path of Mount Pleasant" says="A path has no spaces"
def path_of(name):
    return f"/stations/{name}"

# %% wrong="11.4" caught_by="gives the path of North/South" says="the slash belongs to the name"
def path_of(name):
    return quote(f"/stations/{name}")

# %% wrong="11.4" caught_by="gives the path of Mount Pleasant" says="got: '/stations/Mount+Pleasant'"
- return "/stations/" + quote(name, safe="")
+ from urllib.parse import quote_plus
+ return "/stations/" + quote_plus(name)

# %% wrong="11.4" caught_by="gives the path of Harbour" says="encode only the name"
def path_of(name):
    return quote("/stations/" + name, safe="")

# %% wrong="11.4" caught_by="gives the path of Zürich" says="in UTF-8"
- return "/stations/" + quote(name, safe="")
+ return "/stations/" + quote(name, safe="", encoding="latin-1", errors="replace")

# %% wrong="11.4" caught_by="gives the path of 100%25" says="So is a %"
- return "/stations/" + quote(name, safe="")
+ from urllib.parse import unquote
+ return "/stations/" + quote(unquote(name), safe="")

# %% wrong="11.4" caught_by="gives the path of Who? & Co" says="two hexadecimal digits"
def path_of(name):
    return "/stations/" + name.replace(" ", "%20").replace("/", "%2F").replace("ü", "%C3%BC")

# %% wrong="11.4" caught_by="gives the path of Zürich" says="two hexadecimal digits"
def path_of(name):
    return "/stations/" + "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in name)

# %% wrong="11.4" caught_by="gives the path of  Old  Mill " says="A space at the beginning"
- return "/stations/" + quote(name, safe="")
+ return "/stations/" + quote(name.strip(), safe="")

# %% right="11.4" style="slashes replaced afterwards"
def path_of(name):
    return "/".join(["", "stations", quote(name).replace("/", "%2F")])

# %% right="11.4" style="byte by byte, with small letters"
def path_of(name):
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    return "/stations/" + "".join(chr(b) if b in plain else f"%{b:02x}" for b in name.encode())

# %% right="11.4" style="what may stay is left"
- return "/stations/" + quote(name, safe="")
+ return f"/stations/{quote(name, '&+')}"

# %% right="11.4" style="every byte is encoded"
def path_of(name):
    return "/stations/" + "".join("%{:02X}".format(byte) for byte in name.encode("utf-8"))

# %% checks="11.4" points=2
check("11.4", path_of)

# %%
stop_all()
