# %% [markdown]
# # Exercise 24: links of a weather station
#
# You need [lesson 24](../notebooks/24-links.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from urllib.parse import urljoin

import requests
from flask import Flask, abort, request, url_for

from wirelab import check, hint, launch, show_me, stop_all


# %% [markdown]
# ## 24.1 Where a link leads
#
# A client has fetched `document` from `url`. Its links look like those of the lesson:
#
# ```python
# {"name": "Hilltop", "_links": {"readings": {"href": "/stations/2/readings"}}}
# ```
#
# Write `target`. It returns the whole URL to which the link `rel` leads, as a string, or `None` if the document has no such link. An `href`
# is read as a browser reads a link in a web page: it may begin with a slash or not, be a query alone (`?page=2`), have `..` in it, or be a
# whole URL already. Not every document has `_links`.

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

# %% wrong="24.1" caught_by="gives None for a relation that is not there, in a document with other links" says="get does not"
def target(url, document, rel):
    return urljoin(url, document["_links"][rel]["href"])

# %% wrong="24.1" caught_by="completes an address that begins with a slash" says="got: 'http://127.0.0.1:8003/stations/2/stations'"
- return urljoin(url, link["href"]) if link else None
+ return url + link["href"] if link else None

# %% wrong="24.1" caught_by="completes an address on another host" says="relative to the address of the document"
- return urljoin(url, link["href"]) if link else None
+ return "/".join(url.split("/")[:3]) + "/" + link["href"].lstrip("/") if link else None

# %% wrong="24.1" caught_by="gives None for a relation that is not there, in a document with other links" says="expected: None"
def target(url, document, rel):
    return urljoin(url, document.get("_links", {}).get(rel, {}).get("href", ""))

# %% wrong="24.1" caught_by="completes an address without a slash at its beginning" says="relative to the address of the document"
- return urljoin(url, link["href"]) if link else None
+ return urljoin(url + "/", link["href"]) if link else None

# %% wrong="24.1" caught_by="gives None for a relation that is not there, in a document without _links" says="KeyError: '_links'"
- link = document.get("_links", {}).get(rel)
+ link = document["_links"].get(rel)

# %% wrong="24.1" caught_by="completes an address that begins with a slash" says="give it the href of the link"
- return urljoin(url, link["href"]) if link else None
+ return urljoin(url, link) if link else None

# %% wrong="24.1" caught_by="completes an address that begins with a slash" says="Later in this check, your code failed with KeyError" whole=1
def target(url, document, rel):
    return url + document["_links"][rel]["href"]

# %% wrong="24.1" caught_by="completes an address that begins with a slash" says="got: '/stations'"
- return urljoin(url, link["href"]) if link else None
+ return link["href"] if link else None

# %% wrong="24.1" caught_by="completes an address that is empty, and so leads to the document itself" says="relative to the address of the document"
- return urljoin(url, link["href"]) if link else None
+ return urljoin(url, link["href"]) if link and link["href"] else None

# %% wrong="24.1" caught_by="completes an address with a fragment" says="relative to the address of the document"
- return urljoin(url, link["href"]) if link else None
+ return urljoin(url, link["href"]).split("#")[0] if link else None

# %% right="24.1" style="an exception"
def target(url, document, rel):
    try:
        return urljoin(url, document["_links"][rel]["href"])
    except KeyError:
        return None

# %% right="24.1" style="questions first"
def target(url, document, rel):
    if "_links" not in document or rel not in document["_links"]:
        return
    href = document["_links"][rel]["href"]
    if href.startswith(("http://", "https://")):
        return href
    return urljoin(base=url, url=href)

# %% right="24.1" style="a pattern"
def target(url, document, rel):
    match document.get("_links", {}).get(rel):
        case {"href": href}:
            return requests.compat.urljoin(url, href)

# %% checks="24.1" points=2
check("24.1", target)

# %% [markdown]
# ## 24.2 To the end
#
# A station's archive has one address that you know, `url`. The document there has a link `readings`, which leads to the first page
# of readings. A page looks like this, and the last one has no `next`:
#
# ```python
# {"readings": [17.5, 17.0], "_links": {"next": {"href": "/readings?page=2"}}}
# ```
#
# Write `all_readings`. It returns the readings of all pages in one list, in the order of the pages, and GETs each document once. Other
# archives name their pages in other ways: follow the links, whatever they look like. They may be relative to the page on which they stand.
# A page may have no readings and a `next`, and each page has `_links`. Your `target` from 24.1 can help.

# %% [markdown] tags=["solution"]
# The client knows two names and one address. Each step joins the link with the address of the page on which it stands, `reply.url`.
# A page without readings is a page all the same; what ends the walk is that there is no `next`.
#
# An archive whose `next` leads back to an earlier page would keep this client busy for ever. A client of archives that it does not trust
# also remembers where it has been, and stops.

# %% exercise="24.2"
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

# %% wrong="24.2" caught_by="gives the readings of three pages, in their order" says="got: [17.5, 17]"
- while following:
+ if following:

# %% wrong="24.2" caught_by="begins with the URL it was given" says="go from link to link"
def all_readings(url):
    found, number = [], 1
    while True:
        path = "/readings" if number == 1 else f"/readings?page={number}"
        reply = requests.get(url + path, timeout=3)
        if reply.status_code == 404:
            return found
        found, number = found + reply.json()["readings"], number + 1

# %% wrong="24.2" caught_by="follows addresses that are relative to the page they stand on" says="where would a browser go?"
- found += reply.json()["readings"]
- following = target(reply.url, reply.json(), "next")
+ page = reply.json() if reply.ok else {"readings": []}
+ found += page["readings"]
+ following = target(url, page, "next")

# %% wrong="24.2" caught_by="goes on after a page without readings, as long as there is a next" says="An empty page is not the last page"
- found += reply.json()["readings"]
+ if not reply.json()["readings"]:
+     return found
+ found += reply.json()["readings"]

# %% wrong="24.2" caught_by="follows addresses that are relative to the page they stand on" says="The document at url says"
def all_readings(url):
    page, found = requests.get(url + "/readings", timeout=3).json(), []
    while page:
        found += page["readings"]
        link = page["_links"].get("next")
        page = requests.get(urljoin(url, link["href"]), timeout=3).json() if link else None
    return found

# %% wrong="24.2" caught_by="sends GET requests alone" says="Which method asks for a document"
- reply = requests.get(following, timeout=3)
+ reply = requests.post(following, timeout=3)

# %% wrong="24.2" caught_by="GETs each document once" says="Keep each answer in a variable"
- found += reply.json()["readings"]
+ found += requests.get(following, timeout=3).json()["readings"]

# %% wrong="24.2" caught_by="gives the readings of a single page" says="one list, with the readings of every page"
- found += reply.json()["readings"]
+ found.append(reply.json()["readings"])

# %% wrong="24.2" caught_by="gives the readings of a single page" says="got: [17.5, 18]"
- return found
+ return sorted(set(found))

# %% wrong="24.2" caught_by="follows addresses that are relative to the page they stand on" says="where would a browser go?"
- following = target(reply.url, reply.json(), "next")
+ following = target(url, reply.json(), "next")

# %% wrong="24.2" caught_by="gives the readings of a single page" says="The document at url says where the readings begin" whole=1
def all_readings(url):
    found, page = [], 1
    while (reply := requests.get(f"{url}/readings?page={page}", timeout=3)).ok:
        found, page = found + reply.json()["readings"], page + 1
    return found

# %% wrong="24.2" caught_by="your code crashed" says="KeyError: 'next'"
- following = target(reply.url, reply.json(), "next")
+ following = urljoin(reply.url, reply.json()["_links"]["next"]["href"])

# %% wrong="24.2" caught_by="gives the readings of twelve pages" says="Only a page without next is"
- while following:
+ for _ in range(10):
+     if not following:
+         break

# %% right="24.2" style="recursion"
def all_readings(url):
    def walk(address):
        reply = requests.get(address, timeout=3)
        following = target(reply.url, reply.json(), "next")
        return reply.json()["readings"] + (walk(following) if following else [])

    return walk(target(url, requests.get(url, timeout=3).json(), "readings"))

# %% right="24.2" style="links by hand, a session, a generator"
def pages(url):
    with requests.Session() as session:
        reply, relation = session.get(url, timeout=3), "readings"
        while link := reply.json()["_links"].get(relation):
            reply, relation = session.get(urljoin(reply.url, link["href"]), timeout=3), "next"
            yield reply.json()


def all_readings(url):
    return [reading for page in pages(url) for reading in page["readings"]]

# %% right="24.2" style="the standard library, and an exception at the end"
import json
from urllib.request import urlopen


def all_readings(url):
    where, name, found = url, "readings", []
    try:
        while True:
            with urlopen(where, timeout=3) as reply:
                document = json.load(reply)
            found.extend(document.get("readings", []))
            where, name = urljoin(where, document["_links"][name]["href"]), "next"
    except KeyError:
        return found

# %% checks="24.2" points=4
check("24.2", all_readings)

# %% [markdown]
# ## 24.3 Pages that lead to each other
#
# Now you are the archive. `READINGS` has the readings of three stations. Write `readings`. `GET /stations/hilltop/readings` answers with
# the first page, and `?page=2` asks for the second one. A page looks like this:
#
# ```python
# {"readings": [16, 18.5], "_links": {"self": {"href": "…"}, "prev": {"href": "…"}, "next": {"href": "…"}}}
# ```
#
# - A page has at most `SIZE` readings, in the order in which they stand. Only the last page may have fewer.
# - `self` leads to the page itself, `prev` to the page before and `next` to the page after. The first page has no `prev`, and the last page
#   has no `next`. An `href` may be relative, or a whole URL.
# - A station without readings has one page, and its list is empty.
# - 404 for a station that is not there, and for a page that is not there: below 1, after the last one, or `?page=two`.

# %% [markdown] tags=["solution"]
# The last page is found by rounding up, with `-(-a // b)`. It is at least 1, for the station without readings. `url_for` writes the addresses:
# the name of the function, and what the route and the query need. So the links stay right where the app moves. Each link is made only if
# there is something to lead to; a `next` with `None` in it would be a link that leads nowhere.
#
# `int` raises `ValueError` for `two`. Without `try` the answer would be 500, for a mistake of the client. Flask's
# `request.args.get("page", 1, type=int)` gives 1 for it: no error, but a page that nobody asked for.

# %% exercise="24.3"
READINGS = {
    "hilltop": [17.5, 17, 16, 18.5, 15.25, 14, 14, 16.5, 19, 20],
    "harbour": [4, 4.5, -1, 0, 2, 3, 5.5, 6],
    "valley": [],
}
SIZE = 4
app = Flask("archive")


@app.get("/stations/<name>/readings")
def readings(name):
    ### BEGIN SOLUTION
    if name not in READINGS:
        abort(404)
    try:
        number = int(request.args.get("page", 1))
    except ValueError:
        abort(404)
    last = max(1, -(-len(READINGS[name]) // SIZE))
    if not 1 <= number <= last:
        abort(404)
    pages = {"self": number, "prev": number - 1, "next": number + 1}
    links = {}
    for rel, page in pages.items():
        if 1 <= page <= last:
            links[rel] = {"href": url_for("readings", name=name, page=page)}
    return {"readings": READINGS[name][(number - 1) * SIZE : number * SIZE], "_links": links}
    ### END SOLUTION

# %% wrong="24.3" caught_by="has no next on the last page of harbour" says="Eight readings fill two pages"
- last = max(1, -(-len(READINGS[name]) // SIZE))
+ last = len(READINGS[name]) // SIZE + 1

# %% wrong="24.3" caught_by="leads with next to all readings of hilltop" says="got: [17.5, 17, 16, 18.5, 15.25, 14, 14, 16.5]"
- last = max(1, -(-len(READINGS[name]) // SIZE))
+ last = max(1, len(READINGS[name]) // SIZE)

# %% wrong="24.3" caught_by="answers 200 OK for the station without readings" says="one page, which is empty"
- last = max(1, -(-len(READINGS[name]) // SIZE))
+ last = -(-len(READINGS[name]) // SIZE)

# %% wrong="24.3" caught_by="has no prev on the first page of hilltop" says="A link that leads nowhere is left out"
- if 1 <= page <= last:
+ if page <= last:

# %% wrong="24.3" caught_by="answers 404 for page 0" says="A slice with such a number is no error"
- if not 1 <= number <= last:
+ if number > last:

# %% wrong="24.3" caught_by="answers 404 for the page after the last one" says="A slice with such a number is no error"
- if not 1 <= number <= last:
+ if number < 1:

# %% wrong="24.3" caught_by="answers 404 for a station that is not there" says="Is the name in READINGS"
- if name not in READINGS:
-     abort(404)
+ READINGS.setdefault(name, [])

# %% wrong="24.3" caught_by="answers 404 for a page that is no number" says="a mistake of the client"
- try:
-     number = int(request.args.get("page", 1))
- except ValueError:
-     abort(404)
+ number = int(request.args.get("page", 1))

# %% wrong="24.3" caught_by="answers 404 for a page that is no number" says="nobody asked for"
- try:
-     number = int(request.args.get("page", 1))
- except ValueError:
-     abort(404)
+ number = request.args.get("page", 1, type=int)

# %% wrong="24.3" caught_by="has at most 4 readings on a page" says="SIZE is 4"
- return {"readings": READINGS[name][(number - 1) * SIZE : number * SIZE], "_links": links}
+ return {"readings": READINGS[name][(number - 1) * SIZE :], "_links": links}

# %% wrong="24.3" caught_by="leads with next to all readings of hilltop" says="page 1 begins with the first reading"
- return {"readings": READINGS[name][(number - 1) * SIZE : number * SIZE], "_links": links}
+ return {"readings": READINGS[name][number * SIZE : (number + 1) * SIZE], "_links": links}

# %% wrong="24.3" caught_by="fills each page of hilltop but the last one" says="SIZE is 4"
- return {"readings": READINGS[name][(number - 1) * SIZE : number * SIZE], "_links": links}
+ pages = [READINGS[name][:2], *(READINGS[name][at : at + SIZE] for at in range(2, len(READINGS[name]), SIZE))]
+ return {"readings": pages[number - 1], "_links": links}

# %% wrong="24.3" caught_by="leads from each page to itself with self" says="self is the address of the page"
- pages = {"self": number, "prev": number - 1, "next": number + 1}
+ pages = {"self": 1, "prev": number - 1, "next": number + 1}

# %% wrong="24.3" caught_by="has a link next on the first page of hilltop" says="is a dictionary with an href"
- links[rel] = {"href": url_for("readings", name=name, page=page)}
+ links[rel] = url_for("readings", name=name, page=page)

# %% wrong="24.3" caught_by="leads back with prev to the first page of hilltop" says="one page before"
- pages = {"self": number, "prev": number - 1, "next": number + 1}
+ pages = {"self": number, "prev": number - 2, "next": number + 1}

# %% right="24.3" style="addresses by hand, relative to the page"
@app.get("/stations/<name>/readings")
def readings(name):
    found, page = READINGS.get(name), request.args.get("page", "1")
    page = int(page) if page.isdecimal() else 0
    start = (page - 1) * SIZE
    if found is None or page < 1 or (start and start >= len(found)):
        return {"detail": "not here"}, 404
    links = {"self": {"href": f"?page={page}"}}
    if page > 1:
        links["prev"] = {"href": f"?page={page - 1}"}
    if start + SIZE < len(found):
        links["next"] = {"href": f"?page={page + 1}"}
    return {"readings": found[start : start + SIZE], "_links": links}

# %% right="24.3" style="all pages first"
def pages_of(name):
    found = READINGS[name]
    return [found[start : start + SIZE] for start in range(0, len(found), SIZE)] or [[]]


@app.get("/stations/<name>/readings")
def readings(name):
    try:
        number = int(request.args.get("page", default="1"))
        pages = pages_of(name)
        page = dict(enumerate(pages, 1))[number]
    except (KeyError, ValueError):
        abort(404)
    near = [("prev", number - 1), ("self", number), ("next", number + 1)]
    links = {rel: {"href": f"{request.base_url}?page={n}"} for rel, n in near if 0 < n <= len(pages)}
    return {"readings": page, "_links": links}

# %% right="24.3" style="a whole URL, the first page without a query"
def address(name, number):
    query = f"?page={number}" if number > 1 else ""
    return {"href": f"{request.host_url}stations/{name}/readings{query}"}


@app.get("/stations/<name>/readings")
def readings(name):
    if name not in READINGS:
        return "no such station\n", 404
    asked, left = request.args.get("page") or "1", READINGS[name]
    if not asked.isdecimal() or int(asked) == 0:
        return "no such page\n", 404
    number = int(asked)
    for _ in range(number - 1):
        left = left[SIZE:]
        if not left:
            return "no such page\n", 404
    links = {"self": address(name, number)}
    links |= {"prev": address(name, number - 1)} if number != 1 else {}
    links |= {"next": address(name, number + 1)} if left[SIZE:] else {}
    return {"readings": left[:SIZE], "_links": links}

# %%
archive = launch(app)
archive

# %% checks="24.3" points=4
check("24.3", archive)

# %%
stop_all()
