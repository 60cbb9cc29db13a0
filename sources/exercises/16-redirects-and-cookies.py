# %% [markdown]
# # Exercise 16: the keeper of the station
#
# You need [lesson 16](../notebooks/16-redirects-and-cookies.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import json
import secrets
from contextlib import suppress
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import requests

import servers
from wirelab import check, hint, launch, show_me, stop_all, wire

# %% [markdown]
# ## 16.1 The request after a redirect
#
# A weather display sends a request and gets a `status`. Write `method_after`. It returns the method of the next request, which the display
# sends to the address in `Location`. `method` is a string such as `"POST"`, and `status` is an integer.
#
# - After 307 and 308 the method stays.
# - After 303 it is `"GET"`; after a `HEAD` it stays `"HEAD"`.
# - After 301 and 302 a `POST` becomes a `"GET"`. Other methods stay.
# - Any other status is no redirect: return `None`.

# %% [markdown] tags=["solution"]
# Five statuses and three rules. The rules for 301 and 302 are what browsers do, and RFC 9110 allows it; it was a mistake once, and too many
# servers count on it today. 304 begins with a 3, and sends nobody anywhere.

# %% exercise="16.1"
def method_after(method, status):
    ### BEGIN SOLUTION
    if status in (307, 308):
        return method
    if status == 303:
        return "HEAD" if method == "HEAD" else "GET"
    if status in (301, 302):
        return "GET" if method == "POST" else method
    return None
    ### END SOLUTION

# %% wrong="16.1" caught_by="sends POST after POST and 307" says="the same request again"
def method_after(method, status):
    return "GET" if status in (301, 302, 303, 307, 308) else None

# %% wrong="16.1" caught_by="sends GET after POST and 301" says="a client sends a GET in place of a POST"
- if status in (307, 308):
+ if status in (301, 307, 308):

# %% wrong="16.1" caught_by="sends PUT after PUT and 301" says="It leaves other methods as they are"
- return "GET" if method == "POST" else method
+ return "GET"

# %% wrong="16.1" caught_by="sends GET after PUT and 303" says="whatever it did before"
- return "HEAD" if method == "HEAD" else "GET"
+ return "GET" if method == "POST" else method

# %% wrong="16.1" caught_by="sends HEAD after HEAD and 303" says="by HEAD after a HEAD"
- return "HEAD" if method == "HEAD" else "GET"
+ return "GET"

# %% wrong="16.1" caught_by="sends nothing after GET and 304" says="your copy is still good"
- if status in (301, 302):
+ if 300 <= status < 400:

# %% wrong="16.1" caught_by="sends nothing after GET and 200" says="return None"
- return None
+ return method

# %% wrong="16.1" caught_by="sends PATCH after PATCH and 302" says="It leaves other methods as they are"
def method_after(method, status):
    if status in (307, 308):
        return method
    if status == 303:
        return "HEAD" if method == "HEAD" else "GET"
    if status in (301, 302):
        return method if method in ("GET", "HEAD", "PUT", "DELETE") else "GET"
    return None

# %% right="16.1" style="a table"

def method_after(method, status):
    stays = {301: method != "POST", 302: method != "POST", 303: method == "HEAD", 307: True, 308: True}
    if status not in stays:
        return None
    return method if stays[status] else "GET"

# %% right="16.1" style="match"
def method_after(method, status):
    match status, method:
        case (307 | 308, _) | (303, "HEAD"):
            return method
        case (303, _) | (301 | 302, "POST"):
            return "GET"
        case (301 | 302, _):
            return method

# %% right="16.1" style="one condition after another"
def method_after(method, status):
    if status not in [301, 302, 303, 307, 308]:
        return
    if status >= 307 or method == "HEAD":
        return method
    if status == 303 or method == "POST":
        return "GET"
    return method

# %% checks="16.1" points=2
check("16.1", method_after)

# %% [markdown]
# ## 16.2 Read a capture and find its fault
#
# Three stations had a problem. Somebody recorded what crossed the wire, as `.har` files. Browsers write such files too, in their developer
# tools under *Network*. Each file has entries: a request and its response.
#
# - `lost-login`: "I log in with the right password, and I am asked to log in again."
# - `sent-twice`: "I reported 16.5 once, and the station has it two times."
# - `lost-reading`: "The station has moved to `/v2`. My display still reports to the old address, and nothing arrives."

# %%
CAPTURES = Path(servers.__file__).parents[1] / "exercises" / "captures"


def show_headers(message):
    for header in message["headers"]:
        if header["name"] in ("Cookie", "Location", "Set-Cookie"):
            print(f"        {header['name']}: {header['value']}")


def show_capture(name):
    """Print the entries of a capture, with the headers that matter here."""
    har = json.loads((CAPTURES / f"{name}.har").read_text(encoding="utf-8"))
    for number, entry in enumerate(har["log"]["entries"]):
        sent, came = entry["request"], entry["response"]
        print(number, sent["method"], sent["url"], sent.get("postData", {}).get("text", ""))
        show_headers(sent)
        print("      →", came["status"], *came["content"].get("text", "").split())
        show_headers(came)



# %%
for name in ["lost-login", "sent-twice", "lost-reading"]:
    print(f"\n{name}")
    show_capture(name)

# %% [markdown]
# In each capture the server made one fault. Write `fault_in`. It gets the name of a capture and returns a tuple of three things:
#
# 1. the number of the entry whose response is wrong; if two entries have the same fault, the first one,
# 2. what is wrong there: `"status"`, or `"Path"` for the path of a cookie,
# 3. what it should be: a status as an integer, or a path as a string. If several values are right, return any of them.

# %% [markdown] tags=["solution"]
# In all three captures the fault shows later than it happens. `lost-login`: the cookie has `Path=/login`, so the browser does not send it
# to `/readings`. `sent-twice`: the answer to the form is a page, so the reload repeats the POST. `lost-reading`: after 301 the client sends
# a GET in place of its POST, and the body is lost. 308 keeps both (and 307, for a move that is not for ever).

# %% exercise="16.2"
def fault_in(name):
    ### BEGIN SOLUTION
    faults = {
        "lost-login": (1, "Path", "/"),
        "sent-twice": (1, "status", 303),
        "lost-reading": (1, "status", 308),
    }
    return faults[name]
    ### END SOLUTION

# %% wrong="16.2" caught_by="finds the entry with the fault of lost-login" says="after which something goes wrong"
- "lost-login": (1, "Path", "/"),
+ "lost-login": (2, "status", 200),

# %% wrong="16.2" caught_by="finds the entry with the fault of sent-twice" says="after which something goes wrong"
- "sent-twice": (1, "status", 303),
+ "sent-twice": (2, "status", 409),

# %% wrong="16.2" caught_by="says what is right in sent-twice" says="the browser repeated its last request"
- "sent-twice": (1, "status", 303),
+ "sent-twice": (1, "status", 201),

# %% wrong="16.2" caught_by="says what is right in lost-reading" says="the reading never arrived"
- "lost-reading": (1, "status", 308),
+ "lost-reading": (1, "status", 302),

# %% wrong="16.2" caught_by="says what is right in lost-login" says="For which paths is that cookie?"
- "lost-login": (1, "Path", "/"),
+ "lost-login": (1, "Path", "/login/readings"),

# %% wrong="16.2" caught_by="says what is wrong in lost-login" says="without a cookie"
- "lost-login": (1, "Path", "/"),
+ "lost-login": (1, "status", 200),

# %% wrong="16.2" caught_by="gives three things for lost-login" says="Three things in a tuple"
- return faults[name]
+ return faults[name][0]

# %% wrong="16.2" caught_by="gives three things for lost-login" says="give it back with return"
- return faults[name]
+ print(faults[name])

# %% right="16.2" style="if and elif, and the path that is needed"
def fault_in(name):
    if name == "lost-login":
        return 1, "Path", "/readings"  # enough for the readings, but a logout elsewhere would not get the cookie
    elif name == "sent-twice":
        return 1, "status", 303
    return 1, "status", 307

# %% right="16.2" style="match"
def fault_in(name):
    match name:
        case "lost-login":
            return (1, "Path", "/")
        case "lost-reading":
            return (1, "status", 308)
        case "sent-twice":
            return (1, "status", 303)

# %% right="16.2" style="found by a program"
def fault_in(name):
    har = json.loads((CAPTURES / f"{name}.har").read_text(encoding="utf-8"))
    for number, entry in enumerate(har["log"]["entries"]):
        status = entry["response"]["status"]
        if entry["request"]["method"] == "POST":
            if status == 200:
                return [number, "status", 303]
            return [number, "status", 308] if status == 301 else [number, "Path", "/"]

# %% checks="16.2" points=3
check("16.2", fault_in)

# %% [markdown]
# ## 16.3 Log in at the station
#
# Only the keeper may see the reading. The handler is here. A POST to `/login` has the password as its body, and a POST to `/logout` has no body.

# %%
SESSIONS = set()  # the session ids of all browsers that are logged in


class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        cookie = SimpleCookie(self.headers.get("Cookie"))
        if "session" in cookie and cookie["session"].value in SESSIONS:
            self.answer(200, {}, "17.5")
        else:
            self.answer(303, {"Location": "/login"})

    def do_POST(self):
        cookie = SimpleCookie(self.headers.get("Cookie"))
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/login":
            self.answer(*log_in(sent))
        else:
            self.answer(*log_out(cookie["session"].value if "session" in cookie else ""))

    def answer(self, status, headers, text=""):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())


# %% [markdown]
# Write two functions. Each returns a status and a dictionary of headers.
#
# - `log_in(password)`: if the password is `sunshine`, begin a session. Its id is a random string of 16 characters at least, another one each time. Keep it in `SESSIONS`. Return 303, with
#   `Location: /` and a cookie `session` that has the id. Three attributes say: the cookie is for every path, JavaScript cannot read it, and a form of another site does not send it.
# - For any other password, `log_in` returns 403, without a cookie.
# - `log_out(session)`: `session` is an id. Forget it, and no other one. Return 303, with `Location: /login` and a cookie that deletes `session`. If the id is already forgotten, return the
#   same, without an error.
#
# The station has no page at `/login`, so the last cell does not follow the redirect to it.

# %% [markdown] tags=["solution"]
# `secrets` makes strings that nobody can guess. The cookie has the id and nothing else; what it means stands in `SESSIONS`, on the server.
# The logout deletes both: the browser's copy, by `Max-Age=0` with the same name and path, and the server's. The second is what counts,
# because there may be other copies. `discard` does nothing where there is nothing to forget. Two things are left out: here a session never ends by
# itself, and the password is written in the code. [login_server.py](../servers/login_server.py) gives a session an hour, and keeps a hash of the
# password.

# %% exercise="16.3"
def log_in(password):
    ### BEGIN SOLUTION
    if password != "sunshine":
        return 403, {}
    id = secrets.token_urlsafe(32)
    SESSIONS.add(id)
    return 303, {"Location": "/", "Set-Cookie": f"session={id}; Path=/; HttpOnly; SameSite=Lax"}
    ### END SOLUTION


def log_out(session):
    ### BEGIN SOLUTION
    SESSIONS.discard(session)
    return 303, {"Location": "/login", "Set-Cookie": "session=; Path=/; Max-Age=0"}
    ### END SOLUTION

# %% wrong="16.3" caught_by="forgets the session: a copy of the cookie opens nothing" says="the server has to forget the string as well"
- SESSIONS.discard(session)

# %% wrong="16.3" caught_by="keeps the sessions of others" says="Several people may be logged in at once"
- SESSIONS.discard(session)
+ SESSIONS.clear()

# %% wrong="16.3" caught_by="your code crashed" says="KeyError"
- SESSIONS.discard(session)
+ SESSIONS.remove(session)

# %% wrong="16.3" caught_by="gives each login another session" says="long and random"
- id = secrets.token_urlsafe(32)
+ id = "keeper-of-the-station"

# %% wrong="16.3" caught_by="gives a session id that nobody can guess" says="Whoever guesses the string is logged in"
- id = secrets.token_urlsafe(32)
+ id = str(len(SESSIONS))

# %% wrong="16.3" caught_by="shows the reading to a browser that is logged in" says="keep it in SESSIONS"
- SESSIONS.add(id)

# %% wrong="16.3" caught_by="hides the cookie from JavaScript" says="each after a semicolon"
- return 303, {"Location": "/", "Set-Cookie": f"session={id}; Path=/; HttpOnly; SameSite=Lax"}
+ return 303, {"Location": "/", "Set-Cookie": f"session={id}; Path=/; SameSite=Lax"}

# %% wrong="16.3" caught_by="answers 303 to the right password" says="a reload does not send it again"
- return 303, {"Location": "/", "Set-Cookie": f"session={id}; Path=/; HttpOnly; SameSite=Lax"}
+ return 200, {"Location": "/", "Set-Cookie": f"session={id}; Path=/; HttpOnly; SameSite=Lax"}

# %% wrong="16.3" caught_by="deletes the cookie" says="with the same name and the same Path"
- return 303, {"Location": "/login", "Set-Cookie": "session=; Path=/; Max-Age=0"}
+ return 303, {"Location": "/login", "Set-Cookie": "session="}

# %% wrong="16.3" caught_by="answers 403 to a wrong password" says="403, and no cookie"
- return 403, {}
+ return 303, {"Location": "/login"}

# %% wrong="16.3" caught_by="answers 403 to an almost right password, with a capital" says="Any other password is wrong"
- if password != "sunshine":
+ if password.strip().lower() != "sunshine":

# %% wrong="16.3" caught_by="gives ids of which one does not tell the next" says="long and random"
import time


def log_in(password):
    if password != "sunshine":
        return 403, {}
    id = f"{time.time_ns():020}"
    SESSIONS.add(id)
    return 303, {"Location": "/", "Set-Cookie": f"session={id}; Path=/; HttpOnly; SameSite=Lax"}

# %% wrong="16.3" caught_by="deletes the cookie then too" says="the browser may still have the cookie"
- SESSIONS.discard(session)
+ if session not in SESSIONS:
+     return 303, {"Location": "/login"}
+ SESSIONS.discard(session)

# %% right="16.3" style="SimpleCookie writes the header"
def cookie(value, **attributes):
    written = SimpleCookie()
    written["session"] = value
    written["session"]["path"] = "/"
    written["session"]["httponly"] = True
    written["session"]["samesite"] = "Strict"
    for name, attribute in attributes.items():
        written["session"][name] = attribute
    return written["session"].OutputString()


def log_in(password):
    if password == "sunshine":
        SESSIONS.add(id := secrets.token_hex())
        return 303, {"Location": "/", "Set-Cookie": cookie(id)}
    return 403, {}


def log_out(session):
    SESSIONS.difference_update([session])
    return 303, {"Location": "/login", "Set-Cookie": cookie("", **{"max-age": "0"})}

# %% right="16.3" style="a new set each time, and uuid"
from uuid import uuid4


def log_in(password):
    global SESSIONS
    headers = {}
    if password == "sunshine":
        new = uuid4().hex
        SESSIONS = SESSIONS | {new}
        headers["Location"] = "/"
        headers["Set-Cookie"] = "session=" + new + "; path=/; httponly; samesite=lax; Max-Age=3600"
    return (303 if headers else 403), headers


def log_out(session):
    global SESSIONS
    SESSIONS = {one for one in SESSIONS if one != session}
    return 303, {"Set-Cookie": "session=gone; Max-Age=0; Path=/; HttpOnly", "Location": "/login"}

# %% right="16.3" style="a date in the past deletes the cookie"
def log_out(session):
    with suppress(KeyError):
        SESSIONS.remove(session)
    return 303, {"Location": "/login", "Set-Cookie": "session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}

# %% right="16.3" style="hmac compares, and if asks before it removes"
import hmac

ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Lax"


def log_in(password):
    if not hmac.compare_digest(password.encode(), b"sunshine"):
        return 403, {"Content-Type": "text/plain"}
    id = secrets.token_bytes(24).hex()
    SESSIONS.update({id})
    return 303, {"Location": "/", "Set-Cookie": "session=" + id + ATTRIBUTES}


def log_out(session):
    if session in SESSIONS:
        SESSIONS.remove(session)
    return 303, {"Location": "/login", "Set-Cookie": "session=" + ATTRIBUTES + "; Max-Age=0"}

# %%
station = launch(Station)

# %% checks="16.3" points=4
check("16.3", station)

# %% [markdown]
# Log in as a browser does, and look at the wire: the cookie comes, goes along, and is deleted.

# %%
with wire(station) as tap, requests.Session() as browser, suppress(requests.RequestException):
    browser.post(tap.url + "/login", data="sunshine", timeout=1)
    browser.post(tap.url + "/logout", timeout=1, allow_redirects=False)

tap

# %%
stop_all()
