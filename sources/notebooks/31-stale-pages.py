# %% [markdown]
# # Pages go stale
#
# 25 minutes. You need lessons [12](12-web-server.ipynb) and [14](14-break-the-server.ipynb).
#
# By the end you can
#
# - say why a page goes stale, and for how long,
# - get news by polling, by long polling and by push, and tell them apart on the wire,
# - choose one of them, and say what it costs.

# %% [markdown]
# ## The whole game
#
# The last seats for a show get cheaper by the hour. The box office tells the price in a page.

# %%
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler
from itertools import islice

import matplotlib.pyplot as plt
import requests
from websockets.sync.client import connect

# %%
from servers import stale_prices
from servers.ticket_price import Price
from wirelab import launch, show, stop_all, wire

price = Price(30)
shop = launch(partial(stale_prices.create_server, price=price))
page = requests.get(shop.url + "/", timeout=3).text
print(page)

# %% [markdown]
# You have the page. A moment later the price changes.

# %%
price.change(29)
fresh = requests.get(shop.url + "/", timeout=3).text
"29" in page, "29" in fresh

# %% [markdown]
# Your page is **stale**: it says what was true once. The server knows better, and in HTTP it has no way to tell you: it only ever
# answers. Stock prices, news reports, ticket sales: each page about them is a copy that gets old, sometimes before the browser has
# drawn it.
#
# The same server has a page that does not go stale. Here it is:

# %%
shop.page("/live", height=160)

# %% [markdown]
# Run the next cell, a few times if you like, and keep an eye on the page. It follows, and nobody loads it again.

# %%
price.change(price.now().price - 1).price

# %% [markdown] tags=["notes"]
# Show the live page first, on the projector, before any code. Ask: how can the server reach a page that has been delivered? Take
# all ideas; somebody says *the page asks again*, which is the next section. A good picture for the four ways: calling the theatre every
# minute; calling and being left on the line; having the theatre on the line for good. Typical trouble: on a shared Hub there is no page to
# show; use the wire views. Short of time: leave out If-None-Match. Nobody should leave without the plot and the break-it.

# %% [markdown]
# ## Polling: ask again and again
#
# The simplest idea: ask every so often. `/price` tells the price as JSON, with a number that goes up by one at each change. The
# function is a generator: it hands out each answer with `yield`, and goes
# on when the next one is wanted. `islice` wants three.

# %%
def polling(url):
    while True:
        yield requests.get(url + "/price", timeout=3).json()
        time.sleep(0.3)


with wire(shop) as tap:
    print(*islice(polling(tap.url), 3), sep="\n")

tap

# %% [markdown]
# Three questions, three times the same answer. If you ask every ten seconds, a copy can be wrong for ten seconds after a change, and for
# five on average. Ask more often, and you pay with requests, nearly all of them for nothing.
#
# **Predict, then run.** Each answer has an `ETag`, a name for this version of it. The client sends the name back: *give me the
# price, unless it is the one that I have*. What crosses the wire, if nothing changed?

# %%
with wire(shop) as tap:
    first = requests.get(tap.url + "/price", timeout=3)
    requests.get(tap.url + "/price", headers={"If-None-Match": first.headers["ETag"]}, timeout=3)

tap[2:]

# %% [markdown]
# <details><summary>Answer</summary>
#
# A whole request, and a response with headers and no body: `304 Not Modified`, keep what you have (RFC 9110 §13.1.2). For a page
# of 100 kB that saves nearly everything. Our price has 26 bytes, the headers have hundreds: it saves nearly nothing. And
# the request had to be made all the same.
#
# </details>
#
# ## Long polling: ask, and be left waiting
#
# The client says which price it has, and the server does not answer until there is another one.
#
# **Predict, then run.** A second from now, the price changes: that is what `Timer` does. When does the first request get its answer,
# and when the second one? Look at the times.

# %%
def long_polling(url):
    number = 0
    while True:
        answer = requests.get(f"{url}/price?since={number}", timeout=30)
        if answer.status_code == 200:
            number = answer.json()["number"]
            yield answer.json()


threading.Timer(1, price.change, [20]).start()
with wire(shop) as tap, closing(long_polling(tap.url)) as quotes:
    print(next(quotes)["price"], next(quotes)["price"])

tap

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first at once: the client has number 0, so any price is news. The second after a second, and as soon as there is something to
# say. Until then there is an arrow with no answer to it.
#
# </details>
#
# How does a server wait? Each client has its thread, and the thread sleeps at a **condition**. That is a lock with a waiting
# room: `wait_for` lets go of the lock and sleeps, a change calls `notify_all`, and everybody wakes up and looks.

# %%
show(Price.other_than)

# %% [markdown]
# Nobody waits for ever: programs on the way, called **proxies**, hang up on a connection that is silent for too long. So the server
# gives up first, with `204 No Content`, and the client asks again. (RFC 6202 §5.5 calls 30 seconds a safe value; this server takes 20, or what
# `wait` says. The client's own `timeout` has to be longer.)

# %%
print(requests.get(f"{shop.url}/price?since={price.now().number}&wait=1", timeout=3))

# %% [markdown]
# ## Push: one answer that does not end
#
# A long poll ends with each piece of news, and a new request has to be made. Why end it? **Server-sent events** are a response
# that goes on: a text that gets longer with each event. (`stream=True` does not wait for the end of
# the body, `chunk_size=1` hands out each byte as it comes.)

# %%
def events(url):
    with requests.get(url + "/price/events", stream=True, timeout=30) as answer:
        for line in answer.iter_lines(chunk_size=1):
            if line.startswith(b"data:"):
                yield json.loads(line.removeprefix(b"data:"))


with wire(shop) as tap, closing(events(tap.url)) as quotes:
    print(next(quotes)["price"])
    for lower in [19, 18]:
        price.change(lower)
        print(next(quotes)["price"])

tap

# %% [markdown]
# One request, one response. It has no `Content-Length`, since nobody knows its length. Each event is a few lines: `id`, its number,
# `data`, what there is to tell, and an empty line, which ends it. A line that begins with a colon is a comment: after a silence,
# this server sends one, to see whether somebody is still there.
#
# A browser has a reader for that built in, `EventSource` (HTML standard, *Server-sent events*). This is all the script of the live
# page. JavaScript's `event => …` is a function without a name, as `lambda event: …` in Python:

# %%
print(stale_prices.LIVE)

# %% [markdown]
# ## Push: a WebSocket
#
# A WebSocket begins as HTTP, and then both sides may speak whenever they want. Here only the server has something to say. WebSockets
# came with HTML5, for **real-time** pages, which show news as it happens. A program that acts when news comes is called
# **event-driven**. (The next lessons take the WebSocket apart.)

# %%
def websocket(url):
    with connect(url, compression=None) as connection, suppress(GeneratorExit):  # closing() is no failure
        for message in connection:
            yield json.loads(message)


feed = launch(partial(stale_prices.onconnect, price=price))
with wire(feed) as tap, closing(websocket(tap.url)) as quotes:
    print(next(quotes)["price"])
    price.change(17)
    print(next(quotes)["price"])

tap

# %% [markdown]
# After the handshake, a change costs the two bytes of a frame's header, and what there is to say.
#
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant S as server
#     Note over C,S: polling
#     C->>S: news?
#     S->>C: no
#     C->>S: news?
#     S->>C: yes
#     Note over C,S: long polling
#     C->>S: news?
#     S->>C: (later) yes
#     Note over C,S: push
#     C->>S: tell me
#     S->>C: (later) news
#     S->>C: (later) news
# ```
#
# ## The same changes, four ways
#
# Now all four at once: four clients, each with a wire view of its own, hear of the same four changes. A client notes when it heard of
# each price. (At the `Barrier` everybody waits until all five are there: four clients, and the cell that changes the price.)

# %%
WAYS = {"polling": polling, "long polling": long_polling, "server-sent events": events, "WebSocket": websocket}


def watch(way, last, all_here):
    heard = {}
    with wire(feed if way is websocket else shop) as tap, closing(way(tap.url)) as quotes:
        for quote in quotes:
            if not heard:
                all_here.wait()
            heard.setdefault(quote["number"], time.perf_counter())
            if quote["number"] == last:
                return heard, tap

# %%
all_here, changed = threading.Barrier(5, timeout=20), {}
with ThreadPoolExecutor(4) as pool:
    last = price.now().number + 4
    watching = {name: pool.submit(watch, way, last, all_here) for name, way in WAYS.items()}
    all_here.wait()
    start = time.perf_counter()
    for pause in [0.5, 1.4, 0.6, 1.0]:
        time.sleep(pause)
        now = time.perf_counter()
        changed[price.change(price.now().price - 1).number] = now
seen = {name: client.result() for name, client in watching.items()}

# %% [markdown]
# How long was each copy wrong? From the change to the moment in which the client heard of that price, or of a newer one.

# %%
def delays(heard):
    return {n: min(at for m, at in heard.items() if m >= n) - changed[n] for n in changed}


plt.rcParams["font.size"] = 14
figure, axes = plt.subplots(figsize=(10, 3.4))
for name, (heard, _) in seen.items():
    axes.barh(name, 4, color="lightgray")
    wrong = {"color": "tab:red", "edgecolor": "tab:red", "linewidth": 2}
    for number, delay in delays(heard).items():
        axes.barh(name, delay, left=changed[number] - start, **wrong)
axes.set(xlabel="seconds", title="Red: the copy is wrong", ylim=(3.6, -0.6))
plt.show()

# %% [markdown]
# The picture in words: after each of the four changes, the copy of the client that polls is wrong until it asks again, for 0.3
# seconds at worst, and a little for the answer. The other three are wrong for a few thousandths of a second: their red is a thin
# line. And what did it cost?

# %%
costs = {
    "requests": [len(tap.http) for _, tap in seen.values()],
    "kilobytes": [sum(message.size for message in tap) / 1000 for _, tap in seen.values()],
    "ms wrong per change": [1000 * sum(delays(heard).values()) / 4 for heard, _ in seen.values()],
}
figure, panels = plt.subplots(1, 3, figsize=(12, 3.4), sharey=True)
for panel, (title, values) in zip(panels, costs.items()):
    panel.bar_label(panel.barh(list(seen), values), fmt="%.3g", padding=3)
    panel.set(title=title, xlim=(0, 1.3 * max(values)), xticks=[], ylim=(3.6, -0.6))
    print(f"most {title}:", list(seen)[values.index(max(values))])
plt.show()

# %% [markdown]
# In words, and true every time: polling makes most requests, moves most bytes, and is wrong for longest. Long polling makes one
# request for each change, and one to begin with. Push makes one.
#
# ## Which one?
#
# | you need | take |
# |---|---|
# | a copy that may be a minute old | polling, with `ETag` |
# | news that is rare, through any proxy | long polling |
# | a stream from the server to the page | server-sent events |
# | both sides to speak, or binary data | a WebSocket |
#
# A page that only listens needs no WebSocket: events are plain HTTP, and connect again by themselves. (With HTTP/1.1 a browser
# opens about six connections to a server, for all tabs together; a stream takes one.) Waiting has a price too: a connection that stays
# open, and in this server a thread.
#
# ## Break it: the change that fell between
#
# This server waits for the *next* change, so its clients need not say what they have. That looks simpler.

# %%
class Forgetful(BaseHTTPRequestHandler):
    def do_GET(self):
        quote = price.other_than(price.now().number, seconds=2)
        self.send_response(200 if quote else 204)
        self.end_headers()
        if quote:
            self.wfile.write(str(quote).encode())


forgetful = launch(Forgetful, port=8011)

# %% [markdown]
# A client asks, and hears of a change. While it is busy with that, there is another one. Then it asks again.
#
# **Predict, then run.** What does the second answer say?

# %%
with wire(forgetful) as tap:
    threading.Timer(1, price.change, [12]).start()
    mine = requests.get(tap.url, timeout=5).json()
    price.change(11)
    requests.get(tap.url, timeout=5)

print("the client has", mine["price"], "and the price is", price.now().price)
tap

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nothing: 204. The second change came when nobody was waiting, so nobody heard of it. The client has a stale price, is told that there is
# no news, and will not find out before the change after that. Nothing failed, and no log shows it.
#
# </details>
#
# The cure: the client says what it *has*, and the server compares. Then it does not matter when the change came.

# %%
print(requests.get(f"{shop.url}/price?since={mine['number']}", timeout=3).json()["price"])

# %% [markdown]
# Events have that built in. When the stream breaks off, a browser connects again by itself, and sends the `id` of the last event that it
# got. The server goes on from there:

# %%
last = {"Last-Event-ID": str(mine["number"])}
with wire(shop) as tap, requests.get(tap.url + "/price/events", headers=last, stream=True, timeout=3) as answer:
    print(*islice(answer.iter_lines(chunk_size=1, decode_unicode=True), 2), sep="\n")

tap[0]

# %% [markdown]
# ## Recap
#
# - A page is a copy. Without a request, an HTTP server cannot say that it changed.
# - Polling trades requests for staleness. Long polling and push are told at once, and keep a connection open.
# - Say what you have, not only that you want news: `since`, `If-None-Match`, `Last-Event-ID`.
#
# **Check yourself**
#
# <details><summary>A display polls every minute. How stale is it at worst, and on average?</summary>
#
# A minute at worst, half a minute on average, and the time that the answer takes.
#
# </details>
# <details><summary>The server starts again, and its numbers begin at 1. A client asks since=3. Does it wait for number 4?</summary>
#
# Not here: the server looks for *another* number, not for a greater one, and answers at once. If its price has number 3 again by chance, the
# client waits in vain. A name that never comes back, such as a date with the number, cures that too.
#
# </details>
# <details><summary>A chat in the browser: which way?</summary>
#
# Both sides speak, so a WebSocket fits. Server-sent events, with a POST for each message, work as well.
#
# </details>
# <details><summary>HTTP has the word stale, too. Does it mean the same?</summary>
#
# Not quite. To a cache, a response is stale when it is older than its lifetime, as in `Cache-Control: max-age=60` (RFC 9111 §4.2). It may
# still be right; and a fresh one may be wrong for a minute.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 31](../exercises/31-stale-pages.ipynb). **Next lesson:** [The upgrade and the
# frames](32-handshake-and-frames.ipynb).

# %%
stop_all()
