# %% [markdown]
# # How this kit works
#
# 10 minutes. You need a little Python: variables, functions, `import`.
#
# By the end you can
#
# - run a cell, all cells, and stop one that hangs,
# - start a server, ask it for a page, and see what crossed the wire,
# - have an exercise checked.

# %% [markdown]
# ## Run a cell
#
# Click into the grey box below and press **Shift+Enter**. Python runs what it says, and the result appears underneath.

# %%
6 * 7

# %% [markdown]
# A notebook remembers what its cells did. The next cell gives a text a name; the one after it uses the name. (*Run → Run All
# Cells* runs every cell, from the top.)

# %%
theatre = "The Lantern"

# %%
theatre.upper()

# %% [markdown]
# **Predict, then run.** Change `The Lantern` to your own name, but do *not* run that cell. Run the cell with `.upper()` again.
# What does it show?
#
# <details><summary>Answer</summary>
#
# Still THE LANTERN. Changing a cell does nothing until you run it. And what counts is when a cell ran, not where it stands.
#
# </details>
#
# The notebooks come with their results. To predict in earnest, choose *Edit → Clear Outputs of All Cells* before a lesson.

# %% [markdown] tags=["notes"]
# Ask who has used a notebook before, and pair those people with the others. What goes wrong most often is a cell run
# twice or not at all. Show *Run → Run All Cells* and *Kernel → Restart Kernel* now; both come up in every lesson. Short of
# time: leave out the exercise at the end; the first exercise notebook has one much like it.

# %% [markdown]
# ## Start a server
#
# A **server** is a program that waits to be asked. `launch` starts one next to this notebook and returns when it is ready.

# %%
from wirelab import check, doctor, launch, servers, stop_all, wire

web = launch("servers.web_server")
web

# %% [markdown]
# Click *open it*. Your browser asks the server for a page, and you see the theatre whose box office we build in this course.
#
# In `http://127.0.0.1:8001`, `http` is the language the two speak, `127.0.0.1` means *this computer*, and `8001` is the
# **port**: the number of the door at which this server waits.

# %% [markdown]
# ## Ask it from Python
#
# A program that asks a server is a **client**. A browser is one; a few lines of Python are another. The server answers with a
# number first; 200 means that all is well. (`timeout=3` gives up after three seconds of silence.)

# %%
import requests

answer = requests.get(web.url + "/today.zzz", timeout=3)
answer.status_code

# %% [markdown]
# The page itself follows. No file of this name exists: the server made the page when you asked.

# %%
print(answer.text)

# %% [markdown]
# ## See what crossed the wire
#
# Where other courses say what happens, this one shows it. `wire` puts a **relay** between client and server. It passes every
# byte on, and writes it down. The client asks the relay instead of the server, at `tap.url`. The relay works as long as the lines
# under `with` do.

# %%
with wire(web) as tap:
    requests.get(tap.url + "/hello.txt", timeout=3)

tap

# %% [markdown]
# Read it from the top: an arrow to the right is the client speaking, one to the left is the server. The client asked with
# `GET` and the name of the page; the server said 200 OK, a few facts about the page, and then the page. `[0]` and `[1]`
# number the messages: the first is `tap[0]`. Click on a first line to fold its message. *Raw bytes* shows the same as it was
# sent, *how to read this* explains the signs.
#
# ```mermaid
# flowchart LR
#     C["client<br>(your cell)"] <-->|tap.url| R["relay<br>(port 9001)"] <-->|web.url| S["server<br>(port 8001)"]
# ```

# %% [markdown]
# You need no library to speak this language. `tap[0].raw` is what the client sent, every byte of it: six lines and an empty
# one. `\r\n` is how HTTP ends a line, and `b"..."` is how Python writes bytes.

# %%
tap[0].raw

# %% [markdown]
# The server keeps a **log** as well: a line when it starts, then one for every request. `wait(3)` waits until there are three
# lines and shows those. If you clicked *open it*, your browser's requests are among them; `web.log` shows all.

# %%
web.log.wait(3)

# %% [markdown]
# ## Break it
#
# Stop the server and ask again. Nobody waits at that door any more, and the attempt fails. Your computer calls it *connection
# refused*; `requests` raises a `ConnectionError`.

# %%
web.stop()

try:
    requests.get(web.url, timeout=3)
except requests.ConnectionError as error:
    print(type(error).__name__)

# %% [markdown]
# `servers()` lists the servers that are running. Now the list is empty.

# %%
servers()

# %% [markdown]
# To mend it, launch the server again. You can do that as often as you like: the new server takes the place of the old one, at
# the same port.
#
# **Predict, then run.** What happens if you ask a running server for a page that it does not have?

# %%
web = launch("servers.web_server")
requests.get(web.url + "/no-such-page", timeout=3).status_code

# %% [markdown]
# <details><summary>Answer</summary>
#
# No error this time, but the number 404. *Connection refused* means that nobody is there; 404 means that somebody is, and has no
# such page. You will meet both often, and telling them apart saves hours.
#
# </details>

# %% [markdown]
# ## Solve an exercise
#
# Replace the three dots with the number that means "all is well". Run both cells. You can try as often as you like; nobody
# counts.

# %%
all_is_well = ...

# %%
check("00.1", all_is_well)

# %% [markdown]
# ## When a cell hangs
#
# A cell that still runs has a star, `[*]`. The **■** button above stops it. If that is not enough, the **⟳** button restarts
# Python: names and servers are gone, the notebook stays, and you run its cells again from the top.
#
# The next cell looks at your computer, and says what to do about anything that is not as the course needs it.

# %%
doctor()

# %% [markdown]
# ## Where things are
#
# | folder | what is in it |
# |---|---|
# | `notebooks` | the lessons; run them from top to bottom |
# | `exercises` | one notebook of exercises for each lesson |
# | `solutions` | the same, solved, with the reasoning |
# | `servers` | the servers of the lessons, short enough to read |
# | `checks` | what the exercises expect; reading it is allowed |

# %% [markdown]
# ## Recap
#
# - A cell runs when you press Shift+Enter, and a notebook remembers what ran.
# - `launch` starts a server, `.url` is its address, `.stop()` its end. `wire` shows what crosses between it and a client.
# - A server that does not answer is not the same as one that answers 404.
#
# **Check yourself**
#
# <details><summary>What is a port?</summary>
#
# A number that says which program on a computer you want to talk to. Only one program at a time can listen
# on a port.
#
# </details>
# <details><summary>You changed a cell, and nothing happened. Why?</summary>
#
# You have not run it yet.
#
# </details>
# <details><summary>What does 127.0.0.1 mean?</summary>
#
# This computer, whichever it is. No other computer can reach a server that listens there.
#
# </details>

# %% [markdown]
# **Now you:** [exercise 00](../exercises/00-start-here.ipynb). **Next lesson:** [What crosses the
# wire](11-http-messages.ipynb).

# %%
stop_all()
