# %% [markdown]
# # Redirects, cookies, logins
#
# 44 minutes. You need [lesson 14](14-break-the-server.ipynb).
#
# By the end you can
#
# - choose a redirect, and say which ones turn a POST into a GET,
# - keep a reload from sending a form twice,
# - write a login and a logout with a cookie, and say what the cookie protects and what not.

# %% [markdown] minutes=2
# ## A login
#
# Ada logs in by POST. A `Session` of requests plays her browser, and keeps what the server sets. Here are messages 1 and 2. Which
# value is in both?

# %% [markdown] tags=["notes"]
# **Ask:** HTTP knows nothing about Ada. How does the server know in the third message who sends it?
#
# **What goes wrong:** People look at the body of the response. Point at `Location` and `Set-Cookie`: a browser obeys both and shows
# neither.

# %%
import requests

from wirelab import launch, stop_all, wire

members = launch("servers.login_server")
ada = {"name": "Ada", "password": "to-be-or-not"}
with wire(members) as tap, requests.Session() as browser:
    reply = browser.post(tap.url + "/login", data=ada, timeout=3)

tap[1:3]

# %% [markdown] minutes=6
# It is the long random string. The server sent it in `Set-Cookie`, and the client sent it back in `Cookie`. (`Location: account` is a
# relative URL, as in a link: seen from `/login`, it leads to `/account`.)
#
# ## Look elsewhere
#
# Most statuses that begin with 3 say: look elsewhere. `Location` says where. Five of them are **redirects**, which clients follow
# (RFC 9110 §15.4). (304 is none: it says that your copy is still good.) They differ in two things. Is the move for ever or for now? And does the client send the same method again, or a GET instead?
#
# | | for now | for ever |
# |---|---|---|
# | a POST may become a GET | 302 Found | 301 Moved Permanently |
# | the same method and body again | 307 Temporary Redirect | 308 Permanent Redirect |
# | always a GET (but a HEAD stays a HEAD) | 303 See Other | |
#
# This server redirects `/301` with 301, and so on. At `/here` it says what has arrived.

# %%
from http.server import BaseHTTPRequestHandler


class Moved(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/here":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{self.command} with {len(body)} bytes".encode())
        else:
            self.send_response(int(self.path[1:]))
            self.send_header("Location", "/here")
            self.end_headers()

    do_POST = do_GET


moved = launch(Moved)

# %% [markdown]
# **Predict, then run.** A client sends a form of ten bytes by POST to each of the five addresses. Which method arrives at `/here` each time,
# and with how many bytes?

# %% tags=["predict"]
for status in [301, 302, 303, 307, 308]:
    reply = requests.post(f"{moved.url}/{status}", data="seat=12&x=", timeout=3)
    print(status, "→", reply.text)

# %% [markdown]
# <details><summary>Answer</summary>
#
# After 301, 302 and 303 a GET without a body. After 307 and 308 the POST with its ten bytes. The old RFCs wanted 301 and 302 to keep the method.
# But browsers sent a GET after a POST, and today the RFC allows it (RFC 9110 §15.4.2). 307 and 308 came later. They say clearly: keep the method
# and the body. `requests` does here what browsers do.
#
# </details>
#
# A browser may keep a 301 or a 308 and never ask the old address again. A wrong 301 is hard to take back, so begin with 302 or 307.

# %% [markdown] tags=["notes"]
# **Do:** Let the room fill in the table of five rows before the cell runs. Ask for a use of each: a new domain (301), a page in another
# language (302), after a form (303), a service that moves (308).
#
# **Short of time:** Leave out "Break it: in a circle".

# %% [markdown] minutes=3
# ## Break it: in a circle
#
# `/old` sends its clients to `/new`. Somebody changes the plan, and now `/new` sends them to `/old`.

# %% breaks="two addresses redirect to each other, and the client gives up after 30 redirects"
class Circle(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", "/new" if self.path == "/old" else "/old")
        self.end_headers()


circle = launch(Circle)
try:
    requests.get(circle.url + "/old", timeout=3)
except requests.TooManyRedirects as error:
    print(error)

# %% [markdown]
# No server sees this fault: each answer alone is right. So the client counts, and gives up (RFC 9110 §15.4). To see what a redirect says, tell
# `requests` not to follow it:

# %%
reply = requests.get(circle.url + "/old", allow_redirects=False, timeout=3)
reply.status_code, reply.headers["Location"]

# %% [markdown] minutes=6
# ## Break it: one order, sent twice
#
# This shop takes an order by POST and answers 200 with a page. That page is on Ada's screen, and she presses *reload*. A browser then repeats
# its last request, and so does `reload` here. (A real browser asks first whether to send the form again. Many people press *Continue*.)

# %%
ORDERS = []


class Shop(BaseHTTPRequestHandler):
    def do_POST(self):
        ORDERS.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Thank you for your order")


def reload(browser, reply):
    return browser.send(reply.request, timeout=3)

# %% [markdown]
# **Predict, then run.** How many orders does the shop have?

# %% [markdown] tags=["notes"]
# **Ask:** Who has seen the browser's question *Confirm form resubmission*? That is this fault, and the browser asks because the page did not
# redirect.

# %% tags=["predict"] breaks="the answer to a form is a page, and a reload sends the form again"
shop = launch(Shop)
ORDERS.clear()
with requests.Session() as browser:
    reply = browser.post(shop.url, data={"seat": 12}, timeout=3)
    reload(browser, reply)
len(ORDERS)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two. The last request was the POST, so the reload orders again.
#
# </details>
#
# The cure is **303 See Other**: answer the form with a redirect to a page. The last request is then a GET, and a GET can be repeated. This
# is called *Post/Redirect/Get*. (It does not help against a double click. For that, the form carries a number that the server accepts once.)

# %%
class PoliteShop(Shop):
    def do_POST(self):
        ORDERS.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(303)
        self.send_header("Location", "/thanks")
        self.end_headers()

    def do_GET(self):
        self.send_response(200)
        self.end_headers()


shop = launch(PoliteShop)
ORDERS.clear()
with requests.Session() as browser:
    reload(browser, browser.post(shop.url, data={"seat": 12}, timeout=3))
len(ORDERS)

# %% [markdown] minutes=5
# ## A cookie
#
# HTTP is **stateless**: a server understands each request without the ones before it. So a server that wants to recognise a client must
# give it something to send along. That is a **cookie** (RFC 6265). The server sends a name and a value in `Set-Cookie`. The client keeps
# it, and sends it back in `Cookie` with each request to this server. The server of the next cell counts visits in a cookie:

# %%
from http.cookies import SimpleCookie


class Visits(BaseHTTPRequestHandler):
    def do_GET(self):
        sent = SimpleCookie(self.headers.get("Cookie"))
        count = int(sent["visits"].value) + 1 if "visits" in sent else 1
        self.send_response(200)
        self.send_header("Set-Cookie", f"visits={count}")
        self.end_headers()
        self.wfile.write(f"visit {count}".encode())


visits = launch(Visits)

# %% [markdown]
# **Predict, then run.** `requests.get` forgets its cookies after each call, and a `Session` of requests keeps them. What do three visits of
# each show?

# %% tags=["predict"]
print([requests.get(visits.url, timeout=3).text for _ in range(3)])
with requests.Session() as browser:
    print([browser.get(visits.url, timeout=3).text for _ in range(3)])

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three times *visit 1*, then 1, 2, 3. The server keeps nothing. The number is with the client, and it crosses the wire both ways.
#
# </details>

# %% [markdown] minutes=3
# ## Break it: a cookie that is trusted
#
# A client can send any cookie, as it can send any header. This client has never been here:

# %% breaks="the server believes a number that the client has written itself"
requests.get(visits.url, cookies={"visits": "999"}, timeout=3).text

# %% [markdown]
# If the cookie were `member=Ada`, everybody could be Ada. So a login puts a **random string** into the cookie that nobody can guess, and
# keeps a table: which string belongs to whom. The string is the **session id**, and what the server keeps with it is the **session**. (This is
# not the `Session` of requests. That one is in the client, and keeps the client's cookies.)
#
# The module `secrets` makes such strings, out of bytes that the operating system gives it. Do not use `random`: it calculates each number from
# those before, and begins with a **seed**. Here the server has chosen one of 10,000 seeds. An attacker logs in once, sees one number, and tries all
# seeds. (With a better seed the attacker needs more numbers, and then can calculate the others too.)

# %%
import random
import secrets

server = random.Random(secrets.randbelow(10_000))  # nobody has told the attacker this seed
seen = server.random()  # the attacker's own session id
seed = next(seed for seed in range(10_000) if random.Random(seed).random() == seen)

attacker = random.Random(seed)
attacker.random()  # the number that the attacker has seen
print("the attacker knows the next session id:", attacker.random() == server.random())

# %% [markdown] minutes=6
# ## Where a cookie goes
#
# The **attributes** of a cookie tell the browser what to do with it. They never come back in `Cookie`.
#
# | attribute | what it does | without it |
# |---|---|---|
# | `Path=/account` | sends the cookie only with this path and paths below it; `Path=/` is every path | the folder of the page that set it |
# | `Domain=theatre.example` | sends it to subdomains too, such as `www.theatre.example` | only to the host that set it |
# | `Max-Age=3600` | keeps it for 3600 seconds; with 0, deletes it | until the browser is closed |
# | `HttpOnly` | hides it from JavaScript, so a script (lesson 14) cannot steal it | scripts can read it |
# | `Secure` | sends it only over `https` | over `http` too |
# | `SameSite=Lax` | from a page of another site, sends it only when somebody follows a link | browsers differ |
#
# To **delete** a cookie, a server sets it again with the same name, `Domain` and `Path`, and `Max-Age=0`.

# %%
class TwoCookies(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        if self.path == "/set":
            self.send_header("Set-Cookie", "language=en; Path=/; Max-Age=3600")
            self.send_header("Set-Cookie", "seat=12; Path=/account; HttpOnly")
        self.end_headers()
        self.wfile.write(str(self.headers.get("Cookie")).encode())


one, other = launch(TwoCookies, port=8001), launch(TwoCookies, name="the other", port=8011)

# %% [markdown]
# **Predict, then run.** The client has both cookies. Which ones does it send to each of these addresses? The last address is another
# server, on another port.

# %% tags=["predict"]
with requests.Session() as browser:
    browser.get(one.url + "/set", timeout=3)
    for address in [one.url + "/", one.url + "/account", one.url + "/accounting", other.url + "/"]:
        print(browser.get(address, timeout=3).text)

# %% [markdown]
# <details><summary>Answer</summary>
#
# `language` goes everywhere, and `seat` to `/account` only. `/accounting` is not below `/account`. The other server gets `language` too.
# **A cookie knows no port** (RFC 6265 §8.5): all servers with the same host name share their cookies. So give a cookie a name that nobody else
# uses. (`localhost` and `127.0.0.1` are two names, so they share none.)
#
# </details>
#
# `requests` obeys `Path` and `Max-Age`. `HttpOnly` and `SameSite` are for browsers, because only a browser runs the scripts and the forms
# of strangers. `SameSite` is not in RFC 6265. It comes with the successor of that RFC, which is known as 6265bis.
#
# `SameSite` is against this attack: a stranger's page has a form whose address is *your* server. Ada is logged in and opens that page. A
# script sends the form, and her browser adds her cookie. A server that looks only at the cookie sees no difference. This is **cross-site request
# forgery** (CSRF, CWE-352). A server can also look at the header `Origin`: there the browser says whose page has sent the form.

# %% [markdown] tags=["notes"]
# **Do:** Open the developer tools of a browser at a page that you know, *Application* or *Storage*, *Cookies*. Read the columns together.
#
# **What goes wrong:** Somebody takes `HttpOnly` for *http and not https*. It means: for HTTP, and not for scripts.

# %% [markdown] minutes=8
# ## Log out
#
# ```mermaid
# sequenceDiagram
#     participant B as browser
#     participant S as server
#     B->>S: POST /login, name and password
#     Note over S: keeps: this random string is Ada
#     S->>B: 303, Location: account, Set-Cookie: session=…
#     B->>S: GET /account, Cookie: session=…
#     S->>B: 200, Welcome, Ada
#     B->>S: POST /logout, Cookie: session=…
#     Note over S: forgets the string
#     S->>B: 303, Location: login, and a Set-Cookie that deletes the cookie
# ```
#
# This is the code for both. `SESSIONS` is the table: which string belongs to whom. (Here the passwords can be read. A real server keeps only
# a hash, from which nobody can calculate the password, as [login_server.py](../servers/login_server.py) does.)

# %%
SESSIONS, PASSWORDS = {}, {"Ada": "to-be-or-not"}


def log_in(name, password):
    if PASSWORDS.get(name) != password:
        return 403, {}
    session_id = secrets.token_urlsafe(32)
    SESSIONS[session_id] = name
    return 303, {"Location": "account", "Set-Cookie": f"session={session_id}; Path=/; HttpOnly; SameSite=Lax"}


def log_out(session_id):
    SESSIONS.pop(session_id, None)  # no error if the id is not there
    return 303, {"Location": "login", "Set-Cookie": "session=; Path=/; Max-Age=0"}

# %%
print(log_in("Ada", "a-guess"), SESSIONS)
status, headers = log_in("Ada", "to-be-or-not")
print(status, list(SESSIONS.values()), list(SESSIONS)[0] in headers["Set-Cookie"])
print(log_out(list(SESSIONS)[0]), SESSIONS)

# %% [markdown]
# Line by line: a wrong password gets 403, and no session. The right one gets 303, and the string in the cookie is the one in the table. The logout
# takes it out of the table.
#
# Somebody has copied Ada's cookie before she logs out: from a log, from a computer in a library. Here `copy` is that cookie. `last_part` is the
# part of an address after the last `/`.

# %%
def last_part(reply):
    return reply.url.rpartition("/")[2]


with requests.Session() as browser:
    browser.post(members.url + "/login", data=ada, timeout=3)
    copy = dict(browser.cookies)
    print(last_part(requests.get(members.url + "/account", cookies=copy, timeout=3)))
    browser.post(members.url + "/logout", timeout=3)
    print(dict(browser.cookies))

# %% [markdown]
# For the server, a client that sends this string is Ada. After the logout her browser has no cookie left. (`Max-Age=0` has deleted it.)
#
# **Predict, then run.** The thief still has the copy. Which page does the server show: `account` or `login`?

# %% [markdown] tags=["notes"]
# **Ask:** A logout that only deletes the cookie in the browser: what would this cell show? (`account`. The string would be as good as before.)
#
# **What goes wrong:** People think that the browser ends a session. The server ends it, by forgetting the string.

# %% tags=["predict"]
reply = requests.get(members.url + "/account", cookies=copy, timeout=3)
last_part(reply)

# %% [markdown]
# <details><summary>Answer</summary>
#
# `login`. The server has forgotten the string, so no copy of it is worth anything. A logout that only deletes the cookie would
# let the thief stay.
#
# </details>

# %% [markdown] minutes=2
# ## What stateless then means
#
# The table of sessions is **state**, and it is in the server. Is HTTP still stateless? Yes: the *protocol* is. Each request carries everything that
# the server needs to understand it. The cookie is a part of that. So the next request may use a new connection. HTTP does not say what a server
# stores in a table or a database.
#
# When the server starts again, its table is empty:

# %%
with requests.Session() as browser:
    browser.post(members.url + "/login", data=ada, timeout=3)
    print(last_part(browser.get(members.url + "/account", timeout=3)))
    members = launch("servers.login_server")
    print(last_part(browser.get(members.url + "/account", timeout=3)))

# %% [markdown] minutes=3
# Two servers side by side have the same problem: the second one does not know the first one's sessions. So real services keep them in a
# database that all servers share. Lesson 26 has another way, a token.
#
# ## Recap
#
# - After 303 a client sends a GET. After 307 and 308 it keeps method and body. After 301 and 302 a POST may become a GET. 301 and 308 are for
#   ever.
# - Answer a form with 303. Then a reload repeats a GET.
# - A cookie is a string that the client sends back. Put a random string into it, keep the rest on the server, and forget it at the logout.
#
# **Check yourself**
#
# <details><summary>A service moves, and its clients POST to it. Which redirect do you send?</summary>
#
# 308, or 307 while you are not sure. After 301 many clients would send a GET.
#
# </details>
# <details><summary>After the login, /login?next=… sends people to the page that they wanted. What can go wrong?</summary>
#
# `next` comes from the client. With `next=https://stranger.example/` your server sends people to a stranger's copy of your page. This is an
# **open redirect** (CWE-601). Accept only addresses from a list of your own. A slash at the beginning proves nothing: `//stranger.example/`
# leads to the stranger too.
#
# </details>
# <details><summary>Why is there a POST for the logout, and not a link?</summary>
#
# A link is a GET, and a GET must not change anything. A browser that loads links in advance would log people out.
#
# </details>
# <details><summary>A wrong password gets 403 here. Why not 401?</summary>
#
# A 401 has to come with the header `WWW-Authenticate` (RFC 9110 §15.5.2). It names a way to log in with headers. A login with a form is none
# of these ways. Lesson 26 uses 401.
#
# </details>
# <details><summary>A page has a hole for scripts. What does HttpOnly help?</summary>
#
# The script cannot read the cookie and send it away. But it can still send requests from this page, and the browser adds the cookie to
# them. Close the hole.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 16](../exercises/16-redirects-and-cookies.ipynb). **Next lesson:** [What REST
# means](21-what-is-rest.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
