# %% [markdown]
# # Pages go stale
#
# 43 minutes. You need lessons [12](12-web-server.ipynb) and [14](14-break-the-server.ipynb).
#
# By the end you can
#
# - say why a page goes stale, and for how long,
# - get changes by polling, by long polling and by push, and recognise each one on the wire,
# - choose one of them, and say what it costs.

# %% [markdown] minutes=5
# ## See it happen
#
# The last seats for a show get cheaper every hour. The box office has a page with the price.

# %% [markdown] tags=["notes"]
# **Do:** Show the live page on the projector first, before any code.
#
# **Ask:** How can the server reach a page that has been delivered? Take all ideas. Somebody says *the page asks again*, which
# is the next section.
#
# **What goes wrong:** On a shared Hub there is no page to show. Use the wire views of the later sections.

# %%
import json
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler
from itertools import islice

import matplotlib.pyplot as plt
import requests
from websockets.sync.client import connect

# %%
from servers import stale_prices
from servers.prices.watched_price import Price
from wirelab import launch, show, stop_all, wire

price = Price(30)
shop = launch(partial(stale_prices.create_server, price=price))
page = requests.get(shop.url + "/", timeout=3).text
print(page)

# %% [markdown]
# You have the page. A moment later the price changes. Which price does your page show, and which one does a new page show?
#
# (`partial(f, price=price)` is the function `f` with `price` filled in already. So the server has the price that this notebook changes.)

# %%
price.change(29)
fresh = requests.get(shop.url + "/", timeout=3).text
"29" in page, "29" in fresh

# %% [markdown]
# Your page is **stale**: it shows an old price. The server knows the new one. But in HTTP a server only answers requests, so it cannot send the
# new price to you. Stock prices, news, ticket sales: each page about them is a copy that gets old.
#
# The same server has a page that does not go stale. Here it is. (After *Run All Cells* this page stands still, because the last cell stops
# the server. To see the page live, run the cells one by one.)

# %%
shop.page("/live", height=160)

# %% [markdown]
# Run the next cell a few times, and watch the page. It changes, and nobody loads it again.

# %%
price.change(price.now().price - 1).price

# %% [markdown] minutes=6
# ## Polling: ask again and again
#
# The simplest idea: the client asks again after some time. This is called **polling**. `/price` gives the price as JSON, with a number that
# goes up by one at each change.
#
# `polling` below is a **generator**. `yield` hands out one price and pauses the function until somebody wants the next one. `islice` takes
# three of them.

# %% [markdown] tags=["notes"]
# **Ask:** You ask every ten seconds. For how long can your copy be wrong? (Ten seconds at most, five on average.)
#
# **Short of time:** Leave out the request with `If-None-Match`.

# %%
def polling(url):
    while True:
        yield requests.get(url + "/price", timeout=3).json()
        time.sleep(0.3)


with wire(shop) as tap:
    for quote in islice(polling(tap.url), 3):
        print(quote)

tap

# %% [markdown]
# Three requests, and three times the same answer. If you ask every ten seconds, your copy can be wrong for ten seconds after a change, and
# for five on average. If you ask more often, you pay with more requests, and nearly all of them bring nothing new.
#
# **Predict, then run.** Each answer has an `ETag`, a name for this version of it. The second request sends it back in `If-None-Match`: *give me
# the price, if it has another name*. The price has not changed. Which status does the second response have? Does it have a body? (`tap[2:]`
# leaves out the first request and its response.)

# %% tags=["predict"]
with wire(shop) as tap:
    first = requests.get(tap.url + "/price", timeout=3)
    requests.get(tap.url + "/price", headers={"If-None-Match": first.headers["ETag"]}, timeout=3)

tap[2:]

# %% [markdown] minutes=7
# <details><summary>Answer</summary>
#
# A whole request, and a response with headers and no body. `304 Not Modified` means: use the copy that you have (RFC 9110 §15.4.5). For a
# page of 100 kB that saves nearly everything. Our price has 26 bytes and the headers have hundreds, so it saves nearly nothing. And the
# request was necessary all the same. (Polling has one strength that the other ways do not have: a cache can answer. If a cache may keep the
# price for five seconds, a thousand clients cost the server one request in five seconds.)
#
# </details>
#
# ## Long polling: the server answers later
#
# In **long polling**, the client sends the number of the price that it has. The server waits with its answer until there is another
# price.
#
# **Predict, then run.** The client below asks twice, first with number 0. `Timer` changes the price after one second. After how many seconds
# does each request get its answer? (The cell prints it: `tap[-1]` is the newest message, and `at` is its time, in
# seconds since the tap began.)

# %% [markdown] tags=["notes"]
# **Do:** Give the room a picture of the ways: calling the theatre every minute; calling and being left on the line; having the
# theatre on the line for good.
#
# **What goes wrong:** The answer seems to hang. It is meant to: the request waits on the wire. Show the second connection in
# the wire view.

# %% tags=["predict"]
def long_polling(url):
    number = 0
    while True:
        answer = requests.get(f"{url}/price?since={number}", timeout=30)
        if answer.status_code == 200:
            number = answer.json()["number"]
            yield answer.json()


threading.Timer(1, price.change, [20]).start()
with wire(shop) as tap:
    for quote in islice(long_polling(tap.url), 2):
        print(quote["price"], f"after {tap[-1].at:.0f} s")

tap

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first one at once. No price has number 0, so the server has another one to send. The second one after a second, when the price changes.
# Until then the request has arrived, and there is no answer yet.
#
# </details>
#
# How does a server wait? This server has a thread for each connection (lesson 14), and the thread sleeps. Here is the function that it
# calls. Find the line that waits. What does the function return if the price does not change in time?

# %%
show(Price.other_than)

# %% [markdown]
# `wait_for` waits. If the time is over and the number is still the same, the function returns `None`.
#
# `_changed` is a **condition**. It has a lock: only one thread at a time is inside of `with self._changed`. `wait_for` **releases** the lock
# while it waits, so that another thread can change the price. Each change calls the method `notify_all`, which wakes up all waiting threads.
# Then `wait_for` looks again whether the number is another one.
#
# So a waiting client costs a connection and a thread. Ten thousand waiting clients would cost ten thousand threads. The servers of lesson 33 have one
# thread for all their clients.
#
# The server must not wait too long. Between client and server there may be **proxies**, programs that pass messages on, and they close a
# connection that is silent for too long. So this server answers `204 No Content` after 20 seconds, or after `wait` seconds, and the client
# asks again. The client's own `timeout` has to be longer than that.

# %%
print(requests.get(f"{shop.url}/price?since={price.now().number}&wait=1", timeout=3))

# %% [markdown] minutes=4
# ## Push: one answer that does not end
#
# With long polling, each change ends a response, and the client has to make a new request. **Server-sent events** are one response that goes on: its
# body grows with each event. The server sends when there is something new. This is called **push**.
#
# In the code, `stream=True` does not wait for the end of the body. With `chunk_size=1`, `iter_lines` gives each line as soon as it is complete.
# In the second cell, `next` takes one event from the generator, and `close` ends it. The first event comes at once, with the current price.

# %%
def events(url, headers=None):
    with requests.get(url + "/price/events", headers=headers, stream=True, timeout=30) as answer:
        for line in answer.iter_lines(chunk_size=1):
            if line.startswith(b"data:"):
                yield json.loads(line.removeprefix(b"data:"))

# %%
with wire(shop) as tap:
    quotes = events(tap.url)
    print(next(quotes))
    for lower in [19, 18]:
        price.change(lower)
        print(next(quotes))
    quotes.close()

tap

# %% [markdown]
# One request, and one response. It has no `Content-Length`, because nobody knows how long it will be. An event here has a line `id` with
# its number, a line `data` with its content, and an empty line at the end. A line that begins with a colon is a comment. This server sends
# one after a silence, to find out whether the client is still there.
#
# A browser can read such events: JavaScript has `EventSource` (HTML standard, *Server-sent events*). Here is the whole script of the live page.
# The browser asks the address `price/events`, and calls the function `onmessage` for each event.

# %%
print(stale_prices.LIVE)

# %% [markdown] minutes=3
# ## Push: a WebSocket
#
# A WebSocket begins as HTTP. After that, both sides may send at any time. Here only the server has something to send. WebSockets came to
# browsers with HTML5, and their protocol is RFC 6455. A page that shows a change when it happens is called **real-time**. A program that acts
# when something happens, and waits otherwise, is called **event-driven**. WebSockets are made for both.
#
# `tap.live()` is a wire view that grows. Run the first cell and keep the view in sight. Then run the second one: the price changes three times,
# once a second.

# %%
feed = launch(partial(stale_prices.onconnect, price=price))
tap = wire(feed)
tap.live()

# %%
with connect(tap.url, compression=None) as connection:
    print(connection.recv())
    for lower in [17, 16, 15]:
        time.sleep(1)
        price.change(lower)
        print(connection.recv())

tap.stop()
tap

# %% [markdown] minutes=8
# It begins with a request and a response. After them, each change costs its JSON and two bytes more.
#
# ```mermaid
# sequenceDiagram
#     participant C as client
#     participant S as server
#     Note over C,S: polling
#     C->>S: another price?
#     S->>C: no
#     C->>S: another price?
#     S->>C: yes
#     Note over C,S: long polling
#     C->>S: another price?
#     S->>C: (later) yes
#     Note over C,S: push
#     C->>S: send me each price
#     S->>C: (later) a price
#     S->>C: (later) a price
# ```
#
# ## The same changes, four ways
#
# Now four clients watch the same price at the same time, each in its own way and with a wire view of its own. The next four cells do it. You
# may run them without reading them, because the picture after them shows what they found.
#
# 1. Each way is a generator. The one for the WebSocket is new.
# 2. `watch` is one client. It notes in `received` when it first received each price, and ends with the last one.
# 3. Each client starts, in a thread of its own. The cell waits until each of them has a price.
# 4. The price changes four times. `changed` has the time of each change.

# %% [markdown] tags=["notes"]
# **Ask:** Before the plot: which way needs most requests, and which leaves the copy wrong for longest? Take votes for each.
#
# **What goes wrong:** The two cells before the plot are long. They start four clients and change the price four times; let
# people read the plot.

# %%
def websocket(url):
    with connect(url, compression=None) as connection:
        for message in connection:
            yield json.loads(message)


WAYS = {"polling": polling, "long polling": long_polling, "server-sent events": events, "WebSocket": websocket}

# %%
taps = {name: wire(feed if name == "WebSocket" else shop) for name in WAYS}
received = {name: {} for name in WAYS}
last = price.now().number + 4


def watch(name):
    for quote in WAYS[name](taps[name].url):
        if quote["number"] not in received[name]:
            received[name][quote["number"]] = time.perf_counter()
        if quote["number"] == last:
            return

# %%
threads = [threading.Thread(target=watch, args=[name], daemon=True) for name in WAYS]
for thread in threads:
    thread.start()
while not all(received.values()):
    time.sleep(0.01)

# %%
start, changed = time.perf_counter(), {}
for pause in [0.5, 1.4, 0.6, 1.0]:
    time.sleep(pause)
    now = time.perf_counter()
    number = price.change(price.now().price - 1).number
    changed[number] = now
for thread in threads:
    thread.join(timeout=20)
for tap in taps.values():
    tap.stop()

# %% [markdown]
# For how long was each copy wrong? Count from a change until the client received that price, or a newer one.

# %%
def seconds_wrong(name, number):
    return min(at for n, at in received[name].items() if n >= number) - changed[number]


plt.rcParams["font.size"] = 14
figure, axes = plt.subplots(figsize=(10, 3.4))
for name in WAYS:
    axes.barh(name, 4, color="lightgray")
    for number, at in changed.items():
        axes.barh(name, seconds_wrong(name, number), left=at - start, color="tab:red", edgecolor="tab:red")
axes.set(xlabel="seconds", title="Red: the copy is wrong", ylim=(3.6, -0.6))
plt.show()

# %% [markdown]
# In words: after each of the four changes, the copy of the polling client is wrong until it asks again. That takes up to 0.3 seconds, and
# a little for the answer. The other three are wrong for a few thousandths of a second: their red is mostly a thin line. What did it cost?

# %%
requests_made = [len(tap.http) for tap in taps.values()]
kilobytes = [sum(message.size for message in tap) / 1000 for tap in taps.values()]
figure, panels = plt.subplots(1, 2, figsize=(12, 3.4), sharey=True)
for panel, title, values in zip(panels, ["requests", "kilobytes"], [requests_made, kilobytes]):
    panel.bar_label(panel.barh(list(WAYS), values), fmt="%.3g", padding=3)
    panel.set(title=title, xlim=(0, 1.3 * max(values)), xticks=[], ylim=(3.6, -0.6))
plt.show()

# %% [markdown] tags=["notes"]
# **Ask:** Before the last plot: which bar will be the longest? Then: what changes if the price changes a hundred times a second?
# (Polling stays as it is, and long polling makes a request for each change.)

# %% [markdown] minutes=7
# In words: polling makes the most requests and moves the most bytes. Long polling makes one request for each change, and one at the
# beginning. Push makes one request in all.
#
# ### Which one?
#
# | you need | take |
# |---|---|
# | a copy that may be a minute old | polling, with `ETag` |
# | changes through a proxy that holds a response back until it is complete | long polling |
# | a stream from the server to the page | server-sent events |
# | both sides to send, or binary data | a WebSocket |
#
# A page that only receives needs no WebSocket. Server-sent events are plain HTTP, and the browser connects again by itself when the stream
# breaks off. But after an error status, such as 503, it gives up: then the page has to make a new `EventSource`.
#
# ## Break it: the change that was missed
#
# This server does not ask what its clients have. It waits for the *next* change. That looks simpler.

# %% [markdown] tags=["notes"]
# **Do:** Draw two time lines on the board and mark the moment in which nobody waits. Nobody should leave without this section
# and the plot.
#
# **What goes wrong:** People blame the speed of the client. A faster client makes the gap shorter, and does not close it. The
# cure is to say which number one has.

# %% breaks="the server waits for the next change and does not ask what the client has"
class Forgetful(BaseHTTPRequestHandler):
    def do_GET(self):
        quote = price.other_than(price.now().number, seconds=2)
        self.send_response(200 if quote else 204)
        self.end_headers()
        if quote:
            self.wfile.write(str(quote).encode())


forgetful = launch(Forgetful, port=8011)

# %% [markdown]
# A client asks, and receives a change. While it is busy with that, the price changes again. Then the client asks again.
#
# **Predict, then run.** What is the second answer?

# %% tags=["predict"]
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
# `204`, no change. The second change came when no request was waiting, so it was sent to nobody. The client has a stale price, and
# will not find out before the next change. Nothing failed, and no log shows an error.
#
# </details>
#
# The cure: the client says which price it *has*, and the server compares. Then it does not matter when the change came. In the next cell, the
# first line does it with `since`.
#
# With server-sent events, the browser does its part by itself. When the stream breaks off, it connects again, and sends the `id` of the last event
# that it received, in `Last-Event-ID`. The other lines of the cell do what the browser does. The rest is the work of the server. The server of
# this lesson keeps no old prices. It sends the newest price, if its number is another one.

# %%
print(requests.get(f"{shop.url}/price?since={mine['number']}", timeout=3).json()["price"])

with wire(shop) as tap:
    quotes = events(tap.url, {"Last-Event-ID": str(mine["number"])})
    print(next(quotes))
    quotes.close()

tap[0]

# %% [markdown] minutes=3
# ## Recap
#
# - A page is a copy. Without a request, an HTTP server cannot say that something has changed.
# - Polling costs requests, and the copy is wrong in between. Long polling and push bring each change at once, and keep a connection open.
# - Say what you have: `since`, `If-None-Match`, `Last-Event-ID`.
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
# Not here: the server looks for *another* number, not for a greater one, and answers at once. But if its price happens to have number 3 again, the
# client waits until the next change. The cure is a name that never comes back, for example the date with the number.
#
# </details>
# <details><summary>A chat in the browser: which way?</summary>
#
# Both sides send, so a WebSocket fits. Server-sent events, with a POST for each message, work as well.
#
# </details>
# <details><summary>HTTP has the word stale, too. Does it mean the same?</summary>
#
# Not quite. For a cache, a response is stale when it is older than its lifetime, as in `Cache-Control: max-age=60` (RFC 9111 §4.2). It may
# still be right. And a fresh one may be wrong for up to a minute.
#
# </details>
#
# <details><summary>More about server-sent events</summary>
#
# A line `event` names a kind of event, and `retry` tells the browser after how many milliseconds to connect again. If the content has a line
# break, each of its lines needs a line `data` of its own. With HTTP/1.1 a browser opens about six connections to a server, for all tabs
# together, and each stream takes one. With HTTP/2 the streams share one connection.
#
# </details>
#
# **Now you:** [exercise 31](../exercises/31-stale-pages.ipynb). **Next lesson:** [The upgrade and the
# frames](32-handshake-and-frames.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %%
stop_all()
