# %% [markdown]
# # Exercise 21: think in things
#
# You need [lesson 21](../notebooks/21-what-is-rest.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from http.server import BaseHTTPRequestHandler

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 21.1 From calls to things
#
# The weather service has five calls, and is to become a REST service. Write `as_rest`, so that it gives the verb and the path for a call,
# as in `("GET", "/stations")`. `number` is the number of the station that is meant, or `None`.
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
def as_rest(call, number=None):
    verbs = {"listStations": "GET", "addStation": "POST", "replaceStation": "PUT", "removeStation": "DELETE"}
    return verbs.get(call, "GET"), f"/{call}" if number is None else f"/{call}/{number}"

# %% wrong="21.1" caught_by="gives a path for getStation 2 that names the station, not the call" says="A station has a name of its own"
def as_rest(call, number=None):
    verbs = {"listStations": "GET", "addStation": "POST", "replaceStation": "PUT", "removeStation": "DELETE"}
    return verbs.get(call, "GET"), "/stations" if number is None else f"/stations?id={number}"

# %% wrong="21.1" caught_by="chooses the verb of replaceStation 2" says="From now on, exactly this is here"
def as_rest(call, number=None):
    verbs = {"addStation": "POST", "replaceStation": "POST", "removeStation": "DELETE"}
    return verbs.get(call, "GET"), "/stations" if number is None else f"/stations/{number}"

# %% wrong="21.1" caught_by="chooses the verb of removeStation 2" says="A search engine opens every link"
def as_rest(call, number=None):
    verbs = {"addStation": "POST", "replaceStation": "PUT"}
    return verbs.get(call, "GET"), "/stations" if number is None else f"/stations/{number}"

# %% wrong="21.1" caught_by="gives the path of the list for addStation" says="got: '/stations/None'"
def as_rest(call, number=None):
    verbs = {"addStation": "POST", "replaceStation": "PUT", "removeStation": "DELETE"}
    return verbs.get(call, "GET"), f"/stations/{number}"

# %% checks="21.1" points=2
check("21.1", as_rest)

# %% [markdown]
# ## 21.2 May it be sent again?
#
# A program sends a request with the verb `verb`, and gets the status `status`; or no answer at all, then `status` is `None`. Write
# `may_repeat`, so that it gives `True` if the program may send the same request again by itself, else `False`. It may if both are true:
#
# - it can help: no answer came, or the server is at fault,
# - it does no harm: the verb promises that twice means the same as once. (`PATCH` does not promise that. `HEAD` is a `GET` without the
#   body.)

# %% [markdown] tags=["solution"]
# A 4xx says that the request is wrong: the same request will be wrong again. A 5xx, or no answer, says nothing about the request, and a second
# try may find a server that feels better. But the first try may have been carried out: so only idempotent verbs may be repeated. Asking for
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

# %% checks="21.2" points=3
check("21.2", may_repeat)

# %% [markdown]
# ## 21.3 A station by hand
#
# No framework, one dictionary: from a path to the text that stands there. `read` and `answer` are those of the lesson. Write three methods:
#
# - `GET` answers 200 with the text, or 404 where nothing is,
# - `PUT` stores the text that was sent: 201 where nothing was before, else 200,
# - `DELETE` removes it: 204 and no text, or 404 where nothing is.

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
STATIONS = {}


class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS.get(self.path, ""))

    def do_PUT(self):
        status = 200 if self.path in STATIONS else 201
        STATIONS[self.path] = self.read()
        self.answer(status)

    def do_DELETE(self):
        self.answer(404 if STATIONS.pop(self.path, None) is None else 204)

# %% wrong="21.3" caught_by="your code crashed" says="KeyError: '/stations/harbour'"
STATIONS = {}


class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS[self.path])

    def do_PUT(self):
        STATIONS[self.path] = self.read()
        self.answer(201)

    def do_DELETE(self):
        STATIONS.pop(self.path, None)
        self.answer(204)

# %% wrong="21.3" caught_by="answers 201 to PUT where nothing was" says="Ask before you store"
STATIONS = {}


class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS[self.path]) if self.path in STATIONS else self.answer(404)

    def do_PUT(self):
        STATIONS[self.path] = self.read()
        self.answer(201 if self.path not in STATIONS else 200)

    def do_DELETE(self):
        self.answer(404 if STATIONS.pop(self.path, None) is None else 204)

# %% wrong="21.3" caught_by="stores the same text once, however often it is PUT" says="got: '17.517.5'"
STATIONS = {}


class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS[self.path]) if self.path in STATIONS else self.answer(404)

    def do_PUT(self):
        status = 200 if self.path in STATIONS else 201
        STATIONS[self.path] = STATIONS.get(self.path, "") + self.read()
        self.answer(status)

    def do_DELETE(self):
        self.answer(404 if STATIONS.pop(self.path, None) is None else 204)

# %% wrong="21.3" caught_by="sends no more bytes than it promised" says="204"
STATIONS = {}


class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS[self.path]) if self.path in STATIONS else self.answer(404)

    def do_PUT(self):
        status = 200 if self.path in STATIONS else 201
        STATIONS[self.path] = self.read()
        self.answer(status)

    def do_DELETE(self):
        if STATIONS.pop(self.path, None) is None:
            return self.answer(404)
        self.answer(204, "the station is gone")

# %% wrong="21.3" caught_by="answers 404 to DELETE where nothing is" says="the client should know"
STATIONS = {}


class Stations(Answering):
    def do_GET(self):
        self.answer(200, STATIONS[self.path]) if self.path in STATIONS else self.answer(404)

    def do_PUT(self):
        status = 200 if self.path in STATIONS else 201
        STATIONS[self.path] = self.read()
        self.answer(status)

    def do_DELETE(self):
        STATIONS.pop(self.path, None)
        self.answer(204)

# %%
stations = launch(Stations)

# %% checks="21.3" points=4
check("21.3", stations)

# %%
stop_all()
