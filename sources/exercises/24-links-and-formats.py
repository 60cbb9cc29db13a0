# %% [markdown]
# # Exercise 24: links and formats of a weather station
#
# You need [lesson 24](../notebooks/24-links-and-formats.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from urllib.parse import urljoin

import requests
from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 24.1 Where a link leads
#
# A client has fetched `document` from `url`. Its links look like those of the lesson:
#
# ```python
# {"name": "Hilltop", "_links": {"readings": {"href": "/stations/2/readings"}}}
# ```
#
# Write `target`, so that it gives the complete address to which the link `rel` leads, or `None` if the document has no such link.
# Not every document has `_links`.

# %% [markdown] tags=["solution"]
# A link that is missing is no accident: that there is no `next` means that this is the last page. So it is asked for with `get`.
# And `href` is joined as a browser would do it. Gluing it to the address of the server works only as long as all links begin with a
# slash.

# %% exercise="24.1"
def target(url, document, rel):
    ### BEGIN SOLUTION
    link = document.get("_links", {}).get(rel)
    return urljoin(url, link["href"]) if link else None
    ### END SOLUTION

# %% wrong="24.1" caught_by="your code crashed" says="KeyError: 'next'"
def target(url, document, rel):
    return urljoin(url, document["_links"][rel]["href"])

# %% wrong="24.1" caught_by="completes an address that begins with a slash" says="got: 'http://127.0.0.1:8003/stations/2/stations'"
def target(url, document, rel):
    link = document.get("_links", {}).get(rel)
    return url + link["href"] if link else None

# %% wrong="24.1" caught_by="completes an address on another host" says="relative to the address of the document"
def target(url, document, rel):
    link = document.get("_links", {}).get(rel)
    return "/".join(url.split("/")[:3]) + "/" + link["href"].lstrip("/") if link else None

# %% wrong="24.1" caught_by="gives None for a relation that is not there, in a document with other links" says="expected: None"
def target(url, document, rel):
    return urljoin(url, document.get("_links", {}).get(rel, {}).get("href", ""))

# %% checks="24.1" points=2
check("24.1", target)

# %% [markdown]
# ## 24.2 What would you like?
#
# `accept` is the value of a client's header `Accept`, and `offered` is a list of the formats that the server has, such as
# `["application/json", "text/plain"]`. Write `choose`, so that it gives
#
# - the format that the client likes best; where a star fits several, the first of them in `offered`,
# - `None` if none will do,
# - the first in `offered` if `accept` is an empty text.
#
# You may use werkzeug's parser, which is imported above.

# %% [markdown] tags=["solution"]
# The header is a small language, with weights, stars and rules about which range counts. Reading it is work for a parser that many
# have tested. What it cannot know is what *nothing* means: a client that sends no wish takes anything.

# %% exercise="24.2"
def choose(accept, offered):
    ### BEGIN SOLUTION
    wishes = parse_accept_header(accept, MIMEAccept)
    return wishes.best_match(offered) if accept else offered[0]
    ### END SOLUTION

# %% wrong="24.2" caught_by="takes the first format where the client says nothing: an empty Accept" says="anything will do"
def choose(accept, offered):
    return parse_accept_header(accept, MIMEAccept).best_match(offered)

# %% wrong="24.2" caught_by="takes the format with the largest weight: text/plain;q=0.3, application/xml;q=0.8" says="q is the weight"
def choose(accept, offered):
    named = [part.split(";")[0].strip() for part in accept.split(",")]
    found = [kind for kind in named if kind in offered]
    return found[0] if found else None if accept else offered[0]

# %% wrong="24.2" caught_by="does not take one name for a part of another: application/xhtml+xml, text/plain;q=0.1" says="got: 'application/xml'"
def choose(accept, offered):
    if not accept or accept == "*/*":
        return offered[0]
    return next((kind for kind in offered if kind.split("/")[1] in accept), None)

# %% wrong="24.2" caught_by="never takes what has the weight 0: application/json;q=0, */*" says="got: 'application/json'"
def choose(accept, offered):
    wishes = parse_accept_header(accept, MIMEAccept)
    return next((kind for kind in offered if kind in wishes), None) if accept else offered[0]

# %% wrong="24.2" caught_by="lets the most specific range count, not the first one: */*;q=0.5, application/json;q=0.1" says="Two ranges fit"
def choose(accept, offered):
    best, most = None, 0
    for part in accept.split(",") if accept else ["*/*"]:
        kind, _, weight = part.strip().partition(";q=")
        for one in offered:
            fits = kind in ("*/*", one, one.split("/")[0] + "/*")
            if fits and float(weight or 1) > most:
                best, most = one, float(weight or 1)
    return best

# %% checks="24.2" points=3
check("24.2", choose)

# %% [markdown]
# ## 24.3 To the end
#
# A station's archive has one address that you know, `url`. The document there has a link `readings`, which leads to the first page
# of readings. A page looks like this, and the last one has no `next`:
#
# ```python
# {"readings": [17.5, 17.0], "_links": {"next": {"href": "/readings?page=2"}}}
# ```
#
# Write `all_readings`, so that it gives the readings of all pages in one list. Other archives name their pages in other ways:
# follow the links, whatever they look like. Your `target` from 24.1 can help.

# %% [markdown] tags=["solution"]
# The client knows two names and one address. Each step joins the link with the address of the page on which it stands, `reply.url`.
# A page without readings is a page all the same; what ends the walk is that there is no `next`.

# %% exercise="24.3"
def all_readings(url):
    ### BEGIN SOLUTION
    reply = requests.get(url, timeout=3)
    following, found = target(reply.url, reply.json(), "readings"), []
    while following:
        reply = requests.get(following, timeout=3)
        found += reply.json()["readings"]
        following = target(reply.url, reply.json(), "next")
    return found
    ### END SOLUTION

# %% wrong="24.3" caught_by="gives the readings of two pages, in their order" says="got: [17.5, 17]"
def all_readings(url):
    home = requests.get(url, timeout=3).json()
    return requests.get(urljoin(url, home["_links"]["readings"]["href"]), timeout=3).json()["readings"]

# %% wrong="24.3" caught_by="begins where the link readings leads, wherever that is" says="go from link to link"
def all_readings(url):
    found, number = [], 1
    while True:
        path = "/readings" if number == 1 else f"/readings?page={number}"
        reply = requests.get(url + path, timeout=3)
        if reply.status_code == 404:
            return found
        found, number = found + reply.json()["readings"], number + 1

# %% wrong="24.3" caught_by="follows addresses that are relative to the page they stand on" says="where would a browser go?"
def all_readings(url):
    page, found = requests.get(url, timeout=3).json(), []
    link = page["_links"]["readings"]
    while link:
        reply = requests.get(urljoin(url + "/", link["href"]), timeout=3)
        page = reply.json() if reply.ok else {"readings": [], "_links": {}}
        found += page["readings"]
        link = page["_links"].get("next")
    return found

# %% wrong="24.3" caught_by="goes on after a page without readings, as long as there is a next" says="An empty page is not the last page"
def all_readings(url):
    reply = requests.get(url, timeout=3)
    link, found = reply.json()["_links"]["readings"], []
    while link:
        reply = requests.get(urljoin(reply.url, link["href"]), timeout=3)
        if not reply.json()["readings"]:
            return found
        found += reply.json()["readings"]
        link = reply.json()["_links"].get("next")
    return found

# %% wrong="24.3" caught_by="your code crashed" says="KeyError: 'next'"
def all_readings(url):
    reply = requests.get(url, timeout=3)
    link, found = reply.json()["_links"]["readings"], []
    while link:
        reply = requests.get(urljoin(reply.url, link["href"]), timeout=3)
        found += reply.json()["readings"]
        link = reply.json()["_links"]["next"]
    return found

# %% checks="24.3" points=4
check("24.3", all_readings)

# %% [markdown]
# ## 24.4 Two formats, one address
#
# The last reading of a station, at `/now`. Write `now`, so that it answers
#
# - in JSON, with `READING` as it stands; also to clients that do not say what they like, or take anything,
# - in plain text, with `Hilltop: 12.25 °C` and a line break, to those that like that more,
# - 406 to those that like neither.
#
# Each answer says `Vary: Accept`. The two representations have an `ETag`, each its own. (`jsonify` makes a response of a dictionary, and
# `Response` one of a text, as in the lesson. `response.add_etag()` makes an `ETag` from the bytes of a response.)

# %% [markdown] tags=["solution"]
# Three answers, and what they have in common is done once, at the end: so none of them can lack `Vary`. Where no `Accept` came,
# `best_match` finds nothing and gives `None`, which would be a 406: so that is asked first. `add_etag` makes the tag from the
# bytes; so it differs where these differ, and changes when the reading does.

# %% exercise="24.4"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    ### BEGIN SOLUTION
    formats, accept = ["application/json", "text/plain"], request.accept_mimetypes
    kind = accept.best_match(formats) if accept else formats[0]
    if kind is None:
        response = Response("this comes as JSON or plain text\n", 406, mimetype="text/plain")
    elif kind == "text/plain":
        response = Response(f"{READING['station']}: {READING['degrees']} °C\n", mimetype=kind)
    else:
        response = jsonify(READING)
    response.vary.add("Accept")
    response.add_etag()
    return response
    ### END SOLUTION

# %% wrong="24.4" caught_by="sends application/json to a client that likes anything but plain text" says="Let werkzeug weigh the wishes"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    accept = request.headers.get("Accept", "*/*")
    if "plain" in accept:
        response = Response("Hilltop: 12.25 °C\n", mimetype="text/plain")
    elif "json" in accept or "*" in accept:
        response = jsonify(READING)
    else:
        response = Response(status=406)
    response.vary.add("Accept")
    response.add_etag()
    return response

# %% wrong="24.4" caught_by="answers 406 Not Acceptable to a client that likes neither" says="got: 200"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    kind = request.accept_mimetypes.best_match(["application/json", "text/plain"])
    if kind == "text/plain":
        response = Response("Hilltop: 12.25 °C\n", mimetype="text/plain")
    else:
        response = jsonify(READING)
    response.vary.add("Accept")
    response.add_etag()
    return response

# %% wrong="24.4" caught_by="answers 406 Not Acceptable to a client that likes neither" says="415 is about what a client sends"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    formats, accept = ["application/json", "text/plain"], request.accept_mimetypes
    kind = accept.best_match(formats) if accept else formats[0]
    if kind is None:
        response = Response(status=415)
    elif kind == "text/plain":
        response = Response("Hilltop: 12.25 °C\n", mimetype="text/plain")
    else:
        response = jsonify(READING)
    response.vary.add("Accept")
    response.add_etag()
    return response

# %% wrong="24.4" caught_by="sends application/json to a client that does not say what it likes" says="That does not mean 406"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    kind = request.accept_mimetypes.best_match(["application/json", "text/plain"])
    if kind is None:
        response = Response(status=406)
    elif kind == "text/plain":
        response = Response("Hilltop: 12.25 °C\n", mimetype="text/plain")
    else:
        response = jsonify(READING)
    response.vary.add("Accept")
    response.add_etag()
    return response

# %% wrong="24.4" caught_by="says Vary: Accept with the 406" says="A cache that has kept this answer"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    formats, accept = ["application/json", "text/plain"], request.accept_mimetypes
    kind = accept.best_match(formats) if accept else formats[0]
    if kind is None:
        return Response(status=406)
    if kind == "text/plain":
        response = Response("Hilltop: 12.25 °C\n", mimetype="text/plain")
    else:
        response = jsonify(READING)
    response.vary.add("Accept")
    response.add_etag()
    return response

# %% wrong="24.4" caught_by="gives each representation an ETag of its own" says="Other bytes need another tag"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    formats, accept = ["application/json", "text/plain"], request.accept_mimetypes
    kind = accept.best_match(formats) if accept else formats[0]
    if kind is None:
        response = Response(status=406)
    elif kind == "text/plain":
        response = Response("Hilltop: 12.25 °C\n", mimetype="text/plain")
    else:
        response = jsonify(READING)
    response.vary.add("Accept")
    response.set_etag(str(READING["degrees"]))
    return response

# %%
service = launch(app)
service

# %% checks="24.4" points=5
check("24.4", service)

# %%
stop_all()
