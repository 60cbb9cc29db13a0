# %% [markdown]
# # Pages made and pages served
#
# 31 minutes. You need [lesson 12](12-web-server.ipynb).
#
# By the end you can
#
# - make a page on the fly, and serve files of any kind with the right type,
# - say what went wrong with the right status: 404, 400 or 500,
# - take in a form, and answer HEAD.

# %% [markdown] minutes=2
# ## Two kinds of pages
#
# The finished server makes some pages, and reads others from files. For made pages, this course invents an **extension** (the end
# of a file name): `.zzz`. No file has it.

# %% [markdown] tags=["notes"]
# **Ask:** Name pages that you use: a logo, a search result, a timetable. Which of them could be a file?
#
# **What goes wrong:** Somebody changes `Replies` and does not run the classes below it again. They are made from it.

# %%
import requests

from servers import web_server
from wirelab import launch, show, stop_all, wire

site = launch("servers.web_server")
print(requests.get(site.url + "/today.zzz", timeout=3).text)
print(requests.get(site.url + "/hello.txt", timeout=3).text)

# %% [markdown]
# The first page is **dynamic content**: the server made it when you asked. The second page is **static content**: it is a file in the
# folder `servers/public`, and everybody gets the same one. A client need not know which kind a page is.

# %% [markdown] minutes=5
# ## A page made on the fly
#
# Every response needs the same five calls. So write them once, in the method `reply` of a class. The handlers of this lesson are
# subclasses of this class: they call `reply` with a status, a type and a body.

# %%
from http.server import BaseHTTPRequestHandler

site.stop()


class Replies(BaseHTTPRequestHandler):
    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% [markdown]
# Now the rule for `.zzz`. `time.localtime()` gives the present moment: `tm_yday` is the day of the year, and `tm_year` is the year.

# %%
import time


class MyHandler(Replies):
    def do_GET(self):
        if self.path.endswith(".zzz"):
            now = time.localtime()
            text = f"You requested {self.path} on day {now.tm_yday} in {now.tm_year}\n"
            self.reply(200, "text/plain; charset=utf-8", text.encode())
        else:
            self.reply(404, "text/plain; charset=utf-8", b"Nothing but .zzz here.\n")


web = launch(MyHandler)
print(requests.get(web.url + "/programme.zzz", timeout=3).text)

# %% [markdown]
# **Predict, then run.** The next request has a query. What will the server answer?

# %% tags=["predict"]
print(requests.get(web.url + "/programme.zzz?seat=12", timeout=3).text)

# %% [markdown] minutes=5
# <details><summary>Answer</summary>
#
# 404. `self.path` includes the query, so it now ends in `seat=12`. Cut the query off first, as in lesson 12:
# `self.path.partition("?")[0]`.
#
# </details>
#
# ## Files and their types
#
# A file is bytes. A **media type** (or MIME type) says what the bytes are: a picture, a page, a style sheet. It stands in
# `Content-Type`. Python guesses the type from the extension:

# %% [markdown] tags=["notes"]
# **Ask:** A file is called `index.html`, and the server says `text/plain`. What does the browser show? (The source of the
# page. The header counts, not the name.)
#
# **What goes wrong:** On some computers `mimetypes` knows more extensions, because it asks the operating system. An unexpected
# line here is no mistake.

# %%
import mimetypes

for name in ["index.html", "style.css", "ticket.png", "stage.svg", "hello.txt", "today.zzz"]:
    print(name, "→", mimetypes.guess_type(name)[0])

# %% [markdown]
# For an unknown extension Python gives `None`. Then use `application/octet-stream`, which means *some bytes*. For text, add the
# encoding.

# %%
def kind_of(name):
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return kind


kind_of("hello.txt"), kind_of("ticket.png"), kind_of("today.zzz")

# %% [markdown]
# `PUBLIC` is the folder with the site, and `PUBLIC / "hello.txt"` is the path of a file in it. `lstrip("/")` removes the slash at the beginning: of
# `/hello.txt` it leaves `hello.txt`, and of `/` it leaves an empty string. `x or y` is `y` if `x` is empty. So for the path `/`, the handler reads
# `index.html`. It reads each file as bytes.

# %%
PUBLIC = web_server.PUBLIC


class Files(Replies):
    def do_GET(self):
        file = PUBLIC / (self.path.lstrip("/") or "index.html")
        self.reply(200, kind_of(file.name), file.read_bytes())

# %%
web.stop()
files = launch(Files)
with wire(files) as tap:
    requests.get(tap.url + "/ticket.png", timeout=3)

tap

# %% [markdown] minutes=5
# A picture: after the headers come bytes that are not text. Do not put this server on the internet: lesson 14 shows what is wrong with it.
#
# The finished server decides like this:
#
# ```mermaid
# flowchart LR
#     R["GET /path"] --> Q{"ends in .zzz?"}
#     Q -->|yes| M["make the page"] --> OK["200, text/html"]
#     Q -->|no| F{"a file?"}
#     F -->|yes| T["guess its type"] --> OK2["200, image/png"]
#     F -->|no| N["404"]
# ```
#
# ## Break it: a picture read as text
#
# This server opens every file as text and encodes it again. **Predict, then run.** What happens to a picture?

# %% tags=["predict"] breaks="a picture is read as text, after the status has left"
class TextOnly(Replies):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        file = PUBLIC / self.path.lstrip("/")
        text = file.read_text(encoding="utf-8")
        self.wfile.write(text.encode())


text_only = launch(TextOnly)
with wire(text_only) as tap:
    requests.get(tap.url + "/ticket.png", timeout=3)

tap[1].first_line, tap[1].body_size

# %% [markdown]
# <details><summary>Answer</summary>
#
# 200, and no body. The first byte of a PNG is not UTF-8, so `read_text` raised an exception. The status had been sent before. Pages
# and style sheets work, so this mistake is found late. Use `read_bytes()`, which needs no encoding. And do the work *before* you send
# the status, because a status cannot be taken back.
#
# </details>
#
# The client does not see what went wrong. The server does:

# %% tags=["predict"]
text_only

# %% [markdown] minutes=3
# ## Break it: 404 for everything
#
# If a file is missing, the right status is 404. But an exception can also mean that *your* code is wrong. This handler catches every
# exception, and has a typing mistake. Find it before you run the cell:

# %% [markdown] tags=["notes"]
# **Ask:** Have you ever looked for a mistake in the wrong place because a message was wrong? Give this a minute. It is the
# reason for the section.
#
# **What goes wrong:** After this section people write 500 for everything. A missing field in a form is the client's mistake,
# and stays a 4xx.

# %% breaks="an except that catches everything turns a typing mistake into a 404"
stop_all()


class CatchAll(Replies):
    def do_GET(self):
        try:
            file = PUBLIC / self.path.lstrip("/")
            self.reply(200, kind_off(file.name), file.read_bytes())
        except Exception:
            self.reply(404, "text/plain", b"There is no such page.\n")


catch_all = launch(CatchAll)
requests.get(catch_all.url + "/hello.txt", timeout=3).status_code

# %% [markdown]
# The page exists, and the server says that it does not. Nothing shows the mistake (`kind_off`), and you would look for it in the wrong
# place. To mend the handler, ask whether the file is there, and answer 404 only if it is not. Answer 500 to all exceptions, and write the
# reason into the log. The next cell keeps the typing mistake, so that you see what such a server says about it.

# %%
class Honest(Replies):
    def do_GET(self):
        try:
            file = PUBLIC / self.path.lstrip("/")
            if file.is_file():
                self.reply(200, kind_off(file.name), file.read_bytes())
            else:
                self.reply(404, "text/plain", b"There is no such page.\n")
        except Exception as error:
            self.log_error("%s: %s", type(error).__name__, error)
            self.reply(500, "text/plain", b"This is our mistake. Try again later.\n")


honest = launch(Honest)
requests.get(honest.url + "/hello.txt", timeout=3).status_code, honest.log[0]

# %% [markdown] minutes=3
# The client gets a 500 and no reason, because the words of an exception would show strangers something of your code. The log has the
# reason.
#
# ## A form
#
# A **form** is a part of a web page with fields to fill in. If the page says `<form method="post">`, the browser sends a POST. The fields are its
# body, and look like a query: `name=Ada&show=Hamlet`. If the page says `<form>` alone, the browser sends a GET, and the fields are the query of its
# URL.
#
# Read as many bytes as `Content-Length` says, and no more. The client keeps the connection open until it has your response. So `read()`
# without a number, which waits for the end of the connection, would wait for ever.

# %% [markdown] tags=["notes"]
# **Do:** Point at the body in the wire view: it is written like a query. Then ask what `read()` without a number would do. It
# waits for the end of the connection, and the client waits for the answer.
#
# **Short of time:** Leave out HEAD, and let people read the finished server at home.

# %%
from urllib.parse import parse_qs


class Reminder(Replies):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length).decode()
        form = parse_qs(body)
        if "name" not in form or "show" not in form:
            self.reply(400, "text/plain", b"Both fields are needed: name and show.\n")
        else:
            name, show_title = form["name"][0], form["show"][0]
            thanks = f"Thank you, {name}. We remind you of {show_title}.\n"
            self.reply(200, "text/plain; charset=utf-8", thanks.encode())


reminder = launch(Reminder)
with wire(reminder) as tap:
    requests.post(tap.url, data={"name": "Zoë", "show": "The Tempest"}, timeout=3)

tap

# %% [markdown]
# `parse_qs` gives a list for each field, because a form may send a field twice. `[0]` is the first value.
#
# A missing field is a mistake of the client, so the status is a 4xx: 400, *Bad Request*. (A missing `Content-Length` is one too. `Reminder`
# then fails with an exception; the finished server answers 411, *Length Required*.)

# %%
reply = requests.post(reminder.url, data={"name": "Zoë"}, timeout=3)
reply.status_code, reply.text

# %% [markdown] minutes=2
# ## HEAD
#
# With **HEAD** a client gets the headers without the body: it learns how large a thing is, and of what type. A general-purpose server has to
# know both GET and HEAD (RFC 9110 §9.1). `Honest` has a `do_GET` and no `do_HEAD`:

# %%
requests.head(honest.url + "/hello.txt", timeout=3).status_code

# %% [markdown]
# The response to HEAD ends with the empty line. Its status and its headers are those of a GET. So `do_HEAD` is a second name for `do_GET`. In
# `reply` one line is new: the `if` leaves the body out when the method is HEAD.

# %%
class FilesWithHead(Files):
    do_HEAD = Files.do_GET

    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


files = launch(FilesWithHead)
with wire(files) as tap:
    requests.head(tap.url + "/ticket.png", timeout=3)

tap[1]

# %% [markdown] minutes=3
# ## The finished server
#
# `servers/web_server.py` has all of this, in small functions. This one takes the target of a GET and decides what to answer. Find the line
# that chooses between a made page and a file, and the line for the path of the form (`FORM`).
#
# You may skip two things. In the first line, what follows a colon or an arrow is a type hint: it says of which type a value is. And
# `headers` matter only for clients that have a copy of the page.

# %%
show(web_server.respond)

# %%
stop_all()
site = launch("servers.web_server")
site

# %% [markdown] minutes=3
# Open the page, and open your browser's developer tools (F12, *Network*). Load the page again. It has several files, each with its
# type.
#
# ## Recap
#
# - The server makes a dynamic page when a client asks; a static page is a file. The client gets status, type and bytes in both cases.
# - Read files as bytes, guess the type from the name, and do the work before you send the status.
# - A missing page is 404. A mistake of the client is 400. A mistake of the server is 500, and the reason goes into the log.
#
# **Check yourself**
#
# <details><summary>A style sheet is sent as text/plain. What happens?</summary>
#
# In a page that begins with `<!doctype html>` the browser does not use it. `Content-Type` decides what the bytes are. The name of the file
# does not.
#
# </details>
# <details><summary>Why is read(length) right, and read() wrong, in do_POST?</summary>
#
# `read()` waits until the client closes the connection, and the client waits for your response.
#
# </details>
# <details><summary>Your server says 404 for a page that you can see in the folder. What do you suspect?</summary>
#
# An `except` that catches too much. Write the exception into the log, and look there.
#
# </details>
# <details><summary>What does a client do with a HEAD response?</summary>
#
# It reads the size, the type and the time of the last change from the headers, and does not load the thing. It can show the size of a download, or
# see whether its copy is still good.
#
# </details>
#
# **More** (you may skip this)
#
# <details><summary>Does Python guess the same types on every computer?</summary>
#
# Not always. `mimetypes` also asks the operating system, and that may know more extensions.
#
# </details>
# <details><summary>What is the type of prices.csv.gz?</summary>
#
# `guess_type` gives two values: `text/csv` and `gzip`. The bytes are compressed text. A server that sends only the type says something
# wrong. It has to send `Content-Encoding: gzip` too, or the type `application/gzip`.
#
# </details>
# <details><summary>How is a file sent in a form?</summary>
#
# As `multipart/form-data`, another format of the body: each field is a part with headers of its own. The page says
# `<form method="post" enctype="multipart/form-data">`.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 13](../exercises/13-dynamic-and-static.ipynb). **Next lesson:** [Break it, then
# mend it](14-break-the-server.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
