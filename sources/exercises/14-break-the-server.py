# %% [markdown]
# # Exercise 14: a station that stands up to its visitors
#
# You need [lesson 14](../notebooks/14-break-the-server.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import html
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 14.1 Stay in the folder
#
# `root` is the folder with the station's files, a `Path`. `path` comes from a visitor. Write `file_below`, so that it gives the file
# that is meant, also a `Path`; or `None`, if there is no such file, if it is a folder, or if it lies anywhere else.

# %% [markdown] tags=["solution"]
# Work out where the path really leads, and only then ask whether that is inside. `resolve` follows dots and links; with
# `strict=True` it raises an exception where nothing is. `is_relative_to` compares whole names: a comparison of texts would take
# `site-old` for a part of `site`. A NUL in a path is a `ValueError`: no file can have such a name.

# %% exercise="14.1"
def file_below(root, path):
    ### BEGIN SOLUTION
    try:
        found = (root / path.lstrip("/")).resolve(strict=True)
    except (OSError, ValueError):
        return None
    return found if found.is_file() and found.is_relative_to(root.resolve()) else None
    ### END SOLUTION

# %% wrong="14.1" caught_by="gives None for /../secret.txt, which steps up with .." says="resolve() works out where a path really leads"
def file_below(root, path):
    found = root / path.lstrip("/")
    try:
        return found if found.is_file() else None
    except ValueError:
        return None

# %% wrong="14.1" caught_by="gives None for /../site-old/secret.txt, which leads to a folder whose name begins alike" says="got: '…/site-old/secret.txt'"
def file_below(root, path):
    try:
        found = (root / path.lstrip("/")).resolve(strict=True)
    except (OSError, ValueError):
        return None
    return found if found.is_file() and str(found).startswith(str(root)) else None

# %% wrong="14.1" caught_by="finds a file in the folder" says="a path that begins with / replaces root"
def file_below(root, path):
    found = root / path
    try:
        return found if found.is_file() else None
    except ValueError:
        return None

# %% wrong="14.1" caught_by="gives None for /link.txt, which leads out by a link" says="dots, links and all"
def file_below(root, path):
    found = root / path.lstrip("/")
    if ".." in path or "\0" in path:
        return None
    return found if found.is_file() else None

# %% checks="14.1" points=4
check("14.1", file_below)

# %% [markdown]
# ## 14.2 Say it back, safely
#
# A visitor comes with a name in the query: `/?name=Ada`. Answer with a page, as HTML and with status 200, that has
# `Welcome, Ada` in it; for somebody without a name it is `Welcome, visitor`. A name may have any letters in it, and the page has to
# show them.

# %% [markdown] tags=["solution"]
# `html.escape` is called where the text goes into the page, not where it comes in: the same name would need other care in a file's name
# or in a database. It also escapes quotation marks, for the case that a text lands in an attribute. `parse_qs` undoes the percent
# signs, once.

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

# %% wrong="14.2" caught_by="lets no script of a visitor into the page" says="Which letters are dangerous there?"
class Welcome(BaseHTTPRequestHandler):
    def do_GET(self):
        name = parse_qs(urlsplit(self.path).query).get("name", ["visitor"])[0]
        body = f"<p>Welcome, {name}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="14.2" caught_by="shows such a name all the same, letter by letter" says="Do not throw the letters away"
class Welcome(BaseHTTPRequestHandler):
    def do_GET(self):
        name = parse_qs(urlsplit(self.path).query).get("name", ["visitor"])[0]
        clean = "".join(letter for letter in name if letter.isalnum())
        body = f"<p>Welcome, {clean}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% wrong="14.2" caught_by="your code crashed" says="KeyError: 'name'"
class Welcome(BaseHTTPRequestHandler):
    def do_GET(self):
        name = parse_qs(urlsplit(self.path).query)["name"][0]
        body = f"<p>Welcome, {html.escape(name)}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %%
welcome = launch(Welcome)

# %% checks="14.2" points=3
check("14.2", welcome)

# %% [markdown]
# ## 14.3 How long is your form?
#
# Before a form can be read, its length has to be known, and to make sense. Write `do_POST`:
#
# - no `Content-Length` at all: 411,
# - one that is no whole number from 0 up: 400,
# - more than 1000 bytes: 413,
# - else read the body, and answer 200.
#
# `self.send_error(411)` writes a whole response with that status.

# %% [markdown] tags=["solution"]
# The text is looked at before it becomes a number, and the number before anything is read. `isdigit` refuses a sign, a space and an
# empty text at once (`isascii` is there because `isdigit` also accepts the digits of other scripts). `send_error` writes a whole
# response. After a refusal the body has not been read, so the connection must not be used again: with HTTP/1.0, which this handler
# speaks, it is closed anyway.

# %% exercise="14.3"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        ### BEGIN SOLUTION
        length = self.headers.get("Content-Length")
        if length is None:
            return self.send_error(411)
        if not (length.isascii() and length.isdigit()):
            return self.send_error(400)
        if len(length) > 6 or int(length) > 1000:
            return self.send_error(413)
        self.rfile.read(int(length))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        ### END SOLUTION

# %% wrong="14.3" caught_by="answers a POST with Content-Length: -1" says="it gave no answer within 2 s"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("Content-Length")
        if length is None:
            return self.send_error(411)
        try:
            number = int(length)
        except ValueError:
            return self.send_error(400)
        if number > 1000:
            return self.send_error(413)
        self.rfile.read(number)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

# %% wrong="14.3" caught_by="your code crashed" says="TypeError: int() argument must be a string"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

# %% wrong="14.3" caught_by="answers 411 where the length is missing" says="is None then"
class Form(BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return self.send_error(400)
        if int(length) > 1000:
            return self.send_error(413)
        self.rfile.read(int(length))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

# %%
form = launch(Form)

# %% checks="14.3" points=4
check("14.3", form)

# %% [markdown]
# ## 14.4 One who says nothing
#
# A client connects and says nothing. Everybody else must be served meanwhile, and the silent one must not be waited for longer than two
# seconds. Set the handler's `timeout`, and write `create_server`, which makes a server of `Quick`. Both servers that you might want are
# imported.

# %% [markdown] tags=["solution"]
# `ThreadingHTTPServer` gives each connection a thread of its own, so that one client waits for itself only. But a thread that waits for
# ever is never given back, and a thousand silent clients would be a thousand threads: `timeout` in the handler class ends the wait for
# each read from the connection.

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
class Quick(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"17.5"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def create_server(host, port):
    return HTTPServer((host, port), Quick)

# %% wrong="14.4" caught_by="hangs up on a client that says nothing for two seconds" says="Every silent client costs you a thread"
class Quick(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"17.5"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def create_server(host, port):
    return ThreadingHTTPServer((host, port), Quick)

# %%
try:
    quick = launch(create_server)
except NotImplementedError:
    quick = ...  # not written yet

# %% checks="14.4" points=3
check("14.4", quick)

# %%
stop_all()
