# %% [markdown]
# # A service to trust
#
# 41 minutes. You need [lesson 25](25-formats.ipynb).
#
# By the end you can
#
# - refuse a request that makes no sense, and say why in a form that programs can read,
# - keep two clients from overwriting each other's changes,
# - ask for a token, and decide which web pages may read your service.

# %% [markdown] minutes=2
# ## A refusal that a program can read
#
# Ada wants seat 500. The theatre has 120 seats.

# %%
import requests

from wirelab import launch, stop_all, wire

office = launch("servers.ticket_service")
with wire(office) as tap:
    requests.post(tap.url + "/bookings", json={"show": 1, "seat": 500, "name": "Ada"}, timeout=3)
tap

# %% [markdown]
# The service refuses, with 422. (The first line has an older name of it, *Unprocessable Entity*.) The body is a **problem document**: JSON of
# the type `application/problem+json`. RFC 9457 defines its members, so they mean the same in every service that uses it.
#
# | member | what it says |
# |---|---|
# | `type` | the name of this kind of problem, a URI that programs compare; `about:blank` where the status says enough |
# | `title` | the kind of problem, for people |
# | `status` | the status once more |
# | `detail` | what is wrong this time |
#
# A fifth member, `instance`, is a URI for this one case. This service does not send it. A service may add members of its own: here `errors`.

# %% [markdown] tags=["notes"]
# **Ask:** What can go wrong when two people use a service at once? Collect the answers. The lost update comes in this lesson, and the seat that
# is sold twice comes in the next one.

# %% [markdown] minutes=3
# ## Every error in one place
#
# A service refuses in many places, and Flask refuses by itself as well. One **error handler** turns all these refusals into problem
# documents. `abort` ends a view with a status and a text. The view `posters` has a mistake on purpose.

# %%
import json

from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException

stage = Flask("stage")


@stage.errorhandler(HTTPException)
def problem(error):
    document = {"type": "about:blank", "title": error.name, "status": error.code, "detail": error.description}
    response = error.get_response()
    response.data, response.content_type = json.dumps(document), "application/problem+json"
    return response


# %%
@stage.get("/shows/<int:number>")
def show(number):
    abort(404, f"there is no show {number}")


@stage.get("/posters")
def posters():
    return {}["Hamlet"]


stage_server = launch(stage)
for path in ["/shows/9", "/actors", "/posters"]:
    reply = requests.get(stage_server.url + path, timeout=3)
    print(reply.status_code, reply.headers["Content-Type"], reply.json()["detail"])
reply = requests.delete(stage_server.url + "/posters", timeout=3)
print(reply.status_code, reply.json()["title"], sorted(reply.headers["Allow"].split(", ")))

# %% [markdown]
# A client can read all four refusals in the same way.
#
# - The first one comes from `abort`, and the second one from Flask.
# - The third one is the mistake in `posters`, a `KeyError`. Flask makes a 500 of it, and does not tell the client more.
# - The fourth one is a DELETE, which `posters` does not support. A 405 has to have the header `Allow` (RFC 9110 §15.5.6). It is still there,
#   because the handler takes Flask's own response, and replaces only the body and its type.

# %% [markdown] minutes=4
# ## Say all that is wrong
#
# **Predict, then run.** What is wrong with this booking, and how many mistakes will the service name?

# %% tags=["predict"]
wrong = {"show": 1, "seat": "12", "name": "", "price": 0}
reply = requests.post(office.url + "/bookings", json=wrong, timeout=3)
print(reply.status_code, reply.json()["title"])
reply.json()["errors"]

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three things are wrong: the seat is a string, the name is empty, and there is no field `price`. The service names all three at once. Otherwise
# the client would learn of one mistake at a time.
#
# </details>
#
# Each error has a `pointer`, which says where in the client's JSON the mistake is.

# %% [markdown] minutes=6
# ## Describe what is right
#
# In lesson 22 you wrote such rules with `if`. With **pydantic** you write a **model**: a class that names each field and its type. pydantic
# compares what was sent with the model.
#
# Here are two models of a booking. `Annotated[int, Field(ge=1, le=120)]` means: an integer from 1 to 120 (`ge` is *greater or equal*, `le` is
# *less or equal*). The second model is `strict`: it converts no types. It also forbids extra fields.

# %%
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Lax(BaseModel):
    seat: Annotated[int, Field(ge=1, le=120)]


class Strict(Lax):
    model_config = ConfigDict(strict=True, extra="forbid")


def validated(model, seat):
    try:
        return model.model_validate({"seat": seat}).seat
    except ValidationError:
        return "refused"


validated(Lax, 12), validated(Lax, 121)

# %% [markdown]
# **Predict, then run.** Which of these values does the lax model accept as a seat, and which does the strict one accept?

# %% tags=["predict"]
for seat in ["12", 12.0, True, 0, float("nan")]:
    print(f"{seat!r:5} lax: {validated(Lax, seat)!r:10} strict: {validated(Strict, seat)!r}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The strict model accepts none of them. The lax one converts the first three; `True` becomes seat 1. A client that sends `True` has made a
# mistake, and it would learn of it only at the theatre.
#
# </details>
#
# The last value is NaN, *not a number*. JSON has no such value. Python's `json` module reads and writes NaN all the same, unless a program
# forbids that. The box office forbids it.

# %% [markdown] tags=["notes"]
# **Ask:** Should a service be lenient with what it accepts? Let two people argue it. A mistake that is refused is found by the person who made it.
#
# **What goes wrong:** People write `strict=True` into the `Field` of one field and expect it to count for all of them.

# %% [markdown] minutes=5
# ## Break it: the lost update
#
# Here is a service for the programme of the theatre. It has one show, and no protection yet.

# %%
from flask.views import MethodView

SHOWS = {1: {}}


class Programme(MethodView):
    def get(self):
        return SHOWS[1]

    def put(self):
        SHOWS[1] = request.get_json()
        return SHOWS[1]


app = Flask("programme")
app.add_url_rule("/shows/1", view_func=Programme.as_view("show"))
programme = launch(app)

# %% [markdown]
# The title has a spelling mistake, and Ben corrects it. Cy knows that the show begins later. Each of them reads the show, changes one line,
# and writes the show back.
# **Predict, then run.** What does the service have in the end?

# %% tags=["predict"] breaks="Cy writes back an old copy, and Ben's change is lost"
SHOWS[1] = {"title": "Hamlit", "starts": "19:30"}
url = programme.url + "/shows/1"
bens_copy = requests.get(url, timeout=3).json()
cys_copy = requests.get(url, timeout=3).json()

bens_copy["title"] = "Hamlet"
cys_copy["starts"] = "20:00"
for copy in [bens_copy, cys_copy]:
    print(requests.put(url, json=copy, timeout=3).status_code)
requests.get(url, timeout=3).json()

# %% [markdown]
# <details><summary>Answer</summary>
#
# The mistake is back. Cy wrote back his whole copy, which he had read before Ben's change.
#
# </details>
#
# Both clients got 200, so neither of them knows. This is the **lost update**. A lock in the server does not help, because each request alone was
# right. The mistake is that Cy decided from an old copy.
#
# ```mermaid
# sequenceDiagram
#     participant B as Ben
#     participant S as programme
#     participant C as Cy
#     B->>S: GET
#     C->>S: GET
#     B->>S: PUT, title corrected
#     Note over C: his copy is old now
#     C->>S: PUT, with the old title
#     Note over S: Ben's change is lost
# ```

# %% [markdown] tags=["notes"]
# **Do:** Let two people act it out. Both copy a line from one sheet of paper, and both bring back a new sheet.
#
# **Ask:** Why not a lock? Because the client may hold it over lunch, or never come back.

# %% [markdown] minutes=6
# ## ETag and If-Match
#
# The cure: every version has a name, its **ETag**. A client that changes something sends the ETag of the version that it has read, in the
# header `If-Match`. The server makes the change only if that version is still there. Otherwise it answers **412** *Precondition Failed*
# (RFC 9110 §13.1.1). If the header is missing, it answers **428** (RFC 6585 §3).
#
# Here the ETag is a **hash** of the JSON: a short string that is made from the bytes, and that changes when they change. `sort_keys` writes the
# fields in a fixed order, as Flask does.

# %%
from hashlib import sha256


def tag():
    return sha256(json.dumps(SHOWS[1], sort_keys=True).encode()).hexdigest()[:8]


before = tag()
SHOWS[1]["starts"] = "21:00"
before, tag()

# %% [markdown]
# The server compares the tags and then changes the show. The lock does not cure the lost update. It only keeps another request from coming
# between these two steps. `request.if_match` is the header, parsed by Flask.

# %%
from threading import Lock

compare_and_change = Lock()


class Careful(Programme):
    def get(self):
        return SHOWS[1], 200, {"ETag": f'"{tag()}"'}

    def put(self):
        with compare_and_change:
            if not request.if_match:
                abort(428)
            if not request.if_match.contains(tag()):
                abort(412)
            return super().put()

# %%
app = Flask("careful")
app.add_url_rule("/shows/1", view_func=Careful.as_view("show"))
careful = launch(app)


def put(seen, **change):
    if_match = {"If-Match": seen.headers["ETag"]}
    return requests.put(seen.url, json=seen.json() | change, headers=if_match, timeout=3).status_code

# %% [markdown]
# `put` sends the show that was read, with one change, and names the version that was read. Now the same story once more. When Cy gets 412, he
# reads the show again, and changes his line in the new version.

# %%
SHOWS[1] = {"title": "Hamlit", "starts": "19:30"}
with wire(careful) as tap:
    ben, cy = [requests.get(tap.url + "/shows/1", timeout=3) for _ in range(2)]
    print("Ben", put(ben, title="Hamlet"))
    print("Cy ", put(cy, starts="20:00"))
    cy = requests.get(cy.url, timeout=3)
    print("Cy ", put(cy, starts="20:00"), "the second time")
print(SHOWS[1])
tap[6]

# %% [markdown]
# Both changes are there. The request in the wire view is the one that got 412: its `If-Match` names an old version.
#
# `If-Match` has a price. Suppose that the answer to a PUT gets lost, and the client repeats the PUT. The first PUT has changed the ETag, so
# the client gets 412 for its own change. It has to GET and compare.

# %% [markdown] minutes=6
# ## Who are you?
#
# A customer of the box office registers once and gets a **token**: a long random string. The client sends it in the header `Authorization`, after
# the word `Bearer` (RFC 6750). The **bearer** of a token is the one who has it. Many services give tokens out by **OAuth 2.0** (RFC 6749).

# %%
def register(name):
    customer = requests.post(office.url + "/customers", json={"name": name}, timeout=3).json()
    return {"Authorization": "Bearer " + customer["token"]}


ada, ben = register("Ada"), register("Ben")
wanted = {"show": 1, "seat": 20, "name": "Ada"}
booked = requests.post(office.url + "/bookings", json=wanted, headers=ada, timeout=3)
booked.status_code, booked.headers["Location"]

# %% [markdown]
# Ada's token came with the booking, so the booking belongs to Ada. **Predict, then run.** Three clients ask for it: one without a token, Ben, and Ada. Which statuses
# do they get?

# %% tags=["predict"]
for name, headers in {"nobody": {}, "Ben": ben, "Ada": ada}.items():
    reply = requests.get(office.url + booked.headers["Location"], headers=headers, timeout=3)
    print(f"{name:6} {reply.status_code} {reply.headers.get('WWW-Authenticate', '')}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 401, 403 and 200.
#
# - **401** *Unauthorized*: the request does not show who sent it. `WWW-Authenticate` says what to send.
# - **403** *Forbidden*: the server understood the request and refuses. Here it knows Ben, and the booking is not his.
#
# Neither gets better by sending the same request again.
#
# </details>
#
# A 403 tells Ben that there is such a booking. Where even that is a secret, a service answers 404 instead (RFC 9110 §15.5.4).
#
# Everyone who has the token can act as Ada. So a token travels only by HTTPS. The service stores a hash of it in place of the token. And a token
# never stands in an address:

# %%
app = Flask("leaky")
app.add_url_rule("/bookings", view_func=lambda: {})
leaky = launch(app)
requests.get(leaky.url + "/bookings?token=1.My-Secret", timeout=3)
requests.get(leaky.url + "/bookings", headers={"Authorization": "Bearer 1.My-Secret"}, timeout=3)
leaky.log.wait(2)
print(leaky.log)

# %% [markdown]
# Addresses are written to logs and to the history of browsers, and people send them to each other. Headers mostly are not. But some tools record
# headers too, and `tap.save` in this course does: remove secrets from such a file.

# %% [markdown] tags=["notes"]
# **What goes wrong:** The names mislead. 401 is called *Unauthorized*, and it is about who you are. 403 is about what you may do.
#
# **Short of time:** Do not run the server with the token in its address. Show its stored log.

# %% [markdown] minutes=7
# ## A page from somewhere else
#
# This section is about browsers. You can also read it later, before lesson 35.
#
# A web page wants to display the title of a show. Its script sends a GET to the service with `fetch`, and puts the title into the page. You
# need not read more of the script.
#
# The page comes from one server, and the service is another one. Scheme, host and port together are an **origin**. These two servers differ
# in the port, so they have different origins.

# %%
PAGE = """<p id="answer">waiting for the service</p>
<script>
fetch("API").then(reply => reply.json()).then(show => answer.textContent = show.title)
    .catch(error => answer.textContent = "no answer for this page: " + error)
</script>"""
services = {"first": careful}
app = Flask("pages")
app.add_url_rule("/<name>", view_func=lambda name: PAGE.replace("API", services[name].url + "/shows/1"))
pages = launch(app, port=8053)
pages.page("/first", height=90)

# %% [markdown]
# The page got no answer. But the service has sent one: insert a cell, type `careful.log`, and run it. The last line is the GET of the page, with
# 200. The browser has the answer and does not give it to the page. This rule of browsers is the **same-origin policy**.
#
# Why? Suppose that you are logged in to your mail in this browser. A strange page could ask your mail service with `fetch`, and the browser
# could send your cookie along. If the page could read the answer, it could read your mail.
#
# A service may permit it in a header. The rules for that are called **CORS**, *Cross-Origin Resource Sharing*:

# %%
app = Flask("open")
app.add_url_rule("/shows/1", view_func=Careful.as_view("show"))


@app.after_request
def allow_every_origin(response):
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


services["second"] = launch(app)
pages.page("/second", height=90)

# %% [markdown]
# Now the page shows the title. The star permits every origin, which is right for a public programme. For other data, name the one origin that may
# read them.
#
# A page may also want to send a PUT with JSON. Then the browser first sends a request of its own, with the method OPTIONS: may this page do that?
# This is the **preflight**. This service would need two more headers to permit it, and the package Flask-CORS sends them.
#
# **Predict, then run.** A Python program sends the header `Origin` of a strange page to the service without CORS. Can it read the answer?

# %% tags=["predict"]
reply = requests.get(careful.url + "/shows/1", headers={"Origin": "http://evil.example"}, timeout=3)
reply.status_code, reply.headers.get("Access-Control-Allow-Origin"), reply.json()["title"]

# %% [markdown]
# <details><summary>Answer</summary>
#
# Yes. CORS is a rule for browsers, and it protects their users. It keeps no program away from a service. A token does.
#
# </details>
#
# The rule is about *reading* the answer. A strange page can still send what a plain form can send. If the browser sends your cookie along, the
# service does what the page wants. This is **cross-site request forgery** (CSRF, CWE-352), which you know from lesson 16. Two things help: a
# cookie with `SameSite`, and a token in the header `Authorization`, which a strange page does not have.

# %% [markdown] tags=["notes"]
# **Do:** Open the browser's console beside the first page: it names the header that is missing.
#
# **Ask:** Who is protected here, and from whom? Many take CORS for an error of the server.
#
# **What goes wrong:** Where the notebook runs on another computer than the browser, neither page reaches the service.

# %% [markdown] minutes=2
# ## Recap
#
# - Validate everything that comes in: exact types and known fields. Say what is wrong in a problem document, made in one place.
# - A client that changes something names the version that it has read: ETag, `If-Match`, 412, 428.
# - 401: who are you? 403: I refuse. CORS says which pages may read an answer.
#
# **Check yourself**
#
# <details><summary>Two clients PATCH different fields of one booking, without If-Match. Can anything go wrong?</summary>
#
# Neither field is lost. But each client decided from an old version: one moves the booking to another show, and the other to a seat that this
# show does not have.
#
# </details>
# <details><summary>409 or 412?</summary>
#
# 412: the condition that you sent is false. 409: the request does not fit what the service has, as with a seat that is taken.
#
# </details>
# <details><summary>A request has a token that the service does not know. 401 or 403?</summary>
#
# 401. The token does not show who the client is.
#
# </details>
# <details><summary>A page cannot read your service, but curl can. Where is the rule?</summary>
#
# In the browser. Your service can permit the origin of the page with `Access-Control-Allow-Origin`.
#
# </details>
#
# **Now you:** [exercise 26](../exercises/26-a-service-to-trust.ipynb). **Next lesson:** [A service that
# holds](27-a-service-that-holds.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
