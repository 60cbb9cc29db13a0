# %% [markdown]
# # Pages made and pages served
#
# 30 minutes. You need [lesson 12](12-web-server.ipynb).
#
# By the end you can
#
# - make a page on the fly, and serve files of any kind with the right type,
# - say what went wrong with the right status: 404, 400 or 500,
# - take in a form, and answer HEAD.

# %% [markdown]
# ## The whole game
#
# The finished server does both: it makes some pages when they are asked for, and reads others from files. Our own rule: what ends in
# `.zzz` is no file.

# %%
import mimetypes
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

import requests

from servers import web_server
from wirelab import launch, show, stop_all, wire

site = launch("servers.web_server")
print(requests.get(site.url + "/today.zzz", timeout=3).text)
print(requests.get(site.url + "/hello.txt", timeout=3).text)

# %% [markdown]
# The first is **dynamic content**: it was made for you, a moment ago. The second is **static content**: a file in the folder
# `servers/public`, the same for everybody. The client cannot tell which is which.

# %% [markdown] tags=["notes"]
# Ask for examples of both from sites that people know: a logo, a search result, a timetable. Which of them could be a file? Typical
# trouble: forgetting to run the cell with `Replies` after changing it; the classes below are made from it. Short of time: leave out
# HEAD, and let people read the last section at home.

# %% [markdown]
# ## A page made on the fly
#
# What all responses have in common goes into a class of its own. A handler made from it only has to say which status, which type and
# which body.

# %%
site.stop()


class Replies(BaseHTTPRequestHandler):
    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %% [markdown]
# Now the rule. `time.localtime()` is the moment of the request, with the day of the year and the year in it.

# %%
class MyHandler(Replies):
    def do_GET(self):
        if self.path.endswith(".zzz"):
            now = time.localtime()
            text = f"You requested {self.path} on day {now.tm_yday} in {now.tm_year}\n"
            self.reply(200, "text/html; charset=utf-8", text.encode())
        else:
            self.reply(404, "text/plain; charset=utf-8", b"Nothing but .zzz here.\n")


web = launch(MyHandler)
print(requests.get(web.url + "/programme.zzz", timeout=3).text)

# %% [markdown]
# **Predict, then run.** The next request has a query. What will the page say?

# %%
print(requests.get(web.url + "/programme.zzz?seat=12", timeout=3).text)

# %% [markdown]
# <details><summary>Answer</summary>
#
# 404: `self.path` is all of the target, so it now ends in `seat=12`. Cut the query off first, as in lesson 12:
# `self.path.partition("?")[0]`. The finished server does so in `strict_requests.path_of`.
#
# </details>
#
# ## Files, and what they are
#
# A file is bytes. What the bytes mean is said by a **media type** (or MIME type) in `Content-Type`: a picture, a page, a style
# sheet. Python guesses it from the ending of the name:

# %%
for name in ["index.html", "style.css", "ticket.png", "stage.svg", "hello.txt", "today.zzz"]:
    print(name, "→", mimetypes.guess_type(name)[0])

# %% [markdown]
# For an ending that it does not know, Python says `None`. Then `application/octet-stream`, *some bytes*, is the honest answer. For
# text, add in which encoding it is.

# %%
PUBLIC = web_server.PUBLIC


def kind_of(name):
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


class Files(Replies):
    def do_GET(self):
        file = PUBLIC / self.path.lstrip("/")
        self.reply(200, kind_of(file.name), file.read_bytes())

# %%
web.stop()
files = launch(Files)
with wire(files) as tap:
    requests.get(tap.url + "/ticket.png", timeout=3)

tap

# %% [markdown]
# A picture: after the headers come bytes that are no letters. The first of them say PNG, for programs that would rather look for
# themselves. (Do not put this server on the internet. It hands out more than this folder; the next lesson shows how.)
#
# With both kinds of pages, the finished server decides like this:
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
# Many first servers open every file as text and encode it again. **Predict, then run.** What becomes of a picture?

# %%
class TextOnly(Replies):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        text = open(PUBLIC / self.path.lstrip("/"), encoding="utf-8").read()
        self.wfile.write(text.encode())


text_only = launch(TextOnly)
with wire(text_only) as tap:
    requests.get(tap.url + "/ticket.png", timeout=3)

tap[1].first_line, tap[1].body_size

# %% [markdown]
# <details><summary>Answer</summary>
#
# 200, and no body: the first byte of a PNG is no UTF-8, so `read()` raised an exception, and the status had left by then. Pages and
# style sheets work, so the mistake is found late. `read_bytes()` needs no encoding. And do the work *before* you send the status: it
# cannot be taken back.
#
# </details>

# %%
text_only

# %% [markdown]
# ## 404 is not for everything
#
# A file may be missing: that is 404. But an exception can also mean that *your* code is wrong, and then 404 is a lie. Here somebody
# catches everything, and has made a typing mistake:

# %%
stop_all()


class Sorry(Replies):
    def do_GET(self):
        try:
            file = PUBLIC / self.path.lstrip("/")
            self.reply(200, kind_off(file.name), file.read_bytes())
        except Exception:
            self.reply(404, "text/plain", b"There is no such page.\n")


sorry = launch(Sorry)
requests.get(sorry.url + "/hello.txt", timeout=3).status_code

# %% [markdown]
# The page exists, the client is told that it does not, and the server knows of no mistake. You would look for it in the wrong place
# for hours. Mended: catch what you expect, answer 500 to the rest, and keep the reason on your side.

# %%
class Honest(Replies):
    def do_GET(self):
        try:
            file = PUBLIC / self.path.lstrip("/")
            self.reply(200, kind_off(file.name), file.read_bytes())
        except FileNotFoundError:
            self.reply(404, "text/plain", b"There is no such page.\n")
        except Exception as error:
            self.log_error("%s: %s", type(error).__name__, error)
            self.reply(500, "text/plain", b"This is our mistake. Please try again later.\n")


honest = launch(Honest)
requests.get(honest.url + "/hello.txt", timeout=3).status_code, honest.log[0]

# %% [markdown]
# 500 says *our mistake*, and no more: the words of an exception would tell a stranger about your code. The log has them.
#
# ## A form
#
# A browser sends a form by `POST`: the fields are the body, written like a query. Read as many bytes as `Content-Length` says, and
# not one more: the connection stays open, and `read()` without a number would wait for its end.

# %%
class Reminder(Replies):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = parse_qs(self.rfile.read(length).decode())
        if "name" not in form or "show" not in form:
            self.reply(400, "text/plain", b"Both fields are needed: name and show.\n")
        else:
            thanks = f"Thank you, {form['name'][0]}. We remind you of {form['show'][0]}.\n"
            self.reply(200, "text/plain; charset=utf-8", thanks.encode())


reminder = launch(Reminder)
with wire(reminder) as tap:
    requests.post(tap.url, data={"name": "Zoë", "show": "The Tempest"}, timeout=3)

tap

# %% [markdown]
# `parse_qs` gives a list for each field, because a form may send a field twice. What a client left out is its mistake, so the answer
# is a 4xx: 400, *Bad Request*.

# %%
reply = requests.post(reminder.url, data={"name": "Zoë"}, timeout=3)
reply.status_code, reply.text

# %% [markdown]
# ## HEAD
#
# `HEAD` asks for the headers alone: how large is it, and of what type? Every server has to know both GET and HEAD (RFC 9110 §9.1).
# `Honest` has a `do_GET`, but no `do_HEAD`:

# %%
requests.head(honest.url + "/hello.txt", timeout=3).status_code

# %% [markdown]
# HEAD is the same work, but nothing follows the empty line. So `do_HEAD` is a second name for `do_GET`, and one new line, the `if`,
# asks `self.command` which of the two it is:

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

# %% [markdown]
# ## The finished server
#
# `servers/web_server.py` has all of this, in small functions. This one decides; it needs no connection, and so it can be tested
# without one. (`FORM` is the path that takes a POST; `since` is for clients that have a copy already.)

# %%
show(web_server.respond)

# %%
stop_all()
site = launch("servers.web_server")
site

# %% [markdown]
# Open it, and look at the page with your browser's developer tools (F12, *Network*): a page made of four files, each with its type.
#
# ## Recap
#
# - Dynamic pages are made when they are asked for, static ones are files. The client sees status, type and bytes in both cases.
# - Work with bytes, guess the type from the name, and do the work before you send the status.
# - Missing: 404. The client's mistake: 400. Yours: 500, and the reason goes to the log.
#
# **Check yourself**
#
# <details><summary>A style sheet is sent as text/plain. What happens?</summary>
#
# The browser does not use it. What the bytes are is what Content-Type says, whatever the file is called.
#
# </details>
# <details><summary>Why is read(length) right, and read() wrong, in do_POST?</summary>
#
# read() waits until the client hangs up, and the client waits for your answer.
#
# </details>
# <details><summary>Your server says 404 for a page that you can see in the folder. What do you suspect?</summary>
#
# An except that catches too much. Let the exception through, or log it, and look again.
#
# </details>
# <details><summary>What does a client do with a HEAD response?</summary>
#
# It learns size, type and age without fetching the thing: to show a download's size, or to see whether its copy is still good.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 13](../exercises/13-dynamic-and-static.ipynb). **Next lesson:** [Break it, then
# mend it](14-break-the-server.ipynb).

# %%
stop_all()
