# %% [markdown]
# # Exercise 23: ask a weather station
#
# You need [lesson 23](../notebooks/23-rest-client.ipynb), and the package `requests`, which this course has installed already. You write
# the client now; the check plays the server. Run the cells from the top, replace each line that raises `NotImplementedError`, and check
# as often as you like.

# %%
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from wirelab import check, stop_all

# %% [markdown]
# ## 23.1 Ask, but not for ever
#
# A station is found by its name: `GET` at `url + "/readings"`, with the name as `station` in the query. Write `readings`, so that
#
# - it gives the list that the station sends as JSON,
# - any name may be asked for, also `Lake & Shore`,
# - it waits at most `seconds` for an answer, and gives `None` if none has come.

# %% [markdown] tags=["solution"]
# `params` writes the query, and encodes what would mean something else there: without that, the `&` would begin a new name. There are
# two sorts of time-out, for the connection and for the answer; `requests.Timeout` stands above both.

# %% exercise="23.1"
def readings(url, station, seconds):
    ### BEGIN SOLUTION
    try:
        reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
    except requests.Timeout:
        return None
    return reply.json()
    ### END SOLUTION

# %% wrong="23.1" caught_by="asks for any name" says="write it into the query themselves"
def readings(url, station, seconds):
    try:
        return requests.get(f"{url}/readings?station={station}", timeout=seconds).json()
    except requests.Timeout:
        return None

# %% wrong="23.1" caught_by="gives None when no answer has come in time" says="How long does requests wait"
def readings(url, station, seconds):
    return requests.get(url + "/readings", params={"station": station}).json()

# %% wrong="23.1" caught_by="your code crashed" says="It waited for an answer that did not come"
def readings(url, station, seconds):
    return requests.get(url + "/readings", params={"station": station}, timeout=seconds).json()

# %% wrong="23.1" caught_by="gives the list that the station sends" says="got: '[16.0, 17.5]'"
def readings(url, station, seconds):
    try:
        return requests.get(url + "/readings", params={"station": station}, timeout=seconds).text
    except requests.Timeout:
        return None

# %% wrong="23.1" caught_by="sends the name in the query" says="written by requests"
def readings(url, station, seconds):
    try:
        return requests.get(url + "/readings", json={"station": station}, timeout=seconds).json()
    except requests.Timeout:
        return None

# %% checks="23.1" points=2
check("23.1", readings)

# %% [markdown]
# ## 23.2 Report a reading
#
# Write `report`: it POSTs `{"degrees": …}` as JSON to `url + "/readings"`, and gives the whole address of the new reading, as a text that
# begins with `http://`. The station says in `Location` where it is.

# %% [markdown] tags=["solution"]
# `Location` may be a path, or a whole address, or relative to the address that was asked (RFC 9110 §10.2.2). `urljoin` knows all
# three; `url + reply.headers["Location"]` knows the first alone.

# %% exercise="23.2"
def report(url, degrees):
    ### BEGIN SOLUTION
    reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
    return urljoin(reply.url, reply.headers["Location"])
    ### END SOLUTION

# %% wrong="23.2" caught_by="sends JSON, and says so" says="data= sends a form"
def report(url, degrees):
    reply = requests.post(url + "/readings", data={"degrees": degrees}, timeout=3)
    return urljoin(reply.url, reply.headers["Location"])

# %% wrong="23.2" caught_by="gives the whole address of the new reading" says="got: '/readings/"
def report(url, degrees):
    reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
    return reply.headers["Location"]

# %% wrong="23.2" caught_by="understands a Location that is a whole address already" says="urljoin"
def report(url, degrees):
    reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
    return url + reply.headers["Location"]

# %% wrong="23.2" caught_by="sends the reading as an object" says="encoded twice"
def report(url, degrees):
    reply = requests.post(url + "/readings", json=f'{{"degrees": {degrees}}}', timeout=3)
    return urljoin(reply.url, reply.headers["Location"])

# %% wrong="23.2" caught_by="gives the whole address of the new reading" says="The service chooses"
def report(url, degrees):
    requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
    return url + "/readings/1"

# %% checks="23.2" points=2
check("23.2", report)

# %% [markdown]
# ## 23.3 Say what went wrong
#
# A station that cannot help sends problem details: a JSON object with a `detail`. Something in between, such as a proxy, may send a page
# instead. Write `degrees_of`, so that
#
# - it GETs `url + "/stations/2"` for station 2, and gives the `degrees` in the JSON that comes,
# - after any 4xx and 5xx it raises a `StationProblem` with the `status`, and with the `detail`; where there is none, the detail is an
#   empty text.

# %% [markdown] tags=["solution"]
# First the status, then the body: an error has no `degrees`. `raise_for_status` would be shorter, and would lose the reason. The
# body of an error may be anything, also nothing at all, so reading it must not fail: `reply.json()` raises a `ValueError` for what is no JSON.

# %% exercise="23.3"
class StationProblem(Exception):
    def __init__(self, status, detail):
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


def degrees_of(url, station):
    ### BEGIN SOLUTION
    reply = requests.get(f"{url}/stations/{station}", timeout=3)
    if reply.ok:
        return reply.json()["degrees"]
    try:
        detail = reply.json()["detail"]
    except (ValueError, KeyError):
        detail = ""
    raise StationProblem(reply.status_code, detail)
    ### END SOLUTION

# %% wrong="23.3" caught_by="raises a StationProblem after 404" says="got: HTTPError"
def degrees_of(url, station):
    reply = requests.get(f"{url}/stations/{station}", timeout=3)
    reply.raise_for_status()
    return reply.json()["degrees"]

# %% wrong="23.3" caught_by="raises a StationProblem after 404" says="got: KeyError"
def degrees_of(url, station):
    return requests.get(f"{url}/stations/{station}", timeout=3).json()["degrees"]

# %% wrong="23.3" caught_by="raises a StationProblem after a page that is no JSON" says="an error may be anything"
class StationProblem(Exception):
    def __init__(self, status, detail):
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


def degrees_of(url, station):
    reply = requests.get(f"{url}/stations/{station}", timeout=3)
    if not reply.ok:
        raise StationProblem(reply.status_code, reply.json().get("detail", ""))
    return reply.json()["degrees"]

# %% wrong="23.3" caught_by="tells the detail that the station gave" says="got: 'Not Found'"
class StationProblem(Exception):
    def __init__(self, status, detail):
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


def degrees_of(url, station):
    reply = requests.get(f"{url}/stations/{station}", timeout=3)
    if not reply.ok:
        raise StationProblem(reply.status_code, reply.reason)
    return reply.json()["degrees"]

# %% wrong="23.3" caught_by="raises a StationProblem after 503 as well" says="got: KeyError"
class StationProblem(Exception):
    def __init__(self, status, detail):
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


def degrees_of(url, station):
    reply = requests.get(f"{url}/stations/{station}", timeout=3)
    if reply.status_code == 404:
        raise StationProblem(404, reply.json()["detail"])
    return reply.json()["degrees"]

# %% checks="23.3" points=3
check("23.3", degrees_of)

# %% [markdown]
# ## 23.4 The whole client
#
# A display in the village shows the latest reading of a station. Write the client that brings it there, with `requests`. It knows one
# address, `url`, and finds the rest by links. The station says at `url`, for example:
#
# ```
# {"_links": {"readings": {"href": "/archive/7"}, "display": {"href": "/screens/3"}}}
# ```
#
# The link `readings` leads to the first page of the readings, the oldest first:
# `{"readings": [16.0, 17.5], "_links": {"next": {"href": "…"}}}`. The last page has no `next`. Write `bring`: it
#
# - finds the latest reading, and POSTs `{"degrees": 17.5}` to the link `display`,
# - gives the status that comes back,
# - uses one session for it all,
# - repeats a GET that gets 503, at once and up to two more times, but never a POST.
#
# Give each request a time-out, too. The check does not look for it; your users will notice.

# %% [markdown] tags=["solution"]
# The adapter with `Retry` is mounted for every address that begins with `http://`. `allowed_methods=["GET"]` keeps it from POSTs. The loop goes
# from page to page, as long as there is a `next`; how many there are, and what their addresses look like, is the station's
# business. One session, so one connection does.

# %% exercise="23.4"
def bring(url):
    ### BEGIN SOLUTION
    retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        home = page = session.get(url, timeout=3).json()
        relation = "readings"
        while relation in page["_links"]:
            page = session.get(urljoin(url, page["_links"][relation]["href"]), timeout=3).json()
            relation = "next"
        display = urljoin(url, home["_links"]["display"]["href"])
        return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code
    ### END SOLUTION

# %% wrong="23.4" caught_by="goes on to the last page" says="says where the next one is"
def bring(url):
    retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        home = session.get(url, timeout=3).json()
        page = session.get(urljoin(url, home["_links"]["readings"]["href"]), timeout=3).json()
        display = urljoin(url, home["_links"]["display"]["href"])
        return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% wrong="23.4" caught_by="your code crashed" says="JSONDecodeError"
def bring(url):
    with requests.Session() as session:
        home = session.get(url, timeout=3).json()
        page = session.get(url + "/archive/7", timeout=3).json()
        display = urljoin(url, home["_links"]["display"]["href"])
        return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% wrong="23.4" caught_by="sends a POST once, whatever comes back" says="a display may show it twice"
def bring(url):
    retry = Retry(total=2, status_forcelist=[503], allowed_methods=None, raise_on_status=False)
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        home = page = session.get(url, timeout=3).json()
        relation = "readings"
        while relation in page["_links"]:
            page = session.get(urljoin(url, page["_links"][relation]["href"]), timeout=3).json()
            relation = "next"
        display = urljoin(url, home["_links"]["display"]["href"])
        return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% wrong="23.4" caught_by="repeats a GET that got 503" says="Retry"
def bring(url):
    with requests.Session() as session:
        home = page = session.get(url, timeout=3).json()
        relation = "readings"
        while relation in page.get("_links", {}):
            page = session.get(urljoin(url, page["_links"][relation]["href"]), timeout=3).json()
            relation = "next"
        display = urljoin(url, home["_links"]["display"]["href"])
        degrees = page["readings"][-1] if page.get("readings") else None
        return session.post(display, json={"degrees": degrees}, timeout=3).status_code

# %% wrong="23.4" caught_by="uses one connection for all requests" says="requests.get opens a new one each time"
def bring(url):
    retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])

    def get(address):
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=retry))
            return session.get(address, timeout=3).json()

    home = page = get(url)
    relation = "readings"
    while relation in page["_links"]:
        page = get(urljoin(url, page["_links"][relation]["href"]))
        relation = "next"
    display = urljoin(url, home["_links"]["display"]["href"])
    return requests.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% wrong="23.4" caught_by="gives up after three 503s in a row" says="total=2"
def bring(url):
    retry = Retry(total=9, status_forcelist=[503], allowed_methods=["GET"])
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        home = page = session.get(url, timeout=3).json()
        relation = "readings"
        while relation in page["_links"]:
            page = session.get(urljoin(url, page["_links"][relation]["href"]), timeout=3).json()
            relation = "next"
        display = urljoin(url, home["_links"]["display"]["href"])
        return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% checks="23.4" points=5
check("23.4", bring)

# %%
stop_all()
