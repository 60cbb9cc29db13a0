# %% [markdown]
# # One resource, many representations
#
# 38 minutes. You need [lesson 24](24-links.ipynb).
#
# By the end you can
#
# - ask for a resource in the format that you need, and read JSON, XML, HTML, plain text and Atom,
# - let each client choose the format, and refuse with 406 or 415,
# - keep caches from mixing the formats up.

# %% [markdown] minutes=3
# ## One show, three formats
#
# Here is one show of the box office at one address, in three formats. `get` sends the format that it wants in the header `Accept`.

# %%
from xml.etree import ElementTree

import requests
from flask import Flask, Response, abort, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from servers.tickets.formats import FORMATS
from wirelab import launch, stop_all, wire


def get(url, accept="application/json"):
    reply = requests.get(url, headers={"Accept": accept}, timeout=3)
    reply.raise_for_status()
    return reply


# %%
office = launch("servers.ticket_service")
with wire(office) as tap:
    for accept in ["application/json", "text/plain", "application/xml"]:
        print("Accept:", accept, "→ Content-Type:", get(tap.url + "/shows/1", accept).headers["Content-Type"])

tap

# %% [markdown]
# A resource may have several **representations**. The client says in `Accept` which it wants, and the server says in `Content-Type`
# which it sends. This is **content negotiation**. Open the messages in the wire view: the bodies say the same in three ways.
#
# The names are **media types**, which you know from lesson 13. IANA keeps the list of them. `Accept-Encoding`, which you know from lesson 15,
# does the same for compression, and `Accept-Language` for languages.

# %% [markdown] tags=["notes"]
# **Ask:** What does a browser send in `Accept`? Nobody guesses it, and the answer comes later: HTML, XHTML, XML, and at last anything. Who has
# used a service that answers in two formats?

# %% [markdown] minutes=1
# ## Text and XML, for programs
#
# Plain text is for people and for simple scripts. XML was the usual format before JSON, and many services still use it. Python reads it with
# `ElementTree`:

# %%
hamlet = office.url + "/shows/1"
show = ElementTree.fromstring(get(hamlet, "application/xml").content)
show.tag, show.findtext("title"), int(show.findtext("seats"))

# %% [markdown]
# In XML every value is a string: the client has to know that `seats` is a number. JSON has numbers, `true` and `null`, so `get(hamlet).json()`
# needs no `int`.

# %% [markdown] minutes=2
# ## HTML, for people
#
# The page below has the same address. The browser asks for it with an `Accept` of its own.

# %%
office.page("/shows/1", height=330)

# %% [markdown]
# A browser also names **XHTML**, `application/xhtml+xml`, in each request for a page. XHTML is HTML that follows the rules of XML: every
# element is closed, and names are in small letters. An XML parser reads XHTML, and it refuses most HTML:

# %%
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Hamlet<br/>19:30</p></body></html>'
HTML = "<html><body><p>Hamlet<br>19:30</body></html>"
for page in [XHTML, HTML]:
    try:
        print(ElementTree.fromstring(page).tag)
    except ElementTree.ParseError as error:
        print(error)

# %% [markdown]
# A browser that gets XHTML with such an error shows the error. A browser that gets HTML repairs the page and shows it. So nearly all pages are HTML
# today, and this service has no XHTML.

# %% [markdown] minutes=2
# ## Atom, for news
#
# **Atom** (RFC 4287) is XML with fixed names, for news: title, link and time of every entry. A feed reader shows the entries of any service.
#
# Every name of Atom begins with a long address, its **namespace**. So it is never mistaken for the same word of another format. The
# address is only a name: nobody asks for what is there.
#
# Here is a small feed reader. In its code, `a:` stands for the namespace. You need not read the `find` calls: they look for the title and the
# link of each entry.

# %%
ATOM = {"a": "http://www.w3.org/2005/Atom"}
feed = ElementTree.fromstring(get(office.url + "/shows", "application/atom+xml").content)
for entry in feed.findall("a:entry", ATOM):
    page = entry.find("a:link[@rel='alternate']", ATOM)
    print(entry.findtext("a:title", namespaces=ATOM), "→", page.get("href"), page.get("type"))

# %% [markdown] minutes=7
# This reader knows nothing about theatres. `alternate` is one of IANA's relations: the same thing in another format.
#
# ## A client weighs the formats
#
# A client can name several formats, and prefer one. `q` is a **weight** from 0 to 1. Without a `q`, the weight is 1. `FORMATS` are the
# formats of the service, and werkzeug, the library below Flask, reads the header:

# %%
def show_weights(header):
    accept = parse_accept_header(header, MIMEAccept)
    for name in FORMATS:
        print(name, accept.quality(name))


show_weights("application/json;q=0.5, text/plain")

# %% [markdown]
# Each format between the commas is a **range**.
#
# - A range can have stars: `text/*` is any text, and `*/*` is any format.
# - The weight 0 means *never*.
# - Two ranges may fit one format. Then the **more specific** one counts: a name before `text/*`, and `text/*` before `*/*`. Their places in
#   the header do not matter.

# %%
show_weights("*/*;q=0.1, text/*, text/html;q=0.3, application/xml;q=0")

# %% [markdown]
# Go through the lines. `text/html` has 0.3, because the whole name is more specific than `text/*`. `text/plain` has no range of its own, so
# it has the 1 of `text/*`. JSON and Atom fit only `*/*`. XML is refused.
#
# This service then chooses:
#
# 1. It sends the format with the largest weight.
# 2. Among equal weights, it takes the first of its own list, the one printed above.
# 3. If all weights are 0, it answers **406** *Not Acceptable*.
#
# **Predict, then run.** What does the service send for each of these headers? The last one is what Firefox sends for a page.

# %% tags=["predict"]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACCEPTS = [
    "application/xml;q=0.5, text/plain;q=0.6",
    "text/plain;q=0.2, text/*, */*;q=0.1",
    "*/*, application/json;q=0",
    "image/png",
    BROWSER,
]


def sent(url, accept):
    reply = requests.get(url, headers={"Accept": accept}, timeout=3)
    return reply.headers["Content-Type"] if reply.ok else f"{reply.status_code} {reply.reason}"

# %% tags=["predict"]
for accept in ACCEPTS:
    print(accept, "→", sent(hamlet, accept))

# %% [markdown]
# <details><summary>Answer</summary>
#
# 1. Plain text. It has the weight 0.6, and XML has 0.5.
# 2. HTML. `text/*` gives it 1. Plain text has 0.2, from its own range.
# 3. XML. JSON is refused. The others all have 1, and XML is the first of them in the service's list.
# 4. 406. The service has no pictures.
# 5. HTML. It has 1. The service has no XHTML.
#
# </details>

# %% [markdown] tags=["notes"]
# **Ask:** Which range gives the third line its XML? Collect reasons before you run the cell.
#
# **What goes wrong:** People read `q` as a rank and not as a weight. Then two formats cannot have the same one.
#
# **Short of time:** Explain the first and the last line only.

# %% [markdown] minutes=5
# ## 406 and 415
#
# Two statuses are easily confused.
#
# | | what does not fit | the header | *I* am the server |
# |---|---|---|---|
# | **406** *Not Acceptable* | what you want to get | `Accept` | I cannot write that |
# | **415** *Unsupported Media Type* | what you sent | `Content-Type` | I cannot read that |

# %%
booking = {"show": 1, "seat": 40, "name": "Ben"}
with wire(office) as tap:
    requests.get(tap.url, headers={"Accept": "image/png"}, timeout=3)
    requests.post(tap.url + "/bookings", data=booking, timeout=3)

for exchange in tap.http:
    print(exchange.request.first_line, "→", exchange.response.first_line)

# %% [markdown]
# A server may also ignore an `Accept` that it cannot meet, and send what it has (RFC 9110 §12.4.1). Flask-RESTful does that by default.
# `Api(app, default_mediatype=None)` makes it answer 406.
#
# **Predict, then run.** A client sends a booking as JSON, which the service reads, and wants a picture as the answer. What is the
# status, and is seat 40 booked afterwards?

# %% tags=["predict"]
reply = requests.post(office.url + "/bookings", json=booking, headers={"Accept": "image/png"}, timeout=3)
print(reply.status_code, 40 in get(hamlet + "/seats").json()["taken"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# 406, and the seat is free. This service looks at `Accept` before it does anything. If it booked first and answered 406 then, Ben would
# try again and get 409 for his own seat.
#
# </details>

# %% [markdown] minutes=4
# ## Break it: look for a word
#
# Why does the service parse `Accept` at all? The name of a format is in the header, or it is not there. This server looks for it:

# %%
BODIES = {"application/json": '{"title": "Hamlet"}', "application/xml": "<title>Hamlet</title>"}
BODIES["text/html"] = "<h1>Hamlet</h1>"
hasty = Flask("hasty")


@hasty.get("/shows/1")
def by_word():
    accept = request.headers.get("Accept", "")
    for name in BODIES:
        if name.split("/")[1] in accept:
            return Response(BODIES[name], mimetype=name)
    return Response(BODIES["application/json"], mimetype="application/json")

# %% breaks="the server looks for a word in Accept, so three of four clients get the wrong format"
TRIED = ["text/html", BROWSER, "text/html, application/json;q=0.1", "*/*, application/xml;q=0"]
careless = launch(hasty)
for accept in TRIED:
    print(accept, "→", sent(careless.url + "/shows/1", accept))

# %% [markdown]
# The first client gets HTML. The other three get the wrong format:
#
# - The browser gets XML, because the server finds `xml` in `application/xhtml+xml`.
# - The third client gets JSON, the format that it likes least.
# - The last client gets XML, the only format that it refuses.
#
# Mended, with werkzeug's parser. `best_match` takes the server's formats and returns the best one, or `None`:

# %%
tidy = Flask("tidy")


@tidy.get("/shows/1")
def by_weight():
    accept = request.accept_mimetypes
    name = accept.best_match(BODIES) if accept else "application/json"
    return Response(BODIES[name], mimetype=name) if name else abort(406)


careful = launch(tidy)
for accept in TRIED:
    print(accept, "→", sent(careful.url + "/shows/1", accept))

# %% [markdown] minutes=8
# ## Break it: a cache in between
#
# A **cache** stands between clients and servers, or inside of a client: your browser has one. It stores answers and gives them to later
# requests, so that the server has less to do. `through_cache` is a simple one:
#
# 1. It looks for stored answers to this address.
# 2. The header `Vary` of an answer names headers of requests. The cache uses the answer only if these headers are the same as in the request
#    that led to it. Without `Vary` it uses the answer at once.
# 3. Otherwise it asks the server, and stores the answer with the headers of the request.
#
# You need not read the code. (A real cache also obeys `Cache-Control` and the age of an answer.)

# %%
STORED = {}


def through_cache(url, **headers):
    for earlier, reply in STORED.setdefault(url, []):
        varies = reply.headers.get("Vary", "").split(", ")
        if all(headers.get(name) == earlier.get(name) for name in varies):
            return reply
    reply = requests.get(url, headers=headers, timeout=3)
    STORED[url].append((headers, reply))
    return reply

# %% [markdown]
# A program asks for JSON. Then Ben's browser asks for the same address. **Predict, then run.** What does Ben see, and how many requests
# reach the server?

# %% tags=["predict"] breaks="there is no Vary, so Ben's browser gets the JSON of a program"
STORED.clear()
with wire(careful) as tap:
    for accept in ["application/json", BROWSER]:
        print(accept, "→", through_cache(tap.url + "/shows/1", Accept=accept).headers["Content-Type"])

print(len(tap.http), "request")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Ben sees JSON. Only one request reaches the server. Ben's request ended in the cache, so the log of the server shows no error.
#
# </details>
#
# The server did not say that `Accept` makes a difference. The cure is one header, `Vary: Accept`. It has to be in *every* answer from this address,
# also in the 406.

# %%
mended = Flask("mended")
mended.add_url_rule("/shows/1", view_func=by_weight)


@mended.after_request
def vary(response):
    response.vary.add("Accept")
    return response


varied = launch(mended)
for accept in ["application/json", BROWSER]:
    print(accept, "→", through_cache(varied.url + "/shows/1", Accept=accept).headers["Content-Type"])

# %% [markdown]
# ```mermaid
# sequenceDiagram
#     participant B as Ben's browser
#     participant C as cache
#     participant S as server
#     Note over C: has stored the JSON
#     B->>C: GET /shows/1, Accept: text/html
#     C-->>B: JSON (no Vary, so it is for everybody)
#     Note over C,S: with Vary: Accept
#     B->>C: GET /shows/1, Accept: text/html
#     C->>S: Accept is another one, so the server has to answer
#     S-->>C: HTML, Vary: Accept
#     C-->>B: HTML
# ```

# %% [markdown] tags=["notes"]
# **Do:** Draw client, cache and server on the board, and let somebody play the cache with two sheets of paper.
#
# **What goes wrong:** People think of a cache as a machine somewhere in the network. Their browser has one as well, and it obeys `Vary`.

# %% [markdown] minutes=4
# ## Has it changed?
#
# A stored answer may be old. So an answer can have an **ETag**: a name that the server gives to exactly these bytes. If the bytes change, the
# name changes. (A *weak* ETag begins with `W/`, and stays if the bytes change but their meaning does not.)
#
# A client that has stored an answer sends its ETag in `If-None-Match`. **304** *Not Modified* means: nothing has changed, use what you have.
#
# **Predict, then run.** A client has the JSON. It sends the ETag of the JSON twice, first with a request for JSON and then with one for
# XML. What comes?

# %% [markdown] tags=["notes"]
# **Ask:** Where have you met 304 before? The browser's Network panel is full of it when you load a page again.
#
# **What goes wrong:** People expect a body with a 304. There is none: the client has it.

# %% tags=["predict"]
tag = get(hamlet).headers["ETag"]
for accept in ["application/json", "application/xml"]:
    reply = requests.get(hamlet, headers={"Accept": accept, "If-None-Match": tag}, timeout=3)
    print(accept, "→", reply.status_code, len(reply.content), "bytes")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 304 without a body, then 200 with the XML. Each representation has its own bytes, so it has its own ETag. If both had the same ETag, the second
# answer would be 304 too, and the client would take its JSON for XML.
#
# </details>
#
# Negotiation has two disadvantages. An address does not show the format, so nobody can link to the XML. And some shared caches do not store an
# answer that varies by `Accept`. So many services also have `/shows/1.xml` or `?format=xml`. A service can have both.

# %% [markdown] minutes=2
# ## Recap
#
# - `Accept` has weights. The most specific range counts, and 0 means never.
# - 406 is about what the client wants to get, 415 about what it sent.
# - Where `Accept` makes a difference, every answer says `Vary: Accept`, and each representation has its own ETag.
#
# **Check yourself**
#
# <details><summary>Accept is text/*, text/html;q=0. May the server send HTML?</summary>
#
# No. `text/html` is more specific than `text/*`, and 0 means never. Plain text is fine.
#
# </details>
# <details><summary>You POST a form to a service that reads only JSON. 406 or 415?</summary>
#
# 415. It is about the body that you sent. What you want to get does not matter here.
#
# </details>
# <details><summary>A service answers in JSON, whatever Accept says. Does it need Vary: Accept?</summary>
#
# No. `Accept` makes no difference, so a cache may give the answer to everybody.
#
# </details>
# <details><summary>A client sends no Accept at all, and the server answers 406. Is that right?</summary>
#
# No. A request without `Accept` takes any format (RFC 9110 §12.5.1).
#
# </details>
#
# **More about XML.** An XML document can define a name for a text, and use that name in the next definition, many times. Ten such definitions
# make gigabytes of a small document. This attack is called *billion laughs*. New parsers stop it, and old ones do not. Read *XML security* in
# Python's documentation before you parse what strangers send.
#
# **Now you:** [exercise 25](../exercises/25-formats.ipynb). **Next lesson:** [A service to trust](26-a-service-to-trust.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
