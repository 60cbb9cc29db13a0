# %% [markdown]
# # Exercise 13: a station's pages
#
# You need [lesson 13](../notebooks/13-dynamic-and-static.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import mimetypes
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 13.1 What kind of file
#
# Write `kind_of`, so that it gives the media type for the name of a file. Add `; charset=utf-8` to every type that begins with
# `text/`. For what nobody knows it is `application/octet-stream`.

# %% [markdown] tags=["solution"]
# `guess_type` gives a pair, and the type is the first of the two; for an unknown ending it is `None`, and `or` puts the honest answer
# in its place. Only text has an encoding: a picture's bytes mean the same everywhere.

# %% exercise="13.1"
def kind_of(name):
    ### BEGIN SOLUTION
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    ### END SOLUTION

# %% wrong="13.1" caught_by="knows the type of map.png" says="got: ('image/png', None)"
def kind_of(name):
    return mimetypes.guess_type(name)

# %% wrong="13.1" caught_by="knows the type of index.html" says="a client has to know the encoding as well"
def kind_of(name):
    return mimetypes.guess_type(name)[0] or "application/octet-stream"

# %% wrong="13.1" caught_by="your code crashed" says="AttributeError: 'NoneType' object has no attribute 'startswith'"
def kind_of(name):
    kind = mimetypes.guess_type(name)[0]
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

# %% checks="13.1" points=2
check("13.1", kind_of)

# %% [markdown]
# `reply` below writes a whole response, as in the lesson. Your handlers are made from `Replies`, and have only to call it.

# %%
class Replies(BaseHTTPRequestHandler):
    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

# %% [markdown]
# ## 13.2 A report on the fly
#
# Every path that ends in `.zzz` is a report, made when it is asked for: as HTML, with the status 200, and with the text
#
# `Report of /harbour.zzz, day 64 of 2027`
#
# for the path that was asked for, and for today. All other paths are 404.

# %% [markdown] tags=["solution"]
# `time.localtime()` is called inside of `do_GET`, so that each request gets its own day; called once at the top, it would be the day on
# which the server was started. Both branches end in `reply`: a request without an answer is a client that waits.

# %% exercise="13.2"
class Reports(Replies):
    def do_GET(self):
        ### BEGIN SOLUTION
        if self.path.endswith(".zzz"):
            now = time.localtime()
            text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
            self.reply(200, "text/html; charset=utf-8", text.encode())
        else:
            self.reply(404, "text/plain; charset=utf-8", b"No such report.")
        ### END SOLUTION

# %% wrong="13.2" caught_by="answers GET /harbour.txt" says="it closed the connection without an answer"
class Reports(Replies):
    def do_GET(self):
        if self.path.endswith(".zzz"):
            now = time.localtime()
            text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
            self.reply(200, "text/html", text.encode())

# %% wrong="13.2" caught_by="names the path, the day of the year and the year" says="tm_yday and tm_year"
class Reports(Replies):
    def do_GET(self):
        if self.path.endswith(".zzz"):
            now = time.localtime()
            text = f"Report of {self.path}, day {now.tm_year} of {now.tm_yday}"
            self.reply(200, "text/html", text.encode())
        else:
            self.reply(404, "text/plain", b"No such report.")

# %% wrong="13.2" caught_by="your code crashed" says="TypeError: a bytes-like object is required, not 'str'"
class Reports(Replies):
    def do_GET(self):
        now = time.localtime()
        self.reply(200, "text/html", f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}")

# %%
reports = launch(Reports)

# %% checks="13.2" points=3
check("13.2", reports)

# %% [markdown]
# ## 13.3 Files in memory
#
# These files are not on a disk, but in a dictionary. Serve them: status 200, the type that `kind_of` gives, the bytes as they are.
# What is not in `FILES` is 404. And let your handler answer `HEAD` as well.

# %% [markdown] tags=["solution"]
# The values are bytes, so nothing has to be encoded: encoding a picture would change it. `do_HEAD = do_GET` makes the two methods the
# same, and `reply` leaves the body out for HEAD. The name of the file for `kind_of` may well be the whole path; only its ending matters.

# %% exercise="13.3"
FILES = {
    "/index.html": "<!doctype html>\n<title>Station</title>\n<img src=map.png alt='17.5 °C'>\n".encode(),
    "/map.png": b"\x89PNG\r\n\x1a\n\x00\xff",
}


class Files(Replies):
    def do_GET(self):
        ### BEGIN SOLUTION
        if self.path in FILES:
            self.reply(200, kind_of(self.path), FILES[self.path])
        else:
            self.reply(404, "text/plain; charset=utf-8", b"No such file.")

    do_HEAD = do_GET
    ### END SOLUTION

# %% wrong="13.3" caught_by="knows HEAD" says="A handler answers HEAD with a method do_HEAD"
FILES = {"/index.html": b"<!doctype html>", "/map.png": b"\x89PNG\r\n\x1a\n\x00\xff"}


class Files(Replies):
    def do_GET(self):
        if self.path in FILES:
            self.reply(200, kind_of(self.path), FILES[self.path])
        else:
            self.reply(404, "text/plain; charset=utf-8", b"No such file.")

# %% wrong="13.3" caught_by="sends the picture byte by byte" says="send them as they are"
FILES = {"/index.html": b"<!doctype html>", "/map.png": b"\x89PNG\r\n\x1a\n\x00\xff"}


class Files(Replies):
    def do_GET(self):
        if self.path in FILES:
            self.reply(200, kind_of(self.path), str(FILES[self.path]).encode())
        else:
            self.reply(404, "text/plain; charset=utf-8", b"No such file.")

    do_HEAD = do_GET

# %% wrong="13.3" caught_by="tells HEAD how long the picture is" says="HEAD gets the same headers as GET"
FILES = {"/index.html": b"<!doctype html>", "/map.png": b"\x89PNG\r\n\x1a\n\x00\xff"}


class Files(Replies):
    def do_GET(self):
        if self.path in FILES:
            self.reply(200, kind_of(self.path), FILES[self.path])
        else:
            self.reply(404, "text/plain; charset=utf-8", b"No such file.")

    def do_HEAD(self):
        self.reply(200, kind_of(self.path), b"")

# %%
files = launch(Files)

# %% checks="13.3" points=4
check("13.3", files)

# %% [markdown]
# ## 13.4 Send in a reading
#
# A form with the fields `station` and `degrees` is sent to `/readings` by POST. Answer it with 200 and a text such as
# `Harbour: 17.5`, in UTF-8. If a field is missing, or `degrees` is no number, answer 400. At any other path answer 404.

# %% [markdown] tags=["solution"]
# The body is read first, exactly as long as it is, and only then looked at. `form.get("degrees", [""])[0]` is an empty text where the
# field is missing, and `float("")` raises `ValueError` as `float("warm")` does: one `except` for both. It catches that exception
# alone; any other one would be a mistake of ours, and a 400 would blame the client for it.

# %% exercise="13.4"
class Readings(Replies):
    def do_POST(self):
        ### BEGIN SOLUTION
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path != "/readings":
            return self.reply(404, "text/plain; charset=utf-8", b"Send it to /readings.")
        form = parse_qs(body)
        station, degrees = form.get("station", [""])[0], form.get("degrees", [""])[0]
        try:
            text = f"{station}: {float(degrees)}"
        except ValueError:
            return self.reply(400, "text/plain; charset=utf-8", b"degrees has to be a number.")
        if not station:
            return self.reply(400, "text/plain; charset=utf-8", b"station is missing.")
        self.reply(200, "text/plain; charset=utf-8", text.encode())
        ### END SOLUTION

# %% wrong="13.4" caught_by="answers POST /readings" says="it gave no answer within 2 s"
class Readings(Replies):
    def do_POST(self):
        form = parse_qs(self.rfile.read().decode())
        text = f"{form['station'][0]}: {float(form['degrees'][0])}"
        self.reply(200, "text/plain; charset=utf-8", text.encode())

# %% wrong="13.4" caught_by="your code crashed" says="KeyError: 'degrees'"
class Readings(Replies):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        text = f"{form['station'][0]}: {float(form['degrees'][0])}"
        self.reply(200, "text/plain; charset=utf-8", text.encode())

# %% wrong="13.4" caught_by="says which station and how many degrees" says="[0] is its first value"
class Readings(Replies):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        text = f"{form.get('station')}: {form.get('degrees')}"
        self.reply(200, "text/plain; charset=utf-8", text.encode())

# %%
readings = launch(Readings)

# %% checks="13.4" points=4
check("13.4", readings)

# %%
stop_all()
