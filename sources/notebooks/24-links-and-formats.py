# %% [markdown]
# # Links and representations
#
# 30 minutes. You need [lesson 23](23-rest-client.ipynb).
#
# By the end you can
#
# - write a client that knows one address, and finds all others by links,
# - let each client choose the format of a resource, and refuse with 406 or 415,
# - keep caches from mixing the formats up.

# %% [markdown]
# ## The whole game
#
# Here is the box office again. `get` asks for a document, in a format that you choose.

# %%
from urllib.parse import urljoin
from xml.etree import ElementTree

import requests
from flask import Flask, Response, abort, redirect, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from wirelab import launch, stop_all, wire


def get(url, kind="application/json"):
    reply = requests.get(url, headers={"Accept": kind}, timeout=3)
    reply.raise_for_status()
    return reply

# %% [markdown]
# How many seats are free for Hamlet? This client knows one address, and three names: `shows`, `Hamlet`, `seats`. (`next` takes the first
# one that fits.)

# %%
def link(base, document, rel):
    return urljoin(base, document["_links"][rel]["href"])


def free_seats(start, title):
    home = get(start)
    shows = get(link(home.url, home.json(), "shows"))
    evening = next(one for one in shows.json()["shows"] if one["title"] == title)
    seats = get(link(shows.url, evening, "seats")).json()
    return seats["seats"] - len(seats["taken"])

# %%
office = launch("servers.ticket_service")
with wire(office) as tap:
    print(free_seats(tap.url, "Hamlet"), "seats are free")

for exchange in tap.http:
    print(exchange.request.first_line, "→", exchange.response.status)

# %% [markdown]
# Nothing in its code says that there is a `/shows`, or which number Hamlet has. The service told it, one step at a time.
#
# ## Reveal gradually
#
# Each document shows the next steps, and not the whole map. A link has two parts. The **relation** (`rel`; in this JSON it is the
# key) says what is there: the client chooses by it. The **address** (`href`) says where: the client takes it as it comes. `urljoin` makes it complete, as it may
# be relative, like one in a web page.

# %% [markdown] tags=["notes"]
# Ask who has written a client, and where its addresses came from: a document, an example, a guess? Let the room argue about links,
# it has no right answer; then let the service move. In the second half ask what a browser sends in Accept: nobody guesses
# `application/xml`, and that is the trap in Break it. Typical trouble: 406 and 415 change places in people's heads; "your ears, my
# ears" helps. Short of time: leave out the posters and the feed.

# %%
home = get(office.url)
home.json()

# %% [markdown]
# Relations that many services need have names in a register of IANA, which keeps such lists for the whole internet: `self`, `next`,
# `collection`, `up`, `service-desc` are there.
# For your own, the standard for links (RFC 8288) asks for a URI, so that no two services mean different things by one name. Many
# use plain words, as this one does with `shows` and `seats`.
#
# A link can also say what is possible *now*. The list of bookings comes in pages. **Predict, then run.** Two bookings to a page,
# three in all: which relation do the pages not have in common?

# %%
bookings = link(home.url, home.json(), "bookings")
for seat in [31, 32, 33]:
    requests.post(bookings, json={"show": 1, "seat": seat, "name": "Ada"}, timeout=3)

page = get(bookings + "?limit=2")  # a form; its names are told in the description, service-desc
print(*page.json()["_links"])
last = get(link(page.url, page.json(), "next"))
print(*last.json()["_links"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first page has a `next`; the last one has a `prev`. So a client does not count: it goes on as long as there is a `next`.
#
# </details>
#
# ## The service moves
#
# Most clients build their addresses by hand. That takes fewer lines, and one request in place of three:

# %%
NUMBERS = {"Hamlet": 1, "The Tempest": 2}


def free_seats_by_hand(start, title):
    seats = get(f"{start}/shows/{NUMBERS[title]}/seats").json()
    return seats["seats"] - len(seats["taken"])


free_seats_by_hand(office.url, "Hamlet")

# %% [markdown]
# One night the theatre puts its services side by side: this one is below `/tickets` from now on. At the old entrance hangs a note,
# a redirect. (`DispatcherMiddleware` passes what begins with `/tickets` to the real service, and tells it so. Its `Store` is new: no seat
# is taken.)

# %%
from servers.ticket_service import create_app
from servers.ticket_store import Store

front = Flask("front")
front.add_url_rule("/", view_func=lambda: redirect("/tickets/", 308), endpoint="note")
front.wsgi_app = DispatcherMiddleware(front.wsgi_app, {"/tickets": create_app(Store())})
moved = launch(front)

# %% [markdown]
# **Predict, then run.** Both clients get the address of the old entrance. Which of them still works, and what does it ask for?

# %%
with wire(moved) as tap:
    for client in [free_seats, free_seats_by_hand]:
        try:
            print(client.__name__, client(tap.url, "Hamlet"))
        except requests.HTTPError as error:
            print(client.__name__, error.response.status_code)

for exchange in tap.http:
    print(exchange.request.first_line, "→", exchange.response.status)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The one that follows links. It is redirected once, then it is handed addresses that begin with `/tickets`, and never notices. The
# other one asks where nothing is any more: 404. Its owner has to find out, and ship a new version.
#
# The client of lesson 23 is made like the first one, and survives as well.
#
# </details>
#
# ## Are links worth it?
#
# - **For:** the service can move, and share its work between hosts. Addresses are made in one place. What is not possible is not
#   offered.
# - **Against:** a client needs more requests, and still has to know names and forms. Most programmers write it from a list of all
#   addresses and forms. **OpenAPI** is the usual format of such lists; this service has one, where `service-desc` leads. And addresses
#   that never move need not be found.
#
# JSON itself knows no links: an address in it is only text. The `_links` of this service follow a convention, HAL, which is an
# Internet draft since 2012 and no standard; there are others. HTML and Atom have links of their own.
#
# HTTP has a place for them as well, the header `Link` (RFC 8288). It works for every format, even for a picture or a plain text:

# %%
posters = Flask("posters")


@posters.get("/posters/<int:number>")
def poster(number):
    response = Response(f"Poster {number}\n", mimetype="text/plain")
    if number < 3:
        response.headers["Link"] = f'</posters/{number + 1}>; rel="next"'
    return response


gallery = launch(posters)
requests.get(gallery.url + "/posters/1", timeout=3).links

# %% [markdown]
# `requests` has read the header for you. GitHub's API leads through its lists this way; Zalando's guidelines forbid it beside JSON,
# because links should be in one place. Whatever you choose, keep to it.
#
# ## One evening, five ways
#
# A resource may have several representations. The client says in `Accept` which one it wants: this is **content negotiation**. You
# know Hamlet's evening as JSON. As **plain text** and as **XML** it says the same, and Python reads XML with `ElementTree`. (XML
# from strangers can be made to eat your memory: read *XML security* in Python's documentation first.)

# %%
home = get(office.url)
shows = link(home.url, home.json(), "shows")
hamlet = link(shows, get(shows).json()["shows"][0], "self")
print(get(hamlet, "text/plain").text)

evening = get(hamlet, "application/xml")
print(evening.text)
ElementTree.fromstring(evening.content).findtext("title")

# %% [markdown]
# **HTML** is for people. The page below has the same address; your browser asks for it with an `Accept` of its own. (XHTML is HTML
# written by the rules of XML. It had its time; this service has none.)

# %%
office.page("/shows/1", height=330)

# %% [markdown]
# **Atom** (RFC 4287) is XML with fixed names, for news: whatever a service tells, every feed reader can show. Here is a reader, in a few
# lines. All names of Atom begin with a long address, so that nobody else's are mixed up with them; `a:` is short for it.

# %%
ATOM = {"a": "http://www.w3.org/2005/Atom"}
feed = ElementTree.fromstring(get(shows, "application/atom+xml").content)
for entry in feed.findall("a:entry", ATOM):
    way = entry.find("a:link[@rel='alternate']", ATOM)
    print(entry.findtext("a:title", namespaces=ATOM), "→", way.get("href"), way.get("type"))

# %% [markdown]
# This reader knows nothing of theatres. `alternate` is one of IANA's names: the same thing in another format.
#
# ## How much do you like it?
#
# A client may like several formats, and one more than another. `q` is a weight from 0 to 1; where none is given it is 1, and 0
# means *never*. A star stands for anything. Of all wishes that fit a format, the **most specific** one counts, wherever it stands.
# werkzeug, the library below Flask, can read all this:

# %%
from servers.ticket_formats import FORMATS

accept = parse_accept_header("*/*;q=0.1, text/*, text/html;q=0.3, application/xml;q=0", MIMEAccept)
for kind in FORMATS:
    print(kind, accept.quality(kind))

# %% [markdown]
# The service takes the format with the largest weight that is not 0. If all have 0, it answers 406. **Predict, then run.** What
# does each of these clients get? The last wish is a browser's, Firefox's.

# %%
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WISHES = ["application/xml;q=0.5, text/plain", "text/plain;q=0.2, text/*, */*;q=0.1"]
WISHES += ["*/*, application/json;q=0", "image/png", BROWSER]


def sent(url, accept):
    reply = requests.get(url, headers={"Accept": accept}, timeout=3)
    return reply.headers["Content-Type"] if reply.ok else f"{reply.status_code} {reply.reason}"


for wish in WISHES:
    print(wish, "→", sent(hamlet, wish))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Plain text: it has 1, and XML a half. HTML: `text/*` gives it 1, while plain text has a 0.2 of its own. XML: of all that have 1 it
# stands first with the service, now that JSON is out. 406: it has no pictures. HTML.
#
# </details>
#
# ## Your ears, my ears
#
# Two statuses are often mixed up. **406** *Not Acceptable*: I have nothing that *you* understand; it is about `Accept`. **415**
# *Unsupported Media Type*: you sent something that *I* do not understand; it is about the `Content-Type` of your body.

# %%
booking = {"show": 1, "seat": 40, "name": "Ben"}
with wire(office) as tap:
    requests.get(tap.url, headers={"Accept": "image/png"}, timeout=3)
    requests.post(tap.url + "/bookings", data=booking, timeout=3)

tap

# %% [markdown]
# The reason comes in JSON all the same; an answer that nobody likes is better than none. A server may also ignore such an `Accept`,
# and send what it has (RFC 9110 §12.4); Flask-RESTful does, unless you write `Api(app, default_mediatype=None)`. **Predict, then
# run.** A booking in JSON, which the service reads well, from a client that wants a picture in return. Is seat 40 booked?

# %%
reply = requests.post(bookings, json=booking, headers={"Accept": "image/png"}, timeout=3)
print(reply.status_code, reply.json()["title"])
print(40 in get(link(hamlet, get(hamlet).json(), "seats")).json()["taken"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. This service looks at `Accept` before it does anything. Had it booked first and then answered 406, Ben would try again, and
# get 409 for his own seat.
#
# </details>
#
# ## Break it: look for a word
#
# Why parse at all? A format has a name, and the name is in the header or it is not:

# %%
SAID = {"application/json": '{"title": "Hamlet"}', "application/xml": "<title>Hamlet</title>"}
SAID["text/html"] = "<h1>Hamlet</h1>"
hasty = Flask("hasty")


@hasty.get("/shows/1")
def by_word():
    accept = request.headers.get("Accept", "")
    kind = next((kind for kind in SAID if kind.split("/")[1] in accept), "application/json")
    return Response(SAID[kind], mimetype=kind)


careless = launch(hasty)
for wish in ["text/html", BROWSER, "text/html, application/json;q=0.1", "*/*, application/xml;q=0"]:
    print(wish, "→", sent(careless.url + "/shows/1", wish))

# %% [markdown]
# A wish with one name is met, but real clients get the wrong thing. A browser shows XML, because `application/xhtml+xml` and
# `application/xml;q=0.9` contain the word. The next one gets what it likes least, and the last one what it refused. Mended, with
# two lines:

# %%
tidy = Flask("tidy")


@tidy.get("/shows/1")
def by_weight():
    accept = request.accept_mimetypes
    kind = accept.best_match(SAID) if accept else "application/json"
    return Response(SAID[kind], mimetype=kind) if kind else abort(406)


careful = launch(tidy)
for wish in [BROWSER, "text/html, application/json;q=0.1", "*/*, application/xml;q=0"]:
    print(wish, "→", sent(careful.url + "/shows/1", wish))

# %% [markdown]
# ## Break it: a cache in between
#
# Between client and server there may be a **cache**: it keeps answers, and gives them to the next one who asks. This one is honest,
# if simple: a real one also looks at `Cache-Control`, and at how old an answer is. If an answer names request headers in `Vary`,
# then it is only for requests where these are the same. A program asks for JSON. Then Ben's browser asks for the same address.

# %%
KEPT = {}


def through_cache(url, **asked):
    for others, reply in KEPT.setdefault(url, []):
        varies = reply.headers.get("Vary", "").split(", ")
        if all(asked.get(name) == others.get(name) for name in varies):
            return reply
    reply = requests.get(url, headers=asked, timeout=3)
    KEPT[url].append((asked, reply))
    return reply

# %%
KEPT.clear()
with wire(careful) as tap:
    for wish in ["application/json", BROWSER]:
        print(wish, "→", through_cache(tap.url + "/shows/1", Accept=wish).headers["Content-Type"])

tap

# %% [markdown]
# Ben sees JSON. Two clients asked, and one request is on the wire: Ben's never arrived, so the server's log shows nothing wrong.
# The server did not tell the cache that `Accept` makes a difference.
#
# ```mermaid
# sequenceDiagram
#     participant B as Ben's browser
#     participant C as cache
#     participant S as server
#     Note over C: keeps the JSON for a program
#     B->>C: GET /shows/1, Accept: text/html
#     C-->>B: the JSON (no Vary: good for everybody)
#     Note over C: after the cure
#     B->>C: GET /shows/1, Accept: text/html
#     C->>S: another Accept, so ask
#     S-->>C: HTML, Vary: Accept
#     C-->>B: HTML
# ```
#
# The cure is one header, on *each* answer from this address, the 406 among them:

# %%
open_about_it = Flask("open about it")
open_about_it.add_url_rule("/shows/1", view_func=by_weight)


@open_about_it.after_request
def vary(response):
    response.vary.add("Accept")
    return response


varied = launch(open_about_it)
for wish in ["application/json", BROWSER]:
    print(wish, "→", through_cache(varied.url + "/shows/1", Accept=wish).headers["Content-Type"])

# %% [markdown]
# A cache, and a client, can also ask *has it changed?*: they send back the **ETag** that came with what they have, and 304 says no,
# use yours. **Predict, then run.** A client has the JSON, and asks with its ETag, first for JSON and then for XML.

# %%
tag = get(hamlet).headers["ETag"]
for kind in ["application/json", "application/xml"]:
    reply = requests.get(hamlet, headers={"Accept": kind, "If-None-Match": tag}, timeout=3)
    print(kind, "→", reply.status_code)

# %% [markdown]
# <details><summary>Answer</summary>
#
# 304, then 200: each representation has a tag of its own, as it has bytes of its own. Had all five the same one, say the number of
# the last change, the second answer would be 304 as well, and the client would take its JSON for XML.
#
# </details>
#
# Negotiation has a price: you cannot see the format in an address, or put it into a link. So many services also have `/shows/1.xml`
# or `?format=xml`. Both can live side by side.
#
# ## Recap
#
# - A client that follows links knows one address, and names. It takes addresses as they come, and the service may move.
# - `Accept` has weights: the most specific range counts, 0 means never. 406 is about what you can read, 415 about what I can.
# - One address, several answers: each of them says `Vary: Accept`, and has an ETag of its own.
#
# **Check yourself**
#
# <details><summary>A link says "seats": which part of it may a client keep in its code?</summary>
#
# The relation, `seats`. The address belongs to the service: it is used, and not taken apart or put together.
#
# </details>
# <details><summary>Accept is text/*, text/html;q=0. May the server send HTML?</summary>
#
# No. `text/html` is more specific than `text/*`, and 0 means never. Plain text is welcome.
#
# </details>
# <details><summary>You POST a form to a service that reads JSON only. 406 or 415?</summary>
#
# 415. It is about the body that you sent; what you would like to get has nothing to do with it.
#
# </details>
# <details><summary>A service answers in JSON only, whatever Accept says. Does it need Vary: Accept?</summary>
#
# No. `Accept` makes no difference, so a cache may give the one answer to everybody.
#
# </details>
#
# **Now you:** [exercise 24](../exercises/24-links-and-formats.ipynb). **Next lesson:** [A service to
# trust](25-a-service-to-trust.ipynb).

# %%
stop_all()
