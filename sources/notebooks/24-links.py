# %% [markdown]
# # Links: know one address, find the others
#
# 34 minutes. You need [lesson 23](23-rest-client.ipynb).
#
# By the end you can
#
# - write a client that knows one address and finds all others by links,
# - write a service whose documents link to each other,
# - move a service without breaking its clients.

# %% [markdown] minutes=5
# ## A client that knows one address
#
# `get` asks a service for a document and returns the response: `.url` is the document's address, and `.json()` the document. An
# answer such as 404 raises an exception.

# %%
from urllib.parse import urljoin

import requests
from flask import Blueprint, Flask, Response, abort, redirect, url_for

from wirelab import launch, stop_all, wire


def get(url):
    reply = requests.get(url, timeout=3)
    reply.raise_for_status()
    return reply

# %% [markdown]
# `link` finds a link in a document and returns a whole URL. It needs two things: the response, for the address, and the document.
#
# `free_seats` answers a question: how many seats are free for a show? Look for addresses in its code.

# %%
def link(reply, document, rel):
    return urljoin(reply.url, document["_links"][rel]["href"])


def free_seats(start, title):
    home = get(start)
    shows = get(link(home, home.json(), "shows"))
    for show in shows.json()["shows"]:
        if show["title"] == title:
            seats = get(link(shows, show, "seats")).json()
            return seats["seats"] - len(seats["taken"])

# %%
def requests_in(tap):
    for exchange in tap.http:
        print(exchange.request.first_line, "→", exchange.response.status)


office = launch("servers.ticket_service")
with wire(office) as tap:
    print(free_seats(tap.url, "Hamlet"), "seats are free")

requests_in(tap)

# %% [markdown]
# The client asked three times. Its code does not contain `/shows`, and it does not contain the number of Hamlet. The service sent
# both, one step at a time. The client knows where to start, how a link looks, and four names: `shows`, `title`, `seats` and `taken`.

# %% [markdown] tags=["notes"]
# **Ask:** Who has written a client before, and where did its addresses come from: from documentation, from an example, by guessing? Write the
# answers on the board. The section "The service moves" returns to them.
#
# **What goes wrong:** People read `link(reply, document, rel)` and miss why it needs the reply. Its URL is the base for a relative address.

# %% [markdown] minutes=3
# ## A relation and an address
#
# Look at the first document. Under `_links` it has a **link** for each next step.

# %%
home = get(office.url)
home.json()

# %% [markdown]
# You see two parts of each link. The **relation** says what is there. In this JSON, the relation is the key, such as `shows`. The client
# chooses a link by its relation. The **address** says where it is. It stands behind `href`, and the client uses it as it is.
#
# The address may be **relative**: it may lack the scheme and the host. `urljoin` completes it as a browser completes a link in a
# web page. It needs the URL of the document in which the link stands.

# %%
urljoin("http://theatre.example/shows/1", "/bookings"), urljoin("http://theatre.example/shows/1", "2")

# %% [markdown]
# Many services need the same relations. IANA, which keeps the lists of names for the internet, has a register of them. `self`,
# `next`, `prev`, `collection`, `up` and `service-desc` are in it: use these names where they fit.
#
# For relations of your own, the standard wants a URI, so that no two services use one name for two things (RFC 8288 §2.1.2). Many
# services take a plain word instead. This one does, with `shows` and `seats`.

# %% [markdown] minutes=4
# ## A link says what is possible now
#
# A client books three seats. Then it asks for the list of bookings, with two bookings to a page. **Predict, then run.** Each page
# has links. Which link does only the first page have, and which does only the second page have?

# %% tags=["predict"]
bookings = link(home, home.json(), "bookings")
for seat in [31, 32, 33]:
    requests.post(bookings, json={"show": 1, "seat": seat, "name": "Ada"}, timeout=3)

page = get(bookings + "?limit=2")
print(*page.json()["_links"])
page = get(link(page, page.json(), "next"))
print(*page.json()["_links"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the first page has `next`, and only the second page has `prev`. A client does not count pages. It continues as long as there
# is a `next`.
#
# </details>
#
# No link has `?limit=2` in it: the client has to know that there is such a parameter. The description of the service says so, as you will see
# below. Some services put it into the link, as a **URI template** (RFC 6570): `/bookings{?limit}`.

# %% [markdown] tags=["notes"]
# **Ask:** Which link would a shop leave out once the parcel is on its way? (`cancel`.) A link that is missing says that something is not
# possible now.

# %% [markdown] minutes=2
# ## Write the links
#
# Now the other side. A **blueprint** is a group of Flask routes that an app can place anywhere. You need it because this service will
# move later. `url_for` takes the name of a view, which is a function with a route, and returns its address. So no address is written
# twice.

# %%
theatre = Blueprint("theatre", __name__)


def href(view, **values):
    return {"href": url_for(f"theatre.{view}", **values)}


@theatre.get("/")
def home_page():
    return {"_links": {"self": href("home_page"), "shows": href("shows")}}


# %%
@theatre.get("/shows")
def shows():
    hamlet = {"title": "Hamlet", "_links": {"seats": href("seats", number=1)}}
    return {"shows": [hamlet], "_links": {"self": href("shows"), "up": href("home_page")}}


@theatre.get("/shows/<int:number>/seats")
def seats(number):
    return {"seats": 120, "taken": [12], "_links": {"self": href("seats", number=number)}}


first = Flask("first")
first.register_blueprint(theatre)
small = launch(first)
free_seats(small.url, "Hamlet")

# %% [markdown]
# The client from the beginning works with this service as well. The two services have nothing in common but the four names and the
# form of a link.

# %% [markdown] minutes=7
# ## The service moves
#
# Many clients build their addresses themselves. Such a client is shorter, and it sends one request instead of three:

# %%
NUMBERS = {"Hamlet": 1, "The Tempest": 2}


def free_seats_by_hand(start, title):
    seats = get(f"{start}/shows/{NUMBERS[title]}/seats").json()
    return seats["seats"] - len(seats["taken"])


free_seats_by_hand(small.url, "Hamlet")

# %% [markdown]
# One night the theatre moves the service below `/tickets`. At the old first address it leaves a redirect, 308: *permanently
# elsewhere, use the same method there*.

# %%
second = Flask("second")
second.register_blueprint(theatre, url_prefix="/tickets")


@second.get("/")
def old_entrance():
    return redirect(url_for("theatre.home_page"), 308)


moved = launch(second)

# %% [markdown]
# **Predict, then run.** Both clients get the old first address. Which of them still works, and what does it ask for?

# %% tags=["predict"]
def try_both(server):
    with wire(server) as tap:
        for client in [free_seats, free_seats_by_hand]:
            try:
                print(client.__name__, client(tap.url, "Hamlet"))
            except requests.HTTPError as error:
                print(client.__name__, error.response.status_code)
    requests_in(tap)


try_both(moved)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The client that follows links still works. It is redirected once. Then it gets addresses that begin with `/tickets`, and uses them.
# The other client asks for an old address and gets 404. Its author has to notice that and publish a new version.
#
# </details>
#
# ```mermaid
# flowchart LR
#     A["/ (old entrance)"] -- "308" --> B["/tickets/"]
#     B -- "rel: shows" --> C["/tickets/shows"]
#     C -- "rel: seats" --> D["/tickets/shows/1/seats"]
#     X["/shows/1/seats (in the code of a client)"] -- "404" --> Y["nothing there"]
# ```

# %% [markdown] tags=["notes"]
# **Do:** Let the room vote before the cell runs: both clients work, one of them, or none.
#
# **Short of time:** Leave out "Move without breaking anybody" and say what it shows: a redirect at each old address.

# %% [markdown] minutes=3
# ## Move without breaking anybody
#
# Not every client follows links. So a service that moves also answers at its old addresses, with a redirect to the new ones. One
# function is enough for all old paths, and for all methods.
#
# Its route also fits a path below `/tickets/` that does not exist. If the function redirected that as well, the next path would not exist
# either, and so on for ever. So the function answers 404 there.

# %%
third = Flask("third")
third.register_blueprint(theatre, url_prefix="/tickets")


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@third.route("/", methods=METHODS)
@third.route("/<path:rest>", methods=METHODS)
def old_address(rest=""):
    if rest.startswith("tickets/"):
        abort(404)
    return redirect(url_for("theatre.home_page") + rest, 308)

# %%
redirecting = launch(third)
try_both(redirecting)
requests.get(redirecting.url + "/tickets/nothing", timeout=3).status_code

# %% [markdown]
# Both clients work now. Three things are still missing:
#
# - This redirect loses the query. A complete one adds `request.query_string`.
# - The log of the server shows who still uses the old addresses. Somebody has to read it.
# - An answer can say that its address is old. The header `Deprecation` (RFC 9745) says since when it should not be used any more.
#   `Sunset` (RFC 8594) says when it will stop working.
#
# Documents change too. A new member does no harm if clients ignore what they do not know. A member that is renamed or taken away breaks
# clients. If a service has to do that, it offers the new version beside the old one for a while, at `/v2` for example.

# %% [markdown] minutes=3
# ## Break it: glue the address
#
# `urljoin` looks like too much for two strings. This client puts them together with a plus:

# %% breaks="the client glues an address to a URL that has a path"
def shows_by_plus(start):
    home = get(start)
    return get(home.url + home.json()["_links"]["shows"]["href"])


with wire(moved) as tap:
    try:
        shows_by_plus(tap.url)
    except requests.HTTPError as error:
        print(error.response.status_code)

tap

# %% [markdown]
# Look at the last request: its path has `/tickets` twice. The document was at `/tickets/`, and the link in it begins with a slash. An
# address that begins with a slash starts at the host again. On the first service nobody notices the mistake: the client asks for
# `//shows`, with two slashes, and this server reads them as one. Not every server does that. Mended:

# %%
def shows_by_urljoin(start):
    home = get(start)
    return get(urljoin(home.url, home.json()["_links"]["shows"]["href"]))


shows_by_urljoin(moved.url).status_code

# %% [markdown] minutes=2
# ## Links in a header
#
# JSON has no links of its own. An address in JSON is a string like any other. The `_links` of this course follow **HAL**, which is a
# convention: its last Internet draft has expired. There are other conventions. HTML and Atom have links of their own.
#
# HTTP has a header for links as well, `Link` (RFC 8288). It works with every format, also with a picture or with plain text:

# %%
posters = Flask("posters")


@posters.get("/posters/<int:number>")
def poster(number):
    response = Response(f"Poster {number}\n", mimetype="text/plain")
    if number < 3:
        response.headers["Link"] = f'</posters/{number + 1}>; rel="next"'
    return response


gallery = launch(posters)
reply = requests.get(gallery.url + "/posters/1", timeout=3)
reply.headers["Link"], reply.links

# %% [markdown]
# `reply.links` is the header, parsed by `requests`. GitHub's API uses this header for the pages of its lists. Zalando, a large web shop,
# publishes guidelines for its services. They want links in the JSON, and forbid this header beside JSON (rule 166). Choose one of the two
# for all of your service.

# %% [markdown] minutes=3
# ## A list of all addresses: OpenAPI
#
# Many programmers do not follow links. They write a client from a list of all addresses, parameters and documents. **OpenAPI** is the
# usual format of such a list. The box office has one, where `service-desc` leads.

# %%
openapi = get(link(home, home.json(), "service-desc")).json()
for path, operations in openapi["paths"].items():
    print(path, *[name.upper() for name in operations if name != "parameters"])

# %% [markdown]
# Tools read this list. They make clients, tests and pages from it. The page below is made by Swagger UI. Open `GET /bookings` in it, and
# find the parameter `limit`.

# %%
office.page("/docs", height=420)

# %% [markdown]
# Are links worth it?
#
# - **For:** the service can move. Addresses are made in one place. A link that is missing says what is not possible.
# - **Against:** a client sends more requests. It still has to know relations and documents. Where addresses never change, it
#   gains little.
#
# Zalando's guidelines ask for level 2 of Richardson's levels (lesson 21), and do not generally recommend level 3, which has links.
# Fielding's REST demands links. Both have good reasons; decide for each service.

# %% [markdown] tags=["notes"]
# **Ask:** Are links worth it? Let the room argue for two minutes; there is no right answer. If somebody says that nobody reads links, ask how
# a program goes through the pages of a list at GitHub.
#
# **What goes wrong:** The page of Swagger UI takes a moment to load on a slow computer.

# %% [markdown] minutes=2
# ## Recap
#
# - A link is a relation and an address. The client knows the relation and takes the address as it is, with `urljoin`.
# - `url_for` writes the links, so a service can move. Redirects at the old addresses help the clients that do not follow links.
# - `Link` is a header for links. OpenAPI is a list of all addresses, for people and tools.
#
# **Check yourself**
#
# <details><summary>A link has the relation seats. Which part of it may a client keep in its code?</summary>
#
# The relation. The address belongs to the service: the client uses it, and neither takes it apart nor puts it together.
#
# </details>
# <details><summary>A page of a list has no items, but a link next. Is it the last page?</summary>
#
# No. The last page is the one without `next`.
#
# </details>
# <details><summary>The document at /tickets/shows/ has a link with the href "1/seats". Where does it lead?</summary>
#
# To `/tickets/shows/1/seats`. It does not begin with a slash, so it starts where the document is.
#
# </details>
# <details><summary>A service renames the member seats to capacity. Which clients break?</summary>
#
# All that read `seats`, those that follow links too. Links protect against new addresses, not against new names.
#
# </details>
#
# **Now you:** [exercise 24](../exercises/24-links.ipynb). **Next lesson:** [One resource, many representations](25-formats.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
