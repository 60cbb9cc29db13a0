# %% [markdown]
# # How this kit works
#
# 30 minutes. You need a little Python: variables, functions, `import`. You will see a class. You need not write one yet.
#
# By the end you can
#
# - run a cell, start a server, and see what crossed the wire,
# - have an exercise checked, and ask for a hint,
# - stop today, and go on tomorrow.

# %% [markdown] minutes=5
# ## A page of your own
#
# Click into the grey box below, and press **Shift+Enter**. Python runs what is in it.

# %% tags=["predict"]
name = "Ada"
f"Hello, {name}"

# %% [markdown]
# Such a box is a **cell**, and a number beside it, as in `[1]`, says that it has run. Put your own name between the quotes, and run it again. The next cell makes your computer a web server.
# You need not understand its lines yet: lesson 12 explains them. Run it, and click *open it*.

# %% tags=["predict"]
from http.server import BaseHTTPRequestHandler

from wirelab import check, doctor, hint, launch, progress, servers, show_me, stop_all, wire

class Mine(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<h1>Hello, {name}</h1>".encode())

mine = launch(Mine)
mine

# %% [markdown]
# That is your page, from your server. A **green** bar beside a result means that all is well. An **orange** bar means that you have to do
# something. *open it* leads to your server. If your browser is on another computer, use *open it through Jupyter*: then Jupyter passes your request
# on.
#
# Python can ask for your page as well. Every answer begins with a line that holds a number, the **status code**. The next cell shows this number:

# %% tags=["predict"]
import requests

requests.get(mine.url, timeout=3).status_code

# %% [markdown] minutes=3
# ## Your first exercise
#
# The number that you have just seen says that all is well. Put it in the place of the three dots, and run both cells. Try as often as you like.

# %% tags=["predict"]
all_is_well = ...

# %% tags=["predict"]
check("00.1", all_is_well)

# %% [markdown]
# A **check** says what it expected, what it got, and what may help. When a check fails again, it gives the next hint. You can also ask:
#
# - `hint("00.1")` gives the next hint on this exercise.
# - `show_me("00.1")` shows its solution: after your first try, or if you ask for the solution twice.

# %% tags=["predict"]
hint("00.1")

# %% [markdown] tags=["notes"]
# **Do:** Let everyone go at their own pace for ten minutes. Walk around, and look for the page in a browser on every screen.
#
# **Ask:** Who has used a notebook before? Pair those people with the others.
#
# **What goes wrong:** A cell is run twice, or not at all, and its number tells: show the numbers in brackets.

# %% [markdown] minutes=5
# ## What just happened
#
# A **server** is a program that waits to be asked. `launch` started yours beside this notebook, and returned when it was ready. A
# program that asks is a **client**: your browser is one, and so are the lines with `requests`.
#
# The address `http://127.0.0.1:8001` is a **URL**. `http` is the **protocol**, the language that client and server speak. `127.0.0.1` means *this
# computer*, and `8001` is the **port**, the number of the door at which this server waits.
#
# Some cells ask you to predict. Say aloud, or write down, what you expect. Then run the cell, and open *Answer* below it.
#
# **Predict, then run.** Scroll up to the first cell and write another name, but do *not* press Shift+Enter there. Come back, and run the next cell.
# What does your page say now?

# %% tags=["predict"]
requests.get(mine.url, timeout=3).text

# %% [markdown]
# <details><summary>Answer</summary>
#
# Still the name that you ran last. A notebook remembers what its cells did. Changing a cell does nothing until you run it, and what counts
# is when a cell ran, not where it stands.
#
# </details>
#
# The next cell stops your server, and launches a larger one: the site of a theatre. In this course we build its **box office**, the place that
# sells the tickets.

# %% tags=["predict"]
mine.stop()
web = launch("servers.web_server")
web

# %% [markdown] minutes=4
# ## See what crossed the wire
#
# Client and server have a connection. This course calls it *the wire*. Only **bytes** cross it: numbers from 0 to 255. They can stand for letters,
# for a picture, for anything.
#
# `wire` puts a **relay** between client and server. The relay passes every byte on, and writes it down. The variable is called `tap`, as a tap on a
# pipe. The client asks the relay instead of the server, at `tap.url`. `with` starts the relay, and stops it when the indented lines are done.

# %% [markdown] tags=["notes"]
# **Ask:** Which arrow came first, and who sent it? Let somebody read the request aloud, then the answer.
#
# **What goes wrong:** People ask the server at `web.url` inside the `with` block and see an empty picture. Only what goes to
# `tap.url` passes the relay.

# %% tags=["predict"]
with wire(web) as tap:
    requests.get(tap.url + "/hello.txt", timeout=3)

tap

# %% [markdown]
# This is the **wire view**. Read it from the top: an arrow to the right is the client speaking, one to the left is the server. The client asked with
# `GET` and the name of the page; the server said 200 OK, a few facts about the page, and then the page. `[0]` and `[1]`
# number the messages: the first is `tap[0]`. Click on a first line to fold its message. *Raw bytes* shows the same as it was
# sent, *how to read this* explains the signs.
#
# ```mermaid
# flowchart LR
#     C["client<br>(your cell)"] <-->|tap.url| R["relay<br>(port 9001)"] <-->|web.url| S["server<br>(port 8001)"]
# ```

# %% [markdown]
# This request is plain text. `tap[0].raw` is what the client sent, every byte of it: six lines and an empty one. `\r\n` is how HTTP ends a
# line, and `b"..."` is how Python writes bytes.

# %% tags=["predict"]
tap[0].raw

# %% [markdown]
# The server keeps a **log** as well: a line when it starts, then one for every request. `wait(2)` waits until there are two lines, and shows the
# first two. If you clicked *open it*, the second line is a request of your browser; `web.log` shows all lines. (*Ctrl+C ends it* is for those who
# start this server in a terminal. Here `web.stop()` ends it.)

# %% tags=["predict"]
web.log.wait(2)

# %% [markdown] minutes=5
# ## Break it
#
# Stop the server and ask again. Nobody waits at that door any more, and the attempt fails. Your computer calls it *connection
# refused*. `requests` raises a `ConnectionError`, as it does for other connections that fail.

# %% [markdown] tags=["notes"]
# **Do:** Stop the server yourself, and let the room read what the browser says: *refused*, or *unable to connect*. Nobody is
# there, and that is different from a 404.
#
# **Short of time:** Leave out `servers()`.

# %% tags=["predict"] breaks="nobody listens any more, so the connection is refused"
web.stop()

try:
    requests.get(web.url, timeout=3)
except requests.ConnectionError as error:
    print(type(error).__name__)

# %% [markdown]
# `servers()` lists the servers that are running. Now the list is empty.

# %% tags=["predict"]
servers()

# %% [markdown]
# To mend it, launch the server again. You can do that as often as you like: the new server takes the place of the old one, at
# the same port.
#
# **Predict, then run.** What happens if you ask a running server for a page that it does not have?

# %% tags=["predict"]
web = launch("servers.web_server")
requests.get(web.url + "/no-such-page", timeout=3).status_code

# %% [markdown]
# <details><summary>Answer</summary>
#
# No error this time, but the number 404. *Connection refused* means that nobody is there; 404 means that somebody is, and has no
# such page. You will meet both often, and telling them apart saves hours.
#
# </details>

# %% [markdown] minutes=2
# ## When a cell hangs
#
# A cell that still runs has a star, `[*]`. The **■** button above stops it. Try it with the next cell, which runs for five seconds. (If you were
# too slow, run it again.) Red `KeyboardInterrupt` says that you have stopped it; nothing is broken. If that is not enough, the **⟳** button
# restarts Python: names and servers are gone, the notebook stays, and you run its cells again from the top. (*Run → Run All Cells* runs them all.)
#
# You double-clicked a text and see its signs? Press Shift+Enter. A cell is gone? *Edit → Undo Cell Operation* brings it back.

# %% tags=["predict"]
import time

time.sleep(5)

# %% [markdown] minutes=3
# ## Stop today, go on tomorrow
#
# - **Kept:** what you write is saved every ten seconds. A dot **●** in a tab means that something in it is not saved yet. Which exercises you have
#   passed is kept as well, on your computer alone.
# - **Stop:** press Ctrl+C twice in the terminal in which you started the course. That ends your servers, too. The browser then says that it has lost
#   the connection: close its tab.
# - **Go on:** `python3 start.py` opens the notebooks that were open. Run their cells again from the top.
# - **Start an exercise afresh:** open a terminal with *File → New → Terminal*, and type `python start.py reset 12`. Exercise 12 is then as it was.
#   Your version is in a file beside it. If JupyterLab asks, press *Revert*.

# %% [markdown] tags=["notes"]
# **Do:** Let everyone end the course once with Ctrl+C twice, and start it again. Those who have seen it come back lose their fear.
#
# **Short of time:** Leave this section out for today, and come back to it before the first break.

# %% [markdown]
# `progress` shows the course as a map, with links. (The stored results come from another computer, and some of their dates are in the future. When
# you run a cell, your result replaces the stored one.)

# %% tags=["predict", "nbval-ignore-output"]
progress()

# %% [markdown]
# <details><summary>Something does not work?</summary>
#
# Write `doctor()` into an empty cell, and run it. It looks at your computer, and says what to do about anything that is not as the course
# needs it.
#
# </details>

# %% [markdown] minutes=1
# ## Where things are
#
# | folder | what is in it |
# |---|---|
# | `notebooks` | the lessons; run them from top to bottom |
# | `exercises` | one notebook of exercises for each lesson |
# | `solutions` | the same, solved, with the reasoning |
# | `servers` | the servers of the lessons, short enough to read |
# | `checks` | what the exercises expect; reading it is allowed |

# %% [markdown] minutes=2
# ## Recap
#
# - A cell runs when you press Shift+Enter, and a notebook remembers what ran.
# - `launch` starts a server, `.url` is its address, and `.stop()` ends it. `wire` shows what crosses between it and a client.
# - A server that does not answer is not the same as one that answers 404.
#
# **Check yourself**
#
# <details><summary>What is a port?</summary>
#
# A number that says which program on a computer you want to talk to. At one address, only one program at a time can usually
# listen on a port.
#
# </details>
# <details><summary>You changed a cell, and nothing happened. Why?</summary>
#
# You have not run it yet.
#
# </details>
# <details><summary>What does 127.0.0.1 mean?</summary>
#
# The computer on which the program runs. Other computers cannot reach a server that listens there, unless a program on that computer, such
# as Jupyter, passes their requests on.
#
# </details>

# %% [markdown]
# Run the cell with `stop_all()`. It stops your servers, so that the next notebook finds the ports free.
#
# **Now you:** [exercise 00](../exercises/00-start-here.ipynb), which opens in a second tab of the same name. **Next lesson:** [What crosses the
# wire](11-http-messages.ipynb).
# **Words:** [glossary](../docs/glossary.md).

# %% tags=["predict"]
stop_all()
