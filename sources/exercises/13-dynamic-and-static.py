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

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 13.1 What kind of file
#
# Write `kind_of`. It gets the name of a file and returns its media type, as a string. Add `; charset=utf-8` to every type that begins
# with `text/`, and to no other. If `mimetypes` does not know the extension, return `application/octet-stream`. An extension may be in capitals:
# `MAP.PNG` is a picture like `map.png`.

# %% [markdown] tags=["solution"]
# `guess_type` returns a pair, and the type is the first of the two. For an unknown extension the type is `None`, and `or` puts
# `application/octet-stream` in its place. `charset` belongs to the types that begin with `text/`: JSON and SVG say their encoding in
# another way.

# %% exercise="13.1"
def kind_of(name):
    ### BEGIN SOLUTION
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    ### END SOLUTION

# %% wrong="13.1" caught_by="knows the type of map.png" says="got: ('image/png', None)"
def kind_of(name):
    return mimetypes.guess_type(name)

# %% wrong="13.1" caught_by="your code crashed" says="That is a tuple, several values in one" whole=1
def kind_of(name):
    kind = mimetypes.guess_type(name)
    return kind + "; charset=utf-8" if kind.startswith("text/") else kind

# %% wrong="13.1" caught_by="knows the type of index.html" says="a client has to know the encoding as well"
def kind_of(name):
    return mimetypes.guess_type(name)[0] or "application/octet-stream"

# %% wrong="13.1" caught_by="your code crashed" says="guess_type gives None as the type where it knows nothing"
- kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
+ kind = mimetypes.guess_type(name)[0]

# %% wrong="13.1" caught_by="knows the type of map.png" says="Only a type that begins with text/ gets a charset"
- return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
+ return f"{kind}; charset=utf-8"

# %% wrong="13.1" caught_by="knows the type of letter.odt" says="Only a type that begins with text/ gets a charset"
- return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
+ return f"{kind}; charset=utf-8" if "text" in kind else kind

# %% wrong="13.1" caught_by="knows the type of text.png" says="Only a type that begins with text/ gets a charset"
- return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
+ return f"{kind}; charset=utf-8" if kind.startswith("text/") or name.startswith("text") else kind

# %% wrong="13.1" caught_by="knows the type of week.2027.html" says="from the last one"
- kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
+ kind = mimetypes.types_map.get("." + "".join(name.lower().split(".")[1:2]), "application/octet-stream")

# %% wrong="13.1" caught_by="knows the type of MAP.PNG" says="in capitals too"
- kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
+ kind = mimetypes.types_map.get("." + name.rpartition(".")[2], "application/octet-stream")

# %% wrong="13.1" caught_by="knows the type of map.png" says="What print() shows is gone"
- return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
+ print(kind)

# %% right="13.1" style="three ways out"
def kind_of(name):
    kind, _ = mimetypes.guess_type(name)
    if kind is None:
        return "application/octet-stream"
    return kind + "; charset=utf-8" if kind.split("/")[0] == "text" else kind

# %% right="13.1" style="the table of the module"
from pathlib import PurePath


def kind_of(name):
    extension = PurePath(name).suffix.lower()
    kind = mimetypes.types_map.get(extension, "application/octet-stream")
    return kind + ";charset=UTF-8" * kind.startswith("text/")

# %% right="13.1" style="a match statement"
def kind_of(name):
    match (mimetypes.guess_type(name)[0] or "").partition("/"):
        case ("", _, _):
            return "application/octet-stream"
        case ("text", slash, rest):
            return f"text/{rest}; charset=utf-8"
        case parts:
            return "".join(parts)

# %% checks="13.1" points=2
check("13.1", kind_of)

# %% [markdown]
# `reply` below writes a whole response, as in the lesson. Your handlers are subclasses of `Replies`, and call it.

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
# Every path that ends in `.zzz` is a report. The server makes it when a client asks: an HTML page, with the status 200, that shows
#
# `Report of /harbour.zzz, day 64 of 2027`
#
# with the path of the request, the number of today's day in the year (without zeros in front), and the year. The page may show more
# than that, and have any tags. The answer to all other paths is 404.

# %% [markdown] tags=["solution"]
# `time.localtime()` is called inside `do_GET`, so each request gets its own day. Called once at the top, it would give the day on which
# the server was started. Both branches end in `reply`, because a client waits for an answer to every request.

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

# %% wrong="13.2" caught_by="answers GET /harbour.txt" says="Every request needs an answer"
- else:
-     self.reply(404, "text/plain; charset=utf-8", b"No such report.")

# %% wrong="13.2" caught_by="names the path, the day of the year and the year" says="tm_yday and tm_year"
- text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
+ text = f"Report of {self.path}, day {now.tm_year} of {now.tm_yday}"

# %% wrong="13.2" caught_by="names the path, the day of the year and the year" says="tm_yday and tm_year"
- text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
+ text = f"Report of {self.path}, day {now.tm_mday} of {now.tm_year}"

# %% wrong="13.2" caught_by="names the path, the day of the year and the year" says="A title is not shown in the page"
- text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
+ text = f"<title>Report of {self.path}, day {now.tm_yday} of {now.tm_year}</title>"

# %% wrong="13.2" caught_by="your code crashed" says="TypeError: a bytes-like object is required, not 'str'"
- self.reply(200, "text/html; charset=utf-8", text.encode())
+ self.reply(200, "text/html; charset=utf-8", text)

# %% wrong="13.2" caught_by="has the right day on 05 January 2028 too" says="Ask for the day with each request"
- class Reports(Replies):
+ now = time.localtime()
+ class Reports(Replies):

- now = time.localtime()
- text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
+ text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"

# %% wrong="13.2" caught_by="has the right day on 05 January 2028 too" says="no zeros in front"
- now = time.localtime()
- text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
+ text = time.strftime(f"Report of {self.path}, day %j of %Y")

# %% wrong="13.2" caught_by="makes a report of /2/hilltop.zzz" says="just as it stands there"
- text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
+ text = f"Report of /harbour.zzz, day {now.tm_yday} of {now.tm_year}"

# %% wrong="13.2" caught_by="answers 404 for /harbour.zzz.txt" says="A report is what ends in .zzz"
- if self.path.endswith(".zzz"):
+ if ".zzz" in self.path:

# %% wrong="13.2" caught_by="answers 404 for /harbourzzz" says="with the dot"
- if self.path.endswith(".zzz"):
+ if self.path.endswith("zzz"):

# %% wrong="13.2" caught_by="says that it is HTML" says="a text/plain is shown as it is"
- self.reply(200, "text/html; charset=utf-8", text.encode())
+ self.reply(200, "text/plain; charset=utf-8", text.encode())

# %% right="13.2" style="datetime, and 404 first"
from datetime import date


class Reports(Replies):
    def do_GET(self):
        if self.path[-4:] != ".zzz":
            return self.send_error(404)
        today = date.today()
        text = "Report of {}, day {} of {}".format(self.path, today.timetuple().tm_yday, today.year)
        self.reply(200, "text/html", bytes(text, "utf-8"))

# %% right="13.2" style="a whole page"
- text = f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}"
+ said = f"Report of <b>{self.path}</b>, day&#32;{now.tm_yday} of {now.tm_year}"
+ text = f"<!doctype html>\n<title>Report</title>\n<h1>Station</h1>\n<p>{said}</p>\n"

# %% right="13.2" style="strftime, and the zeros taken off"
from datetime import datetime


class Reports(Replies):
    def do_GET(self):
        match self.path.rpartition("."):
            case (_, ".", "zzz"):
                today = datetime.now()
                day = int(today.strftime("%j"))
                page = f"<html><body>Report of {self.path},\nday {day} of {today:%Y}</body></html>"
                self.reply(200, "text/html; charset=utf-8", page.encode())
            case _:
                self.reply(404, "text/html", b"<p>There is no such report.</p>")

# %%
reports = launch(Reports)

# %% checks="13.2" points=3
check("13.2", reports)

# %% [markdown]
# ## 13.3 Files in memory
#
# These files are not on a disk, but in a dictionary. Serve them with the status 200, the type that `kind_of` returns, and the bytes as
# they are. The answer to every path that is not in `FILES` is 404, to `/` too. Your handler also has to answer `HEAD`: for any path, with
# the status and the headers of `GET`.

# %% [markdown] tags=["solution"]
# The values are bytes already, so they are not encoded. `do_HEAD = do_GET` gives the method a second name, and `reply` leaves the body
# out for HEAD. `kind_of` may get the whole path, because only the extension matters.

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

# %% wrong="13.3" caught_by="answers HEAD /map.png with 200" says="A handler answers HEAD with a method do_HEAD"
- do_HEAD = do_GET

# %% wrong="13.3" caught_by="sends /map.png byte by byte" says="send them as they are"
- self.reply(200, kind_of(self.path), FILES[self.path])
+ self.reply(200, kind_of(self.path), str(FILES[self.path]).encode())

# %% wrong="13.3" caught_by="sends /index.html byte by byte" says="send them as they are"
- self.reply(200, kind_of(self.path), FILES[self.path])
+ self.reply(200, kind_of(self.path), FILES[self.path].strip(b"\n"))

# %% wrong="13.3" caught_by="answers 200 for /index.html" says="Look the path up in FILES"
- if self.path in FILES:
+ if self.path == "/index.html":
+     self.reply(500, "text/html", b"")
+ elif self.path in FILES:

# %% wrong="13.3" caught_by="says that /index.html is text/html; charset=utf-8" says="kind_of(self.path) gives the type"
- self.reply(200, kind_of(self.path), FILES[self.path])
+ self.reply(200, mimetypes.guess_type(self.path)[0], FILES[self.path])

# %% wrong="13.3" caught_by="tells HEAD how long /map.png is" says="HEAD gets the same headers as GET"
- do_HEAD = do_GET
+ def do_HEAD(self):
+     self.reply(200, kind_of(self.path), b"")

# %% wrong="13.3" caught_by="answers HEAD with 404 for what is not in FILES" says="Look the whole path up in FILES"
- do_HEAD = do_GET
+ def do_HEAD(self):
+     self.reply(200, kind_of(self.path), FILES.get(self.path, b""))

# %% wrong="13.3" caught_by="answers 404 for /, which is not in FILES" says="Look the whole path up in FILES"
- if self.path in FILES:
+ if self.path == "/":
+     self.path = "/index.html"
+ if self.path in FILES:

# %% wrong="13.3" caught_by="sends no more bytes than it promised" says="An answer to HEAD"
- do_HEAD = do_GET
+ def do_HEAD(self):
+     self.command = "GET"
+     self.do_GET()

# %% wrong="13.3" caught_by="tells HEAD that /map.png is image/png" says="HEAD gets the same headers as GET"
- do_HEAD = do_GET
+ def do_HEAD(self):
+     found = self.path in FILES
+     self.reply(200 if found else 404, "text/plain", FILES.get(self.path, b""))

# %% wrong="13.3" caught_by="tells HEAD no other length than GET for what is not in FILES" says="Content-Length too"
class Files(Replies):
    def do_HEAD(self):
        if self.path in FILES:
            self.reply(200, kind_of(self.path), FILES[self.path])
        else:
            self.reply(404, "text/plain; charset=utf-8", b"")

# %% right="13.3" style="get, and do_HEAD calls do_GET"
class Files(Replies):
    def do_GET(self):
        body = FILES.get(self.path)
        if body is None:
            return self.send_error(404)
        self.reply(200, kind_of(self.path.lstrip("/")), body)

    def do_HEAD(self):
        self.do_GET()

# %% right="13.3" style="a function that decides"
class Files(Replies):
    def respond(self):
        try:
            return 200, kind_of(self.path), FILES[self.path]
        except KeyError:
            return 404, "text/html", b"<p>There is no such file.</p>"

    def do_GET(self):
        self.reply(*self.respond())

    do_HEAD = do_GET

# %% right="13.3" style="a whole response for HEAD"
- do_HEAD = do_GET
+ def do_HEAD(self):
+     body = FILES.get(self.path)
+     self.send_response(404 if body is None else 200)
+     if body is not None:
+         self.send_header("Content-Type", kind_of(self.path))
+         self.send_header("Content-Length", len(body))
+     self.end_headers()

# %%
files = launch(Files)

# %% checks="13.3" points=4
check("13.3", files)

# %% [markdown]
# ## 13.4 Send in a reading
#
# A client sends a form with the fields `station` and `degrees` to `/readings`, by POST.
#
# - If the form is right, answer 200 and a string such as `Harbour: 17.5`, as `text/plain` in UTF-8, with the name and the number. If
#   `17.50` was sent, `17.50` and `17.5` are both right.
# - If a field is missing or empty, or if `degrees` is not a number, answer 400. `parse_qs` leaves empty fields out. A number may have a
#   sign in front and one point in it: `-3.5` and `0.0` are numbers. With any other character it is no number: `1e3` and `nan` get 400,
#   and so do `1.2.3`, and a number with a line break behind it.
# - At any other path, `/readings/new` for example, answer 404, whatever the form is.

# %% [markdown] tags=["solution"]
# First read the body, exactly as many bytes as it has. `form.get("degrees", [""])[0]` is an empty string if the field is missing.
# `float("")` raises `ValueError`, and so does `float("warm")`: one `except` catches both. It catches no other exception, because another
# one would be a mistake of ours, and a 400 would blame the client. `float` also reads `nan`, `1e3` and `1_0`. So the code looks at the
# characters too. (`<=` between two sets means *is a subset of*.) With `"replace"`, a body that is not UTF-8 raises no exception.

# %% exercise="13.4"
class Readings(Replies):
    def do_POST(self):
        ### BEGIN SOLUTION
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
        if self.path != "/readings":
            return self.reply(404, "text/plain; charset=utf-8", b"Send it to /readings.")
        form = parse_qs(body)
        station, degrees = form.get("station", [""])[0], form.get("degrees", [""])[0]
        try:
            text = f"{station}: {float(degrees)}"
        except ValueError:
            return self.reply(400, "text/plain; charset=utf-8", b"degrees has to be a number.")
        if not set(degrees) <= set("+-.0123456789"):
            return self.reply(400, "text/plain; charset=utf-8", b"degrees has to be a number in digits.")
        if not station:
            return self.reply(400, "text/plain; charset=utf-8", b"station is missing.")
        self.reply(200, "text/plain; charset=utf-8", text.encode())
        ### END SOLUTION

# %% wrong="13.4" caught_by="answers POST /readings" says="read() without a number waits until the client hangs up"
- body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
+ body = self.rfile.read().decode()

# %% wrong="13.4" caught_by="your code crashed" says="Ask whether both fields are in the form before you use them"
- station, degrees = form.get("station", [""])[0], form.get("degrees", [""])[0]
+ station, degrees = form["station"][0], form["degrees"][0]

# %% wrong="13.4" caught_by="says how many degrees Zürich Süd has" says="[0] is its first value"
- text = f"{station}: {float(degrees)}"
+ text = f"{form.get('station')}: {form.get('degrees')}"

# %% wrong="13.4" caught_by="answers 400 where station is missing" says="Ask whether both fields are in the form"
- if not station:
-     return self.reply(400, "text/plain; charset=utf-8", b"station is missing.")

# %% wrong="13.4" caught_by="answers 200 where Zürich Süd has -3.5 degrees" says="let float() decide"
- text = f"{station}: {float(degrees)}"
+ if not degrees.isdigit():
+     raise ValueError(degrees)
+ text = f"{station}: {degrees}"

# %% wrong="13.4" caught_by="answers 200 where A+B=100% has 0.0 degrees" says="may be zero"
- text = f"{station}: {float(degrees)}"
+ text = f"{station}: {float(degrees) or int('none')}"

# %% wrong="13.4" caught_by="answers 400 where degrees are '1.2.3'" says="float(degrees) raises ValueError"
- text = f"{station}: {float(degrees)}"
+ if not degrees or degrees.isalpha():
+     raise ValueError(degrees)
+ text = f"{station}: {degrees}"

# %% wrong="13.4" caught_by="answers 400 where degrees are 'nan'" says="float() reads nan and 1e3 too"
- if not set(degrees) <= set("+-.0123456789"):
-     return self.reply(400, "text/plain; charset=utf-8", b"degrees has to be a number in digits.")

# %% wrong="13.4" caught_by="answers a request once" says="return comes after it"
- return self.reply(400, "text/plain; charset=utf-8", b"degrees has to be a number.")
+ self.reply(400, "text/plain; charset=utf-8", b"degrees has to be a number.")
+ text = ""

# %% wrong="13.4" caught_by="answers 404 at /readings/new" says="Compare the whole self.path with /readings"
- if self.path != "/readings":
+ if not self.path.startswith("/readings"):

# %% wrong="13.4" caught_by="answers 404 at /elsewhere, whatever the form is" says="before you look at the form"
- if self.path != "/readings":
+ if self.path != "/readings" and body:

# %% wrong="13.4" caught_by="says how many degrees Lake & Shore has" says="[0] is its first value"
- station, degrees = form.get("station", [""])[0], form.get("degrees", [""])[0]
+ station, degrees = (list(form.values()) + [[""], [""]])[:2]
+ station, degrees = station[0], degrees[0]
+ if station[0] in "-0123456789" and not degrees[0].isdigit():
+     return self.reply(200, "text/plain; charset=utf-8", text.encode() if False else b"?")

# %% wrong="13.4" caught_by="says how many degrees Zürich Süd has" says="got: b'Z\\xfcrich"
- self.reply(200, "text/plain; charset=utf-8", text.encode())
+ self.reply(200, "text/plain; charset=utf-8", text.encode("latin-1", "replace"))

# %% wrong="13.4" caught_by="says in which encoding it is" says="text/plain; charset=utf-8"
- self.reply(200, "text/plain; charset=utf-8", text.encode())
+ self.reply(200, "text/plain", text.encode())

# %% wrong="13.4" caught_by="answers 200 where Harbour has 17 degrees" says="a sign and a point"
import re


class Readings(Replies):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path != "/readings":
            return self.reply(404, "text/plain; charset=utf-8", b"Send it to /readings.")
        form = parse_qs(body)
        station, degrees = form.get("station", [""])[0], form.get("degrees", [""])[0]
        if not station or not re.fullmatch(r"[+-]?\d+\.\d+", degrees):
            return self.reply(400, "text/plain; charset=utf-8", b"A station and a number, please.")
        self.reply(200, "text/plain; charset=utf-8", f"{station}: {degrees}".encode())

# %% wrong="13.4" caught_by="answers 200 where Hilltop has +5.5 degrees" says="a sign and a point"
import re


class Readings(Replies):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path != "/readings":
            return self.reply(404, "text/plain; charset=utf-8", b"Send it to /readings.")
        form = parse_qs(body)
        station, degrees = form.get("station", [""])[0], form.get("degrees", [""])[0]
        if not station or not re.fullmatch(r"-?\d+(\.\d+)?", degrees):
            return self.reply(400, "text/plain; charset=utf-8", b"A station and a number, please.")
        self.reply(200, "text/plain; charset=utf-8", f"{station}: {degrees}".encode())

# %% wrong="13.4" caught_by="answers 400 where degrees end in a line break" says="$ in a pattern allows one"
import re


class Readings(Replies):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path != "/readings":
            return self.reply(404, "text/plain; charset=utf-8", b"Send it to /readings.")
        form = parse_qs(body)
        station, degrees = form.get("station", [""])[0], form.get("degrees", [""])[0]
        if not station or not re.match(r"[+-]?[0-9]+(\.[0-9]+)?$", degrees):
            return self.reply(400, "text/plain; charset=utf-8", b"A station and a number, please.")
        self.reply(200, "text/plain; charset=utf-8", f"{station}: {degrees}".encode())

# %% wrong="13.4" caught_by="says how many degrees de Bilt has" says="got: 'De Bilt: 1.0'"
- text = f"{station}: {float(degrees)}"
+ text = f"{station[0].upper()}{station[1:]}: {float(degrees)}" if station else float(degrees)

# %% right="13.4" style="parse_qsl, and one except for both"
from urllib.parse import parse_qsl


class Readings(Replies):
    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8")))
        if self.path != "/readings":
            return self.send_error(404)
        try:
            station, degrees = form["station"], float(form["degrees"])
        except (KeyError, ValueError):
            return self.send_error(400, "station and degrees, please")
        if not all(character in "+-.0123456789" for character in form["degrees"]):
            return self.send_error(400, "degrees in digits, please")
        self.reply(200, "text/plain; charset=utf-8", f"{station}: {degrees}".encode())

# %% right="13.4" style="a regular expression, and the number as it was sent"
import re


class Readings(Replies):
    def do_POST(self):
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        status, text = self.answer_to(fields) if self.path == "/readings" else (404, "Not here.")
        self.reply(status, "text/plain;charset=UTF-8", text.encode("utf-8"))

    def answer_to(self, fields):
        station, degrees = [fields.get(name, [""])[0] for name in ("station", "degrees")]
        if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", degrees):
            return 400, f"{degrees!r} is no number."
        return (200, f"{station}: {degrees}") if station else (400, "Which station?")

# %% right="13.4" style="404 before the form is read, and send_error"
- body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
- if self.path != "/readings":
-     return self.reply(404, "text/plain; charset=utf-8", b"Send it to /readings.")
- form = parse_qs(body)
+ if self.path != "/readings":
+     return self.send_error(404)
+ form = parse_qs(str(self.rfile.read(int(self.headers["Content-Length"])), "ascii"))

# %%
readings = launch(Readings)

# %% checks="13.4" points=4
check("13.4", readings)

# %%
stop_all()
