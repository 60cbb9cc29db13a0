# %% [markdown]
# # Exercise 31: readings that stay fresh
#
# You need [lesson 31](../notebooks/31-stale-pages.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import requests

from wirelab import check, launch, stop_all

# %% [markdown]
# ## 31.1 What polling costs
#
# A display asks the station for its reading every `interval` seconds. Write `costs`, so that it gives two numbers as a tuple: how many
# requests that makes in a day, and how many seconds what the display shows can be out of date at worst.

# %% [markdown] tags=["solution"]
# A day has 24 · 60 · 60 = 86,400 seconds. At worst the reading changes just after the display has asked: then it is out of date until
# the display asks again, a whole interval later. (On average it is half of that, and always a little more: an answer takes its time.)

# %% exercise="31.1"
def costs(interval):
    ### BEGIN SOLUTION
    return 24 * 60 * 60 / interval, interval
    ### END SOLUTION

# %% wrong="31.1" caught_by="says how long the display can be out of date at worst" says="just after the display has asked"
def costs(interval):
    return 24 * 60 * 60 / interval, interval / 2

# %% wrong="31.1" caught_by="counts the requests of a day" says="How many seconds has a day?"
def costs(interval):
    return 60 * 60 / interval, interval

# %% wrong="31.1" caught_by="gives two numbers" says="got: 4320.0"
def costs(interval):
    return 24 * 60 * 60 / interval

# %% checks="31.1" points=1
check("31.1", costs)

# %% [markdown]
# ## 31.2 Ask only for what is new
#
# A display keeps what it got last: the text of the reading, and its `ETag`. Write `refresh`: it asks the station at
# `url + "/reading"`, sends the tag along as `If-None-Match`, and gives tag and text as they are now, as a tuple. At the beginning
# the display has neither: then both are `None`.

# %% [markdown] tags=["solution"]
# To 304 belongs no body: `answer.text` is empty then, and what the display has is still right. A tag is sent back exactly as it came, with
# its quotation marks, which are a part of it (RFC 9110 §8.8.3). `requests` leaves a header out whose value is `None`; so the first
# request has no condition, without an `if`.

# %% exercise="31.2"
def refresh(url, tag, text):
    ### BEGIN SOLUTION
    answer = requests.get(url + "/reading", headers={"If-None-Match": tag}, timeout=3)
    if answer.status_code == 304:
        return tag, text
    return answer.headers["ETag"], answer.text
    ### END SOLUTION

# %% wrong="31.2" caught_by="keeps its text when the station answers 304" says="has no body"
def refresh(url, tag, text):
    answer = requests.get(url + "/reading", headers={"If-None-Match": tag}, timeout=3)
    return answer.headers["ETag"], answer.text

# %% wrong="31.2" caught_by="sends the tag back as If-None-Match" says="as it came, with its quotation marks"
def refresh(url, tag, text):
    answer = requests.get(url + "/reading", timeout=3)
    return answer.headers["ETag"], answer.text

# %% wrong="31.2" caught_by="sends the tag back as If-None-Match" says="as it came, with its quotation marks"
def refresh(url, tag, text):
    headers = {"If-None-Match": tag.replace('"', "")} if tag else {}
    answer = requests.get(url + "/reading", headers=headers, timeout=3)
    if answer.status_code == 304:
        return tag, text
    return answer.headers["ETag"], answer.text

# %% wrong="31.2" caught_by="asks without a condition when it has nothing yet" says="got: 'None'"
def refresh(url, tag, text):
    answer = requests.get(url + "/reading", headers={"If-None-Match": str(tag)}, timeout=3)
    if answer.status_code == 304:
        return tag, text
    return answer.headers["ETag"], answer.text

# %% checks="31.2" points=3
check("31.2", refresh)

# %% [markdown]
# ## The station
#
# The next two exercises share this. A sensor reports each reading by `POST`; your part is how others hear of it. `changed` is the
# condition of lesson 31: who holds it (`with station.changed:`) may look at the reading, and wait for the next one.

# %%
class Station:
    def __init__(self):
        self.number, self.reading = 0, ""
        self.changed = threading.Condition()

    def report(self, reading):
        with self.changed:
            self.number, self.reading = self.number + 1, reading
            self.changed.notify_all()


class Reporting(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.station.report(self.rfile.read(length).decode())
        self.answer(204)

    def answer(self, status, text=""):
        self.send_response(status)
        if text:
            self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

# %% [markdown]
# ## 31.3 Answer later
#
# A display says which reading it has: `/reading?have=17.5&wait=20`. Write `do_GET`, a long poll:
#
# - where the station has another reading, answer at once with 200 and that reading,
# - else wait until there is another one, and answer then,
# - if it takes more than `wait` seconds, answer 204.

# %% [markdown] tags=["solution"]
# `wait_for` looks first, and sleeps only if there is nothing new: so a reading that came before the request is not missed. It lets go
# of the condition while it sleeps, else nobody could report anything. What was found is copied inside of the block, and the answer is
# sent outside of it: a slow display must not hold the condition. A reading can come back (17.5, 18.0, 17.5): then a display
# that was busy in between does not hear of the 18.0. Where that matters, compare numbers, as in the next exercise.

# %% exercise="31.3"
class Later(Reporting):
    station = Station()

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, wait = query["have"][0], float(query["wait"][0])
        ### BEGIN SOLUTION
        with self.station.changed:
            self.station.changed.wait_for(lambda: self.station.reading != have, wait)
            reading = self.station.reading
        if reading != have:
            self.answer(200, reading)
        else:
            self.answer(204)
        ### END SOLUTION

# %% wrong="31.3" caught_by="waits for another reading, and answers when it has come" says="wait_for(question, seconds)"
class Later(Reporting):
    station = Station()

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, wait = query["have"][0], float(query["wait"][0])
        if self.station.reading != have:
            self.answer(200, self.station.reading)
        else:
            self.answer(204)

# %% wrong="31.3" caught_by="answers at once where the station has another reading already" says="The reading came before the request"
class Later(Reporting):
    station = Station()

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, wait = query["have"][0], float(query["wait"][0])
        with self.station.changed:
            came = self.station.changed.wait(wait)
            reading = self.station.reading
        if came:
            self.answer(200, reading)
        else:
            self.answer(204)

# %% wrong="31.3" caught_by="answers GET /reading?have=18.0&wait=0.1" says="it gave no answer within 2 s"
class Later(Reporting):
    station = Station()

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, wait = query["have"][0], float(query["wait"][0])
        with self.station.changed:
            self.station.changed.wait_for(lambda: self.station.reading != have)
            self.answer(200, self.station.reading)

# %% wrong="31.3" caught_by="your code crashed" says="RuntimeError: cannot wait on un-acquired lock"
class Later(Reporting):
    station = Station()

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, wait = query["have"][0], float(query["wait"][0])
        if self.station.changed.wait_for(lambda: self.station.reading != have, wait):
            self.answer(200, self.station.reading)
        else:
            self.answer(204)

# %%
later = launch(Later)

# %% checks="31.3" points=4
check("31.3", later)

# %% [markdown]
# ## 31.4 A stream of readings
#
# Write `do_GET`, so that it answers with server-sent events: `Content-Type: text/event-stream`, then the newest reading, and each
# further one as it comes. An event has the station's number as its `id`, and the reading as its `data`. A display that comes back says in
# `Last-Event-ID` which number it had last: it gets only what is newer.

# %% [markdown] tags=["solution"]
# 0 is the number of a station without a reading, so that a display without a number gets the first reading there is. The loop keeps the
# number of what was sent last, and waits for another. Once a second it sends a comment, if there is nothing else: with it the
# server finds out that a display has left, as an exception that ends the loop. Nothing says how long the body is; it ends with the
# connection.

# %% exercise="31.4"
class Stream(Reporting):
    station = Station()

    def do_GET(self):
        ### BEGIN SOLUTION
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent = int(self.headers.get("Last-Event-ID", "0"))
        while True:
            with self.station.changed:
                is_new = self.station.changed.wait_for(lambda: self.station.number != sent, 1)
                number, reading = self.station.number, self.station.reading
            event = f"id: {number}\ndata: {reading}\n\n" if is_new else ": nothing new\n\n"
            self.wfile.write(event.encode())
            sent = number
        ### END SOLUTION

# %% wrong="31.4" caught_by="says that it is a stream of events" says="Content-Type: text/event-stream"
class Stream(Reporting):
    station = Station()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        sent = int(self.headers.get("Last-Event-ID", "0"))
        while True:
            with self.station.changed:
                is_new = self.station.changed.wait_for(lambda: self.station.number != sent, 1)
                number, reading = self.station.number, self.station.reading
            event = f"id: {number}\ndata: {reading}\n\n" if is_new else ": nothing new\n\n"
            self.wfile.write(event.encode())
            sent = number

# %% wrong="31.4" caught_by="sends the newest reading as an event" says="An empty line ends an event"
class Stream(Reporting):
    station = Station()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent = int(self.headers.get("Last-Event-ID", "0"))
        while True:
            with self.station.changed:
                if not self.station.changed.wait_for(lambda: self.station.number != sent, 1):
                    return
                sent, reading = self.station.number, self.station.reading
            self.wfile.write(f"id: {sent}\ndata: {reading}\n".encode())

# %% wrong="31.4" caught_by="sends the next reading on the same connection" says="it closed the connection"
class Stream(Reporting):
    station = Station()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent = int(self.headers.get("Last-Event-ID", "0"))
        if self.station.number != sent:
            self.wfile.write(f"id: {self.station.number}\ndata: {self.station.reading}\n\n".encode())

# %% wrong="31.4" caught_by="tells nothing to a display that has missed nothing" says="the number of the last event that the display got"
class Stream(Reporting):
    station = Station()

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent = 0
        while True:
            with self.station.changed:
                if not self.station.changed.wait_for(lambda: self.station.number != sent, 1):
                    return
                sent, reading = self.station.number, self.station.reading
            self.wfile.write(f"id: {sent}\ndata: {reading}\n\n".encode())

# %%
stream = launch(Stream)

# %% checks="31.4" points=4
check("31.4", stream)

# %%
stop_all()
