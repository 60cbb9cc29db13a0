# %% [markdown]
# # What REST means
#
# 25 minutes. You need [lesson 13](13-dynamic-and-static.ipynb).
#
# By the end you can
#
# - say what the name means, and what a resource, a representation and a URI are,
# - choose the verb and the status for what a client wants, and say which requests may be sent twice,
# - tell what makes a service REST, and where people disagree about it.

# %% [markdown]
# ## The whole game
#
# A box office, for programs. You know one address of it, and nothing else.

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
# It came as **JSON**: text that looks much like Python's dictionaries and lists, and `.json()` makes these of it. It looks like no web page,
# but it does what a web page does: it says where you can go from here. So follow one link, and from there another one. (`urljoin` makes
# a whole address of a path such as `/shows`.)

# %%
def follow(page, name):
    link = urljoin(office.url, page["_links"][name]["href"])
    return requests.get(link, timeout=3).json()


shows = follow(home, "shows")
hamlet = shows["shows"][0]
seats = follow(hamlet, "seats")
seats

# %% [markdown]
# All seats are free. To book one, fill in a short form, and POST it where the link `bookings` leads.

# %%
form = {"show": 1, "seat": 12, "name": "Ada"}
booked = requests.post(urljoin(office.url, seats["_links"]["bookings"]["href"]), json=form, timeout=3)
booked.status_code, booked.headers.get("Location")

# %% [markdown]
# 201, *Created*, and the address of your booking.

# %% [markdown] tags=["notes"]
# Ask the room first what REST is, and write the answers on the board: JSON, verbs, pretty addresses, "not SOAP". Come back to them at the
# table of levels. The question that always comes: "why not POST for everything?" Break it answers it from one side (GET must be
# harmless), One door from the other (nobody in between understands). Be fair about level 3: few services have it, and the person who coined the
# word says it is not REST without. Short of time: leave out the connection that breaks.

# %% [markdown]
# ## The name
#
# **REST** is short for *Representational State Transfer*. Roy Fielding coined it in 2000. With Richard Taylor he explains:
#
# > The name "Representational State Transfer" is intended to evoke an image of how a well-designed Web application behaves: a network of Web
# pages forms a virtual state machine, allowing a user to progress through the application by selecting a link or submitting a short
# data-entry form, with each action resulting in a transition to the next state of the application by transferring a representation of
# that state to the user.
# >
# > Roy T. Fielding and Richard N. Taylor: *Principled Design of the Modern Web Architecture*. ACM Transactions on Internet Technology
# 2(2), May 2002, pages 115–150.
#
# (A *state machine* is in one of several states; each step leads to another.) Your steps: two links, one form. The page where you are is
# the **state**; you remember it, the server does not.
#
# ```mermaid
# flowchart LR
#     start(( )) -->|the one address you know| home
#     home -->|link: shows| shows
#     shows -->|link: seats| seats
#     seats -->|form: POST| booking
# ```
#
# Ask for the seats once more: you get a representation of their new state.

# %%
follow(hamlet, "seats")["taken"]

# %% [markdown]
# The server has nothing to remember about where you are: each request says all that is needed. This is called **stateless**.
#
# ## Three words
#
# - A **resource** is whatever deserves a name: an evening at the theatre, one seat, the list of all shows.
# - A **URI** is its name, as `/shows/1` is on this server. Many say *endpoint*. (A URL is a URI that tells where the thing is.)
# - A **representation** is what travels: bytes that show the resource as it is now.
#
# **Predict, then run.** The cell asks the same address five times, and says in `Accept` what it would like to get. How many resources
# does it see?

# %%
for kind in ["application/json", "application/xml", "text/html", "text/plain", "application/atom+xml"]:
    reply = requests.get(office.url + "/shows/1", headers={"Accept": kind}, timeout=3)
    print(f"{reply.headers['Content-Type']:38} {' '.join(reply.text.split())[:60]} …")

# %% [markdown]
# <details><summary>Answer</summary>
#
# One, in five representations. The evening itself never crosses the wire, nor does the row of a database. What does is a copy, in a
# format that the client understands. Lesson 24 is about these formats.
#
# </details>
#
# ## The verbs
#
# REST brings no technology of its own: HTTP (or HTTPS, the same with encryption), URIs, and formats such as JSON and XML. So its verbs
# are those of every web server. They cover what one does with data, which is often called **CRUD**:
#
# | verb | what it asks for | CRUD |
# |---|---|---|
# | `POST` | here is something for you to deal with; mostly: a new thing for this list | create |
# | `GET` | show me what you have here | read |
# | `PUT` | from now on, exactly this is here | update, or create |
# | `DELETE` | from now on, nothing is here | delete |
#
# A fifth, `PATCH`, changes a part, and comes in the next lesson. No framework is needed: the class of lesson 12 can do it. First, two
# methods that save typing.

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
# (`**headers` collects in a dictionary the headers that you name.) Now the desk at the theatre: names, and what stands behind them, in a
# dictionary. Four verbs, four methods.

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

# %% [markdown]
# ## Once or twice
#
# The next function sends a request twice, and compares what the desk has before and after. **Predict, then run.** Which of these will change
# something the first time, and which the second time?

# %%
def twice(verb, path, text=None):
    for attempt in ["first", "again"]:
        before = dict(THINGS)
        reply = requests.request(verb, desk.url + path, data=text, timeout=3)
        print(verb, attempt, reply.status_code, "changed something" if THINGS != before else "changed nothing")


twice("GET", "/seats/11")
twice("PUT", "/seats/14", "Dee")
twice("DELETE", "/seats/14")
twice("POST", "/bookings", "Dee, seat 14")

# %% [markdown]
# <details><summary>Answer</summary>
#
# GET never. PUT and DELETE the first time only: what they ask for is so already. The second DELETE gets 404, because nothing was left to
# delete; what counts is what changed. POST changes something every time: now there are two bookings.
#
# </details>
#
# There are words for this (RFC 9110 §9.2):
#
# | | GET | PUT | DELETE | POST |
# |---|---|---|---|---|
# | **safe**: asks for no change | yes | no | no | no |
# | **idempotent**: twice means the same as once | yes | yes | yes | no |
#
# They are promises. HTTP does not enforce them; you keep them in the methods that you write.
#
# ## When no answer comes
#
# A promise is worth something when things go wrong. This desk does its work, and loses its answer on the way, as in a tunnel. **Predict,
# then run.** The client sees an error. Is seat 13 booked?

# %%
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
# It is, and the client cannot know. It sees the same error when the request never arrived.
#
# </details>
#
# So it sends the request again, to be sure. With PUT that is harmless, whatever has happened. With POST, Cy could end up with two
# bookings, and pay for both.

# %%
requests.put(desk.url + "/seats/13", data="Cy", timeout=3).status_code

# %% [markdown]
# ## Break it: a GET that does something
#
# Links are GETs. So why not cancel a seat by a link? This desk shows, for each seat, a link that cancels it.

# %%
class Careless(Answering):
    def do_GET(self):
        if self.path.startswith("/cancel/"):
            THINGS.pop(self.path.removeprefix("/cancel"), None)  # remove it, if it is there
            return self.answer(200, "cancelled\n")
        self.answer(200, "\n".join(f"/cancel{path}" for path in THINGS))


careless = launch(Careless)
print(requests.get(careless.url, timeout=3).text)

# %% [markdown]
# A search engine comes by. It opens every link that it finds; so do virus scanners, and the preview in a chat. They may: GET is safe.

# %%
def search_engine(url):
    for link in requests.get(url, timeout=3).text.split():
        requests.get(url + link, timeout=3)


with wire(careless) as tap:
    search_engine(tap.url)

print(len(THINGS), "things left")
tap[:4]

# %% [markdown]
# Nobody wanted that, and every message is in order. In May 2005 it happened to many people at once: Google's Web Accelerator, which
# fetched links ahead of time, deleted their pages in a service whose "delete" was a link.
#
# The cure is the verb. Here, what stands in the list are names, and cancelling is `DELETE`, which no link can send:

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

# %% [markdown]
# ## The status is half of the answer
#
# A client looks at the status first, and so does everything between client and server. REST services use those of lesson 11:
#
# | what happened | status |
# |---|---|
# | here it is; done, and here is how it looks now | 200 |
# | created, at the address in `Location` | 201 |
# | done, and nothing to say | 204 |
# | I do not understand your request; what you sent makes no sense | 400, 422 |
# | tell me who you are; you may not | 401, 403 |
# | there is no such thing; not with this verb | 404, 405 |
# | not in the state that things are in, as with a seat that is taken | 409 |
# | my fault | 500 |

# %%
for verb, path in [("GET", "/shows/1"), ("GET", "/shows/99"), ("DELETE", "/shows")]:
    reply = requests.request(verb, office.url + path, timeout=3)
    print(verb, path, "→", reply.status_code, reply.reason)

# %% [markdown]
# ## One door for everything
#
# Before REST, and after, many services worked like this one: one address, one verb, and what to do stands inside. Such a service is
# **API-centric**, it thinks in calls: *cancel the seat*. REST is **resource-centric**, it thinks in things: *the seat*.

# %%
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
# The same conversation as REST has it. Compare what can be seen from outside, in the first lines:

# %%
with wire(desk) as things:
    for verb in ["GET", "DELETE", "GET"]:
        requests.request(verb, things.url + "/seats/12", timeout=3)

for tap in [calls, things]:
    for exchange in tap.http:
        print(exchange.request.first_line, "→", exchange.response.status)

# %% [markdown]
# The first three lines say nothing to a **cache**, which keeps answers for the next client. No client knows what it may repeat, and a
# failure looks like success. **SOAP**, a standard for calls in envelopes of XML, is mostly used so. JSON in place of XML changes nothing:
# REST is *not* "JSON with verbs".
#
# ## How much of it is REST?
#
# Leonard Richardson sorted services into four levels (2008):
#
# | level | it adds | to cancel a seat |
# |---|---|---|
# | 0 | one address for all | `POST /` with `{"call": "cancelSeat", "seat": 11}` |
# | 1 | **name everything**: an address for each resource | `POST /seats/11` with `{"call": "cancel"}` |
# | 2 | verbs and statuses that mean what they say | `DELETE /seats/11`, and 204 comes back |
# | 3 | **link things**, reveal them gradually: each answer says where to go on | the same, at an address that a link gave |
#
# **Predict, then run.** On which levels are `one_door`, `careless`, `desk` and `office`?

# %%
print(requests.get(desk.url + "/seats/13", timeout=3).text)
print(*home["_links"])

# %% [markdown]
# <details><summary>Answer</summary>
#
# One door: 0. Careless: 1 at best; it has many addresses, but they name calls, and GET does not mean what it should. The desk: 2; its answers lead nowhere,
# and you had to know its addresses. The box office: 3.
#
# </details>
#
# People disagree about the name. Fielding wrote in 2008: "if the engine of application state (and hence the API) is not
# being driven by hypertext, then it cannot be RESTful and cannot be a REST API." *Hypertext* is text with links: for him, only level 3
# is REST.
#
# Most services that are called REST are on level 2 all the same. A document lists their addresses, and that works. Links let a server
# move things, and show what is possible now; but clients have to follow them. [Lesson 22](22-rest-server.ipynb) builds level 2.

# %% [markdown]
# ## Recap
#
# - Name everything: a resource has a URI. Link things: an answer says where to go on. Show things as the client likes: one resource,
#   several representations.
# - GET changes nothing, PUT and DELETE mean the same once or twice, POST does not: clients rely on it.
# - The status says what happened. Level 2 is all this without links; REST as it was named has links.
#
# **Check yourself**
#
# <details><summary>What is wrong with GET /cancelSeat?id=11 ?</summary>
#
# The address names a call, not a thing, and GET must not change anything. DELETE /seats/11 says the same, and keeps the promise.
#
# </details>
# <details><summary>A client sends a request and gets no answer. What may it do?</summary>
#
# Send it again if its verb is idempotent: GET, PUT, DELETE. After a POST it has to look first whether the thing is there.
#
# </details>
# <details><summary>Is a resource a row in a database?</summary>
#
# It may be stored as one, or as ten, or be worked out anew each time, like the list of free seats. The client sees the name, and a
# representation.
#
# </details>
# <details><summary>A service speaks JSON, with the right verbs and statuses, and has no links. Is it REST?</summary>
#
# It is on level 2. Most people say yes, the author of the word says no. "An HTTP API on level 2" is exact, and nobody disagrees.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 21](../exercises/21-what-is-rest.ipynb). **Next lesson:** [A REST service with
# Flask](22-rest-server.ipynb).

# %%
stop_all()
