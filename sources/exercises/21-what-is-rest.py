# %% [markdown]
# # Exercise 21: think in things
#
# You need [lesson 21](../notebooks/21-what-is-rest.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from http.server import BaseHTTPRequestHandler

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 21.1 From calls to things
#
# The weather service has five calls, and is to become a REST service. Write `as_rest`, so that it gives the verb and the path for a call,
# as a tuple: `("GET", "/stations")`. All stations together are at `/stations`; each station is below that, under its number. `number`
# is the number of the station that is meant, an integer from 0 up, or `None`.
#
# | call | what it does |
# |---|---|
# | `listStations` | gives all stations (`number` is `None`) |
# | `addStation` | adds one; the service chooses its number (`number` is `None`) |
# | `getStation` | gives the station with this number |
# | `replaceStation` | stores another state of the station with this number |
# | `removeStation` | removes the station with this number |

# %% [markdown] tags=["solution"]
# Five calls become two resources: the list of stations, and one station. What the calls *do* goes into the verb, so it must not stand in the path as
# well. A new station has no number yet, so it cannot be PUT anywhere: POST it to the list, and the service says where it is.

# %% exercise="21.1"
def as_rest(call, number=None):
    ### BEGIN SOLUTION
    verbs = {
        "listStations": "GET",
        "addStation": "POST",
        "getStation": "GET",
        "replaceStation": "PUT",
        "removeStation": "DELETE",
    }
    return verbs[call], "/stations" if number is None else f"/stations/{number}"
    ### END SOLUTION

# %% wrong="21.1" caught_by="gives a path for getStation 2 that names the station, not the call" says="got: '/getStation/2'"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ return verbs[call], f"/{call}" if number is None else f"/{call}/{number}"

# %% wrong="21.1" caught_by="gives a path for getStation 2 that names the station, not the call" says="A station has a name of its own"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ return verbs[call], "/stations" if number is None else f"/stations?id={number}"

# %% wrong="21.1" caught_by="chooses the verb of replaceStation 2" says="From now on, exactly this is here"
- "replaceStation": "PUT",
+ "replaceStation": "POST",

# %% wrong="21.1" caught_by="chooses the verb of removeStation 2" says="A search engine opens every link"
- "removeStation": "DELETE",
+ "removeStation": "GET",

# %% wrong="21.1" caught_by="gives the path of the list for addStation" says="got: '/stations/None'"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ return verbs[call], f"/stations/{number}"

# %% wrong="21.1" caught_by="gives a path for getStation 0 that names the station, not the call" says="ask whether the number is None"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ return verbs[call], f"/stations/{number}" if number else "/stations"

# %% wrong="21.1" caught_by="your code crashed" says="number is None in this call"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ return verbs[call], "/stations/" + number

# %% wrong="21.1" caught_by="gives two things for listStations, the verb and the path" says="that makes a tuple"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ return f"{verbs[call]} /stations" if number is None else f"{verbs[call]} /stations/{number}"

# %% wrong="21.1" caught_by="chooses the verb of replaceStation 2" says="PATCH changes a part"
- "replaceStation": "PUT",
+ "replaceStation": "PATCH",

# %% wrong="21.1" caught_by="chooses the verb of listStations" says="Verbs are written in capital letters"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ return verbs[call].lower(), "/stations" if number is None else f"/stations/{number}"

# %% wrong="21.1" caught_by="gives two things for listStations, the verb and the path" says="give it back with return"
- return verbs[call], "/stations" if number is None else f"/stations/{number}"
+ print(verbs[call], "/stations" if number is None else f"/stations/{number}")

# %% right="21.1" style="a table of answers"
def as_rest(call, number=None):
    return {
        "listStations": ("GET", "/stations"),
        "addStation": ("POST", "/stations"),
        "getStation": ("GET", f"/stations/{number}"),
        "replaceStation": ("PUT", f"/stations/{number}"),
        "removeStation": ("DELETE", f"/stations/{number}"),
    }[call]

# %% right="21.1" style="if and elif"
def as_rest(call, number=None):
    path = "/stations"
    if number is not None:
        path += "/" + str(number)
    if call == "addStation":
        verb = "POST"
    elif call == "replaceStation":
        verb = "PUT"
    elif call == "removeStation":
        verb = "DELETE"
    else:
        verb = "GET"
    return verb, path

# %% right="21.1" style="the beginning of the call, and a join"
def as_rest(call, number=None):
    verb = {"list": "GET", "add": "POST", "get": "GET", "replace": "PUT", "remove": "DELETE"}
    parts = ["", "stations"] + ([] if number is None else [f"{number:d}"])
    return tuple([verb[call.split("Station")[0]], "/".join(parts)])

# %% checks="21.1" points=2
check("21.1", as_rest)

# %% [markdown]
# ## 21.2 May it be sent again?
#
# A program sends a request with the verb `verb`, one of `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`. It gets the status `status`, an
# integer; or no answer at all, then `status` is `None`. Write `may_repeat`, so that it gives `True` if the program may send the same
# request again by itself, else `False`. It may if both are true:
#
# - Repeating can help: no answer came, or the status is from 500 to 599. (This rule is simpler than that of real clients.)
# - Repeating does no harm: the verb is idempotent. `PATCH` does not promise that. `HEAD` is a `GET` without the body.

# %% [markdown] tags=["solution"]
# Most 4xx say that the request is wrong: the same request will be wrong again. (After 408, 425 and 429 a program may try again as well; some 5xx,
# such as 501, will not go away. The rule of this exercise is simpler.) After most 5xx, or no answer, a second try may help. But the first try may
# have been carried out: so only idempotent verbs may be repeated. They are these four, and OPTIONS and TRACE (RFC 9110 §9.2.2). Asking for
# `None` has to come first, because `None >= 500` is an error.

# %% exercise="21.2"
def may_repeat(verb, status):
    ### BEGIN SOLUTION
    can_help = status is None or status >= 500
    return can_help and verb in {"GET", "HEAD", "PUT", "DELETE"}
    ### END SOLUTION

# %% wrong="21.2" caught_by="does not repeat a POST without an answer" says="book, or pay, a second time"
def may_repeat(verb, status):
    return status is None or status >= 500

# %% wrong="21.2" caught_by="your code crashed" says="TypeError: '>=' not supported between instances of 'NoneType' and 'int'"
def may_repeat(verb, status):
    return status >= 500 and verb in {"GET", "HEAD", "PUT", "DELETE"}

# %% wrong="21.2" caught_by="does not repeat a GET that got 404" says="the same request is wrong again. What blames the server?"
def may_repeat(verb, status):
    return (status is None or status >= 400) and verb in {"GET", "HEAD", "PUT", "DELETE"}

# %% wrong="21.2" caught_by="repeats a PUT without an answer" says="safe and idempotent are two promises"
def may_repeat(verb, status):
    return (status is None or status >= 500) and verb in {"GET", "HEAD"}

# %% wrong="21.2" caught_by="does not repeat a PATCH without an answer" says="Name the verbs that promise it"
def may_repeat(verb, status):
    return (status is None or status >= 500) and verb != "POST"

# %% wrong="21.2" caught_by="repeats a GET that got 502" says="not only the ones that you have met"
def may_repeat(verb, status):
    return status in (None, 500, 503) and verb in {"GET", "HEAD", "PUT", "DELETE"}

# %% wrong="21.2" caught_by="does not repeat a HEAD that got 408" says="the same request is wrong again"
def may_repeat(verb, status):
    return verb in {"GET", "HEAD", "PUT", "DELETE"} and (status in (None, 408, 429) or status >= 500)

# %% wrong="21.2" caught_by="does not repeat a GET that got 200" says="True or False is asked for"
def may_repeat(verb, status):
    if (status is None or status >= 500) and verb in {"GET", "HEAD", "PUT", "DELETE"}:
        return "yes"
    return "no"

# %% wrong="21.2" caught_by="does not repeat a GET that got 200" says="It has been done"
def may_repeat(verb, status):
    return verb in {"GET", "HEAD", "PUT", "DELETE"}

# %% wrong="21.2" caught_by="repeats a GET without an answer" says="ask for that first"
def may_repeat(verb, status):
    if not status:
        return False
    return status >= 500 and verb in {"GET", "HEAD", "PUT", "DELETE"}

# %% wrong="21.2" caught_by="repeats a HEAD without an answer" says="HEAD is a GET without the body"
- return can_help and verb in {"GET", "HEAD", "PUT", "DELETE"}
+ return can_help and verb in {"GET", "PUT", "DELETE"}

# %% right="21.2" style="every idempotent verb, and the first digit"
def may_repeat(verb, status):
    if verb not in ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"):
        return False
    return status is None or str(status).startswith("5")

# %% right="21.2" style="guards, and a division"
def may_repeat(verb, status):
    if verb == "POST" or verb == "PATCH":
        return False
    if status is None:
        return True
    return status // 100 == 5

# %% right="21.2" style="match"
def may_repeat(verb, status):
    match verb, status:
        case ("GET" | "HEAD" | "PUT" | "DELETE"), None:
            return True
        case ("GET" | "HEAD" | "PUT" | "DELETE"), int(number):
            return number in range(500, 600)
        case _:
            return False

# %% checks="21.2" points=3
check("21.2", may_repeat)

# %% [markdown]
# ## 21.3 A station by hand
#
# You need no framework for this. The dictionary `STATIONS` has a text for each path, which may be any path. `read` and `answer` are those of
# the lesson. Write three methods:
#
# - `GET` answers 200 with the text, or 404 where nothing is,
# - `PUT` stores the text that was sent, in place of the one that was there: 201 where nothing was before, else 200,
# - `DELETE` removes it: 204 and no text, or 404 where nothing is.
#
# An empty text is a text, too: where it is, something is.

# %%
class Answering(BaseHTTPRequestHandler):
    def read(self):
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def answer(self, status, text=""):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

# %% [markdown] tags=["solution"]
# Each method asks first whether something is there, since the status depends on it. `PUT` puts the new text in the place of the old one, whatever
# that was: so a second, equal `PUT` changes nothing. The second `DELETE` gets 404, and changes nothing either.

# %% exercise="21.3"
STATIONS = {}


class Stations(Answering):
    def do_GET(self):
        ### BEGIN SOLUTION
        if self.path not in STATIONS:
            self.answer(404)
        else:
            self.answer(200, STATIONS[self.path])
        ### END SOLUTION

    def do_PUT(self):
        ### BEGIN SOLUTION
        status = 200 if self.path in STATIONS else 201
        STATIONS[self.path] = self.read()
        self.answer(status)
        ### END SOLUTION

    def do_DELETE(self):
        ### BEGIN SOLUTION
        if self.path not in STATIONS:
            self.answer(404)
        else:
            del STATIONS[self.path]
            self.answer(204)
        ### END SOLUTION

# %% wrong="21.3" caught_by="answers 404 to GET where nothing is" says="An empty text with 200 says"
class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS.get(self.path, ""))

# %% wrong="21.3" caught_by="your code crashed" says="KeyError: '/nothing/here'"
class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS[self.path])

# %% wrong="21.3" caught_by="answers 201 to PUT where nothing was" says="Ask before you store"
- status = 200 if self.path in STATIONS else 201
- STATIONS[self.path] = self.read()
+ STATIONS[self.path] = self.read()
+ status = 200 if self.path in STATIONS else 201

# %% wrong="21.3" caught_by="stores the same text once, however often it is PUT" says="got: '17.517.5'"
- STATIONS[self.path] = self.read()
+ STATIONS[self.path] = STATIONS.get(self.path, "") + self.read()

# %% wrong="21.3" caught_by="sends no more bytes than it promised" says="204"
- self.answer(204)
+ self.answer(204, "the station is gone")

# %% wrong="21.3" caught_by="answers 404 to DELETE where nothing is" says="the client should know"
class Stations(Answering):
    def do_DELETE(self):
        STATIONS.pop(self.path, None)
        self.answer(204)

# %% wrong="21.3" caught_by="has the new text in the place of the old one" says="the new text takes its place"
- STATIONS[self.path] = self.read()
+ STATIONS.setdefault(self.path, self.read())

# %% wrong="21.3" caught_by="answers 200 to GET where an empty text is" says="An empty text is a text"
- if self.path not in STATIONS:
-     self.answer(404)
- else:
-     self.answer(200, STATIONS[self.path])
+ if not STATIONS.get(self.path):
+     self.answer(404)
+ else:
+     self.answer(200, STATIONS[self.path])

# %% wrong="21.3" caught_by="answers 201 to PUT at another path" says="the whole path is the name"
class Stations(Answering):
    def do_GET(self):
        name = self.path.split("/")[-1]
        self.answer(200, STATIONS[name]) if name in STATIONS else self.answer(404)

    def do_PUT(self):
        name = self.path.split("/")[-1]
        status = 200 if name in STATIONS else 201
        STATIONS[name] = self.read()
        self.answer(status)

    def do_DELETE(self):
        name = self.path.split("/")[-1]
        self.answer(404 if STATIONS.pop(name, None) is None else 204)

# %% wrong="21.3" caught_by="answers PUT /stations/1" says="PUT needs an answer as well"
- STATIONS[self.path] = self.read()
- self.answer(status)
+ STATIONS[self.path] = self.read()

# %% wrong="21.3" caught_by="deletes no more than that" says="What stands at other paths stays"
- del STATIONS[self.path]
+ STATIONS.clear()

# %% wrong="21.3" caught_by="not right yet" says="A stub is still there, in do_DELETE"
class Stations(Answering):
    def do_DELETE(self):
        raise NotImplementedError("your code here")

# %% right="21.3" style="exceptions and pop"
class Stations(Answering):
    def do_GET(self):
        try:
            self.answer(200, STATIONS[self.path])
        except KeyError:
            self.answer(404, "nothing is here\n")

    def do_PUT(self):
        before = len(STATIONS)
        STATIONS[self.path] = self.read()
        self.answer(201 if len(STATIONS) > before else 200)

    def do_DELETE(self):
        self.answer(404 if STATIONS.pop(self.path, None) is None else 204)

# %% right="21.3" style="one way to look, and early returns"
class Stations(Answering):
    def do_GET(self):
        text = STATIONS.get(self.path)
        if text is None:
            return self.answer(404, f"there is nothing at {self.path}")
        return self.answer(200, text)

    def do_PUT(self):
        is_new = self.path not in STATIONS.keys()
        STATIONS.update({self.path: self.read()})
        self.answer(201 if is_new else 200, STATIONS[self.path])

    def do_DELETE(self):
        if self.path in STATIONS:
            STATIONS.pop(self.path)
            return self.answer(204)
        return self.answer(404)

# %% right="21.3" style="a dictionary of the class, and bytes"
STATIONS = {}


class Stations(BaseHTTPRequestHandler):
    texts = {}

    def do_GET(self):
        self.reply(200, self.texts[self.path]) if self.path in self.texts else self.reply(404)

    def do_PUT(self):
        status = 201 if self.path not in self.texts else 200
        self.texts[self.path] = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(status)

    def do_DELETE(self):
        try:
            del self.texts[self.path]
            self.send_response(204)
            self.end_headers()
        except KeyError:
            self.reply(404, b"nothing")

    def reply(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

# %%
stations = launch(Stations)

# %% checks="21.3" points=4
check("21.3", stations)

# %%
stop_all()
