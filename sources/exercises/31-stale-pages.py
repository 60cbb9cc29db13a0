# %% [markdown]
# # Exercise 31: readings that stay fresh
#
# You need [lesson 31](../notebooks/31-stale-pages.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import re
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import requests

from wirelab import check, hint, launch, show_me, stop_all

# %% [markdown]
# ## 31.1 What polling costs
#
# A display asks the station for its reading every `interval` seconds. Write `costs`. It returns two numbers as a tuple: how many requests
# that makes in a day, and how many seconds the reading on the display can be out of date at worst. (An answer comes at once.)
#
# `interval` is a number, 20 or 0.5 for example. A day is always a whole number of intervals.

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

# %% wrong="31.1" caught_by="gives a tuple of two numbers" says="got: 4320.0"
def costs(interval):
    return 24 * 60 * 60 / interval

# %% wrong="31.1" caught_by="gives a tuple of two numbers" says="That is a list"
def costs(interval):
    return [24 * 60 * 60 / interval, interval]

# %% wrong="31.1" caught_by="counts the requests of a day" says="The number of requests comes first"
def costs(interval):
    return interval, 24 * 60 * 60 / interval

# %% wrong="31.1" caught_by="counts the requests of a day" says="How many seconds has a day?"
def costs(interval):
    return 24 * 60 * 60 / interval + 1, interval

# %% wrong="31.1" caught_by="does so for an interval of 0.5 s" says="object cannot be interpreted as an integer"
def costs(interval):
    return len(range(0, 24 * 60 * 60, interval)), interval

# %% wrong="31.1" caught_by="does so for an interval of 60 s" says="Both numbers depend on the interval"
def costs(interval):
    return 4320, 20

# %% right="31.1" style="timedelta"
from datetime import timedelta


def costs(interval):
    return timedelta(days=1) / timedelta(seconds=interval), interval

# %% right="31.1" style="a named tuple"
from collections import namedtuple

Costs = namedtuple("Costs", ["requests", "seconds"])


def costs(interval):
    return Costs(seconds=float(interval), requests=86_400 // interval)

# %% right="31.1" style="step by step"
def costs(interval):
    requests_a_second = 1 / interval
    requests_a_day = requests_a_second * 60 * 60 * 24
    return (requests_a_day, interval)

# %% checks="31.1" points=1
check("31.1", costs)

# %% [markdown]
# ## 31.2 Ask only for what is new
#
# A display keeps what it got last: the text of the reading, a string, and its `ETag`. Write `refresh`:
#
# - It sends one `GET` to `url + "/reading"`, with the tag in the header `If-None-Match`, as it is.
# - It returns the tag and the text of now, as a tuple. The station answers 200 with a new tag and a new text, or 304: then the old
#   ones are still right.
# - A display that has nothing yet calls `refresh(url, None, None)`. Then the request has no header `If-None-Match`.

# %% [markdown] tags=["solution"]
# A 304 has no body: `answer.text` is empty then, and what the display has is still right. A tag is sent back exactly as it came, with
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
- if answer.status_code == 304:
-     return tag, text

# %% wrong="31.2" caught_by="sends the tag back as If-None-Match" says="as it came, with its quotation marks"
- answer = requests.get(url + "/reading", headers={"If-None-Match": tag}, timeout=3)
+ answer = requests.get(url + "/reading", timeout=3)

# %% wrong="31.2" caught_by="sends the tag back as If-None-Match" says="as it came, with its quotation marks"
- answer = requests.get(url + "/reading", headers={"If-None-Match": tag}, timeout=3)
+ answer = requests.get(url + "/reading", headers={"If-None-Match": tag and tag.strip('"')}, timeout=3)

# %% wrong="31.2" caught_by="asks without a condition when it has nothing yet" says="got: 'None'"
- answer = requests.get(url + "/reading", headers={"If-None-Match": tag}, timeout=3)
+ answer = requests.get(url + "/reading", headers={"If-None-Match": str(tag)}, timeout=3)

# %% wrong="31.2" caught_by="asks without a condition when it has nothing yet" says="leave the header out"
- answer = requests.get(url + "/reading", headers={"If-None-Match": tag}, timeout=3)
+ answer = requests.get(url + "/reading", headers={"If-None-Match": tag or ""}, timeout=3)

# %% wrong="31.2" caught_by="asks for the reading, with one GET" says="To read, ask with GET"
- answer = requests.get(url + "/reading", headers={"If-None-Match": tag}, timeout=3)
+ answer = requests.post(url + "/reading", headers={"If-None-Match": tag}, timeout=3)

# %% wrong="31.2" caught_by="asks only once, also after 304" says="One answer tells everything"
- if answer.status_code == 304:
-     return tag, text
+ if answer.status_code == 304:
+     answer = requests.get(url + "/reading", timeout=3)

# %% wrong="31.2" caught_by="gives tag and text when it has nothing yet" says="The quotation marks are a part of the tag"
- return answer.headers["ETag"], answer.text
+ return answer.headers["ETag"].strip('"'), answer.text

# %% wrong="31.2" caught_by="gives tag and text when it has nothing yet" says="its text is a string"
- return answer.headers["ETag"], answer.text
+ return answer.headers["ETag"], answer.content

# %% wrong="31.2" caught_by="takes the new text, and the new tag" says="Tag and text are both in the answer"
- return answer.headers["ETag"], answer.text
+ return tag or answer.headers["ETag"], answer.text

# %% right="31.2" style="no header where there is no tag"
def refresh(url, tag, text):
    headers = {} if tag is None else {"If-None-Match": tag}
    with requests.get(f"{url}/reading", headers=headers, timeout=3) as answer:
        is_new = answer.status_code == 200
        return (answer.headers["ETag"], answer.text) if is_new else (tag, text)

# %% right="31.2" style="urllib, where 304 is an exception"
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def refresh(url, tag, text):
    request = Request(url + "/reading", headers={"If-None-Match": tag} if tag else {})
    try:
        with urlopen(request, timeout=3) as answer:
            return answer.headers["ETag"], answer.read().decode()
    except HTTPError as error:
        if error.code != 304:
            raise
        return tag, text

# %% right="31.2" style="a session, and names that are assigned again"
def refresh(url, tag, text):
    with requests.Session() as session:
        if tag is not None:
            session.headers["if-none-match"] = tag
        answer = session.get(f"{url}/reading")
    answer.raise_for_status()
    if answer.status_code != requests.codes.not_modified:
        tag, text = answer.headers["etag"], answer.content.decode("utf-8")
    return tag, text

# %% checks="31.2" points=3
check("31.2", refresh)

# %% [markdown]
# ## The station
#
# The next two exercises share this. A sensor reports each reading by `POST`; your part is how others receive it. `changed` is the
# condition of lesson 31: a thread that holds it (`with station.changed:`) may look at the reading, and wait for the next one.

# %%
class Station:
    def __init__(self):
        self.number, self.reading = 0, ""
        self.changed = threading.Condition()

    def report(self, reading):
        with self.changed:
            self.number, self.reading = self.number + 1, reading
            self.changed.notify_all()


def lines_of(text):
    return re.split("\r\n|\r|\n", text)  # in a stream of events, each of these ends a line


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
# A display says which reading it has: `/reading?have=17.5&wait=20`. Write `do_GET`, a long poll. Another reading is any that is not
# equal to `have`, a greater or a smaller one.
#
# - If the station has another reading, answer at once with 200 and that reading.
# - If not, wait until there is another one, and answer at that moment. A sensor may report the same reading once more: that is no
#   other one, so go on waiting.
# - If `wait` seconds have passed without another reading, answer 204.
#
# Many displays wait at the same time, so a thread that waits has to sleep. The check begins with a report: the station has a reading.

# %% [markdown] tags=["solution"]
# `wait_for` looks first, and sleeps only if there is nothing new: so a reading that came before the request is not missed. It lets go
# of the condition while it sleeps, else nobody could report anything. What was found is copied inside of the block, and the answer is
# sent outside of it: a slow display must not hold the condition. A reading can come back (17.5, 18.0, 17.5): then a display
# that was busy in between does not receive the 18.0. Where that matters, compare numbers, as in the next exercise.

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
- self.station.changed.wait_for(lambda: self.station.reading != have, wait)

# %% wrong="31.3" caught_by="answers at once where the display has 17.0, and the station 17.50" says="The reading came before the request"
- self.station.changed.wait_for(lambda: self.station.reading != have, wait)
+ came = self.station.changed.wait(wait)

- if reading != have:
+ if came:

# %% wrong="31.3" caught_by="answers GET /reading?have=17.50&wait=0.05" says="it gave no answer within 2 s"
- self.station.changed.wait_for(lambda: self.station.reading != have, wait)
+ self.station.changed.wait_for(lambda: self.station.reading != have)

# %% wrong="31.3" caught_by="your code crashed" says="A thread has to hold a condition to wait for it"
- with self.station.changed:
-     self.station.changed.wait_for(lambda: self.station.reading != have, wait)
-     reading = self.station.reading
+ self.station.changed.wait_for(lambda: self.station.reading != have, wait)
+ reading = self.station.reading

# %% wrong="31.3" caught_by="answers at the moment when the reading comes" says="the answer came 1.2 s after the reading"
import time


class Later(Reporting):
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, wait = query["have"][0], float(query["wait"][0])
        if self.station.reading == have:
            time.sleep(wait)
        reading = self.station.reading
        self.answer(204) if reading == have else self.answer(200, reading)

# %% wrong="31.3" caught_by="waits as long as the display says" says="how long it will wait"
- self.station.changed.wait_for(lambda: self.station.reading != have, wait)
+ self.station.changed.wait_for(lambda: self.station.reading != have, 0.3)

# %% wrong="31.3" caught_by="waits for another reading, and answers when it has come" says="The same reading was reported once more"
- with self.station.changed:
-     self.station.changed.wait_for(lambda: self.station.reading != have, wait)
-     reading = self.station.reading
- if reading != have:
+ with self.station.changed:
+     came = self.station.reading != have or self.station.changed.wait(wait)
+     reading = self.station.reading
+ if came:

# %% wrong="31.3" caught_by="answers at once where the display has 21.0, and the station 17.50" says="any that is not equal"
- self.station.changed.wait_for(lambda: self.station.reading != have, wait)
+ self.station.changed.wait_for(lambda: self.station.reading > have, wait)

- if reading != have:
+ if reading > have:

# %% wrong="31.3" caught_by="answers a display with an old reading while others wait" says="a display with an old reading gets its answer at once"
class Later(Reporting):
    turn = threading.Lock()

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, wait = query["have"][0], float(query["wait"][0])
        with self.turn, self.station.changed:
            self.station.changed.wait_for(lambda: self.station.reading != have, wait)
            reading = self.station.reading
        self.answer(204) if reading == have else self.answer(200, reading)

# %% wrong="31.3" caught_by="answers 204 when the time is over, while the same reading is reported" says="begins anew each time"
- self.station.changed.wait_for(lambda: self.station.reading != have, wait)
+ while self.station.reading == have and self.station.changed.wait(wait):
+     pass

# %% wrong="31.3" caught_by="waits until the time is over" says="it came before"
- self.station.changed.wait_for(lambda: self.station.reading != have, wait)
+ self.station.changed.wait_for(lambda: self.station.reading != have, int(wait))

# %% right="31.3" style="what wait_for returns"
- with self.station.changed:
-     self.station.changed.wait_for(lambda: self.station.reading != have, wait)
-     reading = self.station.reading
- if reading != have:
+ with self.station.changed:
+     is_new = self.station.changed.wait_for(lambda: self.station.reading != have, timeout=wait)
+     reading = self.station.reading
+ if is_new:

# %% right="31.3" style="a loop with a deadline"
import time


class Later(Reporting):
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        have, end = query["have"][0], time.monotonic() + float(query["wait"][0])
        with self.station.changed:
            while self.station.reading == have and time.monotonic() < end:
                self.station.changed.wait(end - time.monotonic())
            reading = self.station.reading
        self.answer(204) if reading == have else self.answer(200, reading)

# %% right="31.3" style="a method, and an answer of its own"
class Later(Reporting):
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        body = self.other_than(query["have"][0], float(query["wait"][0]))
        self.send_response(204 if body is None else 200)
        if body is not None:
            self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(body or b"")

    def other_than(self, have, seconds):
        station = self.station
        with station.changed:
            if station.changed.wait_for(lambda: have != station.reading, seconds):
                return station.reading.encode()
        return None

# %%
later = launch(Later)

# %% checks="31.3" points=4
check("31.3", later)

# %% [markdown]
# ## 31.4 A stream of readings
#
# Write `do_GET`, so that it answers every `GET`, whatever the path, with server-sent events:
#
# - The answer is 200 with `Content-Type: text/event-stream`, and has no `Content-Length`.
# - The newest reading is sent at once, if there is one, and each further one at the moment when it comes. No reading is sent twice on one
#   connection. A reading that comes while you write the one before must be sent too. (If two come in that time, the newer one is enough.)
# - An event has the station's number as its `id`, and the reading, as it was reported, as its `data`. A reading may have several lines. Then
#   the event has a line `data: …` for each of them, and the browser puts them together again. `lines_of(reading)` gives the lines.
# - A display that comes back says in `Last-Event-ID` which number it had last. It gets the newest reading at once if that is newer (the
#   station keeps no other), and after that each further one. A `Last-Event-ID` that is no number counts as none.
# - If there is nothing to send, send a comment once a second: a line that begins with a colon, and an empty line.
#
# Several displays listen at the same time.

# %% [markdown] tags=["solution"]
# 0 is the number of a station without a reading, so that a display without a number gets the first reading there is. The loop keeps the
# number of what was sent last, as a string, and waits for another. So nothing has to be done about a `Last-Event-ID` that is no number: `int`
# would raise an exception there, and after `end_headers` it is too late for a 400.
#
# An empty line ends an event. A reading such as `17\n\nid: 99\ndata: 0` in one `data` line would become two events, and the sensor could send the
# displays whatever it likes, with any number. With one `data` line for each line of the reading it stays one event.
#
# With the comment the server finds out that a display has left: the write raises an exception, which ends the loop. Without it a thread for
# each display that has left would wait for ever. Nothing says how long the body is; it ends with the connection.

# %% exercise="31.4"
class Stream(Reporting):
    station = Station()

    def do_GET(self):
        ### BEGIN SOLUTION
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent = self.headers.get("Last-Event-ID", "0")
        while True:
            with self.station.changed:
                is_new = self.station.changed.wait_for(lambda: str(self.station.number) != sent, 1)
                number, reading = str(self.station.number), self.station.reading
            data = "".join(f"data: {line}\n" for line in lines_of(reading))
            event = f"id: {number}\n{data}\n" if is_new else ": nothing new\n\n"
            self.wfile.write(event.encode())
            sent = number
        ### END SOLUTION

# %% wrong="31.4" caught_by="says that it is a stream of events" says="Content-Type: text/event-stream"
- self.send_header("Content-Type", "text/event-stream")
+ self.send_header("Content-Type", "text/plain")

# %% wrong="31.4" caught_by="sends the newest reading as an event" says="An empty line ends an event"
- event = f"id: {number}\n{data}\n" if is_new else ": nothing new\n\n"
+ event = f"id: {number}\n{data}" if is_new else ": nothing new\n"

# %% wrong="31.4" caught_by="sends the next reading on the same connection" says="it closed the connection"
class Stream(Reporting):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent = int(self.headers.get("Last-Event-ID", "0"))
        if self.station.number != sent:
            self.wfile.write(f"id: {self.station.number}\ndata: {self.station.reading}\n\n".encode())

# %% wrong="31.4" caught_by="sends nothing to a display that has missed nothing" says="the number of the last event that the display got"
- sent = self.headers.get("Last-Event-ID", "0")
+ sent = "0"

# %% wrong="31.4" caught_by="sends a reading with line breaks as one event" says="An empty line ends the event"
- data = "".join(f"data: {line}\n" for line in lines_of(reading))
+ data = f"data: {reading}\n"

# %% wrong="31.4" caught_by="sends a reading with line breaks as one event" says="a line of its own"
- data = "".join(f"data: {line}\n" for line in lines_of(reading))
+ data = f"data: {' '.join(lines_of(reading))}\n"

# %% wrong="31.4" caught_by="sends a reading with every kind of line break as one event" says="ends a line as well"
- data = "".join(f"data: {line}\n" for line in lines_of(reading))
+ data = "".join(f"data: {line}\n" for line in reading.split("\n"))

# %% wrong="31.4" caught_by="sends the newest reading where Last-Event-ID is no number" says="the status has been sent already"
- sent = self.headers.get("Last-Event-ID", "0")
+ sent = str(int(self.headers.get("Last-Event-ID", "0")))

# %% wrong="31.4" caught_by="sends a comment in a silence" says="begins with a colon"
- event = f"id: {number}\n{data}\n" if is_new else ": nothing new\n\n"
+ event = f"id: {number}\n{data}\n" if is_new else ""

# %% wrong="31.4" caught_by="promises no length" says="nobody knows how long a stream gets"
- self.end_headers()
+ self.send_header("Content-Length", "20")
+ self.end_headers()

# %% wrong="31.4" caught_by="takes a number of two digits for newer than 9" says="strings are compared letter by letter"
- is_new = self.station.changed.wait_for(lambda: str(self.station.number) != sent, 1)
+ is_new = self.station.changed.wait_for(lambda: str(self.station.number) > sent, 1)

# %% wrong="31.4" caught_by="not right yet" says="no event came; it kept the connection open"
class Stream(Reporting):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if self.headers.get("Last-Event-ID") != str(self.station.number):
            self.tell()
        while True:
            with self.station.changed:
                self.station.changed.wait()
            self.tell()

    def tell(self):
        self.wfile.write(f"id: {self.station.number}\ndata: {self.station.reading}\n\n".encode())

# %% wrong="31.4" caught_by="sends the newest reading as an event" says="The newest reading is there before the display"
- is_new = self.station.changed.wait_for(lambda: str(self.station.number) != sent, 1)
+ is_new = self.station.changed.wait(1)

# %% wrong="31.4" caught_by="sends the newest reading to a second display too" says="Every display has its own call of do_GET"
class Stream(Reporting):
    sent = [0]

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        while True:
            with self.station.changed:
                self.station.changed.wait_for(lambda: self.station.number != self.sent[0])
                self.sent[0], reading = self.station.number, self.station.reading
            self.wfile.write(f"id: {self.sent[0]}\ndata: {reading}\n\n".encode())

# %% wrong="31.4" caught_by="sends no reading twice" says="This reading had been sent before"
- event = f"id: {number}\n{data}\n" if is_new else ": nothing new\n\n"
+ event = f"id: {number}\n{data}\n"

# %% wrong="31.4" caught_by="gives the event the station's number as its id" says="got: 'r1'"
- event = f"id: {number}\n{data}\n" if is_new else ": nothing new\n\n"
+ event = f"id: r{number}\n{data}\n" if is_new else ": nothing new\n\n"

# %% wrong="31.4" caught_by="sends the first of two displays a new reading" says="Text is sent as UTF-8"
- self.wfile.write(event.encode())
+ self.wfile.write(event.encode("latin-1"))

# %% right="31.4" style="data before id"
- data = "".join(f"data: {line}\n" for line in lines_of(reading))
- event = f"id: {number}\n{data}\n" if is_new else ": nothing new\n\n"
- self.wfile.write(event.encode())
- sent = number
+ lines = reading.replace("\r\n", "\n").replace("\r", "\n").encode().split(b"\n")
+ data = b"".join(b"data:%b\n" % line for line in lines)
+ self.wfile.write(b"event: message\n%bid:%b\n\n" % (data, number.encode()) if is_new else b":\n\n")
+ self.wfile.flush()
+ sent = number

# %% right="31.4" style="numbers, and begins with retry"
class Stream(Reporting):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(b"retry: 2000\n\n")
        last = self.headers.get("Last-Event-ID", "")
        last = int(last) if last.isdecimal() else 0
        while True:
            with self.station.changed:
                is_new = self.station.changed.wait_for(lambda: self.station.number > last, timeout=1)
                last, reading = self.station.number, self.station.reading
            data = re.sub("\r\n|\r|\n", "\r\ndata: ", reading)
            self.wfile.write(f"id: {last}\r\ndata: {data}\r\n\r\n".encode() if is_new else b": hello\r\n\r\n")

# %% right="31.4" style="a generator"
class Stream(Reporting):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for number, reading in self.news(self.headers.get("Last-Event-ID", "0")):
            data = [f"data: {line}" for line in re.split("\r?\n|\r", reading)]
            for line in [f"id: {number}", *data, ""] if number else [":", ""]:
                self.wfile.write((line + "\n").encode())

    def news(self, known):
        while True:
            with self.station.changed:
                if str(self.station.number) == known:
                    self.station.changed.wait(1)
                number, reading = str(self.station.number), self.station.reading
            yield (None, "") if number == known else (number, reading)
            known = number

# %%
stream = launch(Stream)

# %% checks="31.4" points=4
check("31.4", stream)

# %%
stop_all()
