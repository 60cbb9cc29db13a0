# %% [markdown]
# # Exercise 14: a station that stands up to its visitors
#
# You need [lesson 14](../notebooks/14-break-the-server.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import html
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 14.1 Stay in the folder
#
# Write `file_below`. It gets two arguments:
#
# - `root` is the folder with the station's files, a `Path`. It may have `..` in it, or be a link to the folder.
# - `path` comes from a visitor, as in `/charts/wind.txt`. It begins with a slash, and it is already percent-decoded. It may hold any
#   characters.
#
# It returns the file that `path` means, as a `Path`. It returns `None` if there is no such file, if it is a folder, or if it is not
# in the folder `root`. Only the place where a path leads counts: a path with `..` or with a link in it is right if it leads to a file
# in the folder. No file can have a NUL (`"\0"`) in its name, so return `None` for such a path.

# %% [markdown] tags=["solution"]
# Work out where the path really leads, and only then ask whether that is inside. `resolve` follows `..` and links; with
# `strict=True` it raises an exception if there is no such file. `is_relative_to` compares whole names: a comparison of strings would
# take `site-old` for a part of `site`. A NUL in a path is a `ValueError`. A name that is too long is an `OSError`. Links in a circle are an
# `OSError`, and a `RuntimeError` before Python 3.13.

# %% exercise="14.1"
def file_below(root, path):
    ### BEGIN SOLUTION
    try:
        found = (root / path.lstrip("/")).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    return found if found.is_file() and found.is_relative_to(root.resolve()) else None
    ### END SOLUTION

# %% wrong="14.1" caught_by="gives None for /../secret.txt, which steps up with .." says="resolve() works out where a path really leads"
- found = (root / path.lstrip("/")).resolve(strict=True)
+ found = root / path.lstrip("/")

- return found if found.is_file() and found.is_relative_to(root.resolve()) else None
+ return found if found.is_file() else None

# %% wrong="14.1" caught_by="gives None for /../site-old/secret.txt, which leads to a folder whose name begins alike" says="…/site-old/secret.txt"
- return found if found.is_file() and found.is_relative_to(root.resolve()) else None
+ return found if found.is_file() and str(found).startswith(str(root.resolve())) else None

# %% wrong="14.1" caught_by="finds a file in the folder" says="a path that begins with / replaces root"
- found = (root / path.lstrip("/")).resolve(strict=True)
+ found = (root / path).resolve(strict=True)

# %% wrong="14.1" caught_by="gives None for /link.txt, which leads out by a link" says="dots, links and all"
import os


def file_below(root, path):
    if "\0" in path:
        return None
    found, top = os.path.abspath(f"{root}/{path}"), os.path.abspath(root)
    return type(root)(found) if found.startswith(top + os.sep) and os.path.isfile(found) else None

# %% wrong="14.1" caught_by="gives None for /old/secret.txt, where a folder on the way is a link that leads out" says="dots, links and all"
import os


def file_below(root, path):
    if "\0" in path:
        return None
    found, top = root / path.lstrip("/"), os.path.realpath(root)
    if found.is_symlink():
        found = found.resolve()
    inside = os.path.abspath(found).startswith((top + os.sep, os.path.abspath(root) + os.sep))
    return found if inside and found.is_file() else None

# %% wrong="14.1" caught_by="follows .. where it stays in the folder" says="Two dots in a path are no proof"
- try:
+ if ".." in path:
+     return None
+ try:

# %% wrong="14.1" caught_by="finds a file where root is a link" says="The path is resolved, and root is not"
- return found if found.is_file() and found.is_relative_to(root.resolve()) else None
+ return found if found.is_file() and found.is_relative_to(root) else None

# %% wrong="14.1" caught_by="gives None for a path with a NUL in it" says="Python raises a ValueError"
- except (OSError, RuntimeError, ValueError):
+ except (OSError, RuntimeError):

# %% wrong="14.1" caught_by="gives None for /../secret.txt, which steps up with .." says="got: False"
- return found if found.is_file() and found.is_relative_to(root.resolve()) else None
+ return found.is_relative_to(root.resolve()) and found.is_file() and found

# %% wrong="14.1" caught_by="finds a file in the folder" says="a Path is asked for"
- return found if found.is_file() and found.is_relative_to(root.resolve()) else None
+ return str(found) if found.is_file() and found.is_relative_to(root.resolve()) else None

# %% wrong="14.1" caught_by="gives None for a folder" says="is_file() is False for a folder"
- return found if found.is_file() and found.is_relative_to(root.resolve()) else None
+ return found if found.is_relative_to(root.resolve()) else None

# %% wrong="14.1" caught_by="finds a file with a # in its name" says="A name may have any characters"
- found = (root / path.lstrip("/")).resolve(strict=True)
+ found = (root / urlsplit(path).path.lstrip("/")).resolve(strict=True)

# %% wrong="14.1" caught_by="gives None for a name that goes on with a question mark" says="A name may have any characters"
- found = (root / path.lstrip("/")).resolve(strict=True)
+ found = (root / path.lstrip("/").partition("?")[0]).resolve(strict=True)

# %% wrong="14.1" caught_by="gives None for a name that begins with a space" says="take the path as it is"
- found = (root / path.lstrip("/")).resolve(strict=True)
+ found = (root / path.lstrip("/").strip()).resolve(strict=True)

# %% right="14.1" style="parents"
def file_below(root, path):
    try:
        found = root.joinpath(path.lstrip("/")).resolve()
        return found if root.resolve() in found.parents and found.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None

# %% right="14.1" style="os.path"
import os
from pathlib import Path


def file_below(root, path):
    if "\0" in path:
        return None
    top, found = os.path.realpath(root), os.path.realpath(f"{root}/{path}")
    inside = os.path.commonpath([top, found]) == top
    return Path(found) if inside and os.path.isfile(found) else None

# %% right="14.1" style="guards and an exception of relative_to"
import os


def file_below(root, path):
    wanted = root / path.lstrip("/")
    if "\0" in path or not os.path.isfile(wanted):
        return None
    try:
        wanted.resolve().relative_to(root.resolve())
    except ValueError:
        return None
    return wanted

# %% checks="14.1" points=4
check("14.1", file_below)

# %% [markdown]
# ## 14.2 Say it back, safely
#
# A visitor sends a name in the query: `/?name=Ada`. Answer with the status 200 and an HTML page that shows `Welcome, Ada`. If there is
# no name, the page shows `Welcome, visitor`. A name may have any characters in it. A browser has to show all of them as the visitor
# wrote them.

# %% [markdown] tags=["solution"]
# `html.escape` is called where the string goes into the page, not where it comes in: in a file's name or in a database other characters
# are dangerous. It also escapes quotation marks, which end the value of an attribute. `parse_qs` decodes the query, once.

# %% exercise="14.2"
class Welcome(BaseHTTPRequestHandler):
    def do_GET(self):
        ### BEGIN SOLUTION
        query = parse_qs(urlsplit(self.path).query)
        name = query.get("name", ["visitor"])[0]
        body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        ### END SOLUTION

# %% wrong="14.2" caught_by="lets no script of a visitor into the page" says="Which characters are dangerous there?"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {name}\n".encode()

# %% wrong="14.2" caught_by="shows such a name all the same, character by character" says="Do not remove the characters"
- name = query.get("name", ["visitor"])[0]
+ name = "".join(letter for letter in query.get("name", ["visitor"])[0] if letter.isalnum())

# %% wrong="14.2" caught_by="shows such a name all the same, character by character" says="&lt;script&gt;"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(html.escape(name))}\n".encode()

# %% wrong="14.2" caught_by="shows & and what follows it, character by character" says="& begins the name of a character"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ name = name.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
+ body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {name}\n".encode()

# %% wrong="14.2" caught_by="lets no attribute of a visitor into the page" says="<p onload title>"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ name = html.escape(name, quote=False)
+ body = f'<!doctype html>\n<title>Station</title>\n<p title="{name}">Welcome, {name}\n'.encode()

# %% wrong="14.2" caught_by="shows the characters of any language" says="how does a browser know it?"
- self.send_header("Content-Type", "text/html; charset=utf-8")
+ self.send_header("Content-Type", "text/html")

# %% wrong="14.2" caught_by="shows the characters of any language" says="Which encoding has all characters"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode("latin-1", "replace")

# %% wrong="14.2" caught_by="greets a visitor who gives no name" says="expected: 'Welcome, visitor'"
- name = query.get("name", ["visitor"])[0]
+ name = query.get("name", ["visitors"])[0]

# %% wrong="14.2" caught_by="shows such a name all the same, character by character" says="The query is percent-encoded"
- name = query.get("name", ["visitor"])[0]
+ name = self.path.split("name=")[1] if "name=" in self.path else "visitor"

# %% wrong="14.2" caught_by="your code crashed" says="Not every visitor gives a name"
- name = query.get("name", ["visitor"])[0]
+ name = query["name"][0]

# %% wrong="14.2" caught_by="greets a visitor who gives a nickname, and no name" says="another key than name"
import re
from urllib.parse import unquote_plus


class Welcome(BaseHTTPRequestHandler):
    def do_GET(self):
        found = re.search("name=([^&]+)", self.path)
        name = unquote_plus(found[1]) if found else "visitor"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<p>Welcome, {html.escape(name)}".encode())

# %% wrong="14.2" caught_by="shows a percent sign and what follows it, character by character" says="A % that is left belongs to the name"
- name = query.get("name", ["visitor"])[0]
+ from urllib.parse import unquote
+ name = unquote(query.get("name", ["visitor"])[0])

# %% right="14.2" style="a media type in capitals, and the encoding in the page"
class Welcome(BaseHTTPRequestHandler):
    def do_GET(self):
        name = html.escape(parse_qs(urlsplit(self.path).query).get("name", ["visitor"])[0])
        page = f"<!doctype html><meta charset=utf-8><title>Station</title><p>Welcome, {name}</p>"
        self.send_response(200)
        self.send_header("Content-Type", "Text/HTML")
        self.end_headers()
        self.wfile.write(page.encode())

# %% right="14.2" style="escaped by hand"
- name = query.get("name", ["visitor"])[0]
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ name = query["name"][0] if "name" in query else "visitor"
+ for letter, safe in {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.items():
+     name = name.replace(letter, safe)
+ body = f"<html><body><h1>Welcome, {name}</h1></body></html>".encode()

# %% right="14.2" style="as few letters escaped as need be"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ safe = name.translate({ord("&"): "&#38;", ord("<"): "&#60;"})
+ body = f"<title>Station</title>\n<p>Welcome, <strong>{safe}</strong></p>\n".encode()

# %% right="14.2" style="numbers for all other letters"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ body = f"<!doctype html>\n<p>Welcome, {html.escape(name)}\n".encode("ascii", "xmlcharrefreplace")

# %% right="14.2" style="the encoding named in the page"
- body = f"<!doctype html>\n<title>Station</title>\n<p>Welcome, {html.escape(name)}\n".encode()
+ body = f"<meta charset='UTF-8'><title>Station</title>\n<p>Welcome, {html.escape(name)}!\n".encode()

- self.send_header("Content-Type", "text/html; charset=utf-8")
+ self.send_header("Content-Type", "text/html")

# %%
welcome = launch(Welcome)

# %% checks="14.2" points=3
check("14.2", welcome)

# %% [markdown]
# ## 14.3 How long is your form?
#
# A server has to look at the length of a form before it reads the form. Write `do_POST`:
#
# - If there is no `Content-Length`, answer 411.
# - If it is not made of the digits 0 to 9 alone, answer 400. Examples are `many`, `-1`, `1.5`, `+4`, and an empty value.
# - If it is more than 1000, answer 413 and read nothing of the body.
# - If it is 0 to 1000, read the whole body, and then answer 200.
#
# `self.send_error(411)` writes a whole response with that status.

# %% [markdown] tags=["solution"]
# A request without `Content-Length` may have no body, or send it in chunks (RFC 9112 §6.3). A server may insist on a length: that is 411.
#
# Look at the string before it becomes a number, and at the number before anything is read. `isdecimal` is false for a sign, a space and
# an empty string. `int` would accept `+4` and `1_0`. `send_error` writes a whole response. After it the body has not been read, so the
# connection must not be used again. This handler speaks HTTP/1.0, so the connection is closed anyway.
#
# Two servers in a row that read a length differently can be attacked (*request smuggling*). So a server for real use also refuses a second
# `Content-Length`, and a length beside `Transfer-Encoding` (RFC 9112 §6.3). This solution does not look for these.

# %% exercise="14.3"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        ### BEGIN SOLUTION
        length = self.headers.get("Content-Length")
        if length is None:
            return self.send_error(411)
        if not length.isdecimal():
            return self.send_error(400)
        if len(length) > 6 or int(length) > 1000:
            return self.send_error(413)
        self.rfile.read(int(length))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        ### END SOLUTION

# %% wrong="14.3" caught_by="answers a POST with Content-Length: -1" says="read(-1) reads until the client hangs up"
- if not length.isdecimal():
+ try:
+     int(length)
+ except ValueError:

# %% wrong="14.3" caught_by="your code crashed" says="TypeError: int() argument must be a string"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

# %% wrong="14.3" caught_by="answers 411 where the length is missing" says="is None then"
- length = self.headers.get("Content-Length")
- if length is None:
-     return self.send_error(411)
+ length = self.headers.get("Content-Length", "")

# %% wrong="14.3" caught_by="answers 200 to 1000 bytes" says="1000 bytes are not more than 1000"
- if len(length) > 6 or int(length) > 1000:
+ if int(length) >= 1000:

# %% wrong="14.3" caught_by="answers a POST with Content-Length: 1001" says="Look at the number before you read"
- if len(length) > 6 or int(length) > 1000:
+ if len(length) > 4:

# %% wrong="14.3" caught_by="answers 400 where it has a sign" says="int() also reads a sign"
- if not length.isdecimal():
-     return self.send_error(400)
- if len(length) > 6 or int(length) > 1000:
-     return self.send_error(413)
+ try:
+     number = int(length)
+ except ValueError:
+     return self.send_error(400)
+ if number < 0:
+     return self.send_error(400)
+ if number > 1000:
+     return self.send_error(413)

# %% wrong="14.3" caught_by="answers 400 where it is no whole number" says="made of the digits 0 to 9 alone"
- if not length.isdecimal():
-     return self.send_error(400)
- if len(length) > 6 or int(length) > 1000:
-     return self.send_error(413)
- self.rfile.read(int(length))
+ try:
+     number = int(float(length))
+ except ValueError:
+     return self.send_error(400)
+ if not 0 <= number <= 1000:
+     return self.send_error(413 if number > 0 else 400)
+ self.rfile.read(number)

# %% wrong="14.3" caught_by="waits for the whole body before it answers" says="Read as many bytes as the length says"
- self.rfile.read(int(length))

# %% wrong="14.3" caught_by="answers a POST with Content-Length: 4" says="waits until the client hangs up"
- self.rfile.read(int(length))
+ self.rfile.read()

# %% wrong="14.3" caught_by="answers 411 where the length is missing" says="got: 400"
- if length is None:
+ if length == "":

- if not length.isdecimal():
+ if not (length or "").isdecimal():

# %% wrong="14.3" caught_by="your code crashed" says="² is a digit for isdigit()"
- if not length.isdecimal():
+ if not length.isdigit():

# %% right="14.3" style="int and an exception"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        if "Content-Length" not in self.headers:
            return self.send_error(411)
        try:
            if not set(self.headers["Content-Length"]) <= set("0123456789"):
                raise ValueError
            length = int(self.headers["Content-Length"])
        except ValueError:
            return self.send_error(400)
        if not 0 <= length <= 1000:
            return self.send_error(400 if length < 0 else 413)
        self.rfile.read(length)
        self.send_response(200)
        self.end_headers()

# %% right="14.3" style="a regular expression, and a method that decides"
import re


class Form(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        status = self.judge(self.headers["Content-Length"])
        if status == 200:
            self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = status != 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def judge(self, length):
        if length is None:
            return 411
        if not re.fullmatch("[0-9]+", length):
            return 400
        return 413 if int(length) > 1000 else 200

# %% right="14.3" style="isascii and isdigit, a match statement, and a body read byte by byte"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        match self.headers.get("content-length"):
            case None:
                self.send_error(411, "How long is it?")
            case text if not (text.isascii() and text.isdigit()):
                self.send_error(400)
            case text if int(text) > 1000:
                self.send_error(413)
            case text:
                data = b""
                while len(data) < int(text):
                    data += self.rfile.read(1)
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                self.wfile.write(b"thank you")

# %%
form = launch(Form)

# %% checks="14.3" points=4
check("14.3", form)

# %% [markdown]
# ## 14.4 One who says nothing
#
# Some clients connect and send nothing, or stop in the middle of their request.
#
# - All other clients must be served meanwhile.
# - The server closes the connection of a silent client after two seconds at most.
# - A client that pauses for less than half a second is served.
#
# Set the handler's `timeout`, to a number of seconds between 0.5 and 2. Write `create_server`: it makes a server that answers with `Quick` at
# this host and port, and returns it. Two server classes are imported; choose one.

# %% [markdown] tags=["solution"]
# `ThreadingHTTPServer` gives each connection a thread of its own, so a silent client holds up no other. But a thread that waits for ever
# never ends, and a thousand silent clients would be a thousand threads. `timeout` in the handler class ends the wait of each read from
# the connection.

# %% exercise="14.4"
class Quick(BaseHTTPRequestHandler):
    timeout = None

    def do_GET(self):
        body = b"17.5"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def create_server(host, port):
    ### BEGIN SOLUTION
    Quick.timeout = 1
    return ThreadingHTTPServer((host, port), Quick)
    ### END SOLUTION

# %% wrong="14.4" caught_by="answers GET /" says="it gave no answer within 2 s"
- Quick.timeout = 1
- return ThreadingHTTPServer((host, port), Quick)
+ return HTTPServer((host, port), Quick)

# %% wrong="14.4" caught_by="hangs up after two seconds at most on a client that says nothing" says="Every silent client costs you a thread"
- Quick.timeout = 1

# %% wrong="14.4" caught_by="answers GET /" says="HTTPServer serves one client after the other"
- return ThreadingHTTPServer((host, port), Quick)
+ return HTTPServer((host, port), Quick)

# %% wrong="14.4" caught_by="answers one client while others are silent" says="the silent clients were gone"
- Quick.timeout = 1
- return ThreadingHTTPServer((host, port), Quick)
+ Quick.timeout = 0.1
+ return HTTPServer((host, port), Quick)

# %% wrong="14.4" caught_by="waits for a client that pauses for a moment in its request" says="The time-out is too short"
- Quick.timeout = 1
+ Quick.timeout = 0.1

# %% wrong="14.4" caught_by="answers one client while others are silent" says="timeout = 0 waits for nobody"
- Quick.timeout = 1
+ Quick.timeout = 0

# %% wrong="14.4" caught_by="hangs up after two seconds at most on a client that says nothing" says="its attribute timeout"
- Quick.timeout = 1
+ ThreadingHTTPServer.timeout = 1

# %% wrong="14.4" caught_by="listens at the host and the port that it is given" says="use host and port as they come"
- return ThreadingHTTPServer((host, port), Quick)
+ return ThreadingHTTPServer((host, 18765), Quick)

# %% wrong="14.4" caught_by="listens at the host and the port that it is given" says="0.0.0.0"
- return ThreadingHTTPServer((host, port), Quick)
+ return ThreadingHTTPServer(("", port), Quick)

# %% wrong="14.4" caught_by="waits for a client that pauses for a moment in its request" says="The time-out is too short"
- Quick.timeout = 1
+ Quick.timeout = 0.3

# %% right="14.4" style="a class attribute"
class Quick(BaseHTTPRequestHandler):
    timeout = 1.5


def create_server(host, port):
    return ThreadingHTTPServer((host, port), Quick)

# %% right="14.4" style="a server class, and setup"
from socketserver import ThreadingMixIn


class Quick(BaseHTTPRequestHandler):
    def setup(self):
        self.request.settimeout(1)
        super().setup()


class Server(ThreadingMixIn, HTTPServer):
    daemon_threads = True


def create_server(host, port):
    return Server((host, port), Quick)

# %% right="14.4" style="a class made in the function, and two seconds"
def create_server(host, port):
    class Patient(Quick):
        timeout = 2.0

    server = ThreadingHTTPServer((host, port), Patient)
    server.daemon_threads = True
    return server

# %%
try:
    quick = launch(create_server)
except NotImplementedError:
    quick = ...  # not written yet

# %% checks="14.4" points=3
check("14.4", quick)

# %%
stop_all()
