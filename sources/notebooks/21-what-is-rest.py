# %% [markdown]
# # What REST means
#
# 42 minutes. You need [lesson 13](13-dynamic-and-static.ipynb).
#
# By the end you can
#
# - say what the name means, and what a resource, a representation and a URI are,
# - choose the verb and the status for what a client wants, and say which requests may be sent twice,
# - say what makes a service REST, and where people disagree about it.

# %% [markdown] minutes=4
# ## Follow the links
#
# This box office is a service for programs. You know one of its addresses, and no other.

# %% [markdown] tags=["notes"]
# **Ask:** What is REST? Write the answers on the board: JSON, verbs, pretty addresses, *not SOAP*. Come back to them at the
# table of levels.
#
# **What goes wrong:** People type the addresses instead of following the links. Ask how they know the addresses.

# %%
import json
from http.server import BaseHTTPRequestHandler
from itertools import count
from urllib.parse import urljoin

import requests

from wirelab import launch, stop_all, wire

office = launch("servers.ticket_service")
home = requests.get(office.url, timeout=3).json()
home

# %% [markdown]
# The answer is **JSON**, text that looks much like Python's dictionaries and lists. `.json()` makes a dictionary of it. Like a web page,
# it contains links: under `_links`, each link has a name, and its address after `href`. Now follow one link, and then the next one.
# (`urljoin` makes a whole address of a path such as `/shows`.)

# %%
def follow(page, name):
    link = urljoin(office.url, page["_links"][name]["href"])
    return requests.get(link, timeout=3).json()


shows = follow(home, "shows")
hamlet = shows["shows"][0]
seats = follow(hamlet, "seats")
seats

# %% [markdown]
# All seats are free. To book one, send a form with POST to the address of the link `bookings`. A link does not say which fields the form
# has. The page behind the link `service-doc` says it, for people: a booking has a show, a seat and a name.

# %%
form = {"show": 1, "seat": 12, "name": "Ada"}
booked = requests.post(urljoin(office.url, seats["_links"]["bookings"]["href"]), json=form, timeout=3)
booked.status_code, booked.headers.get("Location")

# %% [markdown]
# 201 means *Created*. `Location` is the address of your booking.

# %% [markdown] minutes=2
# ## The name
#
# **REST** is short for *Representational State Transfer*. Roy Fielding introduced the name in 2000. A client goes through a service as you
# go through web pages. The page that it has is its **application state**. A link or a form brings it to the next page.
#
# ```mermaid
# flowchart LR
#     start(( )) -->|the one address you know| home
#     home -->|link: shows| shows
#     shows -->|link: seats| seats
#     seats -->|form: POST| booking
# ```
#
# Fielding says it in one long sentence:
#
# > The name "Representational State Transfer" is intended to evoke an image of how a well-designed Web application behaves: a network of Web
# pages forms a virtual state machine, allowing a user to progress through the application by selecting a link or submitting a short
# data-entry form, with each action resulting in a transition to the next state of the application by transferring a representation of
# that state to the user.
# >
# > Roy T. Fielding and Richard N. Taylor: *Principled Design of the Modern Web Architecture*. ACM Transactions on Internet Technology
# 2(2), May 2002, pages 115–150.
#
# What the server stores is the **resource state**. Get the seats again:

# %%
follow(hamlet, "seats")["taken"]

# %% [markdown] minutes=4
# Seat 12 is taken: the server keeps the resource state. It does not keep the application state, such as the page that your program has now,
# or what it asked before. So each request has to contain all that the server needs. This is called **stateless**.
#
# So this is a REST service: each thing has an address, clients read and change the things with the verbs of HTTP, and they find them by
# links.
#
# ## Three words
#
# - A **resource** is a thing that a service gives a name: an evening at the theatre, one seat, the list of all shows.
# - A **URI** is this name: `http://127.0.0.1:8003/shows/1`, or in short, on this server, `/shows/1`. A URL is a URI that says where the
#   thing is.
# - A **representation** is what a message carries: bytes that show the state of the resource.
#
# **Predict, then run.** The cell sends five requests to the same address. The header `Accept` names the format that it wants. How many
# resources does the cell read, and how many representations?

# %% [markdown] tags=["notes"]
# **Ask:** What are the resources of your library, your bank, your bus company? A good list has only nouns. When somebody says
# *the login* or *the search*, ask what thing that is.
#
# **What goes wrong:** People mix up resource and representation. The evening is the resource. The bytes on the wire are a
# representation of it.

# %% tags=["predict"]
for kind in ["application/json", "application/xml", "text/html", "text/plain", "application/atom+xml"]:
    reply = requests.get(office.url + "/shows/1", headers={"Accept": kind}, timeout=3)
    print(f"{reply.headers['Content-Type']:38} {' '.join(reply.text.split())[:60]} …")

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# One resource, in five representations. The evening itself is never sent, and the row of the database is not sent either. The service
# sends a description of it, in a format that the client can read. Lesson 25 is about these formats.
#
# </details>
#
# ## The verbs
#
# REST services use what the web already has: HTTP (or HTTPS, which is HTTP with encryption), URIs, and formats such as JSON and XML. So
# the verbs are the methods of HTTP. An **endpoint** is a verb and a path together, such as `GET /shows`. Programs create, read, update and
# delete data. The first letters of these four words make **CRUD**:
#
# | verb | what the client asks for | CRUD |
# |---|---|---|
# | `POST` | process this; mostly: add this new thing to your list | create |
# | `GET` | send me what is at this address | read |
# | `PUT` | store exactly this at this address | update, or create |
# | `DELETE` | remove what is at this address | delete |
#
# The next lesson adds `PATCH`, which changes a part. You need no framework for the verbs. The class below is a handler as in lesson 12.
# Its two methods read a body, and send an answer.

# %%
class Answering(BaseHTTPRequestHandler):
    def read(self):
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def answer(self, status, text="", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:  # a 204 has no body, so neither a type nor a length
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

# %% [markdown]
# `**headers` is a dictionary of the headers that you name in the call. Now write the desk of the theatre. The dictionary `THINGS` has
# the address and the content of each resource. The class has one method for each verb. `next(numbers)` gives 1, then 2, 3, and so on.

# %%
THINGS, numbers = {"/seats/11": "Ben"}, count(1)


class Desk(Answering):
    def do_GET(self):
        if self.path not in THINGS:
            return self.answer(404)
        self.answer(200, THINGS[self.path])

    def do_PUT(self):
        status = 200 if self.path in THINGS else 201
        THINGS[self.path] = self.read()
        self.answer(status, THINGS[self.path])

    def do_DELETE(self):
        if self.path not in THINGS:
            return self.answer(404)
        del THINGS[self.path]
        self.answer(204)

    def do_POST(self):
        path = f"{self.path}/{next(numbers)}"
        THINGS[path] = self.read()
        self.answer(201, THINGS[path], Location=path)

# %%
desk = launch(Desk)
with wire(desk) as tap:
    requests.put(tap.url + "/seats/12", data="Ada", timeout=3)

tap

# %% [markdown] minutes=4
# The path of the request names the seat, and the body is what to store there. 201 says that nothing was there before. No `Location` is
# needed: the client has chosen the address itself.
#
# ## Once or twice
#
# The function `twice` sends a request two times. It compares what the desk has before and after. **Predict, then run.** Which requests
# change something the first time? Which change something the second time?

# %% [markdown] tags=["notes"]
# **Ask:** The lift button, the light switch, the vending machine: which of them can you press twice, with the same effect as once? The
# lift button: it is idempotent. The switch and the machine are not.
#
# **What goes wrong:** The second DELETE answers 404, so people say that DELETE is not idempotent. What counts is what changed,
# not the answer.

# %% tags=["predict"]
def twice(verb, path, text=None):
    for attempt in ["first", "again"]:
        before = dict(THINGS)
        reply = requests.request(verb, desk.url + path, data=text, timeout=3)
        print(verb, attempt, reply.status_code, "changed something" if THINGS != before else "changed nothing")


twice("GET", "/seats/11")
twice("PUT", "/seats/14", "Dee")
twice("DELETE", "/seats/14")
twice("POST", "/bookings", "Dee, seat 14")

# %% [markdown] minutes=6
# <details><summary>Answer</summary>
#
# GET changes nothing. PUT and DELETE change something only the first time: the second time, the desk already is in the state that they ask
# for. The second DELETE gets 404, because there was nothing left to delete, but that is only the answer. POST changes something every
# time: now there are two bookings.
#
# </details>
#
# HTTP has two words for this (RFC 9110 §9.2):
#
# | | GET | PUT | DELETE | POST |
# |---|---|---|---|---|
# | **safe**: the client asks for no change | yes | no | no | no |
# | **idempotent**: sent twice, the intended effect is the same as once | yes | yes | yes | no |
#
# `HEAD` is a GET without the body, so it is safe too. Clients rely on this table. But HTTP cannot force a server to behave so: it depends on
# the methods that you write.
#
# ## When no answer comes
#
# This desk stores what the client sent, but its answer is lost, as when the client's train enters a tunnel. **Predict, then run.** The
# client sees an error. Is seat 13 booked?

# %% [markdown] tags=["notes"]
# **Short of time:** Leave this section out, and say one sentence: a client that gets no answer does not know whether its
# request was carried out.

# %% tags=["predict"] breaks="the desk does its work and sends no answer"
class Tunnel(Desk):
    def answer(self, status, text="", **headers):
        pass


tunnel = launch(Tunnel)
try:
    requests.put(tunnel.url + "/seats/13", data="Cy", timeout=3)
except requests.ConnectionError:
    print("no answer, and seat 13 has:", THINGS.get("/seats/13"))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Yes. But the client cannot know that. It could see the same error if the connection broke before the desk read the request.
#
# </details>
#
# So the client sends the request again. With PUT this is harmless, as long as nobody else has changed seat 13 meanwhile (lesson 26). With
# POST, Cy could get two bookings, and pay for both. **Predict, then run.** Which status comes back, 200 or 201?

# %% tags=["predict"]
requests.put(desk.url + "/seats/13", data="Cy", timeout=3).status_code

# %% [markdown] minutes=4
# <details><summary>Answer</summary>
#
# 200: the first PUT was stored, so seat 13 was there already. After the second PUT, the desk is in the same state as before.
#
# </details>
#
# ## Break it: a GET that does something
#
# When somebody clicks a link, the browser sends a GET. This desk uses links to cancel things: it shows one link for each.

# %% [markdown] tags=["notes"]
# **Ask:** Why not POST for everything, then? This section gives one half of the answer: GET has to be safe. *One door for everything*
# gives the other half: a cache, for one, cannot see what a POST asks for.

# %% breaks="a GET cancels a seat"
class Careless(Answering):
    def do_GET(self):
        if self.path.startswith("/cancel/"):
            THINGS.pop(self.path.removeprefix("/cancel"), None)  # remove it, if it is there
            return self.answer(200, "cancelled\n")
        self.answer(200, "\n".join(f"/cancel{path}" for path in THINGS))


careless = launch(Careless)
print(requests.get(careless.url, timeout=3).text)

# %% [markdown]
# Now a search engine visits the desk. A search engine opens the links that it finds. Virus scanners and previews in a chat do so too.
# They are allowed to, because GET is defined as safe.

# %%
def search_engine(url):
    for link in requests.get(url, timeout=3).text.split():
        requests.get(url + link, timeout=3)


with wire(careless) as tap:
    search_engine(tap.url)

print(len(THINGS), "things left")
tap[:4]

# %% [markdown]
# Everything is cancelled, and nobody wanted that. The messages themselves are correct HTTP. In May 2005 this happened to users of a
# service whose "delete" was a link: Google's Web Accelerator fetched links ahead of time, and deleted their pages.
#
# The cure is the right verb. This desk lists only the addresses of its things. To cancel a seat, a client sends `DELETE`, and no link
# sends that:

# %%
class Careful(Desk):
    def do_GET(self):
        if self.path == "/":
            return self.answer(200, "\n".join(THINGS))
        super().do_GET()


THINGS.update({"/seats/11": "Ben", "/seats/12": "Ada", "/seats/13": "Cy"})
careful = launch(Careful)
search_engine(careful.url)
print(len(THINGS), "things left")

# %% [markdown] minutes=2
# ## The status is half of the answer
#
# A client looks at the status first. A cache between client and server does so too. REST services use the status codes of lesson 11:
#
# | what the server says | status |
# |---|---|
# | here is the resource, or: done, and here is its new state | 200 |
# | created, at the address in `Location` | 201 |
# | done, and there is no body | 204 |
# | I cannot read your request | 400 |
# | I can read your request, but it is not valid | 422 |
# | log in first | 401 |
# | I refuse this | 403 |
# | there is no such resource | 404 |
# | this resource does not support this method | 405 |
# | this conflicts with the current state, as when a seat is taken | 409 |
# | the server has a fault | 500 |

# %%
for verb, path in [("GET", "/shows/1"), ("GET", "/shows/99"), ("DELETE", "/shows")]:
    reply = requests.request(verb, office.url + path, timeout=3)
    print(verb, path, "→", reply.status_code, reply.reason)

# %% [markdown] minutes=3
# ## One door for everything
#
# Many services have one address and one verb, like a shop with one door. The body says which function to call. This is **RPC**, *remote
# procedure call*. An RPC service is **API-centric**: it is built from calls, such as *cancel the seat*. A REST service is
# **resource-centric**: it is built from things, such as *the seat*.

# %% breaks="one address and one verb for all, and 200 for an error"
class OneDoor(Answering):
    def do_POST(self):
        order = json.loads(self.read())
        path = f"/seats/{order['seat']}"
        if path not in THINGS:
            return self.answer(200, json.dumps({"error": "no such seat"}))
        if order["call"] == "cancelSeat":
            del THINGS[path]
        self.answer(200, json.dumps({"ok": True}))


one_door = launch(OneDoor)
with wire(one_door) as calls:
    for call in ["getSeat", "cancelSeat", "getSeat"]:
        requests.post(calls.url, json={"call": call, "seat": 11}, timeout=3)

# %% [markdown]
# Now send the same three requests to the REST desk. Compare the first lines of the messages. In which of them can you see what the
# client wants?

# %%
with wire(desk) as things:
    for verb in ["GET", "DELETE", "GET"]:
        requests.request(verb, things.url + "/seats/12", timeout=3)

for tap in [calls, things]:
    for exchange in tap.http:
        print(exchange.request.first_line, "→", exchange.response.status)

# %% [markdown] minutes=5
# <details><summary>Answer</summary>
#
# Only in the last three. The first three do not show which request may be repeated, and the last of them looks like a success, although
# the seat is gone.
#
# </details>
#
# A **cache** stores answers, mostly to GET, and uses them for later requests. It can do nothing for the first three. **SOAP**, a standard for
# calls in XML, mostly works like them.
#
# ## How much of it is REST?
#
# This is the **Richardson maturity model**, four levels of services (Leonard Richardson, 2008):
#
# | level | it adds | to cancel a seat |
# |---|---|---|
# | 0 | one address for all | `POST /` with `{"call": "cancelSeat", "seat": 11}` |
# | 1 | **name everything**: an address for each resource | `POST /seats/11` with `{"call": "cancel"}` |
# | 2 | verbs and status codes as HTTP defines them | `DELETE /seats/11`, and 204 comes back |
# | 3 | **link things**: answers have links to the next steps, so clients discover the service gradually | `DELETE` to the address in a link |
#
# **Predict, then run.** The cell asks each service for something that does not exist. Which services answer 404? Look at the last two
# lines as well: on which level is each service?

# %% [markdown] tags=["notes"]
# **Do:** Go back to the answers on the board and sort them by level.
#
# **What goes wrong:** The room disagrees about level 3. Be fair to both sides: few services have links, and Fielding says that a
# service without links is not REST.

# %% tags=["predict"]
# seat 99 and show 99 do not exist
print("one_door", requests.post(one_door.url, json={"call": "getSeat", "seat": 99}, timeout=3).status_code)
print("careless", requests.get(careless.url + "/cancel/seats/99", timeout=3).status_code)
print("desk    ", requests.get(desk.url + "/seats/99", timeout=3).status_code)
print("office  ", requests.get(office.url + "/shows/99", timeout=3).status_code)
print("an answer of desk:", requests.get(desk.url + "/seats/13", timeout=3).text)
print("links in an answer of office:", *home["_links"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# - `one_door` is on level 0. It has one address, and it answers 200 for a seat that does not exist.
# - `careless` is on level 1 at best. It has many addresses, but they name calls. Its GET is not safe, and it answers 200 although
#   there was nothing to cancel.
# - `desk` is on level 2. Its status codes are right, but its answers contain no links. You had to know its addresses.
# - `office` is on level 3. Its status codes are right, and its answers contain links.
#
# </details>
#
# People disagree about the name. Fielding wrote in 2008: "if the engine of application state (and hence the API) is not
# being driven by hypertext, then it cannot be RESTful and cannot be a REST API." *Hypertext* is text with links. For him, nothing below
# level 3 is REST. This idea is often called **HATEOAS**, hypermedia as the engine of application state.
#
# Many services that are called REST are on level 2: a document lists their addresses. With links, the server can change its addresses, but
# clients have to follow the links. [Lesson 22](22-rest-server.ipynb) builds level 2.

# %% [markdown] minutes=4
# ## Recap
#
# - Name everything: each resource has a URI. Link things: each answer has links to the next steps.
# - GET is safe. GET, PUT and DELETE are idempotent, POST is not. Clients rely on this.
# - The status says what happened. Level 2 is all this without links. REST as Fielding defined it has links.
#
# **Check yourself**
#
# <details><summary>What is wrong with GET /cancelSeat?id=11 ?</summary>
#
# The address names a call, not a thing. And GET should be safe, but this one changes something. DELETE /seats/11 is right.
#
# </details>
# <details><summary>A client sends a request and gets no answer. What may it do?</summary>
#
# Send it again if its verb is idempotent: GET, HEAD, PUT, DELETE. After a POST it has to look first whether the thing is there.
#
# </details>
# <details><summary>Is a resource a row in a database?</summary>
#
# Not always. A service may store a resource as one row, or as ten. It may also compute it for each request, like the list of free seats.
# The client sees only the URI and a representation.
#
# </details>
# <details><summary>A service speaks JSON, with the right verbs and statuses, and has no links. Is it REST?</summary>
#
# It is on level 2. Many people call that REST. Fielding, who introduced the name, does not. "An HTTP API on level 2" is exact.
#
# </details>
#
# **More** (you may skip this)
#
# <details><summary>What are Fielding's six constraints?</summary>
#
# In his dissertation (2000, chapter 5), REST is six rules for a system. Links are a part of the fourth:
#
# | constraint | what it asks for |
# |---|---|
# | client–server | clients and servers are separate programs, and change independently |
# | stateless | each request contains all that the server needs |
# | cache | a response says whether it may be stored and used again (lesson 25) |
# | uniform interface | resources, representations, messages that describe themselves, and links |
# | layered system | a client need not know whether a proxy stands in between |
# | code on demand (optional) | a server may send programs, as JavaScript in a page (lesson 35) |
#
# </details>
# <details><summary>What does a SOAP message look like?</summary>
#
# It is an envelope in XML. Its body names the call, and the address is the same for all calls:
#
# ```xml
# <env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope">
#   <env:Body>
#     <cancelSeat xmlns="http://theatre.example/calls"><seat>11</seat></cancelSeat>
#   </env:Body>
# </env:Envelope>
# ```
#
# </details>
# <details><summary>Is /shows/1 a URI?</summary>
#
# Strictly, it is a *relative reference* to one (RFC 3986 §4.2). A client makes the whole URI of it, from the address of the page in which it
# stands. `urljoin` does that.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 21](../exercises/21-what-is-rest.ipynb). **Next lesson:** [A REST service with
# Flask](22-rest-server.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
