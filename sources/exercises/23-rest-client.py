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

from wirelab import check, hint, show_me, stop_all

# %% [markdown]
# ## 23.1 Ask, but not for ever
#
# A station is found by its name. Write `readings`. It
#
# - sends one request, a `GET` of `url + "/readings"`, with the name as `station` in the query,
# - works with any name: with `Lake & Shore`, and with `%`, `#`, `+` or `ö` in it,
# - returns the list that the station sends as JSON, as it is: it may be empty, and there may be a `null` in it,
# - uses `timeout=seconds`, such as 3 or 0.1. If the station is silent for longer, before its answer begins, it returns `None`.

# %% [markdown] tags=["solution"]
# `params` writes the query, and encodes what would mean something else there: without that, the `&` would begin a new name. There are
# two sorts of time-out, for the connection and for the answer; `requests.Timeout` stands above both. Two other silences are a
# `ConnectionError`: one in the middle of the body, and one after the retries of an adapter. This client has no retries.

# %% exercise="23.1"
def readings(url, station, seconds):
    ### BEGIN SOLUTION
    try:
        reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
    except requests.Timeout:
        return None
    return reply.json()
    ### END SOLUTION

# %% wrong="23.1" caught_by="asks for any name, as for Lake & Shore" says="write the name into the query yourself"
- reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
+ reply = requests.get(f"{url}/readings?station={station}", timeout=seconds)

# %% wrong="23.1" caught_by="gives None when no answer has come in time" says="How long does requests wait"
def readings(url, station, seconds):
    return requests.get(url + "/readings", params={"station": station}).json()

# %% wrong="23.1" caught_by="gives None when no answer has come in time" says="Catch it, and return None"
def readings(url, station, seconds):
    return requests.get(url + "/readings", params={"station": station}, timeout=seconds).json()

# %% wrong="23.1" caught_by="gives the list that the station sends" says="got: '[16.0, null, 17.5]'"
- return reply.json()
+ return reply.text

# %% wrong="23.1" caught_by="sends the name in the query" says="written by requests"
- reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
+ reply = requests.get(url + "/readings", json={"station": station}, timeout=seconds)

# %% wrong="23.1" caught_by="asks for any name, as for 50% Höhe=1" says="begins a new name there"
- reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
+ name = station.replace(" ", "%20").replace("&", "%26")
+ reply = requests.get(f"{url}/readings?station={name}", timeout=seconds)

# %% wrong="23.1" caught_by="gives up as soon as the time is over" says="no second one when the time is over"
def readings(url, station, seconds):
    for _ in range(3):
        try:
            return requests.get(url + "/readings", params={"station": station}, timeout=seconds).json()
        except requests.Timeout:
            pass

# %% wrong="23.1" caught_by="waits for an answer that comes in time" says="Is it used as it is"
- reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
+ reply = requests.get(url + "/readings", params={"station": station}, timeout=0.1)

# %% wrong="23.1" caught_by="gives up as soon as the time is over" says="expected: 'after about 0.1 s'"
- reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
+ reply = requests.get(url + "/readings", params={"station": station}, timeout=0.5)

# %% wrong="23.1" caught_by="gives the list that the station sends" says="The list goes back as it came"
- return reply.json()
+ return [reading for reading in reply.json() if reading]

# %% wrong="23.1" caught_by="gives the list of Island" says="A list without readings is a list"
- return reply.json()
+ return reply.json() or None

# %% wrong="23.1" caught_by="asks once, at /readings" says="The request is a GET"
- reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
+ reply = requests.get(f"{url}/readings/{station}", timeout=seconds)

# %% wrong="23.1" caught_by="asks for any name, as for  Old Mill " says="you have to encode it"
- reply = requests.get(url + "/readings", params={"station": station}, timeout=seconds)
+ reply = requests.get(url + "/readings", params={"station": station.strip()}, timeout=seconds)

# %% right="23.1" style="urlencode, and a session"
from urllib.parse import urlencode


def readings(url, station, seconds):
    query = urlencode({"station": station})
    with requests.Session() as session:
        try:
            return session.get(f"{url}/readings?{query}", timeout=(seconds, seconds)).json()
        except requests.exceptions.Timeout:
            return None

# %% right="23.1" style="the standard library"
import json
from urllib.parse import quote
from urllib.request import urlopen


def readings(url, station, seconds):
    try:
        with urlopen(f"{url}/readings?station={quote(station, safe='')}", timeout=seconds) as reply:
            return json.load(reply)
    except TimeoutError:
        return None

# %% right="23.1" style="http.client, by hand"
import http.client
import json
from urllib.parse import quote_plus, urlsplit


def readings(url, station, seconds):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=seconds)
    try:
        connection.request("GET", "/readings?station=" + quote_plus(station))
        return json.loads(connection.getresponse().read())
    except TimeoutError:
        return None
    finally:
        connection.close()

# %% right="23.1" style="a prepared request, and any fault means None"
def readings(url, station, seconds):
    wanted = requests.Request("GET", url + "/readings", params=[("station", station)]).prepare()
    with requests.Session() as session:
        try:
            reply = session.send(wanted, timeout=seconds)
        except requests.RequestException:
            print("no answer from", station)
            return None
    return list(reply.json())

# %% checks="23.1" points=2
check("23.1", readings)

# %% [markdown]
# ## 23.2 Report a reading
#
# Write `report`. It
#
# - sends one request, a POST to `url + "/readings"`, with `{"degrees": …}` as JSON in it, and says so in `Content-Type`,
# - returns the whole URL of the new reading, a string that begins with `http://`.
#
# The station says in `Location` where the new reading is: as a path (`/readings/7`), as a whole URL, which may name another host, or
# relative to the URL to which you sent the POST (`?number=7`). It accepts everything, and answers 201.

# %% [markdown] tags=["solution"]
# `Location` may be a path, or a whole address, or relative to the address that was asked (RFC 9110 §10.2.2). `urljoin` knows all
# three; `url + reply.headers["Location"]` knows the first alone.

# %% exercise="23.2"
def report(url, degrees):
    ### BEGIN SOLUTION
    reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
    return urljoin(reply.url, reply.headers["Location"])
    ### END SOLUTION

# %% wrong="23.2" caught_by="sends JSON, and says so in Content-Type" says="data= sends a form"
- reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
+ reply = requests.post(url + "/readings", data={"degrees": degrees}, timeout=3)

# %% wrong="23.2" caught_by="gives the whole URL of the new reading, where Location is a path" says="got: '/readings/"
- return urljoin(reply.url, reply.headers["Location"])
+ return reply.headers["Location"]

# %% wrong="23.2" caught_by="gives the whole URL of the new reading, where Location is a whole URL" says="must stay as it is"
- return urljoin(reply.url, reply.headers["Location"])
+ return url + reply.headers["Location"]

# %% wrong="23.2" caught_by="sends {'degrees': 17.5}" says="encoded twice"
- reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
+ reply = requests.post(url + "/readings", json=f'{{"degrees": {degrees}}}', timeout=3)

# %% wrong="23.2" caught_by="gives the whole URL of the new reading, where Location is a path" says="The service chooses"
- return urljoin(reply.url, reply.headers["Location"])
+ return url + "/readings/1"

# %% wrong="23.2" caught_by="sends {'degrees': -3.25}" says="got: {'degrees': 17.5}"
- reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
+ reply = requests.post(url + "/readings", json={"degrees": 17.5}, timeout=3)

# %% wrong="23.2" caught_by="gives the whole URL of the new reading, where Location is relative to the URL of the request" says="not to url"
- return urljoin(reply.url, reply.headers["Location"])
+ return urljoin(url, reply.headers["Location"])

# %% wrong="23.2" caught_by="sends JSON, and says so in Content-Type" says="json= sends JSON"
import json


def report(url, degrees):
    reply = requests.post(url + "/readings", data=json.dumps({"degrees": degrees}), timeout=3)
    return urljoin(reply.url, reply.headers["Location"])

# %% wrong="23.2" caught_by="sends one POST, to /readings" says="there is one"
def report(url, degrees):
    reply = requests.post(url + "/readings", json={"degrees": degrees}, timeout=3)
    return requests.get(urljoin(reply.url, reply.headers["Location"]), timeout=3).url

# %% wrong="23.2" caught_by="gives the whole URL of the new reading, where Location is a path" says="That is Location as it came"
- return urljoin(reply.url, reply.headers["Location"])
+ return reply.headers["Location"]

# %% wrong="23.2" caught_by="gives the whole URL of the new reading, where Location is a whole URL" says="must stay as it is"
- return urljoin(reply.url, reply.headers["Location"])
+ return url + "/" + reply.headers["Location"].lstrip("/")

# %% right="23.2" style="bytes and a header"
import json


def report(url, degrees):
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"degrees": degrees}).encode()
    reply = requests.request("POST", f"{url}/readings", data=body, headers=headers, timeout=3)
    return urljoin(f"{url}/readings", reply.headers["location"])

# %% right="23.2" style="by hand, case by case"
def report(url, degrees):
    with requests.Session() as session:
        reply = session.post(f"{url}/readings", json=dict(degrees=degrees), timeout=3)
    where = reply.headers.get("Location")
    if where.startswith("http"):
        return where
    return url + where if where.startswith("/") else url + "/readings" + where

# %% right="23.2" style="the standard library"
import json
from urllib.request import Request, urlopen


def report(url, degrees):
    body = json.dumps({"degrees": degrees}).encode("utf-8")
    wanted = Request(url + "/readings", body, {"content-type": "Application/JSON; charset=utf-8"}, method="POST")
    with urlopen(wanted, timeout=3) as reply:
        return urljoin(wanted.full_url, reply.headers["Location"])

# %% checks="23.2" points=2
check("23.2", report)

# %% [markdown]
# ## 23.3 Say what went wrong
#
# A station that cannot help sends problem details: a JSON object with a `detail`, as `application/problem+json`. Something in between,
# such as a proxy, may send a page instead, or nothing at all. Write `degrees_of`. It
#
# - sends one GET, of `url + "/stations/2"` for station 2, of `url + "/stations/31"` for station 31,
# - after 200, returns the `degrees` in the JSON object that comes,
# - after any 4xx and 5xx, raises a `StationProblem`. Its `status` is that of the answer, a number, and its `detail` the `detail` in the
#   body. Where the body is no JSON object, or has no `detail`, it is an empty string.

# %% [markdown] tags=["solution"]
# First the status, then the body: an error has no `degrees`. `raise_for_status` would be shorter, and would lose the reason. The
# body of an error may be anything, also nothing at all, so reading it must not fail: `reply.json()` raises a `ValueError` for what is no JSON, and
# a list or `null` in the place of the object is a `TypeError`.

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
    except (ValueError, KeyError, TypeError):
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

# %% wrong="23.3" caught_by="raises a StationProblem after 502 with a page that is no JSON" says="an error may be anything"
- except (ValueError, KeyError, TypeError):
+ except KeyError:

# %% wrong="23.3" caught_by="tells the detail after 404" says="got: 'Not Found'"
- detail = reply.json()["detail"]
+ detail = reply.reason

# %% wrong="23.3" caught_by="raises a StationProblem after 503" says="got: KeyError"
- if reply.ok:
+ if reply.status_code != 404:

# %% wrong="23.3" caught_by="raises a StationProblem after 404" says="An exception that is returned is a value"
- raise StationProblem(reply.status_code, detail)
+ return StationProblem(reply.status_code, detail)

# %% wrong="23.3" caught_by="asks once, at /stations/31" says="number of the station is in the path"
- reply = requests.get(f"{url}/stations/{station}", timeout=3)
+ reply = requests.get(f"{url}/stations/2", timeout=3)

# %% wrong="23.3" caught_by="raises a StationProblem after 410 with problem details without a detail" says="JSON without a detail"
- except (ValueError, KeyError, TypeError):
+ except ValueError:

# %% wrong="23.3" caught_by="gives the degrees of station 31" says="member degrees"
- if reply.ok:
-     return reply.json()["degrees"]
+ if reply.ok:
+     return reply.json()["degrees"] or None

# %% wrong="23.3" caught_by="has an empty detail after 502 with a page that is no JSON" says="a page, nothing at all"
- except (ValueError, KeyError, TypeError):
-     detail = ""
+ except (ValueError, KeyError, TypeError):
+     detail = reply.text

# %% wrong="23.3" caught_by="tells the status 404" says="has an attribute status"
- raise StationProblem(reply.status_code, detail)
+ raise StationProblem(str(reply.status_code), detail)

# %% wrong="23.3" caught_by="asks once, where 503 comes" says="whatever comes back"
- if reply.ok:
+ if reply.status_code == 503:
+     reply = requests.get(f"{url}/stations/{station}", timeout=3)
+ if reply.ok:

# %% wrong="23.3" caught_by="raises a StationProblem after 501 with a list in JSON" says="JSON without a detail or without an object"
- except (ValueError, KeyError, TypeError):
+ except (ValueError, KeyError):

# %% wrong="23.3" caught_by="tells the status 429" says="that of the answer, whatever the body says"
- detail = reply.json()["detail"]
+ detail = reply.json()["detail"]
+ reply.status_code = reply.json().get("status", reply.status_code)

# %% right="23.3" style="raise_for_status"
def degrees_of(url, station):
    reply = requests.get(f"{url}/stations/{station}", timeout=3)
    try:
        reply.raise_for_status()
    except requests.HTTPError as error:
        try:
            detail = reply.json()["detail"]
        except (ValueError, TypeError, KeyError):
            detail = ""
        raise StationProblem(reply.status_code, detail) from error
    return reply.json()["degrees"]

# %% right="23.3" style="an exception below it, and a function for the detail"
class NoSuchStation(StationProblem):
    pass


def detail_in(reply):
    try:
        document = reply.json()
    except ValueError:
        return ""
    return document.get("detail", "") if isinstance(document, dict) else ""


def degrees_of(url, station):
    reply = requests.get(f"{url}/stations/{station}", timeout=3)
    if 400 <= reply.status_code < 600:
        kind = NoSuchStation if reply.status_code == 404 else StationProblem
        raise kind(reply.status_code, detail_in(reply))
    return reply.json()["degrees"]

# %% right="23.3" style="the standard library"
import json
from urllib.error import HTTPError
from urllib.request import urlopen


def degrees_of(url, station):
    try:
        with urlopen(f"{url}/stations/{station}", timeout=3) as reply:
            return json.load(reply)["degrees"]
    except HTTPError as error:
        try:
            document = json.loads(error.read())
        except ValueError:
            document = {}
        detail = document.get("detail", "") if isinstance(document, dict) else ""
        raise StationProblem(error.code, detail) from None

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
# Each `href` is a path, as here, but at another station it is another path. The link `readings` leads to the first page of the
# readings, the oldest first: `{"readings": [16.0, 17.5], "_links": {"next": {"href": "/archive/8"}}}`. Each page has one reading or more,
# and the last page has no `next` in its `_links`. Write `bring`. It
#
# - finds the latest reading, which is the last one on the last page, and GETs each document once on the way,
# - sends one POST to the link `display`: `{"degrees": 17.5}` as JSON, if 17.5 is the latest,
# - returns the status that comes back, whatever it is,
# - uses one session for it all, and so one connection,
# - repeats a GET that gets 503, at once, up to two more times. This holds for each GET: each page may be asked for up to three times.
#   After the third 503 it gives up: it raises or returns what you like, and sends no POST,
# - never repeats a POST.
#
# The repetitions come without a pause, so that the check is quick. Real clients wait in between (lesson 27).
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

# %% wrong="23.4" caught_by="goes on to the last page, at a station with 3 pages" says="says where the next one is"
- while relation in page["_links"]:
+ if relation in page["_links"]:

# %% wrong="23.4" caught_by="begins at url, and follows the link readings, at a station with 3 pages" says="there at no other station"
- while relation in page["_links"]:
-     page = session.get(urljoin(url, page["_links"][relation]["href"]), timeout=3).json()
-     relation = "next"
+ page = session.get(url + "/archive/7", timeout=3).json()

# %% wrong="23.4" caught_by="sends a POST once, whatever comes back" says="a display may show it twice"
- retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])
+ retry = Retry(total=2, status_forcelist=[503], allowed_methods=None, raise_on_status=False)

# %% wrong="23.4" caught_by="repeats each GET that got 503, until it gets 200" says="Retry of urllib3"
- session.mount("http://", HTTPAdapter(max_retries=retry))

# %% wrong="23.4" caught_by="uses one connection for all requests, at a station with 3 pages" says="a session keeps it: session.get, session.post"
- return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code
+ return requests.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% wrong="23.4" caught_by="GETs a page that is always busy three times" says="Once, and two more times"
- retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])
+ retry = Retry(total=9, status_forcelist=[503], allowed_methods=["GET"])

# %% wrong="23.4" caught_by="sends {'degrees': 4.25}" says="the last one, on the last page"
- return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code
+ return session.post(display, json={"degrees": max(page["readings"])}, timeout=3).status_code

# %% wrong="23.4" caught_by="repeats it at once" says="without backoff_factor"
- retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET"])
+ retry = Retry(total=2, status_forcelist=[503], allowed_methods=["GET"], backoff_factor=0.2)

# %% wrong="23.4" caught_by="gives the status that comes back, here 404" says="Whatever the display answers"
- return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code
+ reply = session.post(display, json={"degrees": page["readings"][-1]}, timeout=3)
+ reply.raise_for_status()
+ return reply.status_code

# %% wrong="23.4" caught_by="repeats each GET that got 503, until it gets 200" says="once it is mounted"
def bring(url):
    more = 2
    with requests.Session() as session:

        def get(link):
            nonlocal more
            reply = session.get(urljoin(url, link), timeout=3)
            while reply.status_code == 503 and more:
                more -= 1
                reply = session.get(urljoin(url, link), timeout=3)
            return reply.json()

        home = page = get(url)
        relation = "readings"
        while relation in page["_links"]:
            page = get(page["_links"][relation]["href"])
            relation = "next"
        display = urljoin(url, home["_links"]["display"]["href"])
        return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% wrong="23.4" caught_by="sends one POST to the link display, at a station with 1 page" says="One POST goes to"
- return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code
+ if page["readings"][-1]:
+     return session.post(display, json={"degrees": page["readings"][-1]}, timeout=3).status_code

# %% wrong="23.4" caught_by="GETs each document once, at a station with 3 pages" says="Keep what a GET has brought"
- display = urljoin(url, home["_links"]["display"]["href"])
+ display = urljoin(url, session.get(url, timeout=3).json()["_links"]["display"]["href"])

# %% wrong="23.4" caught_by="sends nothing to the display if a second page could not be had" says="Without the last page"
-     page = session.get(urljoin(url, page["_links"][relation]["href"]), timeout=3).json()
+     try:
+         page = session.get(urljoin(url, page["_links"][relation]["href"]), timeout=3).json()
+     except requests.exceptions.RetryError:
+         break

# %% right="23.4" style="tried by hand"
def bring(url):
    with requests.Session() as session:

        def get(link):
            for _ in range(3):
                reply = session.get(urljoin(url, link["href"]), timeout=3)
                if reply.status_code != 503:
                    break
            return reply.json()

        links = get({"href": url})["_links"]
        page = get(links["readings"])
        while "next" in page["_links"]:
            page = get(page["_links"]["next"])
        latest = {"degrees": page["readings"].pop()}
        return session.post(urljoin(url, links["display"]["href"]), json=latest, timeout=3).status_code

# %% right="23.4" style="recursion, plus signs, and a plain number of retries"
def latest(session, url, path):
    page = session.get(url + path, timeout=3).json()
    following = page["_links"].get("next")
    return latest(session, url, following["href"]) if following else page["readings"][-1]


def bring(url):
    session = requests.session()
    again = Retry(2, status_forcelist={503}, allowed_methods={"GET", "HEAD"}, raise_on_status=False)
    session.mount(url, HTTPAdapter(max_retries=again))
    links = session.get(url, timeout=3).json()["_links"]
    body = {"degrees": latest(session, url, links["readings"]["href"])}
    return session.post(url + links["display"]["href"], json=body, timeout=3).status_code

# %% right="23.4" style="a class, which gives up with None"
class Client:
    def __init__(self, url):
        self.url, self.session = url, requests.Session()

    def get(self, path, tries=3):
        reply = self.session.get(self.url + path, timeout=3)
        if reply.status_code == 503 and tries > 1:
            return self.get(path, tries - 1)
        reply.raise_for_status()
        return reply.json()

    def pages(self, path):
        while path:
            page = self.get(path)
            yield page
            path = page["_links"].get("next", {}).get("href")


def bring(url):
    client = Client(url)
    try:
        links = client.get("/")["_links"]
        *_, last = client.pages(links["readings"]["href"])
    except requests.HTTPError:
        return None
    with client.session as session:
        return session.post(url + links["display"]["href"], json={"degrees": last["readings"][-1]}).status_code

# %% checks="23.4" points=5
check("23.4", bring)

# %%
stop_all()
